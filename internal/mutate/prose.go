package mutate

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// Prose names the functions and methods whose variadic argument is a sentence,
// and their argument named format, if they have one.
type Prose struct {
	Notes  []string // those that do nothing else
	Others []string
}

// span is a piece of source.
type span struct{ from, to token.Pos }

// prose is the source on which nothing depends but the text of sentences.
type prose struct {
	*checked
	known   Prose
	spans   []span
	objects map[types.Object]bool // variables and functions used in sentences alone
	uses    map[types.Object][]token.Pos
}

// sentences finds the prose of a package: the variadic arguments of the named
// functions, then, until nothing more turns up, the functions and variables
// that are used in prose alone, what is assigned to them, and the branches in
// which nothing else happens.
func (c *checked) sentences(known Prose) *prose {
	p := &prose{checked: c, known: known, objects: map[types.Object]bool{}, uses: map[types.Object][]token.Pos{}}
	assigned := map[*ast.Ident]bool{}
	for _, file := range c.files {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				for _, left := range n.Lhs {
					if name, ok := left.(*ast.Ident); ok && (n.Tok == token.ASSIGN || n.Tok == token.DEFINE || n.Tok == token.ADD_ASSIGN) {
						assigned[name] = true
					}
				}
			case *ast.CallExpr:
				p.arguments(n)
			}
			return true
		})
	}
	for name, object := range c.info.Uses {
		if object.Pkg() == c.pkg && !assigned[name] {
			p.uses[object] = append(p.uses[object], name.Pos())
		}
	}
	for before := -1; before != len(p.spans); {
		before = len(p.spans)
		for object, uses := range p.uses {
			if !object.Exported() && !p.objects[object] && !slices.ContainsFunc(uses, func(at token.Pos) bool { return !p.has(at) }) {
				p.objects[object] = true
			}
		}
		for _, file := range c.files {
			ast.Inspect(file, p.grow)
		}
	}
	return p
}

func (p *prose) has(at token.Pos) bool {
	return slices.ContainsFunc(p.spans, func(s span) bool { return s.from <= at && at < s.to })
}

func (p *prose) add(n ast.Node) {
	if s := (span{n.Pos(), n.End()}); !slices.Contains(p.spans, s) {
		p.spans = append(p.spans, s)
	}
}

// arguments takes the sentence that a call is given.
func (p *prose) arguments(call *ast.CallExpr) {
	if !p.tells(call) {
		return
	}
	signature, ok := p.info.TypeOf(call.Fun).Underlying().(*types.Signature)
	if !ok || !signature.Variadic() {
		return
	}
	variadic := signature.Params().Len() - 1
	for i, argument := range call.Args {
		if i >= variadic || signature.Params().At(i).Name() == "format" {
			p.add(argument)
		}
	}
}

// tells is true for a call of a function that takes a sentence.
func (p *prose) tells(call *ast.CallExpr) bool {
	return p.isNote(call) || slices.Contains(p.known.Others, called(call))
}

// isNote is true for a call that does nothing but tell.
func (p *prose) isNote(call *ast.CallExpr) bool { return slices.Contains(p.known.Notes, called(call)) }

// called is the name of the function or method that a call calls.
func called(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

// grow adds what is prose because of what is known to be.
func (p *prose) grow(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.FuncDecl:
		if p.objects[p.info.Defs[n.Name]] {
			p.add(n.Body)
		}
	case *ast.CaseClause: // one that does nothing keeps the others from doing something
	case ast.Stmt:
		if p.only(n) {
			p.add(n)
		}
	}
	return true
}

// only says whether a statement does nothing but work on sentences.
func (p *prose) only(s ast.Stmt) bool {
	all := func(list []ast.Stmt) bool {
		return len(list) > 0 && !slices.ContainsFunc(list, func(s ast.Stmt) bool { return !p.only(s) })
	}
	switch s := s.(type) {
	case *ast.AssignStmt:
		return !slices.ContainsFunc(s.Lhs, func(left ast.Expr) bool {
			name, ok := left.(*ast.Ident)
			return !ok || name.Name != "_" && !p.objects[p.info.ObjectOf(name)]
		})
	case *ast.ExprStmt:
		call, ok := s.X.(*ast.CallExpr)
		return ok && p.isNote(call)
	case *ast.BlockStmt:
		return all(s.List)
	case *ast.IfStmt:
		return all(s.Body.List) && (s.Else == nil || p.only(s.Else)) && (s.Init == nil || p.only(s.Init))
	case *ast.SwitchStmt:
		return all(s.Body.List) && (s.Init == nil || p.only(s.Init))
	case *ast.CaseClause:
		return len(s.Body) == 0 || all(s.Body)
	}
	return false
}
