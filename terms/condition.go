package terms

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"cel.dev/cel-go/cel"
	celast "cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/cost"
	celenv "cel.dev/cel-go/common/env"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/ext"

	"truce"
)

// Limits of conditions; see docs/limits.md.
const (
	MaxConditionLength = 2000   // characters
	MaxConditionCost   = 20_000 // CEL cost units, estimated before it runs and held while it does
	MaxWorlds          = 256    // combinations of uncertain facts tried before the answer is given up as unknown
	maxListSize        = 16     // of a chain of command, for the estimate
)

// Link is one element of actor.chain and actor.sponsors in a condition.
type Link struct {
	ID     string `cel:"id"`
	Kind   string `cel:"kind"`
	Origin string `cel:"origin"`
}

// attribute is something a condition may ask for.
type attribute struct {
	name string
	typ  *cel.Type
	in   []truce.TermKind
}

var (
	onActor     = []truce.TermKind{truce.TermActor, truce.TermEvent}
	onEquipment = []truce.TermKind{truce.TermEquipment, truce.TermEvent}
	onEvent     = []truce.TermKind{truce.TermEvent}
	linkType    = cel.ObjectType("terms.Link")
)

// attributes is the closed list of what conditions can see; docs/reference/language.md describes each.
var attributes = []attribute{
	{"actor.id", cel.StringType, onActor},
	{"actor.kind", cel.StringType, onActor},
	{"actor.origin", cel.StringType, onActor},
	{"actor.invited", cel.BoolType, onActor},
	{"actor.invited_by", cel.ListType(cel.StringType), onActor},
	{"actor.sponsors", cel.ListType(linkType), onActor},
	{"actor.chain", cel.ListType(linkType), onActor},
	{"actor.belongs_to", cel.ListType(cel.StringType), onActor},
	{"actor.adheres", cel.BoolType, onActor},
	{"actor.excluded", cel.BoolType, onActor},
	{"target.id", cel.StringType, onEvent},
	{"target.kind", cel.StringType, onEvent},
	{"target.origin", cel.StringType, onEvent},
	{"target.belongs_to", cel.ListType(cel.StringType), onEvent},
	{"target.adheres", cel.BoolType, onEvent},
	{"target.excluded", cel.BoolType, onEvent},
	{"equipment.category", cel.StringType, onEquipment},
	{"equipment.kinds", cel.ListType(cel.StringType), onEquipment},
	{"equipment.calibre_mm", cel.IntType, onEquipment},
	{"equipment.range_m", cel.IntType, onEquipment},
	{"equipment.count", cel.IntType, onEquipment},
	{"event.kind", cel.StringType, onEvent},
	{"event.kinds", cel.ListType(cel.StringType), onEvent},
	{"event.count", cel.IntType, onEvent},
	{"event.deaths", cel.IntType, onEvent},
	{"event.civilians", cel.IntType, onEvent},
	{"event.injured", cel.IntType, onEvent},
	{"event.means", cel.StringType, onEvent},
	{"event.standing", cel.StringType, onEvent},
	{"event.sources", cel.IntType, onEvent},
	{"event.result", cel.StringType, onEvent},
}

// AttributeNames lists what conditions of a kind of term can see.
func AttributeNames(kind truce.TermKind) []string {
	var out []string
	for _, a := range attributes {
		if slices.Contains(a.in, kind) {
			out = append(out, a.name)
		}
	}
	return out
}

// Condition is a compiled CEL condition. It cannot loop, cannot reach outside its attributes, and answers unknown when
// the facts it has do not decide it.
type Condition struct {
	Text string
	// Says is the condition in words, or its text where its form has none.
	Says truce.Arg
	// Uses lists the attributes it names, in order of first use.
	Uses []string
	// Texts and Numbers are the constants in it: the values at which an uncertain attribute can change the answer.
	Texts   []string
	Numbers []int64
	program cel.Program
	expr    celast.Expr
}

// conditions compiles conditions; one environment for each kind of term.
type conditions struct {
	envs map[truce.TermKind]*cel.Env
}

// sharedConditions builds the environments once in the life of a process; they never change.
var sharedConditions = sync.OnceValues(newConditions)

func newConditions() (*conditions, error) {
	c := &conditions{envs: map[truce.TermKind]*cel.Env{}}
	overload := func(name string, ids ...string) *celenv.Function {
		var o []*celenv.Overload
		for _, id := range ids {
			o = append(o, celenv.NewOverload(id, nil, nil))
		}
		return celenv.NewFunction(name, o...)
	}
	// Whole numbers, texts and lists only: no arithmetic, patterns, clocks or fractions, so that no machine can differ.
	library := &celenv.LibrarySubset{
		IncludeMacros: []string{"exists", "all"},
		IncludeFunctions: []*celenv.Function{
			overload("_&&_"), overload("_||_"), overload("!_"), overload("_==_"), overload("_!=_"), overload("_?_:_"),
			overload("@in"), overload("@not_strictly_false"), overload("size", "size_list", "list_size"),
			overload("_<_", "less_int64"), overload("_<=_", "less_equals_int64"),
			overload("_>_", "greater_int64"), overload("_>=_", "greater_equals_int64"),
		},
	}
	for _, kind := range []truce.TermKind{truce.TermActor, truce.TermEquipment, truce.TermEvent} {
		opts := []cel.EnvOption{
			cel.StdLib(cel.StdLibSubset(library)),
			ext.NativeTypes(reflect.TypeOf(Link{}), ext.ParseStructTags(true)),
			cel.ParserExpressionSizeLimit(MaxConditionLength),
			cel.ParserRecursionLimit(40),
		}
		for _, a := range attributes {
			if slices.Contains(a.in, kind) {
				opts = append(opts, cel.Variable(a.name, a.typ))
			}
		}
		env, err := cel.NewCustomEnv(opts...)
		if err != nil {
			return nil, &truce.Error{Op: "terms.newConditions", Kind: truce.Internal, Cause: err}
		}
		c.envs[kind] = env
	}
	return c, nil
}

// fault is what is wrong with a condition, at a line and column of its text (from 1, in characters).
type fault struct {
	line, col, length   int
	code, message, hint string
}

// compile checks a text and makes it ready to run.
func (c *conditions) compile(text string, kind truce.TermKind) (*Condition, []fault) {
	if n := utf8.RuneCountInString(text); n > MaxConditionLength {
		return nil, []fault{{1, 1, 1, "too-large", fmt.Sprintf("the condition has %d characters", n), fmt.Sprintf("at most %d are allowed", MaxConditionLength)}}
	}
	env := c.envs[kind]
	ast, iss := env.Compile(text)
	if iss.Err() != nil {
		var out []fault
		for _, e := range iss.Errors() {
			f := fault{line: max(e.Location.Line(), 1), col: e.Location.Column() + 1, length: 1, code: "bad-condition", message: e.Message}
			f.message, f.hint = plainCEL(e.Message, kind)
			f.col, f.length = wordAround(text, f.line, f.col)
			out = append(out, f)
		}
		return nil, out
	}
	if ast.OutputType() != cel.BoolType {
		return nil, []fault{{1, 1, utf8.RuneCountInString(text), "bad-condition", fmt.Sprintf("the condition gives a %s, not yes or no", cel.FormatCELType(ast.OutputType())), "compare it with something"}}
	}
	if est, err := env.EstimateCost(ast, estimator{}); err != nil || est.Max > MaxConditionCost {
		return nil, []fault{{1, 1, utf8.RuneCountInString(text), "costly-condition", "the condition could take too long", "put fewer exists and all inside each other"}}
	}
	program, err := env.Program(ast, cel.EvalOptions(cel.OptPartialEval), cel.CostLimit(MaxConditionCost))
	if err != nil {
		return nil, []fault{{1, 1, utf8.RuneCountInString(text), "bad-condition", err.Error(), ""}}
	}
	cond := &Condition{Text: text, program: program, expr: ast.NativeRep().Expr()}
	celast.PostOrderVisit(ast.NativeRep().Expr(), celast.NewExprVisitor(func(e celast.Expr) {
		switch e.Kind() {
		case celast.IdentKind:
			if n := e.AsIdent(); slices.ContainsFunc(attributes, func(a attribute) bool { return a.name == n }) && !slices.Contains(cond.Uses, n) {
				cond.Uses = append(cond.Uses, n)
			}
		case celast.LiteralKind:
			switch v := e.AsLiteral().Value().(type) {
			case string:
				if !slices.Contains(cond.Texts, v) {
					cond.Texts = append(cond.Texts, v)
				}
			case int64:
				if !slices.Contains(cond.Numbers, v) {
					cond.Numbers = append(cond.Numbers, v)
				}
			}
		}
	}))
	said, ok := new(clauses).expr(cond.Tree(), true, false)
	if !ok {
		said = arg(truce.Say("explain.condition.quoted", truce.Str(text)))
	}
	cond.Says = said
	return cond, nil
}

// estimator bounds the sizes of lists for the cost estimate.
type estimator struct{}

func (estimator) EstimateCallCost(string, string, *cost.AstNode, []cost.AstNode) *cost.CallEstimate {
	return nil
}

func (estimator) EstimateSize(n cost.AstNode) *cost.SizeEstimate {
	if n.Type().Kind() == types.ListKind {
		return &cost.SizeEstimate{Min: 0, Max: maxListSize}
	}
	return &cost.SizeEstimate{Min: 0, Max: 100}
}

// plainCEL says in our words what the CEL checker found.
func plainCEL(msg string, kind truce.TermKind) (message, hint string) {
	known := "known here: " + strings.Join(AttributeNames(kind), ", ")
	if _, rest, ok := strings.Cut(msg, "undeclared reference to '"); ok {
		name, _, _ := strings.Cut(rest, "'")
		if strings.ContainsAny(name, "_@") && !strings.Contains(name, ".") && strings.Trim(name, "_@?:") != name {
			return fmt.Sprintf("%s is not part of conditions", strings.Trim(name, "_")), "conditions compare, join with && and ||, and ask lists with exists, all and in"
		}
		if n := Nearest(name, AttributeNames(kind)); n != "" {
			return fmt.Sprintf("%q is not known in a condition on %s", name, kind), fmt.Sprintf("did you mean %q?", n)
		}
		return fmt.Sprintf("%q is not known in a condition on %s", name, kind), known
	}
	if _, rest, ok := strings.Cut(msg, "undefined field '"); ok {
		name, _, _ := strings.Cut(rest, "'")
		return fmt.Sprintf("there is no field %q", name), "a link of a chain has id, kind and origin"
	}
	if strings.HasPrefix(msg, "found no matching overload for") {
		return strings.Replace(msg, "found no matching overload for", "these do not go together:", 1), "compare text with text and numbers with whole numbers"
	}
	msg = strings.TrimPrefix(msg, "Syntax error: ")
	const example = `write for example actor.origin != "SY" && !actor.invited`
	for _, start := range []string{"mismatched input '", "extraneous input '", "no viable alternative at input '", "token recognition error at: '"} {
		if rest, ok := strings.CutPrefix(msg, start); ok {
			got, _, _ := strings.Cut(rest, "'")
			if got == "<EOF>" {
				return "the condition ends too early", example
			}
			return fmt.Sprintf("%q does not fit here", got), example
		}
	}
	return msg, ""
}

// wordAround finds the name that a position of the checker falls in.
func wordAround(text string, line, col int) (first, length int) {
	lines := strings.Split(text, "\n")
	if line > len(lines) {
		return 1, 1
	}
	rs := []rune(lines[line-1])
	part := func(i int) bool {
		return i >= 0 && i < len(rs) && (rs[i] == '_' || rs[i] == '.' || rs[i] >= 'a' && rs[i] <= 'z' || rs[i] >= 'A' && rs[i] <= 'Z' || rs[i] >= '0' && rs[i] <= '9')
	}
	i := col - 1
	if i < len(rs) && i > 0 && rs[i] == '(' && part(i-1) { // a call: the name before the bracket
		j := i
		for i--; part(i-1) && rs[i-1] != '.'; i-- {
		}
		return i + 1, j - i
	}
	if !part(i) {
		return col, 1
	}
	j := i
	for part(i - 1) {
		i--
	}
	for part(j + 1) {
		j++
	}
	return i + 1, j - i + 1
}

// Attribute is what is known of one thing a condition asks for.
type Attribute struct {
	// Values it may have: none when nobody said, one when it is known, several when facts are disputed or imprecise.
	Values []any
	// Missing is the fact that would settle it, where there is not exactly one value.
	Missing truce.Phrase
	// From and Records say what the value rests on.
	From    []truce.SourceID
	Records []truce.ObservationID
}

// Used is one attribute a decision rested on, for its reasons.
type Used struct {
	Name string
	Attribute
}

// Decide answers the condition from the facts. Where facts are uncertain every combination of their values is tried: if
// all give one answer it is the answer, otherwise it is unknown and Missing names the facts that make the difference.
func (c *Condition) Decide(facts func(name string, c *Condition) Attribute) (answer truce.Truth, missing []truce.Phrase, used []Used) {
	vars := make(map[string]any, len(c.Uses))
	var unknown []*cel.AttributePatternType
	var open []int // attributes with several values
	worlds := 1
	for i, name := range c.Uses {
		a := facts(name, c)
		used = append(used, Used{name, a})
		switch len(a.Values) {
		case 0:
			unknown = append(unknown, cel.AttributePattern(name))
		case 1:
			vars[name] = a.Values[0]
		default:
			open = append(open, i)
			worlds = min(worlds*len(a.Values), MaxWorlds+1)
		}
	}
	if worlds > MaxWorlds {
		for _, i := range open {
			missing = append(missing, used[i].Missing)
		}
		return truce.Unknown, missing, used
	}
	seen := [3]bool{} // false, unknown, true
	var asked []string
	answers := make([]truce.Truth, 0, worlds)
	choice := make([]int, len(open))
	for w := 0; w < worlds; w++ {
		k := w
		for n, i := range open {
			choice[n] = k % len(used[i].Values)
			k /= len(used[i].Values)
			vars[c.Uses[i]] = used[i].Values[choice[n]]
		}
		t, names := c.run(vars, unknown)
		seen[t+1] = true
		answers = append(answers, t)
		for _, n := range names {
			if !slices.Contains(asked, n) {
				asked = append(asked, n)
			}
		}
	}
	if seen[2] && !seen[0] && !seen[1] {
		return truce.True, nil, used
	}
	if seen[0] && !seen[1] && !seen[2] {
		return truce.False, nil, used
	}
	for n, i := range open {
		if makesADifference(answers, open, used, n) {
			missing = append(missing, used[i].Missing)
		}
	}
	for _, u := range used {
		if slices.Contains(asked, u.Name) {
			missing = append(missing, u.Missing)
		}
	}
	return truce.Unknown, missing, used
}

// makesADifference reports whether two worlds that differ only in one attribute have different answers.
func makesADifference(answers []truce.Truth, open []int, used []Used, n int) bool {
	stride := 1
	for _, i := range open[:n] {
		stride *= len(used[i].Values)
	}
	size := len(used[open[n]].Values)
	for w := range answers {
		if w/stride%size != 0 {
			continue
		}
		for k := 1; k < size; k++ {
			if answers[w+k*stride] != answers[w] {
				return true
			}
		}
	}
	return false
}

// run evaluates in one world; names are the attributes that were missed.
func (c *Condition) run(vars map[string]any, unknown []*cel.AttributePatternType) (truce.Truth, []string) {
	act, err := cel.PartialVars(vars, unknown...)
	if err != nil {
		return truce.Unknown, nil
	}
	v, _, err := c.program.Eval(act)
	if err != nil {
		return truce.Unknown, nil // over the cost limit: no answer is better than a late one
	}
	switch v := v.(type) {
	case types.Bool:
		return truce.TruthOf(bool(v)), nil
	case *types.Unknown:
		var names []string
		ids := v.IDs()
		slices.Sort(ids)
		for _, id := range ids {
			trails, _ := v.GetAttributeTrails(id)
			for _, t := range trails {
				names = append(names, t.Variable())
			}
		}
		return truce.Unknown, names
	}
	return truce.Unknown, nil
}
