package sim

import (
	"time"

	"truce"
	"truce/internal/mechanism"
	"truce/internal/record"
)

// file is a case as those who work on it know it.
type file struct {
	id   truce.CaseID
	seed truce.RecordID // the report it began with
}

// thing is what a case is about: how it is reported, under which rule, who did it and who answers for it.
type thing struct {
	rule     truce.RuleID
	who      observer
	by       truce.ActorID
	parties  []truce.BodyID
	liaisons []Office // who answers for the parties, in their order
	report   func(l *life, when truce.Instant) line
	complain Office // whoever opens it; the duty officer where nobody complains
	says     string
}

// The parties that answer for each side.
var (
	government = []truce.BodyID{"government-of-syria", "russia"}
	opposition = []truce.BodyID{"jordan", "southern-front", "united-states"}
	forGov     = []Office{syrianLiaison, russianLiaison}
	forOpp     = []Office{jordanLiaison, southernLiaison, usLiaison}
	forRussia  = []Office{russianLiaison}
)

// things are what cases are about, one after the other.
var things = []thing{
	{rule: "ceasefire", who: observers[2], by: army, parties: government, liaisons: forGov, says: "Shelling from the government side into the eastern quarters, seen and heard by the team.",
		report: strike("artillery-fire", army, southernFront, 27, 200, "howitzer", 122)},
	{rule: "withdrawal-from-line", who: observers[0], by: hezbollah, parties: []truce.BodyID{"russia"}, liaisons: forRussia, says: "A column seen two kilometres from the line of contact.",
		report: post(hezbollah, 8, 2000, 150)},
	{rule: "ceasefire", who: observers[3], by: southernFront, parties: opposition, liaisons: forOpp, complain: syrianLiaison, says: "Mortar rounds on a checkpoint of ours.",
		report: strike("mortar-fire", southernFront, army, 40, 300, "mortar", 120)},
	{rule: "positions-held", who: observers[1], by: army, parties: government, liaisons: forGov, complain: southernLiaison, says: "A height was taken that lay on our side of the line.",
		report: strike("territory-taken", army, southernFront, 14, 400, "", 0)},
	{rule: "access", who: observers[4], by: army, parties: government, liaisons: forGov, says: "A convoy with medical aid was turned back.", report: turnedBack(army, 50)},
	{rule: "withdrawal-from-line", who: observers[2], by: brigade313, parties: []truce.BodyID{"russia"}, liaisons: forRussia, says: "Local fighters under foreign command, close to the line.",
		report: post(brigade313, 33, 3000, 200)},
	{rule: "ceasefire", who: observers[0], by: jayshKhalid, parties: opposition, liaisons: forOpp, says: "Fire near the basin; who fired is not certain.",
		report: strike("small-arms-fire", jayshKhalid, southernFront, 22, 2500, "", 0)},
	{rule: "no-foreign-intelligence", who: observers[1], by: guard, parties: []truce.BodyID{"russia"}, liaisons: forRussia, complain: unitedStates, says: "A listening post of a foreign service inside the band.",
		report: listening(guard, 19, 1500)},
	{rule: "ceasefire", who: observers[2], by: southernFront, parties: opposition, liaisons: forOpp, says: "Rockets from an orchard towards the barracks.",
		report: strike("rocket-fire", southernFront, army, 30, 500, "", 0)},
	{rule: "access", who: observers[3], by: southernFront, parties: opposition, liaisons: forOpp, says: "Lorries waited for two days at the crossing of the line.", report: turnedBack(southernFront, 36)},
}

// strike reports armed force at a stretch of the line.
func strike(what string, a, b truce.ActorID, corner, radius int, gun string, calibre int) func(*life, truce.Instant) line {
	return func(l *life, when truce.Instant) line {
		x := line{Kind: "incident", What: what, Time: when.String(), Place: within(l.scatter(l.line[corner], 900), radius), Parts: against(a, b), Count: 2 + l.r.IntN(9)}
		if gun != "" {
			x.Equipment = []equipment{{gun, calibre, 0}}
		}
		return x
	}
}

// post reports the presence of an actor so many metres from a corner of the line.
func post(a truce.ActorID, corner, away, radius int) func(*life, truce.Instant) line {
	return func(l *life, when truce.Instant) line {
		return line{Kind: "presence", Time: fromTo(when, 50*time.Minute), Lasted: true, Place: within(off(l.line[corner], away, away/4), radius), Parts: subject(a),
			Equipment: []equipment{{"armoured-vehicle", 0, 2 + l.r.IntN(5)}}}
	}
}

// listening reports an intelligence post.
func listening(a truce.ActorID, corner, away int) func(*life, truce.Instant) line {
	return func(l *life, when truce.Instant) line {
		return line{Kind: "presence", Time: when.String(), Place: within(off(l.line[corner], away, 0), 200), Parts: subject(a), Equipment: []equipment{{"intelligence-post", 0, 1}}}
	}
}

// turnedBack reports aid that was not let through.
func turnedBack(a truce.ActorID, corner int) func(*life, truce.Instant) line {
	return func(l *life, when truce.Instant) line {
		return line{Kind: "passage", What: pick(l, "aid", "medical-aid"), Time: when.String(), Place: within(l.scatter(l.line[corner], 800), 200),
			Parts: []partIn{{string(a), "initiator"}}, Count: 3 + l.r.IntN(9), Result: "denied"}
	}
}

// open lets something be reported and a case of it be opened, and gives the case.
func (l *life) open(t thing, when truce.Instant, wait time.Duration) *file {
	f := &file{}
	x := t.report(l, when)
	x.ID, x.Source, x.Simulated, x.Note = l.id(), source{"sim-team-" + string(t.who.Body), "seen", "observed"}, true, t.who.says(t.says)
	text := write(x)
	l.do(when.Add(wait/2), func(s *Stage) {
		if ids := s.report(t.who.Office, text); len(ids) > 0 {
			f.seed = ids[0]
		}
	})
	l.do(when.Add(wait), func(s *Stage) {
		if f.seed == "" {
			return // it was reported before, in an earlier run of the program
		}
		step := record.Step{Step: truce.StepOpen, Rule: t.rule, Text: t.says, Simulated: true}
		who := t.complain
		if who.Name == "" {
			who = duty
			step.Cites = []truce.RecordID{f.seed}
			if o := s.outcome(f.seed, t.rule); o != "" {
				step.Cites = append(step.Cites, o)
			}
		}
		f.take(s, who, step)
	})
	return f
}

// take takes a step in the case as it stands.
func (f *file) take(s *Stage, who Office, step record.Step) {
	v := s.as(who)
	if s.err != nil {
		return
	}
	step.Text = who.says(step.Text)
	if step.Step != truce.StepOpen {
		if f.id == "" {
			return
		}
		step.Case = f.id
		for _, c := range s.Mechanism.Cases(s.as(duty), "", "en") {
			if c.ID == f.id {
				step.Last = c.Last
				step.Of = standing(c, step.Step)
			}
		}
	}
	_, c, err := s.Mechanism.Step(s.ctx, v, step, year(s.Now()))
	if err != nil {
		s.fail(err)
		return
	}
	f.id = c.ID
}

// standing gives the number of the finding that a signatory speaks of.
func standing(c mechanism.Case, step truce.CaseStep) int {
	for _, x := range c.Findings {
		if x.Superseded == 0 && (step == truce.StepSign || step == truce.StepDissent) {
			return x.Number
		}
	}
	return 0
}

// pace is how long people take for each part of the work.
type pace struct{ desk, field, answer, sign time.Duration }

var (
	// usual is the pace of the life before the present.
	usual = pace{desk: 3 * time.Hour, field: 26 * time.Hour, answer: 17 * time.Hour, sign: 20 * time.Hour}
	// quick is that of the demonstration's present: nobody wants to wait for four days.
	quick = pace{desk: 20 * time.Second, field: 70 * time.Second, answer: 40 * time.Second, sign: 35 * time.Second}
)

// course is how a case goes.
type course struct {
	until   truce.CaseState
	finding truce.Occurrence
	// dissents is a guarantor that does not sign, silent a party that does not answer; nobody where they are empty.
	dissents, silent Office
	tier             truce.Tier
}

// run lets a case go its course from its opening to a state. It gives the time of the last step.
func (l *life) run(f *file, t thing, c course, p pace, at truce.Instant) truce.Instant {
	step := func(after time.Duration, who Office, s record.Step) {
		at = at.Add(after)
		l.do(at, func(x *Stage) { f.take(x, who, s) })
	}
	cites := func(after time.Duration, who Office, s record.Step) {
		at = at.Add(after)
		l.do(at, func(x *Stage) {
			s.Cites = []truce.RecordID{f.seed}
			if o := x.outcome(f.seed, t.rule); o != "" {
				s.Cites = append(s.Cites, o)
			}
			f.take(x, who, s)
		})
	}
	to := func(s truce.CaseState) bool { return c.until == s }

	if to(truce.CaseAlleged) {
		return at
	}
	step(p.desk/9, duty, record.Step{Step: truce.StepRegister})
	if to(truce.CaseRegistered) {
		return at
	}
	step(p.desk/3, duty, record.Step{Step: truce.StepNotify, Parties: t.parties})
	if to(truce.CaseNotified) {
		return at
	}
	step(p.desk, night, record.Step{Step: truce.StepAssess, Text: "What is reported falls under the rule; the place and the time are known well enough to send a team."})
	if to(truce.CaseAssessed) {
		return at
	}
	step(p.desk, duty, record.Step{Step: truce.StepTask, Team: t.who.Body, Text: "Go to the place, speak with those who were there, photograph what is left."})
	if to(truce.CaseTasked) {
		return at
	}
	if to(truce.CaseSuspended) {
		step(p.field, t.who.Office, record.Step{Step: truce.StepSuspend, Text: "The road is closed; nobody says until when."})
		return at
	}
	step(p.desk, t.who.Office, record.Step{Step: truce.StepVerify})
	if to(truce.CaseVerifying) {
		return at
	}
	if p == usual && l.chance(45) {
		picture := l.picture()
		l.do(at.Add(p.field/2), func(x *Stage) {
			if f.seed != "" {
				x.deposit(t.who.Office, "place.png", picture, "Taken at the place by the team; simulated.", f.seed)
			}
		})
	}
	words := record.Finding{Occurrence: c.finding, Standard: pick(l, "reasonable-grounds", "clear-and-convincing"), Confidence: pick(l, "low", "medium", "high"),
		Intent: pick(l, truce.IntentUndetermined, truce.IntentDeliberate)}
	cites(p.field, duty, record.Step{Step: truce.StepFind, Finding: &words, Text: "The team's report and what the rule says of it were looked at together."})
	if to(truce.CaseFinding) {
		return at
	}
	if c.finding == truce.OccurrenceConfirmed {
		by := record.Attribution{Result: truce.AttributionParty, By: []truce.ActorID{t.by}, Standard: words.Standard, Confidence: pick(l, "low", "medium")}
		if l.chance(15) {
			by.Result, by.By = truce.AttributionCannot, nil
		}
		cites(p.desk, duty, record.Step{Step: truce.StepAttribute, Attribution: &by})
	}
	if to(truce.CaseAttribution) {
		return at
	}
	step(p.desk/3, duty, record.Step{Step: truce.StepShare})
	if to(truce.CaseResponses) {
		return at
	}
	for _, o := range t.liaisons {
		if o != c.silent {
			step(p.answer/time.Duration(len(t.liaisons)), o, record.Step{Step: truce.StepRespond, Text: pick(l, "We have asked the unit; it says that it answered fire.",
				"We do not dispute that it happened. We dispute that it is what the article speaks of.", "This was not ours.", "The unit was there before the memorandum and will be moved.",
				"By our reading of the term this unit is not meant.")})
		}
	}
	if c.silent.Name != "" {
		at = max(at, at.Add(50*time.Hour)) // its clock runs out first
	}
	step(p.desk/3, duty, record.Step{Step: truce.StepSubmit})
	if to(truce.CaseSignOff) {
		step(p.sign/2, jordan, record.Step{Step: truce.StepSign})
		return at
	}
	for _, o := range []Office{jordan, unitedStates, russia} {
		s := record.Step{Step: truce.StepSign}
		if o == c.dissents {
			s = record.Step{Step: truce.StepDissent, Text: "The finding rests on a reading of the term that we do not share."}
		}
		step(p.sign/2, o, s)
	}
	step(p.desk, duty, record.Step{Step: truce.StepPublish, Tier: c.tier})
	if p == usual {
		l.do(at.Add(20*time.Minute), func(s *Stage) { // with the finding goes what the rule says of it
			s.widen(s.outcome(f.seed, t.rule), c.tier, "the finding that rests on it is published")
			if c.tier == truce.TierPublic {
				s.widen(f.seed, c.tier, "the finding that rests on it is published")
			}
		})
	}
	if to(truce.CasePublished) {
		return at
	}
	step(p.field, t.liaisons[0], record.Step{Step: truce.StepRemedy, Text: "The unit was withdrawn and its commander was told."})
	if to(truce.CaseRemedy) {
		return at
	}
	step(p.field, duty, record.Step{Step: truce.StepClose, Text: "The team has seen that the place is empty."})
	return at
}

// cases are those of the life before the present: all states that a case can be in, some of them twice.
func (l *life) cases() {
	confirmed, no, unsure := truce.OccurrenceConfirmed, truce.OccurrenceNotConfirmed, truce.OccurrenceUndetermined
	none := Office{}
	open := truce.TierPublic
	var closed []*file
	for i, x := range []struct {
		day   float64 // of the life, at which it is reported
		thing int
		course
	}{
		{4.2, 0, course{truce.CaseClosed, confirmed, none, none, open}},
		{4.6, 2, course{truce.CaseClosed, confirmed, none, none, open}},
		{5.1, 1, course{truce.CaseClosed, confirmed, russia, none, open}},
		{5.7, 4, course{truce.CaseClosed, no, none, none, open}},
		{6.3, 6, course{truce.CaseClosed, unsure, none, none, open}},
		{7.0, 3, course{truce.CasePublished, confirmed, russia, none, open}},
		{7.8, 9, course{truce.CaseClosed, confirmed, none, none, truce.TierParticipants}},
		{8.5, 8, course{truce.CaseRemedy, confirmed, unitedStates, none, open}},
		{9.1, 0, course{truce.CasePublished, confirmed, none, syrianLiaison, open}},
		{9.4, 5, course{truce.CasePublished, confirmed, russia, none, open}},
		{9.9, 2, course{truce.CaseClosed, no, none, none, open}},
		{10.3, 0, course{truce.CaseRemedy, confirmed, none, none, open}},
		{10.9, 7, course{truce.CasePublished, unsure, none, none, truce.TierParticipants}},
		{11.6, 3, course{truce.CaseSuspended, confirmed, none, none, open}},
		{12.2, 6, course{truce.CasePublished, no, none, none, open}},
		{13.5, 4, course{truce.CasePublished, confirmed, russia, syrianLiaison, open}},
		{15.3, 1, course{truce.CasePublished, confirmed, russia, none, open}},
		{17.2, 8, course{truce.CaseVerifying, confirmed, none, none, open}},
		{20.1, 0, course{truce.CasePublished, confirmed, none, none, open}},
		{20.5, 2, course{truce.CaseSignOff, confirmed, none, none, open}},
		{21.2, 9, course{truce.CaseVerifying, confirmed, none, none, open}},
		{22.0, 5, course{truce.CaseSignOff, confirmed, none, none, open}},
		{23.4, 3, course{truce.CaseResponses, confirmed, none, none, open}},
		{23.9, 6, course{truce.CaseResponses, no, none, none, open}},
		{24.3, 1, course{truce.CaseAttribution, confirmed, none, none, open}},
		{24.8, 7, course{truce.CaseFinding, unsure, none, none, open}},
		{25.2, 4, course{truce.CaseFinding, confirmed, none, none, open}},
		{25.9, 0, course{truce.CaseVerifying, confirmed, none, none, open}},
		{26.3, 8, course{truce.CaseTasked, confirmed, none, none, open}},
		{26.6, 2, course{truce.CaseTasked, confirmed, none, none, open}},
		{26.9, 5, course{truce.CaseAssessed, confirmed, none, none, open}},
		{27.2, 3, course{truce.CaseNotified, confirmed, none, none, open}},
		{27.5, 1, course{truce.CaseNotified, confirmed, none, none, open}},
		{27.75, 9, course{truce.CaseAlleged, confirmed, none, none, open}},
		{27.9, 0, course{truce.CaseRegistered, confirmed, none, none, open}},
		{27.96, 2, course{truce.CaseAlleged, confirmed, none, none, open}},
	} {
		t := things[x.thing]
		when := Begin.Add(time.Duration(x.day * float64(day)))
		if x.day > 27.9 {
			when = Present.Add(-time.Duration(float64(day) * (28.04 - x.day)))
		}
		f := l.open(t, when, 50*time.Minute)
		end := l.run(f, t, x.course, usual, when.Add(50*time.Minute))
		if x.until == truce.CaseClosed {
			closed = append(closed, f)
			switch len(closed) {
			case 2, 5:
				l.reopen(f, t, end.Add(3*day+5*time.Hour))
			}
		}
		switch i {
		case 18, 28:
			l.repeat(f, t, when.Add(90*time.Minute))
		case 25: // it waits for a second person when the visitor comes
			l.do(Present.Add(-90*time.Minute), func(s *Stage) {
				if o := s.outcome(f.seed, t.rule); o != "" {
					s.propose(s.Mechanism.Classify(s.ctx, s.as(duty), record.Class{Act: record.ClassSet, Of: o, Tier: truce.TierPublic, Class: record.ClassOrdinary, Reason: "for the weekly figures"}))
				}
			})
		}
	}
}

// reopen brings new evidence to a closed case.
func (l *life) reopen(f *file, t thing, when truce.Instant) {
	x := t.report(l, when.Add(-20*day))
	x.ID, x.Source, x.Simulated, x.Note = l.id(), source{"sim-caller", "hearsay", "reported"}, true, "a second account of the same day, which came late"
	text := write(x)
	l.do(when, func(s *Stage) {
		if ids := s.report(duty, text); len(ids) > 0 {
			f.take(s, duty, record.Step{Step: truce.StepReopen, Cites: ids, Text: "A second account came in that the team did not have."})
		}
	})
}

// repeat lets another team report the same and a second case be opened of it, which is a duplicate.
func (l *life) repeat(f *file, t thing, when truce.Instant) {
	x := t.report(l, when.Add(-85*time.Minute))
	x.ID, x.Source, x.Simulated, x.Note = l.id(), source{"sim-team-" + string(posts), "heard", "observed"}, true, "heard from the post"
	text := write(x)
	g := &file{}
	l.do(when, func(s *Stage) {
		if ids := s.report(postNorth, text); len(ids) > 0 {
			g.take(s, duty, record.Step{Step: truce.StepOpen, Rule: t.rule, Cites: ids, Text: "Another post reports fire at the same hour.", Simulated: true})
		}
	})
	l.do(when.Add(time.Hour), func(s *Stage) { g.take(s, duty, record.Step{Step: truce.StepRegister}) })
	l.do(when.Add(2*time.Hour), func(s *Stage) {
		if f.id != "" {
			g.take(s, duty, record.Step{Step: truce.StepDuplicate, Other: f.id, Text: "Two posts on one event."})
		}
	})
}
