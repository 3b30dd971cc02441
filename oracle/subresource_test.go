package oracle

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// files answers each path with what is there, readable by all.
func files(by map[string]Reply) ServerFunc {
	return func(w WireRequest) Reply {
		_, path, _ := strings.Cut(strings.TrimPrefix(w.URL, "https://"), "/")
		reply, found := by[path]
		if !found {
			return Reply{Status: 404}
		}
		reply.Headers = append(permissive(w).Headers, reply.Headers...)
		return reply
	}
}

func js(body string) Reply {
	return Reply{Body: []byte(body), Headers: h("Content-Type", "text/javascript")}
}

func css(body string) Reply {
	return Reply{Body: []byte(body), Headers: h("Content-Type", "text/css")}
}

// conversation is the wire in short: "path", behind it the number of what it
// follows where that is not the one before, and "?" when it may not come.
func conversation(p Prediction) string {
	var out []string
	for _, w := range p.Wire {
		line := w.URL[strings.LastIndexByte(w.URL, '/')+1:]
		if w.Origin != "" {
			line += "@"
		}
		if w.After != 0 {
			line += "<" + itoa(w.After)
		}
		if w.Maybe {
			line += "?"
		}
		out = append(out, line)
	}
	return strings.Join(out, " ")
}

func TestModuleGraphs(t *testing.T) {
	closed := Reply{Body: []byte("1"), Headers: h("Content-Type", "text/javascript", "Access-Control-Allow-Origin", "*")} // a second line
	for name, c := range map[string]struct {
		files  map[string]Reply
		wire   string
		reason Reason
	}{
		"no import":           {map[string]Reply{"x": js("1")}, "x@", ""},
		"breadth first":       {map[string]Reply{"x": js(`import "./a"; import "./b"`), "a": js(`import "./c"`), "b": js(`import "./d"`), "c": js(""), "d": js("")}, "x@ a@<1 b@<1 c@<2 d@<3", ""},
		"asked for once":      {map[string]Reply{"x": js(`import "./a"; import "./b"`), "a": js(`import "./b"`), "b": js(`import "./x"`)}, "x@ a@<1 b@<1", ""},
		"two types are two":   {map[string]Reply{"x": js(`import "./a"; import b from "./a" with {type: "css"}`), "a": js("")}, "x@ a@<1 a@<1", WrongType},
		"json":                {map[string]Reply{"x": js(`import "./a" with {type: "json"}`), "a": {Body: []byte(`"import './b'"`), Headers: h("Content-Type", "application/vnd.x+json")}}, "x@ a@<1", ""},
		"css":                 {map[string]Reply{"x": js(`import "./a" with {type: "css"}`), "a": css(`@import "b"`)}, "x@ a@<1", ""},
		"unknown type":        {map[string]Reply{"x": js(`import "./a"; import "./b" with {type: "html"}`)}, "x@", ""},
		"bare specifier":      {map[string]Reply{"x": js(`import "./a"; import "b"`)}, "x@", ""},
		"bare in an import":   {map[string]Reply{"x": js(`import "./a"`), "a": js(`import "b"; import "./c"`)}, "x@ a@<1", ""},
		"redirected import":   {map[string]Reply{"x": js(`import "./a"; import "./d"`), "a": redirect(302, "https://api.third.test/y/b"), "y/b": js(`import "./c"`), "y/c": js(""), "d": js("")}, "x@ a@<1 b@ d@<1 c@<3", ""},
		"missing":             {map[string]Reply{"x": js(`import "./a"`)}, "x@ a@<1", MissingAllowOrigin},
		"closed":              {map[string]Reply{"x": js(`import "./a"`), "a": closed}, "x@ a@<1", MultipleAllowOrigin},
		"wrong type":          {map[string]Reply{"x": js(`import "./a"`), "a": css("")}, "x@ a@<1", WrongType},
		"a failure stops":     {map[string]Reply{"x": js(`import "./a"; import "./b"`), "a": closed, "b": js(`import "./c"`), "c": js(`import "./d"`), "d": js("")}, "x@ a@<1 b@<1 c@<3? d@<4?", MultipleAllowOrigin},
		"a late one does not": {map[string]Reply{"x": js(`import "./a"; import "./b"`), "a": js(`import "./c"`), "b": js(""), "c": closed}, "x@ a@<1 b@<1 c@<2", MultipleAllowOrigin},
		"import() comes last": {map[string]Reply{"x": js(`import("./a"); import "./b"`), "a": js(""), "b": js(`import("./c")`), "c": js("")}, "x@ b@<1 a@<1 c@<2", ""},
		"import() may fail":   {map[string]Reply{"x": js(`import("./a"); import("./b")`), "b": js("")}, "x@ a@<1 b@<1", ""},
		"awaited":             {map[string]Reply{"x": js(`await import("./a"); import("./b")`), "b": js("")}, "x@ a@<1", MissingAllowOrigin},
	} {
		p, _ := Predict(State{}, Request{Via: "dynamic-import", URL: api, Client: Client{Page: origin(t, app)}}, files(c.files))
		assert.Equal(t, c.wire, conversation(p), name)
		assert.Equal(t, c.reason, p.Reason, name)
	}
}

// An import has the credentials of the script that the page asked for.
func TestCredentialsOfImports(t *testing.T) {
	modules := files(map[string]Reply{"x": js(`import "./a"; import("./b")`), "a": js(""), "b": js("")})
	classic := files(map[string]Reply{"x": js(`import("./b")`), "b": js("")})
	for _, c := range []struct {
		via               Via
		mode, credentials string
		wire              string
	}{
		{"module", "", "", "x@ a@<1 b@<1"},
		{"module", "", "include", "x@+ a@<1+ b@<1+"},
		{"modulepreload", "", "include", "x@+"},
		{"script", "", "", "x+"},
		{"script-cors", "", "", "x@ b@<1"},
		{"script", "cors", "include", "x@+ b@<1+"},
	} {
		state := State{}.SetCookie(jarred(t, "https://api.other.test"))
		server := modules
		if strings.HasPrefix(string(c.via), "script") {
			server = classic
		}
		p, _ := Predict(state, Request{Via: c.via, Mode: c.mode, Credentials: c.credentials, URL: api, Client: Client{Page: origin(t, app)}}, server)
		got := strings.Fields(conversation(p))
		for i, w := range p.Wire {
			if w.Cookie != "" {
				got[i] += "+"
			}
		}
		assert.Equal(t, c.wire, strings.Join(got, " "), "%s %s", c.via, c.credentials)
	}
}

func jarred(t *testing.T, on string) Cookie {
	return Cookie{On: origin(t, on), Path: "/", Name: "a", Value: "1", Attributes: "SameSite=None; Secure"}
}

func TestStyleSheets(t *testing.T) {
	font := Reply{Body: []byte("wOF2....\x00\x00\x00\x0c")}
	for name, c := range map[string]struct {
		files  map[string]Reply
		wire   string
		reason Reason
	}{
		"no import":       {map[string]Reply{"x": css("")}, "x", Tainted},
		"imports":         {map[string]Reply{"x": css(`@import "a"; @import url(b);`), "a": css(`@import "c"`), "b": css(""), "c": css("")}, "x a<1 b<1 c<2", Tainted},
		"asked for once":  {map[string]Reply{"x": css(`@import "a"; @import "b";`), "a": css(`@import "b"`), "b": css("")}, "x a<1 b<1", Tainted},
		"a circle":        {map[string]Reply{"x": css(`@import "a"`), "a": css(`@import "x"`)}, "x a<1", Tainted},
		"not found":       {map[string]Reply{"x": css(`@import "a"; @import "b"`), "b": css("")}, "x a<1 b<1", OpaqueResponseBlocking},
		"wrong type":      {map[string]Reply{"x": css(`@import "a"`), "a": js("")}, "x a<1", WrongType},
		"images":          {map[string]Reply{"x": css(`body { background: url(a); mask-image: url(b) } .unused { background: url(c) }`)}, "x a<1 b@<1", Tainted},
		"the last counts": {map[string]Reply{"x": css(`body { background: url(a) } body { background-image: url(b) }`)}, "x b<1", Tainted},
		"of an import":    {map[string]Reply{"x": css(`@import "a"`), "a": css(`h1 { list-style: url(b) }`)}, "x a<1 b<2", Tainted},
		"a font":          {map[string]Reply{"x": css(`@font-face { font-family: F; src: url(a), url(b) } p { font-family: serif, "F" }`), "a": font}, "x a@<1", Tainted},
		"its next source": {map[string]Reply{"x": css(`@font-face { src: url(a), url(b); font-family: F } p { font: bold 16px/1 F, serif }`), "b": font}, "x a@<1 b@<1", Tainted},
		"a font unused":   {map[string]Reply{"x": css(`@font-face { font-family: F; src: url(a) } p { font-family: G }`)}, "x", Tainted},
		"with CORS":       {map[string]Reply{"x": css(`@import url("a" cross-origin(anonymous))`), "a": css("")}, "x a@<1", Tainted},
		"painted or not":  {map[string]Reply{"x": css(`@import "a"; p { background: url(b) }`)}, "x a<1 b<1?", OpaqueResponseBlocking},
	} {
		p, _ := Predict(State{}, Request{Via: "style", URL: api, Client: Client{Page: origin(t, app)}}, files(c.files))
		assert.Equal(t, c.wire, conversation(p), name)
		assert.Equal(t, c.reason, p.Reason, name)
	}
}
