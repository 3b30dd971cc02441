package middleware

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/corsproof/corsproof/policy"
	"github.com/gorilla/handlers"
	"github.com/gorilla/mux"
)

var gorilla = Adapter{
	Name: "gorilla-handlers", Title: "gorilla/handlers", Package: "github.com/gorilla/handlers", On: "gorilla/mux",
	Docs:    "https://pkg.go.dev/github.com/gorilla/handlers#CORS",
	Version: goVersion("github.com/gorilla/handlers"), Missing: here,
	configure: func(p policy.Policy) (SetUp, error) {
		if anyHeader(p) {
			return SetUp{}, &InexpressibleError{What: "any request header: AllowedHeaders takes names only"}
		}
		var options []handlers.CORSOption
		var lines []string
		add := func(o handlers.CORSOption, name, argument string) {
			options = append(options, o)
			lines = append(lines, fmt.Sprintf("\thandlers.%s(%s),\n", name, argument))
		}
		if list := origins(p); hasPattern(list) {
			m := matcherOf(list)
			add(handlers.AllowedOriginValidator(m.match), "AllowedOriginValidator", m.source)
		} else {
			add(handlers.AllowedOrigins(list), "AllowedOrigins", goSource(list, nil))
		}
		add(handlers.AllowedMethods(methods(p)), "AllowedMethods", goSource(methods(p), nil))
		if len(p.RequestHeaders) > 0 {
			add(handlers.AllowedHeaders(p.RequestHeaders), "AllowedHeaders", goSource(p.RequestHeaders, nil))
		}
		if len(p.ExposeHeaders) > 0 {
			add(handlers.ExposedHeaders(p.ExposeHeaders), "ExposedHeaders", goSource(p.ExposeHeaders, nil))
		}
		if p.Credentials {
			add(handlers.AllowCredentials(), "AllowCredentials", "")
		}
		if p.MaxAge > 0 {
			add(handlers.MaxAge(seconds(p)), "MaxAge", goSource(seconds(p), nil))
		}
		return goSetUp(handlers.CORS(options...)(gorillaApplication()), "handlers.CORS(\n"+strings.Join(lines, "")+")(router)"), nil
	},
}

func gorillaApplication() *mux.Router {
	r := mux.NewRouter()
	r.HandleFunc("/", home).Methods(http.MethodGet, http.MethodHead)
	r.HandleFunc("/items/{id}", func(w http.ResponseWriter, r *http.Request) { writeItem(w, r, mux.Vars(r)["id"]) }).
		Methods(append([]string{http.MethodHead}, itemMethods...)...)
	r.HandleFunc("/failing", failing).Methods(http.MethodGet, http.MethodHead)
	return r
}
