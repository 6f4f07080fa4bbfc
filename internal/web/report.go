package web

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"truce"
	"truce/geo"
	"truce/internal/access"
	"truce/internal/mechanism"
	"truce/internal/seal"
	"truce/internal/style"
)

// Limits of the form for reports. See docs/limits.md.
const (
	// MaxReportForm is how many bytes the form brings with its pictures, where no script sends them piece by piece; MaxReportFiles how many pictures.
	MaxReportForm  = 24 << 20
	MaxReportFiles = 6
	// reportRows is how many rows for actors and for equipment stand in the form; a script adds more, up to maxReportRows.
	reportRows    = 3
	maxReportRows = 40
	// maxCorners is how many corners an area of the form has.
	maxCorners = 500
)

func aboutReports(s *server) {
	s.get("report-form", "/report", access.KindObservation, func(q *request) error { return s.reportForm(q, false) })
	s.get("report-blank", "/report/blank", access.KindObservation, func(q *request) error { return s.reportForm(q, true) })
	s.get("receipt", "/report/{id}", access.KindObservation, s.receipt)
	s.declare(route{id: "report-check", method: http.MethodPost, path: "/report/check", act: access.ActReport, kind: access.KindObservation, body: MaxReportForm}, s.checkReport)
	s.declare(route{id: "report-send", method: http.MethodPost, path: "/report", act: access.ActReport, kind: access.KindObservation, body: MaxReportForm}, s.sendReport)
}

// reportView is the form for a report.
type reportView struct {
	t *typed
	// Draft is the id of this report: sent again, it is the same one.
	Draft   string
	Blank   bool // the form without anything of the person, which a browser keeps for when there is no link
	Parts   []partRow
	Arms    []armRow
	Zones   []Option
	Judged  *mechanism.Judged
	Problem string
	Places  []Option
	Words   words
}

// words are the lists that the form offers.
type words struct {
	Observed, Incidents, Actors, Roles, Categories, Means, Standings, Ended []Option
}

// partRow and armRow are rows of the form.
type partRow struct {
	N          int
	Name, Role string
}
type armRow struct {
	N                        int
	Category, Calibre, Count string
}

// Value, On and Bad give what was typed in a field, whether it was chosen, and what is wrong with it.
func (v *reportView) Value(name string) string { return v.t.values.Get(name) }
func (v *reportView) On(name, value string) bool {
	if list, there := v.t.values[name]; there {
		return slices.Contains(list, value)
	}
	return value == reportDefaults[name]
}
func (v *reportView) Bad(name string) string { return v.t.problems[name] }
func (v *reportView) Bads() int              { return len(v.t.problems) }

// reportDefaults are the choices of an empty form.
var reportDefaults = map[string]string{"observed": "incident", "place": "point", "zone": "local", "standing": "observed", "means": "seen"}

func (s *server) reportForm(q *request, blank bool) error {
	if blank {
		q.Viewer = access.Viewer{Now: q.Now} // what a browser keeps names nobody
	} else if !q.offers(access.ActReport) {
		return q.noRight()
	}
	v, err := s.reportView(q, &typed{values: map[string][]string{}})
	if err != nil {
		return err
	}
	v.Blank = blank
	return q.show("report", v)
}

// noRight is the answer to whoever's office does not do this.
func (q *request) noRight() error {
	return &truce.Error{Op: "web", Kind: truce.Denied, Reason: "your office does not do this", Cause: mechanism.Refusal(access.CodeNoRight)}
}

func (s *server) reportView(q *request, t *typed) (*reportView, error) {
	v := &reportView{t: t, Draft: t.values.Get("draft")}
	if !isDraft(v.Draft) {
		var b [16]byte
		if _, err := io.ReadFull(s.Random, b[:]); err != nil {
			return nil, err
		}
		v.Draft = "form-" + seal.Text(b[:], 20)
	}
	a, p := s.agreementOf(""), q.p()
	for n := range max(reportRows, rowsOf(t.values, "name")) {
		i := strconv.Itoa(n)
		v.Parts = append(v.Parts, partRow{n, t.values.Get("name-" + i), t.values.Get("role-" + i)})
	}
	for n := range max(1, rowsOf(t.values, "category")) {
		i := strconv.Itoa(n)
		v.Arms = append(v.Arms, armRow{n, t.values.Get("category-" + i), t.values.Get("calibre-" + i), t.values.Get("number-" + i)})
	}
	list := func(list string, words []string) (out []Option) {
		for _, w := range words {
			out = append(out, Option{Value: w, Name: style.Is(p, list, w)})
		}
		return out
	}
	v.Words = words{Observed: list("observation", slices.DeleteFunc(truce.ObservationKinds(), func(w string) bool { return w == truce.KindFinding.String() })),
		Roles: list("role", truce.Roles()), Means: list("means", truce.MeansWords()), Standings: list("standing", truce.StandingWords()), Ended: list("ended", truce.EndedWords())}
	for _, w := range a.kinds.Words() {
		depth := 0
		for up := a.kinds.Parent(w); up != ""; up = a.kinds.Parent(up) {
			depth++
		}
		v.Words.Incidents = append(v.Words.Incidents, Option{Value: w, Name: strings.Repeat("\u2003", depth) + p.Word(w)})
	}
	if now, ok := s.m.Current(); ok {
		for _, w := range now.Plan.Equipment.Words() {
			v.Words.Categories = append(v.Words.Categories, Option{Value: w, Name: p.Word(w)})
		}
	}
	for _, x := range a.Actors {
		v.Words.Actors = append(v.Words.Actors, Option{Value: string(x.ID), Name: p.Actor(x.ID)})
	}
	for _, x := range a.Places {
		v.Places = append(v.Places, Option{Value: string(x.ID), Name: p.Place(x.ID)})
	}
	byName := func(x, y Option) int { return strings.Compare(x.Name, y.Name) }
	slices.SortFunc(v.Words.Actors, byName)
	slices.SortFunc(v.Places, byName)
	v.Zones = []Option{{Value: "local", Name: q.say("web.report.zone-local", truce.Str(a.Clock.Zone), truce.Str(p.Offset(q.Now)))}, {Value: "utc", Name: "UTC"}}
	return v, nil
}

// rowsOf counts the rows of a form, by the name of their first field.
func rowsOf(form map[string][]string, name string) int {
	n := 0
	for n < maxReportRows {
		if _, there := form[name+"-"+strconv.Itoa(n)]; !there {
			break
		}
		n++
	}
	return n
}

// isDraft reports whether a text is an id that a form was given.
func isDraft(s string) bool {
	rest, ok := strings.CutPrefix(s, "form-")
	return ok && len(rest) >= 8 && len(rest) <= 60 && strings.Trim(rest, "0123456789abcdefghijklmnopqrstuvwxyz-") == ""
}

// observationOf reads the form. Every problem is noted at its field; what cannot be read is left out of the observation.
func (q *request) observationOf(t *typed, clock truce.Clock, kinds truce.Taxonomy) *truce.Observation {
	get := func(name string) string { return strings.TrimSpace(t.values.Get(name)) }
	o := &truce.Observation{ID: truce.ObservationID(get("draft")), Note: get("note"), Lasted: get("lasted") != "", Complete: get("complete") != "", Simulated: get("simulated") != ""}
	if !isDraft(string(o.ID)) {
		t.bad("draft", q.say("web.report.bad-draft"))
	}
	kind, ok := truce.ParseObservationKind(get("observed"))
	if !ok {
		t.bad("observed", q.say("web.form.choose"))
	}
	o.Kind = kind
	if o.What = get("act"); kind == truce.KindIncident {
		if o.What = get("what"); o.What == "" {
			t.bad("what", q.say("web.report.no-kind"))
		} else if !kinds.Has(o.What) {
			t.bad("what", q.say("web.form.choose"))
		}
	}
	q.timeOf(o, t, clock)
	q.placeOf(o, t)
	for n := range rowsOf(t.values, "name") {
		i := strconv.Itoa(n)
		name, role := get("name-"+i), get("role-"+i)
		if name == "" {
			if role != "" {
				t.bad("name-"+i, q.say("web.report.no-actor"))
			}
			continue
		}
		part := truce.Part{Name: name}
		if part.Role, ok = truce.ParseRole(role); role != "" && !ok {
			t.bad("role-"+i, q.say("web.form.choose"))
		}
		o.Parts = append(o.Parts, part)
	}
	for n := range rowsOf(t.values, "category") {
		i := strconv.Itoa(n)
		e := truce.Equipment{Category: get("category-" + i)}
		if e.Category == "" {
			if get("calibre-"+i) != "" || get("number-"+i) != "" {
				t.bad("category-"+i, q.say("web.form.choose"))
			}
			continue
		}
		if w := get("calibre-" + i); w != "" {
			mm, ok := whole(w)
			if !ok || mm < 1 || mm > 5000 {
				t.bad("calibre-"+i, q.say("web.report.bad-number"))
			}
			e.CalibreMM = int32(mm)
		}
		if w := get("number-" + i); w != "" {
			many, ok := whole(w)
			if !ok {
				t.bad("number-"+i, q.say("web.report.bad-number"))
			}
			e.Count = truce.Exactly(many)
		}
		o.Equipment = append(o.Equipment, e)
	}
	for _, c := range []struct {
		name string
		into *truce.Number
	}{{"count", &o.Count}, {"deaths", &o.Deaths}, {"injured", &o.Injured}, {"civilians", &o.Civilians}} {
		*c.into = q.countOf(t, c.name)
	}
	if w := get("result"); w != "" {
		if o.Result, ok = truce.ParseEnded(w); !ok {
			t.bad("result", q.say("web.form.choose"))
		}
	}
	o.Source = truce.Source{ID: get("source"), Reference: get("reference")}
	if w := get("means"); w != "" {
		if o.Source.Means, ok = truce.ParseMeans(w); !ok {
			t.bad("means", q.say("web.form.choose"))
		}
	}
	if w := get("standing"); w != "" {
		if o.Source.Standing, ok = truce.ParseStanding(w); !ok {
			t.bad("standing", q.say("web.form.choose"))
		}
	}
	return o
}

// whole reads a number of things: digits of any script, no sign.
func whole(s string) (int64, bool) {
	n, err := strconv.ParseInt(digits(s), 10, 64)
	return n, err == nil && n >= 0 && n <= 1_000_000_000
}

// digits writes the digits of Arabic script as those the program reads.
func digits(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '٠' && r <= '٩':
			return '0' + r - '٠'
		case r >= '۰' && r <= '۹':
			return '0' + r - '۰'
		case r == '٫':
			return '.'
		}
		return r
	}, strings.TrimSpace(s))
}

// countOf reads a number that may be known only between bounds.
func (q *request) countOf(t *typed, name string) truce.Number {
	var n truce.Number
	var has [3]bool
	for i, part := range []struct {
		suffix string
		into   *int64
	}{{"-low", &n.Low}, {"", &n.Best}, {"-high", &n.High}} {
		w := strings.TrimSpace(t.values.Get(name + part.suffix))
		if w == "" {
			continue
		}
		x, ok := whole(w)
		if !ok {
			t.bad(name, q.say("web.report.bad-number"))
			return truce.Number{}
		}
		*part.into, has[i] = x, true
	}
	if has == [3]bool{} {
		return truce.Number{}
	}
	if !has[1] { // bounds without a best guess: the guess is one of them
		if n.Best = n.Low; !has[0] {
			n.Best = n.High
		}
	}
	if !has[0] {
		n.Low = n.Best
	}
	if !has[2] {
		n.High = n.Best
	}
	if n.Low > n.Best || n.Best > n.High {
		t.bad(name, q.say("web.report.bad-bounds"))
		return truce.Number{}
	}
	n.Stated = true
	return n
}

// timeOf reads the time: a moment, or not before the one and not after the other. The clock is said.
func (q *request) timeOf(o *truce.Observation, t *typed, clock truce.Clock) {
	if t.values.Get("zone") == "utc" {
		clock = truce.Clock{}
	}
	read := func(name string) (i truce.Instant, there bool) {
		text := digits(t.values.Get(name))
		if text == "" {
			return 0, false
		}
		for _, layout := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02 15:04:05"} {
			at, err := time.Parse(layout, text)
			if err != nil {
				continue
			}
			i, fault := clock.Instant(truce.Wall{Year: at.Year(), Month: int(at.Month()), Day: at.Day(), Hour: at.Hour(), Minute: at.Minute(), Second: at.Second()})
			switch fault {
			case truce.ClockFine:
				return i, true
			case truce.ClockGap, truce.ClockTwice:
				t.bad(name, q.say("web.report.clock-changed"))
			default:
				t.bad(name, q.say("web.report.bad-time"))
			}
			return 0, true
		}
		t.bad(name, q.say("web.report.bad-time"))
		return 0, true
	}
	from, begins := read("from")
	to, ends := read("to")
	switch {
	case !begins && !ends:
		t.bad("from", q.say("web.report.no-time"))
	case !begins:
		t.bad("from", q.say("web.report.no-begin"))
	case !ends:
		to = from
	}
	if from.Stated() && to.Stated() {
		if to < from {
			t.bad("to", q.say("web.report.ends-first"))
		} else if from > q.Now {
			t.bad("from", q.say("web.report.not-yet"))
		}
		o.When = truce.Span{From: from, To: to}
	}
}

// placeOf reads the place: coordinates with how well they are known, a name of the agreement, an area by its corners, or none.
func (q *request) placeOf(o *truce.Observation, t *typed) {
	get := func(name string) string { return digits(t.values.Get(name)) }
	switch t.values.Get("place") {
	case "point", "":
		text, within := get("at"), get("error")
		if text == "" {
			t.bad("at", q.say("web.report.no-place"))
			return
		}
		c, err := geo.ParseCoordinates(text)
		if err != nil {
			t.bad("at", q.say("web.report.bad-place"))
			return
		}
		radius, err := strconv.ParseFloat(strings.ReplaceAll(within, ",", "."), 64)
		switch {
		case within == "":
			t.bad("error", q.say("web.report.no-error"))
		case err != nil || radius < 0 || radius > 500_000:
			t.bad("error", q.say("web.report.bad-error"))
		case c.At == (truce.Position{}):
			t.bad("at", q.say("web.report.bad-place"))
		case c.Error > truce.Metres(radius)+1: // the way of writing leaves more open than its author says
			t.bad("error", q.say("web.report.too-exact", truce.MetresArg(truce.Tenths(c.Error*10))))
		default:
			o.Where = truce.Place{Kind: truce.PlacePoint, At: c.At, Error: truce.Metres(radius)}
		}
	case "named":
		name := strings.TrimSpace(t.values.Get("named"))
		if name == "" {
			t.bad("named", q.say("web.report.no-name"))
			return
		}
		o.Where = truce.Place{Kind: truce.PlaceNamed, Name: name}
	case "area":
		var ring []truce.Position
		for n, line := range strings.Split(get("corners"), "\n") {
			if line = strings.TrimSpace(line); line == "" {
				continue
			}
			c, err := geo.ParseCoordinates(line)
			if err != nil {
				t.bad("corners", q.say("web.report.bad-corner", truce.NumArg(int64(n+1))))
				return
			}
			ring = append(ring, c.At)
		}
		if len(ring) > 1 && ring[0] == ring[len(ring)-1] {
			ring = ring[:len(ring)-1]
		}
		if len(ring) < 3 || len(ring) > maxCorners || len(geo.CheckRing(ring)) > 0 {
			t.bad("corners", q.say("web.report.bad-area"))
			return
		}
		o.Where = truce.Place{Kind: truce.PlaceArea, Path: ring}
	case "none":
	default:
		t.bad("place", q.say("web.form.choose"))
	}
}

// readReport reads the form that was sent. files are the pictures in it, where no script sends them piece by piece.
func (s *server) readReport(q *request) (*truce.Observation, *typed, []*multipart.FileHeader, error) {
	err := q.r.ParseMultipartForm(4 << 20)
	if errors.Is(err, http.ErrNotMultipart) {
		err = q.r.ParseForm()
	}
	if err != nil {
		return nil, nil, nil, err
	}
	var files []*multipart.FileHeader
	if q.r.MultipartForm != nil {
		for _, f := range q.r.MultipartForm.File["pictures"] {
			if f.Size > 0 {
				files = append(files, f)
			}
		}
	}
	t := &typed{values: q.r.PostForm}
	a := s.agreementOf("")
	o := q.observationOf(t, a.Clock, a.kinds)
	if len(files) > MaxReportFiles {
		t.bad("pictures", q.say("web.report.too-many-files", truce.NumArg(MaxReportFiles)))
	}
	return o, t, files, nil
}

// checkReport says how the report would be judged, and what is wrong with it.
func (s *server) checkReport(q *request) error {
	if !q.offers(access.ActReport) {
		return q.noRight()
	}
	o, t, _, err := s.readReport(q)
	if err != nil {
		return err
	}
	v, err := s.reportView(q, t)
	if err != nil {
		return err
	}
	if len(t.problems) == 0 {
		judged, err := s.m.Judge(q.ctx, q.Viewer, o, q.lang)
		if err != nil {
			return err
		}
		s.misread(q, t, judged.Problems)
		v.Judged = &judged
	}
	return q.show("report", v)
}

// misread puts what the reader of files found at the fields it is about.
func (s *server) misread(q *request, t *typed, list []mechanism.Problem) {
	at := map[string]string{"time": "from", "place": "at", "parts": "name-0", "equipment": "category-0", "id": "draft", "kind": "observed", "source": "source"}
	for _, p := range list {
		field, _, _ := strings.Cut(p.Field, ".")
		if f, ok := at[field]; ok {
			field = f
		}
		t.bad(field, q.say("web.report.not-taken", truce.Str(p.Code)))
	}
}

func (s *server) sendReport(q *request) error {
	if !q.offers(access.ActReport) {
		return q.noRight()
	}
	o, t, files, err := s.readReport(q)
	if err != nil {
		return err
	}
	if len(t.problems) == 0 {
		r, problems, err := s.m.File(q.ctx, q.Viewer, o)
		if err != nil {
			return err
		}
		if len(problems) == 0 {
			return s.filed(q, o, r, files)
		}
		s.misread(q, t, problems)
	}
	v, err := s.reportView(q, t)
	if err != nil {
		return err
	}
	q.status, v.Problem = http.StatusUnprocessableEntity, q.say("web.form.problems", truce.NumArg(int64(len(t.problems))))
	return q.show("report", v)
}

// filed keeps the pictures that came with a report and leads to its receipt. The report is durable; a picture that fails can be sent again.
func (s *server) filed(q *request, o *truce.Observation, r mechanism.Receipt, files []*multipart.FileHeader) error {
	done := "report-sent"
	if r.Repeated {
		done = "report-again"
		if have, err := s.m.Pictures(q.ctx, q.Viewer, r.ID, "", MaxReportFiles); err != nil || len(have.Items) > 0 {
			files = nil // they came the first time
		}
	}
	for _, f := range files {
		if err := s.deposit(q, f, r.ID, o.Simulated); err != nil {
			q.w.err = err
			done = "report-without-pictures"
		}
	}
	return q.to("/report/"+string(r.ID), done)
}

// deposit keeps one picture of a report.
func (s *server) deposit(q *request, f *multipart.FileHeader, about truce.RecordID, simulated bool) error {
	body, err := f.Open()
	if err != nil {
		return err
	}
	defer body.Close()
	u, err := s.m.BeginUpload(q.Viewer, f.Filename, f.Size)
	if err != nil {
		return err
	}
	if _, err := s.m.AppendUpload(q.Viewer, u.ID, 0, body); err != nil {
		return err
	}
	_, err = s.m.Deposit(q.ctx, q.Viewer, u.ID, truce.Digest{}, truce.TierMechanism, []truce.RecordID{about}, "", simulated)
	return err
}

// receiptView is what somebody keeps of a report that they filed.
type receiptView struct {
	mechanism.Observation
	Evidence mechanism.Evidence
	Mine     bool // whoever reads it reported it
}

func (s *server) receipt(q *request) error {
	id := truce.RecordID(q.r.PathValue("id"))
	o, err := s.m.Observation(q.ctx, q.Viewer, id)
	if err != nil {
		return err
	}
	e, err := s.m.Evidence(q.ctx, q.Viewer, []truce.RecordID{id}, q.lang, false)
	if err != nil {
		return err
	}
	return q.show("receipt", receiptView{o, e, o.Person != "" && o.Person == q.Person})
}
