package browser

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
)

// The environment variables that name the browser of an engine to use: a path,
// or a command on PATH. A value that doesn't work is an error: nothing else is
// tried.
const (
	ChromiumVar = "CORSPROOF_CHROMIUM" // Chromium, Chrome, Edge or a headless shell
	FirefoxVar  = "CORSPROOF_FIREFOX"
	WebKitVar   = "CORSPROOF_WEBKIT" // MiniBrowser; its WebDriver server is beside it or on PATH
)

// engine is a family of products.
type engine struct {
	key      string
	variable string
	about    string // what there may be, for people
	headed   string // the same, with a window
	// version finds the version in what --version says; nil if it can't be
	// asked.
	version   *regexp.Regexp
	transport string
}

var engines = []engine{
	{Chromium, ChromiumVar, "Chromium, Chrome, Edge or headless shell", "Chromium, Chrome or Edge with a window",
		regexp.MustCompile(`\d+\.\d+\.\d+\.\d+`), "DevTools protocol, over a pipe"},
	{Firefox, FirefoxVar, "Firefox", "Firefox",
		regexp.MustCompile(`\d+(\.\d+)+([ab]\d+|esr)?`), "WebDriver BiDi, over a WebSocket"},
	// MiniBrowser says nothing without a display, and Safari nothing at all.
	{WebKit, WebKitVar, "WebKit with its WebDriver server", "WebKit with its WebDriver server",
		nil, "WebDriver, over HTTP"},
}

func engineOf(key string) engine {
	return engines[slices.IndexFunc(engines, func(e engine) bool { return e.key == key })]
}

// Found is a browser on this machine, or one that is reached from it.
type Found struct {
	Key     string // chrome-headless-shell, chromium, chrome, edge, firefox or webkit
	Name    string // "Chromium"
	Version string // "156.0.8078.79"; "" if it can't be told without a start
	Path    string
	Driver  string  // the WebDriver server that drives it, if it needs one
	Remote  *Remote // where it is, if that is somewhere else; Path is then its address
}

func (f Found) String() string {
	return strings.TrimSpace(f.Name+" "+f.Version) + " (" + f.Path + ")"
}

// Headless reports whether the browser has no window at all.
func (f Found) Headless() bool { return f.Key == headlessShell }

// Engine is the engine that the browser runs on: [Chromium], [Firefox] or
// [WebKit].
func (f Found) Engine() string {
	for _, p := range products {
		if p.key == f.Key {
			return p.engine
		}
	}
	return Chromium
}

// Way is the key of what drives the browser: its engine or, for one somewhere
// else, a protocol: [DevTools] or [WebDriver].
func (f Found) Way() string {
	if f.Remote != nil {
		return f.Remote.Protocol
	}
	return f.Engine()
}

// Transport says how the browser is driven, for people.
func (f Found) Transport() string { return engineOf(f.Engine()).transport }

// ErrNotFound is what a *NotFoundError is when there is no browser at all,
// rather than one that was named but can't be used.
var ErrNotFound = errors.New("browser: none found")

// NotFoundError says that no browser can be used, why, and what to type.
type NotFoundError struct {
	// Engine is the name that [Find] was asked for.
	Engine string
	Headed bool
	// Value is what the engine's environment variable is set to, if that is
	// what failed.
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
	family := familyOf(e.Engine)
	if e.Value != "" {
		fmt.Fprintf(&b, "browser: %s is set to %q, which can't be used: %s\n", family.variable, e.Value, strings.Join(e.Problems, "; "))
		fmt.Fprintf(&b, "set it to the path of a %s, or unset it to have one looked for", family.about)
		return b.String()
	}
	what := family.about
	switch {
	case e.Engine != family.key:
		what = e.Engine
	case e.Headed:
		what = family.headed
	}
	fmt.Fprintf(&b, "browser: no %s found, on PATH or in the usual places\n", what)
	for _, problem := range e.Problems {
		fmt.Fprintf(&b, "  %s\n", problem)
	}
	fmt.Fprintf(&b, "%s\nor set %s to the path of one", e.Install, family.variable)
	return b.String()
}

// familyOf is the engine of a name that [Find] takes.
func familyOf(name string) engine {
	for _, p := range products {
		if p.key == name {
			return engineOf(p.engine)
		}
	}
	return engineOf(Chromium)
}

// Is reports whether target is [ErrNotFound] and nothing was named.
func (e *NotFoundError) Is(target error) bool { return target == ErrNotFound && e.Value == "" }

// EngineError says that an engine's name is unknown.
type EngineError struct{ Engine string }

func (e *EngineError) Error() string {
	return fmt.Sprintf("browser: unknown browser %q; there are %s", e.Engine, strings.Join(Names(), ", "))
}

// Engines are the engines, each by the name that stands for all its products.
func Engines() []string {
	var names []string
	for _, e := range engines {
		names = append(names, e.key)
	}
	return names
}

// Names are the names that [Find] takes: an engine's stands for all products
// that run on it, each other name for one product.
func Names() []string {
	names := Engines()
	for _, p := range products {
		if !slices.Contains(names, p.key) {
			names = append(names, p.key)
		}
	}
	return names
}

// Find finds a browser to run without a window. Of Chromium's it prefers the
// headless shell, which starts in a fifth of the time, then Chromium, Chrome
// and Edge. The engine's environment variable comes before them all.
//
// The error is a *NotFoundError or an *EngineError.
func Find(name string) (Found, error) { return thisMachine().find(name, false) }

// FindAll finds every product of an engine on this machine, in the order in
// which Find prefers them, one of each: there is at least one. The error is
// Find's.
func FindAll(engine string) ([]Found, error) { return thisMachine().findAll(engine) }

func (m machine) find(name string, headed bool) (Found, error) {
	var wanted []product
	for _, p := range products {
		if (name == p.engine || name == p.key) && !(headed && p.key == headlessShell) {
			wanted = append(wanted, p)
		}
	}
	if wanted == nil && name != headlessShell {
		return Found{}, &EngineError{Engine: name}
	}
	family := familyOf(name)
	if value := m.getenv(family.variable); value != "" {
		found, err := m.named(family, value, headed)
		if err != nil {
			return Found{}, &NotFoundError{Engine: name, Headed: headed, Value: value, Problems: []string{err.Error()}}
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
	return Found{}, &NotFoundError{Engine: name, Headed: headed, Problems: problems, Install: m.installer(family.key, headed).advice(m.root)}
}

func (m machine) findAll(engine string) ([]Found, error) {
	first, err := m.find(engine, false)
	if err != nil {
		return nil, err
	}
	all := []Found{first}
	for _, p := range products {
		if p.engine != engine {
			continue
		}
		if found, _ := m.first(p); found.Path != "" && found.Path != first.Path {
			all = append(all, found)
		}
	}
	return all, nil
}

// named is the browser that an engine's environment variable names.
func (m machine) named(e engine, value string, headed bool) (Found, error) {
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
	said, err := m.ask(e, file)
	if err != nil {
		return Found{}, err
	}
	p := productOf(e, file, said)
	if headed && p.key == headlessShell {
		return Found{}, fmt.Errorf("a headless shell has no window")
	}
	return m.found(p, file, said)
}

// found is a product at a file, with all that it needs.
func (m machine) found(p product, file, said string) (Found, error) {
	found := Found{Key: p.key, Name: p.name, Version: engineOf(p.engine).versionIn(said), Path: file}
	for _, command := range p.needs[m.goos] {
		if !m.has(command) {
			return Found{}, fmt.Errorf("it needs %s, which is not on PATH", command)
		}
	}
	driver := p.driver[m.goos]
	if driver == "" {
		return found, nil
	}
	found.Driver = file[:strings.LastIndexAny(file, `/\`)+1] + driver
	if m.executable(found.Driver) == nil {
		return found, nil
	}
	onPath, err := m.lookPath(driver)
	if err != nil {
		return Found{}, fmt.Errorf("it needs %s, which is not on PATH or beside it", driver)
	}
	found.Driver = onPath
	return found, nil
}

// first is the first of a product's places that has a working browser, and
// what is wrong with those before it.
func (m machine) first(p product) (Found, []string) {
	var problems []string
	for _, file := range m.candidates(p) {
		// A name in a place says little: Ubuntu's chromium-browser is a script
		// that asks for a snap. What answers with its version is a browser.
		said, err := m.ask(engineOf(p.engine), file)
		if err != nil {
			problems = append(problems, fmt.Sprintf("%s is no working browser: %v", file, err))
			continue
		}
		found, err := m.found(p, file, said)
		if err != nil {
			problems = append(problems, fmt.Sprintf("%s can't be used: %v", file, err))
			continue
		}
		return found, nil
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
func (m machine) ask(e engine, file string) (string, error) {
	if e.version == nil {
		return "", nil
	}
	if m.goos == "windows" {
		folder := file[:strings.LastIndexAny(file, `/\`)+1]
		versions := m.glob(folder + "*.*.*.*")
		for i := len(versions) - 1; i >= 0; i-- { // the newest is last
			if v := versions[i][strings.LastIndexAny(versions[i], `/\`)+1:]; e.versionIn(v) == v {
				return v, nil
			}
		}
		return "", nil
	}
	said, err := m.version(file)
	if err != nil {
		return "", fmt.Errorf("--version fails: %w", err)
	}
	if e.versionIn(said) == "" {
		return "", fmt.Errorf("--version says %q, which is no browser's version", strings.TrimSpace(said))
	}
	if e.key == Firefox && !strings.Contains(said, "Firefox") {
		return "", fmt.Errorf("--version says %q, which is no Firefox", strings.TrimSpace(said))
	}
	return said, nil
}

func (e engine) versionIn(said string) string {
	if e.version == nil {
		return ""
	}
	return e.version.FindString(said)
}

// productOf tells a product of an engine by its file's name and what --version
// says.
func productOf(e engine, file, said string) product {
	base := strings.ToLower(path.Base(strings.ReplaceAll(file, `\`, "/")))
	key := e.key
	for _, p := range products {
		switch {
		case p.engine != e.key:
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
