package api

import (
	"context"
	"io"
	"mime"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"truce"
	"truce/internal/access"
	"truce/internal/door"
	"truce/internal/intake"
	"truce/internal/mechanism"
)

// Taken says what became of a batch. What was refused is named with its place; nothing vanishes.
type Taken struct {
	Format       string              `json:"format" access:"existence" doc:"What the stream was taken for."`
	Rows         int                 `json:"rows" access:"existence" doc:"Rows read."`
	Observations int                 `json:"observations" access:"existence" doc:"Observations written down."`
	Positions    int                 `json:"positions" access:"existence" doc:"Positions written down."`
	Repeated     int                 `json:"repeated" access:"existence" doc:"Rows that were there already."`
	Rejected     int                 `json:"rejected" access:"existence" doc:"Rows that could not be taken."`
	Records      int                 `json:"records" access:"existence" doc:"Records of the journal they became."`
	First        truce.RecordID      `json:"first,omitempty" access:"existence" doc:"Name of the first record."`
	IDs          []truce.RecordID    `json:"ids,omitempty" access:"existence" doc:"Names of the records, where there are at most a hundred."`
	Problems     []mechanism.Problem `json:"problems,omitempty" access:"existence" doc:"What was wrong with rejected rows; at most 200 are told."`
	Notes        []string            `json:"notes,omitempty" access:"existence" doc:"What was assumed."`
}

// Cards are what is known of records.
type Cards struct {
	Items []mechanism.Card `json:"items" access:"each"`
}

// search is what lists of observations and tracks take.
type search struct {
	Paging
	From string `query:"from" maxLength:"40" doc:"Not over before this time."`
	To   string `query:"to" maxLength:"40" doc:"Begun by this time."`
	BBox string `query:"bbox" maxLength:"200" doc:"West,south,east,north in degrees. What you see coarsely is found by its cell."`
	Kind string `query:"kind" maxLength:"40" doc:"Of observations: presence, incident and so on."`
	What string `query:"what" maxLength:"100" doc:"The kind of event or act."`
}

func (q *search) search() (mechanism.Search, error) {
	out := mechanism.Search{What: q.What, Cursor: q.Cursor, Limit: q.Limit}
	var err error
	if q.Kind != "" {
		var ok bool
		if out.Observed, ok = truce.ParseObservationKind(q.Kind); !ok {
			return out, invalid("query.kind", "there is no such kind of observation")
		}
	}
	if out.From, err = instantOf("query.from", q.From); err != nil {
		return out, err
	}
	if out.To, err = instantOf("query.to", q.To); err != nil {
		return out, err
	}
	out.Box, err = boxOf("query.bbox", q.BBox)
	return out, err
}

// report is a batch that is read as it comes.
type report struct {
	Tier      string `query:"tier" maxLength:"20" doc:"Who may see it once it is released: mechanism at most, by the word of its author."`
	Format    string `query:"format" maxLength:"20" doc:"ndjson, sheet, ucdp, acled, geojson, gpx or track; found out where it is left out."`
	Simulated bool   `query:"simulated" doc:"Invented, for an exercise: everything in it is labelled so."`
	body      io.Reader
	media     string
}

// Resolve takes hold of the body before anybody has read it.
func (r *report) Resolve(ctx huma.Context) []error {
	r.body, r.media = ctx.BodyReader(), ctx.Header("Content-Type")
	return nil
}

// reportTypes are the media types of batches, with the format each of them says; "" is to be found out.
var reportTypes = map[string]string{
	"application/x-ndjson": intake.FormatNDJSON, "application/ndjson": intake.FormatNDJSON, "application/jsonl": intake.FormatNDJSON,
	"application/json": "", "application/geo+json": intake.FormatGeoJSON, "text/csv": "", "application/gpx+xml": intake.FormatGPX,
	"application/octet-stream": "", "text/Plain": "",
}

func (s *server) aboutReports() {
	const tag = "What was reported"
	add(s, route{id: "list-observations", method: http.MethodGet, path: "/api/observations", tag: tag, act: access.ActRead, kind: access.KindObservation,
		says: "Lists observations, the newest record first."}, func(ctx context.Context, c *caller, in *search) (mechanism.Page[mechanism.Observation], error) {
		q, err := in.search()
		if err != nil {
			return mechanism.Page[mechanism.Observation]{}, err
		}
		return s.m.Observations(ctx, c.Viewer, q)
	})
	add(s, route{id: "get-observation", method: http.MethodGet, path: "/api/observations/{id}", tag: tag, act: access.ActRead, kind: access.KindObservation, says: "Gives one observation."},
		func(ctx context.Context, c *caller, in *ByID) (mechanism.Observation, error) {
			return s.m.Observation(ctx, c.Viewer, truce.RecordID(in.ID))
		})
	add(s, route{id: "report", method: http.MethodPost, path: "/api/observations", tag: tag, act: access.ActReport, kind: access.KindObservation, stream: true,
		says:   "Reports observations and positions: one, or a stream of any length. It is answered when everything is durable.",
		status: http.StatusCreated, body: []string{"application/x-ndjson", "text/csv", "application/json", "application/geo+json", "application/gpx+xml"}},
		func(ctx context.Context, c *caller, in *report) (Taken, error) { return s.take(ctx, c, in) })
	add(s, route{id: "list-tracks", method: http.MethodGet, path: "/api/tracks", tag: tag, act: access.ActRead, kind: access.KindPositions,
		says: "Lists stretches of tracks, without their positions."}, func(ctx context.Context, c *caller, in *search) (mechanism.Page[mechanism.Positions], error) {
		q, err := in.search()
		if err != nil {
			return mechanism.Page[mechanism.Positions]{}, err
		}
		return s.m.Tracks(ctx, c.Viewer, q)
	})
	add(s, route{id: "get-track", method: http.MethodGet, path: "/api/tracks/{id}", tag: tag, act: access.ActRead, kind: access.KindPositions,
		says: "Gives a stretch of a track, with its positions where you may see them."}, func(ctx context.Context, c *caller, in *ByID) (mechanism.Positions, error) {
		return s.m.Track(ctx, c.Viewer, truce.RecordID(in.ID))
	})
	add(s, route{id: "list-mentions", method: http.MethodGet, path: "/api/records/{id}/mentions", tag: tag, act: access.ActRead, kind: access.KindObservation,
		says: "Lists the records that speak of one: outcomes, steps, copies, statements."}, func(ctx context.Context, c *caller, in *ByID) (Cards, error) {
		list, err := s.m.Speaks(ctx, c.Viewer, truce.RecordID(in.ID))
		return Cards{list}, err
	})
}

func (s *server) take(ctx context.Context, c *caller, in *report) (Taken, error) {
	tier, err := tierOf("query.tier", in.Tier)
	if err != nil {
		return Taken{}, err
	}
	media, _, err := mime.ParseMediaType(in.media)
	format, ok := reportTypes[media]
	if err != nil || !ok {
		return Taken{}, known(http.StatusUnsupportedMediaType, "media-type")
	}
	if in.Format != "" {
		format = in.Format
	}
	// What is not announced is counted as it comes, and stops where the day's share is used up.
	counted := &counted{s: s, c: c, r: in.body, left: s.Limits.Batch}
	// A batch may take longer than the time that the server gives a request.
	_ = http.NewResponseController(c.w).SetReadDeadline(time.Time{})
	t, err := s.m.Report(ctx, c.Viewer, mechanism.Batch{Name: "request", Format: format, Tier: tier, Simulated: in.Simulated, MaxBytes: s.Limits.Batch, Body: counted})
	switch {
	case counted.refused != nil:
		return Taken{}, counted.refused
	case err != nil:
		return Taken{}, err
	case t.Records == 0 && t.Rejected > 0:
		c.status = http.StatusUnprocessableEntity
	case t.Records == 0:
		c.status = http.StatusOK // all of it was there already
	}
	for i := range t.Problems {
		t.Problems[i].Message, t.Problems[i].Hint = door.Unquoted(t.Problems[i].Message), door.Unquoted(t.Problems[i].Hint)
	}
	return Taken(t), nil
}

// counted reads a body and counts it against what a body may send in a day and at once, a piece at a time.
type counted struct {
	s       *server
	c       *caller
	r       io.Reader
	left    int64 // of this request
	paid    int64 // of the day's share
	refused *problem
}

const quotaPiece = 1 << 20

func (r *counted) Read(p []byte) (int, error) {
	if r.refused != nil {
		return 0, r.refused
	}
	n, err := r.r.Read(p)
	r.left -= int64(n)
	if r.left < 0 {
		r.refused = of(truce.TooLarge)
		return 0, r.refused
	}
	for r.paid < int64(n) {
		if !r.s.quota.take(r.c.Body, quotaPiece, r.s.Limits.Quota, r.c.Now) {
			r.refused = r.s.overQuota(r.c)
			return 0, r.refused
		}
		r.paid += quotaPiece
	}
	r.paid -= int64(n)
	return n, err
}
