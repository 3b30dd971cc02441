package faults

import (
	"net/http"
	"time"

	"github.com/corsproof/corsproof/policy"
)

// remembered is the policy edits, with a bound for how long that may be remembered.
func remembered(bound time.Duration) policy.Policy {
	p := edits(app)
	p.MaxAge = bound
	return p
}

// ageing says Access-Control-Max-Age in its preflights.
func ageing(value string) func() http.Handler {
	c := editing(app)
	c.maxAge = value
	return c.before(items)
}

// maxAge are servers whose preflights are remembered for longer than the policy
// says, or not as long as they say.
var maxAge = []Fault{
	{
		Name: "max-age-of-a-day", About: "A preflight is remembered for a day, where ten minutes are declared.",
		Class: policy.OverPermissive, Cause: "max-age", Policy: remembered(10 * time.Minute),
		Faulty:  ageing("86400"),
		Correct: ageing("600"),
	},
	{
		Name: "max-age-in-milliseconds", About: "A minute is written in milliseconds, and means almost seventeen hours.",
		Class: policy.OverPermissive, Cause: "max-age", Policy: remembered(time.Minute),
		Faulty:  ageing("60000"),
		Correct: ageing("60"),
	},
	{
		Name: "max-age-scientific", About: "The number is formatted as 6e+02, which is no number of seconds.",
		Class: policy.Ineffective, Cause: "max-age", Policy: remembered(10 * time.Minute),
		Faulty:  ageing("6e+02"),
		Correct: ageing("600"),
	},
	{
		Name: "max-age-with-unit", About: "The number has a unit, 10m.",
		Class: policy.Ineffective, Cause: "max-age", Policy: remembered(10 * time.Minute),
		Faulty:  ageing("10m"),
		Correct: ageing("600"),
	},
	{
		Name: "max-age-with-point", About: "The number is formatted with a point, 600.0.",
		Class: policy.Ineffective, Cause: "max-age", Policy: remembered(10 * time.Minute),
		Faulty:  ageing("600.0"),
		Correct: ageing("600"),
	},
	{
		Name: "max-age-twice", About: "Application and proxy each add a line, and two numbers are none.",
		Class: policy.Ineffective, Cause: "max-age", Policy: remembered(10 * time.Minute),
		Faulty:  ages("600", "600"),
		Correct: ages("600"),
	},
}

// ages sends a line of Access-Control-Max-Age for each value.
func ages(values ...string) func() http.Handler {
	return preflightHeaders(func(h http.Header, _ *http.Request) {
		h.Set("Access-Control-Allow-Methods", "PUT, DELETE")
		h.Set("Access-Control-Allow-Headers", "X-Token")
		h["Access-Control-Max-Age"] = values
	})
}
