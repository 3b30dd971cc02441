package policy_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/policy"
)

var server = oracle.Origin{Scheme: "https", Host: "api.corsproof.test", Port: 443}

// policies are of every kind that the language has.
var policies = map[string]*policy.Policy{
	"the example": {
		Origins: []string{"https://app.example.com", "https://admin.example.com:8443", "https://*.partner.example"},
		Methods: []string{"PUT", "DELETE"}, RequestHeaders: []string{"Content-Type", "X-Token"}, ExposeHeaders: []string{"X-Total"},
		Credentials: true, MaxAge: 10 * time.Minute,
	},
	"one origin": {Origins: []string{"https://example.com"}},
	"everyone":   {Origins: []string{"*"}, Methods: []string{"PUT"}, RequestHeaders: []string{"*"}},
	"any port":   {Origins: []string{"https://app.example.com:*", "https://*.partner.example:*"}, MaxAge: 2 * time.Second, Methods: []string{"PATCH"}},
	"null":       {Origins: []string{"https://app.example.com"}, NullOrigin: true, Methods: []string{"PUT"}},
	"local":      {Origins: []string{"http://localhost:3000", "http://127.0.0.1:8080", "http://[::1]:8080"}, Methods: []string{"PUT"}},
	"https only": {Origins: []string{"https://app.dev", "https://*.corsproof.app"}, RequestHeaders: []string{"Authorization"}},
	"endpoints": {
		Origins: []string{"https://app.example.com", "https://www.example.com"}, Methods: []string{"PUT", "DELETE"},
		RequestHeaders: []string{"Authorization", "Content-Type"}, Credentials: true,
		Endpoints: []policy.Endpoint{
			{Path: "/items?page=2", Methods: []string{"GET", "PUT"}},
			{Path: "/account", Methods: []string{"GET"}, Headers: map[string]string{"Authorization": "Bearer t"}, ExpectStatus: 200},
			{Path: "/orders/", Methods: []string{"POST"}},
		},
	},
}

func plan(t *testing.T, p *policy.Policy, o policy.Options) []policy.Probe {
	t.Helper()
	if o.Server.IsOpaque() {
		o.Server = server
	}
	if o.Path == "" {
		o.Path = "/items"
	}
	probes, err := p.Scenarios(o)
	require.NoError(t, err)
	require.NotEmpty(t, probes)
	return probes
}

func TestAPlanIsSound(t *testing.T) {
	for name, p := range policies {
		for _, thorough := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				ids := map[string]bool{}
				probes := plan(t, p, policy.Options{Thorough: thorough})
				for _, probe := range probes {
					c := probe.Permutation
					require.False(t, ids[c.ID], "%s twice", c.ID)
					ids[c.ID] = true
					assert.Regexp(t, `^policy(/[a-z0-9]+(-[a-z0-9]+)*){3}$`, c.ID)
					assert.NotEmpty(t, c.Why, c.ID)
					assert.True(t, strings.HasPrefix(c.Spec, "https://"), c.ID)
					assert.Contains(t, policy.Classes, probe.Class)
					assert.True(t, strings.HasSuffix(probe.Meant, "."), probe.Meant)
					for _, s := range c.Steps {
						require.NotNil(t, s.Server.SetUp)
						assert.Equal(t, policy.Target, s.Server.SetUp.Name)
						require.Empty(t, oracle.CheckRequest(oracle.Request{Via: s.Request.Via, Method: s.Request.Method, Mode: s.Request.Mode, Credentials: s.Request.Credentials}), c.ID)
					}
					if probe.Class == policy.Leak {
						assert.False(t, p.Allows(probe.Origin), "%s: %s is no stranger", c.ID, probe.Origin)
						assert.NotEqual(t, server.String(), probe.Origin)
					}
					if probe.Who == policy.Declared {
						assert.True(t, p.Allows(probe.Origin), "%s: %s is not declared", c.ID, probe.Origin)
					}
				}
				if !thorough {
					assert.Equal(t, probes, plan(t, p, policy.Options{}), "the same policy has the same plan")
				}
			})
		}
	}
}

func TestAPlanIsProportionate(t *testing.T) {
	for name, bounds := range map[string][2]int{
		"the example": {150, 350}, "one origin": {50, 120}, "everyone": {20, 60}, "endpoints": {100, 350},
	} {
		n := len(plan(t, policies[name], policy.Options{}))
		assert.GreaterOrEqual(t, n, bounds[0], name)
		assert.LessOrEqual(t, n, bounds[1], name)
	}
}

// A list of sixty origins has a plan that a person waits for.
func TestALongListIsAskedForInShort(t *testing.T) {
	p := &policy.Policy{Credentials: true}
	for i := range 60 {
		p.Origins = append(p.Origins, fmt.Sprintf("https://app%d.example%d.com", i, i))
	}
	probes := plan(t, p, policy.Options{})
	assert.Less(t, len(probes), 1600)
	last := map[policy.Who]bool{}
	for _, probe := range probes {
		if probe.Subject == p.Origins[59] {
			last[probe.Who] = true
		}
	}
	for _, who := range []policy.Who{
		policy.Scheme, policy.Port, policy.Prefix, policy.Suffix, policy.Substring, policy.Subdomain, policy.Parent, policy.Sibling,
		policy.RegexDot, policy.Glued, policy.TrailingDot, policy.Special,
	} {
		assert.True(t, last[who], who)
	}
}
