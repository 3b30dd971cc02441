// Package shop is a small API on gorilla/mux, for pages of three other origins.
package shop

import (
	"encoding/json"
	"net/http"
	"strconv"
	"sync"

	"github.com/gorilla/mux"
)

// Item is something to buy.
type Item struct {
	ID    int    `json:"id"`
	Name  string `json:"name"`
	Cents int    `json:"cents"`
}

// New is the API, with two items in it.
func New() http.Handler {
	s := &shop{items: map[int]Item{1: {1, "Teapot", 2900}, 2: {2, "Cup", 700}}}
	r := mux.NewRouter()
	r.HandleFunc("/items", s.list).Methods(http.MethodGet)
	r.HandleFunc("/items/{id:[0-9]+}", s.get).Methods(http.MethodGet)
	r.HandleFunc("/items/{id:[0-9]+}", s.put).Methods(http.MethodPut)
	r.HandleFunc("/items/{id:[0-9]+}", s.remove).Methods(http.MethodDelete)
	r.HandleFunc("/orders", s.orders).Methods(http.MethodGet)
	// Around the router, not in it: the middleware of Router.Use runs only where
	// a route matches, and no route matches OPTIONS, nor a path that is missing.
	return cors(r)
}

type shop struct {
	mu    sync.Mutex
	items map[int]Item
}

func (s *shop) list(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	items := []Item{}
	for _, item := range s.items {
		items = append(items, item)
	}
	w.Header().Set("X-Total", strconv.Itoa(len(items)))
	answer(w, http.StatusOK, items)
}

func (s *shop) get(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	item, found := s.items[id(r)]
	if !found {
		answer(w, http.StatusNotFound, problem{"there is no such item"})
		return
	}
	answer(w, http.StatusOK, item)
}

func (s *shop) put(w http.ResponseWriter, r *http.Request) {
	var item Item
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<16)).Decode(&item); err != nil {
		answer(w, http.StatusBadRequest, problem{err.Error()})
		return
	}
	item.ID = id(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.items[item.ID] = item
	answer(w, http.StatusOK, item)
}

func (s *shop) remove(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.items, id(r))
	w.WriteHeader(http.StatusNoContent)
}

// orders are the customer's own: only who has a token sees them.
func (s *shop) orders(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("X-Token") == "" {
		answer(w, http.StatusUnauthorized, problem{"say who you are: X-Token is missing"})
		return
	}
	answer(w, http.StatusOK, []Item{})
}

type problem struct {
	Problem string `json:"problem"`
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(body)
}

// id is the item's in the path. The route lets only digits in; of more than an
// int holds there is no item.
func id(r *http.Request) int {
	n, _ := strconv.Atoi(mux.Vars(r)["id"])
	return n
}
