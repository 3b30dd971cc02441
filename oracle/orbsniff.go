package oracle

import (
	"slices"
	"strings"
)

// orbBySniffing is Chromium's opaque response blocking, "v0.1": it knows more
// types that pass, looks at how the body begins, and lets through what it does
// not recognise. Why the response is blocked, "" when it is not.
//
// https://source.chromium.org/chromium/chromium/src/+/main:services/network/orb/orb_impl.cc
func (f *fetching) orbBySniffing(reply Reply) string {
	if SameOrigin(f.origin, f.url().origin) {
		return "" // its own again, after another one
	}
	m, ok := f.mimeType(reply.Headers)
	nosniff := isNosniff(reply.Headers)
	switch {
	case passesUnsniffed(m):
		return ""
	case orbNeverSniffed(m):
		return "no element without CORS can use that"
	case nosniff && (orbBlocklisted(m) || m.Essence() == "text/plain"):
		return "nosniff says so: that is data"
	}
	head := reply.Body[:min(len(reply.Body), 1024)]
	start, _, _ := contentRange(reply.Headers)
	switch {
	case reply.Status == 206 && start > 0:
		return "the part that came is not the beginning"
	case !ok:
	case sniffedAsMarkup(head):
		return "the body begins as markup"
	case sniffedAsFetchOnly(head):
		return "the body begins as data that no script can be"
	}
	return ""
}

// passesUnsniffed are the types that pass whatever is in them.
func passesUnsniffed(m MIMEType) bool {
	return slices.Contains(unsniffed, m.Essence()) || m.Type == "audio" || m.Type == "video"
}

var unsniffed = []string{"text/css", "text/vtt", "image/svg+xml", "application/ogg", "application/dash+xml", "application/vnd.apple.mpegurl"}

// sniffedAsMarkup sees HTML behind comments, and XML.
//
// https://source.chromium.org/chromium/chromium/src/+/main:services/network/orb/orb_sniffers.cc
func sniffedAsMarkup(head []byte) bool {
	text := strings.TrimLeft(string(head), httpWhitespace)
	if strings.HasPrefix(text, "<?xml") {
		return true
	}
	for {
		lower := strings.ToLower(text)
		for _, tag := range []string{
			"<!doctype html", "<script", "<html", "<head", "<iframe", "<h1", "<div", "<font", "<table", "<a", "<style", "<title", "<b", "<p",
		} {
			if strings.HasPrefix(lower, tag) {
				return true
			}
		}
		comment, found := strings.CutPrefix(text, "<!--")
		_, comment, _ = strings.Cut(comment, "-->")
		end := strings.IndexAny(comment, "\n\r\u2028\u2029") // a script's comment ends with its line
		if !found || end < 0 {
			return false
		}
		text = strings.TrimLeft(comment[end:], httpWhitespace)
	}
}

// sniffedAsFetchOnly sees the prefixes by which services keep their data from
// running as a script, and an object with a quoted key.
func sniffedAsFetchOnly(head []byte) bool {
	text := string(head)
	for _, prefix := range []string{")]}'", "{}&&", "{} &&", "for(;;);", "while(1);", "for (;;);", "while (1);"} {
		if strings.HasPrefix(text, prefix) {
			return true
		}
	}
	rest, found := strings.CutPrefix(strings.TrimLeft(text, httpWhitespace), "{")
	rest = strings.TrimLeft(rest, httpWhitespace)
	if !found || !strings.HasPrefix(rest, `"`) {
		return false
	}
	_, rest = collectQuoted(rest)
	return strings.HasPrefix(strings.TrimLeft(rest, httpWhitespace), ":")
}
