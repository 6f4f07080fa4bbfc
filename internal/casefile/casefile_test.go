package casefile

import (
	"errors"
	"flag"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"truce"
	"truce/internal/record"
	"truce/internal/vault"
	"truce/terms"
)

// The invented valley: two parties, two guarantors, a neighbour who is heard, and the mission.
const valley = `agreement: valley
version: "1"
title: Ceasefire in the valley
status: draft
clock: {zone: UTC}
participants:
  - {actor: north, role: party}
  - {actor: south, role: party}
  - {actor: river, role: guarantor, answers_for: [north]}
  - {actor: hill, role: guarantor, answers_for: [south]}
  - {actor: coast, role: consulted}
  - {actor: mission, role: mechanism}
procedure:
  standards: [balance-of-probabilities, {word: clear-and-convincing, kinds: [shelling]}]
  clocks: {verification: 5 days, remedy: 10 days}
articles:
  - article: "1"
    title: Ceasefire
    rules:
      - {rule: ceasefire, forbids: incident, kinds: [armed-force], between: [north, south], where: valley, from: 2030-01-01}
`

const valleyActors = `actors:
  - {actor: north, kind: state}
  - {actor: south, kind: state}
  - {actor: river, kind: state}
  - {actor: hill, kind: state}
  - {actor: coast, kind: state}
  - {actor: mission, kind: organisation}
  - {actor: third-brigade, kind: unit, parent: north}
  - {actor: raiders, kind: group}
`

const valleyPlace = `{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"id": "valley", "kind": "zone"}, "geometry":
 {"type": "Polygon", "coordinates": [[[36, 33], [37, 33], [37, 34], [36, 34], [36, 33]]]}}]}`

var plans = map[string]*terms.Plan{}

func planOf(t testing.TB, edits ...string) *terms.Plan {
	t.Helper()
	text := strings.NewReplacer(edits...).Replace(valley)
	if p := plans[text]; p != nil {
		return p
	}
	a, report, err := terms.Load(fstest.MapFS{"agreement.yaml": {Data: []byte(text)}, "actors.yaml": {Data: []byte(valleyActors)}, "geometry.geojson": {Data: []byte(valleyPlace)}}, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range report.Problems {
		if !p.Warning {
			t.Fatal(p.Line, p.Column, p.Code, p)
		}
	}
	p, err := terms.Compile(a)
	if err != nil {
		t.Fatal(err)
	}
	plans[text] = p
	return p
}

// Who acts in the tests.
func person(body truce.BodyID, office truce.Office) truce.Author {
	return truce.Author{Person: truce.PersonID("p-" + string(body) + "-" + office.String()), Body: body, Office: office, Vouch: truce.VouchSession}
}

var (
	room     = person("operations-room", truce.OfficeDutyOfficer)
	patrol   = person("team-2", truce.OfficeMonitor)
	otherOne = person("team-3", truce.OfficeMonitor)
	north    = person("north", truce.OfficeLiaison)
	south    = person("south", truce.OfficeLiaison)
	river    = person("river", truce.OfficeGuarantor)
	hill     = person("hill", truce.OfficeGuarantor)
	coast    = person("coast", truce.OfficeConsulted)
	analyst  = person("operations-room", truce.OfficeAnalyst)
	node     = truce.Author{Vouch: truce.VouchNode}
)

var update = flag.Bool("update", false, "write the table of docs/reference/cases.md anew")

var start = truce.InstantOf(time.Date(2030, 3, 1, 8, 0, 0, 0, time.UTC))

// life is a book with its journal, as the node would lead it.
type life struct {
	t       testing.TB
	book    *Book
	plan    *terms.Plan
	now     truce.Instant
	journal []entry
}

type entry struct {
	rec   truce.Record
	step  *record.Step
	query *record.Query
}

func begin(t testing.TB, edits ...string) *life {
	l := &life{t: t, book: NewBook(nil), plan: planOf(t, edits...), now: start}
	l.book.Adopt(l.plan)
	return l
}

const id truce.CaseID = "2030-0001"

// step takes a step as its author, with the number the case is at, and gives the refusal.
func (l *life) step(who truce.Author, s record.Step) error {
	if s.Case == "" {
		s.Case = id
	}
	if c, ok := l.book.Case(s.Case); ok && s.Last == 0 && s.Step != truce.StepOpen {
		s.Last = c.Last()
	}
	d, err := s.Draft()
	if err != nil {
		return err
	}
	return l.write(who, d)
}

func (l *life) write(who truce.Author, d record.Draft) error {
	r := d.Record
	r.Author, r.Agreement, r.Version, r.Received = who, "valley", "1", l.now
	for _, g := range d.Groups {
		r.Commitments = append(r.Commitments, truce.Commitment{Group: g.Name})
	}
	r.Seq = truce.Seq(len(l.journal) + 1)
	r.ID = truce.RecordID(fmt.Sprintf("r-%d", r.Seq))
	r.Recorded = l.now
	e := entry{rec: r}
	var err error
	if r.Kind == truce.RecordStep {
		s, err := record.ReadStep(&r, erased(r))
		if err != nil {
			l.t.Fatal(err)
		}
		e.step = &s
		if err := l.book.Check(&r, s); err != nil {
			if again := l.book.Apply(&r, s); again == nil || again.Error() != err.Error() {
				l.t.Fatalf("checked %v, applied %v", err, again)
			}
			return err
		}
		err = l.book.Apply(&r, s)
		if err != nil {
			l.t.Fatalf("checked and refused: %v", err)
		}
	} else {
		q, err := record.ReadQuery(&r, erased(r))
		if err != nil {
			l.t.Fatal(err)
		}
		e.query = &q
		if err := l.book.ApplyQuery(&r, q); err != nil {
			return err
		}
	}
	l.journal = append(l.journal, e)
	return err
}

// erased gives the groups of a record as they are when its content was destroyed: a book must not need it.
func erased(r truce.Record) vault.Groups {
	if len(r.Commitments) == 0 {
		return vault.Groups{}
	}
	r.Commitments = append([]truce.Commitment{}, r.Commitments...)
	g, err := (&vault.Keyring{}).Open(&r, nil)
	if err != nil {
		panic(err)
	}
	return g
}

func (l *life) must(who truce.Author, s record.Step) {
	l.t.Helper()
	if err := l.step(who, s); err != nil {
		l.t.Fatalf("%s by %s: %v", s.Step, who.Body, err)
	}
}

func (l *life) refused(code string, who truce.Author, s record.Step) {
	l.t.Helper()
	err := l.step(who, s)
	var why *Refusal
	if !errors.As(err, &why) || why.Code() != code {
		l.t.Fatalf("%s by %s: %v; it should be refused as %s", s.Step, who.Body, err, code)
	}
}

func (l *life) state() truce.CaseState {
	c, _ := l.book.Case(id)
	return c.State
}

func (l *life) is(state truce.CaseState) {
	l.t.Helper()
	if got := l.state(); got != state {
		l.t.Fatalf("the case is %s, not %s", got, state)
	}
}

// silences records every clock that has run out.
func (l *life) silences() (n int) {
	l.t.Helper()
	for {
		due := l.book.Due(l.now)
		if len(due) == 0 {
			return n
		}
		d, err := l.book.Silence(due[0], l.now)
		if err != nil {
			l.t.Fatal(err)
		}
		if err := l.write(d.Record.Author, d); err != nil {
			l.t.Fatal(err)
		}
		n++
	}
}

// replay makes the book anew from the journal and compares.
func (l *life) replay() {
	l.t.Helper()
	again := NewBook(nil)
	again.Adopt(l.plan)
	for _, e := range l.journal {
		var err error
		if e.step != nil {
			err = again.Apply(&e.rec, *e.step)
		} else {
			err = again.ApplyQuery(&e.rec, *e.query)
		}
		if err != nil {
			l.t.Fatalf("replay: %s: %v", &e.rec, err)
		}
	}
	if !reflect.DeepEqual(again.cases, l.book.cases) || !reflect.DeepEqual(again.queries, l.book.queries) ||
		!reflect.DeepEqual(again.order, l.book.order) || !reflect.DeepEqual(again.asked, l.book.asked) {
		l.t.Fatal("the journal makes another book the second time")
	}
}

// Steps as they are usually made.
var (
	opens     = record.Step{Step: truce.StepOpen, Rule: "ceasefire", Kind: "shelling", Parties: []truce.BodyID{"north"}, Cites: []truce.RecordID{"r-obs1"}, Text: "shells fell"}
	registers = record.Step{Step: truce.StepRegister}
	notifies  = record.Step{Step: truce.StepNotify, Parties: []truce.BodyID{"river"}}
	assesses  = record.Step{Step: truce.StepAssess, Text: "worth a visit"}
	tasks     = record.Step{Step: truce.StepTask, Team: "team-2", Where: "36S YB 1234 5678"}
	verifies  = record.Step{Step: truce.StepVerify}
	finds     = record.Step{Step: truce.StepFind, Cites: []truce.RecordID{"r-obs1", "r-obs2"}, Text: "craters",
		Finding: &record.Finding{Occurrence: truce.OccurrenceConfirmed, Standard: "clear-and-convincing", Confidence: "high", Severity: "serious"}}
	attributes = record.Step{Step: truce.StepAttribute, Cites: []truce.RecordID{"r-obs2"},
		Attribution: &record.Attribution{Result: truce.AttributionParty, By: []truce.ActorID{"third-brigade"}, Standard: "balance-of-probabilities", Confidence: "medium"}}
	shares    = record.Step{Step: truce.StepShare}
	responds  = record.Step{Step: truce.StepRespond, Text: "it was return fire"}
	submits   = record.Step{Step: truce.StepSubmit}
	publishes = record.Step{Step: truce.StepPublish, Tier: truce.TierPublic}
	remedies  = record.Step{Step: truce.StepRemedy, Text: "the battery was withdrawn"}
	closes    = record.Step{Step: truce.StepClose, Text: "done"}
)

func signs(n int) record.Step { return record.Step{Step: truce.StepSign, Of: n} }
func dissents(n int) record.Step {
	return record.Step{Step: truce.StepDissent, Of: n, Text: "we do not share it"}
}

// toFinding brings a case to a confirmed finding, which its seventh step makes.
func (l *life) toFinding() {
	l.t.Helper()
	l.must(south, opens)
	l.must(room, registers)
	l.must(room, notifies)
	l.must(room, assesses)
	l.must(room, tasks)
	l.must(patrol, verifies)
	l.must(room, finds)
}

// toSignOff brings it on to the signatories.
func (l *life) toSignOff() {
	l.t.Helper()
	l.toFinding()
	l.must(room, attributes)
	l.must(room, shares)
	l.must(north, responds)
	l.must(river, responds)
	l.must(room, submits)
}

func TestWholeLife(t *testing.T) {
	l := begin(t)
	l.toSignOff()
	l.must(river, signs(7))
	l.refused("not-settled", room, publishes)
	l.must(hill, signs(7))
	l.must(room, publishes)
	l.must(north, remedies)
	l.must(room, closes)
	l.is(truce.CaseClosed)
	c, _ := l.book.Case(id)
	f := c.Standing()
	if c.Complainant != "south" || len(c.Clocks) != 0 || len(c.Silences) != 0 || f.Published != 15 || f.Tier != truce.TierPublic || len(f.Words) != 2 || f.Attribution.By[0] != "third-brigade" {
		t.Errorf("%+v", c)
	}
	l.replay()
}
