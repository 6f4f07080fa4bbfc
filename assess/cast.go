package assess

import (
	"slices"
	"strings"

	"truce"
	"truce/terms"
)

// cast knows who is who: the names of the agreement's actors, and what is said of them at a time, from whose view.
type cast struct {
	plan    *terms.Plan
	byID    map[truce.ActorID]*truce.Actor
	names   map[string][]alias // by folded name
	members map[truce.ActorID][]member
	roles   map[truce.ActorID][]truce.ParticipantRole
	epochs  []truce.Instant // moments at which anything said of an actor may change
}

type alias struct {
	actor       truce.ActorID
	from, until truce.Instant
}

type member struct {
	actor truce.ActorID
	fact  *truce.Fact
}

func newCast(p *terms.Plan) *cast {
	c := &cast{plan: p, byID: map[truce.ActorID]*truce.Actor{}, names: map[string][]alias{}, members: map[truce.ActorID][]member{},
		roles: map[truce.ActorID][]truce.ParticipantRole{}}
	name := func(n string, a alias) {
		if n == "" {
			return
		}
		key := terms.Fold(n)
		if !slices.Contains(c.names[key], a) {
			c.names[key] = append(c.names[key], a)
		}
	}
	var epochs []truce.Instant
	for i := range p.Agreement.Actors {
		x := &p.Agreement.Actors[i]
		c.byID[x.ID] = x
		for _, n := range []string{string(x.ID), x.Name.EN, x.Name.AR, x.Name.RU} {
			name(n, alias{actor: x.ID})
		}
		for _, al := range x.Aliases {
			name(al.Name, alias{x.ID, al.From, al.Until})
			epochs = append(epochs, al.From, al.Until+1)
		}
		for k := range x.Facts {
			f := &x.Facts[k]
			if f.Kind == truce.FactMemberOf {
				c.members[truce.ActorID(f.Value)] = append(c.members[truce.ActorID(f.Value)], member{x.ID, f})
			}
			for _, s := range []truce.Span{f.From, f.Until} {
				if s.Stated() {
					epochs = append(epochs, s.From, s.From+1, s.To, s.To+1)
				}
			}
		}
	}
	for _, pt := range p.Agreement.Participants {
		c.roles[pt.Actor] = append(c.roles[pt.Actor], pt.Role)
	}
	slices.Sort(epochs)
	for _, e := range slices.Compact(epochs) {
		if e > 1 {
			c.epochs = append(c.epochs, e)
		}
	}
	return c
}

// epoch stands for all times at which the same is said of everybody as at one: the first moment of them, or the time itself where something changes in it.
func (c *cast) epoch(when truce.Span) truce.Span {
	from, _ := slices.BinarySearch(c.epochs, when.From+1)
	to, _ := slices.BinarySearch(c.epochs, when.To+1)
	switch {
	case !when.Stated() || from != to:
		return when
	case from == 0:
		return truce.At(truce.EarliestInstant)
	}
	return truce.At(c.epochs[from-1])
}

// person is an actor as an observation names it: an id where the name is known, the bare name where it is not.
type person struct {
	id   truce.ActorID
	name string
}

func (p person) arg() truce.Arg {
	if p.id != "" {
		return truce.ActorArg(p.id)
	}
	return truce.Str(p.name)
}

// find looks a name up. A name that belongs to different actors at different times needs the time.
func (c *cast) find(name string, when truce.Span) person {
	var found []truce.ActorID
	for _, a := range c.names[terms.Fold(name)] {
		if a.from == 0 && a.until == 0 || when.Stated() && (a.from == 0 || when.From >= a.from) && (a.until == 0 || when.To <= a.until) {
			if !slices.Contains(found, a.actor) {
				found = append(found, a.actor)
			}
		}
	}
	if len(found) == 1 {
		return person{found[0], name}
	}
	return person{"", name}
}

// view is from whose side a disputed fact is looked at: those who hold the reading in question. Nobody's view sees a disputed fact as unknown.
type view []truce.ActorID

func viewOf(rd *truce.Reading) view {
	if rd == nil {
		return nil
	}
	var v view
	for _, h := range rd.HeldBy {
		v = append(v, h.Actor)
	}
	return v
}

// holds answers whether a fact is so at a time.
func (c *cast) holds(of truce.ActorID, f *truce.Fact, when truce.Span, v view) answer {
	if f.Value == "unknown" {
		return missingFact(truce.Say("missing.nobody-knows", truce.ActorArg(of), truce.WordArg(string(f.Kind))))
	}
	at := known(truce.True)
	if f.From.Stated() || f.Until.Stated() {
		at.truth = during(f.From, f.Until, when)
		if at.truth == truce.Unknown {
			at.missing = []truce.Phrase{truce.Say("missing.when-of-fact", truce.ActorArg(of), truce.WordArg(string(f.Kind)))}
		}
	}
	if f.Disputed() {
		side := truce.Unknown
		for _, a := range v {
			if slices.Contains(f.HeldBy, a) {
				side = truce.True
			} else if slices.Contains(f.DisputedBy, a) && side == truce.Unknown {
				side = truce.False
			}
		}
		d := answer{truth: side}
		if side == truce.Unknown {
			d.missing = []truce.Phrase{truce.Say("missing.disputed-fact", truce.ActorArg(of), truce.WordArg(string(f.Kind)), c.factValue(f), actorList(f.DisputedBy))}
		}
		return all(at, d)
	}
	return at
}

func (c *cast) factValue(f *truce.Fact) truce.Arg {
	if _, ok := c.byID[truce.ActorID(f.Value)]; ok {
		return truce.ActorArg(truce.ActorID(f.Value))
	}
	if f.Kind == truce.FactOrigin {
		return truce.CountryArg(f.Value)
	}
	return truce.Str(f.Value)
}

func actorList(ids []truce.ActorID) truce.Arg {
	var args []truce.Arg
	for _, id := range ids {
		args = append(args, truce.ActorArg(id))
	}
	return truce.ListArg(args...)
}

// during answers whether a time lies between a start and an end; an end that is not stated is open.
func during(from, until, when truce.Span) truce.Truth {
	if !when.Stated() {
		return truce.Unknown
	}
	t := truce.True
	if from.Stated() {
		switch {
		case when.To < from.From:
			return truce.False
		case when.From < from.To:
			t = truce.Unknown
		}
	}
	if until.Stated() {
		switch {
		case when.From > until.To:
			return truce.False
		case when.To > until.From:
			t = truce.Unknown
		}
	}
	return t
}

// facts lists an actor's facts of a kind.
func (c *cast) facts(id truce.ActorID, kind truce.FactKind) []*truce.Fact {
	var out []*truce.Fact
	if x := c.byID[id]; x != nil {
		for i := range x.Facts {
			if x.Facts[i].Kind == kind {
				out = append(out, &x.Facts[i])
			}
		}
	}
	return out
}

// overMembers asks a question of each group a collective name may mean: it is answered when all of them answer alike and all are known.
func (c *cast) overMembers(x *truce.Actor, when truce.Span, ask func(truce.ActorID) answer) answer {
	which := truce.Say("missing.which-member", truce.ActorArg(x.ID))
	var yes, no, open bool
	var missing []truce.Phrase
	for _, m := range c.members[x.ID] {
		in := c.holds(m.actor, m.fact, when, nil)
		if in.truth == truce.False {
			continue
		}
		switch a := ask(m.actor); a.truth {
		case truce.True:
			yes = true
		case truce.False:
			no = true
		default:
			open = true
			missing = addPhrases(missing, a.missing)
		}
	}
	if !x.Complete || open && (yes || no) || yes && no || !yes && !no && !open {
		return answer{missing: addPhrases([]truce.Phrase{which}, missing)}
	}
	switch {
	case open:
		return answer{missing: missing}
	case yes:
		return known(truce.True)
	}
	return known(truce.False)
}

// upward asks a question of an actor and of every body it is under the command of.
func (c *cast) upward(id truce.ActorID, when truce.Span, v view, ask func(truce.ActorID) answer) answer {
	list := []answer{ask(id)}
	for _, f := range c.facts(id, truce.FactParent) {
		if h := c.holds(id, f, when, v); h.truth != truce.False {
			list = append(list, all(h, c.upward(truce.ActorID(f.Value), when, v, ask)))
		}
	}
	return anyOf(list...)
}

// belongs answers whether an actor is another, is under its command, or is covered by it as a collective name.
func (c *cast) belongs(p person, to truce.ActorID, when truce.Span, v view) answer {
	if p.id == "" {
		return missingFact(truce.Say("missing.who-is", truce.Str(p.name)))
	}
	if p.id == to {
		return known(truce.True)
	}
	if x := c.byID[p.id]; x != nil && x.Kind == truce.ActorComposite {
		return c.overMembers(x, when, func(m truce.ActorID) answer { return c.belongs(person{id: m}, to, when, v) })
	}
	return c.upward(p.id, when, v, func(id truce.ActorID) answer {
		if id == to {
			return known(truce.True)
		}
		var list []answer
		for _, f := range c.facts(id, truce.FactMemberOf) {
			if truce.ActorID(f.Value) == to {
				list = append(list, c.holds(id, f, when, v))
			}
		}
		return anyOf(list...)
	})
}

// is answers whether an actor is of a class at a time.
func (c *cast) is(p person, class truce.Class, when truce.Span, v view) answer {
	if class == truce.ClassAnyone {
		return known(truce.True)
	}
	if p.id == "" {
		if p.name == "" {
			return missingFact(truce.Say("missing.who-not-stated"))
		}
		return missingFact(truce.Say("missing.who-is", truce.Str(p.name)))
	}
	x := c.byID[p.id]
	if x.Kind == truce.ActorComposite {
		return c.overMembers(x, when, func(m truce.ActorID) answer { return c.is(person{id: m}, class, when, v) })
	}
	flagged := func(kind truce.FactKind) answer {
		return c.upward(p.id, when, v, func(id truce.ActorID) answer {
			var list []answer
			for _, f := range c.facts(id, kind) {
				list = append(list, c.holds(id, f, when, v))
			}
			return anyOf(list...)
		})
	}
	role := func(want ...truce.ParticipantRole) answer {
		return c.upward(p.id, when, v, func(id truce.ActorID) answer {
			for _, r := range c.roles[id] {
				if slices.Contains(want, r) {
					return known(truce.True)
				}
			}
			return known(truce.False)
		})
	}
	switch class {
	case truce.ClassAdhering:
		return all(flagged(truce.FactAdheres), flagged(truce.FactExcluded).not())
	case truce.ClassExcluded:
		return flagged(truce.FactExcluded)
	case truce.ClassParty:
		return role(truce.RoleParty, truce.RoleSignatory)
	case truce.ClassGuarantor:
		return role(truce.RoleGuarantor)
	case truce.ClassMechanism:
		return role(truce.RoleMechanism)
	case truce.ClassCivilians:
		return known(truce.TruthOf(x.Kind == truce.ActorCivilians))
	}
	return answer{}
}

// answering lists who answers for an actor: participants that say so of it, of a body it belongs to, or of a collective name that covers it.
func (c *cast) answering(id truce.ActorID, when truce.Span) []truce.ActorID {
	var out []truce.ActorID
	for _, pt := range c.plan.Agreement.Participants {
		for _, group := range pt.AnswersFor {
			if c.belongs(person{id: id}, group, when, nil).truth == truce.True && !slices.Contains(out, pt.Actor) {
				out = append(out, pt.Actor)
			}
		}
	}
	return out
}

// other stands, among the possible values of a text that is disputed, for every value no condition names.
const other = "\x00other"

// maxAlternatives is how many chains of command are told apart before the chain counts as unknown.
const maxAlternatives = 16

// attribute gives what a condition may know of an actor. The prefix is "actor" or "target".
func (c *cast) attribute(p person, name string, cond *terms.Condition, when truce.Span, v view) terms.Attribute {
	field := name[strings.IndexByte(name, '.')+1:]
	if p.id == "" {
		miss := truce.Say("missing.who-not-stated")
		if p.name != "" {
			miss = truce.Say("missing.who-is", truce.Str(p.name))
		}
		return terms.Attribute{Missing: miss}
	}
	x := c.byID[p.id]
	switch field {
	case "id":
		return terms.Attribute{Values: []any{string(p.id)}}
	case "kind":
		return terms.Attribute{Values: []any{string(x.Kind)}}
	case "origin":
		return c.origin(p.id, cond, when, v)
	case "adheres":
		return c.flag(p, truce.ClassAdhering, when, v)
	case "excluded":
		return c.flag(p, truce.ClassExcluded, when, v)
	case "invited":
		a := c.related(p.id, truce.FactInvitedBy, when, v, true)
		return c.asFlag(a)
	case "invited_by":
		return c.related(p.id, truce.FactInvitedBy, when, v, true)
	case "belongs_to":
		a := c.chains(p.id, when, v, 0)
		for i, val := range a.Values {
			ids := []string{string(p.id)}
			for _, l := range val.([]terms.Link) {
				ids = append(ids, l.ID)
			}
			a.Values[i] = ids
		}
		return a
	case "chain":
		return c.linkOrigins(c.chains(p.id, when, v, 0), cond)
	case "sponsors":
		a := c.related(p.id, truce.FactSponsor, when, v, true)
		for i, val := range a.Values {
			links := []terms.Link{}
			for _, s := range val.([]string) {
				links = append(links, c.link(truce.ActorID(s), when, v))
			}
			a.Values[i] = links
		}
		return c.linkOrigins(a, cond)
	}
	return terms.Attribute{Missing: truce.Say("missing.who-not-stated")}
}

func (c *cast) flag(p person, class truce.Class, when truce.Span, v view) terms.Attribute {
	a := c.is(p, class, when, v)
	if a.truth != truce.Unknown {
		return terms.Attribute{Values: []any{a.truth == truce.True}}
	}
	return terms.Attribute{Values: []any{true, false}, Missing: first(a.missing, truce.Say("missing.class", p.arg(), truce.WordArg(string(class))))}
}

func first(list []truce.Phrase, otherwise truce.Phrase) truce.Phrase {
	if len(list) > 0 {
		return list[0]
	}
	return otherwise
}

// asFlag turns lists into whether they have anything in them.
func (c *cast) asFlag(a terms.Attribute) terms.Attribute {
	var vals []any
	for _, v := range a.Values {
		if b := any(len(v.([]string)) > 0); !slices.Contains(vals, b) {
			vals = append(vals, b)
		}
	}
	a.Values = vals
	return a
}

// origin is where an actor comes from. A country nobody stated is unknown; a disputed one may be it or any other.
func (c *cast) origin(id truce.ActorID, cond *terms.Condition, when truce.Span, v view) terms.Attribute {
	out := terms.Attribute{Missing: truce.Say("missing.origin", truce.ActorArg(id))}
	disputed := false
	for _, f := range c.facts(id, truce.FactOrigin) {
		h := c.holds(id, f, when, v)
		if h.truth == truce.False {
			continue
		}
		if h.truth == truce.Unknown {
			disputed = true
			out.Missing = first(h.missing, out.Missing)
		}
		out.Values = append(out.Values, f.Value)
		out.From = append(out.From, f.Source)
	}
	if disputed {
		for _, t := range append(slices.Clone(cond.Texts), other) {
			if !slices.Contains(out.Values, any(t)) {
				out.Values = append(out.Values, t)
			}
		}
	}
	return out
}

// related lists the actors a kind of fact names; with inherit also what is said of the bodies it is under. Each disputed fact doubles the lists it may be.
func (c *cast) related(id truce.ActorID, kind truce.FactKind, when truce.Span, v view, inherit bool) terms.Attribute {
	out := terms.Attribute{Values: []any{[]string{}}}
	var walk func(id truce.ActorID, sure truce.Truth, why []truce.Phrase)
	seen := map[truce.ActorID]bool{}
	walk = func(id truce.ActorID, sure truce.Truth, why []truce.Phrase) {
		if seen[id] {
			return
		}
		seen[id] = true
		for _, f := range c.facts(id, kind) {
			h := c.holds(id, f, when, v)
			t := sure.And(h.truth)
			if t == truce.False {
				continue
			}
			if t == truce.Unknown {
				out.Missing = first(append(slices.Clone(why), h.missing...), out.Missing)
			}
			out.From = append(out.From, f.Source)
			var next []any
			for _, val := range out.Values {
				with := append(slices.Clone(val.([]string)), f.Value)
				next = append(next, with)
				if t == truce.Unknown {
					next = append(next, val)
				}
			}
			out.Values = next
		}
		if inherit {
			for _, f := range c.facts(id, truce.FactParent) {
				if h := c.holds(id, f, when, v); h.truth != truce.False {
					walk(truce.ActorID(f.Value), sure.And(h.truth), append(slices.Clone(why), h.missing...))
				}
			}
		}
	}
	walk(id, truce.True, nil)
	if len(out.Values) > maxAlternatives {
		out.Values = nil
	}
	return out
}

// link describes one body of a chain. Its origin is empty where it is not known for sure.
func (c *cast) link(id truce.ActorID, when truce.Span, v view) terms.Link {
	l := terms.Link{ID: string(id)}
	if x := c.byID[id]; x != nil {
		l.Kind = string(x.Kind)
	}
	if o := c.origin(id, &terms.Condition{}, when, v); len(o.Values) == 1 {
		l.Origin = o.Values[0].(string)
	}
	return l
}

// chains lists the bodies an actor is under the command of, nearest first; several lists where the command is disputed.
func (c *cast) chains(id truce.ActorID, when truce.Span, v view, depth int) terms.Attribute {
	out := terms.Attribute{Values: []any{[]terms.Link{}}}
	for _, f := range c.facts(id, truce.FactParent) {
		h := c.holds(id, f, when, v)
		if h.truth == truce.False || depth > maxAlternatives {
			continue
		}
		up := c.chains(truce.ActorID(f.Value), when, v, depth+1)
		out.From = append(append(out.From, f.Source), up.From...)
		if up.Missing.ID != "" {
			out.Missing = up.Missing
		}
		if h.truth == truce.Unknown {
			out.Missing = first(h.missing, out.Missing)
		}
		var next []any
		for _, have := range out.Values {
			for _, above := range up.Values {
				l := append(append(slices.Clone(have.([]terms.Link)), c.link(truce.ActorID(f.Value), when, v)), above.([]terms.Link)...)
				next = append(next, l)
			}
			if h.truth == truce.Unknown {
				next = append(next, have)
			}
		}
		if out.Values = next; len(next) > maxAlternatives {
			return terms.Attribute{Missing: truce.Say("missing.chain", truce.ActorArg(id))}
		}
	}
	return out
}

// linkOrigins tries, for each link whose origin nobody stated, every country the condition names and one it does not.
func (c *cast) linkOrigins(a terms.Attribute, cond *terms.Condition) terms.Attribute {
	var out []any
	for _, val := range a.Values {
		lists := [][]terms.Link{nil}
		for _, l := range val.([]terms.Link) {
			origins := []string{l.Origin}
			if l.Origin == "" {
				origins = append(slices.Clone(cond.Texts), other)
				a.Missing = truce.Say("missing.origin", truce.ActorArg(truce.ActorID(l.ID)))
			}
			var next [][]terms.Link
			for _, have := range lists {
				for _, o := range origins {
					l.Origin = o
					next = append(next, append(slices.Clone(have), l))
				}
			}
			if lists = next; len(lists) > maxAlternatives {
				return terms.Attribute{Missing: a.Missing}
			}
		}
		for _, l := range lists {
			if l == nil {
				l = []terms.Link{}
			}
			out = append(out, l)
		}
	}
	if a.Values = out; len(out) > maxAlternatives {
		a.Values = nil
	}
	return a
}
