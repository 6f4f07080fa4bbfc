package webtest

import (
	"bytes"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"truce/internal/disk"
	"truce/internal/publish"
)

// fetchOpen reads a file of the public folder; "" where there is none.
func fetchOpen(t *testing.T, at, path string) string {
	t.Helper()
	res, err := http.Get(at + "/open/" + path)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		return ""
	}
	return string(b)
}

// openSite waits until the node has written its public site, and gives pages of every sort on it.
func openSite(t *testing.T) (at string, pages []string) {
	t.Helper()
	_, at = open(t)
	for begun := time.Now(); fetchOpen(t, at, "en/index.html") == ""; time.Sleep(100 * time.Millisecond) {
		if time.Since(begun) > 5*time.Minute {
			t.Fatal("there is no public site")
		}
	}
	pages = []string{"index.html", "agreement.html", "corrections.html", "check.html"}
	front := fetchOpen(t, at, "en/index.html")
	for _, of := range []string{"finding", "outcome", "report", "article", "archive"} {
		if m := regexp.MustCompile(`en/(` + of + `/[A-Za-z0-9-]+\.html)`).FindStringSubmatch(front); m != nil {
			pages = append(pages, m[1])
		}
	}
	if len(pages) < 8 {
		t.Fatalf("the first page leads to %v", pages)
	}
	return at, pages
}

// Every page of the public site is accessible, in three languages, light and dark.
func TestAccessibleOpenRecord(t *testing.T) {
	ctx, problems := browser(t)
	axe, err := os.ReadFile(axePath)
	if err != nil {
		t.Fatal("run make web first: ", err)
	}
	at, pages := openSite(t)
	for _, language := range []string{"en", "ar", "ru"} {
		for _, theme := range []string{"light", "dark"} {
			for _, path := range pages {
				problems.take()
				err := chromedp.Do(ctx, media(theme), chromedp.Navigate(at+"/open/"+language+"/"+path), chromedp.WaitReady(chromedp.CSS("main")), chromedp.Sleep(100*time.Millisecond))
				if err != nil {
					t.Fatalf("%s/%s %s: %v", language, path, theme, err)
				}
				for _, p := range problems.take() { // before axe, whose own styles these pages refuse
					t.Errorf("%s/%s: the console says %s", language, path, p)
				}
				for _, x := range violations(t, ctx, string(axe)) {
					t.Errorf("%s/%s (%s): %s", language, path, theme, x)
				}
			}
		}
	}
}

// The checker in the page says of a finding, and of the whole record, what the program says.
func TestAccessibleCheckerInThePage(t *testing.T) {
	ctx, _ := browser(t)
	at, pages := openSite(t)
	if !strings.Contains(fetchOpen(t, at, "en/check.html"), "wasm.gz") {
		t.Skip("the checker for browsers is not built: make checker")
	}
	for _, path := range []string{pages[4], "check.html"} {
		err := chromedp.Do(ctx, chromedp.Navigate(at+"/open/en/"+path), chromedp.WaitReady(chromedp.CSS("main")), chromedp.Sleep(500*time.Millisecond))
		if err == nil {
			_, err = chromedp.Run(ctx, chromedp.Evaluate[bool](`document.querySelector('.here:not([hidden]) button').click(), true`))
		}
		for begun, done := time.Now(), false; err == nil && !done && time.Since(begun) < 3*time.Minute; time.Sleep(200 * time.Millisecond) {
			done, err = chromedp.Run(ctx, chromedp.Evaluate[bool](`document.querySelector('.here .verdict') !== null`))
		}
		if err != nil {
			t.Fatal(path, " ", err)
		}
		says, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.querySelector('.here [role=status]').textContent`))
		if err != nil {
			t.Fatal(err)
		}
		text, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.querySelector('.here pre').textContent`))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(says, "It holds") || !strings.Contains(text, "Cannot be proved") || !strings.Contains(text, "It holds, with the remarks above.") {
			t.Errorf("%s: %s\n%s", path, says, text)
		}
		t.Logf("%s: %s", path, says)
	}
}

// Whoever has the record makes the same site from it, byte for byte.
func TestStorySameSiteByAnybody(t *testing.T) {
	if !*browse {
		t.Skip("left out: run make browser")
	}
	openSite(t)
	public, again := filepath.Join(house.dir, "demo", "public"), t.TempDir()
	for {
		before, err := os.ReadFile(filepath.Join(public, "checkpoint"))
		if err != nil {
			t.Fatal(err)
		}
		out, err := disk.NewTree(again)
		if err != nil {
			t.Fatal(err)
		}
		site, err := publish.New(os.DirFS(public), out)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := site.Update(t.Context(), false); err != nil {
			t.Fatal(err)
		}
		files, differ := 0, []string{}
		err = filepath.WalkDir(again, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			files++
			name, err := filepath.Rel(again, path)
			if err != nil {
				return err
			}
			mine, err := os.ReadFile(path)
			if theirs, no := os.ReadFile(filepath.Join(public, name)); no != nil || !bytes.Equal(mine, theirs) {
				differ = append(differ, name)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		after, err := os.ReadFile(filepath.Join(public, "checkpoint"))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(before, after) {
			continue // the record grew meanwhile
		}
		if files < 50 || len(differ) > 0 {
			t.Errorf("of %d files differ: %v", files, differ)
		}
		return
	}
}
