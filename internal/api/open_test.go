package api

import (
	"testing"

	"truce/internal/mechanism"
)

// Two people of two bodies reveal one group of a record, or withhold it, over the interface; exact places never, and who may not does not. What lies sealed everybody may count.
func TestRevealOverTheInterface(t *testing.T) {
	e := start(t)
	id := e.report("monitor", shelling)[0]
	reveal := func(name, group string) *reply {
		return e.as(name).post("/api/reveals", m{"of": id, "group": group, "reason": "Everybody asks."})
	}
	for _, group := range []string{"where", "source", "origin", "no such group"} {
		if c := reveal("duty", group).is(403).code(); c != "never-public" {
			t.Errorf("%s: %s", group, c)
		}
	}
	reveal("monitor", "what").is(403)
	reveal("syrian liaison", "what").is(404)
	first := reveal("duty", "what").is(201).record()
	if !first.Waits {
		t.Error("one person alone reveals")
	}
	e.as("duty").post("/api/withholdings", m{"why": "danger", "reason": "x"}).is(422)
	e.as("duty").post("/api/withholdings", m{"records": []any{id}, "why": "a whim", "reason": "x"}).is(422)
	second := e.as("duty").post("/api/withholdings", m{"records": []any{id}, "why": "danger", "until": "2019-01-01T00:00:00Z", "reason": "It endangers somebody."}).is(201).record()
	var list Proposals
	e.as("jordan").get("/api/proposals").is(200).into(&list)
	if len(list.Items) != 2 || list.Items[0].Reveals != "what" || list.Items[1].Why != "danger" || list.Items[1].Count != 1 || list.Items[0].Of != id {
		t.Errorf("who is to confirm is told %+v", list.Items)
	}
	for _, x := range []anyRecord{first, second} {
		e.as("duty").post("/api/confirmations", m{"of": x.ID}).is(403)
		e.as("jordan").post("/api/confirmations", m{"of": x.ID, "reason": "Yes."}).is(201)
	}
	var sealed mechanism.Sealed
	e.as("").get("/api/sealed").is(200).into(&sealed)
	var due mechanism.Page[mechanism.SealedRecord]
	if e.as("duty").get("/api/sealed/records").is(200).into(&due); sealed.Leaves != 0 || len(due.Items) != 0 {
		t.Errorf("no open record is kept here: %+v, %+v", sealed, due)
	}
	e.as("jordan").post("/api/keys/k-0000000000000000/vouchers", nil).is(404)
}
