package web

import (
	"slices"
	"strings"

	"truce"
	"truce/internal/access"
	"truce/internal/mechanism"
	"truce/terms"
)

func aboutActors(s *server) {
	s.get("actors", "/actors", access.KindAgreement, s.actors)
	s.get("actor", "/actors/{id}", access.KindAgreement, s.actor)
}

// actorsView is who is who: everybody under whom they stand, and drawn.
type actorsView struct {
	Roots  []*actorNode
	Others []*actorNode // who commands nobody and is under nobody
	Drawn  actorPicture
	Find   string
	Found  []*actorNode
}

// actorNode is an actor with those under it.
type actorNode struct {
	*truce.Actor
	Facts []factView
	Under []*actorNode
	Roles []truce.ParticipantRole
}

// factView is one fact, with what it says of which other actor.
type factView struct {
	truce.Fact
	Of       truce.ActorID // whose fact it is
	About    truce.ActorID // the other actor, "" where it names none
	Country  string        // of an origin
	From     string
	Until    string
	Disputed bool
	Mirror   bool // told on the page of the other actor
}

func (s *server) actors(q *request) error {
	a, ok := s.m.Current()
	if !ok {
		return q.show("actors", actorsView{})
	}
	v := actorsView{Find: q.query("find")}
	nodes, order := actorNodes(q, a.Plan.Agreement)
	under := map[truce.ActorID]bool{}
	for _, n := range order {
		for _, f := range n.Facts {
			if p := nodes[f.About]; f.Kind == truce.FactParent && p != nil && !above(nodes, n.ID, f.About) && !under[n.ID] {
				p.Under = append(p.Under, n)
				under[n.ID] = true
			}
		}
	}
	for _, n := range order {
		if v.Find != "" && matches(n.Actor, v.Find) {
			v.Found = append(v.Found, n)
		}
		switch {
		case under[n.ID]:
		case len(n.Under) > 0 || len(n.Roles) > 0:
			v.Roots = append(v.Roots, n)
		default:
			v.Others = append(v.Others, n)
		}
	}
	v.Drawn = drawActors(q, v.Roots, order)
	return q.show("actors", v)
}

func actorNodes(q *request, a *truce.Agreement) (map[truce.ActorID]*actorNode, []*actorNode) {
	nodes := map[truce.ActorID]*actorNode{}
	var order []*actorNode
	for i := range a.Actors {
		n := &actorNode{Actor: &a.Actors[i]}
		for _, f := range n.Actor.Facts {
			n.Facts = append(n.Facts, factOf(q, a, n.ID, f))
		}
		for _, p := range a.Participants {
			if p.Actor == n.ID {
				n.Roles = append(n.Roles, p.Role)
			}
		}
		nodes[n.ID], order = n, append(order, n)
	}
	return nodes, order
}

func factOf(q *request, a *truce.Agreement, of truce.ActorID, f truce.Fact) factView {
	out := factView{Fact: f, Of: of, From: spanDay(q, f.From), Until: spanDay(q, f.Until), Disputed: f.Disputed()}
	switch f.Kind {
	case truce.FactOrigin:
		out.Country = q.p().Country(f.Value)
	case truce.FactAdheres, truce.FactExcluded:
	default:
		if slices.ContainsFunc(a.Actors, func(x truce.Actor) bool { return string(x.ID) == f.Value }) {
			out.About = truce.ActorID(f.Value)
		}
	}
	return out
}

// spanDay writes a time of a fact, "" where none is stated.
func spanDay(q *request, s truce.Span) string {
	if !s.Stated() {
		return ""
	}
	return q.p().Date(s.From)
}

// above reports whether one is, by its chain of command, above another: a circle in the data is not drawn.
func above(nodes map[truce.ActorID]*actorNode, top, id truce.ActorID) bool {
	for range len(nodes) {
		if id == top {
			return true
		}
		n := nodes[id]
		if n == nil {
			return false
		}
		i := slices.IndexFunc(n.Facts, func(f factView) bool { return f.Kind == truce.FactParent && f.About != "" })
		if i < 0 {
			return false
		}
		id = n.Facts[i].About
	}
	return true
}

func matches(a *truce.Actor, find string) bool {
	key := terms.Fold(find)
	names := []string{string(a.ID), a.Name.EN, a.Name.AR, a.Name.RU}
	for _, x := range a.Aliases {
		names = append(names, x.Name)
	}
	return slices.ContainsFunc(names, func(n string) bool { return strings.Contains(terms.Fold(n), key) })
}

// actorPicture is the chains of command and sponsorship, drawn: a box for each actor that has one, lines from who commands, dashed ones from who sponsors.
type actorPicture struct {
	Width, Height int
	Boxes         []actorBox
	Lines         []actorLine
}

type actorBox struct {
	ID        truce.ActorID
	Name      string
	X, Y, W   int
	TX, TY    int
	Disputed  bool
	Guarantor bool
}

type actorLine struct {
	X1, Y1, X2, Y2 int
	Class          string
	Disputed       bool
}

const (
	actorRow   = 34
	actorStep  = 325
	actorWidth = 290
)

// drawActors puts each chain into rows, who commands to the start of who is commanded.
func drawActors(q *request, roots []*actorNode, all []*actorNode) (out actorPicture) {
	at := map[truce.ActorID]int{}
	y := 8
	var put func(n *actorNode, depth, parent int)
	put = func(n *actorNode, depth, parent int) {
		box := actorBox{ID: n.ID, Name: short(q.p().Actor(n.ID), 34), X: 8 + depth*actorStep, Y: y, W: actorWidth, Guarantor: slices.Contains(n.Roles, truce.RoleGuarantor)}
		box.TX, box.TY = box.X+10, box.Y+17
		if parent >= 0 {
			p := out.Boxes[parent]
			i := slices.IndexFunc(n.Facts, func(f factView) bool { return f.Kind == truce.FactParent && f.About == p.ID })
			out.Lines = append(out.Lines, actorLine{p.X + p.W, p.Y + 13, box.X, box.Y + 13, "command", i >= 0 && n.Facts[i].Disputed})
		}
		at[n.ID] = len(out.Boxes)
		out.Boxes = append(out.Boxes, box)
		out.Width = max(out.Width, box.X+box.W+8)
		me := len(out.Boxes) - 1
		for i, x := range n.Under {
			if i > 0 {
				y += actorRow
			}
			put(x, depth+1, me)
		}
	}
	for _, n := range roots {
		sponsors := slices.ContainsFunc(all, func(x *actorNode) bool {
			return slices.ContainsFunc(x.Facts, func(f factView) bool { return f.Kind == truce.FactSponsor && (f.About == n.ID || x == n) })
		})
		if len(n.Under) > 0 || sponsors {
			put(n, 0, -1)
			y += actorRow
		}
	}
	for _, n := range all { // who is only sponsored stands at the end of a chain
		if _, drawn := at[n.ID]; !drawn && slices.ContainsFunc(n.Facts, func(f factView) bool { _, ok := at[f.About]; return f.Kind == truce.FactSponsor && ok }) {
			put(&actorNode{Actor: n.Actor, Facts: n.Facts, Roles: n.Roles}, 1, -1)
			y += actorRow
		}
	}
	for _, n := range all {
		for _, f := range n.Facts {
			i, drawn := at[n.ID]
			j, other := at[f.About]
			if f.Kind == truce.FactSponsor && drawn && other {
				a, b := out.Boxes[j], out.Boxes[i]
				out.Lines = append(out.Lines, actorLine{a.X + a.W, a.Y + 18, b.X, b.Y + 18, "sponsor", f.Disputed})
			}
		}
	}
	out.Height = y + 8
	if q.p().Dir() == "rtl" { // it runs from right to left, as it is read
		for i := range out.Boxes {
			b := &out.Boxes[i]
			b.X, b.TX = out.Width-b.X-b.W, out.Width-b.TX
		}
		for i := range out.Lines {
			l := &out.Lines[i]
			l.X1, l.X2 = out.Width-l.X1, out.Width-l.X2
		}
	}
	return out
}

// short cuts a name that a box does not hold.
func short(name string, n int) string {
	r := []rune(name)
	if len(r) <= n {
		return name
	}
	return string(r[:n-1]) + "…"
}

// actorView is one actor: names, facts through time, what readings make of it, and what names it.
type actorView struct {
	*actorNode
	About    []factView // facts of others that name it
	Readings []actorReading
	Answers  []truce.ActorID // who answers for it
	For      []truce.ActorID // for whom it answers
	Said     []truce.SourceID
	Cases    []mechanism.Case
	More     int
}

// actorReading is what one reading of a word for actors makes of somebody.
type actorReading struct {
	Term    truce.TermID
	Reading truce.ReadingID
	Is      truce.Truth
	HeldBy  []truce.ActorID
}

// maxActorCases is how many cases are listed on the page of an actor.
const maxActorCases = 20

func (s *server) actor(q *request) error {
	a, ok := s.m.Current()
	id := truce.ActorID(q.r.PathValue("id"))
	nodes, order := map[truce.ActorID]*actorNode{}, []*actorNode(nil)
	if ok {
		nodes, order = actorNodes(q, a.Plan.Agreement)
	}
	if nodes[id] == nil {
		return &truce.Error{Op: "web.actor", Kind: truce.NotFound, Reason: "the agreement knows nobody of this name"}
	}
	v := actorView{actorNode: nodes[id]}
	for _, n := range order {
		for _, f := range n.Facts {
			if f.About == id {
				f.Mirror = true
				v.About = append(v.About, f)
			}
		}
	}
	for _, p := range a.Plan.Agreement.Participants {
		if slices.Contains(p.AnswersFor, id) {
			v.Answers = append(v.Answers, p.Actor)
		}
		if p.Actor == id {
			v.For = append(v.For, p.AnswersFor...)
		}
	}
	for _, st := range a.Plan.Agreement.Statements {
		if st.Actor == id || slices.Contains(st.About, string(id)) {
			v.Said = append(v.Said, st.ID)
		}
	}
	list, err := s.m.Means(id, q.Now)
	if err != nil {
		return err
	}
	for _, r := range list {
		one := actorReading{Term: r.Term, Reading: r.Reading, Is: r.Is}
		if rd := a.Plan.Reading(truce.Choice{Term: r.Term, Reading: r.Reading}); rd != nil {
			for _, h := range rd.HeldBy {
				one.HeldBy = append(one.HeldBy, h.Actor)
			}
		}
		v.Readings = append(v.Readings, one)
	}
	for _, c := range s.m.Cases(q.Viewer, "", q.lang) {
		named := slices.ContainsFunc(c.Parties, func(p mechanism.CaseParty) bool { return string(p.Body) == string(id) }) ||
			slices.ContainsFunc(c.Findings, func(f mechanism.CaseFinding) bool {
				return f.Attribution != nil && slices.Contains(f.Attribution.By, id)
			})
		if named && len(v.Cases) < maxActorCases {
			v.Cases = append(v.Cases, c)
		} else if named {
			v.More++
		}
	}
	return q.show("actor", v)
}
