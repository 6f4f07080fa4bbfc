package record

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"truce"
)

func drawIDs[T ~string](t *rapid.T, name string, least, most int) []T {
	list := rapid.SliceOfNDistinct(rapid.StringMatching(`[a-z0-9][a-z0-9.:_-]{0,20}`), least, most, rapid.ID[string]).Draw(t, name)
	if len(list) == 0 {
		return nil
	}
	out := make([]T, len(list))
	for i, s := range list {
		out[i] = T(s)
	}
	return out
}

func drawText(t *rapid.T, name string) string { return rapid.StringN(0, 60, 200).Draw(t, name) }

func drawStep(t *rapid.T) Step {
	s := Step{Case: truce.CaseID(rapid.StringMatching(`20[0-9]{2}-[0-9]{4}`).Draw(t, "case")), Step: truce.CaseStep(rapid.SampledFrom(truce.CaseSteps).Draw(t, "step")),
		Last: rapid.IntRange(1, 999).Draw(t, "last"), Cites: drawIDs[truce.RecordID](t, "cites", 0, 4), Parties: drawIDs[truce.BodyID](t, "parties", 0, 3),
		Tier: truce.Tier(rapid.IntRange(0, 4).Draw(t, "tier")), Of: rapid.IntRange(0, 99).Draw(t, "of"), Simulated: rapid.Bool().Draw(t, "simulated"),
		Text: drawText(t, "text"), Where: drawText(t, "where")}
	if s.Step == truce.StepOpen {
		s.Last, s.Rule, s.Kind = 0, "ceasefire", "shelling"
	}
	if rapid.Bool().Draw(t, "with a finding") {
		s.Finding = &Finding{truce.Occurrence(rapid.IntRange(0, 2).Draw(t, "occurrence")), "balance", "low", truce.Intent(rapid.IntRange(0, 2).Draw(t, "intent")), rapid.SampledFrom([]string{"", "grave"}).Draw(t, "severity")}
	}
	if rapid.Bool().Draw(t, "with an attribution") {
		a := &Attribution{Result: truce.AttributionResult(rapid.IntRange(0, 3).Draw(t, "result")), Standard: "balance", Confidence: "low"}
		switch a.Result {
		case truce.AttributionParty:
			a.By = drawIDs[truce.ActorID](t, "by", 1, 1)
		case truce.AttributionSeveral:
			a.By = drawIDs[truce.ActorID](t, "by", 2, 4)
		}
		s.Attribution = a
	}
	return s
}

// TestCaseRecordsComeBack: what is written is read, the open part holds nothing of the texts, and an erased record says so.
func TestCaseRecordsComeBack(t *testing.T) {
	keys := testKeys(t)
	rapid.Check(t, func(t *rapid.T) {
		s := drawStep(t)
		d, err := s.Draft()
		if err != nil {
			t.Fatal(err)
		}
		r, g, _ := stored(t, keys, chance("salt"), d)
		got, err := ReadStep(r, g)
		if err != nil || !reflect.DeepEqual(got, s) {
			t.Fatalf("%v\nwrote %+v\nread  %+v", err, s, got)
		}
		gone, err := ReadStep(r, erased(t, r))
		s.Erased = s.Text != "" || s.Where != ""
		s.Text, s.Where = "", ""
		if err != nil || !reflect.DeepEqual(gone, s) {
			t.Fatalf("erased: %v\nwrote %+v\nread  %+v", err, s, gone)
		}

		st := Statement{At: 7, Act: StatementReads, Of: "north", Term: "foreign", Reading: "by-birth", About: drawIDs[string](t, "about", 0, 3),
			Cites: drawIDs[truce.RecordID](t, "cites", 0, 3), Who: drawText(t, "who"), Text: "x" + drawText(t, "words"), Reference: drawText(t, "reference")}
		d, err = st.Draft()
		if err != nil {
			t.Fatal(err)
		}
		r, g, _ = stored(t, keys, chance("salt"), d)
		if got, err := ReadStatement(r, g); err != nil || !reflect.DeepEqual(got, st) {
			t.Fatalf("%v\nwrote %+v\nread  %+v", err, st, got)
		}

		q := Query{At: 9, Act: QueryNotifies, To: drawIDs[truce.BodyID](t, "to", 1, 3), Text: "y" + drawText(t, "question"), Where: drawText(t, "place"), When: drawText(t, "time")}
		d, err = q.Draft()
		if err != nil {
			t.Fatal(err)
		}
		r, g, _ = stored(t, keys, chance("salt"), d)
		if got, err := ReadQuery(r, g); err != nil || !reflect.DeepEqual(got, q) {
			t.Fatalf("%v\nwrote %+v\nread  %+v", err, q, got)
		}
	})
}

// TestCaseTextsAreSealed: no word of a text, a place or a speaker stands in the bytes of the record. The control puts one into the open.
func TestCaseTextsAreSealed(t *testing.T) {
	const canary = "canary-7431"
	s, err := Step{Case: "2030-0001", Step: truce.StepTask, Last: 4, Team: "team-2", Text: canary, Where: canary}.Draft()
	if err != nil {
		t.Fatal(err)
	}
	st, err := Statement{At: 1, Act: StatementSaid, Of: "north", Who: canary, Text: canary, Reference: canary}.Draft()
	if err != nil {
		t.Fatal(err)
	}
	q, err := Query{At: 1, Act: QueryNotifies, To: []truce.BodyID{"south"}, Text: canary, Where: canary, When: canary}.Draft()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range []Draft{s, st, q} {
		r, _, sealed := stored(t, testKeys(t), chance("salt"), d)
		if bytes.Contains(r.Bytes(), []byte(canary)) || bytes.Contains(sealed, []byte(canary)) {
			t.Errorf("a %s shows its text", r.Kind)
		}
	}
	open, err := Step{Case: "2030-0001", Step: truce.StepTask, Last: 4, Team: canary}.Draft()
	if err != nil {
		t.Fatal(err)
	}
	if r, _, _ := stored(t, testKeys(t), chance("salt"), open); !bytes.Contains(r.Bytes(), []byte(canary)) {
		t.Error("the test would not see it")
	}
}

// TestCaseRecordsAreStrict: what is not in form is neither written nor read.
func TestCaseRecordsAreStrict(t *testing.T) {
	ok := Step{Case: "2030-0001", Step: truce.StepRegister, Last: 1}
	if _, err := ok.Draft(); err != nil {
		t.Fatal(err)
	}
	with := func(change func(*Step)) Step { s := ok; change(&s); return s }
	many := make([]truce.RecordID, MaxCites+1)
	for i := range many {
		many[i] = truce.RecordID("r-" + strings.Repeat("x", 1+i%90) + string(rune('a'+i/90)))
	}
	for name, s := range map[string]Step{
		"case":         with(func(s *Step) { s.Case = "42" }),
		"step":         with(func(s *Step) { s.Step = "shout" }),
		"first":        with(func(s *Step) { s.Last = 0 }),
		"open again":   with(func(s *Step) { s.Step = truce.StepOpen }),
		"other":        with(func(s *Step) { s.Other = "next door" }),
		"clock":        with(func(s *Step) { s.Clock = "tea" }),
		"text as name": with(func(s *Step) { s.Team = "the team of Mr X" }),
		"twice":        with(func(s *Step) { s.Cites = []truce.RecordID{"r-1", "r-1"} }),
		"too many":     with(func(s *Step) { s.Cites = many }),
		"party":        with(func(s *Step) { s.Parties = []truce.BodyID{"n o"} }),
		"standard":     with(func(s *Step) { s.Finding = &Finding{Confidence: "low"} }),
		"by nobody":    with(func(s *Step) { s.Attribution = &Attribution{truce.AttributionParty, nil, "a", "b"} }),
		"by one":       with(func(s *Step) { s.Attribution = &Attribution{truce.AttributionSeveral, []truce.ActorID{"x"}, "a", "b"} }),
		"by some":      with(func(s *Step) { s.Attribution = &Attribution{truce.AttributionCannot, []truce.ActorID{"x"}, "a", "b"} }),
		"long":         with(func(s *Step) { s.Text = strings.Repeat("x", MaxTextBytes+1) }),
		"not text":     with(func(s *Step) { s.Text = "\xff" }),
	} {
		if _, err := s.Draft(); err == nil {
			t.Errorf("%s: it is written", name)
		} else if k := truce.KindOf(err); k != truce.Invalid && k != truce.TooLarge {
			t.Errorf("%s: %v is %v", name, err, k)
		}
	}
	for name, q := range map[string]Query{
		"when": {Act: QueryAsks, To: []truce.BodyID{"n"}, Text: "x"}, "act": {At: 1, Act: "sings"}, "whom": {At: 1, Act: QueryAsks, Text: "x"},
		"of": {At: 1, Act: QueryAnswers, Text: "x"}, "both": {At: 1, Act: QueryAsks, To: []truce.BodyID{"n"}, Of: "r-1", Text: "x"},
		"words": {At: 1, Act: QueryAnswers, Of: "r-1"}, "whose": {At: 1, Act: QuerySilence, Of: "r-1"}, "not whose": {At: 1, Act: QueryAcknowledges, Of: "r-1", Body: "n"},
		"case": {At: 1, Act: QueryAsks, To: []truce.BodyID{"n"}, Text: "x", Case: "one"},
	} {
		if _, err := q.Draft(); err == nil {
			t.Errorf("query, %s: it is written", name)
		}
	}
	for name, s := range map[string]Statement{
		"when": {Act: StatementSaid, Of: "n", Text: "x"}, "act": {At: 1, Act: "hums", Of: "n", Text: "x"}, "whose": {At: 1, Act: StatementSaid, Text: "x"},
		"words": {At: 1, Act: StatementSaid, Of: "n"}, "no reading": {At: 1, Act: StatementReads, Of: "n", Text: "x", Term: "t"},
		"reading": {At: 1, Act: StatementSaid, Of: "n", Text: "x", Term: "t", Reading: "r"},
	} {
		if _, err := s.Draft(); err == nil {
			t.Errorf("statement, %s: it is written", name)
		}
	}
	for _, body := range []string{
		`{"case":"2030-0001","step":"register","last":1,"why":"because"}`, `{"step":"register","case":"2030-0001","last":1}`,
		`{"case":"2030-0001","step":"register","last":1} `, `{"case":"2030-0001","step":"register","last":1e0}`, `{"case":"2030-0001","step":"shout","last":1}`,
		`{"case":"2030-0001","step":"find","last":1,"finding":{"occurrence":"certainly","standard":"a","confidence":"b","intent":"undetermined"}}`,
		`{"case":"2030-0001","step":"find","last":1,"finding":{"occurrence":"","standard":"a","confidence":"b","intent":"undetermined"}}`, ``, `null`,
	} {
		r := &truce.Record{Kind: truce.RecordStep, Body: []byte(body)}
		if s, err := ReadStep(r, erased(t, r)); err == nil {
			t.Errorf("%s is read as %+v", body, s)
		}
	}
}

// FuzzCaseRecords: no bytes make a reader panic, and what is read is written to the same bytes again.
func FuzzCaseRecords(f *testing.F) {
	f.Add([]byte(`{"case":"2030-0001","step":"register","last":1}`))
	f.Add([]byte(`{"at":1,"act":"said","of":"north"}`))
	f.Add([]byte(`{"at":1,"act":"asks","to":["south"]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		r := &truce.Record{Kind: truce.RecordStep, Body: body}
		none := erased(t, r)
		if s, err := ReadStep(r, none); err == nil {
			d, err := s.Draft()
			if err != nil || !bytes.Equal(d.Record.Body, body) {
				t.Fatalf("%v: %s came back as %s", err, body, d.Record.Body)
			}
		}
		r.Kind = truce.RecordStatement
		if s, err := ReadStatement(r, none); err == nil {
			s.Text = "x"
			if d, err := s.Draft(); err != nil || !bytes.Equal(d.Record.Body, body) {
				t.Fatalf("%v: %s came back as %s", err, body, d.Record.Body)
			}
		}
		r.Kind = truce.RecordQuery
		if q, err := ReadQuery(r, none); err == nil {
			q.Text = "x"
			if d, err := q.Draft(); err != nil || !bytes.Equal(d.Record.Body, body) {
				t.Fatalf("%v: %s came back as %s", err, body, d.Record.Body)
			}
		}
	})
}
