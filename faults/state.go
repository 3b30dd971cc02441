package faults

import (
	"net/http"
	"sync"

	"github.com/corsproof/corsproof/policy"
)

// state are servers in which one request leaves something for the next.
var state = []Fault{
	{
		Name: "first-origin-kept", About: "The first origin that asks is named in all answers from then on.",
		Class: policy.Refused, Cause: "origin", Policy: reads(app, admin),
		Faulty: func() http.Handler {
			var once sync.Once
			var kept string
			return remembering(func(origin string) string {
				once.Do(func() { kept = origin })
				return kept
			})
		},
		Correct: func() http.Handler { return remembering(same) },
	},
	{
		Name: "last-origin-kept", About: "The origin is kept in a field of the server, and answered before it is renewed.",
		Class: policy.Refused, Cause: "repeated", Policy: reads(app, admin),
		Faulty: func() http.Handler {
			var mu sync.Mutex
			last := admin
			return remembering(func(origin string) string {
				mu.Lock()
				defer mu.Unlock()
				answer := last
				last = origin
				return answer
			})
		},
		Correct: func() http.Handler { return remembering(same) },
	},
	{
		Name: "header-kept", About: "The lines are collected in a header of the server's own that is never emptied.",
		Class: policy.Refused, Cause: "multiple-allow-origin", Policy: reads(app, admin),
		Faulty: func() http.Handler {
			var mu sync.Mutex
			lines := []string{app}
			return collecting(func(origin string) []string {
				mu.Lock()
				defer mu.Unlock()
				lines = append(lines, origin)
				return lines[max(0, len(lines)-3):]
			})
		},
		Correct: func() http.Handler { return collecting(func(origin string) []string { return []string{origin} }) },
	},
	{
		Name: "every-other", About: "A regular expression that remembers where it was lets in every other request, as /g does in JavaScript.",
		Class: policy.Refused, Cause: "repeated", Policy: reads(app),
		Faulty: func() http.Handler {
			var mu sync.Mutex
			begun := false
			return cors{allow: func(origin string) bool {
				mu.Lock()
				defer mu.Unlock()
				begun = origin == app && !begun
				return begun
			}}.handler(items)
		},
		Correct: reading(only(app)),
	},
	{
		Name: "pooled", About: "What is reused from a pool is not reset: who is refused gets what the one before was given.",
		Class: policy.Leak, Cause: "foreign", Policy: reads(app),
		Faulty:  pooled(false),
		Correct: pooled(true),
	},
	{
		Name: "shared-backing-array", About: "Two lists of origins are appended to one slice with room, so that the second overwrites the first.",
		Class: policy.Refused, Cause: "origin", Policy: reads(app, admin),
		Faulty:  twoLists(4),
		Correct: twoLists(1),
	},
}

// remembering lets in two origins, and names whom answer says.
func remembering(answer func(origin string) string) http.Handler {
	return answering(only(app, admin), answer)()
}

// collecting lets in two origins, with the lines that it is given.
func collecting(lines func(origin string) []string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Vary", "Origin")
		if origin := r.Header.Get("Origin"); oneOf(origin, app, admin) != "" {
			w.Header()["Access-Control-Allow-Origin"] = lines(origin)
		}
		items(w, r)
	})
}

// pooled keeps what it knows of a request in a struct from a pool of one, and
// resets it or does not.
func pooled(reset bool) func() http.Handler {
	type request struct{ allowed bool }
	return func() http.Handler {
		pool := make(chan *request, 1)
		pool <- &request{allowed: true} // by a request before
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Vary", "Origin")
			req := <-pool
			if reset {
				*req = request{}
			}
			origin := r.Header.Get("Origin")
			req.allowed = req.allowed || origin == app
			if req.allowed {
				put(w.Header(), "Access-Control-Allow-Origin", origin)
			}
			pool <- req
			items(w, r)
		})
	}
}

// twoLists has a list of origins for each of two routes, both begun with a
// common one that has this much room.
func twoLists(room int) func() http.Handler {
	return func() http.Handler {
		common := append(make([]string, 0, room), app)
		forItems := append(common, admin)
		forOrders := append(common, office)
		serve := http.NewServeMux()
		serve.Handle("/items", cors{allow: only(forItems...)}.handler(items))
		serve.Handle("/orders", cors{allow: only(forOrders...)}.handler(http.HandlerFunc(list)))
		serve.Handle("/", cors{allow: only(app, admin)}.handler(http.NotFoundHandler()))
		return serve
	}
}
