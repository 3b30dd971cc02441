package browsertest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/corsproof/corsproof/fixtures"
	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/oracle"
)

// PageURL is the page that most tests run their probes in.
const PageURL = "https://app.site.test/.corsproof/page.html"

// World is a TLS and a plain server that every name here is mapped to. What
// they answer to a case stands in the case's own query.
type World struct {
	tls, plain *httptest.Server
	proxy      *httptest.Server
	Elsewhere  string // where /.corsproof/elsewhere leads
	More       string // what probe.js has at its end

	mu        sync.Mutex
	last      int
	seen      map[string][]*http.Request // by token
	sentinels int
}

// NewWorld starts a world, which ends with the test.
func NewWorld(t testing.TB) *World {
	w := &World{seen: map[string][]*http.Request{}}
	quiet := log.New(io.Discard, "", 0)
	w.tls, w.plain = httptest.NewUnstartedServer(w), httptest.NewUnstartedServer(w)
	w.tls.Config.ErrorLog, w.plain.Config.ErrorLog = quiet, quiet
	w.tls.StartTLS()
	w.plain.Start()
	t.Cleanup(w.tls.Close)
	t.Cleanup(w.plain.Close)
	w.proxy = httptest.NewServer(http.HandlerFunc(w.serveProxy))
	t.Cleanup(w.proxy.Close)
	return w
}

// Options are those of a browser that finds the world.
func (w *World) Options(binary string) browser.Options {
	pin := sha256.Sum256(w.tls.Certificate().RawSubjectPublicKeyInfo)
	return browser.Options{
		Binary: binary, SPKI: base64.StdEncoding.EncodeToString(pin[:]),
		Mappings: w.Mappings(), Proxy: w.proxy.Listener.Addr().String(),
	}
}

// Mappings are where the world's names lead: https first.
func (w *World) Mappings() []browser.Mapping {
	var list []browser.Mapping
	for _, host := range []string{"app.site.test", "api.other.test", "app.localhost", "app.example.com", "b.test", "c.test"} {
		list = append(list,
			browser.Mapping{Host: host, Port: 443, Addr: w.tls.Listener.Addr().String()},
			browser.Mapping{Host: host, Port: 8443, Addr: w.tls.Listener.Addr().String()},
			browser.Mapping{Host: host, Port: 80, Addr: w.plain.Listener.Addr().String()})
	}
	return list
}

// Token is a case's name that no other has.
func (w *World) Token() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.last++
	return "t" + strconv.Itoa(w.last)
}

// Probe is a probe of a way to load, to the origin, answered as the query says:
// body (an asset's way), type, status, allow, credentials, headers, methods,
// preflight (status), location, delay, abort, corp, ...
func (w *World) Probe(via oracle.Via, to, query string) browser.Probe {
	token := w.Token()
	return browser.Probe{
		ID: token, Via: via, Timeout: 4000,
		URL: fmt.Sprintf("%s/~%s/x?via=%s&%s", to, token, via, query),
	}
}

// Requests are those of a case that have arrived.
func (w *World) Requests(token string) []*http.Request {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.seen[token]
}

// arrived is how many sentinels have.
func (w *World) arrived() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.sentinels
}

func (w *World) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	path := r.URL.Path
	if rest, strict := strings.CutPrefix(path, "/.corsproof/document-"); strict {
		// A policy that lets no script in.
		rw.Header().Set("Content-Security-Policy", "script-src 'none'")
		_, name, _ := strings.Cut(rest, "/")
		path = "/.corsproof/" + name
	}
	switch path {
	case "/.corsproof/blank":
		serve(rw, "text/html", nil)
	case "/.corsproof/page.html":
		serve(rw, "text/html", fixtures.PageHTML)
	case "/.corsproof/frame.html":
		serve(rw, "text/html", fixtures.FrameHTML)
	case "/.corsproof/probe.js":
		serve(rw, "text/javascript", append(fixtures.ProbeJS(), w.More...))
	case "/.corsproof/elsewhere":
		http.Redirect(rw, r, w.Elsewhere, http.StatusFound)
	case "/.corsproof/sentinel":
		w.mu.Lock()
		w.sentinels++
		w.mu.Unlock()
		rw.Header().Set("Access-Control-Allow-Origin", "*")
		rw.WriteHeader(http.StatusNoContent)
	default:
		w.serveCase(rw, r)
	}
}

func serve(rw http.ResponseWriter, contentType string, body []byte) {
	rw.Header().Set("Content-Type", contentType)
	rw.Write(body)
}

func (w *World) serveCase(rw http.ResponseWriter, r *http.Request) {
	rest, ok := strings.CutPrefix(r.URL.Path, "/~")
	if !ok {
		http.NotFound(rw, r)
		return
	}
	token, _, _ := strings.Cut(rest, "/")
	body, _ := io.ReadAll(r.Body)
	seen := r.Clone(context.Background())
	seen.Body = io.NopCloser(bytes.NewReader(body))
	w.mu.Lock()
	w.seen[token] = append(w.seen[token], seen)
	w.mu.Unlock()

	q := r.URL.Query()
	h := rw.Header()
	for name, key := range map[string]string{
		"Access-Control-Allow-Origin": "allow", "Access-Control-Allow-Credentials": "credentials",
		"Access-Control-Allow-Headers": "headers", "Access-Control-Allow-Methods": "methods",
		"Access-Control-Expose-Headers": "expose", "X-Case": "x", "Location": "location",
		"Cross-Origin-Resource-Policy": "corp", "Alt-Svc": "alt-svc", "WWW-Authenticate": "challenge",
	} {
		if value := q.Get(key); value != "" {
			h.Set(name, value)
		}
	}
	status := http.StatusOK
	if q.Get("status") != "" {
		status, _ = strconv.Atoi(q.Get("status"))
	}
	if r.Header.Get("Access-Control-Request-Method") != "" {
		if q.Get("preflight") != "" {
			status, _ = strconv.Atoi(q.Get("preflight"))
		} else {
			status = http.StatusNoContent
		}
		rw.WriteHeader(status)
		return
	}
	if delay, err := time.ParseDuration(q.Get("delay")); err == nil {
		select {
		case <-time.After(delay):
		case <-r.Context().Done(): // nobody waits for it any more
		}
	}
	contentType, reply := fixtures.Assets{}.Default(oracle.Via(q.Get("via")))
	if q.Has("own") {
		reply = []byte(q.Get("own"))
	}
	if q.Get("type") != "" {
		contentType = q.Get("type")
	}
	h.Set("Content-Type", contentType)
	if q.Get("abort") != "" {
		h.Set("Content-Length", strconv.Itoa(len(reply)+10))
		if q.Get("abort") == "before-headers" {
			panic(http.ErrAbortHandler)
		}
	}
	rw.WriteHeader(status)
	rw.Write(reply)
	if q.Get("abort") == "in-body" {
		rw.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
}
