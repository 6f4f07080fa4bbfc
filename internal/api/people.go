package api

import (
	"context"
	"net/http"
	"strings"

	"truce"
	"truce/internal/access"
	"truce/internal/mechanism"
	"truce/internal/record"
)

// People lists who there is.
type People struct {
	Items []mechanism.Person `json:"items" access:"each"`
}

// Devices lists keys and tokens.
type Devices struct {
	Items []mechanism.Device `json:"items" access:"each"`
}

// Proposals lists what waits for another person.
type Proposals struct {
	Items []mechanism.Proposal `json:"items" access:"each" doc:"The oldest first."`
}

// NewPerson adds a person, or changes the offices of one.
type NewPerson struct {
	Person   string   `json:"person,omitempty" maxLength:"100" doc:"Of somebody who is there already."`
	Body     string   `json:"body" minLength:"1" maxLength:"100"`
	Offices  []string `json:"offices" minItems:"1" maxItems:"8"`
	Name     string   `json:"name,omitempty" maxLength:"1000"`
	Contact  string   `json:"contact,omitempty" maxLength:"1000"`
	Language string   `json:"language,omitempty" maxLength:"40"`
	Since    string   `json:"since,omitempty" maxLength:"40"`
	Until    string   `json:"until,omitempty" maxLength:"40"`
}

// NewToken is a token for a device.
type NewToken struct {
	Office string   `json:"office" maxLength:"40"`
	Acts   []string `json:"acts" minItems:"1" maxItems:"40" doc:"What it may be used for."`
	Until  string   `json:"until,omitempty" maxLength:"40" doc:"Ninety days from now where it is left out."`
}

// NewGrant lets somebody see something for a while.
type NewGrant struct {
	Person  string   `json:"person,omitempty" maxLength:"100"`
	To      string   `json:"to,omitempty" maxLength:"100" doc:"A body, in place of a person."`
	Record  string   `json:"record,omitempty" maxLength:"100"`
	Case    string   `json:"case,omitempty" maxLength:"40"`
	Site    string   `json:"site,omitempty" maxLength:"100"`
	Fields  []string `json:"fields" minItems:"1" maxItems:"22"`
	From    string   `json:"from,omitempty" maxLength:"40"`
	Until   string   `json:"until" maxLength:"40"`
	Consent string   `json:"consent,omitempty" maxLength:"100"`
	Reason  string   `json:"reason" minLength:"1" maxLength:"10000"`
}

// NewClass sets who may see a record, or waives its delay.
type NewClass struct {
	Act     string `json:"act" enum:"set,hastened"`
	Of      string `json:"of" minLength:"1" maxLength:"100"`
	Tier    string `json:"tier,omitempty" maxLength:"20"`
	Class   string `json:"class,omitempty" maxLength:"20" doc:"Severe or ordinary."`
	Release string `json:"release,omitempty" maxLength:"40" doc:"Not before this time."`
	Reason  string `json:"reason" minLength:"1" maxLength:"10000"`
}

// NewErasure decides about the content of records.
type NewErasure struct {
	Act     string   `json:"act" enum:"proposed,held,releases"`
	Why     string   `json:"why" enum:"retention,request,danger,mistake,order,inquiry"`
	Records []string `json:"records" minItems:"1" maxItems:"10000"`
	Reason  string   `json:"reason" minLength:"1" maxLength:"10000"`
}

func (s *server) aboutPeople() {
	const tag = "People and decisions"
	type why struct {
		ByID
		Body struct {
			Reason string `json:"reason" minLength:"1" maxLength:"10000"`
		}
	}
	add(s, route{id: "list-people", method: http.MethodGet, path: "/api/people", tag: tag, act: access.ActRead, kind: access.KindPerson, says: "Lists the people that you may know of."},
		func(_ context.Context, c *caller, _ *struct{}) (People, error) {
			return People{s.m.People(c.Viewer)}, nil
		})
	add(s, route{id: "enrol", method: http.MethodPost, path: "/api/people", tag: tag, act: access.ActEnrol, kind: access.KindPerson,
		says: "Adds a person, or changes their offices. What gives power waits for somebody of another body.", status: http.StatusCreated},
		func(ctx context.Context, c *caller, in *body[NewPerson]) (Receipt, error) {
			b := in.Body
			p := record.Person{Act: record.PersonAdded, Person: truce.PersonID(b.Person), Body: truce.BodyID(b.Body), Name: b.Name, Contact: b.Contact, Language: b.Language}
			for _, w := range b.Offices {
				o, ok := truce.ParseOffice(w)
				if !ok || o == truce.OfficePublic {
					return Receipt{}, invalid("body.offices", "the offices are "+strings.Join(truce.OfficeWords(), ", "))
				}
				p.Offices = append(p.Offices, o)
			}
			var err error
			if p.Since, err = instantOf("body.since", b.Since); err != nil {
				return Receipt{}, err
			}
			if p.Until, err = instantOf("body.until", b.Until); err != nil {
				return Receipt{}, err
			}
			r, waits, err := s.m.Enrol(ctx, c.Viewer, p)
			return s.receipt(r, waits, err)
		})
	add(s, route{id: "dismiss", method: http.MethodPost, path: "/api/people/{id}/leave", tag: tag, act: access.ActDismiss, kind: access.KindPerson, says: "Lets a person leave; every key of theirs ends."},
		func(ctx context.Context, c *caller, in *ByID) (Receipt, error) {
			r, waits, err := s.m.Enrol(ctx, c.Viewer, record.Person{Act: record.PersonLeft, Person: truce.PersonID(in.ID)})
			if err == nil {
				s.Sessions.CloseAll(truce.PersonID(in.ID))
			}
			return s.receipt(r, waits, err)
		})
	add(s, route{id: "invite", method: http.MethodPost, path: "/api/people/{id}/invitations", tag: tag, act: access.ActEnrol, kind: access.KindPerson,
		says: "Makes a code by which a person comes in to add a key.", status: http.StatusCreated}, func(ctx context.Context, c *caller, in *ByID) (Secret, error) {
		return s.secret(ctx, c, record.Person{Person: truce.PersonID(in.ID), Method: record.MethodInvitation, Until: c.Now.Add(access.DefaultInvitation)})
	})
	type token struct {
		ByID
		Body NewToken
	}
	add(s, route{id: "add-token", method: http.MethodPost, path: "/api/people/{id}/tokens", tag: tag, act: access.ActKey, kind: access.KindPerson,
		says: "Makes a token for a device of a person.", status: http.StatusCreated}, func(ctx context.Context, c *caller, in *token) (Secret, error) {
		o, ok := truce.ParseOffice(in.Body.Office)
		if !ok || o == truce.OfficePublic {
			return Secret{}, invalid("body.office", "the offices are "+strings.Join(truce.OfficeWords(), ", "))
		}
		for _, w := range in.Body.Acts {
			if _, ok := access.ParseAct(w); !ok {
				return Secret{}, invalid("body.acts", "there is no such act; see docs/reference/access.md")
			}
		}
		until, err := instantOf("body.until", in.Body.Until)
		if err != nil {
			return Secret{}, err
		}
		if !until.Stated() {
			until = c.Now.Add(access.DefaultTokenLifetime)
		}
		return s.secret(ctx, c, record.Person{Person: truce.PersonID(in.ID), Method: record.MethodToken, Offices: []truce.Office{o}, Acts: in.Body.Acts, Until: until})
	})
	add(s, route{id: "list-devices", method: http.MethodGet, path: "/api/keys", tag: tag, act: access.ActRead, kind: access.KindPerson,
		says: "Lists the keys and tokens that work, of those whose keys you may know: your own, and all for the operations room."}, func(_ context.Context, c *caller, _ *struct{}) (Devices, error) {
		return Devices{s.m.Devices(c.Viewer)}, nil
	})
	add(s, route{id: "list-proposals", method: http.MethodGet, path: "/api/proposals", tag: tag, act: access.ActRead, kind: access.KindGrant,
		says: "Lists what waits for somebody of another body, or for more signatories: people, grants, tiers, the end of a pause, erasures, versions of the agreement."},
		func(ctx context.Context, c *caller, _ *struct{}) (Proposals, error) {
			list, err := s.m.Proposals(ctx, c.Viewer)
			return Proposals{list}, err
		})
	add(s, route{id: "list-grants", method: http.MethodGet, path: "/api/grants", tag: tag, act: access.ActRead, kind: access.KindGrant, says: "Lists grants, those that are over with them."},
		func(ctx context.Context, c *caller, in *Paging) (mechanism.Page[mechanism.Grant], error) {
			return s.m.Grants(ctx, c.Viewer, in.Cursor, in.Limit)
		})
	add(s, route{id: "list-retention", method: http.MethodGet, path: "/api/retention", tag: tag, act: access.ActRead, kind: access.KindRetention,
		says: "Lists the records whose time is over, the oldest first, with what erasing their content would take. Nothing is erased by it."},
		func(ctx context.Context, c *caller, in *Paging) (mechanism.Page[mechanism.Expired], error) {
			return s.m.Retention(ctx, c.Viewer, in.Cursor, in.Limit)
		})
	add(s, route{id: "list-erasures", method: http.MethodGet, path: "/api/erasures", tag: tag, act: access.ActRead, kind: access.KindErasure,
		says: "Lists what was destroyed, what shall be, and what is held against it."}, func(ctx context.Context, c *caller, in *Paging) (mechanism.Page[mechanism.Erasure], error) {
		return s.m.Erasures(ctx, c.Viewer, in.Cursor, in.Limit)
	})
	add(s, route{id: "grant", method: http.MethodPost, path: "/api/grants", tag: tag, act: access.ActGrant, kind: access.KindGrant,
		says: "Lets somebody see something for a while.", status: http.StatusCreated}, func(ctx context.Context, c *caller, in *body[NewGrant]) (Receipt, error) {
		b := in.Body
		g := record.Grant{Act: record.GrantGiven, Person: truce.PersonID(b.Person), Body: truce.BodyID(b.To), Record: truce.RecordID(b.Record), Case: truce.CaseID(b.Case),
			Site: truce.PlaceID(b.Site), Fields: b.Fields, Consent: truce.RecordID(b.Consent), Reason: b.Reason}
		for _, w := range b.Fields {
			if _, ok := access.ParseField(w); !ok {
				return Receipt{}, invalid("body.fields", "the classes are "+access.EveryField.String())
			}
		}
		var err error
		if g.From, err = instantOf("body.from", b.From); err != nil {
			return Receipt{}, err
		}
		if g.Until, err = instantOf("body.until", b.Until); err != nil {
			return Receipt{}, err
		}
		r, waits, err := s.m.Grant(ctx, c.Viewer, g)
		return s.receipt(r, waits, err)
	})
	add(s, route{id: "end-grant", method: http.MethodPost, path: "/api/grants/{id}/end", tag: tag, act: access.ActEndGrant, kind: access.KindGrant, says: "Ends a grant before its time."},
		func(ctx context.Context, c *caller, in *why) (Receipt, error) {
			r, waits, err := s.m.Grant(ctx, c.Viewer, record.Grant{Act: record.GrantEnded, Of: truce.RecordID(in.ID), Reason: in.Body.Reason})
			return s.receipt(r, waits, err)
		})
	add(s, route{id: "classify", method: http.MethodPost, path: "/api/classes", tag: tag, act: access.ActNarrow, kind: access.KindClass,
		says: "Sets who may see a record, or waives its delay. What shows it to more waits for somebody of another body.", status: http.StatusCreated},
		func(ctx context.Context, c *caller, in *body[NewClass]) (Receipt, error) {
			b := in.Body
			x := record.Class{Act: record.ClassAct(b.Act), Of: truce.RecordID(b.Of), Class: b.Class, Reason: b.Reason}
			var err error
			if x.Tier, err = tierOf("body.tier", b.Tier); err != nil {
				return Receipt{}, err
			}
			if x.Release, err = instantOf("body.release", b.Release); err != nil {
				return Receipt{}, err
			}
			r, waits, err := s.m.Classify(ctx, c.Viewer, x)
			return s.receipt(r, waits, err)
		})
	type pause struct {
		Act    string `json:"act" enum:"paused,resumes"`
		Reason string `json:"reason" minLength:"1" maxLength:"10000"`
	}
	add(s, route{id: "pause", method: http.MethodPost, path: "/api/pause", tag: tag, act: access.ActPause, kind: access.KindPause,
		says: "Stops publication at once, or proposes to resume it.", status: http.StatusCreated}, func(ctx context.Context, c *caller, in *body[pause]) (Receipt, error) {
		r, waits, err := s.m.Pause(ctx, c.Viewer, record.Pause{Act: record.PauseAct(in.Body.Act), Reason: in.Body.Reason})
		return s.receipt(r, waits, err)
	})
	add(s, route{id: "get-pause", method: http.MethodGet, path: "/api/pause", tag: tag, act: access.ActRead, kind: access.KindPause, says: "Says whether publication is paused."},
		func(context.Context, *caller, *struct{}) (Paused, error) { return Paused{s.m.Directory.Paused()}, nil })
	add(s, route{id: "erase", method: http.MethodPost, path: "/api/erasures", tag: tag, act: access.ActErase, kind: access.KindErasure,
		says: "Proposes to destroy the content of records, holds it, or proposes to end a hold. Destroying waits for somebody of another body.", status: http.StatusCreated},
		func(ctx context.Context, c *caller, in *body[NewErasure]) (Receipt, error) {
			r, err := s.m.Erase(ctx, c.Viewer, record.Erasure{Act: record.ErasureAct(in.Body.Act), Why: record.ErasureReason(in.Body.Why), Reason: in.Body.Reason}, ids[truce.RecordID](in.Body.Records))
			return s.receipt(r, in.Body.Act != string(record.ErasureHeld), err)
		})
	type confirmation struct {
		Of     string `json:"of" minLength:"1" maxLength:"100" doc:"The record that proposes it."`
		Reason string `json:"reason,omitempty" maxLength:"10000"`
	}
	add(s, route{id: "confirm", method: http.MethodPost, path: "/api/confirmations", tag: tag, act: access.ActEmpower, kind: access.KindPerson,
		says: "Agrees to what somebody of another body proposed: it takes effect with that.", status: http.StatusCreated}, func(ctx context.Context, c *caller, in *body[confirmation]) (Receipt, error) {
		r, err := s.m.Confirm(ctx, c.Viewer, truce.RecordID(in.Body.Of), in.Body.Reason)
		return s.receipt(r, false, err)
	})
}

// Paused says whether publication is paused. That is never hidden.
type Paused struct {
	Paused bool `json:"paused" access:"existence"`
}

// secret makes a token or an invitation. The secret is in the answer and nowhere else.
func (s *server) secret(ctx context.Context, c *caller, p record.Person) (Secret, error) {
	text, cred, id, err := access.NewSecret(s.Random)
	if err != nil {
		return Secret{}, err
	}
	p.Key, p.Credential = id, cred
	r, waits, err := s.m.AddKey(ctx, c.Viewer, p)
	if err != nil {
		return Secret{}, err
	}
	return Secret{Record: r, Key: id, Secret: text, Waits: waits || s.m.Waits(r.ID)}, nil
}
