package setup

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/servers/external"
)

var (
	shell   = browser.Found{Key: "chrome-headless-shell", Name: "Headless shell", Version: "1.2.3.4", Path: "/usr/bin/it"}
	firefox = browser.Found{Key: "firefox", Name: "Firefox", Version: "153.0", Path: "/usr/bin/firefox"}
	webkit  = browser.Found{Key: "webkit", Name: "WebKit", Path: "/usr/lib/MiniBrowser"}
	none    = &browser.NotFoundError{Engine: "chromium", Install: "type this"}

	apt = browser.Installer{Manager: "apt-get", Root: true, Prepare: []string{"apt-get", "update"},
		Install: [][]string{{"apt-get", "install", "shell"}, {"apt-get", "install", "full"}}}
	brew = browser.Installer{Manager: "brew", Install: [][]string{{"brew", "install", "chrome"}}}
)

func TestRun(t *testing.T) {
	const express = "express: Node packages are installed"
	const found = "browser: Headless shell 1.2.3.4 (/usr/bin/it)"
	const env = "env DEBIAN_FRONTEND=noninteractive "
	for name, c := range map[string]struct {
		browsers  []string
		there     bool   // they are there from the start; Firefox always is
		appears   string // the command that brings one
		installer browser.Installer
		root      bool
		fails     []string // commands that fail
		node      error
		ci        bool

		ran  []string
		out  []string // lines
		fail string   // in the error
	}{
		"nothing to do": {there: true, installer: apt, root: true, out: []string{found, express}},
		"several, one of them missing": {browsers: []string{"firefox", "webkit"}, installer: apt, root: true, appears: env + "apt-get install shell",
			ran: []string{env + "apt-get update", env + "apt-get install shell"},
			out: []string{"browser: Firefox 153.0 (/usr/bin/firefox)", "browser: no webkit found; installing one: apt-get update && apt-get install shell",
				"browser: WebKit (/usr/lib/MiniBrowser)", express}},
		"several, one can't be installed": {browsers: []string{"firefox", "chromium"}, root: true,
			out: []string{"browser: Firefox 153.0 (/usr/bin/firefox)"}, fail: "type this"},
		"as root": {installer: apt, root: true, appears: env + "apt-get install shell",
			ran: []string{env + "apt-get update", env + "apt-get install shell"},
			out: []string{"browser: no chromium found; installing one: apt-get update && apt-get install shell", found, express}},
		"by sudo": {installer: apt, appears: "sudo -n " + env + "apt-get install shell",
			ran: []string{"sudo -n true", "sudo -n " + env + "apt-get update", "sudo -n " + env + "apt-get install shell"},
			out: []string{"browser: no chromium found; installing one: sudo apt-get update && sudo apt-get install shell", found, express}},
		"sudo wants a password": {installer: apt, fails: []string{"sudo -n true"},
			ran: []string{"sudo -n true"}, fail: "type this"},
		"no headless shell there": {installer: apt, root: true, fails: []string{env + "apt-get install shell"}, appears: env + "apt-get install full",
			ran: []string{env + "apt-get update", env + "apt-get install shell", env + "apt-get install full"},
			out: []string{"browser: no chromium found; installing one: apt-get update && apt-get install shell", found, express}},
		"an old list will do": {installer: apt, root: true, fails: []string{env + "apt-get update"}, appears: env + "apt-get install shell",
			ran: []string{env + "apt-get update", env + "apt-get install shell"},
			out: []string{"browser: no chromium found; installing one: apt-get update && apt-get install shell",
				"browser: " + env + "apt-get update fails", found, express}},
		"nothing can be installed": {installer: apt, root: true, fails: []string{env + "apt-get install shell", env + "apt-get install full"},
			ran:  []string{env + "apt-get update", env + "apt-get install shell", env + "apt-get install full"},
			out:  []string{"browser: no chromium found; installing one: apt-get update && apt-get install shell"},
			fail: "apt-get install full fails"},
		"installed, but not found": {installer: apt, root: true,
			ran:  []string{env + "apt-get update", env + "apt-get install shell"},
			out:  []string{"browser: no chromium found; installing one: apt-get update && apt-get install shell"},
			fail: "type this"},
		"brew": {installer: brew, appears: "brew install chrome", ran: []string{"brew install chrome"},
			out: []string{"browser: no chromium found; installing one: brew install chrome", found, express}},
		"brew as root":       {installer: brew, root: true, fail: "type this"},
		"winget":             {installer: browser.Installer{Manager: "winget", Install: [][]string{{"winget"}}}, fail: "type this"},
		"no package manager": {installer: browser.Installer{Hint: "look there"}, root: true, fail: "type this"},
		"no node": {there: true, node: &external.NotInstalledError{Reason: "node is not on PATH"},
			out: []string{found, "express: left out: node is not on PATH"}},
		"no node in CI": {there: true, ci: true, node: &external.NotInstalledError{Reason: "node is not on PATH"},
			out: []string{found}, fail: "node is not on PATH"},
		"npm fails": {there: true, node: errors.New("npm ci: exit status 1"), out: []string{found}, fail: "npm ci"},
	} {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			var ran []string
			there := c.there
			err := run(t.Context(), Options{Out: &out, CI: c.ci, Browsers: c.browsers}, system{
				find: func(name string) (browser.Found, error) {
					if !there && name != "firefox" {
						return browser.Found{}, none
					}
					return map[string]browser.Found{"chromium": shell, "firefox": firefox, "webkit": webkit}[name], nil
				},
				installer: func(string) browser.Installer { return c.installer },
				root:      c.root,
				run: func(_ context.Context, command ...string) error {
					line := strings.Join(command, " ")
					ran = append(ran, line)
					there = there || line == c.appears
					for _, bad := range c.fails {
						if line == bad {
							return errors.New(line + " fails")
						}
					}
					return nil
				},
				packages: func(context.Context) (bool, error) { return false, c.node },
			})
			if c.fail == "" {
				require.NoError(t, err)
			} else {
				assert.ErrorContains(t, err, c.fail)
			}
			assert.Equal(t, c.ran, ran)
			assert.Equal(t, strings.Join(append(c.out, ""), "\n"), out.String())
		})
	}
}

// A browser that was named but doesn't work is for its user to mend.
func TestRunDoesNotInstallOverAWrongName(t *testing.T) {
	t.Setenv(browser.ChromiumVar, "/no/such/browser")
	var out strings.Builder
	err := Run(t.Context(), Options{Out: &out})
	require.ErrorAs(t, err, new(*browser.NotFoundError))
	assert.ErrorContains(t, err, "/no/such/browser")
	assert.Empty(t, out.String())
}

func TestRunCommand(t *testing.T) {
	assert.NoError(t, runCommand(t.Context(), "true"))
	assert.EqualError(t, runCommand(t.Context(), "sh", "-c", "echo this; echo that >&2; exit 3"),
		"setup: sh -c echo this; echo that >&2; exit 3: exit status 3\nthis\nthat")
	assert.ErrorContains(t, runCommand(t.Context(), "no-such-command"), "executable file not found")

	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	assert.ErrorIs(t, runCommand(ctx, "sleep", "60"), context.DeadlineExceeded)
}

// On the machine that the test runs on; a browser may be missing there.
func TestRunHere(t *testing.T) {
	if os.Getenv(browser.ChromiumVar) == "" {
		if _, err := browser.Find("chromium"); err != nil {
			t.Setenv(browser.ChromiumVar, fakeBrowser(t))
		}
	}
	var out strings.Builder
	require.NoError(t, Run(t.Context(), Options{Out: &out}))
	assert.Regexp(t, `^browser: .+ \(.+\)\nexpress: .+\n$`, out.String())

	// Twice: now there is nothing to do, and it takes no time to see that.
	out.Reset()
	require.NoError(t, Run(t.Context(), Options{Out: &out, CI: true}))
	assert.Contains(t, out.String(), "express: Node packages are installed")
}

func fakeBrowser(t *testing.T) string {
	file := t.TempDir() + "/chromium"
	require.NoError(t, os.WriteFile(file, []byte("#!/bin/sh\necho Chromium 1.2.3.4\n"), 0o755))
	return file
}
