package report

import (
	"fmt"
	"math/rand"
	"strings"

	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/oracle"
)

const (
	app = "https://app.site.test"
	api = "https://api.other.test"
)

func headers(pairs ...string) oracle.Headers {
	var h oracle.Headers
	for i := 0; i+1 < len(pairs); i += 2 {
		h = append(h, oracle.Header{Name: pairs[i], Value: pairs[i+1]})
	}
	return h
}

// nasty is what a hostile server can put anywhere: markup, an end of a script
// element, quotes, separators of every format, control characters, bytes that
// are not ASCII (isomorphic: one character is one byte).
const nasty = `</script><script>window.pwned=1</script><img src=x onerror="window.pwned=2">` +
	`"'` + "`|&amp;]]> ${window.pwned=3} javascript:alert(1) \x00\x07\x1b[2J\x1b]0;pwned\x07\u0080\u00ad\u00ff\u2028"

// smallRun is the hand-made fixture of the golden files: every verdict, two
// steps, a redirect, two engines, hostile content in every field that a server
// or a page fills.
func smallRun() (record.Run, []record.Record) {
	run := record.Run{
		Schema: record.Schema, Version: "v0.1.0 (0f3c9aa)", Started: "2027-03-04T05:06:07Z",
		Engines: []record.Engine{
			{Key: "chrome-headless-shell", Name: "Chromium", Version: "156.0.8078.79", Saw: map[string]string{"third-party cookies": "sent", "webgl": "software"}},
			{Key: "firefox", Name: "Firefox", Version: "153.0"},
		},
		Topology: []record.Origin{
			{Name: "app", Origin: app, Relation: "same origin", Protocol: "http/1.1"},
			{Name: "api", Origin: api, Relation: "cross site", Protocol: "http/1.1"},
		},
		Topics: []record.Topic{{Name: "preflight", About: "When a browser asks first, and what it asks.", Spec: "https://fetch.spec.whatwg.org/#cors-preflight-fetch"}},
		Flags:  []string{"-browsers chrome-headless-shell,firefox"}, Expected: 10, Seconds: 4.25,
	}
	simple := func(order int, id, via, engine string, v record.Verdict) record.Record {
		topic, _, _ := strings.Cut(id, "/")
		return record.Record{
			ID: id + "/" + via, Order: order, Topic: topic, Via: via, Engine: engine, Verdict: v,
			Title: "A page reads what another origin allows it to read.",
			Why:   "The server decides who may read. Without its word the browser hands nothing to the script.",
			Spec:  "https://fetch.spec.whatwg.org/#cors-check",
			From:  app, To: api, Source: "catalogue/" + topic + ".yaml:12", MS: 12.5, Attempt: 1,
			Control: "readable: " + id + "/control",
			Steps: []record.Step{{
				Request: record.Request{Method: "GET", URL: api + "/data", Via: via, Text: "fetch(\"" + api + "/data\")"},
				Claim:   record.Claim{Read: "allowed", ServerSaw: []string{"GET"}},
				Oracle: record.Predicted{Read: "allowed", Type: "cors", Status: 200,
					Wire: []oracle.WireRequest{{Method: "GET", URL: api + "/data", Origin: app}},
					Trace: []oracle.TraceStep{
						{Algorithm: "main fetch", Spec: "https://fetch.spec.whatwg.org/#main-fetch", Text: "The request's mode is cors and its URL is of another origin: an HTTP fetch with CORS."},
						{Algorithm: "CORS check", Spec: "https://fetch.spec.whatwg.org/#cors-check", Text: "Access-Control-Allow-Origin is \"" + app + "\", the request's origin: success."},
					}},
				Observed: record.Observation{Read: "allowed", Type: "cors", Status: 200, URL: api + "/data",
					Headers: headers("content-type", "application/json"), Body: `{"ok":true}`,
					Wire: []record.Exchange{{At: api, Method: "GET", Path: "/data",
						Headers: headers("Host", "api.other.test", "Origin", app), Status: 200,
						ReplyHeaders: headers("Access-Control-Allow-Origin", app, "Content-Type", "application/json"), ReplyBody: `{"ok":true}`}}},
			}},
		}
	}

	pass := simple(1, "origins/one-allowed", "fetch", "chrome-headless-shell", record.Pass)
	also := simple(1, "origins/one-allowed", "fetch", "firefox", record.Pass)
	script := simple(2, "origins/one-allowed", "script", "chrome-headless-shell", record.Pass)
	script.Steps[0].Claim.Read, script.Steps[0].Oracle.Read, script.Steps[0].Observed.Read = "opaque", "opaque", "opaque"

	hostile := simple(3, "preflight/hostile/no-answer", "fetch", "chrome-headless-shell", record.Unexpected)
	hostile.Problems = []string{"The standard says blocked and the browser did " + nasty + ".", "second problem | with a pipe"}
	hostile.Control = nasty
	s := &hostile.Steps[0]
	s.Request = record.Request{Method: "PUT", URL: api + "/item?q=" + nasty, Via: "fetch", Mode: "cors", Credentials: "include", Headers: headers("X-Token", nasty), Body: nasty, Page: nasty}
	s.Claim = record.Claim{Read: "blocked", Reason: "method-not-allowed", ServerSaw: []string{"OPTIONS"}, More: []string{"preflights: 1"}}
	s.Oracle = record.Predicted{Read: "blocked", Reason: "method-not-allowed", Type: "error", Trace: []oracle.TraceStep{
		{Algorithm: "CORS-preflight fetch", Spec: "https://fetch.spec.whatwg.org/#cors-preflight-fetch", Text: "PUT is not safelisted."},
		{Algorithm: "CORS-preflight fetch", Spec: "javascript:window.pwned=4", Text: "Access-Control-Allow-Methods is " + nasty + ".", Fails: true},
	}}
	s.Observed = record.Observation{Read: "allowed", Native: nasty, Error: nasty, Type: "cors", Status: 200, URL: nasty, Body: nasty, Headers: headers("x", nasty),
		Wire: []record.Exchange{
			{At: api, Method: "OPTIONS", Path: "/item?q=" + nasty, Preflight: true, Status: 204,
				Headers:      headers("Host", "api.other.test", "Origin", app, "Access-Control-Request-Method", "PUT", "Access-Control-Request-Headers", "x-token"),
				ReplyHeaders: headers("Access-Control-Allow-Origin", app, "Access-Control-Allow-Methods", nasty, nasty, "as a name")},
			{At: api, Method: "PUT", Path: "/item", MS: 3.21, Status: 200, Body: nasty, Retry: true,
				Headers: headers("Origin", app, "X-Token", nasty), ReplyHeaders: headers("Set-Cookie", nasty), ReplyBody: nasty},
			{At: api, Method: "PUT", Path: "/gone", MS: 7},
		}}

	diverged := simple(4, "preflight/authorization-wildcard", "xhr", "firefox", record.Divergence)
	diverged.Problems = []string{"The wildcard covers Authorization here."}
	diverged.Explained = "https://github.com/whatwg/fetch/issues/1919"
	profile := diverged.Steps[0].Oracle
	diverged.Steps[0].Profile = &profile
	diverged.Steps[0].Oracle = record.Predicted{Read: "blocked", Reason: "header-not-allowed", Type: "error"}

	stale := simple(5, "preflight/stale", "fetch", "firefox", record.Stale)
	stale.Problems = []string{"expectations/firefox.txt:3 no longer differs."}
	stale.Explained = "javascript:window.pwned=5"

	inconclusive := simple(6, "preflight/inconclusive", "fetch", "firefox", record.Inconclusive)
	inconclusive.Problems = []string{"The control was not readable either."}
	inconclusive.Steps[0].Observed = record.Observation{Read: "blocked", Error: "TypeError: Failed to fetch"}

	broken := simple(7, "preflight/broken", "fetch", "firefox", record.Error)
	broken.Problems = []string{"The browser died twice."}
	broken.Steps[0].Observed = record.Observation{}

	absent := simple(8, "preflight/absent", "fetch", "firefox", record.NotApplicable)
	absent.Problems = []string{"page.headers is not supported yet."}
	absent.Steps = nil

	steps := simple(9, "preflight/cache", "fetch", "chrome-headless-shell", record.Pass)
	redirected := steps.Steps[0]
	redirected.Request.Text = "fetch(\"https://app.site.test/old\")"
	redirected.Observed.Redirected = true
	redirected.Observed.Wire = []record.Exchange{
		{At: app, Method: "GET", Path: "/old", Status: 302, Headers: headers("Host", "app.site.test"), ReplyHeaders: headers("Location", api+"/data")},
		{At: api, Method: "GET", Path: "/data", MS: 1.5, Status: 200, Headers: headers("Origin", "null"), ReplyHeaders: headers("Access-Control-Allow-Origin", "*")},
	}
	steps.Steps = append(steps.Steps, redirected)

	// Not in catalogue order: reports sort.
	return run, []record.Record{steps, absent, broken, inconclusive, stale, diverged, hostile, script, also, pass}
}

// manyRun is a run of realistic size and mixture, the same every time.
func manyRun(n int) (record.Run, []record.Record) {
	topics := []struct {
		name, about string
		vias        []string
		scenarios   []string
	}{
		{"origins", "What makes another origin: another domain, subdomain, port or scheme.", []string{"fetch", "xhr"}, []string{"another-domain", "another-subdomain", "another-port", "another-scheme", "same-origin", "mixed-content"}},
		{"simple-requests", "Requests that a form could have sent need no question first.", []string{"fetch", "xhr"}, []string{"get", "head", "post-text", "post-form", "post-multipart", "safelisted-language", "long-header"}},
		{"preflight", "When a browser asks first, what it asks, and what the answer must say.", []string{"fetch", "xhr"}, []string{"put", "delete", "patch", "lower-case-patch", "json", "custom-header", "two-headers", "missing-method", "missing-header", "bad-status", "redirected", "wildcard-methods"}},
		{"allow-origin", "The one header that opens a response, and the many ways to get it wrong.", []string{"fetch", "xhr", "module", "img-cors", "font", "style-cors"}, []string{"star", "exact", "echoed", "two-values", "trailing-slash", "null", "other-origin", "lower-case"}},
		{"credentials", "What changes when a request carries cookies.", []string{"fetch", "xhr", "script-cors"}, []string{"star", "explicit", "missing-allow-credentials", "true-upper-case", "omit", "same-origin-mode"}},
		{"images", "Images load from everywhere; their pixels stay sealed.", []string{"img", "img-cors", "canvas", "webgl"}, []string{"without-cors", "with-star", "with-credentials", "redirected"}},
		{"modules", "ES modules are always fetched with CORS.", []string{"module", "dynamic-import"}, []string{"static", "credentials", "no-cors-header", "redirected"}},
		{"fonts", "Fonts are CORS loads: foundries asked for it.", []string{"font", "font-face"}, []string{"blocked", "star", "same-origin", "exact"}},
		{"scripts-and-styles", "Classic scripts and style sheets load without CORS, as they always did.", []string{"script", "script-cors", "style", "style-cors", "css-image", "iframe"}, []string{"plain", "muted-errors", "with-cors", "wrong-type", "sheet-rules"}},
		{"opaque-origins", "Sandboxed frames and data: documents are nobody: their origin is null.", []string{"fetch", "xhr"}, []string{"sandbox", "srcdoc", "data-url", "null-allowed"}},
		{"express", "The same policies in Express, as its manual shows them.", []string{"fetch", "xhr", "img-cors"}, []string{"without-cors", "cors-defaults", "one-origin", "allow-list", "allow-list-error", "preflight-one-route", "preflight-all-routes", "no-options-handler"}},
		{"gorilla-mux", "And in Go.", []string{"fetch", "xhr"}, []string{"without-cors", "one-origin", "options-handler", "no-options-handler"}},
	}
	run := record.Run{
		Schema: record.Schema, Version: "v0.1.0 (0f3c9aa)", Started: "2027-03-04T05:06:07Z", Seconds: 3.42,
		Engines: []record.Engine{{Key: "chrome-headless-shell", Name: "Chromium", Version: "156.0.8078.79",
			Saw: map[string]string{"third-party cookies": "sent", "webgl": "software"}}},
		Topology: []record.Origin{
			{Name: "app", Origin: app, Relation: "same origin", Protocol: "http/1.1"},
			{Name: "port", Origin: app + ":8443", Relation: "same site, another port", Protocol: "http/1.1"},
			{Name: "sub", Origin: "https://api.site.test", Relation: "same site, a sibling subdomain", Protocol: "http/1.1"},
			{Name: "api", Origin: api, Relation: "cross site", Protocol: "http/1.1"},
			{Name: "http-api", Origin: "http://api.other.test", Relation: "cross site, another scheme", Protocol: "http/1.1"},
			{Name: "api-h2", Origin: "https://api-h2.other.test", Relation: "cross site", Protocol: "h2"},
		},
	}
	rnd := rand.New(rand.NewSource(1))
	var records []record.Record
	for round := 0; len(records) < n; round++ {
		for _, topic := range topics {
			if round == 0 {
				run.Topics = append(run.Topics, record.Topic{Name: topic.name, About: topic.about, Spec: "https://fetch.spec.whatwg.org/#http-cors-protocol"})
			}
			for _, scenario := range topic.scenarios {
				variants := []string{""}
				if scenario == "missing-method" || scenario == "safelisted-language" {
					variants = []string{"/put", "/delete", "/patch"}
				}
				for _, variant := range variants {
					for _, via := range topic.vias {
						if len(records) == n {
							break
						}
						r := realistic(rnd, len(records)+1, topic.name, scenario, variant, via)
						if round > 0 {
							r.ID = strings.Replace(r.ID, "/"+scenario, fmt.Sprintf("/%s-%d", scenario, round), 1)
						}
						records = append(records, r)
					}
				}
			}
		}
	}
	run.Expected = len(records)
	return run, records
}

func realistic(rnd *rand.Rand, order int, topic, scenario, variant, via string) record.Record {
	words := strings.ReplaceAll(scenario, "-", " ")
	r := record.Record{
		ID: topic + "/" + scenario + variant + "/" + via, Order: order, Topic: topic, Via: via,
		Engine: "chrome-headless-shell", From: app, To: api, Attempt: 1, MS: 4 + rnd.Float64()*40,
		Title:  fmt.Sprintf("A page loads from another origin: %s.", words),
		Why:    "The server received the request and answered it; only the reading is decided here. Without a word from the server that names this page's origin, the browser keeps the answer to itself.",
		Spec:   "https://fetch.spec.whatwg.org/#cors-check",
		Source: fmt.Sprintf("catalogue/%s.yaml:%d", topic, 10+order), Verdict: record.Pass,
	}
	method, path := "GET", "/products/1"
	needsPreflight := topic == "preflight" || scenario == "no-options-handler"
	if needsPreflight {
		method = "PUT"
	}
	at := rnd.Float64()
	var wire []record.Exchange
	var trace []oracle.TraceStep
	trace = append(trace, oracle.TraceStep{Algorithm: "main fetch", Spec: "https://fetch.spec.whatwg.org/#main-fetch", Text: "The URL is of another origin and the mode is cors: an HTTP fetch with response tainting \"cors\"."})
	read, reason, kind, status := "allowed", "", "cors", 200
	switch {
	case strings.Contains(via, "img") || via == "script" || via == "style" || via == "css-image":
		if !strings.HasSuffix(via, "-cors") {
			read, kind = "opaque", "opaque"
		}
	case order%3 == 0:
		read, reason, kind, status = "blocked", "missing-allow-origin", "error", 0
	}
	if needsPreflight {
		reply := headers("Access-Control-Allow-Origin", app, "Access-Control-Allow-Methods", "PUT, DELETE", "Access-Control-Max-Age", "600")
		if scenario == "missing-method" {
			reply = headers("Access-Control-Allow-Origin", app, "Access-Control-Allow-Methods", "PATCH")
			read, reason, kind, status = "blocked", "method-not-allowed", "error", 0
		}
		wire = append(wire, record.Exchange{At: api, Method: "OPTIONS", Path: path, Preflight: true, Status: 204, MS: 0,
			Headers: headers("Host", "api.other.test", "Connection", "keep-alive", "Accept", "*/*", "Access-Control-Request-Method", method, "Access-Control-Request-Headers", "content-type,x-token", "Origin", app,
				"User-Agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/156.0.0.0 Safari/537.36", "Sec-Fetch-Mode", "cors", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Dest", "empty", "Referer", app+"/", "Accept-Encoding", "gzip, deflate, br, zstd"),
			ReplyHeaders: reply})
		trace = append(trace, oracle.TraceStep{Algorithm: "HTTP fetch", Spec: "https://fetch.spec.whatwg.org/#http-fetch", Text: "PUT is not a CORS-safelisted method: a preflight is needed."},
			oracle.TraceStep{Algorithm: "CORS-preflight fetch", Spec: "https://fetch.spec.whatwg.org/#cors-preflight-fetch", Wire: []int{0}, Text: "Access-Control-Allow-Methods is \"" + reply[1].Value + "\".", Fails: reason == "method-not-allowed"})
	}
	if reason != "method-not-allowed" {
		reply := headers("Content-Type", "application/json", "Access-Control-Allow-Origin", app)
		if reason != "" || kind == "opaque" {
			reply = reply[:1]
		}
		wire = append(wire, record.Exchange{At: api, Method: method, Path: path, Status: 200, MS: at * 4, ReplyBody: `{"id":1,"name":"Teapot"}`,
			Headers: headers("Host", "api.other.test", "Connection", "keep-alive", "User-Agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/156.0.0.0 Safari/537.36",
				"Accept", "*/*", "Origin", app, "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty", "Referer", app+"/", "Accept-Encoding", "gzip, deflate, br, zstd"),
			ReplyHeaders: reply})
		if kind != "opaque" {
			text := "Access-Control-Allow-Origin is \"" + app + "\", the request's origin: success."
			if reason != "" {
				text = "Access-Control-Allow-Origin is missing: failure."
			}
			trace = append(trace, oracle.TraceStep{Algorithm: "CORS check", Spec: "https://fetch.spec.whatwg.org/#cors-check", Text: text, Fails: reason != ""})
		}
	}
	var predicted []oracle.WireRequest
	saw := []string{}
	for _, e := range wire {
		predicted = append(predicted, oracle.WireRequest{Method: e.Method, URL: e.At + e.Path, Preflight: e.Preflight, Origin: app})
		saw = append(saw, e.Method)
	}
	step := record.Step{
		Request:  record.Request{Method: method, URL: api + path, Via: via, Mode: "cors", Credentials: "same-origin", Text: fmt.Sprintf("fetch(%q, {method: %q})", api+path, method)},
		Claim:    record.Claim{Read: read, Reason: reason, ServerSaw: saw},
		Oracle:   record.Predicted{Read: read, Reason: reason, Type: kind, Status: status, Wire: predicted, Trace: trace},
		Observed: record.Observation{Read: read, Reason: reason, Type: kind, Status: status, Wire: wire},
	}
	if read == "blocked" {
		step.Observed.Error = "TypeError: Failed to fetch"
		step.Observed.Native = map[string]string{"missing-allow-origin": "MissingAllowOriginHeader", "method-not-allowed": "MethodDisallowedByPreflightResponse"}[reason]
		r.Control = "readable: " + topic + "/control/" + via
	}
	switch {
	case order == 61:
		r.Verdict = record.Unexpected
		step.Observed.Read, step.Observed.Reason, step.Observed.Type, step.Observed.Status = "blocked", "missing-allow-origin", "", 0
		step.Claim.Read, step.Oracle.Read, step.Claim.Reason, step.Oracle.Reason = "allowed", "allowed", "", ""
		r.Problems = []string{"The standard and the claim say allowed; the browser blocked it: missing-allow-origin."}
	case order == 48 || order == 49:
		r.Verdict, r.Explained = record.Divergence, "https://github.com/whatwg/fetch/issues/1919"
		r.Problems = []string{"The wildcard covers Authorization in this engine; the standard leaves it out."}
		profile := step.Oracle
		step.Profile = &profile
		step.Oracle.Read, step.Oracle.Reason, step.Claim.Read, step.Claim.Reason = "blocked", "header-not-allowed", "blocked", "header-not-allowed"
	case order == 120:
		r.Verdict = record.Inconclusive
		r.Problems = []string{"The control was not readable either, so the block proves nothing."}
	case topic == "opaque-origins" && scenario == "data-url":
		r.Verdict, r.Problems = record.NotApplicable, []string{"page.top is not supported yet."}
		step.Observed = record.Observation{}
	}
	r.Steps = []record.Step{step}
	return r
}
