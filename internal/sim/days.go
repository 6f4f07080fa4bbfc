package sim

import (
	"time"

	"truce"
)

// Who does what to whom, by their ids in the agreement.
const (
	army          = truce.ActorID("syrian-government-forces")
	paramilitary  = truce.ActorID("local-paramilitaries")
	guard         = truce.ActorID("revolutionary-guard")
	hezbollah     = truce.ActorID("hezbollah")
	brigade313    = truce.ActorID("brigade-313")
	southernFront = truce.ActorID("southern-front")
	ahrar         = truce.ActorID("ahrar-al-sham")
	jayshIslam    = truce.ActorID("jaysh-al-islam")
	jayshKhalid   = truce.ActorID("jaysh-khalid-ibn-al-walid")
	nusra         = truce.ActorID("nusra")
	insurgents    = truce.ActorID("syrian-insurgents")
)

// observer is somebody who files what they saw, and the stretch of the line they look at, by its corners.
type observer struct {
	Office
	from, to int
	// sync is how often their phone has a connection.
	sync time.Duration
}

// observers are the teams in the field.
var observers = []observer{
	{quneitra, 0, 14, 8 * time.Hour},
	{postNorth, 8, 24, 10 * time.Hour},
	{daraa, 22, 33, 6 * time.Hour},
	{postSouth, 30, 46, 11 * time.Hour},
	{suwayda, 44, 56, 13 * time.Hour},
}

// offline is when a phone had no connection for days: what it holds arrives at the end.
var offline = struct {
	who      Office
	from, to time.Duration
}{suwayda, 13 * day, 16*day + 5*time.Hour}

// bag is what a phone holds until it is sent.
type bag struct {
	at   truce.Instant
	line string
}

// tension is how many incidents a team sees on a day of the life, in hundredths of the usual. There are two waves and a quiet time between.
func tension(d int) int {
	switch {
	case d == 9 || d == 10:
		return 240
	case d == 11:
		return 160
	case d >= 14 && d <= 17:
		return 45
	case d == 20:
		return 190
	case d == 21:
		return 260
	case d >= 26:
		return 130
	}
	return 90
}

// days is the daily life of the field: what teams see and file, with what is vague, late, sent twice or wrong in it.
func (l *life) days() {
	for d := range int(Present.Sub(Begin)/day) + 1 {
		midnight := Begin.Add(time.Duration(d)*day - 8*time.Hour) // at the place
		for _, o := range observers {
			var held []bag
			put := func(at truce.Instant, x line) {
				if at > Begin && at < Present.Add(-10*time.Minute) {
					held = append(held, bag{at, write(x)})
				}
			}
			for range 8 * tension(d) * l.percent / 10_000 {
				l.shot(o, midnight.Add(l.hour()), put)
			}
			if l.chance(l.percent) {
				l.round(o, midnight, put)
			}
			l.send(o, held)
		}
	}
}

// hour draws a time of the day: most of it is heard in the evening and before dawn.
func (l *life) hour() time.Duration {
	switch n := l.r.IntN(10); {
	case n < 4:
		return l.between(17*time.Hour, 23*time.Hour)
	case n < 6:
		return l.between(3*time.Hour, 6*time.Hour)
	}
	return l.between(0, 24*time.Hour)
}

// send delivers what a phone holds whenever it has a connection.
func (l *life) send(o observer, held []bag) {
	byTime := map[truce.Instant][]string{}
	var order []truce.Instant
	for _, b := range held {
		slot := Begin.Add((b.at.Sub(Begin)/o.sync + 1) * o.sync).Add(time.Duration(len(o.Name)) * time.Minute)
		if from, to := Begin.Add(offline.from), Begin.Add(offline.to); o.Office == offline.who && slot > from && slot < to {
			slot = to
		}
		if slot > Present {
			slot = Present.Add(-time.Duration(1+l.r.IntN(9)) * time.Minute)
		}
		if byTime[slot] == nil {
			order = append(order, slot)
		}
		byTime[slot] = append(byTime[slot], b.line)
	}
	for _, slot := range order {
		lines := byTime[slot]
		l.do(slot, func(s *Stage) { s.report(o.Office, lines...) })
		if l.chance(4) { // the answer was lost on the way, so the phone sends it again
			l.do(min(Present, slot.Add(3*time.Minute)), func(s *Stage) { s.report(o.Office, lines...) })
		}
	}
}

// shot is one incident and, often, the answer to it.
func (l *life) shot(o observer, when truce.Instant, put func(truce.Instant, line)) {
	x, a, b := l.incident(o, when)
	put(when, x)
	if l.chance(35) {
		later := when.Add(l.between(5*time.Minute, 100*time.Minute))
		y, _, _ := l.incident(o, later)
		y.Parts = l.seen(b, a)
		y.Place = l.around(o, l.stretch(o.from, o.to), y.Source.Means)
		put(later, y)
	}
}

// incident draws an incident along a stretch of the line, who began it, and at whom it was.
func (l *life) incident(o observer, when truce.Instant) (x line, a, b truce.ActorID) {
	a, b = pick(l, army, army, army, paramilitary, hezbollah), pick(l, southernFront, southernFront, southernFront, ahrar, jayshIslam)
	if l.chance(45) {
		a, b = b, a
	}
	if o.from >= 8 && o.from < 30 && l.chance(8) { // the listed groups are outside the ceasefire
		a, b = pick(l, jayshKhalid, nusra), southernFront
	}
	x = line{ID: l.id(), Kind: "incident", Time: when.String(), Parts: l.seen(a, b), Simulated: true, Source: l.source(o)}
	x.What = pick(l, "small-arms-fire", "small-arms-fire", "small-arms-fire", "mortar-fire", "mortar-fire", "artillery-fire", "tank-fire", "explosion", "sniper-fire", "armed-clash", "rocket-fire")
	x.Place = l.around(o, l.stretch(o.from, o.to), x.Source.Means)
	switch x.What {
	case "mortar-fire":
		x.Count, x.Equipment = 1+l.r.IntN(8), []equipment{{"mortar", pick(l, 82, 120), 0}}
	case "artillery-fire":
		x.Count, x.Equipment = 1+l.r.IntN(6), []equipment{{"howitzer", pick(l, 122, 130), 0}}
	case "tank-fire":
		x.Count = 1 + l.r.IntN(3)
	case "small-arms-fire", "sniper-fire":
		x.Count = 1 + l.r.IntN(60)
	}
	if l.chance(7) {
		n := 1 + l.r.IntN(3)
		x.Injured = bounds{0, n, n + 1}
	}
	if l.chance(18) {
		x.Time = fromTo(when, l.between(10*time.Minute, 3*time.Hour))
	}
	x.Note = o.says(pick(l, "", "", "", "heard from the post, direction by ear", "dust seen after the impact", "residents say the same", "no line of sight"))
	return x, a, b
}

// seen is what the observer can say of those involved.
func (l *life) seen(a, b truce.ActorID) []partIn {
	switch n := l.r.IntN(10); {
	case n < 6:
		return against(a, b)
	case n < 8:
		return []partIn{{string(a), "side"}, {string(b), "side"}}
	case n == 8 && (b == southernFront || b == ahrar || b == jayshIslam):
		return against(a, insurgents)
	}
	return nil
}

func (l *life) source(o observer) source {
	id := "sim-team-" + string(o.Body)
	switch n := l.r.IntN(20); {
	case n < 8:
		return source{id, "heard", "observed"}
	case n < 13:
		return source{id, "seen", "observed"}
	case n < 15:
		return source{"sim-camera", "camera", "observed"}
	case n < 16:
		return source{"sim-drone", "uav", "observed"}
	case n < 17:
		return source{"sim-sensor", "acoustic", "observed"}
	}
	return source{"sim-caller", "hearsay", pick(l, "reported", "alleged")}
}

// around is how well the place is known, by the means.
func (l *life) around(o observer, p truce.Position, means string) any {
	town := l.names[l.nearest(p)]
	switch means {
	case "seen", "camera", "uav":
		return within(l.scatter(p, 1800), pick(l, 30, 100, 200, 300))
	case "acoustic":
		return within(l.scatter(p, 2500), pick(l, 400, 900))
	case "hearsay":
		if l.chance(40) {
			return named{"Daraa Governorate", nil}
		}
		return named{town, nil}
	}
	return within(l.scatter(p, 3500), pick(l, 500, 1000, 2000, 3000))
}

// round is the routine of a team on one day: where it looked, what it inspected, what it let pass, where it was kept out.
func (l *life) round(o observer, midnight truce.Instant, put func(truce.Instant, line)) {
	src := source{"sim-team-" + string(o.Body), "seen", "observed"}
	morning := midnight.Add(l.between(6*time.Hour, 8*time.Hour))
	hours := l.between(5*time.Hour, 9*time.Hour)
	area := pick(l, "Daraa district", "Izra district", "Quneitra district", "Suwayda district", "As-Sanamayn district")
	put(morning.Add(hours), line{ID: l.id(), Kind: "coverage", Time: fromTo(morning, hours), Lasted: true, Place: named{area, nil}, Complete: l.chance(30), Source: src, Simulated: true,
		Note: o.says("patrol on the usual roads")})
	if l.chance(60) {
		p := l.scatter(l.front(), 4000)
		who := pick(l, army, paramilitary, southernFront, hezbollah, brigade313, guard)
		put(morning.Add(2*time.Hour), line{ID: l.id(), Kind: "presence", Time: morning.Add(2 * time.Hour).String(), Place: within(p, pick(l, 100, 300, 800)), Parts: subject(who),
			Equipment: []equipment{{pick(l, "personnel", "personnel", "armoured-vehicle", "tank", "mortar"), 0, 1 + l.r.IntN(12)}}, Source: src, Simulated: true})
	}
	if l.chance(35) {
		town := pick(l, append(append([]truce.PlaceID{}, governmentTowns...), oppositionTowns...)...)
		put(morning.Add(3*time.Hour), line{ID: l.id(), Kind: "inspection", What: "storage-site", Time: fromTo(morning.Add(3*time.Hour), time.Hour), Place: within(l.scatter(l.towns[town], 900), 100),
			Parts: subject(pick(l, army, southernFront)), Equipment: []equipment{{"howitzer", 122, 2 + l.r.IntN(4)}, {"mortar", 120, l.r.IntN(6) + 1}}, Complete: l.chance(70), Source: src, Simulated: true})
	}
	if l.chance(55) {
		when := morning.Add(l.between(2*time.Hour, 6*time.Hour))
		put(when, line{ID: l.id(), Kind: "passage", What: pick(l, "aid", "aid", "medical-aid"), Time: when.String(), Place: within(l.scatter(l.front(), 1500), 200),
			Parts: []partIn{{string(pick(l, army, southernFront)), "initiator"}}, Count: 1 + l.r.IntN(14), Result: pick(l, "granted", "granted", "granted", "delayed", "denied"), Source: src, Simulated: true,
			Note: o.says("lorries at the crossing of the line")})
	}
	if l.chance(22) {
		when := morning.Add(l.between(time.Hour, 7*time.Hour))
		put(when, line{ID: l.id(), Kind: "restriction", What: pick(l, "access-denied", "delayed", "jamming", "shots-near-monitors"), Time: fromTo(when, l.between(20*time.Minute, 3*time.Hour)),
			Place: within(l.scatter(l.stretch(o.from, o.to), 2500), 200), Parts: []partIn{{string(pick(l, army, paramilitary, southernFront)), "initiator"}}, Result: "denied", Source: src, Simulated: true,
			Note: o.says(pick(l, "turned back at a checkpoint", "the drone lost its signal", "told to wait for an order that did not come"))})
	}
}

// claims are what liaison officers allege of the other side: some of it was seen by others too, some of it by nobody.
func (l *life) claims() {
	for d := range int(Present.Sub(Begin) / day) {
		for _, side := range []struct {
			who  Office
			a, b truce.ActorID
		}{{syrianLiaison, southernFront, army}, {southernLiaison, army, southernFront}} {
			if !l.chance(45 * tension(d) / 100) {
				continue
			}
			when := Begin.Add(time.Duration(d)*day + l.between(9*time.Hour, 20*time.Hour))
			x := line{ID: l.id(), Kind: "incident", What: pick(l, "shelling", "mortar-fire", "small-arms-fire", "armed-force"), Time: when.String(), Place: named{l.names[l.nearest(l.front())], nil},
				Parts: against(side.a, side.b), Source: source{"sim-" + string(side.who.Body), "hearsay", "alleged"}, Simulated: true, Note: side.who.says("as our units tell us")}
			text := write(x)
			l.do(when.Add(l.between(30*time.Minute, 4*time.Hour)), func(s *Stage) { s.report(side.who, text) })
		}
	}
}
