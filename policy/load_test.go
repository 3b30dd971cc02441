package policy

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/scenarios"
)

func environment(name string) (string, bool) {
	value, ok := map[string]string{"TOKEN": "open sesame\n", "HOST": "app.example.com", "ID": "1", "EMPTY": " "}[name]
	return value, ok
}

func TestLoad(t *testing.T) {
	const path = "testdata/cors.yaml"
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	p, err := Load(path, data, environment)
	require.NoError(t, err)
	assert.Equal(t, []string{"open sesame"}, p.Secrets())
	p.secrets = nil
	require.Len(t, p.Accept, 1)
	assert.Equal(t, path+":15:5", p.Accept[0].Place())
	p.Accept[0].place = ""
	assert.Equal(t, &Policy{
		Origins:        []string{"https://app.example.com", "https://admin.example.com:8443", "https://*.partner.example"},
		Methods:        []string{"GET", "PUT", "DELETE"},
		RequestHeaders: []string{"Content-Type", "X-Token"},
		ExposeHeaders:  []string{"X-Total"},
		Credentials:    true,
		MaxAge:         10 * time.Minute,
		PublicURL:      "https://api.example.com",
		Endpoints: []Endpoint{
			{Path: "/items", Methods: []string{"GET", "PUT", "DELETE"}},
			{Path: "/account", Headers: map[string]string{"Authorization": "Bearer open sesame", "X-Version": "010"}, ExpectStatus: 200},
			{Path: "/missing"},
		},
		Accept: []Accept{{Class: Cache, Endpoint: "/items", Why: "no cache in front", Until: time.Date(2027, 6, 30, 0, 0, 0, 0, time.UTC)}},
	}, p)
}

// A lone value is a list of one, and a policy may be as short as this.
func TestLoadShort(t *testing.T) {
	for text, want := range map[string]*Policy{
		`origins: "*"`: {Origins: []string{"*"}},
		`origins: []`:  {Origins: []string{}},
		"null-origin: true\nrequest-headers: '*'":            {NullOrigin: true, RequestHeaders: []string{"*"}},
		"\ufefforigins: https://app.example.com\r\n":         {Origins: []string{"https://app.example.com"}},
		`{"origins": ["http://localhost:*"], "methods": []}`: {Origins: []string{"http://localhost:*"}, Methods: []string{}},
		"endpoints: {path: /items}\nmax-age: 1h 30m":         {Endpoints: []Endpoint{{Path: "/items"}}, MaxAge: 90 * time.Minute},
		"endpoints: [{path: /, headers: {X-A: \"\\xE9\"}}]":  {Endpoints: []Endpoint{{Path: "/", Headers: map[string]string{"X-A": "é"}}}},
	} {
		p, err := Load("cors.yaml", []byte(text), nil)
		require.NoError(t, err, text)
		assert.Equal(t, want, p, text)
	}
}

// Variables come from the environment unless the caller has others.
func TestLoadReadsTheEnvironment(t *testing.T) {
	t.Setenv("CORSPROOF_TEST_TOKEN", "sesame")
	p, err := Load("cors.yaml", []byte(`endpoints: [{path: /, headers: {X-A: "${CORSPROOF_TEST_TOKEN}:${CORSPROOF_TEST_TOKEN}"}}]`), nil)
	require.NoError(t, err)
	assert.Equal(t, "sesame:sesame", p.Endpoints[0].Headers["X-A"])
	assert.Equal(t, []string{"sesame"}, p.Secrets())
}

// Every file in testdata/bad is wrong, and its .golden is what the reader is
// told. CORSPROOF_UPDATE=1 writes the goldens anew.
func TestBadPolicies(t *testing.T) {
	paths, err := filepath.Glob("testdata/bad/*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".yaml"), func(t *testing.T) {
			data, err := os.ReadFile(path)
			require.NoError(t, err)
			_, err = Load(filepath.Base(path), data, environment)
			toldInOrder(t, err)
			got, golden := err.Error()+"\n", strings.TrimSuffix(path, ".yaml")+".golden"
			assert.NotContains(t, got, "sesame")
			if os.Getenv("CORSPROOF_UPDATE") != "" {
				require.NoError(t, os.WriteFile(golden, []byte(got), 0o600))
				return
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err)
			assert.Equal(t, string(want), got)
		})
	}
}

// toldInOrder checks that problems are typed, whole, and in the file's order.
func toldInOrder(t *testing.T, err error) {
	t.Helper()
	var all *scenarios.Errors
	require.ErrorAs(t, err, &all)
	require.NotEmpty(t, all.List)
	line, column := 0, 0
	for _, e := range all.List {
		assert.True(t, e.Line > line || e.Line == line && e.Column >= column, "%v comes too late", e)
		line, column = e.Line, e.Column
		assert.NotEmpty(t, e.Kind)
		assert.NotEmpty(t, e.Found)
		assert.NotEmpty(t, e.Expected)
		assert.False(t, strings.ContainsAny(e.Error(), "\r\n\x1b\x00"), "%q", e.Error())
	}
}

// FuzzLoad: a policy loads and is valid, or is wrong in the form that all
// errors have.
func FuzzLoad(f *testing.F) {
	for _, pattern := range []string{"testdata/*.yaml", "testdata/bad/*.yaml"} {
		paths, err := filepath.Glob(pattern)
		require.NoError(f, err)
		for _, path := range paths {
			data, err := os.ReadFile(path)
			require.NoError(f, err)
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := Load("fuzz.yaml", data, environment)
		if err != nil {
			toldInOrder(t, err)
			var problem *scenarios.Error
			require.True(t, errors.As(err, &problem))
			return
		}
		assert.NoError(t, p.Validate())
		p.Allows("https://app.example.com")
	})
}
