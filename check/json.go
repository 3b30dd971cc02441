package check

import (
	"encoding/json"
	"fmt"
	"io"
)

// JSON writes the report as one object, indented, with the policy in the words
// of its file.
func (r Report) JSON(w io.Writer) error {
	if r.Findings == nil {
		r.Findings = []Finding{}
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	if err := enc.Encode(r); err != nil {
		return fmt.Errorf("check: write json: %w", err)
	}
	return nil
}
