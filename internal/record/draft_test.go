package record

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"

	"truce"
	"truce/internal/vault"
)

type sample struct {
	A string   `json:"a"`
	B int      `json:"b,omitempty"`
	C []string `json:"c,omitempty"`
}

func TestDecodeTakesOneFormOnly(t *testing.T) {
	var s sample
	if err := decode([]byte(`{"a":"x <&> \"\\","b":3}`), &s); err != nil {
		t.Fatalf("control: %v", err)
	}
	for _, b := range []string{
		``, ` {"a":"x"}`, `{"a":"x"} `, "{\"a\":\"x\"}\n", `{"a": "x"}`, `{"a":"x"}{}`, `{"a":"x","a":"x"}`, `{"A":"x"}`, `{"a":"x","d":1}`,
		`{"a":"\u0078"}`, `{"a":"\u003c"}`, `{"a":"x","b":3.0}`, `{"a":"x","b":3e0}`, `{"a":"x","b":0}`, `{"a":null}`, `{"b":3,"a":"x"}`, `{}`, `null`, `[]`, `"a"`,
		"{\"a\":\"\xff\"}", `{"a":"\ud800"}`, `{"a":"x","c":[]}`, `{"a":"\ufffd"}`,
	} {
		if err := decode([]byte(b), &sample{}); err == nil {
			t.Errorf("%s is read", b)
		}
	}
}

func TestEncodeRefusesWhatIsNoText(t *testing.T) {
	for _, s := range []string{"\xff", `\` + "\xff", "a\xc3"} {
		if b, err := encode(sample{A: s}); err == nil {
			t.Errorf("%q is written as %s", s, b)
		}
	}
	// What looks like the sign of it is text.
	for _, s := range []string{`\ufffd`, `\\ufffd`, "\ufffd", "درعا", "\u2028"} {
		b, err := encode(sample{A: s})
		var back sample
		if err != nil || decode(b, &back) != nil || back.A != s {
			t.Errorf("%q: %s, %v", s, b, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"a":"x","b":1,"c":["y"]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var s sample
		if decode(b, &s) != nil {
			return
		}
		if again, err := encode(s); err != nil || !bytes.Equal(again, b) {
			t.Errorf("%q is read and written as %q, %v", b, again, err)
		}
	})
}

// The same content has one id; anything that differs in kind, body, content or the key has another.
func TestADraftIsNamedByWhatItSays(t *testing.T) {
	keys := testKeys(t)
	id := func(t interface{ Fatal(...any) }, k *vault.Keyring, d Draft, seed string) truce.RecordID {
		if _, err := d.Seal(k, chance(seed)); err != nil {
			t.Fatal(err)
		}
		return d.Record.ID
	}
	rapid.Check(t, func(t *rapid.T) {
		part := rapid.StringMatching(`[ab]{0,2}`)
		make := func(n string) (Draft, string) {
			body, who, data := part.Draw(t, "body"+n), part.Draw(t, "who"+n), part.Draw(t, "data"+n)
			d := Draft{Record: truce.Record{Kind: truce.RecordStep, Body: []byte(body), Author: truce.Author{Body: truce.BodyID(who)}}, Groups: []vault.Group{{Name: "a", Data: []byte(data)}}}
			return d, body + "|" + who + "|" + data
		}
		x, xs := make("1")
		y, ys := make("2")
		if (id(t, keys, x, "1") == id(t, keys, y, "2")) != (xs == ys) {
			t.Fatalf("%s and %s", xs, ys)
		}
	})
	d := Draft{Record: truce.Record{Kind: truce.RecordStep}, Groups: []vault.Group{{Name: "a"}}}
	other, err := vault.NewKeyring(chance("others"))
	if err != nil {
		t.Fatal(err)
	}
	if id(t, keys, d, "1") == id(t, other, d, "1") {
		t.Error("two mechanisms give one name: whoever runs one can try contents against the other")
	}
}
