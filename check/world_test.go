package check

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/policy"
	"github.com/corsproof/corsproof/scenarios"
)

// The tests of findings put questions of their own to handlers, through the
// oracle: a small plan by hand, so that they know what each rule rests on.

const (
	app   = "https://app.example.com"
	admin = "https://admin.example.com:8443"
	api   = "https://api.example.net"
)

var day = time.Date(2027, 3, 4, 12, 0, 0, 0, time.UTC)

// nobody excuses nothing.
func nobody() *excuses { return newExcuses(&policy.Policy{}, day) }

// ask makes a probe that has not met a server yet.
func ask(who policy.Who, what policy.What, from string, more ...func(*probe)) probe {
	p := probe{who: who, what: what, from: from, path: "/items", method: "GET", class: policy.Refused, read: oracle.Allowed}
	if who != policy.Declared && who != policy.SameOrigin {
		p.class, p.read = policy.Leak, oracle.Blocked
	}
	for _, m := range more {
		m(&p)
	}
	return p
}

type probe struct {
	who          policy.Who
	what         policy.What
	class        policy.Class
	read         oracle.Read
	from         string
	path, method string
	credentials  string
	headers      oracle.Headers
	subject      string
	again        int
}

func put(p *probe)     { p.method, p.what, p.subject = "PUT", policy.Method, "PUT" }
func include(p *probe) { p.credentials = "include" }
func never(p *probe)   { p.read, p.class = oracle.Blocked, policy.OverPermissive }
func twice(p *probe)   { p.again, p.what = 1, policy.Repeated }
func at(path string) func(*probe) {
	return func(p *probe) { p.path = path }
}
func missing(p *probe) {
	p.path, p.what, p.class = "/missing", policy.ErrorResponse, policy.UnreadableError
}
func with(name, value string) func(*probe) {
	return func(p *probe) {
		p.headers = append(p.headers, oracle.Header{Name: name, Value: value})
		p.what, p.subject = policy.Header, name
	}
}
func by(method string) func(*probe) {
	return func(p *probe) { put(p); p.method, p.subject = method, method }
}

// results asks a handler and writes down what a browser that follows the
// standard does.
func results(t *testing.T, h http.Handler, probes ...probe) []Result {
	t.Helper()
	var all []Result
	for n, p := range probes {
		all = append(all, p.result(t, h, n))
	}
	return all
}

func (p probe) result(t *testing.T, h http.Handler, n int) Result {
	t.Helper()
	id := fmt.Sprintf("check/%s/%s/%d/fetch", p.who, p.what, n)
	page := oracle.Client{Opaque: p.from == "null"}
	if p.from != "null" {
		o, _, err := scenarios.ResolveOrigin(p.from)
		require.NoError(t, err)
		page.Page = o
	} else {
		page.Page, _, _ = scenarios.ResolveOrigin(app)
	}
	r := Result{
		Probe: policy.Probe{
			Class: p.class, Who: p.who, What: p.what, Origin: p.from, Endpoint: p.path, Method: p.method, Subject: p.subject,
			Meant: fmt.Sprintf("%s: %s %s is %s.", p.from, p.method, p.path, p.read), Permutation: &scenarios.Permutation{ID: id},
		},
		Record: record.Record{ID: id, Engine: "oracle", Via: "fetch", From: p.from, To: api, Verdict: record.Pass},
	}
	for range p.again + 1 {
		request := oracle.Request{Via: "fetch", Client: page, URL: api + p.path, Method: p.method, Credentials: p.credentials, Headers: p.headers}
		var wire []record.Exchange
		predicted, _ := oracle.Predict(oracle.State{}, request, oracle.ServerFunc(func(w oracle.WireRequest) oracle.Reply {
			e := exchange(h, w, p.headers)
			wire = append(wire, e)
			if e.Status == 0 {
				return oracle.Reply{Abort: "before-headers"}
			}
			return oracle.Reply{Status: e.Status, Headers: e.ReplyHeaders, Body: []byte(e.ReplyBody)}
		}))
		r.Record.Steps = append(r.Record.Steps, record.Step{
			Request: record.Request{Method: p.method, URL: api + p.path, Via: "fetch", Credentials: p.credentials, Headers: p.headers},
			Claim:   record.Claim{Read: string(p.read)},
			Oracle:  record.Predicted{Read: string(predicted.Read), Reason: string(predicted.Reason)},
			Observed: record.Observation{
				Read: string(predicted.Read), Reason: string(predicted.Reason), Type: predicted.Type, Status: predicted.Status,
				Headers: predicted.Headers, Wire: wire,
			},
		})
		r.Probe.Permutation.Steps = append(r.Probe.Permutation.Steps, scenarios.Step{})
	}
	return r
}

// exchange sends what a browser would and writes down the answer.
func exchange(h http.Handler, w oracle.WireRequest, script oracle.Headers) (e record.Exchange) {
	path := strings.TrimPrefix(w.URL, api)
	r := httptest.NewRequest(w.Method, w.URL, nil)
	e = record.Exchange{At: api, Method: w.Method, Path: path, Preflight: w.Preflight}
	add := func(name, value string) {
		if value != "" {
			r.Header.Set(name, value)
			e.Headers = append(e.Headers, oracle.Header{Name: name, Value: value})
		}
	}
	add("Origin", w.Origin)
	add("Access-Control-Request-Method", w.RequestMethod)
	add("Access-Control-Request-Headers", w.RequestHeaders)
	if !w.Preflight {
		for _, line := range script {
			add(line.Name, line.Value)
		}
	}
	defer func() {
		if recover() != nil {
			e.Status = 0
		}
	}()
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	e.Status, e.ReplyBody = rec.Code, rec.Body.String()
	for name, values := range rec.Result().Header {
		for _, v := range values {
			e.ReplyHeaders = append(e.ReplyHeaders, oracle.Header{Name: name, Value: v})
		}
	}
	e.ReplyHeaders = sortedLines(e.ReplyHeaders)
	return e
}
