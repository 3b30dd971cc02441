package oracle

import "slices"

// module is an entry of a document's module map: a module that has been fetched
// is fetched no more, whatever credentials the next one asks with.
//
// https://html.spec.whatwg.org/multipage/webappapis.html#module-map
type module struct {
	document, kind, url string
	reply               Reply
	base                *urlRecord // the response's URL
	mode, tainting      string
	preloaded           bool   // by a link
	failed              Reason // why it could not be had, where an engine keeps that
}

// keptModule is the module that the document has already.
func (f *fetching) keptModule(kind, url string) (module, bool) {
	i := slices.IndexFunc(f.state.modules, func(m module) bool {
		return m.document == f.client.document() && m.kind == kind && m.url == url
	})
	if i < 0 {
		return module{}, false
	}
	return f.state.modules[i], true
}

// keepModule puts a module into the map that has come of sub, which is f itself
// or fetched for it. Workers and worklets have maps of their own.
func (f *fetching) keepModule(sub *fetching, reply Reply) {
	if !f.hasModuleMap() {
		return
	}
	kind, url := sub.moduleKey()
	f.state.modules = append(f.state.modules, module{
		document: f.client.document(), kind: kind, url: url,
		reply: reply, base: sub.url(), mode: sub.mode, tainting: sub.tainting, preloaded: sub.way.Via == "modulepreload",
	})
}

func (f *fetching) hasModuleMap() bool {
	return (f.way.kind == moduleLoad || f.way.kind == scriptLoad) && f.way.Via != "worker-import" && f.way.Via != "audioworklet"
}

// keepFailure puts a module that could not be had into the map, where an engine
// does not ask for it again.
func (f *fetching) keepFailure(sub *fetching) {
	if !f.state.Profile[FailedModulesKept] || !f.hasModuleMap() || sub.way.kind != moduleLoad || len(sub.urls) == 0 {
		return
	}
	kind, url := sub.moduleKey()
	f.state.modules = append(f.state.modules, module{document: f.client.document(), kind: kind, url: url, failed: sub.failed})
}

// moduleKey is the key of the module in the map: its type and the URL it was
// asked for at.
func (f *fetching) moduleKey() (kind, url string) {
	switch f.destination {
	case "json":
		kind = "json"
	case "style":
		kind = "css"
	}
	return kind, f.urls[0].href() + f.urls[0].fragment
}

// moduleFromMap answers the request for a module with one that the document has.
func (f *fetching) moduleFromMap() (reply Reply, ok, found bool) {
	if f.way.kind != moduleLoad || !f.hasModuleMap() {
		return
	}
	m, found := f.keptModule(f.moduleKey())
	if !found {
		return
	}
	if m.failed != "" {
		f.fromMap = true
		return Reply{}, f.fail(m.failed, moduleMap, "The page has asked for this module before, and could not have it: nothing is sent."), true
	}
	f.note(moduleMap, "The page has this module already: nothing is sent.")
	f.urls, f.tainting, f.fromMap = append(f.urls[:1:1], m.base), m.tainting, true
	if m.preloaded && f.state.Profile[PreloadsNotCompared] {
		return m.reply, f.checkIntegrity(m.reply, false), true
	}
	return m.reply, true, true
}
