package report

import (
	"truce"
)

// mark is a thing with a place to draw it at.
type mark struct {
	thing   int32
	at      truce.Position
	radius  truce.Metres  // the true place lies within it of at; 0 where the place is exact, an area or a line
	feature truce.PlaceID // the area or line it is somewhere in or along
	says    Standing
}

// places finds out where to draw what rules speak of.
func (m *Model) places() {
	shape := map[truce.PlaceID]*truce.Feature{}
	for i := range m.Agreement.Places {
		shape[m.Agreement.Places[i].ID] = &m.Agreement.Places[i]
	}
	for i := range m.Things {
		t := &m.Things[i]
		k := mark{thing: int32(i), says: t.Gravest()}
		if t.Variant != "" || !t.Judged {
			continue
		}
		if t.Observation == nil {
			if t.Subject.At == (truce.Position{}) {
				continue
			}
			k.at, k.radius = t.Subject.At, t.Subject.Error
			m.marks = append(m.marks, k)
			continue
		}
		where := t.Observation.Where
		f, at, ok := m.base.Result.Where(where)
		if !ok {
			continue
		}
		k.at, k.radius = at, where.Error
		if x := shape[f]; x != nil {
			k.radius = x.Radius
			if x.Shape != truce.ShapePoint {
				k.feature, k.radius = f, 0
			}
		} else if where.Kind != truce.PlacePoint {
			k.radius = 0
		}
		m.marks = append(m.marks, k)
	}
}
