package report

import (
	"cmp"
	"slices"
	"strings"

	"truce"
	"truce/terms"
)

// Named is an actor that the records name, as often as they do.
type Named struct {
	Actor truce.ActorID
	// Of are the things some rule speaks of in which it is named, All all others too.
	Of, All Tally
	// Classes says what the agreement made of it at the time, for each of Of.
	Classes []Classed
}

// Classed is a class and the things at whose time an actor was of it.
type Classed struct {
	// Class is "adhering", "excluded", "neither" or "unknown".
	Class string
	Of    Tally
}

// Stranger is a name in the records that nobody of the agreement is known by.
type Stranger struct {
	Name string
	// Of are the things some rule speaks of in which it stands, All all others too.
	Of, All Tally
	// Nearest is the actor with the most similar name, if there is one; a hint, never used.
	Nearest truce.ActorID
}

var classes = []string{"adhering", "excluded", "neither", "unknown"}

// actors counts who is named, those named most often in what rules speak of first.
func (m *Model) actors() {
	res := m.base.Result
	type tally struct {
		of, all Tally
		class   [4]Tally
	}
	known, strange := map[truce.ActorID]*tally{}, map[string]*tally{}
	type seen struct {
		name string
		when truce.Span
	}
	class := map[seen]int{}
	classOf := func(name string, when truce.Span) int {
		k := seen{name, when}
		n, have := class[k]
		if !have {
			c, ok := res.Class(name, when)
			switch {
			case !ok:
				n = 3
			case c == truce.ClassAdhering:
				n = 0
			case c == truce.ClassExcluded:
				n = 1
			default:
				n = 2
			}
			class[k] = n
		}
		return n
	}
	name := func(i int32, name string, when truce.Span) {
		t := &m.Things[i]
		var x *tally
		id, ok := res.Actor(name, when)
		if ok {
			if x = known[id]; x == nil {
				x = &tally{}
				known[id] = x
			}
		} else if x = strange[name]; x == nil {
			x = &tally{}
			strange[name] = x
		}
		x.all.add(i)
		if t.Judged {
			x.of.add(i)
			if ok {
				x.class[classOf(name, when)].add(i)
			}
		}
	}
	counted := map[string]bool{} // a unit is named once, however many things rules make of its movements
	for i := range m.Things {
		t := &m.Things[i]
		switch {
		case t.Observation != nil:
			for _, p := range t.Observation.Parts {
				if p.Name != "" {
					name(int32(i), p.Name, t.Observation.When)
				}
			}
		case t.Subject.Kind == "episode" && t.Variant == "" && !counted[t.Subject.Unit]:
			if who := m.owner(t.Subject.Unit); who != "" {
				counted[t.Subject.Unit] = true
				name(int32(i), who, t.Subject.When)
			}
		}
	}
	for id, x := range known {
		n := Named{Actor: id, Of: x.of, All: x.all}
		for k, c := range classes {
			if len(x.class[k]) > 0 {
				n.Classes = append(n.Classes, Classed{c, x.class[k]})
			}
		}
		m.Named = append(m.Named, n)
	}
	slices.SortFunc(m.Named, func(a, b Named) int {
		return cmp.Or(cmp.Compare(len(b.Of), len(a.Of)), cmp.Compare(len(b.All), len(a.All)), strings.Compare(string(a.Actor), string(b.Actor)))
	})
	for s, x := range strange {
		m.Strangers = append(m.Strangers, Stranger{Name: s, Of: x.of, All: x.all})
	}
	slices.SortFunc(m.Strangers, func(a, b Stranger) int {
		return cmp.Or(cmp.Compare(len(b.Of), len(a.Of)), cmp.Compare(len(b.All), len(a.All)), strings.Compare(a.Name, b.Name))
	})
	m.nearest()
}

// owner is who a unit belongs to, as its source says; the unit itself where it says nothing.
func (m *Model) owner(unit string) string {
	for _, u := range m.replay.Units {
		if u.Unit == unit {
			if u.Actor != "" {
				return u.Actor
			}
			return u.Unit
		}
	}
	return ""
}

// nearest looks for the actors whose names are like those of the strangers named most often.
func (m *Model) nearest() {
	var names []string
	of := map[string]truce.ActorID{}
	for _, a := range m.Agreement.Actors {
		list := []string{string(a.ID), a.Name.EN, a.Name.AR, a.Name.RU}
		for _, x := range a.Aliases {
			list = append(list, x.Name)
		}
		for _, n := range list {
			if _, have := of[n]; n != "" && !have {
				of[n] = a.ID
				names = append(names, n)
			}
		}
	}
	for i := range m.Strangers[:min(len(m.Strangers), MaxStrangers)] {
		m.Strangers[i].Nearest = of[terms.Nearest(m.Strangers[i].Name, names)]
	}
}
