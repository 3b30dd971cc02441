package webdriver

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"github.com/corsproof/corsproof/internal/group"
)

// closeTimeout is how long a session, or a program, may take to end by itself.
const closeTimeout = 5 * time.Second

// process is a program with all that it starts, which ends as one.
type process struct {
	name  string
	cmd   *exec.Cmd
	said  lastBytes
	ended chan struct{} // closed when it has gone, and all that it started
	err   error         // how it ended
}

// startProcess starts a program in a group of its own. What it has started
// lives for as long as somebody holds the pipe that it all inherits as its
// standard error.
func startProcess(cmd *exec.Cmd) (*process, error) {
	p := &process{name: filepath.Base(cmd.Path), cmd: cmd, ended: make(chan struct{})}
	read, write, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	cmd.Stdout, cmd.Stderr = write, write
	group.Own(cmd)
	err = cmd.Start()
	write.Close()
	if err != nil {
		read.Close()
		return nil, err
	}
	released := make(chan struct{})
	go func() {
		defer close(released)
		_, _ = io.Copy(&p.said, read)
	}()
	go func() {
		defer close(p.ended)
		p.err = cmd.Wait()
		// Whatever it started goes with it, also when it ended by itself.
		group.Kill(cmd.Process)
		select {
		case <-released:
		case <-time.After(closeTimeout): // somebody else holds the pipe
		}
		read.Close()
	}()
	return p, nil
}

// kill ends the process and its group, and waits until they have gone.
func (p *process) kill() error {
	select {
	case <-p.ended: // its id may be somebody else's by now
		return nil
	default:
	}
	err := group.Kill(p.cmd.Process)
	<-p.ended
	return err
}

// stop asks the process to end, for it to remove what it has left, and kills
// it if it does not.
func (p *process) stop() error {
	if err := p.cmd.Process.Signal(os.Interrupt); err == nil {
		select {
		case <-p.ended:
		case <-time.After(closeTimeout):
		}
	}
	return p.kill()
}

// death says how a process has ended that nobody asked to.
func (p *process) death() error {
	how := "exit status 0"
	if p.err != nil {
		how = p.err.Error()
	}
	return fmt.Errorf("%s has ended: %s%s", p.name, how, p.said.quoted())
}

// lastBytes keeps the end of what is written to it.
type lastBytes struct {
	mu  sync.Mutex
	buf []byte
}

const lastBytesKept = 2048

func (l *lastBytes) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.buf = append(l.buf, b...)
	l.buf = l.buf[max(0, len(l.buf)-lastBytesKept):]
	return len(b), nil
}

func (l *lastBytes) quoted() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if text := bytes.TrimSpace(l.buf); len(text) > 0 {
		return "; it said:\n" + string(text)
	}
	return ""
}
