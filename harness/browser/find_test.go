package browser

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// fake is a machine that has just the files given: path to what --version
// prints ("!" and a reason: it fails), and commands on PATH by their paths.
type fake struct {
	goos, distro, home string
	root               bool
	env, files         map[string]string
	path               map[string]string
}

func (f fake) machine() machine {
	return machine{
		goos: f.goos, distro: f.distro, home: f.home, root: f.root,
		getenv: func(name string) string { return f.env[name] },
		lookPath: func(command string) (string, error) {
			if file, ok := f.path[command]; ok {
				return file, nil
			}
			return "", errors.New("not found")
		},
		executable: func(file string) error {
			if _, ok := f.files[file]; !ok {
				return errors.New("there is no such file")
			}
			return nil
		},
		version: func(file string) (string, error) {
			said, ok := f.files[file]
			if !ok {
				said = "Chromium 1.2.3.4\n"
			}
			if reason, bad := strings.CutPrefix(said, "!"); bad {
				return "", errors.New(reason)
			}
			return said, nil
		},
		glob: func(pattern string) []string {
			// As filepath.Glob on the system in question.
			separator := `/`
			if f.goos == "windows" {
				separator = `\`
			}
			expr := regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, `[^`+regexp.QuoteMeta(separator)+`]*`) + "$")
			var found []string
			for file := range f.files {
				if expr.MatchString(file) {
					found = append(found, file)
				}
			}
			slices.SortFunc(found, compareNatural)
			return found
		},
	}
}

const (
	programFiles = `C:\Program Files`
	localAppData = `C:\Users\ann\AppData\Local`
)

var windowsEnv = map[string]string{
	"ProgramFiles": programFiles, "ProgramFiles(x86)": `C:\Program Files (x86)`,
	"LOCALAPPDATA": localAppData, "USERPROFILE": `C:\Users\ann`,
}

func TestFindOn(t *testing.T) {
	linuxPath := map[string]string{
		"chromium-headless-shell": "/usr/bin/chromium-headless-shell",
		"chromium":                "/usr/bin/chromium",
		"google-chrome-stable":    "/usr/bin/google-chrome-stable",
	}
	for name, c := range map[string]struct {
		on     fake
		engine string
		headed bool
		want   Found
	}{
		"linux, headless shell first": {fake{goos: "linux", path: linuxPath}, "chromium", false,
			Found{headlessShell, "Headless shell", "1.2.3.4", "/usr/bin/chromium-headless-shell", "", nil}},
		"linux, a window": {fake{goos: "linux", path: linuxPath}, "chromium", true,
			Found{"chromium", "Chromium", "1.2.3.4", "/usr/bin/chromium", "", nil}},
		"linux, one product": {fake{goos: "linux", path: linuxPath}, "chrome", false,
			Found{"chrome", "Google Chrome", "1.2.3.4", "/usr/bin/google-chrome-stable", "", nil}},
		"linux, opt": {fake{goos: "linux", files: map[string]string{"/opt/google/chrome/chrome": "Google Chrome 150.0.1.2 \n"}}, "chromium", false,
			Found{"chrome", "Google Chrome", "150.0.1.2", "/opt/google/chrome/chrome", "", nil}},
		"linux, snap": {fake{goos: "linux", files: map[string]string{"/snap/bin/chromium": "Chromium 150.0.1.2 snap\n"}}, "chromium", true,
			Found{"chromium", "Chromium", "150.0.1.2", "/snap/bin/chromium", "", nil}},
		"linux, edge": {fake{goos: "linux", files: map[string]string{"/opt/microsoft/msedge/msedge": "Microsoft Edge 150.0.1.2"}}, "edge", false,
			Found{"edge", "Microsoft Edge", "150.0.1.2", "/opt/microsoft/msedge/msedge", "", nil}},
		"linux, the newest of a cache": {fake{goos: "linux", home: "/home/ann", files: map[string]string{
			"/home/ann/.cache/ms-playwright/chromium_headless_shell-993/chrome-linux/headless_shell":  "Chromium 120.0.0.1",
			"/home/ann/.cache/ms-playwright/chromium_headless_shell-1140/chrome-linux/headless_shell": "Chromium 130.0.0.1",
		}}, "chromium", false,
			Found{headlessShell, "Headless shell", "130.0.0.1", "/home/ann/.cache/ms-playwright/chromium_headless_shell-1140/chrome-linux/headless_shell", "", nil}},
		"linux, a stub is passed over": {fake{goos: "linux", path: map[string]string{"chromium-browser": "/usr/bin/chromium-browser"},
			files: map[string]string{"/usr/bin/chromium-browser": "!exit status 1", "/opt/google/chrome/chrome": "Google Chrome 150.0.1.2"}}, "chromium", false,
			Found{"chrome", "Google Chrome", "150.0.1.2", "/opt/google/chrome/chrome", "", nil}},
		"linux, named by path": {fake{goos: "linux", path: linuxPath, env: map[string]string{ChromiumVar: "/my/chrome"},
			files: map[string]string{"/my/chrome": "Google Chrome 151.0.0.1"}}, "chromium", false,
			Found{"chrome", "Google Chrome", "151.0.0.1", "/my/chrome", "", nil}},
		"linux, named by command": {fake{goos: "linux", path: linuxPath, env: map[string]string{ChromiumVar: "chromium"}}, "chromium", false,
			Found{"chromium", "Chromium", "1.2.3.4", "/usr/bin/chromium", "", nil}},
		"linux, a headless shell by its file": {fake{goos: "linux", env: map[string]string{ChromiumVar: "/x/chrome-headless-shell"},
			files: map[string]string{"/x/chrome-headless-shell": "Google Chrome for Testing 151.0.0.1"}}, "chromium", false,
			Found{headlessShell, "Headless shell", "151.0.0.1", "/x/chrome-headless-shell", "", nil}},
		"darwin, chrome": {fake{goos: "darwin", files: map[string]string{
			"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome": "Google Chrome 150.0.1.2"}}, "chromium", false,
			Found{"chrome", "Google Chrome", "150.0.1.2", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "", nil}},
		"darwin, the user's own": {fake{goos: "darwin", home: "/Users/ann", files: map[string]string{
			"/Users/ann/Applications/Chromium.app/Contents/MacOS/Chromium": "Chromium 150.0.1.2"}}, "chromium", true,
			Found{"chromium", "Chromium", "150.0.1.2", "/Users/ann/Applications/Chromium.app/Contents/MacOS/Chromium", "", nil}},
		"darwin, edge": {fake{goos: "darwin", files: map[string]string{
			"/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge": "Microsoft Edge 150.0.1.2"}}, "chromium", false,
			Found{"edge", "Microsoft Edge", "150.0.1.2", "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge", "", nil}},
		"windows, the version is a folder": {fake{goos: "windows", env: windowsEnv, files: map[string]string{
			programFiles + `\Google\Chrome\Application\chrome.exe`:     "!it opens a window",
			programFiles + `\Google\Chrome\Application\99.0.4844.51`:   "",
			programFiles + `\Google\Chrome\Application\150.0.7000.10`:  "",
			programFiles + `\Google\Chrome\Application\a.b.c.manifest`: "",
		}}, "chromium", false,
			Found{"chrome", "Google Chrome", "150.0.7000.10", programFiles + `\Google\Chrome\Application\chrome.exe`, "", nil}},
		"windows, the user's own": {fake{goos: "windows", env: windowsEnv, files: map[string]string{
			localAppData + `\Chromium\Application\chrome.exe`: ""}}, "chromium", true,
			Found{"chromium", "Chromium", "", localAppData + `\Chromium\Application\chrome.exe`, "", nil}},
		"windows, edge is always there": {fake{goos: "windows", env: windowsEnv, files: map[string]string{
			`C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe`: ""}}, "chromium", false,
			Found{"edge", "Microsoft Edge", "", `C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe`, "", nil}},
		"windows, named": {fake{goos: "windows", env: map[string]string{ChromiumVar: `D:\edge\msedge.exe`}, files: map[string]string{
			`D:\edge\msedge.exe`: ""}}, "chromium", false,
			Found{"edge", "Microsoft Edge", "", `D:\edge\msedge.exe`, "", nil}},
		"linux, firefox": {fake{goos: "linux", path: map[string]string{"firefox-esr": "/usr/bin/firefox-esr", "chromium": "/usr/bin/chromium"},
			files: map[string]string{"/usr/bin/firefox-esr": "Mozilla Firefox 153.8.0esr\n"}}, "firefox", false,
			Found{"firefox", "Firefox", "153.8.0esr", "/usr/bin/firefox-esr", "", nil}},
		"linux, firefox by its variable": {fake{goos: "linux", env: map[string]string{FirefoxVar: "/my/firefox", ChromiumVar: "/no/chrome"},
			files: map[string]string{"/my/firefox": "Mozilla Firefox 155.0a1"}}, "firefox", true,
			Found{"firefox", "Firefox", "155.0a1", "/my/firefox", "", nil}},
		"darwin, firefox": {fake{goos: "darwin", files: map[string]string{"/Applications/Firefox.app/Contents/MacOS/firefox": "Mozilla Firefox 153.0"}}, "firefox", false,
			Found{"firefox", "Firefox", "153.0", "/Applications/Firefox.app/Contents/MacOS/firefox", "", nil}},
		"linux, webkit": {fake{goos: "linux", path: map[string]string{"WebKitWebDriver": "/usr/bin/WebKitWebDriver", "Xvfb": "/usr/bin/Xvfb"},
			files: map[string]string{"/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser": "!it needs a display"}}, "webkit", false,
			Found{"webkit", "WebKit", "", "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser", "/usr/bin/WebKitWebDriver", nil}},
		"linux, a webkit of one's own": {fake{goos: "linux", path: map[string]string{"WebKitWebDriver": "/usr/bin/WebKitWebDriver", "Xvfb": "/usr/bin/Xvfb"},
			env: map[string]string{WebKitVar: "/build/bin/MiniBrowser"}, files: map[string]string{"/build/bin/MiniBrowser": "", "/build/bin/WebKitWebDriver": ""}}, "webkit", false,
			Found{"webkit", "WebKit", "", "/build/bin/MiniBrowser", "/build/bin/WebKitWebDriver", nil}},
		"darwin, safari": {fake{goos: "darwin", path: map[string]string{"safaridriver": "/usr/bin/safaridriver"},
			files: map[string]string{"/Applications/Safari.app/Contents/MacOS/Safari": ""}}, "webkit", false,
			Found{"webkit", "WebKit", "", "/Applications/Safari.app/Contents/MacOS/Safari", "/usr/bin/safaridriver", nil}},
	} {
		t.Run(name, func(t *testing.T) {
			found, err := c.on.machine().find(c.engine, c.headed)
			require.NoError(t, err)
			assert.Equal(t, c.want, found)
		})
	}
}

func TestFindNone(t *testing.T) {
	apt := map[string]string{"apt-get": "/usr/bin/apt-get"}
	for name, c := range map[string]struct {
		on     fake
		engine string
		headed bool
		want   []string
	}{
		"debian": {fake{goos: "linux", distro: "debian", path: apt}, "chromium", false, []string{
			"browser: no Chromium, Chrome, Edge or headless shell found, on PATH or in the usual places",
			"type:\n  sudo apt-get update && sudo apt-get install -y --no-install-recommends chromium-headless-shell\n",
			"or set CORSPROOF_CHROMIUM to the path of one"}},
		"debian, as root": {fake{goos: "linux", distro: "debian", path: apt, root: true}, "chromium", false, []string{
			"type:\n  apt-get update && apt-get install -y"}},
		"debian, a window": {fake{goos: "linux", distro: "debian", path: apt}, "chromium", true, []string{
			"no Chromium, Chrome or Edge with a window", "--no-install-recommends chromium\n"}},
		"debian, edge": {fake{goos: "linux", distro: "debian", path: apt}, "edge", false, []string{"browser: no edge found"}},
		"ubuntu": {fake{goos: "linux", distro: "ubuntu debian", path: map[string]string{"apt-get": "/usr/bin/apt-get", "snap": "/usr/bin/snap"}},
			"chromium", false, []string{"sudo snap install chromium"}},
		"ubuntu without snap": {fake{goos: "linux", distro: "ubuntu debian", path: apt}, "chromium", false, []string{"https://www.google.com/chrome/"}},
		"fedora":              {fake{goos: "linux", distro: "fedora", path: map[string]string{"dnf": "/bin/dnf"}}, "chromium", false, []string{"sudo dnf install -y chromium"}},
		"alpine":              {fake{goos: "linux", distro: "alpine", root: true, path: map[string]string{"apk": "/sbin/apk"}}, "chromium", false, []string{"\n  apk add --no-cache chromium-headless-shell"}},
		"arch":                {fake{goos: "linux", distro: "arch", path: map[string]string{"pacman": "/bin/pacman"}}, "chromium", false, []string{"sudo pacman -S --needed --noconfirm chromium"}},
		"suse":                {fake{goos: "linux", distro: "opensuse", path: map[string]string{"zypper": "/bin/zypper"}}, "chromium", false, []string{"sudo zypper --non-interactive install chromium"}},
		"linux":               {fake{goos: "linux"}, "chromium", false, []string{"https://www.google.com/chrome/", "your system's packages"}},
		"mac":                 {fake{goos: "darwin", path: map[string]string{"brew": "/opt/homebrew/bin/brew"}}, "chromium", false, []string{"\n  brew install --cask google-chrome"}},
		"mac without brew":    {fake{goos: "darwin"}, "chromium", false, []string{"https://www.google.com/chrome/"}},
		"windows":             {fake{goos: "windows", env: windowsEnv, path: map[string]string{"winget": "winget"}}, "chromium", false, []string{"winget install --exact --id Google.Chrome"}},
		"windows, bare":       {fake{goos: "windows"}, "chromium", false, []string{"https://www.google.com/chrome/"}},
		"a stub": {fake{goos: "linux", path: map[string]string{"chromium-browser": "/usr/bin/chromium-browser"},
			files: map[string]string{"/usr/bin/chromium-browser": "!exit status 1: needs the snap"}}, "chromium", false, []string{
			"/usr/bin/chromium-browser is no working browser: --version fails: exit status 1: needs the snap"}},
		"not a browser": {fake{goos: "linux", path: map[string]string{"chromium": "/bin/chromium"},
			files: map[string]string{"/bin/chromium": "the game, 1.0\n"}}, "chromium", false, []string{
			`--version says "the game, 1.0", which is no browser's version`}},
		"debian, firefox": {fake{goos: "linux", distro: "debian", path: apt, root: true}, "firefox", false, []string{
			"browser: no Firefox found", "type:\n  apt-get update && apt-get install -y --no-install-recommends firefox-esr\n", "or set CORSPROOF_FIREFOX"}},
		"ubuntu, firefox": {fake{goos: "linux", distro: "ubuntu debian", path: map[string]string{"apt-get": "/usr/bin/apt-get", "snap": "/usr/bin/snap"}},
			"firefox", false, []string{"sudo snap install firefox"}},
		"mac, firefox": {fake{goos: "darwin", path: map[string]string{"brew": "/opt/homebrew/bin/brew"}}, "firefox", false, []string{"brew install --cask firefox"}},
		"ubuntu, webkit": {fake{goos: "linux", distro: "ubuntu debian", root: true, path: map[string]string{"apt-get": "/usr/bin/apt-get", "snap": "/usr/bin/snap"}},
			"webkit", false, []string{"browser: no WebKit with its WebDriver server found", "apt-get install -y --no-install-recommends webkit2gtk-driver xvfb\n", "or set CORSPROOF_WEBKIT"}},
		"fedora, webkit":  {fake{goos: "linux", distro: "fedora", path: map[string]string{"dnf": "/bin/dnf"}}, "webkit", false, []string{"MiniBrowser and WebKitWebDriver, and Xvfb"}},
		"mac, webkit":     {fake{goos: "darwin", path: map[string]string{"brew": "/opt/homebrew/bin/brew"}}, "webkit", false, []string{"safaridriver --enable"}},
		"windows, webkit": {fake{goos: "windows"}, "webkit", false, []string{"no browser on WebKit for Windows"}},
		"webkit without a display": {fake{goos: "linux", path: map[string]string{"WebKitWebDriver": "/usr/bin/WebKitWebDriver"},
			files: map[string]string{"/usr/lib/webkit2gtk-4.1/MiniBrowser": ""}}, "webkit", false, []string{
			"/usr/lib/webkit2gtk-4.1/MiniBrowser can't be used: it needs Xvfb, which is not on PATH"}},
		"webkit without its driver": {fake{goos: "linux", path: map[string]string{"Xvfb": "/usr/bin/Xvfb"},
			files: map[string]string{"/usr/lib/webkit2gtk-4.1/MiniBrowser": ""}}, "webkit", false, []string{
			"it needs WebKitWebDriver, which is not on PATH or beside it"}},
		"firefox that is none": {fake{goos: "linux", env: map[string]string{FirefoxVar: "/x"}, files: map[string]string{"/x": "Chromium 1.2.3.4"}}, "firefox", false, []string{
			`CORSPROOF_FIREFOX is set to "/x", which can't be used: --version says "Chromium 1.2.3.4", which is no Firefox`, "to the path of a Firefox, or unset it"}},

		// Named, but wrong: an error, although there is another.
		"named, missing": {fake{goos: "linux", path: map[string]string{"chromium": "/bin/chromium"}, env: map[string]string{ChromiumVar: "/no/chrome"}},
			"chromium", false, []string{`browser: CORSPROOF_CHROMIUM is set to "/no/chrome", which can't be used: there is no such file`, "or unset it"}},
		"named, no command": {fake{goos: "linux", path: map[string]string{"chromium": "/bin/chromium"}, env: map[string]string{ChromiumVar: "crome"}},
			"chromium", false, []string{`"crome", which can't be used: there is no such command on PATH`}},
		"named, fails": {fake{goos: "linux", env: map[string]string{ChromiumVar: "/x"}, files: map[string]string{"/x": "!exit status 2"}},
			"chromium", false, []string{"--version fails: exit status 2"}},
		"named, without a window": {fake{goos: "linux", env: map[string]string{ChromiumVar: "/x/headless_shell"}, files: map[string]string{"/x/headless_shell": "Chromium 1.2.3.4"}},
			"chromium", true, []string{"a headless shell has no window"}},
	} {
		t.Run(name, func(t *testing.T) {
			found, err := c.on.machine().find(c.engine, c.headed)
			assert.Zero(t, found)
			require.ErrorAs(t, err, new(*NotFoundError))
			for _, want := range c.want {
				assert.Contains(t, err.Error(), want)
			}
			assert.Contains(t, err.Error(), familyOf(c.engine).variable)
		})
	}
}

func TestFindUnknownEngine(t *testing.T) {
	for _, engine := range []string{"netscape", ""} {
		_, err := fake{goos: "linux"}.machine().find(engine, false)
		require.ErrorAs(t, err, new(*EngineError))
		assert.ErrorContains(t, err, "there are chromium, firefox, webkit, chrome-headless-shell, chrome, edge")
	}
}

func TestFindAllOn(t *testing.T) {
	f := fake{goos: "linux", path: map[string]string{"chromium": "/usr/bin/chromium", "google-chrome": "/usr/bin/google-chrome"},
		files: map[string]string{"/my/headless_shell": "Chromium 9.0.0.1", "/usr/bin/google-chrome": "Google Chrome 9.0.0.2"}}
	keys := func() (keys []string) {
		all, err := f.machine().findAll(Chromium)
		require.NoError(t, err)
		for _, found := range all {
			keys = append(keys, found.Key)
		}
		return keys
	}
	assert.Equal(t, []string{"chromium", "chrome"}, keys())
	f.env = map[string]string{ChromiumVar: "/my/headless_shell"}
	assert.Equal(t, []string{headlessShell, "chromium", "chrome"}, keys(), "the named one first")
	f.env = map[string]string{ChromiumVar: "google-chrome"}
	assert.Equal(t, []string{"chrome", "chromium"}, keys(), "not twice")

	f.env = map[string]string{ChromiumVar: "/none"}
	_, err := f.machine().findAll(Chromium)
	assert.ErrorContains(t, err, "there is no such file")
	assert.NotErrorIs(t, err, ErrNotFound, "there is one, but another was asked for")
	f.path["firefox"], f.files["/usr/bin/firefox"] = "/usr/bin/firefox", "Mozilla Firefox 153.0"
	firefox, err := f.machine().findAll(Firefox)
	require.NoError(t, err)
	assert.Equal(t, []Found{{"firefox", "Firefox", "153.0", "/usr/bin/firefox", "", nil}}, firefox)
	_, err = fake{goos: "windows"}.machine().findAll(Chromium)
	assert.ErrorIs(t, err, ErrNotFound)
}

func TestFindEachOn(t *testing.T) {
	two := fake{goos: "linux", path: map[string]string{"chromium": "/usr/bin/chromium", "google-chrome": "/usr/bin/google-chrome", "firefox": "/usr/bin/firefox"},
		files: map[string]string{"/usr/bin/firefox": "Mozilla Firefox 153.0", "/usr/bin/google-chrome": "Google Chrome 9.0.0.2"}}
	broken := fake{goos: "linux", path: two.path, files: two.files, env: map[string]string{WebKitVar: "/none"}}
	for name, c := range map[string]struct {
		on     fake
		list   string
		want   string
		absent int
		fails  string
	}{
		"one":                    {two, "firefox", "firefox", 0, ""},
		"in the list's order":    {two, "firefox, chromium", "firefox chromium", 0, ""},
		"all that are here":      {two, "all", "chromium firefox", 1, ""},
		"products of one engine": {two, "chromium,chrome", "chromium chrome", 0, ""},
		"named, so needed":       {two, "chromium,webkit", "", 0, "no WebKit"},
		"unknown":                {two, "chromium,netscape", "", 0, `unknown browser "netscape"`},
		"twice":                  {two, "firefox,firefox", "", 0, "firefox twice"},
		"twice, by two names": {fake{goos: "linux", path: map[string]string{"google-chrome": "/usr/bin/google-chrome"}, files: two.files},
			"chromium,chrome", "", 0, "chrome twice"},
		"empty":                 {two, "", "", 0, "a name is missing"},
		"a comma too many":      {two, "firefox,", "", 0, "a name is missing"},
		"all and more":          {two, "all,firefox", "", 0, "all stands alone"},
		"all, and a wrong name": {broken, "all", "", 0, "/none"},
		"all of nothing":        {fake{goos: "windows"}, "all", "", 0, "no Chromium"},
	} {
		t.Run(name, func(t *testing.T) {
			found, absent, err := c.on.machine().findEach(c.list, false, nil)
			if c.fails != "" {
				require.ErrorContains(t, err, c.fails)
				return
			}
			require.NoError(t, err)
			var keys []string
			for _, f := range found {
				keys = append(keys, f.Key)
			}
			assert.Equal(t, c.want, strings.Join(keys, " "))
			assert.Len(t, absent, c.absent)
		})
	}
}

func TestEveryProductHasPlacesOnEverySystem(t *testing.T) {
	for _, p := range products {
		for _, goos := range []string{"linux", "darwin", "windows"} {
			if p.key != WebKit || goos != "windows" {
				assert.NotEmpty(t, p.places[goos], "%s on %s", p.key, goos)
			}
		}
	}
}

func TestCompareNatural(t *testing.T) {
	names := []string{"b", "a-1140", "a-993", "a-0993", "a", "a-1140/x", "99999999999999999999999", "100000000000000000000000"}
	slices.SortFunc(names, compareNatural)
	assert.Equal(t, []string{"100000000000000000000000", "99999999999999999999999", "a", "a-0993", "a-993", "a-1140", "a-1140/x", "b"}, names)
}

// On the machine that the test runs on: real files, real --version.
func TestFindHere(t *testing.T) {
	if runtime.GOOS == "windows" {
		return // the scripts below are a shell's
	}
	dir := t.TempDir()
	script := func(name, text string, mode os.FileMode) string {
		file := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(file, []byte("#!/bin/sh\n"+text+"\n"), mode))
		return file
	}
	t.Setenv(ChromiumVar, script("browser", `[ "$1" = --version ] && echo "Google Chrome 150.0.1.2 "`, 0o755))
	found, err := Find("chromium")
	require.NoError(t, err)
	assert.Equal(t, Found{"chrome", "Google Chrome", "150.0.1.2", filepath.Join(dir, "browser"), "", nil}, found)
	assert.Equal(t, "Google Chrome 150.0.1.2 ("+found.Path+")", found.String())
	all, err := FindAll(Chromium)
	require.NoError(t, err)
	assert.Equal(t, found, all[0])

	for _, c := range []struct{ file, want string }{
		{script("failing", "echo no display >&2; exit 3", 0o755), "exit status 3: no display"},
		{script("plain", "echo", 0o644), "it is not executable"},
		{dir, "it is a folder"},
		{filepath.Join(dir, "none"), "there is no such file"},
	} {
		t.Setenv(ChromiumVar, c.file)
		_, err := Find("chromium")
		assert.ErrorContains(t, err, c.want)
	}
}
