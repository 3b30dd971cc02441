package main

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"strings"

	"github.com/corsproof/corsproof/harness/browser"
)

// The environment variables by which other tools know a WebDriver server, and what
// to ask of it.
const (
	seleniumURL          = "SELENIUM_REMOTE_URL"
	seleniumCapabilities = "SELENIUM_REMOTE_CAPABILITIES"
)

// remoteName stands in a list of browsers for the one of SELENIUM_REMOTE_URL.
const remoteName = "remote"

// choice are the options of a command that say which browsers run.
type choice struct {
	flags        flags
	list         *string
	capabilities *string
}

func choosing(f flags, usage string) choice {
	return choice{
		f, f.String("browsers", browser.Chromium, usage),
		f.String("capabilities", "", `what a browser at a WebDriver server is to have, as JSON: {"browserName": "firefox"}; without it, what `+seleniumCapabilities+" says"),
	}
}

// names is the list of browsers, with the address for the word that stands for it.
// Where no list is given, and the environment names a server, that is meant.
func (c choice) names(s streams) (string, error) {
	list := *c.list
	server := os.Getenv(seleniumURL)
	given := false
	c.flags.Visit(func(o *flag.Flag) { given = given || o.Name == "browsers" })
	if !given && server != "" {
		fmt.Fprintf(s.err, "the browser is that of %s; -browsers %s runs in one on this machine\n", seleniumURL, *c.list)
		list = remoteName
	}
	names := strings.Split(list, ",")
	for i, name := range names {
		if strings.TrimSpace(name) != remoteName {
			continue
		}
		if server == "" {
			return "", fmt.Errorf("%s is the browser that the environment variable %s names, and that is not set", remoteName, seleniumURL)
		}
		names[i] = "webdriver+" + server
	}
	return strings.Join(names, ","), nil
}

func (c choice) wanted() string { return cmp.Or(*c.capabilities, os.Getenv(seleniumCapabilities)) }

// reach are the options by which browsers somewhere else reach the servers here.
type reach struct{ advertise, listen *string }

func reaching(f flags) reach {
	return reach{
		f.String("advertise", "", "the address (host or host:port) by which browsers somewhere else reach this machine; without it they are told where -listen is"),
		f.String("listen", "", "where the forward proxy for them listens (host or host:port); without it at the host of -advertise, or on loopback"),
	}
}
