package terms

import "truce"

// shapeFault is what is wrong with a ring or line, at one of its vertices.
type shapeFault struct {
	Vertex              int
	Code, Message, Hint string
}

func checkLine(path []truce.Position) []shapeFault         { return nil }
func checkRing(ring []truce.Position) []shapeFault         { return nil }
func checkArea(polygons [][][]truce.Position) []shapeFault { return nil }
