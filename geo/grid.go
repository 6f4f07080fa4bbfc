package geo

import (
	"math"

	"truce"
)

// The two plane grids that maps are printed with: UTM between 80 degrees south and 84 north, UPS around the poles. The formulas are
// those of Krueger for the first, to the sixth power of n (Karney, Transverse Mercator with an accuracy of a few nanometers, J.
// Geodesy 85, 2011, equations 7 to 36), and of the polar stereographic projection for the second; both go over the
// conformal latitude.

const (
	utmScale   = 0.9996
	upsScale   = 0.994
	utmEasting = 500_000.0
	utmSouth   = 10_000_000.0 // added to northings south of the equator
	upsFalse   = 2_000_000.0  // both coordinates of a pole

	southernmostUTM = truce.E7(-800_000_000)
	northernmostUTM = truce.E7(840_000_000)

	third  = flattening / (2 - flattening) // the third flattening
	third2 = third * third
	// rectifying is the radius of a circle as long as the meridian.
	rectifying = semiMajor / (1 + third) * (1 + third2/4 + third2*third2/64 + third2*third2*third2/256)

	// polarGain is exp(e atanh e): what tells the tangents of the latitude and the conformal latitude apart near a pole.
	polarLog  = ecc2 * (1 + ecc2/3 + ecc2*ecc2/5 + ecc2*ecc2*ecc2/7 + ecc2*ecc2*ecc2*ecc2/9)
	polarGain = 1 + polarLog*(1+polarLog/2*(1+polarLog/3*(1+polarLog/4*(1+polarLog/5))))
	upsRadius = 2 * semiMajor * upsScale / (axisRatio * polarGain)
)

// gridTerms are the coefficients of the series from the conformal to the rectifying latitude, and back.
func gridTerms() (there, back [6]float64) {
	const (
		n  = third
		n2 = n * n
		n3 = n2 * n
		n4 = n3 * n
		n5 = n4 * n
		n6 = n5 * n
	)
	there = [6]float64{
		n/2 - 2*n2/3 + 5*n3/16 + 41*n4/180 - 127*n5/288 + 7891*n6/37800,
		13*n2/48 - 3*n3/5 + 557*n4/1440 + 281*n5/630 - 1983433*n6/1935360,
		61*n3/240 - 103*n4/140 + 15061*n5/26880 + 167603*n6/181440,
		49561*n4/161280 - 179*n5/168 + 6601661*n6/7257600,
		34729*n5/80640 - 3418889*n6/1995840,
		212378941 * n6 / 319334400,
	}
	back = [6]float64{
		n/2 - 2*n2/3 + 37*n3/96 - n4/360 - 81*n5/512 + 96199*n6/604800,
		n2/48 + n3/15 - 437*n4/1440 + 46*n5/105 - 1118711*n6/3870720,
		17*n3/480 - 37*n4/840 - 209*n5/4480 + 5569*n6/90720,
		4397*n4/161280 - 11*n5/504 - 830251*n6/7257600,
		4583*n5/161280 - 108847*n6/3991680,
		20648693 * n6 / 638668800,
	}
	return there, back
}

var toGrid, fromGrid = gridTerms()

// utmZone is the zone a position is written in, with the wider ones off Norway and around Svalbard.
func utmZone(p truce.Position) int {
	lon := int64(p.Lon)
	if lon >= halfTurn {
		lon -= fullTurn
	}
	const degree = 10_000_000
	switch {
	case p.Lat >= 56*degree && p.Lat < 64*degree && lon >= 3*degree && lon < 12*degree:
		return 32
	case p.Lat >= 72*degree && lon >= 0 && lon < 42*degree:
		switch {
		case lon < 9*degree:
			return 31
		case lon < 21*degree:
			return 33
		case lon < 33*degree:
			return 35
		}
		return 37
	}
	return int((lon+halfTurn)/(6*degree)) + 1
}

// centralMeridian is that of a zone, in units of 1e-7 degree.
func centralMeridian(zone int) float64 { return float64((zone*6 - 183) * 10_000_000) }

// sinhSmall sums the series for |x| below 0.5.
func sinhSmall(x float64) float64 {
	z := float64(x * x)
	p := 1.0 / 6227020800
	p = float64(p*z) + 1.0/39916800
	p = float64(p*z) + 1.0/362880
	p = float64(p*z) + 1.0/5040
	p = float64(p*z) + 1.0/120
	p = float64(p*z) + 1.0/6
	return x + float64(float64(x*z)*p)
}

// asinh is the inverse, for |x| below 1.
func asinh(x float64) float64 {
	y := math.Abs(x)
	y += float64(y*y) / (1 + math.Sqrt(1+float64(y*y))) // exp(asinh) - 1
	t := y / (2 + y)                                    // log(1 + y) = 2 atanh(t), t below 0.42
	z, p := float64(t*t), 1.0/43
	for k := 41; k > 0; k -= 2 {
		p = float64(p*z) + 1/float64(k)
	}
	if x < 0 {
		t = -t
	}
	return float64(2 * t * p)
}

// eatanhe is e atanh(e s).
func eatanhe(s float64) float64 {
	z := float64(ecc2 * float64(s*s))
	p := 1.0 / 15
	for k := 13; k > 0; k -= 2 {
		p = float64(p*z) + 1/float64(k)
	}
	return float64(ecc2 * s * p)
}

// conformal turns the tangent of a latitude into that of the conformal latitude.
func conformal(tan float64) float64 {
	h := math.Sqrt(1 + float64(tan*tan))
	s := sinhSmall(eatanhe(tan / h))
	return float64(tan*math.Sqrt(1+float64(s*s))) - float64(s*h)
}

// geographic is the reverse, by Newton's method.
func geographic(tan float64) float64 {
	t := tan / (1 - ecc2)
	if math.Abs(tan) > 70 {
		t = float64(tan * polarGain)
	}
	for range 8 {
		c := conformal(t)
		step := (tan - c) / math.Sqrt(1+float64(c*c)) * (1 + float64((1-ecc2)*float64(t*t))) / ((1 - ecc2) * math.Sqrt(1+float64(t*t)))
		t += step
		if math.Abs(step) <= 1e-16*max(1, math.Abs(t)) {
			break
		}
	}
	return t
}

// series gives x and y moved by the terms c[j] sin(2jx) cosh(2jy) and c[j] cos(2jx) sinh(2jy), j from 1. The hyperbolic sine and
// cosine of y are given.
func series(c *[6]float64, sign, x, y, sinhY, coshY float64) (float64, float64) {
	s, k := sincos(float64(2 * x))
	sh, ch := float64(2*sinhY*coshY), 1+float64(2*sinhY*sinhY)
	// The multiples of the angles come one from the other.
	sj, kj, shj, chj := s, k, sh, ch
	dx, dy := 0.0, 0.0
	for _, a := range c {
		dx += float64(a * sj * chj)
		dy += float64(a * kj * shj)
		sj, kj = dot(sj, k, kj, s), float64(kj*k)-float64(sj*s)
		shj, chj = dot(shj, ch, chj, sh), dot(chj, ch, shj, sh)
	}
	return x + float64(sign*dx), y + float64(sign*dy)
}

// toUTM gives easting and northing in a zone, in metres. Northings are from the equator, negative in the south.
func toUTM(p truce.Position, zone int) (easting, northing float64) {
	s, c := sincosE7(float64(p.Lat))
	sinLon, cosLon := sincosE7(lonDifference(centralMeridian(zone), float64(p.Lon)))
	t := conformal(s / c)
	h := hypot(t, cosLon)
	xi := atan2(t, cosLon)
	sinhEta := sinLon / h
	coshEta := math.Sqrt(1 + float64(sinhEta*sinhEta))
	xi, eta := series(&toGrid, 1, xi, asinh(sinhEta), sinhEta, coshEta)
	return utmEasting + float64(utmScale*rectifying*eta), float64(utmScale * rectifying * xi)
}

// fromUTM is the reverse, for places not farther than some ten degrees from the middle of the zone.
func fromUTM(zone int, easting, northing float64) (lon, lat float64) {
	xi, eta := northing/(utmScale*rectifying), (easting-utmEasting)/(utmScale*rectifying)
	sh := sinhSmall(eta)
	xi, eta = series(&fromGrid, -1, xi, eta, sh, math.Sqrt(1+float64(sh*sh)))
	s, c := sincos(xi)
	sh = sinhSmall(eta)
	t := geographic(s / hypot(sh, c))
	return centralMeridian(zone) + atan2(sh, c)/perE7, atan2(t, 1) / perE7
}

// toUPS gives easting and northing around the pole of the position's own hemisphere.
func toUPS(p truce.Position) (easting, northing float64) {
	s, c := sincosE7(math.Abs(float64(p.Lat)))
	r := 0.0
	if c > 0 {
		t := conformal(s / c)
		r = upsRadius / (math.Sqrt(1+float64(t*t)) + t)
	}
	sinLon, cosLon := sincosE7(float64(p.Lon))
	if p.Lat > 0 {
		cosLon = -cosLon
	}
	return upsFalse + float64(r*sinLon), upsFalse + float64(r*cosLon)
}

// fromUPS is the reverse.
func fromUPS(north bool, easting, northing float64) (lon, lat float64) {
	x, y := easting-upsFalse, northing-upsFalse
	if north {
		y = -y
	}
	lat = quarter
	if u := hypot(x, y) / upsRadius; u > 0 {
		lat = atan2(geographic((1/u-u)/2), 1) / perE7
	}
	if !north {
		lat = -lat
	}
	return atan2(x, y) / perE7, lat
}
