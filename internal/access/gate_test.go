package access

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"truce"
	"truce/internal/record"
	"truce/internal/seal"
)

// cheap makes passwords cost little for the length of a test.
func cheap(t *testing.T) {
	was := seal.PasswordCost
	seal.PasswordCost = seal.Cost{MemoryKiB: 64, Passes: 1, Threads: 1}
	t.Cleanup(func() { seal.PasswordCost = was })
}

// gate gives a town whose liaison officer of red signs in with a password, and the codes their device shows.
func gateOfTown(t *testing.T) (*town, *Gate, func(truce.Instant) string) {
	t.Helper()
	cheap(t)
	w := newTown(t)
	c, address, err := NewPassword(w.rand, "red", "correct horse battery", "truce")
	if err != nil {
		t.Fatal(err)
	}
	w.apply(w.author("p-red"), record.Person{Act: record.PersonKeyAdded, Person: "p-red", Key: "k-red", Method: record.MethodPassword, Credential: c})
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "otpauth" || u.Query().Get("secret") != base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(c.TOTP) {
		t.Fatalf("the address for an authenticator is %s", address)
	}
	g, err := NewGate(w.d, w.rand, w.now)
	if err != nil {
		t.Fatal(err)
	}
	w.now = w.now.Add(10 * time.Minute)
	return w, g, func(at truce.Instant) string { // RFC 6238, as the device does it
		h := hmac.New(sha1.New, c.TOTP)
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(at)/totpStep))
		sum := h.Sum(nil)
		return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[sum[19]&15:])&0x7fffffff%1_000_000)
	}
}

func TestPasswordAndCode(t *testing.T) {
	w, g, code := gateOfTown(t)
	try := func(login, password, code, address string) (Key, error) {
		w.now = w.now.Add(time.Millisecond)
		return g.Password(context.Background(), login, password, code, address, w.now)
	}
	right := code(w.now)
	wrong := "000000"
	if wrong == right {
		wrong = "000001"
	}
	var said []string
	for name, c := range map[string][3]string{
		"a wrong password": {"red", "correct horse batterie", right}, "a wrong code": {"red", "correct horse battery", wrong}, "no code": {"red", "correct horse battery", ""},
		"no such name": {"green", "correct horse battery", right}, "nothing": {"", "", ""}, "too much": {"red", strings.Repeat("x", 5000), right},
	} {
		k, err := try(c[0], c[1], c[2], "2001:db8::"+name)
		if err == nil || k.ID != "" || truce.KindOf(err) != truce.Denied {
			t.Errorf("%s: %v, %v", name, k.ID, err)
			continue
		}
		said = append(said, err.Error()+truce.HintOf(err))
	}
	for _, s := range said {
		if s != said[0] {
			t.Errorf("the answer tells what was wrong: %q and %q", s, said[0])
		}
	}
	k, err := try("red", "correct horse battery", right, "2001:db8::1")
	if err != nil || k.Person != "p-red" {
		t.Fatalf("%v: the right name, password and code do not open the door", err)
	}
	if _, err := try("red", "correct horse battery", right, "2001:db8::1"); err == nil {
		t.Error("a code opened the door twice")
	}
	// A program that starts again takes no code of before.
	again, err := NewGate(w.d, w.rand, w.now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := again.Password(context.Background(), "red", "correct horse battery", right, "2001:db8::1", w.now); err == nil {
		t.Error("after a restart a code opened the door twice")
	}
	// Who left does not come in with the right of everything.
	w.now = w.now.Add(2 * time.Minute)
	next := code(w.now)
	w.apply(w.author("p-duty"), record.Person{Act: record.PersonLeft, Person: "p-red"})
	if _, err := g.Password(context.Background(), "red", "correct horse battery", next, "2001:db8::2", w.now); err == nil {
		t.Error("who left came in")
	}
}

func TestTooManyAttempts(t *testing.T) {
	for _, name := range []string{"red", "no-such-name"} {
		w, g, code := gateOfTown(t)
		var last error
		n := 0
		for ; n < 100; n++ {
			if _, last = g.Password(context.Background(), name, "guess", "123456", fmt.Sprint("2001:db8::", n), w.now); truce.KindOf(last) == truce.Unavailable {
				break
			}
		}
		if n != DefaultNameBurst {
			t.Errorf("%s: stopped after %d guesses, expected %d", name, n, DefaultNameBurst)
		}
		if _, err := g.Password(context.Background(), name, "correct horse battery", code(w.now), "2001:db8::ffff", w.now); truce.KindOf(err) != truce.Unavailable {
			t.Errorf("%s: the right answer went through a closed door: %v", name, err)
		}
		w.now = w.now.Add(DefaultNameEvery)
		if _, err := g.Password(context.Background(), name, "guess", "123456", "2001:db8::ffff", w.now); truce.KindOf(err) != truce.Denied {
			t.Errorf("%s: after a while the door stays closed: %v", name, err)
		}
	}
	w, g, _ := gateOfTown(t)
	n := 0
	for ; n < 200; n++ {
		if _, err := g.Password(context.Background(), fmt.Sprint("name", n), "guess", "123456", "2001:db8::1", w.now); truce.KindOf(err) == truce.Unavailable {
			break
		}
	}
	if n != DefaultAddressBurst {
		t.Errorf("one address tried %d names", n)
	}
	// Successes do not count: an office behind one address can sign in all day.
	for i := range 3 * DefaultAddressBurst {
		g.addresses.Take("2001:db8::2", w.now)
		g.addresses.Give("2001:db8::2")
		if i == 3*DefaultAddressBurst-1 && !g.addresses.Take("2001:db8::2", w.now) {
			t.Error("successes closed the door")
		}
	}
	// Waiting for a turn ends when the request does.
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for range MaxPasswordChecks {
		g.running <- struct{}{}
	}
	if _, err := g.Password(ctx, "red", "x", "1", "2001:db8::9", w.now); truce.KindOf(err) != truce.Unavailable {
		t.Errorf("a request that ended waits: %v", err)
	}
}

func TestWeakPasswords(t *testing.T) {
	cheap(t)
	w := newTown(t)
	for _, c := range [][2]string{{"red", "short"}, {"red", "elevenchars"}, {"", "correct horse battery"}, {" red", "correct horse battery"}, {"red", strings.Repeat("x", seal.MaxPasswordBytes+1)}} {
		if _, _, err := NewPassword(w.rand, c[0], c[1], "truce"); truce.KindOf(err) != truce.Invalid {
			t.Errorf("%q: %v", c, err)
		}
	}
	if _, _, err := NewPassword(w.rand, "red", "كلمة مرور طويلة", "truce"); err != nil {
		t.Errorf("twelve letters of any script are enough: %v", err)
	}
}

func TestInvitationsAndTokens(t *testing.T) {
	w, g, _ := gateOfTown(t)
	code, c, id, err := NewSecret(w.rand)
	if err != nil {
		t.Fatal(err)
	}
	w.apply(w.author("p-duty"), record.Person{Act: record.PersonKeyAdded, Person: "p-team", Key: id, Method: record.MethodInvitation, Until: w.now.Add(time.Hour), Credential: c})
	if _, err := g.Invitation("nonsense", "2001:db8::1", w.now); truce.KindOf(err) != truce.Denied {
		t.Errorf("nonsense: %v", err)
	}
	spoken := strings.NewReplacer("0", "o", "1", "l", "-", " ").Replace(strings.ToUpper(code))
	k, err := g.Invitation(strings.NewReplacer("0", "o", "1", "l").Replace(spoken), "2001:db8::1", w.now)
	if err != nil || k.Person != "p-team" {
		t.Fatalf("a code as people read it: %v", err)
	}
	if _, err := g.Invitation(code, "2001:db8::1", w.now.Add(time.Hour)); err == nil {
		t.Error("a code of yesterday")
	}
	// In the session of an invitation nothing is seen but oneself, and nothing done but a key added.
	s := NewSessions(w.d)
	token, err := s.Open(w.rand, k, truce.OfficeMonitor, w.now)
	if err != nil {
		t.Fatal(err)
	}
	v, ok := s.Viewer(token, w.now)
	own := Thing{Kind: KindObservation, Tier: truce.TierMechanism, Class: ClassOrdinary, Author: w.author("p-team")}
	if !ok || See(v, own) != 0 || May(v, ActReport, own).Verdict != Refused || May(v, ActKey, Thing{Kind: KindPerson, About: "p-team"}).Verdict != Allowed {
		t.Error("an invitation opens more than it should")
	}
	if s.Prove(token, k, w.now) {
		t.Error("an invitation proves who somebody is")
	}
	secret, c, id, err := NewSecret(w.rand)
	if err != nil {
		t.Fatal(err)
	}
	w.apply(w.author("p-team"), record.Person{Act: record.PersonKeyAdded, Person: "p-team", Key: id, Method: record.MethodToken, Offices: []truce.Office{truce.OfficeMonitor},
		Acts: []string{"report"}, Until: w.now.Add(time.Hour), Credential: c})
	if _, ok := s.Viewer(token, w.now); ok {
		t.Error("a used invitation keeps its session")
	}
	v, err = g.Token(secret, w.now)
	if err != nil || v.Body != "team-1" || May(v, ActReport, Thing{}).Verdict != Allowed || May(v, ActDeposit, Thing{}).Code != CodeScope {
		t.Errorf("a token for reporting: %+v, %v", v, err)
	}
	others := own
	others.Author.Person = "p-other"
	if See(v, others) != 0 || See(v, own) == 0 {
		t.Error("a token that was not made for reading reads what is not its own, or not its own")
	}
	for name, bad := range map[string]string{"another": strings.Replace(secret, secret[:4], "zzzz", 1), "empty": "", "the invitation": code} {
		if _, err := g.Token(bad, w.now); truce.KindOf(err) != truce.Denied {
			t.Errorf("%s as a token: %v", name, err)
		}
	}
	if _, err := g.Token(secret, w.now.Add(time.Hour)); err == nil {
		t.Error("a token outlives its end")
	}
	w.apply(w.author("p-duty"), record.Person{Act: record.PersonKeyGone, Person: "p-team", Key: id})
	if _, err := g.Token(secret, w.now); err == nil {
		t.Error("a revoked token works")
	}
}

func TestSessions(t *testing.T) {
	w, _, _ := gateOfTown(t)
	s := NewSessions(w.d)
	k := w.d.Keys("p-red", w.now)[0]
	open := func() string {
		token, err := s.Open(w.rand, k, truce.OfficeLiaison, w.now)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	if _, err := s.Open(w.rand, k, truce.OfficeGuarantor, w.now); err == nil {
		t.Error("a session in an office they do not hold")
	}
	start := w.now
	token := open()
	if v, ok := s.Viewer(token, start.Add(DefaultIdle)); !ok || v.Person != "p-red" || v.Body != "red" || v.Vouch != truce.VouchSession || v.Key != "k-red" || v.Proved != start {
		t.Errorf("%+v, %v", v, ok)
	}
	if _, ok := s.Viewer(token[1:], start); ok {
		t.Error("part of a token is enough")
	}
	if _, ok := s.Viewer(token, start.Add(2*DefaultIdle+time.Millisecond)); ok {
		t.Error("a session that nobody used is open")
	}
	token = open()
	for at := time.Duration(0); at <= DefaultLifetime; at += DefaultIdle {
		if _, ok := s.Viewer(token, start.Add(at)); !ok {
			t.Fatalf("a session in use closed after %v", at)
		}
	}
	if _, ok := s.Viewer(token, start.Add(DefaultLifetime+time.Millisecond)); ok {
		t.Error("a session outlives its lifetime")
	}
	// A grave act asks for a fresh proof, with a key of the same person.
	token = open()
	later := start.Add(DefaultProofAge + time.Millisecond)
	finding := Thing{Kind: KindFinding, Tier: truce.TierNamed, Class: ClassOrdinary, Addressed: []truce.BodyID{"red"}}
	v, _ := s.Viewer(token, later)
	if May(v, ActSign, finding).Verdict != ProveAgain {
		t.Error("an old proof signs")
	}
	other := k
	other.Person = "p-blue"
	if s.Prove(token, other, later) || s.Prove("nonsense", k, later) || !s.Prove(token, k, later) {
		t.Error("who proves what is mixed up")
	}
	if v, _ = s.Viewer(token, later); May(v, ActSign, finding).Verdict != Allowed {
		t.Error("a fresh proof does not sign")
	}
	// No person has more than so many; the oldest goes.
	first := open()
	w.now++
	for range MaxSessions {
		open()
	}
	if _, ok := s.Viewer(first, w.now); ok {
		t.Error("the oldest session is open beside too many")
	}
	if len(s.all) > MaxSessions+1 {
		t.Errorf("%d sessions", len(s.all))
	}
	// Signing out, losing the key and leaving take effect at the next request.
	token = open()
	s.Close(token)
	if _, ok := s.Viewer(token, w.now); ok {
		t.Error("a closed session is open")
	}
	token = open()
	w.apply(w.author("p-red"), record.Person{Act: record.PersonKeyGone, Person: "p-red", Key: "k-red"})
	if _, ok := s.Viewer(token, w.now); ok {
		t.Error("the session of a lost key is open")
	}
	s.CloseAll("p-red")
	if len(s.all) != 0 {
		t.Errorf("%d sessions after all were closed", len(s.all))
	}
	for d := range s.all {
		if strings.Contains(fmt.Sprint(d), token) {
			t.Error("the token itself is kept")
		}
	}
}

func TestLimiterNeitherGrowsNorForgets(t *testing.T) {
	w := newTown(t)
	key, _ := seal.NewKey(w.rand)
	l := NewLimiter(key, 3, time.Minute)
	for i := range 4 {
		if got := l.Take("victim", now); got != (i < 3) {
			t.Errorf("attempt %d: %v", i, got)
		}
	}
	for i := range 300_000 { // a flood of other names
		l.Take(fmt.Sprint("flood", i), now)
	}
	if l.Take("victim", now) {
		t.Error("a flood of names made it forget")
	}
	if !l.Take("victim", now.Add(4*time.Minute)) {
		t.Error("it never opens again")
	}
}
