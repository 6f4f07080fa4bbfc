package record_test

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"fmt"
	"io/fs"
	"os"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"truce"
	"truce/internal/record"
	"truce/internal/seal"
	"truce/internal/vault"
	"truce/terms"
)

// opened seals a draft and opens it again as a journal would.
func opened(t testing.TB, d record.Draft) (*truce.Record, vault.Groups) {
	t.Helper()
	keys, err := vault.NewKeyring(counting{})
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := d.Seal(keys, counting{})
	if err != nil {
		t.Fatal(err)
	}
	g, err := keys.Open(&d.Record, sealed)
	if err != nil {
		t.Fatal(err)
	}
	return &d.Record, g
}

// counting is a reader that gives the same bytes for ever.
type counting struct{}

func (counting) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(i)
	}
	return len(p), nil
}

func outcome() record.Outcome {
	return record.Outcome{
		Agreement: "small", Version: "1", Text: truce.Digest{1}, Engine: 1, At: 1500000000000, Rule: "ceasefire", Article: "1",
		Subject: record.Subject{Kind: "observation", Records: []truce.RecordID{"r-abc"}, Count: 1, Actor: "north"},
		Said: []record.Said{
			{Readings: []truce.Choice{{Term: "foreign", Reading: "by-origin"}}, Result: truce.Breached, Possible: truce.ResultSet(0).With(truce.Breached),
				Conditions: []record.Condition{{ID: "kind.is", Truth: truce.True, Settles: true}, {ID: "place.inside", Truth: truce.Unknown}},
				Asked:      []truce.Asked{{Answer: truce.False, Then: truce.NotApplicable}, {Answer: truce.True, Then: truce.Breached}}},
			{Readings: []truce.Choice{{Term: "foreign", Reading: "by-command"}}, Possible: truce.ResultSet(0).With(truce.Kept).With(truce.Breached)},
		},
		Turns:       []truce.TermID{"foreign"},
		Attribution: truce.Attribution{By: []truce.ActorID{"north"}, Known: truce.True, Answering: []truce.ActorID{"guarantor-one"}},
		Supersedes:  "r-old",
		Simulated:   true,
		Detail: &record.Detail{Unit: "u1", When: truce.At(1499999999000), Place: "area", At: truce.Degrees(36, 33), Error: 12.5, Why: []record.Why{
			{Margin: truce.Margin{Metres: -15, HasMetres: true}, Permille: -1, Reasons: []truce.Reason{{Phrase: truce.Say("place.inside", truce.Str("x")), Truth: truce.True}}},
			{Permille: 300, Missing: []truce.Phrase{truce.Say("missing.where-in", truce.PlaceArg("area"))}},
		}},
	}
}

func TestOutcomeIsReadAsItWasWritten(t *testing.T) {
	gone := outcome()
	gone.Gone, gone.Said, gone.Detail.Why = true, nil, nil
	period := outcome()
	period.Subject = record.Subject{Kind: "period", Period: truce.Span{From: 1500000000000, To: 1500086399999}}
	for name, o := range map[string]record.Outcome{"outcome": outcome(), "gone": gone, "period": period} {
		d, err := o.Draft()
		if err != nil {
			t.Fatal(name, err)
		}
		r, g := opened(t, d)
		got, err := record.ReadOutcome(r, g)
		if err == nil {
			err = got.ReadWhy(r, g)
		}
		if err != nil || !reflect.DeepEqual(got, o) {
			t.Errorf("%s: %v\n%+v\nwant\n%+v", name, err, got, o)
		}
		keys, _ := vault.NewKeyring(counting{})
		erased, _ := keys.Open(r, nil)
		got, err = record.ReadOutcome(r, erased)
		if err == nil {
			err = got.ReadWhy(r, erased)
		}
		want := o
		want.Detail = nil
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s erased: %v\n%+v", name, err, got)
		}
	}
}

// What could tell where, when, which unit and by how much stands in no body.
func TestOutcomeKeepsItsDetailSealed(t *testing.T) {
	d, err := outcome().Draft()
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"u1", "1499999999000", "area", "330000000", "12.5", "-15", "missing"} {
		if bytes.Contains(d.Record.Body, []byte(secret)) {
			t.Errorf("the body holds %q:\n%s", secret, d.Record.Body)
		}
	}
}

func TestOutcomeThatSaysTooMuchKeepsNoReasons(t *testing.T) {
	o := outcome()
	long := truce.Reason{Phrase: truce.Say("x", truce.Str(strings.Repeat("a", record.MaxBodyBytes)))}
	o.Detail.Why[0].Reasons = []truce.Reason{long}
	d, err := o.Draft()
	if err != nil {
		t.Fatal(err)
	}
	r, g := opened(t, d)
	got, err := record.ReadOutcome(r, g)
	if err == nil {
		err = got.ReadWhy(r, g)
	}
	if err != nil || got.Detail.Why[0].Reasons != nil || got.Detail.Why[0].Margin != o.Detail.Why[0].Margin {
		t.Error(err, got.Detail)
	}
}

func TestOutcomeRefuses(t *testing.T) {
	for name, change := range map[string]func(*record.Outcome){
		"no text":                func(o *record.Outcome) { o.Text = truce.Digest{} },
		"no time":                func(o *record.Outcome) { o.At = 0 },
		"a rule with a sentence": func(o *record.Outcome) { o.Rule = "the patrol at the well" },
		"nothing said":           func(o *record.Outcome) { o.Said, o.Detail.Why = nil, nil },
		"gone, and yet a result": func(o *record.Outcome) { o.Gone = true },
		"no detail":              func(o *record.Outcome) { o.Detail = nil },
		"another subject":        func(o *record.Outcome) { o.Subject.Kind = "feeling" },
		"a condition in words":   func(o *record.Outcome) { o.Said[0].Conditions[0].ID = "was it at 33.1 N?" },
	} {
		o := outcome()
		change(&o)
		if _, err := o.Draft(); err == nil {
			t.Errorf("%s: it was taken", name)
		}
	}
}

func folder(t testing.TB) []record.File {
	t.Helper()
	var out []record.File
	small := os.DirFS("../../scenario/testdata/small")
	err := fs.WalkDir(small, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(small, p)
		out = append(out, record.File{Path: p, Data: data})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestAgreementIsReadAsItWasWritten(t *testing.T) {
	a := record.Agreement{Agreement: "small", Version: "1", Use: record.AgreementInForce, Files: folder(t)}
	d, err := a.Draft()
	if err != nil {
		t.Fatal(err)
	}
	r, _ := opened(t, d)
	got, err := record.ReadAgreement(r)
	if err != nil || !reflect.DeepEqual(got, a) || got.Text() != a.Text() {
		t.Fatal(err, got.Use, len(got.Files))
	}
	fsys, err := got.FS()
	if err != nil {
		t.Fatal(err)
	}
	if _, rep, err := terms.Load(fsys, ""); err != nil || rep.Errors() > 0 {
		t.Fatal(err, rep)
	}
}

func TestAgreementRefuses(t *testing.T) {
	for name, change := range map[string]func(*record.Agreement){
		"no files":       func(a *record.Agreement) { a.Files = nil },
		"a path outside": func(a *record.Agreement) { a.Files[0].Path = "../etc" },
		"a file twice":   func(a *record.Agreement) { a.Files = append(a.Files, a.Files[0]) },
		"no use":         func(a *record.Agreement) { a.Use = "" },
		"too much":       func(a *record.Agreement) { a.Files[0].Data = make([]byte, record.MaxAgreementBytes) },
		"no version":     func(a *record.Agreement) { a.Version = "" },
	} {
		a := record.Agreement{Agreement: "small", Version: "1", Use: record.AgreementRival, Files: folder(t)}
		change(&a)
		if _, err := a.Draft(); err == nil {
			t.Errorf("%s: it was taken", name)
		}
	}
}

// A body that unpacks to far more than an agreement may have is refused before it fills the memory.
func TestAgreementBombIsRefused(t *testing.T) {
	var b bytes.Buffer
	w, _ := flate.NewWriter(&b, flate.BestCompression)
	zeroes := make([]byte, 1<<20)
	for range 64 {
		w.Write(zeroes)
	}
	w.Close()
	body := fmt.Sprintf(`{"use":"rival","text":"%s","files":"%s"}`, seal.Bytes(nil), base64.StdEncoding.EncodeToString(b.Bytes()))
	r := &truce.Record{Kind: truce.RecordAgreement, Agreement: "small", Version: "1", Body: []byte(body)}
	n := testing.Benchmark(func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := record.ReadAgreement(r); truce.KindOf(err) != truce.Corrupt {
				b.Fatal(err)
			}
		}
	}).AllocedBytesPerOp()
	if n > 8*record.MaxAgreementBytes {
		t.Errorf("reading it took %d bytes of memory", n)
	}
}

func TestNotice(t *testing.T) {
	for _, n := range []record.Notice{
		{What: record.NoticeTick, At: 1500000000000},
		{What: record.NoticeRestored, At: 1500000000000, Head: 12},
		{What: record.NoticeClock, At: 1500000000000, Case: "2026-0042", Clock: truce.CaseClock(truce.CaseClocks[0]), Body: "russia"},
	} {
		d, err := n.Draft()
		if err != nil {
			t.Fatal(err)
		}
		r, _ := opened(t, d)
		if got, err := record.ReadNotice(r); err != nil || got != n {
			t.Error(got, err)
		}
	}
	for _, n := range []record.Notice{{What: "felt", At: 1}, {What: record.NoticeTick}, {What: record.NoticeClock, At: 1}, {What: record.NoticeTick, At: 1, Body: "a sentence"}} {
		if _, err := n.Draft(); err == nil {
			t.Errorf("%+v was taken", n)
		}
	}
}

// Whatever bytes a body holds, reading it refuses or gives what writes the same bytes again.
func FuzzOutcomeBodies(f *testing.F) {
	d, _ := outcome().Draft()
	a, _ := record.Agreement{Agreement: "small", Version: "1", Use: record.AgreementInForce, Files: []record.File{{Path: "a", Data: []byte("b")}}}.Draft()
	n, _ := record.Notice{What: record.NoticeTick, At: 1}.Draft()
	for _, d := range []record.Draft{d, a, n} {
		f.Add(byte(d.Record.Kind), d.Record.Body)
	}
	keys, _ := vault.NewKeyring(counting{})
	f.Fuzz(func(t *testing.T, kind byte, body []byte) {
		r := &truce.Record{Kind: truce.RecordKind(kind), Agreement: "small", Version: "1", Body: body}
		switch r.Kind {
		case truce.RecordOutcome:
			r.Commitments = []truce.Commitment{{Group: "x"}}
			g, _ := keys.Open(r, nil)
			o, err := record.ReadOutcome(r, g)
			if err != nil {
				return
			}
			o.Detail = &record.Detail{Why: make([]record.Why, len(o.Said))}
			if d, err := o.Draft(); err != nil || !bytes.Equal(d.Record.Body, body) {
				t.Fatalf("%v\n%s\n%s", err, d.Record.Body, body)
			}
		case truce.RecordAgreement:
			if a, err := record.ReadAgreement(r); err == nil {
				if _, err := a.Draft(); err != nil {
					t.Fatal(err)
				}
			}
		case truce.RecordNotice:
			if n, err := record.ReadNotice(r); err == nil {
				if d, err := n.Draft(); err != nil || !bytes.Equal(d.Record.Body, body) {
					t.Fatal(err)
				}
			}
		}
	})
}

// The files of an agreement come back whatever they are.
func TestAnyFiles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		files := map[string][]byte{}
		for range rapid.IntRange(1, 8).Draw(t, "files") {
			files[rapid.StringMatching(`[a-z]{1,3}(/[a-z]{1,3})?\.yaml`).Draw(t, "path")] = rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "data")
		}
		a := record.Agreement{Agreement: "small", Version: "1", Use: record.AgreementRival}
		for p, data := range files {
			a.Files = append(a.Files, record.File{Path: p, Data: data})
		}
		d, err := a.Draft()
		if err != nil {
			t.Fatal(err)
		}
		got, err := record.ReadAgreement(&d.Record)
		if err != nil || len(got.Files) != len(files) {
			t.Fatal(err)
		}
		for _, f := range got.Files {
			if !bytes.Equal(f.Data, files[f.Path]) {
				t.Fatal(f.Path)
			}
		}
	})
}
