package live_test

import (
	"bytes"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"truce"
	"truce/assess"
	"truce/internal/intake/entry"
	"truce/internal/live"
	"truce/internal/record"
	"truce/internal/vault"
)

// runs is how many journals are drawn; each is followed anew many times, which takes a second.
var runs = flag.Int("live.runs", 6, "journals to draw")

func utc(day, hour, minute int) truce.Instant {
	return truce.InstantOf(time.Date(2017, 7, day, hour, minute, 0, 0, time.UTC))
}

// fatal is what tests and properties have in common.
type fatal interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

// zeroes is where a test's salts come from.
type zeroes struct{}

func (zeroes) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func small(t fatal) record.Agreement {
	t.Helper()
	return inForce(t, "small", "2017-07-07", "../../scenario/testdata/small")
}

// inForce is the agreement of a folder, to be taken up.
func inForce(t fatal, id truce.AgreementID, version truce.VersionID, folder string) record.Agreement {
	t.Helper()
	a := record.Agreement{Agreement: id, Version: version, Use: record.AgreementInForce}
	fsys := os.DirFS(folder)
	err := fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(fsys, p)
		a.Files = append(a.Files, record.File{Path: p, Data: data})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// changed is an agreement with a text in one of its files replaced.
func changed(t fatal, a record.Agreement, version truce.VersionID, old, new string) record.Agreement {
	t.Helper()
	a.Version, a.Files = version, slices.Clone(a.Files)
	for i, f := range a.Files {
		if f.Path == "agreement.yaml" {
			data := bytes.Replace(f.Data, []byte("version: 2017-07-07"), []byte("version: "+version), 1)
			if !bytes.Contains(data, []byte(old)) {
				t.Fatal(old + " is not there")
			}
			a.Files[i].Data = bytes.Replace(data, []byte(old), []byte(new), 1)
		}
	}
	return a
}

// entry of a journal, as far as a follower sees it.
type written struct {
	r *truce.Record
	g vault.Groups
}

// book is a journal in memory, and what follows it.
type book struct {
	keys    *vault.Keyring
	entries []written
	ids     map[truce.RecordID]bool
	live    *live.Live
}

func newBook(t fatal) *book {
	keys, err := vault.NewKeyring(zeroes{})
	if err != nil {
		t.Fatal(err)
	}
	return &book{keys: keys, ids: map[truce.RecordID]bool{}, live: live.New()}
}

// write journals a draft and lets it be followed. What was said already is one record.
func (b *book) write(t fatal, d record.Draft, at truce.Instant) *truce.Record {
	t.Helper()
	sealed, err := d.Seal(b.keys, zeroes{})
	if err != nil {
		t.Fatal(err)
	}
	if b.ids[d.Record.ID] {
		return nil
	}
	b.ids[d.Record.ID] = true
	r := d.Record
	r.Seq, r.Received, r.Recorded = truce.Seq(len(b.entries)+1), at, at
	g, err := b.keys.Open(&r, sealed)
	if err != nil {
		t.Fatal(err)
	}
	b.entries = append(b.entries, written{&r, g})
	take(t, b.live, &r, g)
	return &r
}

// take lets a follower take up a record.
func take(t fatal, l *live.Live, r *truce.Record, g vault.Groups) {
	t.Helper()
	said, err := record.Read(r, g)
	if err != nil {
		t.Fatal(err)
	}
	l.Apply(r, said)
}

type drafter interface{ Draft() (record.Draft, error) }

func (b *book) say(t fatal, d drafter, at truce.Instant) *truce.Record {
	t.Helper()
	x, err := d.Draft()
	if err != nil {
		t.Fatal(err)
	}
	return b.write(t, x, at)
}

func (b *book) observe(t fatal, o *truce.Observation, at truce.Instant) *truce.Record {
	t.Helper()
	return b.say(t, record.Observation{Content: o}, at)
}

// settle drafts, and journals what was drafted.
func (b *book) settle(t fatal, at truce.Instant) []record.Outcome {
	t.Helper()
	drafts, err := b.live.Settle(at)
	if err != nil {
		t.Fatal(err)
	}
	var out []record.Outcome
	for _, d := range drafts {
		r := b.write(t, d, at)
		if r == nil {
			t.Fatal("an outcome was drafted that is on record")
		}
		o, err := record.ReadOutcome(r, b.entries[len(b.entries)-1].g)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, o)
	}
	return out
}

// again follows the first n entries anew; erased leaves out the content of some.
func (b *book) again(t fatal, n int, erased ...truce.RecordID) *live.Live {
	t.Helper()
	l := live.New()
	for _, e := range b.entries[:n] {
		g := e.g
		if slices.Contains(erased, e.r.ID) {
			g, _ = b.keys.Open(e.r, nil)
		}
		take(t, l, e.r, g)
	}
	return l
}

func text(t fatal, drafts []record.Draft, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	for _, d := range drafts {
		fmt.Fprintf(&b, "%v %v %v %s\n", d.Record.Kind, d.Record.Version, d.Record.Claimed, d.Record.Body)
		for _, g := range d.Groups {
			fmt.Fprintf(&b, "  %s %s\n", g.Name, g.Data)
		}
	}
	return b.String()
}

func shelling(id string, at truce.Instant) *truce.Observation {
	return &truce.Observation{ID: truce.ObservationID(id), Kind: truce.KindIncident, What: "shelling", When: truce.At(at), Where: truce.Place{Kind: truce.PlaceNamed, Name: "town"},
		Parts: []truce.Part{{Name: "north", Role: truce.RoleInitiator}, {Name: "south", Role: truce.RoleTarget}}, Source: truce.Source{ID: "s1"}, Simulated: true}
}

// of picks the outcomes of a rule.
func of(list []record.Outcome, rule truce.RuleID) []record.Outcome {
	return slices.DeleteFunc(slices.Clone(list), func(o record.Outcome) bool { return o.Rule != rule })
}

func TestABreachIsRecordedOnce(t *testing.T) {
	b := newBook(t)
	b.say(t, small(t), utc(8, 0, 0))
	r := b.observe(t, shelling("a", utc(10, 6, 0)), utc(10, 7, 0))
	got := of(b.settle(t, utc(10, 8, 0)), "ceasefire")
	if len(got) != 1 || got[0].Said[0].Result != truce.Breached || got[0].Subject.Records[0] != r.ID || !got[0].Simulated || got[0].Attribution.By[0] != "north" ||
		len(got[0].Said[0].Conditions) == 0 || assess.Derive(got[0].Said[0].Asked) != got[0].Said[0].Possible || got[0].Supersedes != "" {
		t.Fatalf("%+v", got)
	}
	if more := b.settle(t, utc(10, 9, 0)); len(more) != 0 {
		t.Fatalf("drafted again: %+v", more)
	}
	if drafts, err := b.again(t, len(b.entries)).Settle(utc(10, 9, 0)); text(t, drafts, err) != "" {
		t.Fatal("a restart drafts again: " + text(t, drafts, err))
	}
}

// After a flood the outcomes come in portions, each thing once.
func TestAFloodIsSettledInPortions(t *testing.T) {
	const n = live.MaxDrafts + 100
	b := newBook(t)
	b.say(t, small(t), utc(8, 0, 0))
	for i := range n {
		b.observe(t, shelling(fmt.Sprint("s", i), utc(10, 6, i%60).Add(time.Duration(i)*time.Second)), utc(10, 7, 0))
	}
	seen := map[truce.RecordID]bool{}
	for part := 0; ; part++ {
		got := b.settle(t, utc(11, 8, 0))
		if part == 0 && len(got) != live.MaxDrafts {
			t.Fatalf("%d are drafted at once", len(got))
		}
		if len(got) == 0 {
			break
		}
		for _, o := range of(got, "ceasefire") {
			if id := o.Subject.Records[0]; seen[id] {
				t.Fatalf("%s was spoken of twice", id)
			} else {
				seen[id] = true
			}
		}
	}
	if len(seen) != n {
		t.Errorf("%d of %d were spoken of", len(seen), n)
	}
}

// What is kept, or not spoken of, is on no record; but it can be counted.
func TestWhatNobodyNeedsIsNotRecorded(t *testing.T) {
	b := newBook(t)
	b.say(t, small(t), utc(8, 0, 0))
	b.settle(t, utc(8, 1, 0)) // the obligations
	o := shelling("early", utc(8, 6, 0))
	b.observe(t, o, utc(10, 7, 0))
	if got := b.settle(t, utc(10, 8, 0)); len(got) != 0 {
		t.Fatalf("%+v", got)
	}
	v := b.live.Versions()[0]
	n := 0
	for _, acc := range b.live.Result(v.Text, v.Version).Accounts {
		if acc.Rule == "ceasefire" && acc.Outcomes[0].Result == truce.NotDue {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d accounts say not due", n)
	}
}

// A report that arrives late changes what was said, and the new outcome names the old one.
func TestALateReportSupersedes(t *testing.T) {
	b := newBook(t)
	b.say(t, small(t), utc(8, 0, 0))
	b.observe(t, shelling("a", utc(10, 6, 0)), utc(10, 7, 0))
	first := of(b.settle(t, utc(10, 8, 0)), "ceasefire")
	old := b.entries[len(b.entries)-1].r
	for _, e := range b.entries {
		if o, err := record.ReadOutcome(e.r, e.g); err == nil && o.Rule == "ceasefire" {
			old = e.r
		}
	}
	act := func(what string, result truce.Ended, at truce.Instant) {
		b.observe(t, &truce.Observation{ID: truce.ObservationID(what), Kind: truce.KindAct, What: what, Result: result, When: truce.At(at),
			Parts: []truce.Part{{Name: "north", Role: truce.RoleInitiator}}, Source: truce.Source{ID: "s1"}}, utc(11, 0, 0))
	}
	act("channel-tried", truce.EndedFailed, utc(10, 5, 0))
	act("order-given", truce.EndedDone, utc(10, 5, 30))
	got := of(b.settle(t, utc(11, 1, 0)), "ceasefire")
	if len(first) != 1 || len(got) != 1 || got[0].Supersedes != old.ID || got[0].Said[0].Result != truce.Kept {
		t.Fatalf("%+v\n%+v", first, got)
	}
}

// A version that is taken up later is applied to everything there was, and leaves what was said under another as it stands.
func TestANewVersionReadsTheWholeJournal(t *testing.T) {
	b := newBook(t)
	b.say(t, small(t), utc(8, 0, 0))
	b.observe(t, shelling("a", utc(10, 6, 0)), utc(10, 7, 0))
	b.say(t, record.Positions{Track: &entry.Track{Unit: "u1", Actor: "legion"}, Fixes: inside(utc(10, 6, 0), 30)}, utc(10, 8, 0))
	before := b.settle(t, utc(10, 9, 0))
	rival := changed(t, small(t), "b", "within: 5 km", "within: 7 km")
	rival.Use = record.AgreementRival
	b.say(t, rival, utc(12, 0, 0))
	got := b.settle(t, utc(12, 1, 0))
	if len(of(got, "ceasefire")) != 1 || len(of(got, "foreign-out")) == 0 {
		t.Fatalf("%+v", got)
	}
	for _, o := range got {
		if o.Version != "b" || o.Supersedes != "" {
			t.Errorf("%s %s supersedes %q", o.Version, o.Rule, o.Supersedes)
		}
	}
	if len(of(before, "foreign-out")) != len(of(got, "foreign-out")) {
		t.Errorf("%d stays, and %d under the rival", len(of(before, "foreign-out")), len(of(got, "foreign-out")))
	}
	rival.Use = record.AgreementWithdrawn
	b.say(t, rival, utc(13, 0, 0))
	b.observe(t, shelling("b", utc(12, 6, 0)), utc(13, 7, 0))
	for _, o := range b.settle(t, utc(13, 8, 0)) {
		if o.Version == "b" {
			t.Errorf("%s is still evaluated under the version that was withdrawn", o.Rule)
		}
	}
}

// inside gives fixes of a unit that stays near the line of contact.
func inside(from truce.Instant, n int) []truce.Fix {
	var out []truce.Fix
	for i := range n {
		out = append(out, truce.Fix{At: from.Add(time.Duration(i) * 5 * time.Minute), Pos: truce.Degrees(36.1, 32.72), Error: 20})
	}
	return out
}

// A stay that goes on is one outcome; it cites the records of its positions.
func TestAStayThatGoesOnIsOneOutcome(t *testing.T) {
	b := newBook(t)
	b.say(t, small(t), utc(8, 0, 0))
	tr := &entry.Track{Unit: "u1", Actor: "legion"}
	one := b.say(t, record.Positions{Track: tr, Fixes: inside(utc(10, 6, 0), 12)}, utc(10, 8, 0))
	got := of(b.settle(t, utc(10, 9, 0)), "foreign-out")
	if len(got) != 1 || !slices.Equal(got[0].Subject.Records, []truce.RecordID{one.ID}) || got[0].Detail.Unit != "u1" {
		t.Fatalf("%+v", got)
	}
	b.say(t, record.Positions{Track: tr, Fixes: inside(utc(10, 7, 0), 12)}, utc(10, 9, 30))
	if got := b.settle(t, utc(10, 10, 0)); len(got) != 0 {
		t.Fatalf("%+v", got)
	}
	// A fix far outside in the middle shows that there were two stays.
	away := []truce.Fix{{At: utc(10, 6, 58), Pos: truce.Degrees(36.1, 32.3), Error: 20}}
	b.say(t, record.Positions{Track: tr, Fixes: away}, utc(11, 0, 0))
	if got := of(b.settle(t, utc(11, 1, 0)), "foreign-out"); len(got) != 1 || got[0].Supersedes != "" {
		t.Fatalf("%+v", got)
	}
}

// Two stays that a late fix shows to be one: the first goes on, and of the second there is nothing any more.
func TestAStayThatWasNoneIsGone(t *testing.T) {
	b := newBook(t)
	b.say(t, small(t), utc(8, 0, 0))
	tr := &entry.Track{Unit: "u1", Actor: "legion"}
	b.say(t, record.Positions{Track: tr, Fixes: append(inside(utc(10, 6, 0), 10), inside(utc(10, 9, 30), 10)...)}, utc(10, 11, 0))
	two := of(b.settle(t, utc(10, 12, 0)), "foreign-out")
	if len(two) != 2 {
		t.Fatalf("%+v", two)
	}
	b.say(t, record.Positions{Track: tr, Fixes: []truce.Fix{{At: utc(10, 8, 0), Pos: truce.Degrees(36.1, 32.72), Error: 20}}}, utc(11, 0, 0))
	got := of(b.settle(t, utc(11, 1, 0)), "foreign-out")
	if len(got) != 1 || !got[0].Gone || got[0].Supersedes == "" || got[0].Detail.When.From != two[1].Detail.When.From {
		t.Fatalf("%+v", got)
	}
	if more := b.settle(t, utc(11, 2, 0)); len(more) != 0 {
		t.Fatalf("%+v", more)
	}
}

// What was said of a record stands when its content is destroyed; it is no longer worked out.
func TestErasedEvidence(t *testing.T) {
	b := newBook(t)
	b.say(t, small(t), utc(8, 0, 0))
	gone := b.observe(t, shelling("a", utc(10, 6, 0)), utc(10, 7, 0))
	stays := b.observe(t, shelling("b", utc(10, 7, 0)), utc(10, 8, 0))
	outcomes := of(b.settle(t, utc(10, 9, 0)), "ceasefire")
	propose := b.say(t, record.Erasure{At: utc(11, 0, 0), Act: record.ErasureProposed, Why: record.ErasureDanger, Seqs: []truce.Seq{gone.Seq}, Reason: "x"}, utc(11, 0, 0))
	if b.live.Stale() {
		t.Fatal("a proposal destroys nothing")
	}
	b.say(t, record.Erasure{At: utc(11, 1, 0), Act: record.ErasureConfirms, Of: propose.ID, Reason: "x"}, utc(11, 1, 0))
	if !b.live.Stale() {
		t.Fatal("what was destroyed is still held")
	}
	b.live = b.again(t, len(b.entries), gone.ID)
	if b.live.Stale() {
		t.Fatal("it is held after following the journal anew")
	}
	if got := b.settle(t, utc(12, 0, 0)); len(of(got, "ceasefire")) != 0 {
		t.Fatalf("%+v", got)
	}
	for _, o := range outcomes {
		if b.live.Erased(o) != (o.Subject.Records[0] == gone.ID) {
			t.Errorf("%v", o.Subject)
		}
	}
	rival := changed(t, small(t), "b", "dwell: 30m", "dwell: 40m")
	rival.Use = record.AgreementRival
	b.say(t, rival, utc(12, 1, 0))
	got := of(b.settle(t, utc(12, 2, 0)), "ceasefire")
	if len(got) != 1 || got[0].Subject.Records[0] != stays.ID {
		t.Fatalf("under a new version: %+v", got)
	}
}

// Two authors may call different things by one name, and the same thing twice is one.
func TestNamesAreTheAuthors(t *testing.T) {
	b := newBook(t)
	b.say(t, small(t), utc(8, 0, 0))
	b.observe(t, shelling("1", utc(10, 6, 0)), utc(10, 7, 0))
	b.observe(t, shelling("1", utc(10, 6, 0)), utc(10, 8, 0))
	b.observe(t, shelling("1", utc(11, 6, 0)), utc(11, 7, 0))
	if got := of(b.settle(t, utc(12, 0, 0)), "ceasefire"); len(got) != 2 {
		t.Fatalf("%d outcomes", len(got))
	}
}

// A text that cannot be read is reported and stops nothing.
func TestABrokenTextStopsNothing(t *testing.T) {
	b := newBook(t)
	b.say(t, small(t), utc(8, 0, 0))
	broken := changed(t, small(t), "b", "forbids: incident", "forbids: laughter")
	broken.Use = record.AgreementRival
	b.say(t, broken, utc(9, 0, 0))
	if v := b.live.Versions(); len(v) != 2 || v[0].Problem != nil || v[1].Problem == nil {
		t.Fatalf("%+v", v)
	}
	b.observe(t, shelling("a", utc(10, 6, 0)), utc(10, 7, 0))
	if got := of(b.settle(t, utc(12, 0, 0)), "ceasefire"); len(got) != 1 {
		t.Fatalf("%d outcomes", len(got))
	}
}

// Whatever is reported in whatever order: following any prefix of the journal anew drafts the same bytes, nothing is drafted twice, and what is on record in the
// end is what an assessor says that is told everything at once.
func TestTheJournalIsAllThereIs(t *testing.T) {
	a := small(t)
	rival := changed(t, a, "b", "within: 5 km", "within: 7 km")
	rival.Use = record.AgreementRival
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		if n++; n > *runs {
			return
		}
		b := newBook(t)
		now := utc(7, 0, 0)
		adopt := map[int]record.Agreement{rapid.IntRange(0, 3).Draw(t, "adopted"): a, rapid.IntRange(4, 9).Draw(t, "rival"): rival}
		var fixes int
		for i := range rapid.IntRange(4, 22).Draw(t, "records") {
			now = now.Add(time.Duration(rapid.IntRange(1, 24*60).Draw(t, "minutes")) * time.Minute)
			if x, ok := adopt[i]; ok {
				b.say(t, x, now)
			}
			if rapid.IntRange(0, 3).Draw(t, "positions") == 0 {
				fixes++
				tr := &entry.Track{Unit: rapid.SampledFrom([]string{"u1", "u2"}).Draw(t, "unit"), Actor: rapid.SampledFrom([]string{"legion", "locals"}).Draw(t, "actor")}
				list := inside(now.Add(-time.Duration(rapid.IntRange(0, 3000).Draw(t, "late"))*time.Minute), rapid.IntRange(1, 15).Draw(t, "fixes"))
				for k := range list {
					list[k].Pos.Lat += truce.E7(rapid.IntRange(-900000, 900000).Draw(t, "lat"))
				}
				b.say(t, record.Positions{Track: tr, Fixes: list}, now)
			} else {
				b.observe(t, observation(t, i, now), now)
			}
			if rapid.Bool().Draw(t, "settle") {
				n := len(b.entries)
				drafts, err := b.again(t, n).Settle(now)
				want := text(t, drafts, err)
				got, err := b.live.Settle(now)
				if text(t, got, err) != want {
					t.Fatalf("drafts\n%.3000s\nwant\n%.3000s", text(t, got, err), want)
				}
				b.settle(t, now)
				for _, l := range []*live.Live{b.live, b.again(t, len(b.entries))} {
					if more, err := l.Settle(now); text(t, more, err) != "" {
						t.Fatalf("drafted again:\n%.3000s", text(t, more, err))
					}
				}
			}
		}
		b.settle(t, now)
		complete(t, b, now)
	})
}

// complete holds the latest outcomes against what a fresh assessor says.
func complete(t *rapid.T, b *book, at truce.Instant) {
	on := map[string]int{}
	type key = truce.RecordID
	said := map[key]record.Outcome{}
	for _, e := range b.entries {
		if o, err := record.ReadOutcome(e.r, e.g); err == nil && e.r.Kind == truce.RecordOutcome {
			delete(said, o.Supersedes)
			if !o.Gone {
				said[e.r.ID] = o
			}
		}
	}
	line := func(v truce.VersionID, rule truce.RuleID, kind, unit string, rec truce.RecordID, results []truce.Result) string {
		if kind == "episode" || kind == "period" || kind == "obligation" {
			rec = ""
		}
		return fmt.Sprint(v, rule, kind, unit, rec, results)
	}
	for _, o := range said {
		var res []truce.Result
		need := o.Subject.Kind == "obligation"
		for _, s := range o.Said {
			res = append(res, s.Result)
			need = need || s.Possible.Has(truce.Breached)
		}
		var rec truce.RecordID
		if len(o.Subject.Records) > 0 {
			rec = o.Subject.Records[0]
		}
		if need {
			on[line(o.Version, o.Rule, o.Subject.Kind, o.Detail.Unit, rec, res)]++
		}
	}
	for _, v := range b.live.Versions() {
		res := b.live.Result(v.Text, v.Version)
		if res == nil {
			continue
		}
		for _, acc := range res.Accounts {
			var list []truce.Result
			need := acc.Subject.Kind == "obligation"
			for _, o := range acc.Outcomes {
				list = append(list, o.Result)
				need = need || o.Possible.Has(truce.Breached)
			}
			var rec truce.RecordID
			if len(acc.Subject.Records) > 0 {
				rec = truce.RecordID(acc.Subject.Records[0])
			}
			if need {
				on[line(v.Version, acc.Rule, acc.Subject.Kind, acc.Subject.Unit, rec, list)]--
			}
		}
	}
	for l, n := range on {
		if n != 0 {
			t.Fatalf("on record %+d: %s", n, l)
		}
	}
}

// observation draws one near the limits of the small agreement's rules.
func observation(t *rapid.T, i int, now truce.Instant) *truce.Observation {
	pick := func(label string, list ...string) string { return rapid.SampledFrom(list).Draw(t, label) }
	at := now.Add(-time.Duration(rapid.IntRange(-600, 5000).Draw(t, "ago")) * time.Minute)
	o := shelling(fmt.Sprintf("o%d", i), at)
	o.Simulated = rapid.Bool().Draw(t, "simulated")
	if rapid.Bool().Draw(t, "elsewhere") {
		o.Where = truce.Place{Kind: truce.PlacePoint, At: truce.Degrees(float64(rapid.IntRange(358, 363).Draw(t, "lon"))/10, float64(rapid.IntRange(324, 332).Draw(t, "lat"))/10), Error: 4000}
	}
	o.Parts[0].Name = pick("by", "north", "outlaws", "rebels", "somebody")
	switch rapid.IntRange(0, 7).Draw(t, "kind") {
	case 0:
		o.Kind, o.What = truce.KindAct, pick("act", "channel-tried", "order-given", "maps-handed-over", "reduction")
		o.Result = rapid.SampledFrom([]truce.Ended{0, truce.EndedDone, truce.EndedFailed}).Draw(t, "result")
		o.Parts = []truce.Part{{Name: pick("who", "north", "guarantor-one", "guarantor-two"), Role: truce.RoleInitiator}}
	case 1:
		o.Kind, o.What, o.Result = truce.KindPassage, pick("passage", "aid", "evacuation"), truce.EndedGranted
		o.Count = truce.Exactly(rapid.Int64Range(0, 30).Draw(t, "count"))
	case 2:
		o.Kind, o.What, o.About = truce.KindFinding, "", []string{pick("about", "ceasefire", "governance", "maps", "o1")}
		o.Result = rapid.SampledFrom([]truce.Ended{truce.EndedConfirmed, truce.EndedDone}).Draw(t, "result")
		o.Parts = nil
	case 3:
		o.Kind, o.What, o.Lasted = truce.KindCoverage, "", true
		o.When.To = o.When.To.Add(48 * time.Hour)
		o.Parts = nil
	case 4:
		o.Kind, o.What = truce.KindPresence, ""
		o.Parts = []truce.Part{{Name: pick("of", "legion", "locals", "north"), Role: truce.RoleSubject}}
		o.Equipment = []truce.Equipment{{Category: pick("arms", "tank", "artillery", "personnel"), Count: truce.Exactly(3)}}
	}
	if rapid.IntRange(0, 4).Draw(t, "same") == 0 {
		o.SameAs = []truce.ObservationID{truce.ObservationID(fmt.Sprintf("o%d", rapid.IntRange(0, 20).Draw(t, "as")))}
	}
	return o
}
