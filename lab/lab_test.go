package lab

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/oracle"
)

// freePorts finds three free ports in a row, below those that systems give to
// connections: of these, thousands may be in use for a minute after their end.
func freePorts(t *testing.T) int {
	t.Helper()
	for range 50 {
		port := 15000 + rand.IntN(15000)
		free := true
		for i := 0; i <= 2 && free; i++ {
			l, err := net.Listen("tcp", loopback(port+i))
			if free = err == nil; free {
				l.Close()
			}
		}
		if free {
			return port
		}
	}
	t.Fatal("no three free ports in a row")
	return 0
}

// open starts a lab that ends with the test.
func open(t *testing.T) *Lab { return openWith(t, Options{Install: "corsproof setup"}) }

func openWith(t *testing.T, o Options) *Lab {
	t.Helper()
	o.Port, o.Version = freePorts(t), "test"
	if o.Log == nil {
		o.Log = t.Logf
	}
	l, err := Start(o)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, l.Close()) })
	return l
}

// asked is a request to the lab and what has to differ from its own pages'.
type asked struct {
	method, path, host, origin, contentType, body string
}

// ask sends a request as one of the lab's own pages would.
func (l *Lab) ask(t *testing.T, a asked) (status int, header http.Header, body string) {
	t.Helper()
	r, err := http.NewRequest(a.method, "http://"+loopback(l.places.ui.Port)+a.path, strings.NewReader(a.body))
	require.NoError(t, err)
	if r.Host = a.host; a.host == "" {
		r.Host = l.places.ui.Authority()
	}
	if a.origin != "" {
		r.Header.Set("Origin", a.origin)
	}
	if a.contentType != "" {
		r.Header.Set("Content-Type", a.contentType)
	}
	response, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, response.Header, string(data)
}

// post asks for something as one of the lab's own pages, and decodes the answer.
func (l *Lab) post(t *testing.T, path string, body, into any) (status int, text string) {
	t.Helper()
	data, err := json.Marshal(body)
	require.NoError(t, err)
	status, _, text = l.ask(t, asked{method: "POST", path: "/api/" + path, origin: l.Origin(), contentType: "application/json", body: string(data)})
	if into != nil && status == http.StatusOK {
		require.NoError(t, json.Unmarshal([]byte(text), into), text)
	}
	return status, text
}

func TestOnlyItsOwnNamesAreServed(t *testing.T) {
	l := open(t)
	port := ":" + strconv.Itoa(l.places.ui.Port)
	for host, status := range map[string]int{
		"lab.site.localhost" + port: 200, "localhost" + port: 200, "127.0.0.1" + port: 200, "LOCALHOST" + port: 200,
		"lab.site.localhost": 421, "evil.example" + port: 421, "app.site.localhost" + port: 421, "lab.site.localhost.evil.example" + port: 421,
		"lab.site.localhost:1": 421,
	} {
		got, _, _ := l.ask(t, asked{method: "GET", path: "/", host: host})
		assert.Equal(t, status, got, host)
	}
	got, _, _ := l.ask(t, asked{method: "GET", path: "/api/lab", host: "localhost" + port})
	assert.Equal(t, 404, got, "the doorway has no API")
}

func TestOnlyItsOwnPagesGiveOrders(t *testing.T) {
	l := open(t)
	order := asked{method: "POST", path: "/api/plan", contentType: "application/json", body: `{"scenario":{"request":{"to":"api"}}}`}
	for _, origin := range []string{"", "null", "http://evil.example", "http://app.site.localhost:" + strconv.Itoa(l.places.ui.Port+1),
		strings.ToUpper(l.Origin()), l.Origin() + ".evil.example", "https" + strings.TrimPrefix(l.Origin(), "http")} {
		order.origin = origin
		status, _, body := l.ask(t, order)
		assert.Equal(t, 403, status, origin)
		assert.Contains(t, body, "only the lab's own pages")
	}
	order.origin = l.Origin()
	status, header, body := l.ask(t, order)
	assert.Equal(t, 200, status, body)
	assert.Empty(t, header.Get("Access-Control-Allow-Origin"))
	assert.Contains(t, header.Get("Content-Security-Policy"), "frame-ancestors 'none'")

	order.contentType = "text/plain"
	status, _, body = l.ask(t, order)
	assert.Equal(t, 415, status)
	assert.Contains(t, body, "expected application/json")
	order.method, order.contentType = "GET", ""
	status, _, _ = l.ask(t, order)
	assert.Equal(t, 404, status)
}

func TestOtherPagesAreNotEvenAnswered(t *testing.T) {
	l := open(t)
	for site, status := range map[string]int{"": 200, "none": 200, "same-origin": 200, "same-site": 403, "cross-site": 403} {
		r, err := http.NewRequest("GET", "http://"+loopback(l.places.ui.Port)+"/api/lab", nil)
		require.NoError(t, err)
		r.Host = l.places.ui.Authority()
		if site != "" {
			r.Header.Set("Sec-Fetch-Site", site)
		}
		response, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		response.Body.Close()
		assert.Equal(t, status, response.StatusCode, site)
	}
}

func TestWhoListensTakesNobodysPlace(t *testing.T) {
	l := open(t)
	run := l.started(t, learner, [2]string{"X-Mine", "1"})
	for i := range sessionsMost + 1 {
		l.listen(t, fmt.Sprintf("a-listener-number-%04d", i))
	}
	assert.Equal(t, "1", l.fetched(t, "GET", run.Steps[0].Probe.URL, nil).Header.Get("X-Mine"))
}

func TestWhatAPageSendsIsBounded(t *testing.T) {
	l := open(t)
	status, body := l.post(t, "plan", map[string]any{"scenario": map[string]any{"request": map[string]any{"to": "api", "path": "/" + strings.Repeat("a", bodyMost)}}}, nil)
	assert.Equal(t, 413, status, body)
	steps := make([]any, stepsMost+1)
	for i := range steps {
		steps[i] = map[string]any{}
	}
	status, body = l.post(t, "plan", map[string]any{"scenario": map[string]any{"request": map[string]any{"to": "api"}, "steps": steps}}, nil)
	assert.Equal(t, 400, status, body)
	assert.Contains(t, body, "at most 10")

	for _, session := range []string{"", "short", strings.Repeat("a", 65), "has a space in it", "../../etc/passwd...."} {
		status, body = l.post(t, "runs", map[string]any{"session": session, "engine": "chromium", "id": "origins/same/fetch"}, nil)
		assert.NotEqual(t, 200, status, body)
	}
}

func TestProblemsSayWhere(t *testing.T) {
	l := open(t)
	var answer struct {
		Error    string
		Problems []struct {
			Line, Column int
			Message      string
		}
	}
	status, text := l.post(t, "plan", map[string]any{"scenario": json.RawMessage(`{"request": {"to": "nowhere"}, "sever": {}}`)}, nil)
	assert.Equal(t, 422, status)
	require.NoError(t, json.Unmarshal([]byte(text), &answer))
	require.Len(t, answer.Problems, 2, text)
	for _, p := range answer.Problems {
		assert.Equal(t, 1, p.Line)
		assert.Positive(t, p.Column)
		assert.Contains(t, p.Message, "expected")
	}
}

// fetched is a request of the page's, by a client that is no browser.
func (l *Lab) fetched(t *testing.T, method, url string, header map[string]string) *http.Response {
	t.Helper()
	r, err := http.NewRequest(method, url, nil)
	require.NoError(t, err)
	host := r.URL.Host
	r.URL.Host, r.Host = "127.0.0.1:"+r.URL.Port(), host
	for name, value := range header {
		r.Header.Set(name, value)
	}
	response, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Do(r)
	require.NoError(t, err)
	data, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	response.Body = io.NopCloser(bytes.NewReader(data))
	return response
}

const learner = "a-learner-of-these-tests"

// started starts a run of a scenario with the header lines of a response.
func (l *Lab) started(t *testing.T, session string, lines ...[2]string) startedRun {
	t.Helper()
	var run startedRun
	status, text := l.post(t, "runs", map[string]any{"session": session, "engine": "chromium", "scenario": map[string]any{
		"request": map[string]any{"to": "api", "path": "/items"}, "server": map[string]any{"response": map[string]any{"headers": append([][2]string{}, lines...)}},
	}}, &run)
	require.Equal(t, 200, status, text)
	return run
}

func TestARunTellsWhatCame(t *testing.T) {
	l := open(t)
	run := l.started(t, learner, [2]string{"Access-Control-Allow-Origin", "{request-origin}"})
	require.Len(t, run.Steps, 1)
	app := "http://app.site.localhost:" + strconv.Itoa(l.places.ui.Port+1)
	assert.Equal(t, app+"/.corsproof/page.html", run.Steps[0].Stage)
	url := run.Steps[0].Probe.URL
	assert.Contains(t, url, "http://api.other.localhost:")

	events := l.listen(t, learner)
	assert.Equal(t, app, l.fetched(t, "GET", url, map[string]string{"Origin": app}).Header.Get("Access-Control-Allow-Origin"))
	first := <-events
	assert.Equal(t, run.Run, first.Run)
	assert.Equal(t, "/items", first.Entry.Path, "without the token")

	end := func() (out result) {
		status, text := l.post(t, "runs/"+run.Run+"/end", map[string]any{"outcomes": []any{map[string]any{
			"id": run.Run, "read": "allowed", "type": "cors", "status": 200, "statusText": "OK", "url": url, "body": "", "headers": [][2]string{{"content-type", "text/plain"}, {"content-length", "24"}},
		}}}, &out)
		require.Equal(t, 200, status, text)
		return out
	}
	result := end()
	require.Len(t, result.Steps, 1)
	step := result.Steps[0]
	assert.Equal(t, "allowed", step.Read)
	assert.EqualValues(t, "allowed", step.Standard.Read)
	require.Len(t, step.Wire, 1)
	assert.Equal(t, "GET", step.Wire[0].Method)
	assert.NotEmpty(t, step.Standard.Trace)
	whole, err := json.Marshal(result)
	require.NoError(t, err)
	assert.NotContains(t, string(whole), run.Run, "a learner sees no token")

	status, text := l.post(t, "runs/"+run.Run+"/end", map[string]any{"outcomes": []any{}}, nil)
	assert.Equal(t, 404, status, text)
	assert.Equal(t, 404, l.fetched(t, "GET", url, nil).StatusCode, "what a run answered, it answers no more")
}

func TestABrowserThatDiffersIsTold(t *testing.T) {
	l := open(t)
	run := l.started(t, learner)
	l.fetched(t, "GET", run.Steps[0].Probe.URL, map[string]string{"Origin": "http://app.site.localhost:" + strconv.Itoa(l.places.ui.Port+1)})
	var out result
	status, text := l.post(t, "runs/"+run.Run+"/end", map[string]any{"outcomes": []any{map[string]any{"id": run.Run, "read": "allowed", "type": "cors", "status": 200}}}, &out)
	require.Equal(t, 200, status, text)
	assert.False(t, out.Steps[0].Agrees)
	require.NotEmpty(t, out.Steps[0].Differences)
	assert.Contains(t, out.Steps[0].Differences[0], "the standard says blocked")
}

// listen follows what arrives for a session.
func (l *Lab) listen(t *testing.T, session string) <-chan event {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, "GET", "http://"+loopback(l.places.ui.Port)+"/api/sessions/"+session+"/events", nil)
	require.NoError(t, err)
	r.Host = l.places.ui.Authority()
	response, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	require.Equal(t, 200, response.StatusCode)
	assert.Equal(t, "text/event-stream", response.Header.Get("Content-Type"))
	events := make(chan event, 10)
	go func() {
		defer close(events)
		defer response.Body.Close()
		for lines := bufio.NewScanner(response.Body); lines.Scan(); {
			var e event
			if data, found := strings.CutPrefix(lines.Text(), "data: "); found && json.Unmarshal([]byte(data), &e) == nil {
				events <- e
			}
		}
	}()
	return events
}

func TestNobodyHearsOfAnotherSession(t *testing.T) {
	l := open(t)
	theirs := l.listen(t, "somebody-elses-session")
	run, other := l.started(t, learner), l.started(t, "somebody-elses-session")
	l.fetched(t, "GET", run.Steps[0].Probe.URL, nil)
	l.fetched(t, "GET", other.Steps[0].Probe.URL, nil)
	assert.Equal(t, other.Run, (<-theirs).Run, "the first that they hear of is their own")
}

func TestOldRunsMakeRoom(t *testing.T) {
	l := open(t)
	var runs []startedRun
	for i := range runsMost + 1 {
		runs = append(runs, l.started(t, learner, [2]string{"X-Run", strconv.Itoa(i)}))
	}
	assert.Equal(t, 404, l.fetched(t, "GET", runs[0].Steps[0].Probe.URL, nil).StatusCode, "the oldest has ended")
	assert.Equal(t, "1", l.fetched(t, "GET", runs[1].Steps[0].Probe.URL, nil).Header.Get("X-Run"))
	for i := range sessionsMost {
		l.started(t, fmt.Sprintf("session-number-%04d", i))
	}
	assert.Equal(t, 404, l.fetched(t, "GET", runs[1].Steps[0].Probe.URL, nil).StatusCode, "so has the session that was idle longest")
}

func TestTheNextPortsAreTaken(t *testing.T) {
	l := open(t)
	_, err := Start(Options{Port: l.places.ui.Port})
	assert.ErrorContains(t, err, "address already in use")
	assert.ErrorContains(t, err, "-port N asks for")
}

// The playground offers what a way to load can take, and nothing that would be an
// error.
func TestEachWayToLoadSaysWhatItTakes(t *testing.T) {
	l := open(t)
	_, _, body := l.ask(t, asked{method: "GET", path: "/api/lab"})
	var about struct{ Ways []wayInfo }
	require.NoError(t, json.Unmarshal([]byte(body), &about))
	require.Len(t, about.Ways, len(oracle.Ways()))
	for _, w := range about.Ways {
		request := map[string]any{"to": "api", "via": w.Via}
		if len(w.Settings) > 1 {
			request["mode"] = w.Settings[0].Mode
		}
		if len(w.Settings[0].Credentials) > 1 {
			request["credentials"] = w.Settings[0].Credentials[1]
		}
		for _, key := range w.Takes {
			if value, ok := map[oracle.Knob]string{oracle.KnobMethod: "POST", oracle.KnobReferrerPolicy: "origin", oracle.KnobCache: "reload"}[key]; ok {
				request[string(key)] = value
			}
		}
		status, text := l.post(t, "plan", map[string]any{"scenario": map[string]any{"request": request}}, nil)
		assert.Equal(t, http.StatusOK, status, "%s: %s", w.Via, text)
	}
}
