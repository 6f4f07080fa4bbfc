package verify

import (
	"fmt"
	"slices"

	"truce"
	"truce/assess"
)

// answers are the words for what was answered.
var answers = map[truce.Truth]string{truce.True: "yes", truce.False: "no", truce.Unknown: "unknown"}

// AskedOf writes answers with the names of their questions, as they are published.
func AskedOf(names []string, list []truce.Asked) []Asked {
	out := make([]Asked, len(list))
	for i, a := range list {
		out[i] = Asked{names[i], answers[a.Answer], a.Then.String()}
	}
	return out
}

// follows reads the answers, and says where something else follows from them than is said. There are none where they were not published.
func (s Said) follows() ([]truce.Asked, error) {
	var possible truce.ResultSet
	for i, w := range s.Possible {
		r, ok := truce.ParseResult(w)
		if !ok || i > 0 && slices.Index(truce.ResultWords(), s.Possible[i-1]) >= int(r) {
			return nil, fmt.Errorf("%q is no result, or out of order", w)
		}
		possible = possible.With(r)
	}
	result, ok := truce.ParseResult(s.Result)
	if only, one := possible.Only(); !ok || possible == 0 || one && only != result || !one && result != truce.Undetermined {
		return nil, fmt.Errorf("%q is not what remains possible", s.Result)
	}
	if len(s.Asked) == 0 {
		return nil, nil
	}
	list := make([]truce.Asked, len(s.Asked))
	for i, a := range s.Asked {
		then, ok := truce.ParseResult(a.Then)
		truth, known := truce.Unknown, false
		for t, w := range answers {
			if w == a.Answer {
				truth, known = t, true
			}
		}
		if !ok || !known {
			return nil, fmt.Errorf("question %d has no answer or leads to no result", i+1)
		}
		list[i] = truce.Asked{Answer: truth, Then: then}
	}
	if got := assess.Derive(list); got != possible {
		return nil, fmt.Errorf("from the answers follows %v, and not %v", got.Results(), possible.Results())
	}
	return list, nil
}

// Code is the result of an outcome as its leaf has it.
func (d *OutcomeDocument) Code() uint8 {
	if d.Gone || len(d.Said) == 0 {
		return CodeGone
	}
	for _, s := range d.Said[1:] {
		if s.Result != d.Said[0].Result {
			return CodeTurns
		}
	}
	r, _ := truce.ParseResult(d.Said[0].Result)
	return uint8(r)
}
