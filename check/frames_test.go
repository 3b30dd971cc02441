package check

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/policy"
)

// Strangers ask from frames, in a page of their scheme; those who are declared, and
// what is asked twice, from tabs. The plan itself stays as it is.
func TestFramed(t *testing.T) {
	p := &policy.Policy{Origins: []string{"https://app.example.com", "http://old.example.com"}, Credentials: true}
	probes, err := p.Scenarios(policy.Options{Server: oracle.Origin{Scheme: "https", Host: "api.example.com", Port: 443}})
	require.NoError(t, err)
	frames := map[string]int{}
	for _, p := range probes {
		in := framed(p)
		assert.Equal(t, p.Permutation.ID, in.ID)
		if in == p.Permutation {
			frames["none"]++
			continue
		}
		assert.NotContains(t, []policy.Who{policy.Declared, policy.SameOrigin, policy.Null}, p.Who, in.ID)
		assert.Len(t, in.Steps, 1, in.ID)
		assert.Nil(t, p.Permutation.Steps[0].Page, in.ID)
		top := in.Steps[0].Page.Top
		assert.Equal(t, p.Origin[:5] == "https", top[:5] == "https", in.ID)
		frames[top]++
	}
	assert.Len(t, frames, 3, "%v", frames)
}
