package node_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"truce"
	"truce/internal/access"
	"truce/internal/mechanism"
	"truce/internal/node"
	"truce/internal/sim"
)

// thin is a world with all its cases and little else, which is made in a few seconds.
var thin = sim.World{Seed: 7, Percent: 8}

func makeDemo(t *testing.T, path string, w sim.World) {
	t.Helper()
	made, err := node.MakeDemo(context.Background(), node.Demo{Path: path, Agreement: os.DirFS(example), World: w, Listen: "127.0.0.1:0"})
	if err != nil || !made {
		t.Fatal(made, err)
	}
}

// theDemo is a demonstration that several tests look at and none changes: its folder, which none opens, and a node on a copy of it at its present, where nothing
// goes on.
var theDemo struct {
	make, open sync.Once
	path       string
	node       *node.Node
}

func demoFolder(t *testing.T) string {
	t.Helper()
	theDemo.make.Do(func() {
		dir, err := os.MkdirTemp("", "truce-demo")
		if err != nil {
			t.Fatal(err)
		}
		theDemo.path = filepath.Join(dir, "demo")
		makeDemo(t, theDemo.path, thin)
	})
	return theDemo.path
}

func demo(t *testing.T) *node.Node {
	t.Helper()
	path := demoFolder(t)
	theDemo.open.Do(func() {
		there := path + "-open"
		if err := os.CopyFS(there, os.DirFS(path)); err != nil {
			t.Fatal(err)
		}
		theDemo.node, _ = still(t, there)
	})
	if theDemo.node == nil {
		t.Fatal("it could not be opened")
	}
	return theDemo.node
}

func TestMain(m *testing.M) {
	code := m.Run()
	if theDemo.node != nil {
		theDemo.node.Close()
	}
	if theDemo.path != "" {
		os.RemoveAll(filepath.Dir(theDemo.path))
	}
	os.Exit(code)
}

// still opens the demonstration at its present, where nothing goes on.
func still(t *testing.T, path string) (*node.Node, func(truce.Instant)) {
	t.Helper()
	n, set, err := node.OpenStill(context.Background(), path, thin, sim.Present)
	if err != nil {
		t.Fatal(err)
	}
	if err := n.WaitReady(context.Background()); err != nil {
		t.Fatal(err)
	}
	return n, set
}

// viewer gives a guest of the demonstration in their office.
func viewer(t *testing.T, n *node.Node, o truce.Office) access.Viewer {
	t.Helper()
	for _, p := range n.Demo().People() {
		if p.Office == o {
			v, ok := n.Mechanism().Directory.Viewer(p.ID, o, sim.Present)
			if !ok {
				t.Fatalf("%+v holds no office", p)
			}
			v.Vouch, v.Proved = truce.VouchSession, sim.Present
			return v
		}
	}
	t.Fatalf("no guest is %s", o)
	return access.Viewer{}
}

// all walks the pages of a list.
func all[T any](t *testing.T, page func(cursor string) (mechanism.Page[T], error)) (out []T) {
	t.Helper()
	for cursor := ""; ; {
		p, err := page(cursor)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, p.Items...)
		if cursor = p.Next; cursor == "" {
			return out
		}
	}
}

// The world shows everything that there is to see: cases in every state, outcomes of every sort, what waits for somebody, what was destroyed.
func TestDemoHasEverything(t *testing.T) {
	t.Parallel()
	n := demo(t)
	m, ctx, duty := n.Mechanism(), context.Background(), viewer(t, n, truce.OfficeDutyOfficer)

	states := map[truce.CaseState]int{}
	dissents, silences, clocks := 0, 0, 0
	for _, c := range m.Cases(duty, "", "en") {
		states[c.State]++
		silences, clocks = silences+len(c.Silences), clocks+len(c.Clocks)
		for _, f := range c.Findings {
			for _, w := range f.Words {
				if w.Step == truce.StepDissent {
					dissents++
				}
			}
		}
	}
	for _, s := range truce.CaseStates {
		if states[truce.CaseState(s)] == 0 {
			t.Errorf("no case is %s: %v", s, states)
		}
	}
	if dissents == 0 || silences == 0 || clocks == 0 {
		t.Errorf("%d dissents, %d silences, %d running clocks", dissents, silences, clocks)
	}

	results := map[string]int{}
	turns := 0
	for _, o := range all(t, func(c string) (mechanism.Page[mechanism.Outcome], error) {
		return m.Outcomes(ctx, duty, mechanism.OutcomeSearch{Cursor: c, Limit: 500})
	}) {
		for _, s := range o.Said {
			results[s.Result]++
		}
		if !o.Same {
			turns++
		}
	}
	for _, r := range []string{"breached", "kept", "undetermined", "not applicable"} {
		if results[r] == 0 {
			t.Errorf("no reading says %s: %v", r, results)
		}
	}
	if turns == 0 {
		t.Error("no outcome turns on a reading")
	}

	kinds := map[string]int{}
	erased, real := 0, 0
	for _, o := range all(t, func(c string) (mechanism.Page[mechanism.Observation], error) {
		return m.Observations(ctx, duty, mechanism.Search{Cursor: c, Limit: 500})
	}) {
		kinds[o.Observed]++
		if o.Erased {
			erased++
		}
		if !o.Simulated {
			real++
		}
	}
	for _, k := range []string{"incident", "presence", "inspection", "passage", "restriction", "coverage", "act", "statement", "notification"} {
		if kinds[k] == 0 {
			t.Errorf("nobody reports %s: %v", k, kinds)
		}
	}
	if erased == 0 || real < 30 {
		t.Errorf("%d erased, %d of public record", erased, real)
	}
	acts := map[string]int{}
	silent := 0
	for _, q := range all(t, func(c string) (mechanism.Page[mechanism.Query], error) { return m.Queries(ctx, duty, c, 100) }) {
		acts[q.Act]++
	}
	silent = acts["silence"]
	for _, a := range []string{"asks", "notifies", "answers", "acknowledges", "objects", "withdraws"} {
		if acts[a] == 0 {
			t.Errorf("no query %s: %v", a, acts)
		}
	}
	if silent == 0 {
		t.Error("every query was answered")
	}
	if len(m.Versions()) != 2+3 { // July, November as three propose it, and in force
		t.Errorf("%d versions", len(m.Versions()))
	}
	if a, _ := m.Current(); a.Plan.Agreement.Version != sim.November {
		t.Errorf("%s is in force", a.Plan.Agreement.Version)
	}
	if len(m.Directory.Waiting(sim.Present)) < 3 {
		t.Error("nothing waits for a second person")
	}
	if len(all(t, func(c string) (mechanism.Page[mechanism.Positions], error) {
		return m.Tracks(ctx, duty, mechanism.Search{Cursor: c, Limit: 500})
	})) == 0 {
		t.Error("nothing drives")
	}
	if x, err := m.Pictures(ctx, duty, "", "", 50); err != nil || len(x.Items) < 4 {
		t.Errorf("%d pictures, %v", len(x.Items), err)
	}
}

// Each office finds something, the public too, once its delays are over.
func TestDemoShowsSomethingToEverybody(t *testing.T) {
	t.Parallel()
	n := demo(t)
	m, ctx := n.Mechanism(), context.Background()
	viewers := map[string]access.Viewer{"the public": {Now: sim.Present}}
	for _, p := range n.Demo().People() {
		viewers[p.Office.String()+" of "+string(p.Body)] = viewer(t, n, p.Office)
	}
	for _, name := range slices.Sorted(maps.Keys(viewers)) {
		v := viewers[name]
		cases := m.Cases(v, "", "en")
		said, err := m.Statements(ctx, v, "", 10)
		if err != nil {
			t.Fatal(err)
		}
		seen, err := m.Observations(ctx, v, mechanism.Search{Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		outcomes, err := m.Outcomes(ctx, v, mechanism.OutcomeSearch{Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		findings := 0
		for _, c := range cases {
			findings += len(c.Findings)
		}
		if v.Office == truce.OfficeOperator {
			continue // keeps the machine, and reads nothing by office
		}
		reports, err := m.Dailies(ctx, v, "", 50)
		if err != nil {
			t.Fatal(err)
		}
		if v.Office == truce.OfficePublic && (len(reports.Items) < 4 || !slices.ContainsFunc(reports.Items, func(r mechanism.DailyReport) bool { return r.Superseded != "" })) {
			t.Errorf("%s: %d daily reports, none of them corrected", name, len(reports.Items))
		}
		if len(cases) < 5 || len(said.Items) < 5 && v.Office != truce.OfficeAuditor || len(seen.Items) < 5 || len(outcomes.Items) < 5 {
			t.Errorf("%s: %d cases with %d findings, %d statements, %d observations, %d outcomes", name, len(cases), findings, len(said.Items), len(seen.Items), len(outcomes.Items))
		}
	}
}

// What is not labelled as simulated says where it can be read. Nothing else lacks the label, in any answer of the interface, for anybody.
func TestDemoLabelsWhatIsSimulated(t *testing.T) {
	t.Parallel()
	n := demo(t)
	m, ctx, duty := n.Mechanism(), context.Background(), viewer(t, n, truce.OfficeDutyOfficer)
	real := map[truce.RecordID]bool{}
	for _, o := range all(t, func(c string) (mechanism.Page[mechanism.Observation], error) {
		return m.Observations(ctx, duty, mechanism.Search{Cursor: c, Limit: 500})
	}) {
		if real[o.ID] = !o.Simulated; !o.Simulated && !o.Erased && (o.Source == nil || !strings.HasPrefix(o.Source.Reference, "http")) {
			t.Errorf("%s is neither simulated nor does it say where it is from: %+v", o.ID, o)
		}
	}
	for _, s := range all(t, func(c string) (mechanism.Page[mechanism.Statement], error) { return m.Statements(ctx, duty, c, 100) }) {
		if real[s.ID] = !s.Simulated; !s.Simulated && (!strings.HasPrefix(s.Reference, "http") || s.Act != "said") {
			t.Errorf("%s is neither simulated nor does it say where it is from: %+v", s.ID, s)
		}
	}
	for _, o := range all(t, func(c string) (mechanism.Page[mechanism.Outcome], error) {
		return m.Outcomes(ctx, duty, mechanism.OutcomeSearch{Cursor: c, Limit: 500, All: true})
	}) {
		rests := slices.ContainsFunc(o.Records, func(id truce.RecordID) bool { return !real[id] })
		if real[o.ID] = !o.Simulated; o.Simulated != rests {
			t.Errorf("%s of %s is simulated: %v; it rests on what is: %v", o.ID, o.Rule, o.Simulated, rests)
		}
	}
	for _, c := range m.Cases(duty, "", "en") {
		if !c.Simulated {
			t.Errorf("case %s is not labelled", c.ID)
		}
		for _, id := range c.Cites {
			if real[id] {
				t.Errorf("case %s is about %s, which is real", c.ID, id)
			}
		}
	}

	// The same in what leaves the server.
	tokens := map[string]string{"the public": ""}
	for _, p := range n.Demo().People() {
		token, err := n.Demo().Enter(p.ID)
		if err != nil {
			t.Fatal(err)
		}
		tokens[p.Office.String()] = token
	}
	agreement := []string{"genesis", "agreement", "person", "grant", "class", "erasure", "pause", "notice", "custody"} // they speak of the mechanism
	for who, token := range tokens {
		for _, path := range []string{"/api/observations?limit=500", "/api/outcomes?limit=500", "/api/cases", "/api/statements?limit=500", "/api/queries?limit=500", "/api/media?limit=500", "/api/tracks?limit=500",
			"/api/features/collections/observations/items?limit=500", "/api/features/collections/outcomes/items?limit=500", "/api/features/collections/cases/items?limit=500"} {
			r := httptest.NewRequest(http.MethodGet, "http://127.0.0.1"+path, nil)
			if token != "" {
				r.Header.Set("Cookie", "truce="+token)
			}
			w := httptest.NewRecorder()
			n.Handler().ServeHTTP(w, r)
			if w.Code == http.StatusForbidden || w.Code == http.StatusNotFound {
				continue
			}
			var answer any
			if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || w.Code != http.StatusOK {
				t.Errorf("%s as %s: %d %v", path, who, w.Code, err)
			}
			eachThing(answer, func(x map[string]any) {
				id, kind := fmt.Sprint(x["id"]), fmt.Sprint(x["kind"])
				if _, isRecord := real[truce.RecordID(id)]; (isRecord || strings.HasPrefix(id, "r-") || x["state"] != nil) && !real[truce.RecordID(id)] && x["simulated"] != true && !slices.Contains(agreement, kind) {
					t.Errorf("%s as %s: %s %s has no label", path, who, kind, id)
				}
			})
		}
	}
}

// eachThing finds whatever has an id in an answer. The id of a feature stands beside its properties.
func eachThing(x any, do func(map[string]any)) {
	switch x := x.(type) {
	case []any:
		for _, y := range x {
			eachThing(y, do)
		}
	case map[string]any:
		if p, ok := x["properties"].(map[string]any); ok {
			x = maps.Clone(p)
		}
		if x["id"] != nil {
			do(x)
		}
		for k, y := range x {
			if k != "steps" || x["simulated"] != true {
				eachThing(y, do)
			}
		}
	}
}

// The same seed is the same life, up to what is drawn by chance: names of records and people.
func TestDemoFollowsFromItsSeed(t *testing.T) {
	t.Parallel()
	again := filepath.Join(t.TempDir(), "demo")
	makeDemo(t, again, thin)
	n, _ := still(t, again)
	defer n.Close()
	one := digestOf(t, demo(t))
	if two := digestOf(t, n); !slices.Equal(one, two) {
		for i := range min(len(one), len(two)) {
			if one[i] != two[i] {
				t.Fatalf("line %d of %d and %d:\n%s\n%s", i, len(one), len(two), one[i], two[i])
			}
		}
		t.Fatalf("%d lines and %d", len(one), len(two))
	}
}

// digestOf writes down what the duty officer sees, without names that are drawn by chance.
func digestOf(t *testing.T, n *node.Node) (out []string) {
	t.Helper()
	m, ctx, duty := n.Mechanism(), context.Background(), viewer(t, n, truce.OfficeDutyOfficer)
	add := func(x any) {
		b, err := json.Marshal(x)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, string(b))
	}
	for _, o := range all(t, func(c string) (mechanism.Page[mechanism.Observation], error) {
		return m.Observations(ctx, duty, mechanism.Search{Cursor: c, Limit: 500})
	}) {
		o.Card.ID, o.Person = "", ""
		add(o)
	}
	for _, p := range all(t, func(c string) (mechanism.Page[mechanism.Positions], error) {
		return m.Tracks(ctx, duty, mechanism.Search{Cursor: c, Limit: 500})
	}) {
		p.Card.ID, p.Person = "", ""
		add(p)
	}
	for _, o := range all(t, func(c string) (mechanism.Page[mechanism.Outcome], error) {
		return m.Outcomes(ctx, duty, mechanism.OutcomeSearch{Cursor: c, Limit: 500, Lang: "en"})
	}) {
		add([]any{o.Rule, o.At, o.Subject, o.Result, o.Said, o.Turns, o.From, o.Place, o.Recorded, len(o.Records)})
	}
	for _, c := range m.Cases(duty, "", "en") {
		c.Cites = c.Cites[:0]
		add(c)
	}
	slices.Sort(out) // what rules say at once stands in the order of names
	return out
}

// An hour of what goes on is possible, act by act, where no visitor does anything.
func TestDemoGoesOn(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "demo")
	if err := os.CopyFS(path, os.DirFS(demoFolder(t))); err != nil {
		t.Fatal(err)
	}
	n, set := still(t, path)
	defer n.Close()
	before, _, _ := n.Mechanism().Taken()
	s := &sim.Stage{Mechanism: n.Mechanism(), Set: set}
	now := sim.Present
	s.Now = func() truce.Instant { return now }
	set0 := set
	s.Set = func(i truce.Instant) { now = i; set0(i) }
	waited, longest := 0, time.Duration(0)
	err := thin.Live(context.Background(), s, func(until truce.Instant) bool {
		waited++
		longest = max(longest, until.Sub(now))
		return until < sim.Present.Add(20*time.Minute)
	}, func(err error) { t.Errorf("at %s: %v", now, err) })
	if err != nil {
		t.Fatal(err)
	}
	after, _, _ := n.Mechanism().Taken()
	if waited < 60 || longest > time.Minute || after.Seq < before.Seq+100 {
		t.Errorf("%d acts in twenty minutes, up to %s apart, %d records", waited, longest, after.Seq-before.Seq)
	}
}

// A real folder is no demonstration and nothing makes it one; a demonstration is served as one alone, and its folder replaced only by another.
func TestRealAndDemoAreKeptApart(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	real, _ := folder(t)
	if _, err := node.Open(ctx, node.Options{Path: real, Demo: &thin}); truce.KindOf(err) != truce.Invalid {
		t.Errorf("a real folder is opened as a demonstration: %v", err)
	}
	n := open(t, real)
	if n.Demo() != nil {
		t.Error("a real folder has the door of a demonstration")
	}
	for _, p := range n.Mechanism().Directory.People() {
		for _, path := range []string{"/demo", "/demo/enter", "/sign-in/demo"} {
			res, _ := post(t, n, path, "", map[string]string{"person": string(p.ID), "id": string(p.ID)})
			if len(res.Cookies()) > 0 && res.Cookies()[0].Value != "" {
				t.Errorf("%s lets %s in", path, p.Name)
			}
		}
	}
	n.Close()
	before, err := os.ReadFile(filepath.Join(real, "journal", "journal.db"))
	if err != nil {
		t.Fatal(err)
	}
	if made, err := node.MakeDemo(ctx, node.Demo{Path: real, Agreement: os.DirFS(example), World: thin}); made || truce.KindOf(err) != truce.Conflict {
		t.Errorf("a demonstration is made in a real folder: %v", err)
	}
	// Not even where somebody puts the file of a demonstration there.
	if err := os.WriteFile(filepath.Join(real, "demonstration.json"), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if made, err := node.MakeDemo(ctx, node.Demo{Path: real, Agreement: os.DirFS(example), World: thin}); made || truce.KindOf(err) != truce.Conflict {
		t.Errorf("a demonstration is made in a real folder with a file in it: %v", err)
	}
	if after, err := os.ReadFile(filepath.Join(real, "journal", "journal.db")); err != nil || string(after) != string(before) {
		t.Errorf("the journal of a real folder was touched: %v", err)
	}
	strange := t.TempDir()
	if err := os.WriteFile(filepath.Join(strange, "letter.txt"), []byte("dear"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := node.MakeDemo(ctx, node.Demo{Path: strange, Agreement: os.DirFS(example), World: thin}); truce.KindOf(err) != truce.Conflict {
		t.Errorf("a demonstration is made among other files: %v", err)
	}

	path := demoFolder(t)
	wide := node.Options{Path: path, Demo: &thin, Override: func(c *node.Config) { c.Listen = "0.0.0.0:8017" }}
	if n, err := node.Open(ctx, wide); truce.KindOf(err) != truce.Invalid {
		t.Errorf("a demonstration can be reached from other machines: %v", err)
		n.Close()
	}
	if _, err := node.Open(ctx, node.Options{Path: path}); truce.KindOf(err) != truce.Invalid || !strings.Contains(truce.HintOf(err), "truce demo") {
		t.Errorf("a demonstration is served as real: %v", err)
	}
	if made, err := node.MakeDemo(ctx, node.Demo{Path: path, Agreement: os.DirFS(example), World: thin, Listen: "127.0.0.1:0"}); made || err != nil {
		t.Errorf("the same demonstration is made again: %v %v", made, err)
	}
}

// What a visitor says in a demonstration is labelled as simulated, whatever they say of it.
func TestDemoLabelsVisitors(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "demo")
	if err := os.CopyFS(path, os.DirFS(demoFolder(t))); err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	n, err := node.Open(ctx, node.Options{Path: path, Demo: &thin})
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	if err := n.WaitReady(ctx); err != nil {
		t.Fatal(err)
	}
	if s := n.Now(); s < sim.Present || s > sim.Present.Add(time.Hour) {
		t.Errorf("its clock says %s", s)
	}
	v := viewer(t, n, truce.OfficeMonitor)
	v.Now = n.Now()
	line := `{"id":"mine","kind":"incident","what":"shelling","time":"2017-12-03T06:00:00Z","place":"Nawa","source":"me","simulated":false}` + "\n"
	taken, err := n.Mechanism().Report(ctx, v, mechanism.Batch{Name: "b", Format: "ndjson", Tier: truce.TierMechanism, MaxBytes: 1 << 20, Body: strings.NewReader(line)})
	if err != nil || len(taken.IDs) != 1 {
		t.Fatal(taken, err)
	}
	if o, err := n.Mechanism().Observation(ctx, v, taken.IDs[0]); err != nil || !o.Simulated {
		t.Errorf("%+v, %v", o, err)
	}
}
