package door

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"truce/internal/lang"
)

// A sentence that has words in other languages is one that an error of the program says, to the letter, and is the English one.
func TestReasonsAreThoseOfErrors(t *testing.T) {
	var source strings.Builder
	files, err := filepath.Glob("../*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !strings.HasSuffix(f, "_test.go") && filepath.Base(filepath.Dir(f)) != "door" {
			text, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			source.Write(text)
		}
	}
	for sentence, p := range reasons {
		if !strings.Contains(source.String(), `"`+sentence+`"`) {
			t.Errorf("no error says %q", sentence)
		}
		if got := lang.For("en").Say(p); got != sentence {
			t.Errorf("%q is %q in the English catalogue", sentence, got)
		}
		if said("ru", sentence) == sentence || said("ar", sentence) == sentence {
			t.Errorf("%q is said in English", sentence)
		}
	}
}
