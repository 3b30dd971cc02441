package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
)

func init() {
	commands = append(commands, command{"explain", "ID|FILE", "the algorithm step by step; no browser", explain})
}

func explain(_ context.Context, s streams, args []string) error {
	f := newFlags("explain", "ID|FILE", s)
	format := f.String("format", "text", "text or json")
	engine := f.String("engine", "", "also show where this engine's profile leaves the standard: chromium")
	args, err := parse(f, args)
	if err != nil {
		return err
	}
	if len(args) == 0 {
		return usageError("usage: corsproof explain ID|FILE; corsproof list shows the ids")
	}
	permutations, err := selected(args)
	if err != nil {
		return err
	}
	explanations := make([]harness.Explanation, 0, len(permutations))
	for _, p := range permutations {
		e, err := harness.Explain(p, *engine)
		if err != nil {
			return exitError{exitUsage, err}
		}
		explanations = append(explanations, e)
	}
	switch *format {
	case "text":
		options := textOptions(s.out)
		for i, e := range explanations {
			if i > 0 {
				fmt.Fprintln(s.out)
			}
			printExplanation(s.out, e, options.Color)
		}
		return nil
	case "json":
		e := json.NewEncoder(s.out)
		e.SetIndent("", "  ")
		e.SetEscapeHTML(false)
		return e.Encode(explanations)
	}
	return usageError("corsproof explain: -format %q: text or json", *format)
}

// style colours text for a terminal.
type style bool

func (s style) paint(code, text string) string {
	if !s {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (s style) bold(text string) string { return s.paint("1", text) }
func (s style) dim(text string) string  { return s.paint("2", text) }
func (s style) read(r oracle.Read) string {
	code := map[oracle.Read]string{oracle.Allowed: "32", oracle.Blocked: "31", oracle.Opaque: "33"}[r]
	return s.paint("1;"+code, string(r))
}

func printExplanation(w io.Writer, e harness.Explanation, color bool) {
	s := style(color)
	p := e.Permutation
	fmt.Fprintf(w, "%s\n%s\n\n", s.bold(p.ID), p.Title)
	fmt.Fprintln(w, wrap(p.Why, 78, "  "))
	for i, step := range e.Steps {
		fmt.Fprintln(w)
		if len(e.Steps) > 1 {
			fmt.Fprintln(w, s.bold(fmt.Sprintf("Step %d", i+1)))
		}
		fmt.Fprintf(w, "  page    %s\n  script  %s\n\n", step.Page, step.Snippet)
		if step.Note != "" {
			fmt.Fprintf(w, "  %s\n", step.Note)
			continue
		}
		printTrace(w, step.Standard.Trace, s)
		printWire(w, step.Standard.Wire, s)
		fmt.Fprintf(w, "\n  the standard says %s%s\n", s.read(step.Standard.Read), because(step.Standard.Reason))
		if step.Profile != nil {
			fmt.Fprintf(w, "  %s does        %s%s, and sends %d requests: %s\n", e.Engine, s.read(step.Profile.Read), because(step.Profile.Reason), len(step.Profile.Wire), e.Switches)
		}
		for _, problem := range step.Problems {
			fmt.Fprintf(w, "  %s %s\n", s.paint("31", "!"), problem)
		}
	}
}

func printTrace(w io.Writer, trace []oracle.TraceStep, s style) {
	for n, t := range trace {
		mark, text := " ", t.Text
		if t.Fails {
			mark, text = s.paint("31", "✗"), s.bold(text)
		}
		fmt.Fprintf(w, "  %s %2d  %s\n", mark, n+1, s.bold(t.Algorithm))
		fmt.Fprintln(w, wrap(text, 72, "        "))
		fmt.Fprintf(w, "        %s\n", s.dim(t.Spec))
	}
}

func printWire(w io.Writer, wire []oracle.WireRequest, s style) {
	fmt.Fprintf(w, "\n  %s\n", s.bold("on the wire"))
	if len(wire) == 0 {
		fmt.Fprintln(w, "    nothing is sent")
	}
	for _, r := range wire {
		kind := ""
		if r.Preflight {
			kind = s.dim("  preflight")
		}
		fmt.Fprintf(w, "    %-7s %s%s\n", r.Method, scenarios.StripToken(r.URL), kind)
		for _, h := range [][2]string{
			{"Origin", r.Origin}, {"Access-Control-Request-Method", r.RequestMethod},
			{"Access-Control-Request-Headers", r.RequestHeaders}, {"Cookie", r.Cookie},
		} {
			if h[1] != "" {
				fmt.Fprintf(w, "            %s\n", s.dim(h[0]+": "+h[1]))
			}
		}
	}
}

func because(r oracle.Reason) string {
	if r == "" {
		return ""
	}
	return " (" + string(r) + ")"
}

// wrap breaks text into lines of at most width characters behind an indent.
func wrap(text string, width int, indent string) string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		switch {
		case line == "":
			line = word
		case len(line)+1+len(word) > width:
			lines, line = append(lines, indent+line), word
		default:
			line += " " + word
		}
	}
	if line != "" {
		lines = append(lines, indent+line)
	}
	return strings.Join(lines, "\n")
}
