package scenarios

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/oracle"
)

type jsonSchema struct {
	Enum        []any                 `json:"enum"`
	Const       any                   `json:"const"`
	Ref         string                `json:"$ref"`
	Description string                `json:"description"`
	Properties  map[string]jsonSchema `json:"properties"`
	Items       *jsonSchema           `json:"items"`
	AnyOf       []jsonSchema          `json:"anyOf"`
	OneOf       []jsonSchema          `json:"oneOf"`
	Defs        map[string]jsonSchema `json:"$defs"`
	Extra       json.RawMessage       `json:"additionalProperties"`
}

func readSchema(t *testing.T) jsonSchema {
	t.Helper()
	var s jsonSchema
	require.NoError(t, json.Unmarshal(Schema(), &s))
	return s
}

// The schema's keys are the loader's.
func TestSchemaHasTheLoadersKeys(t *testing.T) {
	s := readSchema(t)
	s.Defs["file"] = s
	for name, want := range map[string][]string{
		"file":          names(fileFields),
		"defaults":      names(defaultsFields),
		"scenario":      names(scenarioFields),
		"override":      names(eachFields),
		"step":          names(stepFields),
		"request":       names(requestFields),
		"body":          names(bodyFields),
		"reply":         names(replyFields),
		"replyBody":     names(replyBodyFields),
		"hop":           names(hopFields),
		"resource":      names(resourceFields),
		"server":        names(serverFields),
		"setUp":         names(setUpFields),
		"page":          names(pageFields),
		"serviceWorker": names(serviceWorkerFields),
		"cookie":        names(cookieFields),
		"expect":        names(expectFields),
		"wireClaim":     names(wireFields),
	} {
		def, ok := s.Defs[name]
		require.True(t, ok, name)
		assert.ElementsMatch(t, want, sortedKeys(def.Properties), name)
		assert.Equal(t, "false", string(def.Extra), "%s takes no other keys", name)
		for key, property := range def.Properties {
			target := s.Defs[strings.TrimPrefix(property.Ref, "#/$defs/")]
			assert.NotEmpty(t, property.Description+target.Description, "%s.%s has no description", name, key)
		}
	}
}

// The schema's words are the loader's.
func TestSchemaHasTheLoadersWords(t *testing.T) {
	s := readSchema(t)
	request, expect, page := s.Defs["request"].Properties, s.Defs["expect"].Properties, s.Defs["page"].Properties
	for name, test := range map[string]struct {
		schema jsonSchema
		want   []string
	}{
		"via":             {s.Defs["via"], text(vias)},
		"origin":          {s.Defs["origin"].AnyOf[0], originNames()},
		"from":            {request["from"].AnyOf[1], placeNames()},
		"to":              {request["to"].AnyOf[1], schemeTargets},
		"mode":            {request["mode"], modes},
		"credentials":     {request["credentials"], credentialsModes},
		"redirect":        {request["redirect"], redirectModes},
		"cache":           {request["cache"], cacheModes},
		"referrer-policy": {request["referrer-policy"].AnyOf[0], referrerPolicies},
		"response-type":   {request["response-type"].AnyOf[0], responseTypes},
		"as":              {request["as"].AnyOf[0], preloadTypes},
		"abort":           {s.Defs["reply"].Properties["abort"], aborts},
		"step.page":       {s.Defs["step"].Properties["page"].AnyOf[0], pages},
		"sandbox":         {*page["sandbox"].Items, sandboxTokens},
		"address-space":   {page["address-space"], addressSpaces},
		"responds":        {s.Defs["serviceWorker"].Properties["responds"], responders},
		"read":            {expect["read"], text(reads)},
		"type":            {expect["type"], types},
		"timing":          {expect["timing"], timings},
	} {
		var got []string
		for _, word := range test.schema.Enum {
			got = append(got, word.(string))
		}
		assert.Equal(t, test.want, got, name)
	}
	for i, info := range oracle.Reasons() {
		require.Less(t, i, len(expect["reason"].OneOf), "no %s", info.Reason)
		assert.Equal(t, string(info.Reason), expect["reason"].OneOf[i].Const)
		assert.Equal(t, info.About, expect["reason"].OneOf[i].Description)
	}
}

func text[S ~string](words []S) (out []string) {
	for _, w := range words {
		out = append(out, string(w))
	}
	return out
}

// Every $ref leads somewhere, and every pattern compiles.
func TestSchemaIsWhole(t *testing.T) {
	s := readSchema(t)
	for _, m := range regexp.MustCompile(`"\$ref": "#/\$defs/(\w+)"`).FindAllStringSubmatch(string(Schema()), -1) {
		assert.Contains(t, s.Defs, m[1])
	}
	for _, m := range regexp.MustCompile(`"pattern": ("(?:[^"\\]|\\.)*")`).FindAllStringSubmatch(string(Schema()), -1) {
		var pattern string
		require.NoError(t, json.Unmarshal([]byte(m[1]), &pattern))
		_, err := regexp.Compile(pattern)
		assert.NoError(t, err)
	}
}

// The words that format 1 has promised.
func TestViasOfTheFormat(t *testing.T) {
	for word := range strings.FieldsSeq(`fetch xhr module dynamic-import script script-cors img img-cors font font-face
		style style-cors css-image css-mask css-shape canvas webgl imagebitmap audio video track eventsource beacon worker
		shared-worker service-worker worker-fetch import-scripts preload modulepreload prefetch manifest iframe object form
		websocket`) {
		assert.True(t, slices.Contains(vias, oracle.Via(word)), word)
	}
}
