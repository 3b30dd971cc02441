package browser

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

const headlessShell = "chrome-headless-shell"

// The engines. Each stands for the products that run on it.
const (
	Chromium = "chromium"
	Firefox  = "firefox"
	WebKit   = "webkit"
)

// product is a browser, by where it is usually found.
type product struct {
	key      string
	engine   string
	name     string              // as in --version, but for the headless shell
	commands []string            // on PATH
	places   map[string][]string // by GOOS; ~ is home, %X% the environment, * a glob
	// driver is the WebDriver server that it needs, beside it or on PATH, by
	// GOOS.
	driver map[string]string
	// needs are further commands on PATH, by GOOS.
	needs map[string][]string
}

// products are by engine, in the order of preference for a run without a window.
var products = []product{
	{
		key: headlessShell, engine: Chromium, name: "Headless shell",
		commands: []string{"chromium-headless-shell", "chrome-headless-shell", "headless_shell", "headless-shell"},
		places: map[string][]string{
			"linux": {
				"/usr/lib64/chromium-browser/headless_shell",
				"/usr/lib/chromium/chromium-headless-shell",
				"/headless-shell/headless-shell",
				"~/.cache/puppeteer/chrome-headless-shell/*/*/chrome-headless-shell",
				"~/.cache/ms-playwright/chromium_headless_shell-*/*/chrome-headless-shell",
				"~/.cache/ms-playwright/chromium_headless_shell-*/*/headless_shell",
			},
			"darwin": {
				"~/.cache/puppeteer/chrome-headless-shell/*/*/chrome-headless-shell",
				"~/Library/Caches/ms-playwright/chromium_headless_shell-*/*/chrome-headless-shell",
				"~/Library/Caches/ms-playwright/chromium_headless_shell-*/*/headless_shell",
			},
			"windows": {
				`%USERPROFILE%\.cache\puppeteer\chrome-headless-shell\*\*\chrome-headless-shell.exe`,
				`%LOCALAPPDATA%\ms-playwright\chromium_headless_shell-*\*\chrome-headless-shell.exe`,
				`%LOCALAPPDATA%\ms-playwright\chromium_headless_shell-*\*\headless_shell.exe`,
			},
		},
	},
	{
		key: Chromium, engine: Chromium, name: "Chromium",
		commands: []string{"chromium", "chromium-browser"},
		places: map[string][]string{
			"linux": {
				"/usr/lib64/chromium-browser/chromium-browser",
				"/usr/lib/chromium/chromium",
				"/snap/bin/chromium",
				"~/.cache/ms-playwright/chromium-*/chrome-linux*/chrome",
			},
			"darwin": {
				"/Applications/Chromium.app/Contents/MacOS/Chromium",
				"~/Applications/Chromium.app/Contents/MacOS/Chromium",
				"~/Library/Caches/ms-playwright/chromium-*/*/Chromium.app/Contents/MacOS/Chromium",
			},
			"windows": {
				`%ProgramFiles%\Chromium\Application\chrome.exe`,
				`%ProgramFiles(x86)%\Chromium\Application\chrome.exe`,
				`%LOCALAPPDATA%\Chromium\Application\chrome.exe`,
				`%LOCALAPPDATA%\ms-playwright\chromium-*\chrome-win*\chrome.exe`,
			},
		},
	},
	{
		key: "chrome", engine: Chromium, name: "Google Chrome",
		commands: []string{"google-chrome-stable", "google-chrome", "google-chrome-beta", "google-chrome-unstable", "chrome"},
		places: map[string][]string{
			"linux": {
				"/opt/google/chrome/chrome",
				"/opt/google/chrome-beta/chrome",
				"/opt/google/chrome-unstable/chrome",
				"/usr/local/bin/chrome",
				"~/.cache/puppeteer/chrome/*/*/chrome",
			},
			"darwin": {
				"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
				"~/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
				"/Applications/Google Chrome Beta.app/Contents/MacOS/Google Chrome Beta",
				"/Applications/Google Chrome Canary.app/Contents/MacOS/Google Chrome Canary",
				"~/.cache/puppeteer/chrome/*/*/Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing",
				"~/Library/Caches/ms-playwright/chromium-*/*/Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing",
			},
			"windows": {
				`%ProgramFiles%\Google\Chrome\Application\chrome.exe`,
				`%ProgramFiles(x86)%\Google\Chrome\Application\chrome.exe`,
				`%LOCALAPPDATA%\Google\Chrome\Application\chrome.exe`,
				`%LOCALAPPDATA%\Google\Chrome SxS\Application\chrome.exe`,
				`%USERPROFILE%\.cache\puppeteer\chrome\*\*\chrome.exe`,
			},
		},
	},
	{
		key: "edge", engine: Chromium, name: "Microsoft Edge",
		commands: []string{"microsoft-edge-stable", "microsoft-edge", "msedge"},
		places: map[string][]string{
			"linux": {"/opt/microsoft/msedge/msedge"},
			"darwin": {
				"/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
				"~/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
			},
			"windows": {
				`%ProgramFiles(x86)%\Microsoft\Edge\Application\msedge.exe`,
				`%ProgramFiles%\Microsoft\Edge\Application\msedge.exe`,
				`%LOCALAPPDATA%\Microsoft\Edge\Application\msedge.exe`,
			},
		},
	},
	{
		key: Firefox, engine: Firefox, name: "Firefox",
		commands: []string{"firefox", "firefox-esr", "firefox-developer-edition", "firefox-nightly"},
		places: map[string][]string{
			"linux": {
				"/usr/lib/firefox/firefox",
				"/usr/lib64/firefox/firefox",
				"/usr/lib/firefox-esr/firefox-esr",
				"/opt/firefox/firefox",
				"/snap/bin/firefox",
				"~/.cache/puppeteer/firefox/*/firefox/firefox",
			},
			"darwin": {
				"/Applications/Firefox.app/Contents/MacOS/firefox",
				"~/Applications/Firefox.app/Contents/MacOS/firefox",
				"/Applications/Firefox Developer Edition.app/Contents/MacOS/firefox",
				"/Applications/Firefox Nightly.app/Contents/MacOS/firefox",
			},
			"windows": {
				`%ProgramFiles%\Mozilla Firefox\firefox.exe`,
				`%ProgramFiles(x86)%\Mozilla Firefox\firefox.exe`,
				`%LOCALAPPDATA%\Mozilla Firefox\firefox.exe`,
			},
		},
	},
	{
		key: WebKit, engine: WebKit, name: "WebKit",
		places: map[string][]string{
			"linux": {
				"/usr/lib/*/webkit2gtk-4.1/MiniBrowser",
				"/usr/lib/*/webkitgtk-6.0/MiniBrowser",
				"/usr/lib/webkit2gtk-4.1/MiniBrowser",
				"/usr/lib/webkitgtk-6.0/MiniBrowser",
				"/usr/libexec/webkit2gtk-4.1/MiniBrowser",
				"/usr/libexec/webkitgtk-6.0/MiniBrowser",
			},
			"darwin": {"/Applications/Safari.app/Contents/MacOS/Safari"},
		},
		driver: map[string]string{"linux": "WebKitWebDriver", "darwin": "safaridriver"},
		needs:  map[string][]string{"linux": {"Xvfb"}}, // there is no WebKit without a display
	},
}

// expand turns a place into files: the newest first where versions differ.
// A place in a folder that this machine has no name for is nowhere.
func (m machine) expand(place string) []string {
	if rest, ok := strings.CutPrefix(place, "~"); ok {
		if m.home == "" {
			return nil
		}
		place = m.home + rest
	}
	if rest, ok := strings.CutPrefix(place, "%"); ok {
		name, rest, _ := strings.Cut(rest, "%")
		value := m.getenv(name)
		if value == "" {
			return nil
		}
		place = value + rest
	}
	if !strings.Contains(place, "*") {
		return []string{place}
	}
	files := m.glob(place)
	slices.Reverse(files)
	return files
}

// compareNatural compares names with numbers by the numbers' values, so that
// chromium-1140 comes after chromium-993.
func compareNatural(a, b string) int {
	for a != "" && b != "" {
		i, j := digits(a), digits(b)
		if i > 0 && j > 0 {
			x, errX := strconv.ParseUint(a[:i], 10, 64)
			y, errY := strconv.ParseUint(b[:j], 10, 64)
			if errX == nil && errY == nil && x != y {
				return cmp.Compare(x, y)
			}
			if a[:i] != b[:j] {
				return cmp.Compare(a[:i], b[:j])
			}
			a, b = a[i:], b[j:]
			continue
		}
		if a[0] != b[0] {
			return cmp.Compare(a[0], b[0])
		}
		a, b = a[1:], b[1:]
	}
	return cmp.Compare(len(a), len(b))
}

// digits is the number of digits that a string starts with.
func digits(s string) int {
	return len(s) - len(strings.TrimLeft(s, "0123456789"))
}
