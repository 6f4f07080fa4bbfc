package report

import (
	"fmt"
	"io"
	"strings"
	"unicode"

	"truce"
	"truce/assess"
	"truce/internal/lang"
	"truce/internal/replay"
)

// Limits of the summary at a terminal; the report in HTML lists more. See docs/limits.md.
const (
	// TextWidth is how many columns sentences are broken at.
	TextWidth = 100
	// TextActors is how many actors are listed.
	TextActors = 8
	// TextStrangers is how many names are listed that nobody is known by.
	TextStrangers = 5
)

// TextOptions say how the summary is printed. The zero value prints plain English without rejected rows.
type TextOptions struct {
	Lang    string // "en", "ar" or "ru"
	Rejects int    // how many rejected rows to show
	Colour  bool   // the caller knows that a terminal is there
}

// WriteText prints what a replay found as a page that a person reads in a minute.
func WriteText(w io.Writer, r *replay.Replay, o TextOptions) error {
	m := NewModel(r)
	t := &text{Model: m, Printer: lang.For(o.Lang).With(m.Agreement), o: o}
	t.header()
	t.inputs()
	t.rules()
	t.counting()
	t.before()
	t.compared()
	t.actors()
	t.unseen()
	t.rejects()
	_, err := io.WriteString(w, t.b.String())
	return err
}

type text struct {
	*Model
	*lang.Printer
	o TextOptions
	b strings.Builder
}

// paint colours a text where there is a terminal.
func (t *text) paint(code, s string) string {
	if !t.o.Colour || s == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (t *text) heading(p truce.Phrase) {
	t.b.WriteString("\n" + t.paint("1", t.Say(p)) + "\n")
}

// sentence writes text broken at the width, each line behind an indent.
func (t *text) sentence(indent int, s string) {
	for _, line := range lang.Wrap(s, TextWidth-indent) {
		t.b.WriteString(strings.Repeat(" ", indent) + line + "\n")
	}
}

// table writes rows in columns. A column whose number is in right stands at its right edge.
func (t *text) table(indent int, rows [][]string, right ...int) {
	var widths []int
	for _, row := range rows {
		for i, c := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], lang.Columns(c))
		}
	}
	for _, row := range rows {
		var line strings.Builder
		line.WriteString(strings.Repeat(" ", indent))
		for i, c := range row {
			w := widths[i]
			for _, r := range right {
				if r == i {
					w = -w
				}
			}
			if i > 0 {
				line.WriteString("  ")
			}
			line.WriteString(lang.Pad(c, w))
		}
		t.b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
}

// title is the agreement's title in the language, or its name.
func (m *Model) title(p *lang.Printer) string {
	if s := m.Agreement.Title.In(p.Lang()); s != "" {
		return p.Arg(truce.Str(s))
	}
	return p.Arg(truce.Str(string(m.Agreement.ID)))
}

// publication says which version it is, how its text is known and from whom.
func (m *Model) publication() []truce.Phrase {
	a := m.Agreement
	out := []truce.Phrase{truce.Say("report.version", truce.Str(string(a.Version)), truce.Str(string(a.ID)))}
	switch a.Status {
	case truce.StatusSigned:
		out = append(out, truce.Say("report.status.signed"))
	case truce.StatusReported:
		out = append(out, truce.Say("report.status.reported"))
	case truce.StatusDraft:
		out = append(out, truce.Say("report.status.draft"))
	}
	if p := a.PublishedBy; p.Who != "" && p.On != "" {
		out = append(out, truce.Say("report.published", truce.Str(p.Who), truce.Str(p.On)))
	} else if p.Who != "" {
		out = append(out, truce.Say("report.published-undated", truce.Str(p.Who)))
	}
	return out
}

// warnings are what must be seen before any number: that something in it is invented, moved or only drawn.
func (m *Model) warnings() []truce.Phrase {
	records, simulated, moved := int64(0), int64(0), int64(0)
	for i := range m.Things {
		if t := &m.Things[i]; t.Observation != nil {
			records++
			if t.Simulated {
				simulated++
			}
			if t.Moved {
				moved++
			}
		}
	}
	units := truce.NumArg(int64(m.Units))
	var out []truce.Phrase
	if simulated > 0 {
		out = append(out, truce.Say("report.simulated", truce.NumArg(simulated), truce.NumArg(records)))
	}
	if n := len(m.SimulatedUnits); n > 0 {
		out = append(out, truce.Say("report.simulated-units", truce.NumArg(int64(n)), units))
	}
	if moved > 0 {
		out = append(out, truce.Say("report.moved", truce.NumArg(moved), truce.NumArg(records)))
	}
	if n := len(m.MovedUnits); n > 0 {
		out = append(out, truce.Say("report.moved-units", truce.NumArg(int64(n)), units))
	}
	if len(m.Illustrative) > 0 {
		out = append(out, truce.Say("report.illustrative"))
	}
	return out
}

// labelled is a label and what stands behind it.
type labelled struct{ label, value truce.Phrase }

// facts are the frame of the replay: its time, clock, and what it was made with.
func (m *Model) facts() []labelled {
	c := m.Agreement.Clock
	zone := c.Zone
	if zone == "" {
		zone = "UTC"
	}
	cut := fmt.Sprintf("%02d:%02d", int(c.CutOff.Hours()), int(c.CutOff.Minutes())%60)
	span := truce.SpanArg(m.Period)
	if m.Period.Stated() { // the days are enough here
		span = truce.SpanArg(truce.Span{From: c.DayOf(m.Period.From).From, To: c.DayOf(m.Period.To).To})
	}
	out := []labelled{
		{truce.Say("report.label.observed"), truce.Say("report.value", span)},
		{truce.Say("report.label.clock"), truce.Say("report.clock", truce.Str(zone), truce.Str(cut))},
		{truce.Say("report.label.at"), truce.Say("report.value", truce.InstantArg(m.At))},
	}
	if m.KnownAt != 0 {
		out = append(out, labelled{truce.Say("report.label.known"), truce.Say("report.known", truce.InstantArg(m.KnownAt), truce.NumArg(int64(m.Coverage.Later)))})
	}
	return append(out, labelled{truce.Say("report.label.plan"), truce.Say("report.plan", truce.Str(m.Plan.Short()), truce.NumArg(assess.Version))})
}

func (t *text) header() {
	t.b.WriteString(t.paint("1", t.title(t.Printer)) + "\n")
	var parts []string
	for _, p := range t.publication() {
		parts = append(parts, t.Say(p))
	}
	t.sentence(0, strings.Join(parts, " · "))
	for _, n := range []string{t.Agreement.PublishedBy.Note, t.Agreement.Note.In(t.Lang())} {
		if n != "" {
			t.sentence(0, t.Arg(truce.Str(n)))
		}
	}
	for _, p := range t.warnings() {
		for _, line := range lang.Wrap(t.Say(p), TextWidth) {
			t.b.WriteString(t.paint("33;1", line) + "\n")
		}
	}
	t.b.WriteString("\n")
	var rows [][]string
	for _, f := range t.facts() {
		rows = append(rows, []string{t.Say(f.label), t.Say(f.value)})
	}
	t.table(0, rows)
}

func (t *text) count(n int) string { return t.Number(int64(n)) }

func (t *text) inputs() {
	t.heading(truce.Say("report.heading.inputs"))
	rows := [][]string{{t.Say(truce.Say("report.column.file")), t.Say(truce.Say("report.column.format")), t.Say(truce.Say("report.column.rows")),
		t.Say(truce.Say("report.column.taken")), t.Say(truce.Say("report.column.repeated")), t.Say(truce.Say("report.column.rejected")), "SHA-256"}}
	for _, in := range t.Inputs {
		rows = append(rows, []string{t.Arg(truce.Str(in.Name)), in.Format, t.count(in.Rows), t.count(in.Accepted()), t.count(in.Duplicates), t.count(in.Rejected), in.SHA256.Short()})
	}
	t.table(2, rows, 2, 3, 4, 5)
	for _, in := range t.Inputs {
		if len(in.Notes) > 0 {
			t.sentence(4, visible(base(in.Name)+": "+strings.Join(in.Notes, "; ")))
		}
	}
}

// colourOf is the colour of a standing on a terminal: never the only sign of it.
func colourOf(s Standing) string {
	switch s {
	case Standing(truce.Breached):
		return "31;1"
	case Turns:
		return "35;1"
	case Standing(truce.Undetermined):
		return "33;1"
	}
	return "1"
}

func (t *text) rules() {
	t.heading(truce.Say("report.heading.articles"))
	for _, a := range t.Articles {
		name := t.Say(a.name(t.Lang()))
		for k, line := range lang.Wrap(name+": "+t.Say(a.Verdict), TextWidth-4) {
			t.b.WriteString([2]string{"  ", "    "}[min(k, 1)] + t.paint(colourOf(a.Standing), line) + "\n")
		}
		for _, r := range a.Rules {
			var says []string
			for _, s := range r.Says {
				says = append(says, t.Say(s))
			}
			t.sentence(5, t.Rule(r.ID)+": "+strings.Join(says, " "))
		}
	}
}

// name is the number of an article with its title, if it has one.
func (a Article) name(lang string) truce.Phrase {
	if title := a.Title.In(lang); title != "" {
		return truce.Say("report.article", truce.Str(string(a.ID)), truce.Str(title))
	}
	return truce.Say("report.article-number", truce.Str(string(a.ID)))
}

// span writes a number that may be known only between two.
func (t *text) span(c Counted) string {
	if c.Low == c.High {
		return t.count(c.Low)
	}
	return t.Say(truce.Say("report.between", truce.NumArg(int64(c.Low)), truce.NumArg(int64(c.High))))
}

func (t *text) counting() {
	rows := [][]string{{"", t.Say(truce.Say("report.column.every")), t.Say(truce.Say("report.column.any"))}}
	for _, r := range t.Rules {
		if !counts(r) {
			continue
		}
		rows = append(rows, []string{t.Rule(r.ID), "", ""})
		for _, c := range r.Counts {
			rows = append(rows, []string{"  " + t.counted(c.Counting), t.span(c.Every), t.span(c.Any)})
		}
	}
	if len(rows) > 1 {
		t.heading(truce.Say("report.heading.counting"))
		t.table(2, rows, 1, 2)
	}
}

// counted names a counting rule and who holds it.
func (t *text) counted(c *truce.Counting) string { return countingName(t.Printer, c) }

func countingName(p *lang.Printer, c *truce.Counting) string {
	name := c.Name.In(p.Lang())
	if name == "" {
		name = string(c.ID)
	}
	if len(c.HeldBy) == 0 {
		return p.Arg(truce.Str(name))
	}
	var list []truce.Arg
	for _, h := range c.HeldBy {
		list = append(list, truce.ActorArg(h.Actor))
	}
	return p.Say(truce.Say("report.counting-held", truce.Str(name), truce.ListArg(list...)))
}

// ratio writes a rate ratio with its interval.
func ratio(p *lang.Printer, r Rate) string {
	if !r.Known {
		return p.Say(truce.Say("report.no-ratio"))
	}
	return p.Say(truce.Say("report.ratio", truce.Str(hundredths(p, r.Ratio)), truce.Str(hundredths(p, r.Low)), truce.Str(hundredths(p, r.High))))
}

// hundredths writes a ratio with two decimals.
func hundredths(p *lang.Printer, n Thousandths) string {
	if n == Infinite {
		return "∞"
	}
	return p.Decimal((int64(n)+5)/10, 2)
}

func (t *text) rate(r Rate) string {
	return t.Say(truce.Say("report.before-after", truce.NumArg(int64(len(r.Before))), truce.NumArg(int64(len(r.After)))))
}

// occasion says what happens at a date.
func (d Date) occasion() []truce.Phrase {
	var out []truce.Phrase
	for _, x := range d.Moments {
		out = append(out, truce.Say("report.moment", truce.MomentArg(x)))
	}
	for _, x := range d.Begins {
		out = append(out, truce.Say("report.begins", truce.RuleArg(x)))
	}
	return out
}

// empty reports whether a window counts nothing that surely is of the rule's kinds and surely in its place or not.
func (w Window) empty() bool { return !w.Inside.Known && !w.Rest.Known }

func (t *text) before() {
	told := false
	for _, d := range t.Dates {
		rows := [][]string{{"", t.Say(truce.Say("report.column.inside")), "", t.Say(truce.Say("report.column.likely")), "", t.Say(truce.Say("report.column.rest")), ""}}
		for _, w := range d.Compare {
			if w.empty() {
				continue
			}
			name := t.Say(truce.Say("report.days", truce.NumArg(int64(w.Days))))
			if len(t.scopes) > 1 {
				name += " · " + t.Say(ruleList(w.Rules))
			}
			row := []string{name, t.rate(w.Inside), ratio(t.Printer, w.Inside), t.rate(w.Likely), ratio(t.Printer, w.Likely), "", ""}
			if w.HasRest {
				row[5], row[6] = t.rate(w.Rest), ratio(t.Printer, w.Rest)
			}
			rows = append(rows, row)
		}
		if len(rows) == 1 {
			continue
		}
		if !told {
			t.heading(truce.Say("report.heading.dates"))
			told = true
		}
		var what []string
		for _, p := range d.occasion() {
			what = append(what, t.Say(p))
		}
		t.sentence(2, t.Span(d.When)+": "+strings.Join(what, " · "))
		t.table(4, rows)
	}
	if told && t.MoreDates > 0 {
		t.sentence(2, t.Say(truce.Say("report.more", truce.NumArg(int64(t.MoreDates)))))
	}
	if told {
		t.sentence(2, t.Say(ratesNote()))
	}
}

// ratesNote says how the ratios were worked out and what they do not show.
func ratesNote() truce.Phrase {
	return truce.Say("report.rates-note", truce.Str("Przyborowski & Wilenski 1940; Clopper & Pearson 1934"))
}

// ruleList names rules.
func ruleList(ids []truce.RuleID) truce.Phrase {
	var list []truce.Arg
	for _, id := range ids {
		list = append(list, truce.RuleArg(id))
	}
	return truce.Say("report.value", truce.ListArg(list...))
}

// standingWord names what a rule says.
func standingWord(p *lang.Printer, s Standing) string {
	if id := wordOf[s]; id != "" {
		return p.Say(truce.Phrase{ID: id})
	}
	return p.Result(truce.Result(s))
}

func (t *text) compared() {
	if len(t.Compared) == 0 {
		return
	}
	t.heading(truce.Say("report.heading.compared"))
	for k, c := range t.Compared {
		t.b.WriteString("  " + t.paint("1", t.Arg(truce.Str(c.Name))) + "\n")
		if c.Same {
			t.sentence(4, t.Say(truce.Say("report.compare.same")))
			continue
		}
		for _, r := range c.Rules {
			for _, x := range r.Changes {
				t.sentence(4, t.Say(t.change(t.Printer, k, t.ruleName(t.Printer, k, r.Rule), x)))
			}
		}
	}
}

// ruleName names a rule of a comparison, which the first plan may not have.
func (m *Model) ruleName(p *lang.Printer, compared int, id truce.RuleID) string {
	if m.rule(id) != nil {
		return p.Rule(id)
	}
	return m.otherNames(p, compared).Rule(id)
}

// otherNames is the printer with the names of the plan compared with.
func (m *Model) otherNames(p *lang.Printer, compared int) *lang.Printer {
	return lang.For(p.Lang()).With(m.replay.Variants[compared+1].Plan.Agreement)
}

// change says what became of some things under another plan, each side in the names of its own plan.
func (m *Model) change(p *lang.Printer, compared int, rule string, x Change) truce.Phrase {
	return truce.Say("report.compare.change", truce.Str(rule), number(x.Of), saysTurning(p, x.Before, x.BeforeTurns), saysTurning(m.otherNames(p, compared), x.After, x.AfterTurns))
}

// saysTurning is a standing as an argument, with the terms it turns on.
func saysTurning(p *lang.Printer, s Standing, terms []truce.TermID) truce.Arg {
	if len(terms) == 0 {
		return says(s)
	}
	list := make([]truce.Arg, len(terms))
	for i, t := range terms {
		list[i] = truce.Str(p.Term(t))
	}
	return truce.PhraseArg(truce.Say("report.standing.turns-on", truce.ListArg(list...)))
}

// says is a standing as an argument.
func says(s Standing) truce.Arg {
	if id := wordOf[s]; id != "" {
		return truce.PhraseArg(truce.Phrase{ID: id})
	}
	return truce.WordArg(truce.Result(s).String())
}

var classWord = map[string]string{"adhering": "report.class.adhering", "excluded": "report.class.excluded", "neither": "report.class.neither", "unknown": "report.class.unknown"}

func (t *text) actors() {
	var rows [][]string
	for _, n := range t.Named[:min(len(t.Named), TextActors)] {
		if len(n.Of) == 0 {
			break
		}
		var parts []string
		for _, c := range n.Classes {
			parts = append(parts, t.Say(truce.Say("report.fact-count", truce.PhraseArg(truce.Phrase{ID: classWord[c.Class]}), number(c.Of))))
		}
		rows = append(rows, []string{t.Actor(n.Actor), t.count(len(n.Of)), strings.Join(parts, " · ")})
	}
	if len(rows) > 0 {
		t.heading(truce.Say("report.heading.actors"))
		t.table(2, rows, 1)
	}
	if len(t.Strangers) == 0 {
		return
	}
	if len(rows) == 0 {
		t.heading(truce.Say("report.heading.actors"))
	}
	t.sentence(2, t.Say(truce.Say("report.strangers", truce.NumArg(int64(len(t.Strangers))))))
	for _, s := range t.Strangers[:min(len(t.Strangers), TextStrangers)] {
		line := truce.Say("report.stranger", truce.Str(s.Name), number(s.All))
		if s.Nearest != "" {
			line = truce.Say("report.stranger-like", truce.Str(s.Name), number(s.All), truce.ActorArg(s.Nearest))
		}
		t.sentence(4, t.Say(line))
	}
}

// gaps are the sentences on what was not seen, not judged or not taken.
func (m *Model) gaps() []struct {
	Phrase truce.Phrase
	Of     Tally
} {
	type gap = struct {
		Phrase truce.Phrase
		Of     Tally
	}
	c := m.Coverage
	var out []gap
	switch {
	case len(c.Looked) == 0:
		out = append(out, gap{truce.Say("report.gap.no-coverage"), nil})
	default:
		out = append(out, gap{truce.Say("report.gap.coverage", number(c.Looked), truce.NumArg(int64(c.Watched)), truce.NumArg(int64(c.Days))), c.Looked})
	}
	if len(c.Hindered) > 0 {
		out = append(out, gap{truce.Say("report.gap.hindered", number(c.Hindered)), c.Hindered})
	}
	for _, u := range c.Unjudged {
		what := truce.WordArg(u.Kind.String())
		if u.What != "" {
			what = truce.WordArg(u.What)
		}
		out = append(out, gap{truce.Say("report.gap.unjudged", number(u.Of), what), u.Of})
	}
	if len(c.NoTime) > 0 {
		out = append(out, gap{truce.Say("report.gap.no-time", number(c.NoTime)), c.NoTime})
	}
	if len(c.NoPlace) > 0 {
		out = append(out, gap{truce.Say("report.gap.no-place", number(c.NoPlace)), c.NoPlace})
	}
	if len(c.After) > 0 {
		out = append(out, gap{truce.Say("report.gap.after", number(c.After), truce.InstantArg(m.At)), c.After})
	}
	if c.Later > 0 {
		out = append(out, gap{truce.Say("report.gap.later", truce.NumArg(int64(c.Later)), truce.InstantArg(m.KnownAt)), nil})
	}
	if len(c.Swapped) > 0 {
		out = append(out, gap{truce.Say("report.gap.swapped", number(c.Swapped)), c.Swapped})
	}
	if c.Duplicates > 0 {
		out = append(out, gap{truce.Say("report.gap.repeated", truce.NumArg(int64(c.Duplicates))), nil})
	}
	if c.RejectedRows > 0 {
		out = append(out, gap{truce.Say("report.gap.rejected", truce.NumArg(int64(c.RejectedRows))), nil})
	}
	return out
}

func (t *text) unseen() {
	t.heading(truce.Say("report.heading.coverage"))
	for _, g := range t.gaps() {
		t.sentence(2, t.Say(g.Phrase))
	}
}

// visible replaces the characters that a terminal would obey.
func visible(s string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsControl(c) || unicode.Is(unicode.Bidi_Control, c) {
			return unicode.ReplacementChar
		}
		return c
	}, s)
}

// rejects lists the first rejected rows as a person opens them: file, row, column, reason.
func (t *text) rejects() {
	list := t.Coverage.Examples
	if len(list) == 0 || t.o.Rejects <= 0 {
		return
	}
	var parts []string
	for _, r := range t.Coverage.Rejected {
		parts = append(parts, t.Say(truce.Say("report.fact-count", truce.Str(r.Code), truce.NumArg(int64(r.Rows)))))
	}
	t.heading(truce.Say("report.heading.rejected"))
	t.sentence(2, strings.Join(parts, " · "))
	shown := min(len(list), t.o.Rejects)
	for _, p := range list[:shown] {
		at := visible(p.File)
		if p.Line > 0 {
			at += fmt.Sprintf(":%d", p.Line)
		}
		if p.Field != "" {
			at += ": " + visible(p.Field)
		}
		t.b.WriteString("  " + at + ": " + visible(p.Message) + "\n")
		if p.Hint != "" {
			t.b.WriteString("      " + visible(p.Hint) + "\n")
		}
	}
	if more := len(list) - shown + t.replay.MoreRejects; more > 0 {
		t.sentence(2, t.Say(truce.Say("report.more-problems", truce.NumArg(int64(more)))))
	}
}
