package setups

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/gorilla/mux"
)

const app = "https://app.site.test"

// allowed are the origins of the allow-lists.
var allowed = []string{app, "https://app.site.test:8443"}

// GorillaMuxRoutes are the routes of external/express/server.js, written with
// gorilla/mux, and its own trap: /use.
//
// The CORS headers are the same as Express's with its cors package, but for
// two things. A method that a path has no route for, OPTIONS among them, is
// answered 405 by mux, where Express answers OPTIONS with 200 and Allow; both
// lack CORS headers. And a list that says no by a function is a list like any
// other here: /allow-list/quiet-function is answered like /allow-list/array.
func GorillaMuxRoutes() http.Handler {
	r := mux.NewRouter()

	// None, everyone, one.
	get(r, "/without-cors", reply("without-cors"))
	get(r, "/with-cors", corsOptions{}.handler(reply("with-cors")))
	get(r, "/products/{id}", corsOptions{only: app}.handler(product()))

	// Several: an allow-list.
	for path, o := range map[string]corsOptions{
		"/allow-list/array":          {allow: oneOf(allowed...)},
		"/allow-list/function":       {allow: oneOfOrError(allowed...)},
		"/allow-list/quiet-function": {allow: oneOf(allowed...)},
	} {
		r.Handle(path, o.handler(reply(path[1:]))).Methods("GET", "HEAD", "PUT", "OPTIONS")
	}

	// A preflight on one route: OPTIONS is one of its methods.
	everyone := corsOptions{}
	r.Handle("/preflighted", everyone.handler(reply("preflighted"))).Methods("GET", "HEAD", "PUT", "DELETE", "OPTIONS")

	// Forgotten: mux answers 405, and the handler's CORS never runs.
	r.Handle("/not-preflighted", everyone.handler(reply("not-preflighted"))).Methods("PUT")

	// Half done: the preflight passes, the answer can't be read.
	r.Handle("/preflight-only", everyone.handler(nil)).Methods("OPTIONS")
	r.Handle("/preflight-only", reply("preflight-only")).Methods("PUT")

	strict := corsOptions{
		only: app, methods: []string{"PUT", "PATCH"}, headers: []string{"Content-Type", "X-Token"}, maxAge: 600,
	}
	r.Handle("/strict", strict.handler(reply("strict")))

	r.Handle("/notes", everyone.handler(note())).Methods("POST", "OPTIONS")

	// On all routes below a prefix: a route for OPTIONS without a path.
	everyPath := r.PathPrefix("/every-path").Subrouter()
	everyPath.Methods("OPTIONS").Handler(everyone.handler(nil))
	everyPath.Handle("/items/{id}", everyone.handler(reply("every-path/items"))).Methods("PUT")
	everyPath.Handle("/bare", reply("every-path/bare")).Methods("PUT")

	// Around the router, not in it: the way that also covers 404s and errors.
	everywhere := mux.NewRouter()
	everywhere.Handle("/everywhere/items/{id}", reply("everywhere/items")).Methods("PUT")
	get(everywhere, "/everywhere/failing", failing())
	r.PathPrefix("/everywhere/").Handler(everyone.handler(everywhere))

	// The trap: middleware of Use runs on a route that matches, and no route
	// matches OPTIONS. Every preflight gets mux's 405.
	use := r.PathPrefix("/use").Subrouter()
	use.Use(everyone.handler)
	use.Handle("/items", reply("use/items")).Methods("PUT")

	// The way out of it: the route takes OPTIONS as well.
	useOptions := r.PathPrefix("/use-options").Subrouter()
	useOptions.Use(everyone.handler)
	useOptions.Handle("/items", reply("use-options/items")).Methods("PUT", "OPTIONS")

	// Credentials.
	anyone := func(string) (bool, error) { return true, nil }
	for path, o := range map[string]corsOptions{
		"/account":            {only: app, credentials: true},
		"/account-wildcard":   {credentials: true},
		"/account-reflecting": {allow: anyone, credentials: true},
	} {
		r.Handle(path, o.handler(account(path[1:]))).Methods("GET", "HEAD", "PUT", "OPTIONS")
	}

	// What script can see.
	get(r, "/orders", corsOptions{expose: []string{"X-Total-Count"}}.handler(orders()))
	get(r, "/failing", everyone.handler(failing()))
	return r
}

func get(r *mux.Router, path string, h http.Handler) { r.Handle(path, h).Methods("GET", "HEAD") }

func reply(route string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		writeJSON(w, http.StatusOK, struct {
			Route  string `json:"route"`
			Method string `json:"method"`
		}{route, r.Method})
	})
}

func product() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		writeJSON(w, http.StatusOK, struct {
			Route string `json:"route"`
			ID    string `json:"id"`
		}{"products", mux.Vars(r)["id"]})
	})
}

func note() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var note json.RawMessage
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&note); err != nil {
			http.Error(w, "Bad Request", http.StatusBadRequest)
			return
		}
		writeJSON(w, http.StatusCreated, struct {
			Route string          `json:"route"`
			Note  json.RawMessage `json:"note"`
		}{"notes", note})
	})
}

func account(route string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var cookie *string // null without
		if lines := r.Header["Cookie"]; lines != nil {
			joined := strings.Join(lines, "; ")
			cookie = &joined
		}
		writeJSON(w, http.StatusOK, struct {
			Route  string  `json:"route"`
			Method string  `json:"method"`
			Cookie *string `json:"cookie"`
		}{route, r.Method, cookie})
	})
}

func orders() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Total-Count", "3")
		w.Header().Set("X-Page", "1")
		writeJSON(w, http.StatusOK, struct {
			Route  string `json:"route"`
			Orders []int  `json:"orders"`
		}{"orders", []int{1, 2, 3}})
	})
}

func failing() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, "Internal Server Error", http.StatusInternalServerError)
	})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		http.Error(w, "Internal Server Error", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	w.Write(body)
}
