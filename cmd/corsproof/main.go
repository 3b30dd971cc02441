// Command corsproof proves CORS policies in real browsers.
//
//	corsproof run [ids|globs|files...]   run scenarios in a browser
//	corsproof check                      hold a server to a CORS policy
//	corsproof fuzz                       random scenarios, oracle against browser
//	corsproof lint [files...]            check scenario files, without a browser
//	corsproof explain ID|FILE            the algorithm, step by step
//	corsproof serve ID|FILE              just the servers, with curl lines
//	corsproof lab                        lessons and a playground, in your own browser
//	corsproof list [ids|globs|files...]  what there is
//	corsproof report [results.jsonl]     render the reports again
//	corsproof merge results.jsonl...     join the results of shards
//	corsproof browsers                   what was found on this machine
//	corsproof setup                      install what is missing
//
// Every option has an environment variable: CORSPROOF_ and its name in upper
// case. Results go to stdout, progress to stderr. Exit codes: 0 as expected,
// 1 something unexpected, 2 usage or input error, 3 could not run.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// Exit codes.
const (
	exitOK         = 0
	exitUnexpected = 1
	exitUsage      = 2
	exitCannotRun  = 3
)

// exitError carries the exit code that an error means.
type exitError struct {
	code int
	err  error
}

func (e exitError) Error() string { return e.err.Error() }
func (e exitError) Unwrap() error { return e.err }

func usageError(format string, args ...any) error {
	return exitError{exitUsage, fmt.Errorf(format, args...)}
}

func cannotRun(err error) error { return exitError{exitCannotRun, err} }

// errUnexpected ends a command whose report has already said everything.
var errUnexpected = exitError{exitUnexpected, errors.New("")}

// command is one of corsproof's commands. Adding one is a file with an init.
type command struct {
	name    string
	args    string
	summary string
	run     func(ctx context.Context, io streams, args []string) error
}

var commands []command

// streams are what a command reads and writes: tests bring their own.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

func main() {
	// Otherwise a reader that goes away (corsproof run 2>&1 | head) kills the
	// process, and a browser's profile stays behind.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	os.Exit(dispatch(context.Background(), streams{os.Stdin, os.Stdout, os.Stderr}, os.Args[1:]))
}

// untilSignal is a context for a command that has something to close: a browser,
// servers, a package manager. It ends with Ctrl-C, a request to terminate, or
// the terminal (but not under nohup); a second one of these ends the process at
// once. The other commands simply die of them.
func untilSignal(ctx context.Context) (context.Context, context.CancelFunc) {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		signals = append(signals, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(ctx, signals...)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}

// dispatch runs the command that args name and returns the exit code.
func dispatch(ctx context.Context, s streams, args []string) int {
	if len(args) == 0 {
		usage(s.err)
		return exitUsage
	}
	switch args[0] {
	case "help", "-h", "-help", "--help":
		if len(args) == 1 {
			usage(s.out)
			return exitOK
		}
		args = []string{args[1], "-h"} // corsproof help run
	}
	for _, c := range commands {
		if c.name != args[0] {
			continue
		}
		err := c.run(ctx, s, args[1:])
		if err == nil {
			return exitOK
		}
		if text := err.Error(); text != "" {
			fmt.Fprintln(s.err, text)
		}
		var exit exitError
		if errors.As(err, &exit) {
			return exit.code
		}
		return exitCannotRun
	}
	fmt.Fprintf(s.err, "corsproof: there is no command %q\n\n", args[0])
	usage(s.err)
	return exitUsage
}

func usage(w io.Writer) {
	fmt.Fprint(w, "corsproof proves CORS policies in real browsers.\n\n")
	for _, c := range commands {
		fmt.Fprintf(w, "  corsproof %-9s%-24s%s\n", c.name, c.args, c.summary)
	}
	fmt.Fprint(w, "\nEach command takes -h. Exit codes: 0 as expected, 1 unexpected, 2 usage or input error, 3 could not run.\n")
}
