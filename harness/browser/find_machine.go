package browser

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// machine is what the search asks of the system, so that a test can be any.
type machine struct {
	goos    string
	distro  string // ID and ID_LIKE of os-release, in one line; Linux only
	home    string // "" if there is none
	root    bool
	getenv  func(name string) string
	version func(file string) (string, error) // what --version prints
	// lookPath finds a command on PATH.
	lookPath func(command string) (string, error)
	// executable says why a file can't be run; nil if it can.
	executable func(file string) error
	// glob lists the files that match, in the order of compareNatural.
	glob func(pattern string) []string
}

func thisMachine() machine {
	home, err := os.UserHomeDir()
	if err != nil {
		home = ""
	}
	return machine{
		goos:       runtime.GOOS,
		distro:     distro(),
		home:       home,
		root:       os.Geteuid() == 0, // -1 on Windows
		getenv:     os.Getenv,
		version:    runVersion,
		lookPath:   exec.LookPath,
		executable: executable,
		glob: func(pattern string) []string {
			files, err := filepath.Glob(pattern)
			if err != nil {
				return nil // home has a bracket: nothing is found that way
			}
			slices.SortFunc(files, compareNatural)
			return files
		},
	}
}

func executable(file string) error {
	info, err := os.Stat(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return errors.New("there is no such file")
	case err != nil:
		return err
	case info.IsDir():
		return errors.New("it is a folder")
	case runtime.GOOS != "windows" && info.Mode()&0o111 == 0:
		return errors.New("it is not executable")
	}
	return nil
}

func runVersion(file string) (string, error) {
	// A browser answers in a quarter of a second; on a loaded machine in a few.
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, file, "--version")
	cmd.WaitDelay = time.Second
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if ctx.Err() != nil {
		return "", errors.New("no answer in 20 seconds")
	}
	if err != nil {
		if said, _, _ := strings.Cut(strings.TrimSpace(stderr.String()), "\n"); said != "" {
			return "", fmt.Errorf("%w: %s", err, said)
		}
		return "", err
	}
	return string(out), nil
}

// distro is the ID and ID_LIKE of a Linux distribution: "ubuntu debian".
func distro() string {
	text, err := os.ReadFile("/etc/os-release")
	if err != nil {
		return ""
	}
	var ids []string
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		if name == "ID" || name == "ID_LIKE" {
			ids = append(ids, strings.Trim(value, `"'`))
		}
	}
	return strings.Join(ids, " ")
}
