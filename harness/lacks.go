package harness

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/fixtures"
	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
)

// lack is what an engine does not have and a step asks for, beside ways to load:
// no verdict on CORS can come of it.
type lack struct {
	engine string
	asked  func(scenarios.Step) bool
	why    string
}

var lacks = []lack{
	{browser.Firefox, preloadsTrack, "this Firefox preloads no text tracks"},
	{browser.Firefox, preloadsNoScript, "this Firefox preloads no modules but scripts"},
	{browser.Firefox, waitsForRest, "this Firefox waits for ever for the rest of a sound that may be a part of more, and no event tells"},
	{browser.Firefox, leadsToOddHost, "this Firefox asks no host that has an exclamation mark in its name"},
	{browser.Firefox, framedUnheard, "what this Firefox logs of frame-ancestors names no frame, and neither script nor Resource Timing tells whether a page without an origin, or in another page, shows it"},
	{browser.Firefox, sendsStream, "this Firefox cannot send a stream, and makes a string of it"},
	{browser.WebKit, sendsStream, "this WebKit cannot send a stream"},
	{browser.WebKit, setsPermissions, "this WebKit has none of the permissions of local network access, and lets every page in"},
	{browser.WebKit, importsStyles, "this WebKit has no import of style sheets into modules"},
	{browser.WebKit, asksPerson, "WebKitGTK asks for a name and a password in a window of its own, where no driver can say no"},
	{browser.WebKit, dataWorkers, "a data: document of this WebKit can start no worker from a blob"},
	{browser.WebKit, importsUnknown, "no event tells that an import of an unknown type has failed: this WebKit's module neither loads nor fails"},
	{browser.WebKit, playsBox, "of MP4 in which nothing can play this WebKit's media framework says nothing at times, one time in six: neither that it plays nor that it does not"},
	{browser.WebKit, cutsNothing, "the network process of this WebKit dies of a Range that is empty, when it asks for a part of a blob: all its pages would wait for ever"},
	{browser.WebKit, hidesTaint, "no page can tell whether this WebKit takes what was redirected for opaque: it has no captureStream(), and shows a status to whom Timing-Allow-Origin lets look"},
}

// lacking says why a step can come to nothing in an engine, "" if it can.
func lacking(engine string, s scenarios.Step) string {
	for _, l := range lacks {
		if l.engine == engine && l.asked(s) {
			return l.why
		}
	}
	return ""
}

func preloadsTrack(s scenarios.Step) bool {
	return s.Request.Via == "preload" && s.Request.As == "track"
}

func preloadsNoScript(s scenarios.Step) bool {
	return s.Request.Via == "modulepreload" && (s.Request.As == "json" || s.Request.As == "style")
}

var firstBytes = regexp.MustCompile(`^bytes 0-(\d+)/(\*|\d+)$`)

// waitsForRest holds for a first part of a sound that is not said to be all.
func waitsForRest(s scenarios.Step) bool {
	if s.Request.Via != "audio" && s.Request.Via != "video" || s.Server.Response.Status != 206 {
		return false
	}
	return slices.ContainsFunc(s.Server.Response.Headers, func(h scenarios.Line) bool {
		numbers := firstBytes.FindStringSubmatch(h.Value.String())
		if !strings.EqualFold(h.Name, "Content-Range") || numbers == nil {
			return false
		}
		last, _ := strconv.Atoi(numbers[1])
		whole, err := strconv.Atoi(numbers[2])
		return err != nil || whole > last+1
	})
}

// framedUnheard holds for a frame in a page without an origin, or in another page,
// whose policy says who may show it.
func framedUnheard(s scenarios.Step) bool {
	within := strings.HasPrefix(s.Request.From, "opaque-") || s.Page != nil && (s.Page.Top != "" || s.Page.Sandbox != nil)
	return within && inFrame(s.Request.Via) && slices.ContainsFunc(s.Server.Replies(), func(r scenarios.Reply) bool {
		return slices.ContainsFunc(r.Headers, func(h scenarios.Line) bool {
			return strings.EqualFold(h.Name, "Content-Security-Policy") && strings.Contains(h.Value.String(), "frame-ancestors")
		})
	})
}

var oddHost = regexp.MustCompile(`^https?://[^/?#]*!`)

func leadsToOddHost(s scenarios.Step) bool {
	return slices.ContainsFunc(s.Server.Redirects, func(hop scenarios.Hop) bool {
		return hop.Location != nil && oddHost.MatchString(hop.Location.String())
	})
}

// lacking says why a step of a trial can come to nothing in this browser, as it is
// reached and driven, "" if it can.
func (s *session) lacking(t *trial, step int) string {
	info := s.browser.Info()
	switch {
	case info.Asks && asksPerson(t.perm.Steps[step]):
		return "by WebDriver BiDi nothing keeps this browser from asking a person for a name and a password"
	case info.Asks && showsErrorPage(t.perm.Steps[step], &t.steps[step]):
		return "by WebDriver BiDi this browser does not say that a frame shows an error page, and script cannot tell"
	case !s.caches && t.steps[step].usesCache():
		return "this browser keeps nothing in its HTTP cache of a server whose certificate it was told to ignore"
	}
	return ""
}

// showsErrorPage holds for a frame that shows an error page by either prediction.
func showsErrorPage(s scenarios.Step, t *trialStep) bool {
	blocked := t.standard.Read == oracle.Blocked || t.profile != nil && t.profile.Read == oracle.Blocked
	return blocked && slices.Contains([]oracle.Via{"iframe", "object", "embed"}, s.Request.Via)
}

func sendsStream(s scenarios.Step) bool { return s.Request.Body != nil && s.Request.Body.Stream }

func setsPermissions(s scenarios.Step) bool { return s.Page != nil && len(s.Page.Permissions) > 0 }

var styleImport = regexp.MustCompile(`\bwith\s*:?\s*\{\s*type\s*:\s*["']css["']`)

var unknownImport = regexp.MustCompile(`\bwith\s*:?\s*\{\s*type\s*:\s*["']([^"']*)["']`)

func importsUnknown(s scenarios.Step) bool {
	return s.Request.Via == "module" && slices.ContainsFunc(s.Server.Replies(), func(r scenarios.Reply) bool {
		if r.Body == nil {
			return false
		}
		kind := unknownImport.FindStringSubmatch(r.Body.String())
		return kind != nil && kind[1] != "json" && kind[1] != "css"
	})
}

func importsStyles(s scenarios.Step) bool {
	if s.Request.Via == "modulepreload" && s.Request.As == "style" {
		return true
	}
	return slices.ContainsFunc(s.Server.Replies(), func(r scenarios.Reply) bool {
		return r.Body != nil && styleImport.MatchString(r.Body.String())
	})
}

// asksPerson holds for a challenge that a person may answer: of the page's own
// origin, since to others no credentials go.
func asksPerson(s scenarios.Step) bool {
	from, _, err := scenarios.ResolveOrigin(s.Request.From)
	to, _, other := scenarios.ResolveOrigin(s.Request.To)
	return err == nil && other == nil && from == to && slices.ContainsFunc(s.Server.Replies(), func(r scenarios.Reply) bool {
		return r.Status == 401 && slices.ContainsFunc(r.Headers, func(h scenarios.Line) bool {
			scheme, _, _ := strings.Cut(h.Value.String(), " ")
			return strings.EqualFold(h.Name, "WWW-Authenticate") && slices.Contains([]string{"basic", "digest"}, strings.ToLower(scheme))
		})
	})
}

func dataWorkers(s scenarios.Step) bool {
	return s.Request.From == "opaque-data" && fixtures.Ways()[s.Request.Via].In != ""
}

// isBox matches MP4 in which nothing but boxes without sound or pictures has room.
var isBox = regexp.MustCompile(`(?s)^.{4}(ftyp|styp|free|skip|moov).{0,32}$`)

func playsBox(s scenarios.Step) bool {
	player := s.Request.Via == "audio" || s.Request.Via == "video"
	return player && s.Server.Response.Body != nil && isBox.MatchString(s.Server.Response.Body.String())
}

var noLastBytes = regexp.MustCompile(`=[\t ]*-0+[\t ]*$`)

// cutsNothing holds for a Range that asks a blob for its last 0 bytes.
func cutsNothing(s scenarios.Step) bool {
	return s.Request.To == "blob:" && slices.ContainsFunc(s.Request.Headers, func(h scenarios.Line) bool {
		return strings.EqualFold(h.Name, "Range") && noLastBytes.MatchString(h.Value.String())
	})
}

func hidesTaint(s scenarios.Step) bool {
	if s.Request.Mode == "cors" || len(s.Server.Redirects) == 0 {
		return false
	}
	return slices.Contains([]oracle.Via{"audio", "video", "input-image", "preload"}, s.Request.Via)
}
