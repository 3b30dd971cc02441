package middleware

import (
	"errors"
	"net/http"

	"github.com/corsproof/corsproof/policy"
	framework "github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
	"github.com/labstack/gommon/log"
)

var echo = Adapter{
	Name: "echo", Title: "Echo's CORS middleware", Package: "github.com/labstack/echo/v4", On: "Echo v4",
	Docs:    "https://echo.labstack.com/docs/middleware/cors",
	Version: goVersion("github.com/labstack/echo/v4"), Missing: here,
	configure: func(p policy.Policy) (SetUp, error) {
		var headers, notes []string
		if !anyHeader(p) { // an empty list lets in what is asked for
			headers, notes = headersOrNone(p)
		}
		c := middleware.CORSConfig{
			AllowOrigins:     origins(p),
			AllowMethods:     methods(p),
			AllowHeaders:     headers,
			AllowCredentials: p.Credentials,
			ExposeHeaders:    p.ExposeHeaders,
			MaxAge:           seconds(p),
		}
		functions := map[string]string{}
		if hasAnyPort(c.AllowOrigins) {
			m := matcherOf(c.AllowOrigins)
			c.AllowOrigins, functions["AllowOriginFunc"] = nil, "func(origin string) (bool, error) { return "+m.source+"(origin), nil }"
			c.AllowOriginFunc = func(origin string) (bool, error) { return m.match(origin), nil }
		}
		return goSetUp(echoApplication(middleware.CORSWithConfig(c)), "e.Use(middleware.CORSWithConfig("+goSource(c, functions)+"))", notes...), nil
	},
}

func echoApplication(with framework.MiddlewareFunc) http.Handler {
	e := framework.New()
	e.Logger.SetLevel(log.OFF)
	e.Use(with)
	home := func(c framework.Context) error { return c.String(http.StatusOK, "ready\n") }
	serve := func(c framework.Context) error {
		for _, h := range itemHeaders {
			c.Response().Header().Set(h[0], h[1])
		}
		return c.JSON(http.StatusOK, item{ID: c.Param("id"), Method: c.Request().Method})
	}
	failing := func(framework.Context) error { return errors.New("this fails, as it should") }
	getOrHead := []string{http.MethodGet, http.MethodHead}
	e.Match(getOrHead, "/", home)
	e.Match(append([]string{http.MethodHead}, itemMethods...), "/items/:id", serve)
	e.Match(getOrHead, "/failing", failing)
	return e
}
