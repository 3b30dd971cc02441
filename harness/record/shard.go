package record

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
)

// Shard is one of Count parts of a run, from 1. The zero Shard is the whole.
type Shard struct {
	Index int `json:"index"`
	Count int `json:"count"`
}

// maxShards bounds Count: more is a mistake.
const maxShards = 100_000

// ParseShard reads "2/8", the second of eight; "" and "1/1" are the whole.
func ParseShard(s string) (Shard, error) {
	if s == "" {
		return Shard{}, nil
	}
	before, after, found := strings.Cut(s, "/")
	index, err := strconv.Atoi(before)
	count, err2 := strconv.Atoi(after)
	shard := Shard{index, count}
	if !found || err != nil || err2 != nil || !shard.valid() {
		return Shard{}, fmt.Errorf("record: shard %q: it is written as 2/8, the second of eight", s)
	}
	if count == 1 {
		return Shard{}, nil
	}
	return shard, nil
}

func (s Shard) valid() bool { return 1 <= s.Index && s.Index <= s.Count && s.Count <= maxShards }

// Whole reports whether the shard is no part but all of a run.
func (s Shard) Whole() bool { return s.Count == 0 }

func (s Shard) String() string {
	if s.Whole() {
		return "1/1"
	}
	return fmt.Sprintf("%d/%d", s.Index, s.Count)
}

// Has reports whether a permutation is the shard's. That hangs on its id alone,
// so a case stays in its shard whatever comes beside it: the first eight bytes
// of the id's SHA-256, as a big-endian number, modulo Count.
func (s Shard) Has(id string) bool {
	if s.Whole() {
		return true
	}
	sum := sha256.Sum256([]byte(id))
	return binary.BigEndian.Uint64(sum[:8])%uint64(s.Count) == uint64(s.Index-1)
}

// Selection names what a run was to do, before a shard took its part: runs of
// the same permutations in the same order have the same name.
func Selection(ids []string) string {
	h := sha256.New()
	for _, id := range ids {
		fmt.Fprintf(h, "%s\n", id)
	}
	return fmt.Sprintf("%x", h.Sum(nil)[:8])
}
