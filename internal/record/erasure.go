package record

import (
	"fmt"
	"slices"

	"truce"
	"truce/internal/vault"
)

// ErasureAct is what is decided about the content of records.
type ErasureAct string

// Acts upon the content of records. Destroying takes two signers of different bodies, and so does giving up a hold; one is enough to hold.
const (
	ErasureProposed ErasureAct = "proposed" // the content shall be destroyed
	ErasureHeld     ErasureAct = "held"     // it must not be destroyed: a court, an inquiry, a party asks for it
	ErasureReleases ErasureAct = "releases" // the hold shall end
	ErasureConfirms ErasureAct = "confirms" // a second person of another body agrees; it takes effect
)

var erasureActs = []ErasureAct{ErasureProposed, ErasureHeld, ErasureReleases, ErasureConfirms}

// ErasureReason is why content is destroyed or held.
type ErasureReason string

// Reasons.
const (
	ErasureRetention ErasureReason = "retention" // its time is over
	ErasureRequest   ErasureReason = "request"   // who it is about asks for it
	ErasureDanger    ErasureReason = "danger"    // it endangers somebody
	ErasureMistake   ErasureReason = "mistake"   // it should never have been collected
	ErasureOrder     ErasureReason = "order"     // a court or the agreement's bodies order it
	ErasureInquiry   ErasureReason = "inquiry"   // an inquiry needs it: for holds
)

var erasureReasons = []ErasureReason{ErasureRetention, ErasureRequest, ErasureDanger, ErasureMistake, ErasureOrder, ErasureInquiry}

// MaxErased is how many records one erasure names. See docs/limits.md.
const MaxErased = 10_000

// Erasure decides about the content of records. The records themselves, their digests and every outcome made from them stay.
type Erasure struct {
	At     truce.Instant
	Act    ErasureAct
	Why    ErasureReason
	Of     truce.RecordID // the proposal or release that is confirmed
	Seqs   []truce.Seq    // the records, in rising order
	Reason string         // a sentence, sealed
	Erased bool           // the sentence was destroyed in its turn
}

type erasureBody struct {
	At   truce.Instant  `json:"at"`
	Act  ErasureAct     `json:"act"`
	Why  ErasureReason  `json:"why,omitempty"`
	Of   truce.RecordID `json:"of,omitempty"`
	Seqs []truce.Seq    `json:"seqs,omitempty"`
}

// Draft writes the act as a record.
func (e Erasure) Draft() (Draft, error) {
	b := erasureBody{e.At, e.Act, e.Why, e.Of, e.Seqs}
	if err := b.check(); err != nil {
		return Draft{}, &truce.Error{Op: "record.Erasure", Kind: truce.Invalid, Reason: err.Error()}
	}
	return withReason(truce.RecordErasure, b, e.Reason)
}

// ReadErasure reads a record of the kind.
func ReadErasure(r *truce.Record, g vault.Groups) (e Erasure, err error) {
	var b erasureBody
	if err := readBody(r, truce.RecordErasure, &b); err != nil {
		return Erasure{}, err
	}
	if err := b.check(); err != nil {
		return Erasure{}, &truce.Error{Op: "record.ReadErasure", Kind: truce.Corrupt, Subject: r.String(), Reason: err.Error()}
	}
	e = Erasure{At: b.At, Act: b.Act, Why: b.Why, Of: b.Of, Seqs: b.Seqs}
	e.Reason, e.Erased, err = readReason(r, g)
	return e, err
}

func (b *erasureBody) check() error {
	switch {
	case !slices.Contains(erasureActs, b.Act):
		return expected("act", erasureActs)
	case !b.At.Stated():
		return errText("it says when")
	case b.Act == ErasureConfirms && (b.Of == "" || b.Why != "" || len(b.Seqs) > 0):
		return errText("a confirmation names what it confirms, and nothing else")
	case b.Act == ErasureConfirms:
		return nil
	case b.Of != "":
		return errText("only a confirmation names another record of its kind")
	case !slices.Contains(erasureReasons, b.Why):
		return expected("reason", erasureReasons)
	case len(b.Seqs) == 0 || len(b.Seqs) > MaxErased:
		return errText(fmt.Sprintf("it names 1 to %d records", MaxErased))
	}
	if !rising(b.Seqs) {
		return errText("it names records by number, in rising order, each once")
	}
	return nil
}
