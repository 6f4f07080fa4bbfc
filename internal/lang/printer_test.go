package lang

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"truce"
)

// damascus is a clock two hours ahead of UTC, three from April to October 2017.
var damascus = truce.Clock{Zone: "Asia/Damascus", Offsets: []truce.Offset{
	{From: truce.EarliestInstant, Seconds: 7200},
	{From: at("2017-03-30T22:00:00Z"), Seconds: 10800},
	{From: at("2017-10-26T21:00:00Z"), Seconds: 7200},
}}

func at(s string) truce.Instant {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return truce.InstantOf(t)
}

func agreement() *truce.Agreement {
	return &truce.Agreement{
		Clock: damascus,
		Actors: []truce.Actor{
			{ID: "southern-front", Name: truce.Words{EN: "Southern Front", AR: "الجبهة الجنوبية", RU: "Южный фронт"}},
			{ID: "brigade-313", Name: truce.Words{EN: "Brigade 313"}},
			{ID: "hidden", Name: truce.Words{EN: "safe\u202egnirts\u2069", AR: "اسم\u2067\tآخر"}},
		},
		Places: []truce.Feature{{ID: "line", Name: truce.Words{EN: "Line of contact", AR: "خط التماس", RU: "Линия соприкосновения"}}},
		Terms: []truce.Term{{ID: "foreign", Name: truce.Words{EN: "non-Syrian forces"}, Readings: []truce.Reading{
			{ID: "by-invitation", Name: truce.Words{EN: "by invitation", RU: "по приглашению"}}, {ID: "by-command"}}}},
		Moments:    []truce.Moment{{ID: "entry", Name: truce.Words{EN: "entry into force", AR: "بدء النفاذ"}}},
		Kinds:      []truce.KindWord{{Word: "kite", Parent: "aircraft", Name: truce.Words{EN: "incendiary kite", AR: "طائرة ورقية حارقة"}}},
		Statements: []truce.Statement{{ID: "st-1", Who: "A spokesman", On: "2017-11-14"}, {ID: "st-2", Who: "A spokesman"}, {ID: "st-3", Who: "A spokesman"}},
		Articles:   []truce.Article{{ID: "3", Rules: []truce.Rule{{ID: "withdrawal", Name: truce.Words{RU: "отвод"}}}}},
	}
}

// seen writes the marks of direction so that a reader of this file can see them.
func seen(s string) string { return strings.NewReplacer("\u2068", "<", "\u2069", ">").Replace(s) }

func TestArguments(t *testing.T) {
	noon := at("2017-07-09T09:00:00Z")
	for _, x := range []struct {
		name       string
		arg        truce.Arg
		en, ar, ru string
	}{
		{"an actor with all names", truce.ActorArg("southern-front"), "Southern Front", "الجبهة الجنوبية", "Южный фронт"},
		{"an actor with one name", truce.ActorArg("brigade-313"), "Brigade 313", "<Brigade 313>", "Brigade 313"},
		{"an actor nobody declared", truce.ActorArg("x-9"), "x-9", "<x-9>", "x-9"},
		{"a name that would turn the sentence round", truce.ActorArg("hidden"), "safegnirts", "اسم آخر", "safegnirts"},
		{"a place", truce.PlaceArg("line"), "Line of contact", "خط التماس", "Линия соприкосновения"},
		{"a term", truce.TermArg("foreign"), "non-Syrian forces", "<non-Syrian forces>", "non-Syrian forces"},
		{"a reading", truce.ReadingArg(truce.Choice{Term: "foreign", Reading: "by-invitation"}), "non-Syrian forces: by invitation", "<non-Syrian forces>: <by invitation>", "non-Syrian forces: по приглашению"},
		{"a reading without a name", truce.ReadingArg(truce.Choice{Term: "foreign", Reading: "by-command"}), "non-Syrian forces: by-command", "<non-Syrian forces>: <by-command>", "non-Syrian forces: by-command"},
		{"a rule", truce.RuleArg("withdrawal"), "отвод", "<отвод>", "отвод"},
		{"a moment", truce.MomentArg("entry"), "entry into force", "بدء النفاذ", "entry into force"},
		{"a statement", truce.SourceArg("st-1"), "A spokesman, 2017-11-14", "<A spokesman>، <2017-11-14>", "A spokesman, 2017-11-14"},
		{"one of two of a spokesman without a day", truce.SourceArg("st-2"), "A spokesman (1)", "<A spokesman> (1)", "A spokesman (1)"},
		{"another source", truce.SourceArg("ged"), "ged", "<ged>", "ged"},
		{"a word of a list", truce.WordArg("shelling"), "shelling", "قصف", "обстрел"},
		{"a word of the agreement", truce.WordArg("kite"), "incendiary kite", "طائرة ورقية حارقة", "incendiary kite"},
		{"a free word", truce.WordArg("maps-handed-over"), "maps handed over", "<maps handed over>", "maps handed over"},
		{"a result", truce.WordArg("not applicable"), "not applicable", "لا ينطبق", "неприменимо"},
		{"a record", truce.RecordArg("ged:245157"), "ged:245157", "<ged:245157>", "ged:245157"},
		{"a position", truce.Str(truce.Degrees(36.1, 32.62).String()), "32.62000N 36.10000E", "<32.62000N 36.10000E>", "32.62000N 36.10000E"},
		{"Arabic text", truce.Str("درعا"), "<درعا>", "درعا", "<درعا>"},
		{"nothing", truce.Str(""), "", "", ""},

		{"a moment in summer", truce.InstantArg(noon), "9 July 2017, 12:00 (UTC+3)", "9 تموز/يوليه 2017، الساعة <12:00> (<UTC+3>)", "9 июля 2017 года, 12:00 (UTC+3)"},
		{"a moment in winter", truce.InstantArg(at("2017-11-08T10:00:00Z")), "8 November 2017, 12:00 (UTC+2)", "8 تشرين الثاني/نوفمبر 2017، الساعة <12:00> (<UTC+2>)", "8 ноября 2017 года, 12:00 (UTC+2)"},
		{"no moment", truce.InstantArg(0), "time not stated", "وقت غير مذكور", "время не указано"},
		{"a day", truce.SpanArg(damascus.Day(2017, 7, 9)), "9 July 2017", "9 تموز/يوليه 2017", "9 июля 2017 года"},
		{"the day the clocks change", truce.SpanArg(damascus.Day(2017, 10, 27)), "27 October 2017", "27 تشرين الأول/أكتوبر 2017", "27 октября 2017 года"},
		{"two days", truce.SpanArg(truce.Span{From: damascus.Day(2017, 7, 9).From, To: damascus.Day(2017, 7, 10).To}), "from 9 July 2017 to 10 July 2017", "من 9 تموز/يوليه 2017 إلى 10 تموز/يوليه 2017", "с 9 июля 2017 года по 10 июля 2017 года"},
		{"part of a day", truce.SpanArg(truce.Span{From: noon, To: noon + 90*60_000}), "9 July 2017, 12:00 to 13:30 (UTC+3)", "9 تموز/يوليه 2017، من الساعة <12:00> إلى الساعة <13:30> (<UTC+3>)", "9 июля 2017 года, с 12:00 до 13:30 (UTC+3)"},
		{"over midnight", truce.SpanArg(truce.Span{From: noon, To: noon + 13*3600_000 + 5007}), "from 9 July 2017, 12:00 (UTC+3) to 10 July 2017, 01:00:05.007 (UTC+3)", "من 9 تموز/يوليه 2017، الساعة <12:00> (<UTC+3>) إلى 10 تموز/يوليه 2017، الساعة <01:00:05.007> (<UTC+3>)", "с 9 июля 2017 года, 12:00 (UTC+3) по 10 июля 2017 года, 01:00:05.007 (UTC+3)"},
		{"half a span", truce.SpanArg(truce.Span{From: noon}), "from 9 July 2017, 12:00 (UTC+3), end not stated", "من 9 تموز/يوليه 2017، الساعة <12:00> (<UTC+3>)، دون ذكر النهاية", "с 9 июля 2017 года, 12:00 (UTC+3), окончание не указано"},

		{"metres", truce.MetresArg(8505), "850.5 m", "<850.5> م", "850,5 м"},
		{"whole metres", truce.MetresArg(8500), "850 m", "850 م", "850 м"},
		{"a kilometre", truce.MetresArg(10_000), "1 km", "1 كم", "1 км"},
		{"exactly five", truce.MetresArg(50_000), "5 km", "5 كم", "5 км"},
		{"not quite five", truce.MetresArg(50_004), "5.00 km", "<5.00> كم", "5,00 км"},
		{"rounded up", truce.MetresArg(46_450), "4.65 km", "<4.65> كم", "4,65 км"},
		{"many", truce.MetresArg(12_345_678), "1,234.57 km", "<1,234.57> كم", "1234,57 км"},
		{"inside by", truce.MetresArg(-3_475), "−347.5 m", "<−347.5> م", "−347,5 м"},
		{"far inside", truce.MetresArg(-12_550), "−1.26 km", "<−1.26> كم", "−1,26 км"},
		{"less than a metre", truce.MetresArg(-5), "−0.5 m", "<−0.5> م", "−0,5 м"},

		{"an hour and a half", truce.DurArg(90 * time.Minute), "1 h 30 min", "ساعة واحدة و30 دقيقة", "1 ч 30 мин"},
		{"two hours", truce.DurArg(2*time.Hour + 3*time.Second), "2 h 3 s", "ساعتين و3 ثوانٍ", "2 ч 3 с"},
		{"72 hours", truce.DurArg(72 * time.Hour), "72 h", "72 ساعة", "72 ч"},
		{"days", truce.DurArg(101 * time.Hour), "4 days 5 h", "4 أيام و5 ساعات", "4 дня 5 ч"},
		{"nothing at all", truce.DurArg(0), "0 s", "0 ثانية", "0 с"},
		{"too early", truce.DurArg(-time.Minute), "minus 1 min", "ناقص دقيقة واحدة", "минус 1 мин"},

		{"a number", truce.NumArg(6000), "6,000", "<6,000>", "6000"},
		{"a large number", truce.NumArg(-1234567), "−1,234,567", "<−1,234,567>", "−1\u00a0234\u00a0567"},
		{"a probability", truce.PermilleArg(873), "87.3%", "<87.3> في المائة", "87,3 %"},
		{"a sure thing", truce.PermilleArg(1000), "100%", "100 في المائة", "100 %"},

		{"one", truce.ListArg(truce.WordArg("tank")), "tank", "دبابة", "танк"},
		{"two", truce.ListArg(truce.WordArg("tank"), truce.WordArg("mortar")), "tank and mortar", "دبابة ومدفع هاون", "танк и миномёт"},
		{"three", truce.ListArg(truce.WordArg("tank"), truce.WordArg("mortar"), truce.ActorArg("x")), "tank, mortar and x", "دبابة ومدفع هاون و<x>", "танк, миномёт и x"},
		{"four", truce.OrArg(truce.NumArg(1), truce.NumArg(2), truce.NumArg(3), truce.NumArg(4)), "1, 2, 3 or 4", "1 أو 2 أو 3 أو 4", "1, 2, 3 или 4"},
		{"none", truce.ListArg(), "", "", ""},
		{"a phrase", truce.PhraseArg(truce.Say("duration.hours", truce.NumArg(21))), "21 h", "21 ساعة", "21 ч"},
		{"a phrase nobody wrote", truce.PhraseArg(truce.Say("no.such", truce.NumArg(21))), "no.such(21)", "<no.such(21)>", "no.such(21)"},
	} {
		for i, want := range []string{x.en, x.ar, x.ru} {
			if got := seen(For(Languages[i]).With(agreement()).Arg(x.arg)); got != want {
				t.Errorf("%s in %s:\n got %s\nwant %s", x.name, Languages[i], got, want)
			}
		}
	}
}

// TestPlurals goes through the numbers at which the languages change their forms (CLDR plural rules).
func TestPlurals(t *testing.T) {
	for lang, list := range map[string]map[int64]string{
		"en": {0: "0 days", 1: "1 day", 2: "2 days", 21: "21 days"},
		"ru": {0: "0 дней", 1: "1 день", 2: "2 дня", 5: "5 дней", 11: "11 дней", 12: "12 дней", 21: "21 день", 22: "22 дня", 25: "25 дней", 111: "111 дней", 1001: "1001 день", 10_000_001: "10\u00a0000\u00a0001 день"},
		"ar": {0: "0 يوم", 1: "يوم واحد", 2: "يومين", 3: "3 أيام", 10: "10 أيام", 11: "11 يومًا", 99: "99 يومًا", 100: "100 يوم", 102: "102 يوم", 103: "103 أيام", 111: "111 يومًا"},
	} {
		for n, want := range list {
			if got := For(lang).Say(truce.Say("duration.days", truce.NumArg(n))); got != want {
				t.Errorf("%s %d: %s; want %s", lang, n, got, want)
			}
		}
	}
}

func TestBindings(t *testing.T) {
	if p := For("xx"); p.Lang() != "en" || p.Dir() != "ltr" {
		t.Error("an unknown language is not English")
	}
	if p := For("ar"); p.Lang() != "ar" || p.Dir() != "rtl" {
		t.Error("Arabic does not run from right to left")
	}
	p := For("en").With(agreement())
	q := p.With(nil)
	if got := q.Actor("southern-front") + " " + q.DateTime(at("2017-07-09T09:00:00Z")); got != "southern-front 9 July 2017, 09:00 (UTC)" {
		t.Errorf("a printer bound to nothing remembers: %s", got)
	}
	if got := p.Result(truce.Breached) + p.Kind(truce.KindPassage) + p.Role(truce.RoleTarget) + p.Verb(truce.Forbids) + p.Status(truce.StatusDraft) +
		p.Means(truce.MeansUAV) + p.Standing(truce.StandingAlleged) + p.Ended(truce.EndedNotConfirmed) + p.Truth(truce.Unknown) +
		p.Participant(truce.RoleWitness) + p.Feature(truce.FeatureCrossing) + p.ActorKind(truce.ActorUnit) + p.CountUnit(truce.CountDays); got !=
		"breachedpassagetargetforbidsdraftunmanned aerial vehicleallegednot confirmednot knownwitnesscrossingunitday" {
		t.Error(got)
	}
	before := agreement()
	before.Terms = append(before.Terms, truce.Term{ID: "left-out", Name: truce.Words{EN: "what was left out"}})
	before.Actors[0].Name = truce.Words{EN: "another name"}
	if got := For("en").With(agreement(), before); got.Term("left-out") != "what was left out" || got.Actor(before.Actors[0].ID) != p.Actor(before.Actors[0].ID) {
		t.Errorf("%s, %s", got.Term("left-out"), got.Actor(before.Actors[0].ID))
	}
	if got := p.Verb("dances"); got != "dances" {
		t.Error(got)
	}
}

// TestOffsets writes offsets that are no whole hours.
func TestOffsets(t *testing.T) {
	for seconds, want := range map[int32]string{0: "UTC", 19800: "UTC+5:30", -12600: "UTC−3:30", 8712: "UTC+2:25:12", -18000: "UTC−5"} {
		p := For("en").With(&truce.Agreement{Clock: truce.Clock{Offsets: []truce.Offset{{From: truce.EarliestInstant, Seconds: seconds}}}})
		if got := p.Offset(1); got != want {
			t.Errorf("%d: %s; want %s", seconds, got, want)
		}
	}
}

// TestIsolation: whatever a name holds, the marks of direction in a sentence are in pairs and hold the sentence together.
func TestIsolation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringOf(rapid.RuneFrom([]rune("abя٣نو 12:-(\u2066\u2067\u2068\u2069\u202a\u202e\u200f\u061c\n"))).Draw(t, "name")
		p := For(rapid.SampledFrom(Languages).Draw(t, "lang"))
		s := p.Arg(truce.ListArg(truce.Str(name), truce.ActorArg(truce.ActorID(name)), truce.NumArg(7)))
		open := 0
		for _, c := range s {
			switch {
			case c == isolateFirst:
				open++
			case c == isolateEnd:
				open--
			case hidden(c):
				t.Fatalf("%q holds %U", s, c)
			}
			if open < 0 || open > 1 {
				t.Fatalf("%q has marks out of pairs", s)
			}
		}
		if open != 0 {
			t.Fatalf("%q has an open mark", s)
		}
	})
}

func BenchmarkSay(b *testing.B) {
	p := For("ar").With(agreement())
	ph := truce.Say("name.reading", truce.ListArg(truce.ActorArg("southern-front"), truce.ActorArg("brigade-313")), truce.MetresArg(46_450))
	b.ReportAllocs()
	for b.Loop() {
		p.Say(ph)
	}
}
