package terms

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"truce"
)

// Limits of an agreement's files; see docs/limits.md.
const (
	MaxFileBytes     = 4 << 20  // a YAML or Markdown file
	MaxGeometryBytes = 64 << 20 // geometry.geojson
	MaxDepth         = 40       // levels of lists and mappings
	MaxProblems      = 200      // problems reported before the rest are only counted
)

// problems collects what is wrong, in the order found; show sorts it.
type problems struct {
	list    []truce.Problem
	dropped int
}

func (p *problems) add(q truce.Problem) {
	if len(p.list) >= MaxProblems {
		p.dropped++
		return
	}
	p.list = append(p.list, q)
}

// value is one node of a YAML file together with where it is and what it is called in messages.
type value struct {
	probs *problems
	file  string
	node  ast.Node // nil where nothing was given
	path  string
	at    truce.Origin
	// failed marks a whole file that was there and could not be read.
	failed bool
	src    []string // the file's lines
}

// parseYAML reads one file to its top mapping. What cannot be read is a problem, and the value comes back empty.
func parseYAML(probs *problems, file string, data []byte) value {
	v := value{probs: probs, file: file, at: truce.Origin{File: file, Line: 1, Column: 1}}
	if len(data) > MaxFileBytes {
		v.fail("too-large", fmt.Sprintf("the file has %d bytes", len(data)), fmt.Sprintf("an agreement file may have %d", MaxFileBytes))
		return v
	}
	if !utf8.Valid(data) {
		line, col := badUTF8(data)
		probs.add(truce.Problem{File: file, Line: line, Column: col, Length: 1, Code: "not-utf8",
			Message: "the file is not UTF-8 here", Hint: "save it as UTF-8"})
		return v
	}
	// The library miscounts lines that end in a carriage return; without it the places are the same.
	data = bytes.ReplaceAll(bytes.TrimPrefix(data, []byte("\ufeff")), []byte("\r\n"), []byte("\n"))
	v.src = splitLines(data)
	if line, col := tooDeep(data); line > 0 {
		probs.add(truce.Problem{File: file, Line: line, Column: col, Length: 1, Code: "too-deep",
			Message: fmt.Sprintf("more than %d levels of lists and mappings", MaxDepth), Hint: "an agreement needs far fewer; look for an unclosed bracket"})
		return v
	}
	f, err := parseSafely(data)
	if err != nil {
		v.syntax(err)
		return v
	}
	if len(f.Docs) > 1 {
		tk := f.Docs[1].Start
		if tk == nil && f.Docs[1].Body != nil {
			tk = f.Docs[1].Body.GetToken()
		}
		line, col := 1, 1
		if tk != nil {
			line, col = tk.Position.Line, tk.Position.Column
		}
		probs.add(truce.Problem{File: file, Line: line, Column: col, Length: 3, Code: "several-documents",
			Message: "a second YAML document begins here", Hint: "keep one document in a file; take the --- out"})
	}
	if len(f.Docs) == 0 || f.Docs[0].Body == nil || f.Docs[0].Body.Type() == ast.CommentType {
		v.fail("empty-file", "the file is empty", "")
		return v
	}
	v.refuse(f.Docs[0].Body)
	return v.child(f.Docs[0].Body, "")
}

// parseSafely turns a panic of the YAML library on hostile input into an error: it reads bytes from outside.
func parseSafely(data []byte) (f *ast.File, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the YAML reader gave up: %v", r)
		}
	}()
	return parser.ParseBytes(data, parser.ParseComments, parser.AllowDuplicateMapKey())
}

// syntax reports an error of the YAML library at the place it names.
func (v value) syntax(err error) {
	p := truce.Problem{File: v.file, Line: 1, Column: 1, Code: "yaml", Message: "not readable as YAML"}
	var located interface {
		GetToken() *token.Token
		GetMessage() string
	}
	if errors.As(err, &located) {
		p.Message = located.GetMessage()
		if tk := located.GetToken(); tk != nil && tk.Position != nil {
			p.Line, p.Column, p.Length = tk.Position.Line, max(tk.Position.Column, 1), max(utf8.RuneCountInString(strings.TrimSpace(tk.Value)), 1)
		}
	} else {
		p.Hint = err.Error()
	}
	if p.Hint == "" {
		p.Hint = "put text with a colon, a quote or a bracket in it between single quotes"
	}
	v.probs.add(p)
}

// refuse reports what YAML allows and an agreement does not: anchors, aliases, merges and tags make two readers of the
// same page see different texts.
func (v value) refuse(n ast.Node) {
	ast.Walk(visitor(func(n ast.Node) {
		word, hint := "", "write the text out in full"
		switch n.(type) {
		case *ast.AnchorNode:
			word = "an anchor (&)"
		case *ast.AliasNode:
			word = "an alias (*)"
		case *ast.MergeKeyNode:
			word = "a merge key (<<)"
		case *ast.TagNode:
			word, hint = "a tag (!)", "take it out"
		default:
			return
		}
		tk := n.GetToken()
		v.probs.add(truce.Problem{File: v.file, Line: tk.Position.Line, Column: tk.Position.Column, Length: 1, Code: "yaml-feature",
			Message: word + " is not allowed in an agreement", Hint: hint})
	}), n)
}

type visitor func(ast.Node)

func (f visitor) Visit(n ast.Node) ast.Visitor { f(n); return f }

// child is the value of a node below v.
func (v value) child(n ast.Node, path string) value {
	c := value{probs: v.probs, file: v.file, path: path, at: v.at, src: v.src}
	switch n := n.(type) {
	case nil:
		return c
	case *ast.NullNode:
		c.at = originOf(v.file, n)
		return c
	case *ast.AnchorNode:
		return v.child(n.Value, path)
	case *ast.TagNode:
		return v.child(n.Value, path)
	default:
		c.node, c.at = n, originOf(v.file, n)
		if s, ok := n.(*ast.StringNode); ok && (s.Token.Type == token.SingleQuoteType || s.Token.Type == token.DoubleQuoteType) && c.at.Line <= len(v.src) {
			// The library counts a tab before a quote as nothing.
			for row := []rune(v.src[c.at.Line-1]); c.at.Column <= len(row) && row[c.at.Column-1] == '\t'; {
				c.at.Column++
			}
		}
		return c
	}
}

func originOf(file string, n ast.Node) truce.Origin {
	switch n := n.(type) {
	case *ast.MappingNode:
		if !n.IsFlowStyle && len(n.Values) > 0 {
			return originOf(file, n.Values[0].Key)
		}
	case *ast.MappingValueNode:
		return originOf(file, n.Key)
	}
	if tk := n.GetToken(); tk != nil && tk.Position != nil {
		return truce.Origin{File: file, Line: tk.Position.Line, Column: max(tk.Position.Column, 1)}
	}
	return truce.Origin{File: file, Line: 1, Column: 1}
}

// given reports whether anything stands here.
func (v value) given() bool { return v.node != nil }

// length is the number of characters to underline.
func (v value) length() int {
	if s, ok := v.node.(*ast.StringNode); ok {
		n := utf8.RuneCountInString(strings.SplitN(s.Token.Value, "\n", 2)[0])
		if s.Token.Type == token.DoubleQuoteType || s.Token.Type == token.SingleQuoteType {
			n += 2
		}
		return max(n, 1)
	}
	if v.node != nil {
		if sc, ok := v.node.(ast.ScalarNode); ok && sc.GetToken() != nil {
			return max(utf8.RuneCountInString(sc.GetToken().Value), 1)
		}
	}
	return 1
}

// fail reports a problem with this value.
func (v value) fail(code, message, hint string) {
	v.probs.add(truce.Problem{File: v.file, Line: v.at.Line, Column: v.at.Column, Length: v.length(),
		Field: v.path, Code: code, Message: message, Hint: hint})
}

// warn reports something that is allowed and probably not meant.
func (v value) warn(code, message, hint string) {
	v.probs.add(truce.Problem{File: v.file, Line: v.at.Line, Column: v.at.Column, Length: v.length(),
		Field: v.path, Code: code, Message: message, Hint: hint, Warning: true})
}

// pairs lists the entries of a mapping in order.
func (v value) pairs() []*ast.MappingValueNode {
	switch n := v.node.(type) {
	case *ast.MappingNode:
		return n.Values
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}
	}
	return nil
}

func (v value) isMapping() bool {
	switch v.node.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		return true
	}
	return false
}

func (v value) isList() bool { _, ok := v.node.(*ast.SequenceNode); return ok }

func (v value) isScalar() bool {
	if v.node == nil {
		return false
	}
	_, ok := v.node.(ast.ScalarNode)
	return ok
}

func keyText(n ast.MapKeyNode) string {
	if tk := n.GetToken(); tk != nil {
		return tk.Value
	}
	return n.String()
}

// object is a mapping whose keys have been checked.
type object struct {
	value
	known  []string
	values map[string]value
	keys   map[string]value // the keys themselves, for messages about them
}

// object reads a mapping. A key that is not known is a problem that names the nearest known one; so is a key given twice.
func (v value) object(known ...string) object {
	o := object{value: v, known: known, values: map[string]value{}, keys: map[string]value{}}
	if !v.given() {
		return o
	}
	if !v.isMapping() {
		v.fail("not-a-mapping", "a mapping is expected here", "write "+example(known))
		return o
	}
	for _, p := range v.pairs() {
		name := keyText(p.Key)
		key := v.child(p.Key, v.path)
		if _, merge := p.Key.(*ast.MergeKeyNode); merge {
			continue // reported by refuse
		}
		if !contains(known, name) {
			hint := "known here: " + strings.Join(known, ", ")
			if n := Nearest(name, known); n != "" {
				hint = fmt.Sprintf("did you mean %q?", n)
			}
			if m, ok := v.node.(*ast.MappingNode); ok && m.IsFlowStyle && !v.child(p.Value, "").given() {
				// The rest of a text that had a comma in it looks like a key without a value.
				hint = "a comma ends a text between braces: put a text that has one in quotes"
			}
			key.fail("unknown-key", fmt.Sprintf("%q is not known here", name), hint)
			continue
		}
		if _, twice := o.values[name]; twice {
			key.fail("key-twice", fmt.Sprintf("%q is given twice", name), "keep one of them")
			continue
		}
		c := v.child(p.Value, join(v.path, name))
		if !c.given() {
			c.at = key.at
		}
		o.values[name], o.keys[name] = c, key
	}
	return o
}

func example(known []string) string {
	return strings.Join(known[:min(len(known), 3)], ": ..., ") + ": ..."
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// get is the value of a key, empty where it is not given. Asking for a key that object was not told of is a mistake of this package.
func (o object) get(key string) value {
	if !contains(o.known, key) {
		panic("terms: key " + key + " is not declared")
	}
	if v, ok := o.values[key]; ok {
		return v
	}
	return value{probs: o.probs, file: o.file, path: join(o.path, key), at: o.at}
}

// has reports whether the key is there, even without a value.
func (o object) has(key string) bool { _, ok := o.values[key]; return ok }

// need reports a missing key.
func (o object) need(keys ...string) bool {
	ok := true
	for _, k := range keys {
		if !o.get(k).given() {
			ok = false
			if o.has(k) {
				o.keys[k].fail("no-value", fmt.Sprintf("%q has no value", k), "")
			} else if o.given() {
				o.fail("missing-key", fmt.Sprintf("%q is missing", k), "")
			}
		}
	}
	return ok
}

// items lists the elements of a list; a single value counts as a list of one.
func (v value) items() []value {
	if !v.given() {
		return nil
	}
	s, ok := v.node.(*ast.SequenceNode)
	if !ok {
		return []value{v}
	}
	out := make([]value, 0, len(s.Values))
	for i, n := range s.Values {
		out = append(out, v.child(n, fmt.Sprintf("%s[%d]", v.path, i)))
	}
	return out
}

// text reads any scalar as it is written, without quotes.
func (v value) text() string {
	switch n := v.node.(type) {
	case nil:
		return ""
	case *ast.StringNode:
		return strings.TrimSpace(n.Value)
	case *ast.LiteralNode:
		return strings.TrimSpace(n.Value.Value)
	case ast.ScalarNode:
		if tk := n.GetToken(); tk != nil {
			return strings.TrimSpace(tk.Value)
		}
	}
	v.fail("not-text", "a single word or text is expected here", "")
	return ""
}

// truth reads yes or no.
func (v value) truth() bool {
	switch s := v.text(); s {
	case "true", "yes":
		return true
	case "", "false", "no":
	default:
		v.fail("not-yes-or-no", fmt.Sprintf("%q is neither yes nor no", s), "write true or false")
	}
	return false
}

func badUTF8(data []byte) (line, col int) {
	line, col = 1, 1
	for len(data) > 0 {
		r, n := utf8.DecodeRune(data)
		if r == utf8.RuneError && n == 1 {
			return line, col
		}
		if r == '\n' {
			line, col = line+1, 0
		}
		col++
		data = data[n:]
	}
	return line, col
}

// tooDeep finds where brackets or indentation nest deeper than MaxDepth, so that the library's recursion stays bounded.
func tooDeep(data []byte) (line, col int) {
	depth, line, col := 0, 1, 0
	lead, indent := true, 0
	for _, b := range data {
		col++
		switch b {
		case '\n':
			line, col, lead, indent = line+1, 0, true, 0
		case '[', '{':
			depth++
			lead = false
		case ']', '}':
			depth = max(depth-1, 0)
			lead = false
		case ' ', '-', '?':
			if lead {
				indent++
			}
		default:
			lead = false
		}
		if depth > MaxDepth || indent > 8*MaxDepth {
			return line, col
		}
	}
	return 0, 0
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
