package terms

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"truce"
	"truce/geo"
	"truce/internal/lang"
)

// settable lists the fields of a rule that [Set] can change.
var settable = []string{"where", "from", "until", "due", "dwell", "gap", "hysteresis", "at_most", "at_least", "within"}

// WithReading answers the question "what if it were read so?": a copy of the agreement in which a term has only one of its
// readings. The choice is written "term=reading", or as the reading alone where only one term has one of that name.
func WithReading(a *truce.Agreement, choice string) (*truce.Agreement, error) {
	const op truce.Op = "terms.WithReading"
	term, reading, ok := strings.Cut(choice, "=")
	if !ok {
		term, reading = termOfReading(a, choice), choice
		ok = term != ""
	}
	term, reading = strings.TrimSpace(term), strings.TrimSpace(reading)
	if !ok || term == "" || reading == "" {
		return nil, choosesNone(op, a, choice)
	}
	b := clone(a)
	for i := range b.Terms {
		t := &b.Terms[i]
		if string(t.ID) != term {
			continue
		}
		var names []string
		for _, rd := range t.Readings {
			if string(rd.ID) == reading {
				t.Readings = []truce.Reading{rd}
				return b, nil
			}
			names = append(names, string(rd.ID))
		}
		return nil, unknownName(op, choice, fmt.Sprintf("the term %q has no reading %q", term, reading), reading, "its readings", names)
	}
	return nil, unknownName(op, choice, fmt.Sprintf("there is no term %q", term), term, "terms here", termNames(a))
}

// Redraw answers the question "what if it ran here?": a copy of the agreement in which a line runs through other corners, or an area has them as its edge.
func Redraw(a *truce.Agreement, id truce.PlaceID, corners []truce.Position) (*truce.Agreement, error) {
	const op truce.Op = "terms.Redraw"
	b := clone(a)
	i := slices.IndexFunc(b.Places, func(f truce.Feature) bool { return f.ID == id })
	if i < 0 {
		return nil, &truce.Error{Op: op, Kind: truce.NotFound, Subject: string(id), Reason: "the agreement draws no such place"}
	}
	var faults []geo.Fault
	switch f := &b.Places[i]; f.Shape {
	case truce.ShapeLine:
		f.Lines = [][]truce.Position{corners}
		faults = geo.CheckLine(f.Lines, b.Edges)
	case truce.ShapeArea:
		f.Polygons = [][][]truce.Position{{corners}}
		faults = geo.CheckArea(f.Polygons, b.Edges)
	default:
		return nil, &truce.Error{Op: op, Kind: truce.Invalid, Subject: string(id), Reason: "it is neither a line nor an area"}
	}
	if len(faults) > 0 {
		return nil, &truce.Error{Op: op, Kind: truce.Invalid, Subject: string(id), Reason: fmt.Sprintf("it cannot be drawn so: %v", faults[0]), Hint: "draw it again, without crossing what is drawn already"}
	}
	return b, nil
}

// choosesNone is the error for a choice that names no reading, or one that several terms have.
func choosesNone(op truce.Op, a *truce.Agreement, choice string) error {
	e := &truce.Error{Op: op, Kind: truce.Invalid, Subject: choice, Reason: "this chooses no reading", Hint: "write TERM=READING; terms here: " + strings.Join(termNames(a), ", ")}
	if strings.Contains(choice, "=") {
		return e
	}
	if terms := termsOfReading(a, choice); len(terms) > 0 {
		e.Reason = "several terms have a reading of this name"
		e.Hint = "write " + strings.Join(terms, "="+choice+" or ") + "=" + choice
		return e
	}
	var all []string
	for _, t := range a.Terms {
		for _, rd := range t.Readings {
			all = append(all, string(rd.ID))
		}
	}
	if n := Nearest(choice, all); n != "" {
		e.Reason, e.Hint = "there is no such reading", fmt.Sprintf("did you mean %q?", n)
	}
	return e
}

// termOfReading is the only term that has a reading of a name, "" if none or several have.
func termOfReading(a *truce.Agreement, reading string) string {
	if terms := termsOfReading(a, reading); len(terms) == 1 {
		return terms[0]
	}
	return ""
}

func termsOfReading(a *truce.Agreement, reading string) []string {
	var out []string
	for _, t := range a.Terms {
		if slices.ContainsFunc(t.Readings, func(r truce.Reading) bool { return string(r.ID) == strings.TrimSpace(reading) }) {
			out = append(out, string(t.ID))
		}
	}
	return out
}

func termNames(a *truce.Agreement) []string {
	var out []string
	for _, t := range a.Terms {
		out = append(out, string(t.ID))
	}
	return out
}

// unknownName is the error for a name that is not there: it says the nearest one, or all of them.
func unknownName(op truce.Op, subject, reason, name, what string, known []string) error {
	e := &truce.Error{Op: op, Kind: truce.NotFound, Subject: subject, Reason: reason, Hint: what + ": " + strings.Join(known, ", ")}
	if n := Nearest(name, known); n != "" {
		e.Hint = fmt.Sprintf("did you mean %q?", n)
	} else if len(known) == 0 {
		e.Hint = "there are none"
	}
	return e
}

// Set answers the question "what if the rule said otherwise?": a copy of the agreement with one field of one rule changed,
// written "RULE.FIELD=VALUE".
//
//	where             20 km: every distance in the rule's place; if the place is a term whose readings all measure from
//	                  one line, that distance from that line, and if they measure from several, a reading for each of
//	                  them, held by nobody. 20 km of LINE, the id of a place, or a term about places take the place of
//	                  what is there
//	from, until, due  a time as the language writes it in one line
//	dwell, gap        a length of time; within too
//	hysteresis        a distance
//	at_most.WORD      the greatest number of that kind of equipment
//	at_least          a number, or a number with its period: 100 per day
func Set(a *truce.Agreement, change string) (*truce.Agreement, error) {
	const op truce.Op = "terms.Set"
	left, value, ok := strings.Cut(change, "=")
	left, value = strings.TrimSpace(left), strings.TrimSpace(value)
	b := clone(a)
	var u *truce.Rule
	var names []string
	for _, x := range Rules(b) {
		names = append(names, string(x.ID))
		if strings.HasPrefix(left, string(x.ID)+".") && (u == nil || len(x.ID) > len(u.ID)) { // an id may have dots in it
			u = x
		}
	}
	if u == nil {
		rule, _, dot := strings.Cut(left, ".")
		if !ok || !dot {
			return nil, &truce.Error{Op: op, Kind: truce.Invalid, Subject: change, Reason: "this changes nothing", Hint: "write RULE.FIELD=VALUE, for example " + example1(names) + ".dwell=30m"}
		}
		return nil, unknownName(op, change, fmt.Sprintf("there is no rule %q", rule), rule, "rules here", names)
	}
	field, word, _ := strings.Cut(strings.TrimPrefix(left, string(u.ID)+"."), ".")
	if !contains(settable, field) {
		return nil, unknownName(op, change, fmt.Sprintf("the field %q cannot be set", field), field, "fields", settable)
	}
	if value == "" {
		return nil, &truce.Error{Op: op, Kind: truce.Invalid, Subject: change, Reason: "the value is missing", Hint: "write RULE." + field + "=VALUE"}
	}
	if field != "from" && field != "until" && !contains(allowed[form(*u)], field) {
		return nil, &truce.Error{Op: op, Kind: truce.Invalid, Subject: change, Reason: fmt.Sprintf("%q means nothing in a rule that %s", field, sentenceForm(*u)),
			Hint: "here: from, until, " + strings.Join(settableIn(*u), ", ")}
	}
	if err := setField(b, u, field, word, value); err != nil {
		return nil, &truce.Error{Op: op, Kind: truce.Invalid, Subject: change, Reason: err.Error()}
	}
	if err := checkVaried(b); err != nil {
		return nil, &truce.Error{Op: op, Kind: truce.Invalid, Subject: change, Reason: err.Error()}
	}
	return b, nil
}

func example1(names []string) string {
	if len(names) == 0 {
		return "RULE"
	}
	return names[0]
}

func settableIn(u truce.Rule) []string {
	var out []string
	for _, f := range settable {
		if contains(allowed[form(u)], f) {
			out = append(out, f)
		}
	}
	return out
}

// readerOf is a reader that knows the names of an agreement, for texts that come one by one.
func readerOf(a *truce.Agreement) *reader {
	r := newReader(&problems{})
	r.clock = a.Clock
	know := func(sort int, name string) {
		r.names[sort].set[name] = truce.Origin{}
		r.names[sort].list = append(r.names[sort].list, name)
	}
	for _, m := range a.Moments {
		know(moments, string(m.ID))
	}
	for _, t := range a.Terms {
		know(terms, string(t.ID))
		r.kinds[string(t.ID)] = t.Kind
		for _, rd := range t.Readings {
			r.readings[string(t.ID)] = append(r.readings[string(t.ID)], string(rd.ID))
		}
	}
	for _, f := range a.Places {
		know(places, string(f.ID))
	}
	r.incidents, r.equipment = Kinds(a)
	return r
}

// checkVaried runs the checks that a change to a rule could fail: times that depend on themselves, spans that end before
// they begin, terms with too many combinations.
func checkVaried(a *truce.Agreement) error {
	r := readerOf(a)
	r.checkTimes(a)
	r.checkRules(a)
	for _, p := range r.probs.list {
		if !p.Warning {
			return fmt.Errorf("%s", p.Message)
		}
	}
	return nil
}

func setField(a *truce.Agreement, u *truce.Rule, field, word, value string) error {
	if (word != "") != (field == "at_most") {
		if field == "at_most" {
			return fmt.Errorf("at_most needs a kind of equipment: write at_most.tank=%s", value)
		}
		return fmt.Errorf("%q has no parts", field)
	}
	r := readerOf(a)
	switch field {
	case "where":
		return setWhere(a, u, value)
	case "from", "until", "due":
		e, err := r.timeText(value)
		if err != nil {
			return err
		}
		switch field {
		case "from":
			u.From = e
		case "until":
			u.Until = e
		default:
			u.Due = e
		}
	case "dwell", "gap", "within":
		p, err := ParsePeriod(value)
		if err != nil {
			return err
		}
		if p.Months != 0 {
			return fmt.Errorf("%q has no fixed length: use hours or days here", value)
		}
		d := p.Clock + time.Duration(p.Days)*24*time.Hour
		switch field {
		case "dwell":
			u.Dwell = d
		case "gap":
			u.Gap = d
		default:
			u.Within = d
		}
	case "hysteresis":
		d, err := ParseDistance(value)
		if err != nil {
			return err
		}
		u.Hysteresis = d
	case "at_most":
		n, err := wholeNumber(value)
		if err != nil {
			return err
		}
		if !r.equipment.Has(word) {
			if near := Nearest(word, r.equipment.Words()); near != "" {
				return fmt.Errorf("%q is no kind of equipment: did you mean %q?", word, near)
			}
			return fmt.Errorf("%q is no kind of equipment", word)
		}
		if i := slices.IndexFunc(u.AtMost, func(l truce.Limit) bool { return l.What == word }); i >= 0 {
			u.AtMost[i].AtMost = n
		} else {
			u.AtMost = append(u.AtMost, truce.Limit{What: word, AtMost: n})
		}
	case "at_least":
		return setQuota(u, value)
	}
	return nil
}

func wholeNumber(s string) (int64, error) {
	n, err := strconv.ParseInt(strings.ReplaceAll(s, "_", ""), 10, 64)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("%q is not a whole number: write digits only, for example 6000", s)
	}
	return n, nil
}

func setQuota(u *truce.Rule, value string) error {
	head, per, hasPer := strings.Cut(value, " per ")
	n, err := wholeNumber(strings.TrimSpace(head))
	if err != nil {
		return err
	}
	q := truce.Quota{}
	if u.AtLeast != nil {
		q = *u.AtLeast
	}
	q.Number = n
	if hasPer {
		q.Per = strings.TrimSpace(per)
	}
	if !contains([]string{"day", "week", "month"}, q.Per) {
		return fmt.Errorf("the number needs a period: write %d per day, per week or per month", n)
	}
	u.AtLeast = &q
	return nil
}

// setWhere changes the distances in a rule's place, or the place.
func setWhere(a *truce.Agreement, u *truce.Rule, value string) error {
	if head, of, ok := strings.Cut(value, " of "); ok {
		d, err := ParseDistance(head)
		if err != nil {
			return err
		}
		f, err := featureOf(a, strings.TrimSpace(of))
		if err != nil {
			return err
		}
		u.Where = &truce.Where{Within: d, Of: f.ID}
		return nil
	}
	if value[0] >= '0' && value[0] <= '9' {
		d, err := ParseDistance(value)
		if err != nil {
			return err
		}
		if d == 0 {
			return fmt.Errorf("a distance of nothing is no place: write for example 5 km")
		}
		if n := setDistances(a, u, d); n == 0 {
			return fmt.Errorf("the place of the rule %q holds no distance to change: write the line as well, for example %s of %s", u.ID, value, lineOf(a))
		}
		return nil
	}
	for _, t := range a.Terms {
		if string(t.ID) == value || t.Kind == truce.TermPlace && called(t.Name, value) {
			if t.Kind != truce.TermPlace {
				return fmt.Errorf("the term %q is about %s, not a place", value, t.Kind)
			}
			u.Where = &truce.Where{Term: t.ID}
			return nil
		}
	}
	f, err := featureOf(a, value)
	if err != nil {
		return err
	}
	if f.Shape == truce.ShapeLine || f.Shape == truce.ShapePoint && f.Radius == 0 {
		return fmt.Errorf("nothing can be inside %q, which is a %s without width: write a distance, for example 500 m of %s", value, f.Kind, value)
	}
	u.Where = &truce.Where{Zone: f.ID}
	return nil
}

// featureOf finds a place by its id, or by its name in any language.
func featureOf(a *truce.Agreement, said string) (truce.Feature, error) {
	var names []string
	labels := map[string]string{}
	know := func(id string, name truce.Words) {
		names, labels[id] = append(names, id), id
		if n := name.In("en"); n != "" {
			labels[id] = fmt.Sprintf("%s (%s)", n, id)
		}
	}
	for _, f := range a.Places {
		if string(f.ID) == said || called(f.Name, said) {
			return f, nil
		}
		know(string(f.ID), f.Name)
	}
	for _, t := range a.Terms {
		if t.Kind == truce.TermPlace {
			know(string(t.ID), t.Name)
		}
	}
	if n := Nearest(said, names); n != "" {
		return truce.Feature{}, fmt.Errorf("there is no place %q: did you mean %s?", said, labels[n])
	}
	for i, id := range names {
		names[i] = labels[id]
	}
	return truce.Feature{}, fmt.Errorf("there is no place %q; places here: %s", said, strings.Join(names, ", "))
}

// called reports whether somebody who says a name means what is named so.
func called(name truce.Words, said string) bool {
	return slices.ContainsFunc([]string{name.EN, name.AR, name.RU}, func(n string) bool { return n != "" && Fold(n) == Fold(said) })
}

// setDistances changes every distance in a rule's place and counts them. A term becomes that distance from its line, where
// all its readings measure from one, and otherwise a term of this rule's own.
func setDistances(a *truce.Agreement, u *truce.Rule, d truce.Metres) int {
	n := 0
	walkWhere(u.Where, func(w *truce.Where) {
		switch {
		case w.Of != "" && w.Within > 0:
			w.Within = d
			n++
		case w.Term != "":
			if band, ok := bandOf(a, w.Term, nil); ok {
				*w = band
				w.Within = d
				n++
			} else if own, ok := ownTerm(a, u, w.Term, d); ok {
				w.Term = own
				n++
			}
		}
	})
	return n
}

// ownTerm adds a copy of a term for one rule, in which every reading has the distance d. Readings that come to the same place
// are one. What nobody has said nobody holds, so these have no holders; a reading without a distance stays as it is.
func ownTerm(a *truce.Agreement, u *truce.Rule, id truce.TermID, d truce.Metres) (own truce.TermID, ok bool) {
	i := slices.IndexFunc(a.Terms, func(t truce.Term) bool { return t.ID == id })
	if i < 0 {
		return "", false
	}
	t := bare(a.Terms[i])
	t.ID = id + "." + truce.TermID(u.ID)
	for slices.ContainsFunc(a.Terms, func(x truce.Term) bool { return x.ID == t.ID }) {
		t.ID += "."
	}
	c := clausesOf(a)
	var readings []truce.Reading
	var places []string
	for _, rd := range t.Readings {
		var lines []string
		walkWhere(rd.Place, func(w *truce.Where) {
			if w.Of != "" && w.Within > 0 {
				w.Within = d
				if !contains(lines, string(w.Of)) {
					lines = append(lines, string(w.Of))
				}
			}
		})
		if len(lines) > 0 {
			ok = true
			place := key(*rd.Place)
			if contains(places, place) {
				continue
			}
			places = append(places, place)
			said := func(l string) string { return lang.For(l).With(a).Arg(c.where(rd.Place)) }
			rd = truce.Reading{ID: truce.ReadingID(strings.Join(lines, "-or-")), Place: rd.Place, Name: truce.Words{EN: said("en"), AR: said("ar"), RU: said("ru")}}
			for slices.ContainsFunc(readings, func(x truce.Reading) bool { return x.ID == rd.ID }) {
				rd.ID += "."
			}
		}
		readings = append(readings, rd)
	}
	if !ok {
		return "", false
	}
	t.Readings = readings
	a.Terms = append(a.Terms, t)
	return t.ID, true
}

// lineOf is a line of the agreement to write in an example.
func lineOf(a *truce.Agreement) string {
	for _, f := range a.Places {
		if f.Shape == truce.ShapeLine {
			return string(f.ID)
		}
	}
	return "LINE"
}

// bandOf is the line, and the side if it is the same one, that all readings of a term measure from.
func bandOf(a *truce.Agreement, id truce.TermID, above []truce.TermID) (band truce.Where, ok bool) {
	if slices.Contains(above, id) {
		return band, false
	}
	for _, t := range a.Terms {
		if t.ID != id {
			continue
		}
		for i, rd := range t.Readings {
			if rd.Place == nil {
				return band, false
			}
			one := truce.Where{Within: rd.Place.Within, Of: rd.Place.Of, Side: rd.Place.Side}
			if rd.Place.Term != "" {
				if one, ok = bandOf(a, rd.Place.Term, append(above, id)); !ok {
					return band, false
				}
			}
			if one.Of == "" || one.Within == 0 || i > 0 && one.Of != band.Of {
				return band, false
			}
			if i > 0 && one.Side != band.Side {
				one.Side = ""
			}
			band = one
		}
		return band, len(t.Readings) > 0
	}
	return band, false
}
