// Package intaketest makes observations for tests: every field in use, every one of them a value that the readers
// accept.
package intaketest

import (
	"slices"
	"strings"

	"pgregory.net/rapid"

	"truce"
)

// Observation draws an observation, File and Row left empty.
func Observation() *rapid.Generator[*truce.Observation] {
	return rapid.Custom(func(t *rapid.T) *truce.Observation {
		o := &truce.Observation{
			ID:     truce.ObservationID(rapid.StringMatching(`[a-zA-Z0-9:._é-]{1,30}`).Draw(t, "id")),
			Kind:   truce.ObservationKind(rapid.IntRange(1, len(truce.ObservationKinds())).Draw(t, "kind")),
			When:   span(t),
			Lasted: rapid.Bool().Draw(t, "lasted"), Complete: rapid.Bool().Draw(t, "complete"),
			Simulated: rapid.Bool().Draw(t, "simulated"), Moved: rapid.Bool().Draw(t, "moved"),
			Where: place(t), To: place(t),
			Count: number(t), Deaths: number(t), Injured: number(t), Civilians: number(t),
			Result: truce.Ended(rapid.IntRange(0, len(truce.EndedWords())).Draw(t, "result")),
			About:  items(t), Note: text(t),
			Source: truce.Source{
				ID: text(t), Means: truce.Means(rapid.IntRange(0, len(truce.MeansWords())).Draw(t, "means")),
				Standing:    truce.Standing(rapid.IntRange(0, len(truce.StandingWords())).Draw(t, "standing")),
				Independent: rapid.Int32Range(0, 1<<31-1).Draw(t, "independent"), Reference: text(t), RelayedBy: items(t),
			},
		}
		if rapid.Bool().Draw(t, "received") {
			o.Received = instant(t)
		}
		if o.Kind == truce.KindIncident {
			o.What = rapid.SampledFrom(append([]string{""}, truce.IncidentKinds.Words()...)).Draw(t, "what")
		} else {
			o.What = text(t)
		}
		for range rapid.IntRange(0, 3).Draw(t, "parts") {
			o.Parts = append(o.Parts, truce.Part{Name: item(t), Role: truce.Role(rapid.IntRange(0, len(truce.Roles())).Draw(t, "role"))})
		}
		for range rapid.IntRange(0, 2).Draw(t, "equipment") {
			o.Equipment = append(o.Equipment, truce.Equipment{Category: rapid.SampledFrom(truce.EquipmentKinds.Words()).Draw(t, "category"),
				CalibreMM: rapid.Int32Range(0, 2000).Draw(t, "calibre"), RangeM: rapid.Int32Range(0, 20_000_000).Draw(t, "range"), Count: number(t)})
		}
		for range rapid.IntRange(0, 2).Draw(t, "same") {
			o.SameAs = append(o.SameAs, truce.ObservationID(rapid.StringMatching(`[a-z]{1,5}[|\\:][a-z0-9]{0,5}`).Draw(t, "same as")))
		}
		return o
	})
}

func instant(t *rapid.T) truce.Instant {
	return rapid.Custom(func(t *rapid.T) truce.Instant {
		return truce.Instant(rapid.Int64Range(int64(truce.EarliestInstant), int64(truce.LatestInstant)).Draw(t, "ms"))
	}).Filter(truce.Instant.Stated).Draw(t, "instant")
}

func span(t *rapid.T) truce.Span {
	switch rapid.IntRange(0, 2).Draw(t, "span") {
	case 1:
		return truce.At(instant(t))
	case 2:
		a, b := instant(t), instant(t)
		return truce.Span{From: min(a, b), To: max(a, b)}
	}
	return truce.Span{}
}

func position(t *rapid.T) truce.Position {
	return rapid.Custom(func(t *rapid.T) truce.Position {
		return truce.Position{Lon: truce.E7(rapid.Int32Range(-1_800_000_000, 1_800_000_000).Draw(t, "lon")),
			Lat: truce.E7(rapid.Int32Range(-900_000_000, 900_000_000).Draw(t, "lat"))}
	}).Filter(func(p truce.Position) bool { return p != truce.Position{} }).Draw(t, "position")
}

func place(t *rapid.T) (p truce.Place) {
	if !rapid.Bool().Draw(t, "a place") {
		return p
	}
	p = truce.Place{Kind: truce.PlaceKind(rapid.IntRange(0, 4).Draw(t, "place kind")), Name: text(t), Within: items(t), Basis: text(t)}
	if p.Kind == truce.PlacePoint || rapid.Bool().Draw(t, "at") {
		p.At = position(t)
		p.Error = truce.Metres(rapid.Float64Range(0, 20_000_000).Draw(t, "error"))
	}
	path := func(least int) {
		for range rapid.IntRange(least, least+3).Draw(t, "path") {
			p.Path = append(p.Path, position(t))
		}
	}
	ring := func() { // a triangle or a box; what has no clear inside is refused
		size := func(label string, least, most int64) truce.E7 {
			return truce.E7(rapid.Int64Range(least, most).Draw(t, label))
		}
		a := truce.Position{Lon: size("west", -1_800_000_000, 799_999_999), Lat: size("south", -899_999_999, 0)}
		b := truce.Position{Lon: a.Lon + size("width", 1, 1_000_000_000), Lat: a.Lat + size("height", 1, 899_999_999)}
		p.Path = []truce.Position{a, {Lon: b.Lon, Lat: a.Lat}, b, {Lon: a.Lon, Lat: b.Lat}}
		if slices.Contains(p.Path, truce.Position{}) { // what devices write without a position is refused
			for i := range p.Path {
				p.Path[i].Lon++
			}
		}
		if rapid.Bool().Draw(t, "triangle") {
			p.Path = p.Path[:3]
		}
	}
	switch p.Kind {
	case truce.PlaceUnknown:
		if p.Name == "" && p.At == (truce.Position{}) {
			return truce.Place{}
		}
	case truce.PlaceNamed:
		p.Name = item(t)
	case truce.PlaceArea:
		ring()
	case truce.PlaceLine:
		path(2)
	}
	return p
}

func number(t *rapid.T) truce.Number {
	count := rapid.Int64Range(0, 1_000_000_000_000)
	switch rapid.IntRange(0, 2).Draw(t, "number") {
	case 1:
		return truce.Exactly(count.Draw(t, "n"))
	case 2:
		n := []int64{count.Draw(t, "a"), count.Draw(t, "b"), count.Draw(t, "c")}
		low, high := min(n[0], n[1], n[2]), max(n[0], n[1], n[2])
		return truce.Number{Low: low, Best: n[0] + n[1] + n[2] - low - high, High: high, Stated: true}
	}
	return truce.Number{}
}

// pieces are what texts are made of: everything that a format could trip over.
var pieces = []string{"a", "Dar'a", "درعا", "Кунейтра", "é", "\U0001f6d1", ",", ";", "\t", "\n", "\r\n", `"`, `""`, `\`, `|`, ":", " ", "=", "initiator:", "\u2028", "\u00a0", "<", "{", "NA", "sep=;", "#"}

func text(t *rapid.T) string {
	return strings.TrimSpace(strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 6).Draw(t, "text"), ""))
}

// item is a text that is not empty and may be a name.
func item(t *rapid.T) string {
	s := strings.NewReplacer("\t", "", "\r", "", "\n", "").Replace(text(t))
	return "n" + strings.TrimSpace(s)
}

func items(t *rapid.T) []string {
	var list []string
	for range rapid.IntRange(0, 2).Draw(t, "items") {
		list = append(list, item(t))
	}
	return list
}
