package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"truce"
	"truce/internal/access"
	"truce/internal/door"
	"truce/internal/lang"
	"truce/internal/record"
)

func aboutDoor(s *server) {
	s.get("sign-in", "/sign-in", access.KindPerson, func(q *request) error { return q.signInPage("") })
	s.post("sign-in-password", "/sign-in", access.ActKey, access.KindPerson, s.signIn)
	s.post("sign-in-invitation", "/sign-in/invitation", access.ActKey, access.KindPerson, s.signInByInvitation)
	s.post("sign-out", "/sign-out", access.ActKey, access.KindPerson, s.signOut)
	s.post("theme", "/theme", access.ActKey, access.KindPerson, s.theme)
	s.get("prove", "/prove", access.KindPerson, func(q *request) error { return q.provePage("") })
	s.post("prove-again", "/prove", access.ActKey, access.KindPerson, s.prove)
	if s.Demo != nil { // outside a demonstration there is no such address
		s.post("demo", "/demo", access.ActKey, access.KindPerson, s.enterDemo)
	}
}

// signInView is the page of the door.
type signInView struct {
	People  []demoGroup
	Doors   []Door
	Passkey bool
	Problem string
	Back    string
	Login   string
}

// demoGroup is the people of one office whom a visitor of a demonstration may be.
type demoGroup struct {
	Office string
	People []DemoPerson
}

func (q *request) signInPage(problem string) error {
	v := signInView{Doors: q.s.Doors, Passkey: q.s.Passkeys != nil, Problem: problem, Back: q.back(), Login: q.form("login")}
	if q.s.Demo != nil {
		for _, p := range q.s.Demo.People() {
			o := p.Office.String()
			i := slices.IndexFunc(v.People, func(g demoGroup) bool { return g.Office == o })
			if i < 0 {
				i = len(v.People)
				v.People = append(v.People, demoGroup{Office: o})
			}
			v.People[i].People = append(v.People[i].People, p)
		}
	}
	if problem != "" {
		q.status = http.StatusUnauthorized
	}
	return q.show("sign-in", v)
}

// back is the page of this server that somebody came from.
func (q *request) back() string {
	at := q.r.FormValue("back")
	if u, err := url.Parse(at); err != nil || u.IsAbs() || u.Host != "" || strings.HasPrefix(at, "//") || strings.Contains(at, `\`) || !slices.Contains(lang.Languages, first(u.Path)) || !strings.HasPrefix(at, "/") {
		return ""
	}
	return at
}

// goBack sends the browser back to where it came from.
func (q *request) goBack(otherwise string) error {
	at := q.back()
	if at == "" {
		return q.to(otherwise, "")
	}
	http.Redirect(q.w, q.r, at, http.StatusSeeOther)
	return nil
}

func (s *server) signIn(q *request) error {
	k, err := s.Gate.Password(q.ctx, q.form("login"), q.r.PostFormValue("password"), q.form("code"), s.From(q.r), q.Now)
	return s.admit(q, k, err)
}

func (s *server) signInByInvitation(q *request) error {
	k, err := s.Gate.Invitation(q.form("invitation"), s.From(q.r), q.Now)
	return s.admit(q, k, err)
}

// admit opens a session for a key that was proved. Why it was not is not told: nobody learns who there is.
func (s *server) admit(q *request, k access.Key, err error) error {
	if err != nil {
		return q.signInPage(refusal(q, err))
	}
	token, ok, err := door.Enter(s.m.Directory, s.Sessions, s.Random, k, q.form("office"), q.Now)
	if err != nil || !ok {
		return q.signInPage(door.Title(q.lang, "not-admitted"))
	}
	door.SetCookie(q.w, s.Origin, token)
	if k.Method == record.MethodInvitation {
		return q.to("/account", "invited")
	}
	return q.goBack("/")
}

func refusal(q *request, err error) string {
	if truce.KindOf(err) == truce.Unavailable {
		return door.Title(q.lang, "too-many")
	}
	return door.Title(q.lang, "not-admitted")
}

func (s *server) enterDemo(q *request) error {
	token, err := s.Demo.Enter(truce.PersonID(q.form("person")))
	if err != nil {
		return err
	}
	if q.session != "" {
		s.Sessions.Close(q.session)
	}
	door.SetCookie(q.w, s.Origin, token)
	return q.goBack("/")
}

func (s *server) signOut(q *request) error {
	if q.session != "" {
		s.Sessions.Close(q.session)
	}
	door.SetCookie(q.w, s.Origin, "")
	return q.to("/sign-in", "signed-out")
}

// theme remembers which colours somebody wants. It is the only cookie beside the session.
func (s *server) theme(q *request) error {
	theme := q.form("theme")
	if theme != "dark" && theme != "light" {
		return door.Bad("theme", "it is dark or light")
	}
	http.SetCookie(q.w, &http.Cookie{Name: "theme", Value: theme, Path: "/", MaxAge: 365 * 86400, HttpOnly: true, Secure: door.Secure(s.Origin), SameSite: http.SameSiteStrictMode})
	return q.goBack("/")
}

// proveView is the page on which somebody proves again who they are, before a grave act.
type proveView struct {
	Passkey, Demo bool
	Problem, Back string
}

func (q *request) provePage(problem string) error {
	if problem != "" {
		q.status = http.StatusUnauthorized
	}
	return q.show("prove", proveView{Passkey: q.s.Passkeys != nil, Demo: q.s.Demo != nil, Problem: problem, Back: q.back()})
}

func (s *server) prove(q *request) error {
	if q.session == "" {
		return q.to("/sign-in", "")
	}
	if s.Demo != nil { // everybody may be anybody: the click is the proof
		token, err := s.Demo.Enter(q.Person)
		if err != nil {
			return err
		}
		s.Sessions.Close(q.session)
		door.SetCookie(q.w, s.Origin, token)
		return q.goBack("/")
	}
	k, err := s.Gate.Password(q.ctx, q.form("login"), q.r.PostFormValue("password"), q.form("code"), s.From(q.r), q.Now)
	if err != nil {
		return q.provePage(refusal(q, err))
	}
	if !s.Sessions.Prove(q.session, k, q.Now) {
		return q.provePage(door.Title(q.lang, "not-admitted"))
	}
	return q.goBack("/")
}
