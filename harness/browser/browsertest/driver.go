// Package browsertest is what every driver's tests have in common: a small world
// of servers, and the behaviours that each driver owes the harness. Drivers keep
// to themselves what only they do: flags, preferences, the words for failures.
package browsertest

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/harness/browser"
)

// Driver is a driver with a browser for it.
type Driver struct {
	Binary string
	Start  func(context.Context, browser.Options) (browser.Browser, error)
	// Kill ends a browser as a crash would.
	Kill func(browser.Browser) error
	// Crash ends a page as a crash would; Gone is what Run then gives.
	Crash func(testing.TB, browser.Page)
	Gone  error
	// Lacks are what this browser cannot do, by the name that the tests have for
	// it, and why.
	Lacks map[string]string
	// Patience is how long what ends may take to end; 0: 5 s.
	Patience time.Duration

	// world and browser are for every test that breaks nothing in them, and needs no
	// options of its own: browsers start slowly.
	world   *World
	browser browser.Browser
}

func (d Driver) patience() time.Duration { return cmp.Or(d.Patience, 5*time.Second) }

// Find finds a browser of an engine. Without one the test is skipped, but not
// where one is required.
func Find(t testing.TB, engine string) browser.Found {
	found, err := browser.Find(engine)
	if errors.Is(err, browser.ErrNotFound) && os.Getenv("CORSPROOF_REQUIRE_BROWSER") == "" && os.Getenv("CI") == "" {
		t.Skip(err)
	}
	require.NoError(t, err)
	return found
}

// Run holds a driver to all that drivers have in common.
func Run(t *testing.T, d Driver) {
	// It looks for what is left, so it comes before there is another browser.
	t.Run("Death", func(t *testing.T) { Death(t, d) })
	d.world = NewWorld(t)
	d.browser = d.start(t, d.world.Options(d.Binary))
	for _, test := range []struct {
		name string
		run  func(*testing.T, Driver)
	}{
		{"Batch", testBatch}, {"Page", testPage}, {"Origins", testOrigins}, {"OriginError", testOriginError},
		{"Visible", testVisible}, {"Contexts", testContexts}, {"Crash", testCrash}, {"Ways", testWays},
		{"Requests", testRequests}, {"ForcedPreflights", testForcedPreflights}, {"Refused", testRefused},
		{"Pages", testPages}, {"Places", testPlaces}, {"LostPlace", testLostPlace}, {"Policy", testPolicy},
		{"Responses", testResponses}, {"Painted", testPainted}, {"OpaqueByWhatScriptMayDo", testOpaqueByWhatScriptMayDo},
	} {
		t.Run(test.name, func(t *testing.T) {
			if why, lacks := d.Lacks[test.name]; lacks {
				t.Skip(why)
			}
			test.run(t, d)
		})
	}
}

// lacks says whether a part of a test is not for this browser.
func (d Driver) lacks(t *testing.T, name string) bool {
	why, lacks := d.Lacks[name]
	if lacks {
		t.Logf("without %s: %s", name, why)
	}
	return lacks
}

// start starts the browser, which ends with the test.
func (d Driver) start(t testing.TB, o browser.Options) browser.Browser {
	o.Log = t.Logf
	b, err := d.Start(Deadline(t), o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, b.Close()) })
	return b
}

// NewContext makes a profile, which ends with the test, if its browser has not
// before.
func NewContext(t testing.TB, b browser.Browser) browser.Context {
	c, err := b.NewContext(Deadline(t))
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	return c
}

// Open opens a page in a profile of its own.
func Open(t testing.TB, b browser.Browser, url string) browser.Page {
	c := NewContext(t, b)
	p, err := c.Open(Deadline(t), browser.Document{URL: url})
	require.NoError(t, err)
	return p
}

// RunProbes gives the outcomes by the probes' ids.
func RunProbes(t testing.TB, p browser.Page, probes ...browser.Probe) map[string]browser.Outcome {
	outcomes := map[string]browser.Outcome{}
	require.NoError(t, p.Run(Deadline(t), probes, func(o browser.Outcome) {
		require.NotContains(t, outcomes, o.ID)
		outcomes[o.ID] = o
	}))
	return outcomes
}

// Deadline ends what should long be over.
func Deadline(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// Main runs a driver's tests with a temporary folder of their own, and fails if
// a browser or a profile outlives them.
func Main(m *testing.M) int {
	dir, err := os.MkdirTemp("", "drive")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	os.Setenv("TMPDIR", dir)
	code := m.Run()
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) > 0 && code == 0 {
		fmt.Fprintln(os.Stderr, "left behind:", left)
		code = 1
	}
	if left := Processes(dir); len(left) > 0 && code == 0 {
		fmt.Fprintln(os.Stderr, "still running:", left)
		code = 1
	}
	return code
}

// Processes are the command lines of those that name a path there, or in their
// environment (on Linux only).
func Processes(path string) []string {
	var found []string
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, file := range files {
		if file == fmt.Sprintf("/proc/%d/cmdline", os.Getpid()) {
			continue
		}
		line, err := os.ReadFile(file)
		environment, _ := os.ReadFile(filepath.Join(filepath.Dir(file), "environ"))
		if err == nil && (bytes.Contains(line, []byte(path)) || bytes.Contains(environment, []byte("TMPDIR="+path))) {
			found = append(found, strings.ReplaceAll(string(line), "\x00", " "))
		}
	}
	return found
}
