package record

import (
	"fmt"
	"slices"

	"truce"
	"truce/internal/vault"
)

// StatementAct is what a statement does.
type StatementAct string

// Acts of statements.
const (
	StatementSaid     StatementAct = "said"      // somebody said something
	StatementReads    StatementAct = "reads"     // a participant declares how it reads a term
	StatementNoLonger StatementAct = "no-longer" // a participant gives up a reading
	StatementDisputes StatementAct = "disputes"  // a participant says that a term is read otherwise; it declares nothing
)

// StatementActs lists them.
var StatementActs = []StatementAct{StatementSaid, StatementReads, StatementNoLonger, StatementDisputes}

// Statement is what a participant said or declared about an article, a term or a record. The words, who spoke, and where it can be
// read are sealed, each alone.
type Statement struct {
	At  truce.Instant // when it was said
	Act StatementAct
	// Of is the participant whose word it is. Whoever declares a reading does so for their own body.
	Of truce.BodyID
	// About lists the articles, rules and terms it speaks of, by their ids; Cites the records.
	About []string
	Cites []truce.RecordID
	// Term and Reading belong to a reading that is declared, given up, or held against another in a dispute.
	Term    truce.TermID
	Reading truce.ReadingID
	// Case is the case in which a reading is disputed; "" where it is disputed as such.
	Case      truce.CaseID
	Simulated bool

	Who, Text, Reference string
	Erased               bool
}

type statementBody struct {
	At        truce.Instant    `json:"at"`
	Act       StatementAct     `json:"act"`
	Of        truce.BodyID     `json:"of"`
	About     []string         `json:"about,omitempty"`
	Cites     []truce.RecordID `json:"cites,omitempty"`
	Term      truce.TermID     `json:"term,omitempty"`
	Reading   truce.ReadingID  `json:"reading,omitempty"`
	Case      truce.CaseID     `json:"case,omitempty"`
	Simulated bool             `json:"simulated,omitempty"`
}

// Draft writes the statement as a record.
func (s Statement) Draft() (Draft, error) {
	b := statementBody{s.At, s.Act, s.Of, s.About, s.Cites, s.Term, s.Reading, s.Case, s.Simulated}
	if err := b.check(); err != nil {
		return Draft{}, &truce.Error{Op: "record.Statement", Kind: truce.Invalid, Reason: err.Error()}
	}
	if s.Text == "" {
		return Draft{}, &truce.Error{Op: "record.Statement", Kind: truce.Invalid, Reason: "it has no text", Hint: "say what was said"}
	}
	return withTexts(truce.RecordStatement, b, s.texts()...)
}

// ReadStatement reads a record of the kind.
func ReadStatement(r *truce.Record, groups vault.Groups) (s Statement, err error) {
	var b statementBody
	if err := readBody(r, truce.RecordStatement, &b); err != nil {
		return Statement{}, err
	}
	if err := b.check(); err != nil {
		return Statement{}, &truce.Error{Op: "record.ReadStatement", Kind: truce.Corrupt, Subject: r.String(), Reason: err.Error()}
	}
	s = Statement{At: b.At, Act: b.Act, Of: b.Of, About: b.About, Cites: b.Cites, Term: b.Term, Reading: b.Reading, Case: b.Case, Simulated: b.Simulated}
	s.Erased, err = readTexts(r, groups, s.texts()...)
	return s, err
}

func (s *Statement) texts() []sealedText {
	return []sealedText{{"who", &s.Who}, {TextGroup, &s.Text}, {"reference", &s.Reference}}
}

func (b *statementBody) check() error {
	switch {
	case !b.At.Stated():
		return fmt.Errorf("it does not say when it was said")
	case !slices.Contains(StatementActs, b.Act):
		return fmt.Errorf("%q is none of %v", b.Act, StatementActs)
	case !isName(string(b.Of)):
		return fmt.Errorf("it does not say whose word it is")
	case (b.Act == StatementSaid) != (b.Term == "" && b.Reading == "") || (b.Term == "") != (b.Reading == ""):
		return fmt.Errorf("a reading that is declared or disputed names a term and a reading of it, any other statement neither")
	case b.Case != "" && b.Act != StatementDisputes:
		return fmt.Errorf("only a dispute belongs to a case")
	case b.Term != "" && (!isName(string(b.Term)) || !isName(string(b.Reading))):
		return fmt.Errorf("the term or the reading is no name")
	}
	if err := names("subjects", b.About, MaxNamed); err != nil {
		return err
	}
	return names("cited records", b.Cites, MaxCites)
}
