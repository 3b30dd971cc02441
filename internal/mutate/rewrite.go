package mutate

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// runtimeName is what package mutant is called in a rewritten file.
const runtimeName = "mutant_"

// edit puts text in the place of what stands from one offset to another.
type edit struct {
	from, to int
	text     string
	order    int // among those at one place
}

// rewriter walks a package and notes its mutants and the edits that hold them.
type rewriter struct {
	*checked
	prose    *prose
	mutants  []Mutant
	text     []byte
	edits    []edit
	function string
	start    token.Pos         // of the file's text
	imports  map[string]string // what the file calls a package, by path
}

func (r *rewriter) file(file *ast.File) {
	r.start, r.imports = file.FileStart, map[string]string{}
	for _, spec := range file.Imports {
		imported := r.info.PkgNameOf(spec)
		r.imports[imported.Imported().Path()] = imported.Name()
	}
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Body != nil {
			r.function = name(f)
			r.body(f.Type, f.Body)
		}
	}
}

func name(f *ast.FuncDecl) string {
	if f.Recv == nil || len(f.Recv.List) == 0 {
		return f.Name.Name
	}
	return strings.TrimPrefix(types.ExprString(f.Recv.List[0].Type), "*") + "." + f.Name.Name
}

// mutant notes a mutant of a node and returns its number.
func (r *rewriter) mutant(at ast.Node, now string) int {
	p := r.fset.Position(at.Pos())
	r.mutants = append(r.mutants, Mutant{
		N: len(r.mutants) + 1, File: p.Filename[strings.LastIndexByte(p.Filename, '/')+1:], Line: p.Line, Column: p.Column,
		Func: r.function, Was: r.excerpt(at), Now: now, Prose: r.prose.has(at.Pos()),
	})
	return len(r.mutants)
}

// excerpt is the source of a node on one line, not all of a long one.
func (r *rewriter) excerpt(n ast.Node) string {
	text := strings.Join(strings.Fields(string(r.text[n.Pos()-r.start:n.End()-r.start])), " ")
	if runes := []rune(text); len(runes) > 80 {
		return string(runes[:77]) + "..."
	}
	return text
}

// wrap puts text around a node. What wraps an outer node must be wrapped
// before what is in it.
func (r *rewriter) wrap(n ast.Node, before, after string) {
	order := len(r.edits) + 1
	from, to := int(n.Pos()-r.start), int(n.End()-r.start)
	r.edits = append(r.edits, edit{from, from, before, order}, edit{to, to, after, -order})
}

func (r *rewriter) insert(at token.Pos, text string) { r.replace(at, at, text) }

func (r *rewriter) replace(from, to token.Pos, text string) {
	r.edits = append(r.edits, edit{int(from - r.start), int(to - r.start), text, 0})
}

// apply makes the edits.
func (r *rewriter) apply() []byte {
	slices.SortStableFunc(r.edits, func(a, b edit) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.order, b.order)) })
	var out []byte
	at := 0
	for _, e := range r.edits {
		out = append(append(out, r.text[at:e.from]...), e.text...)
		at = e.to
	}
	return append(out, r.text[at:]...)
}

func is(n int) string { return fmt.Sprintf("%s.Is(%d)", runtimeName, n) }
