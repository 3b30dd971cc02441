package middleware

import "github.com/corsproof/corsproof/policy"

var koa = nodeAdapter(Adapter{
	Name: "koa-cors", Title: "@koa/cors", Package: "@koa/cors", On: "Koa 3",
	Docs: "https://github.com/koajs/cors#corsoptions",
}, "koa", func(p policy.Policy) (string, []string, error) {
	var headers, notes []string
	if !anyHeader(p) {
		headers, notes = headersOrNone(p)
	}
	list := origins(p)
	origin := jsOrigins(p)
	if len(list) > 1 || hasPattern(list) { // one, or a function
		test := jsList(list) + ".includes(ctx.get('Origin'))"
		if hasPattern(list) {
			test = jsExpression(expressionOf(list)) + ".test(ctx.get('Origin'))"
		}
		origin = "(ctx) => " + test + " ? ctx.get('Origin') : ''"
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
