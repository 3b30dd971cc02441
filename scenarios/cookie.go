package scenarios

import (
	"slices"
	"strings"

	"github.com/corsproof/corsproof/oracle"
)

// cookie binds a cookie to the case's own paths, so that no other case sees
// it: a Path attribute is below them.
func (b *Bound) cookie(step int, c Cookie) oracle.Cookie {
	on, _, _ := ResolveOrigin(c.On)
	path, attributes := cutPath(c.Attributes)
	bound := oracle.Cookie{On: on, Path: path, Name: c.Name, Value: c.Value, Attributes: attributes}
	switch {
	case b.setUp && path == "":
		bound.Path, _, _ = strings.Cut(b.chains[step][0].path, "?")
	case b.setUp:
	case !strings.HasPrefix(path, "/"):
		bound.Path = b.below("/")
	case !OutlivesCase(c.Name):
		bound.Path = b.below(path)
	}
	return bound
}

// below is an author's path below the case's own.
func (b *Bound) below(path string) string { return "/~" + b.Token + path }

// OutlivesCase is true for a cookie that can only be set for all paths: it must
// be alone in its profile.
func OutlivesCase(name string) bool { return strings.HasPrefix(strings.ToLower(name), "__host-") }

// keepCookies puts the Path of every Set-Cookie below the case's own path, where
// the author means it.
func (b *Bound) keepCookies(h oracle.Headers) oracle.Headers {
	if b.setUp || !h.Has("Set-Cookie") {
		return h
	}
	h = slices.Clone(h)
	for i, line := range h {
		name, _, _ := strings.Cut(strings.TrimSpace(line.Value), "=")
		if strings.EqualFold(line.Name, "Set-Cookie") && !OutlivesCase(name) {
			h[i].Value = b.keepCookie(line.Value)
		}
	}
	return h
}

func (b *Bound) keepCookie(line string) string {
	parts := strings.Split(line, ";")
	for i, part := range parts[1:] {
		name, path, found := strings.Cut(part, "=")
		trimmed := strings.TrimSpace(path)
		if found && strings.EqualFold(strings.TrimSpace(name), "Path") && strings.HasPrefix(trimmed, "/") {
			parts[i+1] = name + "=" + strings.Replace(path, trimmed, b.below(trimmed), 1)
		}
	}
	return strings.Join(parts, ";")
}

// cutPath takes the Path attribute out of a cookie's attributes.
func cutPath(attributes string) (path, rest string) {
	var kept []string
	for attribute := range strings.SplitSeq(attributes, ";") {
		attribute = strings.TrimSpace(attribute)
		if name, value, _ := strings.Cut(attribute, "="); strings.EqualFold(strings.TrimSpace(name), "Path") {
			path = strings.TrimSpace(value)
		} else if attribute != "" {
			kept = append(kept, attribute)
		}
	}
	return path, strings.Join(kept, "; ")
}
