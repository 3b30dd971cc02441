package browsertest

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/oracle"
)

// API is the origin that most probes load from.
const API = "https://api.other.test"

func testWays(t *testing.T, d Driver) {
	type wayTest struct {
		via   oracle.Via
		query string
		want  oracle.Read
		with  func(*browser.Probe)
	}
	tests := []wayTest{
		{"fetch", "", oracle.Blocked, nil},
		{"fetch", "allow=*", oracle.Allowed, nil},
		{"fetch", "", oracle.Opaque, func(p *browser.Probe) { p.Mode = "no-cors" }},
		{"xhr", "", oracle.Blocked, nil},
		{"xhr", "allow=*", oracle.Allowed, nil},
		{"xhr", "", oracle.Blocked, func(p *browser.Probe) { p.Sync = true }},
		{"xhr", "allow=*", oracle.Allowed, func(p *browser.Probe) { p.Sync = true }},
		{"module", "", oracle.Blocked, nil},
		{"module", "allow=*", oracle.Allowed, nil},
		{"dynamic-import", "", oracle.Blocked, nil},
		{"dynamic-import", "allow=*", oracle.Allowed, nil},
		{"script", "", oracle.Opaque, nil},
		{"script", "allow=*", oracle.Opaque, nil},
		{"script", "status=404", oracle.Blocked, nil},
		{"script-cors", "", oracle.Blocked, nil},
		{"script-cors", "allow=*", oracle.Allowed, nil},
		{"img", "", oracle.Opaque, nil},
		{"img", "own=nothing", oracle.Blocked, nil},
		{"img", "allow=*", oracle.Allowed, func(p *browser.Probe) { p.Mode = "cors" }},
		{"img-cors", "", oracle.Blocked, nil},
		{"img-cors", "allow=*", oracle.Allowed, nil},
		{"font", "", oracle.Blocked, nil},
		{"font", "allow=*", oracle.Allowed, nil},
		{"font-face", "", oracle.Blocked, nil},
		{"font-face", "allow=*", oracle.Allowed, nil},
		{"style", "", oracle.Opaque, nil},
		{"style", "status=404", oracle.Blocked, nil},
		{"style-cors", "", oracle.Blocked, nil},
		{"style-cors", "allow=*", oracle.Allowed, nil},
		{"css-image", "", oracle.Unobservable, nil},
		{"canvas", "", oracle.Opaque, nil},
		{"canvas", "", oracle.Blocked, func(p *browser.Probe) { p.Mode = "cors" }},
		{"canvas", "allow=*", oracle.Allowed, func(p *browser.Probe) { p.Mode = "cors" }},
		{"webgl", "", oracle.Opaque, nil},
		{"webgl", "", oracle.Blocked, func(p *browser.Probe) { p.Mode = "cors" }},
		{"webgl", "allow=*", oracle.Allowed, func(p *browser.Probe) { p.Mode = "cors" }},
		{"iframe", "", oracle.Opaque, nil},
		{"iframe", "abort=before-headers", oracle.Blocked, nil},
	}
	tests = slices.DeleteFunc(tests, func(test wayTest) bool {
		return d.lacks(t, string(test.via)) || test.want == oracle.Blocked && d.lacks(t, string(test.via)+" refused")
	})
	w := d.world
	page := Open(t, d.browser, PageURL)
	probes := make([]browser.Probe, len(tests))
	for i, test := range tests {
		probes[i] = w.Probe(test.via, API, test.query)
		if test.with != nil {
			test.with(&probes[i])
		}
	}
	outcomes := RunProbes(t, page, probes...)
	for i, test := range tests {
		outcome := outcomes[probes[i].ID]
		assert.Empty(t, outcome.Broken, "%s %s", test.via, test.query)
		assert.Equal(t, test.want, outcome.Read, "%s %s: %+v", test.via, test.query, outcome)
		assert.NotEmpty(t, w.Requests(probes[i].ID), "%s %s: no request", test.via, test.query)
		t.Logf("%-15s %-12s %.0f ms %s %v %s", test.via, test.query, outcome.MS, outcome.Read, outcome.Events, outcome.Error)
	}
}
