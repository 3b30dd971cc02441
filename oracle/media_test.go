package oracle

import (
	"encoding/base64"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
)

const (
	svg  = "<svg xmlns='http://www.w3.org/2000/svg'/>"
	gif  = "GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x01D\x00;"
	webm = "\x1A\x45\xDF\xA3\x87\x42\x82\x84webm\x18\x53\x80\x67\x85\x1F\x43\xB6\x75\x80"
)

// An image is one as far as its dimensions.
func TestImages(t *testing.T) {
	jpeg := "\xFF\xD8\xFF\xC0\x00\x0B\x08\x00\x01\x00\x01\x01\x01\x11\x00\xFF\xDA\x00\x08\x01\x01\x00\x00\x3F\x00"
	bmp := "BM\x3A\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00\x01\x00\x18\x00" + string(make([]byte, 24))
	webp := "RIFF\x24\x00\x00\x00WEBPVP8 \x18\x00\x00\x00\x30\x01\x00\x9d\x01\x2a\x01\x00\x01\x00"
	ico := "\x00\x00\x01\x00\x01\x00\x01\x01\x00\x00\x01\x00\x20\x00\x43\x00\x00\x00\x16\x00\x00\x00" + png
	for _, c := range []struct {
		name, body string
		cut        int // how many bytes from the end are one too many to lose
	}{
		{"PNG", png, 27}, {"GIF", gif, 6}, {"JPEG", jpeg, 8}, {"BMP", bmp, 1}, {"WebP", webp, 1}, {"icon", ico, len(png) + 1},
		{"cursor", "\x00\x00\x02\x00" + ico[4:], len(png) + 1}, {"AVIF", "\x00\x00\x00\x0cftypavif\x00\x00\x00\x0cmeta\x00\x00\x00\x00", 1},
	} {
		assert.True(t, isImage(Reply{Body: []byte(c.body)}), c.name)
		assert.True(t, isImage(Reply{Body: []byte(c.body + "more")}), "%s and more", c.name)
		for n := range len(c.body) - c.cut + 1 {
			assert.False(t, isImage(Reply{Body: []byte(c.body[:n])}), "the first %d bytes of %s", n, c.name)
		}
	}
	assert.False(t, isImage(Reply{Body: []byte(svg)}), "SVG goes by its type")
	assert.False(t, isImage(Reply{Body: []byte("BMW is a car maker from Munich, and more about it is a long text")}))
	assert.False(t, isImage(Reply{Body: []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x00IDAT\x00\x00\x00\x00")}), "pixels before the dimensions")
	for body, want := range map[string]bool{
		svg: true, "\n<?xml version='1.0'?><!-- x -->" + svg: false, "<?xml version='1.0' encoding='latin1'?>\n" + svg: true,
		"<s:svg xmlns:s='http://www.w3.org/2000/svg'></s:svg>": true, "<svg/>": false, "<g xmlns='http://www.w3.org/2000/svg'/>": false,
		"<svg xmlns='http://www.w3.org/2000/svg'>": false, "": false, png: false,
	} {
		assert.Equal(t, want, isImage(Reply{Body: []byte(body), Headers: h("Content-Type", "image/svg+xml")}), body)
	}
}

// HTML in an SVG image.
func TestForeignObjects(t *testing.T) {
	const with, nested = "<svg xmlns='http://www.w3.org/2000/svg'><foreignObject/></svg>", "<svg xmlns='http://www.w3.org/2000/svg'><image href='data:image/svg+xml,%s'/></svg>"
	within := fmt.Sprintf(nested, "%3Csvg xmlns=%22http://www.w3.org/2000/svg%22%3E%3CforeignObject/%3E%3C/svg%3E")
	for _, c := range []struct {
		via              Via
		url, body        string
		chromium, webkit Read
	}{
		{"canvas", own, with, Opaque, Opaque},
		{"canvas", own, svg, Allowed, Allowed},
		{"canvas", own, "<svg xmlns='http://www.w3.org/2000/svg'><foreignObject xmlns=''/></svg>", Allowed, Allowed},
		{"canvas", own, within, Opaque, Opaque},
		{"canvas", own, fmt.Sprintf(nested, "%3Csvg xmlns=%22http://www.w3.org/2000/svg%22/%3E"), Allowed, Allowed},
		{"canvas", own, "<svg xmlns='http://www.w3.org/2000/svg'><image href='/a'/><image/></svg>", Allowed, Allowed},
		{"canvas", "data:image/svg+xml," + with, "", Allowed, Allowed},
		{"imagebitmap", "data:image/svg+xml," + with, "", Opaque, Allowed},
		{"input-image", own, with, Allowed, Allowed},
	} {
		r, s := Request{Via: c.via, URL: c.url}, answers(200, c.body, "Content-Type", "image/svg+xml")
		assert.Equal(t, Allowed, predict(t, r, s).Read, "%v", c)
		assert.Equal(t, c.chromium, predictAs(t, ProfileFor("chromium"), r, s).Read, "%v", c)
		assert.Equal(t, c.webkit, predictAs(t, ProfileFor("webkit"), r, s).Read, "%v", c)
	}
	png := answers(200, png, "Content-Type", "image/png")
	assert.Equal(t, Allowed, predictAs(t, ProfileFor("chromium"), Request{Via: "canvas", URL: own}, png).Read)
}

func TestMedia(t *testing.T) {
	whole, open := []string{"Content-Range", "bytes 0-43/44"}, []string{"Content-Range", "bytes 0-43/*"}
	for _, c := range []struct {
		name, body string
		status     int
		headers    []string
		read       Read
	}{
		{"wav", wav, 200, nil, Allowed},
		{"webm", webm, 200, nil, Allowed},
		{"mp3", "ID3", 200, nil, Allowed},
		{"mp3 without a tag", "\xFF\xFB", 200, nil, Allowed},
		{"ogg", "OggS\x00", 200, nil, Allowed},
		{"flac", "fLaC", 200, nil, Allowed},
		{"mp4", "\x00\x00\x00\x10ftypmp42\x00\x00\x00\x00\x00\x00\x00\x08moov", 200, nil, Allowed},
		{"mp4 without its tracks", "\x00\x00\x00\x10ftypmp42\x00\x00\x00\x00", 200, nil, Blocked},
		{"whatever the type", wav, 200, []string{"Content-Type", "application/json", "X-Content-Type-Options", "nosniff"}, Allowed},
		{"all as a part", wav, 206, whole, Allowed},
		{"a part of unknown length", wav, 206, open, Allowed},
		{"all that says which part it is", wav, 200, whole, Allowed},
		{"a part that does not say which", wav, 206, nil, Blocked},
		{"garbage", wav, 206, []string{"Content-Range", "bytes -44/44"}, Blocked},
		{"no unit", wav, 206, []string{"Content-Range", "0-43/44"}, Blocked},
		{"signs", wav, 206, []string{"Content-Range", "bytes +0-43/44"}, Blocked},
		{"a length that is none", wav, 206, []string{"Content-Range", "bytes 0-43/x"}, Blocked},
		{"a later part", wav, 206, []string{"Content-Range", "bytes 1-44/45"}, Blocked},
		{"the rest never comes", wav, 206, []string{"Content-Range", "bytes 0-43/45"}, Blocked},
		{"created", wav, 201, nil, Blocked},
		{"not found", wav, 404, nil, Blocked},
		{"nothing", "", 200, nil, Blocked},
		{"a byte order mark, which is nearly MP3", "\xFF\xFEa\x00", 200, nil, Blocked},
		{"no sound", "hello", 200, nil, Blocked},
		{"a picture", png, 200, nil, Blocked},
		{"half a head", "RIFF\x24\x00\x00\x00WAVE", 200, nil, Blocked},
		{"a head without a body", webm[:12], 200, nil, Blocked},
	} {
		p := predict(t, Request{Via: "audio", URL: own}, answers(c.status, c.body, c.headers...))
		assert.Equal(t, c.read, p.Read, c.name)
		if c.read == Blocked {
			assert.Equal(t, WrongType, p.Reason, c.name)
		}
	}
	back := func(w WireRequest) Reply {
		switch w.URL {
		case own:
			return redirect(302, api)
		case api:
			return redirect(302, app+"/end")
		}
		return Reply{Status: 200, Body: []byte(wav)}
	}
	named := Request{Via: "audio", URL: "https://user@api.other.test/x"}
	assert.Equal(t, Opaque, predictAs(t, ProfileFor("chromium"), named, answers(200, wav)).Read)
	away := func(WireRequest) Reply { return redirect(302, named.URL) }
	assert.Equal(t, EmbeddedCredentials, predictAs(t, ProfileFor("chromium"), Request{Via: "audio", URL: own}, away).Reason)
	assert.Equal(t, Opaque, predict(t, Request{Via: "audio", URL: own}, back).Read, "a chain through another origin and back")
	assert.Equal(t, Allowed, predict(t, Request{Via: "video", URL: "data:audio/wav,ID3"}, back).Read)

	for body, want := range map[string]bool{
		"FORM....AIFF": true, "FORM....AIFX": false, "RIFF....AVI ": true, "RIFF....WEBP": false, "MThd\x00\x00\x00\x06": true, "OggS": false,
		"\x00\x00\x00\x14ftypisom\x00\x00\x00\x00mp41": true, "\x00\x00\x00\x10ftypisommp42": false, "\x00\x00\x00\x18ftypmp42": false,
		"\x00\x00\x00\x0fftypmp42xxx": false, webm: true, "\x1A\x45\xDF\xA3webm": false,
	} {
		assert.Equal(t, want, matchesAudioOrVideo([]byte(body)), "%q", body)
	}
}

// A text track needs its first word only; its mode is same-origin unless the
// media element has crossorigin.
func TestTracks(t *testing.T) {
	for body, read := range map[string]Read{
		"WEBVTT": Allowed, "WEBVTT\n": Allowed, "WEBVTT title": Allowed, "WEBVTT\ttitle": Allowed, "\xEF\xBB\xBFWEBVTT\r": Allowed,
		"WEBVTTX": Blocked, " WEBVTT": Blocked, "webvtt": Blocked, "": Blocked,
	} {
		assert.Equal(t, read, predict(t, Request{Via: "track", URL: own}, answers(404, body, "Content-Type", "text/html")).Read, "%q", body)
	}
	vtt := answers(200, "WEBVTT", "Access-Control-Allow-Origin", "*")
	assert.Equal(t, ModeSameOrigin, predict(t, Request{Via: "track", URL: api}, vtt).Reason)
	assert.Equal(t, Allowed, predict(t, Request{Via: "track", Mode: "cors", URL: api}, vtt).Read)
	away := predict(t, Request{Via: "track", URL: own}, func(WireRequest) Reply { return redirect(302, api) })
	assert.Equal(t, ModeSameOrigin, away.Reason)
	assert.Len(t, away.Wire, 1)
}

func TestSVGDocuments(t *testing.T) {
	for _, c := range []struct {
		kind      string
		status    int
		standard  Read
		chromiums Read
	}{
		{"image/svg+xml", 200, Allowed, Allowed}, {"text/xml", 200, Allowed, Allowed}, {"application/xml", 200, Allowed, Allowed},
		{"application/xhtml+xml", 200, Allowed, Allowed}, {"text/html", 200, Allowed, Blocked}, {"application/foo+xml", 200, Allowed, Blocked},
		{"text/plain", 200, Blocked, Blocked}, {"image/svg+xml", 300, Allowed, Allowed}, {"image/svg+xml", 400, Allowed, Blocked},
		{"image/svg+xml", 204, Blocked, Blocked},
	} {
		reply := answers(c.status, svg, "Content-Type", c.kind)
		assert.Equal(t, c.standard, predict(t, Request{Via: "svg-use", URL: own}, reply).Read, "%s %d", c.kind, c.status)
		assert.Equal(t, c.chromiums, predictAs(t, ProfileFor("chromium"), Request{Via: "svg-use", URL: own}, reply).Read, "%s %d", c.kind, c.status)
	}
	assert.Equal(t, Blocked, predict(t, Request{Via: "svg-use", URL: own}, answers(200, svg)).Read, "no type")
	assert.Empty(t, predict(t, Request{Via: "svg-use", URL: api}, answers(200, svg)).Wire)
	inline := Request{Via: "svg-use", URL: "data:image/svg+xml," + svg}
	assert.Equal(t, Allowed, predict(t, inline, permissive).Read)
	assert.Equal(t, Blocked, predictAs(t, ProfileFor("chromium"), inline, permissive).Read)
}

// Settings of Chromium's own.
func TestEngineSettings(t *testing.T) {
	chromium := ProfileFor("chromium")
	cors := answers(200, svg, "Content-Type", "image/svg+xml", "Access-Control-Allow-Origin", "*")
	assert.Equal(t, []string{"GET " + api + " " + app}, saw(predict(t, Request{Via: "css-filter", URL: api}, cors)))
	assert.Empty(t, saw(predictAs(t, chromium, Request{Via: "css-filter", URL: api}, cors)))
	asked := Request{Via: "svg-feimage", Mode: "cors", URL: api}
	assert.Equal(t, []string{"GET " + api + " " + app}, saw(predict(t, asked, cors)))
	assert.Equal(t, []string{"GET " + api}, saw(predictAs(t, chromium, asked, cors)))

	picture := answers(200, png, "Content-Type", "image/png", "Cross-Origin-Resource-Policy", "same-origin", "X-Frame-Options", "DENY")
	for _, via := range []Via{"object", "embed"} {
		assert.Equal(t, FrameOptions, predict(t, Request{Via: via, URL: api + ".png"}, picture).Reason)
		assert.Equal(t, CrossOriginResourcePolicy, predictAs(t, chromium, Request{Via: via, URL: api + ".PNG"}, picture).Reason)
		assert.Equal(t, FrameOptions, predictAs(t, chromium, Request{Via: via, URL: api + "?a.png"}, picture).Reason)
		assert.Equal(t, Allowed, predictAs(t, chromium, Request{Via: via, URL: own + ".png"}, picture).Read)
	}
	upgrading := Client{Page: origin(t, app), Headers: h("Content-Security-Policy", "upgrade-insecure-requests")}
	for _, via := range []Via{"object", "embed", "iframe"} {
		assert.Equal(t, []string{"GET " + api}, saw(predict(t, Request{Via: via, Client: upgrading, URL: plain}, permissive)))
		assert.Equal(t, via != "iframe", predictAs(t, chromium, Request{Via: via, Client: upgrading, URL: plain}, permissive).Reason == MixedContent)
	}
	missing := answers(404, png, "Content-Type", "image/png")
	assert.Equal(t, WrongType, predict(t, Request{Via: "object", URL: api}, missing).Reason)
	assert.Equal(t, WrongType, predictAs(t, chromium, Request{Via: "object", URL: api + ".png"}, missing).Reason)
	assert.Equal(t, Opaque, predict(t, Request{Via: "embed", URL: api}, missing).Read)
}

// Chromium's media elements look at what a data: URL is called.
func TestMediaOfDataURLs(t *testing.T) {
	for kind, want := range map[string]Read{"audio/wav": Allowed, "AUDIO/WAV;codecs=1": Allowed, "video/webm": Allowed, "audio/wave": Blocked, "text/plain": Blocked, "audio/wav ;a=b": Blocked} {
		r := Request{Via: "audio", URL: "data:" + kind + ";base64," + base64.StdEncoding.EncodeToString([]byte(wav))}
		assert.Equal(t, Allowed, predict(t, r, permissive).Read, kind)
		assert.Equal(t, want, predictAs(t, ProfileFor("chromium"), r, permissive).Read, kind)
	}
}
