package table

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/check"
	"github.com/corsproof/corsproof/policy"
)

const engine = "Chromium 156"

// fixture is a table with a cell of each kind, and markup wherever a product
// could put some.
func fixture() []Cell {
	a := System{Name: "alpha", Title: "alpha/cors", Package: "example.com/alpha", Version: "1.2.3", On: "net/http", Docs: "https://example.com/alpha"}
	b := System{Name: "beta", Title: "<b>eta", Package: "beta", Version: "2|3", On: "Express", Docs: "https://example.com/beta"}
	one := Policy{Name: "one", About: "One origin.", YAML: "origins: [\"https://app.example.com\"]\n"}
	two := Policy{Name: "two", About: "Two.", YAML: "origins: [\"*\"]\n"}
	three := Policy{Name: "three", About: "Three.", YAML: "origins: [\"*\"]\n"}
	return []Cell{
		{System: a, Policy: one, State: Checked, Language: "go", Config: "cors.Options{}", Engines: []string{engine}, Probes: 12},
		{System: a, Policy: two, State: Inexpressible, Said: "any request header"},
		{System: a, Policy: three, State: Checked, Language: "go", Config: "```\n</pre><script>alert(1)</script>", Engines: []string{engine}, Probes: 12,
			Notes: []string{"A *note*."},
			Findings: []check.Finding{
				{Class: policy.Refused, Severity: check.High, Cause: "method", Title: "PUT is blocked", Meant: "It may PUT.", Happened: "It was `blocked`.", Headers: []string{"(no Access-Control-Allow-Origin)"}, Engines: []string{"chromium"}, Spec: "https://fetch.spec.whatwg.org/#cors-check"},
				{Class: policy.Refused, Cause: "header", Title: "<img src=x onerror=alert(1)>"},
				{Class: policy.Leak, Severity: check.Critical, Cause: "foreign", Title: "the secret hole"},
			}},
		{System: b, Policy: one, State: Refused, Said: "panic: <no> | such"},
		{System: b, Policy: two, State: LeftOut, Said: "beta is not on PATH: install it"},
		{System: b, Policy: three, State: Checked, Engines: []string{engine}, Probes: 12,
			Unproven: []check.Unproven{{Probe: "x", Meant: "It may read.", Why: "No control."}}},
	}
}

func TestLines(t *testing.T) {
	var b bytes.Buffer
	for _, c := range fixture() {
		require.NoError(t, Write(&b, c))
	}
	cells, err := Read(&b)
	require.NoError(t, err)
	assert.Equal(t, fixture(), cells)
	_, err = Read(strings.NewReader("{}\n{"))
	assert.ErrorContains(t, err, "table: cell 2:")
}

func TestPublish(t *testing.T) {
	published := Publish(fixture())
	assert.True(t, published[2].Withheld)
	assert.Len(t, published[2].Findings, 2)
	assert.Len(t, fixture()[2].Findings, 3)
	for i, c := range published {
		assert.Equal(t, i == 2, c.Withheld)
	}
	for _, write := range []func(*bytes.Buffer) error{
		func(b *bytes.Buffer) error { return Markdown(b, published) },
		func(b *bytes.Buffer) error { return HTML(b, published) },
	} {
		var b bytes.Buffer
		require.NoError(t, write(&b))
		assert.NotContains(t, b.String(), "secret hole")
		assert.NotContains(t, b.String(), "critical")
		assert.Contains(t, b.String(), "withheld")
	}

	old := publicHoles
	t.Cleanup(func() { publicHoles = old })
	publicHoles = []known{{"alpha", policy.Leak, "foreign", "https://example.com/advisory", "An advisory says so."}}
	published = Publish(fixture())
	assert.False(t, published[2].Withheld)
	var b bytes.Buffer
	require.NoError(t, Markdown(&b, published))
	assert.Contains(t, b.String(), "- **leak** the secret hole An advisory says so. ([source](https://example.com/advisory))")
}

// TestPublicHoles: what is shown needs a place where others have named it.
func TestPublicHoles(t *testing.T) {
	for _, k := range publicHoles {
		assert.Regexp(t, "^https://", k.Link)
		assert.True(t, strings.HasSuffix(k.Says, "."), k.Says)
		assert.True(t, hole(check.Finding{Class: k.Class}), "%s: only holes are withheld", k.System)
		assert.NotEmpty(t, k.Cause)
	}
}

func TestMarkdown(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, Markdown(&b, fixture()))
	got := b.String()
	assert.Contains(t, got, "2 systems by 3 policies, asked in Chromium 156.")
	assert.Contains(t, got, `| system | version | [one](#one) | [two](#two) | [three](#three) |
|:--|:--|:--|:--|:--|
| [alpha/cors](#alpha) | 1.2.3 | kept | not expressible | leak, 2 refused |
| [&lt;b&gt;eta](#beta) | 2\|3 | refused at start | not installed | 1 unproven |
`)
	assert.Contains(t, got, "````go\n```\n</pre>")
	assert.Contains(t, got, "- **refused** PUT is blocked It may PUT. It was \\`blocked\\`.\n")
	assert.Contains(t, got, "12 probes in Chromium 156. Again: `go run -C middleware ./cmd/middleware -system alpha -policy three`\n")
	assert.Contains(t, got, "12 probes in Chromium 156, no finding.\n")
	assert.Contains(t, got, `Refused at start: panic: &lt;no&gt; \| such`)
	assert.NotContains(t, strings.ReplaceAll(got, "````go\n```\n</pre><script>alert(1)</script>\n````", ""), "<")
}

func TestOfflineIsSaid(t *testing.T) {
	cells := fixture()
	cells[0].Offline, cells[0].Engines = true, []string{"the algorithm"}
	var b, page bytes.Buffer
	require.NoError(t, Markdown(&b, cells))
	require.NoError(t, HTML(&page, cells))
	for _, want := range []string{"asked in Chromium 156, and in 1 cells without a browser", "12 probes, without a browser"} {
		assert.Contains(t, b.String(), want)
		assert.True(t, strings.Contains(page.String(), want), want)
	}
	assert.Contains(t, arrange(cells[:1]).asked(), "without a browser: the standard's")
}

func TestHTML(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, HTML(&b, fixture()))
	got := b.String()
	for _, want := range []string{"&lt;/pre&gt;&lt;script&gt;alert(1)&lt;/script&gt;", `href="#alpha--three"`, `id="alpha--three"`} {
		assert.True(t, strings.Contains(got, want), want)
	}
	for _, bad := range []string{"<img", "alert(1)</script>"} {
		assert.False(t, strings.Contains(got, bad), bad)
	}
	assert.Equal(t, 1, strings.Count(got, "<script>"))
	assert.Empty(t, regexp.MustCompile(`(?i)(src|href)="?(http:)?//|@import|url\(`).FindString(got))
}

func TestPolicyYAML(t *testing.T) {
	p := policy.Policy{
		Origins: []string{"https://app.example.com", "https://*.example.org"}, Methods: []string{"PUT"}, RequestHeaders: []string{"*"},
		ExposeHeaders: []string{"X-Total-Count"}, Credentials: true, MaxAge: 10 * time.Minute, NullOrigin: true, PublicURL: "https://api.example.com",
		Endpoints: []policy.Endpoint{{Path: "/items/1", Methods: []string{"GET", "PUT"}}, {Path: "/missing", ExpectStatus: 404}},
	}
	assert.Equal(t, `origins: ["https://app.example.com", "https://*.example.org"]
methods: ["PUT"]
request-headers: ["*"]
expose-headers: ["X-Total-Count"]
credentials: true
max-age: 10m
null-origin: true
public-url: https://api.example.com
endpoints:
  - {path: /items/1, methods: ["GET", "PUT"]}
  - {path: /missing, expect-status: 404}
`, policyYAML(p))
}
