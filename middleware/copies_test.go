package middleware

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/fixtures"
	"github.com/corsproof/corsproof/internal/group"
	"github.com/corsproof/corsproof/internal/tree"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
	"github.com/corsproof/corsproof/servers/external"
)

// copied is a language in which the lab copies the servers of a case.
type copied struct {
	file     string // in each folder of lab/testdata/copies
	listen   func(host int) string
	listenTo func(addr string) string
	// command makes a program of the text and gives the command that runs it.
	command func(t *testing.T, folder, text string) []string
	missing func() error
}

// TestCopies runs the servers that the lab copies for a product: of them, too, a
// browser that keeps to the standard makes what it makes of the case's own.
func TestCopies(t *testing.T) {
	require.NoError(t, Install(t.Context(), t.Output(), false))
	packages, err := external.Middleware.Dir()
	require.NoError(t, err)
	t.Setenv("NODE_PATH", filepath.Join(packages, "node_modules"))
	t.Setenv("NODE_ENV", "production")
	number := func(before string, first int, after string) func(int) string {
		return func(host int) string { return before + string(rune('0'+first+host)) + after }
	}
	write := func(t *testing.T, folder, name, text string) string {
		file := filepath.Join(folder, name)
		require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
		return file
	}
	for _, c := range []copied{
		{
			file: "express.js", missing: express.Missing,
			listen: number(".listen(300", 0, ")"),
			listenTo: func(addr string) string {
				host, port, _ := net.SplitHostPort(addr)
				return ".listen(" + port + ", '" + host + "')"
			},
			command: func(t *testing.T, folder, text string) []string {
				return []string{"node", write(t, folder, "server.js", text)}
			},
		},
		{
			file: "main.go.txt", missing: here,
			listen:   number(`"localhost:300`, 0, `"`),
			listenTo: func(addr string) string { return `"` + addr + `"` },
			command: func(t *testing.T, folder, text string) []string {
				program := filepath.Join(folder, "server")
				source := write(t, folder, "main.go", text)
				commands := [][]string{{"build", "-o", program, source}}
				if strings.Contains(text, "rs/cors") { // the lab looks at those that take no module
					commands = append(commands, []string{"vet", source})
				}
				for _, args := range commands {
					said, err := exec.CommandContext(t.Context(), "go", args...).CombinedOutput()
					require.NoError(t, err, "%s", said)
				}
				return []string{program}
			},
		},
		{
			file: "nginx.conf", missing: nginx.Missing,
			listen:   number("listen 808", 0, ";"),
			listenTo: func(addr string) string { return "listen " + addr + ";" },
			command: func(t *testing.T, folder, text string) []string {
				program, err := nginxProxy.find()
				require.NoError(t, err)
				file := write(t, folder, nginxProxy.file, nginxProxy.whole(text, folder, program))
				return append([]string{program}, nginxProxy.args(file, folder)...)
			},
		},
	} {
		if err := c.missing(); err != nil && os.Getenv("CI") == "" {
			t.Logf("left out: %v", err)
			continue
		}
		items, err := filepath.Glob("../lab/testdata/copies/*/item.json")
		require.NoError(t, err)
		require.NotEmpty(t, items)
		for _, item := range items {
			t.Run(filepath.Base(filepath.Dir(item))+"/"+c.file, func(t *testing.T) { copiedServes(t, c, filepath.Dir(item)) })
		}
	}
}

// token is of all cases: one is asked at a time.
const token = "copied"

// copiedServes brings the copy of a folder up and asks it what the case asks.
func copiedServes(t *testing.T, c copied, folder string) {
	item, err := os.ReadFile(filepath.Join(folder, "item.json"))
	require.NoError(t, err)
	p, err := scenarios.ReadItem(item)
	require.NoError(t, err)
	bound, err := p.Bind(token, fixtures.Assets{})
	require.NoError(t, err)
	data, err := os.ReadFile(filepath.Join(folder, c.file))
	require.NoError(t, err)
	text := string(data)
	if !strings.Contains(text, c.listen(0)) {
		return // no server, and it says why
	}
	addrs := map[oracle.Origin]string{}
	for _, e := range bound.Endpoints(0, scenarios.Query{}) {
		if addrs[e.At] != "" {
			continue
		}
		addr, err := freeAddr()
		require.NoError(t, err)
		require.Contains(t, text, c.listen(len(addrs)))
		text = strings.Replace(text, c.listen(len(addrs)), c.listenTo(addr), 1)
		addrs[e.At] = addr
	}
	start(t, c.command(t, t.TempDir(), text), addrs)
	if strings.Contains(text, "nginx cannot say this") {
		return // it starts, and says what is not in it
	}
	request := bound.Steps[0].Request
	want, _ := oracle.Predict(oracle.State{}, request, bound.Steps[0].Server)
	got, _ := oracle.Predict(oracle.State{}, request, oracle.ServerFunc(func(w oracle.WireRequest) oracle.Reply { return asked(t, w, addrs) }))
	assert.Equal(t, outcome(want), outcome(got), "%s", text)
}

// outcome is what a page sees of a load, and which requests it took.
func outcome(p oracle.Prediction) []any {
	out := []any{p.Read, p.Reason, p.Type, p.Status, p.Redirected, strings.ReplaceAll(string(p.Body), "/~"+token, "")}
	for _, w := range p.Wire {
		out = append(out, w.Method+" "+scenarios.StripToken(w.URL)+" "+w.Origin)
	}
	for _, h := range p.Headers {
		if name := strings.ToLower(h.Name); strings.HasPrefix(name, "x-") {
			out = append(out, name+": "+strings.Trim(h.Value, " "))
		}
	}
	slices.SortFunc(out[6:], func(a, b any) int { return strings.Compare(a.(string), b.(string)) })
	return out
}

// asked has a request answered by the server that stands for its origin.
func asked(t *testing.T, w oracle.WireRequest, addrs map[oracle.Origin]string) oracle.Reply {
	u, err := url.Parse(scenarios.StripToken(w.URL))
	require.NoError(t, err)
	origin, _, err := scenarios.ResolveOrigin(u.Scheme + "://" + u.Host)
	require.NoError(t, err)
	require.Contains(t, addrs, origin)
	r, err := http.NewRequestWithContext(t.Context(), w.Method, u.String(), bytes.NewReader(w.Body))
	require.NoError(t, err)
	r.URL.Scheme, r.Host, r.URL.Host = "http", u.Host, addrs[origin]
	for _, h := range append(slices.Clone(w.Headers), oracle.Header{Name: "Origin", Value: w.Origin},
		oracle.Header{Name: "Access-Control-Request-Method", Value: w.RequestMethod}, oracle.Header{Name: "Access-Control-Request-Headers", Value: w.RequestHeaders}) {
		if h.Value != "" {
			r.Header.Add(h.Name, string(tree.IsomorphicEncode(h.Value)))
		}
	}
	response, err := (&http.Transport{DisableKeepAlives: true, DisableCompression: true}).RoundTrip(r)
	if err != nil {
		return oracle.Reply{Abort: "before-headers"}
	}
	defer response.Body.Close()
	_, phrase, _ := strings.Cut(response.Status, " ")
	reply := oracle.Reply{Status: response.StatusCode, StatusText: phrase, HTTP1: true}
	for name, values := range response.Header {
		for _, value := range values {
			reply.Headers = append(reply.Headers, oracle.Header{Name: name, Value: tree.IsomorphicDecode([]byte(value))})
		}
	}
	if reply.Body, err = io.ReadAll(response.Body); err != nil {
		reply.Abort = "in-body"
	}
	return reply
}

// start runs a command until the test ends, and returns when all its servers
// take connections.
func start(t *testing.T, command []string, addrs map[oracle.Origin]string) {
	cmd := exec.Command(command[0], command[1:]...)
	d := &daemon{name: command[0], app: &http.Server{}, cmd: cmd, ended: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = &d.said, &d.said
	group.Own(cmd)
	require.NoError(t, cmd.Start())
	go d.wait()
	t.Cleanup(func() {
		assert.NoError(t, d.Alive())
		assert.NoError(t, d.Close())
	})
	for _, addr := range addrs {
		d.addr = addr
		require.NoError(t, d.ready(t.Context()))
	}
}
