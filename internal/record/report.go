package record

import (
	"encoding/json"
	"fmt"
	"slices"

	"truce"
	"truce/internal/vault"
)

// ReportAct is what is done with a daily report.
type ReportAct string

// Acts of reports. A report is never changed: a correction is a report of its own that stands in the place of the one it names.
const (
	ReportIssued   ReportAct = "issued"
	ReportCorrects ReportAct = "corrects"
)

// ReportActs lists them.
var ReportActs = []ReportAct{ReportIssued, ReportCorrects}

// Report is a daily report as it was issued: which one, of which days, and what it says. What it says is sealed; its form is that of whoever draws it up
// (package mechanism).
type Report struct {
	At     truce.Instant
	Act    ReportAct
	Number int
	// From and To bound the time it is about; To is the cut-off of its data.
	From, To truce.Instant
	// Of is the report that is corrected.
	Of        truce.RecordID
	Simulated bool

	Content json.RawMessage
	Erased  bool
}

type reportBody struct {
	At        truce.Instant  `json:"at"`
	Act       ReportAct      `json:"act"`
	Number    int            `json:"number"`
	From      truce.Instant  `json:"from"`
	To        truce.Instant  `json:"to"`
	Of        truce.RecordID `json:"of,omitempty"`
	Simulated bool           `json:"simulated,omitempty"`
}

// ReportGroup names the group that holds what a report says.
const ReportGroup = "content"

// Draft writes the report as a record.
func (x Report) Draft() (Draft, error) {
	b := reportBody{x.At, x.Act, x.Number, x.From, x.To, x.Of, x.Simulated}
	if err := b.check(); err != nil {
		return Draft{}, &truce.Error{Op: "record.Report", Kind: truce.Invalid, Reason: err.Error()}
	}
	if len(x.Content) > MaxBodyBytes {
		return Draft{}, &truce.Error{Op: "record.Report", Kind: truce.TooLarge, Reason: fmt.Sprintf("it has %d bytes, more than %d", len(x.Content), MaxBodyBytes)}
	}
	g, err := group(ReportGroup, x.Content)
	if err != nil {
		return Draft{}, &truce.Error{Op: "record.Report", Kind: truce.Invalid, Reason: "what it says", Cause: err}
	}
	return draft(truce.RecordReport, b, g)
}

// ReadReport reads a record of the kind.
func ReadReport(r *truce.Record, groups vault.Groups) (x Report, err error) {
	var b reportBody
	if err := readBody(r, truce.RecordReport, &b); err != nil {
		return Report{}, err
	}
	if err := b.check(); err != nil {
		return Report{}, &truce.Error{Op: "record.ReadReport", Kind: truce.Corrupt, Subject: r.String(), Reason: err.Error()}
	}
	x = Report{At: b.At, Act: b.Act, Number: b.Number, From: b.From, To: b.To, Of: b.Of, Simulated: b.Simulated}
	if x.Erased = groups.Erased(); x.Erased {
		return x, nil
	}
	return x, readGroup(r, groups, ReportGroup, &x.Content)
}

func (b *reportBody) check() error {
	switch {
	case !b.At.Stated():
		return fmt.Errorf("it does not say when it was issued")
	case !slices.Contains(ReportActs, b.Act):
		return fmt.Errorf("%q is none of %v", b.Act, ReportActs)
	case b.Number < 1:
		return fmt.Errorf("reports are numbered from 1")
	case !b.From.Stated() || !b.To.Stated() || b.To < b.From:
		return fmt.Errorf("it does not say which time it is about")
	case (b.Act == ReportCorrects) != (b.Of != "") || b.Of != "" && !isName(string(b.Of)):
		return fmt.Errorf("a correction names the report it corrects, an issue none")
	}
	return nil
}
