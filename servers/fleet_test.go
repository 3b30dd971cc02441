package servers_test

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
	"github.com/corsproof/corsproof/servers"
)

var (
	secure = oracle.Origin{Scheme: "https", Host: "api.other.test", Port: 443}
	plain  = oracle.Origin{Scheme: "http", Host: "api.other.test", Port: 80}
	both   = oracle.Origin{Scheme: "https", Host: "both.test", Port: 8443}
	both2  = oracle.Origin{Scheme: "http", Host: "both.test", Port: 8443}
	h2     = oracle.Origin{Scheme: "https", Host: "h2.other.test", Port: 443}
)

// start starts a fleet with the test's origins that ends with the test.
func start(t testing.TB, setUps ...servers.SetUp) *servers.Fleet {
	t.Helper()
	fleet, err := servers.Start(servers.Config{
		Origins: []servers.Listen{
			{Origin: secure, Protocol: scenarios.HTTP1}, {Origin: plain}, {Origin: secure},
			{Origin: both}, {Origin: both2}, {Origin: h2, Protocol: scenarios.H2},
		},
		Pages:  servers.Pages(servers.Assets{PageHTML: []byte("page"), FrameHTML: []byte("frame"), ProbeJS: []byte("probe")}, &servers.Documents{}),
		SetUps: setUps,
		Log:    t.Logf,
	})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, fleet.Close()) })
	return fleet
}

func addr(t testing.TB, fleet *servers.Fleet, origin oracle.Origin) string {
	t.Helper()
	for _, m := range fleet.Mappings() {
		if m.Host == origin.Host && m.Port == origin.Port {
			return m.Addr
		}
	}
	t.Fatalf("no mapping for %s", origin)
	return ""
}

// dial opens a connection to an origin as a browser would: TLS by its scheme.
func dial(t testing.TB, fleet *servers.Fleet, origin oracle.Origin) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", addr(t, fleet, origin))
	require.NoError(t, err)
	if origin.Scheme == "https" {
		conn = tls.Client(conn, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"http/1.1"}})
	}
	t.Cleanup(func() { conn.Close() })
	require.NoError(t, conn.SetDeadline(time.Now().Add(20*time.Second)))
	return conn
}

// script is a Script from a function.
type script func(step int, q scenarios.Query) scenarios.Answer

func (s script) Answer(step int, q scenarios.Query) scenarios.Answer { return s(step, q) }

// always answers every request in the same way.
func always(a scenarios.Answer) script {
	return func(int, scenarios.Query) scenarios.Answer { return a }
}

// talk sends bytes and returns everything that comes back until the server ends
// the connection.
func talk(t *testing.T, conn net.Conn, request string) string {
	t.Helper()
	_, err := io.WriteString(conn, request)
	require.NoError(t, err)
	reply, err := io.ReadAll(conn)
	require.NoError(t, err)
	return string(reply)
}

const closing = " HTTP/1.1\r\nHost: api.other.test\r\nConnection: close\r\n\r\n"

func TestAnswersAreTheAuthorsBytes(t *testing.T) {
	odd := oracle.Headers{
		{Name: "access-CONTROL-allow-Origin", Value: "  * "},
		{Name: "Set-Cookie", Value: "a=1"},
		{Name: "Set-Cookie", Value: "b=\u00ff\u0080"},
		{Name: "X-Empty", Value: ""},
	}
	const oddLines = "access-CONTROL-allow-Origin:   * \r\nSet-Cookie: a=1\r\nSet-Cookie: b=\xff\x80\r\nX-Empty: \r\n"
	for _, test := range []struct {
		name, method string
		answer       scenarios.Answer
		want         string
	}{
		{"headers as written", "GET", scenarios.Answer{Status: 200, Headers: odd, Body: []byte("hi")},
			"HTTP/1.1 200 OK\r\n" + oddLines + "Content-Length: 2\r\n\r\nhi"},
		{"no body", "GET", scenarios.Answer{Status: 200}, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"},
		{"HEAD", "HEAD", scenarios.Answer{Status: 200, Body: []byte("hi")}, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"},
		{"204", "GET", scenarios.Answer{Status: 204, Body: []byte("hi")}, "HTTP/1.1 204 No Content\r\n\r\n"},
		{"304", "GET", scenarios.Answer{Status: 304, Body: []byte("hi")}, "HTTP/1.1 304 Not Modified\r\n\r\n"},
		{"103", "GET", scenarios.Answer{Status: 103, Body: []byte("hi")}, "HTTP/1.1 103 Early Hints\r\n\r\n"},
		{"unknown status", "GET", scenarios.Answer{Status: 299}, "HTTP/1.1 299 \r\nContent-Length: 0\r\n\r\n"},
		{"author's length", "GET", scenarios.Answer{Status: 200, Body: []byte("hi"), Headers: oracle.Headers{{Name: "content-length", Value: "1"}}},
			"HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nhi"},
		{"author's coding", "GET", scenarios.Answer{Status: 200, Body: []byte("2\r\nhi\r\n0\r\n\r\n"), Headers: oracle.Headers{{Name: "Transfer-Encoding", Value: "chunked"}}},
			"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"},
		{"raw", "GET", scenarios.Answer{Raw: []byte("HTTP/1.1 200 Fine\nA:b\n\nrest\x00")}, "HTTP/1.1 200 Fine\nA:b\n\nrest\x00"},
		{"empty raw", "GET", scenarios.Answer{Raw: []byte{}}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			fleet := start(t)
			fleet.Arm("tok", always(test.answer))
			for _, origin := range []oracle.Origin{secure, plain} {
				got := talk(t, dial(t, fleet, origin), test.method+" /~tok/"+closing)
				assert.Equal(t, test.want, got, origin)
			}
			entries := fleet.Ledger().Case("tok")
			require.Len(t, entries, 2)
			assert.Equal(t, secure, entries[0].At)
			assert.Equal(t, plain, entries[1].At)
			assert.False(t, entries[1].Retry, "another origin is another request")
		})
	}
}

func TestEntriesAreWhatArrived(t *testing.T) {
	fleet := start(t)
	fleet.Arm("tok", script(func(step int, q scenarios.Query) scenarios.Answer {
		return scenarios.Answer{Status: 200, Body: fmt.Append(nil, step, " ", q)}
	}))
	fleet.Step("tok", 3)
	conn := dial(t, fleet, secure)
	got := talk(t, conn, "OPTIONS /~tok//a/../b;~2?x=%20&y#f HTTP/1.1\r\nhost: api.other.test\r\n"+
		"ORIGIN:https://app.site.test \r\nX-Twice:  1\t\r\nAccess-Control-Request-Method: PUT\r\n"+
		"Access-Control-Request-Headers: x-a,x-b\r\nx-twice: \xe9\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc")
	query := scenarios.Query{
		At: secure, Hop: 2, Path: "//a/../b?x=%20&y#f", Preflight: true,
		Origin: "https://app.site.test", RequestMethod: "PUT", RequestHeaders: "x-a,x-b",
	}
	assert.Contains(t, got, fmt.Sprint(3, " ", query))

	entries := fleet.Ledger().Case("tok")
	require.Len(t, entries, 1)
	e := entries[0]
	assert.Positive(t, e.Time)
	assert.Equal(t, servers.Entry{
		Seq: 1, Time: e.Time, Token: "tok", Hop: 2, Step: 3, At: secure, Method: "OPTIONS",
		Target: "/~tok//a/../b;~2?x=%20&y#f", Path: "//a/../b?x=%20&y#f", Preflight: true, Body: []byte("abc"),
		Headers: oracle.Headers{
			{Name: "host", Value: "api.other.test"},
			{Name: "ORIGIN", Value: "https://app.site.test "},
			{Name: "X-Twice", Value: " 1\t"},
			{Name: "Access-Control-Request-Method", Value: "PUT"},
			{Name: "Access-Control-Request-Headers", Value: "x-a,x-b"},
			{Name: "x-twice", Value: "é"},
			{Name: "Connection", Value: "close"},
			{Name: "Content-Length", Value: "3"},
		},
		Reply: oracle.Reply{
			Status: 200, StatusText: "OK", Body: fmt.Append(nil, 3, " ", query),
			Headers: oracle.Headers{{Name: "Content-Length", Value: fmt.Sprint(len(fmt.Append(nil, 3, " ", query)))}},
		},
	}, e)

	fleet.Disarm("tok")
	assert.Empty(t, fleet.Ledger().Case("tok"))
}

func TestWhatBelongsToNoCaseIs404WithoutCORS(t *testing.T) {
	fleet := start(t)
	fleet.Arm("tok", always(scenarios.Answer{Status: 200}))
	for _, target := range []string{"/", "/favicon.ico", "*", "http://api.other.test/~tok/", "/~tok.x/", "/~", "/~late/a", "/a?corsproof=late", "/a?corsproof=tok", "/.corsproof", "/.corsproof/", "/.corsproof/sentinel/"} {
		got := talk(t, dial(t, fleet, secure), "GET "+target+closing)
		assert.Regexp(t, "^HTTP/1.1 404 Not Found\r\n", got, target)
		assert.NotContains(t, got, "Access-Control", target)
	}
	assert.Len(t, fleet.Ledger().Case("late"), 2, "a request with a token is entered, armed or not")
	if entries := fleet.Ledger().Case("tok"); assert.Len(t, entries, 1, "the literal case has no set-up") {
		assert.Equal(t, 404, entries[0].Reply.Status)
		assert.Contains(t, entries[0].Failed, "nothing is armed", "its 404 is none of the case's")
	}
}

func TestMalformedRequestsAreRefused(t *testing.T) {
	fleet := start(t)
	fleet.Arm("tok", always(scenarios.Answer{Status: 200}))
	big := strings.Repeat("x", 300<<10)
	for request, want := range map[string]string{
		"nonsense\r\n\r\n":                                                          "400",
		"GET /~tok/\r\n\r\n":                                                        "400",
		"GET  /~tok/ HTTP/1.1\r\n\r\n":                                              "400",
		"G{T /~tok/ HTTP/1.1\r\n\r\n":                                               "400",
		"GET /~tok/ HTTP/2.0\r\n\r\n":                                               "400",
		"GET /~tok/ HTTP/1.1\r\nno colon\r\n\r\n":                                   "400",
		"GET /~tok/ HTTP/1.1\r\nA : b\r\n\r\n":                                      "400",
		"GET /~tok/ HTTP/1.1\r\nA: b\r\n folded\r\n\r\n":                            "400",
		"GET /~tok/ HTTP/1.1\r\nA: b\rc\r\n\r\n":                                    "400",
		"GET /~tok/ HTTP/1.1\r\nA: \x00\r\n\r\n":                                    "400",
		"POST /~tok/ HTTP/1.1\r\nContent-Length: -1\r\n\r\n":                        "400",
		"POST /~tok/ HTTP/1.1\r\nContent-Length: +1\r\n\r\na":                       "400",
		"POST /~tok/ HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab":  "400",
		"POST /~tok/ HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n": "400",
		"POST /~tok/ HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n":       "400",
		"POST /~tok/ HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n":           "400",
		"POST /~tok/ HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab":         "400",
		"POST /~tok/ HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n":               "413",
		"POST /~tok/ HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n":   "400",
		"GET /~tok/ HTTP/1.1\r\nA: " + big + "\r\n\r\n":                             "431",
		"GET /" + big + " HTTP/1.1\r\n\r\n":                                         "431",
		"\r\n\n\r\nGET /~tok/ HTTP/1.1\nConnection: close\n\n":                      "200", // RFC 9112, sections 2.2 and 3
		"GET /~tok/ HTTP/1.0\r\n\r\n":                                               "200",
		"POST /~tok/ HTTP/1.0\r\ncontent-length:\t01\r\n\r\na":                      "200",
		"POST /~tok/ HTTP/1.1\r\nConnection: x, Close\r\nTransfer-Encoding: Chunked\r\n\r\n3;a=b\r\nabc\r\n0\r\nT: v\r\n\r\n": "200",
	} {
		got := talk(t, dial(t, fleet, plain), request)
		assert.Regexp(t, "^HTTP/1.1 "+want+" ", got, "%.80q", request)
		assert.NotContains(t, got, "Access-Control")
	}
}

func TestABodyThatIsTooLargeIsRefused(t *testing.T) {
	fleet := start(t)
	fleet.Arm("tok", always(scenarios.Answer{Status: 200}))
	conn := dial(t, fleet, plain)
	go func() { // the server stops reading before the end
		io.WriteString(conn, "POST /~tok/ HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1800000\r\n")
		conn.Write(make([]byte, 17<<20))
		conn.(*net.TCPConn).CloseWrite()
	}()
	status, err := bufio.NewReader(conn).ReadString('\n')
	require.NoError(t, err)
	assert.Equal(t, "HTTP/1.1 413 Request Entity Too Large\r\n", status)
}

func TestPipelinedAndSlowRequests(t *testing.T) {
	fleet := start(t)
	fleet.Arm("tok", script(func(_ int, q scenarios.Query) scenarios.Answer {
		return scenarios.Answer{Status: 200, Body: []byte(q.Path)}
	}))
	request := "POST /~tok/a HTTP/1.1\r\nContent-Length: 2\r\n\r\nxyPUT /~tok/b HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nz\r\n0\r\n\r\nGET /~tok/c" + closing
	const want = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n/aHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n/bHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n/c"
	assert.Equal(t, want, talk(t, dial(t, fleet, secure), request), "at once")

	conn := dial(t, fleet, secure)
	for _, c := range []byte(request) { // a TLS record each
		_, err := conn.Write([]byte{c})
		require.NoError(t, err)
	}
	assert.Equal(t, want, talk(t, conn, ""), "byte by byte")

	entries := fleet.Ledger().Case("tok")
	require.Len(t, entries, 6)
	for i, body := range []string{"xy", "z", "", "xy", "z", ""} {
		assert.Equal(t, body, string(entries[i].Body))
		assert.Equal(t, int64(i+1), entries[i].Seq)
	}
}

func TestExpectContinue(t *testing.T) {
	fleet := start(t)
	fleet.Arm("tok", always(scenarios.Answer{Status: 200}))
	conn := dial(t, fleet, plain)
	_, err := io.WriteString(conn, "POST /~tok/ HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\nConnection: close\r\n\r\n")
	require.NoError(t, err)
	const interim = "HTTP/1.1 100 Continue\r\n\r\n"
	got := make([]byte, len(interim))
	_, err = io.ReadFull(conn, got)
	require.NoError(t, err)
	assert.Equal(t, interim, string(got))
	assert.Equal(t, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", talk(t, conn, "x"))
}

func TestAbortsResetTheConnection(t *testing.T) {
	for _, test := range []struct {
		name   string
		answer scenarios.Answer
		want   string
	}{
		{"before headers", scenarios.Answer{Status: 200, Body: []byte("abcd"), Abort: "before-headers"}, ""},
		{"in body", scenarios.Answer{Status: 200, Body: []byte("abcd"), Abort: "in-body"}, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab"},
		{"in an empty body", scenarios.Answer{Status: 200, Abort: "in-body"}, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n"},
		{"in no body", scenarios.Answer{Status: 204, Abort: "in-body"}, ""},
		{"after raw", scenarios.Answer{Raw: []byte("HTTP/1.1 2"), Abort: "in-body"}, "HTTP/1.1 2"},
	} {
		t.Run(test.name, func(t *testing.T) {
			fleet := start(t)
			fleet.Arm("tok", always(test.answer))
			for range 2 {
				conn := dial(t, fleet, secure)
				_, err := io.WriteString(conn, "GET /~tok/x HTTP/1.1\r\n\r\n")
				require.NoError(t, err)
				got, err := io.ReadAll(conn)
				assert.ErrorIs(t, err, syscall.ECONNRESET)
				assert.Equal(t, test.want, string(got))
			}
			_, err := io.WriteString(dial(t, fleet, secure), "GET /~tok/other HTTP/1.1\r\n\r\n")
			require.NoError(t, err)
			require.Eventually(t, func() bool { return len(fleet.Ledger().Case("tok")) == 3 }, 5*time.Second, time.Millisecond)
			entries := fleet.Ledger().Case("tok")
			assert.False(t, entries[0].Retry)
			assert.True(t, entries[1].Retry)
			assert.False(t, entries[2].Retry, "another target")
			assert.Equal(t, test.answer.Abort, entries[0].Reply.Abort)
			fleet.Step("tok", 1)
			_, err = io.WriteString(dial(t, fleet, secure), "GET /~tok/x HTTP/1.1\r\n\r\n")
			require.NoError(t, err)
			require.Eventually(t, func() bool { return len(fleet.Ledger().Case("tok")) == 4 }, 5*time.Second, time.Millisecond)
			assert.False(t, fleet.Ledger().Case("tok")[3].Retry, "another step")
		})
	}
}

func TestADelayHoldsNobodyElse(t *testing.T) {
	fleet := start(t)
	fleet.Arm("slow", always(scenarios.Answer{Status: 200, Delay: time.Hour}))
	fleet.Arm("soon", always(scenarios.Answer{Status: 200, Delay: 20 * time.Millisecond}))
	for range 10 {
		_, err := io.WriteString(dial(t, fleet, secure), "GET /~slow/"+closing)
		require.NoError(t, err)
	}
	began := time.Now()
	talk(t, dial(t, fleet, secure), "GET /~soon/"+closing)
	assert.GreaterOrEqual(t, time.Since(began), 20*time.Millisecond)
	require.Eventually(t, func() bool { return len(fleet.Ledger().Case("slow")) == 10 }, 5*time.Second, time.Millisecond)
	assert.Zero(t, fleet.Ledger().Case("slow")[0].Reply.Status, "no reply yet")
	assert.True(t, fleet.Ledger().Case("slow")[0].Pending)
	assert.False(t, fleet.Ledger().Case("soon")[0].Pending)
	require.NoError(t, fleet.Close(), "held answers do not hold Close")
}

func TestTwoSchemesOnOnePort(t *testing.T) {
	fleet := start(t)
	fleet.Arm("tok", always(scenarios.Answer{Status: 200}))
	talk(t, dial(t, fleet, both), "GET /~tok/"+closing)
	talk(t, dial(t, fleet, both2), "GET /~tok/"+closing)
	entries := fleet.Ledger().Case("tok")
	require.Len(t, entries, 2)
	assert.Equal(t, both, entries[0].At)
	assert.Equal(t, both2, entries[1].At)
	assert.Len(t, fleet.Mappings(), 4, "one for each host and port")
}

func TestSentinels(t *testing.T) {
	fleet := start(t)
	ledger := fleet.Ledger()
	got := talk(t, dial(t, fleet, secure), "POST /.corsproof/sentinel/s1?x"+closing)
	assert.Equal(t, "HTTP/1.1 204 No Content\r\nAccess-Control-Allow-Origin: *\r\nCache-Control: no-store\r\n\r\n", got)
	talk(t, dial(t, fleet, secure), "GET /.corsproof/sentinel/s1"+closing)
	assert.True(t, ledger.Sentinel("s1", secure))
	assert.False(t, ledger.Sentinel("s1", plain))
	assert.False(t, ledger.Sentinel("s2", secure))
}

func TestPages(t *testing.T) {
	fleet := start(t)
	for target, want := range map[string][2]string{
		"page.html?x=1": {"text/html; charset=utf-8", "page"},
		"frame.html":    {"text/html; charset=utf-8", "frame"},
		"probe.js":      {"text/javascript; charset=utf-8", "probe"},
		"blank":         {"text/html; charset=utf-8", "<!doctype html><title>corsproof</title>"},
	} {
		for _, method := range []string{"GET", "HEAD"} {
			conn := dial(t, fleet, secure)
			_, err := io.WriteString(conn, method+" /.corsproof/"+target+" HTTP/1.1\r\nHost: x\r\n\r\n")
			require.NoError(t, err)
			reply, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
			require.NoError(t, err)
			assert.Equal(t, want[0], reply.Header.Get("Content-Type"))
			assert.Equal(t, "no-store", reply.Header.Get("Cache-Control"))
			assert.Equal(t, int64(len(want[1])), reply.ContentLength)
			body, err := io.ReadAll(reply.Body)
			require.NoError(t, err)
			if method == "GET" {
				assert.Equal(t, want[1], string(body))
			}
		}
	}
	got := talk(t, dial(t, fleet, plain), "POST /.corsproof/blank HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n")
	assert.Contains(t, got, "405 Method Not Allowed")
}

func TestKillEndsOneServer(t *testing.T) {
	fleet := start(t)
	fleet.Arm("tok", always(scenarios.Answer{Status: 200, Delay: time.Hour}))
	conn := dial(t, fleet, secure)
	_, err := io.WriteString(conn, "GET /~tok/"+closing)
	require.NoError(t, err)
	require.Eventually(t, func() bool { return len(fleet.Ledger().Case("tok")) == 1 }, 5*time.Second, time.Millisecond)
	require.NoError(t, fleet.Kill(secure))
	got, _ := io.ReadAll(conn)
	assert.Empty(t, got)
	_, err = net.Dial("tcp", addr(t, fleet, secure))
	assert.ErrorIs(t, err, syscall.ECONNREFUSED)
	assert.Contains(t, talk(t, dial(t, fleet, plain), "GET /"+closing), "404")
	assert.ErrorContains(t, fleet.Kill(oracle.Origin{Scheme: "https", Host: "no.test", Port: 443}), "no listener for https://no.test")
}

func TestStartRefusesWhatItCannotServe(t *testing.T) {
	for _, test := range []struct {
		listen []servers.Listen
		want   string
	}{
		{[]servers.Listen{{}}, "want an http or https origin"},
		{[]servers.Listen{{Origin: oracle.Origin{Scheme: "ftp", Host: "a.test", Port: 21}}}, "want an http or https origin"},
		{[]servers.Listen{{Origin: plain, Protocol: scenarios.H2}}, "HTTP/2 needs https"},
		{[]servers.Listen{{Origin: secure}, {Origin: secure, Protocol: scenarios.H2}}, "both HTTP/1.1 and HTTP/2"},
	} {
		_, err := servers.Start(servers.Config{Origins: test.listen})
		assert.ErrorContains(t, err, test.want)
	}
}

func TestCloseLeavesNothingRunning(t *testing.T) {
	before := runtime.NumGoroutine()
	fleet := start(t)
	fleet.Arm("tok", always(scenarios.Answer{Status: 200, Delay: time.Hour}))
	for _, origin := range []oracle.Origin{secure, plain, both, both2} {
		dial(t, fleet, origin)                                       // idle
		io.WriteString(dial(t, fleet, origin), "GET /~tok")          // in the head
		io.WriteString(dial(t, fleet, origin), "GET /~tok/"+closing) // held
	}
	require.Eventually(t, func() bool { return len(fleet.Ledger().Case("tok")) == 4 }, 5*time.Second, time.Millisecond)
	client := h2Client(t, fleet)
	reply, err := client.Get("https://" + addr(t, fleet, h2) + "/.corsproof/blank")
	require.NoError(t, err)
	reply.Body.Close()

	require.NoError(t, fleet.Close())
	require.NoError(t, fleet.Close(), "twice")
	client.CloseIdleConnections()
	// net/http's own goroutines end a moment after their connection; one more
	// runs this condition.
	assert.Eventually(t, func() bool { return runtime.NumGoroutine() <= before+1 }, 5*time.Second, time.Millisecond)
}
