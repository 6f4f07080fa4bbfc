package casefile

import (
	"truce"
	"truce/verify"
)

// Conclusion gives the words of a finding as signatories sign them and as they are published: what was concluded, of which case, on which records, and by
// whom it was answered for. ok is false where there is no such finding.
func (b *Book) Conclusion(id truce.CaseID, number int) (words []byte, ok bool) {
	c := b.cases[id]
	if c == nil {
		return nil, false
	}
	for i := range c.Findings {
		if f := &c.Findings[i]; f.Number == number {
			words, err := c.conclusion(b.rules(c.Version), f)
			return words, err == nil
		}
	}
	return nil, false
}

func (c *Case) conclusion(g *rules, f *Found) ([]byte, error) {
	out := verify.Conclusion{Case: string(c.ID), Number: f.Number, Agreement: string(g.a.ID), Version: string(c.Version), Rule: string(c.Rule), Article: string(c.Article), Kind: c.Kind,
		Occurrence: f.Occurrence.String(), Standard: f.Standard, Confidence: f.Confidence, Intent: f.Intent.String(), Severity: f.Severity, Simulated: c.Simulated}
	if a := f.Attribution; a != nil {
		out.Attribution = &verify.Attribution{Result: a.Result.String(), Standard: a.Standard, Confidence: a.Confidence}
		for _, id := range a.By {
			out.Attribution.By = append(out.Attribution.By, string(id))
		}
	}
	for _, id := range f.Cites {
		out.Cites = append(out.Cites, string(id))
	}
	return verify.Encode(out)
}
