package assess

import (
	"regexp"
	"testing"

	"truce"
	"truce/internal/lang"
	"truce/terms"
)

// Whatever a condition can ask for, and whatever it can be, is said in the reader's language: every incident and piece of equipment of the lists, countries,
// chains of command, what is disputed and what nobody stated.
func TestReasonsAreInTheLanguageOfTheReader(t *testing.T) {
	name := truce.Words{EN: "force", AR: "قوة", RU: "сила"}
	a := &truce.Agreement{Actors: []truce.Actor{{ID: "one", Name: name}, {ID: "two", Name: name}}}
	texts := func(words ...string) (out []any) {
		for _, w := range words {
			out = append(out, w)
		}
		return out
	}
	links := []terms.Link{{ID: "one", Origin: "IR"}, {ID: "two"}, {ID: "two", Origin: other}}
	values := map[string][]any{
		"id": texts("one"), "kind": texts(truce.ActorKinds...), "origin": texts("SY", "RU", "JO", other), "invited_by": {[]string{"one", "two"}, []string{}},
		"belongs_to": {[]string{"one"}}, "sponsors": {links, links[:1]}, "chain": {links, []terms.Link{}},
		"category": texts(truce.EquipmentKinds.Words()...), "event.kind": texts(truce.IncidentKinds.Words()...), "event.means": texts(truce.MeansWords()...),
		"event.standing": texts(truce.StandingWords()...), "event.result": texts(truce.EndedWords()...),
		"kinds": {[]string{"tank", "artillery"}}, "event.kinds": {[]string{"shelling", "fire", "armed-force"}},
		"invited": {true, false}, "adheres": {true}, "excluded": {false}, "calibre_mm": {int64(122)}, "range_m": {int64(20_000)},
		"count": {int64(7)}, "deaths": {int64(0)}, "civilians": {int64(1)}, "injured": {int64(2)}, "sources": {int64(3)},
	}
	latin := regexp.MustCompile(`[A-Za-z_]`)
	for _, kind := range []truce.TermKind{truce.TermActor, truce.TermEquipment, truce.TermEvent} {
		for _, name := range terms.AttributeNames(kind) {
			vals, ok := values[name]
			if !ok {
				vals = values[regexp.MustCompile(`^[a-z]+\.`).ReplaceAllString(name, "")]
			}
			if len(vals) == 0 {
				t.Errorf("%s: this test has no value for it", name)
			}
			for _, l := range []string{"ar", "ru"} {
				p := lang.For(l).With(a)
				for _, some := range append([][]any{nil, vals}, each(vals)...) {
					said := p.Say(truce.Say("value", truce.PhraseArg(terms.SayAttribute(name)), valueArg(name, some)))
					if latin.MatchString(said) {
						t.Errorf("%s in %s: %s", name, l, said)
					}
				}
			}
		}
	}
}

func each(list []any) (out [][]any) {
	for _, x := range list {
		out = append(out, []any{x})
	}
	return out
}
