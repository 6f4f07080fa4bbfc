package witness

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"truce"
	"truce/internal/seal"
)

// Limits of a policy. See docs/limits.md.
const (
	MaxPolicyBytes = 64 << 10
	MaxWitnesses   = 64 // and as many logs and groups
)

// Log is a log that a policy knows.
type Log struct {
	Key seal.NoteKey // its name is the log's origin
	URL string       // where its files are; "" where that is known otherwise
}

// Peer is a witness as others know it.
type Peer struct {
	Name string // in the policy alone
	Key  seal.NoteKey
	URL  string // where checkpoints are submitted; "" where only signatures are checked
}

// Group has witnessed what at least K of its members have.
type Group struct {
	Name    string
	K       int
	Members []string // of peers and of groups before it
}

// NoQuorum is the quorum that asks for nobody.
const NoQuorum = "none"

// Policy says whose signatures make a checkpoint one to believe: one of the logs', and those of a quorum of witnesses. The zero policy
// believes nothing.
type Policy struct {
	Logs   []Log
	Peers  []Peer
	Groups []Group
	Quorum string // a peer, a group or [NoQuorum]
}

// Quorum gives for n witnesses how many of them may lie together, and how many signatures that takes.
func Quorum(n int) (lie, sign int) {
	if n < 1 {
		return 0, 0
	}
	lie = (n - 1) / 3
	return lie, (n + lie + 2) / 2
}

// NewPolicy is the policy of one log and of witnesses who all count the same, with the quorum that [Quorum] gives.
func NewPolicy(log Log, peers ...Peer) Policy {
	p := Policy{Logs: []Log{log}, Peers: peers, Quorum: NoQuorum}
	if _, k := Quorum(len(peers)); k > 0 {
		g := Group{Name: "witnesses", K: k}
		for _, w := range peers {
			g.Members = append(g.Members, w.Name)
		}
		p.Groups, p.Quorum = []Group{g}, g.Name
	}
	return p
}

// ParsePolicy reads a policy (C2SP tlog-policy). The error names the line.
func ParsePolicy(text []byte) (Policy, error) {
	const op truce.Op = "witness.ParsePolicy"
	if len(text) > MaxPolicyBytes {
		return Policy{}, &truce.Error{Op: op, Kind: truce.TooLarge, Subject: "the policy", Reason: fmt.Sprintf("it is longer than %d bytes", MaxPolicyBytes)}
	}
	r := policyReader{named: map[string]bool{}, used: map[string]bool{}, keys: map[seal.PublicKey]bool{}}
	for i, line := range strings.Split(string(text), "\n") {
		if err := r.line(line); err != nil {
			return Policy{}, &truce.Error{Op: op, Kind: truce.Invalid, Subject: fmt.Sprintf("line %d of the policy", i+1), Reason: err.Error(), Hint: "docs/reference/witness.md shows a whole policy"}
		}
	}
	if r.p.Quorum == "" {
		return Policy{}, &truce.Error{Op: op, Kind: truce.Invalid, Subject: "the policy", Reason: "it names no quorum", Hint: "end it with a line such as: quorum witnesses"}
	}
	return r.p, nil
}

// policyReader reads a policy line by line.
type policyReader struct {
	p           Policy
	named, used map[string]bool
	keys        map[seal.PublicKey]bool
}

func (r *policyReader) line(line string) error {
	if i := strings.IndexFunc(line, func(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f }); i >= 0 {
		return fmt.Errorf("a control character at byte %d", i+1)
	}
	f := strings.FieldsFunc(line, func(c rune) bool { return c == ' ' || c == '\t' })
	if len(f) == 0 || strings.HasPrefix(f[0], "#") {
		return nil
	}
	switch n := len(f); {
	case f[0] == "log" && (n == 2 || n == 3):
		return r.log(f[1], strings.Join(f[2:], ""))
	case f[0] == "witness" && (n == 3 || n == 4):
		return r.witness(f[1], f[2], strings.Join(f[3:], ""))
	case f[0] == "group" && n >= 4:
		return r.group(f[1], f[2], f[3:])
	case f[0] == "quorum" && n == 2:
		return r.quorum(f[1])
	}
	return fmt.Errorf("%q is no line of a policy: log KEY [URL], witness NAME KEY [URL], group NAME all|any|K NAME..., or quorum NAME", strings.Join(f, " "))
}

func (r *policyReader) log(vkey, address string) error {
	k, err := r.key(vkey, false)
	if err != nil {
		return err
	}
	r.p.Logs = append(r.p.Logs, Log{k, address})
	return checkURL(address)
}

func (r *policyReader) witness(name, vkey, address string) error {
	k, err := r.key(vkey, true)
	if err != nil {
		return err
	}
	r.p.Peers = append(r.p.Peers, Peer{name, k, address})
	if err := checkURL(address); err != nil {
		return err
	}
	return r.name(name)
}

func (r *policyReader) group(name, k string, members []string) error {
	g := Group{Name: name, Members: members}
	for _, m := range members {
		switch {
		case !r.named[m]:
			return fmt.Errorf("%q is not the name of a witness or group in a line above", m)
		case r.used[m]:
			return fmt.Errorf("%q is a member already; everybody counts once", m)
		}
		r.used[m] = true
	}
	switch n, err := strconv.Atoi(k); {
	case k == "all":
		g.K = len(members)
	case k == "any":
		g.K = 1
	case err != nil || n < 1 || n > len(members) || strconv.Itoa(n) != k:
		return fmt.Errorf("%q is not all, any or a number from 1 to %d", k, len(members))
	default:
		g.K = n
	}
	if len(r.p.Groups) == MaxWitnesses {
		return fmt.Errorf("more than %d groups", MaxWitnesses)
	}
	r.p.Groups = append(r.p.Groups, g)
	return r.name(name)
}

func (r *policyReader) quorum(name string) error {
	if r.p.Quorum != "" {
		return fmt.Errorf("the quorum is %q already", r.p.Quorum)
	}
	if name != NoQuorum && !r.named[name] {
		return fmt.Errorf("%q is not the name of a witness or group in a line above", name)
	}
	r.p.Quorum = name
	return nil
}

func (r *policyReader) name(name string) error {
	if r.named[name] || name == NoQuorum {
		return fmt.Errorf("the name %q is taken", name)
	}
	r.named[name] = true
	return nil
}

func (r *policyReader) key(vkey string, witness bool) (seal.NoteKey, error) {
	k, err := seal.ParseNoteKey(vkey)
	switch {
	case err != nil:
		return k, err
	case k.IsWitness() != witness:
		return k, fmt.Errorf("the key of %q is not of the kind that signs here", k.Name())
	case r.keys[k.Public()]:
		return k, fmt.Errorf("the key of %q stands in a line above; everybody counts once", k.Name())
	case len(r.p.Logs) == MaxWitnesses || len(r.p.Peers) == MaxWitnesses:
		return k, fmt.Errorf("more than %d logs or witnesses", MaxWitnesses)
	}
	r.keys[k.Public()] = true
	return k, nil
}

func checkURL(s string) error {
	if s == "" {
		return nil
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return fmt.Errorf("%q is not an address such as https://witness.example.org", s)
	}
	return nil
}

// String writes the policy as [ParsePolicy] reads it.
func (p Policy) String() string {
	var b strings.Builder
	write := func(f ...string) {
		b.WriteString(strings.TrimRight(strings.Join(f, " "), " ") + "\n")
	}
	for _, l := range p.Logs {
		write("log", l.Key.String(), l.URL)
	}
	for _, w := range p.Peers {
		write("witness", w.Name, w.Key.String(), w.URL)
	}
	for _, g := range p.Groups {
		write("group", g.Name, strconv.Itoa(g.K), strings.Join(g.Members, " "))
	}
	write("quorum", p.Quorum)
	return b.String()
}

// Seen is a checkpoint as a policy sees it.
type Seen struct {
	seal.Checkpoint
	// Signed are the witnesses of the policy that cosigned, in its order, with the time of each.
	Signed []Cosigned
	// Met says that they are a quorum.
	Met bool
	// By is a moment by which the checkpoint was there, and AsOf one at which no witness knew a larger one, both on the word of a witness who does not lie
	// as long as no more lie than the policy stands. Not stated where too few signed to say so.
	By, AsOf truce.Instant
}

// Cosigned says that a witness signed, and when.
type Cosigned struct {
	Peer Peer
	At   truce.Instant
}

// Open checks a checkpoint against the policy: Denied where no log of the policy signed it, Invalid where it is none. Whether enough witnesses
// signed is told, and is no error: what nobody witnessed is still published, with a mark.
func (p Policy) Open(signed []byte) (Seen, error) {
	var keys []seal.NoteKey
	for _, l := range p.Logs {
		keys = append(keys, l.Key)
	}
	for _, w := range p.Peers {
		keys = append(keys, w.Key)
	}
	c, list, err := openLog("witness.Open", signed, keys)
	if err != nil {
		return Seen{}, err
	}
	at := map[seal.NoteKey]truce.Instant{}
	for _, s := range list {
		at[s.Key] = s.At
	}
	s := Seen{Checkpoint: c}
	var times []truce.Instant
	for _, w := range p.Peers {
		if t, ok := at[w.Key]; ok {
			s.Signed = append(s.Signed, Cosigned{w, t})
			times = append(times, t)
		}
	}
	s.Met = p.met(func(w Peer) bool { _, ok := at[w.Key]; return ok })
	slices.Sort(times)
	if lie := max(p.Lying()-1, 0); lie < len(times) {
		s.By, s.AsOf = times[lie], times[len(times)-1-lie]
	}
	return s, nil
}

// met reports whether those who signed are a quorum.
func (p Policy) met(signed func(Peer) bool) bool {
	return p.Quorum == NoQuorum || p.count(func(w Peer) int {
		if signed(w) {
			return 1
		}
		return 0
	}, func(k int, parts []int) int {
		n := 0
		for _, part := range parts {
			n += part
		}
		if n >= k {
			return 1
		}
		return 0
	}) > 0
}

// count works its way from the peers up to the quorum. Nobody is member of two groups, so that parts can be added.
func (p Policy) count(leaf func(Peer) int, join func(k int, parts []int) int) int {
	value := map[string]int{}
	for _, w := range p.Peers {
		value[w.Name] = leaf(w)
	}
	for _, g := range p.Groups {
		parts := make([]int, len(g.Members))
		for i, m := range g.Members {
			parts[i] = value[m]
		}
		slices.Sort(parts)
		value[g.Name] = join(g.K, parts)
	}
	return value[p.Quorum]
}

// fewest counts the witnesses of the cheapest way to have so many of the members of each group.
func (p Policy) fewest(members func(k, of int) int) int {
	return p.count(func(Peer) int { return 1 }, func(k int, parts []int) int {
		n := 0
		for _, part := range parts[:max(members(k, len(parts)), 0)] {
			n += part
		}
		return n
	})
}

// Size is how many witnesses count for the quorum, Need the fewest that are one.
func (p Policy) Size() int { return p.fewest(func(_, of int) int { return of }) }
func (p Policy) Need() int { return p.fewest(func(k, _ int) int { return k }) }

// Lying is the fewest witnesses that must lie together so that two different records each have a quorum; 0 where nobody needs to.
func (p Policy) Lying() int { return p.fewest(func(k, of int) int { return 2*k - of }) }

// Refusing is the fewest witnesses that, by refusing, keep the quorum from being met.
func (p Policy) Refusing() int { return p.fewest(func(k, of int) int { return of - k + 1 }) }

// Weakness is one way in which a policy protects less than it seems to.
type Weakness struct {
	Code string // stable
	Says string // a sentence in English
}

// Weak lists what a reader must be told about a policy; nothing where it stands one witness that lies and one that refuses.
func (p Policy) Weak() (list []Weakness) {
	add := func(code, format string, args ...any) {
		list = append(list, Weakness{code, fmt.Sprintf(format, args...)})
	}
	n, lying := p.Size(), p.Lying()
	switch {
	case p.Quorum == "" || p.Quorum == NoQuorum || n == 0:
		add("no-witness", "no witness is asked: not protected against split view, the operator can show each reader another record")
		return list
	case n < 4:
		add("few-witnesses", "fewer than 4 witnesses (%d): not protected against split view by a quorum that nobody can stop", n)
	}
	switch lying {
	case 0:
		add("split-view", "two different records can each have a quorum (%d of %d) though no witness lies", p.Need(), n)
	case 1:
		add("one-liar", "one witness that lies is enough to show two different records")
	}
	if p.Refusing() == 1 {
		add("one-veto", "one witness that refuses keeps every checkpoint from being witnessed")
	}
	return list
}

// Weaker lists how a policy protects less than the one before it did; witnesses may be exchanged freely.
func (p Policy) Weaker(before Policy) (list []Weakness) {
	for _, c := range []struct {
		code, says string
		was, is    int
	}{
		{"lying", "witnesses that must lie together to show two records", before.Lying(), p.Lying()},
		{"need", "signatures that are asked for", before.Need(), p.Need()},
		{"refusing", "witnesses that must refuse together to keep a checkpoint from being witnessed", before.Refusing(), p.Refusing()},
	} {
		if c.is < c.was {
			list = append(list, Weakness{c.code, fmt.Sprintf("%s: %d, before %d", c.says, c.is, c.was)})
		}
	}
	return list
}
