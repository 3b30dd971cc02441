package servers_test

import (
	"bytes"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
	"github.com/corsproof/corsproof/servers"
)

// h2Client speaks HTTP/2 with the fleet's HTTP/2 origin, whatever the URL.
func h2Client(t *testing.T, fleet *servers.Fleet) *http.Client {
	var protocols http.Protocols
	protocols.SetHTTP2(true)
	transport := &http.Transport{
		Protocols:       &protocols,
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: 20 * time.Second}
}

func TestHTTP2(t *testing.T) {
	fleet := start(t)
	client, base := h2Client(t, fleet), "https://"+addr(t, fleet, h2)
	fleet.Arm("tok", always(scenarios.Answer{
		Status: 201, Body: []byte("hi"),
		Headers: oracle.Headers{{Name: "Access-Control-Allow-Origin", Value: "*"}, {Name: "x-two", Value: "1"}, {Name: "X-Two", Value: "\u00e9"}},
	}))
	request, err := http.NewRequest("PUT", base+"/~tok//a/../b;~1?x#f", bytes.NewReader([]byte("body")))
	require.NoError(t, err)
	request.Header = http.Header{"Origin": {"https://app.site.test"}, "X-Two": {"1", "\xe9"}, "User-Agent": nil}
	reply, err := client.Do(request)
	require.NoError(t, err)
	body, err := io.ReadAll(reply.Body)
	require.NoError(t, err)
	assert.Equal(t, "hi", string(body))
	assert.Equal(t, 2, reply.ProtoMajor)
	assert.Equal(t, 201, reply.StatusCode)
	assert.Equal(t, http.Header{"Access-Control-Allow-Origin": {"*"}, "X-Two": {"1", "\xe9"}, "Content-Length": {"2"}}, reply.Header)

	sum := sha256.Sum256(reply.TLS.PeerCertificates[0].RawSubjectPublicKeyInfo)
	assert.Equal(t, base64.StdEncoding.EncodeToString(sum[:]), fleet.SPKI())
	assert.Error(t, reply.TLS.PeerCertificates[0].VerifyHostname(h2.Host), "no name of a test: connections must not coalesce")

	entries := fleet.Ledger().Case("tok")
	require.Len(t, entries, 1)
	e := entries[0]
	assert.Equal(t, h2, e.At)
	assert.Equal(t, 1, e.Hop)
	assert.Equal(t, "PUT", e.Method)
	assert.Equal(t, "//a/../b?x", e.Path)
	assert.Equal(t, "body", string(e.Body))
	assert.Equal(t, 201, e.Reply.Status)
	assert.Equal(t, oracle.Headers{
		{Name: "accept-encoding", Value: "gzip"}, {Name: "content-length", Value: "4"},
		{Name: "origin", Value: "https://app.site.test"}, {Name: "x-two", Value: "1"}, {Name: "x-two", Value: "é"},
	}, e.Headers)
}

func TestHTTP2OwnPagesAndStrangers(t *testing.T) {
	fleet := start(t)
	client, base := h2Client(t, fleet), "https://"+addr(t, fleet, h2)
	for path, want := range map[string]int{"/.corsproof/blank": 200, "/.corsproof/sentinel/s": 204, "/favicon.ico": 404, "/~unknown/": 404, "/.corsproof/x": 404} {
		reply, err := client.Get(base + path)
		require.NoError(t, err)
		assert.Equal(t, want, reply.StatusCode, path)
		reply.Body.Close()
	}
	assert.True(t, fleet.Ledger().Sentinel("s", h2))
	assert.Len(t, fleet.Ledger().Case("unknown"), 1)
}

func TestHTTP2ResetsStreams(t *testing.T) {
	setUp := newWire(t, nil)
	fleet := start(t, setUp)
	client, base := h2Client(t, fleet), "https://"+addr(t, fleet, h2)
	fleet.Arm("before", always(scenarios.Answer{Status: 200, Abort: "before-headers"}))
	fleet.Arm("within", always(scenarios.Answer{Status: 200, Abort: "in-body", Body: []byte("abcd")}))
	fleet.Arm("raw", always(scenarios.Answer{Raw: []byte("HTTP/1.1 200 OK\r\n\r\n")}))
	require.NoError(t, fleet.ArmSetUp("set-up", "wire"))

	for _, path := range []string{"/~before/", "/~raw/", "/?corsproof=set-up"} {
		_, err := client.Get(base + path)
		assert.ErrorContains(t, err, "INTERNAL_ERROR", path)
	}
	reply, err := client.Get(base + "/~within/")
	require.NoError(t, err)
	got, err := io.ReadAll(reply.Body)
	assert.Equal(t, "ab", string(got))
	assert.ErrorContains(t, err, "INTERNAL_ERROR")
	assert.Contains(t, fleet.Ledger().Case("set-up")[0].Failed, "set-up wire speaks HTTP/1.1: it cannot answer at https://h2.other.test")
}

func TestHTTP2CloseEndsHeldAnswers(t *testing.T) {
	fleet := start(t)
	client, base := h2Client(t, fleet), "https://"+addr(t, fleet, h2)
	fleet.Arm("tok", always(scenarios.Answer{Status: 200, Delay: time.Hour}))
	ended := make(chan error, 1)
	go func() {
		_, err := client.Get(base + "/~tok/")
		ended <- err
	}()
	require.Eventually(t, func() bool { return len(fleet.Ledger().Case("tok")) == 1 }, 5*time.Second, time.Millisecond)
	require.NoError(t, fleet.Close())
	assert.Error(t, <-ended)
}

func TestProtocolIsTheOrigins(t *testing.T) {
	fleet := start(t)
	offer := func(origin oracle.Origin, protocol string) (*tls.Conn, error) {
		return tls.Dial("tcp", addr(t, fleet, origin), &tls.Config{InsecureSkipVerify: true, NextProtos: []string{protocol}})
	}
	_, err := offer(secure, "h2")
	assert.Error(t, err)
	conn, err := offer(h2, "http/1.1")
	require.NoError(t, err)
	assert.Contains(t, talk(t, conn, "GET /"+closing), "HTTP/1.1 404", "as a browser asks for a WebSocket")
}
