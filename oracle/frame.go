package oracle

import (
	"slices"
	"strings"
)

// useFrame navigates the frame. A page can look into it when both have the
// same origin in the end.
func (f *fetching) useFrame(reply Reply) {
	switch {
	case reply.Status == 204 || reply.Status == 205, reply.Status == 304 && f.state.Profile[FrameIgnoresNotModified]:
		f.fail(WrongType, frameResponse, "Status ", itoa(reply.Status), " has no document, so the frame stays as it was.")
	case !f.embedderAllows(reply, navigationEmbedder, "document that came"), !f.frameAncestorsAllow(reply), !f.frameOptionsAllow(reply), !f.isDocument(reply):
	case f.isOwnDocument(reply) && !f.isSandboxed(reply):
		f.mediaDocument(reply)
		f.finish(Allowed, "", frameResponse, "The document has the page's origin: script can look into it.")
	default:
		f.mediaDocument(reply)
		f.p.Type, f.p.Status, f.p.StatusText, f.p.URL, f.p.Headers, f.p.Body = "opaque", 0, "", "", nil, nil
		f.finish(Opaque, "", frameResponse, "The document has another origin: it shows, script cannot look into it.")
	}
}

// isOwnDocument says whether the document has the page's origin. A blob: URL has
// that of the page that made it, which a sandbox takes from the document again.
// What an object element shows as an image is no document, and of a data: URL it
// is the page's.
func (f *fetching) isOwnDocument(reply Reply) bool {
	switch f.url().scheme {
	case "blob":
		return !f.origin.IsOpaque() || f.client.DataURL && !f.sandboxLacks("allow-same-origin")
	case "data":
		return f.way.Via != "iframe" && isRaster(f.documentType(reply))
	}
	return SameOrigin(f.origin, f.url().origin)
}

// isRaster holds for the types of images that are no documents.
func isRaster(essence string) bool {
	return strings.HasPrefix(essence, "image/") && essence != "image/svg+xml"
}

// containers are the origins of the pages around the frame, from the inside.
func (f *fetching) containers() []Origin {
	return append([]Origin{f.origin}, f.client.ancestors()...)
}

// mediaDocument is the document that a frame makes for audio and video: it may
// ask for them once more, to play them.
//
// https://html.spec.whatwg.org/multipage/document-lifecycle.html#read-media
func (f *fetching) mediaDocument(reply Reply) {
	if kind, _, _ := strings.Cut(f.documentType(reply), "/"); kind != "audio" && kind != "video" {
		return
	}
	w := WireRequest{Method: "GET", URL: f.wireURL(), Maybe: true}
	w.Cookie = f.state.cookieHeader(f.url(), f.cookieContext())
	f.note(frameResponse, "The document is a player, which may ask for what it plays once more.")
	f.noteRequest(w)
	if f.state.Profile[PlayersAskTwice] {
		f.noteRequest(w)
	}
}

// isSandboxed says whether the response puts its document into an opaque origin.
//
// https://w3c.github.io/webappsec-csp/#sandbox-init
func (f *fetching) isSandboxed(reply Reply) bool {
	return sandboxLacks(f.state.Profile.policies(reply.Headers), "allow-same-origin")
}

// isDocument says whether what came is shown in the frame. An attachment and a
// type that browsers do not show are downloads, and the frame stays as it was.
//
// https://html.spec.whatwg.org/multipage/document-lifecycle.html#loading-a-document
func (f *fetching) isDocument(reply Reply) bool {
	if disposition, _ := reply.Headers.Get("Content-Disposition"); f.state.Profile.isAttachment(reply.Headers) {
		return f.fail(WrongType, frameResponse, "Content-Disposition is ", quote(disposition), ": it is a download, and the frame stays as it was.")
	}
	essence := f.documentType(reply)
	if image := strings.HasPrefix(essence, "image/") || essence == "text/html" && contentTypeUnknown(reply) && matchesImage(reply.Body); image &&
		(f.way.Via == "object" || f.way.Via == "embed") && f.state.Profile[ObjectsDecodeImages] && essence != "image/svg+xml" && !f.isImage(reply) {
		return f.fail(WrongType, frameResponse, "What is to be shown is an image that does not decode.")
	}
	if f.shows(essence) {
		return true
	}
	return f.fail(WrongType, frameResponse, contentType(reply.Headers), ", which no frame shows: it is a download, and the frame stays as it was.")
}

// isAttachment says whether the Content-Disposition is one of a download: any type
// but inline.
//
// https://www.rfc-editor.org/rfc/rfc6266#section-4.2
func (p Profile) isAttachment(h Headers) bool {
	disposition, _ := h.Get("Content-Disposition")
	if list := h.SplitValues("Content-Disposition"); len(list) > 0 && p[FirstDispositionCounts] {
		disposition = list[0]
	}
	kind, _, _ := strings.Cut(disposition, ";")
	kind = strings.Trim(kind, httpWhitespace)
	switch {
	case p[OtherDispositionsShown]:
		return strings.EqualFold(kind, "attachment")
	case p[DispositionsReadLoosely]:
		kind, _, _ = strings.Cut(strings.ReplaceAll(kind, "\t", " "), " ")
		return kind != "" && !strings.EqualFold(kind, "inline") && !strings.HasPrefix(strings.ToLower(kind), "filename")
	}
	return IsToken(kind) && !strings.EqualFold(kind, "inline")
}

// contentTypeUnknown holds for a response whose type is to be guessed.
func contentTypeUnknown(reply Reply) bool {
	_, ok := ExtractMIMEType(reply.Headers)
	return !ok
}

// frameOptionsAllow is the check of X-Frame-Options, which frame-ancestors
// stands in for where there is one.
//
// https://html.spec.whatwg.org/multipage/document-lifecycle.html#the-x-frame-options-header
func (f *fetching) frameOptionsAllow(reply Reply) bool {
	if len(f.frameAncestors(reply.Headers)) > 0 {
		return true
	}
	var options []string
	for _, value := range f.state.Profile.frameOptions(reply.Headers) {
		if value = strings.ToLower(value); !slices.Contains(options, value) {
			options = append(options, value)
		}
	}
	known := func(o string) bool { return o == "deny" || o == "sameorigin" || o == "allowall" }
	var denied bool
	switch {
	case len(options) > 1:
		denied = slices.ContainsFunc(options, known)
	case len(options) == 1:
		denied = options[0] == "deny" || options[0] == "sameorigin" && slices.ContainsFunc(f.containers(), func(o Origin) bool { return !SameOrigin(o, f.url().origin) })
	}
	if denied {
		f.fail(FrameOptions, frameOptions, "X-Frame-Options is ", quote(strings.Join(options, ", ")), ": the frame shows nothing.")
	}
	return !denied
}

// frameOptions are the words of X-Frame-Options.
func (p Profile) frameOptions(h Headers) []string {
	words := h.SplitValues("X-Frame-Options")
	if value, found := h.Get("X-Frame-Options"); found && p[FrameOptionsSplitInQuotes] {
		words = strings.Split(value, ",")
	}
	space := "\t "
	if p[FrameOptionsTrimmed] {
		space = "\t\n\v\f\r "
	}
	for i := range words {
		words[i] = strings.Trim(words[i], space)
	}
	return words
}
