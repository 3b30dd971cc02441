// Command middleware puts one CORS policy after the other before CORS products
// of many kinds, each in the latest release that resolves, and tells how each
// keeps it: docs/middleware.md.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/middleware"
	"github.com/corsproof/corsproof/middleware/table"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	switch err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); {
	case errors.Is(err, errUsage):
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(3)
	}
}

var errUsage = errors.New("usage")

func run(ctx context.Context, args []string, out, errs io.Writer) error {
	f := flag.NewFlagSet("middleware", flag.ContinueOnError)
	f.SetOutput(errs)
	systems := f.String("system", "", "names of systems, separated by commas; none: all of them")
	policies := f.String("policy", "", "names of policies, separated by commas; none: all of them")
	browsers := f.String("browsers", "chromium", "browsers to ask in, separated by commas")
	offline := f.Bool("offline", false, "ask without a browser: the standard's algorithm stands in for one")
	folder := f.String("out", "", "a folder for middleware.jsonl, with all that was found, and middleware.html")
	markdown := f.String("markdown", "", "a file for the table as Markdown")
	from := f.String("from", "", "write the table from these files instead, separated by commas")
	withheld := f.Bool("show-withheld", false, "keep holes that nobody has made public in the tables")
	install := f.Bool("install", false, "only install the Node packages, and by apt-get the web servers that are missing")
	list := f.Bool("list", false, "only list the systems and the policies")
	if err := f.Parse(args); err != nil {
		return errUsage
	}
	switch {
	case *install:
		return middleware.Install(ctx, errs, true)
	case *list:
		return printLists(out)
	}
	var cells []table.Cell
	var err error
	if *from != "" {
		cells, err = read(strings.Split(*from, ","))
	} else {
		cells, err = ask(ctx, names(*systems), names(*policies), *browsers, *offline, *folder, errs)
	}
	if err != nil {
		return err
	}
	arrange(cells)
	public := cells
	if !*withheld {
		public = table.Publish(cells)
	}
	if *markdown != "" {
		if err := write(*markdown, func(file *os.File) error { return table.Markdown(file, public) }); err != nil {
			return err
		}
	}
	if *folder != "" {
		if err := os.MkdirAll(*folder, 0o755); err != nil {
			return err
		}
		return write(filepath.Join(*folder, "middleware.html"), func(file *os.File) error { return table.HTML(file, public) })
	}
	if *markdown == "" {
		// Who asks for one cell wants to see all of it.
		return table.Text(out, cells)
	}
	return nil
}

// arrange puts cells in the order in which systems and policies are presented. Of
// two for one place the later one stays the later.
func arrange(cells []table.Cell) {
	place := map[string]int{}
	for i, a := range middleware.All() {
		place[a.Name] = i
	}
	for i, s := range middleware.StandardPolicies() {
		place[s.Name] = i
	}
	slices.SortStableFunc(cells, func(a, b table.Cell) int {
		return cmp.Or(place[a.System.Name]-place[b.System.Name], place[a.Policy.Name]-place[b.Policy.Name])
	})
}

func names(list string) []string {
	if list == "" {
		return nil
	}
	return strings.Split(list, ",")
}

func printLists(out io.Writer) error {
	standard, err := middleware.PoliciesByName()
	if err != nil {
		return err
	}
	for _, a := range middleware.All() {
		fmt.Fprintf(out, "-system %-18s %s, on %s\n", a.Name, a.Title, a.On)
	}
	for _, s := range standard {
		fmt.Fprintf(out, "-policy %-18s %s\n", s.Name, s.About)
	}
	return nil
}

// ask runs what is asked for, and keeps each cell in a file as soon as it is there.
func ask(ctx context.Context, systems, policies []string, browsers string, offline bool, folder string, errs io.Writer) ([]table.Cell, error) {
	adapters, err := middleware.ByName(systems...)
	if err != nil {
		return nil, err
	}
	standard, err := middleware.PoliciesByName(policies...)
	if err != nil {
		return nil, err
	}
	var found []browser.Found
	if !offline {
		var absent []error
		if found, absent, err = browser.FindEach(browsers, false, nil); err != nil {
			return nil, err
		}
		for _, err := range absent {
			fmt.Fprintln(errs, err)
		}
	}
	if err := middleware.Install(ctx, errs, false); err != nil {
		return nil, err
	}
	keep := func(table.Cell) error { return nil }
	if folder != "" {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return nil, err
		}
		file, err := os.Create(filepath.Join(folder, "middleware.jsonl"))
		if err != nil {
			return nil, err
		}
		defer file.Close()
		keep = func(c table.Cell) error { return table.Write(file, c) }
	}
	var cells []table.Cell
	err = table.Run(ctx, table.Options{
		Systems: adapters, Policies: standard, Browsers: found, Offline: offline,
		Cell: func(c table.Cell) error {
			cells = append(cells, c)
			fmt.Fprintln(errs, table.Line(c))
			return keep(c)
		},
	})
	return cells, err
}

func read(files []string) ([]table.Cell, error) {
	var cells []table.Cell
	for _, name := range files {
		file, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		more, err := table.Read(file)
		file.Close()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		cells = append(cells, more...)
	}
	return cells, nil
}

func write(name string, fill func(*os.File) error) error {
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	return errors.Join(fill(file), file.Close())
}
