package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/corsproof/corsproof/harness/browser"
)

// flags are a command's options.
type flags struct {
	*flag.FlagSet
	args    string // what else the command takes
	streams streams
}

// newFlags is a flag set whose options may stand before, between and after the
// arguments.
func newFlags(name, args string, s streams) flags {
	f := flag.NewFlagSet(name, flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.Usage = func() {} // parse shows it, where it is asked for
	return flags{f, args, s}
}

// parse reads the options, first from the environment (CORSPROOF_OUT for -out),
// then from args, and returns the other arguments; a command that takes none
// gets none.
func parse(f flags, args []string) ([]string, error) {
	var bad error
	f.VisitAll(func(o *flag.Flag) {
		name := "CORSPROOF_" + strings.ToUpper(strings.ReplaceAll(o.Name, "-", "_"))
		if value, found := os.LookupEnv(name); found {
			if err := f.Set(o.Name, value); err != nil {
				bad = errors.Join(bad, fmt.Errorf("corsproof: %s=%q: %w", name, value, err))
			}
		}
	})
	if bad != nil {
		return nil, exitError{exitUsage, bad}
	}
	var rest []string
	for {
		if err := f.Parse(args); errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(f.streams.out, strings.TrimSpace("usage: corsproof "+f.Name()+" "+f.args))
			f.SetOutput(f.streams.out)
			f.PrintDefaults()
			return nil, exitError{exitOK, errors.New("")}
		} else if err != nil {
			return nil, usageError("corsproof %s: %w; corsproof %s -h lists the options", f.Name(), err, f.Name())
		}
		if f.NArg() == 0 {
			return rest, nil
		}
		if f.args == "" {
			return nil, usageError("corsproof %s takes no arguments; found %q", f.Name(), f.Arg(0))
		}
		rest, args = append(rest, f.Arg(0)), f.Args()[1:]
	}
}

// given are the options that were set, on the command line or by the
// environment, and the arguments: what makes the command do the same again.
func (f flags) given(args []string) []string {
	var out []string
	f.Visit(func(o *flag.Flag) {
		value := o.Value.String()
		switch o.Name {
		case "browsers":
			value = browser.WithoutSecrets(value)
		case "capabilities": // of some servers they have the keys to it
			return
		}
		out = append(out, "-"+o.Name+"="+value)
	})
	return append(out, args...)
}
