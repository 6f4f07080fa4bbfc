package web

import (
	"encoding/base64"
	"fmt"
	"html/template"
	"net/http"
	"strings"

	"truce"
	"truce/internal/access"
	"truce/internal/door"
	"truce/internal/mechanism"
	"truce/internal/record"
	"truce/internal/style"
)

func aboutSigning(s *server) {
	s.post("sign", "/sign", access.ActSign, access.KindStep, s.signed)
}

// signView is the page on which somebody signs a record that waits for it.
type signView struct {
	ID         truce.RecordID
	Sign       *mechanism.ToSign
	Back, Done string
	Problem    string
}

// keysToSign lists the keys with which the viewer can sign a record on its own, beside the session.
func (q *request) keysToSign() (out []mechanism.Key) {
	if !q.signedIn() {
		return nil
	}
	me, err := q.s.m.Me(q.Viewer)
	if err != nil {
		return nil
	}
	for _, k := range me.Keys {
		if k.Method == string(record.MethodSSH) || k.Method == string(record.MethodPasskey) && q.s.Passkeys != nil {
			out = append(out, k)
		}
	}
	return out
}

// signField asks how a record is signed; false where the viewer has no key of their own.
func (q *request) signField() (Field, bool) {
	list := []Option{{"", q.say("web.sign.by-session"), true}}
	for _, k := range q.keysToSign() {
		list = append(list, Option{string(k.ID), style.Is(q.p(), "method", k.Method) + " \u2068" + string(k.ID) + "\u2069", false})
	}
	return Field{Name: "sign", Kind: "select", Label: style.Is(q.p(), "field", "sign"), Options: list, Hint: q.say("web.sign.hint")}, len(list) > 1
}

// Sign is signField for templates; the name keeps the fields of one page apart. Nil where the viewer has no key.
func (v *view) Sign(name any) *Field {
	f, ok := v.q.signField()
	if !ok {
		return nil
	}
	f.ID = fmt.Sprint(name, "-sign")
	return &f
}

// author is the viewer as the form says they vouch: by their session, or by the signature of a key, which proves them more freshly than any session.
func (q *request) author() access.Viewer {
	v := q.Viewer
	if key := q.form("sign"); key != "" && v.Vouch == truce.VouchSession && len(key) <= 100 {
		v.Vouch, v.Key, v.Proved = truce.VouchSignature, truce.KeyID(key), v.Now
	}
	return v
}

// toSign asks for the signature of a record. Nothing is written down until it comes.
func (q *request) toSign(r mechanism.Receipt, back, done string) error {
	return q.show("sign", signView{ID: r.ID, Sign: r.Sign, Back: back, Done: done})
}

// signed takes the signature. Where it does not fit, the same statement is shown again: it can still be signed until its time is over.
func (s *server) signed(q *request) error {
	sig := q.form("passkey")
	if sig == "" {
		sig = q.r.PostFormValue("ssh")
	}
	id := truce.RecordID(q.form("record"))
	_, err := s.m.Signed(q.ctx, q.Viewer, id, []byte(sig))
	if kind := truce.KindOf(err); err != nil && (kind == truce.Invalid || kind == truce.Denied) {
		f := door.Outside(q.lang, err)
		q.status = http.StatusUnprocessableEntity
		return q.show("sign", signView{ID: id, Back: q.back(), Done: q.form("done"), Problem: f.Title,
			Sign: &mechanism.ToSign{Key: truce.KeyID(q.form("key")), Statement: q.form("statement"), Passkey: []byte(q.form("options")), Until: q.form("until")}})
	}
	if err != nil {
		return err
	}
	return q.backWith("/cases", q.form("done"))
}

// backWith goes back to where a form stood, or to another page, and says there what was done.
func (q *request) backWith(otherwise, done string) error {
	if at := q.back(); at != "" {
		otherwise = strings.TrimPrefix(at, "/"+q.lang)
	}
	return q.to(otherwise, done)
}

// Statement is the address under which a page offers the statement to be saved: the bytes themselves.
func (v *view) Statement() template.URL {
	if x, ok := v.D.(signView); ok {
		if _, err := base64.StdEncoding.DecodeString(x.Sign.Statement); err == nil {
			return template.URL("data:application/octet-stream;base64," + x.Sign.Statement)
		}
	}
	return ""
}
