package scenario

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"truce"
	"truce/assess"
	"truce/geo"
	"truce/terms"
)

// story is a scenario being told: its statements turned into facts, observations and expectations.
type story struct {
	*parser
	agreement *truce.Agreement
	lines     map[truce.PlaceID]*geo.Line
	obs       []*truce.Observation
	tracks    []trackOf
	expects   []expectation
	now       truce.Instant // 0: the end of what is told
	known     truce.Instant // 0: everything
	latest    truce.Instant
}

type trackOf struct {
	assess.Track
	fixes []truce.Fix
}

// expectation is one expect line, and from when it looks.
type expectation struct {
	st         Statement
	now, known truce.Instant
	count      truce.CountingID
	low, high  int
	rule       truce.RuleID
	article    truce.ArticleID
	on         truce.ObservationID
	day        truce.Span
	actor      truce.ActorID
	unit       string
	under      []truce.ReadingID
	result     truce.Result
	not        bool
	because    string
	missing    string
	turning    truce.TermID
	by         truce.ActorID
	unknownBy  bool
	answering  truce.ActorID
}

// cursor walks through the words of a statement.
type cursor struct {
	s  *story
	ws []Word
	i  int
}

func (c *cursor) more() bool { return c.i < len(c.ws) }

func (c *cursor) peek() Word {
	if c.more() {
		return c.ws[c.i]
	}
	last := c.ws[len(c.ws)-1]
	return Word{Line: last.Line, Column: last.Column + len([]rune(last.Text))}
}

func (c *cursor) next() Word {
	w := c.peek()
	if c.more() {
		c.i++
	}
	return w
}

// take goes on when the next words are the ones given.
func (c *cursor) take(words ...string) bool {
	for k, w := range words {
		if c.i+k >= len(c.ws) || c.ws[c.i+k].Text != w || c.ws[c.i+k].Quoted {
			return false
		}
	}
	c.i += len(words)
	return true
}

func (c *cursor) fail(code, message, hint string) { c.s.fail(c.peek(), code, message, hint) }

// tell turns statements into a story. What cannot be understood is a problem.
func tell(p *parser, a *truce.Agreement, sc *Scenario) *story {
	s := &story{parser: p, agreement: a, lines: map[truce.PlaceID]*geo.Line{}}
	for i := range sc.Statements {
		st := sc.Statements[i]
		c := &cursor{s: s, ws: st.Words}
		switch head := c.next(); head.Text {
		case "given":
			s.given(c)
		case "at", "on", "from", "during":
			s.event(c, head.Text)
		case "track":
			s.track(c)
		case "now":
			s.now, _ = s.moment(c)
		case "known":
			c.take("at")
			s.known, _ = s.moment(c)
		case "expect":
			s.expect(c, st)
			continue
		}
		if c.more() {
			c.fail("not-understood", fmt.Sprintf("%q is not understood here", c.peek().Text), "see docs/reference/scenarios.md")
		}
	}
	return s
}

// when reads a date and, if there is one, an hour.
func (s *story) when(c *cursor) (truce.Span, bool) {
	w := c.next()
	text := w.Text
	if c.more() {
		if n := c.peek().Text; len(n) >= 4 && len(n) <= 12 && n[0] >= '0' && n[0] <= '9' && strings.Contains(n, ":") {
			text += " " + c.next().Text
		}
	}
	span, _, err := terms.ParseTime(text, s.agreement.Clock)
	if err != nil {
		s.fail(w, "bad-date", err.Error(), "")
		return truce.Span{}, false
	}
	return span, true
}

func (s *story) moment(c *cursor) (truce.Instant, bool) {
	span, ok := s.when(c)
	return span.To, ok
}

func (s *story) actor(c *cursor) truce.ActorID {
	w := c.next()
	var known []string
	for i := range s.agreement.Actors {
		if string(s.agreement.Actors[i].ID) == w.Text {
			return truce.ActorID(w.Text)
		}
		known = append(known, string(s.agreement.Actors[i].ID))
	}
	hint := ""
	if n := terms.Nearest(w.Text, known); n != "" {
		hint = fmt.Sprintf("did you mean %q?", n)
	}
	s.fail(w, "unknown-actor", fmt.Sprintf("there is no actor %q", w.Text), hint)
	return ""
}

// given adds a fact about an actor, for this story only.
func (s *story) given(c *cursor) {
	name := c.peek()
	if c.i+3 <= len(c.ws) && c.ws[c.i+1].Text == "is" && (c.ws[c.i+2].Text == "a" || c.ws[c.i+2].Text == "an") {
		c.next()
		c.take("is", "a")
		c.take("is", "an")
		kind := c.next()
		if !contains(truce.ActorKinds, kind.Text) {
			s.fail(kind, "bad-word", fmt.Sprintf("%q is no kind of actor", kind.Text), "write one of: "+strings.Join(truce.ActorKinds, ", "))
			return
		}
		s.agreement.Actors = append(slices.Clone(s.agreement.Actors), truce.Actor{ID: truce.ActorID(name.Text), Name: truce.Words{EN: name.Text}, Kind: truce.ActorKind(kind.Text)})
		return
	}
	id := s.actor(c)
	f := truce.Fact{}
	switch {
	case c.take("adheres"):
		f.Kind, f.Value = truce.FactAdheres, "yes"
	case c.take("is", "excluded"):
		f.Kind, f.Value = truce.FactExcluded, "yes"
	case c.take("is", "under"):
		f.Kind, f.Value = truce.FactParent, string(s.actor(c))
	case c.take("is", "sponsored", "by"):
		f.Kind, f.Value = truce.FactSponsor, string(s.actor(c))
	case c.take("is", "invited", "by"):
		f.Kind, f.Value = truce.FactInvitedBy, string(s.actor(c))
	case c.take("comes", "from"):
		f.Kind, f.Value = truce.FactOrigin, c.next().Text
	default:
		c.fail("not-understood", "this says nothing of an actor", "write: adheres, is excluded, is under B, is sponsored by B, is invited by B, comes from SY, or is a group")
		c.i = len(c.ws)
		return
	}
	if c.take("from") {
		f.From, _ = s.when(c)
	}
	if c.take("until") {
		f.Until, _ = s.when(c)
	}
	s.agreement.Actors = slices.Clone(s.agreement.Actors)
	for i := range s.agreement.Actors {
		if x := &s.agreement.Actors[i]; x.ID == id {
			x.Facts = append(slices.Clone(x.Facts), f)
		}
	}
}

// event reads what was observed.
func (s *story) event(c *cursor, head string) {
	o := &truce.Observation{Source: truce.Source{ID: "scenario"}}
	span, ok := s.when(c)
	if head == "from" || head == "during" {
		if !c.take("to") {
			c.fail("not-understood", "the end of the time is missing", "write: "+head+" 2017-07-09 08:00 to 2017-07-09 17:00:")
		} else if end, fine := s.when(c); fine && ok {
			span.To = end.To
			if span.To < span.From {
				c.fail("bad-date", "the time ends before it begins", "")
			}
		}
		o.Lasted = head == "during"
	}
	o.When = span
	s.latest = max(s.latest, span.To)
	if !c.take(":") {
		c.fail("not-understood", "a colon is expected after the time", "write: at 2017-07-09 13:00: incident f1 ...")
	}
	kind := c.next()
	o.Kind, ok = truce.ParseObservationKind(kind.Text)
	if !ok {
		s.fail(kind, "bad-word", fmt.Sprintf("%q is no kind of observation", kind.Text), "write one of: "+strings.Join(truce.ObservationKinds(), ", "))
		c.i = len(c.ws)
		return
	}
	id := c.next()
	o.ID = truce.ObservationID(id.Text)
	if id.Text == "" || contains(clauses, id.Text) {
		s.fail(id, "no-id", "the observation has no name", "give it a short one, such as f1, so that expect can speak of it")
	}
	for _, x := range s.obs {
		if x.ID == o.ID {
			s.fail(id, "name-twice", fmt.Sprintf("%q is used twice", id.Text), "give each observation its own name")
		}
	}
	if c.more() && !contains(clauses, c.peek().Text) && c.peek().Text != "," {
		w := c.next()
		o.What = w.Text
		if o.Kind == truce.KindIncident && !s.incidents().Has(w.Text) {
			hint := "the kinds are listed in docs/reference/language.md"
			if n := terms.Nearest(w.Text, s.incidents().Words()); n != "" {
				hint = fmt.Sprintf("did you mean %q?", n)
			}
			s.fail(w, "unknown-word", fmt.Sprintf("%q is no kind of incident", w.Text), hint)
		}
	}
	for c.more() {
		if !s.clause(c, o) {
			c.fail("not-understood", fmt.Sprintf("%q is not understood here", c.peek().Text), "a clause begins with one of: "+strings.Join(clauses, ", "))
			c.i = len(c.ws)
		}
	}
	if o.Received.Stated() {
		s.latest = max(s.latest, o.Received)
	}
	s.obs = append(s.obs, o)
}

func (s *story) incidents() truce.Taxonomy {
	t, _ := terms.Kinds(s.agreement)
	return t
}

// clauses are the words that begin a part of an observation.
var clauses = []string{"by", "against", "between", "of", "in", "at", "with", "killing", "injuring", "count", "received", "sources", "source",
	"result", "about", "same", "complete", "observed", "reported", "alleged",
	"seen", "heard", "camera", "uav", "satellite", "acoustic", "document", "hearsay", "device"}

func (s *story) clause(c *cursor, o *truce.Observation) bool {
	w := c.peek()
	if c.take(",") {
		return c.more()
	}
	if m, ok := truce.ParseMeans(w.Text); ok {
		c.next()
		o.Source.Means = m
		return true
	}
	if st, ok := truce.ParseStanding(w.Text); ok {
		c.next()
		o.Source.Standing = st
		return true
	}
	people := func(role truce.Role) {
		for {
			n := c.next()
			if n.Text == "" {
				s.fail(n, "not-understood", "an actor is expected here", "")
				return
			}
			o.Parts = append(o.Parts, truce.Part{Name: n.Text, Role: role})
			if !c.take("and") {
				return
			}
		}
	}
	switch {
	case c.take("by"):
		people(truce.RoleInitiator)
	case c.take("against"):
		people(truce.RoleTarget)
	case c.take("between"):
		people(truce.RoleSide)
	case c.take("of"):
		people(truce.RoleSubject)
	case c.take("in"):
		o.Where = s.place(c)
	case c.take("at"):
		o.Where = s.position(c)
	case c.take("with"):
		s.equipment(c, o)
	case c.take("killing"):
		o.Deaths = s.amount(c)
	case c.take("injuring"):
		o.Injured = s.amount(c)
	case c.take("count"):
		o.Count = s.amount(c)
	case c.take("received"):
		o.Received, _ = s.moment(c)
	case c.take("sources"):
		o.Source.Independent = int32(s.amount(c).Best)
	case c.take("source"):
		o.Source.ID = c.next().Text
	case c.take("result"):
		r := c.next()
		e, ok := truce.ParseEnded(r.Text)
		if !ok {
			s.fail(r, "bad-word", fmt.Sprintf("%q is no result", r.Text), "write one of: "+strings.Join(truce.EndedWords(), ", "))
		}
		o.Result = e
	case c.take("about"):
		o.About = append(o.About, c.next().Text)
		for c.take("and") {
			o.About = append(o.About, c.next().Text)
		}
	case c.take("same", "as"):
		o.SameAs = append(o.SameAs, truce.ObservationID(c.next().Text))
	case c.take("complete"):
		o.Complete = true
	default:
		return false
	}
	return true
}

func (s *story) place(c *cursor) truce.Place {
	w := c.next()
	for _, f := range s.agreement.Places {
		for _, n := range append([]string{string(f.ID), f.Name.EN, f.Name.AR, f.Name.RU}, f.Aliases...) {
			if n != "" && terms.Fold(n) == terms.Fold(w.Text) {
				return truce.Place{Kind: truce.PlaceNamed, Name: string(f.ID)}
			}
		}
	}
	if w.Quoted { // a place the agreement does not know is allowed when it is plainly meant as a name
		return truce.Place{Kind: truce.PlaceNamed, Name: w.Text}
	}
	var known []string
	for _, f := range s.agreement.Places {
		known = append(known, string(f.ID))
	}
	hint := "put the name of a place outside the agreement in double quotes"
	if n := terms.Nearest(w.Text, known); n != "" {
		hint = fmt.Sprintf("did you mean %q?", n)
	}
	s.fail(w, "unknown-place", fmt.Sprintf("there is no place %q", w.Text), hint)
	return truce.Place{}
}

// length reads a distance written as one word or two: 3km, 3 km.
func (s *story) length(c *cursor) truce.Metres {
	w := c.next()
	text := w.Text
	if _, err := terms.ParseDistance(text); err != nil && c.more() {
		text += " " + c.next().Text
	}
	d, err := terms.ParseDistance(text)
	if err != nil {
		s.fail(w, "bad-distance", err.Error(), "")
	}
	return d
}

// position reads a latitude and longitude, or a distance from a line or place, and how sure it is.
func (s *story) position(c *cursor) truce.Place {
	p := truce.Place{Kind: truce.PlacePoint}
	w := c.peek()
	if lat, ok := coordinate(w.Text, "NS", 90); ok && c.i+1 < len(c.ws) {
		if lon, ok := coordinate(c.ws[c.i+1].Text, "EW", 180); ok {
			c.i += 2
			p.At = truce.Position{Lon: lon, Lat: lat}
			return s.sure(c, p)
		}
	}
	d := s.length(c)
	if !c.take("from") {
		c.fail("not-understood", "the line the distance is from is missing", "write: at 3 km from line-of-contact, or at 32.62N 36.10E")
		return truce.Place{}
	}
	at, ok := s.off(c, d)
	if !ok {
		return truce.Place{}
	}
	p.At = at
	return s.sure(c, p)
}

func (s *story) sure(c *cursor, p truce.Place) truce.Place {
	if c.take("within") {
		p.Error = s.length(c)
	}
	return p
}

// coordinate reads 32.62N, 36.10E or a signed number.
func coordinate(text, letters string, limit int) (truce.E7, bool) {
	sign := truce.E7(1)
	switch {
	case strings.HasSuffix(text, letters[:1]):
		text = text[:len(text)-1]
	case strings.HasSuffix(text, letters[1:]):
		text, sign = text[:len(text)-1], -1
	}
	if !strings.Contains(text, ".") {
		return 0, false
	}
	e, err := truce.ParseE7(text)
	if err != nil || e > truce.E7(limit*1e7) || e < -truce.E7(limit*1e7) {
		return 0, false
	}
	return e * sign, true
}

// off finds a position at a distance from a line: along the normal of the first of its edges, from its middle, where the
// distance to the whole line is the one asked for.
func (s *story) off(c *cursor, d truce.Metres) (truce.Position, bool) {
	w := c.next()
	var f *truce.Feature
	for i := range s.agreement.Places {
		if string(s.agreement.Places[i].ID) == w.Text {
			f = &s.agreement.Places[i]
		}
	}
	if f == nil || f.Shape != truce.ShapeLine {
		s.fail(w, "unknown-place", fmt.Sprintf("there is no line %q", w.Text), "name a line of the agreement")
		return truce.Position{}, false
	}
	line := s.lines[f.ID]
	if line == nil {
		var err error
		if line, err = geo.NewLine(f.Lines, s.agreement.Edges); err != nil {
			s.fail(w, "bad-geometry", err.Error(), "run truce check")
			return truce.Position{}, false
		}
		s.lines[f.ID] = line
	}
	side := 0
	if c.take("on") {
		c.take("the")
		sw := c.next()
		c.take("side")
		switch truce.Side(sw.Text) {
		case f.Left:
			side = 1
		case f.Right:
			side = -1
		default:
			s.fail(sw, "unknown-side", fmt.Sprintf("%q has no side %q", f.ID, sw.Text), fmt.Sprintf("its sides: %s, %s", f.Left, f.Right))
		}
	}
	for _, path := range f.Lines {
		for k := len(path)/2 - 1; k+1 < len(path); k++ {
			if k < 0 {
				continue
			}
			if p, ok := standOff(line, path[k], path[k+1], d, side); ok {
				return p, true
			}
		}
	}
	s.fail(w, "no-position", fmt.Sprintf("no position %g m from %q was found", float64(d), f.ID), "give a latitude and longitude")
	return truce.Position{}, false
}

// standOff goes from the middle of an edge at a right angle until the line is d away.
func standOff(line *geo.Line, a, b truce.Position, d truce.Metres, side int) (truce.Position, bool) {
	length := geo.Distance(a, b)
	azimuth := geo.Azimuth(a, b)
	middle, err := geo.Direct(a, azimuth, length/2)
	if err != nil {
		return truce.Position{}, false
	}
	turn := -90.0
	if side < 0 {
		turn = 90
	}
	low, high := truce.Metres(0), 3*d+10
	for range 60 {
		mid := (low + high) / 2
		p, err := geo.Direct(middle, azimuth+turn, mid)
		if err != nil {
			return truce.Position{}, false
		}
		if line.Distance(p) < d {
			low = mid
		} else {
			high = mid
		}
	}
	p, err := geo.Direct(middle, azimuth+turn, high)
	if err != nil {
		return p, false
	}
	off := line.Distance(p) - d
	return p, off > -1 && off < 1 && (side == 0 || line.Side(p) == side)
}

func (s *story) amount(c *cursor) truce.Number {
	n, ok := s.whole(c)
	out := truce.Exactly(n)
	if c.take("to") {
		m, fine := s.whole(c)
		ok = ok && fine
		out = truce.Number{Low: n, Best: (n + m) / 2, High: m, Stated: true}
	}
	if !ok {
		return truce.Number{}
	}
	return out
}

func (s *story) whole(c *cursor) (int64, bool) {
	w := c.next()
	n, err := strconv.ParseInt(w.Text, 10, 64)
	if err != nil || n < 0 {
		s.fail(w, "bad-number", fmt.Sprintf("%q is not a whole number", w.Text), "")
		return 0, false
	}
	return n, true
}

// equipment reads "12 tank, 3 artillery of 122 mm".
func (s *story) equipment(c *cursor, o *truce.Observation) {
	_, tree := terms.Kinds(s.agreement)
	for {
		e := truce.Equipment{}
		if w := c.peek().Text; w != "" && w[0] >= '0' && w[0] <= '9' {
			e.Count = s.amount(c)
		}
		w := c.next()
		if !tree.Has(w.Text) {
			hint := "the kinds are listed in docs/reference/language.md"
			if n := terms.Nearest(w.Text, tree.Words()); n != "" {
				hint = fmt.Sprintf("did you mean %q?", n)
			}
			s.fail(w, "unknown-word", fmt.Sprintf("%q is no kind of equipment", w.Text), hint)
		}
		e.Category = w.Text
		if c.i+2 < len(c.ws) && c.ws[c.i].Text == "of" && c.ws[c.i+2].Text == "mm" {
			c.next()
			n, _ := s.whole(c)
			e.CalibreMM = int32(n)
			c.next()
		}
		if c.take("range") {
			e.RangeM = int32(s.length(c))
		}
		o.Equipment = append(o.Equipment, e)
		if !(c.take("and") || c.i+1 < len(c.ws) && c.peek().Text == "," && c.ws[c.i+1].Text != "" && c.ws[c.i+1].Text[0] >= '0' && c.ws[c.i+1].Text[0] <= '9' && c.take(",")) {
			return
		}
	}
}

// track reads a unit's distances from a line, one after the other: "track u1 of hezbollah every 10m from 2017-11-10 06:00:
// 8km 6km 4km _ 3km from line-of-contact". A _ is a time nobody saw it.
func (s *story) track(c *cursor) {
	t := trackOf{Track: assess.Track{Unit: c.next().Text, Source: truce.Source{ID: "scenario", Means: truce.MeansDevice}}}
	if c.take("of") {
		t.Actor = c.next().Text
	}
	if !c.take("every") {
		c.fail("not-understood", "how often it was seen is missing", "write: track u1 of ACTOR every 10m from 2017-11-10 06:00: 8km 6km ... from LINE")
		c.i = len(c.ws)
		return
	}
	w := c.next()
	step, err := terms.ParsePeriod(w.Text)
	if err != nil || step.Clock <= 0 {
		s.fail(w, "bad-period", fmt.Sprintf("%q is no time between sightings", w.Text), "write for example 10m")
		step.Clock = time.Minute
	}
	c.take("from")
	at, _ := s.when(c)
	c.take(":")
	var dists []truce.Metres
	for c.more() && c.peek().Text != "from" {
		if c.take("_") {
			dists = append(dists, -1)
			continue
		}
		if c.take(",") {
			continue
		}
		dists = append(dists, s.length(c))
	}
	if !c.take("from") {
		c.fail("not-understood", "the line the distances are from is missing", "end with: from LINE")
		return
	}
	start := c.i
	place := truce.Place{}
	for i, d := range dists {
		if d < 0 {
			continue
		}
		c.i = start
		pos, ok := s.off(c, max(d, 1))
		if !ok {
			c.i = len(c.ws)
			return
		}
		if place = s.sure(c, truce.Place{}); i == 0 && c.more() {
			return
		}
		f := truce.Fix{At: at.From.Add(time.Duration(i) * step.Clock), Pos: pos, Error: float32(place.Error)}
		t.fixes = append(t.fixes, f)
		s.latest = max(s.latest, f.At)
	}
	s.tracks = append(s.tracks, t)
}
