package api

import (
	"context"
	"encoding/hex"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"truce"
	"truce/internal/access"
	"truce/internal/mechanism"
	"truce/internal/record"
)

// piece is a part of an upload.
type piece struct {
	ByID
	Offset int64 `header:"Upload-Offset" minimum:"0" doc:"Where it begins: how many bytes the server has."`
	body   io.Reader
	media  string
}

// Resolve takes hold of the body before anybody has read it.
func (p *piece) Resolve(ctx huma.Context) []error {
	p.body, p.media = ctx.BodyReader(), ctx.Header("Content-Type")
	return nil
}

const pieceType = "application/offset+octet-stream"

// Uploads lists uploads that are not done.
type Uploads struct {
	Items []mechanism.Upload `json:"items" access:"each"`
}

func (s *server) aboutMedia() {
	const tag = "Photos, videos, documents"
	type newUpload struct {
		Name string `json:"name,omitempty" maxLength:"255" doc:"As you call it; it is kept sealed."`
		Size int64  `json:"size" minimum:"1"`
	}
	add(s, route{id: "begin-upload", method: http.MethodPost, path: "/api/uploads", tag: tag, act: access.ActDeposit, kind: access.KindMedia, says: "Begins the upload of an original.",
		status: http.StatusCreated}, func(_ context.Context, c *caller, in *body[newUpload]) (mechanism.Upload, error) {
		if in.Body.Size > s.Limits.Upload {
			return mechanism.Upload{}, of(truce.TooLarge)
		}
		u, err := s.m.BeginUpload(c.Viewer, in.Body.Name, in.Body.Size)
		if err == nil {
			c.w.Header().Set("Location", "/api/uploads/"+u.ID)
		}
		return u, err
	})
	add(s, route{id: "list-uploads", method: http.MethodGet, path: "/api/uploads", tag: tag, act: access.ActRead, kind: access.KindMedia,
		says: "Lists uploads that are not done: your own and your body's, and all for the operations room."}, func(_ context.Context, c *caller, _ *struct{}) (Uploads, error) {
		list, err := s.m.Uploads(c.Viewer)
		return Uploads{list}, err
	})
	add(s, route{id: "abandon-upload", method: http.MethodDelete, path: "/api/uploads/{id}", tag: tag, act: access.ActAbandon, kind: access.KindMedia,
		says: "Gives up an upload that is not done, and destroys what came of it."}, func(_ context.Context, c *caller, in *ByID) (nothing, error) {
		return nothing{}, s.m.Abandon(c.Viewer, in.ID)
	})
	add(s, route{id: "get-upload", method: http.MethodGet, path: "/api/uploads/{id}", tag: tag, act: access.ActRead, kind: access.KindMedia,
		says: "Tells how far an upload of your own is; HEAD tells it in Upload-Offset alone."}, func(_ context.Context, c *caller, in *ByID) (mechanism.Upload, error) {
		u, err := s.m.UploadState(c.Viewer, in.ID)
		return told(c, u, err)
	})
	add(s, route{id: "send-piece", method: http.MethodPatch, path: "/api/uploads/{id}", tag: tag, act: access.ActDeposit, kind: access.KindMedia, stream: true,
		says: "Sends the bytes behind an offset. It may break off: what arrived is kept.", body: []string{pieceType}}, func(ctx context.Context, c *caller, in *piece) (mechanism.Upload, error) {
		if in.media != pieceType {
			return mechanism.Upload{}, known(http.StatusUnsupportedMediaType, "media-type")
		}
		_ = http.NewResponseController(c.w).SetReadDeadline(time.Time{})
		counted := &counted{s: s, c: c, r: in.body, left: s.Limits.Upload}
		u, err := s.m.AppendUpload(c.Viewer, in.ID, in.Offset, counted)
		if counted.refused != nil {
			return u, counted.refused
		}
		return told(c, u, err)
	})
	type deposit struct {
		ByID
		Body struct {
			SHA256    string   `json:"sha256,omitempty" pattern:"^[0-9a-f]{64}$" doc:"Of the whole file: then it is refused where it arrived as another."`
			Tier      string   `json:"tier,omitempty" maxLength:"20"`
			About     []string `json:"about,omitempty" maxItems:"64" doc:"The records it belongs to."`
			Note      string   `json:"note,omitempty" maxLength:"10000"`
			Simulated bool     `json:"simulated,omitempty"`
		}
	}
	add(s, route{id: "deposit", method: http.MethodPost, path: "/api/uploads/{id}/deposit", tag: tag, act: access.ActDeposit, kind: access.KindMedia,
		says: "Ends an upload: its digest is on record, and nothing changes the bytes any more.", status: http.StatusCreated}, func(ctx context.Context, c *caller, in *deposit) (Receipt, error) {
		tier, err := tierOf("body.tier", in.Body.Tier)
		if err != nil {
			return Receipt{}, err
		}
		var d truce.Digest
		if _, err := hex.Decode(d[:], []byte(in.Body.SHA256)); err != nil {
			return Receipt{}, invalid("body.sha256", "it is 64 digits from 0 to f")
		}
		r, err := s.m.Deposit(ctx, c.Viewer, in.ID, d, tier, ids[truce.RecordID](in.Body.About), in.Body.Note, in.Body.Simulated)
		return s.receipt(r, false, err)
	})
	type ask struct {
		Paging
		About string `query:"about" maxLength:"100" doc:"Those that belong to a record."`
	}
	add(s, route{id: "list-media", method: http.MethodGet, path: "/api/media", tag: tag, act: access.ActRead, kind: access.KindMedia, says: "Lists deposits and their copies."},
		func(ctx context.Context, c *caller, in *ask) (mechanism.Page[mechanism.Media], error) {
			return s.m.Pictures(ctx, c.Viewer, truce.RecordID(in.About), in.Cursor, in.Limit)
		})
	add(s, route{id: "get-media", method: http.MethodGet, path: "/api/media/{id}", tag: tag, act: access.ActRead, kind: access.KindMedia,
		says: "Tells of a deposit or a copy, with its custody list where you may see it."}, func(ctx context.Context, c *caller, in *ByID) (mechanism.Media, error) {
		return s.m.Picture(ctx, c.Viewer, truce.RecordID(in.ID))
	})
	addStream[ByID, mechanism.Media](s, route{id: "get-copy", method: http.MethodGet, path: "/api/media/{id}/file", tag: tag, act: access.ActRead, kind: access.KindMedia,
		says: "Gives the bytes of a copy, without metadata. Originals take a reason: see open-original.", answers: []string{"application/octet-stream"}},
		func(ctx context.Context, c *caller, in *ByID) (func(http.ResponseWriter, *http.Request), error) {
			m, err := s.m.Picture(ctx, c.Viewer, truce.RecordID(in.ID))
			if err != nil {
				return nil, err
			}
			// A GET writes nothing, and whoever opens an original is written down.
			if f := record.MediaForm(m.Form); f != record.MediaStripped && f != record.MediaRedacted {
				return nil, of(truce.NotFound)
			}
			return s.file(ctx, c, truce.RecordID(in.ID), "", false)
		})
	type opening struct {
		ByID
		Body struct {
			Reason string `json:"reason" minLength:"1" maxLength:"2000" doc:"It goes on the custody list."`
			Out    bool   `json:"out,omitempty" doc:"You take it out of the mechanism."`
		}
	}
	addStream[opening, mechanism.Media](s, route{id: "open-original", method: http.MethodPost, path: "/api/media/{id}/original", tag: tag, act: access.ActOpenOriginal, kind: access.KindMedia,
		says: "Gives the bytes of an original to whoever says why. That is on the custody list before a byte is sent.", answers: []string{"application/octet-stream"}},
		func(ctx context.Context, c *caller, in *opening) (func(http.ResponseWriter, *http.Request), error) {
			return s.file(ctx, c, truce.RecordID(in.ID), in.Body.Reason, in.Body.Out)
		})
	type handing struct {
		ByID
		Body struct {
			To       string `json:"to" minLength:"1" maxLength:"100"`
			Receiver string `json:"receiver" minLength:"1" maxLength:"1000" doc:"Who took it; sealed."`
			Reason   string `json:"reason" minLength:"1" maxLength:"2000"`
		}
	}
	add(s, route{id: "hand-over", method: http.MethodPost, path: "/api/media/{id}/hand-over", tag: tag, act: access.ActOpenOriginal, kind: access.KindMedia,
		says: "Records that an original was given to another body.", status: http.StatusCreated}, func(ctx context.Context, c *caller, in *handing) (Receipt, error) {
		r, err := s.m.HandOver(ctx, c.Viewer, truce.RecordID(in.ID), truce.BodyID(in.Body.To), in.Body.Receiver, in.Body.Reason)
		return s.receipt(r, false, err)
	})
}

func told(c *caller, u mechanism.Upload, err error) (mechanism.Upload, error) {
	if err == nil {
		c.w.Header().Set("Upload-Offset", strconv.FormatInt(u.Offset, 10))
		c.w.Header().Set("Upload-Length", strconv.FormatInt(u.Size, 10))
	}
	return u, err
}

// file sends the bytes of a deposit or a copy. It is always to be saved, never shown by this server: what a stranger sent may be a page that runs.
func (s *server) file(ctx context.Context, c *caller, id truce.RecordID, reason string, out bool) (func(http.ResponseWriter, *http.Request), error) {
	f, about, err := s.m.Open(ctx, c.Viewer, id, reason, out)
	if err != nil {
		return nil, err
	}
	return func(w http.ResponseWriter, r *http.Request) {
		defer f.Close()
		_ = http.NewResponseController(w).SetWriteDeadline(time.Time{})
		h := w.Header()
		h.Set("Content-Type", "application/octet-stream")
		h.Set("Content-Disposition", `attachment; filename="`+string(about.ID)+`"`)
		if about.SHA256 != "" {
			h.Set("ETag", `"`+about.SHA256+`"`)
		}
		if r.Method == http.MethodPost { // ServeContent answers questions only; the original was asked for by a POST, because it is written down
			h.Set("Content-Length", strconv.FormatInt(f.Size(), 10))
			w.WriteHeader(http.StatusOK)
			if _, err := io.Copy(w, io.NewSectionReader(f, 0, f.Size())); err != nil {
				c.w.err = err
			}
			return
		}
		http.ServeContent(w, r, "", time.Time{}, io.NewSectionReader(f, 0, f.Size()))
	}, nil
}
