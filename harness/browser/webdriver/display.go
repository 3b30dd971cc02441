package webdriver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

// virtualDisplay starts an X server that shows nothing, on a number that it finds
// free, and gives the display's name.
func virtualDisplay(ctx context.Context) (*process, string, error) {
	path, err := exec.LookPath("Xvfb")
	if err != nil {
		return nil, "", errors.New("it needs a display, and there is no Xvfb: install it (apt-get install -y xvfb), or set DISPLAY")
	}
	read, write, err := os.Pipe()
	if err != nil {
		return nil, "", err
	}
	defer read.Close()
	// It must not begin anew when a browser goes that was the last one.
	cmd := exec.Command(path, "-displayfd", "3", "-screen", "0", "1280x1024x24", "-nolisten", "tcp", "-noreset")
	cmd.ExtraFiles = []*os.File{write}
	p, err := startProcess(cmd)
	write.Close()
	if err != nil {
		return nil, "", err
	}
	stop := context.AfterFunc(ctx, func() { p.kill() })
	number, err := io.ReadAll(read) // to the end: Xvfb closes it behind the number
	if !stop() {
		err = ctx.Err()
	}
	name := strings.TrimSpace(string(number))
	switch {
	case err != nil:
	case name == "":
		p.kill()
		err = p.death()
	default:
		return p, ":" + name, nil
	}
	return nil, "", errors.Join(fmt.Errorf("no virtual display: %w", err), p.kill())
}

// hasDisplay says whether the environment names a display.
func hasDisplay() bool { return os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != "" }
