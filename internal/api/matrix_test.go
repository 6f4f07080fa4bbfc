package api

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"truce"
	"truce/internal/access"
	"truce/internal/mechanism"
	"truce/internal/view"
)

// shown is a field of an answer: its name in JSON and the classes it takes to see it.
type shown struct {
	key   string
	needs access.Fields
}

// fieldsOf lists the fields of an answer's type by its tags.
func fieldsOf(t reflect.Type) (out []shown) {
	for i := range t.NumField() {
		f := t.Field(i)
		tag := f.Tag.Get("access")
		if tag == "each" && f.Anonymous {
			out = append(out, fieldsOf(f.Type)...)
			continue
		}
		key, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		s := shown{key: key}
		for _, w := range strings.Fields(tag) {
			c, _ := access.ParseField(w)
			s.needs |= c
		}
		out = append(out, s)
	}
	return out
}

// empty reports whether a value of JSON says nothing.
func empty(v any) bool {
	switch x := v.(type) {
	case nil:
		return true
	case string:
		return x == ""
	case bool:
		return !x
	case float64:
		return x == 0
	case []any:
		return len(x) == 0
	case map[string]any:
		return len(x) == 0
	}
	return false
}

// differs compares an answer with what the policy shows: nothing above it, nothing of it missing. full is the answer of somebody who sees all.
func differs(fields []shown, sees access.Fields, full, got map[string]any) (out []string) {
	for _, f := range fields {
		switch {
		case !sees.Has(f.needs) && !empty(got[f.key]):
			out = append(out, fmt.Sprintf("%s is shown and needs %s", f.key, f.needs))
		case sees.Has(f.needs) && empty(got[f.key]) && !empty(full[f.key]):
			out = append(out, fmt.Sprintf("%s is missing and may be seen", f.key))
		}
	}
	for key := range got {
		known := false
		for _, f := range fields {
			known = known || f.key == key
		}
		if !known {
			out = append(out, key+" is in no type")
		}
	}
	return out
}

// thingOf makes what the policy must know of a record, apart from the mechanism's own way.
func (e *env) thingOf(id truce.RecordID) access.Thing {
	row := must(e.M.View.Record(context.Background(), id))
	r := truce.Record{ID: row.ID, Kind: row.Kind, Tier: row.Tier, Author: row.Author, Recorded: row.Recorded}
	t := e.M.Directory.Thing(&r)
	t.Named, t.Addressed, t.Case, t.About, t.HasPlace, t.Simulated = row.Named, row.Addressed, row.Case, row.About, row.HasPlace, row.Simulated
	return t
}

func (e *env) viewer(name string) access.Viewer {
	if name == "" {
		return access.Viewer{Now: e.Clock()}
	}
	p := e.People[name]
	v, _ := e.M.Directory.Viewer(p.Person, p.Office, e.Clock())
	v.Vouch = truce.VouchSession
	return v
}

const positions = `{"kind":"fix","unit":"CANARY-UNIT","actor":"government-of-syria","time":"2017-11-15T09:30:00Z","lat":32.7512349,"lon":36.1,"error_m":20,"source":"CANARY-TRACKER"}` + "\n"

// Office x relation x tier x class x time x route x field: what each answer holds is what the policy says, no more and no less. The relations come from who made the
// records and whom they were sent to.
func TestMatrix(t *testing.T) {
	e := start(t)
	obs := e.report("monitor", shelling)[0]
	own := e.report("russian liaison", strings.ReplaceAll(shelling, "obs-1", "obs-2"))[0]
	statement := e.as("russian liaison").post("/api/statements", m{"act": "said", "text": "As we said.", "who": "Somebody", "reference": "a paper", "tier": "mechanism", "about": []string{"1"}}).is(201).record().ID
	e.as("jordan").post("/api/queries", m{"act": "asks", "to": []string{"russia"}, "text": "What moved?", "where": "there", "when": "then"}).is(201)
	media := e.deposit("monitor", []byte("CANARY-BYTES of no picture"), obs)
	grant := e.as("duty").post("/api/grants", m{"person": e.People["analyst"].Person, "record": obs, "fields": []string{"source"}, "until": e.Clock().Add(time.Hour).String(), "reason": "a reason"}).is(201).record().ID
	erasure := e.as("duty").post("/api/erasures", m{"act": "proposed", "why": "request", "records": []any{statement}, "reason": "a reason"}).is(201).record().ID
	var outcomes mechanism.Page[mechanism.Outcome]
	e.as("duty").get("/api/outcomes?of=" + string(obs)).is(200).into(&outcomes)

	things := []struct {
		route, list string
		id          truce.RecordID
		answer      reflect.Type
	}{
		{"/api/observations/", "/api/observations?limit=500", obs, reflect.TypeFor[mechanism.Observation]()},
		{"/api/observations/", "/api/observations?limit=500", own, reflect.TypeFor[mechanism.Observation]()},
		{"/api/outcomes/", "/api/outcomes?limit=500", outcomes.Items[0].ID, reflect.TypeFor[mechanism.Outcome]()},
		{"/api/media/", "/api/media?limit=500", media, reflect.TypeFor[mechanism.Media]()},
		{"", "/api/statements?limit=500", statement, reflect.TypeFor[mechanism.Statement]()},
		{"", "/api/queries?limit=500", e.newest(truce.RecordQuery), reflect.TypeFor[mechanism.Query]()},
		{"", "/api/grants?limit=500", grant, reflect.TypeFor[mechanism.Grant]()},
		{"", "/api/erasures?limit=500", erasure, reflect.TypeFor[mechanism.Erasure]()},
	}
	viewers := []string{""}
	for _, c := range cast {
		viewers = append(viewers, c.Name)
	}
	full := make([]map[string]any, len(things))
	for i := range full {
		full[i] = map[string]any{}
	}
	cells, asked, controls := 0, 0, 0
	check := func(when string) {
		for _, name := range viewers {
			lists := map[string]map[string]map[string]any{}
			for i, x := range things {
				sees := access.See(e.viewer(name), e.thingOf(x.id))
				fields := fieldsOf(x.answer)
				if lists[x.list] == nil {
					var page struct {
						Items []map[string]any `json:"items"`
					}
					e.as(name).get(x.list).is(200).into(&page)
					asked++
					lists[x.list] = map[string]map[string]any{}
					for _, item := range page.Items {
						lists[x.list][item["id"].(string)] = item
					}
				}
				listed, there := lists[x.list][string(x.id)]
				if there != sees.Has(access.Existence) {
					t.Errorf("%s: %q lists %s %s: %v, and may see %s", when, name, x.answer.Name(), x.id, there, sees)
				}
				var got map[string]any
				switch {
				case x.route == "":
					got = listed
				default:
					r := e.as(name).get(x.route + string(x.id))
					asked++
					if (r.Code == 200) != sees.Has(access.Existence) || r.Code != 200 && r.Code != 404 {
						t.Errorf("%s: %q gets %d for %s, and may see %s", when, name, r.Code, x.answer.Name(), sees)
					}
					if r.Code == 200 {
						r.into(&got)
					}
				}
				for k, v := range got {
					if !empty(v) {
						full[i][k] = v
					}
				}
				for _, one := range []map[string]any{got, listed} {
					if one == nil {
						continue
					}
					for _, d := range differs(fields, sees, full[i], one) {
						if !strings.HasSuffix(d, "may be seen") || !partly(d) {
							t.Errorf("%s: %q, %s: %s (sees %s)", when, name, x.answer.Name(), d, sees)
						}
					}
					cells += len(fields)
				}
				// The control: the answer of somebody who sees all would be found out wherever the policy hides something that is there.
				hides := false
				for _, f := range fields {
					hides = hides || !sees.Has(f.needs) && !empty(full[i][f.key])
				}
				if found := len(differs(fields, sees, full[i], full[i])) > 0; found != hides {
					t.Errorf("%s: %q: the control finds %v, not %v", when, name, found, hides)
				} else if hides {
					controls++
				}
			}
		}
	}
	// Those who see all come first, so that what is missing from others is known.
	check("as it came")
	for _, class := range []string{"severe", "ordinary"} {
		for tier := truce.TierMechanism; tier <= truce.TierPublic; tier++ {
			for _, x := range things {
				e.Classify(x.id, tier, class)
			}
			check(fmt.Sprintf("%s, %s, at once", tier, class))
			e.Later(73 * time.Hour)
			check(fmt.Sprintf("%s, %s, later", tier, class))
		}
	}
	t.Logf("%d fields of %d answers compared; %d of them would have shown what is hidden", cells, asked, controls)
	if controls < 100 || cells < 10_000 {
		t.Error("that is too little to say anything")
	}
}

// partly names fields that an answer of its kind leaves out for another reason than the policy: a list of media has no custody list of its own, say.
func partly(d string) bool {
	key, _, _ := strings.Cut(d, " ")
	return key == "copies" || key == "custody" || key == "asked"
}

// deposit uploads a file as somebody.
func (e *env) deposit(name string, data []byte, about truce.RecordID) truce.RecordID {
	e.T.Helper()
	at := e.as(name).post("/api/uploads", m{"name": "CANARY-FILE-NAME", "size": len(data)}).is(201).Header().Get("Location")
	e.as(name).with("Content-Type", pieceType).with("Upload-Offset", "0").do("PATCH", at, data).is(200)
	return e.as(name).post(at+"/deposit", m{"tier": "mechanism", "about": []any{about}, "note": "CANARY-FILE-NOTE"}).is(201).record().ID
}

// newest gives the last record of a kind.
func (e *env) newest(k truce.RecordKind) truce.RecordID {
	rows := must(e.M.View.Records(context.Background(), view.Query{Kinds: []truce.RecordKind{k}, Limit: 1}))
	return rows[0].ID
}
