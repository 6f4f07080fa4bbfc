package assess

import (
	"slices"

	"truce"
)

// answer is the answer to one question: its truth, the facts that would settle it, and, when somebody asked why, the reason.
type answer struct {
	truth   truce.Truth
	missing []truce.Phrase
	reason  truce.Reason
}

// known is an answer that needs no further fact.
func known(t truce.Truth) answer { return answer{truth: t} }

// missingFact is an unknown for want of one fact.
func missingFact(p truce.Phrase) answer { return answer{missing: []truce.Phrase{p}} }

// explained puts a reason on an answer.
func (a answer) explained(p truce.Phrase, from ...truce.SourceID) answer {
	a.reason.Phrase, a.reason.Truth = p, a.truth
	for _, s := range from {
		if s != "" {
			a.reason.From = append(a.reason.From, s)
		}
	}
	return a
}

// not turns the answer round.
func (a answer) not() answer {
	a.truth = a.truth.Not()
	return a
}

// all is true when every answer is. What it misses is what the unknown ones miss.
func all(list ...answer) answer { return join(true, list) }

// anyOf is true when one answer is.
func anyOf(list ...answer) answer { return join(false, list) }

func join(and bool, list []answer) answer {
	out := answer{truth: truce.TruthOf(and)}
	for _, a := range list {
		if and {
			out.truth = out.truth.And(a.truth)
		} else {
			out.truth = out.truth.Or(a.truth)
		}
		if a.reason.Phrase.ID != "" || len(a.reason.Children) > 0 {
			out.reason.Children = append(out.reason.Children, a.reason)
		}
	}
	if out.truth == truce.Unknown {
		for _, a := range list {
			if a.truth == truce.Unknown {
				out.missing = addPhrases(out.missing, a.missing)
			}
		}
	}
	out.reason.Truth = out.truth
	if len(out.reason.Children) > 1 {
		out.reason.Phrase = truce.Say("reason.any")
		if and {
			out.reason.Phrase = truce.Say("reason.all")
		}
	}
	return out
}

// worded takes out what stands above a single reason and says no more than it.
func worded(r truce.Reason) truce.Reason {
	for r.Phrase.ID == "" && len(r.Children) == 1 {
		settles := r.Settles
		r = r.Children[0]
		r.Settles = r.Settles || settles
	}
	var kids []truce.Reason // the tree may be kept elsewhere
	for _, x := range r.Children {
		kids = append(kids, worded(x))
	}
	r.Children = kids
	return r
}

// MaxMissing is how many missing facts an outcome names; those that would settle it come first. See docs/limits.md.
const MaxMissing = 12

// addPhrases joins two lists, keeping the first of equals and no more than MaxMissing.
func addPhrases(list, more []truce.Phrase) []truce.Phrase {
	for _, p := range more {
		if len(list) >= MaxMissing {
			break
		}
		if !slices.ContainsFunc(list, func(q truce.Phrase) bool { return samePhrase(p, q) }) {
			list = append(list, p)
		}
	}
	return list
}

func samePhrase(p, q truce.Phrase) bool {
	return p.ID == q.ID && slices.EqualFunc(p.Args, q.Args, sameArg)
}

func sameArg(a, b truce.Arg) bool {
	return a.Kind == b.Kind && a.Text == b.Text && a.N == b.N && a.M == b.M && slices.EqualFunc(a.Args, b.Args, sameArg)
}

// question is one line of a rule's list: if the answer is yes, the result is there.
type question struct {
	answer
	then truce.Result
}

// decide goes through the questions and gives what can be said: the result, what remains possible, and what is missing.
func decide(qs []question, otherwise truce.Result) truce.Outcome {
	set := possible(qs, otherwise, -1, truce.Unknown)
	out := truce.Outcome{Possible: set, Permille: -1}
	if r, one := set.Only(); one {
		out.Result = r
		if r == truce.Undetermined { // a question that itself says so, such as too little evidence
			for _, q := range qs {
				if q.truth == truce.True {
					out.Missing = q.missing
					break
				}
			}
		}
		return out
	}
	// Of the unknown questions that can be reached, those whose answer alone would leave one result come first.
	var alone, either, rest []truce.Phrase
	for i, q := range qs {
		if q.truth == truce.True {
			break
		}
		if q.truth == truce.False {
			continue
		}
		_, yes := possible(qs, otherwise, i, truce.True).Only()
		_, no := possible(qs, otherwise, i, truce.False).Only()
		switch {
		case yes && no:
			alone = addPhrases(alone, q.missing)
		case yes || no:
			either = addPhrases(either, q.missing)
		default:
			rest = addPhrases(rest, q.missing)
		}
	}
	out.Missing = addPhrases(addPhrases(alone, either), rest)
	return out
}

// possible collects the results that the unknown questions leave open, with question fix answered as given.
func possible(qs []question, otherwise truce.Result, fix int, as truce.Truth) truce.ResultSet {
	var set truce.ResultSet
	for i, q := range qs {
		t := q.truth
		if i == fix {
			t = as
		}
		switch t {
		case truce.True:
			return set.With(q.then)
		case truce.Unknown:
			set = set.With(q.then)
		}
	}
	return set.With(otherwise)
}

// explain turns the questions into the reasons of an outcome, marking those that decided it.
func explain(qs []question, otherwise truce.Result, out *truce.Outcome) {
	full := out.Possible
	out.Asked = asked(qs, otherwise)
	for i, q := range qs {
		r := q.reason
		if r.Phrase.ID == "" && len(r.Children) == 0 {
			continue
		}
		for _, as := range []truce.Truth{truce.True, truce.False} {
			if as != q.truth && possible(qs, otherwise, i, as) != full {
				r.Settles = true
			}
		}
		out.Reasons = append(out.Reasons, worded(r))
		if q.truth == truce.True {
			break
		}
	}
}
