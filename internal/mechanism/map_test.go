package mechanism_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gogo/protobuf/proto"
	"github.com/paulmach/orb/encoding/mvt/vectortile"

	"truce"
	"truce/internal/access"
	"truce/internal/atlas"
	"truce/internal/mechanism"
	"truce/internal/mechanism/mechanismtest"
	"truce/internal/record"
)

// feature is one feature of a tile as a program reads it.
type feature struct {
	layer string
	id    uint64
	tags  map[string]any
	x, y  []int32 // in steps of the tile
}

func readTile(t *testing.T, b []byte) (out []feature) {
	t.Helper()
	var tile vectortile.Tile
	if err := proto.Unmarshal(b, &tile); err != nil {
		t.Fatal(err)
	}
	for _, l := range tile.Layers {
		for _, f := range l.Features {
			one := feature{layer: l.GetName(), id: f.GetId(), tags: map[string]any{}}
			for i := 0; i+1 < len(f.Tags); i += 2 {
				switch v := l.Values[f.Tags[i+1]]; {
				case v.StringValue != nil:
					one.tags[l.Keys[f.Tags[i]]] = *v.StringValue
				case v.IntValue != nil:
					one.tags[l.Keys[f.Tags[i]]] = *v.IntValue
				}
			}
			var x, y int32
			for i := 0; i < len(f.Geometry); {
				id, n := f.Geometry[i]&7, int(f.Geometry[i]>>3)
				i++
				if id == 7 {
					continue
				}
				for ; n > 0; n-- {
					dx, dy := f.Geometry[i], f.Geometry[i+1]
					x, y = x+int32(dx>>1)^-int32(dx&1), y+int32(dy>>1)^-int32(dy&1)
					one.x, one.y, i = append(one.x, x), append(one.y, y), i+2
				}
			}
			out = append(out, one)
		}
	}
	return out
}

// tileAt draws the tile of a zoom that holds a place.
func tileAt(t *testing.T, w *mechanismtest.World, v access.Viewer, s mechanism.MapSearch, z int, at truce.Position) []feature {
	t.Helper()
	p := atlas.PointOf(at)
	b, err := w.M.MapTile(context.Background(), v, s, z, int(uint64(p.X)>>(32-z)), int(uint64(p.Y)>>(32-z)))
	if err != nil {
		t.Fatal(err)
	}
	return readTile(t, b)
}

// pointsAt reports whether a tile tells a place: a point there, or a corner of a circle that is drawn around it.
func pointsAt(features []feature, z int, at truce.Position) bool {
	p := atlas.PointOf(at)
	shift := 32 - z - 12
	x, y := int32(p.X<<z>>(z+shift)), int32(p.Y<<z>>(z+shift))
	for _, f := range features {
		var sx, sy int64
		for i := range f.x {
			sx, sy = sx+int64(f.x[i]), sy+int64(f.y[i])
			if f.x[i] == x && f.y[i] == y {
				return true
			}
		}
		if n := int64(len(f.x)); f.layer == "circles" && n > 0 && max(sx/n-int64(x), int64(x)-sx/n) < 8 && max(sy/n-int64(y), int64(y)-sy/n) < 8 {
			return true
		}
	}
	return false
}

// incident is a line with the n-th incident of a test, and where it is.
func incident(n int, what, more string) (string, truce.Position) {
	lat, lon := 32.61+float64(n)*0.00731, 36.04+float64(n%7)*0.0113
	return fmt.Sprintf(`{"id":"m-%d","kind":"incident","what":%q,"time":"2017-11-%02dT09:30:00Z","place":{"kind":"point","lat":%.5f,"lon":%.5f,"error_m":400}%s}`+"\n", n, what, 10+n%5, lat, lon, more),
		truce.Degrees(lon, lat)
}

// What a tile tells is what the policy lets each of them see, for everybody in the cast and at every zoom: an exact place where it may be seen, a square where
// only that may, nothing where nothing may.
func TestTilesFollowThePolicy(t *testing.T) {
	w := mechanismtest.Start(t)
	ctx := context.Background()
	type planted struct {
		id truce.RecordID
		at truce.Position
	}
	var all []planted
	for i := range 12 {
		line, at := incident(i, "shelling", "")
		taken := w.Report([]string{"monitor", "other monitor", "jordan"}[i%3], line)
		all = append(all, planted{taken.First, at})
	}
	for i, p := range all {
		switch i % 4 {
		case 0:
			w.Classify(p.id, truce.TierParticipants, record.ClassOrdinary)
		case 1:
			w.Classify(p.id, truce.TierPublic, record.ClassOrdinary)
		case 2:
			w.Classify(p.id, truce.TierMechanism, record.ClassOrdinary)
		}
	}
	tells, squares := map[string]int{}, map[string]int{}
	look := func(when string) {
		for _, name := range append([]string{""}, names()...) {
			v := w.As(name)
			for _, p := range all {
				var exact bool
				if o, err := w.M.Observation(ctx, v, p.id); err == nil {
					exact = o.Place != nil
				}
				for _, z := range []int{0, 5, 9, 12, 14, 18} {
					got := tileAt(t, w, v, mechanism.MapSearch{}, z, p.at)
					if !exact && z >= 9 && pointsAt(got, z, p.at) {
						t.Errorf("%s: the tile %d of %q tells a place that they may not see", when, z, name)
					}
					number := atlas.NameOf(p.id).Feature()
					if in := slices.ContainsFunc(got, func(f feature) bool { return f.layer == "points" && f.id == number }); in && !exact {
						t.Errorf("%s: the tile %d of %q has a point of a record whose place they may not see", when, z, name)
					} else if z >= 14 && in != exact {
						t.Errorf("%s: the tile %d of %q lacks a place that they may see", when, z, name)
					} else if in && z == 18 {
						tells[name]++
					}
					square := slices.ContainsFunc(got, func(f feature) bool { return f.layer == "cells" })
					if z == 14 && square {
						squares[name]++
					}
				}
			}
		}
	}
	look("at once")
	w.Later(access.DefaultPlaceDelay - time.Hour)
	look("before the delay is over")
	w.Later(2 * time.Hour)
	look("after the delay")
	if tells["duty"] != 3*len(all) || tells["monitor"] == 0 || tells[""] != 0 || tells["israel"] != 0 {
		t.Errorf("exact places told: %v", tells)
	}
	if squares["duty"] != 0 || squares["other monitor"] == 0 {
		t.Errorf("squares drawn: %v", squares)
	}
	// The check itself: the tile of the duty officer, taken for the public's, is a leak.
	if !pointsAt(tileAt(t, w, w.As("duty"), mechanism.MapSearch{}, 14, all[0].at), 14, all[0].at) {
		t.Error("the check does not find a place in a tile that has it")
	}
}

func names() (out []string) {
	for _, c := range mechanismtest.Cast {
		out = append(out, c.Name)
	}
	return out
}

// Outside the mechanism a square is told with a count in steps of five, and none where fewer than three people reported.
func TestSquaresFollowTheSmallCellRule(t *testing.T) {
	w := mechanismtest.Start(t)
	at := truce.Degrees(36.1, 32.75)
	for i := range 7 {
		line := strings.ReplaceAll(strings.ReplaceAll(mechanismtest.Shelling, `"obs-1"`, fmt.Sprintf(`"sq-%d"`, i)), "32.75", fmt.Sprintf("32.75%d", i))
		w.Classify(w.Report([]string{"monitor", "other monitor"}[i%2], line).First, truce.TierPublic, record.ClassOrdinary)
	}
	w.Later(access.DefaultPlaceDelay + time.Hour)
	count := func(name string) (n int64) {
		for _, f := range tileAt(t, w, w.As(name), mechanism.MapSearch{}, 12, at) {
			if f.layer == "cells" {
				n += f.tags["n"].(int64)
			}
		}
		return n
	}
	if n := count(""); n != 0 {
		t.Errorf("two people reported, and the public is told %d", n)
	}
	line := strings.ReplaceAll(mechanismtest.Shelling, `"obs-1"`, `"sq-9"`)
	w.Classify(w.Report("duty", line).First, truce.TierPublic, record.ClassOrdinary)
	w.Later(access.DefaultPlaceDelay + time.Hour)
	if n := count(""); n != 5 {
		t.Errorf("three people reported eight, and the public is told %d, not 5", n)
	}
	if n := count("analyst"); n != 8 {
		t.Errorf("the analyst is told %d of 8", n)
	}
}

// What narrows the map must be seen by whoever narrows it.
func TestMapSearchTellsNothing(t *testing.T) {
	w := mechanismtest.Start(t)
	w.Report("monitor", mechanismtest.Shelling)
	w.Settle()
	w.TakeUp()
	ctx := context.Background()
	list := func(name string, s mechanism.MapSearch) int {
		t.Helper()
		page, err := w.M.MapList(ctx, w.As(name), s, "", "en", 50)
		if err != nil {
			t.Fatal(err)
		}
		return len(page.Items)
	}
	all := mechanism.MapSearch{}
	if n := list("duty", all); n != 1 {
		t.Fatalf("the duty officer sees %d records", n)
	}
	day := truce.InstantOf(time.Date(2017, 11, 15, 0, 0, 0, 0, time.UTC))
	for name, want := range map[string]int{"duty": 1, "": 0, "jordan": 0, "operator": 0, "auditor": 0} {
		for _, s := range []mechanism.MapSearch{{Rule: "ceasefire"}, {Results: []string{"breached"}}, {Article: "1"}, {Kinds: []string{"incident"}}, {Kinds: []string{"incident"}, From: day, To: day}, {Kinds: []string{"incident"}, Box: &[4]float64{36, 32.7, 36.2, 32.8}}} {
			if got := list(name, s); got != want {
				t.Errorf("%q finds %d records by %+v, want %d", name, got, s, want)
			}
		}
	}
	if n := list("duty", mechanism.MapSearch{Box: &[4]float64{37, 33, 38, 34}}); n != 0 {
		t.Errorf("%d records far away", n)
	}
	if n := list("duty", mechanism.MapSearch{Kinds: []string{"incident"}, From: day.Add(72 * time.Hour)}); n != 0 {
		t.Errorf("%d records of other days", n)
	}
	for _, s := range []mechanism.MapSearch{{Rule: "no-such-rule"}, {Results: []string{"kept"}}, {Article: "9"}} {
		if n := list("duty", s); n != 0 {
			t.Errorf("%d records by %+v", n, s)
		}
	}
}

// A list in pages holds what one page would, in the same order.
func TestMapListPages(t *testing.T) {
	w := mechanismtest.Start(t)
	var lines strings.Builder
	for i := range 25 {
		line, _ := incident(i, "shelling", "")
		lines.WriteString(line)
	}
	w.Report("monitor", lines.String())
	ctx := context.Background()
	read := func(limit int) (out []truce.RecordID) {
		cursor := ""
		for {
			page, err := w.M.MapList(ctx, w.As("duty"), mechanism.MapSearch{}, cursor, "en", limit)
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range page.Items {
				out = append(out, x.Observation.ID)
			}
			if cursor = page.Next; cursor == "" {
				return out
			}
		}
	}
	if one, many := read(100), read(7); len(one) != 25 || !slices.Equal(one, many) {
		t.Errorf("%d and %d records", len(one), len(many))
	}
}

// What was erased leaves the map, and does not come back after a start.
func TestErasedLeavesTheMap(t *testing.T) {
	w := mechanismtest.Start(t)
	ctx := context.Background()
	at := truce.Degrees(36.1, 32.75)
	taken := w.Report("monitor", mechanismtest.Shelling)
	if !pointsAt(tileAt(t, w, w.As("duty"), mechanism.MapSearch{}, 14, at), 14, at) {
		t.Fatal("it is not on the map")
	}
	got, err := w.M.Erase(ctx, w.As("duty"), record.Erasure{Act: record.ErasureProposed, Why: record.ErasureDanger, Reason: "a test"}, []truce.RecordID{taken.First})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.M.Confirm(ctx, w.As("jordan"), got.ID, "a test"); err != nil {
		t.Fatal(err)
	}
	w.TakeUp()
	check := func(when string) {
		if pointsAt(tileAt(t, w, w.As("duty"), mechanism.MapSearch{}, 14, at), 14, at) {
			t.Errorf("%s: it is still on the map", when)
		}
	}
	check("after the erasure")
	w.Restart()
	check("after a start")
}

// Two viewers of different rights get different bytes; the same viewer gets the same.
func TestTilesDiffer(t *testing.T) {
	w := mechanismtest.Start(t)
	w.Report("monitor", mechanismtest.Shelling)
	p := atlas.PointOf(truce.Degrees(36.1, 32.75))
	draw := func(name string) []byte {
		b, err := w.M.MapTile(context.Background(), w.As(name), mechanism.MapSearch{}, 10, int(p.X>>22), int(p.Y>>22))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	if duty := draw("duty"); len(duty) == 0 || bytes.Equal(duty, draw("")) || !bytes.Equal(duty, draw("duty")) {
		t.Error("the tiles of the duty officer and the public")
	}
	if _, err := w.M.MapTile(context.Background(), w.As(""), mechanism.MapSearch{}, 3, 8, 0); truce.KindOf(err) != truce.NotFound {
		t.Error(err)
	}
}
