package record

import (
	"flag"
	"os"
	"reflect"
	"strings"
	"testing"

	"truce"
)

var update = flag.Bool("update", false, "write the table of docs/reference/records.md anew")

// references are the kinds of record with their bodies and the groups they may have.
var references = []struct {
	kind   truce.RecordKind
	body   any
	groups string
}{
	{truce.RecordGenesis, genesisBody{}, ""},
	{truce.RecordAgreement, agreementBody{}, ""},
	{truce.RecordObservation, observationBody{}, "what when where who count source about note origin"},
	{truce.RecordPositions, positionsBody{}, groupUnit + " " + groupColumns},
	{truce.RecordOutcome, outcomeBody{}, groupUnit + " " + groupWhen + " " + groupWhere + " " + groupWhy},
	{truce.RecordStep, stepBody{}, TextGroup + " where"},
	{truce.RecordStatement, statementBody{}, "who " + TextGroup + " reference"},
	{truce.RecordQuery, queryBody{}, TextGroup + " where when"},
	{truce.RecordMedia, mediaBody{}, groupFile + " " + groupContent + " " + groupKey + " " + groupNote},
	{truce.RecordCustody, custodyBody{}, groupReason + " " + groupReceiver},
	{truce.RecordPerson, personBody{}, groupName + " " + groupContact + " " + groupLanguage + " " + groupCredential},
	{truce.RecordGrant, grantBody{}, groupReason},
	{truce.RecordClass, classBody{}, groupReason},
	{truce.RecordErasure, erasureBody{}, groupReason},
	{truce.RecordPause, pauseBody{}, groupReason},
	{truce.RecordReport, reportBody{}, ReportGroup},
	{truce.RecordCheckpoint, checkpointBody{}, ""},
	{truce.RecordNotice, noticeBody{}, ""},
}

// The reference page lists every kind with the keys of its body and its groups. go test ./internal/record -update writes it.
func TestKindsAreDocumented(t *testing.T) {
	const path, begin, end = "../../docs/reference/records.md", "by its tests -->\n", "<!-- the end of the table -->"
	var table strings.Builder
	table.WriteString("\n| kind | in the body | groups |\n| --- | --- | --- |\n")
	code := func(list []string) string {
		if len(list) == 0 {
			return ""
		}
		return "`" + strings.Join(list, "`, `") + "`"
	}
	for _, k := range references {
		var keys []string
		body := reflect.TypeOf(k.body)
		for i := range body.NumField() {
			key, _, _ := strings.Cut(body.Field(i).Tag.Get("json"), ",")
			keys = append(keys, key)
		}
		table.WriteString("| `" + k.kind.String() + "` | " + code(keys) + " | " + code(strings.Fields(k.groups)) + " |\n")
	}
	table.WriteString("\n")
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok1 := strings.Cut(string(page), begin)
	old, after, ok2 := strings.Cut(rest, end)
	if !ok1 || !ok2 {
		t.Fatal("the page has no place for the table")
	}
	if *update {
		if err := os.WriteFile(path, []byte(before+begin+table.String()+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if old != table.String() {
		t.Errorf("docs/reference/records.md has another table; run this test with -update\n%s", table.String())
	}
	for _, w := range observationGroups {
		if !strings.Contains(after, "| `"+w.name+"` |") {
			t.Errorf("the page does not describe the group %s", w.name)
		}
	}
	for _, why := range erasureReasons {
		if !strings.Contains(after, "`"+string(why)+"`") {
			t.Errorf("the page does not name the reason %s", why)
		}
	}
}
