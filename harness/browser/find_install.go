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
}

// FindInstaller finds out how to install a browser here.
func FindInstaller() Installer { return thisMachine().installer(false) }

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

// installer knows the package managers. Where there is a package of the
// headless shell it comes first, unless a window is asked for.
func (m machine) installer(headed bool) Installer {
	packages := func(command ...string) [][]string {
		full := append(command[:len(command):len(command)], "chromium")
		if headed {
			return [][]string{full}
		}
		return [][]string{append(command[:len(command):len(command)], "chromium-headless-shell"), full}
	}
	just := func(command ...string) [][]string { return [][]string{command} }

	switch m.goos {
	case "darwin":
		if m.has("brew") {
			// The Chromium that Homebrew has is not signed, and macOS won't open it.
			return Installer{Manager: "brew", Install: just("brew", "install", "--cask", "google-chrome")}
		}
		return Installer{Hint: "to install one, get Google Chrome from https://www.google.com/chrome/"}
	case "windows":
		if m.has("winget") {
			return Installer{Manager: "winget", Install: just("winget", "install", "--exact", "--id", "Google.Chrome")}
		}
		return Installer{Hint: "to install one, get Google Chrome from https://www.google.com/chrome/"}
	}
	switch {
	case strings.Contains(" "+m.distro+" ", " ubuntu "):
		// Ubuntu's packages named chromium only ask for the snap.
		if m.has("snap") {
			return Installer{Manager: "snap", Root: true, Install: just("snap", "install", "chromium")}
		}
	case m.has("apt-get"):
		return Installer{Manager: "apt-get", Root: true, Prepare: []string{"apt-get", "update"},
			Install: packages("apt-get", "install", "-y", "--no-install-recommends")}
	case m.has("dnf"):
		return Installer{Manager: "dnf", Root: true, Install: just("dnf", "install", "-y", "chromium")}
	case m.has("apk"):
		return Installer{Manager: "apk", Root: true, Install: packages("apk", "add", "--no-cache")}
	case m.has("pacman"):
		return Installer{Manager: "pacman", Root: true, Install: just("pacman", "-S", "--needed", "--noconfirm", "chromium")}
	case m.has("zypper"):
		return Installer{Manager: "zypper", Root: true, Install: just("zypper", "--non-interactive", "install", "chromium")}
	}
	return Installer{Hint: "to install one, get Google Chrome from https://www.google.com/chrome/, or Chromium from your system's packages"}
}
