package truce

import (
	"errors"
	"strings"
)

// ErrorKind is the sort of thing that went wrong, for programs. The numbers travel: append only.
type ErrorKind uint8

// Kinds of error.
const (
	Internal    ErrorKind = iota // our fault
	Invalid                      // the input is wrong
	NotFound                     // there is no such thing
	Conflict                     // it changed meanwhile, or is there already
	Denied                       // not for you
	Unavailable                  // not now
	Corrupt                      // what is stored is not what was written
	TooLarge                     // over a limit of docs/limits.md
)

var errorKindNames = [...]string{"internal error", "invalid", "not found", "conflict", "denied", "unavailable", "corrupt", "too large"}

func (k ErrorKind) String() string { return errorKindNames[min(int(k), len(errorKindNames)-1)] }

// Op names the operation that failed, for example "terms.Load".
type Op string

// Error is an error as a record: what was tried, on what, what sort of failure, and what to do next.
type Error struct {
	Op      Op
	Kind    ErrorKind
	Subject string // the file, id or address it is about
	Reason  string // a sentence
	Hint    string // what the person can do
	Cause   error
}

// Error writes each part once, the cause last.
func (e *Error) Error() string {
	var parts []string
	for _, s := range []string{string(e.Op), e.Subject, e.Reason} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	if e.Reason == "" && e.Cause == nil {
		parts = append(parts, e.Kind.String())
	}
	if e.Cause != nil {
		parts = append(parts, e.Cause.Error())
	}
	return strings.Join(parts, ": ")
}

func (e *Error) Unwrap() error { return e.Cause }

// KindOf gives the kind of the outermost [Error] in a chain; any other error is internal.
func KindOf(err error) ErrorKind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// HintOf gives the first hint in a chain, "" if there is none.
func HintOf(err error) string {
	var e *Error
	for errors.As(err, &e) {
		if e.Hint != "" {
			return e.Hint
		}
		err = e.Cause
	}
	return ""
}

// Problem is one thing wrong with an agreement, a scenario or a row of input: where, what, and what to do.
type Problem struct {
	File string
	// Line and Column count from 1; the column counts characters (runes), not bytes. Row problems of tables use Line for the row.
	Line, Column int
	// Length is how many characters the offending word has; 0 where it is not known.
	Length int
	// Field names the field or path in the data, for example "articles[2].rules[0].where".
	Field   string
	Code    string // stable, for example "unknown-actor"
	Message string
	Hint    string
	Warning bool
}

func (p Problem) Error() string {
	var b strings.Builder
	b.WriteString(p.Message)
	if p.Hint != "" {
		b.WriteString(": " + p.Hint)
	}
	return b.String()
}
