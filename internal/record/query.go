package record

import (
	"fmt"
	"slices"

	"truce"
	"truce/internal/vault"
)

// QueryAct is what is done in a query or about a notice of movement.
type QueryAct string

// Acts of queries. A movement is notified by a party, and each of those told acknowledges it or objects.
const (
	QueryAsks         QueryAct = "asks"
	QueryNotifies     QueryAct = "notifies"
	QueryAnswers      QueryAct = "answers"
	QueryAcknowledges QueryAct = "acknowledges"
	QueryObjects      QueryAct = "objects"
	QueryWithdraws    QueryAct = "withdraws" // by whoever asked or notified
	QuerySilence      QueryAct = "silence"   // a clock ran out; recorded by the program
)

// QueryActs lists them.
var QueryActs = []QueryAct{QueryAsks, QueryNotifies, QueryAnswers, QueryAcknowledges, QueryObjects, QueryWithdraws, QuerySilence}

// Query is one act in a question from one participant to others, or in a notice of movement. The words, the place and the time of a
// movement are sealed, each alone.
type Query struct {
	At  truce.Instant
	Act QueryAct
	// To is who is asked or told; it begins a query.
	To []truce.BodyID
	// Of is the record that began the query, in every later act.
	Of truce.RecordID
	// Body is whose clock ran out.
	Body truce.BodyID
	// Case is the case a question belongs to, if any; About and Cites as in a statement.
	Case      truce.CaseID
	About     []string
	Cites     []truce.RecordID
	Simulated bool

	Text, Where, When string
	Erased            bool
}

type queryBody struct {
	At        truce.Instant    `json:"at"`
	Act       QueryAct         `json:"act"`
	To        []truce.BodyID   `json:"to,omitempty"`
	Of        truce.RecordID   `json:"of,omitempty"`
	Body      truce.BodyID     `json:"body,omitempty"`
	Case      truce.CaseID     `json:"case,omitempty"`
	About     []string         `json:"about,omitempty"`
	Cites     []truce.RecordID `json:"cites,omitempty"`
	Simulated bool             `json:"simulated,omitempty"`
}

// Draft writes the act as a record.
func (q Query) Draft() (Draft, error) {
	b := queryBody{q.At, q.Act, q.To, q.Of, q.Body, q.Case, q.About, q.Cites, q.Simulated}
	if err := b.check(); err != nil {
		return Draft{}, &truce.Error{Op: "record.Query", Kind: truce.Invalid, Reason: err.Error()}
	}
	if b.says() && q.Text == "" {
		return Draft{}, &truce.Error{Op: "record.Query", Kind: truce.Invalid, Reason: "it has no text", Hint: "a question, an answer, a notice and an objection are said in words"}
	}
	return withTexts(truce.RecordQuery, b, q.texts()...)
}

// ReadQuery reads a record of the kind.
func ReadQuery(r *truce.Record, groups vault.Groups) (q Query, err error) {
	var b queryBody
	if err := readBody(r, truce.RecordQuery, &b); err != nil {
		return Query{}, err
	}
	if err := b.check(); err != nil {
		return Query{}, &truce.Error{Op: "record.ReadQuery", Kind: truce.Corrupt, Subject: r.String(), Reason: err.Error()}
	}
	q = Query{At: b.At, Act: b.Act, To: b.To, Of: b.Of, Body: b.Body, Case: b.Case, About: b.About, Cites: b.Cites, Simulated: b.Simulated}
	q.Erased, err = readTexts(r, groups, q.texts()...)
	return q, err
}

func (q *Query) texts() []sealedText {
	return []sealedText{{TextGroup, &q.Text}, {"where", &q.Where}, {"when", &q.When}}
}

// begins reports whether the act begins a query.
func (b *queryBody) begins() bool { return b.Act == QueryAsks || b.Act == QueryNotifies }

// says reports whether the act needs words.
func (b *queryBody) says() bool {
	return b.begins() || b.Act == QueryAnswers || b.Act == QueryObjects
}

func (b *queryBody) check() error {
	switch {
	case !b.At.Stated():
		return fmt.Errorf("it does not say when")
	case !slices.Contains(QueryActs, b.Act):
		return fmt.Errorf("%q is none of %v", b.Act, QueryActs)
	case b.begins() != (len(b.To) > 0):
		return fmt.Errorf("a question and a notice say to whom, nothing else does")
	case b.begins() == (b.Of != ""):
		return fmt.Errorf("every act but a question and a notice names the record that began the query")
	case b.Of != "" && !isName(string(b.Of)):
		return fmt.Errorf("%q is no name of a record", b.Of)
	case (b.Act == QuerySilence) != (b.Body != ""):
		return fmt.Errorf("silence names whose clock ran out, nothing else does")
	case b.Body != "" && !isName(string(b.Body)):
		return fmt.Errorf("%q is no body", b.Body)
	case b.Case != "" && !caseID.MatchString(string(b.Case)):
		return fmt.Errorf("%q is no number of a case", b.Case)
	}
	if err := names("bodies", b.To, MaxNamed); err != nil {
		return err
	}
	if err := names("subjects", b.About, MaxNamed); err != nil {
		return err
	}
	return names("cited records", b.Cites, MaxCites)
}
