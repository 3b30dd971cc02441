package check

import (
	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/policy"
)

// Result is what came of one probe in one engine.
type Result struct {
	Probe  policy.Probe
	Record record.Record
}
