package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/harness/record"
)

func TestJUnitGolden(t *testing.T) {
	run, records := smallRun()
	var b bytes.Buffer
	require.NoError(t, JUnit(&b, run, records))
	golden(t, "junit.xml", b.Bytes())
}

func TestJUnitIsWellFormedAndCounts(t *testing.T) {
	run, records := smallRun()
	run.Expected += 2
	var b bytes.Buffer
	require.NoError(t, JUnit(&b, run, records))

	dec := xml.NewDecoder(bytes.NewReader(b.Bytes()))
	for {
		_, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
	}

	var got struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Errors   int `xml:"errors,attr"`
		Skipped  int `xml:"skipped,attr"`
		Suites   []struct {
			Name  string `xml:"name,attr"`
			Cases []struct {
				Name    string    `xml:"name,attr"`
				Failure *struct{} `xml:"failure"`
				Error   *struct{} `xml:"error"`
				Skipped *struct{} `xml:"skipped"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	require.NoError(t, xml.Unmarshal(b.Bytes(), &got))
	assert.Equal(t, 11, got.Tests, "a test case a record, and one for what is missing")
	assert.Equal(t, 2, got.Failures, "unexpected, stale")
	assert.Equal(t, 3, got.Errors, "inconclusive, error, missing results")
	assert.Equal(t, 1, got.Skipped)
	require.Len(t, got.Suites, 3)
	seen := map[string]bool{}
	for _, s := range got.Suites {
		for _, c := range s.Cases {
			name := s.Name + "/" + c.Name
			assert.False(t, seen[name], "%s stands twice", name)
			seen[name] = true
			marks := 0
			for _, m := range []*struct{}{c.Failure, c.Error, c.Skipped} {
				if m != nil {
					marks++
				}
			}
			assert.LessOrEqual(t, marks, 1, name)
		}
	}
}

func TestJUnitOfAnEmptyRun(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, JUnit(&b, record.Run{}, nil))
	assert.Contains(t, b.String(), `<testsuites name="corsproof" tests="0"`)
}
