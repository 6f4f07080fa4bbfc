package terms

import (
	celast "cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
)

// ExprKind says what one node of a condition is.
type ExprKind uint8

// Kinds of node. ExprOther is a form that has no name here.
const (
	ExprOther     ExprKind = iota
	ExprAttribute          // Name, one of [AttributeNames]
	ExprField              // Name: id, kind or origin of the link that the nearest some or every goes over
	ExprItem               // the text that the nearest some or every goes over
	ExprConstant           // Value: a string, an int64 or a bool
	ExprList               // Args
	ExprAnd                // Args
	ExprOr                 // Args
	ExprNot                // Args[0]
	ExprCompare            // Name is ==, !=, <, <=, > or >=, of Args[0] and Args[1]
	ExprIn                 // Args[0] is among Args[1]
	ExprSome               // of the list Args[0] at least one makes Args[1] true
	ExprEvery              // of the list Args[0] each makes Args[1] true
	ExprSize               // the length of Args[0]
)

// Expr is one node of a condition: what it compares and how the answers are joined.
type Expr struct {
	Kind  ExprKind
	Name  string
	Value any
	Args  []Expr
}

// Tree gives the condition as it was checked, for those who say it in words.
func (c *Condition) Tree() Expr { return treeOf(c.expr, "") }

var comparisons = map[string]string{
	operators.Equals: "==", operators.NotEquals: "!=", operators.Less: "<", operators.LessEquals: "<=",
	operators.Greater: ">", operators.GreaterEquals: ">=",
}

// treeOf reads a checked expression; item is the variable of the comprehension around it.
func treeOf(e celast.Expr, item string) Expr {
	args := func(list []celast.Expr) []Expr {
		out := make([]Expr, len(list))
		for i, x := range list {
			out[i] = treeOf(x, item)
		}
		return out
	}
	switch e.Kind() {
	case celast.IdentKind:
		if name := e.AsIdent(); name == item && item != "" {
			return Expr{Kind: ExprItem}
		} else {
			return Expr{Kind: ExprAttribute, Name: name}
		}
	case celast.SelectKind:
		s := e.AsSelect()
		if s.Operand().Kind() == celast.IdentKind && s.Operand().AsIdent() == item && !s.IsTestOnly() {
			return Expr{Kind: ExprField, Name: s.FieldName()}
		}
	case celast.LiteralKind:
		switch v := e.AsLiteral().Value().(type) {
		case string, int64, bool:
			return Expr{Kind: ExprConstant, Value: v}
		}
	case celast.ListKind:
		return Expr{Kind: ExprList, Args: args(e.AsList().Elements())}
	case celast.ComprehensionKind:
		c := e.AsComprehension()
		kind := map[string]ExprKind{operators.LogicalOr: ExprSome, operators.LogicalAnd: ExprEvery}
		// exists and all are the only comprehensions of the language: they join the body to what was found so far.
		if step := c.LoopStep(); step.Kind() == celast.CallKind && kind[step.AsCall().FunctionName()] != 0 && !c.HasIterVar2() {
			call := step.AsCall()
			return Expr{Kind: kind[call.FunctionName()], Args: []Expr{treeOf(c.IterRange(), item), treeOf(call.Args()[1], c.IterVar())}}
		}
	case celast.CallKind:
		c := e.AsCall()
		list := c.Args()
		if c.IsMemberFunction() {
			list = append([]celast.Expr{c.Target()}, list...)
		}
		switch name := c.FunctionName(); {
		case name == operators.LogicalAnd || name == operators.LogicalOr:
			kind := ExprAnd
			if name == operators.LogicalOr {
				kind = ExprOr
			}
			out := Expr{Kind: kind}
			for _, x := range args(list) { // a && b && c is one list
				if x.Kind == kind {
					out.Args = append(out.Args, x.Args...)
				} else {
					out.Args = append(out.Args, x)
				}
			}
			return out
		case name == operators.LogicalNot:
			return Expr{Kind: ExprNot, Args: args(list)}
		case comparisons[name] != "":
			return Expr{Kind: ExprCompare, Name: comparisons[name], Args: args(list)}
		case name == operators.In:
			return Expr{Kind: ExprIn, Args: args(list)}
		case name == "size":
			return Expr{Kind: ExprSize, Args: args(list)}
		}
	}
	return Expr{Kind: ExprOther}
}
