package custody

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"io"

	"truce"
)

// Limits of pictures that copies are made of. See docs/limits.md.
const (
	MaxPictureBytes  = 64 << 20
	MaxPicturePixels = 50_000_000
	// MaxPictureMemory bounds what decoding takes; the process that decodes is given a little more.
	MaxPictureMemory = 768 << 20
)

// jpegQuality keeps what people and experts look at.
const jpegQuality = 90

// Derived tells what a copy is.
type Derived struct {
	Type          string
	Width, Height int
}

// Derive writes a copy of a JPEG or PNG picture that holds its pixels and nothing else: no EXIF, no place, no maker's notes, no thumbnail, no
// text, no colour profile, no second picture behind the first, nothing under a transparent patch. It is turned the way the camera was held. A
// picture that would take too much memory is refused from its header. Invalid means that it is no such picture or a broken one.
//
// Two runs over the same bytes give the same copy.
func Derive(w io.Writer, r io.Reader) (Derived, error) {
	const op truce.Op = "custody.Derive"
	refuse := func(kind truce.ErrorKind, why string, cause error) (Derived, error) {
		return Derived{}, &truce.Error{Op: op, Kind: kind, Reason: why, Hint: "the original is kept; only the copy cannot be made", Cause: cause}
	}
	b, err := io.ReadAll(io.LimitReader(r, MaxPictureBytes+1))
	if err != nil {
		return refuse(truce.Unavailable, "the original cannot be read", err)
	}
	if len(b) > MaxPictureBytes {
		return refuse(truce.TooLarge, fmt.Sprintf("a picture of more than %d bytes", MaxPictureBytes), nil)
	}
	kind := Type(b)
	decode, config := jpeg.Decode, jpeg.DecodeConfig
	switch kind {
	case "image/jpeg":
	case "image/png":
		decode, config = png.Decode, png.DecodeConfig
	default:
		return refuse(truce.Invalid, "copies are made of JPEG and PNG pictures only", nil)
	}
	c, err := config(bytes.NewReader(b))
	if err != nil {
		return refuse(truce.Invalid, "its header cannot be read", err)
	}
	turn, each := 1, int64(8) // what PNG takes at most for a pixel, and the canvas
	if kind == "image/jpeg" {
		var progressive bool
		if turn, progressive = scanJPEG(b); progressive {
			each += 16
		}
	}
	pixels := int64(c.Width) * int64(c.Height)
	if c.Width <= 0 || c.Height <= 0 || pixels > MaxPicturePixels || pixels*(each+4) > MaxPictureMemory {
		return refuse(truce.TooLarge, fmt.Sprintf("%d x %d pixels", c.Width, c.Height), nil)
	}
	img, err := decode(bytes.NewReader(b))
	if err != nil {
		return refuse(truce.Invalid, "it cannot be decoded", err)
	}
	if turn > 1 {
		img = turned{img, turn}
	}
	size := img.Bounds().Size()
	if kind == "image/jpeg" {
		err = jpeg.Encode(w, img, &jpeg.Options{Quality: jpegQuality})
	} else {
		// On a white ground: what lies under a transparent patch, and colours of a palette that no pixel has, stay behind.
		canvas := image.NewRGBA(image.Rectangle{Max: size})
		draw.Draw(canvas, canvas.Bounds(), image.White, image.Point{}, draw.Src)
		draw.Draw(canvas, canvas.Bounds(), img, img.Bounds().Min, draw.Over)
		err = png.Encode(w, canvas)
	}
	if err != nil {
		return refuse(truce.Unavailable, "the copy cannot be written", err)
	}
	return Derived{kind, size.X, size.Y}, nil
}

// turned shows a picture the way up that EXIF's orientation (1 to 8) says.
type turned struct {
	image.Image
	how int
}

func (t turned) Bounds() image.Rectangle {
	s := t.Image.Bounds().Size()
	if t.how >= 5 {
		s.X, s.Y = s.Y, s.X
	}
	return image.Rectangle{Max: s}
}

func (t turned) At(x, y int) color.Color {
	b := t.Image.Bounds()
	w, h := b.Dx()-1, b.Dy()-1
	switch t.how {
	case 2:
		x = w - x
	case 3:
		x, y = w-x, h-y
	case 4:
		y = h - y
	case 5:
		x, y = y, x
	case 6:
		x, y = y, h-x
	case 7:
		x, y = w-y, h-x
	case 8:
		x, y = w-y, x
	}
	return t.Image.At(b.Min.X+x, b.Min.Y+y)
}

// scanJPEG goes over the segments before the pixels: which way up the camera was held (1 where nothing sensible is said), and whether the
// picture is progressive, which takes more memory to decode.
func scanJPEG(b []byte) (orientation int, progressive bool) {
	orientation = 1
	if len(b) < 2 {
		return
	}
	for b = b[2:]; len(b) >= 4 && b[0] == 0xff; {
		marker := b[1]
		if marker == 0xff { // fill
			b = b[1:]
			continue
		}
		n := int(binary.BigEndian.Uint16(b[2:])) + 2
		if marker == 0xda || n < 4 || n > len(b) {
			return
		}
		segment := b[4:n]
		switch {
		case marker == 0xc2:
			progressive = true
		case marker == 0xe1:
			if exif, ok := bytes.CutPrefix(segment, []byte("Exif\x00\x00")); ok {
				orientation = exifOrientation(exif)
			}
		}
		b = b[n:]
	}
	return
}

// exifOrientation reads tag 0x0112 of the first directory (Exif 2.3, 4.6.4).
func exifOrientation(b []byte) int {
	var order binary.ByteOrder
	switch {
	case len(b) < 8:
		return 1
	case string(b[:4]) == "II*\x00":
		order = binary.LittleEndian
	case string(b[:4]) == "MM\x00*":
		order = binary.BigEndian
	default:
		return 1
	}
	at := uint64(order.Uint32(b[4:]))
	if at+2 > uint64(len(b)) {
		return 1
	}
	n := int(order.Uint16(b[at:]))
	for b = b[at+2:]; n > 0 && len(b) >= 12; n, b = n-1, b[12:] {
		const orientation, short = 0x0112, 3
		if order.Uint16(b) == orientation && order.Uint16(b[2:]) == short && order.Uint32(b[4:]) == 1 {
			if v := order.Uint16(b[8:]); v >= 1 && v <= 8 {
				return int(v)
			}
			return 1
		}
	}
	return 1
}
