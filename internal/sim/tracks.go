package sim

import (
	"fmt"
	"time"

	"truce"
)

// unit is something whose positions a device tells.
type unit struct {
	name, category string
	actor          truce.ActorID
	home           truce.PlaceID
	// to is the corner of the line that it drives towards, and reach how far of the way it goes, in thousandths.
	to, reach int
	device    string
}

// units move on most days: a convoy that comes into the band and leaves it, one that stops before it, a local group under foreign command.
var units = []unit{
	{"sim-column-1", "armoured-vehicle", hezbollah, "as-sanamayn", 15, 780, "sim-drone"},
	{"sim-column-2", "personnel", guard, "izraa", 21, 700, "sim-drone"},
	{"sim-patrol-3", "personnel", brigade313, "izraa", 33, 930, "sim-beacon"},
	{"sim-column-4", "tank", army, "izraa", 34, 960, "sim-drone"},
	{"sim-battery-5", "howitzer", army, "khan-arnabah", 9, 500, "sim-satellite"},
	{"sim-group-6", "personnel", southernFront, "nawa", 19, 950, "sim-beacon"},
	{"sim-column-7", "personnel", hezbollah, "khan-arnabah", 7, 850, "sim-beacon"},
	{"sim-group-8", "personnel", southernFront, "al-hirak", 44, 900, "sim-beacon"},
	{"sim-convoy-9", "personnel", guard, "suwayda", 48, 620, "sim-drone"},
	{"sim-patrol-10", "personnel", paramilitary, "khirbet-ghazaleh", 26, 970, "sim-beacon"},
}

// shift is how long people of the operations room are on duty.
const shift = 8 * time.Hour

// tracks are the movements of the life before the present. The operations room takes over what devices tell three times a day.
func (l *life) tracks() {
	told := make([][]string, Present.Sub(Begin)/shift+1)
	for d := range int(Present.Sub(Begin) / day) {
		for i, u := range units {
			if l.chance(25) || !l.chance(l.percent) {
				continue
			}
			from := Begin.Add(time.Duration(d)*day + time.Duration(i)*40*time.Minute + l.between(0, 8*time.Hour))
			u.name = fmt.Sprintf("%s-week-%d", u.name, d/7+1) // its device is changed
			lines := l.drive(u, from, 3*time.Minute, 84, u.reach+l.r.IntN(220)-110)
			end := from.Add(84 * 3 * time.Minute)
			if k := end.Sub(Begin) / shift; end < Present {
				told[k] = append(told[k], lines...)
			}
		}
	}
	for k, lines := range told {
		who := []Office{duty, duty, night}[k%3]
		l.do(min(Present.Add(-20*time.Minute), Begin.Add(time.Duration(k+1)*shift+11*time.Minute)), func(s *Stage) { s.report(who, lines...) })
	}
}

// drive gives the positions of a unit that drives out, stays for a third of the time and drives home.
func (l *life) drive(u unit, from truce.Instant, every time.Duration, n, reach int) []string {
	home, far := l.towns[u.home], l.line[min(u.to, len(l.line)-1)]
	bend := l.scatter(part(home, far, 500), 1500)
	var out []string
	for i := range n {
		k := min(i, n-1-i) * 3000 / n // up to 1500, then back
		way := min(k, 1000) * reach / 1000
		p := part(part(home, bend, way), part(bend, far, way), way)
		if k >= 1000 {
			p = l.scatter(p, 60)
		}
		radius := pick(l, 5, 10, 10, 25, 60)
		if l.chance(2) {
			radius = 900 // the device was jammed
		}
		out = append(out, u.fix(from.Add(time.Duration(i)*every), l.scatter(p, 15), radius))
	}
	return out
}

func (u unit) fix(when truce.Instant, p truce.Position, radius int) string {
	q := within(p, radius)
	return write(fix{"fix", u.name, string(u.actor), u.category, when.String(), q.Lat, q.Lon, q.Error, u.device, true})
}
