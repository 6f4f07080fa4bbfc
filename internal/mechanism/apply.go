package mechanism

import (
	"errors"
	"slices"

	"truce"
	"truce/geo"
	"truce/internal/casefile"
	"truce/internal/live"
	"truce/internal/record"
	"truce/internal/vault"
	"truce/internal/view"
)

// apply lets each part take in one record, and makes the view's row of it. A step that was not possible when it was recorded changes nothing: it
// stays in the journal as what somebody tried. The lock is held.
func (m *Mechanism) apply(r *truce.Record, g vault.Groups, said any) error {
	row := view.Row{Seq: r.Seq, ID: r.ID, Kind: r.Kind, Tier: r.Tier, Author: r.Author, Version: r.Version, Claimed: r.Claimed, Received: r.Received,
		Recorded: r.Recorded, Erased: g.Erased()}
	if err := m.Directory.Apply(r, g); err != nil {
		return err
	}
	m.latest = max(m.latest, r.Recorded)
	var at *spot
	switch x := said.(type) {
	case record.Observation:
		at = observationRow(&row, x)
	case record.Positions:
		at = positionsRow(&row, x)
	case record.Outcome:
		at = outcomeRow(&row, x)
	}
	m.standings.heard(row, said) // before the rules are told of it, who call things by other names
	m.tellRules(func(live Evaluator) { live.Apply(r, said) })
	m.suspect = m.suspect || r.Kind == truce.RecordErasure
	var err error
	switch r.Kind {
	case truce.RecordAgreement:
		err = m.adopt(r, g)
	case truce.RecordClass:
		err = m.places.classified(m.Directory, r, g)
	case truce.RecordStep:
		err = m.stepRow(&row, r, g)
	case truce.RecordStatement:
		err = m.statementRow(&row, r, g)
	case truce.RecordQuery:
		err = m.queryRow(&row, r, g)
	case truce.RecordReport:
		err = reportRow(&row, r, g)
	case truce.RecordMedia:
		err = mediaRow(&row, r, g)
	case truce.RecordCustody:
		err = custodyRow(&row, r, g)
	case truce.RecordPerson, truce.RecordGrant:
		err = personRow(&row, r, g)
	}
	if err != nil {
		return err
	}
	effect, err := m.custody.Apply(r, g)
	if err != nil {
		return err
	}
	m.due.Erase, m.due.Blobs = append(m.due.Erase, effect.Erase...), append(m.due.Blobs, effect.Blobs...)
	m.places.take(&row, m.Directory.Thing(&truce.Record{Kind: r.Kind, Tier: r.Tier, Author: r.Author}), at)
	if _, twice := m.waiting[row.ID]; !twice {
		m.waiting[row.ID] = len(m.pending)
	}
	m.pending = append(m.pending, row)
	return m.publish(r, g, effect)
}

func observationRow(row *view.Row, o record.Observation) *spot {
	row.Simulated = o.Simulated
	if o.Content == nil {
		return nil
	}
	h := &view.Happened{Kind: o.Kind, Word: o.Content.What, First: view.DayOf(o.Content.When.From), Last: view.DayOf(o.Content.When.To)}
	if c, ok := cellOf(o.Content.Where); ok {
		h.HasCell, h.Lon, h.Lat = true, c.Lon, c.Lat
	}
	row.Happened, row.HasPlace = h, o.Content.Where.Kind != truce.PlaceUnknown
	return &spot{place: o.Content.Where, kind: uint8(o.Kind), word: word{text: o.Content.What}}
}

// cellOf gives the coarse cell of a place, where it has a position.
func cellOf(p truce.Place) (geo.Cell, bool) {
	at := p.At
	switch {
	case p.Kind == truce.PlaceUnknown:
		return geo.Cell{}, false
	case at == (truce.Position{}) && len(p.Path) > 0:
		at = p.Path[0]
	case at == (truce.Position{}) && p.Kind == truce.PlaceNamed:
		return geo.Cell{}, false
	}
	return geo.CellOf(at), true
}

func positionsRow(row *view.Row, p record.Positions) (at *spot) {
	row.Simulated, row.HasPlace = p.Simulated, true
	if len(p.Fixes) > 0 {
		h := &view.Happened{Kind: truce.KindPresence, First: view.DayOf(p.Fixes[0].At), Last: view.DayOf(p.Fixes[0].At), HasCell: true}
		for _, f := range p.Fixes {
			h.First, h.Last = min(h.First, view.DayOf(f.At)), max(h.Last, view.DayOf(f.At))
		}
		c := geo.CellOf(p.Fixes[0].Pos)
		h.Lon, h.Lat = c.Lon, c.Lat
		row.Happened = h
		at = &spot{place: truce.Place{Kind: truce.PlacePoint, At: p.Fixes[0].Pos}, reach: reachOf(p.Fixes), kind: entryTrack}
	}
	return at
}

// reachOf gives a radius around the first position in which all of them lie. It is found from the corners of their box: there may be millions.
func reachOf(fixes []truce.Fix) float32 {
	sw, ne, most := fixes[0].Pos, fixes[0].Pos, float32(0)
	for _, f := range fixes {
		sw.Lon, sw.Lat, ne.Lon, ne.Lat = min(sw.Lon, f.Pos.Lon), min(sw.Lat, f.Pos.Lat), max(ne.Lon, f.Pos.Lon), max(ne.Lat, f.Pos.Lat)
		most = max(most, f.Error)
	}
	far := max(geo.Distance(fixes[0].Pos, sw), geo.Distance(fixes[0].Pos, ne), geo.Distance(fixes[0].Pos, truce.Position{Lon: sw.Lon, Lat: ne.Lat}), geo.Distance(fixes[0].Pos, truce.Position{Lon: ne.Lon, Lat: sw.Lat}))
	return float32(far) + most
}

// stepRow applies a step to its case. Whoever is told of it is whom it is addressed to.
func (m *Mechanism) stepRow(row *view.Row, r *truce.Record, g vault.Groups) error {
	s, err := record.ReadStep(r, g)
	if err != nil {
		return err
	}
	row.Case, row.Simulated, row.Finding, row.HasPlace = s.Case, s.Simulated, s.Finding != nil || s.Attribution != nil, s.Where != ""
	for _, id := range s.Cites {
		row.Links = append(row.Links, view.Link{How: "cites", ID: id})
	}
	before := m.standing(s.Case)
	if err := m.book.Apply(r, s); err != nil {
		return passOver(err)
	}
	m.findingsChanged(before, m.standing(s.Case))
	row.Addressed = m.book.Told(s.Case)
	if c, ok := m.book.Case(s.Case); ok {
		for _, p := range c.Parties {
			if p.Told > 0 {
				row.Named = append(row.Named, p.Body)
			}
		}
	}
	return nil
}

// standing lists the findings of a case that are published and stand. The lock is held.
func (m *Mechanism) standing(id truce.CaseID) (out []live.Finding) {
	c, ok := m.book.Case(id)
	if !ok {
		return nil
	}
	for _, f := range c.Findings {
		if f.Published > 0 && f.Superseded == 0 {
			step := c.Steps[f.Published-1]
			out = append(out, live.Finding{Record: step.Record, Rule: c.Rule, Article: c.Article, Occurrence: f.Occurrence, Cites: f.Cites, At: step.At, Simulated: c.Simulated})
		}
	}
	return out
}

// findingsChanged lets rules that ask what the mechanism found know what became of a case's findings.
func (m *Mechanism) findingsChanged(before, after []live.Finding) {
	has := func(list []live.Finding, f live.Finding) bool {
		return slices.ContainsFunc(list, func(x live.Finding) bool { return x.Record == f.Record })
	}
	for _, f := range before {
		if !has(after, f) {
			m.suspect = true
			m.tellRules(Evaluator.Retract)
		}
	}
	for _, f := range after {
		if !has(before, f) {
			m.tellRules(func(live Evaluator) { live.Found(f) })
		}
	}
}

// passOver lets the follower go on behind a step that was not possible, and stops it for anything else.
func passOver(err error) error {
	var no *casefile.Refusal
	var stale *casefile.Stale
	if errors.As(err, &no) || errors.As(err, &stale) {
		return nil
	}
	return err
}

// statementRow takes up a statement. A disputed reading is for those who signed the text, and for those whose case it is disputed in.
func (m *Mechanism) statementRow(row *view.Row, r *truce.Record, g vault.Groups) error {
	s, err := record.ReadStatement(r, g)
	if err != nil {
		return err
	}
	row.Simulated, row.Case = s.Simulated, s.Case
	if s.Act == record.StatementDisputes {
		row.Addressed = m.signatories(r.Version)
		if c, ok := m.book.Case(s.Case); ok {
			for _, p := range c.Parties {
				if p.Told > 0 && !slices.Contains(row.Addressed, p.Body) {
					row.Addressed = append(row.Addressed, p.Body)
				}
			}
		}
	}
	for _, id := range s.Cites {
		row.Links = append(row.Links, view.Link{How: "cites", ID: id})
	}
	return nil
}

func reportRow(row *view.Row, r *truce.Record, g vault.Groups) error {
	x, err := record.ReadReport(r, g)
	if err != nil {
		return err
	}
	row.Simulated = x.Simulated
	if x.Of != "" {
		row.Links = append(row.Links, view.Link{How: "corrects", ID: x.Of})
	}
	return nil
}

func (m *Mechanism) queryRow(row *view.Row, r *truce.Record, g vault.Groups) error {
	q, err := record.ReadQuery(r, g)
	if err != nil {
		return err
	}
	row.Case, row.Simulated, row.Addressed, row.HasPlace = q.Case, q.Simulated, q.To, q.Where != ""
	for _, id := range q.Cites {
		row.Links = append(row.Links, view.Link{How: "cites", ID: id})
	}
	if err := m.book.ApplyQuery(r, q); err != nil {
		return passOver(err)
	}
	if q.Of != "" {
		row.Links = append(row.Links, view.Link{How: "of", ID: q.Of})
		if began, ok := m.book.Query(q.Of); ok {
			row.Case = began.Case
			row.Addressed = append(row.Addressed, began.From)
			for _, a := range began.To {
				row.Addressed = append(row.Addressed, a.Body)
			}
			slices.Sort(row.Addressed)
			row.Addressed = slices.Compact(row.Addressed)
		}
	}
	return nil
}

func personRow(row *view.Row, r *truce.Record, g vault.Groups) error {
	if r.Kind == truce.RecordGrant {
		x, err := record.ReadGrant(r, g)
		row.About, row.Case, row.Site = x.Person, x.Case, x.Site
		return err
	}
	p, err := record.ReadPerson(r, g)
	row.About = p.Person
	return err
}
