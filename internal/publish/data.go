package publish

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"truce"
	"truce/geo"
	"truce/internal/lang"
	"truce/internal/seal"
	"truce/verify"
)

// note stands at the head of every data file.
const note = "Places are fixed coarse cells, never finer; published is the tick at which the log grew, never when something happened; day is a day of UTC. " +
	"What is marked simulated was invented for a demonstration or an exercise. Nothing here says that what is not listed did not happen."

// data are the files for programs.
func (s *Site) data(f *frame, told []*story, from seal.Hash) []thing {
	tables := sync.OnceValues(func() ([2][]byte, error) { return s.tables(told) })
	return []thing{
		file("data/findings.csv", from, func() ([]byte, error) { b, err := tables(); return b[0], err }),
		file("data/outcomes.csv", from, func() ([]byte, error) { b, err := tables(); return b[1], err }),
		file("data/findings.geojson", from, func() ([]byte, error) { return s.geoJSON(f, told) }),
		file("data/articles.json", s.from(from.String(), f.mark()), func() ([]byte, error) { return s.articlesJSON(f, told) }),
	}
}

// state is what became of an entry.
func state(x *story, e *entry) string {
	switch {
	case e == x.last():
		return "stands"
	case x.gone() && e == x.newest():
		return "withdrawn"
	}
	return "superseded"
}

func number(n int64) string { return strconv.FormatInt(n, 10) }

// table is a data file of rows under the note.
type table struct {
	bytes.Buffer
	w *csv.Writer
}

func newTable(head ...string) *table {
	t := &table{}
	fmt.Fprintf(t, "# %s\n", note)
	t.w = csv.NewWriter(t)
	t.add(head...)
	return t
}

func (t *table) add(cells ...string) { _ = t.w.Write(cells) } // a buffer takes everything

func (t *table) done() []byte {
	t.w.Flush()
	return t.Bytes()
}

// tables are data/findings.csv and data/outcomes.csv. The first has a row for each finding as it was published, also those that were superseded; the second one for each
// outcome and each choice of readings, of the outcomes that findings rest on and of those that were published by themselves.
func (s *Site) tables(told []*story) (out [2][]byte, err error) {
	findings := newTable("leaf", "published", "state", "simulated", "case", "finding", "agreement", "version", "article", "rule", "kind", "occurrence", "standard", "confidence", "intent", "severity",
		"attribution", "attributed_to", "attribution_standard", "attribution_confidence", "day", "cell", "west", "south", "east", "north", "signed", "asked", "document")
	outcomes := newTable("leaf", "published", "state", "simulated", "case", "record", "agreement", "version", "article", "rule", "subject", "day", "cell", "readings", "result", "possible", "turns_on")
	outcome := func(x *story, e *entry, id string, d *verify.OutcomeDocument) {
		for _, said := range d.Said {
			outcomes.add(number(e.index), e.At().String(), state(x, e), strconv.FormatBool(d.Simulated), id, d.Record, d.Agreement, d.Version, d.Article, d.Rule, d.Subject, d.Day, d.Cell,
				strings.Join(said.Readings, " "), said.Result, strings.Join(said.Possible, "; "), strings.Join(d.Turns, " "))
		}
	}
	for _, x := range told {
		for _, e := range x.entries {
			if e.Kind != verify.Finding {
				continue
			}
			var d verify.FindingDocument
			var c verify.Conclusion
			if err = s.book.document(e, &d); err == nil {
				err = verify.Decode(d.Conclusion, &c)
			}
			if err != nil {
				return out, err
			}
			a := verify.Attribution{}
			if c.Attribution != nil {
				a = *c.Attribution
			}
			of := brief{}
			for i := range d.Outcomes {
				of.add(&d.Outcomes[i])
				outcome(x, e, c.Case, &d.Outcomes[i])
			}
			w, so, ea, n, _ := edges(of.Cell)
			findings.add(number(e.index), e.At().String(), state(x, e), strconv.FormatBool(c.Simulated), c.Case, strconv.Itoa(c.Number), c.Agreement, c.Version, cmp.Or(c.Article, of.Article), c.Rule, c.Kind, c.Occurrence, c.Standard,
				c.Confidence, c.Intent, c.Severity, a.Result, strings.Join(a.By, " "), a.Standard, a.Confidence, of.Day, of.Cell, w, so, ea, n, strconv.Itoa(int(e.Signed)), strconv.Itoa(int(e.Asked)), e.Body.String())
		}
	}
	for _, x := range told {
		for _, e := range x.entries {
			if e.Kind != verify.Outcome {
				continue
			}
			var d verify.OutcomeDocument
			if err := s.book.document(e, &d); err != nil {
				return out, err
			}
			outcome(x, e, "", &d)
		}
	}
	return [2][]byte{findings.done(), outcomes.done()}, nil
}

// cellOf reads a coarse cell.
func cellOf(s string) (c geo.Cell, ok bool) {
	n, err := fmt.Sscanf(s, "%d,%d,%d", &c.Lon, &c.Lat, &c.Width)
	return c, err == nil && n == 3 && c.Valid()
}

// geoJSON has the cells of the findings that stand.
func (s *Site) geoJSON(f *frame, told []*story) ([]byte, error) {
	type geometry struct {
		Type        string         `json:"type"`
		Coordinates [][][2]float64 `json:"coordinates"`
	}
	type feature struct {
		Type       string         `json:"type"`
		Geometry   *geometry      `json:"geometry"`
		Properties map[string]any `json:"properties"`
	}
	out := struct {
		Type     string    `json:"type"`
		Note     string    `json:"note"`
		Origin   string    `json:"origin"`
		Features []feature `json:"features"`
	}{"FeatureCollection", note, f.Origin, []feature{}}
	for _, x := range told {
		if x.kind != verify.Finding || x.gone() {
			continue
		}
		e, b := x.newest(), &x.brief
		one := feature{Type: "Feature", Properties: map[string]any{"leaf": e.index, "published": e.At().String(), "simulated": b.Simulated, "case": b.Case, "article": b.Article, "rule": b.Rule, "kind": b.Kind,
			"occurrence": b.Occurrence, "day": b.Day, "cell": b.Cell, "results": b.Results}}
		if c, ok := cellOf(b.Cell); ok {
			var ring [][2]float64
			for _, p := range c.Ring() {
				ring = append(ring, [2]float64{p.Lon.Degrees(), p.Lat.Degrees()})
			}
			one.Geometry = &geometry{"Polygon", [][][2]float64{append(ring, ring[0])}} // RFC 7946 closes a ring
		}
		out.Features = append(out.Features, one)
	}
	return lines(out)
}

// lines writes JSON for programs and for whoever opens it.
func lines(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	err := e.Encode(v)
	return b.Bytes(), err
}

// articlesJSON says how each article stands.
func (s *Site) articlesJSON(f *frame, told []*story) ([]byte, error) {
	type article struct {
		Article      string            `json:"article"`
		Title        map[string]string `json:"title"`
		ReadByPeople bool              `json:"read_by_people"`
		Confirmed    int               `json:"confirmed"`
		NotConfirmed int               `json:"not_confirmed"`
		Undetermined int               `json:"undetermined"`
		Results      map[string]int    `json:"results"`
		Turns        []string          `json:"turns_on"`
	}
	v := s.book.current()
	out := struct {
		Note      string    `json:"note"`
		Origin    string    `json:"origin"`
		Agreement string    `json:"agreement"`
		Version   string    `json:"version"`
		Text      string    `json:"text"`
		Simulated bool      `json:"simulated"`
		Articles  []article `json:"articles"`
	}{note, f.Origin, v.Agreement, v.Version, v.Leaf.Text.String(), f.Simulated, []article{}}
	of := byArticle(told)
	for i := range v.plan.Agreement.Articles {
		a := &v.plan.Agreement.Articles[i]
		one := article{Article: string(a.ID), Title: map[string]string{}, Results: map[string]int{}}
		var r row
		for _, l := range lang.Languages {
			r = rowOf(a, l, of[string(a.ID)])
			one.Title[l] = r.Title
		}
		one.ReadByPeople, one.Confirmed, one.NotConfirmed, one.Undetermined, one.Turns = r.Read, r.Confirmed, r.NotConfirmed, r.Open, append([]string{}, r.Turns...)
		for _, c := range r.Results {
			one.Results[c.Word] = c.N
		}
		out.Articles = append(out.Articles, one)
	}
	return lines(out)
}

// The feed, as RFC 4287 has it.
type (
	atomFeed struct {
		XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
		Lang    string      `xml:"xml:lang,attr"`
		ID      string      `xml:"id"`
		Title   string      `xml:"title"`
		Updated string      `xml:"updated"`
		Author  string      `xml:"author>name"`
		Links   []atomLink  `xml:"link"`
		Entries []atomEntry `xml:"entry"`
	}
	atomLink struct {
		Rel  string `xml:"rel,attr"`
		Type string `xml:"type,attr"`
		Href string `xml:"href,attr"`
	}
	atomEntry struct {
		ID      string   `xml:"id"`
		Title   string   `xml:"title"`
		Updated string   `xml:"updated"`
		Link    atomLink `xml:"link"`
		Summary string   `xml:"summary"`
	}
)

// ni names something by its digest (RFC 6920): the name stays wherever the site lies.
func ni(d seal.Hash) string { return "ni:///sha-256;" + base64.RawURLEncoding.EncodeToString(d[:]) }

// item is a leaf that the feed tells of.
type item struct {
	*entry
	story *story
	what  string
	page  string
}

// feed has what was published last: findings, outcomes, reports, corrections, texts and pauses. Its times are ticks.
func (s *Site) feed(language string, f *frame, told []*story) ([]byte, error) {
	l, err := s.look(language, s.book.current())
	if err != nil {
		return nil, err
	}
	say := func(id string, args ...truce.Arg) string { return l.p.Say(truce.Phrase{ID: id, Args: args}) }
	out := atomFeed{Lang: language, ID: ni(seal.Bytes([]byte("truce/feed/v1\n" + f.Origin + "\n" + language))), Title: say("publish.feed.title", truce.Str(f.Title.In(language))), Author: f.Origin,
		Links: []atomLink{{"alternate", "text/html", "index.html"}}, Updated: truce.Instant(0).String()}
	if f.Simulated {
		out.Title += " · " + say("report.label.simulated")
	}
	for n, x := range s.items(told) {
		if n == 0 {
			out.Updated = x.At().String()
		}
		title := x.title(l.p)
		h := seal.LeafHash(x.Bytes())
		if x.story != nil && x.story.brief.Simulated {
			title += " · " + say("report.label.simulated")
		}
		out.Entries = append(out.Entries, atomEntry{ID: ni(h), Title: title, Updated: x.At().String(), Link: atomLink{"alternate", "text/html", x.page},
			Summary: say("publish.feed.leaf", truce.NumArg(x.index), truce.Str(x.Body.String()))})
	}
	b, err := xml.MarshalIndent(out, "", " ")
	return append([]byte(xml.Header), append(b, '\n')...), err
}
