package webtest

import (
	"testing"

	"github.com/chromedp/cdproto/emulation"
)

// Without a script a monitor signs in, reports, reads why a rule says what it says, and takes a step in a case; a liaison officer disputes a reading.
func TestStoryWithoutScript(t *testing.T) {
	guest := story(t)
	at := "/cases/" + string(tasked(t))
	still := func(name string) *person {
		p := guest("", "en")
		call(p, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		p.name = name
		p.signIn()
		return p
	}
	monitor := still("monitor")
	monitor.open("/report")
	monitor.seeNot(monitor.say("web.report.online")) // which a script says
	monitor.report("Sent without a script")
	monitor.press(monitor.say("web.report.check"))
	monitor.see(monitor.printer().Rule("ceasefire"))
	monitor.press(monitor.say("web.report.send"))
	monitor.see(monitor.say("web.report.receipt"))
	monitor.see("Sent without a script")
	monitor.open(at)
	monitor.step("verify", "remark", "On our way")

	duty := still("duty-officer")
	duty.open("/inbox")
	duty.within("Sent without a script")
	duty.press(duty.say("web.cases.new"))
	duty.fill(duty.is("field", "rule"), "ceasefire")
	duty.press(duty.say("web.cases.new"))
	duty.unfold(duty.say("web.case.reasons"))
	duty.press(duty.say("web.case.reasons-page"))
	duty.see(duty.is("truth", "true"))
	outcome := duty.here()
	duty = guest("duty-officer", "en") // with a script, which looks
	duty.open(outcome)
	duty.accessible()

	liaison := still("liaison of government-of-syria")
	liaison.open(at)
	liaison.unfold(liaison.say("web.case.dispute"))
	liaison.fill(liaison.is("field", "reading"), reading(t))
	liaison.fill(liaison.is("field", "why"), "Disputed without a script")
	liaison.press(liaison.say("web.case.dispute"))
	liaison.see("Disputed without a script")
	liaison.press(liaison.say("web.sign-out"))
	liaison.see(liaison.is("done", "signed-out"))
}
