package terms

import (
	"time"

	"truce"
)

// clauses makes phrases of the parts that rules are made of, for those who explain and compare agreements.
type clauses struct {
	moments  map[truce.MomentID]truce.Moment
	points   map[truce.PlaceID]bool // the features that are points
	clock    truce.Clock
	inMoment []truce.MomentID // the moments being said, so that none is said inside itself
}

func clausesOf(a *truce.Agreement) *clauses {
	c := &clauses{clock: a.Clock, moments: map[truce.MomentID]truce.Moment{}, points: map[truce.PlaceID]bool{}}
	for _, f := range a.Places {
		c.points[f.ID] = f.Shape == truce.ShapePoint
	}
	for _, m := range a.Moments {
		c.moments[m.ID] = m
	}
	return c
}

// arg is a phrase as an argument of another one.
func arg(p truce.Phrase) truce.Arg { return truce.PhraseArg(p) }

func words(list []string) []truce.Arg {
	var out []truce.Arg
	for _, w := range list {
		out = append(out, truce.WordArg(w))
	}
	return out
}

func actorArgs(list []truce.ActorID) []truce.Arg {
	var out []truce.Arg
	for _, a := range list {
		out = append(out, truce.ActorArg(a))
	}
	return out
}

// tenths rounds a length for showing, half away from zero; every length a text names is exact to a tenth of a metre.
func tenths(m truce.Metres) truce.Arg {
	if m < 0 {
		return truce.MetresArg(truce.Tenths(float64(m*10) - 0.5))
	}
	return truce.MetresArg(truce.Tenths(float64(m*10) + 0.5))
}

// who says which actors.
func (c *clauses) who(w truce.Who) truce.Arg {
	list := actorArgs(w.Actors)
	for _, x := range w.Classes {
		list = append(list, arg(truce.Say("class."+string(x))))
	}
	for _, t := range w.Terms {
		list = append(list, arg(truce.Say("explain.who.term", truce.TermArg(t))))
	}
	var out truce.Arg
	switch {
	case w.Each && len(list) > 0:
		out = arg(truce.Say("explain.who.each", truce.ListArg(list...)))
	case len(list) == 1:
		out = list[0]
	case len(list) > 1:
		out = truce.OrArg(list...)
	}
	if len(w.All) > 0 {
		var all []truce.Arg
		if len(list) > 0 {
			all = append(all, out)
		}
		for _, x := range w.All {
			all = append(all, c.who(x))
		}
		out = arg(truce.Say("explain.who.all", truce.ListArg(all...)))
	}
	switch {
	case w.Not != nil && (len(list) > 0 || len(w.All) > 0):
		out = arg(truce.Say("explain.who.but", out, c.who(*w.Not)))
	case w.Not != nil:
		out = arg(truce.Say("explain.who.not", c.who(*w.Not)))
	case !w.Set():
		out = arg(truce.Say("class.anyone"))
	}
	return out
}

// arms says which equipment; alternatives are joined with or.
func (c *clauses) arms(list []truce.Arms) truce.Arg {
	var out []truce.Arg
	for _, e := range list {
		term := truce.Say("explain.arms.term", truce.TermArg(e.Term))
		what := arg(truce.Say("explain.arms.any"))
		switch {
		case e.Category != "" && e.Term != "":
			what = arg(truce.Say("explain.arms.both", truce.WordArg(e.Category), truce.TermArg(e.Term)))
		case e.Category != "":
			what = truce.WordArg(e.Category)
		case e.Term != "":
			what = arg(term)
		}
		var more []truce.Arg
		if e.CalibreOver > 0 {
			more = append(more, arg(truce.Say("explain.arms.calibre-over", truce.NumArg(int64(e.CalibreOver)))))
		}
		if e.CalibreFrom > 0 {
			more = append(more, arg(truce.Say("explain.arms.calibre-from", truce.NumArg(int64(e.CalibreFrom)))))
		}
		if e.CalibreUnder > 0 {
			more = append(more, arg(truce.Say("explain.arms.calibre-under", truce.NumArg(int64(e.CalibreUnder)))))
		}
		if e.RangeOver > 0 {
			more = append(more, arg(truce.Say("explain.arms.range-over", tenths(e.RangeOver))))
		}
		if len(more) > 0 {
			what = arg(truce.Say("explain.arms.with", what, truce.ListArg(more...)))
		}
		out = append(out, what)
	}
	return truce.OrArg(out...)
}

// what says whose forces, and which equipment of them.
func (c *clauses) what(of truce.Who, list []truce.Arms) truce.Arg {
	switch {
	case len(list) == 0:
		return c.who(of)
	case !of.Set():
		return c.arms(list)
	}
	return arg(truce.Say("explain.arms.of", c.arms(list), c.who(of)))
}

// where says which places; nil is anywhere.
func (c *clauses) where(w *truce.Where) truce.Arg { return c.place(w, false) }

// place says a place; inner is one inside a list, whose own lists are put in brackets.
func (c *clauses) place(w *truce.Where, inner bool) truce.Arg {
	list := func(join func(...truce.Arg) truce.Arg, parts []truce.Where) truce.Arg {
		var out []truce.Arg
		for i := range parts {
			out = append(out, c.place(&parts[i], true))
		}
		if inner && len(out) > 1 {
			return arg(truce.Say("group", join(out...)))
		}
		return join(out...)
	}
	switch {
	case w == nil:
		return arg(truce.Say("explain.where.anywhere"))
	case w.Unpublished:
		return arg(truce.Say("explain.where.unpublished"))
	case w.Zone != "" && c.points[w.Zone]:
		return arg(truce.Say("explain.where.at", truce.PlaceArg(w.Zone)))
	case w.Zone != "":
		return arg(truce.Say("explain.where.zone", truce.PlaceArg(w.Zone)))
	case w.Kind != "":
		return arg(truce.Say("explain.where.kind", arg(truce.Say("feature."+string(w.Kind)))))
	case w.Term != "":
		return arg(truce.Say("explain.where.term", truce.TermArg(w.Term)))
	case w.Of != "" && w.Within > 0 && w.Side != "":
		return arg(truce.Say("explain.where.within-side", tenths(w.Within), truce.PlaceArg(w.Of), truce.WordArg(string(w.Side))))
	case w.Of != "" && w.Within > 0:
		return arg(truce.Say("explain.where.within", tenths(w.Within), truce.PlaceArg(w.Of)))
	case w.Of != "":
		return arg(truce.Say("explain.where.side", truce.PlaceArg(w.Of), truce.WordArg(string(w.Side))))
	case len(w.All) == 1:
		return c.place(&w.All[0], inner)
	case len(w.All) > 0 && !inner:
		return arg(truce.Say("explain.where.all", list(truce.ListArg, w.All)))
	case len(w.All) > 0:
		return list(truce.ListArg, w.All)
	case len(w.Any) > 0:
		return list(truce.OrArg, w.Any)
	case w.Not != nil:
		return arg(truce.Say("explain.where.not", c.place(w.Not, true)))
	}
	return arg(truce.Say("explain.where.anywhere"))
}

// time says a point in time; where the calendar alone works it out, also what it comes to.
func (c *clauses) time(e truce.TimeExpr) truce.Arg {
	says := c.timeAlone(e)
	steps := 0
	at, ok := c.fixed(e, &steps)
	if !ok || steps == 0 {
		return says
	}
	return arg(truce.Say("explain.time.that-is", says, truce.SpanArg(at)))
}

// fixed works out a point in time that waits for nothing and turns on no term, and counts the periods added on the way. What
// it comes to is what package assess makes of it: a day stays a day where only days are added.
func (c *clauses) fixed(e truce.TimeExpr, steps *int) (at truce.Span, ok bool) {
	var reach func(e truce.TimeExpr, depth int) (truce.Span, bool, bool)
	reach = func(e truce.TimeExpr, depth int) (at truce.Span, day, ok bool) {
		switch {
		case depth > MaxDepth: // a circle, reported elsewhere
		case e.Kind == truce.TimeAt:
			return e.At, e.Day, true
		case e.Kind == truce.TimeMoment:
			if m, there := c.moments[e.Moment]; there {
				return reach(m.At, depth+1)
			}
		case e.Kind == truce.TimeAfter && e.Base != nil:
			at, day, ok = reach(*e.Base, depth+1)
			if !ok {
				break
			}
			*steps++
			day = day && e.Plus.Clock == 0
			at = truce.Span{From: c.clock.Plus(at.From, e.Plus), To: c.clock.Plus(at.To, e.Plus)}
			if day {
				at = c.clock.DayOf(at.From)
			}
			return at, day, true
		}
		return truce.Span{}, false, false
	}
	at, _, ok = reach(e, 0)
	return at, ok
}

func (c *clauses) timeAlone(e truce.TimeExpr) truce.Arg {
	switch e.Kind {
	case truce.TimeNoDate:
		return arg(truce.Say("explain.time.no-date"))
	case truce.TimeAt:
		return truce.SpanArg(e.At)
	case truce.TimeMoment:
		m, ok := c.moments[e.Moment]
		for _, x := range c.inMoment {
			ok = ok && x != e.Moment
		}
		if !ok {
			return arg(truce.Say("explain.time.moment-alone", truce.MomentArg(e.Moment)))
		}
		c.inMoment = append(c.inMoment, e.Moment)
		at := c.timeAlone(m.At)
		c.inMoment = c.inMoment[:len(c.inMoment)-1]
		return arg(truce.Say("explain.time.moment", truce.MomentArg(e.Moment), at))
	case truce.TimeTerm:
		return arg(truce.Say("explain.time.term", truce.TermArg(e.Term)))
	case truce.TimeAfter:
		if e.Base == nil {
			break
		}
		if p := e.Plus; p.Months < 0 || p.Days < 0 || p.Clock < 0 {
			return arg(truce.Say("explain.time.before", period(truce.Period{Months: -p.Months, Days: -p.Days, Clock: -p.Clock}), c.timeAlone(*e.Base)))
		}
		return arg(truce.Say("explain.time.after", period(e.Plus), c.timeAlone(*e.Base)))
	case truce.TimeAct:
		if e.Act != nil {
			return arg(truce.Say("explain.time.act", c.act(*e.Act)))
		}
	case truce.TimeRuleMet:
		return arg(truce.Say("explain.time.met", truce.RuleArg(e.Rule)))
	case truce.TimeCleanDays:
		if e.Clean != nil {
			return c.cleanDays(*e.Clean)
		}
	}
	return arg(truce.Say("explain.time.unset"))
}

func (c *clauses) cleanDays(d truce.CleanDays) truce.Arg {
	how := []truce.Arg{arg(truce.Say("explain.time.clean-outcomes"))}
	if d.Found == "mechanism" {
		how[0] = arg(truce.Say("explain.time.clean-mechanism"))
	}
	if d.Where != nil {
		how = append(how, arg(truce.Say("explain.time.clean-where", c.where(d.Where))))
	}
	if d.From != nil {
		how = append(how, arg(truce.Say("explain.time.clean-from", c.time(*d.From))))
	}
	all := how[0]
	for _, x := range how[1:] {
		all = arg(truce.Say("explain.limit-more", all, x))
	}
	return arg(truce.Say("explain.time.clean", period(truce.Period{Days: d.Days}), truce.RuleArg(d.Rule), all))
}

// period says a length of calendar and clock time.
func period(p truce.Period) truce.Arg {
	var out []truce.Arg
	if p.Months != 0 {
		out = append(out, arg(truce.Say("explain.period.months", truce.NumArg(int64(p.Months)))))
	}
	if p.Days != 0 {
		out = append(out, arg(truce.Say("explain.period.days", truce.NumArg(int64(p.Days)))))
	}
	if p.Clock != 0 || len(out) == 0 {
		out = append(out, truce.DurArg(p.Clock))
	}
	return truce.ListArg(out...)
}

// act says what is done, by whom and with what result.
func (c *clauses) act(a truce.Act) truce.Arg {
	out := truce.Say("explain.act", truce.WordArg(a.What))
	if a.By.Set() {
		out = truce.Say("explain.act.by", arg(out), c.who(a.By))
	}
	if len(a.Result) > 0 {
		var list []truce.Arg
		for _, e := range a.Result {
			list = append(list, arg(truce.Say("ended."+e.String())))
		}
		out = truce.Say("explain.act.result", arg(out), truce.OrArg(list...))
	}
	return arg(out)
}

// exception says what must hold together for a rule not to apply.
func (c *clauses) exception(e truce.Exception) truce.Arg {
	var list []truce.Arg
	add := func(p truce.Phrase) { list = append(list, arg(p)) }
	if e.Permission != "" {
		add(truce.Say("explain.exception.permission", truce.RuleArg(e.Permission)))
	}
	if e.By.Set() {
		add(truce.Say("explain.exception.by", c.who(e.By)))
	}
	if e.Against.Set() {
		add(truce.Say("explain.exception.against", c.who(e.Against)))
	}
	if e.Where != nil {
		add(truce.Say("explain.exception.where", c.where(e.Where)))
	}
	if len(e.Kinds) > 0 {
		add(truce.Say("explain.exception.kinds", truce.OrArg(words(e.Kinds)...)))
	}
	if e.When != "" {
		add(truce.Say("explain.exception.when", c.condition(e.When, truce.TermEvent)))
	}
	if e.WhenTerm != "" {
		add(truce.Say("explain.exception.when-term", truce.TermArg(e.WhenTerm)))
	}
	if n := e.Notice; n != nil {
		p := truce.Say("explain.exception.notice", truce.DurArg(n.Ahead))
		if len(n.What) > 0 {
			p = truce.Say("explain.exception.notice-kinds", truce.DurArg(n.Ahead), truce.OrArg(words(n.What)...))
		}
		if n.Unknown {
			p = truce.Say("explain.exception.notice-unknown", arg(p))
		}
		add(p)
	}
	return truce.ListArg(list...)
}

// step says one thing that must have come before, and what its absence from the records means.
func (c *clauses) step(s truce.Step) []truce.Phrase {
	out := []truce.Phrase{truce.Say("explain.step", c.act(s.Act))}
	if s.Before > 0 {
		out = append(out, truce.Say("explain.step.before", truce.DurArg(s.Before)))
	}
	if s.After > 0 {
		out = append(out, truce.Say("explain.step.after", truce.DurArg(s.After)))
	}
	if s.Unknown {
		return append(out, truce.Say("explain.step.unknown"))
	}
	return append(out, truce.Say("explain.step.absent"))
}

// quota says a least number in each period.
func quota(q truce.Quota) truce.Phrase {
	per := map[string]truce.Phrase{"": truce.Say("explain.in-all"), "day": truce.Say("explain.each-day"), "week": truce.Say("explain.each-week"), "month": truce.Say("explain.each-month")}[q.Per]
	if q.What == "" {
		return truce.Say("explain.at-least-number", truce.NumArg(q.Number), arg(per))
	}
	return truce.Say("explain.at-least", truce.NumArg(q.Number), truce.WordArg(q.What), arg(per))
}

// limits says greatest numbers.
func limits(list []truce.Limit) truce.Arg {
	var out truce.Arg
	for i, l := range list {
		next := arg(truce.Say("explain.limit", truce.WordArg(l.What), truce.NumArg(l.AtMost)))
		if i > 0 {
			next = arg(truce.Say("explain.limit-more", out, next))
		}
		out = next
	}
	return out
}

// holder says who holds a reading or a counting rule, since when and on what.
func holder(h truce.Holding) truce.Arg {
	who := truce.ActorArg(h.Actor)
	switch {
	case h.Since != "" && h.Source != "":
		return arg(truce.Say("explain.holder", who, truce.Str(h.Since), truce.SourceArg(h.Source)))
	case h.Source != "":
		return arg(truce.Say("explain.holder-undated", who, truce.SourceArg(h.Source)))
	case h.Since != "":
		return arg(truce.Say("explain.holder-unsourced", who, truce.Str(h.Since)))
	}
	return who
}

// meaning says what a reading makes of its term.
func (c *clauses) meaning(t truce.TermKind, rd truce.Reading) truce.Arg {
	switch {
	case rd.Place != nil:
		return c.where(rd.Place)
	case rd.Time != nil:
		return c.time(*rd.Time)
	case rd.Renewal == "consent":
		return arg(truce.Say("explain.reading.consent"))
	case rd.Renewal == "no-objection":
		return arg(truce.Say("explain.reading.no-objection"))
	}
	return c.condition(rd.Condition, t)
}

// attributePhrases are the words for what conditions ask for.
var attributePhrases = map[string]truce.Phrase{
	"actor.id":             truce.Say("explain.attribute.actor-id"),
	"actor.kind":           truce.Say("explain.attribute.actor-kind"),
	"actor.origin":         truce.Say("explain.attribute.actor-origin"),
	"actor.invited_by":     truce.Say("explain.attribute.actor-invited-by"),
	"actor.sponsors":       truce.Say("explain.attribute.actor-sponsors"),
	"actor.chain":          truce.Say("explain.attribute.actor-chain"),
	"actor.belongs_to":     truce.Say("explain.attribute.actor-belongs-to"),
	"target.id":            truce.Say("explain.attribute.target-id"),
	"target.kind":          truce.Say("explain.attribute.target-kind"),
	"target.origin":        truce.Say("explain.attribute.target-origin"),
	"target.belongs_to":    truce.Say("explain.attribute.target-belongs-to"),
	"equipment.category":   truce.Say("explain.attribute.equipment-category"),
	"equipment.kinds":      truce.Say("explain.attribute.equipment-kinds"),
	"equipment.calibre_mm": truce.Say("explain.attribute.equipment-calibre"),
	"equipment.range_m":    truce.Say("explain.attribute.equipment-range"),
	"equipment.count":      truce.Say("explain.attribute.equipment-count"),
	"event.kind":           truce.Say("explain.attribute.event-kind"),
	"event.kinds":          truce.Say("explain.attribute.event-kinds"),
	"event.count":          truce.Say("explain.attribute.event-count"),
	"event.deaths":         truce.Say("explain.attribute.event-deaths"),
	"event.civilians":      truce.Say("explain.attribute.event-civilians"),
	"event.injured":        truce.Say("explain.attribute.event-injured"),
	"event.means":          truce.Say("explain.attribute.event-means"),
	"event.standing":       truce.Say("explain.attribute.event-standing"),
	"event.sources":        truce.Say("explain.attribute.event-sources"),
	"event.result":         truce.Say("explain.attribute.event-result"),
	"link.id":              truce.Say("explain.attribute.link-id"),
	"link.kind":            truce.Say("explain.attribute.link-kind"),
	"link.origin":          truce.Say("explain.attribute.link-origin"),
}

// questionPhrases are the sentences for what is either so or not.
var questionPhrases = map[string][2]truce.Phrase{
	"actor.invited":   {truce.Say("explain.attribute.actor-invited"), truce.Say("explain.attribute.actor-not-invited")},
	"actor.adheres":   {truce.Say("explain.attribute.actor-adheres"), truce.Say("explain.attribute.actor-not-adheres")},
	"actor.excluded":  {truce.Say("explain.attribute.actor-excluded"), truce.Say("explain.attribute.actor-not-excluded")},
	"target.adheres":  {truce.Say("explain.attribute.target-adheres"), truce.Say("explain.attribute.target-not-adheres")},
	"target.excluded": {truce.Say("explain.attribute.target-excluded"), truce.Say("explain.attribute.target-not-excluded")},
}

// condition says a CEL condition in words, or quotes it where there are none.
func (c *clauses) condition(text string, kind truce.TermKind) truce.Arg {
	if all, err := sharedConditions(); err == nil && text != "" {
		if cond, faults := all.compile(text, kind); len(faults) == 0 {
			return cond.Says
		}
	}
	return arg(truce.Say("explain.condition.quoted", truce.Str(text)))
}

// SayAttribute names what a condition can ask for, a thing or what is so or not; nothing where it cannot be asked for.
func SayAttribute(name string) truce.Phrase {
	if q, ok := questionPhrases[name]; ok {
		return q[0]
	}
	return attributePhrases[name]
}

// expr says a condition, or its opposite; inner is one inside a list, whose own lists are put in brackets. Ok is false
// for a form that has no words.
func (c *clauses) expr(e Expr, yes, inner bool) (out truce.Arg, ok bool) {
	pick := func(a, b truce.Phrase) truce.Arg {
		if yes {
			return arg(a)
		}
		return arg(b)
	}
	switch e.Kind {
	case ExprAttribute:
		if q, known := questionPhrases[e.Name]; known {
			return pick(q[0], q[1]), true
		}
	case ExprNot:
		return c.expr(e.Args[0], !yes, inner)
	case ExprAnd, ExprOr:
		var list []truce.Arg
		for _, x := range e.Args {
			a, ok := c.expr(x, yes, true)
			if !ok {
				return out, false
			}
			list = append(list, a)
		}
		join := truce.ListArg // the opposite of "or" is "and" of the opposites
		if (e.Kind == ExprOr) == yes {
			join = truce.OrArg
		}
		if inner {
			return arg(truce.Say("group", join(list...))), true
		}
		return join(list...), true
	case ExprCompare:
		return c.compare(e, yes)
	case ExprIn:
		return c.among(e, yes)
	case ExprSome, ExprEvery:
		over, ok := c.thing(e.Args[0])
		if !ok {
			return out, false
		}
		if v, ok := isOne(e); ok { // "one of them is x" is "x is among them"
			return pick(truce.Say("explain.condition.among", constant(e.Args[0], v), over), truce.Say("explain.condition.not-among", constant(e.Args[0], v), over)), true
		}
		if inner { // its own "and" and "or" must not run into those around it
			a, ok := c.expr(e, yes, false)
			return arg(truce.Say("group", a)), ok
		}
		body, ok := c.expr(underLink(e.Args[1], e.Args[0]), true, true)
		if !ok {
			return out, false
		}
		if e.Kind == ExprSome {
			return pick(truce.Say("explain.condition.some", over, body), truce.Say("explain.condition.no", over, body)), true
		}
		return pick(truce.Say("explain.condition.every", over, body), truce.Say("explain.condition.not-every", over, body)), true
	}
	return out, false
}

// isOne reports whether a condition asks only that one of a list is a certain text, and which.
func isOne(e Expr) (v any, ok bool) {
	body := e.Args[1]
	if e.Kind != ExprSome || body.Kind != ExprCompare || body.Name != "==" || body.Args[1].Kind != ExprConstant {
		return nil, false
	}
	first := body.Args[0]
	return body.Args[1].Value, first.Kind == ExprItem || first.Kind == ExprField && first.Name == "id"
}

// underLink names the fields of a link, and turns a text of a list into an id of a link, so that both are said in one way.
func underLink(e, list Expr) Expr {
	switch e.Kind {
	case ExprField:
		return Expr{Kind: ExprAttribute, Name: "link." + e.Name}
	case ExprItem:
		return Expr{Kind: ExprAttribute, Name: "link.id"}
	case ExprSome, ExprEvery:
		return Expr{} // one list inside another: its fields could not be told apart
	}
	out := e
	out.Args = nil
	for _, x := range e.Args {
		out.Args = append(out.Args, underLink(x, list))
	}
	return out
}

// thing says an attribute, or the length of a list.
func (c *clauses) thing(e Expr) (truce.Arg, bool) {
	if e.Kind == ExprSize && e.Args[0].Kind == ExprAttribute {
		list, ok := c.thing(e.Args[0])
		return arg(truce.Say("explain.condition.number", list)), ok
	}
	p, ok := attributePhrases[e.Name]
	return arg(p), ok && e.Kind == ExprAttribute
}

func (c *clauses) compare(e Expr, yes bool) (out truce.Arg, ok bool) {
	left, right, op := e.Args[0], e.Args[1], e.Name
	if left.Kind == ExprConstant && right.Kind != ExprConstant {
		left, right = right, left
		op = map[string]string{"<": ">", ">": "<", "<=": ">=", ">=": "<=", "==": "==", "!=": "!="}[op]
	}
	if !yes {
		op = map[string]string{"<": ">=", ">": "<=", "<=": ">", ">=": "<", "==": "!=", "!=": "=="}[op]
	}
	if flag, isFlag := right.Value.(bool); isFlag && left.Kind == ExprAttribute {
		return c.expr(left, flag == (op == "=="), false)
	}
	a, ok := c.thing(left)
	if !ok {
		return out, false
	}
	b, ok := c.thing(right)
	if right.Kind == ExprConstant {
		b, ok = constant(left, right.Value), true
	}
	if !ok {
		return out, false
	}
	switch op {
	case "==":
		return arg(truce.Say("explain.condition.is", a, b)), true
	case "!=":
		return arg(truce.Say("explain.condition.is-not", a, b)), true
	case "<":
		return arg(truce.Say("explain.condition.less", a, b)), true
	case "<=":
		return arg(truce.Say("explain.condition.at-most", a, b)), true
	case ">":
		return arg(truce.Say("explain.condition.more", a, b)), true
	}
	return arg(truce.Say("explain.condition.at-least", a, b)), true
}

// among says that a thing is one of a list of constants, or that a constant is in a list that is known of the thing.
func (c *clauses) among(e Expr, yes bool) (out truce.Arg, ok bool) {
	left, list := e.Args[0], e.Args[1]
	if list.Kind == ExprList {
		a, ok := c.thing(left)
		if !ok || len(list.Args) == 0 {
			return out, false
		}
		var items []truce.Arg
		for _, x := range list.Args {
			if x.Kind != ExprConstant {
				return out, false
			}
			items = append(items, constant(left, x.Value))
		}
		if yes {
			return arg(truce.Say("explain.condition.one-of", a, truce.OrArg(items...))), true
		}
		return arg(truce.Say("explain.condition.none-of", a, truce.OrArg(items...))), true
	}
	b, ok := c.thing(list)
	if !ok {
		return out, false
	}
	a, ok := c.thing(left)
	if left.Kind == ExprConstant {
		a, ok = constant(list, left.Value), true
	}
	if !ok {
		return out, false
	}
	if yes {
		return arg(truce.Say("explain.condition.among", a, b)), true
	}
	return arg(truce.Say("explain.condition.not-among", a, b)), true
}

// constant says a value as the attribute it is compared with means it.
func constant(attribute Expr, v any) truce.Arg { return SayValue(attribute.Name, v) }

// SayValue says a text or a number as an attribute means it; of a list, one that is in it.
func SayValue(attribute string, v any) truce.Arg {
	switch v := v.(type) {
	case int64:
		switch attribute {
		case "equipment.calibre_mm":
			return arg(truce.Say("explain.value.millimetres", truce.NumArg(v)))
		case "equipment.range_m":
			return truce.MetresArg(truce.Tenths(v * 10))
		}
		return truce.NumArg(v)
	case string:
		switch attribute {
		case "actor.origin", "target.origin", "link.origin":
			return truce.CountryArg(v)
		case "actor.id", "target.id", "link.id", "actor.invited_by", "actor.sponsors", "actor.chain", "actor.belongs_to", "target.belongs_to":
			return truce.ActorArg(truce.ActorID(v))
		case "actor.kind", "target.kind", "link.kind", "event.means", "event.standing", "event.result",
			"event.kind", "event.kinds", "equipment.category", "equipment.kinds":
			return truce.WordArg(v)
		}
		return truce.Str(v)
	}
	return truce.Str("")
}

// hour says a time of day, which the agreement's clock gives as time since midnight.
func hour(d time.Duration) truce.Arg {
	return truce.Str(time.UnixMilli(d.Milliseconds()).UTC().Format("15:04"))
}
