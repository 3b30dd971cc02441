package servers_test

import (
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
	"github.com/corsproof/corsproof/servers"
)

// said is a script that answers with where it was asked.
type said struct{}

func (said) Answer(_ int, q scenarios.Query) scenarios.Answer {
	return scenarios.Answer{Status: 200, Body: []byte(q.At.String())}
}

// named starts a fleet with two origins on one address, which it returns.
func named(t *testing.T) (fleet *servers.Fleet, addr string, port int) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	addr, port = free.Addr().String(), free.Addr().(*net.TCPAddr).Port
	require.NoError(t, free.Close())
	var listen []servers.Listen
	for _, host := range []string{"app.site.localhost", "api.other.localhost"} {
		listen = append(listen, servers.Listen{Origin: oracle.Origin{Scheme: "http", Host: host, Port: port}, Addr: addr})
	}
	fleet, err = servers.Start(servers.Config{Origins: listen, Log: t.Logf, Pages: servers.Pages(servers.Assets{PageHTML: []byte("page")}, &servers.Documents{})})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, fleet.Close()) })
	return fleet, addr, port
}

// ask sends a request to an address for a host.
func ask(t *testing.T, addr, host, method, path string, body io.Reader) (status int, answer string) {
	t.Helper()
	r, err := http.NewRequest(method, "http://"+addr+path, body)
	require.NoError(t, err)
	r.Host = host
	response, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, string(text)
}

func TestOriginsOfOneAddressAreToldApartByHost(t *testing.T) {
	fleet, addr, port := named(t)
	fleet.Arm("a", said{})
	at := ":" + strconv.Itoa(port)
	for _, c := range []struct {
		host, path string
		status     int
		answer     string
	}{
		{"app.site.localhost" + at, "/~a/x", 200, "http://app.site.localhost" + at},
		{"api.other.localhost" + at, "/~a/x", 200, "http://api.other.localhost" + at},
		{"api.other.localhost" + at, "/.corsproof/page.html", 200, "page"},
		{"evil.example", "/~a/x", 421, ""},
		{"evil.example", "/.corsproof/page.html", 421, ""},
		{"app.site.localhost", "/~a/x", 421, ""}, // the port is another
		{addr, "/~a/x", 421, ""},
		{"app.site.localhost.evil.example" + at, "/~a/x", 421, ""},
	} {
		status, answer := ask(t, addr, c.host, "GET", c.path, nil)
		assert.Equal(t, c.status, status, c)
		assert.Equal(t, c.answer, answer, c)
	}
	assert.Len(t, fleet.Ledger().Case("a"), 2, "what was refused is in no ledger")
	assert.Empty(t, fleet.Mappings(), "browsers find them by themselves")
}

func TestNothingIsKeptOfWhatAnyPageSends(t *testing.T) {
	fleet, addr, port := named(t)
	host := "app.site.localhost:" + strconv.Itoa(port)
	status, _ := ask(t, addr, host, "GET", "/~unknown/x", nil)
	assert.Equal(t, 404, status)
	assert.Empty(t, fleet.Ledger().Case("unknown"))
	status, _ = ask(t, addr, host, "GET", "/.corsproof/sentinel/1", nil)
	assert.Equal(t, 404, status)
	assert.False(t, fleet.Ledger().Sentinel("1", oracle.Origin{Scheme: "http", Host: "app.site.localhost", Port: port}))

	fleet.Arm("a", said{})
	status, _ = ask(t, addr, host, "POST", "/~a/x", strings.NewReader(strings.Repeat("x", 64<<10+1)))
	assert.Equal(t, 413, status)
	status, _ = ask(t, addr, host, "POST", "/~a/x", strings.NewReader(strings.Repeat("x", 64<<10)))
	assert.Equal(t, 200, status)
}

func TestAnAddressTakesNoHTTPS(t *testing.T) {
	_, err := servers.Start(servers.Config{Origins: []servers.Listen{{Origin: secure, Addr: "127.0.0.1:0"}}})
	assert.ErrorContains(t, err, "no browser would trust its certificate")
}
