package oracle

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"
)

// The imports in a module: ways to load of their own.
var (
	importedModule = &Way{Via: "dynamic-import", About: "an import in a script", Destination: "script", Settings: []Setting{corsByAttr}, kind: moduleLoad}
	importedJSON   = &Way{Via: "json-module", About: "an import of JSON", Destination: "json", Settings: []Setting{corsByAttr}, kind: moduleLoad}
	importedCSS    = &Way{Via: "css-module", About: "an import of a style sheet", Destination: "style", Settings: []Setting{corsByAttr}, kind: moduleLoad}
)

// importOf is the way to load an import with that type attribute, nil for a
// type that there is not.
//
// https://html.spec.whatwg.org/multipage/webappapis.html#module-type-allowed
func importOf(kind string) *Way {
	switch kind {
	case "":
		return importedModule
	case "json":
		return importedJSON
	case "css":
		return importedCSS
	}
	return nil
}

// moduleEdge is an import that is still to be fetched.
type moduleEdge struct {
	from    *source
	request moduleRequest
}

// graph is a module graph that is being fetched.
type graph struct {
	f       *fetching
	setting Setting // every import has the request mode and credentials of the root
	edges   []moduleEdge
	dynamic []moduleEdge
	visited map[string]bool // what this graph has asked for, by type and URL
	all     []*source
	failed  *fetching // the first import that is a network error
}

// fetchImports fetches all that a script imports: its static imports and theirs
// as one graph, then what it asks for with import() as it runs. base is false
// for a script whose errors are muted: its URL is none of anybody's business,
// and relative references lead nowhere. The fetch fails as a whole if a static
// import does, or one that is awaited.
//
// https://html.spec.whatwg.org/multipage/webappapis.html#fetch-the-descendants-of-and-link-a-module-script
func (f *fetching) fetchImports(reply Reply, base bool) {
	requests := parseScript(reply.Body).imports
	root := f.root()
	alike := f.state.Profile[ClassicImportsAlike]
	if !base && !alike {
		root.base = &urlRecord{scheme: "about", path: "blank"}
	}
	credentials, isModule := "same-origin", f.way.kind == moduleLoad || f.way.Via == "worker-module"
	if f.mode == "cors" && !alike || isModule {
		credentials = f.credentials
	}
	g := &graph{
		f: f, setting: Setting{"cors", []string{credentials}},
		visited: map[string]bool{" " + f.urls[0].href() + f.urls[0].fragment: isModule},
	}
	if !isModule && slices.ContainsFunc(requests, func(r moduleRequest) bool { return !r.dynamic }) {
		return // a classic script with a declaration of a module's does not parse
	}
	g.imports(root, requests)
	g.fetch()
	for len(g.dynamic) > 0 && g.failed == nil {
		edge := g.dynamic[0]
		g.dynamic = g.dynamic[1:]
		inner := &graph{f: f, setting: g.setting, visited: g.visited, edges: []moduleEdge{edge}}
		inner.fetch()
		g.dynamic = append(g.dynamic, inner.dynamic...)
		if edge.request.awaited && inner.failed != nil { // it throws, and nothing more runs
			if !f.runsApart() {
				g.failed = inner.failed
			}
			break
		}
	}
	if g.failed != nil {
		f.fail(g.failed.failed, moduleGraph, "An import has failed, and with it all that needs it.")
	}
}

// preloadImports fetches all that a module declares that it imports, as
// modulepreload may. What cannot be had makes no difference to the link.
//
// https://html.spec.whatwg.org/multipage/webappapis.html#fetch-a-modulepreload-module-script-graph
func (f *fetching) preloadImports(reply Reply) {
	g := &graph{
		f: f, setting: Setting{"cors", []string{f.credentials}},
		visited: map[string]bool{" " + f.urls[0].href() + f.urls[0].fragment: true},
	}
	g.imports(f.root(), parseScript(reply.Body).imports)
	g.fetch()
}

// runsApart is true for a script that has loaded when it begins to run: what it
// fails of then is its own affair.
func (f *fetching) runsApart() bool {
	return f.way.Via == "module" || f.way.Via == "worker-import" || f.way.Via == "audioworklet" || f.way.kind == workerLoad
}

// parsed takes the imports of a module that has arrived: JavaScript has some.
func (g *graph) parsed(s *source, reply Reply, way *Way) {
	if way == importedModule {
		g.imports(s, parseScript(reply.Body).imports)
	}
}

// imports takes what a script imports. A static import that does not
// resolve makes the module an error of its own: then none is fetched.
//
// https://html.spec.whatwg.org/multipage/webappapis.html#creating-a-javascript-module-script
func (g *graph) imports(s *source, requests []moduleRequest) {
	var edges []moduleEdge
	for _, r := range requests {
		switch resolved := s.resolves(r.specifier) && importOf(r.kind) != nil; {
		case r.dynamic && resolved:
			g.dynamic = append(g.dynamic, moduleEdge{s, r})
		case r.dynamic:
		case !resolved:
			g.f.note(moduleRecord, quote(r.specifier), " does not resolve to a URL: the module is in error, and nothing that it names is fetched.")
			if !g.f.state.Profile[ImportsFetchedDespiteErrors] {
				return
			}
		default:
			edges = append(edges, moduleEdge{s, r})
		}
	}
	g.edges = append(g.edges, edges...)
}

// resolves says whether a specifier is a URL, absolute or beginning with "/",
// "./" or "../". Import maps are the page's, which has none for it.
//
// https://html.spec.whatwg.org/multipage/webappapis.html#resolving-a-url-like-module-specifier
func (s *source) resolves(specifier string) bool {
	if strings.HasPrefix(specifier, "/") || strings.HasPrefix(specifier, "./") || strings.HasPrefix(specifier, "../") {
		_, ok := parseURL(specifier, s.base)
		return ok
	}
	_, ok := parseURL(specifier, nil)
	return ok
}

// fetch fetches the graph breadth first: all imports of a module at once. One
// that fails is no module of the map, so that it can be asked for again.
//
// https://html.spec.whatwg.org/multipage/webappapis.html#hostloadimportedmodule
func (g *graph) fetch() {
	for len(g.edges) > 0 {
		edge := g.edges[0]
		g.edges = g.edges[1:]
		way := importOf(edge.request.kind)
		key := edge.request.kind + " " + edge.from.base.resolve(edge.request.specifier)
		if g.visited[key] {
			continue
		}
		g.visited[key] = true
		s, sub, reply := g.f.load(way, g.setting, edge.request.specifier, edge.from, (*fetching).isModule)
		g.all = append(g.all, s)
		if reply != nil {
			g.f.keepModule(sub, *reply)
			g.parsed(s, *reply, way)
			continue
		}
		g.f.keepFailure(sub)
		if g.failed == nil {
			g.failed = sub
		} else {
			g.f.p.Also = append(g.f.p.Also, sub.failed)
		}
		defer delete(g.visited, key)
	}
	g.f.maybe(g.all)
}

// isModule says whether what came is a module of the type that is asked for.
//
// https://html.spec.whatwg.org/multipage/webappapis.html#fetch-a-single-module-script
func (f *fetching) isModule(reply Reply) bool {
	return f.needsOK(reply, moduleResponse) && f.hasModuleType(reply)
}

func (f *fetching) hasModuleType(reply Reply) bool {
	m, _ := f.mimeType(reply.Headers)
	wanted, is := "A module must have a JavaScript MIME type", m.IsJavaScript()
	switch f.destination {
	case "json":
		wanted, is = "A JSON module must have a JSON MIME type", m.IsJSON()
	case "style":
		wanted, is = "A CSS module must be text/css", m.Essence() == "text/css"
	}
	is = is || f.way.Via == "audioworklet" && f.state.Profile[WorkletsOfAnyType] || f.way.Via == "modulepreload" && f.state.Profile[ModulepreloadsOfAnyType]
	if !is {
		f.fail(WrongType, moduleResponse, wanted, ", and ", contentType(reply.Headers), ".")
	}
	return is
}

// isJSONText says whether the body parses as JSON.
func isJSONText(body []byte) bool {
	text := strings.TrimPrefix(string(body), "\xEF\xBB\xBF")
	return json.Valid([]byte(strings.ToValidUTF8(text, string(utf8.RuneError))))
}
