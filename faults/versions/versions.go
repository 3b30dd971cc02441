// Package versions has servers that publicly known faulty releases of CORS
// middleware stand before, each configured as its manual says. The module asks
// for the oldest of the releases; modules below it ask for later ones, and so
// get the same servers with them.
package versions

import (
	"context"
	"net/http"

	gincors "github.com/gin-contrib/cors"
	"github.com/gin-gonic/gin"
	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"
	fibercors "github.com/gofiber/fiber/v2/middleware/cors"
	"github.com/gorilla/handlers"
	jub0bs "github.com/jub0bs/cors"
	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
	rscors "github.com/rs/cors"

	"github.com/corsproof/corsproof/check"
	"github.com/corsproof/corsproof/faults"
	"github.com/corsproof/corsproof/policy"
)

// Server is a middleware and the policy that its configuration states.
type Server struct {
	Policy  policy.Policy
	Handler func() http.Handler
}

const app = "https://app.example.com"

// reads is the policy that some origins may read /items.
func reads(credentials bool, origins ...string) policy.Policy {
	return policy.Policy{
		Origins: origins, Credentials: credentials,
		Endpoints: []policy.Endpoint{{Path: "/items", Methods: []string{"GET"}}},
	}
}

// items is the application.
func items(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/items" {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Write([]byte("[]"))
}

// Servers are by the name of the middleware and what is special to its configuration.
var Servers = map[string]Server{
	// Everyone, and the flag for credentials: nobody can mean more by it than a
	// star does.
	"rs-cors/everyone": {reads(false, "*"), func() http.Handler {
		return rscors.New(rscors.Options{AllowedOrigins: []string{"*"}, AllowCredentials: true}).Handler(http.HandlerFunc(items))
	}},
	// A pattern of which a letter is left, for a star, and the same without it.
	"rs-cors/letter": {reads(true, app), func() http.Handler {
		return rscors.New(rscors.Options{AllowedOrigins: []string{app, "h*"}, AllowCredentials: true}).Handler(http.HandlerFunc(items))
	}},
	"rs-cors/one-origin": {reads(true, app), func() http.Handler {
		return rscors.New(rscors.Options{AllowedOrigins: []string{app}, AllowCredentials: true}).Handler(http.HandlerFunc(items))
	}},
	"gorilla-handlers/everyone": {reads(false, "*"), func() http.Handler {
		return handlers.CORS(handlers.AllowedOrigins([]string{"*"}), handlers.AllowCredentials())(http.HandlerFunc(items))
	}},
	"gorilla-handlers/validator": {reads(true, app), func() http.Handler {
		only := func(origin string) bool { return origin == app }
		return handlers.CORS(handlers.AllowedOriginValidator(only), handlers.AllowCredentials())(http.HandlerFunc(items))
	}},
	"echo/everyone": {reads(false, "*"), func() http.Handler {
		e := echo.New()
		e.Use(middleware.CORSWithConfig(middleware.CORSConfig{AllowOrigins: []string{"*"}, AllowMethods: []string{"GET", "HEAD", "POST"}, AllowHeaders: []string{"Accept"}, AllowCredentials: true}))
		e.Any("/items", echo.WrapHandler(http.HandlerFunc(items)))
		return e
	}},
	"fiber/everyone": {reads(false, "*"), func() http.Handler {
		return onFiber(fibercors.Config{AllowOrigins: "*", AllowMethods: "GET,HEAD,POST", AllowHeaders: "Accept", AllowCredentials: true})
	}},
	"fiber/wildcard": {reads(false, "https://*.partner.example"), func() http.Handler {
		return onFiber(fibercors.Config{AllowOrigins: "https://*.partner.example", AllowMethods: "GET,HEAD,POST", AllowHeaders: "Accept"})
	}},
	"gin/any-port": {reads(false, app, app+":*"), func() http.Handler {
		gin.SetMode(gin.ReleaseMode)
		router := gin.New()
		router.RedirectTrailingSlash = false // gin redirects without its middleware, which is another matter
		router.Use(gincors.New(gincors.Config{AllowOrigins: []string{app, app + ":*"}, AllowWildcard: true}))
		router.Any("/items", gin.WrapF(items))
		return router
	}},
	"jub0bs/two-origins": {reads(false, "https://foo.com", "https://bar.com"), func() http.Handler {
		m, err := jub0bs.NewMiddleware(jub0bs.Config{Origins: []string{"https://foo.com", "https://bar.com"}})
		if err != nil {
			panic(err)
		}
		return m.Wrap(http.HandlerFunc(items))
	}},
}

// Findings are what a check finds with a server, "class/cause"; none is silence.
func (s Server) Findings(ctx context.Context) ([]string, error) {
	report, err := faults.Offline(ctx, &s.Policy, s.Handler())
	if err != nil {
		return nil, err
	}
	return found(report), nil
}

// found are the findings of a report, and what it could not prove.
func found(report check.Report) []string {
	list := []string{}
	for _, f := range report.Findings {
		list = append(list, string(f.Class)+"/"+f.Cause)
	}
	for _, u := range report.Unproven {
		list = append(list, "unproven: "+u.Meant+" "+u.Why)
	}
	return list
}

// onFiber is a fiber application behind net/http.
func onFiber(config fibercors.Config) http.Handler {
	a := fiber.New(fiber.Config{DisableStartupMessage: true})
	a.Use(fibercors.New(config))
	a.All("/items", adaptor.HTTPHandlerFunc(items))
	return adaptor.FiberApp(a)
}
