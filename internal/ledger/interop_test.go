package ledger_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"truce"
	"truce/internal/ledger"
	"truce/internal/mechanism/mechanismtest"
	"truce/internal/record"
	"truce/internal/seal"
	"truce/verify"
)

// second runs the second checker, which was written from the page of the format alone, over records at one time.
func second(t *testing.T, now truce.Instant, seen []byte, records ...fstest.MapFS) (list []verify.Report) {
	t.Helper()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is not here: the second checker of the open record, verify/interop/verify.py, needs it")
	}
	dir := t.TempDir()
	args := []string{"-B", "../../verify/interop/verify.py", "--json", "--now", fmt.Sprint(int64(now) / 1000)}
	if seen != nil {
		path := filepath.Join(dir, "seen")
		if err := os.WriteFile(path, seen, 0o644); err != nil {
			t.Fatal(err)
		}
		args = append(args, "--seen", path)
	}
	for i, files := range records {
		path := filepath.Join(dir, fmt.Sprintf("%d.zip", i))
		args = append(args, path)
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		for _, name := range slices.Sorted(maps.Keys(files)) {
			w, err := z.CreateHeader(&zip.FileHeader{Name: name})
			if err == nil {
				_, err = w.Write(files[name].Data)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var out, says bytes.Buffer
	c := exec.Command(python, args...)
	c.Stdout, c.Stderr = &out, &says
	_ = c.Run() // it says with its exit code what it says for each record
	d := json.NewDecoder(&out)
	for d.More() {
		var r verify.Report
		if err := d.Decode(&r); err != nil {
			t.Fatal(err, says.String())
		}
		list = append(list, r)
	}
	if len(list) != len(records) {
		t.Fatalf("%d of %d records were checked: %s", len(list), len(records), says.String())
	}
	return list
}

// agree compares what both make of a record: good or bad, and of a good one every number.
func agree(t *testing.T, name string, files fstest.MapFS, o verify.Options, theirs verify.Report) (good bool) {
	t.Helper()
	ours, err := verify.Check(files, o)
	good = err == nil && len(ours.Faults) == 0
	if bad := theirs.Verdict == verify.DoesNotHold || theirs.Verdict == verify.CannotBeRead; bad == good {
		t.Errorf("%s: verify says %t, the second checker %q: %v\n%v %s", name, good, theirs.Verdict, theirs.Faults, err, explain(ours))
		return good
	}
	if !good {
		return false
	}
	ours.Sealed.Next = ""
	if theirs.Size != ours.Size || theirs.Root != ours.Root || theirs.Whole != ours.Whole || theirs.Since != ours.Since || theirs.Leaves != ours.Leaves || theirs.Findings != ours.Findings || theirs.Reports != ours.Reports || theirs.Sealed != ours.Sealed ||
		theirs.Witnesses.Met != ours.Witnesses.Met || theirs.Witnesses.Signed != ours.Witnesses.Signed || theirs.Witnesses.Lying != ours.Witnesses.Lying {
		t.Errorf("%s: the second checker counts %+v %+v %+v %+v, verify %+v %+v %+v %+v", name, theirs.Leaves, theirs.Findings, theirs.Sealed, theirs.Witnesses, ours.Leaves, ours.Findings, ours.Sealed, ours.Witnesses)
	}
	return true
}

// copied is the record with one file changed; nil takes it away.
func (f *factory) copied(path string, change func([]byte) []byte) fstest.MapFS {
	files := maps.Clone(f.files)
	if b := change(bytes.Clone(files[path].Data)); b != nil {
		files[path] = &fstest.MapFile{Data: b}
	} else {
		delete(files, path)
	}
	return files
}

// Both checkers agree on a record, on the same with any byte of any file changed, and on the same with any file gone.
func TestTheSecondCheckerAgreesOnChanges(t *testing.T) {
	f := filled(t, 3)
	last := f.last.Checkpoint.Size - 1
	f.sign(16, 17, last-1, last) // what is not sealed
	names, records := []string{"as it is"}, []fstest.MapFS{f.files}
	for _, path := range slices.Sorted(maps.Keys(f.files)) {
		if f.old(path) {
			continue
		}
		names, records = append(names, path+" is gone"), append(records, f.copied(path, func([]byte) []byte { return nil }))
		n := len(f.files[path].Data)
		for k := range 2 {
			at := (k*n/2 + k*7) % n
			names, records = append(names, fmt.Sprintf("byte %d of %s", at, path)), append(records, f.copied(path, func(b []byte) []byte { b[at] ^= 1; return b }))
		}
		names, records = append(names, "the end of "+path), append(records, f.copied(path, func(b []byte) []byte { b[len(b)-1] ^= 1; return b }))
		if strings.HasPrefix(path, "tile/entries/") {
			continue // verify reads as many entries as there are and lets a byte behind them pass; the second checker refuses it
		}
		names, records = append(names, "one byte more in "+path), append(records, f.copied(path, func(b []byte) []byte { return append(b, '\n') }))
	}
	good := 0
	for i, r := range second(t, f.at, nil, records...) {
		if agree(t, names[i], records[i], verify.Options{Now: f.at}, r) {
			good++
		}
	}
	if good == 0 || good > len(records)/3 {
		t.Errorf("%d of %d records are good", good, len(records))
	}
	t.Logf("%d records, %d of them good", len(records), good)
}

// Both find out an operator who signs what is not so.
func TestTheSecondCheckerAgreesOnLies(t *testing.T) {
	type change struct {
		name string
		do   func(*factory, *verify.OutcomeDocument)
	}
	said := func(name string, do func(*verify.Said)) change {
		return change{name, func(_ *factory, o *verify.OutcomeDocument) {
			o.Said = slices.Clone(o.Said)
			s := &o.Said[0]
			s.Asked, s.Possible = slices.Clone(s.Asked), slices.Clone(s.Possible)
			do(s)
		}}
	}
	changes := []change{
		{"the truth", func(*factory, *verify.OutcomeDocument) {}},
		said("another result", func(s *verify.Said) {
			s.Result = map[bool]string{true: "breached", false: "kept"}[s.Result != "breached"]
		}),
		said("another possible result", func(s *verify.Said) { s.Possible = append(s.Possible, "suspended") }),
		said("no answers", func(s *verify.Said) { s.Asked = nil }),
		said("an answer that is none", func(s *verify.Said) { s.Asked[0].Answer = "perhaps" }),
		said("no end", func(s *verify.Said) { s.Asked = s.Asked[:len(s.Asked)-1] }),
		said("something after the end", func(s *verify.Said) { s.Asked = append(s.Asked, s.Asked[0]) }),
		said("null for a list", func(s *verify.Said) { s.Possible = nil }),
		{"no office", func(f *factory, _ *verify.OutcomeDocument) { f.bodies[0].key.Office = "" }},
		{"a form inside a finding", func(_ *factory, o *verify.OutcomeDocument) { o.Form = verify.FormOutcome }},
		{"an outcome that was simulated", func(_ *factory, o *verify.OutcomeDocument) { o.Simulated = true }},
		{"somebody else's key", func(f *factory, _ *verify.OutcomeDocument) {
			f.bodies[0].signer = f.bodies[1].signer
		}},
		{"another body", func(f *factory, _ *verify.OutcomeDocument) { f.bodies[0].key.Body = "nobody" }},
		{"another id", func(f *factory, _ *verify.OutcomeDocument) { f.bodies[0].key.Key = "k-0000000000000000" }},
		{"one signs for another", func(f *factory, _ *verify.OutcomeDocument) { f.bodies[0] = f.bodies[1] }},
		{"too few sign", func(f *factory, _ *verify.OutcomeDocument) { f.bodies = f.bodies[:1] }},
		{"no text", func(f *factory, _ *verify.OutcomeDocument) { f.text.Version += "x" }},
	}
	var records []fstest.MapFS
	var at truce.Instant
	for _, c := range changes {
		f := newFactory(t)
		f.takeUp()
		f.tick()
		o := f.outcomes()[0]
		c.do(f, &o)
		f.finding(0, o)
		f.tick()
		f.sign()
		records, at = append(records, f.files), f.at
	}
	type lie struct {
		name, says string
		do         func(*verify.ReportDocument)
	}
	inside := func(s string) func(*verify.ReportDocument) {
		return func(d *verify.ReportDocument) {
			d.Content = bytes.Replace(d.Content, []byte("A quiet day"), []byte(s), 1)
		}
	}
	lies := []lie{
		{"a report", "", func(*verify.ReportDocument) {}},
		{"another word in a report", "", inside("A quiet night")},
		{"an escape too many", "", inside(`A \u0071uiet day`)},
		{"a report of the mechanism", `"tier":"mechanism","simulated":true`, func(*verify.ReportDocument) {}},
		{"the smallest report", `"tier":"public","simulated":true`, func(*verify.ReportDocument) {}},
		{"a key twice", `"tier":"public","simulated":true,"x":1,"x":1`, func(*verify.ReportDocument) {}},
		{"a number with an exponent", `"tier":"public","simulated":true,"x":1e+21`, func(*verify.ReportDocument) {}},
		{"a number that is small", `"tier":"public","simulated":true,"x":0.00001`, func(*verify.ReportDocument) {}},
		{"zero below nothing", `"tier":"public","simulated":true,"x":-0`, func(*verify.ReportDocument) {}},
		{"some numbers", `"tier":"public","simulated":true,"x":[0,-1,36.05,-0.1]`, func(*verify.ReportDocument) {}},
		{"not simulated", `"tier":"public"`, func(*verify.ReportDocument) {}},
		{"another number", "", func(d *verify.ReportDocument) { d.Number = 4 }},
		{"another end", "", func(d *verify.ReportDocument) { d.To = d.From }},
		{"another act", "", func(d *verify.ReportDocument) { d.Act = "corrects" }},
		{"another salt", "", func(d *verify.ReportDocument) { d.Salt = strings.Repeat("0", 64) }},
		{"nobody signs", "", func(d *verify.ReportDocument) { d.Signatures = nil }},
		{"a session alone", "", func(d *verify.ReportDocument) {
			d.Signatures = []verify.Signature{{Body: "russia", Act: "issued", How: "session"}}
		}},
	}
	for _, x := range lies {
		f := newFactory(t)
		f.takeUp()
		f.report(x.says, x.do)
		f.tick()
		f.sign()
		changes, records = append(changes, change{name: x.name}), append(records, f.files)
	}
	good := 0
	for i, r := range second(t, at, nil, records...) {
		if agree(t, changes[i].name, records[i], verify.Options{Now: at}, r) {
			good++
			t.Log("holds: " + changes[i].name)
		} else if i == 0 {
			t.Error("the truth does not hold")
		}
	}
	if good == len(records) {
		t.Error("every lie holds")
	}
}

// Both see the same in a running mechanism's record: a finding, what is revealed, withheld, erased and paused, and what is overdue; and both miss what was dropped.
func TestTheSecondCheckerAgreesOnAMechanism(t *testing.T) {
	o := begin(t)
	both := func(name string, seen []byte) {
		t.Helper()
		files := fstest.MapFS{}
		for path, b := range o.files() {
			files[path] = &fstest.MapFile{Data: b}
		}
		now := o.w.Clock() / 1000 * 1000
		if !agree(t, name, files, verify.Options{Now: now, Seen: seen}, second(t, now, seen, files)[0]) {
			t.Errorf("%s does not hold", name)
		}
	}
	o.key("jordan")
	o.key("united states")
	_, id := o.finding()
	o.key("duty")
	o.report(truce.TierPublic, "", "Under the first key.")
	o.keyBy("duty", o.as("duty"))
	o.report(truce.TierPublic, "", "A quiet day.")
	other := o.w.Report("other monitor", strings.Replace(mechanismtest.Shelling, "obs-1", "obs-2", 1)).IDs[0]
	o.tick()
	seen := o.check(nil).Checkpoint
	o.twice(record.Class{At: o.w.Clock(), Act: record.ClassReveals, Of: id, Group: "what", Reason: "Everybody asks."}.Draft())
	o.twice(record.Class{At: o.w.Clock(), Act: record.ClassWithholds, Of: id, Why: "source", Seqs: []truce.Seq{1, 2}, Reason: "It would name somebody."}.Draft())
	o.twice(record.Erasure{At: o.w.Clock(), Act: record.ErasureProposed, Why: record.ErasureDanger, Seqs: []truce.Seq{o.seqOf(other)}, Reason: "It endangers somebody."}.Draft())
	o.w.Later(73 * time.Hour)
	o.tick()
	both("a finding", seen)
	pause, err := record.Pause{At: o.w.Clock(), Act: record.PausePaused, Reason: "A threat."}.Draft()
	if err != nil {
		t.Fatal(err)
	}
	o.w.Put(o.w.People["auditor"], pause)
	o.w.Later(ledger.DefaultDue + 24*time.Hour)
	o.tick()
	o.tick()
	both("what is overdue", seen)
	// Control: a reader who has seen another log of this name.
	f := filled(t, 1)
	for _, x := range []seal.Checkpoint{f.last.Checkpoint, {Origin: origin, Size: 1 << 20}} {
		signed, err := f.signer.SignCheckpoint(x)
		if err != nil {
			t.Fatal(err)
		}
		files := fstest.MapFS{}
		for path, b := range o.files() {
			files[path] = &fstest.MapFile{Data: b}
		}
		now := o.w.Clock() / 1000 * 1000
		if agree(t, "a fork", files, verify.Options{Now: now, Seen: signed}, second(t, now, signed, files)[0]) {
			t.Error("a fork holds")
		}
	}
}
