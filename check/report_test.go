package check

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/internal/junit"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/policy"
)

// golden holds what a report wrote against testdata. CORSPROOF_UPDATE=1 writes
// the files anew; read the difference before it is committed.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if os.Getenv("CORSPROOF_UPDATE") != "" {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, got, 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "CORSPROOF_UPDATE=1 writes it")
	assert.Equal(t, string(want), string(got))
}

// faulty is a report about a server with several faults.
func faulty(t *testing.T) Report {
	t.Helper()
	s := correct()
	s.allows, s.vary, s.outermost = func(string) bool { return true }, false, false
	s.preflight = status(405)
	p := meant()
	p.Accept = []policy.Accept{
		{Class: policy.Cache, Why: "no cache in front"},
		{Class: policy.Refused, Endpoint: "/gone", Why: "nobody knows any more"},
	}
	excused := newExcuses(p, day)
	findings, _ := find(p, results(t, s, plan()...), excused)
	findings[1].Modelled = true
	stale := excused.stale(func(policy.Accept) bool { return false })
	return redact(Report{
		Policy: *p, Target: "http://127.0.0.1:3000/items",
		Engines:  []record.Engine{{Key: "chromium", Name: "Chromium", Version: "156.0.8078.79"}, {Key: "firefox", Name: "Firefox", Version: "153.0"}},
		Probes:   127,
		Findings: findings, Stale: stale, Seconds: 4.25, NotApplicable: 2, Withheld: 9, Spared: 71,
		Unproven: []Unproven{
			{Probe: "policy/a/b/fetch", Engine: "firefox", Meant: app + " may read /items.", Why: "no event came before the deadline"},
			{Probe: "policy/a/c/fetch", Engine: "firefox", Meant: app + " may PUT /items.", Why: "no event came before the deadline"},
		},
	}, nil)
}

// silent is a report about a server that keeps to its policy.
func silent() Report {
	return Report{
		Policy: *meant(), Target: "http://127.0.0.1:3000/items", Probes: 127, Seconds: 1.96,
		Engines: []record.Engine{{Key: "chrome-headless-shell", Name: "Chromium", Version: "156.0.8078.79"}},
	}
}

// nasty is what a hostile server can put anywhere: markup, quotes, separators of
// every format, control characters, bytes that are not ASCII.
const nasty = `</script><img src=x onerror="alert(1)">` + "\"'`|&amp;]]> $(id) \x00\x07\x1b[2J\x1b]0;pwned\x07\u0080\u00ad\u00ff\u2028"

func hostile() Report {
	return Report{
		Target: nasty, Probes: 1, Engines: []record.Engine{{Key: nasty, Name: nasty, Version: nasty}, {Key: "firefox"}}, Stale: []string{nasty},
		Findings: []Finding{
			{
				Class: policy.Leak, Severity: Critical, Cause: nasty, Title: nasty, Origin: nasty, Endpoint: nasty, Method: nasty, Meant: nasty,
				Happened: nasty, Reason: nasty, Native: nasty, Spec: "https://fetch.spec.whatwg.org/#cors-check", Headers: []string{nasty}, Curl: nasty, Snippet: nasty,
				Also: []string{nasty}, Engines: []string{nasty},
				Wire: []record.Exchange{{Method: nasty, Path: nasty, ReplyHeaders: oracle.Headers{{Name: nasty, Value: nasty}}, ReplyBody: nasty}},
			},
			{Class: policy.Cache, Severity: Low, Title: nasty, Accepted: nasty},
		},
		Unproven: []Unproven{{Probe: nasty, Engine: nasty, Meant: nasty, Why: nasty}},
	}
}

var formats = map[string]func(Report, io.Writer) error{
	"text":     func(r Report, w io.Writer) error { return r.Text(w, Style{}) },
	"json":     Report.JSON,
	"junit":    Report.JUnit,
	"markdown": Report.Markdown,
}

func written(t *testing.T, r Report, format string) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, formats[format](r, &b))
	return b.Bytes()
}

func TestGolden(t *testing.T) {
	for format, extension := range map[string]string{"text": "txt", "json": "json", "junit": "xml", "markdown": "md"} {
		golden(t, "faulty."+extension, written(t, faulty(t), format))
		golden(t, "silent."+extension, written(t, silent(), format))
		golden(t, "hostile."+extension, written(t, hostile(), format))
	}
	var b bytes.Buffer
	require.NoError(t, faulty(t).Text(&b, Style{Color: true, Width: 120}))
	golden(t, "faulty-color.txt", b.Bytes())
	offline := silent()
	offline.Offline = true
	golden(t, "silent-offline.txt", written(t, offline, "text"))
}

func TestNothingReachesTheTerminal(t *testing.T) {
	for _, format := range []string{"text", "junit", "markdown"} {
		for _, c := range string(written(t, hostile(), format)) {
			if c != '\n' && !unicode.IsPrint(c) {
				t.Fatalf("%s has %U", format, c)
			}
		}
	}
	assert.NotContains(t, string(written(t, hostile(), "markdown")), "<img")
	require.NoError(t, xml.Unmarshal(written(t, hostile(), "junit"), &junit.Suites{}))
	assert.True(t, json.Valid(written(t, hostile(), "json")))
}

func TestTextKeepsItsWidth(t *testing.T) {
	for _, width := range []int{60, 80, 120} {
		var b bytes.Buffer
		require.NoError(t, faulty(t).Text(&b, Style{Width: width}))
		for line := range strings.Lines(b.String()) {
			if strings.Contains(line, "https://") || strings.Contains(line, "corsproof check") {
				continue // what must stay whole to be copied
			}
			assert.LessOrEqual(t, utf8.RuneCountInString(strings.TrimRight(line, "\n")), width, line)
		}
	}
}

func TestASilentReportIsOneLine(t *testing.T) {
	assert.Equal(t, 1, bytes.Count(written(t, silent(), "text"), []byte("\n")))
}

func TestExitCode(t *testing.T) {
	assert.Equal(t, 0, silent().ExitCode())
	assert.Equal(t, 1, faulty(t).ExitCode())
	r := silent()
	r.Findings = []Finding{{Accepted: "so it is"}}
	assert.Equal(t, 0, r.ExitCode())
	r.Unproven = []Unproven{{}}
	assert.Equal(t, 3, r.ExitCode())
	r.Stale = []string{"x"}
	assert.Equal(t, 1, r.ExitCode())
	assert.Equal(t, 3, Report{}.ExitCode())
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestEveryFormatReportsAWriteError(t *testing.T) {
	for name, write := range formats {
		assert.ErrorContains(t, write(faulty(t), full{}), "no space left", name)
	}
}

func TestRedact(t *testing.T) {
	p := meant()
	p.Endpoints = []policy.Endpoint{{Path: "/items", Headers: map[string]string{"Authorization": "Bearer swordfish-1", "X-Api-Key": "k3y"}}}
	echo := "you sent Bearer swordfish-1 (swordfish-1), k3y, session=tabernacle; id=1"
	r := Report{Policy: *p, Target: "http://127.0.0.1/?key=k3y", Findings: []Finding{{
		Class: policy.Leak, Meant: echo, Happened: echo, Curl: echo, Also: []string{echo}, Headers: []string{echo},
		Wire: []record.Exchange{{
			Path: "/items?k=k3y", Headers: oracle.Headers{{Name: "authorization", Value: "Bearer swordfish-1"}, {Name: "Cookie", Value: "session=tabernacle; id=1"}},
			ReplyHeaders: oracle.Headers{{Name: "Set-Cookie", Value: "other=cookiecutter; Path=/"}}, ReplyBody: echo + " cookiecutter",
		}},
	}}, Unproven: []Unproven{{Why: echo}}}
	before, err := json.Marshal(r)
	require.NoError(t, err)
	blanked := redact(r, []string{"k3y"})
	for format := range formats {
		got := string(written(t, blanked, format))
		for _, secret := range []string{"swordfish", "k3y", "tabernacle", "cookiecutter"} {
			assert.NotContains(t, got, secret, format)
		}
	}
	after, err := json.Marshal(r)
	require.NoError(t, err)
	assert.Equal(t, string(before), string(after), "the report itself stays as it is")
	assert.Equal(t, policy.Leak, blanked.Findings[0].Class)
}

func TestCurlGoesToTheTarget(t *testing.T) {
	command := "curl -i -H 'Origin: " + api + "' '" + api + "/items?a=1'"
	assert.Equal(t, "curl -i -H 'Origin: "+api+"' -H 'Host: api.example.net' 'http://127.0.0.1:3000/items?a=1'", aim(command, api, "http://127.0.0.1:3000"))
	assert.Equal(t, command, aim(command, api, api))
	assert.Equal(t, command, aim(command, "https://other.test", "http://127.0.0.1:3000"))
}

func TestCurlLeavesSecretsToTheShell(t *testing.T) {
	s := showing{item: item{Step: record.Step{
		Request: record.Request{Headers: oracle.Headers{{Name: "Authorization", Value: "x"}, {Name: "X-Quote", Value: "it's $HOME"}}},
		Observed: record.Observation{Wire: []record.Exchange{{At: api, Method: "PUT", Path: "/items?a=1&b=2", Body: "{}", Headers: oracle.Headers{
			{Name: "Origin", Value: app}, {Name: "Authorization", Value: "Bearer x"}, {Name: "X-Quote", Value: "it's $HOME"}, {Name: "User-Agent", Value: "x"},
		}}}},
	}}}
	assert.Equal(t, `curl -i -X PUT -H 'Origin: `+app+`' -H "Authorization: $H_AUTHORIZATION" -H 'X-Quote: it'\''s $HOME' --data-raw '{}' '`+api+`/items?a=1&b=2'`, curl(s, nil))
	assert.Contains(t, curl(s, []string{"s $H"}), `-H "X-Quote: $H_X_QUOTE"`)
}
