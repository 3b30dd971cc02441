package webdriver

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
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

const (
	// pageURL is the page that most tests run their probes in.
	pageURL = "https://app.site.test/.corsproof/page.html"
	api     = "https://api.other.test"
)

// world is a TLS and a plain server for every name under .test, behind a forward
// proxy. What they answer to a case stands in the case's own query.
type world struct {
	tls, plain, proxy *httptest.Server

	mu        sync.Mutex
	last      int
	seen      map[string][]*http.Request // by token
	sentinels int
}

func newWorld(t testing.TB) *world {
	w := &world{seen: map[string][]*http.Request{}}
	w.tls, w.plain = httptest.NewUnstartedServer(w), httptest.NewUnstartedServer(w)
	w.tls.Config.ErrorLog = log.New(io.Discard, "", 0)
	w.tls.StartTLS()
	w.plain.Start()
	w.proxy = httptest.NewServer(http.HandlerFunc(w.pass))
	t.Cleanup(w.tls.Close)
	t.Cleanup(w.plain.Close)
	t.Cleanup(w.proxy.Close)
	return w
}

// options are those of the WebKit that is on this machine.
func (w *world) options(t testing.TB) browser.Options {
	found, err := browser.Find(browser.WebKit)
	require.NoError(t, err)
	return browser.Options{
		Binary: found.Path, Driver: found.Driver, Proxy: w.proxy.Listener.Addr().String(), Script: string(fixtures.ProbeJS()),
		Log: func(format string, args ...any) { t.Logf(format, args...) },
	}
}

// pass is the forward proxy.
func (w *world) pass(rw http.ResponseWriter, r *http.Request) {
	host, port, err := net.SplitHostPort(r.Host)
	if err != nil {
		host, port = r.Host, "80"
	}
	address := net.JoinHostPort("127.0.0.1", port)
	switch {
	case !strings.HasSuffix(host, ".test"):
	case port == "443" || port == "8443":
		address = w.tls.Listener.Addr().String()
	case port == "80":
		address = w.plain.Listener.Addr().String()
	}
	back, err := net.Dial("tcp", address)
	if err != nil {
		http.NotFound(rw, r)
		return
	}
	defer back.Close()
	front, buffered, err := rw.(http.Hijacker).Hijack()
	if err != nil {
		panic(err)
	}
	defer front.Close()
	if r.Method == http.MethodConnect {
		io.WriteString(front, "HTTP/1.1 200 OK\r\n\r\n")
	} else {
		r.Header.Set("Connection", "close")
		r.Write(back)
	}
	go func() {
		io.Copy(back, buffered)
		back.Close()
	}()
	io.Copy(front, back)
}

// probe is a probe of a way to load, to the origin, answered as the query says:
// allow, credentials, methods, headers, delay, body.
func (w *world) probe(via oracle.Via, to, query string) browser.Probe {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.last++
	token := "t" + strconv.Itoa(w.last)
	return browser.Probe{ID: token, Via: via, Timeout: 5000, URL: fmt.Sprintf("%s/~%s/x?via=%s&%s", to, token, via, query)}
}

func (w *world) requests(token string) []*http.Request {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.seen[token]
}

func (w *world) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	serve := func(contentType string, body []byte) {
		rw.Header().Set("Content-Type", contentType)
		rw.Write(body)
	}
	name, found := strings.CutPrefix(r.URL.Path, "/.corsproof/")
	if !found {
		w.serveCase(rw, r)
		return
	}
	if rest, found := strings.CutPrefix(name, "document-"); found {
		// A policy that lets no script in.
		rw.Header().Set("Content-Security-Policy", "script-src 'none'")
		_, name, _ = strings.Cut(rest, "/")
	}
	switch name {
	case "page.html":
		serve("text/html", fixtures.PageHTML)
	case "frame.html":
		serve("text/html", fixtures.FrameHTML)
	case "probe.js":
		serve("text/javascript", fixtures.ProbeJS())
	case "blank":
		serve("text/html", nil)
	case "elsewhere":
		http.Redirect(rw, r, pageURL, http.StatusFound)
	case "sentinel":
		w.mu.Lock()
		w.sentinels++
		w.mu.Unlock()
		rw.WriteHeader(http.StatusNoContent)
	default:
		http.NotFound(rw, r)
	}
}

func (w *world) serveCase(rw http.ResponseWriter, r *http.Request) {
	token, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/~"), "/")
	w.mu.Lock()
	w.seen[token] = append(w.seen[token], r.Clone(context.Background()))
	w.mu.Unlock()
	q := r.URL.Query()
	for name, key := range map[string]string{
		"Access-Control-Allow-Origin": "allow", "Access-Control-Allow-Credentials": "credentials",
		"Access-Control-Allow-Headers": "headers", "Access-Control-Allow-Methods": "methods",
	} {
		if value := q.Get(key); value != "" {
			rw.Header().Set(name, value)
		}
	}
	if r.Method == http.MethodOptions {
		rw.WriteHeader(http.StatusNoContent)
		return
	}
	if delay, err := time.ParseDuration(q.Get("delay")); err == nil {
		time.Sleep(delay)
	}
	contentType, body := fixtures.Assets{}.Default(oracle.Via(q.Get("via")))
	rw.Header().Set("Content-Type", contentType)
	rw.Write(body)
}

func start(t testing.TB, o browser.Options) *webKit {
	b, err := Start(deadline(t), o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, b.Close()) })
	return b.(*webKit)
}

func open(t testing.TB, b browser.Browser, url string) *page {
	c, err := b.NewContext(deadline(t))
	require.NoError(t, err)
	p, err := c.Open(deadline(t), browser.Document{URL: url})
	require.NoError(t, err)
	return p.(*page)
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
