package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

var update = flag.Bool("update", false, "write docs/reference/commands.md")

// The page of commands is what the program itself says.
func TestReferencePage(t *testing.T) {
	var g grammar
	k, err := newParser(&g, &bytes.Buffer{}, &bytes.Buffer{})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	writeReference(&b, k)
	const page = "../../docs/reference/commands.md"
	if *update {
		if err := os.WriteFile(page, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(have, b.Bytes()) {
		t.Error("docs/reference/commands.md differs from the help texts: run go test ./cmd/truce -update")
	}
}

// writeReference writes the reference page of all commands from the grammar, so that the page and the help texts cannot differ.
func writeReference(w io.Writer, k *kong.Kong) {
	fmt.Fprint(w, `# Commands

For whoever types them. This page is made from the program's own help texts; a test compares the two.

Exit codes: 0 all went well, also where rows of an input were rejected, which are shown and counted; 1 the agreement, a scenario
or an input as a whole has problems, which were shown, or, with `+"`--strict`"+`, a row was rejected; 2 the command was not
understood, or something it names is not there; 3 something failed that is nobody's mistake. Text for people goes to standard
output, progress and what went wrong to standard error. Colour and progress appear on a terminal only; `+"`NO_COLOR`"+` turns
colour off.
`)
	for _, leaf := range k.Model.Leaves(true) {
		fmt.Fprintf(w, "\n## truce %s\n\n%s\n\n", leaf.Path(), sentence(leaf.Help))
		fmt.Fprintf(w, "```\n%s\n```\n", strings.TrimSpace(leaf.Summary()))
		if len(leaf.Positional) > 0 || len(leaf.Flags) > 0 {
			fmt.Fprint(w, "\n| argument | meaning |\n| --- | --- |\n")
		}
		for _, p := range leaf.Positional {
			fmt.Fprintf(w, "| `%s` | %s |\n", p.Summary(), sentence(p.Help))
		}
		for _, f := range leaf.Flags {
			if f.Name == "help" {
				continue
			}
			name := "--" + f.Name
			if !f.IsBool() {
				name += "=" + f.FormatPlaceHolder()
			}
			if f.Short != 0 {
				name += ", -" + string(f.Short)
			}
			fmt.Fprintf(w, "| `%s` | %s |\n", name, sentence(f.Help))
		}
	}
}

func sentence(s string) string { return strings.ReplaceAll(s, "|", "\\|") }
