package ledger_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hiddeco/sshsig"
	"golang.org/x/crypto/ssh"

	"truce"
	"truce/internal/access"
	"truce/internal/disk"
	"truce/internal/journal"
	"truce/internal/ledger"
	"truce/internal/mechanism"
	"truce/internal/mechanism/mechanismtest"
	"truce/internal/monitor"
	"truce/internal/record"
	"truce/internal/seal"
	"truce/internal/witness"
	"truce/verify"
)

// record is an open record beside a running mechanism: what a node does, step by step.
type open struct {
	t      *testing.T
	w      *mechanismtest.World
	log    *ledger.Log
	keeper *ledger.Keeper
	dir    string
	ticks  []*ledger.Tick
	policy string
	signer map[string]ssh.Signer
	signs  map[string]truce.KeyID // with which key somebody signs
}

const origin = "mechanism.example/southwest-syria"

func begin(t *testing.T, change ...func(*record.Agreement)) *open {
	t.Helper()
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	o := &open{t: t, w: mechanismtest.Start(t, change...), dir: t.TempDir(), signer: map[string]ssh.Signer{}, signs: map[string]truce.KeyID{}}
	o.log = ledger.New(origin, o.w.Keys)
	folder, err := disk.Open(o.dir)
	must(err)
	s := seal.NewSigner(seal.Key{1})
	k, err := s.Public().LogKey(origin)
	must(err)
	policy := witness.NewPolicy(witness.Log{Key: k})
	o.policy = policy.String()
	o.keeper = &ledger.Keeper{Log: o.log, Files: ledger.NewFiles(folder), Signer: s, Policy: policy}
	o.w.Public = func(r *truce.Record, events []ledger.Event) error {
		tick, err := o.log.Record(r, events...)
		if tick != nil {
			o.ticks = append(o.ticks, tick)
		}
		return err
	}
	o.w.Restart()
	return o
}

// tick lets the log grow and publishes it.
func (o *open) tick() *ledger.Tick {
	o.t.Helper()
	o.w.TakeUp()
	at := o.w.Clock() / 1000 * 1000
	if err := o.keeper.MayGrow(context.Background()); err != nil {
		o.t.Fatal(err)
	}
	c, files, err := o.log.Prepare(at, at.Add(ledger.DefaultDue), o.policy)
	if err != nil {
		o.t.Fatal(err)
	}
	if err := o.keeper.Put(files); err != nil {
		o.t.Fatal(err)
	}
	d, err := c.Draft()
	if err != nil {
		o.t.Fatal(err)
	}
	n := len(o.ticks)
	o.w.Put(truce.Author{Vouch: truce.VouchNode}, d)
	o.w.TakeUp()
	if len(o.ticks) != n+1 {
		o.t.Fatal("the checkpoint brought no tick")
	}
	t := o.ticks[n]
	if err := o.keeper.Write(t); err != nil {
		o.t.Fatal(err)
	}
	t.Files = nil // they are on disk
	if _, err := o.keeper.Publish(context.Background(), t); err != nil {
		o.t.Fatal(err)
	}
	o.w.Later(time.Minute)
	return t
}

// check verifies what lies in the folder.
func (o *open) check(seen []byte) *verify.Report {
	o.t.Helper()
	r, err := verify.Check(os.DirFS(o.dir), verify.Options{Now: o.w.Clock(), Seen: seen})
	if err != nil {
		o.t.Fatal(err)
	}
	return r
}

// key gives somebody an ssh key, on the word of their session. They sign with it from then on.
func (o *open) key(name string) { o.keyBy(name, o.w.As(name)) }

// keyBy gives somebody a key and is added as the viewer says: by a session, or signed with the key before.
func (o *open) keyBy(name string, v access.Viewer) {
	o.t.Helper()
	o.w.Later(time.Second)
	v.Now, v.Proved = o.w.Clock(), o.w.Clock()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		o.t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		o.t.Fatal(err)
	}
	k, err := ssh.NewPublicKey(public)
	if err != nil {
		o.t.Fatal(err)
	}
	line := bytes.TrimSpace(ssh.MarshalAuthorizedKey(k))
	r, _, err := o.w.M.AddKey(context.Background(), v, record.Person{Person: o.w.People[name].Person, Method: record.MethodSSH, Credential: record.Credential{PublicKey: append(line, " officer@NAME-OF-SOMEBODY"...)}})
	if err != nil {
		o.t.Fatal(err)
	}
	o.signed(name, r)
	parsed, err := seal.ParseSSHKey(string(line))
	if err != nil {
		o.t.Fatal(err)
	}
	o.signer[name], o.signs[name] = signer, parsed.ID()
}

// as gives somebody who signs with their own key, where they have one.
func (o *open) as(name string) access.Viewer {
	v := o.w.As(name)
	if o.signer[name] != nil {
		v.Vouch, v.Key = truce.VouchSignature, o.signs[name]
	}
	return v
}

// step takes a step in a case, signed where its author has a key.
func (o *open) step(name string, s record.Step) mechanism.Case {
	o.t.Helper()
	ctx := context.Background()
	if s.Case != "" {
		c, err := o.w.M.Case(ctx, o.w.As("duty"), s.Case, "en")
		if err != nil {
			o.t.Fatal(err)
		}
		s.Last = c.Last
	}
	receipt, c, err := o.w.M.Step(ctx, o.as(name), s, 2017)
	if err != nil {
		o.t.Fatalf("%s cannot %s: %v", name, s.Step, err)
	}
	o.signed(name, receipt)
	return c
}

// signed signs what waits for its author's signature.
func (o *open) signed(name string, r mechanism.Receipt) {
	o.t.Helper()
	if r.Sign == nil {
		return
	}
	statement, err := base64.StdEncoding.DecodeString(r.Sign.Statement)
	if err == nil {
		var sig *sshsig.Signature
		if sig, err = sshsig.Sign(bytes.NewReader(statement), o.signer[name], sshsig.HashSHA512, access.SSHNamespace); err == nil {
			_, err = o.w.M.Signed(context.Background(), o.w.As(name), r.ID, sshsig.Armor(sig))
		}
	}
	if err != nil {
		o.t.Fatalf("%s cannot sign: %v", name, err)
	}
}

// finding brings a report to a published finding.
func (o *open) finding() (truce.CaseID, truce.RecordID) {
	o.t.Helper()
	c, id, of := o.submitted()
	o.step("united states", record.Step{Case: c, Step: truce.StepSign, Of: of})
	o.step("jordan", record.Step{Case: c, Step: truce.StepSign, Of: of})
	o.step("russia", record.Step{Case: c, Step: truce.StepDissent, Of: of, Text: "The count is not ours."})
	o.step("duty", record.Step{Case: c, Step: truce.StepPublish, Tier: truce.TierPublic})
	return c, id
}

// submitted brings a report to a finding that waits to be signed.
func (o *open) submitted() (truce.CaseID, truce.RecordID, int) {
	o.t.Helper()
	ctx := context.Background()
	id := o.w.Report("monitor", mechanismtest.Shelling).IDs[0]
	o.w.Settle()
	outcomes, err := o.w.M.Outcomes(ctx, o.w.As("duty"), mechanism.OutcomeSearch{Of: id, Lang: "en"})
	if err != nil || len(outcomes.Items) == 0 {
		o.t.Fatal(outcomes, err)
	}
	x := outcomes.Items[0]
	c := o.step("duty", record.Step{Step: truce.StepOpen, Rule: x.Rule, Article: x.Article, Cites: []truce.RecordID{id, x.ID}, Parties: []truce.BodyID{"russia"}})
	do := func(name string, s record.Step) mechanism.Case { o.t.Helper(); s.Case = c.ID; return o.step(name, s) }
	do("duty", record.Step{Step: truce.StepRegister})
	do("duty", record.Step{Step: truce.StepNotify, Parties: []truce.BodyID{"government-of-syria"}})
	do("duty", record.Step{Step: truce.StepAssess, Text: "It fits what was seen."})
	do("duty", record.Step{Step: truce.StepTask, Team: "team-1"})
	do("monitor", record.Step{Step: truce.StepVerify})
	do("duty", record.Step{Step: truce.StepFind, Cites: []truce.RecordID{id}, Finding: &record.Finding{Occurrence: truce.OccurrenceConfirmed, Standard: "reasonable-grounds", Confidence: "medium"}})
	do("duty", record.Step{Step: truce.StepAttribute, Cites: []truce.RecordID{id}, Attribution: &record.Attribution{Result: truce.AttributionParty, By: []truce.ActorID{"government-of-syria"}, Standard: "reasonable-grounds", Confidence: "low"}})
	do("duty", record.Step{Step: truce.StepShare})
	do("russian liaison", record.Step{Step: truce.StepRespond, Text: "We see it otherwise."})
	do("syrian liaison", record.Step{Step: truce.StepRespond, Text: "It was not ours."})
	return c.ID, id, do("duty", record.Step{Step: truce.StepSubmit}).Findings[0].Number
}

func explain(r *verify.Report) string {
	var b strings.Builder
	r.Write(&b)
	return b.String()
}

// A finding is public after its delay and not before, and a stranger can check it: who signed, what follows from what, under which text.
func TestAStrangerChecksAFinding(t *testing.T) {
	o := begin(t)
	o.tick()
	o.key("jordan")
	o.key("united states")
	o.finding()
	first := o.tick()
	r := o.check(nil)
	if r.Verdict != verify.HoldsInPart || r.Leaves.Text != 1 || r.Leaves.Finding != 0 || !r.Whole || r.Leaves.Policy != 1 {
		t.Fatalf("%s", explain(r))
	}
	seen := r.Checkpoint
	o.w.Later(25 * time.Hour)
	o.tick()
	if r := o.check(seen); r.Leaves.Finding != 0 {
		t.Errorf("a place is public before 72 hours: %s", explain(r))
	}
	o.w.Later(48 * time.Hour)
	o.tick()
	r = o.check(seen)
	if r.Verdict == verify.DoesNotHold || r.Leaves.Finding != 1 || r.Findings.Derived == 0 || r.Findings.Claimed != 0 || r.Leaves.Key != 2 || r.Since != first.Checkpoint.Size {
		t.Fatalf("%s", explain(r))
	}
	if _, err := json.Marshal(r); err != nil {
		t.Error(err)
	}
	t.Log(explain(r))
	// Nothing of what must not be seen lies in any public byte.
	for _, secret := range []string{"SECRET", "NAME-OF", "CONTACT-OF", "32.75", "327500000", "361000000", "The count is not ours", "p-1\"", "team-1"} {
		for path, b := range o.files() {
			if bytes.Contains(b, []byte(secret)) && !strings.HasPrefix(path, "text/") {
				t.Errorf("%s holds %q", path, secret)
			}
		}
	}
}

func (o *open) files() map[string][]byte { return folderOf(o.t, o.dir) }

// twice is an act that one proposes and another, of another body, confirms.
func (o *open) twice(d record.Draft, err error) truce.RecordID {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
	of := o.w.Put(o.w.People["duty"], d)
	c, err := record.Class{At: o.w.Clock(), Act: record.ClassConfirms, Of: of, Reason: "We agree."}.Draft()
	if d.Record.Kind == truce.RecordErasure {
		c, err = record.Erasure{At: o.w.Clock(), Act: record.ErasureConfirms, Of: of, Reason: "We agree."}.Draft()
	}
	if err != nil {
		o.t.Fatal(err)
	}
	return o.w.Put(o.w.People["jordan"], c)
}

// seqOf finds the number of a record.
func (o *open) seqOf(id truce.RecordID) (seq truce.Seq) {
	o.t.Helper()
	err := o.w.Store.Read(context.Background(), 1, func(e journal.Entry) error {
		r, err := truce.ParseRecord(e.Bytes)
		if err == nil && r.ID == id {
			seq = r.Seq
		}
		return err
	})
	if err != nil || seq == 0 {
		o.t.Fatal(id, err)
	}
	return seq
}

// One group of a sealed record is opened and no other; what is withheld, erased and paused is said openly, with two bodies behind it. What somebody decides alone is not.
func TestWhatBecomesOfSealedRecords(t *testing.T) {
	o := begin(t)
	_, id := o.finding() // public after 72 hours
	other := o.w.Report("other monitor", strings.Replace(mechanismtest.Shelling, "obs-1", "obs-2", 1)).IDs[0]
	o.tick()
	alone, err := record.Class{At: o.w.Clock(), Act: record.ClassReveals, Of: id, Group: "who", Reason: "I would like it."}.Draft()
	if err != nil {
		t.Fatal(err)
	}
	o.w.Put(o.w.People["duty"], alone)
	o.tick()
	if r := o.check(nil); r.Leaves.Reveal != 0 {
		t.Fatalf("one person alone revealed something: %s", explain(r))
	}
	o.twice(record.Class{At: o.w.Clock(), Act: record.ClassReveals, Of: id, Group: "what", Reason: "Everybody asks."}.Draft())
	o.twice(record.Class{At: o.w.Clock(), Act: record.ClassWithholds, Of: id, Why: "source", Seqs: []truce.Seq{1, 2}, Reason: "It would name somebody."}.Draft())
	o.twice(record.Erasure{At: o.w.Clock(), Act: record.ErasureProposed, Why: record.ErasureDanger, Seqs: []truce.Seq{o.seqOf(other)}, Reason: "It endangers somebody."}.Draft())
	o.tick()
	r := o.check(nil)
	if len(r.Faults) > 0 || r.Leaves.Reveal != 1 || r.Leaves.Withheld != 1 || r.Leaves.Erasure != 1 || r.Sealed.Revealed != 1 || r.Sealed.Withheld != 2 || r.Sealed.Erased != 1 {
		t.Fatalf("%s", explain(r))
	}
	for path, b := range o.files() {
		if bytes.Contains(b, []byte(`"group":`)) && (bytes.Contains(b, []byte(`"where"`)) || !bytes.Contains(b, []byte(`"group":"what"`))) {
			t.Errorf("%s opens more than was decided", path)
		}
		if bytes.Contains(b, []byte(`"group":"what"`)) {
			spoiled := bytes.Replace(b, []byte(`"data":"`), []byte(`"data":"AA`), 1)
			if bytes.Equal(spoiled, b) {
				t.Error("no data")
			}
		}
	}
	for _, group := range []string{"where", "source", "about", "origin"} {
		if _, err := (record.Class{At: o.w.Clock(), Act: record.ClassReveals, Of: id, Group: group, Reason: "x"}).Draft(); err == nil {
			t.Errorf("%s can be revealed", group)
		}
	}
	pause, err := record.Pause{At: o.w.Clock(), Act: record.PausePaused, Reason: "A threat."}.Draft()
	if err != nil {
		t.Fatal(err)
	}
	o.w.Put(o.w.People["auditor"], pause)
	o.w.Later(100 * time.Hour)
	o.tick()
	if r := o.check(nil); len(r.Faults) > 0 || r.Leaves.Pause != 1 || r.Leaves.Finding != 0 {
		t.Fatalf("published while it is paused: %s", explain(r))
	}
	o.w.Later(ledger.DefaultDue)
	o.tick()
	if r := o.check(nil); len(r.Faults) > 0 || r.Sealed.Overdue == 0 || r.Sealed.Padding == 0 || r.Sealed.Withheld != 2 {
		t.Fatalf("%s", explain(r))
	}
}

// report issues a daily report, or a correction of one, and lets two people make it public.
func (o *open) report(tier truce.Tier, of truce.RecordID, says string) truce.RecordID {
	o.t.Helper()
	r, err := o.w.M.IssueDaily(context.Background(), o.as("duty"), o.w.Clock(), tier, "en", map[string]string{"summary": says}, of)
	if err != nil {
		o.t.Fatal(err)
	}
	o.signed("duty", r)
	o.w.TakeUp()
	o.twice(public(o, r.ID).Draft())
	return r.ID
}

func public(o *open, id truce.RecordID) record.Class {
	return record.Class{At: o.w.Clock(), Act: record.ClassSet, Of: id, Tier: truce.TierPublic, Class: record.ClassOrdinary, Reason: "Everybody may read it."}
}

// documents gives the documents of a form that lie in the folder.
func (o *open) documents(form string) (list []string) {
	o.t.Helper()
	for path, b := range o.files() {
		if strings.HasPrefix(path, "doc/") && bytes.Contains(b, []byte(form)) {
			list = append(list, string(b))
		}
	}
	return list
}

// A daily report that was drawn up for the public, and that two people made public, is a leaf after its delay, signed by who issued it; its correction stands in its place. One
// that was drawn up for the mechanism never is, whoever decides it.
func TestDailyReportsArePublished(t *testing.T) {
	o := begin(t)
	ctx := context.Background()
	o.key("duty")
	first := o.report(truce.TierPublic, "", "A quiet day. <It says>\u2028so.")
	inside := o.report(truce.TierMechanism, "", "SECRET of the mechanism")
	o.tick()
	if r := o.check(nil); r.Leaves.Report != 0 {
		t.Fatalf("before its delay: %s", explain(r))
	}
	o.w.Later(25 * time.Hour)
	o.tick()
	r := o.check(nil)
	if len(r.Faults) > 0 || r.Leaves.Report != 1 || r.Reports.Signed != 1 || r.Reports.Claimed != 0 || r.Leaves.Correction != 0 {
		t.Fatalf("%s", explain(r))
	}
	if list := o.documents(verify.FormReport); len(list) != 1 || !strings.Contains(list[0], string(first)) || strings.Contains(list[0], "SECRET") {
		t.Errorf("%s", list)
	}
	// What was drawn up for the mechanism is shown to nobody else by the pages either, and nobody need propose it.
	if _, err := o.w.M.Daily(ctx, access.Viewer{Now: o.w.Clock()}, inside); truce.KindOf(err) != truce.NotFound {
		t.Error(err)
	}
	if _, err := o.w.M.Daily(ctx, access.Viewer{Now: o.w.Clock()}, first); err != nil {
		t.Errorf("control: the public cannot read what is public: %v", err)
	}
	if _, _, err := o.w.M.Classify(ctx, o.w.As("duty"), public(o, inside)); truce.KindOf(err) != truce.Conflict {
		t.Error(err)
	}
	// Nor is one that only says of itself that it is for the public.
	forged, err := record.Report{At: o.w.Clock(), Act: record.ReportIssued, Number: 9, From: o.w.Clock() - 1000, To: o.w.Clock(), Content: json.RawMessage(`{"number":9,"tier":"mechanism"}`)}.Draft()
	if err != nil {
		t.Fatal(err)
	}
	forged.Record.Tier = truce.TierPublic
	o.twice(public(o, o.w.Put(o.w.People["duty"], forged)).Draft())
	second := o.report(truce.TierPublic, first, "One shelling.")
	o.twice(public(o, first).Draft()) // what was corrected does not come back
	o.w.Later(25 * time.Hour)
	pause, err := record.Pause{At: o.w.Clock(), Act: record.PausePaused, Reason: "A threat."}.Draft()
	if err != nil {
		t.Fatal(err)
	}
	o.w.Put(o.w.People["auditor"], pause)
	o.tick()
	if r := o.check(nil); r.Leaves.Report != 1 {
		t.Fatalf("while it is paused: %s", explain(r))
	}
	resumes, err := record.Pause{At: o.w.Clock(), Act: record.PauseResumes, Reason: "It is over."}.Draft()
	if err != nil {
		t.Fatal(err)
	}
	confirms, err := record.Pause{At: o.w.Clock(), Act: record.PauseConfirms, Of: o.w.Put(o.w.People["duty"], resumes), Reason: "Yes."}.Draft()
	if err != nil {
		t.Fatal(err)
	}
	o.w.Put(o.w.People["jordan"], confirms)
	o.tick()
	if r := o.check(nil); len(r.Faults) > 0 || r.Leaves.Report != 2 || r.Reports.Signed != 2 || r.Leaves.Correction != 0 {
		t.Fatalf("%s", explain(r))
	}
	narrow, err := record.Class{At: o.w.Clock(), Act: record.ClassSet, Of: second, Tier: truce.TierMechanism, Class: record.ClassSevere, Reason: "It named somebody."}.Draft()
	if err != nil {
		t.Fatal(err)
	}
	o.w.Put(o.w.People["duty"], narrow)
	o.tick()
	if r := o.check(nil); len(r.Faults) > 0 || r.Leaves.Report != 2 || r.Leaves.Correction != 1 {
		t.Fatalf("%s", explain(r))
	}
}

// colleague is a second duty officer, let in by two bodies.
func (o *open) colleague() {
	o.t.Helper()
	a := o.w.People["duty"]
	a.Person = "p-colleague"
	d, err := record.Person{At: o.w.Clock(), Act: record.PersonAdded, Person: a.Person, Body: a.Body, Offices: []truce.Office{a.Office}, Since: o.w.Clock(), Proposed: true}.Draft()
	if err != nil {
		o.t.Fatal(err)
	}
	c, err := record.Person{At: o.w.Clock(), Act: record.PersonConfirms, Confirms: o.w.Put(o.w.People["duty"], d)}.Draft()
	if err != nil {
		o.t.Fatal(err)
	}
	o.w.Put(o.w.People["jordan"], c)
	o.w.People["colleague"] = a
}

// A body's second key raises no alarm where an older key of it let it in, in each of the ways in which people do that. On the operator's word alone it does, and so does a key that ends so.
func TestKeysAreVouchedFor(t *testing.T) {
	ctx := context.Background()
	vouch := func(o *open, name string, id truce.KeyID) {
		r, err := o.w.M.Vouch(ctx, o.as(name), id)
		if err != nil {
			t.Fatal(err)
		}
		o.signed(name, r)
	}
	for _, x := range []struct {
		name string
		do   func(*open)
		keys int64 // key leaves there are at the end
		want []string
		more bool // only where all are asked for
	}{
		{"the older key signs that it is added", func(o *open) { o.keyBy("duty", o.as("duty")) }, 2, nil, false},
		{"the older key vouches for it later", func(o *open) {
			older, signs := o.signer["duty"], o.signs["duty"]
			o.key("duty")
			signer, id := o.signer["duty"], o.signs["duty"]
			if _, err := o.w.M.Vouch(ctx, o.as("duty"), id); truce.KindOf(err) != truce.Invalid {
				t.Errorf("a key vouches for itself: %v", err)
			}
			o.signer["duty"], o.signs["duty"] = older, signs
			vouch(o, "duty", id)
			o.signer["duty"], o.signs["duty"] = signer, id
		}, 2, nil, true},
		{"a colleague vouches for it", func(o *open) {
			o.key("jordan")
			o.key("duty")
			if _, err := o.w.M.Vouch(ctx, o.as("jordan"), o.signs["duty"]); truce.KindOf(err) != truce.NotFound {
				t.Errorf("somebody of another body vouches: %v", err)
			}
			vouch(o, "colleague", o.signs["duty"])
		}, 3, []string{"key-change"}, true}, // the colleague's own is the body's second, and nobody vouched for that
		{"a colleague whose key was let in vouches for it", func(o *open) {
			vouch(o, "duty", o.signs["colleague"])
			o.key("duty")
			vouch(o, "colleague", o.signs["duty"])
		}, 3, nil, true},
		{"one after the other", func(o *open) {
			first := o.signs["duty"]
			o.keyBy("duty", o.as("duty"))
			if _, err := o.w.M.DropKey(ctx, o.w.As("duty"), first); err != nil {
				t.Fatal(err)
			}
			o.tick() // the old one ends long before the new one signs
		}, 3, []string{"key-change"}, true}, // a session ended it
		{"one after the other, signed", func(o *open) {
			first := o.signs["duty"]
			o.keyBy("duty", o.as("duty"))
			r, err := o.w.M.DropKey(ctx, o.as("duty"), first)
			if err != nil {
				t.Fatal(err)
			}
			o.signed("duty", r)
			o.tick()
		}, 3, nil, false},
		{"nobody vouches for it", func(o *open) { o.key("duty") }, 2, []string{"key-change"}, false},
	} {
		if x.more && !*all {
			continue
		}
		t.Run(x.name, func(t *testing.T) {
			o := begin(t)
			o.key("duty")
			o.report(truce.TierPublic, "", "First.")
			o.colleague()
			o.key("colleague")
			o.w.Later(25 * time.Hour)
			o.tick()
			look := func(before *monitor.State) *monitor.Report {
				r, err := monitor.Look(os.DirFS(o.dir), before, monitor.Options{Now: o.w.Clock()})
				if err != nil {
					t.Fatal(err)
				}
				return r
			}
			before := look(nil)
			x.do(o)
			o.report(truce.TierPublic, "", "Second.")
			o.w.Later(25 * time.Hour)
			o.tick()
			var alarms []string
			for _, a := range look(before.Next).Alarms {
				alarms = append(alarms, a.Code)
			}
			r := o.check(nil)
			if !slices.Equal(alarms, x.want) || len(r.Faults) > 0 || r.Leaves.Key != x.keys || r.Reports.Signed != 2 {
				t.Errorf("alarms %v, %d keys: %s", alarms, r.Leaves.Key, explain(r))
			}
		})
	}
}

// Who leaves has no key any more, for strangers too.
func TestKeysEndWithWhoHoldsThem(t *testing.T) {
	o := begin(t)
	o.colleague()
	o.w.People["duty"], o.w.People["colleague"] = o.w.People["colleague"], o.w.People["duty"]
	o.key("duty")
	o.report(truce.TierPublic, "", "First.")
	o.w.Later(25 * time.Hour)
	o.tick()
	if r := o.check(nil); r.Leaves.Key != 1 || r.Reports.Signed != 1 {
		t.Fatalf("%s", explain(r))
	}
	left, err := record.Person{At: o.w.Clock(), Act: record.PersonLeft, Person: o.w.People["duty"].Person}.Draft()
	if err != nil {
		t.Fatal(err)
	}
	o.w.Put(o.w.People["colleague"], left)
	o.tick()
	r := o.check(nil)
	if len(r.Faults) > 0 || r.Leaves.Key != 2 || r.Reports.Signed != 1 || len(o.documents(`"act":"ends"`)) != 1 {
		t.Errorf("%s", explain(r))
	}
}

// People see what is due, propose to reveal a group of it or to withhold it, and somebody of another body confirms; what the mechanism counts is what a stranger counts. Exact
// places, sources and people are refused, and each list shows what its reader may know of.
func TestPeopleRevealAndWithhold(t *testing.T) {
	o := begin(t)
	ctx := context.Background()
	id := o.w.Report("monitor", mechanismtest.Shelling).IDs[0]
	said, err := record.Statement{At: o.w.Clock(), Act: record.StatementSaid, Of: "russia", About: []string{"1"}, Who: "A SPEAKER", Text: "We keep it."}.Draft()
	if err != nil {
		t.Fatal(err)
	}
	said.Record.Tier = truce.TierParticipants
	statement := o.w.Put(o.w.People["russia"], said)
	o.tick()
	o.tick()
	due := func(name string) (list []truce.RecordID, groups []string) {
		page, err := o.w.M.SealedRecords(ctx, o.w.As(name), "", 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range page.Items {
			list, groups = append(list, x.ID), append(groups, x.Groups...)
		}
		return list, groups
	}
	if list, groups := due("duty"); !slices.Equal(list, []truce.RecordID{id, statement}) || slices.Contains(groups, "where") || slices.Contains(groups, "source") || !slices.Contains(groups, "what") {
		t.Errorf("the operations room sees %v, %v", list, groups)
	}
	if list, _ := due("syrian liaison"); len(list) != 0 && !slices.Equal(list, []truce.RecordID{statement}) {
		t.Errorf("a party sees %v", list)
	}
	if page, err := o.w.M.SealedRecords(ctx, o.w.As(""), "", 0); err != nil || len(page.Items) > 0 {
		t.Errorf("the public sees %v, %v", page.Items, err)
	}
	for group, of := range map[string]truce.RecordID{"where": id, "source": id, "origin": id, "about": id, "who": statement} {
		if _, _, err := o.w.M.Classify(ctx, o.w.As("duty"), record.Class{Act: record.ClassReveals, Of: of, Group: group, Reason: "x"}); truce.KindOf(err) != truce.Denied {
			t.Errorf("%s may be revealed: %v", group, err)
		}
	}
	if _, _, err := o.w.M.Classify(ctx, o.w.As("monitor"), record.Class{Act: record.ClassReveals, Of: id, Group: "what", Reason: "x"}); truce.KindOf(err) != truce.Denied {
		t.Errorf("a monitor reveals: %v", err)
	}
	confirm := func(r mechanism.Receipt, waits bool, err error) {
		t.Helper()
		if err != nil || !waits {
			t.Fatal(waits, err)
		}
		o.w.TakeUp()
		if _, err := o.w.M.Confirm(ctx, o.w.As("duty"), r.ID, "Yes."); truce.KindOf(err) != truce.Denied {
			t.Errorf("somebody confirms alone: %v", err)
		}
		list, err := o.w.M.Proposals(ctx, o.w.As("jordan"))
		if err != nil || len(list) != 1 || list[0].ID != r.ID || !list[0].Yours || list[0].Reveals == "" && list[0].Why == "" || list[0].Of == "" {
			t.Errorf("who is to confirm sees %+v, %v", list, err)
		}
		if _, err := o.w.M.Confirm(ctx, o.w.As("jordan"), r.ID, "Yes."); err != nil {
			t.Fatal(err)
		}
	}
	confirm(o.w.M.Classify(ctx, o.w.As("duty"), record.Class{Act: record.ClassReveals, Of: id, Group: "what", Reason: "Everybody asks."}))
	confirm(o.w.M.Withhold(ctx, o.w.As("duty"), []truce.RecordID{statement}, "order", o.w.Clock()+1000*3600*1000, "A court says so."))
	// What is no evidence is withheld at once.
	confirm(o.w.M.WithholdBooks(ctx, o.w.As("duty"), o.w.Clock().Add(ledger.DefaultDue), "Offices and checkpoints."))
	o.tick()
	if list, _ := due("duty"); len(list) != 0 {
		t.Errorf("still due: %v", list)
	}
	same := func() *verify.Report {
		t.Helper()
		r := o.check(nil)
		got, err := o.w.M.Sealed(o.w.As(""))
		if err != nil || got.Leaves != r.Leaves.Sealed || got.Revealed != r.Sealed.Revealed || got.Withheld != r.Sealed.Withheld || got.Erased != r.Sealed.Erased || len(r.Faults) > 0 {
			t.Fatalf("the mechanism counts %+v, %v: %s", got, err, explain(r))
		}
		if got.Overdue != r.Sealed.Overdue {
			t.Errorf("the mechanism counts %d overdue: %s", got.Overdue, explain(r))
		}
		return r
	}
	r := same()
	if r.Sealed.Revealed != 1 || r.Sealed.Withheld < 10 {
		t.Fatalf("%s", explain(r))
	}
	o.w.Later(ledger.DefaultDue + 24*time.Hour)
	o.tick()
	if r := same(); r.Sealed.Overdue == 0 || r.Sealed.Overdue > 20 {
		t.Errorf("%s", explain(r))
	}
}

// Nothing is public of a fresh mechanism to which nobody did anything but report.
func TestNothingIsPublicByItself(t *testing.T) {
	o := begin(t)
	for range 3 {
		o.w.Report("monitor", mechanismtest.Shelling)
	}
	o.w.Settle()
	o.w.Later(300 * time.Hour)
	o.tick()
	r := o.check(nil)
	if len(r.Faults) > 0 || r.Leaves.Text != 1 || r.Leaves.Policy != 1 || r.Size != r.Leaves.Sealed+2 {
		t.Fatalf("%s", explain(r))
	}
}
