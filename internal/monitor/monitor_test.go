package monitor

import (
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"truce"
	"truce/internal/seal"
	"truce/internal/witness"
	"truce/verify"
)

// A record as it should be raises no alarm, however long it is followed.
func TestNothingIsWrong(t *testing.T) {
	s := newSite(t)
	var state *State
	for i := range 20 {
		r := s.look(state)
		if len(r.Alarms) > 0 {
			t.Fatalf("look %d: %+v", i, r.Alarms)
		}
		again := must[*State](t)(ParseState(must[[]byte](t)(r.Next.Bytes())))
		if state = r.Next; again.Checkpoint != state.Checkpoint || !slices.Equal(again.Keys, state.Keys) || again.Policy != state.Policy {
			t.Fatalf("%+v is read back as %+v", state, again)
		}
		s.tick(s.outcome())
		if i%5 == 4 {
			s.tick(s.finding(), s.report())
			s.reveal()
		}
	}
}

// misdeed is something an operator should not do, and what a monitor must say of it at the next look.
type misdeed struct {
	name string
	do   func(*site)
	want string
	// with are alarms that come along, lasting says that it is told at each look, final that the record is not the one that was seen.
	with           []string
	lasting, final bool
}

// misdeeds are all, in seven sorts.
var misdeeds = []misdeed{
	{name: "a finding is gone", want: Dropped, lasting: true, do: func(s *site) { delete(s.files, s.path(verify.Finding)) }},
	{name: "a finding is another", want: Dropped, lasting: true, do: func(s *site) { s.files[s.path(verify.Finding)] = []byte("{}") }},
	{name: "an outcome is gone", want: Dropped, lasting: true, do: func(s *site) { s.tick(s.outcome()); delete(s.files, s.path(verify.Outcome)) }},

	{name: "a daily report is gone", want: Dropped, lasting: true, do: func(s *site) { s.tick(s.report()); delete(s.files, s.path(verify.ReportLeaf)) }},

	{name: "results on other rules", want: ChangedRule, with: []string{"outcome"}, do: func(s *site) {
		l := s.outcome()
		l.Text, l.Plan = s.inUse.text, truce.Digest{9}
		s.tick(l)
	}},
	{name: "a version that nobody signed", want: ChangedRule, do: func(s *site) { s.tick(s.version(agreements(s.t)[1], 0)) }},
	{name: "the text is another", want: ChangedRule, with: []string{"outcome", "finding"}, lasting: true, do: func(s *site) {
		path := "text/" + s.inUse.text.String()
		b := slices.Clone(s.files[path])
		b[len(b)-9] ^= 1
		s.files[path] = b
	}},

	{name: "evidence is overdue", want: Overdue, lasting: true, do: func(s *site) {
		s.tick()
		first := slices.Min(slices.Collect(maps.Keys(s.salts)))
		delete(s.salts, first) // never to be shown
		for range 13 {
			s.now += 20 * hour
			s.tick()
			s.reveal()
		}
	}},
	{name: "padding is not what was sealed", want: Overdue, with: []string{"padding"}, lasting: true, do: func(s *site) {
		s.tick()
		s.salts[slices.Max(slices.Collect(maps.Keys(s.salts)))] = seal.Salt{1}
		s.reveal()
		for range 13 {
			s.now += 20 * hour
			s.tick()
			s.reveal()
		}
	}},

	{name: "a body's second key on the operator's word", want: KeyChange, do: func(s *site) { s.tick(s.key("party", "a")); s.tick(s.key("party", "b")) }},
	{name: "another key of the log", want: KeyChange, final: true, do: func(s *site) { s.tick(); s.sign(signer("thief")) }},

	{name: "a weaker policy", want: WeakPolicy, do: func(s *site) { s.policy = s.policyText(2, s.log); s.tick(s.policyLeaf()) }},
	{name: "another policy is shown", want: WeakPolicy, lasting: true, do: func(s *site) { s.policy = s.policyText(1, s.log); s.tick() }},

	{name: "the record is shorter", want: Restarted, final: true, do: func(s *site) { s.again(s.origin, 20) }},
	{name: "another record in its place", want: Restarted, final: true, do: func(s *site) { s.again("another.example/valley", int64(len(s.leaves))) }},
	{name: "history is another", want: Forked, final: true, do: func(s *site) { s.leaves[3].Body[0] ^= 1; s.again(s.origin, int64(len(s.leaves))); s.tick() }},
	{name: "another root of the same size", want: Forked, final: true, do: func(s *site) { s.leaves[3].Body[0] ^= 1; s.again(s.origin, int64(len(s.leaves))) }},

	{name: "leaves are gone", want: Unreadable, final: true, do: func(s *site) {
		s.tick()
		for path := range s.files {
			if strings.HasPrefix(path, "tile/entries/") {
				delete(s.files, path)
			}
		}
	}},
	{name: "tiles are gone", want: Unreadable, final: true, do: func(s *site) {
		s.tick()
		for path := range s.files {
			if strings.HasPrefix(path, "tile/0/") {
				delete(s.files, path)
			}
		}
	}},

	{name: "silence", want: Late, do: func(s *site) { s.now += 48 * hour }},
	{name: "silence, while witnesses go on signing", want: Late, do: func(s *site) { s.now += 48 * hour; s.sign(s.log) }},
	{name: "a tick of long ago", want: Late, with: []string{"time"}, do: func(s *site) { s.tickAt(s.now - 5*hour) }},
	{name: "a tick of tomorrow", want: Late, with: []string{"time"}, do: func(s *site) { s.tickAt(s.now + 20*hour); s.now -= 20 * hour }},
}

// path is of the newest document of a kind that is still there.
func (s *site) path(k verify.Kind) string {
	for _, l := range slices.Backward(s.leaves) {
		if p := "doc/" + l.Body.String(); l.Kind == k && len(s.files[p]) > 2 {
			return p
		}
	}
	s.t.Fatal("there is no", k)
	return ""
}

// key lists a key of a body; nobody signs that.
func (s *site) key(body, seed string) verify.Leaf {
	h := seal.Bytes([]byte(seed + fmt.Sprint(len(s.leaves))))
	pub := signer(string(h[:])).Public()
	wire := ssh.Marshal(struct{ Kind, Key string }{"ssh-ed25519", string(pub[:])})
	parsed := must[ssh.PublicKey](s.t)(ssh.ParsePublicKey(wire))
	k := must[seal.SSHKey](s.t)(seal.ParseSSHKey(string(ssh.MarshalAuthorizedKey(parsed))))
	return verify.Leaf{Kind: verify.KeyLeaf, Code: 1, Body: s.document(verify.KeyDocument{Form: verify.FormKey, Key: string(k.ID()), Act: "begins", Body: body, Office: "liaison", Method: "ssh", Public: k.String()})}
}

// again writes the log anew from the leaves as they are now, so many of them.
func (s *site) again(name string, size int64) {
	for path := range s.files {
		if strings.HasPrefix(path, "tile/") {
			delete(s.files, path)
		}
	}
	leaves := s.leaves[:size]
	s.tree, s.leaves, s.origin = seal.Tree{}, nil, name
	s.policy = s.policyText(3, s.log)
	for _, l := range leaves {
		s.leaves = append(s.leaves, l)
		if err := s.tree.Append(l.Bytes()); err != nil {
			s.t.Fatal(err)
		}
	}
	s.publish()
}

// Each misdeed is told at the next look, and nothing else is.
func TestMisdeeds(t *testing.T) {
	sorts := map[string]bool{}
	for _, m := range misdeeds {
		t.Run(m.name, func(t *testing.T) {
			s := newSite(t)
			s.tick(s.outcome())
			state := s.look(nil).Next
			m.do(s)
			r := s.look(state)
			if got := alarms(r); !slices.Contains(got, m.want) || slices.ContainsFunc(got, func(c string) bool { return c != m.want && !slices.Contains(m.with, c) }) {
				t.Errorf("%v: %+v", got, r.Alarms)
			}
			if (r.Next == state) != m.final {
				t.Errorf("what is remembered: %+v", r.Next)
			}
			if m.want == Forked {
				if r.Fork == nil {
					t.Fatal("no proof")
				}
				alone := must[witness.Fork](t)(witness.ParseFork(r.Fork.Text()))
				if _, _, err := alone.Check(must[seal.NoteKey](t)(signer("log").Public().LogKey(origin))); err != nil {
					t.Error(err)
				}
			}
			if !m.lasting && !m.final && m.want != Late { // told once
				s.tick(s.finding())
				if r := s.look(r.Next); slices.Contains(alarms(r), m.want) {
					t.Errorf("told again: %+v", r.Alarms)
				}
			}
		})
		sorts[m.want] = true
	}
	if n := len(sorts); n != 9 { // seven, forks, which are the proof of one of them, and what cannot be read
		t.Errorf("%d sorts: %v", n, sorts)
	}
}

// A mix takes a third of a second: the default is for every day, and -mixes 100 for a release.
var mixes = flag.Int("mixes", 12, "how many mixes of misdeeds are tried")

// Whatever is mixed with honest work, each misdeed is told at the look that follows it, and nothing that was not done is told.
func TestMixes(t *testing.T) {
	done := map[string]int{}
	for n := range *mixes {
		draw := seal.Bytes(fmt.Appendf(nil, "mix %d", n))
		at := 0
		dice := func(below int) int {
			if at == len(draw) {
				draw, at = seal.Bytes(draw[:]), 0
			}
			at++
			return int(draw[at-1]) % below
		}
		s := newSite(t)
		s.tick(s.outcome(), s.finding())
		state := s.look(nil).Next
		may := map[string]bool{} // what still holds
		var list []misdeed
		for _, m := range misdeeds {
			if !m.final && dice(3) == 0 {
				list = append(list, m)
			}
		}
		for i := range list {
			j := i + dice(len(list)-i)
			list[i], list[j] = list[j], list[i]
		}
		if dice(2) == 0 {
			var final []misdeed
			for _, m := range misdeeds {
				if m.final {
					final = append(final, m)
				}
			}
			list = append(list, final[dice(len(final))])
		}
		for _, m := range list {
			for range 1 + dice(2) {
				s.tick(s.outcome(), s.finding())
				s.reveal()
				r := s.look(state)
				for _, c := range alarms(r) {
					if !may[c] {
						t.Fatalf("mix %d: %s before anything was done: %+v", n, c, r.Alarms)
					}
				}
				state = r.Next
			}
			m.do(s)
			r := s.look(state)
			got := alarms(r)
			if !slices.Contains(got, m.want) {
				t.Errorf("mix %d: %s is not told: %v", n, m.name, got)
			}
			for _, c := range got {
				if c != m.want && !may[c] && !slices.Contains(m.with, c) {
					t.Errorf("mix %d: after %s: %s: %+v", n, m.name, c, r.Alarms)
				}
			}
			done[m.want]++
			for _, c := range m.with {
				may[c] = true
			}
			if m.lasting {
				may[m.want] = true
			}
			state = r.Next
		}
	}
	for _, c := range []string{Dropped, ChangedRule, Overdue, KeyChange, WeakPolicy, Restarted, Forked, Late, Unreadable} {
		if done[c] < *mixes/20 {
			t.Errorf("control: %s was done %d times only", c, done[c])
		}
	}
	t.Logf("%d mixes: %v", *mixes, done)
}

// A log that changes its key says so first, under the old one.
func TestAnAnnouncedKeyIsTaken(t *testing.T) {
	s := newSite(t)
	state := s.look(nil).Next
	second := signer("second")
	s.policy = s.policyText(3, s.log, second)
	s.tick(s.policyLeaf())
	r := s.look(state)
	if len(r.Alarms) > 0 {
		t.Fatalf("%+v", r.Alarms)
	}
	state = r.Next
	s.log = second
	s.tick(s.outcome())
	if r = s.look(state); len(r.Alarms) > 0 || len(r.Next.Keys) != 2 {
		t.Errorf("%+v", r)
	}
	s.tick(s.outcome())
	if r = s.look(r.Next); len(r.Alarms) > 0 || r.Size != s.last.Size {
		t.Errorf("%+v", r)
	}
	// Named and used between two looks: the old key has signed nothing that names it.
	s = newSite(t)
	state = s.look(nil).Next
	s.policy = s.policyText(3, s.log, second)
	s.log = second
	s.tick(s.policyLeaf())
	if got := alarms(s.look(state)); !slices.Contains(got, KeyChange) {
		t.Errorf("control: %v", got)
	}
}

// The key may come from elsewhere, and must then be the one.
func TestTheFirstLook(t *testing.T) {
	s := newSite(t)
	now := truce.Instant(s.now * 1000)
	right := must[seal.NoteKey](t)(signer("log").Public().LogKey(origin))
	if r, err := Look(s.FS(), nil, Options{Now: now, Key: right}); err != nil || len(r.Alarms) > 0 || r.Next == nil {
		t.Error(r, err)
	}
	wrong := must[seal.NoteKey](t)(signer("thief").Public().LogKey(origin))
	if _, err := Look(s.FS(), nil, Options{Now: now, Key: wrong}); truce.KindOf(err) != truce.Invalid {
		t.Error(err)
	}
	delete(s.files, "checkpoint")
	if _, err := Look(s.FS(), nil, Options{Now: now}); err == nil {
		t.Error("a record without a checkpoint")
	}
	s = newSite(t)
	r := s.look(nil)
	if !slices.ContainsFunc(r.Notes, func(n Notice) bool { return n.Code == Change && strings.Contains(n.Says, right.String()) }) {
		t.Errorf("the key is not told: %+v", r.Notes)
	}
	// What too few witnesses signed is marked, and no alarm.
	s.cosign = 2
	s.tick()
	if r = s.look(r.Next); len(r.Alarms) > 0 || !slices.ContainsFunc(r.Notes, func(n Notice) bool { return n.Code == "not-witnessed" }) {
		t.Errorf("%+v", r)
	}
	for _, b := range []string{"", "{}", `{"form":"truce/monitor/v1"}`, `{"form":"truce/monitor/v1","x":1}`, "null"} {
		if _, err := ParseState([]byte(b)); truce.KindOf(err) != truce.Corrupt {
			t.Errorf("%q: %v", b, err)
		}
	}
}
