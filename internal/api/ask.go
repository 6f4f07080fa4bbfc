package api

import (
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"truce"
)

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func decode(s string) ([]byte, error) { return base64.RawURLEncoding.DecodeString(s) }

// invalid is a problem with one part of a request.
func invalid(in, message string) *problem {
	p := of(truce.Invalid)
	p.Errors = []wrong{{in, message}}
	return p
}

// instantOf reads a time of a request; "" is none.
func instantOf(in, s string) (truce.Instant, error) {
	if s == "" {
		return 0, nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return 0, invalid(in, "write a time as 2026-11-25T18:00:00Z")
	}
	return truce.InstantOf(t), nil
}

// boxOf reads west,south,east,north in degrees; "" is none.
func boxOf(in, s string) (*[4]float64, error) {
	if s == "" {
		return nil, nil
	}
	parts := strings.Split(s, ",")
	if len(parts) == 6 { // with heights, which nothing here has
		parts = []string{parts[0], parts[1], parts[3], parts[4]}
	}
	var b [4]float64
	bad := invalid(in, "write west,south,east,north in degrees")
	if len(parts) != 4 {
		return nil, bad
	}
	for i, p := range parts {
		f, err := strconv.ParseFloat(strings.TrimSpace(p), 64)
		if err != nil || !(f >= -180 && f <= 180) || i%2 == 1 && (f < -90 || f > 90) {
			return nil, bad
		}
		b[i] = f
	}
	if b[1] > b[3] || b[0] > b[2] {
		return nil, bad
	}
	return &b, nil
}

// tierOf reads a tier; "" is unclassified.
func tierOf(in, s string) (truce.Tier, error) {
	if s == "" {
		return truce.TierUnclassified, nil
	}
	t, ok := truce.ParseTier(s)
	if !ok {
		return 0, invalid(in, "it is one of "+strings.Join(truce.TierWords(), ", "))
	}
	return t, nil
}

// Paging is what every list takes.
type Paging struct {
	Cursor string `query:"cursor" maxLength:"200" doc:"From the answer before."`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" doc:"How many at most."`
}
