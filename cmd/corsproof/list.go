package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/corsproof/corsproof/scenarios"
)

func init() {
	commands = append(commands, command{"list", "[ids|globs|files...]", "list permutations", list})
}

func list(_ context.Context, s streams, args []string) error {
	f := newFlags("list", "[ids|globs|files...]", s)
	format := f.String("format", "text", "text or json")
	titles := f.Bool("titles", false, "print the title beside each id")
	args, err := parse(f, args)
	if err != nil {
		return err
	}
	permutations, err := selected(args)
	if err != nil {
		return err
	}
	switch *format {
	case "json":
		return listJSON(s, permutations)
	case "text":
	default:
		return usageError("corsproof list: -format %q: text or json", *format)
	}
	longest := 0
	for _, p := range permutations {
		longest = max(longest, len(p.ID))
	}
	for _, p := range permutations {
		if *titles {
			fmt.Fprintf(s.out, "%-*s  %s\n", longest, p.ID, p.Title)
		} else {
			fmt.Fprintln(s.out, p.ID)
		}
	}
	return nil
}

func listJSON(s streams, permutations []*scenarios.Permutation) error {
	type item struct {
		ID     string `json:"id"`
		Topic  string `json:"topic"`
		Via    string `json:"via"`
		Title  string `json:"title"`
		Why    string `json:"why"`
		Spec   string `json:"spec"`
		Source string `json:"source"`
	}
	items := []item{}
	for _, p := range permutations {
		items = append(items, item{p.ID, p.Topic, string(p.Via), p.Title, p.Why, p.Spec, fmt.Sprintf("%s:%d", p.Pos.File, p.Pos.Line)})
	}
	e := json.NewEncoder(s.out)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(items)
}
