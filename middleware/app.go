package middleware

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// The application is the same on every product, written the way of its framework:
//
//	GET                          /            a text
//	GET POST PUT PATCH DELETE    /items/{id}  an item, as JSON, that a browser may keep for a minute
//	GET                          /failing     an error, 500
//
// All else is not found, by the router's own word. Nothing in it knows of CORS.
const (
	homePath    = "/"
	itemPath    = "/items/1"
	failingPath = "/failing"
	missingPath = "/missing"
)

// itemMethods are those that an item serves.
var itemMethods = []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}

// itemHeaders are the response headers of an item.
var itemHeaders = [][2]string{
	{"Cache-Control", "max-age=60"},
	{"X-Total-Count", "3"},
	{"X-Internal", "1"}, // no policy exposes it
}

// item is what /items/{id} answers.
type item struct {
	ID     string `json:"id"`
	Method string `json:"method"`
}

// application is the application on net/http's router.
func application() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", home)
	for _, method := range itemMethods {
		mux.HandleFunc(method+" /items/{id}", func(w http.ResponseWriter, r *http.Request) { writeItem(w, r, r.PathValue("id")) })
	}
	mux.HandleFunc("GET /failing", failing)
	return mux
}

func home(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ready") }

func failing(w http.ResponseWriter, _ *http.Request) {
	http.Error(w, "this fails, as it should", http.StatusInternalServerError)
}

func writeItem(w http.ResponseWriter, r *http.Request, id string) {
	for _, h := range itemHeaders {
		w.Header().Set(h[0], h[1])
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(item{ID: id, Method: r.Method})
}
