package web

import (
	"cmp"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"slices"
	"strconv"
	"time"

	"truce"
	"truce/internal/access"
	"truce/internal/door"
	"truce/internal/mechanism"
	"truce/internal/style"
)

func aboutDaily(s *server) {
	s.get("reports", "/reports", access.KindReport, s.dailies)
	s.get("new-report", "/reports/new", access.KindReport, s.dailyForm)
	s.post("issue-report", "/reports", access.ActIssue, access.KindReport, s.issueDaily)
	s.get("daily", "/reports/{id}", access.KindReport, s.daily)
	s.get("daily-json", "/reports/{id}/report.json", access.KindReport, s.dailyJSON)
	s.get("daily-csv", "/reports/{id}/incidents.csv", access.KindReport, s.dailyCSV)
	s.get("flash", "/flash/{id}", access.KindObservation, s.flash)
}

func (s *server) dailies(q *request) error {
	page, err := s.m.Dailies(q.ctx, q.Viewer, q.query("cursor"), 0)
	if err != nil {
		return err
	}
	return q.show("reports", page)
}

// dailyFormView is a report before it is issued.
type dailyFormView struct {
	Draft    mechanism.Daily
	Sections []dailySection
	Tiers    []string
	Day      string
	Of       string // the report that is corrected
	Was      *mechanism.DailyReport
}

// dailySection is a part of a report with what the duty officer wrote to it.
type dailySection struct{ ID, Text string }

// harmed are the incidents in which somebody was killed or hurt.
func harmed(list []mechanism.DailyEvent) []mechanism.DailyEvent {
	return slices.DeleteFunc(slices.Clone(list), func(x mechanism.DailyEvent) bool {
		return (x.Deaths == nil || x.Deaths.High == 0) && (x.Injured == nil || x.Injured.High == 0)
	})
}

// tierOf reads the tier of a report; the mechanism's own where none is named.
func tierOf(word string) (truce.Tier, error) {
	if word == "" {
		return truce.TierMechanism, nil
	}
	if t, ok := truce.ParseTier(word); ok && t != truce.TierUnclassified {
		return t, nil
	}
	return 0, door.Bad("tier", "mechanism, participants or public")
}

// reportEnd reads up to when a report goes: to the end of the reporting day that holds the noon of a day, or to a moment.
func (s *server) reportEnd(q *request, word string) (truce.Instant, error) {
	if word == "" {
		return q.Now, nil
	}
	if t, err := time.Parse(time.RFC3339Nano, word); err == nil {
		return truce.InstantOf(t), nil
	}
	t, err := time.Parse("2006-01-02", word)
	if err != nil {
		return 0, door.Bad("day", "a day is written as 2017-11-30")
	}
	at := truce.InstantOf(t.Add(12 * time.Hour))
	if a, ok := s.m.Current(); ok {
		at = a.Plan.Agreement.Clock.ReportDay(at).To
	}
	return at, nil
}

func (s *server) dailyForm(q *request) error {
	tier, err := tierOf(q.query("tier"))
	if err != nil {
		return err
	}
	at, err := s.reportEnd(q, q.query("day"))
	if err != nil {
		return err
	}
	v := dailyFormView{Tiers: []string{"mechanism", "participants", "public"}, Day: q.query("day"), Of: q.query("of")}
	texts := map[string]string{}
	if v.Of != "" {
		was, err := s.m.Daily(q.ctx, q.Viewer, truce.RecordID(v.Of))
		if err != nil {
			return err
		}
		v.Was = &was
		if tier, err = tierOf(was.Tier); err != nil {
			return err
		}
		if was.Content != nil {
			texts = was.Content.Texts
		}
		if t, err := time.Parse(time.RFC3339Nano, was.To); err == nil {
			at = truce.InstantOf(t)
		}
	}
	if v.Draft, err = s.m.DraftDaily(q.ctx, q.Viewer, at, tier, q.lang); err != nil {
		return err
	}
	for _, id := range mechanism.DailySections {
		v.Sections = append(v.Sections, dailySection{id, texts[id]})
	}
	return q.show("daily-form", v)
}

func (s *server) issueDaily(q *request) error {
	tier, err := tierOf(q.form("tier"))
	if err != nil {
		return err
	}
	at, err := s.reportEnd(q, q.form("to"))
	if err != nil {
		return err
	}
	texts := map[string]string{}
	for _, id := range mechanism.DailySections {
		texts[id] = q.form("text-" + id)
	}
	r, err := s.m.IssueDaily(q.ctx, q.Viewer, at, tier, q.lang, texts, truce.RecordID(q.form("of")))
	if err != nil {
		return err
	}
	return q.to("/reports/"+string(r.ID), "issued")
}

// dailyView is a report with its sections.
type dailyView struct {
	mechanism.DailyReport
	Sections []dailySection
}

// Text is what the duty officer wrote to a section.
func (v dailyView) Text(id string) string {
	if v.Content == nil {
		return ""
	}
	return v.Content.Texts[id]
}

func (s *server) daily(q *request) error {
	x, err := s.m.Daily(q.ctx, q.Viewer, truce.RecordID(q.r.PathValue("id")))
	if err != nil {
		return err
	}
	v := dailyView{DailyReport: x}
	for _, id := range mechanism.DailySections {
		v.Sections = append(v.Sections, dailySection{id, v.Text(id)})
	}
	return q.show("daily", v)
}

func (s *server) dailyJSON(q *request) error {
	x, err := s.m.Daily(q.ctx, q.Viewer, truce.RecordID(q.r.PathValue("id")))
	if err != nil {
		return err
	}
	e := json.NewEncoder(q.file(fmt.Sprintf("daily-report-%d.json", x.Number), "application/json"))
	e.SetIndent("", " ")
	if err := e.Encode(x); err != nil {
		q.w.err = err
	}
	return nil
}

func (s *server) dailyCSV(q *request) error {
	x, err := s.m.Daily(q.ctx, q.Viewer, truce.RecordID(q.r.PathValue("id")))
	if err != nil {
		return err
	}
	rows := [][]string{{"record", "what", "when", "area", "cell", "means", "weapon", "count", "deaths", "injured", "simulated"}}
	if x.Content != nil {
		for _, e := range x.Content.Incidents {
			cell := ""
			if c := e.Cell; c != nil {
				cell = fmt.Sprintf("%g %g %g %g", c.West, c.South, c.East, c.North)
			}
			rows = append(rows, []string{string(e.Record), e.What, e.When, safeCell(e.Area), cell, e.Means, e.Weapon, numberOf(e.Count, best), numberOf(e.Deaths, best), numberOf(e.Injured, best), strconv.FormatBool(e.Simulated)})
		}
	}
	return q.csvFile(fmt.Sprintf("daily-report-%d-incidents.csv", x.Number), rows)
}

// alert is a flash report in the Common Alerting Protocol 1.2 (OASIS, 2010).
type alert struct {
	XMLName    xml.Name `xml:"urn:oasis:names:tc:emergency:cap:1.2 alert"`
	Identifier string   `xml:"identifier"`
	Sender     string   `xml:"sender"`
	Sent       string   `xml:"sent"`
	Status     string   `xml:"status"`
	MsgType    string   `xml:"msgType"`
	Scope      string   `xml:"scope"`
	Restrict   string   `xml:"restriction,omitempty"`
	Note       string   `xml:"note,omitempty"`
	Info       capInfo  `xml:"info"`
}

type capInfo struct {
	Language  string   `xml:"language"`
	Category  string   `xml:"category"`
	Event     string   `xml:"event"`
	Urgency   string   `xml:"urgency"`
	Severity  string   `xml:"severity"`
	Certainty string   `xml:"certainty"`
	Onset     string   `xml:"onset,omitempty"`
	Headline  string   `xml:"headline"`
	Area      *capArea `xml:"area,omitempty"`
}

type capArea struct {
	Desc    string `xml:"areaDesc"`
	Polygon string `xml:"polygon,omitempty"`
	Circle  string `xml:"circle,omitempty"`
}

// capTime is how the standard writes times: with an offset, never Z.
func capTime(i truce.Instant) string {
	return i.Time().UTC().Format("2006-01-02T15:04:05") + "-00:00"
}

// certainty is how the standard says how sure a thing is, by what the mechanism has it from.
func certainty(standing string) string {
	switch standing {
	case "observed":
		return "Observed"
	case "reported":
		return "Likely"
	case "alleged":
		return "Possible"
	}
	return "Unknown"
}

// flash writes one observation as an alert, for whoever passes it on: with the place as exactly as this viewer sees it and no more.
func (s *server) flash(q *request) error {
	o, err := s.m.Observation(q.ctx, q.Viewer, truce.RecordID(q.r.PathValue("id")))
	if err != nil {
		return err
	}
	event := o.What
	if event == "" {
		event = o.Observed
	}
	a := alert{Identifier: string(o.ID), Sender: "truce", Sent: capTime(q.Now), Status: "Actual", MsgType: "Alert", Scope: "Restricted", Restrict: q.say("web.daily.flash-restriction", truce.Str(style.Is(q.p(), "tier", o.Tier))),
		Info: capInfo{Language: q.lang, Category: "Security", Event: event, Urgency: "Past", Severity: "Unknown", Certainty: "Unknown", Headline: q.p().Word(event)}}
	if s.Origin != "" {
		a.Sender = s.Origin
	}
	if o.Tier == truce.TierPublic.String() {
		a.Scope, a.Restrict = "Public", ""
	}
	if o.Simulated {
		a.Status, a.Note = "Exercise", q.say("report.label.simulated")
	}
	if o.Source != nil {
		a.Info.Certainty = certainty(o.Source.Standing)
	}
	if t, err := time.Parse(time.RFC3339Nano, o.From); err == nil {
		a.Info.Onset = capTime(truce.InstantOf(t))
	}
	area := capArea{}
	if o.Area != "" {
		area.Desc = q.s.looks[q.lang].place(o.Area)
	}
	if lat, lon, metres, ok := centre(&o); ok {
		area.Circle, area.Desc = fmt.Sprintf("%g,%g %g", lat, lon, metres/1000), cmp.Or(area.Desc, o.Place.MGRS)
	} else if c := o.Cell; c != nil {
		area.Desc = cmp.Or(area.Desc, q.say("web.case.cell", truce.Str(fmt.Sprintf("%.1f–%.1f", c.South, c.North)), truce.Str(fmt.Sprintf("%.1f–%.1f", c.West, c.East))))
		area.Polygon = fmt.Sprintf("%g,%g %g,%g %g,%g %g,%g %g,%g", c.South, c.West, c.South, c.East, c.North, c.East, c.North, c.West, c.South, c.West)
	}
	if area.Desc != "" {
		a.Info.Area = &area
	}
	w := q.file("flash-"+string(o.ID)+".xml", "application/cap+xml")
	if _, err := fmt.Fprint(w, xml.Header); err != nil {
		q.w.err = err
		return nil
	}
	e := xml.NewEncoder(w)
	e.Indent("", " ")
	if err := e.Encode(a); err != nil {
		q.w.err = err
	}
	return nil
}
