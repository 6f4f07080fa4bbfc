package record

import (
	"fmt"
	"slices"

	"truce"
)

// NoticeWord says what the program noticed. The words are written in journals: append only.
type NoticeWord string

// Notices.
const (
	NoticeStarted  NoticeWord = "started"  // the program started on this journal
	NoticeStopped  NoticeWord = "stopped"  // it was told to stop
	NoticeTick     NoticeWord = "tick"     // time went on while nothing else was recorded
	NoticeClock    NoticeWord = "ran-out"  // a clock of a case or a query ran out
	NoticeRestored NoticeWord = "restored" // the journal is a backup that was restored, and may lack records that others hold
	NoticeRepaired NoticeWord = "repaired" // damaged records were taken from the second copy
	NoticeRejoined NoticeWord = "rejoined" // a restored journal was told that nothing is missing
)

var noticeWords = []NoticeWord{NoticeStarted, NoticeStopped, NoticeTick, NoticeClock, NoticeRestored, NoticeRepaired, NoticeRejoined}

// Notice is something the program noticed and that outcomes or clocks depend on. It is a record so that whoever replays the journal needs no
// clock of their own. Nothing in it is sealed.
type Notice struct {
	What NoticeWord
	At   truce.Instant
	// Case, Query, Clock and Body say whose clock ran out.
	Case  truce.CaseID
	Query truce.RecordID
	Clock truce.CaseClock
	Body  truce.BodyID
	// Head is the last record of the journal that was restored or repaired.
	Head truce.Seq
}

type noticeBody struct {
	What  NoticeWord      `json:"what"`
	At    truce.Instant   `json:"at"`
	Case  truce.CaseID    `json:"case,omitempty"`
	Query truce.RecordID  `json:"query,omitempty"`
	Clock truce.CaseClock `json:"clock,omitempty"`
	Body  truce.BodyID    `json:"body,omitempty"`
	Head  truce.Seq       `json:"head,omitempty"`
}

// Draft writes the notice as a record.
func (n Notice) Draft() (Draft, error) {
	b := noticeBody(n)
	if err := b.check(); err != nil {
		return Draft{}, &truce.Error{Op: "record.Notice", Kind: truce.Invalid, Reason: err.Error()}
	}
	return draft(truce.RecordNotice, b)
}

// ReadNotice reads a record of the kind.
func ReadNotice(r *truce.Record) (Notice, error) {
	var b noticeBody
	if err := readBody(r, truce.RecordNotice, &b); err != nil {
		return Notice{}, err
	}
	if err := b.check(); err != nil {
		return Notice{}, &truce.Error{Op: "record.ReadNotice", Kind: truce.Corrupt, Subject: r.String(), Reason: err.Error()}
	}
	return Notice(b), nil
}

func (b *noticeBody) check() error {
	switch {
	case !slices.Contains(noticeWords, b.What):
		return fmt.Errorf("%q is nothing that is noticed", b.What)
	case !truce.At(b.At).Valid() || !b.At.Stated():
		return fmt.Errorf("it does not say when")
	case b.Case != "" && !caseID.MatchString(string(b.Case)):
		return fmt.Errorf("%q is no number of a case", b.Case)
	case b.Clock != "" && !slices.Contains(truce.CaseClocks, string(b.Clock)):
		return fmt.Errorf("%q is no clock", b.Clock)
	case (b.What == NoticeClock) != (b.Clock != ""):
		return fmt.Errorf("a clock that ran out is named, and no other")
	case b.Query != "" && !isName(string(b.Query)), b.Body != "" && !isName(string(b.Body)):
		return fmt.Errorf("a name is none")
	}
	return nil
}
