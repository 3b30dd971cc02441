package middleware

import (
	"github.com/corsproof/corsproof/policy"
	"github.com/jub0bs/cors"
)

var jub0bs = Adapter{
	Name: "jub0bs-cors", Title: "jub0bs/cors", Package: "github.com/jub0bs/cors", On: "net/http",
	Docs:    "https://pkg.go.dev/github.com/jub0bs/cors#Config",
	Version: goVersion("github.com/jub0bs/cors"), Missing: here,
	configure: func(p policy.Policy) (SetUp, error) {
		c := cors.Config{
			Origins:         origins(p),
			Credentialed:    p.Credentials,
			Methods:         p.Methods,
			RequestHeaders:  p.RequestHeaders,
			MaxAgeInSeconds: seconds(p),
			ResponseHeaders: p.ExposeHeaders,
		}
		m, err := cors.NewMiddleware(c)
		if err != nil {
			return SetUp{}, &RefusedError{Said: err.Error()}
		}
		return goSetUp(m.Wrap(application()), goSource(c, nil)), nil
	},
}
