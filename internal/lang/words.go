package lang

import (
	"strings"

	"truce"
)

// list is one of the program's fixed lists of words; the id of a word is the prefix and the word.
type list struct {
	prefix string
	words  []string
}

// lists are the fixed lists, in the order in which [Printer.Word] looks a bare word up.
var lists = []list{
	{"incident.", truce.IncidentKinds.Words()},
	{"equipment.", truce.EquipmentKinds.Words()},
	{"ended.", append([]string{"unknown"}, truce.EndedWords()...)},
	{"class.", append([]string{"same-side"}, truce.Classes...)},
	{"actor-kind.", truce.ActorKinds},
	{"means.", append([]string{"unknown"}, truce.MeansWords()...)},
	{"standing.", append([]string{"unknown"}, truce.StandingWords()...)},
	{"feature.", append(append(append([]string{}, truce.AreaKinds...), truce.LineKinds...), truce.PointKinds...)},
	{"observation.", append([]string{"unknown"}, truce.ObservationKinds()...)},
	{"participant.", truce.ParticipantRoles},
	{"role.", append([]string{"unknown"}, truce.Roles()...)},
	{"fact.", truce.FactKinds},
	{"count-unit.", truce.CountUnits},
	{"term-kind.", truce.TermKinds},
	{"status.", []string{"signed", "reported", "draft"}},
	{"verb.", []string{"forbids", "limits", "requires", "permits", "assessed"}},
	{"subject.", []string{"observation", "episode", "obligation", "period"}},
	{"edges.", []string{"straight", "geodesic"}},
	{"side.", []string{"north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west"}}, // of lines, where they lie by the compass; an agreement may name others
	{"shape.", []string{"point", "line", "area"}},
	{"renewal.", []string{"consent", "no-objection"}},
	{"found-by.", []string{"mechanism", "outcomes"}},
	{"per.", []string{"day", "week", "month"}},
	{"result.", truce.ResultWords()},
	{"truth.", []string{"true", "false", "unknown"}},
	{"said.", []string{"yes", "no", "none", "another", "not-stated", "not-yet", "no-date"}},
	{"restriction.", []string{"access-denied", "jamming", "shots-near-monitors"}}, // the usual ones; an agreement may have words of its own
	{"field.", []string{"kind", "count", "deaths", "civilians", "injured", "means", "standing", "sources", "result"}},
}

// wordID makes the id of a word; the underscores of "invited_by" are hyphens in ids.
func wordID(prefix, word string) string {
	return prefix + strings.ReplaceAll(strings.ReplaceAll(word, "_", "-"), " ", "-")
}

// Word writes a bare word of the agreement's own lists, or of the first fixed list that has it. A word that no list has is an
// agreement's free word (an act, a kind of notification) and is shown with its hyphens as spaces.
func (p *Printer) Word(word string) string {
	if w := p.names[name{truce.ArgWord, word}].In(p.Lang()); w != "" {
		return p.data(w)
	}
	for _, l := range lists {
		if e := p.cat.entries[wordID(l.prefix, word)]; e != nil {
			return e.fill(p.tag, nil, 0)
		}
	}
	return p.data(strings.ReplaceAll(word, "-", " "))
}

// in writes a word of one list.
func (p *Printer) in(prefix, word string) string {
	if e := p.cat.entries[wordID(prefix, word)]; e != nil {
		return e.fill(p.tag, nil, 0)
	}
	return p.data(word)
}

// Result writes what a rule says.
func (p *Printer) Result(r truce.Result) string { return p.in("result.", r.String()) }

// Truth writes the answer to a condition.
func (p *Printer) Truth(t truce.Truth) string { return p.in("truth.", t.String()) }

// Kind writes a kind of observation.
func (p *Printer) Kind(k truce.ObservationKind) string { return p.in("observation.", k.String()) }

// Role writes the part an actor plays in an observation.
func (p *Printer) Role(r truce.Role) string { return p.in("role.", r.String()) }

// Means writes how somebody came to know.
func (p *Printer) Means(m truce.Means) string { return p.in("means.", m.String()) }

// Standing writes whether a thing was observed, reported or alleged.
func (p *Printer) Standing(s truce.Standing) string { return p.in("standing.", s.String()) }

// Ended writes how a thing came out.
func (p *Printer) Ended(e truce.Ended) string { return p.in("ended.", e.String()) }

// Verb writes what a rule does.
func (p *Printer) Verb(v truce.Verb) string { return p.in("verb.", string(v)) }

// Status writes how an agreement's text is known.
func (p *Printer) Status(s truce.Status) string { return p.in("status.", string(s)) }

// Participant writes the role of a participant.
func (p *Printer) Participant(r truce.ParticipantRole) string { return p.in("participant.", string(r)) }

// Feature writes a kind of feature.
func (p *Printer) Feature(k truce.FeatureKind) string { return p.in("feature.", string(k)) }

// ActorKind writes what sort of body an actor is.
func (p *Printer) ActorKind(k truce.ActorKind) string { return p.in("actor-kind.", string(k)) }

// CountUnit writes what is counted as one.
func (p *Printer) CountUnit(u truce.CountUnit) string { return p.in("count-unit.", string(u)) }
