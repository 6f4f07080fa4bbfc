package jsonscan_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"truce/internal/intake/jsonscan"
)

func TestPlaces(t *testing.T) {
	for _, c := range []struct {
		text   string
		column int
		reason string
	}{
		{`{"a":}`, 6, "expected a value"},
		{`{"عين":1,}`, 10, "expected a key in quotation marks"},
		{`{"a":1`, 7, "expected a comma or the end of an object"},
		{`{"a" 1}`, 6, "expected a colon after the key"},
		{`[1 2]`, 4, "expected a comma or the end of a list"},
		{`[01]`, 3, "expected a comma or the end of a list"},
		{`[1.]`, 2, "not a number"},
		{`"a`, 3, "a text without its closing quotation mark"},
		{`"\ud8zz"`, 2, `\u needs four hexadecimal digits`},
		{`{} x`, 4, "something follows the value"},
		{strings.Repeat("[", 65), 65, "nested more than 64 deep"},
	} {
		var s jsonscan.Scanner
		s.Reset([]byte(c.text))
		s.Skip()
		s.End()
		if err := s.Err(); err == nil || s.Column(err.Offset) != c.column || err.Reason != c.reason {
			t.Errorf("%s: %+v; want %q at column %d", c.text, err, c.reason, c.column)
		}
	}
}

func FuzzScan(f *testing.F) {
	for _, s := range []string{`{"a":[1,-2.5e3,"x\u00e9\ud83d\ude00",true,null]}`, `"\ud800"`, `[`, `{"a":{}}`, "\"\x01\"", `-`, `1e`, `{"a":1,"a":2}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var s jsonscan.Scanner
		s.Reset(b)
		got := s.Skip()
		s.End()
		deep := bytes.Count(b, []byte("["))+bytes.Count(b, []byte("{")) > jsonscan.MaxDepth
		if ok := s.Err() == nil; ok != json.Valid(b) && !deep {
			t.Fatalf("%q: valid is %v, encoding/json says %v (%v)", b, ok, json.Valid(b), s.Err())
		}
		if s.Err() != nil || len(got) == 0 || got[0] != '"' {
			return
		}
		s.Reset(b)
		text := s.String()
		var want string
		if err := json.Unmarshal(b, &want); err == nil && want != string(text) && utf8.Valid(b) {
			t.Fatalf("%q: %q, encoding/json reads %q", b, text, want)
		}
		var again string
		if err := json.Unmarshal(jsonscan.AppendString(nil, want), &again); err != nil || again != want {
			t.Fatalf("%q written as %s reads %q, %v", want, jsonscan.AppendString(nil, want), again, err)
		}
	})
}
