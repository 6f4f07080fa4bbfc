package web

import (
	"time"

	"truce"
	"truce/internal/access"
	"truce/internal/door"
	"truce/internal/mechanism"
	"truce/internal/record"
)

// sealedOnPage is how many records that are due one page lists.
const sealedOnPage = 25

func aboutOpenRecord(s *server) {
	s.get("open-record", "/admin/open", access.KindCheckpoint, s.openRecord)
	s.post("reveal", "/admin/open/reveal", access.ActWiden, access.KindClass, s.reveal)
	s.post("withhold", "/admin/open/withhold", access.ActWiden, access.KindClass, s.withhold)
	s.post("withhold-books", "/admin/open/books", access.ActWiden, access.KindClass, s.withholdBooks)
	s.post("confirm-open", "/admin/open/confirm", access.ActWiden, access.KindClass, s.confirmOpen)
}

// openView is what lies sealed in the open record, what is due of it, and what is proposed.
type openView struct {
	Sealed    mechanism.Sealed
	Records   mechanism.Page[mechanism.SealedRecord]
	Proposals []mechanism.Proposal
	Reasons   []string
	Groups    []string
	Of        string
	// Tomorrow is the day until which books are proposed to be withheld, where nothing is typed.
	Tomorrow string
}

func (s *server) openRecord(q *request) error {
	v := openView{Reasons: record.WithheldReasons, Groups: record.RevealableGroups, Of: q.query("of"), Tomorrow: q.Now.Add(24 * time.Hour).String()[:10]}
	var err error
	if v.Sealed, err = s.m.Sealed(q.Viewer); err != nil {
		return err
	}
	if q.signedIn() {
		if v.Records, err = s.m.SealedRecords(q.ctx, q.Viewer, q.query("cursor"), sealedOnPage); err != nil {
			return err
		}
		all, err := s.m.Proposals(q.ctx, q.Viewer)
		if err != nil {
			return err
		}
		for _, p := range all {
			if p.Reveals != "" || p.Why != "" {
				v.Proposals = append(v.Proposals, p)
			}
		}
	}
	return q.show("open", v)
}

// proposed leads on once something was recorded, or to where it is signed.
func (q *request) proposed(r mechanism.Receipt, err error) error {
	if err == nil && r.Sign != nil {
		return q.toSign(r, "/"+q.lang+"/admin/open", "recorded")
	}
	return q.after("/admin/open", "recorded", err)
}

func (s *server) reveal(q *request) error {
	r, _, err := s.m.Classify(q.ctx, q.author(), record.Class{Act: record.ClassReveals, Of: truce.RecordID(q.form("of")), Group: q.form("group"), Reason: q.form("reason")})
	return q.proposed(r, err)
}

// dayIn reads the end of a day of a form; zero where it is empty.
func dayIn(q *request, field string) (truce.Instant, error) {
	if q.form(field) == "" {
		return 0, nil
	}
	t, err := time.Parse("2006-01-02", q.form(field))
	if err != nil {
		return 0, door.Bad(field, "a day is written as 2017-11-30")
	}
	return truce.InstantOf(t.Add(24*time.Hour - time.Second)), nil
}

func (s *server) withhold(q *request) error {
	until, err := dayIn(q, "until")
	if err != nil {
		return err
	}
	r, _, err := s.m.Withhold(q.ctx, q.author(), namesIn[truce.RecordID](q.r.PostForm, "records"), q.form("why"), until, q.form("reason"))
	return q.proposed(r, err)
}

func (s *server) withholdBooks(q *request) error {
	by, err := dayIn(q, "by")
	if err != nil {
		return err
	}
	r, _, err := s.m.WithholdBooks(q.ctx, q.author(), by, q.form("reason"))
	return q.proposed(r, err)
}

func (s *server) confirmOpen(q *request) error {
	r, err := s.m.Confirm(q.ctx, q.author(), truce.RecordID(q.form("of")), q.form("reason"))
	return q.proposed(r, err)
}
