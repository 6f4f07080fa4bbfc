package mechanism_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/hiddeco/sshsig"
	"golang.org/x/crypto/ssh"

	"truce"
	"truce/internal/access"
	"truce/internal/journal"
	"truce/internal/mechanism"
	"truce/internal/mechanism/mechanismtest"
	"truce/internal/record"
)

// env is a mechanism with people in it.
type env struct{ *mechanismtest.World }

func start(t *testing.T, change ...func(*record.Agreement)) *env {
	t.Helper()
	return &env{mechanismtest.Start(t, change...)}
}

func must[T any](x T, err error) T { return mechanismtest.Must(x, err) }

const shelling = mechanismtest.Shelling

// step takes a step that must succeed.
func (e *env) step(name string, s record.Step) mechanism.Case {
	e.T.Helper()
	if s.Case != "" && s.Last == 0 {
		c, err := e.M.Case(context.Background(), e.As("duty"), s.Case, "en")
		if err != nil {
			e.T.Fatal(err)
		}
		s.Last = c.Last
	}
	_, c, err := e.M.Step(context.Background(), e.As(name), s, 2017)
	if err != nil {
		e.T.Fatalf("%s cannot %s: %v", name, s.Step, err)
	}
	return c
}

// A report is written down once, judged under every reading, and becomes a case that people bring to its end.
func TestLifeOfACase(t *testing.T) {
	e := start(t)
	ctx := context.Background()
	taken := e.Report("monitor", shelling)
	if taken.Observations != 1 || len(taken.IDs) != 1 {
		t.Fatalf("%+v", taken)
	}
	id := taken.IDs[0]
	if again := e.Report("monitor", shelling); again.Repeated != 1 || again.Records != 0 {
		t.Errorf("sent again: %+v", again)
	}
	if n := e.Settle(); n == 0 {
		t.Fatal("no rule speaks of it")
	}
	if n := e.Settle(); n != 0 {
		t.Errorf("%d outcomes of nothing new", n)
	}
	outcomes, err := e.M.Outcomes(ctx, e.As("duty"), mechanism.OutcomeSearch{Of: id, Lang: "en"})
	if err != nil || len(outcomes.Items) == 0 {
		t.Fatal(outcomes, err)
	}
	o := outcomes.Items[0]
	if len(o.Said) == 0 || len(o.Why) == 0 || o.Why[0].Reasons == nil {
		t.Errorf("no reasons: %+v", o)
	}

	c := e.step("duty", record.Step{Step: truce.StepOpen, Rule: o.Rule, Article: o.Article, Cites: []truce.RecordID{id, o.ID}, Parties: []truce.BodyID{"russia"}})
	do := func(name string, s record.Step) mechanism.Case { t.Helper(); s.Case = c.ID; return e.step(name, s) }
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
	last := do("duty", record.Step{Step: truce.StepSubmit})
	of := last.Findings[0].Number
	do("united states", record.Step{Step: truce.StepSign, Of: of})
	do("jordan", record.Step{Step: truce.StepSign, Of: of})
	do("russia", record.Step{Step: truce.StepDissent, Of: of, Text: "The count is not ours."})
	do("duty", record.Step{Step: truce.StepPublish, Tier: truce.TierPublic})

	// A stale step is told what changed.
	_, _, err = e.M.Step(ctx, e.As("duty"), record.Step{Case: c.ID, Step: truce.StepClose, Last: 3, Text: "done"}, 2017)
	if since, ok := mechanism.Changed(err); !ok || len(since) == 0 || truce.KindOf(err) != truce.Conflict {
		t.Errorf("a stale step: %v", err)
	}

	// The public sees the finding once its delay is over, and never who reported it.
	public := access.Viewer{Now: e.Clock()}
	if _, err := e.M.Case(ctx, public, c.ID, "en"); truce.KindOf(err) != truce.NotFound {
		t.Errorf("published before the delay: %v", err)
	}
	public.Now = e.Clock().Add(73 * time.Hour)
	seen, err := e.M.Case(ctx, public, c.ID, "en")
	if err != nil || len(seen.Findings) == 0 || len(seen.Cites) > 0 {
		t.Errorf("%+v, %v", seen, err)
	}
	do("russian liaison", record.Step{Step: truce.StepRemedy, Text: "The battery was withdrawn."})
	if end := do("duty", record.Step{Step: truce.StepClose, Text: "Closed."}); end.State != truce.CaseClosed {
		t.Errorf("%+v", end.State)
	}
}

// A late report that changes what a rule says supersedes the outcome, and the case that rests on it cites the new one. Another case of the same place and hour
// is suggested as the same; how often it happens lately is counted.
func TestALateReportShowsOnItsCase(t *testing.T) {
	e := start(t)
	ctx := context.Background()
	day := `{"id":"vague","kind":"incident","what":"shelling","time":"2017-11-15T09:30:00Z","place":{"kind":"point","lat":32.75,"lon":36.1,"error_m":100},` +
		`"parts":[{"name":"government-of-syria","role":"initiator"},{"name":"southern-front","role":"target"}],"source":{"means":"hearsay","standing":"reported"}}` + "\n"
	id := e.Report("monitor", day).IDs[0]
	e.Settle()
	outcomes, err := e.M.Outcomes(ctx, e.As("duty"), mechanism.OutcomeSearch{Of: id})
	if err != nil || len(outcomes.Items) == 0 {
		t.Fatal(outcomes, err)
	}
	o := outcomes.Items[0]
	one := e.step("duty", record.Step{Step: truce.StepOpen, Rule: o.Rule, Article: o.Article, Cites: []truce.RecordID{id, o.ID}})
	two := e.step("duty", record.Step{Step: truce.StepOpen, Rule: o.Rule, Article: o.Article, Cites: []truce.RecordID{id}})
	likely, err := e.M.Duplicates(ctx, e.As("duty"), one.ID)
	if err != nil || len(likely) != 1 || likely[0].Case != two.ID {
		t.Errorf("%+v, %v", likely, err)
	}
	if _, err := e.M.Duplicates(ctx, e.As("russia"), one.ID); err == nil {
		t.Error("a party is told which cases look alike")
	}
	trends, err := e.M.Trends(ctx, e.As("duty"))
	if err != nil {
		t.Fatal(err)
	}
	counted := 0
	for _, x := range trends {
		counted += x.Recent
	}
	if counted == 0 {
		t.Errorf("%+v", trends)
	}
	if hidden, err := e.M.Trends(ctx, e.As("russia")); err != nil || len(hidden) != len(trends) || hidden[0].Recent+hidden[0].Baseline != 0 {
		t.Errorf("a party is told how often: %+v, %v", hidden, err)
	}
	if x, err := e.M.TitForTat(ctx, e.As("duty"), "government-of-syria", "southern-front"); err != nil || len(x) != 2 {
		t.Errorf("%+v, %v", x, err)
	}

	// A position that may lie outside the band, and later one that surely lies in it: the outcome changes, and the case that rests on it says so.
	fix := func(at string, within int) string {
		return fmt.Sprintf(`{"kind":"fix","unit":"column-1","actor":"hezbollah","time":"2017-11-16T%sZ","lat":33.21,"lon":35.86,"error_m":%d}`, at, within) + "\n"
	}
	e.Report("monitor", fix("10:00:00", 12_000))
	e.Settle()
	was := latest(t, e, "withdrawal-from-line")
	c := e.step("duty", record.Step{Step: truce.StepOpen, Rule: "withdrawal-from-line", Cites: []truce.RecordID{was.ID}})
	e.Report("monitor", fix("10:10:00", 10))
	e.Settle()
	is := latest(t, e, "withdrawal-from-line")
	if is.Supersedes != was.ID {
		t.Fatalf("%s %s supersedes %q, not %s %s", is.ID, is.Result, is.Supersedes, was.ID, was.Result)
	}
	if c, err = e.M.Case(ctx, e.As("duty"), c.ID, "en"); err != nil || !slices.Contains(c.Cites, is.ID) || c.Steps[len(c.Steps)-1].Step != truce.StepCite {
		t.Errorf("the case cites %v, %v", c.Cites, err)
	}
	if n := e.Settle(); n != 0 {
		t.Errorf("%d outcomes of nothing new", n)
	}
}

// latest gives the one outcome of a rule that nothing superseded.
func latest(t *testing.T, e *env, rule truce.RuleID) mechanism.Outcome {
	t.Helper()
	page, err := e.M.Outcomes(context.Background(), e.As("duty"), mechanism.OutcomeSearch{Rule: rule})
	if err != nil || len(page.Items) != 1 {
		t.Fatalf("%d outcomes of %s, %v", len(page.Items), rule, err)
	}
	return page.Items[0]
}

// Who may not see a record is answered as if there were none; who may see some of it does not see the rest.
func TestEverybodySeesTheirOwn(t *testing.T) {
	e := start(t)
	ctx := context.Background()
	id := e.Report("monitor", shelling).IDs[0]
	for name, want := range map[string]struct{ there, note, source, exact bool }{
		"monitor": {true, true, true, true}, "duty": {true, true, true, true}, "other monitor": {true, false, false, false}, "russia": {}, "jordanian liaison": {}, "operator": {},
		"auditor": {true, false, false, false}, "analyst": {true, false, false, false},
	} {
		o, err := e.M.Observation(ctx, e.As(name), id)
		if (err == nil) != want.there {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if err != nil {
			_, absent := e.M.Observation(ctx, e.As(name), "r-none")
			if err.Error() != absent.Error() {
				t.Errorf("%s can tell it from nothing: %v", name, err)
			}
			continue
		}
		if got := (o.Note != ""); got != want.note {
			t.Errorf("%s sees the note: %v", name, got)
		}
		if got := o.Source != nil; got != want.source {
			t.Errorf("%s sees the source: %v", name, got)
		}
		if got := o.Place != nil; got != want.exact {
			t.Errorf("%s sees the exact place: %v", name, got)
		}
		if (name == "other monitor" || name == "analyst") && o.Cell != nil {
			t.Errorf("%s sees where something was that nobody has classified", name)
		}
	}
	if _, waits, err := e.M.Classify(ctx, e.As("duty"), record.Class{Act: record.ClassSet, Of: id, Tier: truce.TierMechanism, Class: record.ClassOrdinary, Reason: "No source is in it."}); err != nil || waits {
		t.Fatal(waits, err)
	}
	if o, err := e.M.Observation(ctx, e.As("other monitor"), id); err != nil || o.Cell == nil || o.Place != nil || o.Note != "" || o.Source != nil {
		t.Errorf("%+v, %v", o, err)
	}
	page, err := e.M.Observations(ctx, e.As("russia"), mechanism.Search{})
	if err != nil || len(page.Items) > 0 || page.Next != "" {
		t.Errorf("a list tells a party: %+v, %v", page, err)
	}
}

// Two people of two bodies erase; then the content is in no file, what was concluded stands, and a replay knows the same.
func TestErase(t *testing.T) {
	e := start(t)
	ctx := context.Background()
	id := e.Report("monitor", shelling).IDs[0]
	e.Settle()
	before, err := e.M.Outcomes(ctx, e.As("duty"), mechanism.OutcomeSearch{Of: id})
	if err != nil || len(before.Items) == 0 {
		t.Fatal(before, err)
	}
	proposal, err := e.M.Erase(ctx, e.As("duty"), record.Erasure{Act: record.ErasureProposed, Why: record.ErasureDanger, Reason: "It endangers somebody."}, []truce.RecordID{id})
	if err != nil {
		t.Fatal(err)
	}
	if o, err := e.M.Observation(ctx, e.As("duty"), id); err != nil || o.Erased {
		t.Errorf("one person alone erased: %+v, %v", o, err)
	}
	if _, err := e.M.Confirm(ctx, e.As("duty"), proposal.ID, "I agree with myself."); err == nil {
		t.Error("somebody confirmed their own proposal")
	}
	if _, err := e.M.Confirm(ctx, e.As("jordan"), proposal.ID, "Agreed."); err != nil {
		t.Fatal(err)
	}
	o, err := e.M.Observation(ctx, e.As("duty"), id)
	if err != nil || !o.Erased || o.Note != "" || o.Place != nil {
		t.Errorf("%+v, %v", o, err)
	}
	e.Settle()
	after, err := e.M.Outcomes(ctx, e.As("duty"), mechanism.OutcomeSearch{Of: id})
	if err != nil || len(after.Items) != len(before.Items) || after.Items[0].ID != before.Items[0].ID {
		t.Errorf("what was concluded does not stand: %d and %d, %v", len(before.Items), len(after.Items), err)
	}
}

// Media are deposited in pieces, seen by tier, and opening an original is written down.
func TestMedia(t *testing.T) {
	e := start(t)
	ctx := context.Background()
	obs := e.Report("monitor", shelling).IDs[0]
	data := bytes.Repeat([]byte("not a picture "), 10_000)
	u, err := e.M.BeginUpload(e.As("monitor"), "crater.bin", int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.M.UploadState(e.As("other monitor"), u.ID); truce.KindOf(err) != truce.NotFound {
		t.Errorf("somebody else's upload: %v", err)
	}
	if u, err = e.M.AppendUpload(e.As("monitor"), u.ID, 0, bytes.NewReader(data[:100_000])); err != nil {
		t.Fatal(err)
	}
	if u, err = e.M.AppendUpload(e.As("monitor"), u.ID, u.Offset, bytes.NewReader(data[u.Offset:])); err != nil || u.Offset != u.Size {
		t.Fatal(u, err)
	}
	r, err := e.M.Deposit(ctx, e.As("monitor"), u.ID, truce.Digest{}, truce.TierMechanism, []truce.RecordID{obs}, "", false)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := e.M.Open(ctx, e.As("monitor"), r.ID, "", false); err == nil {
		t.Error("an original was opened without a reason")
	}
	// Nobody opens an original by their office: two people of two bodies grant it, for a while.
	if _, _, err := e.M.Open(ctx, e.As("duty"), r.ID, "To compare the crater.", false); err == nil {
		t.Error("an original was opened without a grant")
	}
	grant, waits, err := e.M.Grant(ctx, e.As("duty"), record.Grant{Act: record.GrantGiven, Person: e.People["duty"].Person, Record: r.ID, Fields: []string{"media-original"},
		Until: e.Clock().Add(time.Hour), Reason: "To compare the crater."})
	if err != nil || !waits {
		t.Fatal(waits, err)
	}
	if _, err := e.M.Confirm(ctx, e.As("jordan"), grant.ID, "Agreed."); err != nil {
		t.Fatal(err)
	}
	f, _, err := e.M.Open(ctx, e.As("duty"), r.ID, "To compare the crater.", false)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	got := make([]byte, f.Size())
	if _, err := f.ReadAt(got, 0); err != nil && err.Error() != "EOF" || !bytes.Equal(got, data) {
		t.Error("other bytes", err)
	}
	list, err := e.M.Picture(ctx, e.As("auditor"), r.ID)
	if err != nil || len(list.Custody) != 2 || list.Custody[1].Act != "opened" || list.Name != "" {
		t.Errorf("%+v, %v", list, err)
	}
}

// A step can be signed with a key that only its author holds. The signature stays with the record and is checked from it alone; what somebody else
// signed, or what is possible no more, is not written down.
func TestSigned(t *testing.T) {
	e := start(t)
	ctx := context.Background()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer := must(ssh.NewSignerFromKey(private))
	line := ssh.MarshalAuthorizedKey(must(ssh.NewPublicKey(public)))
	_, _, err = e.M.AddKey(ctx, e.As("jordan"), record.Person{Person: e.People["jordan"].Person, Method: record.MethodSSH, Credential: record.Credential{PublicKey: line}})
	if err != nil {
		t.Fatal(err)
	}
	v := e.As("jordan")
	v.Vouch = truce.VouchSignature
	for _, k := range e.M.Directory.Keys(v.Person, e.Clock()) {
		v.Key = k.ID
	}
	wait := func(text string) mechanism.Receipt {
		t.Helper()
		r, _, err := e.M.Step(ctx, v, record.Step{Step: truce.StepOpen, Rule: "ceasefire", Article: "1", Text: text}, 2017)
		if err != nil || r.Sign == nil || r.Seq != 0 {
			t.Fatal(r, err)
		}
		return r
	}
	sign := func(r mechanism.Receipt) []byte {
		statement := must(base64.StdEncoding.DecodeString(r.Sign.Statement))
		sig := must(sshsig.Sign(bytes.NewReader(statement), signer, sshsig.HashSHA512, access.SSHNamespace))
		return sshsig.Armor(sig)
	}
	r := wait("Shelling at dawn.")
	if len(e.M.Cases(e.As("duty"), "", "en")) != 0 {
		t.Error("it was written down before it was signed")
	}
	if _, err := e.M.Signed(ctx, e.As("russia"), r.ID, sign(r)); truce.KindOf(err) != truce.NotFound {
		t.Errorf("somebody else's: %v", err)
	}
	if _, err := e.M.Signed(ctx, e.As("jordan"), r.ID, sign(wait("Shelling at noon."))); truce.KindOf(err) != truce.Denied {
		t.Errorf("the signature of another record: %v", err)
	}
	done, err := e.M.Signed(ctx, e.As("jordan"), r.ID, sign(r))
	if err != nil || done.Seq == 0 {
		t.Fatal(done, err)
	}
	if got := len(e.M.Cases(e.As("duty"), "", "en")); got != 1 {
		t.Errorf("%d cases", got)
	}
	err = e.Store.Read(ctx, done.Seq, func(x journal.Entry) error {
		rec, _, err := journal.Whole(x)
		if err != nil {
			return err
		}
		if rec.Author.Vouch != truce.VouchSignature || len(rec.Signature) == 0 {
			t.Errorf("%+v", rec.Author)
		}
		if err := e.M.Directory.VerifyAuthor(&rec, "", nil); err != nil {
			t.Error(err)
		}
		rec.Body = append(bytes.Clone(rec.Body), ' ')
		if err := e.M.Directory.VerifyAuthor(&rec, "", nil); err == nil {
			t.Error("another statement passes under the same signature")
		}
		return errors.New("enough")
	})
	if err == nil {
		t.Error("nothing was read")
	}
	// What waits too long is gone.
	late := wait("Shelling at dusk.")
	e.Later(mechanism.DefaultSigning + time.Minute)
	if _, err := e.M.Signed(ctx, e.As("jordan"), late.ID, sign(late)); truce.KindOf(err) != truce.NotFound {
		t.Errorf("signed too late: %v", err)
	}
}

// A restart knows what it knew.
func TestRestart(t *testing.T) {
	e := start(t)
	id := e.Report("monitor", shelling).IDs[0]
	e.Settle()
	before := must(e.M.Outcomes(context.Background(), e.As("duty"), mechanism.OutcomeSearch{Of: id, Lang: "en"}))
	e.Restart()
	after := must(e.M.Outcomes(context.Background(), e.As("duty"), mechanism.OutcomeSearch{Of: id, Lang: "en"}))
	if len(before.Items) != len(after.Items) || before.Items[0].ID != after.Items[0].ID {
		t.Errorf("before %+v\nafter %+v", before.Items, after.Items)
	}
	if n := e.Settle(); n != 0 {
		t.Errorf("after a restart %d outcomes were recorded again", n)
	}
}
