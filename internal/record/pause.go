package record

import (
	"fmt"
	"slices"

	"truce"
	"truce/internal/vault"
)

// PauseAct is what is done with publication.
type PauseAct string

// Acts upon publication. One guardian pauses it; it is resumed when a second of another body confirms.
const (
	PausePaused   PauseAct = "paused"
	PauseResumes  PauseAct = "resumes"
	PauseConfirms PauseAct = "confirms"
)

var pauseActs = []PauseAct{PausePaused, PauseResumes, PauseConfirms}

// Pause stops or resumes publication. The reason is sealed; that it happened is open.
type Pause struct {
	At  truce.Instant
	Act PauseAct
	// Of is the proposal to resume that is confirmed.
	Of truce.RecordID

	Reason string
	Erased bool
}

type pauseBody struct {
	At  truce.Instant  `json:"at"`
	Act PauseAct       `json:"act"`
	Of  truce.RecordID `json:"of,omitempty"`
}

// Draft writes the act as a record.
func (p Pause) Draft() (Draft, error) {
	b := pauseBody{p.At, p.Act, p.Of}
	if err := b.check(); err != nil {
		return Draft{}, &truce.Error{Op: "record.Pause", Kind: truce.Invalid, Reason: err.Error()}
	}
	return withReason(truce.RecordPause, b, p.Reason)
}

// ReadPause reads a record of the kind.
func ReadPause(r *truce.Record, groups vault.Groups) (p Pause, err error) {
	var b pauseBody
	if err := readBody(r, truce.RecordPause, &b); err != nil {
		return Pause{}, err
	}
	if err := b.check(); err != nil {
		return Pause{}, &truce.Error{Op: "record.ReadPause", Kind: truce.Corrupt, Subject: r.String(), Reason: err.Error()}
	}
	p = Pause{At: b.At, Act: b.Act, Of: b.Of}
	p.Reason, p.Erased, err = readReason(r, groups)
	return p, err
}

func (b *pauseBody) check() error {
	switch {
	case !slices.Contains(pauseActs, b.Act):
		return expected("act", pauseActs)
	case (b.Act == PauseConfirms) != (b.Of != ""):
		return errText("a confirmation names the proposal it confirms, nothing else does")
	}
	return nil
}

// groupReason holds why something was done.
const groupReason = "reason"

// withReason drafts a record whose only sealed group is its reason, which nobody may leave out.
func withReason(kind truce.RecordKind, body any, reason string) (Draft, error) {
	if reason == "" {
		return Draft{}, &truce.Error{Op: "record.Draft", Kind: truce.Invalid, Subject: kind.String(), Reason: "it has no reason", Hint: "say in a sentence why"}
	}
	g, err := group(groupReason, reason)
	if err != nil {
		return Draft{}, &truce.Error{Op: "record.Draft", Kind: truce.Invalid, Subject: kind.String(), Reason: "its reason cannot be written", Cause: err}
	}
	return draft(kind, body, g)
}

func readReason(r *truce.Record, groups vault.Groups) (reason string, erased bool, err error) {
	if groups.Erased() {
		return "", true, nil
	}
	err = readGroup(r, groups, groupReason, &reason)
	return reason, false, err
}

// errText is a fault of a body in a sentence.
type errText string

func (e errText) Error() string { return string(e) }

func expected[T ~string](what string, words []T) error {
	return errText(fmt.Sprintf("its %s is none of %v", what, words))
}

// count tells how many of some ids are there.
func count(ids ...any) (n int) {
	for _, id := range ids {
		if fmt.Sprint(id) != "" {
			n++
		}
	}
	return n
}
