package verify

import (
	"truce"
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
