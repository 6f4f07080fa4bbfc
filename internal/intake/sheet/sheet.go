package sheet

import (
	"strconv"
	"strings"

	"truce"
	"truce/internal/intake/entry"
	"truce/internal/intake/rows"
)

// OwnColumn begins the names of columns that people keep for themselves; they are passed over.
const OwnColumn = "x_"

// Reader reads the rows of a sheet.
type Reader struct {
	table *rows.Table
	draft *Draft
	at    []Field // the field of each column, -1 for people's own
}

// Recognises reports whether a header is that of a sheet.
func Recognises(t *rows.Table) bool { return t.Column(names[ID]) >= 0 && t.Column(names[kind]) >= 0 }

// Open checks the header. A column that is not known is refused, because a misspelt name would lose what stands in it.
func Open(t *rows.Table, set *entry.Settings) (*Reader, error) {
	const op truce.Op = "sheet.Open"
	r := &Reader{table: t, draft: NewDraft(set, "")}
	var wrong []string
	for _, name := range t.Names() {
		f, ok := FieldOf([]byte(name))
		if !ok {
			f = -1
			if !strings.HasPrefix(name, OwnColumn) {
				w := strconv.Quote(string(entry.Clip([]byte(name))))
				if hint := entry.Nearest(name, names[:]); hint != "" {
					w += " (" + hint + ")"
				}
				wrong = append(wrong, w)
			}
		}
		r.at = append(r.at, f)
	}
	if len(wrong) > 0 {
		return nil, &truce.Error{Op: op, Kind: truce.Invalid, Reason: "no such column: " + strings.Join(wrong, ", "),
			Hint: "a column that truce should pass over begins with " + OwnColumn + "; known: " + strings.Join(names[:], ", ")}
	}
	if !Recognises(t) {
		return nil, &truce.Error{Op: op, Kind: truce.Invalid, Reason: "the header lacks the columns id and kind",
			Hint: "see docs/reference/observations.md"}
	}
	for i, f := range r.at {
		if f >= 0 {
			t.Column(t.Names()[i])
		}
	}
	return r, nil
}

// Next reads a row into e; at the end the error is io.EOF.
func (r *Reader) Next(e *entry.Entry) error {
	cells, f, err := r.table.Next()
	if err != nil {
		return err
	}
	e.Reset(r.table.Row())
	if f != nil {
		e.Reject("", 0, f)
		return nil
	}
	r.draft.Reset()
	for i, f := range r.at {
		if f >= 0 {
			r.draft.Put(f, i+1, cells[i])
		}
	}
	r.draft.Finish(e)
	return nil
}

// Notes is empty: what a sheet has to say stands in its rows.
func (r *Reader) Notes() []string { return nil }

// AppendHeader writes the header, with the line end.
func AppendHeader(dst []byte) []byte {
	return append(append(dst, strings.Join(names[:], ",")...), '\n')
}

// Append writes an observation as a row, with the line end. Reading it gives the same observation, File and Row apart.
func Append(dst []byte, o *truce.Observation) []byte {
	var cells [fields][]byte
	put := func(f Field, text string) { cells[f] = []byte(text) }
	yes := func(f Field, on bool) {
		if on {
			put(f, "yes")
		}
	}
	instant := func(f Field, i truce.Instant) {
		if i.Stated() {
			put(f, i.String())
		}
	}
	list := func(f Field, items []string) {
		for i, item := range items {
			cells[f] = entry.AppendItem(cells[f], i == 0, item)
		}
	}
	number := func(low Field, n truce.Number) {
		if !n.Stated {
			return
		}
		put(low+1, strconv.FormatInt(n.Best, 10))
		if n != truce.Exactly(n.Best) {
			put(low, strconv.FormatInt(n.Low, 10))
			put(low+2, strconv.FormatInt(n.High, 10))
		}
	}
	put(ID, string(o.ID))
	put(kind, o.Kind.String())
	put(what, o.What)
	if o.When.From == o.When.To {
		instant(moment, o.When.From)
	} else {
		instant(from, o.When.From)
		instant(to, o.When.To)
	}
	yes(lasted, o.Lasted)
	instant(received, o.Received)
	appendPlace(&cells, place, o.Where)
	appendPlace(&cells, toPlace, o.To)
	for i, p := range o.Parts {
		cells[parts] = entry.AppendItem(cells[parts], i == 0, p.Role.String()+": "+p.Name)
	}
	for i, q := range o.Equipment {
		item := q.Category
		if q.CalibreMM != 0 {
			item += " calibre_mm=" + strconv.Itoa(int(q.CalibreMM))
		}
		if q.RangeM != 0 {
			item += " range_m=" + strconv.Itoa(int(q.RangeM))
		}
		if c := q.Count; c.Stated && c == truce.Exactly(c.Best) {
			item += " count=" + strconv.FormatInt(c.Best, 10)
		} else if c.Stated {
			item += " count=" + strconv.FormatInt(c.Low, 10) + "/" + strconv.FormatInt(c.Best, 10) + "/" + strconv.FormatInt(c.High, 10)
		}
		cells[equipment] = entry.AppendItem(cells[equipment], i == 0, item)
	}
	number(countLow, o.Count)
	number(deathsLow, o.Deaths)
	number(injuredLow, o.Injured)
	number(civiliansLow, o.Civilians)
	if o.Result != truce.EndedUnknown {
		put(result, o.Result.String())
	}
	yes(complete, o.Complete)
	list(about, o.About)
	for i, id := range o.SameAs {
		cells[sameAs] = entry.AppendItem(cells[sameAs], i == 0, string(id))
	}
	put(source, o.Source.ID)
	if o.Source.Means != truce.MeansUnknown {
		put(means, o.Source.Means.String())
	}
	if o.Source.Standing != truce.StandingUnknown {
		put(standing, o.Source.Standing.String())
	}
	if o.Source.Independent != 0 {
		put(independent, strconv.Itoa(int(o.Source.Independent)))
	}
	put(reference, o.Source.Reference)
	list(relayedBy, o.Source.RelayedBy)
	put(note, o.Note)
	yes(simulated, o.Simulated)
	yes(moved, o.Moved)
	for i, c := range cells {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendCell(dst, c)
	}
	return append(dst, '\n')
}

func appendPlace(cells *[fields][]byte, at Field, p truce.Place) {
	cell := func(f Field) *[]byte { return &cells[f-place+at] }
	*cell(place) = []byte(p.Name)
	if p.Kind != truce.PlaceUnknown || p.Name != "" || p.At != (truce.Position{}) {
		*cell(placeKind) = []byte(entry.PlaceWord(p.Kind))
	}
	if p.At != (truce.Position{}) {
		*cell(lat) = entry.AppendDegrees(nil, p.At.Lat)
		*cell(lon) = entry.AppendDegrees(nil, p.At.Lon)
	}
	if p.Kind == truce.PlacePoint || p.Error != 0 {
		*cell(errorM) = entry.AppendMetres(nil, p.Error)
	}
	for i, w := range p.Within {
		*cell(within) = entry.AppendItem(*cell(within), i == 0, w)
	}
	if len(p.Path) > 0 {
		*cell(Geometry) = appendWellKnownText(nil, p)
	}
	*cell(basis) = []byte(p.Basis)
}

// appendCell quotes a cell where it holds a separator, a quotation mark, a line end or an outer space.
func appendCell(dst, cell []byte) []byte {
	text := string(cell)
	if !strings.ContainsAny(text, ",;\t\"\r\n") && strings.TrimSpace(text) == text {
		return append(dst, text...)
	}
	dst = append(dst, '"')
	dst = append(dst, strings.ReplaceAll(text, `"`, `""`)...)
	return append(dst, '"')
}
