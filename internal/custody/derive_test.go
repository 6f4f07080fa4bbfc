package custody

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"runtime"
	"strings"
	"testing"

	"truce"
	"truce/internal/seal"
)

const canary = "CANARY 32.618890N 36.102130E device 4711"

// picture is 48 x 32 pixels with another colour in each corner, so that it shows which way up it is.
func picture() *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, 48, 32))
	for y := range 32 {
		for x := range 48 {
			c := color.NRGBA{200, 200, 200, 255}
			switch {
			case x < 16 && y < 16:
				c = color.NRGBA{255, 0, 0, 255}
			case x >= 32 && y < 16:
				c = color.NRGBA{0, 255, 0, 255}
			case x < 16:
				c = color.NRGBA{0, 0, 255, 255}
			}
			m.SetNRGBA(x, y, c)
		}
	}
	return m
}

func asJPEG(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asPNG(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func segment(marker byte, data string) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{0xff, marker}, uint16(len(data)+2)), data...)
}

// exif is an APP1 segment with an orientation, a maker's note and a place.
func exif(order binary.AppendByteOrder, orientation uint16) []byte {
	b := []byte("II*\x00")
	if order == binary.AppendByteOrder(binary.BigEndian) {
		b = []byte("MM\x00*")
	}
	b = order.AppendUint32(b, 8)
	b = order.AppendUint16(b, 2)
	for _, e := range []struct {
		tag, kind    uint16
		count, value uint32
	}{{0x010f, 2, uint32(len(canary)), 38}, {0x0112, 3, 1, 0}} {
		b = order.AppendUint16(order.AppendUint16(b, e.tag), e.kind)
		b = order.AppendUint32(b, e.count)
		if e.kind == 3 {
			b = order.AppendUint16(order.AppendUint16(b, orientation), 0)
		} else {
			b = order.AppendUint32(b, e.value)
		}
	}
	return segment(0xe1, "Exif\x00\x00"+string(order.AppendUint32(b, 0))+canary)
}

// loaded is a JPEG with the canary in every place that files of cameras and programs have it.
func loaded(t testing.TB, orientation uint16) []byte {
	j := asJPEG(t, picture())
	var b []byte
	b = append(b, j[:2]...)
	b = append(b, segment(0xe0, "JFIF\x00\x01\x02\x00\x00\x01\x00\x01\x00\x00")...)
	b = append(b, exif(binary.LittleEndian, orientation)...)
	b = append(b, segment(0xe1, "http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta>"+canary+"</x:xmpmeta>")...)
	b = append(b, segment(0xe2, "ICC_PROFILE\x00\x01\x01"+canary)...)
	b = append(b, segment(0xed, "Photoshop 3.0\x008BIM\x04\x04\x00\x00"+canary)...)
	b = append(b, segment(0xee, canary)...)
	b = append(b, segment(0xfe, canary)...)
	b = append(b, j[2:]...)
	return append(append(b, canary...), asJPEG(t, picture())...) // a second picture behind the first
}

func chunk(kind, data string) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	b = append(append(b, kind...), data...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

func loadedPNG(t testing.TB) []byte {
	p := asPNG(t, picture())
	const head = 8 + 25
	b := bytes.Clone(p[:head])
	for _, c := range [][2]string{{"tEXt", "Comment\x00" + canary}, {"iTXt", "XML:com.adobe.xmp\x00\x00\x00\x00\x00" + canary}, {"eXIf", "II*\x00" + canary}, {"iCCP", canary}, {"prVt", canary}} {
		b = append(b, chunk(c[0], c[1])...)
	}
	return append(append(b, p[head:]...), canary...)
}

func derive(t testing.TB, b []byte) ([]byte, Derived) {
	t.Helper()
	var out bytes.Buffer
	d, err := Derive(&out, bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), d
}

// parts lists the segments of a JPEG up to the pixels, or the chunks of a PNG.
func parts(b []byte) (list []string) {
	if b[0] == 0xff {
		for b = b[2:]; b[1] != 0xda; b = b[2+int(binary.BigEndian.Uint16(b[2:])):] {
			list = append(list, fmt.Sprintf("%x", b[1]))
		}
		return list
	}
	for b = b[8:]; len(b) >= 12; b = b[12+int(binary.BigEndian.Uint32(b)):] {
		list = append(list, string(b[4:8]))
	}
	return list
}

// No word of what stood beside the pixels is in a copy, and no part that could hold one. The original stays as it was.
func TestCopiesHoldPixelsOnly(t *testing.T) {
	w := newWorld(t, t.TempDir())
	for name, b := range map[string][]byte{"jpeg": loaded(t, 1), "png": loadedPNG(t)} {
		if n := bytes.Count(b, []byte(canary)); n < 6 {
			t.Fatalf("control: %s holds the canary %d times", name, n)
		}
		blob, of := w.kept(t, b)
		out, d := derive(t, w.content(t, blob, of))
		for _, word := range strings.Fields(canary) {
			if len(word) >= 4 && bytes.Contains(out, []byte(word)) {
				t.Errorf("%s: the copy holds %q", name, word)
			}
		}
		for _, p := range parts(out) {
			if !strings.Contains(" db c0 c4 IHDR IDAT IEND ", " "+p+" ") {
				t.Errorf("%s: the copy has a part %s", name, p)
			}
		}
		if d.Type != of.Type || d.Width != 48 || d.Height != 32 {
			t.Errorf("%s: %+v", name, d)
		}
		if again, _ := derive(t, b); !bytes.Equal(again, out) {
			t.Errorf("%s: two runs give two copies", name)
		}
		if err := w.Check(blob, of); err != nil || seal.Bytes(b) != of.SHA256 {
			t.Errorf("%s: the original was touched: %v", name, err)
		}
		m, _, err := image.Decode(bytes.NewReader(out))
		if err != nil {
			t.Fatal(err)
		}
		if r, g, _, _ := m.At(4, 4).RGBA(); r>>8 < 240 || g>>8 > 20 {
			t.Errorf("%s: the pixels are others", name)
		}
	}
}

// What the camera says of the way it was held is in the pixels of the copy: red is where the upper left corner was.
func TestCopiesAreTheRightWayUp(t *testing.T) {
	for orientation, red := range [...]image.Point{1: {4, 4}, 2: {43, 4}, 3: {43, 27}, 4: {4, 27}, 5: {4, 4}, 6: {27, 4}, 7: {27, 43}, 8: {4, 43}} {
		if orientation == 0 {
			continue
		}
		out, d := derive(t, loaded(t, uint16(orientation)))
		if sideways := orientation >= 5; sideways != (d.Width == 32) {
			t.Errorf("%d: %+v", orientation, d)
		}
		m, err := jpeg.Decode(bytes.NewReader(out))
		if err != nil {
			t.Fatal(err)
		}
		if r, g, b, _ := m.At(red.X, red.Y).RGBA(); r>>8 < 240 || g>>8 > 20 || b>>8 > 20 {
			t.Errorf("%d: no red at %v", orientation, red)
		}
		if orientation >= 5 {
			// The green corner tells a turn from a mirror.
			want := map[int]image.Point{5: {4, 43}, 6: {27, 43}, 7: {27, 4}, 8: {4, 4}}[orientation]
			if r, g, _, _ := m.At(want.X, want.Y).RGBA(); g>>8 < 230 || r>>8 > 30 {
				t.Errorf("%d: no green at %v", orientation, want)
			}
		}
	}
}

func TestOrientation(t *testing.T) {
	big := exif(binary.BigEndian, 6)[4:]
	little := exif(binary.LittleEndian, 6)[4:]
	for _, b := range [][]byte{big, little} {
		if got := exifOrientation(b[6:]); got != 6 {
			t.Errorf("%d", got)
		}
		for n := range b[6:] {
			exifOrientation(b[6:][:n]) // no length of it is read beyond its end
		}
	}
	for _, o := range []uint16{0, 9, 65535} {
		if got := exifOrientation(exif(binary.LittleEndian, o)[10:]); got != 1 {
			t.Errorf("%d is taken for %d", o, got)
		}
	}
}

// What lies under a transparent patch is not in the copy. The control finds it in the original's pixels.
func TestNothingUnderTransparency(t *testing.T) {
	m := picture()
	hidden := color.NRGBA{1, 2, 3, 0}
	for x := range 10 {
		m.SetNRGBA(20+x, 20, hidden)
	}
	b := asPNG(t, m)
	back, err := png.Decode(bytes.NewReader(b))
	if err != nil || back.At(25, 20) != color.Color(hidden) {
		t.Fatal("control: the original does not hide anything", err)
	}
	out, _ := derive(t, b)
	copied, err := png.Decode(bytes.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	if r, g, bl, a := copied.At(25, 20).RGBA(); r != 0xffff || g != 0xffff || bl != 0xffff || a != 0xffff {
		t.Errorf("%x %x %x %x", r, g, bl, a)
	}
}

// pngHeader is the beginning of a PNG of any size; there are no pixels behind it.
func pngHeader(w, h uint32, depth, colour byte) []byte {
	var d []byte
	d = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(d, w), h)
	return append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", string(append(d, depth, colour, 0, 0, 0)))...)
}

// A picture that would flood the memory is refused from its header. The control counts what a picture within the limit takes: the counter works.
func TestPixelFloods(t *testing.T) {
	flood := bytes.Replace(asJPEG(t, picture()), []byte{0xff, 0xc0, 0, 17, 8, 0, 32, 0, 48}, []byte{0xff, 0xc0, 0, 17, 8, 0xff, 0xff, 0xff, 0xff}, 1)
	progressive := bytes.Replace(asJPEG(t, picture()), []byte{0xff, 0xc0, 0, 17, 8, 0, 32, 0, 48}, []byte{0xff, 0xc2, 0, 17, 8, 0x1b, 0x58, 0x1b, 0x58}, 1) // 49 million
	for name, b := range map[string][]byte{
		"65535 x 65535":           append(pngHeader(65535, 65535, 8, 6), chunk("IDAT", "x")...),
		"55 million":              append(pngHeader(7420, 7420, 8, 0), chunk("IDAT", "x")...),
		"2147483647 wide":         append(pngHeader(1<<31-1, 1, 8, 6), chunk("IDAT", "x")...),
		"2147483647 squared":      append(pngHeader(1<<31-1, 1<<31-1, 16, 6), chunk("IDAT", "x")...),
		"jpeg 65535 x 65535":      flood,
		"progressive, 49 million": progressive,
	} {
		if used := memoryOf(func() {
			if _, err := Derive(io.Discard, bytes.NewReader(b)); err == nil || truce.KindOf(err) != truce.TooLarge && name != "2147483647 squared" {
				t.Errorf("%s: %v", name, err)
			}
		}); used > 4<<20 {
			t.Errorf("%s takes %d bytes before it is refused", name, used)
		}
	}
	m := image.NewGray(image.Rect(0, 0, 4000, 3000))
	b := asPNG(t, m)
	if used := memoryOf(func() { derive(t, b) }); used < 12_000_000 {
		t.Errorf("control: decoding 12 million pixels takes %d bytes", used)
	}
}

func memoryOf(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func TestPicturesThatAreRefused(t *testing.T) {
	j, p := asJPEG(t, picture()), asPNG(t, picture())
	for name, b := range map[string][]byte{
		"nothing":        nil,
		"text":           []byte("a note"),
		"zip":            []byte("PK\x03\x04 anything"),
		"svg":            []byte("<svg xmlns='http://www.w3.org/2000/svg'/>"),
		"gif":            []byte("GIF89a\x01\x00\x01\x00"),
		"tiff":           []byte("II*\x00\xff\xff\xff\xff"),
		"half a jpeg":    j[:len(j)/2],
		"half a png":     p[:len(p)/2],
		"a jpeg's begin": j[:3],
		"a png's begin":  p[:12],
		"no pixels wide": append(pngHeader(0, 5, 8, 6), chunk("IDAT", "x")...),
	} {
		if _, err := Derive(io.Discard, bytes.NewReader(b)); truce.KindOf(err) != truce.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	endless := readerFunc(func(p []byte) (int, error) { return copy(p, "\xff\xd8\xff\xe0"), nil })
	if _, err := Derive(io.Discard, endless); truce.KindOf(err) != truce.TooLarge {
		t.Errorf("a picture without end: %v", err)
	}
}

func FuzzDerive(f *testing.F) {
	f.Add(loaded(f, 6))
	f.Add(loadedPNG(f))
	f.Add(pngHeader(65535, 65535, 8, 6))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 1<<16 {
			return
		}
		var out bytes.Buffer
		d, err := Derive(&out, bytes.NewReader(b))
		if err != nil {
			return
		}
		if again, _ := derive(t, out.Bytes()); len(again) == 0 || d.Width < 1 {
			t.Error("a copy cannot be copied")
		}
	})
}
