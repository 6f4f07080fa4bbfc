// Package wire carries what witnesses are asked, and answer, over HTTP (C2SP tlog-witness). Whoever starts a server or hands in a client opens
// the connections.
package wire

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"truce"
	"truce/internal/witness"
)

// MaxAtOnce bounds the requests that are answered at one time; more are told to come back.
const MaxAtOnce = 64

// Line is one act of a witness, for its log: about which log and what came of it, and nothing of who asked.
type Line struct {
	Status int
	Origin string // "" where the log is unknown or did not sign
	Size   int64
	Err    error
}

// Handler serves a witness: POST /add-checkpoint, GET /checkpoint?origin=, GET /health.
func Handler(w *witness.Witness, log func(Line)) http.Handler {
	busy := make(chan struct{}, MaxAtOnce)
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+witness.AddPath, func(rw http.ResponseWriter, r *http.Request) {
		select {
		case busy <- struct{}{}:
			defer func() { <-busy }()
		default:
			rw.Header().Set("Retry-After", "1")
			http.Error(rw, "too many requests at once", http.StatusServiceUnavailable)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, witness.MaxRequestBytes))
		if err != nil {
			status := http.StatusBadRequest
			if large := new(http.MaxBytesError); errors.As(err, &large) {
				status = http.StatusRequestEntityTooLarge
			}
			http.Error(rw, "the request cannot be read", status)
			return
		}
		a := w.Add(body)
		rw.Header().Set("Content-Type", "text/plain; charset=utf-8")
		if a.IsSize {
			rw.Header().Set("Content-Type", "text/x.tlog.size")
		}
		rw.WriteHeader(a.Status)
		rw.Write(a.Body)
		log(Line{a.Status, a.Origin, a.Size, a.Err})
	})
	mux.HandleFunc("GET "+witness.LatestPath, func(rw http.ResponseWriter, r *http.Request) {
		b := w.Latest(r.URL.Query().Get("origin"))
		if b == nil {
			http.Error(rw, "nothing is known of this log", http.StatusNotFound)
			return
		}
		rw.Header().Set("Content-Type", "text/plain; charset=utf-8")
		rw.Write(b)
	})
	mux.HandleFunc("GET /health", func(rw http.ResponseWriter, _ *http.Request) {
		followed, broken := w.Logs()
		state, status := "working", http.StatusOK
		if broken > 0 {
			state, status = "broken", http.StatusServiceUnavailable
		}
		rw.Header().Set("Content-Type", "application/json")
		rw.WriteHeader(status)
		json.NewEncoder(rw).Encode(struct {
			State string `json:"state"`
			Logs  int    `json:"logs"`
		}{state, followed})
	})
	return mux
}

// Client asks witnesses over HTTP. It follows no redirects: a witness is where its address says.
type Client struct{ http http.Client }

// NewClient takes the transport that opens connections.
func NewClient(t http.RoundTripper) *Client {
	return &Client{http.Client{Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// Post implements [witness.Wire].
func (c *Client) Post(ctx context.Context, address string, body []byte) (int, []byte, error) {
	return c.do(ctx, http.MethodPost, address, bytes.NewReader(body))
}

// Get implements [witness.Wire].
func (c *Client) Get(ctx context.Context, address string) (int, []byte, error) {
	return c.do(ctx, http.MethodGet, address, nil)
}

func (c *Client) do(ctx context.Context, method, address string, body io.Reader) (int, []byte, error) {
	r, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return 0, nil, &truce.Error{Op: "wire.Client", Kind: truce.Invalid, Subject: address, Cause: err}
	}
	resp, err := c.http.Do(r)
	if err != nil {
		return 0, nil, &truce.Error{Op: "wire.Client", Kind: truce.Unavailable, Subject: address, Cause: err}
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, witness.MaxAnswerBytes))
	if err != nil {
		return 0, nil, &truce.Error{Op: "wire.Client", Kind: truce.Unavailable, Subject: address, Cause: err}
	}
	return resp.StatusCode, b, nil
}
