package harness

import (
	"cmp"
	"encoding/json"
	"fmt"
	"html"
	"strings"

	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
)

// Snippet is what the page of a request does, as the line of script or markup
// that a person would write.
func Snippet(r oracle.Request) string {
	url := scenarios.StripToken(r.URL)
	switch r.Via {
	case "fetch", "worker-fetch":
		return "await fetch(" + quoted(url) + fetchInit(r) + ")"
	case "xhr":
		return xhr(r, url)
	case "module":
		return element("script", `type="module"`, "src", url, r, "") + "</script>"
	case "dynamic-import":
		return "await import(" + quoted(url) + ")"
	case "json-module", "css-module":
		return "await import(" + quoted(url) + `, {with: {type: "` + strings.TrimSuffix(string(r.Via), "-module") + `"}})`
	case "import-map":
		return `<script type="importmap">{"imports": {"name": ` + quoted(url) + `}}</script>  await import("name")`
	case "preload":
		return element("link", `rel="preload" as="`+cmp.Or(r.As, "image")+`"`, "href", url, r, "")
	case "modulepreload":
		if r.As != "" {
			return element("link", `rel="modulepreload" as="`+r.As+`"`, "href", url, r, "")
		}
		return element("link", `rel="modulepreload"`, "href", url, r, "")
	case "prefetch", "manifest":
		return element("link", `rel="`+string(r.Via)+`"`, "href", url, r, "")
	case "css-import":
		return "@import url(" + quoted(url) + ")"
	case "script", "script-cors":
		return element("script", "", "src", url, r, "script-cors") + "</script>"
	case "img", "img-cors":
		return element("img", "", "src", url, r, "img-cors")
	case "canvas":
		return element("img", "", "src", url, r, "") + "  context.drawImage(img, 0, 0); context.getImageData(0, 0, 1, 1)"
	case "imagebitmap":
		return element("img", "", "src", url, r, "") + "  await createImageBitmap(img)"
	case "img-srcset":
		return element("img", "", "srcset", url, r, "")
	case "input-image":
		return element("input", `type="image"`, "src", url, r, "")
	case "svg-image":
		return element("image", "", "href", url, r, "") + "</image>"
	case "svg-feimage":
		return element("feImage", "", "href", url, r, "") + "</feImage>"
	case "svg-use":
		return element("use", "", "href", withFragment(url, "shape"), r, "") + "</use>"
	case "audio", "video":
		return element(string(r.Via), "", "src", url, r, "") + "</" + string(r.Via) + ">"
	case "poster":
		return element("video", "", "poster", url, r, "") + "</video>"
	case "track":
		media := strings.TrimSuffix(element("video", "", "src", "", r, ""), ">")
		return strings.Replace(media, ` src=""`, "", 1) + `><track src="` + html.EscapeString(url) + `"></video>`
	case "icon":
		return element("link", `rel="icon"`, "href", url, r, "")
	case "object":
		return element("object", "", "data", url, r, "") + "</object>"
	case "embed":
		return element("embed", "", "src", url, r, "")
	case "webgl":
		return element("img", "", "src", url, r, "") + "  gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, img)"
	case "style", "style-cors":
		return element("link", `rel="stylesheet"`, "href", url, r, "style-cors")
	case "font":
		return "await new FontFace(\"F\", " + quoted("url("+url+")") + ").load()"
	case "font-face":
		return "@font-face { font-family: F; src: url(" + quoted(url) + ") }"
	case "css-image":
		return "background-image: url(" + quoted(url) + ")"
	case "eventsource":
		if r.Credentials == "include" {
			return "new EventSource(" + quoted(url) + ", {withCredentials: true})"
		}
		return "new EventSource(" + quoted(url) + ")"
	case "websocket":
		return "new WebSocket(" + quoted(strings.Replace(url, "http", "ws", 1)) + ")"
	case "beacon":
		if r.Body == nil {
			return "navigator.sendBeacon(" + quoted(url) + ")"
		}
		return "navigator.sendBeacon(" + quoted(url) + ", " + bodyText(r.Body) + ")"
	case "form":
		return form(r, url)
	case "css-border":
		return "border-image: url(" + quoted(url) + ") 1"
	case "css-cursor":
		return "cursor: url(" + quoted(url) + "), auto"
	case "css-mask":
		return "mask-image: url(" + quoted(url) + ")"
	case "css-shape":
		return "float: left; shape-outside: url(" + quoted(url) + ")"
	case "css-clip-path":
		return "clip-path: url(" + quoted(withFragment(url, "clip")) + ")"
	case "css-filter":
		return "filter: url(" + quoted(withFragment(url, "filter")) + ")"
	case "worker":
		return "new Worker(" + quoted(url) + ")"
	case "worker-module":
		return "new Worker(" + quoted(url) + `, {type: "module"` + credentialsField(r, ", ") + "})"
	case "worker-import":
		return "import " + quoted(url) + "; // in a worker of type module" + credentialsField(r, ", ")
	case "shared-worker":
		return "new SharedWorker(" + quoted(url) + ")"
	case "service-worker":
		return "await navigator.serviceWorker.register(" + quoted(url) + ")"
	case "import-scripts":
		return "importScripts(" + quoted(url) + ")"
	case "audioworklet":
		options := credentialsField(r, "")
		if options != "" {
			options = ", {" + options + "}"
		}
		return "await audioContext.audioWorklet.addModule(" + quoted(url) + options + ")"
	case "iframe":
		return element("iframe", "", "src", url, r, "") + "</iframe>"
	}
	return fmt.Sprintf("%s %s", r.Via, url)
}

// withFragment names a part of a document, unless the URL does so itself.
func withFragment(url, name string) string {
	if strings.Contains(url, "#") {
		return url
	}
	return url + "#" + name
}

// element is a start tag; cors names the way to load that has a crossorigin
// attribute without being asked.
func element(name, attributes, urlAttribute, url string, r oracle.Request, cors oracle.Via) string {
	var b strings.Builder
	b.WriteString("<" + name)
	if attributes != "" {
		b.WriteString(" " + attributes)
	}
	fmt.Fprintf(&b, ` %s="%s"`, urlAttribute, html.EscapeString(url))
	switch {
	case r.Credentials == "include" && (r.Mode == "cors" || r.Via == cors || r.Via == "module" || r.Via == "modulepreload" || r.Via == "manifest"):
		b.WriteString(` crossorigin="use-credentials"`)
	case r.Mode == "cors" || r.Via == cors:
		b.WriteString(" crossorigin")
	}
	if r.ReferrerPolicy != "" {
		fmt.Fprintf(&b, ` referrerpolicy="%s"`, html.EscapeString(r.ReferrerPolicy))
	}
	if r.Integrity != "" {
		fmt.Fprintf(&b, ` integrity="%s"`, html.EscapeString(r.Integrity))
	}
	b.WriteString(">")
	return b.String()
}

// form is the start tag of a form and its body, if it has one.
func form(r oracle.Request, url string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<form action="%s"`, html.EscapeString(url))
	if r.Method != "" {
		fmt.Fprintf(&b, ` method="%s"`, html.EscapeString(r.Method))
	}
	if r.Body == nil {
		return b.String() + ">"
	}
	if enctype, _, _ := strings.Cut(r.Body.Type, ";"); enctype != "" {
		fmt.Fprintf(&b, ` enctype="%s"`, html.EscapeString(enctype))
	}
	return b.String() + ">  " + record.Text(r.Body.Bytes)
}

// credentialsField is the member of an options object behind what comes before.
func credentialsField(r oracle.Request, before string) string {
	if r.Credentials == "" {
		return ""
	}
	return before + "credentials: " + quoted(r.Credentials)
}

func fetchInit(r oracle.Request) string {
	var fields []string
	add := func(name, value string) {
		if value != "" {
			fields = append(fields, name+": "+quoted(value))
		}
	}
	add("method", r.Method)
	add("mode", r.Mode)
	add("credentials", r.Credentials)
	add("redirect", r.Redirect)
	add("cache", r.Cache)
	add("referrerPolicy", r.ReferrerPolicy)
	add("integrity", r.Integrity)
	if len(r.Headers) > 0 {
		fields = append(fields, "headers: {"+headerFields(r.Headers)+"}")
	}
	if r.Body != nil {
		fields = append(fields, "body: "+bodyText(r.Body))
	}
	if r.Body != nil && r.Body.Stream {
		fields = append(fields, `duplex: "half"`)
	}
	if r.Keepalive {
		fields = append(fields, "keepalive: true")
	}
	if len(fields) == 0 {
		return ""
	}
	return ", {" + strings.Join(fields, ", ") + "}"
}

func xhr(r oracle.Request, url string) string {
	lines := []string{fmt.Sprintf("xhr.open(%s, %s%s)", quoted(methodOf(r)), quoted(url), map[bool]string{true: ", false"}[r.Sync])}
	if r.Credentials == "include" {
		lines = append(lines, "xhr.withCredentials = true")
	}
	for _, h := range r.Headers {
		lines = append(lines, fmt.Sprintf("xhr.setRequestHeader(%s, %s)", quoted(h.Name), quoted(h.Value)))
	}
	if r.UploadListener {
		lines = append(lines, "xhr.upload.onprogress = () => {}")
	}
	body := ""
	if r.Body != nil {
		body = bodyText(r.Body)
	}
	return strings.Join(append(lines, "xhr.send("+body+")"), "; ")
}

func headerFields(headers oracle.Headers) string {
	fields := make([]string, len(headers))
	for i, h := range headers {
		fields[i] = quoted(h.Name) + ": " + quoted(h.Value)
	}
	return strings.Join(fields, ", ")
}

func bodyText(b *oracle.Body) string {
	shown := quoted(record.Text(b.Bytes))
	switch b.Type {
	case "text/plain;charset=UTF-8":
		return shown
	case "application/x-www-form-urlencoded;charset=UTF-8":
		return "new URLSearchParams(" + shown + ")"
	case "":
		if b.Stream {
			return "stream"
		}
		return "bytes"
	}
	return "new Blob([" + shown + "], {type: " + quoted(b.Type) + "})"
}

func quoted(s string) string {
	b, err := json.Marshal(s)
	if err != nil { // a string always marshals
		return `"?"`
	}
	return string(b)
}
