package api

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"truce"
)

// feature and page are what the standard asks of GeoJSON, read strictly apart from the types that write it.
type feature struct {
	Type       string                     `json:"type"`
	ID         string                     `json:"id"`
	Geometry   *struct{ Type string }     `json:"geometry"`
	Properties map[string]json.RawMessage `json:"properties"`
	Links      []Link                     `json:"links"`
}

type page struct {
	Type           string    `json:"type"`
	Features       []feature `json:"features"`
	Links          []Link    `json:"links"`
	NumberReturned *int      `json:"numberReturned"`
}

func rel(links []Link, name string) string {
	for _, l := range links {
		if l.Rel == name {
			return l.Href
		}
	}
	return ""
}

// local takes the host off an address of this server.
func local(t *testing.T, href string) string {
	t.Helper()
	u, err := url.Parse(href)
	if err != nil || u.Host == "" {
		t.Fatalf("%q is not whole", href)
	}
	return u.RequestURI()
}

// OGC API - Features, Part 1: the links and fields that core and GeoJSON require (sections 7.2 to 7.16), on every collection.
func TestFeatures(t *testing.T) {
	e := start(t)
	obs := e.report("monitor", shelling+strings.ReplaceAll(shelling, "obs-1", "obs-2")+strings.ReplaceAll(shelling, "obs-1", "obs-3"))
	a := func() *actor { return e.as("duty") }
	a().post("/api/cases", m{"rule": "ceasefire", "cites": []any{obs[0]}, "text": "x"}).is(201)

	var landing struct {
		Links []Link `json:"links"`
	}
	e.as("").get("/api/features").is(200).into(&landing)
	for _, r := range []string{"self", "service-desc", "conformance", "data"} {
		if rel(landing.Links, r) == "" {
			t.Errorf("the landing page has no link %s", r)
		}
		e.as("").get(local(t, rel(landing.Links, r))).is(200)
	}
	var conf struct{ ConformsTo []string }
	e.as("").get("/api/features/conformance").is(200).into(&conf)
	if !strings.Contains(strings.Join(conf.ConformsTo, " "), "ogcapi-features-1/1.0/conf/core") {
		t.Error(conf)
	}
	var all struct {
		Links       []Link
		Collections []struct {
			ID    string
			Links []Link
		}
	}
	e.as("").get("/api/features/collections").is(200).into(&all)
	if len(all.Collections) != 6 || rel(all.Links, "self") == "" {
		t.Fatalf("%+v", all)
	}
	for _, c := range all.Collections {
		a().get(local(t, rel(c.Links, "self"))).is(200)
		items := local(t, rel(c.Links, "items"))
		seen := map[string]bool{}
		for next, pages := items+"?limit=1", 0; next != ""; pages++ {
			if pages > 100 {
				t.Fatalf("%s: the pages do not end", c.ID)
			}
			r := a().get(next).is(200)
			var p page
			r.into(&p)
			if ct := r.Header().Get("Content-Type"); ct != "application/geo+json" {
				t.Errorf("%s: %s", c.ID, ct)
			}
			if p.Type != "FeatureCollection" || p.Features == nil || rel(p.Links, "self") == "" || p.NumberReturned == nil || *p.NumberReturned != len(p.Features) || len(p.Features) > 1 {
				t.Errorf("%s: %s", c.ID, r.Body)
			}
			for _, f := range p.Features {
				if f.Type != "Feature" || f.ID == "" || f.Properties == nil || seen[f.ID] {
					t.Errorf("%s: %+v", c.ID, f)
				}
				seen[f.ID] = true
				var one feature
				r := a().get(items + "/" + url.PathEscape(f.ID)).is(200).into(&one)
				if one.ID != f.ID || rel(one.Links, "self") == "" || rel(one.Links, "collection") == "" || !strings.Contains(r.Body.String(), `"geometry":`) {
					t.Errorf("%s: %s", c.ID, r.Body)
				}
			}
			next = ""
			if href := rel(p.Links, "next"); href != "" {
				next = local(t, href)
			}
		}
		want := map[string]int{"observations": 3, "cases": 1, "zones": 1, "lines": 1}[c.ID]
		if len(seen) < want {
			t.Errorf("%s: %d features", c.ID, len(seen))
		}
		a().get(items + "/none").is(404)
		for _, bad := range []string{"?limit=0", "?limit=x", "?bbox=1,2,3", "?bbox=5,0,1,1", "?datetime=yesterday", "?datetime=2018-01-01T00:00:00Z/2017-01-01T00:00:00Z", "?other=1"} {
			if r := a().get(items + bad); r.Code != 400 {
				t.Errorf("%s%s: %d", c.ID, bad, r.Code)
			}
		}
		a().get(items + "?limit=10000").is(200)
	}
	count := func(name, query string) int {
		t.Helper()
		var p page
		e.as(name).get("/api/features/collections/observations/items" + query).is(200).into(&p)
		return len(p.Features)
	}
	for query, want := range map[string]int{"?bbox=36,32.7,36.2,32.8": 3, "?bbox=36.12,32.7,36.2,32.8": 0, "?bbox=30,30,31,31": 0, "?datetime=2017-11-15T09:30:00Z": 3, "?datetime=2017-11-15T00:00:00Z/..": 3,
		"?datetime=../2017-11-14T00:00:00Z": 0, "?datetime=2017-11-16T00:00:00Z/2017-11-17T00:00:00Z": 0} {
		if n := count("duty", query); n != want {
			t.Errorf("%s: %d and not %d", query, n, want)
		}
	}
	// At a lower tier: the cell, never a point in it.
	e.Classify(obs[0], truce.TierPublic, "ordinary")
	if n := count("", ""); n != 0 {
		t.Errorf("%d before the delay", n)
	}
	e.Later(73 * time.Hour)
	var p page
	r := e.as("").get("/api/features/collections/observations/items").is(200).into(&p)
	if len(p.Features) != 1 || p.Features[0].Geometry == nil || p.Features[0].Geometry.Type != "Polygon" || strings.Contains(r.Body.String(), "32.75") {
		t.Errorf("%s", r.Body)
	}
	if r := e.as("duty").get("/api/features/collections/observations/items/" + string(obs[0])).is(200); !strings.Contains(r.Body.String(), `"Point"`) {
		t.Error(r.Body)
	}
}
