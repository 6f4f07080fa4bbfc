package sim

import (
	"bufio"
	"encoding/json"
	"io/fs"
	"maps"
	"slices"
	"time"

	"truce"
	"truce/internal/mechanism"
	"truce/internal/record"
)

// amend brings the version of November into force: the three guarantors propose the same text, one after the other.
func (l *life) amend() {
	for i, o := range []Office{russia, jordan, unitedStates} {
		l.do(Begin.Add(3*day+time.Duration(5+3*i)*time.Hour), func(s *Stage) {
			v := s.as(o)
			x, rep, err := mechanism.ReadFolder(s.Agreement, "", record.AgreementProposed)
			if err == nil && rep.Errors() > 0 {
				err = rep.Problems[0]
			}
			if err == nil && s.err == nil {
				_, err = s.Mechanism.Amend(s.ctx, v, x)
			}
			if err != nil {
				s.fail(err)
			}
		})
	}
}

// facts files what is on public record, and shows it to everybody: what was known before the beginning on the first day, the rest on the morning after it was
// known. What became known only after the present, or nobody knows when, is left out.
func (l *life) facts(agreement fs.FS) error {
	files, err := fs.Glob(agreement, "observations/*.ndjson")
	if err != nil {
		return err
	}
	byDay := map[truce.Instant][]string{}
	for _, name := range files {
		f, err := agreement.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		lines := bufio.NewScanner(f)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			var x struct{ Received time.Time }
			if json.Unmarshal(lines.Bytes(), &x) != nil || x.Received.IsZero() {
				continue
			}
			known := truce.InstantOf(x.Received)
			if known > Present {
				continue
			}
			at := max(Begin.Add(2*time.Hour), known.Add(9*time.Hour))
			byDay[at] = append(byDay[at], lines.Text())
		}
		if err := lines.Err(); err != nil {
			return err
		}
	}
	for _, at := range slices.Sorted(maps.Keys(byDay)) {
		lines := byDay[at]
		l.do(at, func(s *Stage) {
			for _, id := range s.fact(duty, lines...) {
				s.widen(id, truce.TierPublic, "it was published by others")
			}
		})
	}
	// What the rules say of it is shown as well, once the version of November is in force.
	l.do(Begin.Add(4*day+30*time.Minute), func(s *Stage) {
		s.settle()
		for cursor := ""; s.err == nil; {
			page, err := s.Mechanism.Outcomes(s.ctx, s.as(duty), mechanism.OutcomeSearch{Cursor: cursor, Limit: 500})
			if err != nil {
				s.fail(err)
			}
			for _, o := range page.Items {
				if !o.Simulated {
					s.widen(o.ID, truce.TierPublic, "it rests on what was published by others")
				}
			}
			if cursor = page.Next; cursor == "" {
				return
			}
		}
	})
	return nil
}

// said records what participants said in public, as the agreement's statements have it, and the readings they declared.
func (l *life) said() {
	for _, x := range l.statements {
		on, err := time.Parse("2006-01-02", x.On)
		if err != nil || x.Actor == "" {
			continue
		}
		when := l.clock.Day(on.Year(), int(on.Month()), on.Day()).From
		at := max(Begin.Add(3*time.Hour), when.Add(day+10*time.Hour))
		if at > Present {
			continue
		}
		l.do(at, func(s *Stage) {
			id := s.state(duty, record.Statement{At: when, Act: record.StatementSaid, Of: truce.BodyID(x.Actor), About: x.About, Who: x.Who, Text: x.Says.In("en"), Reference: x.Reference}, truce.TierParticipants)
			s.widen(id, truce.TierPublic, "it was published by others")
		})
	}
	// Who held which reading, and when and where they said so, is real. That they declare it here is not.
	for i, x := range []struct {
		who     Office
		term    truce.TermID
		reading truce.ReadingID
		source  truce.SourceID
	}{
		{jordan, "non-syrian-force", "by-nationality", "st-momani-2017-11-11"},
		{unitedStates, "non-syrian-force", "foreign-or-iranian-backed", "st-us-background-2017-11-11"},
		{russia, "non-syrian-force", "by-invitation", "st-lavrov-2017-11-14"},
		{russia, "withdrawal-scope", "line-of-engagement", "st-lavrov-2017-11-14"},
		{unitedStates, "withdrawal-scope", "the-area", "st-da-nang-2017-11-11"},
		{jordan, "withdrawal-scope", "in-and-around", "st-momani-2017-11-11"},
	} {
		for _, st := range l.statements {
			if st.ID == x.source {
				l.do(Begin.Add(10*day+time.Duration(4+i*7)*time.Hour), func(s *Stage) {
					id := s.state(x.who, record.Statement{Act: record.StatementReads, Term: x.term, Reading: x.reading, About: []string{string(x.term), string(st.ID)}, Who: x.who.Name,
						Text: "Simulated declaration. The statement it stands for: " + st.Says.In("en"), Reference: st.Reference, Simulated: true}, truce.TierParticipants)
					s.widen(id, truce.TierPublic, "a declared reading is for everybody to know")
				})
			}
		}
	}
	for i, x := range []struct {
		who   Office
		about string
		text  string
		tier  truce.Tier
	}{
		{southernLiaison, "positions-held", "Our units hold the positions of the ninth of July and report every movement towards them.", truce.TierParticipants},
		{syrianLiaison, "access", "Lorries are let through when their lists came a day before.", truce.TierParticipants},
		{russianLiaison, "withdrawal-from-line", "The movements towards the line were a rotation and ended on the same day.", truce.TierParticipants},
		{usLiaison, "withdrawal-from-line", "A rotation of forces that are to leave is a presence.", truce.TierParticipants},
		{jordanLiaison, "ceasefire", "The nights of the last week were the quietest since the beginning.", truce.TierPublic},
	} {
		l.do(Begin.Add(8*day+time.Duration(i)*3*day+6*time.Hour), func(s *Stage) {
			id := s.state(x.who, record.Statement{Act: record.StatementSaid, About: []string{x.about}, Who: x.who.Name, Text: x.who.says(x.text), Simulated: true}, truce.TierParticipants)
			if x.tier == truce.TierPublic {
				s.widen(id, x.tier, "its author wishes it")
			}
		})
	}
}

// queries are questions and notices of movement: answered, acknowledged, objected to, taken back, and some that nobody answers.
func (l *life) queries() {
	to := func(list ...truce.BodyID) []truce.BodyID { return list }
	for _, x := range []struct {
		day   float64
		who   Office
		q     record.Query
		after time.Duration
		by    Office
		a     record.Query
	}{
		{5, jordan, asks("When will the units named in article 3 have left the band?", "withdrawal-from-line", to("russia")...), 30 * time.Hour, russianLiaison,
			record.Query{Act: record.QueryAnswers, Text: "They are leaving. A date is not in the text."}},
		{7, unitedStates, asks("Which of the ten points are manned now?", "monitoring-points", to("russia")...), 50 * time.Hour, russianLiaison,
			record.Query{Act: record.QueryAnswers, Text: "All ten, and both search points."}},
		{9, russia, asks("What is done against the listed groups in the basin?", "fight-listed-groups", to("united-states", "jordan")...), 20 * time.Hour, jordanLiaison,
			record.Query{Act: record.QueryAnswers, Text: "The factions there are in contact with us every day."}},
		{12, jordan, asks("Who commands the local group west of Izraa?", "non-syrian-force", to("government-of-syria", "russia")...), 0, Office{}, record.Query{}},
		{16, usLiaison, asks("Was the column of Tuesday a rotation, and of whom?", "withdrawal-from-line", to("russia")...), 0, Office{}, record.Query{}},
		{21, syrianLiaison, asks("Which convoys are planned for the coming week?", "access", to("jordan")...), 26 * time.Hour, jordanLiaison,
			record.Query{Act: record.QueryAnswers, Text: "Three, on Monday, Wednesday and Saturday."}},
		{24, jordan, asks("May the team see the storage site again without notice?", "withdrawal-from-line", to("government-of-syria")...), 0, Office{}, record.Query{}},
		{26.4, unitedStates, asks("What happened at the eastern quarters in the night?", "ceasefire", to("russia", "government-of-syria")...), 0, Office{}, record.Query{}},
		{27.6, russianLiaison, asks("Which faction held the orchard at that hour?", "ceasefire", to("jordan", "united-states")...), 0, Office{}, record.Query{}},
		{6, syrianLiaison, notice("Rotation of a company to the barracks, six lorries, by day.", "2017-11-13 08:00 to 12:00", to("russia", "united-states", "jordan")...), 9 * time.Hour, usLiaison,
			record.Query{Act: record.QueryAcknowledges}},
		{13, southernLiaison, notice("Transport of wounded to the border, two cars.", "2017-11-19 06:00", to("jordan", "russia")...), 5 * time.Hour, russianLiaison, record.Query{Act: record.QueryAcknowledges}},
		{18, syrianLiaison, notice("An exercise with live rounds on the range.", "2017-11-25 and 26", to("russia", "united-states", "jordan")...), 12 * time.Hour, jordan,
			record.Query{Act: record.QueryObjects, Text: "The range lies inside the band."}},
		{22, syrianLiaison, notice("Engineers repair the road, ten vehicles.", "2017-11-29", to("jordan")...), 14 * time.Hour, syrianLiaison, record.Query{Act: record.QueryWithdraws}},
		{25, southernLiaison, notice("Units change over at the northern positions.", "2017-12-02", to("jordan", "united-states")...), 0, Office{}, record.Query{}},
		{27.5, russianLiaison, notice("Supply of the observation posts, four lorries.", "2017-12-04 09:00", to("united-states", "jordan")...), 0, Office{}, record.Query{}},
	} {
		id := new(truce.RecordID)
		at := Begin.Add(time.Duration(x.day * float64(day)))
		l.do(at, func(s *Stage) { *id = s.ask(x.who, x.q) })
		if x.after > 0 {
			l.do(at.Add(x.after), func(s *Stage) {
				x.a.Of = *id
				s.ask(x.by, x.a)
			})
		}
	}
}

func asks(text, about string, to ...truce.BodyID) record.Query {
	return record.Query{Act: record.QueryAsks, To: to, Text: text, About: []string{about}}
}

func notice(text, when string, to ...truce.BodyID) record.Query {
	return record.Query{Act: record.QueryNotifies, To: to, Text: text, When: when, Where: "as shown on the map of the operations room"}
}

// affairs are those of the mechanism itself: what is shown to more people, what is erased, who may see what for a while, and what still waits for a second person.
func (l *life) affairs() {
	picture := l.picture()
	mistaken := new(truce.RecordID)
	x := line{ID: l.id(), Kind: "incident", What: "arrest", Time: Begin.Add(9 * day).String(), Place: named{"Nawa", nil}, Source: source{"sim-caller", "hearsay", "reported"}, Simulated: true,
		Note: "a report that told too much of who had spoken; it was erased"}
	text := write(x)
	l.do(Begin.Add(9*day+2*time.Hour), func(s *Stage) {
		if ids := s.report(daraa, text); len(ids) > 0 {
			*mistaken = ids[0]
			s.deposit(daraa, "note.png", picture, "Came with the report; simulated.", ids[0])
		}
	})
	l.do(Begin.Add(9*day+7*time.Hour), func(s *Stage) {
		s.erase(*mistaken, record.ErasureDanger, "It points at the person who spoke.", true)
	})
	l.do(Begin.Add(14*day+12*time.Hour), func(s *Stage) {
		s.pause(record.PausePaused, auditor, "A finding was published with a wrong cell; it is being looked at.")
	})
	l.do(Begin.Add(14*day+14*time.Hour), func(s *Stage) { s.pause(record.PauseResumes, duty, "The cell was right.") })

	// What people of the mechanism decide to show of the day before, coarse, and never who reported it: some of what was seen and what the rules say of it,
	// and later on where somebody looked and was kept out.
	for d := 6; d < 28; d++ {
		l.do(Begin.Add(time.Duration(d)*day+5*time.Hour), func(s *Stage) {
			s.show(truce.KindIncident, "ceasefire", 18) // so many that a day of them is told in steps
			if d%2 == 0 {
				s.show(truce.KindPresence, "withdrawal-from-line", 3)
				s.show(truce.KindPassage, "access", 2)
			}
			if d > 16 {
				s.show(truce.KindCoverage, "", 5)
				s.show(truce.KindRestriction, "", 2)
			}
		})
	}

	l.do(Begin.Add(19*day), func(s *Stage) {
		if id := s.grant(jordan.Body, 5*day, "To compare it with what its own people saw."); id != "" {
			s.confirm(russia, id, "Agreed.")
		}
	})
	// What waits for a second person when the visitor comes.
	l.do(Present.Add(-5*time.Hour), func(s *Stage) { s.grant(unitedStates.Body, 3*day, "For the expert team's own map.") })
	l.do(Present.Add(-3*time.Hour), func(s *Stage) {
		page, err := s.Mechanism.Observations(s.ctx, s.as(duty), mechanism.Search{What: "small-arms-fire", Limit: 1})
		if err != nil || len(page.Items) == 0 {
			s.fail(err)
			return
		}
		s.erase(page.Items[0].ID, record.ErasureRequest, "Whoever reported it asks for it.", false)
	})
	l.do(Present.Add(-2*time.Hour), func(s *Stage) {
		v := s.as(duty)
		if s.err != nil {
			return
		}
		s.propose(s.Mechanism.Enrol(s.ctx, v, record.Person{Act: record.PersonAdded, Body: "southern-front", Offices: []truce.Office{truce.OfficeLiaison}, Name: "Second liaison officer, Southern Front", Language: "ar"}))
	})
}

// show lets the public and the participants see the newest reports of a kind, and what a rule says of them.
func (s *Stage) show(kind truce.ObservationKind, rule truce.RuleID, n int) {
	page, err := s.Mechanism.Observations(s.ctx, s.as(duty), mechanism.Search{Observed: kind, Limit: n})
	if err != nil {
		s.fail(err)
		return
	}
	for i, o := range page.Items {
		if !o.Simulated || o.Tier != truce.TierMechanism.String() {
			continue
		}
		tier := truce.TierPublic
		if i == 1 {
			tier = truce.TierParticipants
		}
		s.widen(o.ID, tier, "nobody can be known by it")
		if rule != "" {
			s.widen(s.outcome(o.ID, rule), tier, "nobody can be known by it")
		}
	}
}

// erase proposes to destroy the content of a record, and lets a guarantor agree.
func (s *Stage) erase(id truce.RecordID, why record.ErasureReason, reason string, agreed bool) {
	v := s.as(duty)
	if s.err != nil || id == "" {
		return
	}
	r, err := s.Mechanism.Erase(s.ctx, v, record.Erasure{Act: record.ErasureProposed, Why: why, Reason: reason}, []truce.RecordID{id})
	if err != nil {
		s.fail(err)
		return
	}
	if agreed {
		s.confirm(jordan, r.ID, reason)
		s.said = true
	}
}

// pause stops publication, or resumes it with a second person.
func (s *Stage) pause(act record.PauseAct, o Office, reason string) {
	v := s.as(o)
	if s.err != nil {
		return
	}
	s.confirm(jordan, s.propose(s.Mechanism.Pause(s.ctx, v, record.Pause{Act: act, Reason: reason})), reason)
}

// grant lets a body see more of the newest case that is before the signatories, for a while.
func (s *Stage) grant(to truce.BodyID, lasting time.Duration, reason string) truce.RecordID {
	v := s.as(duty)
	if s.err != nil {
		return ""
	}
	list := s.Mechanism.Cases(v, truce.CasePublished, "en")
	if len(list) == 0 {
		return ""
	}
	return s.propose(s.Mechanism.Grant(s.ctx, v, record.Grant{Act: record.GrantGiven, Body: to, Case: list[0].ID, Fields: []string{"where-exact"}, From: v.Now, Until: v.Now.Add(lasting), Reason: reason}))
}

// past puts the whole life before the present together.
func (l *life) past(agreement fs.FS) error {
	l.amend()
	if err := l.facts(agreement); err != nil {
		return err
	}
	l.said()
	l.days()
	l.claims()
	l.tracks()
	l.cases()
	l.queries()
	l.affairs()
	l.dailies()
	if l.reports > 0 {
		l.flood(l.reports)
	}
	return nil
}
