package record

import (
	"fmt"
	"slices"

	"truce"
	"truce/internal/vault"
)

// ClassAct is what is done with the tier and class of a record.
type ClassAct string

// Acts upon tiers.
const (
	ClassSet      ClassAct = "set"
	ClassHastened ClassAct = "hastened" // its delay is waived
	ClassConfirms ClassAct = "confirms" // a second person of another body agrees
	// ClassReveals: one group of its fields is opened in the open record, to everybody and for ever.
	ClassReveals ClassAct = "reveals"
	// ClassWithholds: it stays sealed in the open record beyond the day it is due, and that is said openly.
	ClassWithholds ClassAct = "withholds"
)

var classActs = []ClassAct{ClassSet, ClassHastened, ClassConfirms, ClassReveals, ClassWithholds}

// RevealableGroups are the groups that can be opened to everybody. Exact places, sources and who reported are not among them, whoever signs.
var RevealableGroups = []string{"what", "when", "who", "count", "note", TextGroup}

// WithheldReasons are why something stays sealed, in the order of their codes in the open record.
var WithheldReasons = []string{"danger", "source", "inquiry", "order", "not-evidence"}

// MaxWithheld is how many records are withheld at once. See docs/limits.md.
const MaxWithheld = 10_000

// Class words of a body.
const (
	ClassSevere   = "severe"
	ClassOrdinary = "ordinary"
)

var classes = []string{ClassSevere, ClassOrdinary}

// Class sets the tier of a record and what it would cost if it got out, or waives its delay. What shows it to more people, or calls it
// ordinary, takes effect when it is confirmed. The reason is sealed.
type Class struct {
	At  truce.Instant
	Act ClassAct
	// Of is the record that is classified, or the class record that is confirmed.
	Of    truce.RecordID
	Tier  truce.Tier
	Class string
	// Release is a time before which it stays closed; zero where there is none.
	Release truce.Instant
	// Group is what is revealed.
	Group string
	// Why is why it is withheld, Until until when (zero for always), and Seqs are further records that are withheld with it, in rising order.
	Why   string
	Until truce.Instant
	Seqs  []truce.Seq

	Reason string
	Erased bool
}

type classBody struct {
	At      truce.Instant  `json:"at"`
	Act     ClassAct       `json:"act"`
	Of      truce.RecordID `json:"of"`
	Tier    string         `json:"tier,omitempty"`
	Class   string         `json:"class,omitempty"`
	Release truce.Instant  `json:"release,omitempty"`
	Group   string         `json:"group,omitempty"`
	Why     string         `json:"why,omitempty"`
	Until   truce.Instant  `json:"until,omitempty"`
	Seqs    []truce.Seq    `json:"seqs,omitempty"`
}

// Draft writes the act as a record.
func (c Class) Draft() (Draft, error) {
	b := classBody{c.At, c.Act, c.Of, "", c.Class, c.Release, c.Group, c.Why, c.Until, c.Seqs}
	if c.Act == ClassSet {
		b.Tier = c.Tier.String()
	}
	if err := b.check(); err != nil {
		return Draft{}, &truce.Error{Op: "record.Class", Kind: truce.Invalid, Subject: string(c.Of), Reason: err.Error()}
	}
	return withReason(truce.RecordClass, b, c.Reason)
}

// ReadClass reads a record of the kind.
func ReadClass(r *truce.Record, groups vault.Groups) (c Class, err error) {
	var b classBody
	if err := readBody(r, truce.RecordClass, &b); err != nil {
		return Class{}, err
	}
	if err := b.check(); err != nil {
		return Class{}, &truce.Error{Op: "record.ReadClass", Kind: truce.Corrupt, Subject: r.String(), Reason: err.Error()}
	}
	c = Class{At: b.At, Act: b.Act, Of: b.Of, Class: b.Class, Release: b.Release, Group: b.Group, Why: b.Why, Until: b.Until, Seqs: b.Seqs}
	if c.Act == ClassSet {
		c.Tier, _ = truce.ParseTier(b.Tier) // check has seen it
	}
	c.Reason, c.Erased, err = readReason(r, groups)
	return c, err
}

func (b *classBody) check() error {
	tier, ok := truce.ParseTier(b.Tier)
	switch {
	case !slices.Contains(classActs, b.Act):
		return expected("act", classActs)
	case b.Of == "":
		return errText("it names the record it is about")
	case b.Act != ClassSet && (b.Tier != "" || b.Class != "" || b.Release != 0):
		return errText("tier, class and release belong to an act that sets them")
	case (b.Act == ClassReveals) != (b.Group != "") || b.Group != "" && !slices.Contains(RevealableGroups, b.Group):
		return errText(fmt.Sprintf("what is revealed is one of %v", RevealableGroups))
	case (b.Act == ClassWithholds) != (b.Why != "") || b.Why != "" && !slices.Contains(WithheldReasons, b.Why):
		return errText(fmt.Sprintf("what is withheld is withheld for one of %v", WithheldReasons))
	case b.Act != ClassWithholds && (b.Until != 0 || len(b.Seqs) > 0) || b.Until%1000 != 0 || len(b.Seqs) > MaxWithheld || !rising(b.Seqs):
		return errText(fmt.Sprintf("only what is withheld has an end, in whole seconds, and names at most %d further records in rising order", MaxWithheld))
	case b.Act != ClassSet:
		return nil
	case !ok || tier == truce.TierUnclassified:
		return expected("tier", truce.TierWords()[1:])
	case !slices.Contains(classes, b.Class):
		return expected("class", classes)
	}
	return nil
}

// rising reports whether numbers of records stand in rising order, each once.
func rising(list []truce.Seq) bool {
	for i, s := range list {
		if s == 0 || i > 0 && s <= list[i-1] {
			return false
		}
	}
	return true
}
