// Package setup gets ready what a run needs and a machine may lack: a browser,
// and the Node packages of the Express set-ups.
package setup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/servers/external"
)

// Options of a set-up.
type Options struct {
	// Out receives what was found and done, a line each. It must not be nil.
	Out io.Writer
	// Browsers are names that [browser.Find] takes; nil: Chromium.
	Browsers []string
	// Grid asks for a Selenium Grid and a driver for it as well, which only
	// corsproof's own tests need.
	Grid bool
	// CI asks for everything: a missing Node is then an error, because
	// nothing that could run may be left out.
	CI bool
}

// Run finds each browser, and installs it by the system's package manager only
// if it is not there and that may be: as root, or by a sudo that asks for no
// password. Then it installs the Node packages, into the user's cache. With
// nothing to do it only looks.
//
// The error is a *browser.NotFoundError, which says what to type, when a browser
// is missing and may not be installed. Without Node the Express set-ups are not
// applicable; that is no error but in CI.
func Run(ctx context.Context, o Options) error {
	return run(ctx, o, system{
		find:      browser.Find,
		installer: browser.FindInstaller,
		root:      os.Geteuid() == 0,
		run:       runCommand,
		packages:  external.Express.Install,
		lookPath:  exec.LookPath,
		gridJar:   external.Grid.Install,
	})
}

// system is what a set-up does to the machine, so that a test can do it to none.
type system struct {
	find      func(name string) (browser.Found, error)
	installer func(name string) browser.Installer
	root      bool
	run       func(ctx context.Context, command ...string) error
	packages  func(ctx context.Context) (installed bool, err error)
	lookPath  func(command string) (string, error)
	gridJar   func(ctx context.Context) (installed bool, err error)
}

func run(ctx context.Context, o Options, s system) error {
	names := o.Browsers
	if names == nil {
		names = []string{browser.Chromium}
	}
	for _, name := range names {
		found, err := s.find(name)
		if errors.Is(err, browser.ErrNotFound) {
			found, err = s.installBrowser(ctx, o.Out, name, err)
		}
		if err != nil {
			return err
		}
		fmt.Fprintf(o.Out, "browser: %s\n", found)
	}

	start := time.Now()
	installed, err := s.packages(ctx)
	var missing *external.NotInstalledError
	switch {
	case errors.As(err, &missing) && !o.CI:
		fmt.Fprintf(o.Out, "express: left out: %s\n", missing.Reason)
	case err != nil:
		return err
	case installed:
		fmt.Fprintf(o.Out, "express: Node packages installed in %.1f s\n", time.Since(start).Seconds())
	default:
		fmt.Fprintln(o.Out, "express: Node packages are installed")
	}
	if o.Grid {
		return s.grid(ctx, o.Out)
	}
	return nil
}

// installBrowser installs a browser and finds it, or returns notFound, the
// error that says what to type, when it may not.
func (s system) installBrowser(ctx context.Context, out io.Writer, name string, notFound error) (browser.Found, error) {
	how := s.installer(name)
	var as []string
	switch {
	case how.Manager == "" || how.Manager == "winget": // winget asks the person at the screen
		return browser.Found{}, notFound
	case how.Manager == "brew" && s.root: // it refuses
		return browser.Found{}, notFound
	case how.Root:
		var may bool
		if as, may = s.asRoot(ctx); !may {
			return browser.Found{}, notFound
		}
	}
	if how.Manager == "apt-get" {
		// Through env, since sudo passes no variables on. A package may ask questions otherwise.
		as = append(as, "env", "DEBIAN_FRONTEND=noninteractive")
	}

	fmt.Fprintf(out, "browser: no %s found; installing one: %s\n", name, how.Line(!s.root))
	if how.Prepare != nil {
		// An old list of packages may still do: the installation decides.
		if err := s.run(ctx, append(as[:len(as):len(as)], how.Prepare...)...); err != nil {
			fmt.Fprintf(out, "browser: %v\n", err)
		}
	}
	var failures []error
	for _, command := range how.Install {
		if err := s.run(ctx, append(as[:len(as):len(as)], command...)...); err != nil {
			if ctx.Err() != nil {
				return browser.Found{}, err
			}
			failures = append(failures, err)
			continue
		}
		return s.find(name)
	}
	return browser.Found{}, fmt.Errorf("setup: no %s could be installed:\n%w\n%w", name, errors.Join(failures...), notFound)
}

// runCommand runs a command without a shell. What it says appears only if it
// fails: package managers say a lot.
func runCommand(ctx context.Context, command ...string) error {
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	// An interrupt, not a kill: a package manager leaves its database whole.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	said, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		return fmt.Errorf("setup: %s: %w", strings.Join(command, " "), ctx.Err())
	}
	if err != nil {
		lines := strings.Split(strings.TrimSpace(string(said)), "\n")
		return fmt.Errorf("setup: %s: %w\n%s", strings.Join(command, " "), err, strings.Join(lines[max(0, len(lines)-8):], "\n"))
	}
	return nil
}
