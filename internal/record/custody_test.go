package record

import (
	"bytes"
	"reflect"
	"testing"

	"truce"
	"truce/internal/seal"
	"truce/internal/vault"
)

func photo() Media {
	return Media{At: 5, Form: MediaOriginal, Blob: "b-1", About: []truce.RecordID{"r-1"}, Simulated: true, SizeClass: 1 << 22,
		File: &MediaFile{Name: "secret-name.jpg", Type: "image/jpeg", Size: 3_000_000, SHA256: seal.Bytes([]byte("x")), Key: seal.Key{7}, Note: "secret-note"}}
}

// custodyKinds are values of the kinds of this file's neighbours: how each is drafted and read, and what is left of it after erasing.
func custodyKinds() map[string]struct {
	value, left any
	draft       func() (Draft, error)
	read        func(*truce.Record, vault.Groups) (any, error)
} {
	type kind = struct {
		value, left any
		draft       func() (Draft, error)
		read        func(*truce.Record, vault.Groups) (any, error)
	}
	readMedia := func(r *truce.Record, g vault.Groups) (any, error) { return ReadMedia(r, g) }
	readCustody := func(r *truce.Record, g vault.Groups) (any, error) { return ReadCustody(r, g) }
	readErasure := func(r *truce.Record, g vault.Groups) (any, error) { return ReadErasure(r, g) }
	original := photo()
	gone := original
	gone.File = nil
	stripped := photo()
	stripped.Form, stripped.Of, stripped.File.Note = MediaStripped, "r-2", ""
	strippedGone := stripped
	strippedGone.File = nil
	handed := Custody{At: 6, Act: CustodyHandedOver, Media: "r-2", To: "guarantor-1", Reason: "secret-reason", Receiver: "secret-receiver"}
	checked := Custody{At: 6, Act: CustodyChecked, Media: "r-2"}
	proposed := Erasure{At: 7, Act: ErasureProposed, Why: ErasureRequest, Seqs: []truce.Seq{3, 9}, Reason: "secret-reason"}
	confirms := Erasure{At: 8, Act: ErasureConfirms, Of: "r-5", Reason: "secret-reason"}
	return map[string]kind{
		"original": {original, gone, original.Draft, readMedia},
		"stripped": {stripped, strippedGone, stripped.Draft, readMedia},
		"handed":   {handed, Custody{At: 6, Act: CustodyHandedOver, Media: "r-2", To: "guarantor-1", Erased: true}, handed.Draft, readCustody},
		"checked":  {checked, Custody{At: 6, Act: CustodyChecked, Media: "r-2", Erased: true}, checked.Draft, readCustody},
		"proposed": {proposed, Erasure{At: 7, Act: ErasureProposed, Why: ErasureRequest, Seqs: []truce.Seq{3, 9}, Erased: true}, proposed.Draft, readErasure},
		"confirms": {confirms, Erasure{At: 8, Act: ErasureConfirms, Of: "r-5", Erased: true}, confirms.Draft, readErasure},
	}
}

func TestMediaCustodyAndErasureComeBack(t *testing.T) {
	keys := testKeys(t)
	for name, k := range custodyKinds() {
		d, err := k.draft()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		r, g, sealed := stored(t, keys, chance(name), d)
		if bytes.Contains(r.Bytes(), []byte("secret")) || bytes.Contains(sealed, []byte("secret")) {
			t.Errorf("%s: a secret stands in the open", name)
		}
		got, err := k.read(r, g)
		if err != nil || !reflect.DeepEqual(got, k.value) {
			t.Errorf("%s: %v\nwrote %+v\nread  %+v", name, err, k.value, got)
		}
		if gone, err := k.read(r, erased(t, r)); err != nil || !reflect.DeepEqual(gone, k.left) {
			t.Errorf("%s erased: %v\nwant %+v\ngot  %+v", name, err, k.left, gone)
		}
		// A body of another shape is not read.
		for _, body := range []string{`{}`, `{"at":1}`, string(r.Body) + " ", "x"} {
			bad := *r
			bad.Body = []byte(body)
			if _, err := k.read(&bad, g); truce.KindOf(err) != truce.Corrupt {
				t.Errorf("%s with the body %s: %v", name, body, err)
			}
		}
	}
}

func TestMediaCustodyAndErasureThatAreRefused(t *testing.T) {
	media := func(change func(*Media)) func() (Draft, error) {
		m := photo()
		change(&m)
		return m.Draft
	}
	opened := Custody{At: 6, Act: CustodyOpened, Media: "r-2", Reason: "x"}
	custody := func(change func(*Custody)) func() (Draft, error) {
		c := opened
		change(&c)
		return c.Draft
	}
	proposed := Erasure{At: 7, Act: ErasureProposed, Why: ErasureRequest, Seqs: []truce.Seq{3, 9}, Reason: "x"}
	erasure := func(change func(*Erasure)) func() (Draft, error) {
		e := proposed
		change(&e)
		return e.Draft
	}
	for name, draft := range map[string]func() (Draft, error){
		"media without a file":           media(func(m *Media) { m.File = nil }),
		"media without a key":            media(func(m *Media) { m.File.Key = seal.Key{} }),
		"media without a digest":         media(func(m *Media) { m.File.SHA256 = truce.Digest{} }),
		"media without a blob":           media(func(m *Media) { m.Blob = "" }),
		"media without a time":           media(func(m *Media) { m.At = 0 }),
		"a copy of nothing":              media(func(m *Media) { m.Form = MediaStripped }),
		"an original of something":       media(func(m *Media) { m.Of = "r-1" }),
		"a form unknown":                 media(func(m *Media) { m.Form = "blurred" }),
		"a name that is no text":         media(func(m *Media) { m.File.Name = "\xff" }),
		"opened for no reason":           custody(func(c *Custody) { c.Reason = "" }),
		"opened and given":               custody(func(c *Custody) { c.To = "x" }),
		"handed to nobody":               custody(func(c *Custody) { c.Act = CustodyHandedOver }),
		"an act unknown":                 custody(func(c *Custody) { c.Act = "lost" }),
		"nothing opened":                 custody(func(c *Custody) { c.Media = "" }),
		"erasing without a reason":       erasure(func(e *Erasure) { e.Reason = "" }),
		"erasing nothing":                erasure(func(e *Erasure) { e.Seqs = nil }),
		"erasing twice":                  erasure(func(e *Erasure) { e.Seqs = []truce.Seq{3, 3} }),
		"erasing number 0":               erasure(func(e *Erasure) { e.Seqs = []truce.Seq{0} }),
		"erasing for a reason unknown":   erasure(func(e *Erasure) { e.Why = "shame" }),
		"a confirmation of nothing":      erasure(func(e *Erasure) { e.Act = ErasureConfirms }),
		"a confirmation that adds to it": erasure(func(e *Erasure) { e.Act, e.Of, e.Why = ErasureConfirms, "r-1", "" }),
	} {
		if _, err := draft(); truce.KindOf(err) != truce.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, draft := range map[string]func() (Draft, error){"media": media(func(*Media) {}), "custody": opened.Draft, "erasure": proposed.Draft} {
		if _, err := draft(); err != nil {
			t.Errorf("control: %s: %v", name, err)
		}
	}
}

func TestSizeClass(t *testing.T) {
	for n, want := range map[int64]int64{1: 1 << 16, 1 << 16: 1 << 16, 1<<16 + 1: 1 << 17, 3_000_000: 1 << 22, 1 << 30: 1 << 30} {
		if got := sizeClass(n); got != want {
			t.Errorf("%d: %d, want %d", n, got, want)
		}
	}
}
