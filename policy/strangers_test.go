package policy_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/policy"
)

// asks are the origins that ask as somebody, those beside the server left out.
func asks(probes []policy.Probe, who policy.Who) []string {
	var out []string
	for _, p := range probes {
		if p.Who == who && !slices.Contains(out, p.Origin) && p.What != policy.Cached && (p.Class != policy.Leak || p.Subject != server.String()) {
			out = append(out, p.Origin)
		}
	}
	return out
}

func TestStrangers(t *testing.T) {
	for _, c := range []struct {
		about   string
		origins []string
		want    map[policy.Who][]string
	}{
		{"a host", []string{"https://app.example.com"}, map[policy.Who][]string{
			policy.Declared:      {"https://app.example.com"},
			policy.Foreign:       {"https://evil.test", "http://evil.test"},
			policy.Null:          {"null"},
			policy.Local:         {"http://localhost:3000", "http://localhost", "http://localhost:4200", "http://localhost:5173", "http://localhost:8080", "http://127.0.0.1:3000"},
			policy.Scheme:        {"http://app.example.com"},
			policy.Port:          {"https://app.example.com:8443"},
			policy.Prefix:        {"https://app.example.com.evil.test", "https://app.example.comevil.test", "https://app.example.co"},
			policy.Suffix:        {"https://evilapp.example.com", "https://evil-app.example.com", "https://evilexample.com"},
			policy.Substring:     {"https://evilapp.example.com.evil.test"},
			policy.Subdomain:     {"https://sub.app.example.com"},
			policy.Parent:        {"https://example.com"},
			policy.Sibling:       {"https://other.example.com"},
			policy.WildcardApex:  nil,
			policy.WildcardGlued: nil,
			policy.RegexDot:      {"https://appxexample.com", "https://app.examplexcom", "https://appxexamplexcom"},
			policy.Glued:         nil,
			policy.TrailingDot:   {"https://app.example.com."},
			policy.Special:       {"https://app.example.com_.evil.test", "https://app.example.com$.evil.test", "https://evil_app.example.com"},
			policy.ServerOrigin:  {"https://api.corsproof.test:8443", "http://api.corsproof.test"},
		}},
		{"a domain", []string{"https://example.com"}, map[policy.Who][]string{
			policy.Suffix:    {"https://evilexample.com", "https://evil-example.com"},
			policy.Subdomain: {"https://sub.example.com"},
			policy.Parent:    nil, // nobody has com
			policy.Sibling:   nil,
			policy.RegexDot:  {"https://examplexcom"},
		}},
		{"a port that is written out", []string{"http://app.example.com:3000"}, map[policy.Who][]string{
			policy.Scheme: {"https://app.example.com:3000"},
			policy.Port:   {"http://app.example.com:8080", "http://app.example.com", "http://app.example.com:30000", "http://app.example.com:300"},
		}},
		{"a wildcard", []string{"https://*.partner.example"}, map[policy.Who][]string{
			policy.Declared:      {"https://app.partner.example", "https://a.b.partner.example", "https://app-2.partner.example"},
			policy.Scheme:        {"http://app.partner.example"},
			policy.Port:          {"https://app.partner.example:8443"},
			policy.Prefix:        {"https://app.partner.example.evil.test", "https://app.partner.exampleevil.test", "https://app.partner.exampl"},
			policy.Suffix:        nil,
			policy.Subdomain:     nil, // they are what it stands for
			policy.Sibling:       nil,
			policy.WildcardApex:  {"https://partner.example"},
			policy.WildcardGlued: {"https://evilpartner.example", "https://evil-partner.example"},
			policy.RegexDot:      {"https://app.partnerxexample"},
			policy.TrailingDot:   {"https://app.partner.example."},
		}},
		{"a deep wildcard", []string{"https://*.eu.example.com"}, map[policy.Who][]string{
			policy.Parent:       {"https://example.com"},
			policy.Sibling:      {"https://app.other.example.com"},
			policy.WildcardApex: {"https://eu.example.com"},
		}},
		{"any port", []string{"https://app.example.com:*", "http://*.partner.example:*"}, map[policy.Who][]string{
			policy.Declared: {
				"https://app.example.com", "https://app.example.com:8443",
				"http://app.partner.example", "http://a.b.partner.example:8080", "http://app-2.partner.example",
			},
			policy.Port: nil,
		}},
		{"two hosts", []string{"https://foo.com", "https://bar.com"}, map[policy.Who][]string{
			policy.Glued: {
				"https://foo.com.bar.com", "https://foo.combar.com", "https://foobar.com",
				"https://bar.com.foo.com", "https://bar.comfoo.com", "https://barfoo.com",
			},
		}},
		{"a host and all below it", []string{"https://example.com", "https://*.example.com"}, map[policy.Who][]string{
			policy.Subdomain:    nil,
			policy.WildcardApex: nil,
			policy.Suffix:       {"https://evilexample.com", "https://evil-example.com"},
			policy.Special:      {"https://example.com_.evil.test", "https://example.com$.evil.test", "https://evil_example.com", "https://app.example.com_.evil.test", "https://app.example.com$.evil.test"},
		}},
		{"a domain without http", []string{"https://app.dev"}, map[policy.Who][]string{
			policy.Scheme:  nil,
			policy.Prefix:  {"https://app.dev.evil.test", "https://app.devevil.test", "https://app.de"},
			policy.Foreign: {"https://evil.test", "http://evil.test"},
		}},
		{"an address", []string{"http://127.0.0.1:8080"}, map[policy.Who][]string{
			policy.Scheme:    {"https://127.0.0.1:8080"},
			policy.Prefix:    {"http://127.0.0.1.evil.test:8080", "http://127.0.0.1evil.test:8080"},
			policy.Suffix:    nil, // what ends in a number is an address
			policy.Subdomain: nil,
			policy.RegexDot:  {"http://127x0x0x1:8080"},
		}},
		{"a name without a dot", []string{"http://localhost:3000"}, map[policy.Who][]string{
			policy.Foreign:  {"https://evil.test", "http://evil.test"},
			policy.Local:    {"http://127.0.0.1:3000"}, // another port is that
			policy.Suffix:   {"http://evillocalhost:3000", "http://evil-localhost:3000"},
			policy.Parent:   nil,
			policy.RegexDot: nil,
		}},
		{"the domain of strangers", []string{"https://evil.test", "https://app.attacker.test"}, map[policy.Who][]string{
			policy.Foreign: {"https://stranger.test", "http://stranger.test"},
		}},
		{"everyone", []string{"*"}, map[policy.Who][]string{
			policy.Declared: {"https://anybody.test", "http://somebody.test:8080", "null"},
			policy.Foreign:  nil, policy.Null: nil, policy.ServerOrigin: nil,
		}},
		{"the server's own", []string{"https://api.corsproof.test"}, map[policy.Who][]string{
			policy.Declared: nil, policy.SameOrigin: {"https://api.corsproof.test"},
		}},
	} {
		probes := plan(t, &policy.Policy{Origins: c.origins}, policy.Options{})
		for who, origins := range c.want {
			assert.Equal(t, origins, asks(probes, who), "%s: %s", c.about, who)
		}
	}
}

func TestStrangersComeInTheOrderOfWho(t *testing.T) {
	order := []policy.Who{
		policy.Foreign, policy.Null, policy.Local, policy.Scheme, policy.Port, policy.Prefix, policy.Suffix, policy.Substring, policy.Subdomain, policy.Parent,
		policy.Sibling, policy.WildcardApex, policy.WildcardGlued, policy.RegexDot, policy.Glued, policy.TrailingDot, policy.Special, policy.ServerOrigin,
	}
	var had []policy.Who
	for _, p := range plan(t, policies["the example"], policy.Options{}) {
		if p.Class == policy.Leak && !slices.Contains(had, p.Who) {
			had = append(had, p.Who)
		}
	}
	assert.Equal(t, order, had)
}

// A secure page loads nothing over plain http, whatever the server says of it.
func TestWhoCannotAskIsNoStranger(t *testing.T) {
	plain := oracle.Origin{Scheme: "http", Host: "api.corsproof.test", Port: 80}
	probes := plan(t, &policy.Policy{Origins: []string{"http://app.example.com"}}, policy.Options{Server: plain})
	for _, p := range probes {
		if p.Class == policy.Leak {
			assert.Regexp(t, `^(http:|null)`, p.Origin)
		}
		for _, s := range p.Permutation.Steps {
			assert.Regexp(t, `^http:`, s.Request.From, p.Permutation.ID)
		}
	}
	local := oracle.Origin{Scheme: "http", Host: "127.0.0.1", Port: 3000}
	assert.Contains(t, asks(plan(t, &policy.Policy{Origins: []string{"https://app.example.com"}}, policy.Options{Server: local}), policy.Foreign), "https://evil.test")
}

// What the policy names last must be asked for as what it names first.
func TestEveryStrangerAsksThreeTimes(t *testing.T) {
	type how struct {
		credentials, preflight bool
	}
	asked := map[string][]how{}
	for _, p := range plan(t, policies["the example"], policy.Options{}) {
		if p.Class == policy.Leak {
			r := p.Permutation.Steps[0].Request
			asked[p.Origin] = append(asked[p.Origin], how{r.Credentials == "include", len(r.Headers) > 0})
		}
	}
	foreign := asked["https://evil.test"]
	delete(asked, "https://evil.test")
	for origin, hows := range asked {
		want := []how{{false, false}, {true, false}, {false, true}}
		if strings.Contains(origin, "corsproof.test") && host(origin) != server.Host {
			want = want[:1]
		}
		assert.Equal(t, want, hows, origin)
	}
	assert.Len(t, foreign, 3+2*5, "HEAD, POST, POST of JSON, PUT, DELETE, each with credentials and without")
}

// A server may take its neighbours for friends.
func TestStrangersBesideTheServer(t *testing.T) {
	probes := plan(t, policies["one origin"], policy.Options{})
	var beside []string
	for _, p := range probes {
		if p.Class == policy.Leak && p.Subject == server.String() {
			beside = append(beside, p.Origin)
		}
	}
	assert.Equal(t, []string{"https://sub.api.corsproof.test", "https://corsproof.test", "https://other.corsproof.test"}, beside)
}
