package middleware

import (
	"context"
	"errors"
	"net"

	"github.com/corsproof/corsproof/policy"
	framework "github.com/gofiber/fiber/v3"
	"github.com/gofiber/fiber/v3/middleware/cors"
)

var fiber3 = Adapter{
	Name: "fiber3", Title: "Fiber v3's CORS middleware", Package: "github.com/gofiber/fiber/v3", On: "Fiber v3",
	Docs:    "https://docs.gofiber.io/middleware/cors",
	Version: goVersion("github.com/gofiber/fiber/v3"), Missing: here,
	configure: func(p policy.Policy) (SetUp, error) {
		var headers, notes []string
		if !anyHeader(p) {
			headers, notes = headersOrNone(p)
		}
		list := origins(p)
		c := cors.Config{
			AllowOrigins:     list,
			AllowMethods:     methods(p),
			AllowHeaders:     headers,
			AllowCredentials: p.Credentials,
			ExposeHeaders:    p.ExposeHeaders,
			MaxAge:           seconds(p),
		}
		functions := map[string]string{}
		if hasAnyPort(list) || p.NullOrigin && !everyone(p) { // the list takes what has a scheme and a host
			m := matcherOf(list)
			c.AllowOrigins, c.AllowOriginsFunc, functions["AllowOriginsFunc"] = nil, m.match, m.source
		}
		app := fiber3Application(cors.New(c))
		return SetUp{Language: "go", Config: "app.Use(cors.New(" + goSource(c, functions) + "))", Notes: notes,
			Start: func(context.Context) (Server, error) {
				return listen(func(l net.Listener) error {
					return app.Listener(l, framework.ListenConfig{DisableStartupMessage: true})
				}, app.Shutdown)
			}}, nil
	},
}

func fiber3Application(with framework.Handler) *framework.App {
	app := framework.New()
	app.Use(with)
	app.Get("/", func(c framework.Ctx) error { return c.SendString("ready\n") })
	app.Add(itemMethods, "/items/:id", func(c framework.Ctx) error {
		for _, h := range itemHeaders {
			c.Set(h[0], h[1])
		}
		return c.JSON(item{ID: c.Params("id"), Method: c.Method()})
	})
	app.Get("/failing", func(framework.Ctx) error { return errors.New("this fails, as it should") })
	return app
}
