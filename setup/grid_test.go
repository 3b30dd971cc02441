package setup

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestGrid(t *testing.T) {
	const installing = "apt-get install -y --no-install-recommends "
	for name, c := range map[string]struct {
		there []string // commands on PATH
		root  bool
		fails string // a command that fails
		fresh bool   // the jar is installed now

		ran  []string
		out  string
		fail string // in the error
	}{
		"nothing to do": {there: []string{"java", "chromedriver"}, out: "grid: Selenium's jar is installed\n"},
		"as root": {there: []string{"apt-get"}, root: true, fresh: true,
			ran: []string{"env DEBIAN_FRONTEND=noninteractive apt-get update", "env DEBIAN_FRONTEND=noninteractive " + installing + "default-jre-headless chromium-driver"},
			out: "grid: installing default-jre-headless, chromium-driver\ngrid: Selenium's jar was installed\n"},
		"by sudo, Java is there": {there: []string{"apt-get", "java"},
			ran: []string{"sudo -n true", "sudo -n env DEBIAN_FRONTEND=noninteractive apt-get update", "sudo -n env DEBIAN_FRONTEND=noninteractive " + installing + "chromium-driver"},
			out: "grid: installing chromium-driver\ngrid: Selenium's jar is installed\n"},
		"sudo wants a password": {there: []string{"apt-get", "java"}, fails: "sudo -n true",
			ran: []string{"sudo -n true"}, fail: "needs chromedriver on PATH: type:\n  sudo apt-get update && sudo " + installing + "chromium-driver"},
		"no apt-get": {root: true, fail: "needs java and chromedriver on PATH: there is no apt-get"},
	} {
		t.Run(name, func(t *testing.T) {
			var ran []string
			s := system{
				root: c.root,
				lookPath: func(command string) (string, error) {
					if slices.Contains(c.there, command) {
						return "/usr/bin/" + command, nil
					}
					return "", errors.New("not on PATH")
				},
				run: func(_ context.Context, command ...string) error {
					line := strings.Join(command, " ")
					ran = append(ran, line)
					if line == c.fails {
						return errors.New(line + " fails")
					}
					return nil
				},
				gridJar: func(context.Context) (bool, error) { return c.fresh, nil },
			}
			var out strings.Builder
			err := s.grid(t.Context(), &out)
			if c.fail != "" {
				assert.ErrorContains(t, err, c.fail)
			} else {
				assert.NoError(t, err)
				assert.Equal(t, c.out, out.String())
			}
			assert.Equal(t, c.ran, ran)
		})
	}
}
