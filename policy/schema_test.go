package policy

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type jsonSchema struct {
	Enum        []Class               `json:"enum"`
	Pattern     string                `json:"pattern"`
	Ref         string                `json:"$ref"`
	Description string                `json:"description"`
	Properties  map[string]jsonSchema `json:"properties"`
	Required    []string              `json:"required"`
	Defs        map[string]jsonSchema `json:"$defs"`
	Extra       json.RawMessage       `json:"additionalProperties"`
}

// The schema's keys and words are the loader's, and every $ref leads somewhere.
func TestSchema(t *testing.T) {
	var s jsonSchema
	require.NoError(t, json.Unmarshal(Schema(), &s))
	for name, test := range map[string]struct {
		schema jsonSchema
		want   []string
	}{
		"file":     {s, keys},
		"endpoint": {s.Defs["endpoint"], endpointKeys},
		"accept":   {s.Defs["accept"], acceptKeys},
	} {
		assert.ElementsMatch(t, test.want, slices.Collect(maps.Keys(test.schema.Properties)), name)
		assert.Equal(t, "false", string(test.schema.Extra), "%s takes no other keys", name)
		for key, property := range test.schema.Properties {
			assert.NotEmpty(t, property.Description, "%s.%s has no description", name, key)
		}
	}
	assert.Equal(t, Classes, s.Defs["accept"].Properties["class"].Enum)
	for _, m := range regexp.MustCompile(`"\$ref": "#/\$defs/(\w+)"`).FindAllStringSubmatch(string(Schema()), -1) {
		assert.Contains(t, s.Defs, m[1])
	}
}

// No pattern of the schema refuses what the loader takes.
func TestSchemaTakesWhatLoadTakes(t *testing.T) {
	var s jsonSchema
	require.NoError(t, json.Unmarshal(Schema(), &s))
	for name, test := range map[string]struct {
		schema jsonSchema
		values string
	}{
		"origins":    {s.Defs["origin"], "* https://app.example.com https://*.partner.example http://localhost:* https://*.partner.example:* http://[::1]:3000"},
		"public-url": {s.Properties["public-url"], "https://api.example.com http://127.0.0.1:3000"},
		"max-age":    {s.Properties["max-age"], "30s 10m 2h 1h30m 1.5h"},
		"methods":    {s.Defs["method"], "PUT M-SEARCH"},
		"headers":    {s.Defs["headerName"], "* X-Token"},
		"path":       {s.Defs["endpoint"].Properties["path"], "/ /items?page=2"},
	} {
		pattern, err := regexp.Compile(test.schema.Pattern)
		require.NoError(t, err, name)
		for value := range strings.FieldsSeq(test.values) {
			assert.Regexp(t, pattern, value, name)
		}
	}
}
