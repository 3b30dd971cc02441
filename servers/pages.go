package servers

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"io"
	"maps"
	"net/http"
	"slices"

	"github.com/gorilla/mux"

	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
)

// Assets are the harness's own documents and script.
type Assets struct {
	PageHTML  []byte // the page that runs probes
	FrameHTML []byte // the frame that runs those of opaque origins
	ProbeJS   []byte // a classic script, which opaque origins can load, too
}

// Pages serves the harness's own pages below /.corsproof/: page.html,
// frame.html, probe.js and, for tests, the empty page blank. Nothing of it is
// stored by a browser.
func Pages(assets Assets) http.Handler {
	const html = "text/html; charset=utf-8"
	router := mux.NewRouter()
	for name, asset := range map[string]struct {
		contentType string
		body        []byte
	}{
		"page.html":  {html, assets.PageHTML},
		"frame.html": {html, assets.FrameHTML},
		"probe.js":   {"text/javascript; charset=utf-8", assets.ProbeJS},
		"blank":      {html, []byte("<!doctype html><title>corsproof</title>")},
	} {
		router.HandleFunc(scenarios.Reserved+name, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", asset.contentType)
			w.Header().Set("Cache-Control", "no-store")
			w.Write(asset.body)
		}).Methods(http.MethodGet, http.MethodHead)
	}
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
