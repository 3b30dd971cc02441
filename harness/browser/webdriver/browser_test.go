package webdriver

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/oracle"
)

// TestMain fails if a process or a folder outlives the tests.
func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "webdriver")
	if err != nil {
		panic(err)
	}
	os.Setenv("TMPDIR", dir)
	code := m.Run()
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) > 0 && code == 0 {
		fmt.Fprintln(os.Stderr, "left behind:", left)
		code = 1
	}
	if left := processes(dir); len(left) > 0 && code == 0 {
		fmt.Fprintln(os.Stderr, "still running:", left)
		code = 1
	}
	os.RemoveAll(dir)
	os.Exit(code)
}

// processes are the command lines of those whose environment names a path.
func processes(path string) []string {
	var found []string
	files, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, file := range files {
		if file == fmt.Sprintf("/proc/%d/environ", os.Getpid()) {
			continue
		}
		if env, err := os.ReadFile(file); err == nil && bytes.Contains(env, []byte("TMPDIR="+path)) {
			line, _ := os.ReadFile(filepath.Join(filepath.Dir(file), "cmdline"))
			found = append(found, strings.ReplaceAll(string(line), "\x00", " "))
		}
	}
	return found
}

// Only what the proxy knows, and loopback, can be reached.
func TestOrigins(t *testing.T) {
	w := newWorld(t)
	b := start(t, w.options(t))
	assert.Equal(t, "webkit", b.Info().Key)
	assert.NotEmpty(t, b.Info().Version)
	c, err := b.NewContext(deadline(t))
	require.NoError(t, err)
	plain := strings.TrimPrefix(w.plain.URL, "http://127.0.0.1")
	for _, origin := range []string{
		"https://app.site.test", "https://app.site.test:8443", "http://app.site.test",
		"http://localhost" + plain, "http://b.localhost" + plain, "http://127.0.0.1" + plain,
	} {
		page, err := c.Open(deadline(t), browser.Document{URL: origin + "/.corsproof/page.html"})
		require.NoError(t, err)
		probe := w.probe("fetch", origin, "")
		assert.Equal(t, oracle.Allowed, run(t, page, probe)[probe.ID].Read, origin)
		require.NoError(t, page.Close())
	}
	for _, origin := range []string{"https://example.com", "http://example.com", "https://app.site.test:444"} {
		_, err := c.Open(deadline(t), browser.Document{URL: origin + "/.corsproof/page.html"})
		assert.ErrorContains(t, err, origin)
	}
	_, err = c.Open(deadline(t), browser.Document{URL: blank})
	assert.Error(t, err)

	_, err = c.Open(deadline(t), browser.Document{URL: "http://app.site.test/.corsproof/elsewhere"})
	var wrong *browser.OriginError
	require.ErrorAs(t, err, &wrong)
	assert.Equal(t, browser.OriginError{URL: wrong.URL, Want: "http://app.site.test", Got: "https://app.site.test"}, *wrong)
}

// Each context is a session of its own, and they run side by side.
func TestContexts(t *testing.T) {
	w := newWorld(t)
	b := start(t, w.options(t))
	app := oracle.Origin{Scheme: "https", Host: "app.site.test", Port: 443}
	other := oracle.Origin{Scheme: "https", Host: "api.other.test", Port: 443}
	one, err := b.NewContext(deadline(t))
	require.NoError(t, err)
	two, err := b.NewContext(deadline(t))
	require.NoError(t, err)
	require.NoError(t, one.SetCookies(deadline(t), []oracle.Cookie{
		{On: app, Name: "a", Value: "1", Attributes: "Secure; HttpOnly"},
		{On: app, Name: "b", Value: "2", Path: "/elsewhere"},
		{On: app, Name: "c", Value: "3", Attributes: "Max-Age=0"},
		{On: app, Name: "d", Value: "4", Attributes: "Domain=site.test; SameSite=None; Secure; Max-Age=60"},
		{On: other, Name: "e", Value: "5", Attributes: "Secure"},
	}))
	cookies := func(c browser.Context) string {
		page, err := c.Open(deadline(t), browser.Document{URL: pageURL})
		require.NoError(t, err)
		probe := w.probe("fetch", "https://app.site.test", "")
		run(t, page, probe)
		return w.requests(probe.ID)[0].Header.Get("Cookie")
	}
	assert.Equal(t, "a=1; d=4", cookies(one))
	assert.Empty(t, cookies(two))
	assert.NoError(t, two.Close())
	assert.Equal(t, "a=1; d=4", cookies(one))
	assert.ErrorContains(t, one.SetPermission(deadline(t), "https://app.site.test", "https://app.site.test", "camera", "granted"), "camera")
}

// A program that dies ends what runs, and the browser, and leaves nothing.
func TestDeath(t *testing.T) {
	for _, name := range []string{"MiniBrowser", "WebKitWebDriver", "Xvfb"} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			b, err := Start(deadline(t), w.options(t))
			require.NoError(t, err)
			defer b.Close()
			page := open(t, b, pageURL)
			slow := w.probe("fetch", api, "allow=*&delay=2s")
			done := make(chan error, 1)
			go func() { done <- page.Run(deadline(t), []browser.Probe{slow}, func(browser.Outcome) {}) }()
			require.Eventually(t, func() bool { return len(w.requests(slow.ID)) > 0 }, 10*time.Second, time.Millisecond)

			victim := page.profile.driver
			if name == "Xvfb" {
				victim = b.(*webKit).display
			}
			signal(t, victim, name, syscall.SIGKILL)
			select {
			case err := <-done:
				assert.Error(t, err)
			case <-time.After(10 * time.Second):
				t.Fatal("Run hangs")
			}
			select {
			case <-b.Done():
			case <-time.After(10 * time.Second):
				t.Fatal("Done stays open")
			}
			assert.Error(t, page.Run(deadline(t), []browser.Probe{slow}, nil))
			_, err = b.NewContext(deadline(t))
			assert.Error(t, err)
			assert.NoError(t, b.Close())
			assert.Empty(t, processes(b.(*webKit).temp))
		})
	}
}

// A browser that answers nothing holds nobody up for longer than a deadline, and
// not its own end.
func TestHang(t *testing.T) {
	w := newWorld(t)
	b := start(t, w.options(t))
	page := open(t, b, pageURL)
	signal(t, page.profile.driver, "MiniBrowser", syscall.SIGSTOP)
	short, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	assert.ErrorIs(t, page.Eval(short, "1", nil), context.DeadlineExceeded)
	_, err := page.Screenshot(short)
	assert.ErrorIs(t, err, context.DeadlineExceeded)
}

// A page that crashes takes its session with it, and no other.
func TestCrash(t *testing.T) {
	w := newWorld(t)
	b := start(t, w.options(t))
	crashing, other := open(t, b, pageURL), open(t, b, pageURL)
	slow := w.probe("fetch", api, "allow=*&delay=2s")
	done := make(chan error, 1)
	go func() { done <- crashing.Run(deadline(t), []browser.Probe{slow}, func(browser.Outcome) {}) }()
	require.Eventually(t, func() bool { return len(w.requests(slow.ID)) > 0 }, 10*time.Second, time.Millisecond)
	signal(t, crashing.profile.driver, "WebKitWebProces", syscall.SIGKILL)
	select {
	case err := <-done:
		assert.ErrorIs(t, err, errGone)
	case <-time.After(10 * time.Second):
		t.Fatal("Run hangs")
	}
	assert.Error(t, crashing.Eval(deadline(t), "1", nil))
	run(t, other, w.probe("fetch", api, "allow=*"))
	assert.NoError(t, context.Cause(b.life))
}

// signal sends a signal to the program of a name in a process's group.
func signal(t *testing.T, p *process, name string, s syscall.Signal) {
	out, err := exec.Command("pgrep", "-g", strconv.Itoa(p.cmd.Process.Pid), name).Output()
	require.NoError(t, err, name)
	for pid := range strings.FieldsSeq(string(out)) {
		id, err := strconv.Atoi(pid)
		require.NoError(t, err)
		require.NoError(t, syscall.Kill(id, s))
	}
}

func TestStartErrors(t *testing.T) {
	w := newWorld(t)
	o := w.options(t)
	o.Binary = "/nonexistent/MiniBrowser"
	_, err := Start(deadline(t), o)
	assert.ErrorContains(t, err, "/nonexistent/MiniBrowser")

	o = w.options(t)
	o.Driver = "/nonexistent/WebKitWebDriver"
	_, err = Start(deadline(t), o)
	assert.ErrorContains(t, err, "/nonexistent/WebKitWebDriver")

	o.Driver = "/bin/false"
	_, err = Start(deadline(t), o)
	assert.ErrorContains(t, err, "false has ended: exit status 1")

	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = Start(canceled, w.options(t))
	assert.ErrorIs(t, err, context.Canceled)

	t.Setenv("DISPLAY", "")
	t.Setenv("WAYLAND_DISPLAY", "")
	o = w.options(t)
	o.Headed = true
	_, err = Start(deadline(t), o)
	assert.ErrorContains(t, err, "DISPLAY")

	t.Setenv("PATH", "")
	o.Headed = false
	_, err = Start(deadline(t), o)
	assert.ErrorContains(t, err, "Xvfb")
}

// Safari's driver is as WebKitGTK's but for what its row of the table says.
func TestEngineOf(t *testing.T) {
	assert.Equal(t, "Safari", engineOf("/usr/bin/safaridriver").name)
	assert.Equal(t, "WebKitGTK", engineOf("/usr/bin/WebKitWebDriver").name)
	assert.Equal(t, []string{"-p", "7"}, safari.args(7))
	capabilities := webKitGTK.capabilities(browser.Options{Binary: "/b", Proxy: "127.0.0.1:1"})
	assert.Equal(t, map[string]any{"binary": "/b", "args": []string{"--automation", "--proxy=http://127.0.0.1:1"}}, capabilities["webkitgtk:browserOptions"])
}
