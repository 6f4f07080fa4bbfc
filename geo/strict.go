package geo

import "math"

// Strict arithmetic: the same bits on every processor.
//
// IEEE 754 fixes the result of +, -, *, / and the square root, so these agree everywhere. Two things do not: the
// functions of package math, some of which are written in assembler on some processors, and products whose sum a
// compiler may compute in one rounding (fused multiply-add, on arm64 and with GOAMD64=v3). So this package has its
// own functions, made of the five operations, and converts each product to float64 before it can meet a sum: the
// language promises that such a conversion rounds. TestStrict reads the source and holds the rule.

const (
	perE7    = math.Pi / 1.8e9 // radians in 1e-7 degree
	quarter  = 900_000_000     // a right angle in 1e-7 degree
	halfTurn = 2 * quarter
	fullTurn = 4 * quarter

	// A right angle in radians, cut in three: the first part has 33 bits, so that small multiples of it are exact.
	rightHigh = 0x1.921fb544p+0
	rightMid  = 0x1.0b4611a6p-34
	rightLow  = math.Pi/2 - rightHigh - rightMid
)

// dot is a*b + c*d with each product rounded.
func dot(a, b, c, d float64) float64 { return float64(a*b) + float64(c*d) }

// dot3 is a*b + c*d + e*f with each product rounded, summed from the left.
func dot3(a, b, c, d, e, f float64) float64 { return float64(a*b) + float64(c*d) + float64(e*f) }

// hypot is the length of (a, b). The numbers of this package are far from overflow.
func hypot(a, b float64) float64 { return math.Sqrt(dot(a, a, b, b)) }

// sinKernel and cosKernel are Taylor's series for |x| <= pi/4; what is left out is below 1e-19.
func sinKernel(x float64) float64 {
	z := float64(x * x)
	p := 1.0 / 355687428096000 // 1/17!
	p = float64(p*z) - 1.0/1307674368000
	p = float64(p*z) + 1.0/6227020800
	p = float64(p*z) - 1.0/39916800
	p = float64(p*z) + 1.0/362880
	p = float64(p*z) - 1.0/5040
	p = float64(p*z) + 1.0/120
	p = float64(p*z) - 1.0/6
	return x + float64(float64(x*z)*p)
}

func cosKernel(x float64) float64 {
	z := float64(x * x)
	p := 1.0 / 20922789888000 // 1/16!
	p = float64(p*z) - 1.0/87178291200
	p = float64(p*z) + 1.0/479001600
	p = float64(p*z) - 1.0/3628800
	p = float64(p*z) + 1.0/40320
	p = float64(p*z) - 1.0/720
	p = float64(p*z) + 1.0/24
	half := float64(z / 2)
	w := 1 - half
	// (1 - w) - half is what the subtraction above lost.
	return w + (((1 - w) - half) + float64(float64(z*z)*p))
}

// inQuadrant turns the sine and cosine of the remainder into those of the angle.
func inQuadrant(q int64, s, c float64) (sin, cos float64) {
	switch q & 3 {
	case 1:
		return c, -s
	case 2:
		return -s, -c
	case 3:
		return -c, s
	}
	return s, c
}

// sincosE7 gives sine and cosine of an angle in units of 1e-7 degree, whole or not, up to some thousand turns. The
// reduction is exact, so that multiples of a right angle give exactly 0 and 1.
func sincosE7(e float64) (sin, cos float64) {
	q := math.Floor(e/quarter + 0.5)
	r := e - float64(q*quarter)
	x := float64(r * perE7)
	return inQuadrant(int64(q), sinKernel(x), cosKernel(x))
}

// sincos gives sine and cosine of an angle in radians, up to some thousand turns.
func sincos(x float64) (sin, cos float64) {
	if math.Abs(x) <= math.Pi/4 {
		return sinKernel(x), cosKernel(x)
	}
	q := math.Floor(x/(math.Pi/2) + 0.5)
	r := x - float64(q*rightHigh) - float64(q*rightMid) - float64(q*rightLow)
	return inQuadrant(int64(q), sinKernel(r), cosKernel(r))
}

// sincosDegrees gives sine and cosine of an angle in degrees, exactly at multiples of 90.
func sincosDegrees(d float64) (sin, cos float64) {
	q := math.Floor(d/90 + 0.5)
	x := float64((d - float64(q*90)) * (math.Pi / 180))
	return inQuadrant(int64(q), sinKernel(x), cosKernel(x))
}

// atanSixteenths holds the arc tangent of i/16.
var atanSixteenths = [17]float64{
	0,
	0.062418809995957348473979112985,
	0.124354994546761435031354849163,
	0.185347949995694764886025961228,
	0.244978663126864154172082481211,
	0.302884868374971405560556094505,
	0.358770670270572220395920063926,
	0.412410441597387306899791289667,
	0.463647609000806116214256231461,
	0.512389460310737706666601020584,
	0.558599315343562435971508216401,
	0.602287346134964181682122694204,
	0.643501108793284386802809228717,
	0.682316554874748078256429981711,
	0.718829999621624505417014151525,
	0.753151280962194389524739370269,
	0.785398163397448309615660845819,
}

// atan2 is the angle of the direction (x, y) in radians, from -pi to pi; 0 for (0, 0).
func atan2(y, x float64) float64 {
	ay, ax := math.Abs(y), math.Abs(x)
	small, large := ay, ax
	if ay > ax {
		small, large = ax, ay
	}
	if large == 0 {
		return 0
	}
	// Turn the direction back by the nearest angle of the table and sum the series of what is left (below 1/31).
	i := math.Floor(float64(small/large*16) + 0.5)
	c := i / 16
	u := (small - float64(c*large)) / (large + float64(c*small))
	z := float64(u * u)
	p := -1.0 / 11
	p = float64(p*z) + 1.0/9
	p = float64(p*z) - 1.0/7
	p = float64(p*z) + 1.0/5
	p = float64(p*z) - 1.0/3
	a := atanSixteenths[int(i)] + (u + float64(float64(u*z)*p))
	if ay > ax {
		a = math.Pi/2 - a
	}
	if x < 0 {
		a = math.Pi - a
	}
	if y < 0 {
		return -a
	}
	return a
}
