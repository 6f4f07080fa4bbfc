package api

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"truce"
	"truce/internal/access"
	"truce/internal/mechanism"
)

// Link is a link of OGC API - Features.
type Link struct {
	Href  string `json:"href"`
	Rel   string `json:"rel"`
	Type  string `json:"type,omitempty"`
	Title string `json:"title,omitempty"`
}

// Landing is where a program that reads maps begins.
type Landing struct {
	Title       string `json:"title" access:"open"`
	Description string `json:"description" access:"open"`
	Links       []Link `json:"links" access:"existence"`
}

// Conformance names the standards that are followed.
type Conformance struct {
	ConformsTo []string `json:"conformsTo" access:"existence"`
}

// Collections lists what there is.
type Collections struct {
	Links       []Link       `json:"links" access:"existence"`
	Collections []Collection `json:"collections" access:"each"`
}

// Collection is one of them.
type Collection struct {
	ID          string   `json:"id" access:"existence"`
	Title       string   `json:"title" access:"open"`
	Description string   `json:"description" access:"open"`
	ItemType    string   `json:"itemType" access:"existence"`
	CRS         []string `json:"crs" access:"existence"`
	Links       []Link   `json:"links" access:"existence"`
}

// Features is a page of a collection (RFC 7946).
type Features[P any] struct {
	Type     string       `json:"type" access:"existence"`
	Features []Feature[P] `json:"features" access:"each"`
	Links    []Link       `json:"links" access:"existence"`
	Returned int          `json:"numberReturned" access:"existence"`
}

// Feature is one thing on the map. Where its exact place may not be seen, its geometry is the fixed coarse cell it lies in; where that may not be seen
// either, there is none.
type Feature[P any] struct {
	Type       string    `json:"type" access:"existence"`
	ID         string    `json:"id" access:"existence"`
	Geometry   *Geometry `json:"geometry" access:"where-coarse"`
	Properties P         `json:"properties" access:"each"`
	Links      []Link    `json:"links,omitempty" access:"existence"`
}

// Geometry is one of GeoJSON, in degrees.
type Geometry struct {
	Type        string `json:"type"`
	Coordinates any    `json:"coordinates"`
}

// Shape is what a feature of an agreement says.
type Shape struct {
	ID           truce.PlaceID `json:"id" access:"open"`
	Kind         string        `json:"kind" access:"open"`
	Name         string        `json:"name,omitempty" access:"open"`
	Illustrative bool          `json:"illustrative,omitempty" access:"open" doc:"Drawn for an example, and nobody's official line."`
	Version      string        `json:"version" access:"open"`
}

func (Features[P]) ContentType(string) string { return "application/geo+json" }
func (Feature[P]) ContentType(string) string  { return "application/geo+json" }

// features is where maps begin.
const features = "/api/features"

const crs84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"

// collections are those that can be read, in order.
var collections = []struct{ id, title, says string }{
	{"zones", "Zones", "The areas of the agreement in force."},
	{"lines", "Lines", "The lines of the agreement in force."},
	{"places", "Places", "The points of the agreement in force."},
	{"observations", "Observations", "What was reported, as far as you may see it: the exact place, or the fixed coarse cell."},
	{"cases", "Cases", "Cases, where a record they cite has a place that you may see."},
	{"outcomes", "Outcomes", "What rules say, where it has a place that you may see."},
}

// DefaultItems is how many features a page has where nobody says. See docs/limits.md.
const DefaultItems = 100

// items is what a collection is asked for.
type items struct {
	Limit    int    `query:"limit" minimum:"1" maximum:"10000" doc:"How many at most; a page has no more than 500."`
	BBox     string `query:"bbox" maxLength:"200" doc:"West,south,east,north in degrees."`
	DateTime string `query:"datetime" maxLength:"100" doc:"A time, or two with / between, of which one may be .. for open."`
	Cursor   string `query:"cursor" maxLength:"200" doc:"From the link to the next page."`
	F        string `query:"f" enum:"json,geojson" doc:"For programs that ask so."`
}

func (s *server) aboutFeatures() {
	const tag = "Maps (OGC API - Features)"
	const root = features
	type Plain struct {
		F string `query:"f" enum:"json" doc:"For programs that ask so."`
	}
	get := func(id, path, says string, kind access.Kind) route {
		return route{id: id, method: http.MethodGet, path: root + path, tag: tag, act: access.ActRead, kind: kind, says: says}
	}
	add(s, get("landing", "", "Where a program that reads maps begins.", access.KindAgreement), func(_ context.Context, c *caller, _ *Plain) (Landing, error) {
		return Landing{"truce", "Zones, lines, observations, cases and outcomes, as far as you may see them.", []Link{
			s.link(c, root, "self", "application/json"), s.link(c, "/api/openapi.json", "service-desc", "application/vnd.oai.openapi+json;version=3.1"),
			s.link(c, root+"/conformance", "conformance", "application/json"), s.link(c, root+"/collections", "data", "application/json")}}, nil
	})
	add(s, get("conformance", "/conformance", "Names the standards that are followed.", access.KindAgreement), func(context.Context, *caller, *Plain) (Conformance, error) {
		const class = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/"
		return Conformance{[]string{class + "core", class + "geojson"}}, nil
	})
	add(s, get("list-collections", "/collections", "Lists the collections.", access.KindAgreement), func(_ context.Context, c *caller, _ *Plain) (Collections, error) {
		out := Collections{Links: []Link{s.link(c, root+"/collections", "self", "application/json")}}
		for _, x := range collections {
			out.Collections = append(out.Collections, s.collection(c, x.id, x.title, x.says))
		}
		return out, nil
	})
	type one struct {
		ByID
		Plain
	}
	add(s, get("get-collection", "/collections/{id}", "Describes a collection.", access.KindAgreement), func(_ context.Context, c *caller, in *one) (Collection, error) {
		for _, x := range collections {
			if x.id == in.ID {
				return s.collection(c, x.id, x.title, x.says), nil
			}
		}
		return Collection{}, of(truce.NotFound)
	})
	for _, x := range collections[:3] {
		add(s, get("list-"+x.id, "/collections/"+x.id+"/items", x.says, access.KindAgreement), func(_ context.Context, c *caller, in *items) (Features[Shape], error) {
			return s.shapes(c, x.id, in)
		})
	}
	type item struct {
		Collection string `path:"collection" maxLength:"40"`
		ID         string `path:"id" maxLength:"100"`
		F          string `query:"f" enum:"json,geojson"`
	}
	type of1 struct {
		ByID
		F string `query:"f" enum:"json,geojson"`
	}
	add(s, get("get-agreement-shape", "/collections/{collection}/items/{id}", "Gives one zone, line or place.", access.KindAgreement), func(_ context.Context, c *caller, in *item) (Feature[Shape], error) {
		all, err := s.shapes(c, in.Collection, &items{Limit: 10_000})
		if err != nil {
			return Feature[Shape]{}, err
		}
		for _, f := range all.Features {
			if f.ID == in.ID {
				f.Links = s.itemLinks(c, in.Collection, f.ID)
				return f, nil
			}
		}
		return Feature[Shape]{}, of(truce.NotFound)
	})
	add(s, get("list-observation-features", "/collections/observations/items", collections[3].says, access.KindObservation),
		func(ctx context.Context, c *caller, in *items) (Features[mechanism.Observation], error) {
			q, err := in.search()
			if err != nil {
				return Features[mechanism.Observation]{}, err
			}
			page, err := s.m.Observations(ctx, c.Viewer, q)
			if err != nil {
				return Features[mechanism.Observation]{}, err
			}
			return mapped(s, c, "observations", page.Items, page.Next, observed), nil
		})
	add(s, get("get-observation-feature", "/collections/observations/items/{id}", "Gives one observation as a feature.", access.KindObservation),
		func(ctx context.Context, c *caller, in *of1) (Feature[mechanism.Observation], error) {
			o, err := s.m.Observation(ctx, c.Viewer, truce.RecordID(in.ID))
			if err != nil {
				return Feature[mechanism.Observation]{}, err
			}
			f := observed(o)
			f.Links = s.itemLinks(c, "observations", f.ID)
			return f, nil
		})
	add(s, get("list-outcome-features", "/collections/outcomes/items", collections[5].says, access.KindOutcome),
		func(ctx context.Context, c *caller, in *items) (Features[mechanism.Outcome], error) {
			q, err := in.search()
			if err != nil {
				return Features[mechanism.Outcome]{}, err
			}
			page, err := s.m.Outcomes(ctx, c.Viewer, mechanism.OutcomeSearch{Lang: c.language, Cursor: q.Cursor, Limit: q.Limit})
			if err != nil {
				return Features[mechanism.Outcome]{}, err
			}
			// A box and a time ask of outcomes what their answers show; a page may be short, and its link leads on.
			list := slices.DeleteFunc(page.Items, func(o mechanism.Outcome) bool {
				return q.Box != nil && !inBox(q.Box, concluded(o).Geometry) || q.From.Stated() && (o.To == "" || o.To < q.From.String()) || q.To.Stated() && (o.From == "" || o.From > q.To.String())
			})
			return mapped(s, c, "outcomes", list, page.Next, concluded), nil
		})
	add(s, get("get-outcome-feature", "/collections/outcomes/items/{id}", "Gives one outcome as a feature.", access.KindOutcome),
		func(ctx context.Context, c *caller, in *of1) (Feature[mechanism.Outcome], error) {
			o, err := s.m.Outcome(ctx, c.Viewer, truce.RecordID(in.ID), c.language)
			if err != nil {
				return Feature[mechanism.Outcome]{}, err
			}
			f := concluded(o)
			f.Links = s.itemLinks(c, "outcomes", f.ID)
			return f, nil
		})
	add(s, get("list-case-features", "/collections/cases/items", collections[4].says, access.KindCase), func(ctx context.Context, c *caller, in *items) (Features[mechanism.Case], error) {
		q, err := in.search()
		if err != nil {
			return Features[mechanism.Case]{}, err
		}
		all := s.m.Cases(c.Viewer, "", c.language)
		if q.Cursor != "" {
			b, err := decode(q.Cursor)
			if err != nil {
				return Features[mechanism.Case]{}, invalid("query.cursor", "this is no cursor of this list")
			}
			all = slices.DeleteFunc(all, func(k mechanism.Case) bool { return !older(k.ID, truce.CaseID(b)) })
		}
		list, next := []Feature[mechanism.Case]{}, ""
		for i, k := range all {
			if len(list) == q.Limit {
				next = encode([]byte(all[i-1].ID))
				break
			}
			f := s.filed(ctx, c, k)
			if q.Box != nil && !inBox(q.Box, f.Geometry) || q.From.Stated() && (k.Updated == "" || k.Updated < q.From.String()) || q.To.Stated() && (k.Opened == "" || k.Opened > q.To.String()) {
				continue
			}
			list = append(list, f)
		}
		return s.page(c, "cases", list, next), nil
	})
	add(s, get("get-case-feature", "/collections/cases/items/{id}", "Gives one case as a feature.", access.KindCase), func(ctx context.Context, c *caller, in *of1) (Feature[mechanism.Case], error) {
		k, err := s.m.Case(ctx, c.Viewer, truce.CaseID(in.ID), c.language)
		if err != nil {
			return Feature[mechanism.Case]{}, err
		}
		k.Steps, k.Next = nil, nil
		f := s.filed(ctx, c, k)
		f.Links = s.itemLinks(c, "cases", f.ID)
		return f, nil
	})
}

// search reads the parameters of the standard.
func (in *items) search() (mechanism.Search, error) {
	out := mechanism.Search{Cursor: in.Cursor, Limit: in.Limit}
	if out.Limit == 0 {
		out.Limit = DefaultItems
	}
	out.Limit = min(out.Limit, MaxPage)
	var err error
	if out.Box, err = boxOf("query.bbox", in.BBox); err != nil {
		return out, err
	}
	if in.DateTime == "" {
		return out, nil
	}
	from, to, between := strings.Cut(in.DateTime, "/")
	if !between {
		to = from
	}
	if from == ".." {
		from = ""
	}
	if to == ".." {
		to = ""
	}
	if out.From, err = instantOf("query.datetime", from); err != nil {
		return out, err
	}
	out.To, err = instantOf("query.datetime", to)
	if between && out.From.Stated() && out.To.Stated() && out.To < out.From {
		return out, invalid("query.datetime", "it ends before it begins")
	}
	return out, err
}

// href makes an address whole, where it is known what people type.
func (s *server) href(c *caller, path string) string {
	if s.Origin != "" {
		return strings.TrimSuffix(s.Origin, "/") + path
	}
	return "http://" + c.r.Host + path
}

func (s *server) link(c *caller, path, rel, media string) Link {
	return Link{Href: s.href(c, path), Rel: rel, Type: media}
}

func (s *server) collection(c *caller, id, title, says string) Collection {
	at := features + "/collections/" + id
	return Collection{ID: id, Title: title, Description: says, ItemType: "feature", CRS: []string{crs84},
		Links: []Link{s.link(c, at, "self", "application/json"), s.link(c, at+"/items", "items", "application/geo+json")}}
}

func (s *server) itemLinks(c *caller, collection, id string) []Link {
	at := features + "/collections/" + collection
	return []Link{s.link(c, at+"/items/"+url.PathEscape(id), "self", "application/geo+json"), s.link(c, at, "collection", "application/json")}
}

func (s *server) pageLinks(c *caller, collection, next string) []Link {
	at := features + "/collections/" + collection
	self := at + "/items"
	q := c.r.URL.Query()
	if len(q) > 0 {
		self += "?" + q.Encode()
	}
	out := []Link{s.link(c, self, "self", "application/geo+json"), s.link(c, at, "collection", "application/json")}
	if next != "" {
		q.Set("cursor", next)
		out = append(out, s.link(c, at+"/items?"+q.Encode(), "next", "application/geo+json"))
	}
	return out
}

func mapped[P any](s *server, c *caller, collection string, list []P, next string, make func(P) Feature[P]) Features[P] {
	out := Features[P]{Type: "FeatureCollection", Features: []Feature[P]{}, Links: s.pageLinks(c, collection, next), Returned: len(list)}
	for _, p := range list {
		out.Features = append(out.Features, make(p))
	}
	return out
}

func (s *server) page(c *caller, collection string, list []Feature[mechanism.Case], next string) Features[mechanism.Case] {
	return Features[mechanism.Case]{Type: "FeatureCollection", Features: list, Links: s.pageLinks(c, collection, next), Returned: len(list)}
}

func observed(o mechanism.Observation) Feature[mechanism.Observation] {
	return Feature[mechanism.Observation]{Type: "Feature", ID: string(o.ID), Geometry: geometry(o.Place, o.Cell), Properties: o}
}

func concluded(o mechanism.Outcome) Feature[mechanism.Outcome] {
	o.Why = nil // the map has no room for reasons
	return Feature[mechanism.Outcome]{Type: "Feature", ID: string(o.ID), Geometry: geometry(o.Place, nil), Properties: o}
}

// filed puts a case where the first record that it cites lies, as far as the asker may see the record.
func (s *server) filed(ctx context.Context, c *caller, k mechanism.Case) Feature[mechanism.Case] {
	f := Feature[mechanism.Case]{Type: "Feature", ID: string(k.ID), Properties: k}
	for _, id := range k.Cites[:min(len(k.Cites), 4)] {
		if o, err := s.m.Observation(ctx, c.Viewer, id); err == nil {
			f.Geometry = geometry(o.Place, o.Cell)
		} else if o, err := s.m.Outcome(ctx, c.Viewer, id, c.language); err == nil {
			f.Geometry = geometry(o.Place, nil)
		}
		if f.Geometry != nil {
			break
		}
	}
	return f
}

// geometry gives the exact place where it is seen, else the cell.
func geometry(p *mechanism.Place, cell *mechanism.Cell) *Geometry {
	switch {
	case p != nil && p.Kind == "line" && len(p.Path) > 1:
		return &Geometry{"LineString", p.Path}
	case p != nil && p.Kind == "area" && len(p.Path) > 2:
		ring := slices.Clone(p.Path)
		return &Geometry{"Polygon", [][][2]float64{append(ring, ring[0])}}
	case p != nil && (p.Lat != 0 || p.Lon != 0):
		return &Geometry{"Point", [2]float64{p.Lon, p.Lat}}
	case cell != nil:
		return &Geometry{"Polygon", [][][2]float64{{{cell.West, cell.South}, {cell.East, cell.South}, {cell.East, cell.North}, {cell.West, cell.North}, {cell.West, cell.South}}}}
	}
	return nil
}

// inBox reports whether any corner of a geometry lies in a box, or the box in its bounds.
func inBox(b *[4]float64, g *Geometry) bool {
	if g == nil {
		return false
	}
	w, so, e, n := 181.0, 91.0, -181.0, -91.0
	grow := func(p [2]float64) { w, so, e, n = min(w, p[0]), min(so, p[1]), max(e, p[0]), max(n, p[1]) }
	switch x := g.Coordinates.(type) {
	case [2]float64:
		grow(x)
	case [][2]float64:
		for _, p := range x {
			grow(p)
		}
	case [][][2]float64:
		for _, r := range x {
			for _, p := range r {
				grow(p)
			}
		}
	case [][][][2]float64:
		for _, poly := range x {
			for _, r := range poly {
				for _, p := range r {
					grow(p)
				}
			}
		}
	}
	return w <= b[2] && e >= b[0] && so <= b[3] && n >= b[1]
}

// shapes lists the features of the agreement in force. Its geometry is public, so it has numbers for cursors.
func (s *server) shapes(c *caller, collection string, in *items) (Features[Shape], error) {
	q, err := in.search()
	if err != nil {
		return Features[Shape]{}, err
	}
	skip := 0
	if q.Cursor != "" {
		b, err := decode(q.Cursor)
		if err == nil {
			skip, err = strconv.Atoi(string(b))
		}
		if err != nil || skip < 0 {
			return Features[Shape]{}, invalid("query.cursor", "this is no cursor of this list")
		}
	}
	a, ok := s.m.Current()
	if !ok {
		return Features[Shape]{Type: "FeatureCollection", Features: []Feature[Shape]{}, Links: s.pageLinks(c, collection, "")}, nil
	}
	var list []Feature[Shape]
	next := ""
	for i, p := range a.Plan.Agreement.Places {
		g, belongs := shapeOf(p)
		if i < skip || belongs != collection || q.Box != nil && !inBox(q.Box, g) {
			continue
		}
		if len(list) == q.Limit {
			next = encode([]byte(strconv.Itoa(i)))
			break
		}
		list = append(list, Feature[Shape]{Type: "Feature", ID: string(p.ID), Geometry: g, Properties: Shape{p.ID, string(p.Kind), p.Name.In(c.language), p.Illustrative, string(a.Plan.Agreement.Version)}})
	}
	if list == nil {
		list = []Feature[Shape]{}
	}
	if !slices.Contains([]string{"zones", "lines", "places"}, collection) {
		return Features[Shape]{}, of(truce.NotFound)
	}
	return Features[Shape]{Type: "FeatureCollection", Features: list, Links: s.pageLinks(c, collection, next), Returned: len(list)}, nil
}

// shapeOf gives the geometry of a feature of an agreement, and the collection it belongs to.
func shapeOf(p truce.Feature) (*Geometry, string) {
	at := func(q truce.Position) [2]float64 { return [2]float64{q.Lon.Degrees(), q.Lat.Degrees()} }
	path := func(list []truce.Position) (out [][2]float64) {
		for _, q := range list {
			out = append(out, at(q))
		}
		return out
	}
	switch {
	case len(p.Polygons) > 0:
		var all [][][][2]float64
		for _, poly := range p.Polygons {
			var rings [][][2]float64
			for _, ring := range poly {
				r := path(ring)
				rings = append(rings, append(r, r[0]))
			}
			all = append(all, rings)
		}
		if len(all) == 1 {
			return &Geometry{"Polygon", all[0]}, "zones"
		}
		return &Geometry{"MultiPolygon", all}, "zones"
	case len(p.Lines) > 0:
		var all [][][2]float64
		for _, l := range p.Lines {
			all = append(all, path(l))
		}
		if len(all) == 1 {
			return &Geometry{"LineString", all[0]}, "lines"
		}
		return &Geometry{"MultiLineString", all}, "lines"
	}
	return &Geometry{"Point", at(p.At)}, "places"
}
