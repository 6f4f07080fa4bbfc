package geo

import (
	"math"

	"truce"
)

// WGS84.
const (
	semiMajor  = 6378137.0
	flattening = 1 / 298.257223563
	axisRatio  = 1 - flattening
	semiMinor  = semiMajor * axisRatio
	ecc2       = flattening * (2 - flattening)     // e squared
	ecc2Second = ecc2 / (axisRatio * axisRatio)    // e' squared
	meanRadius = (2*semiMajor + semiMinor) / 3     // of a sphere to estimate with, never to decide with
	minRadius  = semiMinor * semiMinor / semiMajor // the smallest radius of curvature, along a meridian at the equator
	maxRadius  = semiMajor * semiMajor / semiMinor // the largest one, at the poles
	halfLength = 20003931.4586                     // half a meridian: no two places are farther apart
	maxDirect  = truce.Metres(halfLength)          // how far Direct goes
)

// The two integrals along a geodesic (Karney, Algorithms for geodesics, J. Geodesy 87, 2013, equations 7 and 8) are
// integrals of power series in u = k^2 sin^2(sigma), where u is at most e'^2 = 0.0067:
//
//	length     sqrt(1 + u)                                   = sum of lengthTerm[m] u^m
//	longitude  (2 - f) / (1 + (1 - f) sqrt(1 + u))           = sum of lonTerm[m] u^m
//
// Six powers leave out less than 1e-17.
const (
	half1 = 1.0 / 2 // the binomial coefficients of 1/2
	half2 = -1.0 / 8
	half3 = 1.0 / 16
	half4 = -5.0 / 128
	half5 = 7.0 / 256
	half6 = -21.0 / 1024

	// With kappa = (1-f)/(2-f) the second function is 1 / (1 + kappa (sqrt(1+u) - 1)); its series comes term by term
	// from multiplying out.
	kappa = axisRatio / (2 - flattening)
	lon1  = -kappa * half1
	lon2  = -kappa * (half2 + half1*lon1)
	lon3  = -kappa * (half3 + half2*lon1 + half1*lon2)
	lon4  = -kappa * (half4 + half3*lon1 + half2*lon2 + half1*lon3)
	lon5  = -kappa * (half5 + half4*lon1 + half3*lon2 + half2*lon3 + half1*lon4)
	lon6  = -kappa * (half6 + half5*lon1 + half4*lon2 + half3*lon3 + half2*lon4 + half1*lon5)
)

var (
	lengthTerm = [7]float64{1, half1, half2, half3, half4, half5, half6}
	lonTerm    = [7]float64{1, lon1, lon2, lon3, lon4, lon5, lon6}
)

// station is a place on the ellipsoid with what every distance from it needs. Its coordinates are in units of 1e-7
// degree and need not be whole: the foot of a perpendicular lies between them.
type station struct {
	lon, lat         float64
	sinLat, cosLat   float64
	w                float64 // sqrt(1 - e^2 sin^2(lat)): the radii of curvature and the reduced latitude follow from it
	sinBeta, cosBeta float64 // of the reduced latitude
}

func stationAt(lon, lat float64) station {
	s, c := sincosE7(lat)
	w := math.Sqrt(1 - float64(ecc2*float64(s*s)))
	return station{lon, lat, s, c, w, axisRatio * s / w, c / w}
}

func stationOf(p truce.Position) station { return stationAt(float64(p.Lon), float64(p.Lat)) }

// acrossRadius is the radius of the parallel, alongRadius the radius of curvature of the meridian.
func (s *station) acrossRadius() float64 { return semiMajor * s.cosLat / s.w }
func (s *station) alongRadius() float64 {
	return semiMajor * (1 - ecc2) / float64(float64(s.w*s.w)*s.w)
}

// heading is a direction by the sine and cosine of its azimuth, clockwise from north.
type heading struct{ sin, cos float64 }

// arc is the shortest path between two stations: its length, and its heading where it leaves and where it arrives.
type arc struct {
	metres       float64
	depart, land heading
}

// integrals gives length/b and the longitude integral over an arc sigma of the auxiliary sphere. end1 and end2 hold
// (sin beta, cos beta cos alpha) at both ends: with k sin(sigma) = e' sin(beta) the integrals of the powers of u follow one
// from the other by parts, with no division and nothing lost for short arcs.
func integrals(sigma, cos2Alpha0 float64, sinBeta1, cc1, sinBeta2, cc2 float64) (length, lon float64) {
	k2 := float64(ecc2Second * cos2Alpha0)
	u1, u2 := float64(ecc2Second*float64(sinBeta1*sinBeta1)), float64(ecc2Second*float64(sinBeta2*sinBeta2))
	// e'^2m sin^(2m-1)(beta) cos(beta) cos(alpha) at each end.
	d1, d2 := float64(ecc2Second*float64(sinBeta1*cc1)), float64(ecc2Second*float64(sinBeta2*cc2))
	m := sigma
	length, lon = sigma, sigma
	for i := 1; i <= 6; i++ {
		n := float64(2 * i)
		m = (float64(float64((n-1)*k2)*m) - (d2 - d1)) / n
		length += float64(lengthTerm[i] * m)
		lon += float64(lonTerm[i] * m)
		d1, d2 = float64(d1*u1), float64(d2*u2)
	}
	return length, lon
}

// lonDifference is b - a the short way round, in (-180, 180] degrees as units of 1e-7.
func lonDifference(a, b float64) float64 {
	d := b - a
	for d > halfTurn {
		d -= fullTurn
	}
	for d <= -halfTurn {
		d += fullTurn
	}
	return d
}

// inverse solves for the shortest path from a to b. The unknown is the longitude difference on the auxiliary sphere,
// omega; it exceeds the one on the ground by f sin(alpha0) times the longitude integral, which depends on omega only
// through terms of the order of f, so that a secant step or two settle it. The rest of the error is removed by the first
// variation of length: a step in longitude changes the length by a sin(alpha0) (Clairaut).
func inverse(a, b *station) arc { return inverseTo(a, b, 1e-9) }

// inverseTo is inverse with a bound on the error left in the longitude, as a part of it. 1e-9 leaves the length exact and
// the headings good to about 1e-9; to follow a path by its heading over a long way takes a smaller one.
func inverseTo(a, b *station, tolerance float64) arc {
	sinD, _ := sincosE7(b.lat - a.lat)
	sinDBeta := axisRatio * sinD / (a.w * b.w) // sin(beta2 - beta1), exact for short distances too
	lambda := float64(lonDifference(a.lon, b.lon) * perE7)
	cosProduct := float64(a.cosBeta * b.cosBeta)

	omega := float64(lambda * (1 + float64(flattening*cosProduct)))
	var before, missBefore float64
	for step := 0; ; step++ {
		s, c := sincos(omega)
		versine := 1 - c
		if c > 0 {
			versine = s * s / (1 + c)
		}
		// sin(sigma) times the sine and cosine of both azimuths.
		east1, east2 := float64(b.cosBeta*s), float64(a.cosBeta*s)
		north1 := sinDBeta + float64(float64(a.sinBeta*b.cosBeta)*versine)
		north2 := sinDBeta - float64(float64(a.cosBeta*b.sinBeta)*versine)
		sinSigma := hypot(east1, north1)
		cosSigma := float64(a.sinBeta*b.sinBeta) + float64(cosProduct*c)
		if cosSigma < -0.98 {
			return antipodal(a, b, lambda)
		}
		if sinSigma == 0 {
			return arc{0, heading{0, 1}, heading{0, 1}}
		}
		sigma := atan2(sinSigma, cosSigma)
		depart := heading{east1 / sinSigma, north1 / sinSigma}
		land := heading{east2 / sinSigma, north2 / sinSigma}
		sinAlpha0 := float64(depart.sin * a.cosBeta)
		cc1, cc2 := float64(a.cosBeta*depart.cos), float64(b.cosBeta*land.cos)
		length, lon := integrals(sigma, dot(a.sinBeta, a.sinBeta, cc1, cc1), a.sinBeta, cc1, b.sinBeta, cc2)
		miss := omega - float64(flattening*float64(sinAlpha0*lon)) - lambda
		if math.Abs(miss) <= tolerance*math.Abs(lambda) || step == 10 {
			return arc{float64(semiMinor*length) - float64(semiMajor*float64(sinAlpha0*miss)), depart, land}
		}
		slope := 1 - float64(flattening*cosProduct)
		if step > 0 && miss != missBefore {
			slope = (miss - missBefore) / (omega - before)
		}
		before, missBefore = omega, miss
		omega -= miss / slope
	}
}

// antipodal is inverse for places nearly opposite each other, where the iteration of inverse need not converge. It
// halves the interval of the azimuth at the end nearer to a pole, over which the longitude reached grows steadily from 0 to
// half a turn (Karney 2013, section 4). Sixty halvings: slow, and hardly ever needed.
func antipodal(a, b *station, lambda float64) arc {
	swap := math.Abs(a.sinBeta) < math.Abs(b.sinBeta)
	s1, c1, s2, c2 := a.sinBeta, a.cosBeta, b.sinBeta, b.cosBeta
	if swap {
		s1, c1, s2, c2 = s2, c2, s1, c1
	}
	north := s1 > 0
	if north {
		s1, s2 = -s1, -s2
	}
	if s1 == 0 {
		s1 = -1e-200 // leave the equator on the side that the azimuth points to
	}
	want := math.Abs(lambda)
	low, high := 0.0, math.Pi
	var metres float64
	var depart, land heading
	for range 60 {
		alpha := (low + high) / 2
		s, c := sincos(alpha)
		sinAlpha0 := float64(s * c1)
		cc1 := float64(c * c1)
		cc2 := math.Sqrt(max(0, float64(cc1*cc1)+float64((c2-c1)*(c2+c1))))
		depart = heading{s, c}
		land = heading{sinAlpha0, cc2}
		if c2 > 0 {
			land = heading{sinAlpha0 / c2, cc2 / c2}
		}
		sigma := atan2(s2, cc2) - atan2(s1, cc1)
		omega := atan2(float64(sinAlpha0*s2), cc2) - atan2(float64(sinAlpha0*s1), cc1)
		if omega < 0 {
			omega += 2 * math.Pi
		}
		length, lon := integrals(sigma, dot(s1, s1, cc1, cc1), s1, cc1, s2, cc2)
		metres = float64(semiMinor * length)
		miss := omega - float64(flattening*float64(sinAlpha0*lon)) - want
		metres -= float64(semiMajor * float64(sinAlpha0*miss))
		if miss < 0 {
			low = alpha
		} else {
			high = alpha
		}
	}
	// Undo the mirroring: it was a reflection in the equator, a swap of the ends, and a reflection in a meridian.
	if north {
		depart.cos, land.cos = -depart.cos, -land.cos
	}
	if swap {
		depart, land = heading{land.sin, -land.cos}, heading{depart.sin, -depart.cos}
	}
	if lambda < 0 {
		depart.sin, land.sin = -depart.sin, -land.sin
	}
	return arc{metres, depart, land}
}

// direct goes from a by a heading over a signed distance along the geodesic.
func direct(a *station, h heading, metres float64) (lon, lat float64) {
	sinAlpha0 := float64(h.sin * a.cosBeta)
	cc1 := float64(a.cosBeta * h.cos)
	cos2Alpha0 := dot(a.sinBeta, a.sinBeta, cc1, cc1)
	want := metres / semiMinor
	sigma := want / math.Sqrt(1+float64(ecc2Second*float64(a.sinBeta*a.sinBeta)))
	for step := 0; ; step++ {
		s, c := sincos(sigma)
		sinBeta := dot(a.sinBeta, c, cc1, s)
		cc2 := float64(cc1*c) - float64(a.sinBeta*s)
		length, lonIntegral := integrals(sigma, cos2Alpha0, a.sinBeta, cc1, sinBeta, cc2)
		miss := (length - want) / math.Sqrt(1+float64(ecc2Second*float64(sinBeta*sinBeta)))
		if math.Abs(miss) > 1e-16*math.Abs(sigma) && step < 8 {
			sigma -= miss
			continue
		}
		omega := atan2(float64(s*h.sin), float64(a.cosBeta*c)-float64(a.sinBeta*float64(s*h.cos)))
		lambda := omega - float64(flattening*float64(sinAlpha0*lonIntegral))
		cosBeta := hypot(sinAlpha0, cc2)
		return a.lon + lambda/perE7, atan2(sinBeta, float64(axisRatio*cosBeta)) / perE7
	}
}

// Distance is the length of the shortest path between two positions on WGS84, in metres. It agrees with published
// implementations of Karney's method within 1e-7 m, is 0 for equal positions and the same bits on every processor.
func Distance(a, b truce.Position) truce.Metres {
	if a == b {
		return 0
	}
	s, t := stationOf(a), stationOf(b)
	return truce.Metres(inverse(&s, &t).metres)
}

// Azimuth is the direction in which the shortest path from a to b leaves a, in degrees clockwise from north, 0 up to 360.
// For equal positions it is 0.
func Azimuth(a, b truce.Position) float64 {
	if a == b {
		return 0
	}
	s, t := stationOf(a), stationOf(b)
	h := inverse(&s, &t).depart
	deg := float64(atan2(h.sin, h.cos) * (180 / math.Pi))
	if deg < 0 {
		deg += 360
	}
	if deg >= 360 {
		deg = 0
	}
	return deg
}

// Direct is the position reached from a position by following the shortest path in a direction (degrees clockwise from
// north) over a distance, rounded to 1e-7 degree. A negative distance goes backwards. Numbers that are not finite, azimuths
// beyond ten turns and distances beyond half a meridian (20,003,931 m) are refused.
func Direct(from truce.Position, azimuthDegrees float64, distance truce.Metres) (truce.Position, error) {
	if !(math.Abs(azimuthDegrees) <= 3600) {
		return truce.Position{}, invalid("geo.Direct", "the azimuth is not between -3600 and 3600 degrees", "give degrees clockwise from north")
	}
	if !(distance >= -maxDirect && distance <= maxDirect) {
		return truce.Position{}, invalid("geo.Direct", "the distance is not between -20003931 and 20003931 metres", "give metres")
	}
	s := stationOf(from)
	sin, cos := sincosDegrees(azimuthDegrees)
	return positionAt(direct(&s, heading{sin, cos}, float64(distance))), nil
}

// positionAt rounds to the nearest position, with the longitude from -180 up to 180 degrees.
func positionAt(lon, lat float64) truce.Position {
	for lon >= halfTurn {
		lon -= fullTurn
	}
	for lon < -halfTurn {
		lon += fullTurn
	}
	l := math.Floor(lon + 0.5)
	if l >= halfTurn {
		l -= fullTurn
	}
	return truce.Position{Lon: truce.E7(l), Lat: truce.E7(min(max(math.Floor(lat+0.5), -quarter), quarter))}
}

func invalid(op truce.Op, reason, hint string) error {
	return &truce.Error{Op: op, Kind: truce.Invalid, Reason: reason, Hint: hint}
}
