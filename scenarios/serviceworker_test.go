package scenarios

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestResponder(t *testing.T) {
	for script, want := range map[string]string{
		"onfetch = () => {}": "",
		"onfetch = (e) => e.respondWith(fetch(e.request));":                                         "pass",
		"addEventListener('fetch', (event) => {\n  event.respondWith( fetch(event.request) )\n})":   "pass",
		"onfetch = ({request, respondWith}) => respondWith(fetch(request))":                         "pass",
		`onfetch = (e) => e.respondWith(fetch(e.request.url, {mode: "cors"}))`:                      "cors",
		"onfetch = function (e) { e.respondWith(fetch(e.request.url, { mode: 'no-cors' })); };":     "opaque",
		"onfetch = (e) => e.respondWith(Response.error())":                                          "error",
		"onfetch = (e) => e.respondWith(new Response('tea'))":                                       "?",
		"onfetch = (e) => e.respondWith(fetch(e.request, {cache: 'reload'}))":                       "?",
		"onfetch = (e) => { if (e.request.mode == 'cors') e.respondWith(Response.error()) }":        "?",
		"onfetch = (e) => e.request.mode == 'cors' && e.respondWith(Response.error())":              "?",
		"onfetch = (e) => { e.respondWith(Response.error()); e.respondWith(fetch(e.request)) }":     "?",
		"onfetch = (e) => e.respondWith(fetch(e.request).then((r) => r.ok ? r : Response.error()))": "?",
	} {
		word, known := ServiceWorker{Script: script}.responder()
		if !known {
			word = "?"
		}
		assert.Equal(t, want, word, script)
	}
	word, known := ServiceWorker{Responds: "cors"}.responder()
	assert.Equal(t, "cors", word)
	assert.True(t, known)
}
