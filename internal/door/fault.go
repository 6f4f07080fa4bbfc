package door

import (
	"errors"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"truce"
	"truce/internal/casefile"
	"truce/internal/lang"
	"truce/internal/mechanism"
)

// Fault is an error as the outside may know it. It never says why the machine failed, and never repeats what was sent. What is absent and what somebody may
// not know of are the same.
type Fault struct {
	Status int
	Code   string // for programs; it never changes its meaning
	Title  string // what went wrong, in the language that was asked for
	Detail string // more of it, in the language that was asked for where there are words for it, else in English
	Hint   string // what can be done, likewise
}

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
	"never-public":  truce.Say("problem.never-public"),
}

// Title says a code in a language.
func Title(language, code string) string {
	if strings.HasPrefix(code, "case.") {
		code = "case"
	}
	title, ok := titles[code]
	if !ok {
		title = titles["internal"]
	}
	return lang.For(language).Say(title)
}

// Codes lists the codes that have a title, in order.
func Codes() []string { return slices.Sorted(maps.Keys(titles)) }

// Of gives the fault of a kind, without words.
func Of(k truce.ErrorKind) Fault { return Fault{Status: statuses[k], Code: codes[k]} }

// Known gives the fault of a code.
func Known(language string, status int, code string) Fault {
	return Fault{Status: status, Code: code, Title: Title(language, code)}
}

// Outside turns an error into what the outside may know of it.
func Outside(language string, err error) Fault {
	f := outside(language, err)
	f.Title = Title(language, f.Code)
	return f
}

func outside(language string, err error) Fault {
	var no *casefile.Refusal
	var stale *casefile.Stale
	var refusal mechanism.Refusal
	var large *http.MaxBytesError
	var e *truce.Error
	switch {
	case errors.As(err, &no):
		return Fault{Status: http.StatusConflict, Code: "case." + no.Code(), Detail: lang.For(language).Say(no.Phrase)}
	case errors.As(err, &stale):
		return Fault{Status: http.StatusConflict, Code: "stale"}
	case errors.As(err, &large):
		return Of(truce.TooLarge)
	case !errors.As(err, &e):
		return Of(truce.Internal)
	}
	f := Of(e.Kind)
	switch e.Kind {
	case truce.NotFound, truce.Internal, truce.Corrupt:
		return f
	}
	if errors.As(err, &refusal) {
		if f.Code = string(refusal); language != "en" {
			return f // the title says it
		}
	}
	f.Detail, f.Hint = said(language, reasonOf(e)), said(language, truce.HintOf(e))
	return f
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

// Unquoted takes out of a sentence what it quotes: an error does not repeat what was sent.
func Unquoted(s string) string { return quoted.ReplaceAllString(s, "“…”") }

// Bad is the error of a field of a form that is not what was expected.
func Bad(field, reason string) error {
	return &truce.Error{Op: "form", Kind: truce.Invalid, Subject: field, Reason: field + ": " + reason}
}
