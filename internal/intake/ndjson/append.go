package ndjson

import (
	"strconv"

	"truce"
	"truce/internal/intake/entry"
	"truce/internal/intake/jsonscan"
)

// Append writes an observation as a line, with the line end. Equal observations give equal bytes, and reading the line
// gives the same observation, File and Row apart.
func Append(dst []byte, o *truce.Observation) []byte {
	w := writer{dst: append(dst, '{')}
	w.text("id", string(o.ID))
	w.text("kind", o.Kind.String())
	w.text("what", o.What)
	if o.When.From == o.When.To {
		w.instant("time", o.When.From)
	} else {
		w.open("time", '{')
		w.instant("from", o.When.From)
		w.instant("to", o.When.To)
		w.shut('}')
	}
	w.yes("lasted", o.Lasted)
	w.instant("received", o.Received)
	w.place("place", &o.Where)
	w.place("to_place", &o.To)
	if len(o.Parts) > 0 {
		w.open("parts", '[')
		for _, p := range o.Parts {
			w.item('{')
			w.text("name", p.Name)
			if p.Role != truce.RoleUnknown {
				w.text("role", p.Role.String())
			}
			w.shut('}')
		}
		w.shut(']')
	}
	if len(o.Equipment) > 0 {
		w.open("equipment", '[')
		for _, q := range o.Equipment {
			w.item('{')
			w.text("category", q.Category)
			w.int("calibre_mm", int64(q.CalibreMM))
			w.int("range_m", int64(q.RangeM))
			w.count("count", q.Count)
			w.shut('}')
		}
		w.shut(']')
	}
	w.count("count", o.Count)
	w.count("deaths", o.Deaths)
	w.count("injured", o.Injured)
	w.count("civilians", o.Civilians)
	if o.Result != truce.EndedUnknown {
		w.text("result", o.Result.String())
	}
	w.yes("complete", o.Complete)
	w.list("about", o.About)
	if len(o.SameAs) > 0 {
		w.open("same_as", '[')
		for _, id := range o.SameAs {
			w.comma()
			w.dst = jsonscan.AppendString(w.dst, string(id))
		}
		w.shut(']')
	}
	w.source(&o.Source)
	w.text("note", o.Note)
	w.yes("simulated", o.Simulated)
	w.yes("moved", o.Moved)
	return append(w.dst, '}', '\n')
}

// AppendFix writes a position of a track as a line, with the line end. Of the track's source only the id is written.
func AppendFix(dst []byte, t *entry.Track, f truce.Fix) []byte {
	w := writer{dst: append(dst, '{')}
	w.text("kind", Fix)
	w.text("unit", t.Unit)
	w.text("actor", t.Actor)
	w.text("category", t.Category)
	w.text("source", t.Source.ID)
	w.instant("time", f.At)
	w.position(f.Pos)
	w.key("error_m")
	w.dst = strconv.AppendFloat(w.dst, float64(f.Error), 'f', -1, 32)
	w.yes("simulated", t.Simulated)
	w.yes("moved", t.Moved)
	return append(w.dst, '}', '\n')
}

// writer appends members, leaving out what is not known.
type writer struct{ dst []byte }

// comma separates from the member or item before, if there is one.
func (w *writer) comma() {
	if c := w.dst[len(w.dst)-1]; c != '{' && c != '[' {
		w.dst = append(w.dst, ',')
	}
}

func (w *writer) key(k string) {
	w.comma()
	w.dst = append(append(append(w.dst, '"'), k...), '"', ':')
}

func (w *writer) open(k string, bracket byte) {
	w.key(k)
	w.dst = append(w.dst, bracket)
}

func (w *writer) item(bracket byte) {
	w.comma()
	w.dst = append(w.dst, bracket)
}

func (w *writer) shut(bracket byte) { w.dst = append(w.dst, bracket) }

func (w *writer) text(k, v string) {
	if v != "" {
		w.key(k)
		w.dst = jsonscan.AppendString(w.dst, v)
	}
}

func (w *writer) yes(k string, on bool) {
	if on {
		w.key(k)
		w.dst = append(w.dst, "true"...)
	}
}

func (w *writer) int(k string, v int64) {
	if v != 0 {
		w.key(k)
		w.dst = strconv.AppendInt(w.dst, v, 10)
	}
}

func (w *writer) instant(k string, i truce.Instant) {
	if i.Stated() {
		w.text(k, i.String())
	}
}

func (w *writer) list(k string, items []string) {
	if len(items) == 0 {
		return
	}
	w.open(k, '[')
	for _, s := range items {
		w.comma()
		w.dst = jsonscan.AppendString(w.dst, s)
	}
	w.shut(']')
}

func (w *writer) count(k string, n truce.Number) {
	if !n.Stated {
		return
	}
	if n == truce.Exactly(n.Best) {
		w.key(k)
		w.dst = strconv.AppendInt(w.dst, n.Best, 10)
		return
	}
	w.open(k, '{')
	for _, v := range []struct {
		key string
		n   int64
	}{{"low", n.Low}, {"best", n.Best}, {"high", n.High}} {
		w.key(v.key)
		w.dst = strconv.AppendInt(w.dst, v.n, 10)
	}
	w.shut('}')
}

func (w *writer) position(p truce.Position) {
	w.key("lat")
	w.dst = entry.AppendDegrees(w.dst, p.Lat)
	w.key("lon")
	w.dst = entry.AppendDegrees(w.dst, p.Lon)
}

func (w *writer) place(k string, p *truce.Place) {
	if p.Kind == truce.PlaceUnknown && p.At == (truce.Position{}) && p.Error == 0 && p.Name == "" && len(p.Within) == 0 && p.Basis == "" {
		return
	}
	w.open(k, '{')
	w.text("kind", entry.PlaceWord(p.Kind))
	w.text("name", p.Name)
	if p.At != (truce.Position{}) {
		w.position(p.At)
	}
	if p.Kind == truce.PlacePoint || p.Error != 0 {
		w.key("error_m")
		w.dst = entry.AppendMetres(w.dst, p.Error)
	}
	w.list("within", p.Within)
	if len(p.Path) > 0 {
		w.open("path", '[')
		for _, v := range p.Path {
			w.item('[')
			w.dst = entry.AppendDegrees(w.dst, v.Lon)
			w.comma()
			w.dst = entry.AppendDegrees(w.dst, v.Lat)
			w.shut(']')
		}
		w.shut(']')
	}
	w.text("basis", p.Basis)
	w.shut('}')
}

func (w *writer) source(s *truce.Source) {
	if s.ID == "" && s.Means == 0 && s.Standing == 0 && s.Independent == 0 && s.Reference == "" && len(s.RelayedBy) == 0 {
		return
	}
	w.open("source", '{')
	w.text("id", s.ID)
	if s.Means != truce.MeansUnknown {
		w.text("means", s.Means.String())
	}
	if s.Standing != truce.StandingUnknown {
		w.text("standing", s.Standing.String())
	}
	w.int("independent", int64(s.Independent))
	w.text("reference", s.Reference)
	w.list("relayed_by", s.RelayedBy)
	w.shut('}')
}
