package browser

import (
	"slices"
	"strings"
)

// Installer is how this system installs a browser.
type Installer struct {
	// Manager is the package manager's command; "" if there is none.
	Manager string
	// Root says that it must run as root.
	Root bool
	// Prepare is a command that comes first, if there is one.
	Prepare []string
	// Install are commands of which one has to succeed, best first.
	Install [][]string
	// Hint is for a system without a package manager.
	Hint string

	command []string // what packages come after
}

// FindInstaller finds out how to install a browser of an engine here.
func FindInstaller(engine string) Installer { return thisMachine().installer(engine, false) }

// Line is what to type, on one line, for a user who needs sudo to be root or
// for one who doesn't. It is "" without a package manager.
func (i Installer) Line(sudo bool) string {
	var parts []string
	for _, command := range slices.Concat([][]string{i.Prepare}, i.Install[:min(1, len(i.Install))]) {
		if command == nil {
			continue
		}
		part := strings.Join(command, " ")
		if sudo && i.Root {
			part = "sudo " + part
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, " && ")
}

// advice is the line of an error that says what to do.
func (i Installer) advice(root bool) string {
	if i.Manager == "" {
		return i.Hint
	}
	return "to install one, type:\n  " + i.Line(!root)
}

func (m machine) has(command string) bool {
	_, err := m.lookPath(command)
	return err == nil
}

// packages are what an engine's browser is called, by package manager: lists of
// which one has to be installed, best first.
type packages map[string][][]string

// installable are the packages of each engine's browsers. Where there is a
// package of the headless shell it comes first.
var installable = map[string]packages{
	Chromium: {
		"brew":    {{"google-chrome"}}, // the Chromium that Homebrew has is not signed, and macOS won't open it
		"winget":  {{"Google.Chrome"}},
		"snap":    {{"chromium"}},
		"apt-get": {{"chromium-headless-shell"}, {"chromium"}},
		"dnf":     {{"chromium"}},
		"apk":     {{"chromium-headless-shell"}, {"chromium"}},
		"pacman":  {{"chromium"}},
		"zypper":  {{"chromium"}},
	},
	Firefox: {
		"brew":    {{"firefox"}},
		"winget":  {{"Mozilla.Firefox"}},
		"snap":    {{"firefox"}},
		"apt-get": {{"firefox-esr"}, {"firefox"}},
		"dnf":     {{"firefox"}},
		"apk":     {{"firefox"}},
		"pacman":  {{"firefox"}},
		"zypper":  {{"MozillaFirefox"}},
	},
	WebKit: {
		"apt-get": {{"webkit2gtk-driver", "xvfb"}},
	},
}

// hints are for where no package manager has an engine's browser.
var hints = map[string]string{
	Chromium: "to install one, get Google Chrome from https://www.google.com/chrome/, or Chromium from your system's packages",
	Firefox:  "to install one, get Firefox from https://www.mozilla.org/firefox/",
	WebKit:   "to install one, get WebKitGTK's MiniBrowser and WebKitWebDriver, and Xvfb, from your system's packages",
}

// managers are the package managers of a system, best first.
func (m machine) managers(engine string) []Installer {
	switch m.goos {
	case "darwin":
		return []Installer{{Manager: "brew", command: []string{"brew", "install", "--cask"}}}
	case "windows":
		return []Installer{{Manager: "winget", command: []string{"winget", "install", "--exact", "--id"}}}
	}
	if strings.Contains(" "+m.distro+" ", " ubuntu ") && engine != WebKit {
		// Ubuntu's packages of browsers only ask for the snap.
		return []Installer{{Manager: "snap", Root: true, command: []string{"snap", "install"}}}
	}
	return []Installer{
		{Manager: "apt-get", Root: true, Prepare: []string{"apt-get", "update"}, command: []string{"apt-get", "install", "-y", "--no-install-recommends"}},
		{Manager: "dnf", Root: true, command: []string{"dnf", "install", "-y"}},
		{Manager: "apk", Root: true, command: []string{"apk", "add", "--no-cache"}},
		{Manager: "pacman", Root: true, command: []string{"pacman", "-S", "--needed", "--noconfirm"}},
		{Manager: "zypper", Root: true, command: []string{"zypper", "--non-interactive", "install"}},
	}
}

// installer is the first package manager here that has an engine's browser.
func (m machine) installer(engine string, headed bool) Installer {
	for _, i := range m.managers(engine) {
		lists := installable[engine][i.Manager]
		if lists == nil || !m.has(i.Manager) {
			continue
		}
		for _, list := range lists {
			if headed && list[0] == "chromium-headless-shell" {
				continue
			}
			i.Install = append(i.Install, slices.Concat(i.command, list))
		}
		return i
	}
	switch {
	case m.goos == "darwin" && engine == WebKit:
		return Installer{Hint: "to let Safari be driven, type:\n  safaridriver --enable"}
	case m.goos == "windows" && engine == WebKit:
		return Installer{Hint: "there is no browser on WebKit for Windows"}
	case m.goos != "linux" && engine == Chromium:
		return Installer{Hint: "to install one, get Google Chrome from https://www.google.com/chrome/"}
	}
	return Installer{Hint: hints[engine]}
}
