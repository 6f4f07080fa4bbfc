package report

import (
	"fmt"
	"html/template"
	"slices"
	"strings"

	"truce"
)

// The measure of charts, in units of their own that a page scales.
const (
	chartWidth  = 760.0
	chartLeft   = 46.0
	chartRight  = 12.0
	weeksHeight = 132.0
	// chartLeast is how many things a time line needs to be drawn; of fewer the table says it better.
	chartLeast = 8
)

// series draws a rule's time line: for each week a bar, cut by what the rule says, and the moments at which it begins.
func (v *page) series(r *Rule, with []Standing) template.HTML {
	bins := r.Series.Bins
	most := 0
	for _, b := range bins {
		n := 0
		for _, s := range with {
			n += len(b.By[s])
		}
		most = max(most, n)
	}
	step := niceStep(most, 3)
	top := (most + step - 1) / step * step
	const head, foot = 26.0, 22.0
	height := weeksHeight + head + foot
	what := v.p.Say(truce.Say("report.chart.series", truce.RuleArg(r.ID), truce.PhraseArg(truce.Phrase{ID: unitWord[r.Series.Unit]})))
	d := open("chart", "c-"+string(r.ID), chartWidth, height, v.p.Rule(r.ID), what)
	width := float64((chartWidth - chartLeft - chartRight) / float64(len(bins)))
	x := func(k float64) float64 { return chartLeft + float64(k*width) }
	y := func(n int) float64 { return head + weeksHeight - float64(float64(n)*weeksHeight/float64(top)) }
	for n := 0; n <= top; n += step {
		d.put(`<path d="M%s %sH%s" class="%s"/>`, at(chartLeft), at(y(n)), at(chartWidth-chartRight), map[bool]string{true: "axis", false: "grid"}[n == 0])
		d.label(chartLeft-6, y(n)+4, "end", "soft", v.p.Number(int64(n)))
	}
	for k, b := range bins {
		sum := 0
		for _, s := range with {
			n := len(b.By[s])
			if n == 0 {
				continue
			}
			d.put(`<path d="M%s %sh%sV%sh-%sz" class="f-%s"/>`, at(x(float64(k))+0.4), at(y(sum)), at(max(width-0.8, 0.6)), at(y(sum+n)), at(max(width-0.8, 0.6)), s.class())
			sum += n
		}
	}
	v.ticks(d, bins, x, head+weeksHeight)
	v.begins(d, r, bins, x, head)
	return d.close()
}

// niceStep is a round step so that a scale up to most has about n of them.
func niceStep(most, n int) int {
	step := 1
	for i := 0; most > step*n; i++ {
		step = [3]int{1, 2, 5}[i%3] * pow10(i/3)
	}
	return max(step, 1)
}

func pow10(n int) int {
	p := 1
	for range n {
		p *= 10
	}
	return p
}

// ticks writes months or years below a time line, as many as there is room for.
func (v *page) ticks(d *drawing, bins []Bin, x func(float64) float64, base float64) {
	clock := v.Agreement.Clock
	type tick struct {
		at   float64
		text string
	}
	var all []tick
	last := ""
	for k, b := range bins {
		w := clock.Wall(b.When.To)
		if w.Day > 7 && len(bins) > 1 && b.When.To-b.When.From < 8*86_400_000 { // not the first week of a month
			continue
		}
		text := fmt.Sprintf("%04d-%02d", w.Year, w.Month)
		if text != last {
			all = append(all, tick{float64(k), text})
			last = text
		}
	}
	if len(all) == 0 && len(bins) > 0 {
		w := clock.Wall(bins[0].When.From)
		all = append(all, tick{0, fmt.Sprintf("%04d-%02d-%02d", w.Year, w.Month, w.Day)})
	}
	const room = 50.0
	next := -room
	for _, t := range all {
		px := x(t.at)
		d.put(`<path d="M%s %sv4" class="axis"/>`, at(px), at(base))
		if px >= next && px < chartWidth-30 {
			d.label(px, base+16, "start", "soft", t.text)
			next = px + room
		}
	}
}

// begins marks when a rule begins to bind.
func (v *page) begins(d *drawing, r *Rule, bins []Bin, x func(float64) float64, head float64) {
	slices.SortFunc(r.Begins, func(a, b truce.Span) int { return int(min(max(a.From-b.From, -1), 1)) })
	for _, when := range r.Begins {
		k := slices.IndexFunc(bins, func(b Bin) bool { return b.When.From <= when.From && when.From <= b.When.To })
		if k < 0 {
			continue
		}
		b := bins[k].When
		part := float64(when.From-b.From) / float64(b.To-b.From+1)
		px := x(float64(k) + part)
		d.put(`<path d="M%s %sV%s" class="date"/>`, at(px), at(head-8), at(head+weeksHeight))
		anchor := "start"
		if px > chartWidth*0.7 {
			anchor = "end"
		}
		d.label(px, head-12, anchor, "strong", v.p.Say(truce.Say("report.chart.begins", truce.SpanArg(when))))
	}
}

// countNote says how the drawing of countChart is read.
func countNote(r *Rule) truce.Phrase { return truce.Say("report.chart.counts", truce.RuleArg(r.ID)) }

// countChart draws how many violations there were under each counting rule.
func (v *page) countChart(r *Rule) template.HTML {
	const row, left = 30.0, 200.0
	most := 1
	for _, c := range r.Counts {
		most = max(most, c.Any.High, c.Every.High)
	}
	step := niceStep(most, 6)
	top := (most + step - 1) / step * step
	height := float64(row*float64(len(r.Counts))) + 34
	x := func(n int) float64 { return left + float64(float64(n)*(chartWidth-left-30)/float64(top)) }
	d := open("chart", "n-"+string(r.ID), chartWidth, height, v.p.Rule(r.ID), v.p.Say(countNote(r)))
	base := height - 22
	for n := 0; n <= top; n += step {
		d.put(`<path d="M%s 4V%s" class="%s"/>`, at(x(n)), at(base), map[bool]string{true: "axis", false: "grid"}[n == 0])
		d.label(x(n), base+15, "middle", "soft", v.p.Number(int64(n)))
	}
	for k, c := range r.Counts {
		y := float64(row*float64(k)) + 6
		d.label(left-10, y+15, "end", "", clip(countingName(v.p, c.Counting), 30))
		bar := func(c Counted, y, h float64, class string) {
			if c.High == 0 {
				d.put(`<path d="M%s %sv%s" class="axis"/>`, at(x(0)), at(y), at(h))
				return
			}
			d.put(`<rect x="%s" y="%s" width="%s" height="%s" class="%s"/>`, at(x(0)), at(y), at(max(x(c.Low)-x(0), 0)), at(h), class)
			if c.High > c.Low { // what it may be more is a thin line to the most it can be
				d.put(`<path d="M%s %sH%sM%s %sv%s" class="whisker"/>`, at(x(c.Low)), at(y+h/2), at(x(c.High)), at(x(c.High)), at(y), at(h))
			}
		}
		bar(c.Every, y, 9, "range-every")
		bar(c.Any, y+11, 9, "range-any")
	}
	return d.close()
}

// clip cuts a text for a place with little room.
func clip(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return strings.TrimSpace(string(r[:n-1])) + "…"
}

// forest draws the ratios before and after with their intervals, on a scale where half as many and twice as many are as far
// from one.
func (v *page) forest(d Date) template.HTML {
	const row, left = 17.0, 250.0
	type line struct {
		name, what, class string
		rate              Rate
		first             bool
	}
	var lines []line
	for _, w := range d.Compare {
		if w.empty() {
			continue
		}
		name := v.p.Say(truce.Say("report.days", truce.NumArg(int64(w.Days))))
		if len(v.scopes) > 1 {
			name += " · " + v.p.Say(ruleList(w.Rules))
		}
		lines = append(lines, line{name, v.p.Say(truce.Say("report.column.inside")), "", w.Inside, true}, line{"", v.p.Say(truce.Say("report.column.likely")), "likely", w.Likely, false})
		if w.HasRest {
			lines = append(lines, line{"", v.p.Say(truce.Say("report.column.rest")), "rest", w.Rest, false})
		}
	}
	low, high := Thousandths(500), Thousandths(2000)
	for _, l := range lines {
		if l.rate.Known {
			if l.rate.Low > 0 {
				low = min(low, l.rate.Low)
			}
			if l.rate.High != Infinite {
				high = max(high, l.rate.High)
			}
			if l.rate.Ratio > 0 && l.rate.Ratio != Infinite {
				low, high = min(low, l.rate.Ratio), max(high, l.rate.Ratio)
			}
		}
	}
	low, high = max(low, 10), min(high, 100_000)
	from, to := log2(low), log2(high)
	x := func(n Thousandths) float64 {
		n = min(max(n, low), high)
		return left + float64((log2(n)-from)*(chartWidth-left-20)/(to-from))
	}
	height := 26.0
	for _, l := range lines {
		if l.first {
			height += 7
		}
		height += row
	}
	g := open("chart", "f-"+d.When.From.String(), chartWidth, height, v.p.Span(d.When), v.p.Say(truce.Say("report.chart.forest")))
	base := height - 20
	last := -100.0
	for _, n := range []Thousandths{10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000} {
		if n < low || n > high {
			continue
		}
		class := "grid"
		if n == 1000 {
			class = "axis"
		}
		g.put(`<path d="M%s 2V%s" class="%s"/>`, at(x(n)), at(base), class)
		if x(n)-last >= 34 || n == 1000 {
			g.label(x(n), base+15, "middle", "soft", hundredths(v.p, n))
			last = x(n)
		}
	}
	y := 0.0
	for _, l := range lines {
		if l.first {
			y += 7
		}
		y += row
		if l.name != "" {
			g.label(4, y-4, "start", "strong", clip(l.name, 22))
		}
		g.label(left-12, y-4, "end", "soft", clip(l.what, 24))
		if !l.rate.Known {
			g.label(left+4, y-4, "start", "soft", v.p.Say(truce.Say("report.no-ratio")))
			continue
		}
		m := y - 8
		g.put(`<path d="M%s %sH%s" class="whisker %s"/>`, at(x(l.rate.Low)), at(m), at(x(l.rate.High)), l.class)
		if l.rate.Low < low { // it goes on beyond the scale
			g.put(`<path d="M%s %sl5-3v6z" class="dot rest"/>`, at(x(l.rate.Low)-5), at(m))
		}
		if l.rate.High > high {
			g.put(`<path d="M%s %sl-5-3v6z" class="dot rest"/>`, at(x(l.rate.High)+5), at(m))
		}
		if l.class == "rest" {
			g.put(`<rect x="%s" y="%s" width="7" height="7" class="dot rest"/>`, at(x(l.rate.Ratio)-3.5), at(m-3.5))
		} else {
			g.put(`<circle cx="%s" cy="%s" r="3.8" class="dot %s"/>`, at(x(l.rate.Ratio)), at(m), l.class)
		}
	}
	return g.close()
}

// log2 is the logarithm to base two of a positive number, to twelve binary places: by squaring, so that every processor draws
// the same.
func log2(n Thousandths) float64 {
	x, whole := float64(n), 0.0
	for x >= 2 {
		x, whole = x/2, whole+1
	}
	part := 0.5
	for range 12 {
		x = float64(x * x)
		if x >= 2 {
			x, whole = x/2, whole+part
		}
		part /= 2
	}
	return whole
}
