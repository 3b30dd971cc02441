package policy

import (
	_ "embed"
	"slices"
)

//go:embed schema.json
var schema []byte

// Schema is the JSON Schema (draft 2020-12) of policy files, for editors. [Load]
// checks more than a schema can say.
func Schema() []byte { return slices.Clone(schema) }
