package report

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"truce"
	"truce/internal/intake"
	"truce/internal/lang"
	"truce/internal/replay"
	"truce/terms"
)

var update = flag.Bool("update", false, "write the golden files again")

// golden compares with a file of testdata. The files are not right by themselves: they say what has not changed. Read the
// difference before writing them again with -update.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		a, b := strings.Split(string(got), "\n"), strings.Split(string(want), "\n")
		for i := range a {
			if i >= len(b) || a[i] != b[i] {
				was := "nothing"
				if i < len(b) {
					was = b[i]
				}
				t.Fatalf("%s:%d: %s\nwant: %s", path, i+1, a[i], was)
			}
		}
		t.Fatalf("%s: %d lines, want %d", path, len(a), len(b))
	}
}

// unnamed takes the hashes of plans out: they change whenever the vocabulary gets a field, which no report shows.
func unnamed(r *replay.Replay, got []byte) []byte {
	for i, v := range r.Variants {
		name := []byte(fmt.Sprintf("PLAN-%d", i))
		got = bytes.ReplaceAll(got, []byte(v.Plan.Hash.String()), name)
		got = bytes.ReplaceAll(got, []byte(v.Plan.Hash.Short()), name)
	}
	return got
}

// dump writes a model as text: every number with what it counts.
func dump(m *Model) []byte {
	var b bytes.Buffer
	put := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	ids := func(t Tally) string {
		var out []string
		for _, i := range t {
			out = append(out, m.Things[i].ID)
		}
		return fmt.Sprintf("%d [%s]", len(t), strings.Join(out, " "))
	}
	standings := func(x by) {
		for _, s := range shown {
			if len(x[s]) > 0 {
				put("    %s: %s", s, ids(x[s]))
			}
		}
	}
	put("%s %s at %s, period %s, plan %v", m.Agreement.ID, m.Agreement.Version, m.At, m.Period, m.Plan == m.base.Plan.Hash)
	put("things %d, simulated %s, units %d, simulated %v, illustrative %v", len(m.Things), ids(m.Simulated), m.Units, m.SimulatedUnits, m.Illustrative)
	for _, a := range m.Articles {
		put("article %s (%s): %s, %s", a.ID, a.Title.EN, a.Standing, a.Verdict)
		for _, r := range a.Rules {
			put("  rule %s: %s", r.ID, ids(r.All))
			standings(r.By)
			put("    every %s, some %s, open %s, nobody %s", ids(r.Every), ids(r.Some), ids(r.Open), ids(r.Nobody))
			for _, c := range r.Columns {
				put("   readings %v %v, possible %s", c.Of, c.Choices, ids(c.Possible))
				standings(c.By)
			}
			for _, t := range r.Turning {
				put("   turns on %s: %s", t.Term, ids(t.Of))
				for _, x := range t.Readings {
					put("    %s: breached %s, depends %s, open %s, clear %s", x.Reading.ID, ids(x.Breached), ids(x.Depends), ids(x.Open), ids(x.Clear))
				}
			}
			for _, x := range r.Missing {
				put("   missing %s: %s", factOf[x.Kind], ids(x.Of))
				for _, e := range x.Examples {
					put("    %s: %s", e.Phrase, ids(e.Of))
				}
			}
			for _, x := range r.Answers {
				put("   %s: known %s, may %s, open %s, answering %v", x.Actor, ids(x.Known), ids(x.May), ids(x.Open), x.Answering)
			}
			for _, x := range r.Margins {
				put("   margin %d %s %s: %s, median %d, least %d %s, most %d %s", x.Column, x.Result, x.Unit, ids(x.Of), x.Median, x.Least, m.Things[x.LeastAt].ID, x.Most, m.Things[x.MostAt].ID)
			}
			for _, c := range r.Counts {
				put("   counted %s: every %d-%d %s, any %d-%d %s", c.Counting.ID, c.Every.Low, c.Every.High, ids(c.Every.Of), c.Any.Low, c.Any.High, ids(c.Any.Of))
			}
			for _, when := range r.Begins {
				put("   begins %s", when)
			}
			for _, x := range r.Series.Bins {
				put("   %s %s", r.Series.Unit, x.When)
				standings(x.By)
			}
			if len(r.Series.Unplaced) > 0 {
				put("   unplaced %s", ids(r.Series.Unplaced))
			}
			for _, p := range r.Says {
				put("   says %s", p)
			}
		}
	}
	for _, d := range m.Dates {
		put("date %s begins %v moments %v windows %d", d.When, d.Begins, d.Moments, len(d.Compare))
	}
	for _, n := range m.Named {
		put("named %s: %s, all %s", n.Actor, ids(n.Of), ids(n.All))
		for _, c := range n.Classes {
			put("    %s: %s", c.Class, ids(c.Of))
		}
	}
	for _, s := range m.Strangers {
		put("stranger %q: %s, all %s, nearest %q", s.Name, ids(s.Of), ids(s.All), s.Nearest)
	}
	c := m.Coverage
	put("coverage %s, hindered %s, days %d of %d", ids(c.Looked), ids(c.Hindered), c.Watched, c.Days)
	for _, u := range c.Unjudged {
		put("unjudged %s %q: %s", u.Kind, u.What, ids(u.Of))
	}
	put("no time %s, no place %s, after %s, later %d, swapped %s", ids(c.NoTime), ids(c.NoPlace), ids(c.After), c.Later, ids(c.Swapped))
	put("rejected %v of %d rows, duplicates %d", c.Rejected, c.RejectedRows, c.Duplicates)
	for _, x := range m.Compared {
		put("compared with %s, same %v", x.Name, x.Same)
		for _, r := range x.Rules {
			for _, ch := range r.Changes {
				put("    %s: %s to %s: %s", r.Rule, ch.Before, ch.After, ids(ch.Of))
			}
		}
	}
	for _, k := range m.marks {
		put("mark %s at %s radius %v feature %q: %s", m.Things[k.thing].ID, k.at, k.radius, k.feature, k.says)
	}
	return b.Bytes()
}

func TestModelGolden(t *testing.T) {
	golden(t, "small.model", dump(NewModel(small(t))))
}

// The same bytes on every processor.
func TestSameBytesJSON(t *testing.T) {
	r := small(t)
	var b bytes.Buffer
	if err := WriteJSON(&b, r, true); err != nil {
		t.Fatal(err)
	}
	golden(t, "small.json", unnamed(r, b.Bytes()))
}

func TestTextGolden(t *testing.T) {
	r := small(t)
	for _, code := range lang.Languages {
		var b bytes.Buffer
		if err := WriteText(&b, r, TextOptions{Lang: code, Rejects: 5}); err != nil {
			t.Fatal(err)
		}
		golden(t, "small."+code+".txt", unnamed(r, b.Bytes()))
		for i, line := range strings.Split(b.String(), "\n") {
			if n := lang.Columns(line); n > TextWidth && !strings.Contains(line, "   ") && !strings.Contains(line, "simulated.ndjson") {
				t.Errorf("%s:%d has %d columns: %s", code, i+1, n, line)
			}
		}
		if id := regexp.MustCompile(`\breport\.[a-z-]+\b`).FindString(b.String()); id != "" {
			t.Errorf("%s: the text says %q", code, id)
		}
	}
}

// Each line of the JSON parses, and the first says what is in the others.
func TestJSONLines(t *testing.T) {
	r := small(t)
	var plain, why bytes.Buffer
	if err := WriteJSON(&plain, r, false); err != nil {
		t.Fatal(err)
	}
	if err := WriteJSON(&why, r, true); err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(plain.Bytes(), []byte(`"why"`)) || !bytes.Contains(why.Bytes(), []byte(`"why"`)) {
		t.Error("reasons stand where nobody asked, or do not stand where somebody did")
	}
	count := map[string]int{}
	first := struct {
		Line       string
		Accounts   int
		Evaluation int
		Plan       string
		Inputs     []struct{ SHA256 string }
	}{}
	for i, line := range bytes.Split(bytes.TrimSpace(why.Bytes()), []byte("\n")) {
		var x struct{ Line string }
		if err := json.Unmarshal(line, &x); err != nil {
			t.Fatalf("line %d: %v", i+1, err)
		}
		count[x.Line]++
		if i == 0 {
			if err := json.Unmarshal(line, &first); err != nil {
				t.Fatal(err)
			}
		}
	}
	if first.Line != "replay" || first.Accounts != count["account"] || count["account"] != len(r.Base().Result.Accounts) || count["replay"] != 1 {
		t.Errorf("the first line says %s with %d accounts, there are %v", first.Line, first.Accounts, count)
	}
	if len(first.Plan) != 64 || len(first.Inputs) != 1 || len(first.Inputs[0].SHA256) != 64 || first.Evaluation == 0 {
		t.Errorf("hashes are missing: %+v", first)
	}
	if count["difference"] != len(replay.Compare(r.Variants[0], r.Variants[1])) || count["rejected"] != 1 {
		t.Errorf("lines: %v", count)
	}
}

// Every fact that package assess can miss has a sort. The catalogue has all of them.
func TestMissingKinds(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(moduleRoot(t), "internal/lang/catalog/en.txt"))
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`(?m)^(missing\.[a-z-]+)`).FindAllString(string(text), -1)
	if len(found) < 30 {
		t.Fatalf("only %d kinds in the catalogue", len(found))
	}
	for _, id := range found {
		if missingKindOf[id] == MissingOther {
			t.Errorf("%s has no sort", id)
		}
	}
	for id := range missingKindOf {
		if !slices.Contains(found, id) {
			t.Errorf("%s is in no catalogue", id)
		}
	}
}

func TestStandings(t *testing.T) {
	set := func(list ...truce.Result) (s truce.ResultSet) {
		for _, r := range list {
			s = s.With(r)
		}
		return s
	}
	out := func(r truce.Result, possible ...truce.Result) truce.Outcome {
		if len(possible) == 0 {
			possible = []truce.Result{r}
		}
		return truce.Outcome{Result: r, Possible: set(possible...)}
	}
	for _, c := range []struct {
		name string
		outs []truce.Outcome
		want Standing
	}{
		{"one result", []truce.Outcome{out(truce.Breached)}, Standing(truce.Breached)},
		{"the same under each reading", []truce.Outcome{out(truce.Kept), out(truce.Kept)}, Standing(truce.Kept)},
		{"a breach under one reading", []truce.Outcome{out(truce.Breached), out(truce.NotApplicable)}, Turns},
		{"a possible breach under one reading", []truce.Outcome{out(truce.Undetermined, truce.Kept, truce.Breached), out(truce.NotApplicable)}, Turns},
		{"different, a breach under none", []truce.Outcome{out(truce.NotDue), out(truce.NotApplicable)}, NoBreach},
		{"open, a breach possible", []truce.Outcome{out(truce.Undetermined, truce.NotApplicable, truce.Breached)}, Standing(truce.Undetermined)},
		{"open, no breach possible", []truce.Outcome{out(truce.Undetermined, truce.NotApplicable, truce.NotDue)}, NoBreach},
		// Too little evidence, or left to people: nothing says that it was no breach.
		{"open whatever becomes known", []truce.Outcome{out(truce.Undetermined)}, Standing(truce.Undetermined)},
	} {
		if got := standing(&truce.Account{Outcomes: c.outs}); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// observedReplay replays NDJSON against the small agreement.
func observedReplay(t testing.TB, rows string) *replay.Replay {
	return replayed(t, replay.Options{Variants: []replay.Variant{{Name: "small", Plan: planOf(t, "internal/report/testdata/small")}},
		Inputs: []replay.Input{{Name: "rows.ndjson", Intake: intake.Options{}, Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(rows)), nil }}}})
}

// inForce is the date at which the ceasefire begins.
func inForce(t *testing.T, m *Model) Date {
	for _, d := range m.Dates {
		if slices.Contains(d.Begins, "ceasefire") {
			return d
		}
	}
	t.Fatalf("no date at which the ceasefire begins: %+v", m.Dates)
	return Date{}
}

func TestBeforeAndAfter(t *testing.T) {
	var rows strings.Builder
	n := 0
	event := func(day string, lat, lon float64, e int) {
		n++
		fmt.Fprintf(&rows, `{"id":"x:%03d","kind":"incident","what":"shelling","time":%q,"place":{"lat":%v,"lon":%v,"error_m":%d},"parts":[{"name":"north","role":"initiator"},{"name":"south","role":"target"}],"source":"t"}`+"\n", n, day, lat, lon, e)
	}
	days := func(month int, from, to, step int, f func(day string)) {
		for d := from; d <= to; d += step {
			f(fmt.Sprintf("2017-%02d-%02d", month, d))
		}
	}
	inside := func(day string) { event(day, 32.6, 36.1, 100) }
	outside := func(day string) { event(day, 35.0, 38.0, 100) }
	edge := func(day string) { event(day, 33.3, 36.1, 20_000) }
	days(6, 9, 30, 1, inside) // 22 in the 30 days before 9 July, with 8 of July
	days(7, 1, 8, 1, inside)
	inside("2017-07-09") // the day of the date itself
	days(7, 10, 31, 7, inside)
	days(6, 10, 30, 2, outside)
	days(7, 10, 30, 2, outside)
	edge("2017-06-20")
	edge("2017-07-20")
	// What may have been something else is counted only among what may have been there.
	rows.WriteString(`{"id":"x:vague","kind":"incident","time":"2017-06-15","place":{"lat":32.6,"lon":36.1,"error_m":100},"source":"t"}` + "\n")
	event("2017-06-08", 32.6, 36.1, 100) // a day too early for thirty days
	event("2017-05-01", 32.6, 36.1, 100) // the data reach from here to there
	event("2017-09-01", 32.6, 36.1, 100)
	m := NewModel(observedReplay(t, rows.String()))
	d := inForce(t, m)
	if !slices.Contains(d.Moments, "in-force") || len(d.Compare) != 1 {
		t.Fatalf("%+v", d)
	}
	w := d.Compare[0]
	got := []int{w.Days, len(w.Inside.Before), len(w.Inside.After), len(w.Likely.Before), len(w.Likely.After), len(w.Rest.Before), len(w.Rest.After), len(w.Unclear)}
	if want := []int{30, 30, 4, 32, 5, 11, 11, 0}; !slices.Equal(got, want) {
		t.Errorf("days, inside, likely, rest and unclear: %v, want %v", got, want)
	}
	if w.Inside.Ratio != 133 || w.Rest.Ratio != 1000 || !w.RelativeKnown || w.Relative != 133 {
		t.Errorf("ratios %d, %d, relative %d", w.Inside.Ratio, w.Rest.Ratio, w.Relative)
	}
	clock := m.Agreement.Clock
	if w.Before.To+1 != clock.DayOf(d.When.From).From || w.After.From != clock.DayOf(d.When.From).To+1 {
		t.Errorf("the day of the date is not left out: %s and %s", w.Before, w.After)
	}
}

// A date known only to within a day counts in neither time when it reaches over an end of it.
func TestUnclearTimesAreLeftOut(t *testing.T) {
	rows := `{"id":"x:1","kind":"incident","what":"shelling","time":{"from":"2017-07-07T00:00:00+03:00","to":"2017-07-12T00:00:00+03:00"},"place":{"lat":32.6,"lon":36.1,"error_m":10},"source":"t"}
{"id":"x:2","kind":"incident","what":"shelling","time":"2017-05-01","place":{"lat":32.6,"lon":36.1,"error_m":10},"source":"t"}
{"id":"x:3","kind":"incident","what":"shelling","time":"2017-06-20","place":{"lat":32.6,"lon":36.1,"error_m":10},"source":"t"}
{"id":"x:4","kind":"incident","what":"shelling","time":"2017-09-01","place":{"lat":32.6,"lon":36.1,"error_m":10},"source":"t"}
`
	m := NewModel(observedReplay(t, rows))
	w := inForce(t, m).Compare[0]
	if len(w.Unclear) != 1 || len(w.Inside.Before) != 1 || len(w.Inside.After) != 0 {
		t.Errorf("unclear %d, before %d, after %d", len(w.Unclear), len(w.Inside.Before), len(w.Inside.After))
	}
}

// A time that reaches over the end of a week is in neither: it is counted apart.
func TestBadlyDatedThingsAreNotPutInAWeek(t *testing.T) {
	rows := ""
	for i, when := range []string{`"2017-07-12"`, `{"from":"2017-07-16","to":"2017-07-17"}`, `"2017-07-20"`} { // the 16th is a Sunday
		rows += fmt.Sprintf(`{"id":"x:%d","kind":"incident","what":"shelling","time":%s,"place":{"lat":32.6,"lon":36.1,"error_m":10},"parts":[{"name":"north","role":"initiator"},{"name":"south","role":"target"}],"source":"t"}`+"\n", i, when)
	}
	s := NewModel(observedReplay(t, rows)).Rules[0].Series
	if len(s.Unplaced) != 1 || len(s.Bins) != 3 || len(s.Bins[1].By[truce.Breached]) != 1 || len(s.Bins[2].By[truce.Breached]) != 1 {
		t.Errorf("%+v", s)
	}
}

func TestBins(t *testing.T) {
	zone, err := terms.Zone("Asia/Damascus")
	if err != nil {
		t.Fatal(err)
	}
	at := func(y, m, d int) truce.Instant { return zone.Day(y, m, d).From + 12*3600*1000 }
	for _, c := range []struct {
		from, to truce.Instant
		unit     string
		n        int
		first    string
	}{
		{at(2017, 7, 9), at(2017, 7, 9), "week", 1, "2017-07-02T21:00:00Z/2017-07-09T20:59:59.999Z"}, // a Sunday: the week began on Monday the 3rd
		{at(2017, 7, 10), at(2017, 7, 17), "week", 2, "2017-07-09T21:00:00Z/2017-07-16T20:59:59.999Z"},
		{at(2017, 3, 20), at(2017, 3, 31), "week", 2, "2017-03-19T22:00:00Z/2017-03-26T21:59:59.999Z"}, // the clocks go forward on the 31st
		{at(2011, 3, 1), at(2018, 12, 1), "month", 94, "2011-02-28T22:00:00Z/2011-03-31T21:59:59.999Z"},
		{at(1850, 1, 1), at(2100, 1, 1), "year", 251, ""},
	} {
		unit, list := bins(zone, truce.Span{From: c.from, To: c.to})
		if unit != c.unit || len(list) != c.n || c.first != "" && list[0].String() != c.first {
			t.Errorf("%s to %s: %s, %d, first %s", c.from, c.to, unit, len(list), list[0])
		}
		for i := 1; i < len(list); i++ {
			if list[i].From != list[i-1].To+1 {
				t.Fatalf("a gap after %s", list[i-1])
			}
		}
	}
}

func TestTallies(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) (Tally, map[int32]bool) {
			var out Tally
			set := map[int32]bool{}
			for _, i := range rapid.SliceOf(rapid.Int32Range(0, 40)).Draw(t, name) {
				out.add(i)
				set[i] = true
			}
			return out, set
		}
		same := func(what string, got Tally, holds func(int32) bool) {
			var want Tally
			for i := int32(0); i <= 40; i++ {
				if holds(i) {
					want = append(want, i)
				}
			}
			if !slices.Equal(got, want) {
				t.Fatalf("%s: %v, want %v", what, got, want)
			}
		}
		a, sa := draw("a")
		b, sb := draw("b")
		same("add", a, func(i int32) bool { return sa[i] })
		same("join", join(a, b), func(i int32) bool { return sa[i] || sb[i] })
		same("both", both(a, b), func(i int32) bool { return sa[i] && sb[i] })
		same("without", without(a, b), func(i int32) bool { return sa[i] && !sb[i] })
	})
}

// The order in which records arrive, and their repetition, leave no trace in a report.
func TestOrderLeavesNoTrace(t *testing.T) {
	path := filepath.Join(moduleRoot(t), "internal/report/testdata/simulated.ndjson")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rows := strings.Split(strings.TrimSpace(string(data)), "\n")
	want := dump(NewModel(observedReplay(t, strings.Join(rows, "\n"))))
	slices.Reverse(rows)
	rows = append(rows, rows[3])
	got := bytes.ReplaceAll(dump(NewModel(observedReplay(t, strings.Join(rows, "\n")))), []byte("duplicates 1"), []byte("duplicates 0"))
	if !bytes.Equal(got, want) {
		t.Errorf("in another order the report says something else:\n%s\nand:\n%s", got, want)
	}
}
