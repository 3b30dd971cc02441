package check

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os/exec"
	"strings"
	"time"

	"github.com/corsproof/corsproof/internal/group"
	"github.com/corsproof/corsproof/servers"
)

const (
	// startTime is how long a command may take until its server answers. A
	// compiler may be a part of it.
	startTime = 60 * time.Second
	// answerTime is how long a server that runs already may take to answer.
	answerTime = 10 * time.Second
	// The pauses between two tries: no event tells that a port is listened at.
	firstPause, lastPause = 10 * time.Millisecond, 250 * time.Millisecond
)

// Split splits a command line into words, without a shell: blanks separate
// words, '...' keeps all in it as it is, "..." keeps all but \" and \\, and \
// takes the next character as it is. Nothing is put in place of $, * or ~; what a
// shell would take for an operator is an error that says so.
func Split(line string) ([]string, error) {
	var words []string
	var word strings.Builder
	within := false // a word, perhaps an empty one
	for i := 0; i < len(line); i++ {
		switch c := line[i]; c {
		case ' ', '\t', '\n', '\r':
			if within {
				words = append(words, word.String())
				word.Reset()
			}
			within = false
		case '\'':
			end := strings.IndexByte(line[i+1:], '\'')
			if end < 0 {
				return nil, fmt.Errorf("check: command %q: a ' without its other one", line)
			}
			word.WriteString(line[i+1 : i+1+end])
			i += end + 1
			within = true
		case '"':
			i++
			for ; i < len(line) && line[i] != '"'; i++ {
				if line[i] == '\\' && i+1 < len(line) && (line[i+1] == '"' || line[i+1] == '\\') {
					i++
				}
				word.WriteByte(line[i])
			}
			if i == len(line) {
				return nil, fmt.Errorf("check: command %q: a \" without its other one", line)
			}
			within = true
		case '\\':
			if i++; i == len(line) {
				return nil, fmt.Errorf("check: command %q: nothing stands behind the last \\", line)
			}
			word.WriteByte(line[i])
			within = true
		case '|', '&', ';', '<', '>', '`':
			return nil, fmt.Errorf("check: command %q: %q is for a shell, and none reads this line: put it in quotes, or say sh -c '...'", line, c)
		default:
			word.WriteByte(c)
			within = true
		}
	}
	if within {
		words = append(words, word.String())
	}
	if len(words) == 0 {
		return nil, errors.New("check: the command is empty")
	}
	return words, nil
}

// run starts the target's command and returns when its server answers.
func (r *running) run(ctx context.Context, t *Target) error {
	if conn, err := r.dial(ctx); err == nil {
		conn.Close()
		return fmt.Errorf("check: something listens at %s before the command has started: end it, or leave the command out to check that", r.addr)
	}
	p := &process{cmd: exec.Command(t.command[0], t.command[1:]...), name: t.command[0], ended: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = &p.said, &p.said
	// What it has started may hold the pipes for longer.
	p.cmd.WaitDelay = time.Second
	group.Own(p.cmd)
	if err := p.cmd.Start(); err != nil {
		return fmt.Errorf("check: start the command: %w", err)
	}
	go p.wait()
	r.alive, r.stop = p.alive, p.close
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	go func() {
		select {
		case <-p.ended:
			cancel()
		case <-ctx.Done():
		}
	}()
	err := r.answers(ctx, t)
	if err == nil {
		err = p.alive() // somebody else may have answered
	}
	if err == nil {
		return nil
	}
	if dead := p.alive(); dead != nil {
		return dead
	}
	p.close()
	return fmt.Errorf("check: %s does not answer at %s after %v: %w%s", p.name, t.url, startTime, err, p.said.Said())
}

// answers waits until the target answers a request with HTTP, whatever it says.
func (r *running) answers(ctx context.Context, t *Target) error {
	pause := firstPause
	patience := startTime
	if t.command == nil {
		patience = answerTime
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	head := fmt.Sprintf("HEAD %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", t.Path(), t.url.Host)
	for {
		err := r.answersOnce(ctx, head)
		var certificate *x509.CertificateInvalidError
		var authority x509.UnknownAuthorityError
		var host x509.HostnameError
		if err == nil {
			return nil
		}
		if errors.As(err, &certificate) || errors.As(err, &authority) || errors.As(err, &host) || t.command == nil && refused(err) {
			return err // no time changes that
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return err
		}
		pause = min(2*pause, lastPause)
	}
}

func (r *running) answersOnce(ctx context.Context, head string) error {
	conn, err := r.dial(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := r.pace.wait(ctx); err != nil {
		return err
	}
	_, err = servers.Ask(ctx, conn, "HEAD", []byte(head))
	if errors.Is(err, io.EOF) {
		return errors.New("it ends the connection without an answer")
	}
	return err
}

// refused is true where nobody listens, or nobody is.
func refused(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial" && !op.Timeout()
}

// process is a command that runs.
type process struct {
	name  string
	cmd   *exec.Cmd
	said  group.Tail
	ended chan struct{} // closed when it has gone and err is set
	err   error
}

func (p *process) wait() {
	err := p.cmd.Wait()
	if err == nil {
		err = errors.New("exit status 0")
	}
	group.Kill(p.cmd.Process) // what it has started goes with it
	p.err = err
	close(p.ended)
}

// alive says how the command ended, if it did.
func (p *process) alive() error {
	select {
	case <-p.ended:
		return fmt.Errorf("check: the command %s has ended: %w%s", p.name, p.err, p.said.Said())
	default:
		return nil
	}
}

// close ends the command and all of its group, and waits until it has gone.
func (p *process) close() error {
	select {
	case <-p.ended:
		return nil
	default:
	}
	err := group.Kill(p.cmd.Process)
	<-p.ended
	if err != nil {
		return fmt.Errorf("check: end the command %s: %w", p.name, err)
	}
	return nil
}
