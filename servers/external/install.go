package external

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/corsproof/corsproof/internal/group"
)

// NotInstalledError says why a server can't be started: a program or its
// packages are missing.
type NotInstalledError struct {
	Reason string // for the reader, with what to do
}

func (e *NotInstalledError) Error() string { return "external: " + e.Reason }

// Check is nil if the packages can run: Node is there and they are installed.
// It looks at a few files and starts nothing. The error is a
// *NotInstalledError.
func (p Packages) Check() error {
	if _, err := lookNode("node"); err != nil {
		return err
	}
	dir, err := p.Dir()
	if err != nil {
		return &NotInstalledError{Reason: strings.TrimPrefix(err.Error(), "external: ")}
	}
	if !p.installedIn(dir) {
		return &NotInstalledError{Reason: fmt.Sprintf("the Node packages of %s are not installed: run %s",
			p.name, cmp.Or(p.by, "`corsproof setup` (in a clone: `make setup`)"))}
	}
	return nil
}

// Install installs the packages if they aren't yet, by `npm ci`, and says
// whether it had to. Several processes may do so at once: each installs into
// a folder of its own and the first to finish wins.
func (p Packages) Install(ctx context.Context) (installed bool, err error) {
	if _, err := lookNode("node"); err != nil {
		return false, err
	}
	dir, err := p.Dir()
	if err != nil {
		return false, err
	}
	if p.installedIn(dir) {
		return false, nil
	}
	npm, err := lookNode("npm")
	if err != nil {
		return false, err
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return false, fmt.Errorf("external: install %s: %w", p.name, err)
	}
	work, err := os.MkdirTemp(filepath.Dir(dir), ".installing-")
	if err != nil {
		return false, fmt.Errorf("external: install %s: %w", p.name, err)
	}
	defer os.RemoveAll(work)
	if err := p.writeFiles(work, p.manifest); err != nil {
		return false, err
	}
	if err := npmCI(ctx, npm, work); err != nil {
		return false, fmt.Errorf("external: install %s: %w", p.name, err)
	}
	if !p.installedIn(work) {
		return false, fmt.Errorf("external: install %s: npm ci ended well, but not every package of %s is there",
			p.name, strings.Join(p.needs, ", "))
	}
	return true, p.moveInto(work, dir)
}

// moveInto puts the finished folder in its place. A whole one that is there
// already, from somebody who was faster, is as good; a damaged one goes.
func (p Packages) moveInto(work, dir string) error {
	// A folder of MkdirTemp is its owner's alone.
	if err := os.Chmod(work, 0o755); err != nil {
		return fmt.Errorf("external: install %s: %w", p.name, err)
	}
	err := os.Rename(work, dir)
	if err != nil && !p.installedIn(dir) {
		if err = os.RemoveAll(dir); err == nil {
			err = os.Rename(work, dir)
		}
	}
	if err != nil && !p.installedIn(dir) {
		return fmt.Errorf("external: install %s: %w", p.name, err)
	}
	return nil
}

// installedIn reports whether a folder has every package. The lockfile is in
// the folder's name, so there is nothing to compare.
func (p Packages) installedIn(dir string) bool {
	for _, name := range p.needs {
		if _, err := os.Stat(filepath.Join(dir, "node_modules", name, "package.json")); err != nil {
			return false
		}
	}
	return true
}

// script returns the path of an embedded script in a folder where its
// packages are found, and writes it there if it isn't.
func (p Packages) script(name string) (string, error) {
	dir, err := p.Dir()
	if err != nil {
		return "", err
	}
	// Beside node_modules, where require() looks next. The hash lets several
	// versions of corsproof share the packages.
	folder := filepath.Join(dir, "scripts-"+p.hash(p.scripts))
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return "", fmt.Errorf("external: %w", err)
	}
	if err := p.writeFiles(folder, p.scripts); err != nil {
		return "", err
	}
	return filepath.Join(folder, name), nil
}

// writeFiles writes embedded files into a folder, each whole or not at all.
func (p Packages) writeFiles(folder string, names []string) error {
	for _, name := range names {
		content := p.read(name)
		path := filepath.Join(folder, name)
		if have, err := os.ReadFile(path); err == nil && bytes.Equal(have, content) {
			continue
		}
		if err := writeWhole(path, content); err != nil {
			return fmt.Errorf("external: %w", err)
		}
	}
	return nil
}

func writeWhole(path string, content []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".writing-")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(content)
	if err = errors.Join(err, f.Chmod(0o644), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// npmCI installs exactly what the lockfile in a folder says. No package's own
// scripts run: these need none.
func npmCI(ctx context.Context, npm, folder string) error {
	cmd := exec.CommandContext(ctx, npm, "ci", "--prefer-offline", "--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund", "--loglevel=error")
	cmd.Dir = folder
	group.Own(cmd)
	cmd.Cancel = func() error { return group.Kill(cmd.Process) }
	cmd.WaitDelay = 5 * time.Second
	out, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		return fmt.Errorf("npm ci: %w", ctx.Err())
	}
	if err != nil {
		return fmt.Errorf("npm ci: %w\n%s", err, bytes.TrimSpace(tail(out)))
	}
	return nil
}

func lookNode(program string) (string, error) {
	path, err := exec.LookPath(program)
	if err != nil {
		return "", &NotInstalledError{Reason: fmt.Sprintf(
			"%s is not on PATH: install Node.js 18 or newer, with npm (https://nodejs.org/)", program)}
	}
	return path, nil
}
