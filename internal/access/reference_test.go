package access

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"truce"
)

var update = flag.Bool("update", false, "write the tables of docs/reference/access.md anew")

var relationWords = [endOfRelations]string{
	mine: "made by themselves", ours: "made by their body", ofMe: "speaks of them", waits: "waits to be confirmed", room: "by office", sent: "sent to their body", inside: "by office", released: "reached by its tier, once released",
}

func officeWords(s offices) string {
	switch s {
	case 0:
		return ""
	case anybody:
		return "everybody"
	case somebody:
		return "everybody in the mechanism"
	}
	var out []string
	for o := truce.OfficePublic; o <= truce.OfficeOperator; o++ {
		if s.has(o) {
			out = append(out, o.String())
		}
	}
	return strings.Join(out, ", ")
}

// tables writes the policy as it is.
func tables() string {
	var b strings.Builder
	b.WriteString("\n## Who sees what\n\nA viewer sees what all lines that fit them give together. The tier is the narrowest at which a line holds; wider ones are included.\n")
	for k := KindUnknown + 1; k < endOfKinds; k++ {
		fmt.Fprintf(&b, "\n### %s\n\n", k)
		fmt.Fprintf(&b, "Widest tier on its author's word alone: %s.", reads[k].widest)
		if reads[k].plain {
			b.WriteString(" Speaks of the mechanism and its text: class, delay and pause do not apply.")
		} else if reads[k].class == ClassOrdinary {
			b.WriteString(" Ordinary unless somebody says otherwise.")
		}
		if reads[k].raw {
			b.WriteString(" No grant opens it to a participant.")
		}
		b.WriteString("\n\n| who | which | from tier | sees |\n| --- | --- | --- | --- |\n")
		for _, r := range reads[k].rules {
			fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", officeWords(r.to), relationWords[r.as], r.from, r.shows)
		}
	}
	b.WriteString("\n### Of what is severe, or was classified by nobody\n\n| seen because | stays |\n| --- | --- |\n")
	for as, keeps := range severeKeeps {
		words, stays := relationWords[as], keeps.String()
		switch {
		case relation(as) == room:
			words = "by office, the duty officer"
		case relation(as) == waits || relation(as) == ofMe:
			continue
		}
		if keeps == EveryField {
			stays = "everything"
		} else if keeps == 0 {
			stays = "nothing"
		}
		fmt.Fprintf(&b, "| %s | %s |\n", words, stays)
	}
	b.WriteString("\n### What a grant may open, by office\n\n| office | classes |\n| --- | --- |\n")
	for o := truce.OfficeMonitor; o <= truce.OfficeOperator; o++ {
		fmt.Fprintf(&b, "| %s | %s |\n", o, grantable[o])
	}
	b.WriteString("\n## Who does what\n\n*Theirs* means: sent to their body, made by it, or speaking of them.\n\n| act | by | only on theirs | fresh proof | second person of another body |\n| --- | --- | --- | --- | --- |\n")
	for a := ActNothing + 1; a < endOfActs; a++ {
		d, proof, second := deeds[a], "", ""
		if d.proof {
			proof = "yes"
		}
		switch {
		case d.second:
			second = "yes"
		case d.severe:
			second = "where it is severe"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", a, officeWords(d.by), officeWords(d.to), proof, second)
	}
	return b.String()
}

// The page of the policy is the policy.
func TestReferencePage(t *testing.T) {
	const page = "../../docs/reference/access.md"
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	head, _, ok := strings.Cut(string(text), "do not edit below -->\n")
	if !ok {
		t.Fatal("docs/reference/access.md has lost its mark")
	}
	want := head + "do not edit below -->\n" + tables()
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if want != string(text) {
		t.Error("docs/reference/access.md differs from the policy: run go test ./internal/access -run TestReferencePage -update")
	}
	for _, w := range EveryField.Words() {
		if !strings.Contains(head, "| `"+w+"` |") {
			t.Errorf("docs/reference/access.md does not name the field class %s", w)
		}
	}
}
