package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/corsproof/corsproof/harness"
)

func init() {
	commands = append(commands, command{"explain", "ID|FILE", "the algorithm step by step; no browser", explain})
}

func explain(_ context.Context, s streams, args []string) error {
	f := newFlags("explain", "ID|FILE", s)
	format := f.String("format", "text", "text or json")
	asJSON := f.Bool("json", false, "the same as -format json")
	engine := f.String("engine", "chromium", "the engine to hold against the standard: chromium, chrome-headless-shell, firefox, webkit, or none")
	args, err := parse(f, args)
	if err != nil {
		return err
	}
	if len(args) == 0 {
		return usageError("usage: corsproof explain ID|FILE; corsproof list shows the ids")
	}
	switch *engine {
	case "none":
		*engine = ""
	case "chromium", "chrome", "chrome-headless-shell", "firefox", "webkit":
	default:
		return usageError("corsproof explain: -engine %q: chromium, chrome-headless-shell, firefox, webkit or none", *engine)
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
	switch {
	case *format == "json" || *asJSON:
		e := json.NewEncoder(s.out)
		e.SetIndent("", "  ")
		e.SetEscapeHTML(false)
		return e.Encode(explanations)
	case *format == "text":
		options := textOptions(s.out)
		b := &board{width: options.Width, color: options.Color, beside: isTerminal(s.out) && options.Width >= besideFrom}
		for i, e := range explanations {
			if i > 0 {
				b.rule("━", "")
				b.blank()
			}
			b.explanation(e)
		}
		_, err := fmt.Fprint(s.out, b.String())
		return err
	}
	return usageError("corsproof explain: -format %q: text or json", *format)
}
