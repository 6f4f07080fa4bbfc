package casefile

import (
	"strings"
	"testing"

	"truce"
	"truce/internal/record"
	"truce/verify"
)

// A signature names the words it is under. Other words, or a finding changed since, are not what was signed.
func TestASignatureBindsTheWords(t *testing.T) {
	l := begin(t)
	l.toSignOff()
	words, ok := l.book.Conclusion(id, 7)
	if !ok || !strings.Contains(string(words), `"occurrence":"confirmed"`) || !strings.Contains(string(words), `"by":["third-brigade"]`) || !strings.Contains(string(words), `"cites":["r-obs1","r-obs2"]`) {
		t.Fatalf("%s", words)
	}
	if err := verify.Decode(words, new(verify.Conclusion)); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(words), "simulated") {
		t.Errorf("%s", words)
	}
	l.book.cases[id].Simulated = true
	if invented, _ := l.book.Conclusion(id, 7); !strings.HasSuffix(string(invented), `,"simulated":true}`) {
		t.Errorf("%s", invented)
	}
	l.book.cases[id].Simulated = false
	good := record.Step{Step: truce.StepSign, Of: 7, Signs: verify.ConclusionDigest(words)}
	bad := good
	bad.Signs = verify.ConclusionDigest([]byte(strings.Replace(string(words), "high", "low", 1)))
	l.refused("other-finding", river, bad)
	l.must(river, good)
	stray := closes
	stray.Signs = good.Signs
	l.must(hill, signs(7))
	l.must(room, publishes)
	l.refused("stray", room, stray)
	if _, ok := l.book.Conclusion(id, 6); ok {
		t.Error("a step that found nothing has words")
	}
	if _, ok := l.book.Conclusion("2020-0999", 7); ok {
		t.Error("a case that is not there has words")
	}
	l.replay()
}
