package api

import "testing"

// The operations room is told of trends and of cases that look alike; a party gets counts of what it may see, which is nothing here.
func TestEarlyWarning(t *testing.T) {
	e := start(t)
	var taken struct{ IDs []string }
	e.as("monitor").with("Content-Type", "application/x-ndjson").post("/api/observations?tier=mechanism", shelling).is(201).into(&taken)
	e.Settle()
	var trends struct {
		Items []struct {
			Rule             string
			Recent, Baseline int
		}
	}
	count := func() (n int) {
		for _, x := range trends.Items {
			n += x.Recent + x.Baseline
		}
		return n
	}
	if e.as("duty").get("/api/trends").is(200).into(&trends); count() == 0 {
		t.Errorf("%+v", trends)
	}
	trends.Items = nil
	if e.as("russia").get("/api/trends").is(200).into(&trends); count() != 0 {
		t.Errorf("a party is told of what it may not see: %+v", trends)
	}
	e.as("duty").get("/api/exchanges?a=government-of-syria&b=southern-front").is(200)
	e.as("duty").get("/api/exchanges?a=government-of-syria").is(422)
	e.as("duty").post("/api/cases", m{"rule": "ceasefire", "cites": taken.IDs}).is(201)
	var first struct{ Case struct{ ID string } }
	e.as("duty").post("/api/cases", m{"rule": "ceasefire", "article": "1", "cites": taken.IDs}).is(201).into(&first)
	var alike struct{ Items []struct{ Case string } }
	if e.as("duty").get("/api/cases/" + first.Case.ID + "/duplicates").is(200).into(&alike); len(alike.Items) != 1 {
		t.Errorf("%+v", alike)
	}
	e.as("russia").get("/api/cases/" + first.Case.ID + "/duplicates").is(404)
}
