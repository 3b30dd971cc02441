package mutate

import (
	"go/ast"
	"go/token"
)

// body walks the body of a function.
func (r *rewriter) body(f *ast.FuncType, b *ast.BlockStmt) {
	r.list(b.List, f.Results == nil || len(f.Results.List) == 0)
}

// list walks statements; follows is true where something runs after the last.
func (r *rewriter) list(list []ast.Stmt, follows bool) {
	for i, s := range list {
		r.statement(s, follows || i < len(list)-1)
	}
}

// statement notes that a statement can be left out, and walks it.
func (r *rewriter) statement(s ast.Stmt, follows bool) {
	if r.removable(s, follows) {
		r.wrap(s, "if !"+is(r.mutant(s, ""))+" { ", " }")
	}
	switch s := s.(type) {
	case *ast.BlockStmt:
		r.list(s.List, follows)
	case *ast.LabeledStmt:
		r.labeled(s.Stmt, follows)
	case *ast.IfStmt:
		r.simple(s.Init)
		r.condition(s.Cond, true, true)
		r.list(s.Body.List, follows)
		if s.Else != nil {
			r.labeled(s.Else, follows)
		}
	case *ast.ForStmt:
		r.simple(s.Init)
		if s.Cond != nil {
			r.condition(s.Cond, true, true)
		}
		r.simple(s.Post)
		r.list(s.Body.List, true)
	case *ast.RangeStmt:
		r.expression(s.X)
		r.list(s.Body.List, true)
	case *ast.SwitchStmt:
		r.simple(s.Init)
		if s.Tag != nil {
			r.expression(s.Tag)
		}
		for _, c := range s.Body.List {
			r.clause(c.(*ast.CaseClause), s.Tag != nil, follows)
		}
	case *ast.TypeSwitchStmt:
		for _, c := range s.Body.List {
			r.list(c.(*ast.CaseClause).Body, follows)
		}
	default:
		r.simple(s)
	}
}

// labeled walks a statement that stands where only it can stand.
func (r *rewriter) labeled(s ast.Stmt, follows bool) {
	switch s.(type) {
	case *ast.BlockStmt, *ast.IfStmt, *ast.ForStmt, *ast.RangeStmt, *ast.SwitchStmt, *ast.TypeSwitchStmt:
		r.statement(s, follows)
	}
}

// clause walks a case: each of its expressions can be left out.
func (r *rewriter) clause(c *ast.CaseClause, tagged, follows bool) {
	for i, e := range c.List {
		switch {
		case tagged:
			r.limit(e)
		default:
			r.condition(e, i == 0, true)
		}
	}
	r.list(c.Body, follows)
}

// removable says whether the function still compiles without a statement, and
// does something else then.
func (r *rewriter) removable(s ast.Stmt, follows bool) bool {
	switch s := s.(type) {
	case *ast.AssignStmt:
		blank := true
		for _, left := range s.Lhs {
			name, ok := left.(*ast.Ident)
			blank = blank && ok && name.Name == "_"
		}
		return s.Tok != token.DEFINE && !blank
	case *ast.IncDecStmt:
		return true
	case *ast.ExprStmt:
		call, ok := s.X.(*ast.CallExpr)
		return ok && called(call) != "panic"
	case *ast.ReturnStmt:
		return follows
	case *ast.BranchStmt:
		return s.Tok == token.BREAK || s.Tok == token.CONTINUE
	}
	return false
}

// simple walks the expressions of a statement without a body.
func (r *rewriter) simple(s ast.Stmt) {
	switch s := s.(type) {
	case *ast.AssignStmt:
		r.expressions(s.Rhs)
		for _, left := range s.Lhs {
			if index, ok := left.(*ast.IndexExpr); ok {
				r.expression(index.X)
			}
		}
	case *ast.ExprStmt:
		r.expression(s.X)
	case *ast.ReturnStmt:
		r.expressions(s.Results)
	case *ast.DeferStmt:
		r.expression(s.Call)
	case *ast.GoStmt:
		r.expression(s.Call)
	case *ast.DeclStmt:
		if d, ok := s.Decl.(*ast.GenDecl); ok && d.Tok == token.VAR {
			for _, spec := range d.Specs {
				r.expressions(spec.(*ast.ValueSpec).Values)
			}
		}
	}
}
