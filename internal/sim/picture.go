package sim

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"

	"truce/internal/custody"
)

// glyphs are the letters of the label, five by seven dots each, a row of bits from the top.
var glyphs = map[rune][7]uint8{
	'S': {0x0f, 0x10, 0x10, 0x0e, 0x01, 0x01, 0x1e}, 'I': {0x0e, 0x04, 0x04, 0x04, 0x04, 0x04, 0x0e}, 'M': {0x11, 0x1b, 0x15, 0x15, 0x11, 0x11, 0x11},
	'U': {0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x0e}, 'L': {0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x1f}, 'A': {0x0e, 0x11, 0x11, 0x1f, 0x11, 0x11, 0x11},
	'T': {0x1f, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04}, 'E': {0x1f, 0x10, 0x10, 0x1e, 0x10, 0x10, 0x1f}, 'D': {0x1e, 0x11, 0x11, 0x11, 0x11, 0x11, 0x1e},
}

// picture draws a ground with a mark on it, in grey, with the word SIMULATED across it.
func (l *life) picture() []byte {
	const w, h = 480, 320
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	sky, ground := color.RGBA{196, 204, 208, 255}, color.RGBA{150, 138, 118, 255}
	horizon := 90 + l.r.IntN(60)
	draw.Draw(m, image.Rect(0, 0, w, horizon), image.NewUniform(sky), image.Point{}, draw.Src)
	draw.Draw(m, image.Rect(0, horizon, w, h), image.NewUniform(ground), image.Point{}, draw.Src)
	for range 4000 {
		x, y, d := l.r.IntN(w), horizon+l.r.IntN(h-horizon), uint8(l.r.IntN(30))
		m.SetRGBA(x, y, color.RGBA{ground.R - d, ground.G - d, ground.B - d, 255})
	}
	cx, cy, size := 120+l.r.IntN(240), horizon+60+l.r.IntN(60), 18+l.r.IntN(34)
	for y := -size; y <= size; y++ {
		for x := -2 * size; x <= 2*size; x++ {
			if r := x*x/4 + y*y; r < size*size && (image.Point{cx + x, cy + y}).In(m.Rect) {
				d := uint8(70 * (size*size - r) / (size * size))
				m.SetRGBA(cx+x, cy+y, color.RGBA{120 - d, 108 - d, 92 - d, 255})
			}
		}
	}
	const dot = 7
	x := (w - 9*6*dot) / 2
	for _, c := range "SIMULATED" {
		for row, bits := range glyphs[c] {
			for col := range 5 {
				if bits>>(4-col)&1 == 1 {
					at := image.Rect(0, 0, dot, dot).Add(image.Pt(x+col*dot, 20+row*dot))
					draw.Draw(m, at, image.NewUniform(color.RGBA{160, 30, 30, 255}), image.Point{}, draw.Src)
				}
			}
		}
		x += 6 * dot
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		panic(err) // it writes to memory
	}
	return b.Bytes()
}

// derive makes the copy of a picture. They are of our own making, so it needs no process of its own.
func derive(w io.Writer, r io.Reader) error {
	_, err := custody.Derive(w, r)
	return err
}
