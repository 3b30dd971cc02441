package fuzz

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/scenarios"
)

// TestGenerate makes two thousand cases: each loads as it is written, the
// oracle has a prediction for it, and its claim is that prediction.
func TestGenerate(t *testing.T) {
	var permutations []*scenarios.Permutation
	for number := range 2000 {
		c, err := Generate(1, number)
		if !assert.NoError(t, err, "case %d", number) {
			continue
		}
		file, err := scenarios.Parse(c.Name+".yaml", []byte(c.Text))
		require.NoError(t, err, c.Text)
		one := scenarios.Permutations([]*scenarios.File{file})
		require.Len(t, one, 1)
		permutations = append(permutations, one...)
	}
	for _, p := range harness.Lint(permutations) {
		t.Error(p)
	}
}

// TestSameSeed holds that a case is its seed's and its number's alone: not the
// order's in which cases are made, and not the machine's.
func TestSameSeed(t *testing.T) {
	const n = 64
	text := func(seed uint64, number int) string {
		c, err := Generate(seed, number)
		require.NoError(t, err)
		return c.Text
	}
	var first [n]string
	for number := range n {
		first[number] = text(7, number)
	}
	var wait sync.WaitGroup
	var again [n]string
	for number := range n {
		wait.Go(func() { again[n-1-number] = text(7, n-1-number) })
	}
	wait.Wait()
	assert.Equal(t, first, again)
	assert.NotEqual(t, first[0], text(8, 0))
	different := map[string]bool{}
	for _, c := range first {
		different[c] = true
	}
	assert.Len(t, different, n)
}

// TestWeights holds that every table that is drawn from has something in it.
func TestWeights(t *testing.T) {
	for _, v := range vias {
		assert.Positive(t, v.weight, v.text)
	}
	ready := map[string]bool{}
	for _, v := range vias {
		ready[v.text] = true
	}
	for via := range viaWeights {
		assert.True(t, ready[string(via)], "%s is weighted and cannot be loaded by", via)
	}
}
