package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/check"
	"github.com/corsproof/corsproof/policy"
)

func init() {
	commands = append(commands, command{"check", "-policy FILE -url URL", "hold a server to the CORS policy that you declare", checking})
}

func checking(ctx context.Context, s streams, args []string) error {
	f := newFlags("check", "", s)
	file := f.String("policy", "", "the policy, a YAML file; docs/check.md is the manual")
	url := f.String("url", "", "where the server is; its path is the endpoint of a policy that names none")
	line := f.String("cmd", "", "the command that starts the server, if it does not run yet; it ends with the check")
	chosen := choosing(f, browsersUsage)
	format := f.String("format", "text", "text, json, junit or markdown; written to stdout")
	out := f.String("out", "", "folder for all of these as files, beside what goes to stdout")
	thorough := f.Bool("thorough", false, "ask every combination, not pairs that stand for them")
	isolate := f.Bool("isolate", false, "a browser profile for each probe, not a query of its own: for servers that refuse unknown queries")
	rate := f.Float64("rate", 0, "the most requests a second that the server gets; 0: no limit")
	writes := f.Bool("allow-writes", false, "send PUT, DELETE and the like also to a server that is not on this machine")
	insecure := f.Bool("insecure", false, "take any certificate of the server's")
	raw := f.Bool("raw", true, "also send what no browser can: malformed and huge headers")
	offline := f.Bool("offline", false, "without a browser: a model of the standard asks, and says what a browser would do")
	reach := reaching(f)
	verbose := f.Bool("verbose", false, "say what the harness does")
	if _, err := parse(f, args); err != nil {
		return err
	}
	o := check.Options{Thorough: *thorough, Isolate: *isolate, Rate: *rate, AllowWrites: *writes, Insecure: *insecure, Raw: *raw, Advertise: *reach.advertise, Listen: *reach.listen}
	var wrong []error
	say := func(format string, args ...any) {
		wrong = append(wrong, fmt.Errorf("corsproof check: "+format, args...))
	}
	if *rate != 0 && !(*rate >= leastRate) {
		say("-rate %v: a number of requests a second, %v at least, or 0 for no limit", *rate, leastRate)
	}
	write := writers[*format]
	if write == nil {
		say("-format %q: there are text, json, junit and markdown", *format)
	}
	var err error
	if o.Target, err = targetOf(*url, *line); err != nil {
		say("%w", err)
	}
	if o.Policy, err = policyOf(*file); err != nil {
		say("%w", err)
	}
	if len(wrong) > 0 {
		return exitError{exitUsage, errors.Join(wrong...)}
	}
	if *out != "" {
		if err := writable(*out); err != nil {
			return cannotRun(fmt.Errorf("corsproof check: cannot write to -out %s: %w", *out, err))
		}
	}
	ctx, stop := untilSignal(ctx)
	defer stop()
	run := check.Offline
	if !*offline {
		run = check.Run
		if o.Browsers, err = findBrowsers(ctx, s, "check", chosen, false); err != nil {
			return err
		}
	}
	progress := newProgress(s.err)
	o.Plan = func(p check.Plan) { progress.line(announcement(p, o)) }
	o.Progress = progress.probes
	if *verbose {
		o.Log = func(format string, args ...any) { progress.line(fmt.Sprintf(format, args...)) }
	}
	report, err := run(ctx, o)
	progress.clear()
	switch {
	case ctx.Err() != nil:
		return cannotRun(errors.New("corsproof check: interrupted; the server has had some of the requests"))
	case err != nil:
		return cannotRun(fmt.Errorf("corsproof check: %w", err))
	}
	if err := write(s.out, report); err != nil {
		return cannotRun(fmt.Errorf("corsproof check: %w", err))
	}
	if *out != "" {
		if err := writeChecks(*out, report); err != nil {
			return cannotRun(fmt.Errorf("corsproof check: %w", err))
		}
	}
	if code := report.ExitCode(); code != exitOK {
		return exitError{code, errors.New("")}
	}
	return nil
}

// leastRate has a check of a few hundred requests go on for days.
const leastRate = 0.001

// targetOf is the server that -url and -cmd mean.
func targetOf(url, line string) (*check.Target, error) {
	switch {
	case url == "" && line != "":
		return nil, fmt.Errorf("-url is missing: where the server of -cmd %q will listen", line)
	case url == "":
		return nil, errors.New("-url is missing: where the server is")
	case line != "":
		return check.Command(line, url)
	}
	return check.URL(url)
}

// policyOf is the policy of a file.
func policyOf(path string) (*policy.Policy, error) {
	if path == "" {
		return nil, errors.New("-policy is missing: a YAML file that says what you mean; docs/check.md shows one")
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("-policy: %w", err)
	}
	p, err := policy.Load(path, data, os.LookupEnv)
	if err != nil {
		return nil, fmt.Errorf("-policy:\n%w", err)
	}
	return p, nil
}

// announcement says what is about to be sent, and to whom.
func announcement(p check.Plan, o check.Options) string {
	names := []string{"a model of the standard"}
	if len(o.Browsers) > 0 {
		names = nil
		for _, b := range o.Browsers {
			names = append(names, strings.TrimSpace(b.Name+" "+b.Version))
		}
	}
	text := fmt.Sprintf("%d probes to %s, as %s, by %s", p.Probes, p.Host, p.Origin, strings.Join(names, ", "))
	if p.Withheld > 0 {
		text += fmt.Sprintf("\n%d more would write to it: -allow-writes sends them, too", p.Withheld)
	}
	return text
}

// writers write a report in one of its forms.
var writers = map[string]func(io.Writer, check.Report) error{
	"text": func(w io.Writer, r check.Report) error {
		return r.Text(w, check.Style{Color: textOptions(w).Color, Width: textOptions(w).Width})
	},
	"json":     func(w io.Writer, r check.Report) error { return r.JSON(w) },
	"junit":    func(w io.Writer, r check.Report) error { return r.JUnit(w) },
	"markdown": func(w io.Writer, r check.Report) error { return r.Markdown(w) },
}

// checkFiles are the names of the reports of a check.
var checkFiles = map[string]string{"text": "check.txt", "json": "check.json", "junit": "check.xml", "markdown": "check.md"}

// writeChecks writes each form of a report into a folder.
func writeChecks(folder string, report check.Report) error {
	for _, format := range slices.Sorted(maps.Keys(checkFiles)) {
		if err := writeFile(filepath.Join(folder, checkFiles[format]), func(w io.Writer) error { return writers[format](w, report) }); err != nil {
			return err
		}
	}
	return nil
}
