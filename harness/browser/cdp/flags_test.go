package cdp

import (
	"net"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/harness/browser/browsertest"
)

func TestResolverRules(t *testing.T) {
	assert.Equal(t, "MAP a.test:8443 127.0.0.1:1, MAP 127.0.0.1 127.0.0.1, MAP [::1] [::1], "+
		"MAP localhost 127.0.0.1, MAP *.localhost 127.0.0.1, MAP * ~NOTFOUND",
		resolverRules([]browser.Mapping{{Host: "a.test", Port: 8443, Addr: "127.0.0.1:1"}}))
}

// Each flag makes a difference that a case could see, or it goes: what holds
// with all of them does not hold with all but one.
func TestFlags(t *testing.T) {
	opens := func(url string) func(t *testing.T, w *browsertest.World, b browser.Browser) bool {
		return func(t *testing.T, w *browsertest.World, b browser.Browser) bool {
			c, err := b.NewContext(deadline(t))
			require.NoError(t, err)
			_, err = c.Open(deadline(t), browser.Document{URL: url})
			return err == nil
		}
	}
	tests := []struct {
		flag  string
		holds func(t *testing.T, w *browsertest.World, b browser.Browser) bool
		full  bool // headless-shell has nothing to turn off
	}{
		{flag: "host-resolver-rules", holds: opens(pageURL)},
		{flag: "ignore-certificate-errors-spki-list", holds: opens(pageURL)},
		{flag: "proxy-server", holds: opens(pageURL)},
		{flag: "disable-features", holds: opens("http://app.example.com/.corsproof/page.html"), full: true},
		{flag: "disable-quic", holds: staysOffQUIC},
	}
	for _, name := range []string{"http_proxy", "https_proxy"} {
		t.Setenv(name, "http://127.0.0.1:1")
	}
	eachBrowser(t, func(t *testing.T, binary string) {
		w := newWorld(t)
		o := w.Options(binary)
		all := start(t, o)
		for _, test := range tests {
			if test.full && strings.Contains(filepath.Base(binary), "headless") {
				continue
			}
			t.Run(test.flag, func(t *testing.T) {
				assert.True(t, test.holds(t, w, all), "with it")
				others := slices.DeleteFunc(flags(o), func(f flag) bool { return f.name == test.flag })
				require.Len(t, others, len(flags(o))-1)
				assert.False(t, test.holds(t, w, startWithFlags(t, o, others)), "without it")
			})
		}
	})
}

// staysOffQUIC says whether a browser that was told of HTTP/3 sends nothing
// there.
func staysOffQUIC(t *testing.T, w *browsertest.World, b browser.Browser) bool {
	socket, err := net.ListenPacket("udp", w.Mappings()[0].Addr)
	require.NoError(t, err)
	defer socket.Close()
	page := open(t, b, pageURL)
	for range 3 {
		run(t, page, w.Probe("fetch", api, `allow=*&alt-svc=h3=":443"`))
	}
	require.NoError(t, socket.SetReadDeadline(time.Now().Add(500*time.Millisecond)))
	_, _, err = socket.ReadFrom(make([]byte, 2048))
	return err != nil
}

func TestIdentify(t *testing.T) {
	tests := []struct{ binary, product, key string }{
		{"/usr/bin/chromium", "Chrome/156.0.1.2", "chromium"},
		{"/usr/bin/chromium-headless-shell", "HeadlessChrome/156.0.1.2", "chrome-headless-shell"},
		{"/opt/chrome-headless-shell-linux64/chrome-headless-shell", "HeadlessChrome/156.0.1.2", "chrome-headless-shell"},
		{"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "Chrome/156.0.1.2", "chrome"},
		{"/usr/bin/microsoft-edge", "Edg/156.0.1.2", "edge"},
	}
	for _, test := range tests {
		key, name := identify(test.binary, test.product)
		assert.Equal(t, test.key, key, test.binary)
		assert.NotEmpty(t, name)
	}
}
