package verify

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"truce"
	"truce/internal/seal"
)

// Namespace is the purpose with which people sign by an ssh key.
const Namespace = "truce-record"

// key takes up a key that the log lists, or ends one.
func (c *checker) key(i int64, l Leaf, b []byte) error {
	var d KeyDocument
	if err := decodeForm(b, l.Kind, &d.Form, &d); err != nil {
		return err
	}
	was, known := c.keys[d.Key]
	c.vouched(i, &d)
	switch {
	case l.Code == 1 && d.Act == "begins":
		if known {
			return fmt.Errorf("the key %s was listed before", d.Key)
		}
		if err := d.check(); err != nil {
			return err
		}
		c.keys[d.Key] = key{KeyDocument: d}
	case l.Code == 2 && d.Act == "ends":
		if !known && c.r.Whole || known && was.Body != d.Body {
			return fmt.Errorf("the key %s was never listed for %s", d.Key, d.Body)
		}
		was.ended = true
		c.keys[d.Key] = was
	default:
		return fmt.Errorf("leaf and document say different things of the key")
	}
	return nil
}

// vouched notes where a body that had a key gets another that no older key of it vouches for, or loses one on the operator's word alone. The first comes with nobody to vouch for it.
func (c *checker) vouched(i int64, d *KeyDocument) {
	first, own := true, false
	for _, k := range c.keys {
		first = first && k.Body != d.Body
	}
	for _, s := range d.Signatures {
		ok, err := c.word(s, func(r *truce.Record) error { return signsKey(r, d) })
		if err != nil {
			c.fault("signature", i, "%s: %v", s.Body, err)
		}
		own = own || ok && err == nil && (s.Body == d.Body || d.Act == "ends")
	}
	if !first && !own {
		c.note("key-unsigned", i, "a key of %s %s, and no key that was listed before signed that: ask the body", d.Body, d.Act)
	}
}

// check holds the name of a key against the key.
func (d *KeyDocument) check() error {
	var id truce.KeyID
	switch d.Method {
	case "ssh":
		k, err := seal.ParseSSHKey(d.Public)
		if err != nil {
			return err
		}
		id = k.ID()
	case "passkey":
		k, err := d.passkey()
		if err != nil {
			return err
		}
		id = k.ID()
	default:
		return fmt.Errorf("keys of the kind %q sign nothing", d.Method)
	}
	if string(id) != d.Key {
		return fmt.Errorf("the key is %s and not %s", id, d.Key)
	}
	return nil
}

func (d *KeyDocument) passkey() (seal.Passkey, error) {
	cose, err := base64.StdEncoding.Strict().DecodeString(d.Public)
	if err != nil {
		return seal.Passkey{}, err
	}
	return seal.ParsePasskey(cose)
}

// word checks somebody's word. own is true where a key that the log lists for the body signed it, and what it signed is what the function wants. What the operator
// alone says is no error and not own.
func (c *checker) word(s Signature, wants func(*truce.Record) error) (own bool, err error) {
	switch s.How {
	case "session", "node":
		if s.Key != "" || len(s.Statement)+len(s.Signature) > 0 {
			return false, fmt.Errorf("a signature that is none")
		}
		return false, nil
	case "ssh", "passkey":
	default:
		return false, fmt.Errorf("%q is no way to sign", s.How)
	}
	k, ok := c.keys[s.Key]
	if !ok || k.ended || k.Body != s.Body || k.Method != s.How {
		return false, fmt.Errorf("the log lists no key %s of %s that signs", s.Key, s.Body)
	}
	if err := k.verify(s.Statement, s.Signature); err != nil {
		return false, err
	}
	r, err := truce.ParseStatement(s.Statement)
	if err != nil {
		return false, err
	}
	if r.Author.Vouch != truce.VouchSignature || string(r.Author.Key) != s.Key || string(r.Author.Body) != s.Body {
		return false, fmt.Errorf("what was signed is not the word of %s", s.Body)
	}
	return true, wants(&r)
}

func (d *KeyDocument) verify(statement, signature []byte) error {
	if d.Method == "passkey" {
		k, err := d.passkey()
		if err != nil {
			return err
		}
		return k.Verify(statement, signature, d.Host, d.Origins)
	}
	k, err := seal.ParseSSHKey(d.Public)
	if err != nil {
		return err
	}
	sig, err := seal.ParseSSHSignature(signature)
	if err != nil {
		return err
	}
	return seal.VerifySSHSig(k, Namespace, statement, sig)
}

// signsKey says whether a statement lets a key in, or ends it. Who leaves loses all keys.
func signsKey(r *truce.Record, d *KeyDocument) error {
	var b struct{ Act, Key string }
	if r.Kind == truce.RecordPerson && json.Unmarshal(r.Body, &b) == nil {
		switch {
		case d.Act == "begins" && b.Key == d.Key && (b.Act == "key-added" || b.Act == "vouches"), d.Act == "ends" && (b.Key == d.Key && b.Act == "key-gone" || b.Act == "left"):
			return nil
		}
	}
	return fmt.Errorf("what was signed is something else")
}

// signsText says whether a statement proposes the text of a document.
func signsText(r *truce.Record, d *TextDocument) error {
	var b struct{ Use, Folder, Text string }
	if r.Kind != truce.RecordAgreement || json.Unmarshal(r.Body, &b) != nil || b.Use != "proposed" || b.Text != d.Text || string(r.Agreement) != d.Agreement || string(r.Version) != d.Version {
		return fmt.Errorf("what was signed is not this text")
	}
	return nil
}

// signsFinding says whether a statement is that word on the conclusion.
func signsFinding(r *truce.Record, act string, w *Conclusion, digest truce.Digest) error {
	var b struct {
		Case, Step, Signs string
		Of                int
	}
	if r.Kind != truce.RecordStep || json.Unmarshal(r.Body, &b) != nil || b.Case != w.Case || b.Step != act || b.Of != w.Number || b.Signs != digest.String() {
		return fmt.Errorf("what was signed is not this conclusion")
	}
	return nil
}

// two notes where an act that takes two people of different bodies is not signed by two with keys of their own.
func (c *checker) two(i int64, kind Kind, list []Signature) {
	wants := map[Kind]truce.RecordKind{Erasure: truce.RecordErasure, Pause: truce.RecordPause, Reveal: truce.RecordClass, Withheld: truce.RecordClass}[kind]
	var own, said []string
	for _, s := range list {
		ok, err := c.word(s, func(r *truce.Record) error {
			if r.Kind != wants {
				return fmt.Errorf("what was signed is something else")
			}
			return nil
		})
		if err != nil {
			c.fault("signature", i, "%s: %v", s.Body, err)
			continue
		}
		if ok && !contains(own, s.Body) {
			own = append(own, s.Body)
		}
		if !contains(said, s.Body) {
			said = append(said, s.Body)
		}
	}
	switch {
	case len(said) < 2:
		c.fault("two", i, "it takes two people of different bodies, and the log names %d", len(said))
	case len(own) < 2:
		c.note("claimed", i, "the operator alone says that %s did it: not both signed with a key of their own", strings.Join(said, " and "))
	}
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

func parseDigest(s string, d *truce.Digest) error {
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != len(d) || hex.EncodeToString(b) != s {
		return fmt.Errorf("%q is no digest", s)
	}
	copy(d[:], b)
	return nil
}
