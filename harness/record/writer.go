package record

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"sync"
)

// Write writes a whole results file: the run, then its records as [Sorted]
// orders them. It sets the run's Schema, and Expected to the number of records.
func Write(w io.Writer, run Run, records []Record) error {
	buffered := bufio.NewWriter(w)
	run.Expected = len(records)
	out, err := NewWriter(buffered, run)
	if err != nil {
		return err
	}
	for _, r := range Sorted(records) {
		if err := out.Add(r); err != nil {
			return err
		}
	}
	if err := out.Close(); err != nil {
		return err
	}
	return buffered.Flush()
}

// Writer writes a results file while the run goes on, one whole line a call, so
// that what a killed run leaves behind can be told from a whole file. Its
// methods may be called from several goroutines.
type Writer struct {
	mu       sync.Mutex
	w        io.Writer
	expected int
	written  int
}

// NewWriter writes the run's line. The run's Expected must be right by now:
// [Read] refuses a file with another number of records.
func NewWriter(w io.Writer, run Run) (*Writer, error) {
	run.Schema = Schema
	out := &Writer{w: w, expected: run.Expected}
	return out, out.line(run)
}

// Add writes one record.
func (w *Writer) Add(r Record) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if r.Steps == nil {
		r.Steps = []Step{}
	}
	if err := w.line(r); err != nil {
		return err
	}
	w.written++
	return nil
}

// Close returns an error if there were fewer or more records than the run said
// it would have. It does not close what it writes to.
func (w *Writer) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.written != w.expected {
		return fmt.Errorf("record: wrote %d records, and the run's line says %d", w.written, w.expected)
	}
	return nil
}

func (w *Writer) line(v any) error {
	line, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("record: encode: %w", err)
	}
	if _, err := w.w.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("record: write: %w", err)
	}
	return nil
}

// Sorted returns the records in the order that reports keep: the catalogue's,
// then by id, engine and attempt. The argument stays as it is.
func Sorted(records []Record) []Record {
	sorted := slices.Clone(records)
	slices.SortStableFunc(sorted, func(a, b Record) int {
		return cmp.Or(
			cmp.Compare(a.Order, b.Order),
			cmp.Compare(a.ID, b.ID),
			cmp.Compare(a.Engine, b.Engine),
			cmp.Compare(a.Attempt, b.Attempt),
		)
	})
	return sorted
}
