// Package verifying is what truce verify and the small program truce-verify have in common: where a record is read from, the checkpoint that the reader keeps, and
// how the report is told.
package verifying

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"truce"
	"truce/internal/disk"
	"truce/internal/seal"
	"truce/verify"
)

// Exit codes.
const (
	ExitHolds      = 0 // perhaps with remarks
	ExitDoesNot    = 1 // something does not hold; with Strict, or there are remarks
	ExitCannotRead = 2 // it was not understood, or what it names is not there
	ExitFailed     = 3
)

// Request is what somebody wants to have checked.
type Request struct {
	// From is a folder, a bundle, or an address.
	From string
	// Policy is a file with the policy that the reader believes; "" takes the record's own.
	Policy string
	// Seen is the folder in which the reader's own checkpoints are kept, one for each log; "" takes the one of this user. Keep writes nothing where false.
	Seen string
	Keep bool
	// Fork is where a proof that the log said two things is written.
	Fork string
	JSON bool
	// Times tells of each finding when it was published.
	Times  bool
	Strict bool
	Now    truce.Instant
}

// MaxFetch bounds a file that is fetched; see docs/limits.md. DefaultFetch is how long one may take.
const (
	MaxFetch     = 64 << 20
	DefaultFetch = 30 * time.Second
)

// Run checks a record and tells the report. It gives the exit code.
func Run(ctx context.Context, q Request, out io.Writer) (int, error) {
	record, done, err := Open(ctx, q.From)
	if err != nil {
		return ExitCannotRead, err
	}
	defer done()
	o := verify.Options{Now: q.Now}
	if q.Policy != "" {
		if o.Policy, err = os.ReadFile(q.Policy); err != nil {
			return ExitCannotRead, &truce.Error{Kind: truce.NotFound, Subject: q.Policy, Reason: "the policy cannot be read", Cause: err}
		}
	}
	kept, name, err := keeps(q, record)
	if err != nil {
		return ExitFailed, err
	}
	if o.Seen, err = kept.ReadFile(name, seal.MaxCheckpointBytes); err != nil && truce.KindOf(err) != truce.NotFound {
		return ExitFailed, err
	}
	r, err := verify.Check(record, o)
	if err != nil {
		return ExitCannotRead, err
	}
	if q.JSON {
		e := json.NewEncoder(out)
		e.SetIndent("", "  ")
		err = e.Encode(r)
	} else {
		if err = r.Write(out); err == nil && q.Times {
			err = r.WriteTimes(out)
		}
	}
	if err != nil {
		return ExitFailed, err
	}
	if r.Fork != nil {
		if err := os.WriteFile(q.Fork, r.Fork, 0o644); err != nil {
			return ExitFailed, err
		}
		fmt.Fprintf(out, "\nThe proof that this log said two different things is in %s. Keep it, and show it to others.\n", q.Fork)
	}
	if r.Verdict == verify.DoesNotHold {
		return ExitDoesNot, nil
	}
	if q.Keep && r.Size >= r.Since {
		if err := kept.WriteFile(name, r.Checkpoint); err != nil {
			return ExitFailed, err
		}
	}
	if q.Strict && r.Verdict != verify.Holds {
		return ExitDoesNot, nil
	}
	return ExitHolds, nil
}

// keeps gives the folder of the reader's own checkpoints, and the name of the one of this log.
func keeps(q Request, record fs.FS) (disk.Folder, string, error) {
	path := q.Seen
	if path == "" {
		config, err := os.UserConfigDir()
		if err != nil {
			return nil, "", &truce.Error{Kind: truce.Unavailable, Reason: "there is no folder for settings of this user", Cause: err, Hint: "name a folder with --seen"}
		}
		path = filepath.Join(config, "truce", "seen")
	}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, "", err
	}
	folder, err := disk.Open(path)
	if err != nil {
		return nil, "", err
	}
	b, _ := fs.ReadFile(record, "checkpoint") // Check says what is wrong with it
	origin, _, _ := bytes.Cut(b, []byte("\n"))
	h := seal.Bytes(origin)
	return folder, seal.Text(h[:], 26), nil
}

// Open gives the files of a record, and what releases them.
func Open(ctx context.Context, from string) (fs.FS, func() error, error) {
	none := func() error { return nil }
	if u, err := url.Parse(from); err == nil && (u.Scheme == "http" || u.Scheme == "https") {
		return remote{ctx, strings.TrimSuffix(from, "/"), &http.Client{Timeout: DefaultFetch}}, none, nil
	}
	info, err := os.Stat(from)
	if err != nil {
		return nil, nil, &truce.Error{Kind: truce.NotFound, Subject: from, Reason: "there is no such folder or bundle", Cause: err}
	}
	if info.IsDir() {
		return os.DirFS(from), none, nil
	}
	z, err := zip.OpenReader(from)
	if err != nil {
		return nil, nil, &truce.Error{Kind: truce.Invalid, Subject: from, Reason: "this is no bundle", Cause: err, Hint: "a bundle is a zip of the folder of a record, or of a part of it"}
	}
	return z, z.Close, nil
}

// remote is a record behind an address. It lists nothing: a reader of the whole log needs no list.
type remote struct {
	ctx  context.Context
	base string
	http *http.Client
}

func (r remote) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// ReadFile fetches a file.
func (r remote) ReadFile(name string) ([]byte, error) {
	fail := func(err error) ([]byte, error) { return nil, &fs.PathError{Op: "fetch", Path: name, Err: err} }
	if !fs.ValidPath(name) {
		return fail(fs.ErrInvalid)
	}
	req, err := http.NewRequestWithContext(r.ctx, http.MethodGet, r.base+"/"+name, nil)
	if err != nil {
		return fail(err)
	}
	res, err := r.http.Do(req)
	if err != nil {
		return fail(err)
	}
	defer res.Body.Close()
	switch res.StatusCode {
	case http.StatusOK:
	case http.StatusNotFound, http.StatusGone:
		return fail(fs.ErrNotExist)
	default:
		return fail(errors.New(res.Status))
	}
	b, err := io.ReadAll(io.LimitReader(res.Body, MaxFetch+1))
	if err == nil && len(b) > MaxFetch {
		err = fmt.Errorf("it is longer than %d bytes", MaxFetch)
	}
	if err != nil {
		return fail(err)
	}
	return b, nil
}
