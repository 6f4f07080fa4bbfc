package terms

import (
	"testing"

	"github.com/goccy/go-yaml/ast"
)

// FuzzInText: in any file, the place of any character of any text lies in the file.
func FuzzInText(f *testing.F) {
	for _, s := range []string{"a: 'x''y'\n", "a: \"x\\\n  \\u0627\"\n", "a: |\n\n  x\n    y\n", "a: >2\n    x\n\n   y\n", "a: x\n  y\n\n  z\n", "a:\t'x'\r\nb: y\r\n", "[\"\\", "a: |"} {
		f.Add([]byte(s), 1, 3)
	}
	f.Fuzz(func(t *testing.T, data []byte, line, col int) {
		top := parseYAML(&problems{}, "f", data)
		if top.node == nil {
			return
		}
		ast.Walk(visitor(func(n ast.Node) {
			v := top.child(n, "")
			switch n.(type) {
			case *ast.StringNode, *ast.LiteralNode:
			default:
				return
			}
			at := v.inText(line%5, col%50)
			if at != v.at && (at.Line < 1 || at.Line > len(v.src) || at.Column < 1 || at.Column > len([]rune(v.src[at.Line-1]))+1) {
				t.Fatalf("%q at %d:%d stands at %+v", data, line, col, at)
			}
		}), top.node)
	})
}
