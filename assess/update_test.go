package assess_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"truce"
	"truce/assess"
	"truce/terms"
)

// runs is how many worlds are drawn for each example: each of them is settled anew many times, which takes a second or so.
var runs = flag.Int("update.runs", 2, "worlds to draw for each example agreement")

// step is something that becomes known: an observation, or fixes of one unit.
type step struct {
	o     *truce.Observation
	track assess.Track
	fixes []truce.Fix
}

func (s step) add(a *assess.Assessor) {
	if s.o != nil {
		a.Add(s.o)
		return
	}
	a.AddFixes(s.track, s.fixes)
}

// lines writes accounts a line each, without the number of fixes where asked.
func lines(t *rapid.T, list []truce.Account, count bool) []string {
	var out []string
	for _, acc := range list {
		if acc.Subject.Kind == "episode" && !count {
			acc.Subject.Count = 0
		}
		b, err := json.Marshal(acc)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, string(b))
	}
	return out
}

// follow takes steps in, updates after some of them at times that mostly go on, and demands each time what a fresh
// assessor says of the same records at the same time.
func follow(t *rapid.T, p *terms.Plan, steps []step, at, until truce.Instant) {
	a, err := assess.New(p)
	if err != nil {
		t.Fatal(err)
	}
	var known []step
	folded := map[string]int{} // the accounts that the changes add up to
	for i, st := range steps {
		st.add(a)
		known = append(known, st)
		if i < len(steps)-1 && rapid.IntRange(0, 3).Draw(t, "update") == 0 {
			continue
		}
		switch rapid.IntRange(0, 9).Draw(t, "time") {
		case 0:
			at -= truce.Instant(rapid.Int64Range(0, 2*24*3600).Draw(t, "back")) * 1000
		case 1, 2, 3, 4:
			at += truce.Instant(rapid.Int64Range(0, 2*24*3600).Draw(t, "on")) * 1000
		}
		at = min(at, until)
		changes := a.Update(at)
		fresh, _ := assess.New(p)
		for _, k := range known {
			k.add(fresh)
		}
		want := fresh.Settle(at)
		got := a.Current()
		same(t, lines(t, got.Accounts, true), lines(t, want.Accounts, true))
		if fmt.Sprint(got.Unjudged) != fmt.Sprint(want.Unjudged) {
			t.Fatalf("unjudged %v, want %v", got.Unjudged, want.Unjudged)
		}
		for _, c := range changes {
			if c.Before != nil {
				k := lines(t, []truce.Account{*c.Before}, false)[0]
				if folded[k]--; folded[k] < 0 {
					t.Fatalf("a change from what was not so: %.600s", k)
				}
			}
			if c.After != nil {
				folded[lines(t, []truce.Account{*c.After}, false)[0]]++
			}
		}
		for _, l := range lines(t, want.Accounts, false) {
			folded[l]--
		}
		for l, n := range folded {
			if n != 0 {
				t.Fatalf("the changes add up to %+d of %.900s", n, l)
			}
		}
		clear(folded)
		for _, l := range lines(t, want.Accounts, false) {
			folded[l]++
		}
		if again := a.Update(at); len(again) != 0 {
			t.Fatalf("%d changes of which nothing is new, the first %+v", len(again), again[0].Account())
		}
	}
}

// What Update keeps is what Settle would say, after each step, whatever comes late, twice or in another order.
func TestUpdateIsSettle(t *testing.T) {
	versions := plans(t)
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SampledFrom(versions).Draw(t, "version")
		var steps []step
		for i := range rapid.IntRange(0, 20).Draw(t, "records") {
			o := record(t, i)
			if i > 0 && rapid.IntRange(0, 4).Draw(t, "linked") == 0 {
				o.SameAs = []truce.ObservationID{truce.ObservationID(fmt.Sprintf("o%03d", rapid.IntRange(0, 25).Draw(t, "same")))}
			}
			o.Source.ID = rapid.SampledFrom([]string{"", "s1", "s2"}).Draw(t, "source")
			steps = append(steps, step{o: o})
			if rapid.IntRange(0, 5).Draw(t, "twice") == 0 {
				steps = append(steps, step{o: o})
			}
		}
		for i := range rapid.IntRange(0, 2).Draw(t, "tracks") {
			f := drawFixes(t, fmt.Sprintf("u%d", i))
			for _, part := range slices.Collect(slices.Chunk(f.list, 7)) {
				steps = append(steps, step{track: f.track, fixes: part})
			}
		}
		steps = rapid.Permutation(steps).Draw(t, "order")
		follow(t, p, steps, utc(12, 0, 0), utc(25, 0, 0))
	})
}

// The same for the agreements of the examples, whose rules wait for acts, count days without a breach, and are extended.
func TestUpdateIsSettleForTheExamples(t *testing.T) {
	for _, name := range []string{"strict", "southwest-syria/", "astana-2017/", "idlib-2018/", "disengagement-1974/", "minsk/2014-09-19", "minsk/2015-02-12", "minsk/2015-09-29", "minsk/2016-09-21"} {
		t.Run(name, func(t *testing.T) {
			p := example(t, name)
			d, n := newDeck(p), 0
			rapid.Check(t, func(t *rapid.T) {
				if n++; n > *runs {
					return
				}
				var steps []step
				for i := range rapid.IntRange(0, 14).Draw(t, "records") {
					steps = append(steps, step{o: d.observation(t, i)})
				}
				for i := range rapid.IntRange(0, 1).Draw(t, "tracks") {
					track, list := d.fixes(t, i)
					for _, part := range slices.Collect(slices.Chunk(list, 150)) {
						steps = append(steps, step{track: track, fixes: part})
					}
				}
				steps = rapid.Permutation(steps).Draw(t, "order")
				follow(t, p, steps, d.from+(d.to-d.from)/2, d.to)
			})
		})
	}
}

// example loads an agreement. The strict one is the small one, where a breach needs two sources, and tanks must go after a day on which
// the ceasefire was kept.
func example(t testing.TB, name string) *terms.Plan {
	t.Helper()
	if name == "strict" {
		p := plan(t)
		for i := range p.Rules {
			if p.Rules[i].ID == "ceasefire" {
				p.Rules[i].Evidence.Sources = 2
			}
		}
		for i := range p.Agreement.Moments {
			if c := p.Agreement.Moments[i].At.Clean; c != nil {
				c.Days, c.Found = 1, "outcomes"
			}
		}
		return p
	}
	folder, version := path.Split(name)
	a, rep, err := terms.Load(os.DirFS(path.Join("../examples", folder)), version)
	if err != nil || rep.Errors() > 0 {
		t.Fatal(err, rep)
	}
	p, err := terms.Compile(a)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// deck is what records about an agreement are drawn from: its own actors, words, places and times.
type deck struct {
	p        *terms.Plan
	actors   []string
	units    []string
	incident []string
	acts     []string
	notices  []string
	passages []string
	arms     []string
	about    []string
	places   []truce.Place
	from, to truce.Instant
}

func newDeck(p *terms.Plan) *deck {
	d := &deck{p: p, incident: []string{"armed-force", "protest"}, notices: []string{"movement"}, passages: []string{"aid"}, arms: []string{"tank", "artillery", "personnel"}}
	ag := p.Agreement
	for _, x := range ag.Actors {
		d.actors = append(d.actors, string(x.ID))
		if x.Kind == truce.ActorUnit {
			d.units = append(d.units, string(x.ID))
		}
	}
	if ag.Duration != nil {
		d.acts = append(d.acts, ag.Duration.Act)
	}
	for _, r := range p.Rules {
		d.about = append(d.about, string(r.ID), string(r.Article))
		switch r.Object {
		case truce.KindIncident:
			d.incident = append(d.incident, r.Kinds...)
		case truce.KindAct:
			d.acts = append(d.acts, r.Kinds...)
		case truce.KindPassage:
			d.passages = append(d.passages, r.Kinds...)
		case truce.KindNotification:
			d.notices = append(d.notices, r.Kinds...)
		}
		for _, e := range r.Equipment {
			if e.Category != "" {
				d.arms = append(d.arms, e.Category)
			}
		}
		for _, st := range r.Steps {
			d.acts = append(d.acts, st.What)
		}
		for _, m := range []truce.TimeExpr{r.From, r.Until, r.Due} {
			d.time(m)
		}
	}
	for _, m := range ag.Moments {
		d.time(m.At)
	}
	if len(d.acts) == 0 {
		d.acts = []string{"anything"}
	}
	for _, f := range ag.Places {
		d.places = append(d.places, truce.Place{Kind: truce.PlaceNamed, Name: string(f.ID)})
		switch f.Shape {
		case truce.ShapeArea:
			d.places = append(d.places, truce.Place{Kind: truce.PlacePoint, At: f.Polygons[0][0][0]})
		case truce.ShapeLine:
			d.places = append(d.places, truce.Place{Kind: truce.PlacePoint, At: f.Lines[0][0]})
		case truce.ShapePoint:
			d.places = append(d.places, truce.Place{Kind: truce.PlacePoint, At: f.At})
		}
	}
	d.from -= 5 * 24 * 3600 * 1000
	d.to = d.from + 40*24*3600*1000
	return d
}

// time notes the times an agreement names, so that records lie about its beginning.
func (d *deck) time(e truce.TimeExpr) {
	if e.Base != nil {
		d.time(*e.Base)
	}
	if e.Act != nil {
		d.acts = append(d.acts, e.Act.What)
	}
	if e.Kind == truce.TimeAt && (d.from == 0 || e.At.From > d.from) {
		d.from = e.At.From
	}
}

func (d *deck) instant(t *rapid.T, label string) truce.Instant {
	return d.from + truce.Instant(rapid.Int64Range(0, int64(d.to-d.from)/1000).Draw(t, label))*1000
}

func (d *deck) observation(t *rapid.T, i int) *truce.Observation {
	pick := func(label string, list []string) string { return rapid.SampledFrom(list).Draw(t, label) }
	o := &truce.Observation{ID: truce.ObservationID(fmt.Sprintf("o%03d", i))}
	o.Kind = rapid.SampledFrom([]truce.ObservationKind{truce.KindPresence, truce.KindIncident, truce.KindIncident, truce.KindInspection, truce.KindPassage, truce.KindAct,
		truce.KindAct, truce.KindAct, truce.KindNotification, truce.KindFinding, truce.KindCoverage}).Draw(t, "kind")
	from := d.instant(t, "from")
	o.When = truce.At(from)
	switch rapid.IntRange(0, 5).Draw(t, "span") {
	case 0:
		o.When.To += truce.Instant(rapid.Int64Range(0, 40*3600).Draw(t, "length")) * 1000
		o.Lasted = rapid.Bool().Draw(t, "lasted")
	case 1:
		o.When = truce.Span{}
	}
	if rapid.Bool().Draw(t, "received") {
		o.Received = from - truce.Instant(rapid.Int64Range(-3*24*3600, 5*24*3600).Draw(t, "delay"))*1000
	}
	if rapid.IntRange(0, 3).Draw(t, "placed") > 0 && len(d.places) > 0 {
		o.Where = rapid.SampledFrom(d.places).Draw(t, "place")
		if o.Where.Kind == truce.PlacePoint {
			o.Where.At.Lat += truce.E7(rapid.Int32Range(-100000, 100000).Draw(t, "lat"))
			o.Where.Error = truce.Metres(rapid.IntRange(0, 5000).Draw(t, "error"))
		}
	}
	role := rapid.SampledFrom([]truce.Role{truce.RoleInitiator, truce.RoleSide, truce.RoleSubject}).Draw(t, "role")
	o.Parts = []truce.Part{{Name: pick("one", d.actors), Role: role}}
	switch o.Kind {
	case truce.KindIncident:
		o.What = pick("what", d.incident)
		o.Parts = append(o.Parts, truce.Part{Name: pick("other", d.actors), Role: rapid.SampledFrom([]truce.Role{truce.RoleTarget, truce.RoleSide}).Draw(t, "role2")})
	case truce.KindAct:
		o.What = pick("what", d.acts)
		o.Result = rapid.SampledFrom([]truce.Ended{0, truce.EndedDone, truce.EndedFailed, truce.EndedObjected}).Draw(t, "result")
		o.Count = truce.Exactly(rapid.Int64Range(0, 30).Draw(t, "count"))
	case truce.KindPassage:
		o.What = pick("what", d.passages)
		o.Result = rapid.SampledFrom([]truce.Ended{0, truce.EndedGranted, truce.EndedDenied}).Draw(t, "result")
		o.Count = truce.Exactly(rapid.Int64Range(0, 30).Draw(t, "count"))
	case truce.KindFinding:
		o.About = []string{rapid.OneOf(rapid.SampledFrom(d.about), rapid.Map(rapid.IntRange(0, 14), func(n int) string { return fmt.Sprintf("o%03d", n) })).Draw(t, "about")}
		o.Result = rapid.SampledFrom([]truce.Ended{truce.EndedConfirmed, truce.EndedNotConfirmed, truce.EndedDone}).Draw(t, "result")
		if rapid.Bool().Draw(t, "nobody") {
			o.Parts = nil
		}
	case truce.KindPresence, truce.KindInspection:
		o.Equipment = []truce.Equipment{{Category: pick("category", d.arms), Count: truce.Exactly(rapid.Int64Range(0, 20).Draw(t, "n"))}}
		o.Complete = rapid.Bool().Draw(t, "complete")
		if len(d.units) > 0 && rapid.Bool().Draw(t, "unit") {
			o.Parts = []truce.Part{{Name: pick("which", d.units), Role: truce.RoleSubject}}
		}
	case truce.KindCoverage:
		o.Lasted, o.When.To = true, o.When.To+10*24*3600*1000
		if !o.When.Stated() {
			o.When = truce.Span{}
		}
	case truce.KindNotification:
		o.What = pick("what", d.notices)
	}
	o.Source = truce.Source{ID: rapid.SampledFrom([]string{"", "s1", "s2", "s3"}).Draw(t, "source"), Means: truce.MeansSeen, Standing: truce.StandingObserved}
	if rapid.IntRange(0, 4).Draw(t, "linked") == 0 {
		o.SameAs = []truce.ObservationID{truce.ObservationID(fmt.Sprintf("o%03d", rapid.IntRange(0, 14).Draw(t, "same")))}
	}
	return o
}

// fixes draws enough positions of a unit to fill several blocks, near a place of the agreement.
func (d *deck) fixes(t *rapid.T, i int) (assess.Track, []truce.Fix) {
	tr := assess.Track{Unit: fmt.Sprintf("u%d", i), Actor: rapid.SampledFrom(d.actors).Draw(t, "owner")}
	if rapid.Bool().Draw(t, "armed") {
		tr.Equipment = []truce.Equipment{{Category: rapid.SampledFrom(d.arms).Draw(t, "category")}}
	}
	base := truce.Degrees(36, 33)
	if len(d.places) > 0 {
		if pl := rapid.SampledFrom(d.places).Draw(t, "near"); pl.Kind == truce.PlacePoint {
			base = pl.At
		}
	}
	at := d.instant(t, "begin")
	var list []truce.Fix
	seed := rapid.Uint64().Draw(t, "seed")
	next := func(n int64) int64 {
		seed = seed*6364136223846793005 + 1442695040888963407
		return int64(seed>>33) % n
	}
	for range rapid.IntRange(0, 700).Draw(t, "fixes") {
		at += truce.Instant(next(1800)) * 1000
		if next(20) == 0 {
			at += 8 * 3600 * 1000
		}
		base.Lat += truce.E7(next(40001) - 20000)
		base.Lon += truce.E7(next(40001) - 20000)
		list = append(list, truce.Fix{At: at, Pos: base, Error: float32(next(300))})
	}
	return tr, list
}

// Each of these depends on something that came before it and that is easily forgotten: after the last step Update must say something new, and what
// it holds is what Settle says.
func TestUpdateSeesWhatComesLate(t *testing.T) {
	incident := func(id, source string, at truce.Instant, same ...truce.ObservationID) step {
		return step{o: &truce.Observation{ID: truce.ObservationID(id), Kind: truce.KindIncident, What: "shelling", When: truce.At(at), Where: truce.Place{Kind: truce.PlaceNamed, Name: "town"},
			Parts: []truce.Part{{Name: "north", Role: truce.RoleInitiator}, {Name: "south", Role: truce.RoleTarget}}, SameAs: same, Source: truce.Source{ID: source}}}
	}
	act := func(what string, result truce.Ended, at truce.Instant) step {
		return step{o: &truce.Observation{ID: truce.ObservationID(what), Kind: truce.KindAct, What: what, Result: result, When: truce.At(at), Parts: []truce.Part{{Name: "north", Role: truce.RoleInitiator}}}}
	}
	tank := step{o: &truce.Observation{ID: "tank", Kind: truce.KindPresence, When: truce.At(utc(14, 12, 0)), Where: truce.Place{Kind: truce.PlacePoint, At: truce.Degrees(36.1, 32.68), Error: 50},
		Parts: []truce.Part{{Name: "north", Role: truce.RoleSubject}}, Equipment: []truce.Equipment{{Category: "tank", Count: truce.Exactly(1)}}}}
	watched := step{o: &truce.Observation{ID: "watched", Kind: truce.KindCoverage, When: truce.Span{From: utc(9, 0, 0), To: utc(15, 0, 0)}, Lasted: true}}
	long := func(from truce.Instant, n int, lat float64) step {
		st := step{track: assess.Track{Unit: "u", Actor: "legion"}}
		for i := range n {
			st.fixes = append(st.fixes, truce.Fix{At: from + truce.Instant(i)*300_000, Pos: truce.Degrees(36.1, lat), Error: 20})
		}
		return st
	}
	more := long(utc(10, 13, 0), 700, 32.72)
	more.fixes = append(more.fixes, long(utc(9, 14, 2), 1, 32.3).fixes...)
	for name, c := range map[string]struct {
		plan  string
		rule  truce.RuleID
		steps []step
	}{
		"a second source":            {"strict", "ceasefire", []step{incident("a", "s1", utc(10, 6, 0)), incident("b", "s2", utc(10, 6, 0), "a")}},
		"the record that was named":  {"strict", "ceasefire", []step{incident("a", "s1", utc(10, 6, 0), "b"), incident("b", "s2", utc(10, 6, 0))}},
		"the step of a permission":   {"small", "ceasefire", []step{incident("a", "s1", utc(10, 6, 0)), act("order-given", truce.EndedDone, utc(10, 5, 30)), act("channel-tried", truce.EndedFailed, utc(10, 5, 0))}},
		"a day that was not clean":   {"strict", "heavy-out", []step{watched, tank, incident("a", "s1", utc(10, 6, 0), "b"), incident("b", "s2", utc(10, 6, 0))}},
		"a fix before many":          {"small", "foreign-out", []step{long(utc(9, 12, 0), 700, 32.72), long(utc(9, 14, 2), 1, 32.3)}},
		"a fix before a few":         {"small", "foreign-out", []step{long(utc(9, 12, 0), 40, 32.72), long(utc(9, 14, 2), 1, 32.3)}},
		"a fix before many more":     {"small", "foreign-out", []step{long(utc(9, 12, 0), 300, 32.72), more}},
		"a fix that goes on":         {"small", "foreign-out", []step{long(utc(9, 12, 0), 700, 32.72), long(utc(12, 0, 0), 1, 32.72)}},
		"a second fix of one moment": {"small", "foreign-out", []step{long(utc(9, 12, 0), 40, 32.72), long(utc(9, 12, 0)+39*300_000, 1, 32.3)}},
	} {
		t.Run(name, func(t *testing.T) {
			p := plan(t)
			if c.plan != "small" {
				p = example(t, c.plan)
			}
			at := utc(16, 0, 0)
			a, _ := assess.New(p)
			fresh, _ := assess.New(p)
			seen := false
			for i, st := range c.steps {
				st.add(a)
				st.add(fresh)
				changes := a.Update(at)
				for _, ch := range changes {
					seen = seen || i == len(c.steps)-1 && ch.Account().Rule == c.rule && ch.Before != nil
				}
				got, _ := json.Marshal(a.Current().Accounts)
				want, _ := json.Marshal(fresh.Settle(at).Accounts)
				if string(got) != string(want) {
					t.Fatalf("after step %d it is not what Settle says", i+1)
				}
			}
			if !seen {
				t.Errorf("the last step changed nothing of %s: this test tests nothing", c.rule)
			}
		})
	}
}
