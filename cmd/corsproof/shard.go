package main

import (
	"fmt"
	"os"
	"strconv"

	"github.com/corsproof/corsproof/harness/record"
)

// cutter is a CI service that runs one job several times, and tells each which
// it is.
type cutter struct {
	service      string
	index, count string // environment variables
	first        int    // the index of the first
}

// cutters are the services whose variables mean nothing else than shards. Others
// have some for jobs of a matrix, which each do something of their own.
var cutters = []cutter{
	{"GitLab", "CI_NODE_INDEX", "CI_NODE_TOTAL", 1},
	{"CircleCI", "CIRCLE_NODE_INDEX", "CIRCLE_NODE_TOTAL", 0},
	{"Buildkite", "BUILDKITE_PARALLEL_JOB", "BUILDKITE_PARALLEL_JOB_COUNT", 0},
	{"Semaphore", "SEMAPHORE_JOB_INDEX", "SEMAPHORE_JOB_COUNT", 1},
}

// shardOf is the shard that -shard names or, without it, the CI service.
func shardOf(s streams, command, flag string) (record.Shard, error) {
	if flag != "" {
		shard, err := record.ParseShard(flag)
		if err != nil {
			return record.Shard{}, usageError("corsproof %s: -shard: %w", command, err)
		}
		return shard, nil
	}
	for _, c := range cutters {
		index, counted := os.LookupEnv(c.index)
		count := os.Getenv(c.count)
		if !counted || count == "" {
			continue // GitLab sets the count alone where there is one job
		}
		n, err := strconv.Atoi(index)
		text := fmt.Sprintf("%d/%s", n-c.first+1, count)
		shard, err2 := record.ParseShard(text)
		if err != nil || err2 != nil {
			return record.Shard{}, usageError("corsproof %s: %s=%q and %s=%q, which %s sets, are no shard; -shard 1/1 runs all", command, c.index, index, c.count, count, c.service)
		}
		if !shard.Whole() {
			fmt.Fprintf(s.err, "shard %s, by %s and %s of %s; -shard 1/1 runs all\n", shard, c.index, c.count, c.service)
		}
		return shard, nil
	}
	return record.Shard{}, nil
}
