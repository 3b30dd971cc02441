package external

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os/exec"
	"strconv"
	"sync"
	"time"

	"github.com/corsproof/corsproof/internal/group"
)

// startTimeout bounds the time from a process's start to its first line. Node
// takes a tenth of a second on a quiet machine.
const startTimeout = 30 * time.Second

// Process is a running server.
//
// The agreement with a server in any language: it listens on a free port of
// 127.0.0.1, prints one line {"listening": PORT} when it is ready, and ends
// when its standard input does, so that it can't outlive whoever started it.
type Process struct {
	name  string
	addr  string
	cmd   *exec.Cmd
	stdin io.Closer
	errs  *group.Tail
	ended chan struct{} // closed when the process has gone and err is set
	err   error

	mu     sync.Mutex
	closed bool
}

// StartNode starts one of the scripts with Node and returns when it listens.
// preload names scripts that Node loads before it, as without-cors.js. ctx
// bounds the start, not the server's life.
func (p Packages) StartNode(ctx context.Context, preload []string, script string, args ...string) (*Process, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	node, err := lookNode("node")
	if err != nil {
		return nil, err
	}
	var line []string
	for _, name := range preload {
		path, err := p.script(name)
		if err != nil {
			return nil, err
		}
		line = append(line, "--require", path)
	}
	path, err := p.script(script)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(node, append(append(line, path), args...)...)
	// Express puts stack traces, with this machine's paths, into its error
	// pages unless told that it's in production.
	cmd.Env = append(cmd.Environ(), "NODE_ENV=production")
	return start(ctx, p.name+" "+script, cmd)
}

// start starts a server that keeps to the agreement.
func start(ctx context.Context, name string, cmd *exec.Cmd) (*Process, error) {
	ready := &firstLine{line: make(chan []byte, 1)}
	p := &Process{name: name, cmd: cmd, errs: &group.Tail{}, ended: make(chan struct{})}
	cmd.Stdout = ready
	cmd.Stderr = p.errs
	// A grandchild that holds the pipes must not hold up Wait.
	cmd.WaitDelay = time.Second
	group.Own(cmd)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("external: %s: %w", name, err)
	}
	p.stdin = stdin
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("external: %s: %w", name, err)
	}
	go p.wait()

	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	select {
	case line := <-ready.line:
		if p.addr, err = address(line); err != nil {
			p.Close()
			return nil, fmt.Errorf("external: %s: %w", name, err)
		}
		return p, nil
	case <-p.ended:
		return nil, p.Alive()
	case <-ctx.Done():
		p.Close()
		return nil, fmt.Errorf("external: %s did not say that it listens: %w%s", name, ctx.Err(), p.errs.Said())
	}
}

// address reads the line by which a server says that it is ready.
func address(line []byte) (string, error) {
	var said struct{ Listening int }
	if err := json.Unmarshal(line, &said); err != nil || said.Listening < 1 || said.Listening > 65535 {
		return "", fmt.Errorf(`its first line is %q, expected {"listening": PORT}`, line)
	}
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(said.Listening)), nil
}

func (p *Process) wait() {
	err := p.cmd.Wait()
	if err == nil {
		err = errors.New("exit status 0")
	}
	// Whatever it started goes with it, also when it ended by itself.
	group.Kill(p.cmd.Process)
	p.err = err
	close(p.ended)
}

// Addr is the host:port that the server listens on.
func (p *Process) Addr() string { return p.addr }

// PID is the process's id, and its group's.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Alive is nil while the process runs; then it says how it ended, with the
// end of what it wrote to standard error.
func (p *Process) Alive() error {
	select {
	case <-p.ended:
	default:
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return fmt.Errorf("external: %s is closed", p.name)
	}
	return fmt.Errorf("external: %s ended by itself: %w%s", p.name, p.err, p.errs.Said())
}

// Close ends the process and all of its group, and waits until it has gone.
func (p *Process) Close() error {
	select {
	case <-p.ended: // its id may be somebody else's by now
		return nil
	default:
	}
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	// These servers keep nothing: there is nothing to end in good order.
	err := group.Kill(p.cmd.Process)
	p.stdin.Close()
	<-p.ended
	if err != nil {
		return fmt.Errorf("external: %s: %w", p.name, err)
	}
	return nil
}

// firstLine hands on the first line written to it and drops the rest.
type firstLine struct {
	line chan []byte
	buf  []byte
	done bool
}

func (f *firstLine) Write(b []byte) (int, error) {
	if f.done {
		return len(b), nil
	}
	f.buf = append(f.buf, b...)
	line, _, found := bytes.Cut(f.buf, []byte("\n"))
	if found || len(f.buf) > 4096 { // no such line is that long
		f.done = true
		f.line <- line
		f.buf = nil
	}
	return len(b), nil
}

// tail is the last 2 KiB.
func tail(b []byte) []byte {
	if n := len(b) - 2048; n > 0 {
		return b[n:]
	}
	return b
}
