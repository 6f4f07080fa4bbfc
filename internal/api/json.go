package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf8"

	"truce/internal/intake/jsonscan"
)

// marshal writes an answer.
func marshal(w io.Writer, v any) error { return json.NewEncoder(w).Encode(v) }

// unmarshal reads the body of a request strictly: one value, no key twice, no depth that nobody needs. Unknown fields are refused by the library, by the
// schema of the request.
func unmarshal(b []byte, v any) error {
	if !utf8.Valid(b) {
		return fmt.Errorf("the body is not UTF-8")
	}
	var s jsonscan.Scanner
	s.Reset(b)
	if err := strictly(&s, 0); err != nil {
		return err
	}
	s.End()
	if s.Err() != nil {
		return fmt.Errorf("the body is not JSON, at character %d", s.Column(s.Offset()))
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return fmt.Errorf("the body is not what was expected here")
	}
	return nil
}

func strictly(s *jsonscan.Scanner, depth int) error {
	if depth > MaxDepth {
		return fmt.Errorf("it is nested deeper than %d", MaxDepth)
	}
	switch k := s.Kind(); k {
	case jsonscan.Object:
		keys := map[string]bool{}
		for ok := s.Enter(k); ok && s.More(k); {
			key := string(s.Key())
			if keys[key] {
				return fmt.Errorf("a key stands there twice")
			}
			keys[key] = true
			if err := strictly(s, depth+1); err != nil {
				return err
			}
		}
	case jsonscan.Array:
		for ok := s.Enter(k); ok && s.More(k); {
			if err := strictly(s, depth+1); err != nil {
				return err
			}
		}
	case jsonscan.String:
		s.String()
	case jsonscan.Number:
		s.Number()
	case jsonscan.Bool:
		s.Bool()
	case jsonscan.Null:
		s.Null()
	default:
		return fmt.Errorf("the body is not JSON, at character %d", s.Column(s.Offset()))
	}
	if s.Err() != nil {
		return fmt.Errorf("the body is not JSON, at character %d", s.Column(s.Offset()))
	}
	return nil
}
