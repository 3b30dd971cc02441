package scenarios

import (
	_ "embed"
	"slices"
)

//go:embed schema.json
var schema []byte

// Schema is the JSON Schema (draft 2020-12) of scenario files, for editors.
// The loader checks more than a schema can say.
func Schema() []byte { return slices.Clone(schema) }
