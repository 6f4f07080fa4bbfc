package webtest

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"truce"
	"truce/internal/style"
)

// step takes a step in the case that is open: its form is unfolded, filled and sent by the button of its name.
func (p *person) step(step string, fill ...string) {
	p.t.Helper()
	p.unfold(p.is("step", step))
	for i := 0; i < len(fill); i += 2 {
		p.fill(p.is("field", fill[i]), fill[i+1])
	}
	p.press(p.is("step", step))
	p.see(p.is("done", "step"))
}

// Texts that people write in the course of a case. Whoever is not meant to never reads them.
const (
	whatTheMonitorSaw = "Rounds fell behind the mill while the bread was handed out"
	whatTheRoomThinks = "The team on the spot is known to be careful"
	whatThePartySays  = "That unit was there before the memorandum was signed"
	whatItReads       = "The area ends at the line of contact"
	whatWasVerified   = "Two of the team stood at the mill at noon"
	whatWasConcluded  = "Several accounts and the place agree"
	whyOneDissents    = "The finding rests on a reading that we do not share"
)

// A report becomes a case that is looked into, answered, disputed, signed by two and refused by one, and published: coarse, and without what could hurt anybody.
func TestStoryLifeOfACase(t *testing.T)         { lifeOfACase(t, "en") }
func TestStoryLifeOfACaseInArabic(t *testing.T) { lifeOfACase(t, "ar") }

func lifeOfACase(t *testing.T, language string) {
	guest := story(t)
	monitor := guest("monitor", language)
	monitor.open("/report")
	monitor.translated()
	monitor.report(whatTheMonitorSaw)
	monitor.press(monitor.say("web.report.send"))
	report := strings.TrimPrefix(monitor.here(), "/report/")
	monitor.see(monitor.say("web.report.receipt"))
	monitor.translated()

	duty := guest("duty-officer", language)
	duty.open("/inbox")
	duty.translated()
	duty.within(whatTheMonitorSaw)
	duty.press(duty.say("web.cases.new"))
	duty.translated()
	duty.fill(duty.is("field", "rule"), "ceasefire")
	duty.fill(duty.is("field", "what"), whatTheRoomThinks)
	duty.tick(duty.body("government-of-syria"))
	duty.press(duty.say("web.cases.new"))
	at := duty.here()
	duty.step("register")
	duty.unfold(duty.is("step", "notify"))
	duty.tick(duty.body("russia")) // which answers for it
	duty.step("notify")
	duty.step("assess", "text", whatTheRoomThinks)
	duty.step("task", "team", "amman-monitoring-centre")
	monitor.open(at)
	monitor.translated()
	monitor.step("verify", "remark", whatWasVerified)

	duty.open(at)
	duty.unfold(duty.is("step", "find"))
	duty.cite(report)
	duty.step("find", "occurrence", "confirmed", "standard", "reasonable-grounds", "confidence", "medium", "remark", whatWasConcluded)
	duty.unfold(duty.is("step", "attribute"))
	duty.cite(report)
	duty.tick(duty.printer().Actor("government-of-syria"))
	duty.step("attribute", "result", "party", "standard", "reasonable-grounds", "confidence", "low")
	duty.step("share")
	duty.unfold(duty.say("web.case.reasons"))
	duty.see(duty.is("truth", "true")) // a leaf of the reasons, which came when they were unfolded
	duty.accessible()

	liaison := guest("liaison of government-of-syria", language)
	liaison.open(at)
	liaison.seeNot(whatTheRoomThinks)
	liaison.step("respond", "text", whatThePartySays)
	liaison.unfold(liaison.say("web.case.dispute"))
	liaison.fill(liaison.is("field", "reading"), reading(t))
	liaison.fill(liaison.is("field", "why"), whatItReads)
	liaison.press(liaison.say("web.case.dispute"))
	liaison.see(whatItReads)
	liaison.translated()
	liaison.unfold(liaison.say("web.case.dispute"))
	liaison.accessible()

	russia := guest("guarantor of russia", language)
	russia.open(at)
	russia.step("respond", "text", whatThePartySays)

	duty.open(at)
	duty.see(whatThePartySays)
	duty.see(whatItReads)
	duty.step("submit")
	for body, step := range map[string][]string{"jordan": {"sign"}, "united-states": {"sign"}, "russia": {"dissent", "text", whyOneDissents}} {
		guarantor := guest("guarantor of "+body, language)
		guarantor.open(at)
		guarantor.see(whatItReads)
		guarantor.step(step[0], step[1:]...)
		guarantor.translated()
		guarantor.open("/agreement")
		guarantor.see(guarantor.say("web.case.disputed")) // at the term; and at each article that turns on it:
		guarantor.unfold(guarantor.say("web.case.dispute"))
		guarantor.accessible()
		guarantor.see(guarantor.say("web.case.disputes", truce.Str(style.Reading(guarantor.printer(), reading(t)))))
	}
	duty.signIn() // to publish takes a fresh proof
	duty.open(at)
	duty.see(whyOneDissents)
	duty.step("publish", "tier", "public")
	duty.translated()
	duty.open(at + "/dossier")
	duty.translated()

	public := as(t, "")
	if res, body := public.get("/" + language + at); res.StatusCode != http.StatusNotFound || strings.Contains(body, whatWasConcluded) {
		t.Errorf("before its delay is over the public is told of the case: %d", res.StatusCode)
	}
	later.Add(int64(73 * time.Hour))
	res, page := public.get("/" + language + at)
	if res.StatusCode != http.StatusOK {
		t.Fatalf("the public is not told of the case: %d", res.StatusCode)
	}
	for _, told := range []string{duty.is("occurrence", "confirmed"), whatWasConcluded, duty.body("jordan"), duty.is("word-of", "dissent")} {
		if !strings.Contains(page, told) {
			t.Errorf("the public is not told %q", told)
		}
	}
	for _, s := range leaked(t, page) {
		t.Errorf("the public is told %q", s)
	}
	for _, l := range []string{language, "ru"} {
		reader := guest("", l)
		reader.open(at)
		reader.see(reader.is("occurrence", "confirmed"))
		reader.accessible()
		reader.translated()
	}
}

// reading is one of those on which the rule of the case turns.
func reading(t *testing.T) string {
	n, _ := open(t)
	a, _ := n.Mechanism().Current()
	for _, r := range a.Plan.Rules {
		for _, x := range a.Plan.Agreement.Terms {
			if r.ID == "ceasefire" && len(r.Terms) > 0 && x.ID == r.Terms[0] {
				return truce.Choice{Term: x.ID, Reading: x.Readings[0].ID}.String()
			}
		}
	}
	t.Fatal("the rule turns on nothing")
	return ""
}

// cite ticks a record of the case; its name is its value.
func (p *person) cite(record string) {
	p.t.Helper()
	p.until("it cannot be cited", `press([...document.querySelectorAll('[data-unfolded] input[name="cites"]')].find((x) => x.value === `+quote(record)+`))`)
}

func (p *person) body(id string) string { return style.Body(p.printer(), id) }
