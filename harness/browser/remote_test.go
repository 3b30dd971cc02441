package browser

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParseRemote(t *testing.T) {
	for _, c := range []struct {
		address, capabilities string
		protocol, url, shown  string
		asked                 map[string]any
	}{
		{"cdp+ws://127.0.0.1:9222", "", DevTools, "ws://127.0.0.1:9222", "cdp+ws://127.0.0.1:9222", nil},
		{"cdp+wss://ann:secret@host/devtools/browser/1?token=2", `{"browserName": "x"}`, DevTools,
			"wss://ann:secret@host/devtools/browser/1?token=2", "cdp+wss://host/devtools/browser/1", nil},
		{"webdriver+http://grid:4444", "", WebDriver, "http://grid:4444", "webdriver+http://grid:4444", map[string]any{}},
		{"webdriver+https://ann:secret@grid/wd/hub?browserName=firefox&platformName=linux", `{"browserName": "chrome", "se:name": 1}`, WebDriver,
			"https://ann:secret@grid/wd/hub", "webdriver+https://grid/wd/hub",
			map[string]any{"browserName": "firefox", "platformName": "linux", "se:name": 1.}},
	} {
		assert.True(t, IsAddress(c.address))
		r, err := ParseRemote(c.address, c.capabilities)
		require.NoError(t, err)
		assert.Equal(t, c.protocol, r.Protocol)
		assert.Equal(t, c.url, r.URL.String())
		assert.Equal(t, c.shown, r.String())
		assert.Equal(t, c.asked, r.Capabilities)
	}
}

func TestParseRemoteErrors(t *testing.T) {
	for _, c := range []struct{ address, capabilities, want string }{
		{"ws://host:1", "", "begins with cdp+ws://"},
		{"http://ann:secret@host:1", "", "begins with cdp+ws://"},
		{"cdp+ws://", "", "no host"},
		{"cdp+ws://:9222", "", "no host"},
		{"cdp+ws://ann:secret@host:port", "", "no URL"},
		{"webdriver+http://grid", "{", "no JSON object"},
		{"webdriver+http://grid", "null", "no JSON object"},
		{"webdriver+http://grid", `["secret"]`, "no JSON object"},
	} {
		_, err := ParseRemote(c.address, c.capabilities)
		require.ErrorAs(t, err, new(*AddressError))
		assert.ErrorContains(t, err, c.want)
		assert.NotContains(t, err.Error(), "secret")
	}
	assert.False(t, IsAddress("chromium"))
}

func TestWithoutSecrets(t *testing.T) {
	assert.Equal(t, "chromium,webdriver+http://grid:4444,cdp+wss://host/x,firefox",
		WithoutSecrets("chromium,webdriver+http://ann:s@e@grid:4444?browserName=firefox,cdp+wss://host/x?token=1,firefox"))
}
