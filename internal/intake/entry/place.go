package entry

import (
	"fmt"
	"strconv"

	"truce"
	"truce/geo"
)

// placeKinds are the words for kinds of place, in the order of [truce.PlaceKind].
var placeKinds = []string{"unknown", "point", "named", "area", "line"}

// PlaceWord is the word for a kind of place used in files.
func PlaceWord(k truce.PlaceKind) string { return placeKinds[min(int(k), len(placeKinds)-1)] }

// PlaceWords lists the words for kinds of place.
func PlaceWords() []string { return placeKinds }

// MaxPath is how many positions a ring or path may have.
const MaxPath = 100_000

// Stated is what a row states of a place, before it is known whether it makes one.
type Stated struct {
	// Kind is a word of PlaceWords; empty leaves it to the other fields.
	Kind     []byte
	Name     string
	Within   []string
	Basis    string
	At       truce.Position
	HasAt    bool
	Error    float64
	HasError bool
	// Path is a ring or a path, and Shape whether it was stated as an area or a line; PlaceUnknown leaves that to Kind.
	Path  []truce.Position
	Shape truce.PlaceKind
}

// Place puts the statements together. Where they do not make a place, the fault is of the named field: name, kind, lat,
// error_m or geometry. A row that states nothing gives the zero place.
func (s *Stated) Place() (p truce.Place, field string, f *Fault) {
	p = truce.Place{At: s.At, Error: truce.Metres(s.Error), Name: s.Name, Within: s.Within, Path: s.Path, Basis: s.Basis}
	switch {
	case len(s.Kind) > 0:
		k := -1
		for i, w := range placeKinds {
			if string(s.Kind) == w {
				k = i
			}
		}
		if k < 0 {
			return p, "kind", Unknown("kind of place", s.Kind, placeKinds)
		}
		p.Kind = truce.PlaceKind(k)
	case s.Shape != truce.PlaceUnknown:
		p.Kind = s.Shape
	case len(s.Path) > 0:
		return p, "kind", &Fault{MissingValue, "it is not said whether the path is a line or goes round an area", "state the kind: area or line"}
	case s.HasAt:
		p.Kind = truce.PlacePoint
	case s.Name != "":
		p.Kind = truce.PlaceNamed
	}
	shaped := p.Kind == truce.PlaceArea || p.Kind == truce.PlaceLine
	switch {
	case len(s.Path) > 0 && !shaped, s.Shape != truce.PlaceUnknown && s.Shape != p.Kind:
		return p, "geometry", &Fault{ConflictingPlace, "a geometry is given, but the place is of the kind " + PlaceWord(p.Kind), "leave out one of the two"}
	case p.Kind == truce.PlacePoint && !s.HasAt:
		return p, "lat", &Fault{MissingValue, "the place is a point, but has no position", "write latitude and longitude in decimal degrees"}
	case p.Kind == truce.PlacePoint && !s.HasError:
		return p, "error_m", &Fault{MissingError, "it is not said how far the true place may be from the point", "write the radius in metres: 0 for a surveyed point, 30 for a phone, 2000 for a town"}
	case p.Kind == truce.PlaceNamed && s.Name == "":
		return p, "name", &Fault{MissingValue, "the place is a named one, but has no name", ""}
	case p.Kind == truce.PlaceArea && len(s.Path) < 3, p.Kind == truce.PlaceLine && len(s.Path) < 2:
		return p, "geometry", &Fault{BadGeometry, fmt.Sprintf("%d positions make no %s", len(s.Path), PlaceWord(p.Kind)), "an area needs three, a line two"}
	case p.Kind == truce.PlaceArea:
		if f := badRing(s.Path); f != nil {
			return p, "geometry", f
		}
	}
	return p, "", nil
}

// badRing finds what leaves open which side of a ring is its inside. A ring that touches itself still has one.
func badRing(ring []truce.Position) *Fault {
	for _, f := range geo.CheckRing(ring) {
		at := fmt.Sprintf("longitude %v, latitude %v", f.At.Lon, f.At.Lat)
		switch f.Kind {
		case geo.FaultCross:
			return &Fault{BadGeometry, "the ring crosses itself at " + at, "look at the order of its positions"}
		case geo.FaultPole:
			return &Fault{BadGeometry, "the ring goes round or over a pole", "cut it into areas that hold no pole"}
		case geo.FaultTooWide:
			return &Fault{BadGeometry, fmt.Sprintf("the ring reaches over %d degrees or more from west to east", geo.MaxWidthDegrees), "cut it into narrower areas"}
		case geo.FaultNoArea, geo.FaultTooFew:
			return &Fault{BadGeometry, "the ring holds no area", "an area needs three positions that are not on one line"}
		}
	}
	return nil
}

// Ring drops the last position of a ring where it repeats the first.
func Ring(path []truce.Position) []truce.Position {
	if n := len(path); n > 1 && path[0] == path[n-1] {
		return path[:n-1]
	}
	return path
}

// AppendDegrees writes an angle in decimal degrees without needless zeros.
func AppendDegrees(dst []byte, e truce.E7) []byte {
	v := int64(e)
	if v < 0 {
		dst = append(dst, '-')
		v = -v
	}
	dst = strconv.AppendInt(dst, v/1e7, 10)
	if v %= 1e7; v == 0 {
		return dst
	}
	var digits [8]byte
	digits[0] = '.'
	n := 8
	for i := 7; i > 0; i-- {
		digits[i] = byte('0' + v%10)
		v /= 10
		if n == i+1 && digits[i] == '0' {
			n = i
		}
	}
	return append(dst, digits[:n]...)
}

// AppendMetres writes a length so that reading it gives the same bits.
func AppendMetres(dst []byte, m truce.Metres) []byte {
	return strconv.AppendFloat(dst, float64(m), 'f', -1, 64)
}
