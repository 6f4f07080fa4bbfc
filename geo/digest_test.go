package geo

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"testing"

	"truce"
	"truce/internal/workload"
)

// goldenDigest is the SHA-256 of the bits of some 100,000 answers. It is not right in itself, it is unchanged: on every
// processor, and since the last release. A change of it changes outcomes in replays of old records: that takes a new
// engine version and a line in the changelog.
const goldenDigest = "7fa29fb8bcf4770c77a48a475ff49314d0b61d6770cf7a40d66cbfe680439481"

// TestSameBytes is to be run under GOARCH=386, GOAMD64=v3, wasm and arm64 as well: docs/decisions/0002 has the commands.
func TestSameBytes(t *testing.T) {
	h := sha256.New()
	var buf [8]byte
	putInt := func(v int64) {
		binary.LittleEndian.PutUint64(buf[:], uint64(v))
		h.Write(buf[:])
	}
	put := func(v float64) { putInt(int64(math.Float64bits(v))) }
	putPosition := func(p truce.Position) { putInt(int64(p.Lon)<<32 | int64(uint32(p.Lat))) }

	r := lcg(100)
	for i := range 8000 {
		a := r.somewhere()
		b := r.somewhere()
		if i%2 == 0 {
			b = r.near(a, []float64{10, 1e4, 1e6, 1e8}[r.next()%4])
		}
		put(float64(Distance(a, b)))
		put(Azimuth(a, b))
		p, err := Direct(a, float64(r.next()%360), truce.Metres(r.next()%5_000_000))
		if err != nil {
			t.Fatal(err)
		}
		putPosition(p)
	}
	for _, kind := range []truce.EdgeKind{truce.EdgesStraight, truce.EdgesGeodesic} {
		start := truce.Degrees(36, 32.5)
		line, err := NewLine([][]truce.Position{r.drawLine(start, 40, 1e6), r.drawLine(start, 10, 3e5)}, kind)
		if err != nil {
			t.Fatal(err)
		}
		area, err := NewArea([][][]truce.Position{{r.evenRing(start, 50, 8_000_000), r.evenRing(start, 9, 1_000_000)}}, kind)
		if err != nil {
			t.Fatal(err)
		}
		for range 1500 {
			p := r.near(start, 2e7)
			q, d := line.Nearest(p)
			putPosition(q)
			put(float64(d))
			putInt(int64(line.Side(p)))
			put(float64(area.Signed(p)))
		}
	}
	for range 150 {
		p := r.near(truce.Degrees(36, 32.5), 5e7)
		s := around(t, p, truce.Metres(r.next()%20_000))
		for _, q := range Samples(s) {
			putPosition(q)
		}
	}
	for range 1500 {
		p := r.somewhere()
		for _, s := range []string{FormatMGRS(p, 5), FormatUTM(p), FormatDMS(p, 3)} {
			if s == "" {
				continue
			}
			c, err := ParseCoordinates(s)
			if err != nil {
				t.Fatal(err)
			}
			h.Write([]byte(s))
			putPosition(c.At)
			put(float64(c.Error))
		}
	}
	areas, bands := loadWorld(t, 60, true)
	ix, err := NewIndex(areas, bands)
	if err != nil {
		t.Fatal(err)
	}
	for _, rep := range workload.Reports(700, 2000) {
		c, certain := ix.ClassifyDisc(rep.Fix.Pos, truce.Metres(rep.Fix.Error))
		for _, i := range ix.Areas(c) {
			putInt(int64(i))
		}
		putInt(int64(ix.Band(c, 0))<<8 | int64(ix.Side(c, 0)+1)<<1)
		if certain {
			putInt(1)
		}
		spot := around(t, rep.Fix.Pos, truce.Metres(rep.Fix.Error))
		for _, rel := range []Relation{areas[0].Relate(spot), bands[0].Line.Relate(spot, 10_000, 1)} {
			putInt(int64(rel.Truth))
			put(float64(rel.Near))
			put(float64(rel.Best))
			put(float64(rel.Far))
		}
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != goldenDigest {
		t.Errorf("the digest of all answers is %s, not %s", got, goldenDigest)
	}
}

// evenRing draws a ring around a centre on the sides of a square, in whole numbers only: the shapes of a digest must not
// depend on the processor either.
func (s *lcgState) evenRing(centre truce.Position, n int, radius int64) []truce.Position {
	var ring []truce.Position
	for i := range int64(n) {
		along := 8 * i * 1000 / int64(n) // round the square of half side 1000
		var x, y int64
		switch side, f := along/2000, along%2000-1000; side {
		case 0:
			x, y = f, -1000
		case 1:
			x, y = 1000, f
		case 2:
			x, y = -f, 1000
		default:
			x, y = -1000, -f
		}
		out := 700 + int64(s.next()%300)
		ring = append(ring, truce.Position{Lon: centre.Lon + truce.E7(x*radius/1000*out/1000), Lat: centre.Lat + truce.E7(y*radius/1000*out/1000)})
	}
	return ring
}
