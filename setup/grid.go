package setup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
)

// gridNeeds are the commands that a Selenium Grid of ours needs beside its jar,
// and the packages that have them where there is an apt-get.
var gridNeeds = []struct{ command, packages string }{
	{"java", "default-jre-headless"},
	{"chromedriver", "chromium-driver"},
}

// grid gets ready what the tests with a Selenium Grid need.
func (s system) grid(ctx context.Context, out io.Writer) error {
	var commands, packages []string
	for _, need := range gridNeeds {
		if _, err := s.lookPath(need.command); err != nil {
			commands, packages = append(commands, need.command), append(packages, need.packages)
		}
	}
	if len(packages) > 0 {
		if err := s.aptInstall(ctx, out, packages); err != nil {
			return fmt.Errorf("setup: a Selenium Grid needs %s on PATH: %w", strings.Join(commands, " and "), err)
		}
	}
	installed, err := s.gridJar(ctx)
	if err != nil {
		return err
	}
	said := "is installed"
	if installed {
		said = "was installed"
	}
	fmt.Fprintf(out, "grid: Selenium's jar %s\n", said)
	return nil
}

// aptInstall installs packages where that may be.
func (s system) aptInstall(ctx context.Context, out io.Writer, packages []string) error {
	install := append([]string{"apt-get", "install", "-y", "--no-install-recommends"}, packages...)
	if _, err := s.lookPath("apt-get"); err != nil {
		return errors.New("there is no apt-get to install them with")
	}
	as, may := s.asRoot(ctx)
	if !may {
		return fmt.Errorf("type:\n  sudo apt-get update && sudo %s", strings.Join(install, " "))
	}
	as = append(as, "env", "DEBIAN_FRONTEND=noninteractive")
	fmt.Fprintf(out, "grid: installing %s\n", strings.Join(packages, ", "))
	if err := s.run(ctx, append(as[:len(as):len(as)], "apt-get", "update")...); err != nil {
		fmt.Fprintf(out, "grid: %v\n", err) // an old list of packages may still do
	}
	return s.run(ctx, append(as[:len(as):len(as)], install...)...)
}

// asRoot is what makes a command root's, and whether anything does without
// asking.
func (s system) asRoot(ctx context.Context) (as []string, may bool) {
	switch {
	case s.root:
		return nil, true
	case s.run(ctx, "sudo", "-n", "true") == nil:
		return []string{"sudo", "-n"}, true
	}
	return nil, false
}
