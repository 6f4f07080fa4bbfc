package terms

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"cel.dev/cel-go/cel"

	"truce"
)

const languagePage = "../docs/reference/language.md"

// block is a fenced example of the page.
type block struct {
	kind string // what follows the fence: "yaml rules"
	text string
	line int
}

var fence = regexp.MustCompile("^( *)```(.*)$")

// blocks cuts a page into its fenced examples, each without the indentation of its fence.
func blocks(t testing.TB, page string) []block {
	t.Helper()
	var out []block
	var in *block
	indent := ""
	for i, line := range strings.Split(page, "\n") {
		m := fence.FindStringSubmatch(line)
		switch {
		case m != nil && in == nil:
			in, indent = &block{kind: strings.TrimSpace(m[2]), line: i + 1}, m[1]
		case m != nil:
			out = append(out, *in)
			in = nil
		case in != nil:
			in.text += strings.TrimPrefix(line, indent) + "\n"
		}
	}
	if in != nil {
		t.Fatalf("the example of line %d does not end", in.line)
	}
	return out
}

func readPage(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// The parts of an agreement around an example; a part the example has itself is left out.
var around = []struct{ key, text string }{
	{"agreement", "agreement: valley\n"},
	{"version", "version: test\n"},
	{"title", "title: Ceasefire in the valley\n"},
	{"status", "status: draft\n"},
	{"clock", "clock: {zone: Asia/Damascus}\n"},
	{"participants", "participants:\n  - {actor: north, role: party}\n"},
	{"moments", "moments:\n  - {moment: signature, at: 2017-07-07}\n"},
	{"terms", `terms:
  - {term: foreign, kind: actor, readings: [{id: one, means: actor.origin != "SY"}]}
  - {term: heavy, kind: equipment, readings: [{id: one, means: equipment.calibre_mm > 100}]}
  - {term: band, kind: place, readings: [{id: one, means: {within: 5 km, of: contact}}]}
  - {term: start, kind: time, readings: [{id: one, means: 2017-07-09}]}
`},
}

// The rules that examples refer to; one that an example has itself is left out.
var aroundRules = []struct{ name, text string }{
	{"ceasefire", "- {rule: ceasefire, forbids: incident, kinds: [fire], where: valley, from: 2017-07-09}\n"},
	{"maps", "- {rule: maps, requires: act, act: maps-handed-over, by: [north, south], from: 2017-07-07}\n"},
}

func indented(text, by string) string {
	return by + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n"+by) + "\n"
}

// agreementWith puts an example into an agreement.
func agreementWith(top, rules string) string {
	var b strings.Builder
	has := func(text, line string) bool { return regexp.MustCompile(`(?m)^` + line).MatchString(text) }
	for _, p := range around {
		if !has(top, p.key+":") {
			b.WriteString(p.text)
		}
	}
	b.WriteString(top)
	if !has(top, "articles:") {
		b.WriteString("articles:\n  - article: \"1\"\n    title: One\n    rules:\n")
		for _, r := range aroundRules {
			if !has(rules, "- rule: "+r.name+"$") {
				b.WriteString(indented(r.text, "      "))
			}
		}
		if rules != "" {
			b.WriteString(indented(rules, "      "))
		}
	}
	return b.String()
}

// values lists the lines of an example that holds one value a line.
func values(text string) []string {
	var out []string
	for _, l := range strings.Split(text, "\n") {
		l, _, _ = strings.Cut(l, " #")
		if l = strings.TrimSpace(l); l != "" {
			out = append(out, l)
		}
	}
	return out
}

// TestLanguageExamples loads every example of the page. An example that is a fragment is put into an agreement first.
func TestLanguageExamples(t *testing.T) {
	all := blocks(t, readPage(t, languagePage))
	geometry := readPage(t, "testdata/language/geometry.geojson")
	files := fstest.MapFS{"geometry.geojson": {Data: []byte(geometry)}}
	for _, b := range all { // the page's own actors and statements are those of its other examples
		if name, ok := strings.CutPrefix(b.kind, "yaml "); ok && (name == "actors.yaml" || name == "statements.yaml") {
			files[name] = &fstest.MapFile{Data: []byte(b.text)}
		}
	}
	seen := map[string]int{}
	for _, b := range all {
		seen[b.kind]++
		these := fstest.MapFS{"agreement.yaml": {Data: []byte(agreementWith("", ""))}}
		for name, f := range files {
			these[name] = f
		}
		put := func(name, text string) { these[name] = &fstest.MapFile{Data: []byte(text)} }
		switch b.kind {
		case "yaml top":
			put("agreement.yaml", agreementWith(b.text, ""))
		case "yaml agreement.yaml":
			put("agreement.yaml", b.text)
		case "yaml rules":
			put("agreement.yaml", agreementWith("", b.text))
		case "yaml who", "yaml where", "yaml times":
			rules := ""
			for i, v := range values(b.text) {
				switch b.kind {
				case "yaml who":
					rules += fmt.Sprintf("- {rule: r%d, forbids: incident, kinds: [fire], by: %s, where: valley, from: 2017-07-09}\n", i, v)
				case "yaml where":
					rules += fmt.Sprintf("- {rule: r%d, forbids: incident, kinds: [fire], where: %s, from: 2017-07-09}\n", i, v)
				default:
					rules += fmt.Sprintf("- {rule: r%d, requires: act, act: a, by: north, from: 2017-07-07, due: %s}\n", i, v)
				}
			}
			put("agreement.yaml", agreementWith("", rules))
		case "yaml actors.yaml", "yaml statements.yaml":
		case "json geometry":
			put("geometry.geojson", b.text)
			put("agreement.yaml", strings.ReplaceAll(agreementWith("", ""), "where: valley", "where: town"))
		case "markdown text":
			put("text/en.md", b.text)
		case "words incidents", "words equipment", "":
			continue
		default:
			t.Errorf("line %d: no way to check an example marked %q", b.line, b.kind)
			continue
		}
		a, report, err := Load(these, "")
		if err != nil {
			t.Errorf("line %d: %v", b.line, err)
			continue
		}
		for _, p := range report.Problems {
			if !p.Warning {
				t.Errorf("%s:%d: the example is not right: %s:%d:%d: %s: %v", languagePage, b.line, p.File, p.Line, p.Column, p.Code, p)
			}
		}
		if report.Errors() == 0 {
			if _, err := Compile(a); err != nil {
				t.Errorf("line %d: %v", b.line, err)
			}
		}
	}
	for _, kind := range []string{"yaml top", "yaml rules", "yaml who", "yaml where", "yaml times", "json geometry", "markdown text", "yaml actors.yaml", "yaml statements.yaml", "yaml agreement.yaml"} {
		if seen[kind] == 0 {
			t.Errorf("the page has no example marked %q", kind)
		}
	}
}

// tree writes a list of words the way the page does.
func tree(words truce.Taxonomy) string {
	var b strings.Builder
	for _, w := range words.Words() {
		for p := words.Parent(w); p != ""; p = words.Parent(p) {
			b.WriteString("  ")
		}
		b.WriteString(w + "\n")
	}
	return b.String()
}

// TestLanguageNamesEveryWord: every key the reader accepts, every word of its lists, every attribute and every problem is on the page.
func TestLanguageNamesEveryWord(t *testing.T) {
	page := readPage(t, languagePage)
	for _, b := range blocks(t, page) {
		switch b.kind {
		case "words incidents":
			if b.text != tree(truce.IncidentKinds) {
				t.Errorf("the list of incidents should be\n%s", tree(truce.IncidentKinds))
			}
		case "words equipment":
			if b.text != tree(truce.EquipmentKinds) {
				t.Errorf("the list of equipment should be\n%s", tree(truce.EquipmentKinds))
			}
		}
	}
	lists := map[string][]string{
		"key of agreement.yaml": topKeys, "key of a participant": participantKeys, "key of a moment": momentKeys, "key of a term": termKeys,
		"key of a reading": readingKeys, "key of a counting rule": countingKeys, "key of an article": articleKeys,
		"key of a suspension": suspensionKeys, "key of a word": kindKeys, "key of an actor": actorKeys, "key of a fact": factKeys,
		"key of an alias": aliasKeys, "key of a statement": statementKeys, "key of a duration": durationKeys, "key of an extension": renewKeys,
		"key of a publication": publishedKeys, "key of a rule": ruleKeys, "key of an exception": exceptionKeys, "key of a notice": noticeKeys,
		"key of a step": stepKeys, "key of evidence": evidenceKeys, "key of equipment": armsKeys, "key of who": whoKeys, "key of where": whereKeys,
		"key of a quota": quotaKeys, "key of a replacement": replacedKeys, "property of a feature": featureKeys,
		"role": truce.ParticipantRoles, "kind of term": truce.TermKinds, "unit of counting": truce.CountUnits, "class": append([]string{sameSide}, truce.Classes...),
		"kind of actor": truce.ActorKinds, "fact": truce.FactKinds, "area": truce.AreaKinds, "line": truce.LineKinds, "point": truce.PointKinds,
		"means": truce.MeansWords(), "standing": truce.StandingWords(), "result of an act": truce.EndedWords(), "word for no date": noDateWords,
		"language of a text": TextLanguages, "form of a time": {"act", "met", "clean_days", "found_by", "plus"},
	}
	for what, words := range lists {
		for _, w := range words {
			if !strings.Contains(page, "`"+w+"`") && !strings.Contains(page, "`"+w+": ") {
				t.Errorf("the page does not name the %s %q", what, w)
			}
		}
	}
	for _, r := range truce.ResultWords() {
		if !strings.Contains(page, "\n| "+r+" | ") {
			t.Errorf("the page does not explain the result %q", r)
		}
	}
	for form, keys := range allowed {
		verb, object, _ := strings.Cut(form, " ")
		name := "`" + verb + ": " + object + "`"
		if object == "" {
			name = "`assessed_by`"
		}
		if row := "| " + name + " | `" + strings.Join(keys, "` `") + "` |"; !strings.Contains(page, row) {
			t.Errorf("the page should have the row\n%s", row)
		}
	}
}

// TestLanguageNamesEveryAttribute: name, type and place of each.
func TestLanguageNamesEveryAttribute(t *testing.T) {
	page := readPage(t, languagePage)
	types := map[string]string{cel.StringType.String(): "text", cel.BoolType.String(): "yes or no", cel.IntType.String(): "number",
		cel.ListType(cel.StringType).String(): "list of texts", cel.ListType(linkType).String(): "list of links"}
	for _, a := range attributes {
		var in []string
		for _, k := range a.in {
			in = append(in, string(k))
		}
		row := regexp.MustCompile(`(?m)^\| ` + "`" + regexp.QuoteMeta(a.name) + "` " + `\| ` + types[a.typ.String()] + ` \| [^|]+ \| ` + strings.Join(in, ", ") + ` \|$`)
		if types[a.typ.String()] == "" || !row.MatchString(page) {
			t.Errorf("the page should have a row for %s: %s, in %s", a.name, types[a.typ.String()], strings.Join(in, ", "))
		}
	}
}

// codeArgument says which argument of a function, by its name and their number, is the code of a problem.
var codeArgument = map[string]int{"fail/3": 0, "warn/3": 0, "fail/5": 2, "warn/5": 2, "at/5": 1, "faultAt/7": 4, "cycles/5": 3}

// codesOf finds the problem codes in this package's source: an argument of the functions that report, or the field Code of a problem.
func codesOf(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	word := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		note := func(e ast.Expr) {
			lit, ok := e.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return
			}
			if s, _ := strconv.Unquote(lit.Value); word.MatchString(s) {
				out[s] = fset.Position(lit.Pos()).String()
			}
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				sel, ok := n.Fun.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				if i, ok := codeArgument[fmt.Sprintf("%s/%d", sel.Sel.Name, len(n.Args))]; ok {
					note(n.Args[i])
				}
			case *ast.KeyValueExpr:
				if k, ok := n.Key.(*ast.Ident); ok && (k.Name == "Code" || k.Name == "code") {
					note(n.Value)
				}
			case *ast.AssignStmt:
				for i, l := range n.Lhs {
					if sel, ok := l.(*ast.SelectorExpr); ok && sel.Sel.Name == "Code" && i < len(n.Rhs) {
						note(n.Rhs[i])
					}
				}
			case *ast.CompositeLit: // fault{line, col, length, code, ...}
				if len(n.Elts) == 6 {
					if first, ok := n.Elts[0].(*ast.BasicLit); !ok || first.Kind == token.INT {
						note(n.Elts[3])
					}
				}
			}
			return true
		})
	}
	for _, f := range faultCodes {
		out[f.code] = "geometry.go"
	}
	for _, s := range sortWords {
		out["unknown-"+strings.ReplaceAll(s, " ", "-")] = "names.go"
	}
	return out
}

// TestLanguageNamesEveryProblem: each code that can be reported is on the page, and no other.
func TestLanguageNamesEveryProblem(t *testing.T) {
	page := readPage(t, languagePage)
	_, table, ok := strings.Cut(page, "\n## Every problem\n")
	if !ok {
		t.Fatal("the page has no list of problems")
	}
	codes := codesOf(t)
	if len(codes) < 60 {
		t.Fatalf("found only %d codes in the source", len(codes))
	}
	for code, where := range codes {
		if !strings.Contains(table, "`"+code+"`") {
			t.Errorf("%s: the problem %q is not on the page", where, code)
		}
	}
	first := ""
	for _, line := range strings.Split(table, "\n") {
		cells := strings.Split(line, "|")
		if len(cells) < 3 || !strings.HasPrefix(cells[1], " `") {
			continue
		}
		for _, c := range strings.Fields(cells[1]) {
			if code := strings.Trim(c, "`"); codes[code] == "" {
				t.Errorf("the page explains a problem %q that nothing reports", code)
			}
		}
		if name := strings.Trim(strings.Fields(cells[1])[0], "`"); name < first {
			t.Errorf("the problem %q stands out of order", name)
		} else {
			first = name
		}
	}
}

// TestLanguageLimits: the values on the page are those of the constants.
func TestLanguageLimits(t *testing.T) {
	page := readPage(t, languagePage)
	for name, value := range map[string]string{
		"MaxFileBytes":       fmt.Sprintf("%d MiB", MaxFileBytes>>20),
		"MaxGeometryBytes":   fmt.Sprintf("%d MiB", MaxGeometryBytes>>20),
		"MaxDepth":           fmt.Sprint(MaxDepth),
		"MaxProblems":        fmt.Sprint(MaxProblems),
		"MaxFeatures":        thousands(MaxFeatures),
		"MaxVertices":        thousands(MaxVertices),
		"MaxRadius":          fmt.Sprintf("%d km", MaxRadius/1000),
		"MaxDistance":        thousands(int(MaxDistance/1000)) + " km",
		"MaxConditionLength": thousands(MaxConditionLength),
		"MaxConditionCost":   thousands(MaxConditionCost),
		"MaxWorlds":          fmt.Sprint(MaxWorlds),
		"MaxChoices":         fmt.Sprint(MaxChoices),
	} {
		if !strings.Contains(page, " | "+value+" | `terms."+name+"` |") {
			t.Errorf("the page should say that terms.%s is %s", name, value)
		}
	}
}

func thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// TestLanguageLinks: every anchor of the list of contents is a heading of the page.
func TestLanguageLinks(t *testing.T) {
	page := readPage(t, languagePage)
	var have []string
	for _, line := range strings.Split(page, "\n") {
		if h, ok := strings.CutPrefix(strings.TrimLeft(line, "#"), " "); ok && strings.HasPrefix(line, "#") {
			slug := strings.ReplaceAll(strings.ToLower(h), " ", "-")
			have = append(have, regexp.MustCompile(`[^a-z0-9_-]`).ReplaceAllString(slug, ""))
		}
	}
	for _, m := range regexp.MustCompile(`\]\(#([^)]*)\)`).FindAllStringSubmatch(page, -1) {
		if !slices.Contains(have, m[1]) {
			t.Errorf("the link to #%s leads nowhere", m[1])
		}
	}
}
