package middleware

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/corsproof/corsproof/internal/group"
)

// A web server stands in front of the application, which knows nothing of
// CORS. Its configuration is shown with these two addresses; a start puts
// those in their place that are free.
const (
	frontAddr = "127.0.0.1:8080"
	appAddr   = "127.0.0.1:3000"
)

// daemonTimeout bounds the time from a web server's start to its first connection.
const daemonTimeout = 20 * time.Second

// stopTimeout bounds the time that a web server has to end by itself.
const stopTimeout = 5 * time.Second

// daemon is a web server as a child process, and the application behind it.
type daemon struct {
	name   string
	addr   string
	app    *http.Server
	folder string
	cmd    *exec.Cmd
	said   bytes.Buffer // belongs to cmd until it has ended
	ended  chan struct{}
	err    error
	closed bool
}

// proxy is how a web server is started.
type proxy struct {
	name     string
	programs []string // names of the program, the first that is there runs
	debian   string   // the package to install
	file     string   // the name of the configuration's file
	// whole makes a file of the part that a reader is shown; folder is the server's own.
	whole func(config, folder, program string) string
	args  func(file, folder string) []string
}

// find returns the program's path.
func (x proxy) find() (string, error) {
	for _, name := range x.programs {
		// Debian keeps daemons where only root's PATH looks.
		for _, candidate := range []string{name, "/usr/sbin/" + name} {
			if path, err := exec.LookPath(candidate); err == nil {
				return path, nil
			}
		}
	}
	return "", fmt.Errorf("%s is not on PATH: install it (in Debian: apt-get install %s)", x.programs[0], x.debian)
}

func (x proxy) missing() error {
	_, err := x.find()
	return err
}

// version runs the program and takes the word after a prefix.
func (x proxy) version(prefix string, args ...string) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		path, err := x.find()
		if err != nil {
			return "", err
		}
		said, err := exec.CommandContext(ctx, path, args...).CombinedOutput()
		if err != nil {
			return "", fmt.Errorf("middleware: %s: %w", x.name, err)
		}
		_, rest, found := strings.Cut(string(said), prefix)
		if fields := strings.Fields(rest); found && len(fields) > 0 {
			return strings.TrimPrefix(fields[0], "v"), nil
		}
		return "", fmt.Errorf("%w of %s", errNoVersion, x.name)
	}
}

func (x proxy) setUp(language, config string, notes ...string) SetUp {
	return SetUp{Language: language, Config: config, Notes: notes, Start: func(ctx context.Context) (Server, error) {
		d, err := x.start(ctx, config)
		if err != nil {
			return nil, err
		}
		return d, nil
	}}
}

// start starts the application and the web server before it, with its files
// in a folder of its own, and returns when it takes connections.
func (x proxy) start(ctx context.Context, config string) (_ *daemon, err error) {
	program, err := x.find()
	if err != nil {
		return nil, fmt.Errorf("middleware: %w", err)
	}
	behind, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("middleware: %w", err)
	}
	d := &daemon{name: x.name, app: &http.Server{Handler: application(), ErrorLog: log.New(io.Discard, "", 0)}, ended: make(chan struct{})}
	go d.app.Serve(behind)
	defer func() {
		if err != nil {
			d.release()
		}
	}()
	if d.addr, err = freeAddr(); err != nil {
		return nil, err
	}
	if d.folder, err = os.MkdirTemp("", "corsproof-"+x.name+"-"); err != nil {
		return nil, fmt.Errorf("middleware: %w", err)
	}
	if err := os.Chmod(d.folder, 0o755); err != nil { // workers may be another user
		return nil, fmt.Errorf("middleware: %w", err)
	}
	config = strings.NewReplacer(frontAddr, d.addr, strings.TrimPrefix(frontAddr, "127.0.0.1"), strings.TrimPrefix(d.addr, "127.0.0.1"),
		appAddr, behind.Addr().String()).Replace(config)
	file := filepath.Join(d.folder, x.file)
	if err := os.WriteFile(file, []byte(x.whole(config, d.folder, program)), 0o644); err != nil {
		return nil, fmt.Errorf("middleware: %w", err)
	}
	d.cmd = exec.Command(program, x.args(file, d.folder)...)
	d.cmd.Dir = d.folder
	d.cmd.Env = append(d.cmd.Environ(), "HOME="+d.folder, "XDG_DATA_HOME="+d.folder, "XDG_CONFIG_HOME="+d.folder)
	d.cmd.Stdout, d.cmd.Stderr = &d.said, &d.said
	d.cmd.WaitDelay = time.Second
	group.Own(d.cmd)
	if err := d.cmd.Start(); err != nil {
		return nil, fmt.Errorf("middleware: %s: %w", x.name, err)
	}
	go d.wait()
	if err := d.ready(ctx); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

func freeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("middleware: %w", err)
	}
	return l.Addr().String(), l.Close()
}

// ready returns when the web server takes a connection. It has no other way to
// say so.
func (d *daemon) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, daemonTimeout)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		c, err := (&net.Dialer{}).DialContext(ctx, "tcp", d.addr)
		if err == nil {
			return c.Close()
		}
		select {
		case <-tick.C:
		case <-d.ended:
			return d.Alive()
		case <-ctx.Done():
			return fmt.Errorf("middleware: %s takes no connections: %w", d.name, ctx.Err())
		}
	}
}

func (d *daemon) wait() {
	d.err = d.cmd.Wait()
	group.Kill(d.cmd.Process) // whatever it started goes with it
	close(d.ended)
}

func (d *daemon) Addr() string { return d.addr }

func (d *daemon) Alive() error {
	select {
	case <-d.ended:
		return fmt.Errorf("middleware: %s has ended: %v\n%s", d.name, d.err, bytes.TrimSpace(d.said.Bytes()))
	default:
		return nil
	}
}

// Close ends the web server, in good order if it does so in time, with its
// process group, and then the application.
func (d *daemon) Close() error {
	if d.closed {
		return nil
	}
	d.closed = true
	var err error
	select {
	case <-d.ended: // its id may be somebody else's by now
	default:
		// By itself it waits for its workers, which would else be nobody's.
		d.cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-d.ended:
		case <-time.After(stopTimeout):
			err = group.Kill(d.cmd.Process)
			<-d.ended
		}
	}
	return errors.Join(err, d.release())
}

func (d *daemon) release() error {
	err := d.app.Close()
	if d.folder != "" {
		err = errors.Join(err, os.RemoveAll(d.folder))
	}
	return err
}
