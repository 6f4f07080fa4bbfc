package api

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"truce"
	"truce/internal/mechanism"
	"truce/internal/record"
	"truce/internal/view"
)

// secret is a text that was planted, and who may read it where it stands, by name.
type secret struct {
	text string
	may  []string
}

// planted fills a mechanism with a secret in every sealed field that the interface can take, and gives them. Who may read each is written here by hand, from
// docs/reference/access.md, and not asked of the code that is tested.
func planted(e *env) []secret {
	e.T.Helper()
	russia, room := []string{"russia", "russian liaison"}, []string{"duty"}
	jordan := []string{"jordan", "jordanian liaison"}
	guarantors := []string{"russia", "united states", "jordan"}
	reporters := []string{"monitor", "duty"} // who made a report of team-1, and the operations room
	line := `{"id":"CANARY-OBS-ID","kind":"incident","what":"shelling","time":"2017-11-15T09:30:17Z","place":{"kind":"point","lat":32.7512347,"lon":36.1054321,"error_m":137},` +
		`"parts":[{"name":"CANARY-ACTOR","role":"initiator"},{"name":"southern-front","role":"target"}],"count":3,` +
		`"source":{"id":"CANARY-SOURCE","means":"seen","standing":"observed","reference":"CANARY-REFERENCE","relayed_by":["CANARY-RELAY"]},"note":"CANARY-NOTE"}` + "\n"
	obs := e.report("monitor", line)[0]
	e.as("monitor").with("Content-Type", "application/x-ndjson").post("/api/observations?tier=mechanism", positions).is(201)
	e.Settle()
	e.deposit("monitor", []byte("\xff\xd8\xff\xe1 Exif CANARY-EXIF and CANARY-BYTES"), obs)
	e.as("russia").post("/api/statements", m{"act": "said", "who": "CANARY-SPEAKER", "text": "CANARY-SAID", "reference": "CANARY-PAPER", "tier": "mechanism"}).is(201)
	q := e.as("jordanian liaison").post("/api/queries", m{"act": "asks", "to": []string{"russia"}, "text": "CANARY-QUESTION", "where": "CANARY-QUERY-PLACE", "when": "CANARY-QUERY-TIME"}).is(201).record().ID
	e.as("russian liaison").post("/api/queries", m{"act": "answers", "of": q, "text": "CANARY-ANSWER"}).is(201)

	var said mechanism.Page[mechanism.Outcome]
	e.as("duty").get("/api/outcomes?of=" + string(obs)).is(200).into(&said)
	var k Stepped
	e.as("duty").post("/api/cases", m{"rule": said.Items[0].Rule, "cites": []any{obs, said.Items[0].ID}, "text": "CANARY-GROUND", "where": "CANARY-CASE-PLACE"}).is(201).into(&k)
	at := "/api/cases/" + string(k.Case.ID) + "/steps"
	step := func(name string, s m) {
		e.T.Helper()
		var c mechanism.Case
		e.as("duty").get("/api/cases/" + string(k.Case.ID)).is(200).into(&c)
		s["last"] = c.Last
		e.as(name).post(at, s).is(201)
	}
	step("duty", m{"step": "register"})
	step("duty", m{"step": "notify", "parties": []string{"government-of-syria", "russia"}})
	step("duty", m{"step": "assess", "text": "CANARY-ASSESSMENT"})
	step("russian liaison", m{"step": "respond", "text": "CANARY-RESPONSE"})
	step("duty", m{"step": "task", "team": "team-1"})

	e.as("monitor").post("/api/uploads", m{"name": "CANARY-UPLOAD-NAME", "size": 1000}).is(201)
	e.as("duty").post("/api/grants", m{"person": e.People["analyst"].Person, "record": obs, "fields": []string{"count"}, "until": e.Clock().Add(time.Hour).String(), "reason": "CANARY-GRANT-REASON"}).is(201)
	e.as("auditor").post("/api/pause", m{"act": "paused", "reason": "CANARY-PAUSE-REASON"}).is(201)
	e.as("duty").post("/api/erasures", m{"act": "held", "why": "inquiry", "records": []any{obs}, "reason": "CANARY-HOLD-REASON"}).is(201)

	out := []secret{
		{"CANARY-OBS-ID", nil}, // the author's own number for it is no field of any answer
		{"CANARY-ACTOR", reporters}, {"CANARY-SOURCE", reporters}, {"CANARY-REFERENCE", reporters}, {"CANARY-RELAY", reporters}, {"CANARY-NOTE", reporters},
		{"32.751234", reporters}, {"36.105432", reporters}, {"09:30:17", reporters}, {`"error_m":137`, reporters},
		{"CANARY-UNIT", reporters}, {"CANARY-TRACKER", reporters}, {"32.7512349", reporters},
		{"CANARY-FILE-NAME", reporters}, {"CANARY-FILE-NOTE", reporters}, {"CANARY-EXIF", nil}, {"CANARY-BYTES", nil},
		{"CANARY-SAID", append([]string{"duty", "monitor", "other monitor", "analyst"}, russia...)}, {"CANARY-SPEAKER", append([]string{"duty", "monitor", "other monitor", "analyst"}, russia...)},
		{"CANARY-PAPER", append([]string{"duty", "monitor", "other monitor", "analyst"}, russia...)},
		{"CANARY-QUESTION", slices.Concat(room, russia, jordan)}, {"CANARY-QUERY-PLACE", slices.Concat(room, russia, jordan)}, {"CANARY-ANSWER", slices.Concat(room, russia, jordan)},
		{"CANARY-QUERY-TIME", append([]string{"duty", "monitor", "other monitor", "analyst"}, slices.Concat(russia, jordan)...)},
		{"CANARY-GROUND", room}, {"CANARY-CASE-PLACE", room}, {"CANARY-ASSESSMENT", room}, {"CANARY-RESPONSE", append([]string{"duty"}, russia...)},
		{"CANARY-CLASS-REASON", nil}, {"CANARY-PAUSE-REASON", nil},
		{"CANARY-GRANT-REASON", append([]string{"duty", "analyst", "auditor"}, guarantors...)}, {"CANARY-HOLD-REASON", append([]string{"duty", "auditor"}, guarantors...)},
		{"CANARY-UPLOAD-NAME", reporters},
	}
	for _, c := range cast {
		may := []string{"duty", c.Name}
		for _, d := range cast {
			if d.Body == c.Body && (c.Office == truce.OfficeGuarantor || c.Office == truce.OfficeLiaison || c.Office == truce.OfficeConsulted) {
				may = append(may, d.Name)
			}
		}
		out = append(out, secret{"NAME-OF " + c.Name, may}, secret{"CONTACT-OF " + c.Name, may}, secret{"CREDENTIAL-OF " + c.Name, nil})
	}
	return out
}

// walk asks everything there is to ask as one person: every route that is a question, with the name of everything there is, and refusals of acts. It hands each answer on, with all its headers.
func walk(e *env, a *actor, each func(what, answer string, r *reply)) {
	e.T.Helper()
	var ids []string
	for before := truce.Seq(0); ; {
		rows := must(e.M.View.Records(context.Background(), view.Query{Before: before, Limit: view.MaxPage}))
		for _, r := range rows {
			ids = append(ids, string(r.ID))
			before = r.Seq
		}
		if len(rows) < view.MaxPage {
			break
		}
	}
	ids = append(ids, "2017-0001", "p-1", "k-p-1", "2017-11-08")
	tell := func(what string, r *reply) {
		each(what, whole(r), r)
	}
	for _, rt := range e.s.list() {
		if rt.method != http.MethodGet || rt.id == "follow" {
			continue
		}
		if !strings.Contains(rt.path, "{") {
			tell(rt.pattern, a.get(rt.path))
			continue
		}
		for _, id := range ids {
			path := strings.NewReplacer("{id}", id, "{version}", id, "{collection}", "zones").Replace(rt.path)
			tell(rt.pattern, a.get(path))
		}
	}
	for _, q := range []string{"?bbox=36.1,32.75,36.11,32.76", "?from=2017-11-15T09:30:00Z&to=2017-11-15T09:31:00Z", "?what=shelling", "?kind=incident", "?limit=1"} {
		tell("narrowed "+q, a.get("/api/observations"+q))
		tell("narrowed "+q, a.get("/api/tracks"+q))
	}
	for _, id := range ids {
		tell("outcomes of", a.get("/api/outcomes?of="+id))
		tell("media about", a.get("/api/media?about="+id))
	}
	// Acts that fail say why, and nothing else.
	for _, id := range ids[:min(len(ids), 40)] {
		tell("cite", a.post("/api/queries", m{"act": "asks", "to": []string{"nobody-there"}, "text": "x", "cites": []string{id}}))
		tell("step", a.post("/api/cases/2017-0001/steps", m{"step": "close", "last": 1, "text": "x", "cites": []string{id}}))
		tell("confirm", a.post("/api/confirmations", m{"of": id}))
		tell("hand over", a.post("/api/media/"+id+"/hand-over", m{"to": "nobody-there", "receiver": "x", "reason": "x"}))
	}
}

// What was planted is read by those who may and by nobody else: in no answer, count, header, refusal, line of a log, piece of news or description of the interface. And what
// somebody may not know of is answered as what is not there, byte for byte.
func TestCanaries(t *testing.T) {
	if testing.Short() {
		t.Skip("asks some thousand questions: run without -short")
	}
	e := start(t)
	secrets := planted(e)
	if bad := len(e.leaks(secrets, "", "duty")); bad < 20 {
		t.Fatalf("the control: served the answers of the operations room, the public would have read %d secrets", bad)
	}
	read := map[string]bool{}
	asked, hidden := 0, 0
	names := []string{""}
	for _, c := range cast {
		names = append(names, c.Name)
	}
	for _, name := range names {
		a := e.as(name)
		absent := map[string]string{}
		walk(e, a, func(what, answer string, r *reply) {
			asked++
			if r.Code >= 500 {
				t.Errorf("%q: %s: %d %s", name, what, r.Code, e.said())
			}
			for _, s := range secrets {
				if !strings.Contains(answer, s.text) {
					continue
				}
				if !slices.Contains(s.may, name) {
					t.Errorf("%q reads %s in %s", name, s.text, what)
				}
				read[s.text+" by "+name] = true
			}
			// What is hidden is answered as what never was.
			if strings.HasPrefix(what, "GET ") && strings.Contains(what, "{") && r.Code != http.StatusOK {
				never, ok := absent[what]
				if !ok {
					path := strings.NewReplacer("{id}", "r-00000000000000000000", "{version}", "2016-01-01", "{collection}", "zones").Replace(strings.TrimPrefix(what, "GET "))
					never = whole(a.get(path))
					absent[what] = never
				}
				if answer != never {
					t.Errorf("%q: %s: there are two answers for what is not there:\n%s\n%s", name, what, never, answer)
				}
				hidden++
			}
		})
		// News.
		ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
		req := httptest.NewRequest("GET", "/api/events?cursor="+must(e.M.Newest()), nil).WithContext(ctx)
		for k, v := range a.header {
			req.Header[k] = v
		}
		rec := httptest.NewRecorder()
		e.s.ServeHTTP(rec, req)
		cancel()
		if strings.Contains(rec.Body.String(), "CANARY") {
			t.Errorf("%q reads in the news: %s", name, rec.Body)
		}
	}
	// Who may read it does: a secret that nobody finds proves nothing.
	for _, s := range secrets {
		for _, name := range s.may {
			if !read[s.text+" by "+name] {
				t.Errorf("%s may read %s and does not find it", name, s.text)
			}
		}
	}
	// Published to everybody, called ordinary, and released: then coarse fields are read, and still nothing else.
	for _, k := range []truce.RecordKind{truce.RecordObservation, truce.RecordPositions, truce.RecordMedia, truce.RecordOutcome} {
		e.Classify(e.newest(k), truce.TierPublic, "ordinary")
	}
	e.Put(e.People["duty"], must(record.Pause{At: e.Clock(), Act: record.PauseResumes, Reason: "CANARY-PAUSE-REASON"}.Draft()))
	e.Put(e.People["jordan"], must(record.Pause{At: e.Clock(), Act: record.PauseConfirms, Of: e.newest(truce.RecordPause), Reason: "CANARY-PAUSE-REASON"}.Draft()))
	e.Later(73 * time.Hour)
	wider := map[string][]string{"CANARY-ACTOR": {"", "russia", "israel", "analyst"}, "09:30:17": {"analyst"}, "CANARY-UNIT": {"analyst"}}
	for _, name := range []string{"", "russia", "israel", "analyst", "operator"} {
		found := map[string]bool{}
		walk(e, e.as(name), func(what, answer string, _ *reply) {
			asked++
			for _, s := range secrets {
				if strings.Contains(answer, s.text) {
					found[s.text] = true
					if !slices.Contains(s.may, name) && !slices.Contains(wider[s.text], name) {
						t.Errorf("%q reads %s in %s once it is published", name, s.text, what)
					}
				}
			}
		})
		for text, may := range wider {
			if slices.Contains(may, name) != found[text] {
				t.Errorf("%q reads %s once it is published: %v", name, text, found[text])
			}
		}
	}
	e.mu.Lock()
	logs := fmt.Sprintf("%+v %+v", e.lines, e.Log())
	e.mu.Unlock()
	for _, s := range secrets {
		if strings.Contains(logs, s.text) {
			t.Errorf("a log holds %s", s.text)
		}
	}
	t.Logf("%d answers, %d secrets, each found by those who may; %d answers as if there were nothing", asked, len(secrets), hidden)
}

// whole gives an answer with its status and headers.
func whole(r *reply) string {
	keys := slices.Sorted(maps.Keys(r.Header()))
	b := fmt.Sprintln(r.Code)
	for _, k := range keys {
		b += fmt.Sprintln(k, r.Header()[k])
	}
	return b + r.Body.String()
}

// leaks lists the secrets that one person would read if they were served the answers of another: the control of the test.
func (e *env) leaks(secrets []secret, name, answered string) (out []string) {
	walk(e, e.as(answered), func(_, answer string, _ *reply) {
		for _, s := range secrets {
			if strings.Contains(answer, s.text) && !slices.Contains(s.may, name) && !slices.Contains(out, s.text) {
				out = append(out, s.text)
			}
		}
	})
	return out
}
