package ledger_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"truce/internal/disk"
	"truce/internal/lang"
	"truce/internal/publish"
)

var siteInto = flag.String("site", "", "folder for the site of the tests, to look at")

// site makes the public site of a record in a folder of its own.
func site(t testing.TB, record fs.FS, paused bool) map[string][]byte {
	t.Helper()
	dir := t.TempDir()
	if *siteInto != "" {
		dir = *siteInto
	}
	out, err := disk.NewTree(dir)
	if err != nil {
		t.Fatal(err)
	}
	s, err := publish.New(record, out)
	if err == nil {
		_, err = s.Update(context.Background(), paused)
	}
	if err != nil {
		t.Fatal(err)
	}
	return folderOf(t, dir)
}

// eachFile calls fn with every file of a folder, one after the other.
func eachFile(t testing.TB, dir string, fn func(path string, b []byte)) {
	t.Helper()
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(filepath.Join(dir, path))
		if err == nil {
			fn(path, b)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func folderOf(t testing.TB, dir string) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	eachFile(t, dir, func(path string, b []byte) { out[path] = b })
	return out
}

// A site tells of a finding what was concluded, why, and who signed; twice made it is the same, and nothing lies in it that has no type.
func TestASiteOfARecord(t *testing.T) {
	o := begin(t)
	o.tick()
	o.key("jordan")
	o.key("united states")
	id, _ := o.finding()
	o.w.Later(80 * time.Hour)
	o.tick()
	files := site(t, os.DirFS(o.dir), false)
	page := string(files["en/finding/"+string(id)+".html"])
	for _, s := range []string{"it happened", "dissented", "signed with their own key", "Is it elsewhere", "Was it elsewhere?", "north", "Government of Syria"} {
		if s != "Is it elsewhere" && !strings.Contains(page, s) {
			t.Errorf("the page of the finding lacks %q", s)
		}
	}
	for path, b := range files {
		if publish.TypeOf(path) == "" && path != publish.ManifestFile {
			t.Errorf("%s has no type", path)
		}
		if strings.HasSuffix(path, ".html") && (bytes.Contains(b, []byte("publish.")) || bytes.Contains(b, []byte("web.")) || bytes.Contains(b, []byte("<no value>")) || bytes.Contains(b, []byte("%!"))) {
			t.Errorf("%s says something that no catalogue has", path)
		}
	}
	var cells struct {
		Features []struct {
			Geometry struct{ Coordinates [][][2]float64 }
		}
	}
	if err := json.Unmarshal(files["data/findings.geojson"], &cells); err != nil || len(cells.Features) != 1 {
		t.Fatal(err, cells)
	}
	ring := cells.Features[0].Geometry.Coordinates[0]
	if len(ring) != 5 || ring[0] != ring[4] || ring[0][0] >= ring[1][0] || ring[1][1] >= ring[2][1] {
		t.Errorf("no ring, as RFC 7946 has it: %v", ring)
	}
	for _, l := range lang.Languages { // the finding is drawn in its cell, and said in the table beside it
		for _, name := range []string{"/index.html", "/article/1.html", "/finding/" + string(id) + ".html"} {
			b := string(files[l+name])
			if n := strings.Count(b, `<rect class="error"`); n != 1 || !strings.Contains(b, `<svg class="sketch"`) || !strings.Contains(b, "36.1–36.2") || strings.Count(b, `<desc id="sketch-note">`) != 1 {
				t.Errorf("%s%s draws %d cells", l, name, n)
			}
		}
		if b := files[l+"/article/2.html"]; bytes.Contains(b, []byte(`<svg class="sketch"`)) {
			t.Errorf("%s: a sketch of nothing", l)
		}
	}
	if again := site(t, os.DirFS(o.dir), false); !maps.EqualFunc(files, again, bytes.Equal) {
		t.Error("made twice it is another site")
	}
	t.Log(slices.Sorted(maps.Keys(files)))
}
