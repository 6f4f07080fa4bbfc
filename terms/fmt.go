package terms

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/token"

	"truce"
)

// Format writes a YAML file of an agreement in the one form all of them have: two spaces of indentation, list items indented
// under their key, one space after a colon and a comma, quotes only where YAML needs them, at most one blank line in a
// row, lines that end in a line feed and nothing else. Every comment and the order of keys stay.
//
// A mapping or list between brackets stays so, on one line or as its author broke it. Formatting a second time changes nothing.
//
// The result is parsed and compared with the source. If they do not say the same, or the source cannot be read, it comes
// back unchanged with the problems.
func Format(name string, src []byte) ([]byte, []truce.Problem) {
	return formatWith(name, src, (*written).String)
}

// formatWith lets a test put a mistake between reading and writing.
func formatWith(name string, src []byte, write func(*written) string) ([]byte, []truce.Problem) {
	probs := &problems{}
	if n := len(src); n > 0 && src[n-1] != '\n' { // to YAML a block text without its last line feed is another text; to people it is not
		src = append(slices.Clip(src), '\n')
		out, faults := formatWith(name, src, write)
		if len(faults) > 0 {
			return src[:n], faults
		}
		return out, nil
	}
	before := parseYAML(probs, name, src)
	if len(probs.list) > 0 {
		return src, probs.list
	}
	text := string(bytes.ReplaceAll(bytes.TrimPrefix(src, []byte("\ufeff")), []byte("\r\n"), []byte("\n")))
	if i := strings.IndexByte(text, '\r'); i >= 0 {
		line := 1 + strings.Count(text[:i], "\n")
		return src, []truce.Problem{{File: name, Line: line, Column: 1, Code: "not-formatted", Message: "a carriage return stands alone in this line", Hint: "end lines with a line feed"}}
	}
	w, fault := readWritten(name, text)
	if fault != nil {
		return src, []truce.Problem{*fault}
	}
	out := write(w)
	again, fault := readWritten(name, out)
	after := parseYAML(probs, name, []byte(out))
	if len(probs.list) > 0 || fault != nil || !sameTree(before.node, after.node) || !slices.Equal(commentsOf(text), commentsOf(out)) || write(again) != out {
		return src, []truce.Problem{{File: name, Line: 1, Column: 1, Code: "not-formatted", Message: "the file was left as it is: formatting would have changed what it says",
			Hint: "write the unusual parts in a simpler form"}}
	}
	return []byte(out), nil
}

// sameTree reports whether two files say the same: kinds of values and their texts, not how they are quoted or laid out.
func sameTree(a, b ast.Node) bool {
	if (a == nil) != (b == nil) {
		return false
	}
	if a == nil {
		return true
	}
	v, u := value{node: a}, value{node: b}
	switch {
	case v.isMapping() || u.isMapping():
		p, q := v.pairs(), u.pairs()
		if !v.isMapping() || !u.isMapping() || len(p) != len(q) {
			return false
		}
		for i := range p {
			if keyText(p[i].Key) != keyText(q[i].Key) || !sameTree(p[i].Value, q[i].Value) {
				return false
			}
		}
		return true
	case v.isList() || u.isList():
		x, ok := a.(*ast.SequenceNode)
		y, ok2 := b.(*ast.SequenceNode)
		return ok && ok2 && slices.EqualFunc(x.Values, y.Values, sameTree)
	}
	return scalarKind(a) == scalarKind(b) && scalarText(a) == scalarText(b)
}

func scalarKind(n ast.Node) ast.NodeType {
	if n.Type() == ast.LiteralType {
		return ast.StringType
	}
	return n.Type()
}

func scalarText(n ast.Node) string {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value
	case *ast.LiteralNode:
		return n.Value.Value
	}
	if tk := n.GetToken(); tk != nil {
		return tk.Value
	}
	return ""
}

// commentsOf lists the comments of a text as the YAML library finds them.
func commentsOf(text string) []string {
	var out []string
	for _, tk := range lexer.Tokenize(text) {
		if tk.Type == token.CommentType {
			out = append(out, strings.TrimSpace(tk.Value))
		}
	}
	return out
}

// written is one value as its author wrote it.
type written struct {
	kind  byte // '-' a block list, ':' a block mapping, '.' anything else
	items []entry
	tail  []note // of a block: comments behind its last item
	// above are the comments before a value that stands on a line of its own; of a block they stand with its first item.
	above []note
	down  bool // the value stands on a line of its own
	// first is a text's first line, more the following ones; each has its indentation beyond the key's or dash's, less than 0 for
	// one that has none to keep.
	first  string
	more   []string
	indent []int
	start  string // of the whole file: the mark "---", if it has one
}

// entry is a key with its value, or an item of a list.
type entry struct {
	above []note // comments and blank lines before it
	key   string
	aside string // the comment behind it
	value *written
}

// note is a comment with its column, or a blank line.
type note struct {
	text string
	col  int
}

// page reads a file line by line.
type page struct {
	file  string
	lines []string
	at    int
	held  []note // read already, and belonging to what comes next
	fault *truce.Problem
}

// readWritten reads a file into its layout. It understands the YAML that agreements are written in, not all there is.
func readWritten(file, text string) (*written, *truce.Problem) {
	p := &page{file: file, lines: strings.Split(text, "\n")}
	above := p.notes()
	start := ""
	if p.at < len(p.lines) && strings.TrimRight(p.lines[p.at], " ") == "---" {
		p.at++
		start = "---"
		if len(above) > 0 {
			p.fail(0, "a comment before the mark ---")
		}
		above = p.notes()
	}
	if p.at >= len(p.lines) {
		return &written{kind: '.', above: above, start: start}, p.fault
	}
	w := p.block(p.lead(), -1, above)
	w.start = start
	w.tail = append(w.tail, p.notes()...)
	if p.at < len(p.lines) {
		p.fail(p.lead(), "a line that belongs to nothing above it")
	}
	return w, p.fault
}

// fail notes the first thing that is not understood; reading then goes to the end at once.
func (p *page) fail(col int, what string) {
	if p.fault == nil {
		p.fault = &truce.Problem{File: p.file, Line: min(p.at+1, len(p.lines)), Column: col + 1, Length: 1, Code: "not-formatted",
			Message: "the formatter does not understand " + what, Hint: "write it in a simpler form"}
	}
	p.at = len(p.lines)
}

// lead is the indentation of the current line.
func (p *page) lead() int { return leadOf(p.lines[p.at]) }

func leadOf(s string) int { return len(s) - len(strings.TrimLeft(s, " ")) }

// notes reads comments and blank lines.
func (p *page) notes() []note {
	out := p.held
	p.held = nil
	for ; p.at < len(p.lines); p.at++ {
		line := p.lines[p.at]
		text := strings.Trim(line, " \t")
		if text != "" && text[0] != '#' {
			break
		}
		out = append(out, note{text, leadOf(line)})
	}
	if p.at < len(p.lines) && strings.HasPrefix(p.lines[p.at][p.lead():], "\t") {
		p.fail(p.lead(), "a tab in front of a line")
	}
	return out
}

// block reads the value that begins at a column of the current line, on a line of its own.
func (p *page) block(col, parent int, above []note) *written {
	rest := p.lines[p.at][col:]
	switch {
	case isDash(rest):
		return p.list(col, col == parent, above)
	case keyLength(rest) > 0:
		return p.mapping(col, above)
	}
	w, aside := p.text(col, parent)
	w.above, w.down = above, true
	if aside != "" {
		w.first += "  " + aside
		if len(w.more) > 0 {
			p.fail(col, "a comment behind this value")
		}
	}
	return w
}

func isDash(s string) bool {
	return s == "-" || strings.HasPrefix(s, "- ") || strings.HasPrefix(s, "-\t")
}

// keyLength is the length of the key that a text begins with, before its colon; 0 where there is none.
func keyLength(s string) int {
	i := 0
	if s != "" && (s[0] == '"' || s[0] == '\'') {
		end := closing(s, 0)
		if end < 0 {
			return 0
		}
		for i = end + 1; i < len(s) && s[i] == ' '; i++ {
		}
		if i < len(s) && s[i] == ':' && (i+1 == len(s) || s[i+1] == ' ' || s[i+1] == '\t') {
			return i
		}
		return 0
	}
	if s == "" || strings.IndexByte("[]{}#&*!|>%@`,?", s[0]) >= 0 && !(s[0] == '?' && len(s) > 1 && s[1] != ' ') {
		return 0
	}
	for ; i < len(s); i++ {
		switch {
		case s[i] == '#' && i > 0 && (s[i-1] == ' ' || s[i-1] == '\t'):
			return 0
		case s[i] == ':' && (i+1 == len(s) || s[i+1] == ' ' || s[i+1] == '\t'):
			return i
		}
	}
	return 0
}

// closing is where the quote that begins at i ends in s; -1 where it does not.
func closing(s string, i int) int {
	q := s[i]
	for i++; i < len(s); i++ {
		switch {
		case s[i] == '\\' && q == '"':
			i++
		case s[i] == q && q == '\'' && i+1 < len(s) && s[i+1] == q:
			i++
		case s[i] == q:
			return i
		}
	}
	return -1
}

// list reads a block list whose dashes stand in a column. Flush is a list that is not indented under its key.
func (p *page) list(col int, flush bool, above []note) *written {
	w := &written{kind: '-'}
	for p.fault == nil {
		e := entry{above: above}
		line := p.lines[p.at]
		begin := col + 1 + len(line[col+1:]) - len(strings.TrimLeft(line[col+1:], " \t"))
		e.value, e.aside = p.valueAt(begin, col, false)
		w.items = append(w.items, e)
		above = p.notes()
		if p.at >= len(p.lines) || p.lead() != col || !isDash(p.lines[p.at][col:]) {
			floor := col
			if flush {
				floor++
			}
			w.tail = p.split(above, floor)
			break
		}
	}
	return w
}

// mapping reads a block mapping whose keys stand in a column.
func (p *page) mapping(col int, above []note) *written {
	w := &written{kind: ':'}
	for p.fault == nil {
		line := p.lines[p.at]
		n := keyLength(line[col:])
		e := entry{above: above, key: tidy(strings.TrimRight(line[col:col+n], " \t"), true)}
		after := line[col+n+1:]
		begin := len(line) - len(strings.TrimLeft(after, " \t"))
		e.value, e.aside = p.valueAt(begin, col, true)
		w.items = append(w.items, e)
		above = p.notes()
		if p.at >= len(p.lines) || p.lead() != col || keyLength(p.lines[p.at][col:]) == 0 {
			w.tail = p.split(above, col)
			break
		}
	}
	return w
}

// split keeps the comments that stand at least at a column for the block that ends here, and holds the others for what follows.
func (p *page) split(notes []note, floor int) []note {
	n := 0
	for i, x := range notes {
		if x.text == "" {
			continue
		}
		if x.col < floor {
			break
		}
		n = i + 1
	}
	p.held = notes[n:]
	return notes[:n]
}

// valueAt reads what stands behind a key or dash, on its line or below it.
func (p *page) valueAt(begin, parent int, key bool) (w *written, aside string) {
	line := p.lines[p.at]
	rest := line[begin:]
	if rest == "" || rest[0] == '#' {
		aside = strings.TrimRight(rest, " \t")
		p.at++
		notes := p.notes()
		if p.at < len(p.lines) {
			if lead := p.lead(); lead > parent || key && lead == parent && isDash(p.lines[p.at][lead:]) {
				w = p.block(lead, parent, notes)
				if w.kind != '.' {
					w.down = len(w.items) > 0 && slices.ContainsFunc(w.items[0].above, func(n note) bool { return n.text != "" })
				}
				return w, aside
			}
		}
		// Comments alone, deeper than the key, belong to it although it has no value.
		if under := p.split(notes, parent+1); len(under) > 0 {
			w = &written{kind: '.', above: under, down: true}
		}
		return w, aside
	}
	if !key {
		switch {
		case isDash(rest):
			return p.list(begin, false, nil), ""
		case keyLength(rest) > 0:
			return p.mapping(begin, nil), ""
		}
	}
	return p.text(begin, parent)
}

var blockHeader = regexp.MustCompile(`^([|>])([+-]?)([1-9]?)([+-]?)[ \t]*(#.*)?$`)

// text reads a scalar, or a mapping or list between brackets, and the comment behind it.
func (p *page) text(begin, parent int) (w *written, aside string) {
	w = &written{kind: '.'}
	line := p.lines[p.at]
	switch c := line[begin]; {
	case c == '|' || c == '>':
		return p.blockText(begin, parent)
	case strings.IndexByte("&*!", c) >= 0:
		p.fail(begin, "anchors, aliases and tags")
		return w, ""
	case c == '?' && (len(line) == begin+1 || line[begin+1] == ' '), strings.IndexByte("%@`", c) >= 0:
		p.fail(begin, "this sign")
		return w, ""
	case c == '"' || c == '\'' || c == '[' || c == '{':
		return p.enclosed(begin, parent)
	}
	first, rest := cutComment(line[begin:])
	w.first = first
	p.at++
	if rest != "" {
		return w, rest
	}
	for p.at < len(p.lines) {
		// Blank lines belong to the text only if it goes on behind them.
		next := p.at
		for next < len(p.lines) && strings.TrimSpace(p.lines[next]) == "" {
			next++
		}
		if next == len(p.lines) || leadOf(p.lines[next]) <= parent || strings.TrimSpace(p.lines[next])[0] == '#' {
			break
		}
		for ; p.at < next; p.at++ {
			w.add("", -1)
		}
		more, rest := cutComment(strings.Trim(p.lines[p.at], " \t"))
		w.add(more, -1)
		p.at++
		if rest != "" {
			p.at--
			p.fail(p.lead(), "a comment behind a text of several lines")
		}
	}
	return w, ""
}

func (w *written) add(text string, indent int) {
	w.more, w.indent = append(w.more, text), append(w.indent, indent)
}

// cutComment cuts a line with plain text before its comment.
func cutComment(s string) (text, comment string) {
	for i := 1; i < len(s); i++ {
		if s[i] == '#' && (s[i-1] == ' ' || s[i-1] == '\t') {
			return strings.TrimRight(s[:i], " \t"), strings.TrimRight(s[i:], " \t")
		}
	}
	return strings.TrimRight(s, " \t"), ""
}

// blockText reads a text after | or >.
func (p *page) blockText(begin, parent int) (*written, string) {
	w := &written{kind: '.'}
	m := blockHeader.FindStringSubmatch(p.lines[p.at][begin:])
	if m == nil || m[2] != "" && m[4] != "" {
		p.fail(begin, "this sign")
		return w, ""
	}
	keep := m[2] == "+" || m[4] == "+"
	// An indentation written in the header counts from the key, whose own is always two spaces less than its text's.
	margin := 0
	w.first = m[1] + m[2] + m[4]
	if m[3] != "" {
		margin = max(parent, 0) + int(m[3][0]-'0')
		w.first = m[1] + "2" + m[2] + m[4]
	}
	p.at++
	start, end := p.at, p.at // end is behind the last line of the text that is not blank
	var body []string
	for ; p.at < len(p.lines); p.at++ {
		line := p.lines[p.at]
		if strings.Trim(line, " ") == "" {
			body = append(body, line)
			continue
		}
		if margin == 0 {
			margin = leadOf(line)
		}
		if leadOf(line) < margin || leadOf(line) <= parent {
			break
		}
		body = append(body, line)
		end = p.at + 1
	}
	switch {
	case !keep: // blank lines behind the text are none of it
		body, p.at = body[:end-start], end
	case p.at == len(p.lines) && len(body) > 0 && body[len(body)-1] == "":
		body = body[:len(body)-1] // what follows the last line feed is no line
	}
	for _, line := range body {
		w.add(line[min(margin, len(line)):], 2)
	}
	return w, strings.TrimRight(m[5], " \t")
}

// enclosed reads a quoted text, or a mapping or list between brackets, on one line or several.
func (p *page) enclosed(begin, parent int) (*written, string) {
	w := &written{kind: '.'}
	line := p.lines[p.at]
	quote := byte(0)
	if line[begin] == '"' || line[begin] == '\'' {
		quote = line[begin]
	}
	bracket := quote == 0
	depth, i, first := 0, begin, true
	for {
		for ; i < len(line); i++ {
			c := line[i]
			switch {
			case quote == '"' && c == '\\':
				i++
			case quote == '\'' && c == '\'' && !first && i+1 < len(line) && line[i+1] == '\'':
				i++
			case quote != 0:
				if c == quote && !first {
					quote = 0
				}
			case c == '#' && i > 0 && (line[i-1] == ' ' || line[i-1] == '\t'):
				i = len(line)
				continue
			case (c == '"' || c == '\'') && opensQuote(line, i):
				quote = c
			case c == '[' || c == '{':
				depth++
			case c == ']' || c == '}':
				depth--
			}
			first = false
			if quote == 0 && depth == 0 {
				break
			}
		}
		if i < len(line) { // the end
			break
		}
		p.keepLine(w, line, begin, parent, len(line), bracket)
		if p.at++; p.at >= len(p.lines) {
			p.fail(0, "a quote or bracket that is not closed")
			return w, ""
		}
		line, i, begin = p.lines[p.at], 0, 0
		if i = leadOf(line); quote == 0 && strings.HasPrefix(strings.TrimLeft(line, " \t"), "#") {
			i = len(line)
		}
	}
	p.keepLine(w, line, begin, parent, i+1, bracket)
	if len(w.more) == 0 {
		if bracket {
			flat, ok := flow(w.first)
			if !ok {
				p.fail(begin, "what stands between these brackets")
			}
			w.first = flat
		} else {
			w.first = tidy(w.first, false)
		}
	}
	rest := strings.Trim(line[i+1:], " \t")
	p.at++
	if rest != "" && rest[0] != '#' {
		p.at--
		p.fail(i+1, "what stands behind this value")
		rest = ""
	}
	return w, rest
}

// opensQuote reports whether a quote inside brackets begins a text: one within a plain word does not.
func opensQuote(line string, i int) bool {
	before := strings.TrimRight(line[:i], " \t")
	return before == "" || strings.IndexByte("[]{},:", before[len(before)-1]) >= 0
}

// keepLine takes a line of a value, up to end, into w.
func (p *page) keepLine(w *written, line string, begin, parent, end int, bracket bool) {
	text := strings.TrimRight(line[begin:end], " \t")
	if w.first == "" {
		w.first = text
		return
	}
	indent := -1
	if bracket {
		indent = max(leadOf(text)-max(parent, 0), 0)
	}
	w.add(strings.TrimLeft(text, " \t"), indent)
}

// flow writes a mapping or list between brackets in one form.
func flow(s string) (string, bool) {
	var b strings.Builder
	depth := 0
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == ' ' || c == '\t':
			i++
		case c == '[' || c == '{':
			b.WriteByte(c)
			depth++
			i++
		case c == ']' || c == '}':
			out := strings.TrimSuffix(strings.TrimRight(b.String(), " "), ",") // without a comma behind the last item
			b.Reset()
			b.WriteString(out)
			b.WriteByte(c)
			depth--
			i++
		case c == ',':
			out := strings.TrimRight(b.String(), " ")
			b.Reset()
			b.WriteString(out + ", ")
			i++
		case c == ':':
			b.WriteString(": ")
			i++
		case c == '"' || c == '\'':
			end := closing(s, i)
			if end < 0 {
				return "", false
			}
			b.WriteString(tidy(s[i:end+1], true))
			i = end + 1
		case c == '#' || c == '&' || c == '*' || c == '!' || c == '?' && i+1 < len(s) && s[i+1] == ' ':
			return "", false
		default:
			j := i
			for j < len(s) && strings.IndexByte(",[]{}", s[j]) < 0 && !(s[j] == ':' && (j+1 == len(s) || strings.IndexByte(" \t,[]{}", s[j+1]) >= 0)) {
				if s[j] == '#' && (s[j-1] == ' ' || s[j-1] == '\t') {
					return "", false
				}
				j++
			}
			b.WriteString(strings.TrimRight(s[i:j], " \t"))
			i = j
		}
	}
	return b.String(), depth == 0
}

// tidy takes the quotes off a text that does not need them, and prefers single ones. A text with an escape stays as it is. In
// a key or between brackets more signs have a meaning.
func tidy(s string, narrow bool) string {
	if len(s) < 2 || s[0] != '"' && s[0] != '\'' {
		return s
	}
	val := s[1 : len(s)-1]
	if s[0] == '\'' {
		val = strings.ReplaceAll(val, "''", "'")
	} else if strings.Contains(val, `\`) {
		return s
	}
	switch {
	case needsNoQuotes(val, narrow):
		return val
	case s[0] == '"' && strings.Contains(val, "'"):
		return s
	}
	return "'" + strings.ReplaceAll(val, "'", "''") + "'"
}

// meaningful lists the plain words that YAML readers take for something else than text.
var meaningful = []string{"true", "false", "yes", "no", "on", "off", "y", "n", "null"}

// needsNoQuotes reports whether a text is the same text without quotes, for this reader and for any other one. It is careful:
// signs that are harmless in most places, and that people expect to see quoted, keep their quotes.
func needsNoQuotes(s string, narrow bool) bool {
	if s == "" || strings.TrimSpace(s) != s || contains(meaningful, strings.ToLower(s)) {
		return false
	}
	if c := s[0]; c >= '0' && c <= '9' || strings.IndexByte("-+.~=<?:,", c) >= 0 {
		return false // a number, a date, an hour, or a sign at the start
	}
	if strings.ContainsAny(s, "\"'\\#&*!|>%@`{}[]") || strings.Contains(s, ": ") || strings.HasSuffix(s, ":") || narrow && strings.ContainsAny(s, ",:") {
		return false
	}
	for _, c := range s {
		if !unicode.IsPrint(c) || c == '\ufeff' {
			return false
		}
	}
	return true
}

// layout writes lines.
type layout struct {
	b     strings.Builder
	dash  string // dashes of list items that wait for the first line of what they hold
	blank bool   // a blank line is due before the next line
	any   bool   // a line has been written
}

// String writes the file.
func (w *written) String() string {
	var o layout
	if w.start != "" {
		o.line(0, w.start)
	}
	o.value(w, 0)
	return o.b.String()
}

func (o *layout) line(indent int, text string) {
	if o.blank && o.any {
		o.b.WriteByte('\n')
	}
	o.blank, o.any = false, true
	lead := strings.Repeat(" ", indent)
	if o.dash != "" {
		lead, o.dash = o.dash, ""
	}
	if text == "" {
		lead = strings.TrimRight(lead, " ")
	}
	o.b.WriteString(lead + text + "\n")
}

// notes writes comments; of several blank lines one stays, and none at the beginning of a block.
func (o *layout) notes(list []note, indent int, first bool) {
	for _, n := range list {
		if n.text == "" {
			o.blank = o.blank || !first
			continue
		}
		o.line(indent, n.text)
		first = false
	}
	if first {
		o.blank = false
	}
}

// value writes a block, or a text on a line of its own.
func (o *layout) value(w *written, indent int) {
	if w.kind == '.' {
		o.notes(w.above, indent, true)
		if w.first != "" {
			o.line(indent, w.first)
			o.more(w, max(indent-2, 0))
		}
		o.notes(w.tail, indent, false)
		return
	}
	for i, e := range w.items {
		o.notes(e.above, indent, i == 0)
		head := ""
		if w.kind == ':' {
			head = e.key + ":"
		}
		o.entry(e, head, indent)
	}
	o.notes(w.tail, indent, false)
	o.blank = false
}

func (o *layout) entry(e entry, head string, indent int) {
	aside := ""
	if e.aside != "" {
		aside = "  " + e.aside
	}
	v := e.value
	if head == "" { // an item of a list
		lead := o.dash
		if lead == "" {
			lead = strings.Repeat(" ", indent)
		}
		switch {
		case v == nil, aside != "" && (v.kind != '.' || v.down), v.down:
			o.line(indent, strings.TrimRight("-"+aside, " "))
			if v != nil {
				o.value(v, indent+2)
			}
		case v.kind == '.':
			o.line(indent, "- "+v.first+aside)
			o.more(v, indent)
		default:
			if o.blank && o.any {
				o.b.WriteByte('\n')
				o.blank = false
			}
			o.dash = lead + "- "
			o.value(v, indent+2)
		}
		return
	}
	switch {
	case v == nil:
		o.line(indent, head+aside)
	case v.kind == '.' && !v.down:
		o.line(indent, head+" "+v.first+aside)
		o.more(v, indent)
	default:
		o.line(indent, head+aside)
		o.value(v, indent+2)
	}
}

// more writes the further lines of a text under a key or dash.
func (o *layout) more(w *written, indent int) {
	for i, s := range w.more {
		if s == "" {
			o.b.WriteByte('\n')
			continue
		}
		n := w.indent[i]
		if n < 0 {
			n = 2
		}
		o.b.WriteString(strings.Repeat(" ", max(indent+n, 0)) + s + "\n")
	}
}
