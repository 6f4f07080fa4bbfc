package terms

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"truce"
)

// valley is a small sound agreement to spoil.
func valley() fstest.MapFS {
	return fstest.MapFS{
		"agreement.yaml": {Data: []byte(`agreement: valley
version: a
title: Valley
status: draft
clock: {zone: Asia/Damascus}
participants:
  - {actor: north, role: party}
articles:
  - article: "1"
    title: Ceasefire
    rules:
      - {rule: ceasefire, forbids: incident, kinds: [fire], where: valley, from: 2017-07-09}
`)},
		"actors.yaml": {Data: []byte("actors:\n  - {actor: north, kind: force}\n")},
		"geometry.geojson": {Data: []byte(`{"type": "FeatureCollection", "features": [
  {"type": "Feature", "properties": {"id": "valley", "kind": "zone", "name": "V"}, "geometry": {"type": "Polygon", "coordinates": [[[36, 32.5], [36.5, 32.5], [36.5, 33], [36, 33], [36, 32.5]]]}}
]}`)},
		"text/en.md": {Data: []byte("# Valley\n## [1] Ceasefire\nNo fire.\n")},
	}
}

func codes(r *Report) []string {
	var out []string
	for _, p := range r.Problems {
		out = append(out, p.Code)
	}
	return out
}

// A file that could not be read causes no complaint about what other files name in it.
func TestUnreadableFilesCauseNoOthers(t *testing.T) {
	big := bytes.Repeat([]byte(" "), MaxFileBytes+1)
	for _, x := range []struct {
		file string
		data []byte
		mode fs.FileMode
		want string
	}{
		{"agreement.yaml", nil, 0, "empty-file"},
		{"agreement.yaml", []byte("\xff\xfea\x00"), 0, "not-utf8"},
		{"agreement.yaml", []byte("a: [\n"), 0, "yaml"},
		{"actors.yaml", nil, 0, "empty-file"},
		{"actors.yaml", big, 0, "unreadable"},
		{"actors.yaml", nil, fs.ModeNamedPipe, "unreadable"},
		{"geometry.geojson", nil, 0, "json"},
		{"geometry.geojson", []byte("\xff"), 0, "not-utf8"},
		{"geometry.geojson", nil, fs.ModeDevice, "unreadable"},
		{"geometry.geojson", []byte(`{"type": "Feature"}`), 0, "not-geojson"},
		{"text/en.md", []byte("\xff"), 0, "not-utf8"},
	} {
		fsys := valley()
		fsys[x.file] = &fstest.MapFile{Data: x.data, Mode: x.mode}
		_, r, err := Load(fsys, "")
		if err != nil {
			t.Errorf("%s: %v", x.file, err)
			continue
		}
		if got := codes(r); !slices.Equal(got, []string{x.want}) {
			t.Errorf("%s with %q: %v; want %s alone", x.file, x.data[:min(len(x.data), 20)], got, x.want)
		}
	}
}

// endless is a file that says it is short and never ends.
type endless struct{ fstest.MapFS }

func (e endless) Open(name string) (fs.File, error) {
	f, err := e.MapFS.Open(name)
	if err == nil && name == "agreement.yaml" {
		return endlessFile{f}, nil
	}
	return f, err
}

type endlessFile struct{ fs.File }

func (endlessFile) Read(p []byte) (int, error) { return len(p), nil }

// What a file says of its own size is not believed.
func TestReadingIsBounded(t *testing.T) {
	done := make(chan error, 1)
	go func() {
		_, _, err := Load(endless{valley()}, "")
		done <- err
	}()
	select {
	case err := <-done:
		if truce.KindOf(err) != truce.Invalid || !strings.Contains(err.Error(), fmt.Sprint(MaxFileBytes)) {
			t.Errorf("%v", err)
		}
	case <-time.After(time.Minute):
		t.Fatal("it still reads")
	}
}

// Problems in geometry keep their source line when the folder is put before the names of the files.
func TestGeometryIsShownFromElsewhere(t *testing.T) {
	fsys := valley()
	fsys["geometry.geojson"] = &fstest.MapFile{Data: bytes.Replace(fsys["geometry.geojson"].Data, []byte("36.5, 33]"), []byte("36.5, 133]"), 1)}
	_, r, err := Load(fsys, "")
	if err != nil {
		t.Fatal(err)
	}
	var here, there strings.Builder
	Show(&here, r, ShowOptions{})
	Show(&there, r.In("some/folder"), ShowOptions{})
	if !strings.Contains(here.String(), "^^^") {
		t.Fatalf("nothing is underlined:\n%s", here.String())
	}
	if want := strings.ReplaceAll(here.String(), "geometry.geojson:", "some/folder/geometry.geojson:"); there.String() != want {
		t.Errorf("got\n%s\nwant\n%s", there.String(), want)
	}
}

// Exchanged coordinates are found by the other features: also where the region is near the diagonal on which longitude and
// latitude are equal, and where half of the file is exchanged.
func TestSwappedCoordinates(t *testing.T) {
	point := func(id string, lon, lat float64) string {
		return fmt.Sprintf(`{"type": "Feature", "properties": {"id": %q, "kind": "town", "name": %q}, "geometry": {"type": "Point", "coordinates": [%g, %g]}}`, id, id, lon, lat)
	}
	for _, x := range []struct {
		name     string
		points   []string
		want     string // ids found, "?" behind one that is only a warning
		unlikely bool
	}{
		{"all right", []string{point("a", 36, 32.6), point("b", 36.2, 32.7)}, "", false},
		{"one of three, near the diagonal", []string{point("a", 36, 32.6), point("b", 32.7, 36.2), point("c", 36.1, 32.8)}, "b?", false},
		{"two of four, far from it", []string{point("a", 29.7, 11), point("b", 30.5, 11.1), point("c", 11.2, 29.9), point("d", 11.1, 30.2)}, "c d", false},
		{"the first of three", []string{point("a", 11, 29.7), point("b", 30.5, 11.1), point("c", 30.2, 11.2)}, "a", false},
		{"a seat far away", []string{point("a", 36, 32.6), point("b", 36.2, 32.7), point("washington", -77, 38.9), point("geneva", 6.1, 46.2)}, "", false},
		{"a seat far away, of a far country", []string{point("a", 39, 13.5), point("b", 38.8, 13.6), point("geneva", 6.1, 46.2)}, "", false},
		{"on the diagonal nothing is told", []string{point("a", 35.2, 35.1), point("b", 35.1, 35.3)}, "", false},
	} {
		fsys := valley()
		fsys["geometry.geojson"] = &fstest.MapFile{Data: []byte(`{"type": "FeatureCollection", "features": [` + strings.Join(x.points, ",") + `]}`)}
		fsys["agreement.yaml"].Data = bytes.Replace(fsys["agreement.yaml"].Data, []byte("where: valley"), []byte("where: a"), 1)
		_, r, err := Load(fsys, "")
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, p := range r.Problems {
			if p.Code == "swapped-coordinates" {
				id := strings.Split(p.Message, `"`)[1]
				if p.Warning {
					id += "?"
				}
				got = append(got, id)
			}
		}
		if s := strings.Join(got, " "); s != x.want {
			t.Errorf("%s: found %q; want %q", x.name, s, x.want)
		}
	}
}

// A text with a comma between braces falls apart into keys: the hint says so.
func TestCommaBetweenBraces(t *testing.T) {
	fsys := valley()
	fsys["agreement.yaml"].Data = bytes.Replace(fsys["agreement.yaml"].Data, []byte("title: Valley"), []byte("title: {en: Valley, phase one}"), 1)
	_, r, err := Load(fsys, "")
	if err != nil || len(r.Problems) != 1 || !strings.Contains(r.Problems[0].Hint, "comma") {
		t.Errorf("%v %+v", err, r.Problems)
	}
}

// FuzzLoad: any bytes in any file of an agreement give problems with a place in one of its files; what has no errors
// compiles and can be said in words.
func FuzzLoad(f *testing.F) {
	names := []string{"agreement.yaml", "actors.yaml", "statements.yaml", "geometry.geojson", "text/en.md"}
	for i, n := range names {
		if m := valley()[n]; m != nil {
			f.Add(uint8(i), m.Data)
		}
	}
	// Each example of the language's page in its own place, so that the search begins from every key there is.
	page, err := os.ReadFile(languagePage)
	if err != nil {
		f.Fatal(err)
	}
	for _, x := range blocks(f, string(page)) {
		switch kind, where, _ := strings.Cut(x.kind, " "); {
		case kind == "yaml" && where == "rules":
			f.Add(uint8(0), []byte("articles:\n  - article: x\n    title: X\n    rules:\n      "+strings.ReplaceAll(x.text, "\n", "\n      ")))
		case kind == "yaml" && where == "actors.yaml":
			f.Add(uint8(1), []byte(x.text))
		case kind == "yaml" && where == "statements.yaml":
			f.Add(uint8(2), []byte(x.text))
		case kind == "json":
			f.Add(uint8(3), []byte(x.text))
		case kind == "yaml":
			f.Add(uint8(0), []byte(x.text))
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, data []byte) {
		fsys := valley()
		name := names[int(which)%len(names)]
		fsys[name] = &fstest.MapFile{Data: data}
		a, r, err := Load(fsys, "")
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range r.Problems {
			if p.Message == "" || p.Code == "" || p.Line < 1 || p.Column < 1 || !slices.Contains(names, p.File) && path.Dir(p.File) != "text" {
				t.Fatalf("%s: %+v", name, p)
			}
		}
		if err := Show(io.Discard, r, ShowOptions{}); err != nil {
			t.Fatal(err)
		}
		if r.Errors() > 0 {
			return
		}
		p, err := Compile(a)
		if err != nil {
			t.Fatalf("%s has no errors and does not compile: %v", name, err)
		}
		WriteExplanations(io.Discard, Explain(p, "ar", nil))
	})
}

func BenchmarkLoad(b *testing.B) {
	fsys := valley()
	for b.Loop() {
		if _, r, err := Load(fsys, ""); err != nil || r.Errors() > 0 {
			b.Fatal(err)
		}
	}
}
