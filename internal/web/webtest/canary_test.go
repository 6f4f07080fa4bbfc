package webtest

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"truce"
	"truce/internal/access"
	"truce/internal/mechanism"
)

// secrets gives texts that stand in what the operations room sees and that no page of the public may hold: numbers of the people who reported, and exact places.
func secrets(t *testing.T) []string {
	n, _ := open(t)
	p := guest(t, n, "duty-officer")
	v := access.Viewer{Person: p.ID, Body: p.Body, Office: p.Office, Now: n.Now(), Vouch: truce.VouchSession, Proved: n.Now()}
	seen := map[string]bool{}
	for _, g := range n.Demo().People() {
		seen[string(g.ID)] = true // the door of a demonstration names its guests to everybody
	}
	var out []string
	add := func(s string) {
		if s != "" && !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	cursor := ""
	for range 20 {
		page, err := n.Mechanism().Observations(context.Background(), v, mechanism.Search{Cursor: cursor, Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range page.Items {
			add(string(o.Person))
			if o.Place != nil && o.Place.Kind == "point" && o.Place.Error < 2000 {
				add(fmt.Sprint(o.Place.Lat))
				add(fmt.Sprint(o.Place.Lon))
				add(o.Place.MGRS)
			}
		}
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	// A place with few digits, such as one of a town, may stand anywhere.
	var long []string
	for _, s := range out {
		if len(s) > 6 {
			long = append(long, s)
		}
	}
	return long
}

// No page of the public holds a monitor's number or an exact place. The same search finds them on pages of the operations room: it can fail.
func TestPagesOfThePublicTellNoSecret(t *testing.T) {
	planted := secrets(t)
	if len(planted) < 20 {
		t.Fatalf("only %d secrets", len(planted))
	}
	found := func(office string) (hits map[string]string, pages int) {
		hits = map[string]string{}
		crawl(as(t, office), "en", 2*perLanguage, func(path string, res *http.Response, body string) {
			pages++
			for name, values := range res.Header {
				body += name + strings.Join(values, " ")
			}
			for _, s := range planted {
				if strings.Contains(body, s) {
					hits[s] = path
				}
			}
		})
		return hits, pages
	}
	hits, pages := found("")
	for s, path := range hits {
		t.Errorf("%s tells the public %q", path, s)
	}
	control, _ := found("duty-officer")
	if len(control) == 0 {
		t.Error("the search finds nothing on the pages of the operations room either: it finds nothing")
	}
	t.Logf("%d secrets, %d pages of the public; %d of them stand on pages of the operations room", len(planted), pages, len(control))
}
