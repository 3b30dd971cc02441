package policy

// pair is two choices of two different factors.
type pair struct{ f, v, g, w int }

// pairs gives rows of choices, one of each factor, such that any two choices of
// different factors stand together in a row, if they may. sizes are the numbers
// of choices; may looks at a row in which open factors are -1; the rows begin
// with those of first.
func pairs(sizes []int, may func(row []int) bool, first [][]int) [][]int {
	c := covering{sizes: sizes, may: may, met: map[pair]bool{}, used: make([][]int, len(sizes)), seen: map[string]bool{}}
	for f, size := range sizes {
		c.used[f] = make([]int, size)
	}
	for _, row := range first {
		c.take(row)
	}
	for f := range sizes {
		for g := f + 1; g < len(sizes); g++ {
			for v := range sizes[f] {
				for w := range sizes[g] {
					c.cover(pair{f, v, g, w})
				}
			}
		}
	}
	return c.rows
}

type covering struct {
	sizes []int
	may   func([]int) bool
	met   map[pair]bool
	used  [][]int // how often a choice was taken
	rows  [][]int
	seen  map[string]bool
}

// cover takes a row for a pair that has none yet. Each other factor gets the
// choice that meets the most new pairs, of equals the one taken least.
func (c *covering) cover(p pair) {
	if c.met[p] {
		return
	}
	row := make([]int, len(c.sizes))
	for i := range row {
		row[i] = -1
	}
	row[p.f], row[p.g] = p.v, p.w
	if !c.may(row) {
		return
	}
	for f := range row {
		if row[f] < 0 {
			if row[f] = c.choose(row, f); row[f] < 0 {
				return
			}
		}
	}
	c.take(row)
}

func (c *covering) choose(row []int, f int) int {
	best, most := -1, -1
	for v := range c.sizes[f] {
		row[f] = v
		if !c.may(row) {
			continue
		}
		fresh := 0
		for g, w := range row {
			if g != f && w >= 0 && !c.met[ordered(f, v, g, w)] {
				fresh++
			}
		}
		if fresh > most || fresh == most && c.used[f][v] < c.used[f][best] {
			best, most = v, fresh
		}
	}
	row[f] = -1
	return best
}

func (c *covering) take(row []int) {
	key := make([]byte, 0, 2*len(row))
	for _, v := range row {
		key = append(key, byte(v>>8), byte(v))
	}
	if c.seen[string(key)] || !c.may(row) {
		return
	}
	c.seen[string(key)] = true
	for f, v := range row {
		c.used[f][v]++
		for g := f + 1; g < len(row); g++ {
			c.met[pair{f, v, g, row[g]}] = true
		}
	}
	c.rows = append(c.rows, row)
}

func ordered(f, v, g, w int) pair {
	if f < g {
		return pair{f, v, g, w}
	}
	return pair{g, w, f, v}
}

// product gives every row that may be.
func product(sizes []int, may func(row []int) bool) [][]int {
	rows := [][]int{{}}
	for f, size := range sizes {
		var longer [][]int
		for _, row := range rows {
			for v := range size {
				next := append(append(make([]int, 0, len(sizes)), row...), v)
				for len(next) < len(sizes) {
					next = append(next, -1)
				}
				if may(next) {
					longer = append(longer, next[:f+1])
				}
			}
		}
		rows = longer
	}
	return rows
}
