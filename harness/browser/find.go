package browser

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
)

// ChromiumVar is the environment variable that names the Chromium, Chrome,
// Edge or headless shell to use: a path, or a command on PATH. A value that
// doesn't work is an error: nothing else is tried.
const ChromiumVar = "CORSPROOF_CHROMIUM"

// Found is a browser on this machine.
type Found struct {
	Key     string // chrome-headless-shell, chromium, chrome or edge
	Name    string // "Chromium"
	Version string // "156.0.8078.79"; on Windows "" if it can't be told
	Path    string
}

func (f Found) String() string {
	return strings.TrimSpace(f.Name+" "+f.Version) + " (" + f.Path + ")"
}

// Headless reports whether the browser has no window at all.
func (f Found) Headless() bool { return f.Key == headlessShell }

// ErrNotFound is what a *NotFoundError is when there is no browser at all,
// rather than one that was named but can't be used.
var ErrNotFound = errors.New("browser: none found")

// NotFoundError says that no browser can be used, why, and what to type.
type NotFoundError struct {
	Engine string
	Headed bool
	// Value is what CORSPROOF_CHROMIUM is set to, if that is what failed.
	Value string
	// Problems are the browsers that are there but don't work, a sentence
	// each.
	Problems []string
	// Install says how to get one on this system: what to type, or where to
	// look.
	Install string
}

func (e *NotFoundError) Error() string {
	var b strings.Builder
	if e.Value != "" {
		fmt.Fprintf(&b, "browser: %s is set to %q, which can't be used: %s\n", ChromiumVar, e.Value, strings.Join(e.Problems, "; "))
		fmt.Fprintf(&b, "set it to the path of a Chromium, Chrome, Edge or headless shell, or unset it to have one looked for")
		return b.String()
	}
	what := "Chromium, Chrome, Edge or headless shell"
	switch {
	case e.Engine != family:
		what = e.Engine
	case e.Headed:
		what = "Chromium, Chrome or Edge with a window"
	}
	fmt.Fprintf(&b, "browser: no %s found, on PATH or in the usual places\n", what)
	for _, problem := range e.Problems {
		fmt.Fprintf(&b, "  %s\n", problem)
	}
	fmt.Fprintf(&b, "%s\nor set %s to the path of one", e.Install, ChromiumVar)
	return b.String()
}

// Is reports whether target is [ErrNotFound] and nothing was named.
func (e *NotFoundError) Is(target error) bool { return target == ErrNotFound && e.Value == "" }

// EngineError says that an engine's name is unknown.
type EngineError struct{ Engine string }

func (e *EngineError) Error() string {
	return fmt.Sprintf("browser: unknown browser %q; there are %s", e.Engine, strings.Join(Engines(), ", "))
}

// Engines are the names that [Find] takes. "chromium" stands for the whole
// family, each other name for one product.
func Engines() []string {
	names := []string{family}
	for _, p := range products {
		if p.key != family {
			names = append(names, p.key)
		}
	}
	return names
}

// Find finds a browser to run without a window. Of the family it prefers the
// headless shell, which starts in a fifth of the time, then Chromium, Chrome
// and Edge. [ChromiumVar] comes before them all.
//
// The error is a *NotFoundError or an *EngineError.
func Find(engine string) (Found, error) { return thisMachine().find(engine, false) }

// FindHeaded finds a browser that has a window, as Find does.
func FindHeaded(engine string) (Found, error) { return thisMachine().find(engine, true) }

// FindAll finds every product on this machine, in the order in which Find
// prefers them, one of each: there is at least one. The error is a
// *NotFoundError.
func FindAll() ([]Found, error) { return thisMachine().findAll() }

func (m machine) find(engine string, headed bool) (Found, error) {
	var wanted []product
	for _, p := range products {
		if (engine == family || engine == p.key) && !(headed && p.key == headlessShell) {
			wanted = append(wanted, p)
		}
	}
	if wanted == nil && engine != headlessShell {
		return Found{}, &EngineError{Engine: engine}
	}
	if value := m.getenv(ChromiumVar); value != "" {
		found, err := m.named(value, headed)
		if err != nil {
			return Found{}, &NotFoundError{Engine: engine, Headed: headed, Value: value, Problems: []string{err.Error()}}
		}
		return found, nil
	}
	var problems []string
	for _, p := range wanted {
		found, unusable := m.first(p)
		if found.Path != "" {
			return found, nil
		}
		problems = append(problems, unusable...)
	}
	return Found{}, &NotFoundError{Engine: engine, Headed: headed, Problems: problems, Install: m.installer(headed).advice(m.root)}
}

func (m machine) findAll() ([]Found, error) {
	first, err := m.find(family, false)
	if err != nil {
		return nil, err
	}
	all := []Found{first}
	for _, p := range products {
		if found, _ := m.first(p); found.Path != "" && found.Path != first.Path {
			all = append(all, found)
		}
	}
	return all, nil
}

// named is the browser that the environment variable names.
func (m machine) named(value string, headed bool) (Found, error) {
	file := value
	if !strings.ContainsAny(value, `/\`) {
		onPath, err := m.lookPath(value)
		if err != nil {
			return Found{}, fmt.Errorf("there is no such command on PATH")
		}
		file = onPath
	} else if err := m.executable(file); err != nil {
		return Found{}, err
	}
	said, err := m.ask(file)
	if err != nil {
		return Found{}, err
	}
	p := productOf(file, said)
	if headed && p.key == headlessShell {
		return Found{}, fmt.Errorf("a headless shell has no window")
	}
	return Found{Key: p.key, Name: p.name, Version: versionIn(said), Path: file}, nil
}

// first is the first of a product's places that has a working browser, and
// what is wrong with those before it.
func (m machine) first(p product) (Found, []string) {
	var problems []string
	for _, file := range m.candidates(p) {
		// A name in a place says little: Ubuntu's chromium-browser is a script
		// that asks for a snap. What answers with its version is a browser.
		said, err := m.ask(file)
		if err != nil {
			problems = append(problems, fmt.Sprintf("%s is no working browser: %v", file, err))
			continue
		}
		return Found{Key: p.key, Name: p.name, Version: versionIn(said), Path: file}, nil
	}
	return Found{}, problems
}

// candidates are the executables that may be a product, best first, each once.
func (m machine) candidates(p product) []string {
	var files []string
	seen := map[string]bool{}
	add := func(file string) {
		if !seen[file] {
			seen[file] = true
			files = append(files, file)
		}
	}
	for _, command := range p.commands {
		if file, err := m.lookPath(command); err == nil {
			add(file)
		}
	}
	for _, pattern := range p.places[m.goos] {
		for _, file := range m.expand(pattern) {
			if m.executable(file) == nil {
				add(file)
			}
		}
	}
	return files
}

// ask asks a browser for its name and version. Windows' browsers would open a
// window instead of answering; their version is a folder beside them.
func (m machine) ask(file string) (string, error) {
	if m.goos == "windows" {
		folder := file[:strings.LastIndexAny(file, `/\`)+1]
		versions := m.glob(folder + "*.*.*.*")
		for i := len(versions) - 1; i >= 0; i-- { // the newest is last
			if v := versions[i][strings.LastIndexAny(versions[i], `/\`)+1:]; versionIn(v) == v {
				return v, nil
			}
		}
		return "", nil
	}
	said, err := m.version(file)
	if err != nil {
		return "", fmt.Errorf("--version fails: %w", err)
	}
	if versionIn(said) == "" {
		return "", fmt.Errorf("--version says %q, which is no browser's version", strings.TrimSpace(said))
	}
	return said, nil
}

// versionPattern is a version of anything built on Chromium: four numbers.
var versionPattern = regexp.MustCompile(`\d+\.\d+\.\d+\.\d+`)

func versionIn(said string) string { return versionPattern.FindString(said) }

// productOf tells a product by its file's name and what --version says.
func productOf(file, said string) product {
	base := strings.ToLower(path.Base(strings.ReplaceAll(file, `\`, "/")))
	key := family
	for _, p := range products {
		switch {
		case p.key == headlessShell: // it calls itself Chromium or Chrome
			if strings.Contains(base, "headless") {
				return p
			}
		case strings.Contains(said, p.name):
			return p
		case strings.Contains(base, p.key):
			key = p.key
		}
	}
	return products[slices.IndexFunc(products, func(p product) bool { return p.key == key })]
}
