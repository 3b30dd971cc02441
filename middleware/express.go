package middleware

import "github.com/corsproof/corsproof/policy"

var express = nodeAdapter(Adapter{
	Name: "express-cors", Title: "Express cors", Package: "cors", On: "Express 5",
	Docs: "https://expressjs.com/en/resources/middleware/cors.html",
}, "express", func(p policy.Policy) (string, []string, error) {
	headers := jsList(p.RequestHeaders)
	if anyHeader(p) {
		headers = "" // left out, it lets in what is asked for
	}
	return jsObject(
		[2]string{"origin", jsOrigins(p)},
		[2]string{"methods", jsList(methods(p))},
		[2]string{"allowedHeaders", headers},
		[2]string{"exposedHeaders", jsListOrNothing(p.ExposeHeaders)},
		[2]string{"credentials", jsTrue(p.Credentials)},
		[2]string{"maxAge", jsNumber(seconds(p))},
	), nil, nil
})
