//go:build !unix

// Package sweep removes a folder, and ends who works in it, when this process has
// ended, however it ends.
package sweep

import (
	"errors"
	"fmt"
)

// Sweeper waits to remove a folder.
type Sweeper struct{}

// After is an errors.ErrUnsupported: these systems have no shell to wait.
func After(string) (*Sweeper, error) {
	return nil, fmt.Errorf("sweep: %w", errors.ErrUnsupported)
}

// Group does nothing.
func (*Sweeper) Group(int) error { return nil }

// Close does nothing.
func (*Sweeper) Close() error { return nil }
