package api

import (
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"truce"
	"truce/internal/casefile"
	"truce/internal/lang"
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

	cause error
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

// statuses is the one table from kinds of error to HTTP.
var statuses = [...]int{
	truce.Internal: http.StatusInternalServerError, truce.Invalid: http.StatusUnprocessableEntity, truce.NotFound: http.StatusNotFound,
	truce.Conflict: http.StatusConflict, truce.Denied: http.StatusForbidden, truce.Unavailable: http.StatusServiceUnavailable,
	truce.Corrupt: http.StatusInternalServerError, truce.TooLarge: http.StatusRequestEntityTooLarge,
}

// codes are those of the kinds.
var codes = [...]string{truce.Internal: "internal", truce.Invalid: "invalid", truce.NotFound: "not-found", truce.Conflict: "conflict", truce.Denied: "denied",
	truce.Unavailable: "unavailable", truce.Corrupt: "internal", truce.TooLarge: "too-large"}

// titles says each code.
var titles = map[string]truce.Phrase{
	"internal":      truce.Say("problem.internal"),
	"invalid":       truce.Say("problem.invalid"),
	"not-found":     truce.Say("problem.not-found"),
	"conflict":      truce.Say("problem.conflict"),
	"denied":        truce.Say("problem.denied"),
	"unavailable":   truce.Say("problem.unavailable"),
	"too-large":     truce.Say("problem.too-large"),
	"stale":         truce.Say("problem.stale"),
	"method":        truce.Say("problem.method"),
	"media-type":    truce.Say("problem.media-type"),
	"not-json":      truce.Say("problem.not-json"),
	"cross-origin":  truce.Say("problem.cross-origin"),
	"token":         truce.Say("problem.token"),
	"signed-out":    truce.Say("problem.signed-out"),
	"not-admitted":  truce.Say("problem.not-admitted"),
	"too-many":      truce.Say("problem.too-many"),
	"quota":         truce.Say("problem.quota"),
	"case":          truce.Say("problem.case"),
	"last":          truce.Say("problem.last"),
	"no-right":      truce.Say("problem.no-right"),
	"not-yours":     truce.Say("problem.not-yours"),
	"token-scope":   truce.Say("problem.token-scope"),
	"prove-again":   truce.Say("problem.prove-again"),
	"needs-another": truce.Say("problem.needs-another"),
	"same-person":   truce.Say("problem.another-body"),
	"same-body":     truce.Say("problem.another-body"),
	"simulated":     truce.Say("problem.simulated"),
	"paused":        truce.Say("problem.paused"),
}

// of gives the problem of a kind.
func of(k truce.ErrorKind) *problem { return known(statuses[k], codes[k]) }

// known gives the problem of a code.
func known(status int, code string) *problem { return &problem{Status: status, Code: code} }

// in writes the title in a language.
func (p *problem) in(language string) *problem {
	code := p.Code
	if strings.HasPrefix(code, "case.") {
		code = "case"
	}
	title, ok := titles[code]
	if !ok {
		title = titles["internal"]
	}
	q := *p
	q.Type, q.Title = "urn:truce:problem:"+p.Code, lang.For(language).Say(title)
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
	var p *problem
	var no *casefile.Refusal
	var stale *casefile.Stale
	var refusal mechanism.Refusal
	var large *http.MaxBytesError
	var e *truce.Error
	switch {
	case errors.As(err, &p):
		return p
	case errors.As(err, &no):
		p = known(http.StatusConflict, "case."+no.Code())
		p.Detail = lang.For(language).Say(no.Phrase)
		return p
	case errors.As(err, &stale):
		return known(http.StatusConflict, "stale")
	case errors.As(err, &large):
		return of(truce.TooLarge)
	case !errors.As(err, &e):
		return of(truce.Internal)
	}
	p = of(e.Kind)
	switch e.Kind {
	case truce.NotFound, truce.Internal, truce.Corrupt:
		return p
	}
	if errors.As(err, &refusal) {
		p.Code = string(refusal)
	}
	p.Detail, p.Hint = unquoted(reasonOf(e)), unquoted(truce.HintOf(e))
	return p
}

// reasonOf gives the first reason of a chain of errors of ours. What the machine says (no space, no file) is no reason.
func reasonOf(e *truce.Error) string {
	for e != nil {
		if e.Reason != "" {
			return e.Reason
		}
		var next *truce.Error
		if !errors.As(e.Cause, &next) {
			return ""
		}
		e = next
	}
	return ""
}

var quoted = regexp.MustCompile(`"(\\.|[^"\\])*"`)

// unquoted takes out of a sentence what it quotes: an error does not repeat what was sent.
func unquoted(s string) string { return quoted.ReplaceAllString(s, "“…”") }

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
		one := wrong{Message: unquoted(err.Error())}
		if d, ok := err.(huma.ErrorDetailer); ok {
			detail := d.ErrorDetail()
			one.Message = unquoted(detail.Message)
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
