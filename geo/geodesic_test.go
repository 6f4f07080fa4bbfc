package geo

import (
	"math"
	"testing"

	"github.com/tidwall/geodesic"

	"truce"
)

// reference is an independent implementation of Karney's method.
func reference(a, b truce.Position) (metres, azimuth1, azimuth2 float64) {
	geodesic.WGS84.Inverse(a.Lat.Degrees(), a.Lon.Degrees(), b.Lat.Degrees(), b.Lon.Degrees(), &metres, &azimuth1, &azimuth2)
	return
}

// somewhere draws a position, now and then a special one.
func (s *lcgState) somewhere() truce.Position {
	p := truce.Position{Lon: truce.E7(float64(s.float()*3.6e9) - 1.8e9), Lat: truce.E7(float64(s.float()*1.8e9) - 9e8)}
	switch s.next() % 12 {
	case 0:
		p.Lat = 0
	case 1:
		p.Lat = quarter
	case 2:
		p.Lat = -quarter
	case 3:
		p.Lon = halfTurn
	case 4:
		p.Lon = -halfTurn + truce.E7(s.next()%100)
	}
	return p
}

// near draws a position within about so many units of another. Its products are rounded too: the digest needs the same
// positions everywhere.
func (s *lcgState) near(p truce.Position, units float64) truce.Position {
	lon := float64(p.Lon) + float64((s.float()*2-1)*units)
	lat := float64(p.Lat) + float64((s.float()*2-1)*units)
	return positionAt(lon, max(-quarter, min(quarter, lat)))
}

func TestDistanceAgainstReference(t *testing.T) {
	r := lcg(3)
	var worst, worstShort, worstAll float64
	for i := range 60000 {
		a := r.somewhere()
		b := r.somewhere()
		if i%3 != 0 {
			b = r.near(a, []float64{3, 1e3, 1e6, 1e8}[r.next()%4])
		}
		want, az1, az2 := reference(a, b)
		got := float64(Distance(a, b))
		d := math.Abs(got - want)
		switch {
		case want < 100e3:
			worstShort = max(worstShort, d)
		case want < 10000e3:
			worst = max(worst, d)
		default:
			worstAll = max(worstAll, d)
		}
		if d > 1e-7 {
			t.Errorf("%v to %v: %.9f m, reference %.9f m", a, b, got, want)
		}
		if want > 1 && want < 15000e3 && math.Abs(float64(a.Lat)) < quarter && math.Abs(float64(b.Lat)) < quarter {
			sa, sb := stationOf(a), stationOf(b)
			g := inverse(&sa, &sb)
			for _, c := range []struct {
				h    heading
				want float64
			}{{g.depart, az1}, {g.land, az2}} {
				s, k := sincosDegrees(c.want)
				// inverse stops when the length is settled; headings are then good to 1e-9 of the longitude, more where the paths draw together again beyond 10000 km.
				if off := hypot(c.h.sin-s, c.h.cos-k); off > 1e-8 && math.Abs(lonDifference(float64(a.Lon), float64(b.Lon))) != halfTurn {
					t.Errorf("%v to %v (%.0f m): heading %v, reference %.9f", a, b, want, c.h, c.want)
				}
			}
		}
	}
	t.Logf("largest difference: %.1e m below 100 km, %.1e m below 10000 km, %.1e m beyond", worstShort, worst, worstAll)
	if worstShort > 1e-8 {
		t.Errorf("short distances differ by %g m", worstShort)
	}
}

func TestDistanceSpecial(t *testing.T) {
	at := truce.Degrees
	for _, c := range []struct {
		name string
		a, b truce.Position
		want float64
	}{
		{"the same place", at(36, 32.5), at(36, 32.5), 0},
		{"the same place by another longitude", at(180, 10), at(-180, 10), 0},
		{"the pole by two longitudes", at(10, 90), at(-70, 90), 0},
		{"one unit east at the equator", truce.Position{}, truce.Position{Lon: 1}, semiMajor * perE7},
		{"a quarter of the equator", at(0, 0), at(90, 0), semiMajor * math.Pi / 2},
		{"along the equator across the antimeridian", at(170, 0), at(-170, 0), semiMajor * math.Pi / 9},
		{"a quarter of a meridian", at(20, 0), at(20, 90), 10001965.729313},
		{"over the pole", at(0, 80), at(180, 80), 2233651.3},
		{"pole to pole", at(5, -90), at(60, 90), 20003931.458625},
		{"opposite on the equator", at(0, 0), at(180, 0), 20003931.458625},
	} {
		got := float64(Distance(c.a, c.b))
		tolerance := 1e-6
		if c.name == "over the pole" {
			c.want, _, _ = reference(c.a, c.b)
		}
		if math.Abs(got-c.want) > tolerance {
			t.Errorf("%s: %.9f m, want %.9f m", c.name, got, c.want)
		}
		if back := float64(Distance(c.b, c.a)); math.Abs(back-got) > 1e-8 {
			t.Errorf("%s: %.9f m there and %.9f m back", c.name, got, back)
		}
	}
}

func TestDistanceNearlyAntipodal(t *testing.T) {
	r := lcg(4)
	worst := 0.0
	for range 3000 {
		a := r.somewhere()
		b := positionAt(float64(a.Lon)+halfTurn, -float64(a.Lat))
		b = r.near(b, []float64{0, 10, 1e5, 5e6, 3e7}[r.next()%5])
		want, _, _ := reference(a, b)
		got := float64(Distance(a, b))
		worst = max(worst, math.Abs(got-want))
		if math.Abs(got-want) > 1e-5 {
			t.Errorf("%v %v to %v %v: %.7f m, reference %.7f m", a.Lat, a.Lon, b.Lat, b.Lon, got, want)
		}
	}
	t.Logf("largest difference: %.1e m", worst)
}

func TestDirectAgainstReference(t *testing.T) {
	r := lcg(5)
	worst := 0.0
	for range 20000 {
		a := r.somewhere()
		azimuth := float64(r.next()%3600) / 10
		metres := r.float() * []float64{1, 1e3, 1e5, 1e7, 2e7}[r.next()%5]
		if r.next()%5 == 0 {
			metres = -metres
		}
		s := stationOf(a)
		sin, cos := sincosDegrees(azimuth)
		lon, lat := direct(&s, heading{sin, cos}, metres)
		var lat2, lon2 float64
		geodesic.WGS84.Direct(a.Lat.Degrees(), a.Lon.Degrees(), azimuth, metres, &lat2, &lon2, nil)
		var off float64
		geodesic.WGS84.Inverse(lat/1e7, lon/1e7, lat2, lon2, &off, nil, nil)
		worst = max(worst, off)
		if off > 1e-7 {
			t.Errorf("from %v by %v over %v m: off by %g m", a, azimuth, metres, off)
		}
	}
	t.Logf("largest difference: %.1e m", worst)
	for _, c := range []struct {
		azimuth float64
		metres  truce.Metres
	}{{math.NaN(), 1}, {math.Inf(1), 1}, {0, truce.Metres(math.NaN())}, {0, 3e7}, {4000, 1}} {
		if p, err := Direct(truce.Degrees(36, 32), c.azimuth, c.metres); truce.KindOf(err) != truce.Invalid || err == nil {
			t.Errorf("Direct by %v over %v gives %v, %v", c.azimuth, c.metres, p, err)
		}
	}
}

func TestDirectComesBack(t *testing.T) {
	r := lcg(6)
	for range 5000 {
		a := r.near(truce.Degrees(36, 32.5), 1e8)
		azimuth, metres := r.float()*360, truce.Metres(r.float()*1e6+1)
		b, err := Direct(a, azimuth, metres)
		if err != nil {
			t.Fatal(err)
		}
		if d := Distance(a, b); math.Abs(float64(d-metres)) > 0.009 {
			t.Errorf("%v by %.3f over %.3f m arrives %.4f m away", a, azimuth, metres, d)
		}
		if metres > 1e4 {
			if got := Azimuth(a, b); math.Abs(lonDifference(got*1e7, azimuth*1e7)) > 1e3 {
				t.Errorf("%v by %.6f over %.0f m: azimuth back %.6f", a, azimuth, metres, got)
			}
		}
	}
}

func TestPositionAt(t *testing.T) {
	for _, c := range []struct {
		lon, lat float64
		want     truce.Position
	}{
		{halfTurn, 0, truce.Position{Lon: -halfTurn}},
		{halfTurn - 0.4, 0.5, truce.Position{Lon: -halfTurn, Lat: 1}},
		{-halfTurn - 1, -0.6, truce.Position{Lon: halfTurn - 1, Lat: -1}},
		{2*fullTurn + 7, 9e8 + 1, truce.Position{Lon: 7, Lat: quarter}},
	} {
		if got := positionAt(c.lon, c.lat); got != c.want {
			t.Errorf("positionAt(%v, %v) = %+v, want %+v", c.lon, c.lat, got, c.want)
		}
	}
}

func BenchmarkDistance(b *testing.B) {
	p, q := truce.Degrees(36.1, 32.6), truce.Degrees(36.2, 32.7)
	for b.Loop() {
		Distance(p, q)
	}
}

func BenchmarkDistanceReference(b *testing.B) {
	p, q := truce.Degrees(36.1, 32.6), truce.Degrees(36.2, 32.7)
	for b.Loop() {
		reference(p, q)
	}
}

// TestOffTheGlobe: positions that are none give answers without meaning, but never a panic.
func TestOffTheGlobe(t *testing.T) {
	r := lcg(7)
	any := func() truce.Position {
		return truce.Position{Lon: truce.E7(r.next() << 1), Lat: truce.E7(r.next() << 1)}
	}
	l := mustLine(t, []truce.Position{truce.Degrees(36, 32), truce.Degrees(37, 32.5), truce.Degrees(37, 33)})
	a := mustArea(t, [][]truce.Position{{truce.Degrees(36, 32), truce.Degrees(37, 32.5), truce.Degrees(37, 33)}})
	ix, err := NewIndex([]*Area{a}, []Band{{l, []truce.Metres{5000}, true}})
	if err != nil {
		t.Fatal(err)
	}
	for range 800 {
		p, q := any(), any()
		Distance(p, q)
		Azimuth(p, q)
		if _, err := Direct(p, 45, 1000); err != nil {
			t.Fatal(err)
		}
		l.Nearest(p)
		l.Side(p)
		a.Signed(p)
		ix.ClassifyDisc(p, 100)
		FormatMGRS(p, 5)
		FormatDMS(p, 3)
		LooksSwapped([]truce.Position{p}, []truce.Position{q})
	}
}
