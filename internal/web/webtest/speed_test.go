package webtest

import (
	"bytes"
	"compress/gzip"
	"context"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"

	"truce/internal/node"
)

var (
	observations = flag.Int("observations", 0, "measure how long pages take with so many observations more (make page-speed)")
	kept         = flag.String("kept", "", "make the demonstration that is measured in this folder and keep it for the next time")
)

const (
	// slowest is how long the server may take for a page: of twenty requests one may take longer.
	slowest = 100 * time.Millisecond
	// warm and measured are how often a page is asked for before and while it is measured; whoever is slow all the time is asked less often.
	warm, measured = 3, 30
	patient        = 10 * time.Second
)

// inside is a connection to a handler without a network between; took is how long the last answer took.
type inside struct {
	http.Handler
	now  func() time.Time
	took time.Duration
}

func (i *inside) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	r.RequestURI, r.RemoteAddr = r.URL.RequestURI(), "127.0.0.1:1"
	began := i.now()
	i.ServeHTTP(w, r)
	i.took = i.now().Sub(began)
	return w.Result(), nil
}

// timed is how long one page takes.
type timed struct {
	office, path string
	p50, p95     time.Duration
}

// visit is a page that somebody asks for.
type visit struct {
	*visitor
	path string
}

// timePages asks for all pages, one after the other and round by round, until it is known how long each takes: so what the program does beside it for a moment, as
// taking up an hour's news or collecting its garbage, falls on all of them and not on the one that was asked for again and again just then.
func timePages(i *inside, pages []visit) (out []timed) {
	all, spent := make([][]time.Duration, len(pages)), make([]time.Duration, len(pages))
	for n := range warm + measured {
		for k, p := range pages {
			if n > warm && spent[k] >= patient {
				continue
			}
			if p.get(p.path); n >= warm {
				all[k] = append(all[k], i.took)
			}
			spent[k] += i.took
		}
	}
	for k, p := range pages {
		slices.Sort(all[k])
		out = append(out, timed{p.name, p.path, all[k][len(all[k])/2], all[k][len(all[k])*95/100]})
	}
	return out
}

// TestPageSpeed asks for every page that a link leads to, as every office, and wants the server to be quick. It is for a quiet machine.
func TestPageSpeed(t *testing.T) {
	if *observations == 0 {
		t.Skip("left out: run make page-speed")
	}
	ctx := context.Background()
	dir := *kept
	if dir == "" {
		dir = t.TempDir()
	} else if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	world := world
	world.Percent, world.Reports = 100, *observations
	path := filepath.Join(dir, fmt.Sprintf("demo-%d", *observations))
	began := time.Now()
	made, err := node.MakeDemo(ctx, node.Demo{Path: path, Agreement: os.DirFS("../../../examples/southwest-syria"), World: world, Listen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	if made {
		t.Logf("made in %.1f s", time.Since(began).Seconds())
	}
	began = time.Now()
	n, err := node.Open(ctx, node.Options{Path: path, Demo: &world, Override: func(c *node.Config) { c.Limits.Rate, c.Limits.Burst = 1e6, 1e6 }})
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	if err := n.WaitReady(ctx); err != nil {
		t.Fatal(err)
	}
	t.Logf("started in %.1f s", time.Since(began).Seconds())
	i := &inside{Handler: n.Handler(), now: time.Now}
	visitorOf(t, n, "http://truce.test", "", i).get("/en/")
	t.Logf("the first page, while the rules work out what is known, took %.1f ms", ms(i.took))
	if _, err := n.Mechanism().Settle(ctx, n.Mechanism().Latest()); err != nil {
		t.Fatal(err)
	}
	t.Logf("the rules have spoken after %.1f s", time.Since(began).Seconds())
	quiet(t)
	t.Logf("all other work is done after %.1f s", time.Since(began).Seconds())
	var pages []visit
	for _, office := range offices {
		v := visitorOf(t, n, "http://truce.test", office, i)
		crawl(v, "en", perLanguage, func(path string, res *http.Response, _ string) {
			if res.StatusCode == http.StatusOK {
				pages = append(pages, visit{v, path})
			}
		})
	}
	table := timePages(i, pages)
	slices.SortFunc(table, func(a, b timed) int { return int(b.p95 - a.p95) })
	var b strings.Builder
	for _, x := range table {
		fmt.Fprintf(&b, "%8.1f %8.1f  %-14s %s\n", ms(x.p50), ms(x.p95), x.office, x.path)
	}
	t.Logf("%d pages, in ms of the server:\n     p50      p95\n%s", len(table), b.String())
	for _, x := range tooSlow(table) {
		t.Errorf("%s %s takes %.1f ms", x.office, x.path, ms(x.p95))
	}
}

// quiet waits until the program does nothing by itself any more: after a start the open record grows by all that the rules have said.
func quiet(t *testing.T) {
	t.Helper()
	const look, idle, most = 10 * time.Second, 10, 200 // it uses less than a tenth of a processor
	busy := func() time.Duration {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			t.Fatal(err)
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	for range most {
		before := busy()
		time.Sleep(look)
		if busy()-before < look/idle {
			return
		}
	}
	t.Error("it is never quiet")
}

func tooSlow(table []timed) (out []timed) {
	for _, x := range table {
		if x.p95 > slowest {
			out = append(out, x)
		}
	}
	return out
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// A page that is slow one time in ten is found to be, and a quick one is not.
func TestSlowPageIsSeen(t *testing.T) {
	clock, times := time.Unix(0, 0), 0
	i := &inside{now: func() time.Time { return clock }, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		took := slowest / 2
		if r.URL.Path == "/slow" {
			if times++; times%10 == 0 {
				took = slowest * 2
			}
		}
		clock = clock.Add(took)
	})}
	v := &visitor{t, "public", "http://truce.test", &http.Client{Transport: i}}
	table := timePages(i, []visit{{v, "/quick"}, {v, "/slow"}})
	if slow := tooSlow(table); len(slow) != 1 || slow[0].path != "/slow" {
		t.Errorf("found to be slow: %v", slow)
	}
}

// heaviest is what a page without a map weighs at most on the wire, with its style and its scripts. One with a map weighs more.
const heaviest = 60_000

// A poor link: 400 kbit/s each way, and a tenth of a second until anything comes. Whoever was on a page before sees something of it again within a second.
const (
	poorBytes   = 400_000 / 8 // a second
	poorLatency = 100         // milliseconds
	firstView   = time.Second
)

// TestPoorLink looks at every page a second time, over a poor link.
func TestPoorLink(t *testing.T) {
	guest := story(t)
	for _, office := range []string{"", "duty-officer", "monitor", "auditor"} {
		p := guest(office, "en")
		for _, path := range looked[office] {
			p.open(path)
		}
		call(p, network.Enable, network.EnableParams{})
		call(p, network.SetBypassServiceWorker, network.SetBypassServiceWorkerParams{Bypass: true}) // its link is another
		slow := &network.Conditions{Latency: poorLatency, DownloadThroughput: poorBytes, UploadThroughput: poorBytes}
		call(p, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: []*network.Conditions{slow}})
		for _, path := range looked[office] {
			p.open(path)
			p.until("nothing is seen", `performance.getEntriesByName('first-contentful-paint').length > 0`)
			seen, ok := ask[float64](p, `performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0`)
			switch {
			case !ok || seen == 0:
				t.Errorf("%s %s: it is not known when anything was seen", p.name, path)
			case seen > float64(firstView.Milliseconds()):
				t.Errorf("%s %s: nothing is seen for %.0f ms", p.name, path, seen)
			}
			t.Logf("%-14s %-20s seen after %4.0f ms", p.name, path, seen)
		}
		took, _ := ask[float64](p, `(async (t) => { await (await fetch(location.href, {cache: 'no-store'})).text(); return performance.now() - t })(performance.now())`)
		if took < poorLatency {
			t.Errorf("%s: the link was not slow: a page came after %.0f ms", p.name, took)
		}
	}
}

// wire is a connection as a browser has it, that counts the bytes of the last answer as they come.
type wire struct {
	http.Transport
	bytes int
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	r.Header.Set("Accept-Encoding", "gzip")
	res, err := w.Transport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	packed, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	w.bytes = len(packed)
	var body io.Reader = bytes.NewReader(packed)
	if res.Header.Get("Content-Encoding") == "gzip" {
		if body, err = gzip.NewReader(body); err != nil {
			return nil, err
		}
	}
	res.Body = io.NopCloser(body)
	return res, nil
}

var loaded = regexp.MustCompile(`<(?:link|script)\b[^>]*\b(?:href|src)="(/[^"]+\.(?:css|js))"`)

// scales know what style and scripts weigh.
type scales map[string]int

// weigh gives the weight of the page that came last, with all that it loads.
func (s scales) weigh(v *visitor, w *wire, body string) int {
	whole := w.bytes
	for _, m := range loaded.FindAllStringSubmatch(body, -1) {
		if s[m[1]] == 0 {
			v.get(m[1])
			s[m[1]] = w.bytes
		}
		whole += s[m[1]]
	}
	return whole
}
