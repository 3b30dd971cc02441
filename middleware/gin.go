package middleware

import (
	"errors"
	"net/http"

	"github.com/corsproof/corsproof/policy"
	"github.com/gin-contrib/cors"
	framework "github.com/gin-gonic/gin"
)

var gin = Adapter{
	Name: "gin-cors", Title: "gin-contrib/cors", Package: "github.com/gin-contrib/cors", On: "gin",
	Docs:    "https://pkg.go.dev/github.com/gin-contrib/cors#Config",
	Version: goVersion("github.com/gin-contrib/cors"), Missing: here,
	configure: func(p policy.Policy) (SetUp, error) {
		if anyHeader(p) && p.Credentials {
			return SetUp{}, &InexpressibleError{What: `any request header with credentials: AllowHeaders is sent as it is, and browsers take "*" for a name then`}
		}
		list := origins(p)
		c := cors.Config{
			AllowOrigins:     list,
			AllowMethods:     methods(p),
			AllowHeaders:     p.RequestHeaders,
			ExposeHeaders:    p.ExposeHeaders,
			AllowCredentials: p.Credentials,
			MaxAge:           p.MaxAge,
			AllowWildcard:    hasPattern(list),
		}
		functions := map[string]string{}
		if hasAnyPort(list) || p.NullOrigin && !everyone(p) {
			// The list takes one wildcard an entry, and schemes that it knows.
			m := matcherOf(list)
			c.AllowOrigins, c.AllowWildcard = nil, false
			c.AllowOriginFunc, functions["AllowOriginFunc"] = m.match, m.source
		}
		return goSetUp(ginApplication(cors.New(c)), "router.Use(cors.New("+goSource(c, functions)+"))",
			"Gin's router answers a path with one slash too many by a redirect, before any middleware runs: RedirectTrailingSlash, which is on unless switched off."), nil
	},
}

func ginApplication(with framework.HandlerFunc) http.Handler {
	framework.SetMode(framework.ReleaseMode)
	r := framework.New()
	r.Use(with)
	home := func(c *framework.Context) { c.String(http.StatusOK, "ready\n") }
	serve := func(c *framework.Context) {
		for _, h := range itemHeaders {
			c.Header(h[0], h[1])
		}
		c.JSON(http.StatusOK, item{ID: c.Param("id"), Method: c.Request.Method})
	}
	failing := func(c *framework.Context) {
		c.AbortWithError(http.StatusInternalServerError, errors.New("this fails, as it should"))
	}
	getOrHead := []string{http.MethodGet, http.MethodHead}
	r.Match(getOrHead, "/", home)
	r.Match(append([]string{http.MethodHead}, itemMethods...), "/items/:id", serve)
	r.Match(getOrHead, "/failing", failing)
	return r
}
