package web

import (
	"slices"
	"strings"
	"time"

	"truce"
	"truce/internal/access"
	"truce/internal/door"
	"truce/internal/mechanism"
	"truce/internal/record"
)

// Machine is how the program and its data are, for whoever keeps them running.
type Machine struct {
	Since    truce.Instant // start of the program
	Records  truce.Seq     // in the journal
	Head     truce.Digest
	Copy     bool // a second copy of the journal and the files is written before anything is acknowledged
	ReadOnly string
	Version  string
	// Memory is what the program holds, in bytes.
	Memory uint64
}

// Trace is one line of the access log: who read what is severe, and who was refused what. It holds nothing of what was read.
type Trace struct {
	At     truce.Instant
	Person truce.PersonID
	Body   truce.BodyID
	Office string
	Act    string
	Kind   string
	Thing  string
	Code   string
}

// How much of the access log a page shows. See docs/limits.md.
const (
	// MaxTraces is how many lines, MaxTraced how many of the records that somebody read at one moment are named.
	MaxTraces = 2000
	MaxTraced = 20
)

// traced is what somebody did at one moment, to one thing or to many: whoever opens a list reads all that is on it.
type traced struct {
	Trace
	Things []string
	All    int
}

type trailView struct {
	Moments []traced
	Names   names
}

// momentsOf brings lines of the log together that differ in the thing alone.
func momentsOf(list []Trace) (out []traced) {
	for _, x := range list {
		thing := x.Thing
		x.At, x.Thing = x.At-x.At%1000, ""
		if n := len(out); n == 0 || out[n-1].Trace != x {
			out = append(out, traced{Trace: x})
		}
		last := &out[len(out)-1]
		if last.All++; thing != "" && len(last.Things) < MaxTraced {
			last.Things = append(last.Things, thing)
		}
	}
	return out
}

func aboutAdmin(s *server) {
	s.get("admin", "/admin", access.KindPerson, s.admin)
	s.post("confirm", "/admin/confirm", access.ActEmpower, access.KindPerson, s.confirm)
	s.post("pause", "/admin/pause", access.ActPause, access.KindPause, s.pause)
	s.get("people", "/admin/people", access.KindPerson, s.people)
	s.post("enrol", "/admin/people", access.ActEnrol, access.KindPerson, s.enrol)
	s.post("dismiss", "/admin/people/{id}/leave", access.ActDismiss, access.KindPerson, s.dismiss)
	s.post("invite", "/admin/people/{id}/invite", access.ActEnrol, access.KindPerson, s.invite)
	s.get("devices", "/admin/devices", access.KindPerson, s.devices)
	s.post("add-token", "/admin/devices", access.ActKey, access.KindPerson, s.addToken)
	s.post("end-device", "/admin/devices/{id}/end", access.ActKey, access.KindPerson, s.endDevice)
	s.get("grants", "/admin/grants", access.KindGrant, s.grants)
	s.post("grant", "/admin/grants", access.ActGrant, access.KindGrant, s.grant)
	s.post("end-grant", "/admin/grants/{id}/end", access.ActEndGrant, access.KindGrant, s.endGrant)
	s.post("classify", "/admin/classes", access.ActNarrow, access.KindClass, s.classify)
	s.get("erasures", "/admin/erasures", access.KindErasure, s.erasures)
	s.post("erase", "/admin/erasures", access.ActErase, access.KindErasure, s.erase)
	s.get("trail", "/admin/trail", access.KindLog, s.trail)
}

// administers lists the acts that make somebody's page lead to the administration.
var administers = []access.Act{access.ActOperate, access.ActEnrol, access.ActGrant, access.ActErase, access.ActPause, access.ActEmpower}

func (q *request) administers() bool { return slices.ContainsFunc(administers, q.offers) }

// Tab is one page of the administration.
type Tab struct {
	ID, Address string
	Here        bool
}

// Tabs leads from one page of the administration to the others.
func (v *view) Tabs() []Tab {
	var out []Tab
	for _, t := range []struct {
		id, path string
		shown    bool
	}{
		{"admin", "/admin", true}, {"people", "/admin/people", v.q.signedIn()}, {"devices", "/admin/devices", v.q.signedIn()}, {"grants", "/admin/grants", v.q.offers(access.ActGrant) || v.q.Office == truce.OfficeAuditor},
		{"erasures", "/admin/erasures", true}, {"open", "/admin/open", true}, {"trail", "/admin/trail", v.q.seesTrail()},
	} {
		if t.shown {
			out = append(out, Tab{t.id, "/" + v.q.lang + t.path, v.q.route != nil && strings.HasSuffix(v.q.route.pattern, "}"+t.path)})
		}
	}
	return out
}

// names are those of people, as far as the viewer may know them.
type names map[truce.PersonID]string

func (q *request) names() names {
	out := names{}
	for _, p := range q.s.m.People(q.Viewer) {
		out[p.ID] = p.Name
	}
	return out
}

// named is a record as a page names it, and where the viewer can look at it.
type named struct {
	mechanism.Brief
	At string
}

// Record says which record is meant. Of one that the viewer may not know of there is its name alone, by which two people can speak of it.
func (v *view) Record(id truce.RecordID) (named, error) {
	found, err := v.q.s.m.Briefs(v.q.ctx, v.q.Viewer, id)
	out := named{Brief: found[id]}
	out.ID = id
	for kind, page := range map[string]string{"observation": "/report/", "outcome": "/outcomes/", "report": "/reports/", "statement": "/statements#r-", "query": "/statements#r-"} {
		if out.Kind == kind {
			out.At = "/" + v.q.lang + page + string(id)
		}
	}
	if out.At == "" && out.Case != "" {
		out.At = "/" + v.q.lang + "/cases/" + string(out.Case)
	}
	return out, err
}

// adminView is the first page of the administration: what waits for a second person, whether publication runs, how the machine is.
type adminView struct {
	Proposals []mechanism.Proposal
	Names     names
	Paused    bool
	Machine   *Machine
	Uploads   []mechanism.Upload
}

func (s *server) admin(q *request) error {
	v := adminView{Paused: s.m.Directory.Paused(), Names: q.names()}
	var err error
	if v.Proposals, err = s.m.Proposals(q.ctx, q.Viewer); err != nil {
		return err
	}
	if s.Machine != nil && q.offers(access.ActOperate) {
		m := s.Machine()
		v.Machine = &m
	}
	if q.offers(access.ActDeposit) {
		if v.Uploads, err = s.m.Uploads(q.Viewer); err != nil {
			return err
		}
	}
	return q.show("admin", v)
}

func (s *server) confirm(q *request) error {
	_, err := s.m.Confirm(q.ctx, q.Viewer, truce.RecordID(q.form("of")), q.form("reason"))
	return q.after("/admin", "confirmed", err)
}

func (s *server) pause(q *request) error {
	_, _, err := s.m.Pause(q.ctx, q.Viewer, record.Pause{Act: record.PauseAct(q.form("act")), Reason: q.form("reason")})
	return q.after("/admin", "recorded", err)
}

// after leads on once something was recorded.
func (q *request) after(path, done string, err error) error {
	if err != nil {
		return err
	}
	return q.to(path, done)
}

// peopleView is the people whom the viewer may know of.
type peopleView struct {
	People  []mechanism.Person
	Offices []string
	Bodies  []truce.BodyID
	// Code is an invitation that was just made: it is shown once.
	Code    string
	For     truce.PersonID
	Waits   bool
	Problem string
}

func (s *server) peopleView(q *request) peopleView {
	v := peopleView{People: s.m.People(q.Viewer), Offices: truce.OfficeWords()}
	if a, ok := s.m.Current(); ok {
		for _, p := range a.Plan.Agreement.Participants {
			v.Bodies = append(v.Bodies, truce.BodyID(p.Actor))
		}
	}
	for _, p := range v.People {
		if !slices.Contains(v.Bodies, p.Body) {
			v.Bodies = append(v.Bodies, p.Body)
		}
	}
	return v
}

func (s *server) people(q *request) error { return q.show("people", s.peopleView(q)) }

func (s *server) enrol(q *request) error {
	p := record.Person{Act: record.PersonAdded, Person: truce.PersonID(q.form("person")), Body: truce.BodyID(q.form("body")), Name: q.form("name"), Contact: q.form("contact"), Language: q.form("language")}
	for _, w := range q.r.PostForm["office"] {
		o, ok := truce.ParseOffice(w)
		if !ok || o == truce.OfficePublic {
			return door.Bad("office", "the offices are "+strings.Join(truce.OfficeWords(), ", "))
		}
		p.Offices = append(p.Offices, o)
	}
	_, _, err := s.m.Enrol(q.ctx, q.Viewer, p)
	return q.after("/admin/people", "recorded", err)
}

func (s *server) dismiss(q *request) error {
	id := truce.PersonID(q.r.PathValue("id"))
	_, _, err := s.m.Enrol(q.ctx, q.Viewer, record.Person{Act: record.PersonLeft, Person: id})
	if err == nil {
		s.Sessions.CloseAll(id)
	}
	return q.after("/admin/people", "left", err)
}

// secret makes an invitation or a token. It stands in the answer and nowhere else.
func (s *server) secret(q *request, p record.Person) (text string, waits bool, err error) {
	text, cred, id, err := access.NewSecret(s.Random)
	if err != nil {
		return "", false, err
	}
	p.Key, p.Credential = id, cred
	r, waits, err := s.m.AddKey(q.ctx, q.Viewer, p)
	if err != nil {
		return "", false, err
	}
	return text, waits || s.m.Waits(r.ID), nil
}

func (s *server) invite(q *request) error {
	id := truce.PersonID(q.r.PathValue("id"))
	text, waits, err := s.secret(q, record.Person{Person: id, Method: record.MethodInvitation, Until: q.Now.Add(access.DefaultInvitation)})
	if err != nil {
		return err
	}
	v := s.peopleView(q)
	v.Code, v.For, v.Waits = text, id, waits
	return q.show("people", v)
}

// devicesView is the keys and tokens that the viewer may know of.
type devicesView struct {
	Devices []mechanism.Device
	Names   names
	Offices []string
	Acts    []string
	Code    string
	Waits   bool
}

// tokenActs are what tokens of devices are usually made for.
var tokenActs = []access.Act{access.ActReport, access.ActDeposit, access.ActRead, access.ActExport}

func (s *server) devicesView(q *request) devicesView {
	v := devicesView{Devices: s.m.Devices(q.Viewer), Names: q.names(), Offices: truce.OfficeWords()}
	for _, a := range tokenActs {
		v.Acts = append(v.Acts, a.String())
	}
	return v
}

func (s *server) devices(q *request) error { return q.show("devices", s.devicesView(q)) }

func (s *server) addToken(q *request) error {
	o, ok := truce.ParseOffice(q.form("office"))
	if !ok || o == truce.OfficePublic {
		return door.Bad("office", "the offices are "+strings.Join(truce.OfficeWords(), ", "))
	}
	days := atoi(q.form("days"), 90)
	if days < 1 || days > 366 {
		return door.Bad("days", "between 1 and 366")
	}
	person := truce.PersonID(q.form("person"))
	if person == "" {
		person = q.Person
	}
	text, waits, err := s.secret(q, record.Person{Person: person, Method: record.MethodToken, Offices: []truce.Office{o}, Acts: q.r.PostForm["act"], Until: q.Now.Add(time.Duration(days) * 24 * time.Hour)})
	if err != nil {
		return err
	}
	v := s.devicesView(q)
	v.Code, v.Waits = text, waits
	return q.show("devices", v)
}

func (s *server) endDevice(q *request) error {
	_, err := s.m.DropKey(q.ctx, q.Viewer, truce.KeyID(q.r.PathValue("id")))
	return q.after("/admin/devices", "key-ended", err)
}

// grantsView is who may see what for a while, and the tier of each kind of record.
type grantsView struct {
	Grants  mechanism.Page[mechanism.Grant]
	Names   names
	Fields  []string
	People  []mechanism.Person
	Tiers   []string
	Classes []string
}

func (s *server) grants(q *request) error {
	page, err := s.m.Grants(q.ctx, q.Viewer, q.query("cursor"), 0)
	if err != nil {
		return err
	}
	return q.show("grants", grantsView{Grants: page, Names: q.names(), Fields: access.EveryField.Words(), People: s.m.People(q.Viewer), Tiers: truce.TierWords(), Classes: []string{"severe", "ordinary"}})
}

func (s *server) grant(q *request) error {
	hours := atoi(q.form("hours"), 24)
	if hours < 1 || hours > 24*366 {
		return door.Bad("hours", "between 1 and 8784")
	}
	g := record.Grant{Act: record.GrantGiven, Person: truce.PersonID(q.form("person")), Body: truce.BodyID(q.form("to")), Record: truce.RecordID(q.form("record")), Case: truce.CaseID(q.form("case")),
		Site: truce.PlaceID(q.form("site")), Fields: q.r.PostForm["field"], Consent: truce.RecordID(q.form("consent")), Reason: q.form("reason"), From: q.Now, Until: q.Now.Add(time.Duration(hours) * time.Hour)}
	_, _, err := s.m.Grant(q.ctx, q.Viewer, g)
	return q.after("/admin/grants", "recorded", err)
}

func (s *server) endGrant(q *request) error {
	_, _, err := s.m.Grant(q.ctx, q.Viewer, record.Grant{Act: record.GrantEnded, Of: truce.RecordID(q.r.PathValue("id")), Reason: q.form("reason")})
	return q.after("/admin/grants", "recorded", err)
}

func (s *server) classify(q *request) error {
	c := record.Class{Act: record.ClassAct(q.form("act")), Of: truce.RecordID(q.form("of")), Class: q.form("class"), Reason: q.form("reason")}
	if w := q.form("tier"); w != "" {
		t, ok := truce.ParseTier(w)
		if !ok {
			return door.Bad("tier", "the tiers are "+strings.Join(truce.TierWords(), ", "))
		}
		c.Tier = t
	}
	_, _, err := s.m.Classify(q.ctx, q.Viewer, c)
	return q.after("/admin/grants", "recorded", err)
}

// erasuresView is what was destroyed, what shall be, and what is due.
type erasuresView struct {
	Erasures mechanism.Page[mechanism.Erasure]
	Due      *mechanism.Page[mechanism.Expired]
	Whys     []string
	Of       string
}

func (s *server) erasures(q *request) error {
	page, err := s.m.Erasures(q.ctx, q.Viewer, q.query("cursor"), 0)
	if err != nil {
		return err
	}
	v := erasuresView{Erasures: page, Whys: []string{"retention", "request", "danger", "mistake", "order", "inquiry"}, Of: q.query("of")}
	if due, err := s.m.Retention(q.ctx, q.Viewer, q.query("due"), 0); err == nil {
		v.Due = &due
	} else if truce.KindOf(err) != truce.Denied && truce.KindOf(err) != truce.NotFound {
		return err
	}
	return q.show("erasures", v)
}

func (s *server) erase(q *request) error {
	var ids []truce.RecordID
	for _, id := range strings.Fields(q.r.PostFormValue("records")) {
		ids = append(ids, truce.RecordID(id))
	}
	_, err := s.m.Erase(q.ctx, q.Viewer, record.Erasure{Act: record.ErasureAct(q.form("act")), Why: record.ErasureReason(q.form("why")), Reason: q.form("reason")}, ids)
	return q.after("/admin/erasures", "recorded", err)
}

// seesTrail reports whether the access log is shown to the viewer.
func (q *request) seesTrail() bool {
	return q.s.Trail != nil && access.See(q.Viewer, access.Thing{Kind: access.KindLog}).Has(access.Use)
}

func (s *server) trail(q *request) error {
	if !q.seesTrail() {
		return &truce.Error{Op: "web.trail", Kind: truce.NotFound}
	}
	list, err := s.Trail(MaxTraces)
	if err != nil {
		return err
	}
	return q.show("trail", trailView{momentsOf(list), q.names()})
}

// Megabytes is what the program holds.
func (m Machine) Megabytes() int { return int(m.Memory >> 20) }
