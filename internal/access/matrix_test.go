package access

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"truce"
)

// expectation is testdata/who-sees-what.txt as read: for each kind its lines in order.
type expectation struct {
	words  map[string]Fields
	severe map[string]Fields
	kinds  map[string]*expectedKind
}

type expectedKind struct {
	plain, raw bool
	lines      []expectedLine
}

type expectedLine struct {
	offices  []string
	relation string
	tier     truce.Tier
	sees     Fields
}

func readExpectation(t *testing.T) expectation {
	t.Helper()
	text, err := os.ReadFile("testdata/who-sees-what.txt")
	if err != nil {
		t.Fatal(err)
	}
	e := expectation{words: map[string]Fields{"everything": EveryField, "nothing": 0}, severe: map[string]Fields{}, kinds: map[string]*expectedKind{}}
	for _, w := range EveryField.Words() {
		e.words[w], _ = ParseField(w)
	}
	set := func(s string) (out Fields) {
		for _, w := range strings.Fields(s) {
			f, ok := e.words[w]
			if !ok {
				t.Fatalf("who-sees-what.txt: no word %q", w)
			}
			out |= f
		}
		return out
	}
	part := ""
	for line := range strings.Lines(string(text)) {
		line = strings.TrimRight(line, "\n")
		switch {
		case line == "" || line[0] == '#':
		case line[0] != ' ':
			words := strings.Fields(line)
			part = words[0]
			if part != "words" && part != "severe" {
				e.kinds[part] = &expectedKind{plain: slices.Contains(words, "plain"), raw: slices.Contains(words, "raw")}
			}
		case part == "words":
			name, is, _ := strings.Cut(line, "=")
			e.words[strings.TrimSpace(name)] = set(is)
		case part == "severe":
			name, is, _ := strings.Cut(line, "|")
			e.severe[strings.TrimSpace(name)] = set(is)
		default:
			cells := strings.Split(line, "|")
			if len(cells) != 4 {
				t.Fatalf("who-sees-what.txt: %q has not four cells", line)
			}
			l := expectedLine{offices: strings.Fields(cells[0]), relation: strings.TrimSpace(cells[1]), sees: set(cells[3])}
			if tier := strings.TrimSpace(cells[2]); tier != "all" {
				var ok bool
				if l.tier, ok = truce.ParseTier(tier); !ok {
					t.Fatalf("who-sees-what.txt: no tier %q", tier)
				}
			}
			e.kinds[part].lines = append(e.kinds[part].lines, l)
		}
	}
	return e
}

// cell is one viewer and one thing, in the words of the page.
type cell struct {
	office                     truce.Office
	stands                     string // own, colleague, about, sent, named, waits, none
	kind                       Kind
	tier                       truce.Tier
	class                      Class
	released, paused, site, ex bool
}

func (c cell) String() string {
	return fmt.Sprintf("%s, %s, %s at %s, %s, released %v, paused %v, site %v, exercise %v", c.office, c.stands, c.kind, c.tier, c.class, c.released, c.paused, c.site, c.ex)
}

const now truce.Instant = 1_700_000_000_000

func (c cell) ask() (Viewer, Thing) {
	v := Viewer{Person: "p-viewer", Body: "blue", Office: c.office, Now: now, Vouch: truce.VouchSession, Proved: now}
	t := Thing{ID: "r-1", Kind: c.kind, Tier: c.tier, Class: c.class, Author: truce.Author{Person: "p-other", Body: "red"}, Paused: c.paused, Simulated: c.ex,
		HasPlace: true, Classified: now.Add(-71 * time.Hour)}
	if c.released {
		t.Classified = now.Add(-72 * time.Hour)
	}
	if c.office == truce.OfficePublic {
		v = Viewer{Now: now}
	}
	if c.site {
		t.Site = "hospital"
	}
	switch c.stands {
	case "own":
		t.Author = truce.Author{Person: "p-viewer", Body: "blue"}
	case "colleague":
		t.Author.Body = "blue"
	case "about":
		t.About = "p-viewer"
	case "sent":
		t.Addressed = []truce.BodyID{"green", "blue"}
	case "named":
		t.Named = []truce.BodyID{"blue"}
	case "waits":
		t.Proposer = t.Author
	}
	return v, t
}

// expect says what the page gives for a cell.
func (e expectation) expect(c cell) Fields {
	k := e.kinds[c.kind.String()]
	if k == nil {
		return 0
	}
	office := c.office.String()
	side := office == "liaison" || office == "guarantor" || office == "consulted"
	fits := func(l expectedLine) bool {
		return (slices.Contains(l.offices, office) || slices.Contains(l.offices, "everybody")) && c.tier >= l.tier
	}
	stands := c.stands
	if office == "public" {
		stands = "none" // the public is nobody in particular
	}
	var sees Fields
	for _, l := range k.lines {
		if l.relation == "released" || !fits(l) || l.relation != "any" && l.relation != stands {
			continue
		}
		sees = l.sees
		if !k.plain && c.class != ClassOrdinary {
			stays := "inside"
			switch {
			case office == "duty-officer":
				stays = office
			case l.relation != "any":
				stays = l.relation
			}
			sees &= e.severe[stays]
		}
		if c.site && office != "duty-officer" && l.relation != "own" && l.relation != "colleague" {
			sees &^= WhereExact
		}
		break
	}
	for _, l := range k.lines {
		if l.relation != "released" || !fits(l) {
			continue
		}
		reached := false
		switch {
		case c.ex: // an exercise stays inside
		case c.tier == truce.TierPublic && (!c.paused || k.plain):
			reached = true
		case c.tier >= truce.TierParticipants:
			reached = side
		case c.tier == truce.TierNamed:
			reached = side && stands == "named"
		}
		if reached && (k.plain || c.released && c.class == ClassOrdinary) {
			gives := l.sees
			if c.site {
				gives &^= WhereExact
			}
			sees |= gives
		}
	}
	return sees
}

// cells lists every cell of some kinds.
func cells(kinds []Kind) func(func(cell) bool) {
	return func(yield func(cell) bool) {
		yes := []bool{false, true}
		for o := truce.OfficePublic; o <= truce.OfficeOperator; o++ {
			for _, stands := range []string{"own", "colleague", "about", "sent", "named", "waits", "none"} {
				for _, k := range kinds {
					for tier := truce.TierUnclassified; tier <= truce.TierPublic; tier++ {
						for class := ClassUnknown; class < endOfClasses; class++ {
							for _, released := range yes {
								for _, paused := range yes {
									for _, site := range yes {
										for _, ex := range yes {
											if !yield(cell{o, stands, k, tier, class, released, paused, site, ex}) {
												return
											}
										}
									}
								}
							}
						}
					}
				}
			}
		}
	}
}

// differs lists the cells of some kinds in which the program and the page differ, at most n of them.
func (e expectation) differs(n int, kinds ...Kind) (out []string, asked int) {
	for c := range cells(kinds) {
		asked++
		got, want := See(c.ask()), e.expect(c)
		if got != want {
			out = append(out, fmt.Sprintf("%s:\n  too much: %s\n  too little: %s", c, got&^want, want&^got))
			if len(out) == n {
				break
			}
		}
	}
	return out, asked
}

// Every office, relation, kind, tier, class, release, pause, site and exercise, against the page that people read.
func TestWhoSeesWhat(t *testing.T) {
	e := readExpectation(t)
	for k := KindUnknown; k < endOfKinds; k++ {
		if x := e.kinds[k.String()]; x == nil || x.plain != reads[k].plain || x.raw != reads[k].raw {
			t.Errorf("who-sees-what.txt says nothing of %s, or not that it is raw or plain", k)
		}
	}
	wrong, asked := e.differs(5, allKinds()...)
	for _, w := range wrong {
		t.Error(w)
	}
	t.Logf("%d cells of %d classes", asked, len(EveryField.Words()))
}

// The control: whatever rule of the program is dropped, widened to one more field, one more office or one narrower tier, the page sees it.
func TestWhoSeesWhatSeesEveryChange(t *testing.T) {
	e := readExpectation(t)
	seen := func(what string, kinds ...Kind) {
		if wrong, _ := e.differs(1, kinds...); len(wrong) == 0 {
			t.Errorf("%s: nobody noticed", what)
		}
	}
	kept := reads
	defer func() { reads = kept }()
	changed := 0
	for k := range reads {
		for i, r := range reads[k].rules {
			for what, to := range map[string]rule{
				"lost":          {},
				"one field":     {r.to, r.as, r.from, r.shows ^ MediaOriginal},
				"the reporter":  {r.to, r.as, r.from, r.shows ^ Reporter},
				"the operator":  {r.to ^ operator, r.as, r.from, r.shows},
				"narrower tier": {r.to, r.as, r.from - 1, r.shows},
			} {
				if what == "narrower tier" && (r.from == 0 || r.as == released) {
					continue // a narrower tier than a rule names reaches nobody anyway, or there is none
				}
				reads = kept
				reads[k].rules = slices.Clone(kept[k].rules)
				reads[k].rules[i] = to
				seen(fmt.Sprintf("%s, rule %d: %s", Kind(k), i, what), Kind(k))
				changed++
			}
		}
	}
	reads = kept
	for as := range severeKeeps {
		was := severeKeeps[as]
		severeKeeps[as] ^= Open
		if relation(as) != ofMe && relation(as) != waits && relation(as) != released { // only plain kinds speak of people; what is shown without Existence is not shown
			seen(fmt.Sprintf("severe, relation %d", as), allKinds()...)
		}
		severeKeeps[as] = was
	}
	t.Logf("%d changes seen", changed)
}

func allKinds() (out []Kind) {
	for k := KindUnknown; k < endOfKinds; k++ {
		out = append(out, k)
	}
	return out
}
