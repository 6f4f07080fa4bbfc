package sim

import (
	"bytes"
	"encoding/json"
	"image/png"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"truce"
	"truce/terms"
)

// world thinks of a life without a mechanism, and gives what its phones would send.
func world(t *testing.T, seed uint64) (l *life, lines []string) {
	t.Helper()
	a, rep, err := terms.Load(os.DirFS("../../examples/southwest-syria"), "")
	if err != nil || rep.Errors() > 0 {
		t.Fatal(err, rep)
	}
	g, err := survey(a)
	if err != nil {
		t.Fatal(err)
	}
	l = &life{ground: g, r: rand.New(rand.NewPCG(seed, 0)), seed: seed, clock: a.Clock, prefix: "sim", statements: a.Statements, percent: 100}
	put := func(_ truce.Instant, x line) { lines = append(lines, write(x)) }
	for i, o := range observers {
		for h := range 40 {
			l.shot(o, Begin.Add(time.Duration(h)*time.Hour), put)
		}
		l.round(o, Begin.Add(time.Duration(i)*day), put)
	}
	for _, thing := range things {
		x := thing.report(l, Begin)
		x.Simulated = true
		lines = append(lines, write(x))
	}
	lines = append(lines, l.drive(units[0], Begin, time.Minute, 30, 800)...)
	return l, lines
}

// One seed is one life, another seed another; every line that is invented says so.
func TestSeed(t *testing.T) {
	_, one := world(t, 1)
	_, again := world(t, 1)
	_, other := world(t, 2)
	if !slices.Equal(one, again) {
		t.Error("the same seed is not the same life")
	}
	if slices.Equal(one, other) {
		t.Error("another seed is the same life")
	}
	for _, s := range one {
		var x struct{ Simulated bool }
		if err := json.Unmarshal([]byte(s), &x); err != nil || !x.Simulated {
			t.Errorf("%v: not labelled: %s", err, s)
		}
	}
}

// All acts of the life happen between its beginning and its present, also in another life; nothing is left to when it is played.
func TestActsAreInTime(t *testing.T) {
	for seed := range uint64(5) {
		l, _ := world(t, seed)
		if err := l.past(os.DirFS("../../examples/southwest-syria")); err != nil {
			t.Fatal(err)
		}
		for _, a := range l.acts {
			if a.at < Begin || a.at > Present {
				t.Errorf("seed %d: an act at %s", seed, a.at)
			}
		}
	}
}

// The hour that goes on stays within itself but for what its last cases still need.
func TestHourGoesOn(t *testing.T) {
	l, _ := world(t, 1)
	l.acts = nil
	l.present(Present)
	inOrder(l.acts)
	last := Present
	for _, a := range l.acts {
		if a.at <= Present || a.at > Present.Add(hour+10*time.Minute) {
			t.Errorf("an act at %s", a.at)
		}
		if a.at.Sub(last) > time.Minute {
			t.Errorf("nothing happens from %s to %s", last, a.at)
		}
		last = a.at
	}
}

// A picture says that it is simulated, in letters that can be read.
func TestPictureSaysWhatItIs(t *testing.T) {
	l, _ := world(t, 3)
	m, err := png.Decode(bytes.NewReader(l.picture()))
	if err != nil {
		t.Fatal(err)
	}
	red := func(x, y int) bool {
		r, g, b, _ := m.At(x, y).RGBA()
		return r>>8 == 160 && g>>8 == 30 && b>>8 == 30
	}
	var rows []string
	for y := 0; y < m.Bounds().Dy(); y += 7 {
		var row strings.Builder
		for x := m.Bounds().Dx()/2 - 9*21; x < m.Bounds().Dx()-10; x += 7 {
			if red(x+3, y+9) {
				row.WriteByte('#')
			} else {
				row.WriteByte(' ')
			}
		}
		if s := strings.TrimRight(row.String(), " "); s != "" {
			rows = append(rows, s)
		}
	}
	if len(rows) != 7 || !strings.Contains(rows[0], " ####  ### ") {
		t.Errorf("it says:\n%s", strings.Join(rows, "\n"))
	}
}

// The flood is as long as it was asked for and stays within the life.
func TestFlood(t *testing.T) {
	l, _ := world(t, 1)
	b, err := io.ReadAll(&stream{l: l, end: 500, all: 500})
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	if len(lines) != 500 {
		t.Fatalf("%d lines", len(lines))
	}
	for _, s := range lines {
		if !strings.Contains(s, `"simulated":true`) {
			t.Errorf("not labelled: %s", s)
		}
	}
}

// People are called by an office and a place or a body, never by a name of their own.
func TestNobodyHasAName(t *testing.T) {
	a, _, err := terms.Load(os.DirFS("../../examples/southwest-syria"), "")
	if err != nil {
		t.Fatal(err)
	}
	known := []string{"Amman", "Quneitra", "Daraa", "Suwayda", "northern line", "southern line", "United States"}
	for _, x := range a.Actors {
		known = append(known, x.Name.In("en"))
		for _, y := range x.Aliases {
			known = append(known, y.Name)
		}
	}
	offices := []string{"Duty officer", "Duty officer of the night", "Monitor", "Observation post", "Liaison officer", "Guarantor", "Consulted", "Analyst", "Auditor", "Operator"}
	seen := map[string]bool{}
	for _, o := range Offices() {
		office, place, ok := strings.Cut(o.Name, ", ")
		if !ok || !slices.Contains(offices, office) || !slices.Contains(known, place) {
			t.Errorf("%q is no office", o.Name)
		}
		if seen[o.Name] {
			t.Errorf("%q is there twice", o.Name)
		}
		seen[o.Name] = true
	}
}

// What is said in another language stands in English where it is said: a text that was changed there alone would be English on the page.
func TestTonguesAreSaid(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	for _, name := range files {
		if name == "tongues.go" || strings.HasSuffix(name, "_test.go") {
			continue
		}
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		said.Write(b)
	}
	for english := range tongues {
		if !strings.Contains(said.String(), strconv.Quote(english)) {
			t.Errorf("nobody says %q", english)
		}
	}
	if s := russia.says("This was not ours."); s != tongues["This was not ours."].RU || unitedStates.says("This was not ours.") != "This was not ours." {
		t.Errorf("the guarantor writes %q", s)
	}
}
