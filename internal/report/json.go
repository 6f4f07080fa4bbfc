package report

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"truce"
	"truce/assess"
	"truce/internal/lang"
	"truce/internal/replay"
)

// JSONFormat is the version of the lines that WriteJSON writes. It goes up when a reader of the old ones would misread the new.
const JSONFormat = 1

// WriteJSON writes a replay as JSON lines: one that says what was replayed, one for each account of the first plan, one for
// each difference of a further plan, and one for each rejected row that was kept. With why, each outcome carries the tree of
// its reasons. The fields and their order are those of docs/reference/replay-json.md; the bytes are the same on every
// processor.
func WriteJSON(w io.Writer, r *replay.Replay, why bool) error {
	out := bufio.NewWriter(w)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	j := &lines{enc: enc, Printer: lang.For("en").With(r.Base().Plan.Agreement), labels: labels(r)}
	j.put(j.replay(r))
	base := r.Base()
	for i := range base.Result.Accounts {
		a := &base.Result.Accounts[i]
		line := accountLine{Line: "account", Rule: a.Rule, Article: a.Article, Subject: j.subject(a.Subject), Standing: standing(a).String(), Turns: a.Turns}
		line.Simulated, line.Moved = j.labels.of(a.Subject)
		if by := a.Attribution; len(by.By) > 0 || by.Known != truce.Unknown {
			line.Attribution = &attributionJSON{By: by.By, Known: by.Known.String(), Answering: by.Answering}
		}
		for n := range a.Outcomes {
			o := j.outcome(&a.Outcomes[n])
			if why {
				for _, x := range base.Result.Explain(*a, n).Reasons {
					o.Why = append(o.Why, j.reason(x))
				}
			}
			line.Outcomes = append(line.Outcomes, o)
		}
		j.put(line)
	}
	for _, v := range r.Variants[1:] {
		for _, d := range replay.Compare(base, v) {
			line := differenceLine{Line: "difference", Plan: v.Name, Rule: d.Rule, Subject: j.subject(d.Subject), Before: standingOf(d.Before).String(), After: standingOf(d.After).String(), BeforeTurns: d.Before.TurnsOn(), AfterTurns: d.After.TurnsOn()}
			line.Simulated, line.Moved = j.labels.of(d.Subject)
			j.put(line)
		}
	}
	for _, p := range r.Rejects {
		j.put(rejectedLine{Line: "rejected", File: p.File, Row: p.Line, Field: p.Field, Code: p.Code, Message: p.Message, Hint: p.Hint})
	}
	if j.err != nil {
		return j.err
	}
	return out.Flush()
}

type lines struct {
	enc *json.Encoder
	*lang.Printer
	labels origins
	err    error
}

// put writes one line; after a fault it does nothing.
func (j *lines) put(v any) {
	if j.err == nil {
		j.err = j.enc.Encode(v)
	}
}

type replayLine struct {
	Line       string            `json:"line"`
	Format     int               `json:"format"`
	Agreement  truce.AgreementID `json:"agreement"`
	Version    truce.VersionID   `json:"version"`
	Status     truce.Status      `json:"status,omitempty"`
	Plan       string            `json:"plan"`
	Evaluation int               `json:"evaluation"`
	Zone       string            `json:"zone,omitempty"`
	At         string            `json:"at,omitempty"`
	KnownAt    string            `json:"known_at,omitempty"`
	From       string            `json:"from,omitempty"`
	To         string            `json:"to,omitempty"`
	Later      int               `json:"left_out"`
	Simulated  int               `json:"simulated"`
	Moved      int               `json:"moved"`
	Drawn      []truce.PlaceID   `json:"illustrative,omitempty"`
	Inputs     []inputJSON       `json:"inputs"`
	Others     []variantJSON     `json:"compared,omitempty"`
	Accounts   int               `json:"accounts"`
	Unjudged   []unjudgedJSON    `json:"unjudged,omitempty"`
	MoreReject int               `json:"rejects_not_listed,omitempty"`
}

type inputJSON struct {
	Name         string     `json:"name"`
	Format       string     `json:"format"`
	Encoding     string     `json:"encoding,omitempty"`
	Bytes        int64      `json:"bytes"`
	SHA256       string     `json:"sha256"`
	Rows         int        `json:"rows"`
	Observations int        `json:"observations"`
	Positions    int        `json:"positions"`
	Repeated     int        `json:"repeated"`
	Rejected     int        `json:"rejected"`
	Codes        []codeJSON `json:"codes,omitempty"`
	From         string     `json:"from,omitempty"`
	To           string     `json:"to,omitempty"`
	Notes        []string   `json:"notes,omitempty"`
}

type codeJSON struct {
	Code string `json:"code"`
	Rows int    `json:"rows"`
}

type variantJSON struct {
	Name      string            `json:"name"`
	Agreement truce.AgreementID `json:"agreement"`
	Version   truce.VersionID   `json:"version"`
	Plan      string            `json:"plan"`
}

type unjudgedJSON struct {
	Kind  string `json:"kind"`
	Count int    `json:"count"`
}

type accountLine struct {
	Line        string           `json:"line"`
	Rule        truce.RuleID     `json:"rule"`
	Article     truce.ArticleID  `json:"article"`
	Subject     subjectJSON      `json:"subject"`
	Simulated   bool             `json:"simulated,omitempty"`
	Moved       bool             `json:"moved,omitempty"`
	Standing    string           `json:"standing"`
	Turns       []truce.TermID   `json:"turns,omitempty"`
	Attribution *attributionJSON `json:"attribution,omitempty"`
	Outcomes    []outcomeJSON    `json:"outcomes"`
}

type subjectJSON struct {
	Kind    string                `json:"kind"`
	Records []truce.ObservationID `json:"records,omitempty"`
	Count   int                   `json:"count"`
	Unit    string                `json:"unit,omitempty"`
	Actor   truce.ActorID         `json:"actor,omitempty"`
	Place   truce.PlaceID         `json:"place,omitempty"`
	From    string                `json:"from,omitempty"`
	To      string                `json:"to,omitempty"`
	At      *positionJSON         `json:"at,omitempty"`
}

type positionJSON struct {
	Lon   json.Number `json:"lon"`
	Lat   json.Number `json:"lat"`
	Error json.Number `json:"error_m"`
}

type attributionJSON struct {
	By        []truce.ActorID `json:"by,omitempty"`
	Known     string          `json:"known"`
	Answering []truce.ActorID `json:"answering,omitempty"`
}

type outcomeJSON struct {
	Readings    []choiceJSON `json:"readings,omitempty"`
	Result      string       `json:"result"`
	Possible    []string     `json:"possible,omitempty"`
	Metres      json.Number  `json:"margin_m,omitempty"`
	Seconds     json.Number  `json:"margin_s,omitempty"`
	Count       *int64       `json:"margin_count,omitempty"`
	Probability json.Number  `json:"probability,omitempty"`
	Missing     []phraseJSON `json:"missing,omitempty"`
	Why         []reasonJSON `json:"why,omitempty"`
}

type choiceJSON struct {
	Term    truce.TermID    `json:"term"`
	Reading truce.ReadingID `json:"reading"`
}

type phraseJSON struct {
	ID   string   `json:"id"`
	Args []string `json:"args,omitempty"`
	Text string   `json:"text"`
}

type reasonJSON struct {
	ID      string                `json:"id,omitempty"`
	Args    []string              `json:"args,omitempty"`
	Text    string                `json:"text,omitempty"`
	Truth   string                `json:"truth"`
	Settles bool                  `json:"settles,omitempty"`
	From    []truce.SourceID      `json:"from,omitempty"`
	Records []truce.ObservationID `json:"records,omitempty"`
	Because []reasonJSON          `json:"because,omitempty"`
}

type differenceLine struct {
	Line      string       `json:"line"`
	Plan      string       `json:"compared"`
	Rule      truce.RuleID `json:"rule"`
	Subject   subjectJSON  `json:"subject"`
	Simulated bool         `json:"simulated,omitempty"`
	Moved     bool         `json:"moved,omitempty"`
	Before    string       `json:"before"`
	After     string       `json:"after"`
	// The terms it turned on, and turns on.
	BeforeTurns []truce.TermID `json:"before_turns,omitempty"`
	AfterTurns  []truce.TermID `json:"after_turns,omitempty"`
}

type rejectedLine struct {
	Line    string `json:"line"`
	File    string `json:"file"`
	Row     int    `json:"row,omitempty"`
	Field   string `json:"field,omitempty"`
	Code    string `json:"code"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
}

func (j *lines) replay(r *replay.Replay) replayLine {
	base := r.Base()
	a := base.Plan.Agreement
	l := replayLine{Line: "replay", Format: JSONFormat, Agreement: a.ID, Version: a.Version, Status: a.Status, Plan: base.Plan.Hash.String(),
		Evaluation: assess.Version, Zone: a.Clock.Zone, At: instant(r.At), KnownAt: instant(r.KnownAt), From: instant(r.Period.From), To: instant(r.Period.To),
		Later: r.Later, Accounts: len(base.Result.Accounts), Inputs: []inputJSON{}, MoreReject: r.MoreRejects}
	for _, o := range r.Observations {
		if o.Simulated {
			l.Simulated++
		}
		if o.Moved {
			l.Moved++
		}
	}
	for _, u := range r.Units {
		if u.Simulated {
			l.Simulated++
		}
		if u.Moved {
			l.Moved++
		}
	}
	for _, f := range a.Places {
		if f.Illustrative {
			l.Drawn = append(l.Drawn, f.ID)
		}
	}
	for _, in := range r.Inputs {
		x := inputJSON{Name: in.Name, Format: in.Format, Encoding: in.Encoding, Bytes: in.Bytes, SHA256: in.SHA256.String(), Rows: in.Rows,
			Observations: in.Observations, Positions: in.Fixes, Repeated: in.Duplicates, Rejected: in.Rejected, From: instant(in.Earliest), To: instant(in.Latest), Notes: in.Notes}
		for _, c := range in.Codes {
			x.Codes = append(x.Codes, codeJSON{c.Code, c.Rows})
		}
		l.Inputs = append(l.Inputs, x)
	}
	for _, v := range r.Variants[1:] {
		l.Others = append(l.Others, variantJSON{v.Name, v.Plan.Agreement.ID, v.Plan.Agreement.Version, v.Plan.Hash.String()})
	}
	for _, u := range base.Result.Unjudged {
		l.Unjudged = append(l.Unjudged, unjudgedJSON{u.Kind.String(), u.Count})
	}
	return l
}

// instant writes a time in UTC; nothing where nobody stated it.
func instant(i truce.Instant) string {
	if !i.Stated() {
		return ""
	}
	return i.String()
}

func (j *lines) subject(s truce.Subject) subjectJSON {
	x := subjectJSON{Kind: s.Kind, Records: s.Records, Count: s.Count, Unit: s.Unit, Actor: s.Actor, Place: s.Place, From: instant(s.When.From), To: instant(s.When.To)}
	if s.At != (truce.Position{}) {
		x.At = &positionJSON{Lon: json.Number(s.At.Lon.String()), Lat: json.Number(s.At.Lat.String()), Error: json.Number(strconv.FormatFloat(float64(s.Error), 'f', -1, 64))}
	}
	return x
}

func (j *lines) outcome(o *truce.Outcome) outcomeJSON {
	x := outcomeJSON{Result: o.Result.String()}
	for _, c := range o.Readings {
		x.Readings = append(x.Readings, choiceJSON{c.Term, c.Reading})
	}
	if _, only := o.Possible.Only(); !only {
		for _, r := range o.Possible.Results() {
			x.Possible = append(x.Possible, r.String())
		}
	}
	if o.Margin.HasMetres {
		x.Metres = json.Number(o.Margin.Metres.String())
	}
	if o.Margin.HasTime {
		x.Seconds = seconds(o.Margin.Time)
	}
	if o.Margin.HasCount {
		x.Count = &o.Margin.Count
	}
	if o.Permille >= 0 {
		x.Probability = json.Number(strconv.FormatFloat(float64(o.Permille)/1000, 'f', -1, 64))
	}
	for _, p := range o.Missing {
		x.Missing = append(x.Missing, j.phrase(p))
	}
	return x
}

// seconds writes a length of time in seconds, exactly.
func seconds(d time.Duration) json.Number {
	ms := d.Milliseconds()
	sign := ""
	if ms < 0 {
		sign, ms = "-", -ms
	}
	s := sign + strconv.FormatInt(ms/1000, 10)
	if r := ms % 1000; r != 0 {
		s += "." + strings.TrimRight(fmt.Sprintf("%03d", r), "0")
	}
	return json.Number(s)
}

func args(p truce.Phrase) []string {
	var out []string
	for _, a := range p.Args {
		out = append(out, a.String())
	}
	return out
}

func (j *lines) phrase(p truce.Phrase) phraseJSON {
	return phraseJSON{ID: p.ID, Args: args(p), Text: j.Say(p)}
}

func (j *lines) reason(r truce.Reason) reasonJSON {
	x := reasonJSON{ID: r.Phrase.ID, Args: args(r.Phrase), Truth: r.Truth.String(), Settles: r.Settles, From: r.From, Records: r.Records}
	if r.Phrase.ID != "" {
		x.Text = j.Say(r.Phrase)
	}
	for _, k := range r.Children {
		x.Because = append(x.Because, j.reason(k))
	}
	return x
}

// origins knows which records and units are labelled: simulated, moved.
type origins struct {
	records map[truce.ObservationID][2]bool
	units   map[string][2]bool
}

func labels(r *replay.Replay) origins {
	l := origins{map[truce.ObservationID][2]bool{}, map[string][2]bool{}}
	for _, o := range r.Observations {
		if o.Simulated || o.Moved {
			l.records[o.ID] = [2]bool{o.Simulated, o.Moved}
		}
	}
	for _, u := range r.Units {
		if u.Simulated || u.Moved {
			l.units[u.Unit] = [2]bool{u.Simulated, u.Moved}
		}
	}
	return l
}

func (l origins) of(s truce.Subject) (simulated, moved bool) {
	add := func(x [2]bool) { simulated, moved = simulated || x[0], moved || x[1] }
	for _, id := range s.Records {
		add(l.records[id])
	}
	if s.Kind == "episode" {
		add(l.units[s.Unit])
	}
	return simulated, moved
}
