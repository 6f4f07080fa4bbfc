package verify

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"truce"
	"truce/internal/seal"
)

// reportGroup is the group of fields that holds what a daily report says.
const reportGroup = "content"

// report checks a daily report: that it was drawn up for the public, says of itself what its document says, and is what its author signed.
func (c *checker) report(i int64, l Leaf, b []byte) error {
	var d ReportDocument
	if err := decodeForm(b, l.Kind, &d.Form, &d); err != nil {
		return err
	}
	if d.Act != [...]string{1: "issued", 2: "corrects"}[max(l.Code, 1)] || l.Code == 0 {
		return fmt.Errorf("leaf and document say different things")
	}
	if err := canonical(d.Content); err != nil {
		return err
	}
	var says struct {
		Number         int
		From, To, Tier string
		Simulated      bool
	}
	if err := json.Unmarshal(d.Content, &says); err != nil {
		return err
	}
	switch {
	case says.Tier != truce.TierPublic.String():
		return fmt.Errorf("the report was drawn up for %q and not for the public", says.Tier)
	case says.Number != d.Number || says.From != d.From || says.To != d.To || says.Simulated != d.Simulated:
		return fmt.Errorf("the report says something else of itself than its document")
	}
	var salt truce.Digest
	if err := parseDigest(d.Salt, &salt); err != nil {
		return err
	}
	content := truce.Commitment{Group: reportGroup, Digest: seal.Commit(reportGroup, seal.Salt(salt), d.Content)}
	signed := false
	for _, s := range d.Signatures {
		own, err := c.word(s, func(r *truce.Record) error { return signsReport(r, &d, content) })
		if err != nil {
			c.fault("signature", i, "%s: %v", s.Body, err)
		}
		signed = signed || own && err == nil
	}
	if signed {
		c.r.Reports.Signed++
	} else {
		c.r.Reports.Claimed++
	}
	return nil
}

// signsReport says whether a statement issues a report.
func signsReport(r *truce.Record, d *ReportDocument, content truce.Commitment) error {
	var b struct {
		Act       string
		Number    int
		From, To  truce.Instant
		Simulated bool
	}
	if r.Kind != truce.RecordReport || r.Tier != truce.TierPublic || json.Unmarshal(r.Body, &b) != nil || b.Act != d.Act || b.Number != d.Number || b.From.String() != d.From || b.To.String() != d.To ||
		b.Simulated != d.Simulated || !slices.Contains(r.Commitments, content) {
		return fmt.Errorf("what was signed is not this report")
	}
	return nil
}

// canonical refuses JSON of no known type that is not spelled as [Encode] spells it, that says a thing twice, or that has a number which not every reader writes alike.
func canonical(b []byte) error {
	d := json.NewDecoder(bytes.NewReader(b))
	var again bytes.Buffer
	if err := respell(d, &again); err != nil {
		return err
	}
	if !bytes.Equal(again.Bytes(), b) {
		return fmt.Errorf("the content is not in its canonical form")
	}
	return nil
}

// respell writes one value anew.
func respell(d *json.Decoder, to *bytes.Buffer) error {
	t, err := d.Token()
	if err != nil {
		return err
	}
	open, ok := t.(json.Delim)
	if !ok {
		b, err := Encode(t)
		to.Write(b)
		if n, number := t.(float64); number && string(b) != "0" && (math.Abs(n) < 0.0001 || math.Abs(n) >= 1e15) {
			return fmt.Errorf("the content has a number that not everybody writes alike")
		}
		return err
	}
	to.WriteString(open.String())
	keys := map[any]bool{}
	for n := 0; d.More(); n++ {
		if n > 0 {
			to.WriteByte(',')
		}
		if open == '{' {
			key, err := d.Token()
			if err != nil {
				return err
			}
			if keys[key] {
				return fmt.Errorf("the content says %q twice", key)
			}
			keys[key] = true
			b, err := Encode(key)
			if err != nil {
				return err
			}
			to.Write(append(b, ':'))
		}
		if err := respell(d, to); err != nil {
			return err
		}
	}
	end, err := d.Token()
	if err == nil {
		to.WriteString(end.(json.Delim).String())
	}
	return err
}
