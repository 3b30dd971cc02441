package middleware

import (
	"context"
	"errors"
	"strings"

	"github.com/corsproof/corsproof/policy"
	framework "github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/cors"
)

var fiber2 = Adapter{
	Name: "fiber2", Title: "Fiber v2's CORS middleware", Package: "github.com/gofiber/fiber/v2", On: "Fiber v2",
	Docs:    "https://docs.gofiber.io/v2.x/api/middleware/cors",
	Version: goVersion("github.com/gofiber/fiber/v2"), Missing: here,
	configure: func(p policy.Policy) (SetUp, error) {
		var headers, notes []string
		if !anyHeader(p) {
			headers, notes = headersOrNone(p)
		}
		list := origins(p)
		c := cors.Config{
			AllowOrigins:     strings.Join(list, ","),
			AllowMethods:     strings.Join(methods(p), ","),
			AllowHeaders:     strings.Join(headers, ","),
			AllowCredentials: p.Credentials,
			ExposeHeaders:    strings.Join(p.ExposeHeaders, ","),
			MaxAge:           seconds(p),
		}
		functions := map[string]string{}
		if hasAnyPort(list) || p.NullOrigin && !everyone(p) { // the list takes what has a scheme and a host
			m := matcherOf(list)
			c.AllowOrigins, c.AllowOriginsFunc, functions["AllowOriginsFunc"] = "", m.match, m.source
		}
		app := fiber2Application(cors.New(c))
		return SetUp{Language: "go", Config: "app.Use(cors.New(" + goSource(c, functions) + "))", Notes: notes,
			Start: func(context.Context) (Server, error) { return listen(app.Listener, app.Shutdown) }}, nil
	},
}

func fiber2Application(with framework.Handler) *framework.App {
	app := framework.New(framework.Config{DisableStartupMessage: true})
	app.Use(with)
	app.Get("/", func(c *framework.Ctx) error { return c.SendString("ready\n") })
	for _, method := range itemMethods {
		app.Add(method, "/items/:id", func(c *framework.Ctx) error {
			for _, h := range itemHeaders {
				c.Set(h[0], h[1])
			}
			return c.JSON(item{ID: c.Params("id"), Method: c.Method()})
		})
	}
	app.Get("/failing", func(*framework.Ctx) error { return errors.New("this fails, as it should") })
	return app
}
