package api

import (
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"truce"
	"truce/internal/door"
	"truce/internal/mechanism"
)

// problem is an error as the outside sees it (RFC 9457). It never says why the machine failed, and never repeats what was sent. What is absent and what somebody
// may not know of are the same bytes.
type problem struct {
	Type   string   `json:"type" doc:"urn:truce:problem: and the code."`
	Title  string   `json:"title" doc:"What went wrong, in the language that was asked for."`
	Status int      `json:"status"`
	Code   string   `json:"code" doc:"For programs; it never changes its meaning."`
	Detail string   `json:"detail,omitempty" doc:"More of it, in English; of a step in a case that is refused, in the language that was asked for."`
	Hint   string   `json:"hint,omitempty" doc:"What can be done, in English."`
	Errors []wrong  `json:"errors,omitempty" doc:"Which parts of the request are wrong."`
	Since  []missed `json:"since,omitempty" doc:"Of a case that changed meanwhile: the steps that you have not seen."`
}

// wrong is a part of a request that is wrong.
type wrong struct {
	In      string `json:"in,omitempty" doc:"body.tier, or query.limit."`
	Message string `json:"message"`
}

// missed is a step that came between.
type missed struct {
	Number int             `json:"number"`
	Step   truce.CaseStep  `json:"step"`
	State  truce.CaseState `json:"state"`
}

func (p *problem) Error() string             { return p.Code }
func (p *problem) GetStatus() int            { return p.Status }
func (p *problem) ContentType(string) string { return "application/problem+json" }

// of gives the problem of a kind.
func of(k truce.ErrorKind) *problem { f := door.Of(k); return known(f.Status, f.Code) }

// known gives the problem of a code.
func known(status int, code string) *problem { return &problem{Status: status, Code: code} }

// in writes the title in a language.
func (p *problem) in(language string) *problem {
	q := *p
	q.Type, q.Title = "urn:truce:problem:"+p.Code, door.Title(language, p.Code)
	return &q
}

// problem answers with a problem, where the library is not asked.
func (s *server) problem(w http.ResponseWriter, r *http.Request, language string, p *problem) {
	w.Header().Set("Content-Type", p.ContentType(""))
	w.WriteHeader(p.Status)
	if r.Method != http.MethodHead {
		_ = json.NewEncoder(w).Encode(p.in(language))
	}
}

// fault turns an error into what the outside may know of it.
func (s *server) fault(c *caller, err error) *problem {
	p := problemOf(c.language, err)
	if p.Status >= 500 {
		c.w.err = err
	}
	return standard(c.r, p).in(c.language)
}

// standard answers what is wrong with a request for maps as the standard of maps asks for.
func standard(r *http.Request, p *problem) *problem {
	if p.Status == http.StatusUnprocessableEntity && strings.HasPrefix(r.URL.Path, features) {
		q := *p
		q.Status = http.StatusBadRequest
		return &q
	}
	return p
}

func problemOf(language string, err error) *problem {
	if p, ok := errors.AsType[*problem](err); ok {
		return p
	}
	f := door.Outside(language, err)
	return &problem{Status: f.Status, Code: f.Code, Detail: f.Detail, Hint: f.Hint}
}

// The library's own refusals (a missing field, a body that is no JSON) become problems like all others. Its hook is global; this package is its only importer.
func init() {
	huma.NewError = func(status int, _ string, errs ...error) huma.StatusError { return libraryProblem("en", status, errs) }
	huma.NewErrorWithContext = func(ctx huma.Context, status int, _ string, errs ...error) huma.StatusError {
		if ctx != nil {
			if c, ok := ctx.Context().Value(callerKey{}).(*caller); ok {
				return standard(c.r, libraryProblem(c.language, status, errs))
			}
		}
		return libraryProblem("en", status, errs)
	}
}

var safePlace = regexp.MustCompile(`^[a-z]+(\.[a-z_]+|\[[0-9]+\]){0,8}$`)

func libraryProblem(language string, status int, errs []error) *problem {
	p := of(truce.Invalid)
	switch status {
	case http.StatusBadRequest:
		p = known(status, "not-json")
	case http.StatusUnsupportedMediaType:
		p = known(status, "media-type")
	case http.StatusRequestEntityTooLarge:
		p = of(truce.TooLarge)
	case http.StatusRequestTimeout:
		p = known(status, "unavailable")
	}
	if status >= 500 {
		p = of(truce.Internal)
		return p.in(language)
	}
	for _, err := range errs {
		var mine *problem
		if errors.As(err, &mine) {
			return mine.in(language)
		}
		one := wrong{Message: door.Unquoted(err.Error())}
		if d, ok := err.(huma.ErrorDetailer); ok {
			detail := d.ErrorDetail()
			one.Message = door.Unquoted(detail.Message)
			if safePlace.MatchString(detail.Location) {
				one.In = detail.Location
			}
		}
		p.Errors = append(p.Errors, one)
	}
	return p.in(language)
}

// tell lists the steps of a case that its author had not seen, as far as they may know of them.
func tell(seen int, steps []mechanism.CaseStep) *problem {
	p := known(http.StatusConflict, "stale")
	for _, st := range steps {
		if st.Number > seen {
			p.Since = append(p.Since, missed{st.Number, st.Step, st.State})
		}
	}
	return p
}
