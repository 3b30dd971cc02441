package middleware

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"

	"github.com/corsproof/corsproof/servers/external"
)

// Install installs the Node packages, into the user's cache, and says what else
// is missing: it will be left out. Only if everything is asked for a missing Node
// is an error, and apt-get installs web servers, which on a person's machine would
// start to serve.
func Install(ctx context.Context, out io.Writer, everything bool) error {
	installed, err := external.Middleware.Install(ctx)
	var missing *external.NotInstalledError
	switch {
	case errors.As(err, &missing) && !everything:
		fmt.Fprintf(out, "middleware: left out: %s\n", missing.Reason)
	case err != nil:
		return err
	case installed:
		fmt.Fprintln(out, "middleware: Node packages installed")
	}
	var packages []string
	for _, x := range []proxy{nginxProxy, caddyProxy, apacheProxy} {
		if err := x.missing(); err != nil {
			packages = append(packages, x.debian)
			if !everything {
				fmt.Fprintf(out, "middleware: left out: %v\n", err)
			}
		}
	}
	if len(packages) == 0 || !everything {
		return nil
	}
	fmt.Fprintf(out, "middleware: installing %s\n", strings.Join(packages, ", "))
	// An old list of packages may still do: the installation decides.
	if said, err := aptGet(ctx, "update"); err != nil {
		fmt.Fprintf(out, "middleware: apt-get update: %v\n%s", err, said)
	}
	if said, err := aptGet(ctx, append([]string{"install", "-y", "--no-install-recommends"}, packages...)...); err != nil {
		return fmt.Errorf("middleware: install %s: %w\n%s", strings.Join(packages, ", "), err, said)
	}
	return nil
}

func aptGet(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "apt-get", args...)
	// An interrupt, not a kill: a package manager leaves its database whole.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.Env = append(cmd.Environ(), "DEBIAN_FRONTEND=noninteractive", "RUNLEVEL=1")
	return cmd.CombinedOutput()
}
