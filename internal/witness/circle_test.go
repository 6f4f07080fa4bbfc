package witness

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"truce"
	"truce/internal/seal"
)

// four are witnesses in memory, and the circle that asks them.
func four(t *testing.T) (*town, *Circle, Policy) {
	w := newTown()
	var peers []Peer
	for _, name := range []string{"a.example", "b.example", "c.example", "d.example"} {
		w.witnesses[name] = newWitness(t, name, newMemory())
		peers = append(peers, peer(t, name))
	}
	return w, NewCircle(peers, w), NewPolicy(Log{Key: logKey(t)}, peers...)
}

func publish(t *testing.T, p Policy, signed []byte, replies []Reply) Seen {
	t.Helper()
	return must[Seen](t)(p.Open(append(signed, Signatures(replies)...)))
}

// soon is a deadline for witnesses that hang: those that do not must have answered by then, also on a busy machine. Nothing waits for it unless one hangs.
func soon(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	t.Cleanup(cancel)
	return ctx
}

func TestCollect(t *testing.T) {
	w, circle, p := four(t)
	h := &history{t: t}
	for range 3 {
		h.grow(3, "a")
		replies := circle.Collect(t.Context(), h.sign(), h.prove)
		if s := publish(t, p, h.sign(), replies); !s.Met || len(s.Signed) != 4 || s.Size != h.size {
			t.Errorf("%+v, %+v", s, replies)
		}
	}
	if w.asked["a.example"] != 3 { // sizes are remembered: one question each
		t.Error(w.asked)
	}
	fresh := NewCircle(p.Peers, w) // a circle that knows nothing finds out
	h.grow(2, "a")
	if s := publish(t, p, h.sign(), fresh.Collect(t.Context(), h.sign(), h.prove)); len(s.Signed) != 4 {
		t.Errorf("%+v", s)
	}
	for _, r := range circle.Collect(t.Context(), []byte("no checkpoint"), h.prove) {
		if r.Err == nil {
			t.Error(r)
		}
	}
	no := errors.New("no proof")
	h.grow(1, "a")
	for _, r := range circle.Collect(t.Context(), h.sign(), func(int64) ([]seal.Hash, error) { return nil, no }) {
		if !errors.Is(r.Err, no) {
			t.Error(r)
		}
	}
}

// A witness that refuses, hangs, is down or talks nonsense stops nothing; the checkpoint says who signed, and who comes back is brought up to date by
// the next one.
func TestNobodyStopsPublication(t *testing.T) {
	hang := make(chan struct{})
	t.Cleanup(func() { close(hang) })
	ways := map[string]struct {
		conduct func(context.Context, []byte) (int, []byte, error)
		kind    truce.ErrorKind
	}{
		"refuses":           {func(context.Context, []byte) (int, []byte, error) { return 403, nil, nil }, truce.Denied},
		"does not know us":  {func(context.Context, []byte) (int, []byte, error) { return 404, nil, nil }, truce.Denied},
		"is down":           {func(context.Context, []byte) (int, []byte, error) { return 0, nil, errors.New("no route") }, truce.Unavailable},
		"is broken":         {func(context.Context, []byte) (int, []byte, error) { return 500, []byte("oops"), nil }, truce.Unavailable},
		"is slow":           {func(ctx context.Context, _ []byte) (int, []byte, error) { <-ctx.Done(); return 0, nil, ctx.Err() }, truce.Unavailable},
		"hangs for ever":    {func(context.Context, []byte) (int, []byte, error) { <-hang; return 0, nil, nil }, truce.Unavailable},
		"gives nonsense":    {func(context.Context, []byte) (int, []byte, error) { return 200, []byte("— a.example AAAA\n"), nil }, truce.Unavailable},
		"says no size":      {func(context.Context, []byte) (int, []byte, error) { return 409, []byte("many\n"), nil }, truce.Unavailable},
		"says other sizes":  {sizes(), truce.Unavailable},
		"claims to be far":  {func(context.Context, []byte) (int, []byte, error) { return 409, []byte("999999\n"), nil }, truce.Conflict},
		"proves us wrong":   {func(context.Context, []byte) (int, []byte, error) { return 422, nil, nil }, truce.Corrupt},
		"has another root":  {func(_ context.Context, b []byte) (int, []byte, error) { return 409, []byte("6\n"), nil }, truce.Corrupt},
		"signs for another": {func(context.Context, []byte) (int, []byte, error) { return 200, []byte(elsewhere(t)), nil }, truce.Unavailable},
	}
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, circle, p := four(t)
			h := (&history{t: t}).grow(3, "a")
			circle.Collect(t.Context(), h.sign(), h.prove)
			w.mu.Lock()
			w.conduct["a.example"] = way.conduct
			w.mu.Unlock()
			h.grow(3, "a")
			replies := circle.Collect(soon(t), h.sign(), h.prove)
			if s := publish(t, p, h.sign(), replies); !s.Met || len(s.Signed) != 3 {
				t.Errorf("one witness of four: %+v", s)
			}
			if err := replies[0].Err; truce.KindOf(err) != way.kind {
				t.Errorf("%v: %v", truce.KindOf(err), err)
			}
			w.mu.Lock()
			w.conduct["b.example"] = way.conduct
			w.mu.Unlock()
			h.grow(3, "a")
			replies = circle.Collect(soon(t), h.sign(), h.prove)
			if s := publish(t, p, h.sign(), replies); s.Met || len(s.Signed) != 2 { // published, with a mark
				t.Errorf("two witnesses of four: %+v", s)
			}
			w.mu.Lock()
			clear(w.conduct)
			w.mu.Unlock()
			for range 50 {
				h.grow(1, "a")
			}
			if s := publish(t, p, h.sign(), circle.Collect(t.Context(), h.sign(), h.prove)); len(s.Signed) != 4 {
				t.Errorf("after all are back: %+v", s)
			}
		})
	}
}

func sizes() func(context.Context, []byte) (int, []byte, error) {
	n := make(chan int, 1)
	n <- 0
	return func(context.Context, []byte) (int, []byte, error) {
		i := <-n
		n <- i + 1
		return 409, fmt.Appendf(nil, "%d\n", i%3), nil
	}
}

// elsewhere is a good signature of the witness, of something else.
func elsewhere(t *testing.T) string {
	return must[seal.NoteSignature](t)(signer("a.example").Cosign("a.example", (&history{t: t}).grow(1, "other").at(1), noon)).Line
}

// A log that was restored from a backup asks before it signs.
func TestAskAfterARestore(t *testing.T) {
	w, circle, p := four(t)
	h := (&history{t: t}).grow(5, "a")
	circle.Collect(t.Context(), h.sign(), h.prove)
	backup := h.fork()
	h.grow(4, "a")
	w.conduct["d.example"] = func(context.Context, []byte) (int, []byte, error) { return 500, nil, nil }
	circle.Collect(t.Context(), h.sign(), h.prove)
	clear(w.conduct)
	empty := &history{t: t}
	for name, from := range map[string]*history{"a backup": backup, "nothing at all": empty} {
		replies := NewCircle(p.Peers, w).Ask(t.Context(), from.sign(), logKey(t))
		if size, shown := Largest(replies); size != 9 || !shown {
			t.Errorf("%s: %d, %v, %+v", name, size, shown, replies)
		}
		if s := must[Seen](t)(p.Open(replies[0].Newest)); s.Size != 9 {
			t.Error(s)
		}
	}
	if replies := NewCircle(p.Peers, w).Ask(t.Context(), backup.sign(), logKey(t)); replies[3].Err != nil || replies[3].Size != 5 || replies[3].Signature.Line == "" {
		t.Errorf("a witness that is not ahead: %+v", replies[3])
	}
	replies := NewCircle(p.Peers, w).Ask(t.Context(), h.sign(), logKey(t))
	if size, _ := Largest(replies); size != 9 || truce.KindOf(replies[0].Err) == truce.Corrupt {
		t.Errorf("the log as it is: %+v", replies)
	}
	// A restored log that went on by itself has another tree of the same size.
	for _, r := range NewCircle(p.Peers, w).Ask(t.Context(), backup.fork().grow(4, "b").sign(), logKey(t))[:3] {
		if truce.KindOf(r.Err) != truce.Corrupt {
			t.Error(r.Err)
		}
	}
	// One that lies can claim a size, and cannot show it.
	w.conduct["a.example"] = func(context.Context, []byte) (int, []byte, error) { return 409, []byte("1000\n"), nil }
	if size, shown := Largest(NewCircle(p.Peers, w).Ask(t.Context(), h.sign(), logKey(t))); size != 1000 || shown {
		t.Error(size, shown)
	}
}

// dishonest is one attempt of an operator who shows two records, to witnesses of whom some lie. It gives how the two look under the policy.
func dishonest(t *testing.T, d *dice, liars, k int) (a, b Seen, first, second *history, signed [2][]byte) {
	w := newTown()
	var peers []Peer
	for i := range 4 {
		name := fmt.Sprintf("w%d.example", i)
		peers = append(peers, peer(t, name))
		if i < liars {
			w.liars[name] = signer(name)
		} else {
			w.witnesses[name] = newWitness(t, name, newMemory())
		}
	}
	p := NewPolicy(Log{Key: logKey(t)}, peers...)
	p.Groups[0].K = k
	shared := (&history{t: t}).grow(int64(d.n(20)), "both")
	if shared.size > 0 && d.n(2) == 0 { // all witnesses may know the beginning
		NewCircle(peers, w).Collect(t.Context(), shared.sign(), shared.prove)
	}
	first, second = shared.fork().grow(1+int64(d.n(20)), "a"), shared.fork().grow(1+int64(d.n(20)), "b")
	branches := []*history{first, second}
	signatures := [2]map[string]string{{}, {}}
	for _, i := range []int{0, 1, 0, 1} { // he may come back as often as he likes, and choose whom he asks first
		var asked []Peer
		for j := range peers {
			if d.n(3) > 0 {
				asked = append(asked, peers[(j+i)%4])
			}
		}
		for _, r := range NewCircle(asked, w).Collect(t.Context(), branches[i].sign(), branches[i].prove) {
			if r.Signature.Line != "" {
				signatures[i][r.Peer.Name] = r.Signature.Line
			}
		}
	}
	for i, h := range branches {
		signed[i] = h.sign()
		for _, x := range peers {
			signed[i] = append(signed[i], signatures[i][x.Name]...)
		}
	}
	return must[Seen](t)(p.Open(signed[0])), must[Seen](t)(p.Open(signed[1])), first, second, signed
}

// prove makes the file that proves the two, and checks it as somebody does who has nothing else but the log's key.
func prove(t *testing.T, signed [2][]byte, first, second *history) bool {
	larger := second
	if first.size > second.size {
		larger = first
	}
	f, err := Compare(signed[0], signed[1], larger.growth, logKey(t))
	if err != nil || f == nil {
		return false
	}
	alone, err := ParseFork(f.Text())
	if err != nil {
		return false
	}
	_, _, err = alone.Check(logKey(t))
	return err == nil
}

// Of two records that one operator shows, with four witnesses of whom one lies, never are both believed; each pair is a proof that stands alone.
// The controls are a quorum of two, and a second liar: there both are believed, and two readers who compare still find out.
func TestForks(t *testing.T) {
	const forks = 1000
	d := &dice{seal.Bytes([]byte("forks"))}
	both, one, proofs := 0, 0, 0
	for range forks {
		a, b, first, second, signed := dishonest(t, d, 1, 3)
		if a.Met && b.Met {
			both++
		}
		if a.Met || b.Met {
			one++
		}
		if prove(t, signed, first, second) {
			proofs++
		}
	}
	if both != 0 || proofs != forks {
		t.Errorf("%d of %d forks are believed, %d are proved", both, forks, proofs)
	}
	if one < forks/4 {
		t.Errorf("control: only %d of %d had a quorum for one of the two; the operator does not try", one, forks)
	}
	t.Logf("%d forks, one witness of four lies, three must sign: %d accepted, %d proof files; one of the two trees had a quorum in %d", forks, both, proofs, one)
	for _, c := range []struct {
		name     string
		liars, k int
	}{{"a quorum of two", 1, 2}, {"two that lie", 2, 3}} {
		both, proofs := 0, 0
		for range 300 {
			a, b, first, second, signed := dishonest(t, d, c.liars, c.k)
			if a.Met && b.Met {
				if both++; prove(t, signed, first, second) {
					proofs++
				}
			}
		}
		if both == 0 || proofs != both {
			t.Errorf("%s: %d believed, %d found by comparing", c.name, both, proofs)
		}
		t.Logf("control, %s: %d of 300 accepted, all %d found by two readers who compare", c.name, both, proofs)
	}
}
