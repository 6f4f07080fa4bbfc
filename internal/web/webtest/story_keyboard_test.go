package webtest

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"truce"
	"truce/internal/access"
	"truce/internal/record"
)

// keys types.
func (p *person) keys(keys string, with ...kb.Modifier) {
	p.t.Helper()
	p.do(chromedp.KeyEvent(keys, chromedp.KeyModifiers(with...)))
}

// stop is where the keyboard is: what it is called, and what is wrong with the stop.
type stop struct {
	Name, Bad string
	Here      bool
}

// tab goes on with the tab key, over stops that can all be seen and none of which holds it, until it is at what the words call.
func (p *person) tab(words string, with ...kb.Modifier) {
	p.t.Helper()
	ask[bool](p, "(window.stops = new Set(), true)")
	for range 400 {
		p.keys(kb.Tab, with...)
		at, ok := ask[stop](p, "stop("+quote(words)+")")
		if !ok || at.Bad != "" {
			p.fail("the keyboard stops at %q: %s", at.Name, at.Bad)
		}
		if at.Here {
			return
		}
	}
	p.fail("the keyboard does not come to %q", words)
}

// enter presses the enter key, which leads to another page.
func (p *person) enter() { p.t.Helper(); p.leave(func() { p.keys(kb.Enter) }) }

// A monitor signs in and reports, and another begins to verify, and a liaison officer disputes a reading, with nothing but a keyboard.
func TestStoryByKeyboard(t *testing.T) {
	guest := story(t)
	monitor := guest("", "en")
	monitor.name = "monitor at a keyboard"
	monitor.open("/sign-in")
	monitor.tab(monitor.say("web.skip"))
	monitor.tab(monitor.body("amman-monitoring-centre") + ", " + monitor.is("office", "monitor"))
	monitor.enter()
	monitor.tab(monitor.is("nav", "report"))
	monitor.enter()
	monitor.tab(monitor.say("web.report.incident"))
	monitor.keys("artill") // as one chooses by typing
	monitor.tab(monitor.say("web.report.from"))
	monitor.keys("12032017" + kb.ArrowRight + "0830AM")
	monitor.tab(monitor.is("place-by", "point"))
	monitor.keys(kb.ArrowRight + kb.ArrowLeft)
	monitor.tab(monitor.say("web.report.at"))
	monitor.keys(exactPlace)
	monitor.tab(monitor.say("web.report.error"))
	monitor.keys("150")
	monitor.tab(monitor.say("web.report.actor"))
	monitor.keys("government-of-syria")
	monitor.tab(monitor.say("web.report.role"))
	monitor.keys(kb.ArrowDown)
	monitor.tab(monitor.say("web.report.remark"))
	monitor.keys("Typed only")
	monitor.tab(monitor.say("web.report.exercise"))
	monitor.keys(" ")
	monitor.tab(monitor.say("web.report.remark"), kb.ModifierShift)
	monitor.tab(monitor.say("web.report.send"))
	monitor.enter()
	monitor.see(monitor.say("web.report.receipt"))
	monitor.see(monitor.printer().Word("artillery-fire"))
	monitor.see("Typed only")
	monitor.see(monitor.is("role", "initiator"))

	at := tasked(t)
	monitor.tab(monitor.is("nav", "cases"))
	monitor.enter()
	monitor.tab(string(at))
	monitor.enter()
	monitor.tab(monitor.is("step", "verify"))
	monitor.keys(kb.Enter)
	monitor.tab(monitor.is("field", "remark"))
	monitor.keys("On our way")
	monitor.tab(monitor.is("step", "verify"))
	monitor.enter()
	monitor.see(monitor.is("done", "step"))

	liaison := guest("", "en")
	liaison.name = "liaison at a keyboard"
	liaison.open("/sign-in")
	liaison.tab(liaison.body("government-of-syria"))
	liaison.enter()
	liaison.tab(liaison.is("nav", "cases"))
	liaison.enter()
	liaison.tab(string(at))
	liaison.enter()
	liaison.tab(liaison.say("web.case.dispute"))
	liaison.keys(" ")
	liaison.tab(liaison.is("field", "reading"))
	liaison.keys(kb.ArrowDown)
	liaison.tab(liaison.is("field", "why"))
	liaison.keys("Read by typing")
	liaison.tab(liaison.say("web.case.dispute"))
	liaison.enter()
	liaison.see(liaison.is("done", "disputed"))
	liaison.see("Read by typing")
}

// viewer is a guest as the mechanism knows them.
func viewer(t *testing.T, office string) access.Viewer {
	n, _ := open(t)
	g := guest(t, n, office)
	return access.Viewer{Person: g.ID, Body: g.Body, Office: g.Office, Now: n.Now(), Vouch: truce.VouchSession, Proved: n.Now()}
}

// tasked opens a case that a team of monitors is to look into.
func tasked(t *testing.T) truce.CaseID {
	t.Helper()
	n, _ := open(t)
	var at truce.CaseID
	last := 0
	for _, s := range []record.Step{{Step: truce.StepOpen, Rule: "ceasefire", Text: "an allegation"}, {Step: truce.StepRegister},
		{Step: truce.StepNotify, Parties: []truce.BodyID{"government-of-syria"}}, {Step: truce.StepAssess, Text: "it fits"}, {Step: truce.StepTask, Team: "amman-monitoring-centre"}} {
		s.Case, s.Last = at, last
		_, c, err := n.Mechanism().Step(t.Context(), viewer(t, "duty-officer"), s, 2017)
		if err != nil {
			t.Fatal(err)
		}
		at, last = c.ID, c.Last
	}
	return at
}
