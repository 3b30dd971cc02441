package harness

import "github.com/corsproof/corsproof/oracle"

type expectation struct {
	Read   oracle.Read
	Reason oracle.Reason
	Link   string
}

func (expectation) Matches(string) bool { return false }

func expectationsFor(string) ([]expectation, error) { return nil, nil }
