package api

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"
	"truce/internal/door"

	"truce"
	"truce/internal/mechanism"
)

type m map[string]any

// The whole life of a case, through the interface alone: a report, what rules say of it, a case, a finding, answers, signatures and a dissent,
// publication, a remedy, the end.
func TestLifeOfACase(t *testing.T) {
	e := start(t)
	var taken Taken
	e.as("monitor").with("Content-Type", "application/x-ndjson").post("/api/observations?tier=mechanism", shelling).is(201).into(&taken)
	id := taken.IDs[0]
	e.as("monitor").with("Content-Type", "application/x-ndjson").post("/api/observations?tier=mechanism", shelling).is(200).into(&taken)
	if taken.Repeated != 1 || taken.Records != 0 {
		t.Errorf("sent again: %+v", taken)
	}
	if e.Settle() == 0 {
		t.Fatal("no rule speaks of it")
	}
	var said mechanism.Page[mechanism.Outcome]
	e.as("duty").get("/api/outcomes?of=" + string(id)).is(200).into(&said)
	if len(said.Items) == 0 || len(said.Items[0].Why) == 0 {
		t.Fatalf("no reasons: %+v", said)
	}
	var articles mechanism.Articles
	e.as("duty").get("/api/articles").is(200).into(&articles)
	if len(articles.Items) == 0 || !articles.Whole {
		t.Errorf("%+v", articles)
	}

	var opened Stepped
	r := e.as("duty").post("/api/cases", m{"rule": said.Items[0].Rule, "article": said.Items[0].Article, "cites": []any{id, said.Items[0].ID}}).is(201).into(&opened)
	at := r.Header().Get("Location")
	if at != "/api/cases/"+string(opened.Case.ID) {
		t.Errorf("it is said to be at %q", at)
	}
	do := func(name string, step m) Stepped {
		t.Helper()
		tag := e.as(name).get(at).is(200).Header().Get("ETag")
		if !strings.HasPrefix(tag, `"`) {
			t.Fatal("no ETag")
		}
		var out Stepped
		a := e.as(name)
		if strings.Contains(tag, ".") {
			a.with("If-Match", tag)
		} else {
			step["last"] = opened.Case.Last
		}
		a.post(at+"/steps", step).is(201).into(&out)
		if out.Case.Last > 0 {
			opened = out
		}
		return out
	}
	do("duty", m{"step": "register"})
	do("duty", m{"step": "notify", "parties": []string{"government-of-syria", "russia"}})
	do("duty", m{"step": "assess", "text": "It fits what was seen."})
	do("duty", m{"step": "task", "team": "team-1"})
	do("monitor", m{"step": "verify"})
	do("duty", m{"step": "find", "cites": []any{id}, "finding": m{"occurrence": "confirmed", "standard": "reasonable-grounds", "confidence": "medium"}})
	do("duty", m{"step": "attribute", "cites": []any{id}, "attribution": m{"result": "party", "by": []string{"government-of-syria"}, "standard": "reasonable-grounds", "confidence": "low"}})
	do("duty", m{"step": "share"})
	do("russian liaison", m{"step": "respond", "text": "We see it otherwise."})
	do("syrian liaison", m{"step": "respond", "text": "It was not ours."})
	of := do("duty", m{"step": "submit"}).Case.Findings[0].Number
	do("united states", m{"step": "sign", "of": of})
	do("jordan", m{"step": "sign", "of": of})
	do("russia", m{"step": "dissent", "of": of, "text": "The count is not ours."})
	do("duty", m{"step": "publish", "tier": "public"})

	// A stale step is told what changed; a step that names no last one, that it must; a step that is not possible, why, in one's language.
	var p problem
	r = e.as("duty").post(at+"/steps", m{"step": "close", "last": 3, "text": "done"}).is(409).into(&p)
	if r.code() != "stale" || len(p.Since) == 0 || p.Since[0].Number != 4 {
		t.Errorf("%+v", p)
	}
	if c := e.as("duty").post(at+"/steps", m{"step": "close", "text": "done"}).is(428).code(); c != "last" {
		t.Error(c)
	}
	r = e.as("duty").with("Accept-Language", "ru, en;q=0.5").post(at+"/steps", m{"step": "task", "team": "team-1", "last": opened.Case.Last}).is(409).into(&p)
	if r.code() != "case.wrong-state" || !strings.Contains(p.Detail, "дела") || p.Title != "этот шаг сделать нельзя" {
		t.Errorf("%+v", p)
	}

	e.as("").get(at).is(404)
	e.Later(73 * time.Hour)
	var seen mechanism.Case
	e.as("").get(at).is(200).into(&seen)
	if len(seen.Findings) == 0 || len(seen.Cites) > 0 {
		t.Errorf("%+v", seen)
	}
	var map1 Features[mechanism.Case]
	e.as("").get("/api/features/collections/cases/items").is(200).into(&map1)
	if len(map1.Features) != 1 || map1.Features[0].Geometry != nil {
		t.Errorf("%+v", map1)
	}
	do("russian liaison", m{"step": "remedy", "text": "The battery was withdrawn."})
	if end := do("duty", m{"step": "close", "text": "Closed."}); end.Case.State != truce.CaseClosed {
		t.Error(end.Case.State)
	}

	// Who has it already is sent nothing.
	tag := e.as("duty").get(at).is(200).Header().Get("ETag")
	if r := e.as("duty").with("If-None-Match", tag).get(at).is(304); r.Body.Len() > 0 {
		t.Error("sent again")
	}
}

// Questions, notices of movements, statements, declared readings.
func TestTalk(t *testing.T) {
	e := start(t)
	q := e.as("jordanian liaison").post("/api/queries", m{"act": "asks", "to": []string{"russia"}, "text": "What moved at the crossing?"}).is(201).record()
	e.as("russian liaison").post("/api/queries", m{"act": "answers", "of": q.ID, "text": "Nothing of ours."}).is(201)
	e.as("russian liaison").post("/api/queries", m{"act": "notifies", "to": []string{"jordan"}, "text": "A convoy.", "where": "Nassib", "when": "tomorrow"}).is(201)
	if c := e.as("israel").post("/api/queries", m{"act": "asks", "to": []string{"russia"}, "text": "And?"}).is(403).code(); c != "no-right" {
		t.Error(c)
	}
	var clocks Clocks
	e.as("duty").get("/api/clocks").is(200).into(&clocks)
	if len(clocks.Items) != 1 {
		t.Errorf("%+v", clocks)
	}
	e.as("russia").post("/api/statements", m{"act": "reads", "term": "non-syrian-force", "reading": "by-invitation", "text": "As we said.", "tier": "participants"}).is(201)
	var list mechanism.Page[mechanism.Statement]
	e.as("russia").get("/api/statements").is(200).into(&list)
	if len(list.Items) != 1 || list.Items[0].Text != "As we said." {
		t.Errorf("%+v", list)
	}
	var queries mechanism.Page[mechanism.Query]
	e.as("syrian liaison").get("/api/queries").is(200).into(&queries)
	if len(queries.Items) != 0 {
		t.Errorf("a third participant reads them: %+v", queries)
	}
}

// A file comes in pieces, is opened by a grant of two and a reason, and its copy by its tier.
func TestMedia(t *testing.T) {
	e := start(t)
	obs := e.report("monitor", shelling)[0]
	data := bytes.Repeat([]byte("not a picture "), 10_000)
	var u mechanism.Upload
	r := e.as("monitor").post("/api/uploads", m{"name": "crater.bin", "size": len(data)}).is(201).into(&u)
	at := r.Header().Get("Location")
	if c := e.as("other monitor").get(at).is(404).code(); c != "not-found" {
		t.Error(c)
	}
	send := func(from, to int) *reply {
		return e.as("monitor").with("Content-Type", pieceType).with("Upload-Offset", fmt.Sprint(from)).do("PATCH", at, data[from:to])
	}
	send(0, 100_000).is(200)
	if o := e.as("monitor").do("HEAD", at, nil).is(200).Header().Get("Upload-Offset"); o == "" {
		t.Error("no offset")
	}
	e.as("monitor").get(at).is(200).into(&u)
	send(0, 10).is(409)
	send(int(u.Offset), len(data)).is(200)
	if c := e.as("monitor").post(at+"/deposit", m{"sha256": strings.Repeat("0", 63) + "1"}).code(); c == "" {
		t.Error("another digest was taken")
	}
	id := e.as("monitor").post(at+"/deposit", m{"tier": "mechanism", "about": []any{obs}}).is(201).record().ID
	where := "/api/media/" + string(id)
	if c := e.as("monitor").get(where + "/file").is(404).code(); c != "not-found" {
		t.Error("an original was got without a reason", c)
	}
	if c := e.as("duty").post(where+"/original", m{"reason": "To compare the crater."}).is(403).code(); c != "no-right" {
		t.Error(c)
	}
	g := e.as("duty").post("/api/grants", m{"person": e.People["duty"].Person, "record": id, "fields": []string{"media-original"}, "until": e.Clock().Add(time.Hour).String(),
		"reason": "To compare the crater."}).is(201).record()
	if !g.Waits {
		t.Error("one person alone opened an original")
	}
	e.as("duty").post("/api/confirmations", m{"of": g.ID, "reason": "I agree with myself."})
	if c := e.as("duty").post(where+"/original", m{"reason": "To compare the crater."}).is(403).code(); c != "no-right" {
		t.Error("somebody confirmed their own proposal", c)
	}
	e.as("jordan").post("/api/confirmations", m{"of": g.ID, "reason": "Agreed."}).is(201)
	// To name a key to sign with is no way round the fresh proof and the custody list.
	e.as("duty").get("/api/me").is(200)
	old := e.cookies["duty"]
	e.Later(6 * time.Minute)
	r = e.as("").with("Cookie", door.Cookie(e.s.Origin)+"="+old).with(SignWith, "k-"+string(e.People["duty"].Person)).post(where+"/original", m{"reason": "x"}).is(403)
	if c := r.code(); c != "prove-again" {
		t.Error(c)
	}
	r = e.as("duty").post(where+"/original", m{"reason": "To compare the crater."}).is(200)
	if !bytes.Equal(r.Body.Bytes(), data) || !strings.HasPrefix(r.Header().Get("Content-Disposition"), "attachment") || r.Header().Get("X-Content-Type-Options") != "nosniff" ||
		!strings.Contains(r.Header().Get("Content-Security-Policy"), "sandbox") {
		t.Error("other bytes, or shown in place", r.Header())
	}
	var pic mechanism.Media
	e.as("auditor").get(where).is(200).into(&pic)
	if len(pic.Custody) != 2 || pic.Custody[1].Act != "opened" || pic.Name != "" {
		t.Errorf("%+v", pic)
	}
}

// Publication stops by one word and goes on by two; content is destroyed by two.
func TestPauseAndErase(t *testing.T) {
	e := start(t)
	id := e.report("monitor", shelling)[0]
	e.as("auditor").post("/api/pause", m{"act": "paused", "reason": "Somebody is in danger."}).is(201)
	var paused Paused
	if e.as("").get("/api/pause").is(200).into(&paused); !paused.Paused {
		t.Error("not paused")
	}
	res := e.as("duty").post("/api/pause", m{"act": "resumes", "reason": "It is over."}).is(201).record()
	if !res.Waits {
		t.Error("one resumed it alone")
	}
	e.as("jordan").post("/api/confirmations", m{"of": res.ID, "reason": "Yes."}).is(201)
	if e.as("").get("/api/pause").is(200).into(&paused); paused.Paused {
		t.Error("still paused")
	}
	er := e.as("duty").post("/api/erasures", m{"act": "proposed", "why": "danger", "records": []any{id}, "reason": "It endangers somebody."}).is(201).record()
	e.as("jordan").post("/api/confirmations", m{"of": er.ID, "reason": "Agreed."}).is(201)
	var o mechanism.Observation
	e.as("monitor").get("/api/observations/" + string(id)).is(200).into(&o)
	if !o.Erased || o.Note != "" || o.Place != nil {
		t.Errorf("%+v", o)
	}
}
