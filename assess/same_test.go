package assess_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"testing"

	"truce"
	"truce/assess"
	"truce/internal/workload"
)

// sameBytes is the digest of everything TestSameBytes evaluates. It is not "right", it is unchanged: when the meaning of
// outcomes or their form changes on purpose, put the new one here and say why in the commit.
const sameBytes = "c7958cc1eaed25836461edfe9c641bb3c498e9465551bb030f857bb8f53e13fd"

// dice is a generator of whole numbers that is the same everywhere.
type dice uint64

func (d *dice) roll(n int) int {
	*d = *d*6364136223846793005 + 1442695040888963407
	return int(uint64(*d) >> 33 % uint64(n))
}

// TestSameBytes evaluates a few thousand records and tracks, explains every outcome, and compares the digest of all of it.
// It runs under 386, WebAssembly, a fusing amd64 and arm64 too: see the Makefile.
func TestSameBytes(t *testing.T) {
	h := sha256.New()
	enc := json.NewEncoder(h)
	d := dice(20171108)
	kinds := []string{"shelling", "mortar-fire", "armed-force", "air-strike", "protest", ""}
	actors := []string{"north", "south", "outlaws", "rebels", "legion", "locals", "strangers", "somebody"}
	places := []string{"town", "area", "crossing", "contact", "nowhere"}
	a, err := assess.New(plan(t))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 1200 {
		at := utc(7, 0, 0) + truce.Instant(d.roll(12*24*3600))*1000
		o := &truce.Observation{ID: truce.ObservationID(fmt.Sprintf("o%04d", i)), Kind: truce.KindIncident, When: truce.At(at), What: kinds[d.roll(len(kinds))],
			Source: truce.Source{ID: fmt.Sprint("s", d.roll(9)), Independent: int32(d.roll(3))}, Count: truce.Exactly(int64(d.roll(5)))}
		if d.roll(3) == 0 {
			o.When.To += truce.Instant(d.roll(40*3600)) * 1000
		}
		switch d.roll(4) {
		case 0:
			o.Where = truce.Place{Kind: truce.PlaceNamed, Name: places[d.roll(len(places))]}
		default:
			o.Where = truce.Place{Kind: truce.PlacePoint, At: truce.Position{Lon: truce.E7(356_000_000 + d.roll(14_000_000)), Lat: truce.E7(322_000_000 + d.roll(12_000_000))}, Error: truce.Metres(d.roll(25000))}
		}
		role := [2]truce.Role{truce.RoleInitiator, truce.RoleTarget}
		if d.roll(3) == 0 {
			role = [2]truce.Role{truce.RoleSide, truce.RoleSide}
		}
		o.Parts = []truce.Part{{Name: actors[d.roll(len(actors))], Role: role[0]}, {Name: actors[d.roll(len(actors))], Role: role[1]}}
		if d.roll(4) == 0 {
			o.Kind, o.Parts = truce.KindPresence, o.Parts[:1]
			o.Parts[0].Role = truce.RoleSubject
			o.Equipment = []truce.Equipment{{Category: "tank", Count: truce.Exactly(int64(d.roll(30)))}}
		}
		a.Add(o)
	}
	for _, r := range workload.Reports(30, 20_000) {
		a.AddFixes(assess.Track{Unit: r.ID(), Actor: actors[int(r.Unit)%len(actors)]}, []truce.Fix{r.Fix})
	}
	res := a.Settle(truce.LatestInstant)
	for i, acc := range res.Accounts {
		if err := enc.Encode(acc); err != nil {
			t.Fatal(err)
		}
		if i%7 == 0 {
			for n := range acc.Outcomes {
				enc.Encode(res.Explain(acc, n))
			}
		}
	}
	for _, rule := range []truce.RuleID{"ceasefire"} {
		enc.Encode(res.Counts(rule, func(acc truce.Account) bool { return true }))
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != sameBytes {
		t.Errorf("the digest is %s, not %s", got, sameBytes)
	}
}
