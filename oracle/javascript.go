package oracle

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/tdewolff/parse/v2"
	javascript "github.com/tdewolff/parse/v2/js"
)

// script is what a script asks for as it is fetched and runs, each in order.
type script struct {
	imports []moduleRequest
	calls   []scriptImport
	throws  bool // by a throw statement, or it does not parse
}

// moduleRequest is an import in a script.
//
// https://tc39.es/ecma262/#modulerequest-record
type moduleRequest struct {
	specifier string
	kind      string // of the type attribute; "" for JavaScript
	dynamic   bool   // import(), which runs with the script
	awaited   bool   // await import(), and nobody catches what it throws
}

// scriptImport is a call of importScripts() with literals.
type scriptImport struct {
	urls   []string
	caught bool // it stands in a try
}

// importAttributes stand behind a specifier. The library knows none, so the
// type among them is put into the specifier, behind a byte that no other has.
var importAttributes = regexp.MustCompile(`("[^"\n]*|'[^'\n]*)(["'])\s*with\s*\{(?:[^}]*\btype["']?\s*:\s*["'](\w*))?[^}]*\}`)

const typeFollows = "\x00"

// typeOption is the type in the second argument of import(), as the library
// writes it.
var typeOption = regexp.MustCompile(`\bwith: \{.*\btype: ["'](\w*)`)

// parseScript reads the static imports of a script, and every import() and
// importScripts() with literals that runs whenever the script does: not in
// functions, nor in what depends on a condition. One with a mistake in it asks for
// nothing, and throws.
//
// https://tc39.es/ecma262/#sec-parsemodule
func parseScript(body []byte) script {
	tree, err := parseJavaScript(string(body))
	if err != nil {
		return script{throws: true}
	}
	var s script
	javascript.Walk(scriptReader{script: &s}, tree)
	return s
}

func parseJavaScript(source string) (*javascript.AST, error) {
	source = importAttributes.ReplaceAllString(source, "$1"+typeFollows+"$3$2")
	return javascript.Parse(parse.NewInputString(source), javascript.Options{})
}

// scriptReader visits what runs of a script.
type scriptReader struct {
	*script
	awaited bool // in await
	caught  bool // in a try with a catch
}

func (r scriptReader) Enter(n javascript.INode) javascript.IVisitor {
	switch n := n.(type) {
	case *javascript.FuncDecl, *javascript.MethodDecl, *javascript.ArrowFunc, *javascript.Field, *javascript.IfStmt, *javascript.CondExpr, *javascript.SwitchStmt,
		*javascript.ForStmt, *javascript.ForInStmt, *javascript.ForOfStmt, *javascript.WhileStmt:
		return nil
	case *javascript.ImportStmt:
		r.static(n.Module)
	case *javascript.ExportStmt:
		r.static(n.Module)
	case *javascript.UnaryExpr:
		if n.Op == javascript.AwaitToken {
			r.awaited = true
		}
	case *javascript.TryStmt: // what it catches with need not run
		body := r
		if n.Catch != nil {
			body.caught = true
		}
		before := r.throws
		javascript.Walk(body, n.Body)
		uncaught := r.throws && n.Catch == nil
		r.throws = before
		if n.Finally != nil {
			javascript.Walk(r, n.Finally)
		}
		r.throws = r.throws || uncaught
		return nil
	case *javascript.ThrowStmt:
		javascript.Walk(r, n.Value)
		r.throws = true
		return nil
	case *javascript.CallExpr:
		r.call(n)
	}
	return r
}

func (r scriptReader) Exit(javascript.INode) {}

// static takes an import or export declaration; nil is an export from nowhere.
func (r scriptReader) static(module []byte) {
	if module != nil {
		specifier, kind, _ := strings.Cut(stringValue(module), typeFollows)
		r.imports = append(r.imports, moduleRequest{specifier: specifier, kind: kind})
	}
}

// call takes import() and importScripts(), as far as they are given literals and
// are come to.
func (r scriptReader) call(n *javascript.CallExpr) {
	if r.throws {
		return
	}
	var literals []string
	for _, argument := range n.Args.List {
		if text, ok := literal(argument.Value); ok {
			literals = append(literals, text)
		}
	}
	if len(literals) == 0 {
		return
	}
	switch n.X.String() {
	case "import":
		request := moduleRequest{specifier: literals[0], dynamic: true, awaited: r.awaited && !r.caught}
		if kind := typeOption.FindStringSubmatch(n.Args.String()); kind != nil {
			request.kind = kind[1]
		}
		r.imports = append(r.imports, request)
	case "importScripts", "(self.importScripts)":
		r.calls = append(r.calls, scriptImport{literals, r.caught})
	}
}

// literal is the value of a string, or of a template without substitutions.
func literal(e javascript.IExpr) (value string, ok bool) {
	switch e := e.(type) {
	case *javascript.LiteralExpr:
		if e.TokenType == javascript.StringToken {
			return stringValue(e.Data), true
		}
	case *javascript.TemplateExpr:
		if len(e.List) == 0 {
			return stringValue(e.Tail), true
		}
	}
	return "", false
}

// jsEscape is a backslash and what belongs to it.
//
// https://tc39.es/ecma262/#prod-EscapeSequence
var jsEscape = regexp.MustCompile(`(?s)\\(?:u[[:xdigit:]]{4}|x[[:xdigit:]]{2}|.)`)

// stringValue is what stands between quotes, its escapes undone.
func stringValue(quoted []byte) string {
	return jsEscape.ReplaceAllStringFunc(string(quoted[1:len(quoted)-1]), func(escape string) string {
		if r, _, _, err := strconv.UnquoteChar(escape, 0); err == nil {
			return string(r)
		}
		return escape[1:] // it stands for its own letter
	})
}
