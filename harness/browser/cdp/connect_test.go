package cdp

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/harness/browser/browsertest"
)

// connected is a browser with all that a test needs to end it.
type connected struct {
	browser.Browser
	*browsertest.Debugged
	binary string
}

func (c connected) Info() browser.Info {
	info := c.Browser.Info()
	info.Binary = c.binary
	return info
}

// Close ends also the browser, which nobody else will.
func (c connected) Close() error {
	defer c.End()
	return c.Browser.Close()
}

// connect attaches to a browser that was started for it.
func connect(ctx context.Context, t testing.TB, o browser.Options) (browser.Browser, error) {
	d := browsertest.StartDebugged(t, o.Binary)
	var err error
	if o.Remote, err = browser.ParseRemote(d.Address, ""); err != nil {
		return nil, err
	}
	b, err := Connect(ctx, o)
	return connected{b, d, o.Binary}, err
}

// A browser that somebody has started owes the harness what one of ours does.
func TestConnectedDriver(t *testing.T) {
	d := driver(binaries(t)[0])
	d.Start = func(ctx context.Context, o browser.Options) (browser.Browser, error) { return connect(ctx, t, o) }
	d.Kill = func(b browser.Browser) error { return b.(connected).Kill() }
	browsertest.Run(t, d)
}

// Whose browser it is keeps it, as it was: without our pages, and with its own
// trust.
func TestConnectLeavesNothing(t *testing.T) {
	w := newWorld(t)
	b, err := connect(deadline(t), t, w.Options(binaries(t)[0]))
	require.NoError(t, err)
	run(t, open(t, b, pageURL), w.Probe("fetch", api, "allow=*"))
	before := tabs(t, b.(connected).Port)
	assert.Len(t, before, 2)
	require.NoError(t, b.(connected).Browser.Close())
	assert.Equal(t, []string{"about:blank"}, tabs(t, b.(connected).Port))

	remote, err := browser.ParseRemote(b.(connected).Address, "")
	require.NoError(t, err)
	again, err := Connect(deadline(t), browser.Options{Remote: remote, Proxy: w.Options("").Proxy})
	require.NoError(t, err)
	defer again.Close()
	assert.Equal(t, "cdp+ws://"+b.(connected).Port, again.Info().Binary)
}

// tabs are the addresses of a browser's pages.
func tabs(t testing.TB, port string) []string {
	response, err := http.Get("http://" + port + "/json/list")
	require.NoError(t, err)
	defer response.Body.Close()
	var list []struct{ Type, URL string }
	require.NoError(t, json.NewDecoder(response.Body).Decode(&list))
	var addresses []string
	for _, target := range list {
		if target.Type == "page" {
			addresses = append(addresses, target.URL)
		}
	}
	return addresses
}

func TestConnectErrors(t *testing.T) {
	html := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if user, password, ok := r.BasicAuth(); !ok || user != "ann" || password != "secret" {
			rw.WriteHeader(http.StatusUnauthorized)
		}
		rw.Write([]byte("<html>A page"))
	}))
	defer html.Close()
	host := strings.TrimPrefix(html.URL, "http://")
	for _, c := range []struct{ address, want string }{
		{"cdp+ws://127.0.0.1:9", "refused"},
		{"cdp+ws://nowhere.invalid:9222", "nowhere.invalid"},
		{"cdp+ws://" + host, "401 Unauthorized"},
		{"cdp+ws://ann:secret@" + host, `no browser's debugging port: it answers to /json/version with 200 OK: "<html>A page"`},
		{"cdp+ws://ann:secret@" + host + "/devtools/browser/1", "cdp: connect to cdp+ws://" + host + "/devtools/browser/1: "},
	} {
		remote, err := browser.ParseRemote(c.address, "")
		require.NoError(t, err)
		_, err = Connect(deadline(t), browser.Options{Remote: remote})
		assert.ErrorContains(t, err, c.want)
		assert.NotContains(t, err.Error(), "secret")
	}
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := connect(canceled, t, newWorld(t).Options(binaries(t)[0]))
	assert.ErrorIs(t, err, context.Canceled)
}
