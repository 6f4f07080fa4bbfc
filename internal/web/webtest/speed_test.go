package webtest

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

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

// timePage asks for a page until it is known how long it takes.
func timePage(v *visitor, i *inside, path string) timed {
	var all []time.Duration
	for n, spent := 0, time.Duration(0); n < warm+measured && (n <= warm || spent < patient); n++ {
		if v.get(path); n >= warm {
			all = append(all, i.took)
		}
		spent += i.took
	}
	slices.Sort(all)
	return timed{v.name, path, all[len(all)/2], all[len(all)*95/100]}
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
	var table []timed
	for _, office := range offices {
		i := &inside{Handler: n.Handler(), now: time.Now}
		v := visitorOf(t, n, "http://truce.test", office, i)
		var paths []string
		crawl(v, "en", perLanguage, func(path string, res *http.Response, _ string) {
			if res.StatusCode == http.StatusOK {
				paths = append(paths, path)
			}
		})
		for _, path := range paths {
			table = append(table, timePage(v, i, path))
		}
	}
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
	clock, asked := time.Unix(0, 0), 0
	i := &inside{now: func() time.Time { return clock }, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		took := slowest / 2
		if asked++; r.URL.Path == "/slow" && asked%10 == 0 {
			took = slowest * 2
		}
		clock = clock.Add(took)
	})}
	v := &visitor{t, "public", "http://truce.test", &http.Client{Transport: i}}
	table := []timed{timePage(v, i, "/quick"), timePage(v, i, "/slow")}
	if slow := tooSlow(table); len(slow) != 1 || slow[0].path != "/slow" {
		t.Errorf("found to be slow: %v", slow)
	}
}
