package policy

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What a policy is written as, it is read from.
func TestMarshalJSON(t *testing.T) {
	data, err := os.ReadFile("testdata/cors.yaml")
	require.NoError(t, err)
	p, err := Load("cors.yaml", data, environment)
	require.NoError(t, err)
	p.secrets = nil
	p.Accept[0].place = ""
	for _, want := range []*Policy{p, {Origins: []string{}}, {Origins: []string{"*"}, ExposeHeaders: []string{"*"}, NullOrigin: true}} {
		written, err := json.Marshal(want)
		require.NoError(t, err)
		got, err := Load("cors.json", written, nil)
		require.NoError(t, err, string(written))
		for i := range got.Accept {
			got.Accept[i].place = ""
		}
		assert.Equal(t, want, got, string(written))
	}
	written, err := json.Marshal(Policy{})
	require.NoError(t, err)
	assert.JSONEq(t, `{"origins": [], "credentials": false}`, string(written))
}
