package webtest

import (
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
)

// offline cuts the link, of the page and of its service worker, or mends it.
func (p *person) offline(cut bool) {
	p.t.Helper()
	call(p, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{EmulateOfflineServiceWorker: &cut,
		MatchedNetworkConditions: []*network.Conditions{{DownloadThroughput: -1, UploadThroughput: -1, Offline: cut}}})
	call(p, network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: cut, DownloadThroughput: -1, UploadThroughput: -1})
}

// A monitor writes a report where there is no link. It waits on the device, through a reload too, and arrives once when the link is back.
func TestStoryReportWithoutLink(t *testing.T) {
	guest := story(t)
	monitor, duty := guest("monitor", "en"), guest("duty-officer", "en")
	monitor.open("/report")
	monitor.until("the form is not kept for later", `caches.open('truce-files-1').then((c) => c.match('/en/report/blank')).then((x) => !!x)`)

	monitor.offline(true)
	monitor.expects = []string{"net::ERR_INTERNET_DISCONNECTED"}
	monitor.open("/report")
	monitor.see(monitor.say("web.report.offline"))
	monitor.report("Written without a link")
	monitor.click(monitor.say("web.report.send"))
	monitor.see(monitor.say("web.report.waits"))
	monitor.open("/report")
	monitor.see(monitor.say("web.report.queued"))
	duty.open("/inbox")
	duty.seeNot("Written without a link")

	monitor.offline(false)
	monitor.see(monitor.say("web.report.sent"))
	monitor.expects = nil
	id, _ := ask[string](monitor, `document.querySelector('#device [data-list] a').textContent`)
	if !strings.HasPrefix(id, "r-") {
		t.Fatalf("the device keeps no number of the report: %q", id)
	}
	monitor.open("/report") // which sends what waits, and nothing waits
	monitor.press(id)
	monitor.see(monitor.say("web.report.receipt"))
	monitor.see("Written without a link")
	duty.open("/inbox")
	duty.see("Written without a link")
	if n, _ := ask[int](duty, `document.body.innerText.split('Written without a link').length - 1`); n != 1 {
		t.Errorf("it arrived %d times", n)
	}
}

// report fills the form for what a monitor has seen.
func (p *person) report(note string) {
	p.t.Helper()
	p.fill(p.say("web.report.incident"), "artillery-fire")
	p.fill(p.say("web.report.from"), "2017-12-03T08:30")
	p.fill(p.say("web.report.at"), exactPlace)
	p.fill(p.say("web.report.error"), "150")
	p.fill(p.say("web.report.actor"), "government-of-syria")
	p.fill(p.say("web.report.role"), "initiator")
	p.fill(p.say("web.report.source"), secretSource)
	p.fill(p.say("web.report.remark"), note)
}

// What the public is never told of a report.
const (
	exactPlace   = "32.75118, 36.10213"
	secretSource = "the baker of the eastern quarter"
)
