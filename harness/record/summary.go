package record

// Verdicts are all verdicts, in the order in which people want to read them.
var Verdicts = []Verdict{Pass, Divergence, Unexpected, Stale, Inconclusive, Error, NotApplicable}

// NeedsAttention is true for a verdict that makes a run fail.
func (v Verdict) NeedsAttention() bool {
	switch v {
	case Pass, Divergence, NotApplicable:
		return false
	}
	return true
}

// Counts are the numbers of records by verdict.
type Counts map[Verdict]int

// Total is the number of records.
func (c Counts) Total() int {
	n := 0
	for _, k := range c {
		n += k
	}
	return n
}

// Attention is the number of records whose verdict makes a run fail.
func (c Counts) Attention() int {
	n := 0
	for v, k := range c {
		if v.NeedsAttention() {
			n += k
		}
	}
	return n
}

// TopicSummary is a topic's row of a [Summary].
type TopicSummary struct {
	Name    string
	Counts  Counts
	Engines map[string]Counts // by engine key
}

// Summary is a run in numbers.
type Summary struct {
	Counts   Counts
	Topics   []TopicSummary    // in the order of [Sorted] records
	Engines  map[string]Counts // by engine key
	Requests int               // that reached the servers, preflights included
	Missing  int               // records that the run expected and that are not there
}

// Summarise counts the records of a run.
func Summarise(run Run, records []Record) Summary {
	s := Summary{
		Counts:  Counts{},
		Engines: map[string]Counts{},
		Missing: max(0, run.Expected-len(records)),
	}
	topics := map[string]TopicSummary{}
	for _, r := range Sorted(records) {
		topic, known := topics[r.Topic]
		if !known {
			topic = TopicSummary{r.Topic, Counts{}, map[string]Counts{}}
			topics[r.Topic] = topic
			s.Topics = append(s.Topics, topic)
		}
		for _, engines := range []map[string]Counts{s.Engines, topic.Engines} {
			if engines[r.Engine] == nil {
				engines[r.Engine] = Counts{}
			}
			engines[r.Engine][r.Verdict]++
		}
		s.Counts[r.Verdict]++
		topic.Counts[r.Verdict]++
		for _, step := range r.Steps {
			s.Requests += len(step.Observed.Wire)
		}
	}
	return s
}

// ExitCode is what a command must exit with: 0 when all is as expected, 1 when
// something is unexpected, stale or inconclusive, 3 when the harness failed or
// results are missing, which outweighs 1 because the picture has holes.
func (s Summary) ExitCode() int {
	switch {
	case s.Missing > 0 || s.Counts[Error] > 0:
		return 3
	case s.Counts.Attention() > 0:
		return 1
	}
	return 0
}
