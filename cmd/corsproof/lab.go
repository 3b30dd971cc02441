package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"

	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/lab"
)

func init() {
	commands = append(commands, command{"lab", "[files...]", "lessons, a playground and the catalogue, in your own browser", runLab})
}

func runLab(ctx context.Context, s streams, args []string) error {
	f := newFlags("lab", "[files...]", s)
	port := f.Int("port", 0, fmt.Sprintf("the first of three ports in a row; 0: %d or, where that is taken, the next that are free", lab.Port))
	open := f.String("open", "", "the id of the case to begin with: one of the catalogue, or of the files")
	browse := f.Bool("browse", onDesktop(), "open it in the desktop's browser")
	verbose := f.Bool("verbose", false, "say what the servers do")
	files, err := parse(f, args)
	if err != nil {
		return err
	}
	if *port < 0 || *port > 65533 {
		return usageError("corsproof lab: -port: found %d, expected 1 to 65533, or 0", *port)
	}
	route, err := labRoute(*open, files)
	if err != nil {
		return err
	}
	ctx, stop := untilSignal(ctx)
	defer stop()
	options := lab.Options{Port: *port, Version: harness.Version(), Log: func(string, ...any) {}}
	if *verbose {
		options.Log = func(format string, args ...any) { fmt.Fprintf(s.err, format+"\n", args...) }
	}
	if found, err := browser.Find("chromium"); err == nil {
		options.Headless = &found
	} else {
		options.Install = err.Error()
	}
	l, err := lab.Start(options)
	if err != nil {
		return cannotRun(err)
	}
	defer l.Close()
	if l.Moved() && *port == 0 {
		fmt.Fprintf(s.err, "Port %d, or one of the two behind it, is taken: links to the lab from elsewhere lead there, not here.\n", lab.Port)
	}
	fmt.Fprintf(s.out, "The lab is at %s\n", l.URL(route))
	fmt.Fprintln(s.err, "It runs until Ctrl-C.")
	if *browse {
		if err := openURL(l.URL(route)); err != nil {
			fmt.Fprintf(s.err, "No browser opened by itself (%v): open the address in one.\n", err)
		}
	}
	<-ctx.Done()
	return nil
}

// labRoute is where in the lab a case is: one of the catalogue by its id, one of
// files, or their first, as a link that holds all of it.
func labRoute(open string, files []string) (string, error) {
	args := files
	if open != "" {
		args = append(args, open)
	}
	if len(args) == 0 {
		return "", nil
	}
	found, err := selected(args)
	if err != nil {
		return "", err
	}
	if len(files) > 0 {
		return lab.Link(found[0]), nil
	}
	return "case/" + found[0].ID, nil
}

// onDesktop says whether there is a desktop with a browser to open.
func onDesktop() bool {
	if os.Getenv("CI") != "" {
		return false
	}
	switch runtime.GOOS {
	case "darwin", "windows":
		return true
	}
	return os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != ""
}

// openURL opens an address of the lab's in the desktop's browser.
func openURL(url string) error {
	command := map[string][]string{"darwin": {"open"}, "windows": {"rundll32", "url.dll,FileProtocolHandler"}}[runtime.GOOS]
	if command == nil {
		command = []string{"xdg-open"}
	}
	cmd := exec.Command(command[0], append(command[1:], url)...)
	if err := cmd.Start(); err != nil {
		return err
	}
	go cmd.Wait()
	return nil
}
