package servers_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
	"github.com/corsproof/corsproof/servers"
)

// chromium starts a headless browser that finds the fleet by its mappings and
// accepts its certificate by the pin. It ends with the test.
func chromium(t *testing.T, fleet *servers.Fleet) context.Context {
	var rules []string
	for _, m := range fleet.Mappings() {
		rules = append(rules, fmt.Sprintf("MAP %s:%d %s", m.Host, m.Port, m.Addr))
	}
	return chromiumWith(t, fleet, chromedp.Flag("host-resolver-rules", strings.Join(rules, ", ")))
}

// chromiumWith starts a headless browser that finds the fleet by a flag.
func chromiumWith(t *testing.T, fleet *servers.Fleet, finding ...chromedp.ExecAllocatorOption) context.Context {
	binary := os.Getenv("CORSPROOF_CHROMIUM")
	for _, name := range []string{"chromium-headless-shell", "chromium", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil && binary == "" {
			binary = path
		}
	}
	require.NotEmpty(t, binary, "no Chromium on PATH: set CORSPROOF_CHROMIUM")
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(binary),
		chromedp.Flag("ignore-certificate-errors-spki-list", fleet.SPKI()),
		// The full browser would ask for http origins over https.
		chromedp.Flag("disable-features", "Translate,HttpsUpgrades,HttpsFirstBalancedModeAutoEnable"),
	)
	options = append(options, finding...)
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	return ctx
}

// eval evaluates an expression on the page and awaits its value.
func eval(t *testing.T, ctx context.Context, expression string) string {
	t.Helper()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[string](expression, chromedp.EvalAwaitPromise))
	require.NoError(t, err)
	return value
}

func TestAChromiumLoadsEveryOrigin(t *testing.T) {
	app := oracle.Origin{Scheme: "https", Host: "app.site.test", Port: 443}
	cases := []struct {
		listen   servers.Listen
		origin   string
		protocol string
	}{
		{servers.Listen{Origin: app}, "https://app.site.test", "http/1.1"},
		{servers.Listen{Origin: oracle.Origin{Scheme: "https", Host: "app.site.test", Port: 8443}}, "https://app.site.test:8443", "http/1.1"},
		{servers.Listen{Origin: oracle.Origin{Scheme: "http", Host: "app.site.test", Port: 8443}}, "http://app.site.test:8443", "http/1.1"},
		{servers.Listen{Origin: oracle.Origin{Scheme: "http", Host: "app.site.test", Port: 80}}, "http://app.site.test", "http/1.1"},
		{servers.Listen{Origin: secure}, "https://api.other.test", "http/1.1"},
		{servers.Listen{Origin: plain}, "http://api.other.test", "http/1.1"},
		{servers.Listen{Origin: h2, Protocol: scenarios.H2}, "https://h2.other.test", "h2"},
		{servers.Listen{Origin: oracle.Origin{Scheme: "https", Host: "h2.site.test", Port: 443}, Protocol: scenarios.H2}, "https://h2.site.test", "h2"},
	}
	config := servers.Config{Pages: servers.Pages(servers.Assets{}, &servers.Documents{}), Log: t.Logf}
	for _, c := range cases {
		config.Origins = append(config.Origins, c.listen)
	}
	fleet, err := servers.Start(config)
	require.NoError(t, err)
	defer fleet.Close()
	ctx := chromium(t, fleet)
	for _, c := range cases {
		require.NoError(t, chromedp.Do(ctx, chromedp.Navigate(c.origin+"/.corsproof/blank")), c.origin)
		assert.Equal(t, c.origin+" "+c.protocol, eval(t, ctx, `self.origin + " " + performance.getEntriesByType("navigation")[0].nextHopProtocol`))
	}

	// One case of each kind, as a page sees it and as the ledger has it.
	require.NoError(t, chromedp.Do(ctx, chromedp.Navigate("https://app.site.test/.corsproof/blank")))
	fleet.Arm("tok", script(func(_ int, q scenarios.Query) scenarios.Answer {
		headers := oracle.Headers{{Name: "access-control-allow-origin", Value: " " + q.Origin + " "}}
		if q.Preflight {
			return scenarios.Answer{Status: 204, Headers: append(headers, oracle.Header{Name: "Access-Control-Allow-Methods", Value: q.RequestMethod})}
		}
		return scenarios.Answer{Status: 200, Headers: headers, Body: []byte(q.Path)}
	}))
	for _, origin := range []oracle.Origin{secure, h2} {
		assert.Equal(t, "//a?b", eval(t, ctx, `fetch("`+origin.String()+`/~tok//a?b#c", {method: "PUT"}).then(r => r.text())`))
	}
	assert.Equal(t, "204", eval(t, ctx, `fetch("https://h2.other.test/.corsproof/sentinel/s").then(r => "" + r.status)`))
	assert.True(t, fleet.Ledger().Sentinel("s", h2))
	entries := fleet.Ledger().Case("tok")
	require.Len(t, entries, 4)
	for i, at := range []oracle.Origin{secure, secure, h2, h2} {
		assert.Equal(t, at, entries[i].At)
		assert.Equal(t, []string{"OPTIONS", "PUT"}[i%2], entries[i].Method)
		assert.Equal(t, i%2 == 0, entries[i].Preflight)
	}

	// The connection to api is warm: its reset is tried once more.
	fleet.Arm("cut", always(scenarios.Answer{Status: 200, Abort: "before-headers"}))
	assert.Equal(t, "TypeError", eval(t, ctx, `fetch("https://api.other.test/~cut/", {mode: "no-cors"}).catch(e => e.name)`))
	entries = fleet.Ledger().Case("cut")
	require.Len(t, entries, 2)
	assert.False(t, entries[0].Retry)
	assert.True(t, entries[1].Retry)

	fleet.Arm("half", always(scenarios.Answer{Status: 200, Abort: "in-body", Body: []byte("abcd"), Headers: oracle.Headers{{Name: "Access-Control-Allow-Origin", Value: "*"}}}))
	assert.Equal(t, "200 TypeError", eval(t, ctx, `fetch("https://api.other.test/~half/").then(r => r.text().catch(e => r.status + " " + e.name))`))
	assert.Len(t, fleet.Ledger().Case("half"), 1)

	require.NoError(t, fleet.Kill(secure))
	assert.Equal(t, "TypeError", eval(t, ctx, `fetch("https://api.other.test/~tok/").catch(e => e.name)`))
}

// What a page can see of a load, and what arrives, is the same whether Chromium
// finds the servers by itself or through the proxy.
func TestAChromiumSeesNoProxy(t *testing.T) {
	fleet := start(t)
	cors := oracle.Headers{
		{Name: "Access-Control-Allow-Origin", Value: "*"}, {Name: "Access-Control-Allow-Methods", Value: "PUT"},
		{Name: "Access-Control-Allow-Headers", Value: "*"}, {Name: "Content-Type", Value: "text/plain"},
	}
	cases := []struct {
		name, init string
		answer     scenarios.Answer
	}{
		{"allowed", "{}", scenarios.Answer{Status: 200, Headers: cors, Body: []byte("tea")}},
		{"blocked", "{}", scenarios.Answer{Status: 200, Body: []byte("tea")}},
		{"preflighted", "{method: 'PUT', body: 'x', headers: {'X-A': '1'}}", scenarios.Answer{Status: 200, Headers: cors}},
		{"preflight refused", "{method: 'DELETE'}", scenarios.Answer{Status: 200, Headers: cors}},
		{"opaque", "{mode: 'no-cors', method: 'POST', body: 'x'}", scenarios.Answer{Status: 200}},
		{"redirected", "{redirect: 'manual'}", scenarios.Answer{Status: 302, Headers: oracle.Headers{{Name: "Location", Value: "/"}}}},
		{"raw", "{}", scenarios.Answer{Raw: []byte("HTTP/1.1 200 OK\nAccess-Control-Allow-Origin: *\nContent-Length: 1\n\nab")}},
		{"no HTTP", "{}", scenarios.Answer{Raw: []byte("\x00\x01")}},
		{"reset", "{}", scenarios.Answer{Abort: "before-headers"}},
		{"broken off", "{}", scenarios.Answer{Status: 200, Headers: cors, Body: []byte("tea"), Abort: "in-body"}},
		{"early hints", "{}", scenarios.Answer{Raw: []byte("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nContent-Length: 3\r\n\r\ntea")}},
	}
	type sight struct {
		outcome string
		entries []servers.Entry
	}
	see := func(ctx context.Context, how string) map[string]sight {
		_, err := chromedp.Navigate("http://both.test:8443/.corsproof/blank")(ctx, chromedp.FromContext(ctx).Target)
		require.NoError(t, err)
		seen := map[string]sight{}
		for i, c := range cases {
			for _, scheme := range []string{"http", "https"} {
				token := fmt.Sprintf("%s%s%d", how, scheme, i)
				fleet.Arm(token, always(c.answer))
				outcome := eval(t, ctx, fmt.Sprintf(`fetch("%s://api.other.test/~%s/x", %s).then(
					async (r) => [r.type, r.status, r.ok, ...r.headers.keys(), await r.text()].join()).catch(String).then((s) => s.replaceAll(%q, 'tok'))`, scheme, token, c.init, token))
				seen[c.name+", "+scheme] = sight{outcome, entries(fleet, token)}
			}
		}
		return seen
	}
	direct := chromium(t, fleet)
	require.NoError(t, chromedp.Do(direct))
	want := see(direct, "direct")
	proxied := chromiumWith(t, fleet, chromedp.Flag("proxy-server", fleet.Proxy()))
	require.NoError(t, chromedp.Do(proxied))
	got := see(proxied, "proxied")
	for name := range want {
		assert.Equal(t, want[name], got[name], name)
		assert.NotEmpty(t, want[name].entries, name)
	}
}
