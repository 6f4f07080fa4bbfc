package api

import (
	"bufio"
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
	"truce/internal/door"

	"truce"
	"truce/internal/mechanism"
)

// codeAt gives the one-time code of a seed (RFC 6238), written apart from the program's own.
func codeAt(seed []byte, at truce.Instant) string {
	h := hmac.New(sha1.New, seed)
	binary.Write(h, binary.BigEndian, uint64(at)/30_000)
	sum := h.Sum(nil)
	o := sum[len(sum)-1] & 15
	return fmt.Sprintf("%06d", (binary.BigEndian.Uint32(sum[o:])&0x7fffffff)%1_000_000)
}

// A person is added by one, empowered by two, comes in by a code, sets a password that works only with the right first code, signs in with it, proves again, makes
// a token for a device, and leaves; then nothing opens any more.
func TestTheDoor(t *testing.T) {
	e := start(t)
	new := e.as("duty").post("/api/people", m{"body": "team-1", "offices": []string{"monitor"}, "name": "Somebody"}).is(201).record()
	if new.Waits {
		t.Error("a monitor takes one")
	}
	var people People
	e.as("duty").get("/api/people").is(200).into(&people)
	id := people.Items[0].ID
	for _, p := range people.Items {
		if p.Name == "Somebody" {
			id = p.ID
		}
	}
	if w := e.as("duty").post("/api/people", m{"body": "jordan", "offices": []string{"guarantor"}}).is(201).record(); !w.Waits {
		t.Error("a guarantor takes two")
	}
	var code Secret
	e.as("duty").post("/api/people/"+string(id)+"/invitations", m{}).is(201).into(&code)

	if c := e.as("").post("/api/session/invitation", m{"code": "wrong"}).is(401).code(); c != "not-admitted" {
		t.Error(c)
	}
	cookie := func(r *reply) string {
		t.Helper()
		list := r.Result().Cookies()
		if len(list) != 1 || !list[0].HttpOnly || list[0].SameSite != http.SameSiteStrictMode || list[0].Path != "/" || list[0].Domain != "" {
			t.Fatalf("%+v", list)
		}
		return list[0].Name + "=" + list[0].Value
	}
	var me Me
	in := cookie(e.as("").post("/api/session/invitation", m{"code": code.Secret}).is(201).into(&me))
	if !me.Invited || me.Office != "monitor" {
		t.Errorf("%+v", me)
	}
	invited := func() *actor { return e.as("").with("Cookie", in) }
	invited().with("Content-Type", "application/x-ndjson").post("/api/observations", shelling).is(403)
	var p Prepared
	if c := invited().post("/api/me/password/prepare", m{"login": "somebody", "password": "short"}).is(422).code(); c != "invalid" {
		t.Error(c)
	}
	invited().post("/api/me/password/prepare", m{"login": "somebody", "password": "four words that hold"}).is(200).into(&p)
	u, _ := url.Parse(p.Address)
	seed := must(base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(u.Query().Get("secret")))
	if c := invited().post("/api/me/password", m{"ticket": p.Ticket, "code": "000000"}).is(401).code(); c != "not-admitted" {
		t.Error(c)
	}
	if c := e.as("monitor").post("/api/me/password", m{"ticket": p.Ticket, "code": codeAt(seed, e.Clock())}).is(401).code(); c != "not-admitted" {
		t.Error("another used the ticket", c)
	}
	invited().post("/api/me/password", m{"ticket": p.Ticket, "code": codeAt(seed, e.Clock())}).is(201)
	if c := invited().get("/api/me").is(401).code(); c != "signed-out" {
		t.Error("the invitation still works", c)
	}

	e.Later(time.Minute)
	wrong := []m{{"login": "somebody", "password": "four words that hold", "code": "000000"}, {"login": "nobody", "password": "four words that hold", "code": codeAt(seed, e.Clock())}}
	var bodies []string
	for _, w := range wrong {
		bodies = append(bodies, e.as("").post("/api/session", w).is(401).Body.String())
	}
	if bodies[0] != bodies[1] {
		t.Error("the answer tells who there is", bodies)
	}
	in = cookie(e.as("").post("/api/session", m{"login": "somebody", "password": "four words that hold", "code": codeAt(seed, e.Clock())}).is(201).into(&me))
	person := func() *actor { return e.as("").with("Cookie", in) }
	person().get("/api/me").is(200)

	e.Later(6 * time.Minute)
	token := m{"office": "monitor", "acts": []string{"report"}}
	if c := person().post("/api/people/"+string(id)+"/tokens", token).is(403).code(); c != "prove-again" {
		t.Error(c)
	}
	person().post("/api/session/proof", m{"login": "somebody", "password": "four words that hold", "code": codeAt(seed, e.Clock())}).is(200)
	person().post("/api/people/"+string(id)+"/tokens", token).is(201).into(&code)
	device := func() *actor { return e.as("").with("Authorization", "Bearer "+code.Secret) }
	device().with("Content-Type", "application/x-ndjson").post("/api/observations?tier=mechanism", shelling).is(201)
	if c := device().post("/api/uploads", m{"size": 10}).is(403).code(); c != "token-scope" {
		t.Error(c)
	}
	if c := e.as("").with("Authorization", "Bearer wrong").get("/api/cases").is(401).code(); c != "token" {
		t.Error(c)
	}
	// A device that was not made for reading sees what it reported, and nothing else.
	var list mechanism.Page[mechanism.Observation]
	device().get("/api/observations").is(200).into(&list)
	if len(list.Items) != 1 {
		t.Errorf("%d", len(list.Items))
	}

	e.as("duty").post("/api/people/"+string(id)+"/leave", nil).is(200)
	person().get("/api/me").is(401)
	device().get("/api/me").is(401)

	out := e.as("jordan")
	out.do("DELETE", "/api/session", nil).is(204)
	out.get("/api/me").is(401)
}

// A page of another site gets nothing done, a request that is not strict JSON is refused, and no refusal repeats what was sent.
func TestRequestsAreStrict(t *testing.T) {
	e := start(t)
	const canary = "CANARY-IN-THE-REQUEST"
	for name, x := range map[string]struct {
		body   string
		status int
		code   string
	}{
		"unknown field": {`{"act":"paused","reason":"x","` + canary + `":1}`, 422, "invalid"},
		"twice":         {`{"act":"paused","act":"paused","reason":"` + canary + `"}`, 400, "not-json"},
		"other case":    {`{"ACT":"` + canary + `","reason":"x"}`, 422, "invalid"},
		"wrong type":    {`{"act":["` + canary + `"],"reason":"x"}`, 422, "invalid"},
		"wrong word":    {`{"act":"` + canary + `","reason":"x"}`, 422, "invalid"},
		"no JSON":       {canary, 400, "not-json"},
		"two values":    {`{"act":"paused","reason":"x"} "` + canary + `"`, 400, "not-json"},
		"deep":          {strings.Repeat("[", 10_000) + `"` + canary + `"`, 400, "not-json"},
		"nothing":       {``, 400, "not-json"},
		"not UTF-8":     {"{\"act\":\"paused\",\"reason\":\"\xff" + canary + "\"}", 400, "not-json"},
	} {
		r := e.as("auditor").post("/api/pause", x.body)
		if r.Code != x.status || r.code() != x.code {
			t.Errorf("%s: %d %s", name, r.Code, r.Body)
		}
		if strings.Contains(r.Body.String(), canary) {
			t.Errorf("%s: repeated what was sent: %s", name, r.Body)
		}
	}
	if r := e.as("jordan").post("/api/queries", m{"act": "asks", "to": []string{canary + " !"}, "text": "x"}).is(422); strings.Contains(r.Body.String(), canary) || !strings.Contains(r.Body.String(), "is no name") {
		t.Errorf("repeated what was sent, or says nothing: %s", r.Body)
	}
	big := `{"act":"paused","reason":"` + strings.Repeat("x", MaxBody) + `"}`
	if c := e.as("auditor").post("/api/pause", big).is(413).code(); c != "too-large" {
		t.Error(c)
	}
	if c := e.as("auditor").with("Content-Type", "text/plain").post("/api/pause", `{"act":"paused","reason":"x"}`).is(415).code(); c != "media-type" {
		t.Error(c)
	}
	if c := e.as("auditor").with("Sec-Fetch-Site", "cross-site").post("/api/pause", `{"act":"paused","reason":"x"}`).is(403).code(); c != "cross-origin" {
		t.Error(c)
	}
	if c := e.as("auditor").with("Origin", "https://evil.example.org").post("/api/pause", `{"act":"paused","reason":"x"}`).is(403).code(); c != "cross-origin" {
		t.Error(c)
	}
	if e.M.Directory.Paused() {
		t.Fatal("something got through")
	}
	if c := e.as("").get("/api/nothing").is(404).code(); c != "not-found" {
		t.Error(c)
	}
	r := e.as("").do("PUT", "/api/cases", nil).is(405)
	if r.code() != "method" || r.Header().Get("Allow") != "GET, HEAD, POST" {
		t.Error(r.Header())
	}
	if c := e.as("").get("/api/cases?" + canary + "=1"); c.Code != 422 || strings.Contains(c.Body.String(), canary) {
		t.Error(c.Body)
	}
	if c := e.as("").get("/api/cases?cursor=" + canary); c.Code != 422 && c.Code != 200 || strings.Contains(c.Body.String(), canary) {
		t.Error(c.Body)
	}
	for name, want := range map[string]string{"ar": "لا يوجد شيء كهذا", "ru-RU,en;q=0.1": "такого нет", "fr, de;q=0.9": "there is no such thing", "en;q=0.2, ar;q=0.9": "لا يوجد شيء كهذا"} {
		var p problem
		if e.as("").with("Accept-Language", name).get("/api/cases/2017-9999").is(404).into(&p); p.Title != want {
			t.Errorf("%s: %q", name, p.Title)
		}
	}
	// The control: the same request, as it should be, is taken.
	e.as("auditor").with("Sec-Fetch-Site", "same-origin").post("/api/pause", `{"act":"paused","reason":"x"}`).is(201)
}

// Every answer has the headers that keep it out of frames, caches and other pages.
func TestHeaders(t *testing.T) {
	e := start(t, func(o *Options) { o.Origin = "https://truce.example.org" })
	for _, path := range []string{"/api/health", "/api/cases/none", "/api/nothing", "/api/openapi.json", "/api/features"} {
		h := e.as("").get(path).Header()
		for key, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY",
			"Content-Security-Policy": "default-src 'none'", "Strict-Transport-Security": "max-age=", "Cross-Origin-Resource-Policy": "same-origin"} {
			if !strings.HasPrefix(h.Get(key), want) {
				t.Errorf("%s: %s is %q", path, key, h.Get(key))
			}
		}
		if h.Get("Content-Encoding") != "" || h.Get("Access-Control-Allow-Origin") != "" || h.Get("Server") != "" {
			t.Errorf("%s: %v", path, h)
		}
	}
	k, _ := e.M.Directory.Key("k-p-3")
	e.as("").with("Cookie", "__Host-truce="+must(e.s.Sessions.Open(zeroes{}, k, truce.OfficeDutyOfficer, e.Clock()))).get("/api/me").is(200)
	if door.Cookie(e.s.Origin) != "__Host-truce" {
		t.Error(door.Cookie(e.s.Origin))
	}
}

// Who asks too often waits, each body for itself; so does who sent enough for a day. With a higher limit nobody is stopped.
func TestLimits(t *testing.T) {
	e := start(t, func(o *Options) {
		o.Rate, o.Burst = 1, 5
		o.Limits = Limits{Batch: 3 << 20, Quota: 4 << 20, Upload: 1000}
	})
	for range 5 {
		e.as("russia").get("/api/me").is(200)
	}
	r := e.as("russian liaison").get("/api/me").is(429)
	if r.code() != "too-many" || r.Header().Get("Retry-After") == "" {
		t.Error(r.Header())
	}
	e.as("jordan").get("/api/me").is(200)
	e.Later(time.Second)
	e.as("russia").get("/api/me").is(200)

	e.Later(time.Minute)
	lines := func(n int) string { // of about 10 KiB each
		var b strings.Builder
		for i := range n {
			b.WriteString(strings.NewReplacer("obs-1", fmt.Sprintf("obs-%d-%d", n, i), "SECRET-NOTE", strings.Repeat("x", 10<<10)).Replace(shelling))
		}
		return b.String()
	}
	send := func(body string) *reply {
		return e.as("monitor").with("Content-Type", "application/x-ndjson").post("/api/observations?tier=mechanism", body)
	}
	if c := send(lines(320)).is(413).code(); c != "too-large" {
		t.Error(c)
	}
	if r := send(lines(200)); r.Code != 429 || r.code() != "quota" || r.Header().Get("Retry-After") == "" {
		t.Error(r.Code, r.Body, r.Header())
	}
	e.Later(24 * time.Hour)
	send(shelling).is(201)
	if c := e.as("monitor").post("/api/uploads", m{"size": 1001}).is(413).code(); c != "too-large" {
		t.Error(c)
	}
}

// An event stream names what its viewer may know of, goes on where it broke off, and ends with the session.
func TestEvents(t *testing.T) {
	e := start(t)
	server := httptest.NewServer(e.s)
	defer server.Close()
	type event struct{ id, kind, data string }
	follow := func(name, last string) (chan event, func()) {
		t.Helper()
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		req, _ := http.NewRequestWithContext(ctx, "GET", server.URL+"/api/events", nil)
		for k, v := range e.as(name).header {
			req.Header[k] = v
		}
		if last != "" {
			req.Header.Set("Last-Event-ID", last)
		}
		resp, err := server.Client().Do(req)
		if err != nil || resp.StatusCode != 200 || resp.Header.Get("Content-Type") != "text/event-stream" {
			t.Fatal(resp, err)
		}
		out := make(chan event, 1000)
		go func() {
			defer close(out)
			var ev event
			for scan := bufio.NewScanner(resp.Body); scan.Scan(); {
				switch key, value, _ := strings.Cut(scan.Text(), ": "); key {
				case "id":
					ev.id = value
				case "event":
					ev.kind = value
				case "data":
					ev.data = value
				case "":
					if ev.kind != "" {
						out <- ev
					}
					ev = event{}
				}
			}
		}()
		return out, func() { cancel(); resp.Body.Close() }
	}
	next := func(c chan event) event {
		t.Helper()
		select {
		case ev, ok := <-c:
			if !ok {
				return event{kind: "end"}
			}
			return ev
		case <-time.After(10 * time.Second):
			t.Fatal("nothing came")
		}
		return event{}
	}
	duty, stop := follow("duty", "")
	if ev := next(duty); ev.kind != "ready" || ev.id == "" {
		t.Fatalf("%+v", ev)
	}
	party, stopParty := follow("russia", "")
	defer stopParty()
	next(party)
	id := e.report("monitor", shelling)[0]
	first := next(duty)
	var news mechanism.News
	if json.Unmarshal([]byte(first.data), &news); news.ID != id || first.kind != "observation" || strings.Contains(first.data, "SECRET") {
		t.Errorf("%+v", first)
	}
	outcome := next(duty)
	if outcome.kind != "outcome" {
		t.Errorf("%+v", outcome)
	}
	stop()
	// A notice that the party may know of comes, and what it may not know of before did not.
	q := e.as("jordan").post("/api/queries", m{"act": "asks", "to": []string{"russia"}, "text": "What moved?"}).is(201).record()
	if ev := next(party); ev.kind != "query" || !strings.Contains(ev.data, string(q.ID)) {
		t.Errorf("a party was told of %+v", ev)
	}
	again, stop := follow("duty", first.id)
	defer stop()
	next(again)
	if ev := next(again); ev.data != outcome.data {
		t.Errorf("went on at %+v, not %+v", ev, outcome)
	}
	if c := e.as("duty").with("Last-Event-ID", "of-somebody-else").get("/api/events").is(422).code(); c != "invalid" {
		t.Error(c)
	}
	// The session ends: so does the stream, before the next piece of news.
	e.s.Sessions.CloseAll(e.People["russia"].Person)
	e.as("jordan").post("/api/queries", m{"act": "asks", "to": []string{"russia"}, "text": "And then?"}).is(201)
	if ev := next(party); ev.kind != "end" {
		t.Errorf("told after the session ended: %+v", ev)
	}
}
