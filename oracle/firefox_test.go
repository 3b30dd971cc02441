package oracle

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// Each switch of Firefox's alone changes what it says it does, and without it the
// standard holds.
func TestFirefoxSwitches(t *testing.T) {
	const third = "https://third.test/end"
	see := func(s Switch, r Request, server ServerFunc) Prediction {
		return predictAs(t, Profile{s: true}, r, server)
	}

	get := Request{Via: "fetch", URL: api}
	for list, all := range map[string]bool{"*, a b": true, "x,*,a b": true, "a b, *": false, ", ,\t* ,(": true, "x-a, a b": false} {
		answer := answers(200, "x", "Access-Control-Allow-Origin", "*", "Access-Control-Expose-Headers", list, "ETag", "1")
		assert.False(t, see("", get, answer).Headers.Has("ETag"), list)
		assert.Equal(t, all, see(BrokenListExposesAll, get, answer).Headers.Has("ETag"), list)
	}
	credentialed := Request{Via: "fetch", URL: api, Credentials: "include"}
	assert.False(t, see(BrokenListExposesAll, credentialed, answers(200, "x", "Access-Control-Allow-Origin", app,
		"Access-Control-Allow-Credentials", "true", "Access-Control-Expose-Headers", "*, a b", "ETag", "1")).Headers.Has("ETag"))

	broken := ServerFunc(func(w WireRequest) Reply {
		reply := permissive(w)
		reply.Abort = "in-body"
		return reply
	})
	assert.Equal(t, "TypeError", see("", get, broken).Error)
	assert.Equal(t, "AbortError", see(BrokenBodyAborts, get, broken).Error)

	script := Request{Via: "script", URL: own}
	away := route(map[string]Reply{"app.site.test/x": redirect(302, third)})
	assert.Equal(t, Opaque, see("", script, away).Read)
	assert.Equal(t, Opaque, see(ScriptMutedByLastURL, script, away).Read)
	there := Request{Via: "script", URL: api}
	home := ServerFunc(func(w WireRequest) Reply {
		if w.URL == api {
			return redirect(302, app+"/end")
		}
		return Reply{Status: 200, Headers: h("Content-Type", "text/javascript")}
	})
	assert.Equal(t, Opaque, see("", there, home).Read)
	assert.Equal(t, Allowed, see(ScriptMutedByLastURL, there, home).Read)
}

// The preflight cache of Firefox keeps entries by whether there are credentials,
// and is passed by with two cache modes.
func TestFirefoxPreflightCache(t *testing.T) {
	page := Client{Page: origin(t, app)}
	with := Request{Via: "fetch", URL: api, Method: "PUT", Credentials: "include", Client: page}
	without := Request{Via: "fetch", URL: api, Method: "PUT", Client: page}
	second := func(s Switch, first, then Request) int {
		state := State{Profile: Profile{s: true}}
		_, state = Predict(state, first, ServerFunc(permissive))
		p, _ := Predict(state, then, ServerFunc(permissive))
		return len(p.Wire)
	}
	assert.Equal(t, 1, second("", with, without))
	assert.Equal(t, 2, second(PreflightCacheByCredentials, with, without))
	assert.Equal(t, 1, second(PreflightCacheByCredentials, with, with))
	assert.Equal(t, 1, second(PreflightCacheByCredentials, without, without))
	for mode, requests := range map[string]int{"no-store": 2, "reload": 2, "no-cache": 1, "default": 1} {
		again := without
		again.Cache = mode
		assert.Equal(t, requests, second(PreflightCacheObeysReload, without, again), mode)
		assert.Equal(t, 1, second("", without, again), mode)
	}
}

func TestFirefoxSites(t *testing.T) {
	plain := Request{Via: "fetch", URL: "https://api.site.test/x", Credentials: "include", Client: Client{Page: origin(t, "http://app.site.test")}}
	cookie := Cookie{On: origin(t, "https://api.site.test"), Name: "a", Value: "1", Attributes: "SameSite=Lax"}
	for s, want := range map[Switch]string{"": "", SameSiteIgnoresScheme: "a=1"} {
		p, _ := Predict(State{Profile: Profile{s: true}}.SetCookie(cookie), plain, ServerFunc(permissive))
		assert.Equal(t, want, p.Wire[0].Cookie, s)
	}
}
