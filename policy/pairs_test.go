package policy

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestPairs(t *testing.T) {
	anything := func([]int) bool { return true }
	// The second factor's first choice goes with the third's first alone.
	picky := func(row []int) bool { return row[1] != 0 || row[2] <= 0 }
	for _, c := range []struct {
		sizes []int
		may   func([]int) bool
		most  int
	}{
		{[]int{1}, anything, 0},
		{[]int{1, 1}, anything, 1},
		{[]int{2, 2, 2}, anything, 6},
		{[]int{5, 1, 6, 4, 2}, anything, 36},
		{[]int{3, 3, 3, 3}, anything, 15},
		{[]int{4, 2, 5}, picky, 24},
		{[]int{20, 10, 8, 12, 2}, anything, 320},
	} {
		rows := pairs(c.sizes, c.may, nil)
		assert.LessOrEqual(t, len(rows), c.most, c.sizes)
		met := map[pair]bool{}
		for _, row := range rows {
			assert.True(t, c.may(row))
			for f, v := range row {
				for g := f + 1; g < len(row); g++ {
					met[pair{f, v, g, row[g]}] = true
				}
			}
		}
		var apart []pair
		for _, row := range product(c.sizes, c.may) {
			for f, v := range row {
				for g := f + 1; g < len(row); g++ {
					if p := (pair{f, v, g, row[g]}); !met[p] {
						apart = append(apart, p)
					}
				}
			}
		}
		assert.Empty(t, apart, c.sizes)
	}
	assert.Equal(t, [][]int{{1, 1}, {0, 0}, {0, 1}, {1, 0}}, pairs([]int{2, 2}, anything, [][]int{{1, 1}, {1, 1}}))
}
