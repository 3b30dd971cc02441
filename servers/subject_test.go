package servers_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/servers"
)

// subject is a wire that is itself under test.
type subject struct{ *wire }

func (s subject) Dial(context.Context) (net.Conn, error) {
	return net.Dial("tcp", s.listener.Addr().String())
}

func TestASubjectThatBreaksOffHasAnswered(t *testing.T) {
	for _, test := range []struct{ name, reply, abort string }{
		{"no reply", "", "before-headers"},
		{"half a head", "HTTP/1.1 200 OK\r\n", "before-headers"},
		{"half a body", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nre", "in-body"},
	} {
		t.Run(test.name, func(t *testing.T) {
			under := subject{newWire(t, func(in *bufio.Reader, conn *net.TCPConn) {
				until(in, "\r\n\r\n")
				io.WriteString(conn, test.reply)
			})}
			fleet := start(t, under)
			require.NoError(t, fleet.ArmSetUp("tok", "wire"))
			conn := dial(t, fleet, secure)
			_, err := io.WriteString(conn, "GET /a?corsproof=tok HTTP/1.1\r\n\r\n")
			require.NoError(t, err)
			io.ReadAll(conn)
			entries := fleet.Ledger().Case("tok")
			require.Len(t, entries, 1)
			assert.Empty(t, entries[0].Failed)
			assert.Equal(t, test.abort, entries[0].Reply.Abort)
			assert.False(t, entries[0].Pending)
		})
	}
}

// Whoever keeps to a rate counts requests by the connections that are opened.
func TestASubjectIsDialledForEachRequest(t *testing.T) {
	under := &countedSubject{wire: newWire(t, func(in *bufio.Reader, conn *net.TCPConn) {
		until(in, "\r\n\r\n")
		io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
	})}
	fleet := start(t, under)
	require.NoError(t, fleet.ArmSetUp("tok", "wire"))
	conn := dial(t, fleet, secure)
	in := bufio.NewReader(conn)
	for n := range int32(3) {
		_, err := io.WriteString(conn, "GET /a?corsproof=tok HTTP/1.1\r\n\r\n")
		require.NoError(t, err)
		until(in, "\r\n\r\nok")
		assert.Equal(t, n+1, under.dialled.Load())
	}
}

// countedSubject counts the connections to it.
type countedSubject struct {
	*wire
	dialled atomic.Int32
}

func (s *countedSubject) Dial(ctx context.Context) (net.Conn, error) {
	s.dialled.Add(1)
	return subject{s.wire}.Dial(ctx)
}

func TestASubjectThatHasGoneHasNotAnswered(t *testing.T) {
	var under subject
	under = subject{newWire(t, func(in *bufio.Reader, conn *net.TCPConn) {
		until(in, "\r\n\r\n")
		under.listener.Close()
	})}
	fleet := start(t, under)
	require.NoError(t, fleet.ArmSetUp("tok", "wire"))
	conn := dial(t, fleet, secure)
	_, err := io.WriteString(conn, "GET /a?corsproof=tok HTTP/1.1\r\n\r\n")
	require.NoError(t, err)
	io.ReadAll(conn)
	assert.Contains(t, fleet.Ledger().Case("tok")[0].Failed, "no complete reply head: EOF")
}

func TestStraysAreThoseOfTheCaseThatAdoptsThem(t *testing.T) {
	under := newWire(t, func(in *bufio.Reader, conn *net.TCPConn) {
		until(in, "\r\n\r\n")
		io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
	})
	fleet := start(t, under)
	ask := func() string { return talk(t, dial(t, fleet, secure), "GET /items/?x=1"+closing) }
	assert.Contains(t, ask(), "404", "nobody's")
	require.NoError(t, fleet.ArmSetUp("tok", "wire"))
	assert.Contains(t, ask(), "404", "nobody adopts it")
	fleet.Adopt("tok", secure)
	assert.Contains(t, ask(), "200 OK")
	assert.Contains(t, talk(t, dial(t, fleet, plain), "GET /items/?x=1"+closing), "404", "elsewhere it is nobody's")
	entries := fleet.Ledger().Case("tok")
	require.Len(t, entries, 1)
	assert.Equal(t, "/items/?x=1", entries[0].Path)
	fleet.Disarm("tok")
	assert.Contains(t, ask(), "404", "the case is over")
}

func TestAskHearsWhatComes(t *testing.T) {
	for _, test := range []struct {
		name, reply, body, surplus, abort string
		open                              bool
	}{
		{"a reply", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "ok", "", "", true},
		{"interim replies", "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "ok", "", "", true},
		{"chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", "ok", "", "", true},
		{"until close", "HTTP/1.1 200 OK\r\n\r\nok", "ok", "", "", false},
		{"more than the reply", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200", "ok", "HTTP/1.1 200", "", false},
		{"nothing", "", "", "", "before-headers", false},
		{"half a body", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok", "ok", "", "in-body", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := make(chan string, 1)
			under := newWire(t, func(in *bufio.Reader, conn *net.TCPConn) {
				var head strings.Builder
				until(bufio.NewReader(io.TeeReader(in, &head)), "\r\n\r\n")
				got <- head.String()
				io.WriteString(conn, test.reply)
			})
			addr, err := under.Start(t.Context())
			require.NoError(t, err)
			defer under.Close()
			conn, err := net.Dial("tcp", addr)
			require.NoError(t, err)
			defer conn.Close()
			heard, err := servers.Ask(t.Context(), conn, "GET", servers.RequestBytes("GET", "/a", nil, nil))
			assert.Equal(t, "GET /a HTTP/1.1\r\n\r\n", <-got)
			assert.Equal(t, test.abort != "", err != nil, "%v", err)
			assert.Equal(t, test.abort, heard.Reply.Abort)
			assert.Equal(t, test.body, string(heard.Reply.Body))
			assert.Equal(t, test.surplus, string(heard.Surplus))
			assert.Equal(t, test.open, heard.Open)
		})
	}
}
