package api

import (
	"context"
	"net/http"

	"truce"
	"truce/internal/access"
	"truce/internal/mechanism"
	"truce/internal/record"
)

// NewReveal opens one group of one record to everybody.
type NewReveal struct {
	Of     string `json:"of" minLength:"1" maxLength:"100"`
	Group  string `json:"group" minLength:"1" maxLength:"40" doc:"Which group of its fields: what, when, who, count, note or text. Exact places, sources and people are never revealed."`
	Reason string `json:"reason" minLength:"1" maxLength:"10000"`
}

// NewWithholding keeps records sealed beyond the day they are due.
type NewWithholding struct {
	Records []string `json:"records,omitempty" maxItems:"10000"`
	Books   string   `json:"books_due_by,omitempty" maxLength:"40" doc:"Instead of records: all that is due by this time and is no evidence, such as offices, grants, checkpoints."`
	Why     string   `json:"why,omitempty" enum:"danger,source,inquiry,order,not-evidence" doc:"Needed with records."`
	Until   string   `json:"until,omitempty" maxLength:"40" doc:"Always, where it is not there."`
	Reason  string   `json:"reason" minLength:"1" maxLength:"10000"`
}

func (s *server) aboutOpenRecord() {
	const tag = "The open record"
	add(s, route{id: "get-sealed", method: http.MethodGet, path: "/api/sealed", tag: tag, act: access.ActRead, kind: access.KindCheckpoint,
		says: "Counts what lies sealed in the open record: what was revealed, withheld and erased, what is due when, and what is overdue."},
		func(_ context.Context, c *caller, _ *struct{}) (mechanism.Sealed, error) { return s.m.Sealed(c.Viewer) })
	add(s, route{id: "list-sealed", method: http.MethodGet, path: "/api/sealed/records", tag: tag, act: access.ActRead, kind: access.KindObservation,
		says: "Lists the records that are due to be revealed or withheld, the earliest first, as far as you may know of them."},
		func(ctx context.Context, c *caller, in *Paging) (mechanism.Page[mechanism.SealedRecord], error) {
			return s.m.SealedRecords(ctx, c.Viewer, in.Cursor, in.Limit)
		})
	add(s, route{id: "reveal", method: http.MethodPost, path: "/api/reveals", tag: tag, act: access.ActWiden, kind: access.KindClass, status: http.StatusCreated,
		says: "Proposes to open one group of fields of one record to everybody, for ever. It waits for somebody of another body."},
		func(ctx context.Context, c *caller, in *body[NewReveal]) (Receipt, error) {
			b := in.Body
			r, waits, err := s.m.Classify(ctx, c.Viewer, record.Class{Act: record.ClassReveals, Of: truce.RecordID(b.Of), Group: b.Group, Reason: b.Reason})
			return s.receipt(r, waits, err)
		})
	add(s, route{id: "withhold", method: http.MethodPost, path: "/api/withholdings", tag: tag, act: access.ActWiden, kind: access.KindClass, status: http.StatusCreated,
		says: "Proposes that records stay sealed beyond the day they are due, and that this is said openly with a reason. It waits for somebody of another body."},
		func(ctx context.Context, c *caller, in *body[NewWithholding]) (Receipt, error) {
			b := in.Body
			until, err := instantOf("body.until", b.Until)
			if err != nil {
				return Receipt{}, err
			}
			by, err := instantOf("body.books_due_by", b.Books)
			if err != nil {
				return Receipt{}, err
			}
			var r mechanism.Receipt
			var waits bool
			if by.Stated() {
				r, waits, err = s.m.WithholdBooks(ctx, c.Viewer, by, b.Reason)
			} else {
				r, waits, err = s.m.Withhold(ctx, c.Viewer, ids[truce.RecordID](b.Records), b.Why, until, b.Reason)
			}
			return s.receipt(r, waits, err)
		})
}
