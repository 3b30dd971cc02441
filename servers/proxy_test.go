package servers_test

import (
	"bufio"
	"crypto/tls"
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

// dialProxy opens a connection to the fleet's proxy.
func dialProxy(t testing.TB, fleet *servers.Fleet) *net.TCPConn {
	t.Helper()
	conn, err := net.Dial("tcp", fleet.Proxy())
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	require.NoError(t, conn.SetDeadline(time.Now().Add(20*time.Second)))
	return conn.(*net.TCPConn)
}

// dialThrough opens a tunnel to an origin, and TLS in it by its scheme.
func dialThrough(t testing.TB, fleet *servers.Fleet, origin oracle.Origin, protocol string) net.Conn {
	t.Helper()
	conn := dialProxy(t, fleet)
	_, port, _ := strings.Cut(strings.TrimPrefix(origin.String(), origin.Scheme+"://"), ":")
	if port == "" {
		port = map[string]string{"https": "443", "http": "80"}[origin.Scheme]
	}
	_, err := io.WriteString(conn, "CONNECT "+origin.Host+":"+port+" HTTP/1.1\r\nHost: "+origin.Host+"\r\nProxy-Connection: keep-alive\r\n\r\n")
	require.NoError(t, err)
	const opened = "HTTP/1.1 200 OK\r\n\r\n"
	got := make([]byte, len(opened))
	_, err = io.ReadFull(conn, got)
	require.NoError(t, err)
	require.Equal(t, opened, string(got))
	if origin.Scheme == "http" {
		return conn
	}
	return tls.Client(conn, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{protocol}})
}

// entries are a case's without what no two requests have in common.
func entries(fleet *servers.Fleet, token string) []servers.Entry {
	list := fleet.Ledger().Case(token)
	for i := range list {
		list[i].Seq, list[i].Time, list[i].Token, list[i].Retry = 0, 0, "", false
		list[i].Target = strings.ReplaceAll(list[i].Target, token, "tok")
	}
	return list
}

// hear is everything that comes until the connection ends, and how it ends.
func hear(t *testing.T, conn net.Conn, request string) (string, error) {
	t.Helper()
	_, err := io.WriteString(conn, request)
	require.NoError(t, err)
	reply, err := io.ReadAll(conn)
	return string(reply), err
}

// TestTheProxyPassesBytes sends the same requests to a host and to the proxy:
// the ledger and the client must not see a difference.
func TestTheProxyPassesBytes(t *testing.T) {
	const to, absolute = "{/}", "http://api.other.test/~" // in the requests
	ok := scenarios.Answer{Status: 200, Body: []byte("hi")}
	for _, test := range []struct {
		name, request string // {/} begins each target
		answer        scenarios.Answer
	}{
		{"headers", "GET {/}/a//../b;~1?x=%20#y HTTP/1.1\r\nhOST:api.other.test\r\nX-A:  b \r\nX-A: \xe9\r\nConnection: close\r\n\r\n", ok},
		{"bare line feeds", "GET {/}/ HTTP/1.1\nConnection: close\n\n", ok},
		{"1.0", "GET {/}/ HTTP/1.0\r\n\r\n", ok},
		{"bodies, pipelined", "POST {/}/a HTTP/1.1\r\nContent-Length: 2\r\n\r\nxyPUT {/}/b HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" +
			"1;e\r\nz\r\n0\r\nT: v\r\n\r\nGET {/}/c HTTP/1.1\r\nConnection: close\r\n\r\n", ok},
		{"100", "POST {/}/ HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx", ok},
		{"a length in doubt", "POST {/}/ HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", ok},
		{"a length too great", "POST {/}/ HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\nab", ok},
		{"a broken chunk", "POST {/}/ HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n", ok},
		{"raw", "GET {/}/ HTTP/1.1\r\n\r\n", scenarios.Answer{Raw: []byte("HTTP/1.1 200 Fine\nA:b\n\nrest\x00")}},
		{"no reply", "GET {/}/ HTTP/1.1\r\n\r\n", scenarios.Answer{Raw: []byte{}}},
		{"nonsense", "GET {/}/ HTTP/1.1\r\n\r\n", scenarios.Answer{Raw: []byte("x\r\n\r\n")}},
		{"hints", "GET {/}/ HTTP/1.1\r\nConnection: close\r\n\r\n", scenarios.Answer{Raw: []byte("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 204 Fine\r\n\r\n")}},
		{"a length too small", "GET {/}/ HTTP/1.1\r\n\r\n", scenarios.Answer{Status: 200, Body: []byte("hi"), Headers: oracle.Headers{{Name: "Content-Length", Value: "1"}}}},
		{"a length too great for the body", "GET {/}/ HTTP/1.1\r\n\r\n", scenarios.Answer{Status: 200, Body: []byte("hi"), Headers: oracle.Headers{{Name: "Content-Length", Value: "3"}}}},
		{"a large reply", "GET {/}/ HTTP/1.1\r\nConnection: close\r\n\r\n", scenarios.Answer{Status: 200, Body: []byte(strings.Repeat("x", 3<<20))}},
		{"reset before headers", "GET {/}/ HTTP/1.1\r\n\r\n", scenarios.Answer{Status: 200, Abort: "before-headers"}},
		{"reset in body", "GET {/}/ HTTP/1.1\r\n\r\n", scenarios.Answer{Status: 200, Body: []byte("abcd"), Abort: "in-body"}},
		{"reset after raw", "GET {/}/ HTTP/1.1\r\n\r\n", scenarios.Answer{Raw: []byte("HTTP/1.1 2"), Abort: "in-body"}},
		{"an upgrade reset", "GET {/}/ HTTP/1.1\r\nUpgrade: websocket\r\n\r\n", scenarios.Answer{Abort: "before-headers"}},
		{"an upgrade reset in body", "GET {/}/ HTTP/1.1\r\nUpgrade: websocket\r\n\r\n", scenarios.Answer{Status: 101, Abort: "in-body"}},
		{"an upgrade without a reply", "GET {/}/ HTTP/1.1\r\nUpgrade: websocket\r\n\r\n", scenarios.Answer{Raw: []byte("HTT")}},
		{"an upgrade refused", "GET {/}/ HTTP/1.1\r\nUpgrade: x\r\n\r\nGET {/}/ HTTP/1.1\r\nConnection: close\r\n\r\n", ok},
		{"an upgrade", "GET {/}/ HTTP/1.1\r\nUpgrade: websocket\r\nSec-WebSocket-Key: a2V5\r\n\r\n\x88\x82mask\x01\x02", scenarios.Answer{Status: 101, Body: []byte("hi")}},
	} {
		t.Run(test.name, func(t *testing.T) {
			fleet := start(t)
			fleet.Arm("direct", always(test.answer))
			fleet.Arm("proxied", always(test.answer))
			want, wantErr := hear(t, dial(t, fleet, plain), strings.ReplaceAll(test.request, to, "/~direct"))
			got, err := hear(t, dialProxy(t, fleet), strings.ReplaceAll(test.request, to, absolute+"proxied"))
			assert.Equal(t, want, got)
			assert.Equal(t, wantErr != nil, err != nil, "%v, %v", wantErr, err)
			if wantErr != nil {
				assert.ErrorIs(t, err, syscall.ECONNRESET)
			}
			assert.Equal(t, entries(fleet, "direct"), entries(fleet, "proxied"))

			tunnelled, tunnelErr := hear(t, dialThrough(t, fleet, plain, ""), strings.ReplaceAll(test.request, to, "/~proxied"))
			assert.Equal(t, want, tunnelled)
			assert.Equal(t, wantErr != nil, tunnelErr != nil, "%v, %v", wantErr, tunnelErr)
		})
	}
}

func TestOneProxyConnectionLeadsToManyHosts(t *testing.T) {
	fleet := start(t)
	fleet.Arm("tok", script(func(_ int, q scenarios.Query) scenarios.Answer {
		return scenarios.Answer{Status: 200, Body: []byte(q.At.String() + q.Path), Delay: time.Millisecond}
	}))
	const get, end = "GET http://", " HTTP/1.1\r\nHost: x\r\nProxy-Connection: keep-alive\r\n\r\n"
	request := get + "api.other.test/~tok/1" + end + get + "both.test:8443/~tok/2" + end + get + "BOTH.test:8443/~tok/3" + end +
		"POST http://api.other.test:80/~tok/4 HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc" + get + "both.test:8443/~tok/5 HTTP/1.1\r\nProxy-Connection: close\r\n\r\n"
	check := func(got string) {
		t.Helper()
		in := bufio.NewReader(strings.NewReader(got))
		for _, want := range []string{
			"http://api.other.test/1", "http://both.test:8443/2", "http://both.test:8443/3", "http://api.other.test/4", "http://both.test:8443/5",
		} {
			reply, err := http.ReadResponse(in, nil)
			require.NoError(t, err)
			body, err := io.ReadAll(reply.Body)
			require.NoError(t, err)
			assert.Equal(t, want, string(body))
		}
		_, err := in.ReadByte()
		assert.ErrorIs(t, err, io.EOF)
	}
	check(talk(t, dialProxy(t, fleet), request))
	conn := dialProxy(t, fleet)
	for _, c := range []byte(request) {
		_, err := conn.Write([]byte{c})
		require.NoError(t, err)
	}
	check(talk(t, conn, ""))
	list := fleet.Ledger().Case("tok")
	require.Len(t, list, 10)
	assert.Equal(t, oracle.Headers{{Name: "Host", Value: "x"}, {Name: "Connection", Value: "keep-alive"}}, list[0].Headers)
	assert.Equal(t, "abc", string(list[3].Body))

	// A tunnel may follow, and ends the other host's connection.
	conn = dialProxy(t, fleet)
	got := talk(t, conn, get+"both.test:8443/~tok/1"+end+"CONNECT api.other.test:80 HTTP/1.1\r\n\r\nGET /~tok/2"+closing)
	assert.Regexp(t, `(?s)/1HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n.*http://api.other.test/2$`, got)
}

func TestTheProxyTunnelsTLS(t *testing.T) {
	fleet := start(t)
	fleet.Arm("tok", always(scenarios.Answer{Status: 200, Body: []byte("hi")}))
	for _, origin := range []oracle.Origin{secure, both} {
		got := talk(t, dialThrough(t, fleet, origin, "http/1.1"), "GET /~tok/"+closing)
		assert.Equal(t, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", got)
	}
	secured := dialThrough(t, fleet, h2, "h2").(*tls.Conn)
	require.NoError(t, secured.Handshake())
	assert.Equal(t, "h2", secured.ConnectionState().NegotiatedProtocol)

	fleet.Arm("tok", always(scenarios.Answer{Status: 200, Abort: "before-headers"}))
	_, err := hear(t, dialThrough(t, fleet, secure, "http/1.1"), "GET /~tok/"+closing)
	assert.ErrorIs(t, err, syscall.ECONNRESET)
}

func TestTheProxyKnowsNoOtherHost(t *testing.T) {
	fleet := start(t)
	require.NoError(t, fleet.Kill(h2))
	for _, host := range []string{"no.test:80", "localhost:80", "127.0.0.1:80", addr(t, fleet, plain), "api.other.test:81", "h2.other.test:443"} {
		got, err := hear(t, dialProxy(t, fleet), "GET http://"+host+"/~tok/"+closing)
		assert.ErrorIs(t, err, syscall.ECONNRESET, host)
		assert.Empty(t, got, host)
		got = talk(t, dialProxy(t, fleet), "CONNECT "+host+closing)
		assert.Equal(t, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", got, host)
	}
	for _, request := range []string{"GET /" + closing, "GET https://api.other.test/" + closing, "GET http://api.other.test/ HTTP/1.1\r\nno colon\r\n\r\n", "\x16\x03\x01\r\n\r\n"} {
		assert.Regexp(t, "^HTTP/1.1 400 ", talk(t, dialProxy(t, fleet), request))
	}
	assert.Regexp(t, "^HTTP/1.1 431 ", talk(t, dialProxy(t, fleet), "GET http://a/"+strings.Repeat("x", 300<<10)+closing))
}

// The proxy alone is open to other machines, and only if it is asked to be. It
// leads to the fleet's origins and, whoever asks, to nothing else of this machine.
func TestTheProxyListensWhereItIsTold(t *testing.T) {
	fleet, err := servers.Start(servers.Config{Origins: []servers.Listen{{Origin: secure}, {Origin: plain}}, Proxy: "0.0.0.0:0"})
	require.NoError(t, err)
	defer fleet.Close()
	assert.Regexp(t, `^127\.0\.0\.1:\d+$`, fleet.Proxy())
	for _, m := range fleet.Mappings() {
		assert.Regexp(t, `^127\.0\.0\.1:\d+$`, m.Addr)
		for _, request := range []string{"CONNECT " + m.Addr + " HTTP/1.1\r\n\r\n", "GET http://" + m.Addr + "/ HTTP/1.1\r\n\r\n", "CONNECT " + fleet.Proxy() + " HTTP/1.1\r\n\r\n"} {
			got, _ := hear(t, dialProxy(t, fleet), request)
			assert.NotContains(t, got, " 200 ", request)
		}
	}
	_, err = servers.Start(servers.Config{Proxy: fleet.Proxy()})
	assert.ErrorContains(t, err, "listen for the proxy")
}

func TestTheProxyPassesHalfClosesOn(t *testing.T) {
	fleet := start(t)
	fleet.Arm("tok", always(scenarios.Answer{Status: 200, Body: []byte("hi")}))
	for _, conn := range []*net.TCPConn{dialProxy(t, fleet), dialThrough(t, fleet, plain, "").(*net.TCPConn)} {
		_, err := io.WriteString(conn, "GET http://api.other.test/~tok/ HTTP/1.1\r\n\r\n")
		require.NoError(t, err)
		require.NoError(t, conn.CloseWrite())
		_, err = io.ReadAll(conn)
		require.NoError(t, err, "the host has closed as well, in order")
	}
	assert.Len(t, fleet.Ledger().Case("tok"), 1, "a tunnel reads no absolute form")

	fleet.Arm("slow", always(scenarios.Answer{Status: 200, Delay: time.Hour}))
	conn := dialProxy(t, fleet)
	_, err := io.WriteString(conn, "GET http://api.other.test/~slow/"+closing)
	require.NoError(t, err)
	require.Eventually(t, func() bool { return len(fleet.Ledger().Case("slow")) == 1 }, 5*time.Second, time.Millisecond)
	require.NoError(t, fleet.Kill(plain))
	got, err := io.ReadAll(conn)
	assert.Empty(t, got)
	assert.NotErrorIs(t, err, syscall.ETIMEDOUT)
}

func TestTheProxyLeavesNothingRunning(t *testing.T) {
	before := runtime.NumGoroutine()
	fleet := start(t)
	fleet.Arm("tok", always(scenarios.Answer{Status: 200, Delay: time.Hour}))
	const absolute = "GET http://api.other.test/~tok/"
	dialProxy(t, fleet)                                                                                                 // idle
	io.WriteString(dialProxy(t, fleet), absolute)                                                                       // in the head
	io.WriteString(dialProxy(t, fleet), absolute+closing)                                                               // held
	dialThrough(t, fleet, secure, "http/1.1")                                                                           // an idle tunnel
	io.WriteString(dialProxy(t, fleet), absolute+strings.Replace(closing, "Connection", "Upgrade: x\r\nConnection", 1)) // waits for its status
	io.WriteString(dialProxy(t, fleet), absolute+" HTTP/1.1\r\n\r\nGET http://both.test:8443/"+closing)                 // waits to turn
	gone := dialProxy(t, fleet)
	io.WriteString(gone, absolute+closing)
	gone.Close()
	require.Eventually(t, func() bool { return len(fleet.Ledger().Case("tok")) == 4 }, 5*time.Second, time.Millisecond)
	require.NoError(t, fleet.Close())
	assert.Eventually(t, func() bool { return runtime.NumGoroutine() <= before+1 }, 5*time.Second, time.Millisecond)
	_, err := net.Dial("tcp", fleet.Proxy())
	assert.ErrorIs(t, err, syscall.ECONNREFUSED)
}
