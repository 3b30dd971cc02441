package middleware

import "github.com/corsproof/corsproof/policy"

var hono = nodeAdapter(Adapter{
	Name: "hono", Title: "Hono's CORS middleware", Package: "hono", On: "Hono, @hono/node-server",
	Docs: "https://hono.dev/docs/middleware/builtin/cors",
}, "hono", func(p policy.Policy) (string, []string, error) {
	var headers, notes []string
	if !anyHeader(p) {
		headers, notes = headersOrNone(p)
	}
	list := origins(p)
	origin := jsOrigins(p)
	if hasPattern(list) {
		origin = "(origin) => " + jsExpression(expressionOf(list)) + ".test(origin) ? origin : null"
	}
	return jsObject(
		[2]string{"origin", origin},
		[2]string{"allowMethods", jsList(methods(p))},
		[2]string{"allowHeaders", jsListOrNothing(headers)},
		[2]string{"exposeHeaders", jsListOrNothing(p.ExposeHeaders)},
		[2]string{"credentials", jsTrue(p.Credentials)},
		[2]string{"maxAge", jsNumber(seconds(p))},
	), notes, nil
})
