package terms

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"truce"
	"truce/internal/lang"
)

// rich is the agreement under testdata that uses every construct.
func rich(t testing.TB) *Plan {
	t.Helper()
	a, report, err := Load(os.DirFS("testdata/rich"), "")
	if err != nil {
		t.Fatal(err)
	}
	if report.Errors() > 0 {
		var b bytes.Buffer
		_ = Show(&b, report, ShowOptions{})
		t.Fatal(b.String())
	}
	p, err := Compile(a)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// golden compares with a file, or writes it.
func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		g, w := strings.Split(got, "\n"), strings.Split(string(want), "\n")
		for i := range max(len(g), len(w)) {
			if i >= len(g) || i >= len(w) || g[i] != w[i] {
				t.Fatalf("%s: line %d differs; look at what changed and run with -update if it is meant\n got %q\nwant %q", path, i+1, g[min(i, len(g)-1)], w[min(i, len(w)-1)])
			}
		}
	}
}

func TestExplain(t *testing.T) {
	p := rich(t)
	for _, l := range lang.Languages {
		var b bytes.Buffer
		if err := WriteExplanations(&b, Explain(p, l, nil)); err != nil {
			t.Fatal(err)
		}
		golden(t, filepath.Join("testdata", "rich", "explain."+l+".txt"), b.String())
		for i, line := range strings.Split(b.String(), "\n") {
			if strings.Contains(line, "explain.") || strings.Contains(line, "?") || strings.Contains(line, "..") || strings.Contains(line, " .") {
				t.Errorf("%s, line %d: a sentence is not whole: %s", l, i+1, line)
			}
		}
	}
}

// TestExplainChoice: with a choice only the chosen reading is said.
func TestExplainChoice(t *testing.T) {
	p := rich(t)
	for _, e := range Explain(p, "en", map[truce.TermID]truce.ReadingID{"band": "five-km", "extension": "tacit"}) {
		var b bytes.Buffer
		if err := WriteExplanations(&b, []Explanation{e}); err != nil {
			t.Fatal(err)
		}
		if e.Rule == "" && e.Article != "" {
			continue
		}
		if s := b.String(); strings.Contains(s, "south-side") || strings.Contains(s, "consensus") {
			t.Errorf("a reading that was not chosen is said:\n%s", s)
		}
		if e.Rule == "withdrawal" {
			if s := b.String(); !strings.Contains(s, "five-km") || !strings.Contains(s, "by origin") {
				t.Errorf("the chosen reading, or those of the other terms, are missing:\n%s", s)
			}
		}
	}
}

// spoken is a struct with the means to say it, and for each of its fields either another value, which must change what is
// said, or the reason why it is not said.
type spoken struct {
	base   any
	say    func(v any) []Sentence
	other  map[string]any
	silent map[string]string
}

// TestEveryFieldIsSaid: a field added to a part of rules fails here until it is said in all languages.
func TestEveryFieldIsSaid(t *testing.T) {
	place := "it is where the file has it, not what the text says"
	term := truce.TimeExpr{Kind: truce.TimeTerm, Term: "t"}
	day := truce.TimeExpr{Kind: truce.TimeAt, Day: true, At: truce.Span{From: 86_400_000, To: 2*86_400_000 - 1}}
	who := truce.Who{Actors: []truce.ActorID{"a"}}
	with := func(change func(a *truce.Agreement)) *explainer {
		a := &truce.Agreement{ID: "x", Terms: []truce.Term{{ID: "t", Kind: truce.TermActor, Readings: []truce.Reading{{ID: "r", Condition: "actor.adheres"}}}},
			Articles: []truce.Article{{ID: "1", Rules: []truce.Rule{{ID: "r"}}}}}
		if change != nil {
			change(a)
		}
		return &explainer{a: a, c: clausesOf(a)}
	}
	phrases := func(a ...truce.Arg) []Sentence {
		return []Sentence{one(truce.Say("explain.exception", truce.ListArg(a...)))}
	}
	x := with(nil)
	rule := func(v any) []Sentence {
		u := v.(truce.Rule)
		x := x
		if u.Verb == truce.Forbids { // whose duty it is shows only with a verb that has one
			x = with(func(a *truce.Agreement) { a.Articles[0].Rules[0] = u })
		}
		x.p = lang.For("en").With(x.a)
		return x.rule("1", &u)
	}
	base := truce.Rule{ID: "r", Verb: truce.Forbids, Object: truce.KindIncident, Kinds: []string{"fire"}}
	for _, s := range []spoken{
		{base, rule, map[string]any{
			"Verb": truce.Permits, "Object": truce.KindPassage, "Kinds": []string{"shelling"}, "By": who, "Against": who, "Between": who, "Of": who,
			"Equipment": []truce.Arms{{Category: "tank"}}, "Where": &truce.Where{Zone: "z"}, "From": term, "Until": term, "Due": term,
			"Hours": &truce.Hours{From: 9 * time.Hour, Until: 14 * time.Hour}, "When": "event.deaths > 0", "WhenTerm": truce.TermID("t"), "Unless": []truce.Exception{{By: who}}, "Evidence": truce.Evidence{Sources: 2}, "Dwell": time.Minute, "Gap": time.Minute,
			"Hysteresis": truce.Metres(5), "AtLeast": &truce.Quota{Number: 3, Per: "day"}, "Within": time.Hour, "Steps": []truce.Step{{Act: truce.Act{What: "w"}}},
			"AssessedBy": []truce.ActorID{"a"}, "ReplacedBy": &truce.Replacement{By: "y", From: term}, "Source": truce.SourceID("s"),
		}, map[string]string{"ID": "it is the title", "Name": "it is the title", "WhenAt": place, "Origin": place, "AtMost": "see the next case", "Silence": "see the case after it"}},
		{truce.Rule{ID: "r", Verb: truce.Limits, Object: truce.KindInspection}, rule, map[string]any{"AtMost": []truce.Limit{{What: "tank", AtMost: 1}}}, nil},
		{truce.Rule{ID: "r", Verb: truce.Requires, Object: truce.KindAct, Kinds: []string{"w"}}, rule, map[string]any{"Silence": "breach"}, nil},
		{truce.Who{Actors: []truce.ActorID{"a"}}, func(v any) []Sentence { return phrases(x.c.who(v.(truce.Who))) }, map[string]any{
			"Actors": []truce.ActorID{"b"}, "Classes": []truce.Class{truce.ClassParty}, "Terms": []truce.TermID{"t"}, "All": []truce.Who{{Classes: []truce.Class{truce.ClassParty}}}, "Not": &who, "Each": true}, nil},
		{truce.Arms{Category: "tank"}, func(v any) []Sentence { return phrases(x.c.arms([]truce.Arms{v.(truce.Arms)})) }, map[string]any{
			"Category": "mortar", "Term": truce.TermID("t"), "CalibreOver": int32(1), "CalibreFrom": int32(1), "CalibreUnder": int32(1), "RangeOver": truce.Metres(1)}, nil},
		{truce.Where{}, func(v any) []Sentence { w := v.(truce.Where); return phrases(x.c.where(&w)) }, map[string]any{
			"Unpublished": true, "Zone": truce.PlaceID("z"), "Kind": truce.FeatureZone, "Term": truce.TermID("t"), "Of": truce.PlaceID("z"), "All": []truce.Where{{Zone: "z"}}, "Any": []truce.Where{{Zone: "z"}}, "Not": &truce.Where{Zone: "z"}},
			map[string]string{"Within": "only with Of, see the next case", "Side": "only with Of, see the next case"}},
		{truce.Where{Of: "l", Within: 1000, Side: "north"}, func(v any) []Sentence { w := v.(truce.Where); return phrases(x.c.where(&w)) }, map[string]any{"Within": truce.Metres(2000), "Side": truce.Side("")}, nil},
		{truce.TimeExpr{}, func(v any) []Sentence { return phrases(x.c.time(v.(truce.TimeExpr))) }, map[string]any{"Kind": truce.TimeNoDate},
			map[string]string{"At": "see below", "Day": "the rule says it, see below", "Moment": "see below", "Term": "see below", "Rule": "see below", "Act": "see below", "Clean": "see below", "Plus": "see below", "Base": "see below"}},
		{day, func(v any) []Sentence { return phrases(x.c.time(v.(truce.TimeExpr))) }, map[string]any{"At": truce.Span{From: 5, To: 5}}, nil},
		{truce.Rule{ID: "r", Verb: truce.Forbids, From: truce.TimeExpr{Kind: truce.TimeAt, At: day.At}}, rule, map[string]any{"From": day}, nil},
		{truce.TimeExpr{Kind: truce.TimeMoment, Moment: "m"}, func(v any) []Sentence { return phrases(x.c.time(v.(truce.TimeExpr))) }, map[string]any{"Moment": truce.MomentID("n")}, nil},
		{term, func(v any) []Sentence { return phrases(x.c.time(v.(truce.TimeExpr))) }, map[string]any{"Term": truce.TermID("u")}, nil},
		{truce.TimeExpr{Kind: truce.TimeRuleMet, Rule: "r"}, func(v any) []Sentence { return phrases(x.c.time(v.(truce.TimeExpr))) }, map[string]any{"Rule": truce.RuleID("q")}, nil},
		{truce.TimeExpr{Kind: truce.TimeAct, Act: &truce.Act{What: "w"}}, func(v any) []Sentence { return phrases(x.c.time(v.(truce.TimeExpr))) }, map[string]any{"Act": &truce.Act{What: "v"}}, nil},
		{truce.TimeExpr{Kind: truce.TimeCleanDays, Clean: &truce.CleanDays{Days: 3}}, func(v any) []Sentence { return phrases(x.c.time(v.(truce.TimeExpr))) }, map[string]any{"Clean": &truce.CleanDays{Days: 4}}, nil},
		{truce.TimeExpr{Kind: truce.TimeAfter, Plus: truce.Period{Days: 1}, Base: &term}, func(v any) []Sentence { return phrases(x.c.time(v.(truce.TimeExpr))) }, map[string]any{"Plus": truce.Period{Days: -1}, "Base": &day}, nil},
		{truce.Period{Months: 1, Days: 1, Clock: 1e12}, func(v any) []Sentence { return phrases(period(v.(truce.Period))) }, map[string]any{"Months": 2, "Days": 2, "Clock": time.Hour}, nil},
		{truce.CleanDays{Days: 3, Rule: "r"}, func(v any) []Sentence { return phrases(x.c.cleanDays(v.(truce.CleanDays))) }, map[string]any{
			"Days": 4, "Rule": truce.RuleID("q"), "Where": &truce.Where{Zone: "z"}, "Found": "mechanism", "From": &term}, nil},
		{truce.Act{What: "w"}, func(v any) []Sentence { return phrases(x.c.act(v.(truce.Act))) }, map[string]any{"What": "v", "By": who, "Result": []truce.Ended{truce.EndedDone}}, nil},
		{truce.Step{Act: truce.Act{What: "w"}}, func(v any) []Sentence { return each(x.c.step(v.(truce.Step))) }, map[string]any{"Act": truce.Act{What: "v"}, "Before": time.Hour, "After": time.Hour, "Unknown": true}, nil},
		{truce.Exception{Permission: "p"}, func(v any) []Sentence { return phrases(x.c.exception(v.(truce.Exception))) }, map[string]any{
			"Permission": truce.RuleID("q"), "By": who, "Against": who, "Where": &truce.Where{Zone: "z"}, "Kinds": []string{"fire"}, "When": "event.deaths > 0", "WhenTerm": truce.TermID("t"), "Notice": &truce.Notice{Ahead: time.Hour}},
			map[string]string{"WhenAt": place, "Origin": place}},
		{truce.Notice{Ahead: time.Hour}, func(v any) []Sentence {
			n := v.(truce.Notice)
			return phrases(x.c.exception(truce.Exception{Notice: &n}))
		}, map[string]any{"Ahead": time.Minute, "What": []string{"movement"}, "Unknown": true}, nil},
		{truce.Hours{From: time.Hour, Until: 24 * time.Hour}, func(v any) []Sentence { h := v.(truce.Hours); return rule(truce.Rule{Hours: &h}) }, map[string]any{"From": 2 * time.Hour, "Until": 3 * time.Hour}, nil},
		{truce.Quota{Number: 1, Per: "day"}, func(v any) []Sentence { return each([]truce.Phrase{quota(v.(truce.Quota))}) }, map[string]any{"Number": int64(2), "What": "lorry", "Per": "week"}, nil},
		{truce.Limit{What: "tank", AtMost: 1}, func(v any) []Sentence { return phrases(limits([]truce.Limit{v.(truce.Limit)})) }, map[string]any{"What": "gun", "AtMost": int64(2)}, nil},
		{truce.Evidence{}, func(v any) []Sentence { return x.evidence(&truce.Rule{Evidence: v.(truce.Evidence)}) }, map[string]any{
			"Sources": 2, "Means": []truce.Means{truce.MeansSeen}, "Standing": []truce.Standing{truce.StandingObserved}}, nil},
		{truce.Replacement{By: "a", From: term}, func(v any) []Sentence { r := v.(truce.Replacement); return rule(truce.Rule{ReplacedBy: &r}) }, map[string]any{"By": "b", "From": day, "Source": truce.SourceID("s")}, nil},
		{truce.Duration{From: term, For: truce.Period{Days: 1}, RenewFor: truce.Period{Days: 1}}, func(v any) []Sentence {
			d := v.(truce.Duration)
			return with(func(a *truce.Agreement) { a.Duration = &d }).duration()
		}, map[string]any{"From": day, "For": truce.Period{Days: 2}, "RenewFor": truce.Period{Days: 3}, "RenewNeeds": "no-objection", "RenewTerm": truce.TermID("t"), "RenewBy": []truce.ActorID{"a"}, "Act": "consents"},
			map[string]string{"Origin": place}},
		{truce.Suspension{Rules: []truce.RuleID{"r"}, From: term}, func(v any) []Sentence {
			x := with(func(a *truce.Agreement) { a.Suspensions = []truce.Suspension{v.(truce.Suspension)} })
			x.p = lang.For("en")
			return append(x.suspensions("1", "r"), append(x.suspensions("2", "q"), x.suspensions("", "")...)...)
		}, map[string]any{"Rules": []truce.RuleID{"other"}, "Articles": []truce.ArticleID{"2"}, "From": day, "Until": term, "Source": truce.SourceID("s"), "Note": truce.Words{EN: "n"}}, map[string]string{"Origin": place}},
		{truce.Counting{ID: "c", Unit: truce.CountEpisodes, Gap: time.Minute}, func(v any) []Sentence { x.p = lang.For("en"); return []Sentence{x.counting(v.(truce.Counting))} }, map[string]any{
			"ID": truce.CountingID("d"), "Name": truce.Words{EN: "n"}, "HeldBy": []truce.Holding{{Actor: "a"}}, "Unit": truce.CountDays, "Gap": time.Hour, "Near": truce.Metres(5), "Kinds": []string{"fire"}, "Daily": true, "Source": truce.SourceID("s")},
			map[string]string{"Origin": place}},
		{truce.Holding{Actor: "a"}, func(v any) []Sentence { return phrases(holder(v.(truce.Holding))) }, map[string]any{"Actor": truce.ActorID("b"), "Since": "2020", "Source": truce.SourceID("s")}, nil},
		{truce.Participant{Actor: "a", Role: truce.RoleParty}, func(v any) []Sentence { return participant(v.(truce.Participant)) }, map[string]any{
			"Actor": truce.ActorID("b"), "Role": truce.RoleGuarantor, "Host": true, "AnswersFor": []truce.ActorID{"c"}, "Source": truce.SourceID("s")}, map[string]string{"Origin": place}},
		{truce.Reading{ID: "r", Condition: "actor.adheres"}, func(v any) []Sentence {
			x.p = lang.For("en")
			return []Sentence{x.reading(truce.Term{Kind: truce.TermActor}, v.(truce.Reading))}
		}, map[string]any{"ID": truce.ReadingID("s"), "Name": truce.Words{EN: "n"}, "HeldBy": []truce.Holding{{Actor: "a"}}, "Condition": "actor.excluded", "Place": &truce.Where{Zone: "z"}, "Time": &day, "Renewal": "consent", "Source": truce.SourceID("s"), "Note": truce.Words{EN: "n"}},
			map[string]string{"Origin": place, "CondAt": place}},
		{truce.Agreement{ID: "x"}, func(v any) []Sentence {
			a := v.(truce.Agreement)
			x := &explainer{a: &a, c: clausesOf(&a), p: lang.For("en")}
			return x.agreement()
		}, map[string]any{"Version": truce.VersionID("2"), "Title": truce.Words{EN: "t"}, "Status": truce.StatusDraft, "PublishedBy": truce.Publication{Who: "w", On: "o"}, "Supersedes": []truce.VersionID{"1"},
			"SupersededBy": []truce.VersionID{"1"}, "Note": truce.Words{EN: "n"}, "Clock": truce.Clock{Zone: "UTC"}, "Participants": []truce.Participant{{Actor: "a"}}, "Duration": &truce.Duration{}, "Counting": []truce.Counting{{ID: "c"}},
			"Suspensions": []truce.Suspension{{From: day}}, "Procedure": &truce.Procedure{}},
			map[string]string{"ID": "the title says it", "Edges": "it is how lines are drawn; docs/reference/language.md says it", "Texts": "the text is there to be read itself", "Statements": "said where something rests on them",
				"Moments": "said where a rule names them", "Kinds": "said where a rule names them", "Terms": "said with the rules that turn on them", "Articles": "each has its own explanation", "Actors": "their facts are in actors.yaml", "Places": "said where a rule names them"}},
	} {
		typ := reflect.TypeOf(s.base)
		name := typ.Name()
		said := func(v any, l string) string {
			list := s.say(v)
			x := explainer{p: lang.For(l)}
			x.write(list)
			var b strings.Builder
			if err := WriteExplanations(&b, []Explanation{{Sentences: list}}); err != nil {
				t.Fatal(err)
			}
			return b.String()
		}
		partial := name == "Rule" && s.silent == nil || name == "TimeExpr" && len(s.other) <= 2 && s.silent == nil || name == "Where" && s.silent == nil
		for i := range typ.NumField() {
			f := typ.Field(i)
			v, ok := s.other[f.Name]
			if why := s.silent[f.Name]; !ok {
				if why == "" && !partial {
					t.Errorf("%s.%s is never said; say it in explain.go or clause.go, and give this test another value for it", name, f.Name)
				}
				continue
			}
			for _, l := range lang.Languages {
				changed := reflect.New(typ).Elem()
				changed.Set(reflect.ValueOf(s.base))
				changed.Field(i).Set(reflect.ValueOf(v))
				if before, after := said(s.base, l), said(changed.Interface(), l); before == after {
					t.Errorf("%s.%s changes and what is said in %q does not:\n%s", name, f.Name, l, after)
				}
			}
		}
	}
}

// TestConditionWords says conditions of every shape; those without words are quoted.
func TestConditionWords(t *testing.T) {
	a := &truce.Agreement{}
	for _, x := range []struct {
		kind truce.TermKind
		text string
		want string
	}{
		{truce.TermActor, `actor.origin == "XA"`, "the origin of the actor is XA"},
		{truce.TermActor, `"XA" != actor.origin`, "the origin of the actor is not XA"},
		{truce.TermActor, `!(actor.origin == "XA")`, "the origin of the actor is not XA"},
		{truce.TermActor, `actor.kind == "group"`, "the kind of actor is group"},
		{truce.TermActor, `actor.id != "south"`, "the actor is not south"},
		{truce.TermActor, `actor.invited`, "the actor is there by invitation"},
		{truce.TermActor, `actor.invited == false`, "the actor is not there by invitation"},
		{truce.TermActor, `!actor.adheres && !actor.excluded`, "the actor has not joined the agreement and the actor is not excluded from the ceasefire"},
		{truce.TermActor, `!(actor.adheres || actor.excluded)`, "the actor has not joined the agreement and the actor is not excluded from the ceasefire"},
		{truce.TermActor, `actor.adheres && (actor.excluded || actor.invited)`, "the actor has joined the agreement and (the actor is excluded from the ceasefire or the actor is there by invitation)"},
		{truce.TermActor, `actor.origin in ["XA", "XB"]`, "the origin of the actor is one of these: XA or XB"},
		{truce.TermActor, `!(actor.origin in ["XA", "XB"])`, "the origin of the actor is none of these: XA or XB"},
		{truce.TermActor, `"north" in actor.belongs_to`, "north is among the bodies that the actor belongs to"},
		{truce.TermActor, `!("north" in actor.invited_by)`, "north is not among those who invited the actor"},
		{truce.TermActor, `actor.belongs_to.exists(b, b == "north")`, "north is among the bodies that the actor belongs to"},
		{truce.TermActor, `actor.chain.exists(a, a.id == "north")`, "north is among the chain of command of the actor"},
		{truce.TermActor, `actor.chain.exists(a, a.origin != "XA" && a.kind == "state")`, "in the chain of command of the actor there is one for which (its origin is not XA and its kind is state)"},
		{truce.TermActor, `!actor.sponsors.exists(a, a.origin == "XB")`, "in the sponsors of the actor there is none for which its origin is XB"},
		{truce.TermActor, `actor.sponsors.all(a, a.origin == "XB")`, "for each one in the sponsors of the actor, its origin is XB"},
		{truce.TermActor, `!actor.sponsors.all(a, a.origin == "XB")`, "it is not so that for each one in the sponsors of the actor, its origin is XB"},
		{truce.TermActor, `size(actor.sponsors) > 2`, "the number of the sponsors of the actor is more than 2"},
		{truce.TermActor, `actor.id == actor.origin`, "the actor is the origin of the actor"},
		{truce.TermEquipment, `equipment.calibre_mm >= 100`, "the calibre is at least 100 mm"},
		{truce.TermEquipment, `!(equipment.range_m < 20000)`, "the range is at least 20 km"},
		{truce.TermEquipment, `100 < equipment.count`, "the number of pieces is more than 100"},
		{truce.TermEquipment, `"artillery" in equipment.kinds`, "artillery is among the kinds that the equipment is of"},
		{truce.TermEvent, `event.deaths <= 3 && event.kind == "shelling"`, "the number of deaths is at most 3 and the kind of event is shelling"},
		{truce.TermEvent, `event.standing == "observed" || event.means in ["seen"]`, "the standing of the report is observed or the means of observation is one of these: seen"},
		{truce.TermEvent, `target.excluded`, "the target is excluded from the ceasefire"},
		{truce.TermEvent, `event.result != "denied"`, "the result is not denied"},
		// No words: quoted as it is.
		{truce.TermActor, `actor.adheres ? actor.invited : actor.excluded`, "this condition holds: “actor.adheres ? actor.invited : actor.excluded”"},
		{truce.TermActor, `actor.origin in []`, "this condition holds: “actor.origin in []”"},
		{truce.TermActor, `actor.chain.exists(a, actor.sponsors.exists(b, a.origin == b.origin))`, "this condition holds: “actor.chain.exists(a, actor.sponsors.exists(b, a.origin == b.origin))”"},
		{truce.TermActor, `actor.adheres && (actor.adheres == actor.excluded)`, "this condition holds: “actor.adheres && (actor.adheres == actor.excluded)”"},
		{truce.TermActor, `not a condition`, "this condition holds: “not a condition”"},
	} {
		if got := lang.For("en").Arg(clausesOf(a).condition(x.text, x.kind)); got != x.want {
			t.Errorf("%s\n got %s\nwant %s", x.text, got, x.want)
		}
		for _, l := range []string{"ar", "ru"} {
			if got := lang.For(l).Arg(clausesOf(a).condition(x.text, x.kind)); strings.Contains(got, "explain.") {
				t.Errorf("%s has no words in %s: %s", x.text, l, got)
			}
		}
	}
}

// TestAttributeWords: everything that conditions can ask for has words.
func TestAttributeWords(t *testing.T) {
	for _, a := range attributes {
		_, thing := attributePhrases[a.name]
		_, question := questionPhrases[a.name]
		if thing == question {
			t.Errorf("the attribute %s has no words, or two kinds of them", a.name)
		}
	}
	link := reflect.TypeOf(Link{})
	for i := range link.NumField() {
		if name := "link." + link.Field(i).Tag.Get("cel"); attributePhrases[name].ID == "" {
			t.Errorf("%s has no words", name)
		}
	}
}

func BenchmarkExplain(b *testing.B) {
	p := rich(b)
	b.ReportAllocs()
	for b.Loop() {
		Explain(p, "ar", nil)
	}
}
