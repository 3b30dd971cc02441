package mutate

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"strconv"
)

func (r *rewriter) expressions(list []ast.Expr) {
	for _, e := range list {
		r.expression(e)
	}
}

// condition walks an expression that decides where to go: it, or the part of it
// that does so alone, becomes true and false, as far as no other mutant of the
// condition would do the same.
func (r *rewriter) condition(e ast.Expr, yes, no bool) {
	if r.info.Types[e].Value != nil {
		return
	}
	switch e := e.(type) {
	case *ast.ParenExpr:
		r.condition(e.X, yes, no)
		return
	case *ast.UnaryExpr:
		if e.Op == token.NOT {
			r.condition(e.X, no, yes)
			return
		}
	case *ast.BinaryExpr:
		if e.Op == token.LAND || e.Op == token.LOR {
			r.force(e, yes, no)
			r.operands(e)
			return
		}
	}
	r.force(e, yes, no)
	r.expression(e)
}

// force makes a condition true (yes), false (no), or each.
func (r *rewriter) force(e ast.Expr, yes, no bool) {
	if yes {
		r.wrap(e, "((", ") || "+is(r.mutant(e, "true"))+")")
	}
	if no {
		r.wrap(e, "((", ") && !"+is(r.mutant(e, "false"))+")")
	}
}

// operands walks what && or || joins: all that stand in one row are as one.
func (r *rewriter) operands(e *ast.BinaryExpr) {
	for _, side := range []ast.Expr{e.X, e.Y} {
		if same, ok := side.(*ast.BinaryExpr); ok && same.Op == e.Op {
			r.operands(same)
			continue
		}
		r.condition(side, e.Op == token.LAND, e.Op == token.LOR)
	}
}

// expression walks any other expression.
func (r *rewriter) expression(e ast.Expr) {
	if e == nil || r.info.Types[e].IsType() {
		return
	}
	if value := r.info.Types[e].Value; value != nil {
		if value.Kind() == constant.Bool {
			r.truth(e, value)
		}
		return
	}
	switch e := e.(type) {
	case *ast.BinaryExpr:
		r.binary(e)
	case *ast.UnaryExpr:
		if e.Op == token.NOT {
			r.condition(e.X, true, true)
			return
		}
		r.expression(e.X)
	case *ast.ParenExpr:
		r.expression(e.X)
	case *ast.StarExpr:
		r.expression(e.X)
	case *ast.CallExpr:
		if called(e) == "make" { // how much room there is changes nothing
			return
		}
		r.expression(e.Fun)
		r.expressions(e.Args)
	case *ast.SelectorExpr:
		r.expression(e.X)
	case *ast.IndexExpr:
		r.expression(e.X)
		if r.info.Types[e.Index].Value == nil { // a place of its own is no limit
			r.expression(e.Index)
		}
	case *ast.SliceExpr:
		r.expression(e.X)
		for _, bound := range []ast.Expr{e.Low, e.High, e.Max} {
			if bound != nil && r.info.Types[bound].Value == nil {
				r.expression(bound)
			}
		}
	case *ast.CompositeLit:
		for _, element := range e.Elts {
			if pair, ok := element.(*ast.KeyValueExpr); ok {
				element = pair.Value
			}
			r.expression(element)
		}
	case *ast.FuncLit:
		r.body(e.Type, e.Body)
	}
}

// neighbours are the comparisons that differ only where both sides are equal.
var neighbours = map[token.Token]struct{ call, now string }{
	token.LSS: {"Less", "<="}, token.LEQ: {"LessEqual", "<"}, token.GTR: {"Greater", ">="}, token.GEQ: {"GreaterEqual", ">"},
}

func (r *rewriter) binary(e *ast.BinaryExpr) {
	switch e.Op {
	case token.LAND, token.LOR:
		r.operands(e)
		return
	case token.EQL, token.NEQ:
		now := map[token.Token]string{token.EQL: "!=", token.NEQ: "=="}[e.Op]
		r.wrap(e, "((", ") != "+is(r.mutant(e, now))+")")
		r.expression(e.X) // another constant on a side is as good as false
		r.expression(e.Y)
		return
	}
	n, ordered := neighbours[e.Op]
	if !ordered {
		r.expression(e.X)
		r.expression(e.Y)
		return
	}
	r.wrap(e, fmt.Sprintf("%s.%s(%d, ", runtimeName, n.call, r.mutant(e, n.now)), ")")
	r.replace(e.OpPos, e.OpPos+token.Pos(len(e.Op.String())), ",")
	r.expression(e.X)
	if e.Op == token.LEQ || e.Op == token.GTR { // otherwise one more is the neighbour
		r.limit(e.Y)
	} else {
		r.expression(e.Y)
	}
}

// limit walks what something is held against: a number that may be off by one.
func (r *rewriter) limit(e ast.Expr) {
	if value := r.info.Types[e].Value; value != nil {
		r.constant(e, value)
		return
	}
	r.expression(e)
}

// truth turns a constant of a condition, or an answer, into its contrary.
func (r *rewriter) truth(e ast.Expr, value constant.Value) {
	now := strconv.FormatBool(!constant.BoolVal(value))
	r.wrap(e, "(", " != "+is(r.mutant(e, now))+")")
}

// constant puts another value in the place of a number or a text: a limit, or
// what a case stands for.
func (r *rewriter) constant(e ast.Expr, value constant.Value) {
	typ, ok := r.info.TypeOf(e).Underlying().(*types.Basic)
	if !ok || typ.Info()&types.IsUntyped != 0 {
		return
	}
	switch {
	case typ.Info()&types.IsInteger != 0:
		r.call(e, "Int", r.mutant(e, value.ExactString()+" + 1"))
	case typ.Info()&types.IsString != 0:
		now := `""`
		if constant.StringVal(value) == "" {
			now = `"mutant"`
		}
		r.call(e, "String", r.mutant(e, now))
	}
}

func (r *rewriter) call(e ast.Expr, helper string, n int) {
	name := types.TypeString(r.info.TypeOf(e), func(p *types.Package) string {
		if p == r.pkg {
			return ""
		}
		return r.imports[p.Path()]
	})
	r.wrap(e, fmt.Sprintf("%s.%s[%s](%d, ", runtimeName, helper, name, n), ")")
}
