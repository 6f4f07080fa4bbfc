package record

import (
	"slices"

	"truce"
	"truce/internal/vault"
)

// CustodyAct is what somebody did with an original.
type CustodyAct string

// Acts upon originals.
const (
	CustodyOpened     CustodyAct = "opened"      // looked at it inside the mechanism
	CustodyCopied     CustodyAct = "copied"      // took the bytes out
	CustodyHandedOver CustodyAct = "handed-over" // gave the bytes to another body, which holds them from then on too
	CustodyDerived    CustodyAct = "derived"     // made a copy that is a deposit of its own
	CustodyChecked    CustodyAct = "checked"     // the stored bytes are those that were received
	CustodyFailed     CustodyAct = "failed"      // they are not
)

var custodyActs = []CustodyAct{CustodyOpened, CustodyCopied, CustodyHandedOver, CustodyDerived, CustodyChecked, CustodyFailed}

// Custody is one entry of the list of who did what with an original and why. Who is the author of the record. The reason, and a receiver
// outside the mechanism, are sealed.
type Custody struct {
	At    truce.Instant
	Act   CustodyAct
	Media truce.RecordID
	// To is the body an original was handed over to; "" where it stands outside the mechanism and is named in Receiver.
	To truce.BodyID

	Reason, Receiver string
	Erased           bool
}

type custodyBody struct {
	At    truce.Instant  `json:"at"`
	Act   CustodyAct     `json:"act"`
	Media truce.RecordID `json:"media"`
	To    truce.BodyID   `json:"to,omitempty"`
}

const groupReceiver = "receiver"

// Draft writes the act as a record. People give a reason; the program checks and derives without one.
func (c Custody) Draft() (Draft, error) {
	const op truce.Op = "record.Custody"
	b := custodyBody{c.At, c.Act, c.Media, c.To}
	err := b.check()
	switch byPeople := c.Act == CustodyOpened || c.Act == CustodyCopied || c.Act == CustodyHandedOver; {
	case err != nil:
	case byPeople && c.Reason == "":
		err = errText("it says why")
	case (c.Act == CustodyHandedOver) != (c.To != "" || c.Receiver != ""):
		err = errText("what is handed over names its receiver, nothing else does")
	}
	if err != nil {
		return Draft{}, &truce.Error{Op: op, Kind: truce.Invalid, Subject: string(c.Media), Reason: err.Error()}
	}
	why, err1 := group(groupReason, c.Reason)
	whom, err2 := group(groupReceiver, c.Receiver)
	if err1 != nil || err2 != nil {
		return Draft{}, &truce.Error{Op: op, Kind: truce.Invalid, Subject: string(c.Media), Reason: "its reason or receiver is not valid text"}
	}
	return draft(truce.RecordCustody, b, why, whom)
}

// ReadCustody reads a record of the kind.
func ReadCustody(r *truce.Record, g vault.Groups) (Custody, error) {
	var b custodyBody
	if err := readBody(r, truce.RecordCustody, &b); err != nil {
		return Custody{}, err
	}
	if err := b.check(); err != nil {
		return Custody{}, &truce.Error{Op: "record.ReadCustody", Kind: truce.Corrupt, Subject: r.String(), Reason: err.Error()}
	}
	c := Custody{At: b.At, Act: b.Act, Media: b.Media, To: b.To, Erased: g.Erased()}
	if c.Erased {
		return c, nil
	}
	if err := readGroup(r, g, groupReason, &c.Reason); err != nil {
		return Custody{}, err
	}
	if err := readGroup(r, g, groupReceiver, &c.Receiver); err != nil {
		return Custody{}, err
	}
	return c, nil
}

func (b *custodyBody) check() error {
	switch {
	case !slices.Contains(custodyActs, b.Act):
		return expected("act", custodyActs)
	case b.Media == "":
		return errText("it names the original")
	case b.Act != CustodyHandedOver && b.To != "":
		return errText("only what is handed over has a receiver")
	case !b.At.Stated():
		return errText("it says when")
	}
	return nil
}
