package corstest

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/corsproof/corsproof/check"
	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/policy"
)

var leaking = check.Finding{
	Class: policy.Leak, Severity: check.Critical, Title: "Any website can read responses with the user's credentials.",
	Origin:   "https://evil.test",
	Meant:    "https://evil.test may not read what GET /items with credentials answers.",
	Happened: "A page of https://evil.test read the response to GET /items (status 200).",
	Spec:     "https://fetch.spec.whatwg.org/#concept-cors-check",
	Headers:  []string{"Access-Control-Allow-Origin: https://evil.test", "Access-Control-Allow-Credentials: true"},
	Curl:     "curl -i -H 'Origin: https://evil.test' 'https://api.corsproof.test/items'",
	Snippet:  `await fetch("https://api.corsproof.test/items", {credentials: "include"})`,
	Also:     []string{"GET /items from a", "GET /items from b", "GET /items from c", "GET /items from d", "GET /items from e", "GET /items from f", "GET /items from g"},
	Engines:  []string{"firefox"},
}

func TestMessage(t *testing.T) {
	assert.Equal(t, `leak (critical): Any website can read responses with the user's credentials.

declared   https://evil.test may not read what GET /items with credentials answers.
happened   A page of https://evil.test read the response to GET /items (status 200).
server     Access-Control-Allow-Origin: https://evil.test
           Access-Control-Allow-Credentials: true
also       GET /items from a
           GET /items from b
           GET /items from c
           GET /items from d
           GET /items from e
           and 2 more
standard   https://fetch.spec.whatwg.org/#concept-cors-check
again      go test -run '^TestCORS$/^items\.v1$/^leak$'
by hand    curl -i -H 'Origin: https://evil.test' 'https://api.corsproof.test/items'
           in the console of a page of https://evil.test: await fetch("https://api.corsproof.test/items", {credentials: "include"})
           (https://api.corsproof.test is the handler in this test, http://localhost:8080 where you run it yourself)`,
		message(leaking, []record.Engine{{Key: "firefox"}}, "TestCORS/items.v1/leak", "https://api.corsproof.test"))
}

// What the oracle and the browser say is said once, and what a server sent does
// nothing to the terminal.
func TestMessageOfABlock(t *testing.T) {
	f := check.Finding{
		Class: policy.Refused, Severity: check.High, Title: "Nothing works.", Happened: "The browser blocked it.",
		Reason: "missing-allow-origin", Native: "MissingAllowOriginHeader", Origin: "null",
		Headers: []string{"X: \x1b[2J"}, Snippet: "await fetch()", Engines: []string{"chromium", "firefox"},
	}
	engines := []record.Engine{{Key: "chromium", Name: "Chromium"}, {Key: "webkit", Name: "WebKit"}, {Key: "firefox", Name: "Firefox"}}
	m := message(f, engines, "TestCORS/refused", "")
	assert.Contains(t, m, "happened   The browser blocked it.\n           in Chromium, Firefox\n")
	assert.Contains(t, m, "why        The response has no Access-Control-Allow-Origin. The browser's word for it is MissingAllowOriginHeader.\n")
	assert.Contains(t, m, "in the console of a sandboxed frame: await fetch()")
	assert.NotContains(t, m, "\x1b")

	f.Happened += " The response has no Access-Control-Allow-Origin."
	assert.Contains(t, message(f, engines, "TestCORS/refused", ""), "why        The browser's word for it is MissingAllowOriginHeader.\n")
	f.Native = ""
	assert.NotContains(t, message(f, engines, "TestCORS/refused", ""), "why ")
}

func TestUnproven(t *testing.T) {
	var list []check.Unproven
	for range alsoShown + 2 {
		list = append(list, check.Unproven{Probe: "policy/a", Engine: "chromium", Meant: "https://a.test may GET /.", Why: "no event came"})
	}
	m := unproven(list)
	assert.Contains(t, m, "7 lines of the policy are")
	assert.Contains(t, m, "\nhttps://a.test may GET /.\n    in chromium: no event came (policy/a)")
	assert.Contains(t, m, "\nand 2 more")
	assert.Contains(t, unproven(list[:1]), "1 line of the policy is")
}
