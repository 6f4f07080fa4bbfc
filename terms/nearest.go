package terms

import (
	"strings"
	"unicode/utf8"
)

// Nearest gives the known word most like s, or "" when none is like it: at most a third of the letters differ. The first
// of equals wins, so the order of known decides, never a map's.
func Nearest(s string, known []string) string {
	best, found := max(utf8.RuneCountInString(s)/3, 1)+1, ""
	for _, k := range known {
		if len(k) > 200 || len(s) > 200 {
			continue
		}
		if d := editDistance([]rune(strings.ToLower(s)), []rune(strings.ToLower(k))); d < best {
			best, found = d, k
		}
	}
	return found
}

// editDistance counts the letters to insert, drop, change or swap with their neighbour to turn a into b.
func editDistance(a, b []rune) int {
	prev2, prev, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(prev[j]+1, row[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], prev2[j-2]+1)
			}
		}
		prev2, prev, row = prev, row, prev2
	}
	return prev[len(b)]
}
