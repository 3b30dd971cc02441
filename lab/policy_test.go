package lab

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/policy"
	"github.com/corsproof/corsproof/scenarios"
)

func TestPolicyHeaders(t *testing.T) {
	const app, shop = "https://app.site.test", "https://shop.example"
	type lines = [][2]string
	for name, test := range map[string]struct {
		form                policyForm
		response, preflight lines
	}{
		"nobody": {policyForm{}, lines{}, lines{}},
		"everybody": {policyForm{Origins: []string{"*"}},
			lines{{"Access-Control-Allow-Origin", "*"}},
			lines{{"Access-Control-Allow-Origin", "*"}}},
		"one origin, all of it": {policyForm{Origins: []string{app}, Methods: []string{"PUT", "DELETE"}, RequestHeaders: []string{"X-Token"}, ExposeHeaders: []string{"X-Total", "X-Page"}, Credentials: true, MaxAge: 600},
			lines{{"Access-Control-Allow-Origin", app}, {"Access-Control-Allow-Credentials", "true"}, {"Access-Control-Expose-Headers", "X-Total, X-Page"}},
			lines{{"Access-Control-Allow-Origin", app}, {"Access-Control-Allow-Credentials", "true"}, {"Access-Control-Allow-Methods", "PUT, DELETE"}, {"Access-Control-Allow-Headers", "X-Token"}, {"Access-Control-Max-Age", "600"}}},
		"a list": {policyForm{Origins: []string{app, shop}},
			lines{{"Access-Control-Allow-Origin", "{request-origin}"}, {"Vary", "Origin"}},
			lines{{"Access-Control-Allow-Origin", "{request-origin}"}, {"Vary", "Origin"}}},
		"a pattern, any header, with credentials": {policyForm{Origins: []string{"https://*.site.test"}, RequestHeaders: []string{"*"}, Credentials: true},
			lines{{"Access-Control-Allow-Origin", "{request-origin}"}, {"Access-Control-Allow-Credentials", "true"}, {"Vary", "Origin"}},
			lines{{"Access-Control-Allow-Origin", "{request-origin}"}, {"Access-Control-Allow-Credentials", "true"}, {"Access-Control-Allow-Headers", "{request-headers}"}, {"Vary", "Origin, Access-Control-Request-Headers"}}},
		"any header, without": {policyForm{Origins: []string{"*"}, RequestHeaders: []string{"*"}},
			lines{{"Access-Control-Allow-Origin", "*"}},
			lines{{"Access-Control-Allow-Origin", "*"}, {"Access-Control-Allow-Headers", "*, Authorization"}}},
		"an origin by its name": {policyForm{Origins: []string{"app"}},
			lines{{"Access-Control-Allow-Origin", app}},
			lines{{"Access-Control-Allow-Origin", app}}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := test.form.replies()
			require.NoError(t, err)
			assert.Equal(t, test.response, got.Response)
			assert.Equal(t, test.preflight, got.Preflight)
			assert.NotEmpty(t, got.Notes)
		})
	}
}

func TestPolicyProblems(t *testing.T) {
	_, err := policyForm{Origins: []string{"*"}, Credentials: true, Methods: []string{"put", "*"}, MaxAge: 1 << 62}.replies()
	problems := policyProblems(err)
	require.Len(t, problems, 4)
	assert.Contains(t, problems[0].Found, `credentials with "*"`)
	assert.Contains(t, problems[0].Expected, "every site could read")
	assert.Nil(t, policyProblems(assert.AnError))
}

// TestPolicyIsKept: the oracle finds the headers to do what the policy says, for
// who is in it.
func TestPolicyIsKept(t *testing.T) {
	for name, p := range map[string]policy.Policy{
		"everybody":   {Origins: []string{"*"}, Methods: []string{"PUT"}, RequestHeaders: []string{"X-A"}},
		"one":         {Origins: []string{"https://app.site.test"}, Methods: []string{"PUT"}, RequestHeaders: []string{"X-A"}, Credentials: true},
		"some":        {Origins: []string{"https://app.site.test", "https://evil.test"}, Methods: []string{"PUT"}, RequestHeaders: []string{"*"}, Credentials: true, MaxAge: time.Hour},
		"any header":  {Origins: []string{"*"}, Methods: []string{"PUT"}, RequestHeaders: []string{"*"}},
		"by patterns": {Origins: []string{"https://*.site.test:*"}, Methods: []string{"PUT"}, RequestHeaders: []string{"X-A", "Authorization"}, Credentials: true},
	} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, p.Validate())
			response, preflight, _ := policyHeaders(p)
			request := map[string]any{"to": "api", "method": "PUT", "headers": [][2]string{{"X-A", "1"}}}
			if p.Credentials {
				request["credentials"] = "include"
			}
			read := func() oracle.Read {
				item, err := json.Marshal(map[string]any{"request": request, "server": map[string]any{
					"preflight": map[string]any{"headers": preflight}, "response": map[string]any{"headers": response}}})
				require.NoError(t, err)
				parsed, err := scenarios.ReadItem(item)
				require.NoError(t, err)
				explained, err := harness.Explain(parsed, "")
				require.NoError(t, err)
				return explained.Steps[0].Standard.Read
			}
			assert.Equal(t, oracle.Allowed, read())
			request["method"] = "DELETE"
			assert.Equal(t, oracle.Blocked, read(), "a method that the policy has not")
			request["method"] = "PUT"
			if p.RequestHeaders[0] == "*" {
				request["headers"] = [][2]string{{"Authorization", "b"}}
				assert.Equal(t, oracle.Allowed, read(), "every header")
				return
			}
			request["headers"] = [][2]string{{"X-B", "1"}}
			assert.Equal(t, oracle.Blocked, read(), "a header that the policy has not")
		})
	}
}
