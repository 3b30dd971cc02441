package middleware

import (
	"net/http"

	"github.com/corsproof/corsproof/policy"
	router "github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/go-chi/cors"
)

var chi = Adapter{
	Name: "chi-cors", Title: "go-chi/cors", Package: "github.com/go-chi/cors", On: "chi v5",
	Docs:    "https://pkg.go.dev/github.com/go-chi/cors#Options",
	Version: goVersion("github.com/go-chi/cors"), Missing: here,
	configure: func(p policy.Policy) (SetUp, error) {
		headers, notes := headersOrNone(p)
		o := cors.Options{
			AllowedOrigins:   origins(p),
			AllowedMethods:   methods(p),
			AllowedHeaders:   headers,
			ExposedHeaders:   p.ExposeHeaders,
			AllowCredentials: p.Credentials,
			MaxAge:           seconds(p),
		}
		functions := map[string]string{}
		if hasAnyPort(o.AllowedOrigins) {
			m := matcherOf(o.AllowedOrigins)
			o.AllowedOrigins, functions["AllowOriginFunc"] = nil, "func(_ *http.Request, origin string) bool { return "+m.source+"(origin) }"
			o.AllowOriginFunc = func(_ *http.Request, origin string) bool { return m.match(origin) }
		}
		return goSetUp(chiApplication(cors.Handler(o)), "router.Use(cors.Handler("+goSource(o, functions)+"))", notes...), nil
	},
}

func chiApplication(with func(http.Handler) http.Handler) http.Handler {
	r := router.NewRouter()
	r.Use(with, middleware.GetHead)
	r.Get("/", home)
	for _, method := range itemMethods {
		r.MethodFunc(method, "/items/{id}", func(w http.ResponseWriter, r *http.Request) { writeItem(w, r, router.URLParam(r, "id")) })
	}
	r.Get("/failing", failing)
	return r
}
