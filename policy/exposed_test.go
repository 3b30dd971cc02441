package policy

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/oracle"
)

// What may be read is said of each policy as it is meant.
func TestExposedWords(t *testing.T) {
	for want, list := range map[string][]string{
		"https://app.example.com may read of GET / the safelisted headers and no other.":           nil,
		"https://app.example.com may read of GET / the safelisted headers, X-Total, and no other.": {"X-Total"},
		"https://app.example.com may read of GET / every header.":                                  {"X-Total", "*"},
	} {
		p := &Policy{Origins: []string{"https://app.example.com"}, ExposeHeaders: list}
		probes, err := p.Scenarios(Options{Server: oracle.Origin{Scheme: "https", Host: "api.example.com", Port: 443}})
		require.NoError(t, err)
		var meant []string
		for _, probe := range probes {
			if probe.What == Exposed {
				meant = append(meant, probe.Meant)
			}
		}
		assert.Contains(t, meant, want)
	}
}
