package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestMain forgets what the person, or the CI service, who runs these tests has
// chosen for runs of their own.
func TestMain(m *testing.M) {
	for _, c := range cutters {
		os.Unsetenv(c.index)
		os.Unsetenv(c.count)
	}
	for _, name := range []string{seleniumURL, seleniumCapabilities} {
		os.Unsetenv(name)
	}
	for _, name := range []string{"BROWSERS", "SHARD", "OUT", "ADVERTISE", "LISTEN", "CAPABILITIES", "POLICY", "URL", "CMD", "OFFLINE"} {
		os.Unsetenv("CORSPROOF_" + name)
	}
	os.Exit(m.Run())
}

// corsproof runs a command in this process.
func corsproof(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = dispatch(t.Context(), streams{strings.NewReader(""), &out, &err}, args)
	return code, out.String(), err.String()
}

func scenarioFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "mine.yaml")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	return path
}

const mine = `format: 1
topic: mine
about: My first case.
spec: https://fetch.spec.whatwg.org/#cors-check
scenarios:
  - id: star
    title: Everybody may read a response that allows "*".
    why: The star stands for every origin, as long as no cookies go along.
    request: {from: app, to: api, via: [fetch, xhr]}
    server: {response: {headers: {Access-Control-Allow-Origin: "*"}}}
    expect: {read: allowed, server-saw: [GET]}
`

// TestExitCodes holds each way in which a command ends against its code and
// against what it tells the user.
func TestExitCodes(t *testing.T) {
	good := scenarioFile(t, mine)
	falsified := scenarioFile(t, strings.Replace(mine, "read: allowed", "read: blocked", 1))
	broken := scenarioFile(t, strings.Replace(strings.Replace(mine, "via: [fetch, xhr]", "via: [fetsch]", 1), "to: api", "to: apo", 1))
	strange := scenarioFile(t, strings.Replace(mine, `server: {response: {headers: {Access-Control-Allow-Origin: "*"}}}`, "server: {set-up: iis}", 1))
	for _, c := range []struct {
		name string
		args []string
		env  [2]string
		code int
		says []string
	}{
		{"no command", nil, [2]string{}, exitUsage, []string{"corsproof run", "corsproof lint"}},
		{"help", []string{"help"}, [2]string{}, exitOK, []string{"corsproof explain"}},
		{"help of a command", []string{"run", "-h"}, [2]string{}, exitOK, []string{"-headed", "-pause"}},
		{"help for a command", []string{"help", "run"}, [2]string{}, exitOK, []string{"-headed", "-pause"}},
		{"no arguments taken", []string{"browsers", "chrome"}, [2]string{}, exitUsage, []string{"takes no arguments", "chrome"}},
		{"unknown command", []string{"prove"}, [2]string{}, exitUsage, []string{`no command "prove"`}},
		{"unknown option", []string{"run", "-fast"}, [2]string{}, exitUsage, []string{"-fast", "corsproof run -h"}},
		{"bad option in the environment", []string{"run"}, [2]string{"CORSPROOF_HEADED", "maybe"}, exitUsage, []string{"CORSPROOF_HEADED", "maybe"}},
		{"unknown browser", []string{"run", "-browsers", "netscape"}, [2]string{}, exitUsage, []string{"netscape", "chromium"}},
		{"no address of a browser", []string{"run", "-browsers", "chromium,http://ann:secret@host"}, [2]string{}, exitUsage, []string{"http://host: an address begins with cdp+ws://"}},
		{"no server in the environment", []string{"run", "-browsers", "chromium,remote"}, [2]string{}, exitUsage, []string{"SELENIUM_REMOTE_URL"}},
		{"nobody at the server of the environment", []string{"run"}, [2]string{seleniumURL, "http://ann:secret@127.0.0.1:9"}, exitCannotRun, []string{"the browser is that of SELENIUM_REMOTE_URL", "webdriver+http://127.0.0.1:9", "refused"}},
		{"capabilities that are none", []string{"run", "-browsers", "webdriver+http://127.0.0.1:9", "-capabilities", "chrome"}, [2]string{}, exitUsage, []string{"no JSON object"}},
		{"no such browser at a server", []string{"run", "-browsers", "webdriver+http://127.0.0.1:9?browserName=netscape"}, [2]string{}, exitCannotRun, []string{"netscape", "firefox"}},
		{"nobody at the address", []string{"run", "-browsers", "cdp+ws://ann:secret@127.0.0.1:9"}, [2]string{}, exitCannotRun, []string{"cdp+ws://127.0.0.1:9", "refused"}},
		{"unknown browser to set up", []string{"setup", "-browsers", "netscape"}, [2]string{}, exitUsage, []string{"netscape", "webkit"}},
		{"a browser twice", []string{"run", "-browsers", "chromium,chromium"}, [2]string{}, exitUsage, []string{"twice"}},
		{"fuzz in two browsers", []string{"fuzz", "-browsers", "chromium,firefox"}, [2]string{}, exitUsage, []string{"one browser at a time"}},
		{"a shard that is none", []string{"run", "-shard", "5/4"}, [2]string{}, exitUsage, []string{`"5/4"`, "2/8"}},
		{"unknown id", []string{"run", "preflight/put/fetsch"}, [2]string{}, exitUsage, []string{"preflight/put/fetsch", "nearest: preflight/"}},
		{"glob that matches nothing", []string{"run", "credentails/*"}, [2]string{}, exitUsage, []string{"nearest: credentials"}},
		{"no such file", []string{"run", "nowhere.yaml"}, [2]string{}, exitUsage, []string{"nowhere.yaml"}},
		{"malformed file", []string{"run", broken}, [2]string{}, exitUsage, []string{broken + ":9:", "fetsch", "apo"}},
		{"unknown set-up", []string{"run", strange}, [2]string{}, exitUsage, []string{strange + ":6:", `no set-up "iis"`, "express-cors"}},
		{"the same file twice", []string{"lint", good, filepath.Dir(good) + "/./" + filepath.Base(good)}, [2]string{}, exitOK, []string{"2 permutations"}},
		{"empty folder", []string{"lint", t.TempDir()}, [2]string{}, exitUsage, []string{"no *.yaml"}},
		{"no folder to write to", []string{"run", good}, [2]string{"CORSPROOF_OUT", ""}, exitUsage, []string{"-out is empty"}},
		{"folder that is a file", []string{"run", good, "-out", good}, [2]string{}, exitCannotRun, []string{"-out " + good, "not a directory"}},
		{"no browser", []string{"run", good, "-out", t.TempDir()}, [2]string{"CORSPROOF_CHROMIUM", "/nowhere/chromium"}, exitCannotRun, []string{"/nowhere/chromium", "CORSPROOF_CHROMIUM"}},
		{"fuzz nothing", []string{"fuzz", "-n", "0"}, [2]string{}, exitUsage, []string{"-n 0"}},
		{"fuzz from before the first", []string{"fuzz", "-from", "-1"}, [2]string{}, exitUsage, []string{"-from -1"}},
		{"fuzz a file", []string{"fuzz", good}, [2]string{}, exitUsage, []string{"takes no arguments"}},
		{"fuzz without a browser", []string{"fuzz", "-out", t.TempDir()}, [2]string{"CORSPROOF_CHROMIUM", "/nowhere/chromium"}, exitCannotRun, []string{"/nowhere/chromium"}},
		{"lint", []string{"lint", good}, [2]string{}, exitOK, []string{"2 permutations"}},
		{"lint of a false claim", []string{"lint", falsified}, [2]string{}, exitUnexpected, []string{falsified + ":11:", "claimed blocked, the standard says allowed"}},
		{"list", []string{"list", good}, [2]string{}, exitOK, []string{"mine/star/fetch\nmine/star/xhr\n"}},
		{"list as JSON", []string{"list", good, "-format", "json"}, [2]string{}, exitOK, []string{`"id": "mine/star/xhr"`}},
		{"explain nothing", []string{"explain"}, [2]string{}, exitUsage, []string{"corsproof list"}},
		{"explain", []string{"explain", good}, [2]string{}, exitOK, []string{"CORS check", "https://fetch.spec.whatwg.org/#", "the standard  ✓ allowed"}},
		{"serve nothing", []string{"serve"}, [2]string{}, exitUsage, []string{"corsproof serve ID|FILE"}},
		{"report of nothing", []string{"report", "nowhere.jsonl"}, [2]string{}, exitUsage, []string{"nowhere.jsonl"}},
		{"report of something else", []string{"report", good}, [2]string{}, exitUsage, []string{good + ":1", "results.jsonl"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv("CORSPROOF_OUT", t.TempDir())
			if c.env[0] != "" {
				t.Setenv(c.env[0], c.env[1])
			}
			code, out, err := corsproof(t, c.args...)
			assert.Equal(t, c.code, code, "%s%s", out, err)
			for _, text := range c.says {
				assert.Contains(t, out+err, text)
			}
		})
	}
}

// Results go to stdout: a usage error leaves it empty, so that no script takes
// the list of options for results.
func TestUsageErrorsGoToStderr(t *testing.T) {
	for _, args := range [][]string{{"run", "-fast"}, {"run", "-headed=maybe"}, {"list", "-format"}, {"setup", "now"}, {"explain"}} {
		code, out, stderr := corsproof(t, args...)
		assert.Equal(t, exitUsage, code, args)
		assert.Empty(t, out, args)
		assert.Equal(t, 1, strings.Count(stderr, "\n"), stderr)
	}
}

// TestRunAndReport runs a user's own file in a real browser, and renders what
// it wrote in every form.
func TestRunAndReport(t *testing.T) {
	folder := t.TempDir()
	code, out, stderr := corsproof(t, "run", scenarioFile(t, mine), "-out", folder)
	require.Equal(t, exitOK, code, "%s%s", out, stderr)
	assert.Contains(t, out, "2 passed")
	assert.Contains(t, out, filepath.Join(folder, "report.html"))
	html, err := os.ReadFile(filepath.Join(folder, "report.html"))
	require.NoError(t, err)
	assert.Contains(t, string(html), "mine/star/fetch")

	results := filepath.Join(folder, "results.jsonl")
	for format, says := range map[string]string{"text": "2 passed", "html": "<!doctype html>", "junit": "<testsuites", "markdown": "mine"} {
		code, out, stderr := corsproof(t, "report", results, "-format", format)
		require.Equal(t, exitOK, code, stderr)
		assert.Contains(t, strings.ToLower(out), says, format)
	}
	code, _, stderr = corsproof(t, "report", results, "-format", "pdf")
	assert.Equal(t, exitUsage, code)
	assert.Contains(t, stderr, "pdf")

	code, _, _ = corsproof(t, "run", scenarioFile(t, strings.Replace(mine, "read: allowed", "read: blocked", 1)), "-out", folder)
	assert.Equal(t, exitUnexpected, code)
}

// TestOutsideTheRepository builds the command and runs it elsewhere: all that
// it needs is in it.
func TestOutsideTheRepository(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "corsproof")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", binary, ".")
	output, err := build.CombinedOutput()
	require.NoError(t, err, string(output))
	for _, args := range [][]string{{"lint"}, {"run", "origins", "-out", "."}} {
		command := exec.CommandContext(t.Context(), binary, args...)
		command.Dir = t.TempDir()
		output, err := command.CombinedOutput()
		require.NoError(t, err, string(output))
	}
}

// TestServe asks the served case as its curl line does.
func TestServe(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	out := &firstLines{until: "The servers run until Ctrl-C.", reached: make(chan struct{})}
	done := make(chan int)
	go func() {
		done <- dispatch(ctx, streams{strings.NewReader(""), out, os.Stderr}, []string{"serve", scenarioFile(t, mine)})
	}()
	<-out.reached
	var line string
	for l := range strings.Lines(out.text.String()) {
		if strings.Contains(l, "curl -i") {
			line = strings.TrimSpace(l)
		}
	}
	assert.Contains(t, line, "--connect-to api.other.test:443:127.0.0.1:")
	assert.Contains(t, line, "--pinnedpubkey sha256//")
	assert.Contains(t, line, "'Origin: https://app.site.test'")
	if curl, err := exec.LookPath("curl"); err == nil { // the line is for people who have it
		_ = curl
		answer, err := exec.CommandContext(t.Context(), "sh", "-c", line+" --silent").CombinedOutput()
		require.NoError(t, err, string(answer))
		assert.Contains(t, string(answer), "Access-Control-Allow-Origin: *")
	}
	stop()
	assert.Equal(t, exitOK, <-done)
}

// firstLines collects output and says when a line has come.
type firstLines struct {
	text    bytes.Buffer
	until   string
	reached chan struct{}
	closed  bool
}

func (f *firstLines) Write(p []byte) (int, error) {
	f.text.Write(p)
	if !f.closed && strings.Contains(f.text.String(), f.until) {
		f.closed = true
		close(f.reached)
	}
	return len(p), nil
}
