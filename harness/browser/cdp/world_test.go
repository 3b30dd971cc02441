package cdp

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
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/fixtures"
	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/oracle"
)

// pageURL is the page that most tests run their probes in.
const pageURL = "https://app.site.test/.corsproof/page.html"

// world is a TLS and a plain server that every name here is mapped to. What
// they answer to a case stands in the case's own query.
type world struct {
	tls, plain *httptest.Server
	elsewhere  string // where /.corsproof/elsewhere leads

	mu        sync.Mutex
	last      int
	seen      map[string][]*http.Request // by token
	sentinels int
}

func newWorld(t testing.TB) *world {
	w := &world{seen: map[string][]*http.Request{}}
	quiet := log.New(io.Discard, "", 0)
	w.tls, w.plain = httptest.NewUnstartedServer(w), httptest.NewUnstartedServer(w)
	w.tls.Config.ErrorLog, w.plain.Config.ErrorLog = quiet, quiet
	w.tls.StartTLS()
	w.plain.Start()
	t.Cleanup(w.tls.Close)
	t.Cleanup(w.plain.Close)
	return w
}

func (w *world) options(binary string) browser.Options {
	pin := sha256.Sum256(w.tls.Certificate().RawSubjectPublicKeyInfo)
	o := browser.Options{Binary: binary, SPKI: base64.StdEncoding.EncodeToString(pin[:])}
	for _, host := range []string{"app.site.test", "api.other.test", "app.localhost", "app.example.com"} {
		o.Mappings = append(o.Mappings,
			browser.Mapping{Host: host, Port: 443, Addr: w.tls.Listener.Addr().String()},
			browser.Mapping{Host: host, Port: 8443, Addr: w.tls.Listener.Addr().String()},
			browser.Mapping{Host: host, Port: 80, Addr: w.plain.Listener.Addr().String()})
	}
	return o
}

func (w *world) token() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.last++
	return "t" + strconv.Itoa(w.last)
}

// probe is a probe of a way to load, to the origin, answered as the query says:
// body (an asset's way), type, status, allow, credentials, headers, methods,
// preflight (status), location, delay, abort, corp, ...
func (w *world) probe(via oracle.Via, to, query string) browser.Probe {
	token := w.token()
	return browser.Probe{
		ID: token, Via: via, Timeout: 4000,
		URL: fmt.Sprintf("%s/~%s/x?via=%s&%s", to, token, via, query),
	}
}

func (w *world) requests(token string) []*http.Request {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.seen[token]
}

func (w *world) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/.corsproof/page.html":
		serve(rw, "text/html", fixtures.PageHTML)
	case "/.corsproof/frame.html":
		serve(rw, "text/html", fixtures.FrameHTML)
	case "/.corsproof/probe.js":
		serve(rw, "text/javascript", fixtures.ProbeJS())
	case "/.corsproof/elsewhere":
		http.Redirect(rw, r, w.elsewhere, http.StatusFound)
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

func (w *world) serveCase(rw http.ResponseWriter, r *http.Request) {
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
		"Cross-Origin-Resource-Policy": "corp", "Alt-Svc": "alt-svc",
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
		time.Sleep(delay)
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

// binaries are the browsers to test: the one that CORSPROOF_CHROMIUM names, or
// each build that is on the PATH.
func binaries(t testing.TB) []string {
	if binary := os.Getenv("CORSPROOF_CHROMIUM"); binary != "" {
		return []string{binary}
	}
	var found []string
	for _, name := range []string{"chromium-headless-shell", "chrome-headless-shell", "chromium", "google-chrome"} {
		if binary, err := exec.LookPath(name); err == nil {
			found = append(found, binary)
		}
	}
	require.NotEmpty(t, found, "no browser: install chromium, or name one in CORSPROOF_CHROMIUM")
	return found
}

// eachBrowser runs a test in every browser that is here.
func eachBrowser(t *testing.T, test func(t *testing.T, binary string)) {
	for _, binary := range binaries(t) {
		t.Run(filepath.Base(binary), func(t *testing.T) { test(t, binary) })
	}
}

func start(t testing.TB, o browser.Options) browser.Browser {
	return startWithFlags(t, o, flags(o))
}

func startWithFlags(t testing.TB, o browser.Options, flags []flag) browser.Browser {
	o.Log = func(format string, args ...any) { t.Logf(format, args...) }
	b, err := startWith(deadline(t), o, flags)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, b.Close()) })
	return b
}

func open(t testing.TB, b browser.Browser, url string) browser.Page {
	c, err := b.NewContext(deadline(t))
	require.NoError(t, err)
	p, err := c.Open(deadline(t), browser.Document{URL: url})
	require.NoError(t, err)
	return p
}

// run gives the outcomes by the probes' ids.
func run(t testing.TB, p browser.Page, probes ...browser.Probe) map[string]browser.Outcome {
	outcomes := map[string]browser.Outcome{}
	require.NoError(t, p.Run(deadline(t), probes, func(o browser.Outcome) {
		require.NotContains(t, outcomes, o.ID)
		outcomes[o.ID] = o
	}))
	return outcomes
}

func deadline(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}
