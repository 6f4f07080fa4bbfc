package webtest

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

var (
	browse   = flag.Bool("browser", false, "look at the pages in Debian's chromium (make browser)")
	pictures = flag.String("pictures", "", "write the pictures of the documents into this folder (make pictures)")
)

const axePath = "../node_modules/axe-core/axe.min.js"

// console is what went wrong in the browser since it was last asked.
type console struct {
	sync.Mutex
	lines []string
}

func (c *console) add(line string) {
	c.Lock()
	defer c.Unlock()
	c.lines = append(c.lines, line)
}

func (c *console) take() []string {
	c.Lock()
	defer c.Unlock()
	out := c.lines
	c.lines = nil
	return out
}

// browser starts one.
func browser(t *testing.T) (context.Context, *console) {
	t.Helper()
	if !*browse && *pictures == "" {
		t.Skip("left out: run make browser")
	}
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("there is no chromium: install Debian's package of that name")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("use-gl", "angle"), chromedp.Flag("use-angle", "swiftshader"), chromedp.Flag("enable-unsafe-swiftshader", true),
		chromedp.WSURLReadTimeout(2*time.Minute))
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	return ctx, listen(t, ctx)
}

// listen hears what the console says from now on.
func listen(t *testing.T, ctx context.Context) *console {
	t.Helper()
	said := &console{}
	if err := chromedp.Do(ctx, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, log.Enable, cdp.Empty{})
		return err
	})); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Listen(ctx, func(e any) {
		switch e := e.(type) {
		case *runtime.EventExceptionThrown:
			said.add(fmt.Sprint(e.ExceptionDetails.Text, " ", e.ExceptionDetails.URL))
		case *log.EventEntryAdded:
			if e.Entry.Level == log.EntryLevelError {
				said.add(e.Entry.Text + " " + e.Entry.URL)
			}
		}
	}); err != nil {
		t.Fatal(err)
	}
	return said
}

// media makes the browser prefer a theme, and less motion.
func media(theme string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}, {Name: "prefers-reduced-motion", Value: "reduce"}}})
		return err
	})
}

// enter signs in by the click of the demonstration; "" signs out.
func enter(ctx context.Context, t *testing.T, office string) {
	t.Helper()
	n, at := open(t)
	do := []chromedp.Action[chromedp.Void]{chromedp.Navigate(at + "/en/sign-in")}
	if office == "" {
		do = append(do, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
			_, err := chromedp.Evaluate[bool](`(document.querySelector('form[action$="/sign-out"]')?.submit(), true)`)(ctx, t)
			return err
		}), chromedp.Func(func(context.Context, *chromedp.Target) error { time.Sleep(500 * time.Millisecond); return nil }))
	} else {
		do = append(do, chromedp.Click(chromedp.CSS(fmt.Sprintf(`button[name="person"][value="%s"]`, guest(t, n, office).ID))), chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
			for range 100 { // until the answer to the click is there
				if at, err := chromedp.Evaluate[string](`document.readyState + location.pathname`)(ctx, t); err == nil && at == "complete/en/" {
					return nil
				}
				time.Sleep(100 * time.Millisecond)
			}
			return errors.New("the click leads nowhere")
		}))
	}
	if err := chromedp.Do(ctx, do...); err != nil {
		t.Fatal(office, " ", err)
	}
}

// looked are the pages that are looked at in the browser, by office.
var looked = map[string][]string{
	"":             {"/", "/map", "/agreement", "/agreement/redline?from=2017-07-07&to=2017-11-08", "/actors", "/statements", "/cases", "/analysis", "/reports", "/sign-in"},
	"duty-officer": {"/", "/map", "/inbox", "/cases", "/agreement", "/statements", "/analysis", "/reports/new", "/admin", "/admin/people", "/admin/grants", "/admin/erasures", "/admin/devices", "/account"},
	"monitor":      {"/report"},
	"guarantor":    {"/agreement/propose", "/agreement/what-if"},
	"auditor":      {"/admin/trail"},
}

// ofOne are the pages of one thing each, as one actor, one case, its dossier, that an office finds: of each sort the first that a link leads to.
func ofOne(t *testing.T, office string) (paths []string) {
	t.Helper()
	seen := map[string]bool{}
	crawl(as(t, office), "en", 3*perLanguage, func(path string, res *http.Response, _ string) {
		path, _, _ = strings.Cut(strings.TrimPrefix(path, "/en"), "?")
		sort := digits.ReplaceAllString(path, "#")
		if strings.HasPrefix(path, "/actors/") {
			sort = "/actors/#"
		}
		if strings.Contains(sort, "#") && !seen[sort] && res.StatusCode == http.StatusOK && strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
			seen[sort] = true
			paths = append(paths, path)
		}
	})
	return paths
}

// axe-core finds nothing against WCAG 2.2 A and AA on any page, in three languages and both themes, no page is wider than its screen, and none throws.
func TestAccessibleToAll(t *testing.T) {
	ctx, problems := browser(t)
	axe, err := os.ReadFile(axePath)
	if err != nil {
		t.Fatal("run make web first: ", err)
	}
	_, at := open(t)
	checked := 0
	for _, office := range []string{"", "duty-officer", "monitor", "guarantor", "auditor"} {
		enter(ctx, t, office)
		paths := looked[office]
		if office == "" || office == "duty-officer" { // others find the same pages with less on them
			paths = append(slices.Clone(paths), ofOne(t, office)...)
		}
		for _, language := range []string{"en", "ar", "ru"} {
			for _, theme := range []string{"light", "dark"} {
				for _, path := range paths {
					problems.take()
					err := chromedp.Do(ctx, media(theme), chromedp.Navigate(at+"/"+language+path), chromedp.WaitReady(chromedp.CSS("main")), chromedp.Sleep(150*time.Millisecond))
					if err != nil {
						t.Fatalf("%s %s%s %s: %v", office, language, path, theme, err)
					}
					checked++
					for _, x := range append(violations(t, ctx, string(axe)), sideways(t, ctx)...) {
						t.Errorf("%s /%s%s (%s): %s", office, language, path, theme, x)
					}
					for _, p := range problems.take() {
						t.Errorf("%s /%s%s: the console says %s", office, language, path, p)
					}
				}
			}
		}
	}
	if t.Logf("%d pages checked", checked); checked < 6*(len(looked[""])+len(looked["duty-officer"])+8) {
		t.Error("no page of one thing was found")
	}
}

// sideways lists the screens, a phone's and a desk's, that the page that is shown is wider than, and what is (WCAG 1.4.10, which axe-core leaves out).
func sideways(t *testing.T, ctx context.Context) (out []string) {
	t.Helper()
	for _, width := range []int64{390, 1280} {
		err := chromedp.Do(ctx, chromedp.EmulateViewport(width, 900))
		var wider string
		if err == nil {
			wider, err = chromedp.Run(ctx, chromedp.Evaluate[string](`document.documentElement.scrollWidth <= innerWidth + 1 ? '' : [...document.querySelectorAll('body *')].filter((e) => {
				const r = e.getBoundingClientRect(); return (r.left < -1 || r.right > innerWidth + 1) && !e.closest('nav, .scroll') }).slice(0, 5).map((e) => e.outerHTML.slice(0, 160)).join('\n    ') || 'the page'`))
		}
		if err != nil {
			t.Fatal(err)
		}
		if wider != "" {
			out = append(out, fmt.Sprintf("wider than %d pixels:\n    %s", width, wider))
		}
	}
	return out
}

// violations looks at the page that is shown, and lists what stands against WCAG A and AA.
func violations(t *testing.T, ctx context.Context, axe string) (out []string) {
	t.Helper()
	_, err := chromedp.Run(ctx, chromedp.Evaluate[bool](axe+";true"))
	var found string
	if err == nil {
		found, err = chromedp.Run(ctx, chromedp.Evaluate[string](`axe.run({runOnly:['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa']}).then(r=>JSON.stringify(r.violations.map(v=>({id:v.id,help:v.help,nodes:v.nodes.slice(0,3).map(n=>n.html.slice(0,160)+' :: '+(n.any[0]?.message||''))}))))`,
			chromedp.EvalAwaitPromise))
	}
	var list []struct {
		ID, Help string
		Nodes    []string
	}
	if err == nil {
		err = json.Unmarshal([]byte(found), &list)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range list {
		out = append(out, x.ID+": "+x.Help+"\n    "+strings.Join(x.Nodes, "\n    "))
	}
	return out
}

// shots are the pictures of the documents.
var shots = []struct {
	name, office, path, theme string
	width, height             int64
}{
	{"today", "duty-officer", "/en/", "light", 1280, 1000}, {"today-ar", "duty-officer", "/ar/", "dark", 1280, 1000}, {"map", "duty-officer", "/en/map", "light", 1280, 900},
	{"inbox", "duty-officer", "/en/inbox", "light", 1280, 900}, {"agreement", "", "/en/agreement", "light", 1280, 1000}, {"analysis", "analyst", "/en/analysis", "light", 1280, 1000},
	{"report-phone", "monitor", "/ru/report", "light", 390, 844}, {"public", "", "/en/", "light", 1280, 900}, {"cases", "duty-officer", "/en/cases", "light", 1280, 900},
	{"sign-in", "", "/en/sign-in", "light", 1280, 900}, {"site", "", "/open/en/finding/2017-0010.html", "light", 1280, 1500},
}

// TestPictures takes the pictures of the documents again.
func TestPictures(t *testing.T) {
	if *pictures == "" {
		t.Skip("left out: run make pictures")
	}
	ctx, _ := browser(t)
	at, _ := openSite(t)
	for _, s := range shots {
		enter(ctx, t, s.office)
		err := chromedp.Do(ctx, chromedp.EmulateViewport(s.width, s.height), media(s.theme), chromedp.Navigate(at+s.path), chromedp.WaitReady(chromedp.CSS("main")), chromedp.Sleep(2500*time.Millisecond))
		if err != nil {
			t.Fatal(s.name, " ", err)
		}
		png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
		if err != nil {
			t.Fatal(s.name, " ", err)
		}
		if err := os.WriteFile(filepath.Join(*pictures, s.name+".png"), png, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
