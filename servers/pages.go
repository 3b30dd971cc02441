package servers

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"fmt"
	"hash/fnv"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync"

	"github.com/gorilla/mux"

	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
)

// Document is a page with headers of its own, and perhaps a service worker.
type Document struct {
	Headers oracle.Headers
	Worker  string // the worker's script, "" for none
}

// Name is what the document is called in its URL: the same for equal documents,
// "" for one that has nothing of its own.
func (d Document) Name() string {
	if len(d.Headers) == 0 && d.Worker == "" {
		return ""
	}
	h := fnv.New64a()
	fmt.Fprintf(h, "%q %q", d.Headers, d.Worker)
	return "document-" + strconv.FormatUint(h.Sum64(), 36)
}

// Path is where Pages serves one of the document's files: page.html, frame.html,
// probe.js or worker.js.
func (d Document) Path(file string) string {
	if name := d.Name(); name != "" {
		return scenarios.Reserved + name + "/" + file
	}
	return scenarios.Reserved + file
}

// Documents are the documents that [Pages] serves beside its plain ones.
type Documents struct {
	mu     sync.RWMutex
	byName map[string]Document
}

// Publish makes Pages serve the document from now on.
func (d *Documents) Publish(document Document) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.byName == nil {
		d.byName = map[string]Document{}
	}
	d.byName[document.Name()] = document
}

func (d *Documents) find(name string) (Document, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	document, ok := d.byName[name]
	return document, ok
}

// Assets are the harness's own documents and script.
type Assets struct {
	PageHTML  []byte // the page that runs probes
	FrameHTML []byte // the frame that runs those of opaque origins
	ProbeJS   []byte // a classic script, which opaque origins can load, too
}

// Pages serves the harness's own pages below /.corsproof/: page.html,
// frame.html, probe.js and the empty page blank; and those of the
// documents, each below its name. Nothing of it is stored by a browser.
func Pages(assets Assets, documents *Documents) http.Handler {
	const html, script = "text/html; charset=utf-8", "text/javascript; charset=utf-8"
	router := mux.NewRouter()
	serve := func(w http.ResponseWriter, contentType string, body []byte) {
		w.Header().Set("Content-Type", contentType)
		w.Header().Set("Cache-Control", "no-store")
		if contentType == script && w.Header().Get("Cross-Origin-Resource-Policy") == "" {
			// For the opaque frames of a page with an embedder policy.
			w.Header().Set("Cross-Origin-Resource-Policy", "cross-origin")
		}
		w.Write(body)
	}
	for name, asset := range map[string]struct {
		contentType string
		body        []byte
	}{
		"page.html":  {html, assets.PageHTML},
		"frame.html": {html, assets.FrameHTML},
		"probe.js":   {script, assets.ProbeJS},
		"blank":      {html, []byte("<!doctype html><title>corsproof</title>")},
	} {
		router.HandleFunc(scenarios.Reserved+name, func(w http.ResponseWriter, r *http.Request) {
			if name == "blank" { // for the frames of every page
				w.Header().Set("Cross-Origin-Embedder-Policy", "require-corp")
				w.Header().Set("Cross-Origin-Resource-Policy", "cross-origin")
			}
			serve(w, asset.contentType, asset.body)
		}).Methods(http.MethodGet, http.MethodHead)
	}
	router.HandleFunc(scenarios.Reserved+"{name}/{file}", func(w http.ResponseWriter, r *http.Request) {
		vars := mux.Vars(r)
		document, ok := documents.find(vars["name"])
		contentType, body := html, assets.PageHTML
		switch vars["file"] {
		case "page.html":
		case "frame.html":
			body = assets.FrameHTML
		case "probe.js": // as a worker, with the document's policies
			contentType, body = script, assets.ProbeJS
		case "worker.js":
			contentType, body = script, []byte(document.Worker)
		default:
			ok = false
		}
		if !ok {
			http.NotFound(w, r)
			return
		}
		for _, h := range document.Headers {
			name := http.CanonicalHeaderKey(h.Name)
			w.Header()[name] = append(w.Header()[name], string(appendIsomorphic(nil, h.Value)))
		}
		serve(w, contentType, body)
	}).Methods(http.MethodGet, http.MethodHead)
	return router
}

// servePage lets the fleet's handler of pages answer a request that has been
// read. It is false when the connection has ended.
func (c *conn) servePage(r *request) bool {
	in, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(r.raw)))
	if err != nil {
		return c.refuse(400, err)
	}
	in.Body = io.NopCloser(bytes.NewReader(r.body.body))
	in.ContentLength = int64(len(r.body.body))
	in.RemoteAddr = c.tcp.RemoteAddr().String()
	if secure, ok := c.rw.(*tls.Conn); ok {
		state := secure.ConnectionState()
		in.TLS = &state
	}
	w := &pageWriter{header: make(http.Header)}
	c.fleet.config.Pages.ServeHTTP(w, in.WithContext(c.ctx))
	w.WriteHeader(http.StatusOK)
	return c.send(r, nil, w.answer)
}

// pageWriter holds a handler's response until it is complete.
type pageWriter struct {
	header http.Header
	answer scenarios.Answer
}

func (w *pageWriter) Header() http.Header { return w.header }

func (w *pageWriter) WriteHeader(status int) {
	if w.answer.Status != 0 {
		return
	}
	w.answer.Status = status
	for _, name := range slices.Sorted(maps.Keys(w.header)) {
		for _, value := range w.header[name] {
			w.answer.Headers = append(w.answer.Headers, oracle.Header{Name: name, Value: isomorphicDecode([]byte(value))})
		}
	}
}

func (w *pageWriter) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	w.answer.Body = append(w.answer.Body, p...)
	return len(p), nil
}
