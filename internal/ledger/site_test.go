package ledger_test

import (
	"bytes"
	"context"
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
	if again := site(t, os.DirFS(o.dir), false); !maps.EqualFunc(files, again, bytes.Equal) {
		t.Error("made twice it is another site")
	}
	t.Log(slices.Sorted(maps.Keys(files)))
}
