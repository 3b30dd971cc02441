package main

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// forOne is a server for pages of one origin, which get what the headers say.
func forOne(t *testing.T, headers map[string]string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Vary", "Origin")
		if r.Header.Get("Origin") == "https://app.example.com" {
			for name, value := range headers {
				w.Header().Set(name, value)
			}
		}
	}))
	t.Cleanup(server.Close)
	return server.URL
}

var right = map[string]string{"Access-Control-Allow-Origin": "https://app.example.com"}

func policyFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "cors.yaml")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	return path
}

const onePage = "origins: https://app.example.com\n"

// Whatever is wrong with the command line and the policy is said at once, and
// nothing is sent.
func TestCheckUsage(t *testing.T) {
	broken := policyFile(t, "origins: [https://app.example.com/]\nmethods: [PUT\n")
	wrong := policyFile(t, "origins: [https://app.example.com/]\nmethod: [PUT]\n")
	good := policyFile(t, onePage)
	for _, c := range []struct {
		name string
		args []string
		says []string
	}{
		{"nothing", []string{"check"}, []string{"-policy is missing", "-url is missing"}},
		{"no such file", []string{"check", "-policy", "nowhere.yaml", "-url", "http://localhost"}, []string{"nowhere.yaml"}},
		{"no YAML", []string{"check", "-policy", broken, "-url", "http://localhost"}, []string{broken + ":"}},
		{"a wrong policy", []string{"check", "-policy", wrong, "-url", "http://localhost"}, []string{wrong + ":1:", wrong + ":2:", "method"}},
		{"all of it", []string{"check", "-policy", wrong, "-url", "localhost:80", "-format", "pdf", "-rate", "-1"}, []string{wrong + ":2:", "localhost:80", `-format "pdf"`, "junit", "-rate -1"}},
		{"a rate that is none", []string{"check", "-policy", good, "-url", "http://127.0.0.1:1", "-rate", "NaN"}, []string{"-rate NaN", "0.001"}},
		{"a rate of months", []string{"check", "-policy", good, "-url", "http://127.0.0.1:1", "-rate", "1e-12"}, []string{"-rate 1e-12", "0.001"}},
		{"a command without a URL", []string{"check", "-policy", good, "-cmd", "node server.js"}, []string{"-url is missing", "node server.js"}},
		{"a command for another machine", []string{"check", "-policy", good, "-cmd", "true", "-url", "http://example.com"}, []string{"this machine"}},
		{"a command for a shell", []string{"check", "-policy", good, "-cmd", "a && b", "-url", "http://127.0.0.1:1"}, []string{"sh -c"}},
		{"an argument", []string{"check", "http://localhost"}, []string{"takes no arguments"}},
		{"an unknown browser", []string{"check", "-policy", good, "-url", "http://127.0.0.1:1", "-browsers", "netscape"}, []string{"netscape"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, out, stderr := corsproof(t, c.args...)
			assert.Equal(t, exitUsage, code, "%s%s", out, stderr)
			assert.Empty(t, out)
			for _, text := range c.says {
				assert.Contains(t, stderr, text)
			}
		})
	}
}

// A check that could not be done is no check.
func TestCheckCannotRun(t *testing.T) {
	good := policyFile(t, onePage)
	code, out, stderr := corsproof(t, "check", "-policy", good, "-url", "http://127.0.0.1:9", "-offline")
	assert.Equal(t, exitCannotRun, code, stderr)
	assert.Empty(t, out)
	assert.Contains(t, stderr, "http://127.0.0.1:9 does not answer")

	code, out, stderr = corsproof(t, "check", "-policy", good, "-url", "http://127.0.0.1:9", "-cmd", "false", "-offline")
	assert.Equal(t, exitCannotRun, code, stderr)
	assert.Empty(t, out)
	assert.Contains(t, stderr, "the command false has ended")

	ctx, interrupt := context.WithCancel(t.Context())
	interrupt()
	var answer, said strings.Builder
	code = dispatch(ctx, streams{strings.NewReader(""), &answer, &said}, []string{"check", "-policy", good, "-url", forOne(t, right), "-offline"})
	assert.Equal(t, exitCannotRun, code)
	assert.Empty(t, answer.String())
	assert.Contains(t, said.String(), "interrupted")
}

// Results go to stdout in one form and, if there is a folder for them, into files
// in each.
func TestCheckOffline(t *testing.T) {
	good := policyFile(t, onePage)
	folder := filepath.Join(t.TempDir(), "reports")
	code, out, stderr := corsproof(t, "check", "-policy", good, "-url", forOne(t, right), "-offline", "-out", folder)
	require.Equal(t, exitOK, code, "%s%s", out, stderr)
	assert.Contains(t, out, "keeps to its policy")
	assert.Regexp(t, `^\d+ probes to 127\.0\.0\.1:\d+, as http://127\.0\.0\.1:\d+, by a model of the standard\n$`, stderr)
	files, err := os.ReadDir(folder)
	require.NoError(t, err)
	assert.Len(t, files, len(writers))

	granting := map[string]string{"Access-Control-Allow-Origin": "https://app.example.com", "Access-Control-Allow-Credentials": "true"}
	for format, says := range map[string]string{"text": "over-permissive", "json": `"class": "over-permissive"`, "junit": "<testsuites", "markdown": "over-permissive"} {
		code, out, stderr := corsproof(t, "check", "-policy", good, "-url", forOne(t, granting), "-offline", "-format", format)
		assert.Equal(t, exitUnexpected, code, "%s%s", out, stderr)
		assert.Contains(t, out, says)
		if format == "json" {
			assert.True(t, json.Valid([]byte(out)), out)
		}
	}

	accepting := policyFile(t, onePage+"accept: [{class: over-permissive, why: \"nobody logs in here\"}]\n")
	code, out, stderr = corsproof(t, "check", "-policy", accepting, "-url", forOne(t, granting), "-offline")
	assert.Equal(t, exitOK, code, "%s%s", out, stderr)
	assert.Contains(t, out, "nobody logs in here")
	code, out, _ = corsproof(t, "check", "-policy", accepting, "-url", forOne(t, right), "-offline")
	assert.Equal(t, exitUnexpected, code, "an entry of accept that excuses nothing is stale")
	assert.Contains(t, out, "stale")
}

// TestCheck checks a server in a real browser.
func TestCheck(t *testing.T) {
	good := policyFile(t, onePage)
	code, out, stderr := corsproof(t, "check", "-policy", good, "-url", forOne(t, right))
	require.Equal(t, exitOK, code, "%s%s", out, stderr)
	assert.Contains(t, out, "keeps to its policy")
	code, out, stderr = corsproof(t, "check", "-policy", good, "-url", forOne(t, map[string]string{"Access-Control-Allow-Origin": "https://app.example.com/"}))
	require.Equal(t, exitUnexpected, code, "%s%s", out, stderr)
	assert.Contains(t, out, "refused")
}
