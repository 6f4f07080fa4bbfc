package scenario

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"truce"
	"truce/terms"
)

// expect reads what a story expects.
func (s *story) expect(c *cursor, st Statement) {
	e := expectation{st: st, now: s.now, known: s.known}
	if c.take("count") {
		s.expectCount(c, e)
		return
	}
	w := c.next()
	var rules []string
	for _, u := range terms.Rules(s.agreement) {
		rules = append(rules, string(u.ID))
	}
	switch {
	case contains(rules, w.Text):
		e.rule = truce.RuleID(w.Text)
	case w.Text == "article":
		a := c.next()
		if !slices.ContainsFunc(s.agreement.Articles, func(x truce.Article) bool { return string(x.ID) == a.Text }) {
			s.fail(a, "unknown-article", fmt.Sprintf("there is no article %q", a.Text), "")
		}
		e.article = truce.ArticleID(a.Text)
	default:
		hint := "rules: " + strings.Join(rules, ", ")
		if n := terms.Nearest(w.Text, rules); n != "" {
			hint = fmt.Sprintf("did you mean %q?", n)
		}
		s.fail(w, "unknown-rule", fmt.Sprintf("there is no rule %q", w.Text), hint)
	}
	for c.more() && c.peek().Text != ":" {
		switch {
		case c.take("on"):
			s.expectOn(c, &e)
		case c.take("for", "unit"):
			e.unit = c.next().Text
		case c.take("for"):
			e.actor = s.actor(c)
		case c.take("under"):
			for {
				r := c.next()
				if !s.hasReading(r.Text) {
					s.fail(r, "unknown-reading", fmt.Sprintf("no term has a reading %q", r.Text), s.nearestReading(r.Text))
				}
				e.under = append(e.under, truce.ReadingID(r.Text))
				if !c.take("and") {
					break
				}
			}
		default:
			c.fail("not-understood", fmt.Sprintf("%q is not understood here", c.peek().Text), "write: expect RULE [on ID] [for ACTOR] [under READING]: RESULT")
			return
		}
	}
	if !c.take(":") {
		c.fail("not-understood", "a colon and a result are expected", "write for example: expect ceasefire on f1: breached")
		return
	}
	if c.take("not", "breached") {
		e.not, e.result = true, truce.Breached
	} else if !s.expectResult(c, &e) {
		return
	}
	s.expectDetails(c, &e)
	s.expects = append(s.expects, e)
}

func (s *story) expectOn(c *cursor, e *expectation) {
	w := c.peek()
	if w.Text != "" && w.Text[0] >= '0' && w.Text[0] <= '9' && strings.Count(w.Text, "-") == 2 {
		e.day, _ = s.when(c)
		return
	}
	c.next()
	e.on = truce.ObservationID(w.Text)
	var ids []string
	for _, o := range s.obs {
		ids = append(ids, string(o.ID))
	}
	if !contains(ids, w.Text) {
		hint := ""
		if n := terms.Nearest(w.Text, ids); n != "" {
			hint = fmt.Sprintf("did you mean %q?", n)
		}
		s.fail(w, "unknown-observation", fmt.Sprintf("nothing was observed under the name %q before this line", w.Text), hint)
	}
}

func (s *story) expectResult(c *cursor, e *expectation) bool {
	w := c.peek()
	for _, word := range truce.ResultWords() {
		if c.take(strings.Fields(word)...) {
			e.result, _ = truce.ParseResult(word)
			return true
		}
	}
	hint := "write one of: " + strings.Join(truce.ResultWords(), ", ") + ", not breached"
	if n := terms.Nearest(w.Text, truce.ResultWords()); n != "" {
		hint = fmt.Sprintf("did you mean %q?", n)
	}
	s.fail(w, "bad-result", fmt.Sprintf("%q is no result", w.Text), hint)
	c.i = len(c.ws)
	return false
}

// detailHeads begin the parts that follow a result.
var detailHeads = []string{"because", "missing", "turning", "attributed", "not", "answered"}

func (s *story) expectDetails(c *cursor, e *expectation) {
	text := func() string {
		var parts []string
		for c.more() {
			if c.peek().Text == "," && c.i+1 < len(c.ws) && contains(detailHeads, c.ws[c.i+1].Text) {
				break
			}
			if w := c.next(); w.Text != "," && w.Text != ":" {
				parts = append(parts, w.Text)
			}
		}
		return strings.Join(parts, " ")
	}
	for c.more() {
		switch {
		case c.take(","):
		case c.take("because"):
			e.because = text()
		case c.take("missing"):
			e.missing = text()
		case c.take("turning", "on"):
			e.turning = truce.TermID(c.next().Text)
		case c.take("attributed", "to"):
			e.by = s.actor(c)
		case c.take("not", "attributed"):
			e.unknownBy = true
		case c.take("answered", "by"):
			e.answering = s.actor(c)
		default:
			c.fail("not-understood", fmt.Sprintf("%q is not understood after a result", c.peek().Text), "write because, missing, turning on, attributed to, not attributed, answered by")
			c.i = len(c.ws)
		}
	}
}

// expectCount reads "count episodes of ceasefire: 2" or "2 to 3".
func (s *story) expectCount(c *cursor, e expectation) {
	w := c.next()
	var known []string
	for _, x := range s.agreement.Counting {
		known = append(known, string(x.ID))
	}
	if !contains(known, w.Text) {
		s.fail(w, "unknown-counting-rule", fmt.Sprintf("there is no counting rule %q", w.Text), "counting rules: "+strings.Join(known, ", "))
	}
	e.count = truce.CountingID(w.Text)
	if !c.take("of") {
		c.fail("not-understood", "of which rule is missing", "write: expect count COUNTING of RULE: 2")
		return
	}
	e.rule = truce.RuleID(c.next().Text)
	c.take(":")
	n := s.amount(c)
	e.low, e.high = int(n.Low), int(n.High)
	s.expects = append(s.expects, e)
}

func (s *story) hasReading(id string) bool {
	return slices.ContainsFunc(s.agreement.Terms, func(t truce.Term) bool {
		return slices.ContainsFunc(t.Readings, func(r truce.Reading) bool { return string(r.ID) == id })
	})
}

func (s *story) nearestReading(id string) string {
	var known []string
	for _, t := range s.agreement.Terms {
		for _, r := range t.Readings {
			known = append(known, string(r.ID))
		}
	}
	if n := terms.Nearest(id, known); n != "" {
		return fmt.Sprintf("did you mean %q?", n)
	}
	return "readings: " + strings.Join(known, ", ")
}

func itoa(n int) string { return strconv.Itoa(n) }
