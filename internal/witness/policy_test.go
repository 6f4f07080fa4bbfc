package witness

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"filippo.io/torchwood"
	"pgregory.net/rapid"

	"truce"
	"truce/internal/seal"
)

// The arithmetic of witnesses: two quorums share one that does not lie, and those who may lie cannot stop a quorum either.
func TestQuorum(t *testing.T) {
	for n, want := range map[int][2]int{0: {0, 0}, 1: {0, 1}, 2: {0, 2}, 3: {0, 2}, 4: {1, 3}, 5: {1, 4}, 6: {1, 4}, 7: {2, 5}, 10: {3, 7}} {
		if f, k := Quorum(n); [2]int{f, k} != want {
			t.Errorf("%d: %d, %d", n, f, k)
		}
	}
	for n := 1; n <= MaxWitnesses; n++ {
		f, k := Quorum(n)
		if 2*k-n < f+1 || k > n-f || 2*(k-1)-n >= f+1 {
			t.Errorf("n=%d f=%d k=%d", n, f, k)
		}
		var peers []Peer
		for i := range n {
			peers = append(peers, Peer{Name: fmt.Sprint(i)})
		}
		p := NewPolicy(Log{}, peers...)
		if p.Size() != n || p.Need() != k || p.Lying() < f+1 || p.Refusing() < f+1 {
			t.Errorf("n=%d: %d %d %d %d", n, p.Size(), p.Need(), p.Lying(), p.Refusing())
		}
		if weak := len(p.Weak()) > 0; weak != (n < 4) {
			t.Errorf("n=%d: %v", n, p.Weak())
		}
	}
}

func codes(list []Weakness) (out []string) {
	for _, w := range list {
		out = append(out, w.Code)
	}
	return out
}

// vkeys are keys for policies.
func vkeys(t testing.TB, n int) (log string, witnesses []string) {
	for i := range n {
		witnesses = append(witnesses, peer(t, fmt.Sprintf("w%d.example", i)).Key.String())
	}
	return logKey(t).String(), witnesses
}

func TestWeak(t *testing.T) {
	l, w := vkeys(t, 7)
	lines := "log " + l + "\n"
	for i := range 7 {
		lines += fmt.Sprintf("witness w%d %s\n", i, w[i])
	}
	for rest, want := range map[string][]string{
		"quorum none\n":                                                        {"no-witness"},
		"quorum w1\n":                                                          {"few-witnesses", "one-liar", "one-veto"},
		"group g all w0 w1 w2\nquorum g":                                       {"few-witnesses", "one-veto"},
		"group g 2 w0 w1 w2\nquorum g":                                         {"few-witnesses", "one-liar"},
		"group g 2 w0 w1 w2 w3\nquorum g":                                      {"split-view"},
		"group g any w0 w1 w2 w3\nquorum g":                                    {"split-view"},
		"group g 3 w0 w1 w2 w3\nquorum g":                                      nil,
		"group g all w0 w1 w2 w3\nquorum g":                                    {"one-veto"},
		"group g 5 w0 w1 w2 w3 w4 w5 w6\nquorum g":                             nil,
		"group x 2 w0 w1 w2\ngroup y any w3 w4\ngroup g all x y\nquorum g":     {"one-liar"},
		"group x 2 w0 w1 w2\ngroup y any w3 w4\ngroup g any x y\nquorum g":     {"split-view"},
		"group x 3 w0 w1 w2 w3\ngroup y 2 w4 w5 w6\ngroup g all x y\nquorum g": nil, // three must lie
	} {
		p := must[Policy](t)(ParsePolicy([]byte(lines + rest)))
		if got := codes(p.Weak()); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v (%d lying, %d refusing)", rest, got, want, p.Lying(), p.Refusing())
		}
	}
	strong := must[Policy](t)(ParsePolicy([]byte(lines + "group g 5 w0 w1 w2 w3 w4 w5 w6\nquorum g")))
	weaker := must[Policy](t)(ParsePolicy([]byte(lines + "group g 3 w0 w1 w2 w3\nquorum g")))
	if got := codes(weaker.Weaker(strong)); !slices.Equal(got, []string{"lying", "need", "refusing"}) {
		t.Error(got)
	}
	if got := strong.Weaker(weaker); len(got) > 0 {
		t.Error(got)
	}
	if got := (Policy{}).Weak(); len(got) == 0 {
		t.Error("the zero policy is not weak")
	}
}

func TestPolicyText(t *testing.T) {
	l, w := vkeys(t, 4)
	text := "# who must sign\n\n log " + l + " https://truce.example/record\n\twitness w0 " + w[0] + " https://w0.example/\nwitness w1 " + w[1] +
		"\nwitness w2 " + w[2] + "\nwitness w3 " + w[3] + "\ngroup a any w0 w1\ngroup b all w2 w3\ngroup c 1 a b\nquorum c"
	p := must[Policy](t)(ParsePolicy([]byte(text)))
	if p.Logs[0].URL != "https://truce.example/record" || p.Peers[0].URL != "https://w0.example/" || p.Groups[0].K != 1 || p.Groups[1].K != 2 {
		t.Errorf("%+v", p)
	}
	if again := must[Policy](t)(ParsePolicy([]byte(p.String()))); !reflect.DeepEqual(p, again) || again.String() != p.String() {
		t.Errorf("%+v\n%+v", p, again)
	}
	good := "log " + l + "\nwitness w0 " + w[0] + "\nquorum w0\n"
	if _, err := ParsePolicy([]byte(good)); err != nil {
		t.Fatal("control:", err)
	}
	for line, bad := range map[string][]string{
		"line 1": {"logs x", "log", "log " + w[0], "log " + l + " x y", "log " + l + " ftp://x", "witness w " + l, "witness none " + w[0], "quorum w0", "group g 1 w0", "log " + l + "\x00", "group g"},
		"line 4": {good + "quorum w0", good + "witness w0 " + w[1], good + "witness w1 " + w[0], good + "group g 2 w0", good + "group g 0 w0", good + "group g 01 w0",
			good + "group g 1 w0 w0", good + "group w0 1 w0", good + "log " + l, good + "witness x " + w[1] + " https://u:p@x.example"},
		"line 5":     {good + "group g 1 w0\ngroup h 1 w0"},
		"the policy": {"", "log " + l, strings.Repeat("#", MaxPolicyBytes+1)},
	} {
		for _, s := range bad {
			_, err := ParsePolicy([]byte(s))
			if e, ok := err.(*truce.Error); !ok || !strings.HasPrefix(e.Subject, line) {
				t.Errorf("%.60q: %v", s, err)
			}
		}
	}
}

// Torchwood reads the same policies and comes to the same answer about every set of signatures.
func TestPoliciesAreReadAsOthersReadThem(t *testing.T) {
	l, w := vkeys(t, 6)
	h := (&history{t: t}).grow(3, "a")
	c, signed := h.at(3), h.sign()
	lines := make([]string, len(w))
	for i := range w {
		name := fmt.Sprintf("w%d.example", i)
		lines[i] = must[seal.NoteSignature](t)(signer(name).Cosign(name, c, noon+truce.Instant(1000*i))).Line
	}
	met := 0
	rapid.Check(t, func(t *rapid.T) {
		text := "log " + l + "\n"
		var free []string
		for i := range w {
			text += fmt.Sprintf("witness w%d %s\n", i, w[i])
			free = append(free, fmt.Sprintf("w%d", i))
		}
		for g := range rapid.IntRange(0, 4).Draw(t, "groups") {
			n := rapid.IntRange(1, len(free)).Draw(t, "members")
			k := rapid.SampledFrom([]string{"any", "all", fmt.Sprint(rapid.IntRange(1, n).Draw(t, "k"))}).Draw(t, "word")
			text += fmt.Sprintf("group g%d %s %s\n", g, k, strings.Join(free[:n], " "))
			free = append(slices.Clone(free[n:]), fmt.Sprintf("g%d", g))
		}
		text += "quorum " + rapid.SampledFrom(append([]string{NoQuorum}, free...)).Draw(t, "quorum") + "\n"
		theirs, err := torchwood.ParsePolicy([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		ours, err := ParsePolicy([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		b := bytes.Clone(signed)
		for _, line := range lines {
			if rapid.Bool().Draw(t, "signs") {
				b = append(b, line...)
			}
		}
		_, _, err = torchwood.VerifyCheckpoint(b, theirs)
		s, e := ours.Open(b)
		if e != nil {
			t.Fatal(e)
		}
		if s.Met != (err == nil) {
			t.Errorf("%s%s: we say %v, torchwood %v", text, b, s.Met, err)
		}
		if s.Met {
			met++
		}
		if n := len(s.Signed); s.Met && n < ours.Need() || !s.Met && ours.Size()-count(ours, s) < ours.Refusing() {
			t.Errorf("%s: %d signed of %d, %d needed", text, n, ours.Size(), ours.Need())
		}
	})
	if met == 0 {
		t.Error("control: no quorum was ever met")
	}
}

// count counts who signed among those who count.
func count(p Policy, s Seen) int {
	return p.count(func(w Peer) int {
		if slices.ContainsFunc(s.Signed, func(c Cosigned) bool { return c.Peer == w }) {
			return 1
		}
		return 0
	}, func(_ int, parts []int) (n int) {
		for _, part := range parts {
			n += part
		}
		return n
	})
}

// The times that a reader may rely on are those that one liar cannot move.
func TestTimesThatOneLiarCannotMove(t *testing.T) {
	var peers []Peer
	for i := range 4 {
		peers = append(peers, peer(t, fmt.Sprintf("w%d.example", i)))
	}
	p := NewPolicy(Log{Key: logKey(t)}, peers...)
	h := (&history{t: t}).grow(3, "a")
	open := func(at ...truce.Instant) Seen {
		b := h.sign()
		for i, a := range at {
			b = append(b, must[seal.NoteSignature](t)(signer(peers[i].Name).Cosign(peers[i].Name, h.at(3), a)).Line...)
		}
		return must[Seen](t)(p.Open(b))
	}
	for _, lie := range []truce.Instant{0, noon - 1e9, noon + 5000, noon + 1e9} {
		s := open(lie, noon+1000, noon+9000)
		if s.By < noon+1000 || s.By > noon+9000 || s.AsOf < noon+1000 || s.AsOf > noon+9000 {
			t.Errorf("%v moves the times to %v and %v", lie, s.By, s.AsOf)
		}
	}
	if s := open(noon); s.By.Stated() || s.AsOf.Stated() {
		t.Error("one signature says a time:", s)
	}
	if _, err := p.Open((&history{t: t}).grow(1, "x").sign()[:40]); truce.KindOf(err) != truce.Invalid {
		t.Error(err)
	}
	if _, err := p.Open(must[[]byte](t)(signer("thief").SignCheckpoint(h.at(3)))); truce.KindOf(err) != truce.Denied {
		t.Error(err)
	}
	other := must[[]byte](t)(signer("log").SignCheckpoint(seal.Checkpoint{Origin: "other.example", Size: 1}))
	if _, err := p.Open(append(other, elsewhere(t)...)); truce.KindOf(err) != truce.Denied {
		t.Error("another origin:", err)
	}
}

func FuzzParsePolicy(f *testing.F) {
	l, w := vkeys(f, 2)
	f.Add([]byte("log " + l + "\nwitness w0 " + w[0] + "\nwitness w1 " + w[1] + "\ngroup g 2 w0 w1\nquorum g\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := ParsePolicy(b)
		if err != nil {
			return
		}
		p.Weak()
		again, err := ParsePolicy([]byte(p.String()))
		if err != nil || again.String() != p.String() {
			t.Errorf("%q is written as %q: %v", b, p, err)
		}
	})
}
