package record

import (
	"encoding/binary"
	"fmt"
	"math"

	"truce"
	"truce/internal/intake/entry"
	"truce/internal/vault"
)

// Positions are fixes of one unit, in the order they came. Thousands travel in one record, so that one write to disk covers them. Whose they are
// and where they are can be opened apart.
type Positions struct {
	Simulated, Moved bool
	// Track says whose positions they are; nil where the content was erased.
	Track *entry.Track
	Fixes []truce.Fix
}

// MaxFixes is how many positions one record holds; more travel in several. See docs/limits.md.
const MaxFixes = 100_000

type positionsBody struct {
	Simulated bool `json:"simulated,omitempty"`
	Moved     bool `json:"moved,omitempty"`
}

// The groups of a record of positions.
const (
	groupUnit    = "unit"
	groupColumns = "columns"
)

// unit is the JSON of a track. The words of means and standing are those of files.
type unit struct {
	Unit        string   `json:"unit"`
	Actor       string   `json:"actor,omitempty"`
	Category    string   `json:"category,omitempty"`
	Source      string   `json:"source,omitempty"`
	Means       string   `json:"means,omitempty"`
	Standing    string   `json:"standing,omitempty"`
	Independent int32    `json:"independent,omitempty"`
	Reference   string   `json:"reference,omitempty"`
	RelayedBy   []string `json:"relayed_by,omitempty"`
	File        string   `json:"file,omitempty"`
}

// Draft makes a draft of the positions.
func (p Positions) Draft() (Draft, error) {
	const op truce.Op = "record.Positions"
	t := p.Track
	if t == nil || len(p.Fixes) == 0 {
		return Draft{}, &truce.Error{Op: op, Kind: truce.Invalid, Reason: "there are no positions"}
	}
	if len(p.Fixes) > MaxFixes {
		return Draft{}, &truce.Error{Op: op, Kind: truce.TooLarge, Subject: t.Unit, Reason: fmt.Sprintf("%d positions are more than the %d of a record", len(p.Fixes), MaxFixes), Hint: "send them in parts"}
	}
	for i, f := range p.Fixes {
		if why := badFix(f); why != "" {
			return Draft{}, &truce.Error{Op: op, Kind: truce.Invalid, Subject: t.Unit, Reason: fmt.Sprintf("position %d: %s", i+1, why)}
		}
	}
	u := unit{Unit: t.Unit, Actor: t.Actor, Category: t.Category, Source: t.Source.ID, Independent: t.Source.Independent, Reference: t.Source.Reference,
		RelayedBy: t.Source.RelayedBy, File: t.File}
	if t.Source.Means != truce.MeansUnknown {
		u.Means = t.Source.Means.String()
	}
	if t.Source.Standing != truce.StandingUnknown {
		u.Standing = t.Source.Standing.String()
	}
	who, err := group(groupUnit, u)
	if err != nil {
		return Draft{}, &truce.Error{Op: op, Kind: truce.Invalid, Reason: "the unit", Cause: err}
	}
	where := vault.Group{Name: groupColumns, Data: AppendColumns(nil, p.Fixes)}
	return draft(truce.RecordPositions, positionsBody{t.Simulated, t.Moved}, who, where)
}

// ReadPositions reads what [Positions.Draft] wrote.
func ReadPositions(r *truce.Record, g vault.Groups) (Positions, error) {
	const op truce.Op = "record.ReadPositions"
	var b positionsBody
	if err := readBody(r, truce.RecordPositions, &b); err != nil {
		return Positions{}, err
	}
	p := Positions{Simulated: b.Simulated, Moved: b.Moved}
	if g.Erased() {
		return p, nil
	}
	var u unit
	if err := readGroup(r, g, groupUnit, &u); err != nil {
		return Positions{}, err
	}
	means, ok1 := truce.ParseMeans(u.Means)
	standing, ok2 := truce.ParseStanding(u.Standing)
	columns, ok3 := g.Get(groupColumns)
	if !ok1 && u.Means != "" || !ok2 && u.Standing != "" || !ok3 {
		return Positions{}, &truce.Error{Op: op, Kind: truce.Corrupt, Subject: r.String(), Reason: "its unit or columns"}
	}
	fixes, err := ParseColumns(columns)
	if err != nil {
		return Positions{}, &truce.Error{Op: op, Kind: truce.Corrupt, Subject: r.String(), Reason: "its columns", Cause: err}
	}
	p.Fixes = fixes
	p.Track = &entry.Track{Unit: u.Unit, Actor: u.Actor, Category: u.Category, File: u.File, Simulated: b.Simulated, Moved: b.Moved,
		Source: truce.Source{ID: u.Source, Means: means, Standing: standing, Independent: u.Independent, Reference: u.Reference, RelayedBy: u.RelayedBy}}
	return p, nil
}

func badFix(f truce.Fix) string {
	switch {
	case f.At < truce.EarliestInstant || f.At > truce.LatestInstant || !f.At.Stated():
		return "its time is not stated or outside the years truce computes with"
	case f.Pos.Lat < -90e7 || f.Pos.Lat > 90e7 || f.Pos.Lon < -180e7 || f.Pos.Lon > 180e7:
		return "there is no such place"
	case !validRadius(f.Error):
		return "its radius is no length"
	}
	return ""
}

func validRadius(r float32) bool {
	return r >= 0 && r <= math.MaxFloat32 && !(r == 0 && math.Signbit(float64(r)))
}

// AppendColumns writes fixes as four columns: times, longitudes and latitudes, each number as its difference from the one before (zigzag
// varints), then the radii as runs of equal ones. A fix of a device takes about seven bytes.
func AppendColumns(b []byte, fixes []truce.Fix) []byte {
	b = binary.AppendUvarint(b, uint64(len(fixes)))
	var last int64
	for i := range fixes {
		b = binary.AppendVarint(b, int64(fixes[i].At)-last)
		last = int64(fixes[i].At)
	}
	last = 0
	for i := range fixes {
		b = binary.AppendVarint(b, int64(fixes[i].Pos.Lon)-last)
		last = int64(fixes[i].Pos.Lon)
	}
	last = 0
	for i := range fixes {
		b = binary.AppendVarint(b, int64(fixes[i].Pos.Lat)-last)
		last = int64(fixes[i].Pos.Lat)
	}
	for i := 0; i < len(fixes); {
		n := 1
		for i+n < len(fixes) && fixes[i+n].Error == fixes[i].Error {
			n++
		}
		b = binary.AppendUvarint(b, uint64(n))
		b = binary.BigEndian.AppendUint32(b, math.Float32bits(fixes[i].Error))
		i += n
	}
	return b
}

// ParseColumns reads columns. What it reads, [AppendColumns] writes again to the same bytes; every other form is refused.
func ParseColumns(b []byte) ([]truce.Fix, error) {
	c := columns{b: b}
	n := c.uvarint()
	// Four bytes at least are needed for a fix and its share of a run, so no count makes us reserve more than a few times what was sent.
	if c.bad || n == 0 || n > MaxFixes || n > uint64(len(b)) {
		return nil, fmt.Errorf("it does not hold 1 to %d positions", MaxFixes)
	}
	fixes := make([]truce.Fix, n)
	c.deltas(fixes, atColumn, int64(truce.EarliestInstant), int64(truce.LatestInstant))
	c.deltas(fixes, lonColumn, -180e7, 180e7)
	c.deltas(fixes, latColumn, -90e7, 90e7)
	for i := 0; i < len(fixes) && !c.bad; {
		run := c.uvarint()
		if run == 0 || run > uint64(len(fixes)-i) || len(c.b) < 4 {
			c.bad = true
			break
		}
		r := math.Float32frombits(binary.BigEndian.Uint32(c.b))
		c.b = c.b[4:]
		if !validRadius(r) || i > 0 && fixes[i-1].Error == r { // or two runs that should be one
			c.bad = true
		}
		for end := i + int(run); i < end; i++ {
			fixes[i].Error = r
		}
	}
	if c.bad || len(c.b) > 0 {
		return nil, errNotCanonical
	}
	return fixes, nil
}

// columns reads numbers one after the other; after the first that is not there, too large or longer than it need be, bad is set.
type columns struct {
	b   []byte
	bad bool
}

func (c *columns) uvarint() uint64 {
	if len(c.b) > 0 && c.b[0] < 0x80 {
		v := uint64(c.b[0])
		c.b = c.b[1:]
		return v
	}
	if len(c.b) > 1 && c.b[1] < 0x80 && c.b[1] > 0 { // two bytes: most differences of a device
		v := uint64(c.b[0]&0x7f) | uint64(c.b[1])<<7
		c.b = c.b[2:]
		return v
	}
	v, n := binary.Uvarint(c.b)
	if n <= 0 || n > 1 && c.b[n-1] == 0 {
		c.bad = true
		return 0
	}
	c.b = c.b[n:]
	return v
}

// The columns of differences.
const (
	atColumn = iota
	lonColumn
	latColumn
)

// deltas reads as many differences as there are fixes and sets each sum, which must lie between low and high.
func (c *columns) deltas(fixes []truce.Fix, column int, low, high int64) {
	var v int64
	for i := range fixes {
		u := c.uvarint()
		d := int64(u>>1) ^ -int64(u&1)
		// Sums stay far from overflow: the bounds are, and so is the difference of two numbers within them.
		if d > high-low || d < low-high {
			c.bad = true
			return
		}
		if v += d; v < low || v > high {
			c.bad = true
			return
		}
		switch column {
		case atColumn:
			fixes[i].At = truce.Instant(v)
			c.bad = c.bad || v == 0
		case lonColumn:
			fixes[i].Pos.Lon = truce.E7(v)
		case latColumn:
			fixes[i].Pos.Lat = truce.E7(v)
		}
	}
}
