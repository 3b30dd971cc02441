package report

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/internal/plain"
)

const barWidth = 20

// topics is the table: a line a topic, with a bar of its verdicts for each
// engine.
func (t text) topics() {
	if len(t.sum.Topics) == 0 {
		return
	}
	ticks := barWidth
	var bars []string // the columns' heads
	if t.several() {
		ticks = max(6, min(barWidth/2, (t.Width-40)/len(t.engines)-2))
		for _, key := range t.engines {
			bars = append(bars, fmt.Sprintf("%-*s", ticks, plain.Clip(plain.Text(key), ticks)))
		}
	}
	name := len("topic")
	for _, topic := range t.sum.Topics {
		name = max(name, utf8.RuneCountInString(plain.Text(topic.Name)))
	}
	name = min(name, t.Width-max(1, len(t.engines))*(ticks+2)-22)
	head := fmt.Sprintf("  %-*s  cases  %s", name, "topic", strings.Join(bars, "  "))
	fmt.Fprintln(t, t.paint(plain.Faint, strings.TrimRight(head, " ")))
	for _, topic := range t.sum.Topics {
		var row []string
		for _, key := range t.engines {
			row = append(row, t.bar(topic.Engines[key], ticks))
		}
		fmt.Fprintf(t, "  %-*s  %5d  %s  %s\n", name, plain.Clip(plain.Text(topic.Name), name), topic.Counts.Total(),
			strings.Join(row, "  "), countsLine(topic.Counts, ", "))
	}
	if len(t.sum.Topics) > 1 {
		fmt.Fprintf(t, "  %-*s  %5d  %s  %s\n", name, "all", t.sum.Counts.Total(),
			strings.Repeat(" ", len(t.engines)*(ticks+2)-2), t.paint(plain.Bold, countsLine(t.sum.Counts, ", ")))
	}
	fmt.Fprintln(t)
}

// verdictTick is a verdict in a bar: told apart by shape, not by colour alone.
var verdictTick = map[record.Verdict]string{
	record.Pass: "━", record.Divergence: "≠", record.Unexpected: "✗", record.Stale: "~",
	record.Inconclusive: "?", record.Error: "!", record.NotApplicable: "·",
}

// bar draws counts as ticks. Every verdict that occurs gets one at least, so
// that one failure in a thousand is seen. No counts are blank.
func (t text) bar(c record.Counts, width int) string {
	if c.Total() == 0 {
		return strings.Repeat(" ", width)
	}
	ticks := share(c, width)
	var b strings.Builder
	for _, v := range record.Verdicts {
		b.WriteString(t.paint(verdictStyle[v], strings.Repeat(verdictTick[v], ticks[v])))
	}
	return b.String()
}

// share divides n ticks by the counts; the largest takes what rounding leaves.
func share(c record.Counts, n int) map[record.Verdict]int {
	total, left := c.Total(), n
	ticks := map[record.Verdict]int{}
	if total == 0 {
		return ticks
	}
	largest := record.Pass
	for _, v := range record.Verdicts {
		if c[v] == 0 {
			continue
		}
		ticks[v] = max(1, c[v]*n/total)
		left -= ticks[v]
		if c[v] > c[largest] {
			largest = v
		}
	}
	ticks[largest] += left
	return ticks
}
