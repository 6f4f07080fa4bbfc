package scenario

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"truce"
)

// Limits of a scenario file; see docs/limits.md.
const (
	MaxBytes     = 1 << 20
	MaxScenarios = 1000
	MaxLines     = 20_000
	MaxProblems  = 100
)

// File is a parsed scenario file.
type File struct {
	Name      string
	Scenarios []Scenario
}

// Scenario is one story: statements in order.
type Scenario struct {
	Title      string
	Line       int
	Version    string // the version of the agreement it speaks of; "" is the one at the folder's top
	Statements []Statement
}

// Statement is one line of a story, with the lines that continue it.
type Statement struct {
	Line  int
	Words []Word
}

// Word is a word or mark of a statement with its place.
type Word struct {
	Text   string
	Line   int
	Column int // in characters, from 1
	Quoted bool
}

// parser collects problems.
type parser struct {
	file  string
	probs []truce.Problem
}

func (p *parser) fail(w Word, code, message, hint string) {
	if len(p.probs) < MaxProblems {
		p.probs = append(p.probs, truce.Problem{File: p.file, Line: w.Line, Column: w.Column, Length: max(utf8.RuneCountInString(w.Text), 1),
			Code: code, Message: message, Hint: hint})
	}
}

// Parse reads a scenario file. All problems are reported; the file is usable only when there are none.
func Parse(name string, data []byte) (*File, []truce.Problem) {
	p := &parser{file: name}
	f := &File{Name: name}
	if len(data) > MaxBytes {
		p.fail(Word{Line: 1, Column: 1}, "too-large", fmt.Sprintf("the file has %d bytes", len(data)), fmt.Sprintf("a scenario file may have %d", MaxBytes))
		return f, p.probs
	}
	if !utf8.Valid(data) {
		p.fail(Word{Line: 1, Column: 1}, "not-utf8", "the file is not UTF-8", "save it as UTF-8")
		return f, p.probs
	}
	lines := strings.Split(strings.TrimPrefix(string(data), "\ufeff"), "\n")
	if len(lines) > MaxLines {
		p.fail(Word{Line: MaxLines, Column: 1}, "too-large", "the file has too many lines", fmt.Sprintf("at most %d are read", MaxLines))
		return f, p.probs
	}
	version := ""
	for i, raw := range lines {
		line := strings.TrimSuffix(raw, "\r")
		words := p.split(line, i+1)
		if len(words) == 0 {
			continue
		}
		indented := line[0] == ' ' || line[0] == '\t'
		switch head := words[0]; {
		case head.Text == "version" && !indented:
			if len(words) != 2 {
				p.fail(head, "bad-version", "a version is one word", "write for example: version 2017-07-07")
				continue
			}
			version = words[1].Text
		case head.Text == "scenario" && !indented:
			title := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(stripComment(line)), "scenario"))
			if title == "" {
				p.fail(head, "no-title", "the scenario has no title", "say in a few words what it shows")
			}
			if len(f.Scenarios) >= MaxScenarios {
				p.fail(head, "too-large", "too many scenarios", fmt.Sprintf("at most %d in a file", MaxScenarios))
				return f, p.probs
			}
			f.Scenarios = append(f.Scenarios, Scenario{Title: strings.TrimSpace(strings.TrimPrefix(title, ":")), Line: i + 1, Version: version})
		case !indented:
			p.fail(head, "not-indented", fmt.Sprintf("%q cannot stand at the beginning of a line", head.Text), "begin with scenario or version; indent everything else")
		case len(f.Scenarios) == 0:
			p.fail(head, "no-scenario", "this stands before the first scenario", "write a line: scenario and its title")
		default:
			s := &f.Scenarios[len(f.Scenarios)-1]
			if contains(heads, head.Text) || len(s.Statements) == 0 {
				s.Statements = append(s.Statements, Statement{Line: i + 1, Words: words})
				continue
			}
			last := &s.Statements[len(s.Statements)-1] // a line that begins with no statement's word continues the one before
			last.Words = append(last.Words, words...)
		}
	}
	for i := range f.Scenarios {
		p.known(&f.Scenarios[i])
	}
	return f, p.probs
}

// heads are the words a statement begins with.
var heads = []string{"given", "at", "on", "from", "during", "track", "expect", "now", "known"}

func (p *parser) known(s *Scenario) {
	expects := 0
	for _, st := range s.Statements {
		if !contains(heads, st.Words[0].Text) {
			p.fail(st.Words[0], "unknown-statement", fmt.Sprintf("%q begins no statement", st.Words[0].Text), "begin with one of: "+strings.Join(heads, ", "))
		}
		if st.Words[0].Text == "expect" {
			expects++
		}
	}
	if expects == 0 {
		p.fail(Word{Text: "scenario", Line: s.Line, Column: 1}, "no-expectation", "the scenario expects nothing", "add a line: expect RULE on ID: RESULT")
	}
}

func stripComment(line string) string {
	quoted := false
	for i := 0; i < len(line); i++ {
		switch {
		case line[i] == '"':
			quoted = !quoted
		case line[i] == '#' && !quoted && (i == 0 || line[i-1] == ' ' || line[i-1] == '\t'):
			return line[:i]
		}
	}
	return line
}

// split cuts a line into words. Colons and commas at the end of a word are words of their own; text in double quotes is one word.
func (p *parser) split(line string, no int) []Word {
	line = stripComment(line)
	var out []Word
	col := 0
	rs := []rune(line)
	for col < len(rs) {
		switch c := rs[col]; {
		case c == ' ' || c == '\t':
			col++
		case c == '"':
			end := col + 1
			for end < len(rs) && rs[end] != '"' {
				end++
			}
			w := Word{Text: string(rs[col+1 : end]), Line: no, Column: col + 1, Quoted: true}
			if end == len(rs) {
				p.fail(Word{Text: string(rs[col:]), Line: no, Column: col + 1}, "unclosed-quote", "the quotation mark is not closed", "close it on the same line")
			}
			out = append(out, w)
			col = end + 1
		case c == ',':
			out = append(out, Word{Text: ",", Line: no, Column: col + 1})
			col++
		default:
			end := col
			for end < len(rs) && rs[end] != ' ' && rs[end] != '\t' && rs[end] != ',' && rs[end] != '"' {
				end++
			}
			text := string(rs[col:end])
			colon := strings.HasSuffix(text, ":") && len(text) > 1
			if colon {
				text = strings.TrimSuffix(text, ":")
			}
			out = append(out, Word{Text: text, Line: no, Column: col + 1})
			if colon {
				out = append(out, Word{Text: ":", Line: no, Column: end})
			}
			col = end
		}
	}
	return out
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// Vocabulary lists every word of the language that begins a statement, a clause or a detail, for the test of the reference page.
func Vocabulary() []string {
	out := append([]string{"scenario", "version"}, heads...)
	out = append(out, clauses...)
	out = append(out, detailHeads...)
	out = append(out, truce.ResultWords()...)
	out = append(out, truce.EndedWords()...)
	return append(append(out, truce.ObservationKinds()...), truce.ActorKinds...)
}
