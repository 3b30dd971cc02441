package servers_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/servers"
)

// wire is a set-up that shows the bytes it gets and answers with bytes.
type wire struct {
	listener net.Listener
	dead     atomic.Bool
	got      chan string
	serve    func(in *bufio.Reader, conn *net.TCPConn)
}

func newWire(t *testing.T, serve func(in *bufio.Reader, conn *net.TCPConn)) *wire {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	return &wire{listener: listener, serve: serve, got: make(chan string, 10)}
}

func (w *wire) Name() string { return "wire" }

func (w *wire) Start(context.Context) (string, error) {
	go func() {
		for {
			conn, err := w.listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				var seen strings.Builder
				w.serve(bufio.NewReader(io.TeeReader(conn, &seen)), conn.(*net.TCPConn))
				w.got <- seen.String()
			}()
		}
	}()
	return w.listener.Addr().String(), nil
}

func (w *wire) Alive() error {
	if w.dead.Load() {
		return errors.New("exit status 1")
	}
	return nil
}

func (w *wire) Close() error {
	w.listener.Close()
	return nil
}

// until reads up to the end of some text.
func until(in *bufio.Reader, text string) {
	var got []byte
	for !strings.HasSuffix(string(got), text) {
		c, err := in.ReadByte()
		if err != nil {
			return
		}
		got = append(got, c)
	}
}

func TestSetUpsGetAndGiveUntouchedBytes(t *testing.T) {
	const head = "GET //a/../b?q=%20&corsproof=tok HTTP/1.1\r\nhOST: api.other.test\r\nX:  1 \r\nX:\t\xe9\r\n"
	big := strings.Repeat("0123456789", 50_000)
	for _, test := range []struct {
		name, request, end, reply string
		keepsAlive                bool
		body, replyBody           string
	}{
		{"no bodies", head + "\r\n", "\r\n\r\n", "HTTP/1.1 204 Nothing\r\nvary:Origin\r\nX:  1 \r\nX: \xe9\r\n\r\n", true, "", ""},
		{"preflight", strings.Replace(head, "GET", "OPTIONS", 1) + "Access-Control-Request-Method: PUT\r\n\r\n", "\r\n\r\n", "HTTP/1.1 200 OK\r\ncontent-LENGTH: 2\r\n\r\nOK", true, "", "OK"},
		{"HEAD", strings.Replace(head, "GET", "HEAD", 1) + "\r\n", "\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", true, "", ""},
		{"lengths", head + "Content-Length: 4\r\n\r\nbody", "body", "HTTP/1.1 200\r\nContent-Length: 5\r\n\r\nreply", true, "body", "reply"},
		{"chunks", head + "Transfer-Encoding: chunked\r\n\r\n2;x\r\nbo\r\n02\r\ndy\r\n0\r\nT: v\r\n\r\n", "T: v\r\n\r\n",
			"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x\r\nre\r\n03\r\nply\r\n0\r\nT: v\r\n\r\n", true, "body", "reply"},
		{"interim reply", head + "Expect: 100-continue\r\nContent-Length: 4\r\n\r\nbody", "body", "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", true, "body", ""},
		{"until close", head + "\r\n", "\r\n\r\n", "HTTP/1.0 200 OK\r\n\r\nreply", false, "", "reply"},
		{"close announced", head + "\r\n", "\r\n\r\n", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nreply", false, "", "reply"},
		{"more than announced", head + "\r\n", "\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nreply", false, "", "rep"},
		{"bad lines", head + "\r\n", "\r\n\r\n", "HTTP/1.1 200 OK\nno colon\nContent-Length: x\n\nreply", false, "", "reply"},
		{"large", head + "Content-Length: 500000\r\n\r\n" + big, big[490_000:], "HTTP/1.1 200 OK\r\nContent-Length: 500000\r\n\r\n" + big, true, big, big[:64<<10]},
	} {
		t.Run(test.name, func(t *testing.T) {
			setUp := newWire(t, func(in *bufio.Reader, conn *net.TCPConn) {
				if len(test.request) > 100_000 {
					io.CopyN(io.Discard, in, int64(len(test.request)))
				} else {
					until(in, test.end)
				}
				io.WriteString(conn, test.reply)
			})
			fleet := start(t, setUp)
			require.NoError(t, fleet.ArmSetUp("tok", "wire"))
			conn := dial(t, fleet, secure)
			_, err := io.WriteString(conn, test.request)
			require.NoError(t, err)
			got := make([]byte, len(test.reply))
			_, err = io.ReadFull(conn, got)
			require.NoError(t, err)
			assert.Equal(t, test.reply, string(got))
			assert.Equal(t, test.request, <-setUp.got)
			if test.keepsAlive {
				assert.Contains(t, talk(t, conn, "GET /"+closing), "404")
			} else {
				assert.Empty(t, talk(t, conn, ""))
			}
			entries := fleet.Ledger().Case("tok")
			require.Len(t, entries, 1)
			e := entries[0]
			assert.Equal(t, "//a/../b?q=%20", e.Path)
			assert.Equal(t, test.body, string(e.Body))
			assert.Equal(t, test.replyBody, string(e.Reply.Body))
			assert.Empty(t, e.Failed)
			assert.Equal(t, test.name == "preflight", e.Preflight)
			if test.name == "no bodies" {
				assert.Equal(t, 204, e.Reply.Status)
				assert.Equal(t, oracle.Headers{{Name: "vary", Value: "Origin"}, {Name: "X", Value: " 1 "}, {Name: "X", Value: "é"}}, e.Reply.Headers)
			}
		})
	}
}

func TestASetUpThatFailsIsSaidSo(t *testing.T) {
	for _, test := range []struct {
		name, reply string
		reset       bool // by the set-up
		got, want   string
	}{
		{"no reply", "", false, "", "no complete reply head: EOF"},
		{"reset", "", true, "", "no complete reply head: "},
		{"half a head", "HTTP/1.1 200 OK\r\n", false, "", "no complete reply head: EOF"},
		{"half a body", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nre", false, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nre", "no complete reply body: EOF"},
		{"half a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nre", true, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nre", "no complete reply body: "},
		{"bad chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxy", false, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx", "chunked body is malformed"},
		{"no HTTP", "220 smtp\r\n\r\n", false, "", `not an HTTP reply: "220 smtp`},
		{"upgrade", "HTTP/1.1 101 Switching Protocols\r\n\r\n", false, "", "switch protocols"},
	} {
		t.Run(test.name, func(t *testing.T) {
			setUp := newWire(t, func(in *bufio.Reader, conn *net.TCPConn) {
				until(in, "\r\n\r\n")
				io.WriteString(conn, test.reply)
				if test.reset {
					conn.SetLinger(0)
				}
			})
			fleet := start(t, setUp)
			require.NoError(t, fleet.ArmSetUp("tok", "wire"))
			for range 2 {
				conn := dial(t, fleet, secure)
				_, err := io.WriteString(conn, "GET /a?corsproof=tok HTTP/1.1\r\n\r\n")
				require.NoError(t, err)
				got, err := io.ReadAll(conn)
				assert.ErrorIs(t, err, syscall.ECONNRESET)
				assert.Equal(t, test.got, string(got))
			}
			entries := fleet.Ledger().Case("tok")
			require.Len(t, entries, 2)
			assert.Contains(t, entries[0].Failed, "set-up wire failed: ")
			assert.Contains(t, entries[0].Failed, test.want)
			assert.False(t, entries[0].Retry)
			assert.True(t, entries[1].Retry)
		})
	}
}

func TestADeadSetUpIsSaidSo(t *testing.T) {
	setUp := newWire(t, nil)
	fleet := start(t, setUp)
	require.NoError(t, fleet.ArmSetUp("tok", "wire"))
	setUp.dead.Store(true)
	setUp.Close()
	conn := dial(t, fleet, plain)
	_, err := io.WriteString(conn, "GET /a?corsproof=tok HTTP/1.1\r\n\r\n")
	require.NoError(t, err)
	_, err = io.ReadAll(conn)
	assert.ErrorIs(t, err, syscall.ECONNRESET)
	failed := fleet.Ledger().Case("tok")[0].Failed
	assert.Contains(t, failed, "connection refused")
	assert.Contains(t, failed, "its server has ended: exit status 1")

	assert.ErrorContains(t, fleet.ArmSetUp("tok", "nginx"), `no set-up "nginx" is running`)
}

func TestAReplyBeforeTheRequestIsComplete(t *testing.T) {
	const reply = "HTTP/1.1 413 No\r\nContent-Length: 0\r\n\r\n"
	setUp := newWire(t, func(in *bufio.Reader, conn *net.TCPConn) {
		until(in, "\r\n\r\n")
		io.WriteString(conn, reply)
		in.ReadByte() // never comes
	})
	fleet := start(t, setUp)
	require.NoError(t, fleet.ArmSetUp("tok", "wire"))
	conn := dial(t, fleet, plain)
	assert.Equal(t, reply, talk(t, conn, "POST /a?corsproof=tok HTTP/1.1\r\nContent-Length: 4\r\n\r\n"))
	assert.Empty(t, fleet.Ledger().Case("tok")[0].Failed)
}

func TestAClientThatLeavesIsNoFailureOfTheSetUp(t *testing.T) {
	setUp := newWire(t, func(in *bufio.Reader, _ *net.TCPConn) { io.Copy(io.Discard, in) })
	fleet := start(t, setUp)
	require.NoError(t, fleet.ArmSetUp("tok", "wire"))
	const half = "POST /a?corsproof=tok HTTP/1.1\r\nContent-Length: 4\r\n\r\nab"
	conn := dial(t, fleet, plain)
	_, err := io.WriteString(conn, half)
	require.NoError(t, err)
	conn.Close()
	assert.Equal(t, half, <-setUp.got, "the set-up's connection ended, too")
	require.NoError(t, fleet.Close())
	assert.Empty(t, fleet.Ledger().Case("tok")[0].Failed)
}

func TestASetUpThatFailsBeforeTheRequestIsComplete(t *testing.T) {
	setUp := newWire(t, func(in *bufio.Reader, _ *net.TCPConn) { until(in, "\r\n\r\n") })
	fleet := start(t, setUp)
	require.NoError(t, fleet.ArmSetUp("tok", "wire"))
	conn := dial(t, fleet, plain)
	_, err := io.WriteString(conn, "POST /a?corsproof=tok HTTP/1.1\r\nContent-Length: 4\r\n\r\n")
	require.NoError(t, err)
	_, err = io.ReadAll(conn)
	assert.ErrorIs(t, err, syscall.ECONNRESET)
	assert.Contains(t, fleet.Ledger().Case("tok")[0].Failed, "no complete reply head")
}

func TestCloseDoesNotWaitForASilentSetUp(t *testing.T) {
	setUp := newWire(t, func(in *bufio.Reader, _ *net.TCPConn) { io.Copy(io.Discard, in) })
	fleet := start(t, setUp)
	require.NoError(t, fleet.ArmSetUp("tok", "wire"))
	_, err := io.WriteString(dial(t, fleet, secure), "POST /a?corsproof=tok HTTP/1.1\r\nContent-Length: 4\r\n\r\n")
	require.NoError(t, err)
	require.Eventually(t, func() bool { return len(fleet.Ledger().Case("tok")) == 1 }, 5*time.Second, time.Millisecond)
	require.NoError(t, fleet.Close())
	assert.Empty(t, fleet.Ledger().Case("tok")[0].Failed)
}

// broken is a set-up that does not start.
type broken struct{ *wire }

func (broken) Start(context.Context) (string, error) { return "", errors.New("node: not found") }

func TestStartSaysWhichSetUpFailed(t *testing.T) {
	_, err := servers.Start(servers.Config{SetUps: []servers.SetUp{broken{newWire(t, nil)}}})
	assert.EqualError(t, err, "servers: start set-up wire: node: not found")
	_, err = servers.Start(servers.Config{SetUps: []servers.SetUp{newWire(t, nil), newWire(t, nil)}})
	assert.ErrorContains(t, err, `two set-ups are named "wire"`)
}
