package harness_test

import (
	"bytes"
	"io"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/harness/browser/browsertest"
	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/scenarios"
	"github.com/corsproof/corsproof/servers"
)

// catalogue are permutations of the catalogue.
func catalogue(t testing.TB, selection ...string) []*scenarios.Permutation {
	files, err := scenarios.Catalogue()
	require.NoError(t, err)
	permutations, err := scenarios.Select(scenarios.Permutations(files), selection)
	require.NoError(t, err)
	return permutations
}

// debugged is a Chromium of its own that was started with a debugging port.
func debugged(t testing.TB) (browser.Found, *browsertest.Debugged) {
	local, err := browser.Find(browser.Chromium)
	require.NoError(t, err)
	d := browsertest.StartDebugged(t, local.Path)
	found, _, err := harness.FindEach(t.Context(), d.Address, false, "")
	require.NoError(t, err)
	return found[0], d
}

// verdicts runs permutations in one browser.
func verdicts(t testing.TB, o harness.Options) (record.Run, map[string]record.Record) {
	records := map[string]record.Record{}
	o.Record = func(r record.Record) { records[r.ID] = r }
	o.Log = t.Logf
	run, err := harness.Run(t.Context(), o)
	require.NoError(t, err)
	require.Len(t, records, len(o.Permutations))
	return run, records
}

// sameVerdicts runs permutations in a browser on this machine and in one somewhere
// else: verdict by verdict they are the same, but for what the second cannot do.
func sameVerdicts(t testing.TB, permutations []*scenarios.Permutation, here browser.Found, there harness.Options) map[string]record.Record {
	there.Permutations = permutations
	want := verdictsHere(t, permutations, here)
	_, got := verdicts(t, there)
	for id, r := range got {
		if r.Verdict != record.NotApplicable {
			assert.Equal(t, want[id], r.Verdict, "%s: %v", id, r.Problems)
		}
	}
	return got
}

// hadHere are the verdicts of browsers on this machine, by path and case: several
// tests want the same.
var hadHere = map[string]map[string]record.Verdict{}

// verdictsHere are the verdicts of a browser on this machine.
func verdictsHere(t testing.TB, permutations []*scenarios.Permutation, here browser.Found) map[string]record.Verdict {
	had := hadHere[here.Path]
	if had == nil {
		had = map[string]record.Verdict{}
		hadHere[here.Path] = had
	}
	wanted := slices.DeleteFunc(slices.Clone(permutations), func(p *scenarios.Permutation) bool { return had[p.ID] != "" })
	if len(wanted) > 0 {
		_, records := verdicts(t, harness.Options{Permutations: wanted, Browsers: []browser.Found{here}})
		for id, r := range records {
			had[id] = r.Verdict
		}
	}
	return had
}

// TestSomebodyElsesBrowser runs in a Chromium that was started without any of our
// switches.
func TestSomebodyElsesBrowser(t *testing.T) {
	here, err := browser.Find(browser.Chromium)
	require.NoError(t, err)
	there, _ := debugged(t)
	got := sameVerdicts(t, catalogue(t, "origins", "elements", "service-workers/synthetic", "http-cache/kept", "local-network-access/granted"),
		here, harness.Options{Browsers: []browser.Found{there}})
	left := map[string]int{}
	for id, r := range got {
		if r.Verdict == record.NotApplicable {
			topic, _, _ := strings.Cut(id, "/")
			left[topic]++
			assert.NotEmpty(t, r.Problems, id)
		}
	}
	assert.NotZero(t, left["http-cache"])
	assert.NotZero(t, left["local-network-access"])
	assert.Len(t, left, 2, "what it cannot do is said case by case")
}

// TestAnOriginOutOfReach has something stand between the browser and the proxy,
// which lets all pass but what is for one origin.
func TestAnOriginOutOfReach(t *testing.T) {
	there, _ := debugged(t)
	here, err := net.Listen("tcp", "127.0.0.1:0") // where the proxy is to listen
	require.NoError(t, err)
	between, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer between.Close()
	require.NoError(t, here.Close())
	go func() {
		for {
			client, err := between.Accept()
			if err != nil {
				return
			}
			go func() {
				defer client.Close()
				head := make([]byte, 4<<10)
				n, _ := client.Read(head)
				back, err := net.Dial("tcp", here.Addr().String())
				if err != nil || bytes.HasPrefix(head[:n], []byte("CONNECT api.other.test:443 ")) {
					return
				}
				defer back.Close()
				back.Write(head[:n])
				go io.Copy(back, client)
				io.Copy(client, back)
			}()
		}
	}()
	_, err = harness.Run(t.Context(), harness.Options{
		Permutations: catalogue(t, "origins"), Browsers: []browser.Found{there},
		Listen: here.Addr().String(), Advertise: between.Addr().String(),
	})
	var lost *harness.UnreachableError
	require.ErrorAs(t, err, &lost)
	assert.Equal(t, []string{"https://api.other.test"}, lost.Origins)
	assert.ErrorContains(t, err, there.Path)
	assert.ErrorContains(t, err, between.Addr().String())
	assert.ErrorContains(t, err, "-advertise")
}

// TestNothingInReach tells the browser of a proxy that there is none of.
func TestNothingInReach(t *testing.T) {
	there, _ := debugged(t)
	_, err := harness.Run(t.Context(), harness.Options{
		Permutations: permutations(t, plainRead), Browsers: []browser.Found{there}, Listen: "127.0.0.1", Advertise: "127.0.0.1:9",
	})
	require.ErrorAs(t, err, new(*harness.UnreachableError))
	assert.ErrorContains(t, err, "ERR_PROXY_CONNECTION_FAILED")
}

// TestSomebodyElsesBrowserDies ends the browser in the middle of a run: nobody
// here can start it again.
func TestSomebodyElsesBrowserDies(t *testing.T) {
	there, d := debugged(t)
	records := map[string]record.Record{}
	_, err := harness.Run(t.Context(), harness.Options{
		Permutations: permutations(t, plainRead), Browsers: []browser.Found{there},
		Record:  func(r record.Record) { records[r.ID] = r },
		Started: func(*servers.Fleet, browser.Browser) { d.End() },
	})
	assert.ErrorContains(t, err, "refused")
	assert.Empty(t, records)
	_, _, err = harness.FindEach(t.Context(), "chromium,"+d.Address, false, "")
	assert.ErrorContains(t, err, d.Address)
}
