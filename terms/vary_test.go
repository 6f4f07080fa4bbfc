package terms

import (
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"truce"
)

func ruleOf(t *testing.T, a *truce.Agreement, id truce.RuleID) *truce.Rule {
	t.Helper()
	for _, u := range Rules(a) {
		if u.ID == id {
			return u
		}
	}
	t.Fatalf("no rule %s", id)
	return nil
}

func TestWithReading(t *testing.T) {
	a := rich(t).Agreement
	b, err := WithReading(a, "foreign-force=by-invitation")
	if err != nil {
		t.Fatal(err)
	}
	p, err := Compile(b)
	if err != nil {
		t.Fatal(err)
	}
	if rs := p.Term("foreign-force").Readings; len(rs) != 1 || rs[0].ID != "by-invitation" || len(rs[0].HeldBy) != 2 {
		t.Errorf("%+v", rs)
	}
	for _, x := range []struct{ choice, want string }{
		{"foreign-force=by-invitatoin", `terms.WithReading: foreign-force=by-invitatoin: the term "foreign-force" has no reading "by-invitatoin" (did you mean "by-invitation"?)`},
		{"foreign-force=zzz", `terms.WithReading: foreign-force=zzz: the term "foreign-force" has no reading "zzz" (its readings: by-origin, by-invitation, by-command)`},
		{"foreignforce=by-origin", `terms.WithReading: foreignforce=by-origin: there is no term "foreignforce" (did you mean "foreign-force"?)`},
		{"foreign-force", `terms.WithReading: foreign-force: this chooses no reading (write TERM=READING; terms here: foreign-force, heavy-weapon, grave, annexed-map, band, promptly, extension)`},
		{"=x", `terms.WithReading: =x: this chooses no reading (write TERM=READING; terms here: foreign-force, heavy-weapon, grave, annexed-map, band, promptly, extension)`},
	} {
		b, err := WithReading(a, x.choice)
		if err == nil {
			t.Errorf("%s: it went through", x.choice)
		} else if got := err.Error() + " (" + truce.HintOf(err) + ")"; got != x.want || b != nil {
			t.Errorf("%s\n got %s\nwant %s", x.choice, got, x.want)
		}
	}
}

func TestSet(t *testing.T) {
	a := rich(t).Agreement
	untouched := clone(a)
	for _, x := range []struct {
		change string
		rule   truce.RuleID
		want   func(u *truce.Rule) bool
	}{
		{"second-stage.where=20km", "second-stage", func(u *truce.Rule) bool {
			return reflect.DeepEqual(*u.Where, truce.Where{Within: 20000, Of: "contact-line"})
		}},
		{"heavy-weapons.where=20 km", "heavy-weapons", func(u *truce.Rule) bool {
			return u.Where.All[2].Any[1].Within == 20000 && u.Where.All[2].Any[1].Side == "north" && u.Where.All[2].Any[0].Within == 0
		}},
		{"withdrawal.where=12 km", "withdrawal", func(u *truce.Rule) bool {
			return reflect.DeepEqual(*u.Where, truce.Where{Within: 12000, Of: "contact-line"})
		}},
		{"withdrawal.where = 2 nmi of post", "withdrawal", func(u *truce.Rule) bool { return u.Where.Of == "post" && u.Where.Within == 3704 }},
		{"withdrawal.where=valley", "withdrawal", func(u *truce.Rule) bool { return u.Where.Zone == "valley" }},
		{"second-stage.where=band", "second-stage", func(u *truce.Rule) bool { return u.Where.Term == "band" }},
		{"ceasefire.from=2030-03-01T10:00", "ceasefire", func(u *truce.Rule) bool {
			return u.From.Kind == truce.TimeAt && u.From.At.From.String() == "2030-03-01T07:00:00Z"
		}},
		{"ceasefire.until=3 days after entry", "ceasefire", func(u *truce.Rule) bool {
			return u.Until.Kind == truce.TimeAfter && u.Until.Plus.Days == 3 && u.Until.Base.Moment == "entry"
		}},
		{"maps.due=ultimately", "maps", func(u *truce.Rule) bool { return u.Due.Kind == truce.TimeNoDate }},
		{"maps.due=promptly", "maps", func(u *truce.Rule) bool { return u.Due.Term == "promptly" }},
		{"withdrawal.dwell=1h 30m", "withdrawal", func(u *truce.Rule) bool { return u.Dwell == 90*time.Minute }},
		{"withdrawal.gap=2 days", "withdrawal", func(u *truce.Rule) bool { return u.Gap == 48*time.Hour }},
		{"withdrawal.hysteresis=1 km", "withdrawal", func(u *truce.Rule) bool { return u.Hysteresis == 1000 }},
		{"limited-forces.at_most.tank=10", "limited-forces", func(u *truce.Rule) bool {
			return u.AtMost[1] == truce.Limit{What: "tank", AtMost: 10} && len(u.AtMost) == 3
		}},
		{"limited-forces.at_most.incendiary-kite=1_000", "limited-forces", func(u *truce.Rule) bool { return u.AtMost[3] == truce.Limit{What: "incendiary-kite", AtMost: 1000} }},
		{"aid.at_least=20", "aid", func(u *truce.Rule) bool { return *u.AtLeast == truce.Quota{Number: 20, What: "lorry", Per: "day"} }},
		{"aid.at_least=500 per week", "aid", func(u *truce.Rule) bool { return *u.AtLeast == truce.Quota{Number: 500, What: "lorry", Per: "week"} }},
		{"withdrawal.where=The Valley", "withdrawal", func(u *truce.Rule) bool { return u.Where.Zone == "valley" }},
		{"aid.within=6h", "aid", func(u *truce.Rule) bool { return u.Within == 6*time.Hour }},
	} {
		b, err := Set(a, x.change)
		if err != nil {
			t.Errorf("%s: %v (%s)", x.change, err, truce.HintOf(err))
			continue
		}
		if !x.want(ruleOf(t, b, x.rule)) {
			t.Errorf("%s: %+v", x.change, ruleOf(t, b, x.rule))
		}
		if _, err := Compile(b); err != nil {
			t.Errorf("%s: %v", x.change, err)
		}
		if n := len(Diff(a, b)); n != 1 {
			t.Errorf("%s makes %d changes", x.change, n)
		}
	}
	if !reflect.DeepEqual(a, untouched) {
		t.Error("the agreement itself was changed")
	}
}

func TestSetRefuses(t *testing.T) {
	a := rich(t).Agreement
	for _, x := range []struct{ change, want string }{
		{"", "this changes nothing (write RULE.FIELD=VALUE, for example ceasefire.dwell=30m)"},
		{"withdrawal", "this changes nothing"},
		{"withdrawl.dwell=3h", `there is no rule "withdrawl" (did you mean "withdrawal"?)`},
		{"withdrawal.dwel=3h", `the field "dwel" cannot be set (did you mean "dwell"?)`},
		{"withdrawal.colour=red", `the field "colour" cannot be set (fields: where, from,`},
		{"withdrawal.dwell=", "the value is missing"},
		{"withdrawal.dwell=soon", `"soon" is not a length of time`},
		{"withdrawal.dwell=2 months", "has no fixed length"},
		{"withdrawal.dwell.x=3h", `"dwell" has no parts`},
		{"withdrawal.due=2030-01-01", `"due" means nothing in a rule that forbids presence (here: from, until, where, dwell, gap, hysteresis)`},
		{"maps.where=valley", `"where" means nothing in a rule that requires act`},
		{"withdrawal.hysteresis=3", "is not a distance"},
		{"withdrawal.from=yesterday", `"yesterday" is not a time`},
		{"withdrawal.from=entri", `"entri" is no moment of this agreement: did you mean "entry"?`},
		{"withdrawal.from=foreign-force", `the term "foreign-force" is about actor, not a time`},
		{"withdrawal.from=2030-02-30", "is in no calendar"},
		{"no-flights.until=2030-01-01", "ends before it begins"},
		{"withdrawal.where=0 km", "a distance of nothing is no place"},
		{"limited-forces.where=20 km", `holds no distance to change`},
		{"withdrawal.where=5 km of nowhere", `there is no place "nowhere"; places here: `},
		{"withdrawal.where=5 km of nowhere", `the valley (valley), `},
		{"withdrawal.where=valey", `there is no place "valey": did you mean the valley (valley)?`},
		{"withdrawal.where=contact-line", `nothing can be inside "contact-line", which is a line-of-contact without width`},
		{"withdrawal.where=grave", `the term "grave" is about event, not a place`},
		{"limited-forces.at_most=10", "at_most needs a kind of equipment"},
		{"limited-forces.at_most.tnak=10", `"tnak" is no kind of equipment: did you mean "tank"?`},
		{"limited-forces.at_most.tank=many", `"many" is not a whole number`},
		{"limited-forces.at_most.tank=-1", `"-1" is not a whole number`},
		{"aid.at_least=20 per year", "the number needs a period"},
	} {
		b, err := Set(a, x.change)
		if err == nil || b != nil {
			t.Errorf("%q went through", x.change)
		} else if got := err.Error() + " (" + truce.HintOf(err) + ")"; !strings.Contains(got, x.want) {
			t.Errorf("%q\n got %s\nwant %s", x.change, got, x.want)
		}
	}
	// A moment that waits for the rule whose beginning it would be.
	b := clone(a)
	b.Moments = append(b.Moments, truce.Moment{ID: "handed", At: truce.TimeExpr{Kind: truce.TimeRuleMet, Rule: "maps"}})
	if _, err := Set(b, "maps.from=1 day after handed"); err == nil || !strings.Contains(err.Error(), "depends on itself") {
		t.Errorf("a circle went through: %v", err)
	}
}

// A place whose readings measure from several lines: the distance is asked of each line, for this rule alone, and nobody is
// said to hold what nobody said.
func TestSetDistanceOfSeveralLines(t *testing.T) {
	a, rep, err := Load(os.DirFS("../examples/southwest-syria"), "")
	if err != nil || rep.Errors() > 0 {
		t.Fatal(err, rep)
	}
	b, err := Set(a, "withdrawal-from-line.where=20km")
	if err != nil {
		t.Fatal(err)
	}
	p, err := Compile(b)
	if err != nil {
		t.Fatal(err)
	}
	own := ruleOf(t, b, "withdrawal-from-line").Where.Term
	var ids []string
	for _, rd := range p.Term(own).Readings {
		ids = append(ids, string(rd.ID))
		if len(rd.HeldBy) > 0 || rd.Source != "" {
			t.Errorf("%s is held by %v on %q", rd.ID, rd.HeldBy, rd.Source)
		}
		walkWhere(rd.Place, func(w *truce.Where) {
			if w.Of != "" && w.Within != 20_000 {
				t.Errorf("%s: %+v", rd.ID, *w)
			}
		})
	}
	if got := strings.Join(ids, " "); got != "line-of-contact golan-line golan-line-or-jordan-border jordan-border" {
		t.Errorf("readings %s", got)
	}
	if name := p.Term(own).Readings[0].Name.In("en"); !strings.Contains(name, "20 km") {
		t.Errorf("named %q", name)
	}
	if other := ruleOf(t, b, "no-foreign-intelligence").Where.Term; other != "exclusion-band" || len(p.Term(other).Readings) != len(termNamed(a, "exclusion-band").Readings) {
		t.Errorf("the other rule changed too: %s", other)
	}
	if _, err := Set(a, "ceasefire.where=20km"); err == nil || !strings.Contains(err.Error(), "for example 20km of line-of-contact") {
		t.Errorf("%v", err)
	}
}

func termNamed(a *truce.Agreement, id truce.TermID) *truce.Term {
	for i := range a.Terms {
		if a.Terms[i].ID == id {
			return &a.Terms[i]
		}
	}
	return nil
}

// A reading is named alone only where one term has it; otherwise the message says which do.
func TestReadingNamedAlone(t *testing.T) {
	a := rich(t).Agreement
	a = clone(a)
	a.Terms[0].Readings[0].ID, a.Terms[1].Readings[0].ID = "same", "same"
	for choice, want := range map[string]string{
		"same":          string(a.Terms[0].ID) + "=same or " + string(a.Terms[1].ID) + "=same",
		"by-invitatoin": `did you mean "by-invitation"?`,
	} {
		if _, err := WithReading(a, choice); !strings.Contains(truce.HintOf(err), want) {
			t.Errorf("%s: %v (%s)", choice, err, truce.HintOf(err))
		}
	}
}

// FuzzSet: no question makes it panic, and none changes the agreement it is asked of.
func FuzzSet(f *testing.F) {
	for _, s := range []string{"withdrawal.where=20km", "ceasefire.from=3 days after entry", "limited-forces.at_most.tank=10", "aid.at_least=5 per day", "a.b=c", "withdrawal.where=5 km of post", "foreign-force=by-origin"} {
		f.Add(s)
	}
	a := rich(f).Agreement
	before := key(*a)
	f.Fuzz(func(t *testing.T, s string) {
		if b, err := Set(a, s); (b == nil) == (err == nil) {
			t.Fatalf("%q gives %v and %v", s, b, err)
		}
		if b, err := WithReading(a, s); (b == nil) == (err == nil) {
			t.Fatalf("%q gives %v and %v", s, b, err)
		}
		if key(*a) != before {
			t.Fatalf("%q changed the agreement", s)
		}
	})
}

// What runs elsewhere is drawn elsewhere in the copy alone; what cannot be drawn is refused with the reason.
func TestRedraw(t *testing.T) {
	a, rep, err := Load(os.DirFS("../examples/southwest-syria"), "")
	if err != nil || rep.Errors() > 0 {
		t.Fatal(err, rep)
	}
	const line, area = truce.PlaceID("line-of-contact"), truce.PlaceID("southwest")
	to := []truce.Position{truce.Degrees(36, 32), truce.Degrees(36.5, 32), truce.Degrees(36.2, 32.5)}
	for _, id := range []truce.PlaceID{line, area} {
		b, err := Redraw(a, id, to)
		if err != nil {
			t.Fatal(id, err)
		}
		for i, f := range b.Places {
			if same := reflect.DeepEqual(f, a.Places[i]); same == (f.ID == id) {
				t.Errorf("%s: %s is the same: %v", id, f.ID, same)
			}
		}
		if _, err := Compile(b); err != nil {
			t.Errorf("%s: %v", id, err)
		}
	}
	for name, bad := range map[string][]truce.Position{"nothing": nil, "a point": to[:1], "twice the same": {to[0], to[0], to[1]}} {
		if _, err := Redraw(a, area, bad); truce.KindOf(err) != truce.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Redraw(a, "nowhere", to); truce.KindOf(err) != truce.NotFound {
		t.Error(err)
	}
}
