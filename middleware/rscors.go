package middleware

import (
	"github.com/corsproof/corsproof/policy"
	"github.com/rs/cors"
)

var rsCORS = Adapter{
	Name: "rs-cors", Title: "rs/cors", Package: "github.com/rs/cors", On: "net/http",
	Docs:    "https://pkg.go.dev/github.com/rs/cors#Options",
	Version: goVersion("github.com/rs/cors"), Missing: here,
	configure: func(p policy.Policy) (SetUp, error) {
		headers, notes := headersOrNone(p)
		o := cors.Options{
			AllowedOrigins:   origins(p),
			AllowedMethods:   methods(p),
			AllowedHeaders:   headers,
			ExposedHeaders:   p.ExposeHeaders,
			MaxAge:           seconds(p),
			AllowCredentials: p.Credentials,
		}
		functions := map[string]string{}
		if hasAnyPort(o.AllowedOrigins) {
			m := matcherOf(o.AllowedOrigins)
			o.AllowedOrigins, o.AllowOriginFunc, functions["AllowOriginFunc"] = nil, m.match, m.source
		}
		return goSetUp(cors.New(o).Handler(application()), goSource(o, functions), notes...), nil
	},
}
