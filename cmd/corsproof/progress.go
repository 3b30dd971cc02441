package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"

	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/report"
)

// progress shows how far a run is: one redrawn line on a terminal, a plain line
// every few seconds elsewhere.
type progress struct {
	mu       sync.Mutex
	w        io.Writer
	terminal bool
	started  time.Time
	last     time.Time
	ended    bool // it was shown that all are done
}

func newProgress(w io.Writer) *progress {
	return &progress{w: w, terminal: isTerminal(w), started: time.Now()}
}

// show tells of cases, and how many were unexpected.
func (p *progress) show(s harness.Progress) {
	p.draw(s.Done == s.Total, func(now time.Time) string {
		return p.pace(s, "cases", now) + fmt.Sprintf("  %d unexpected", s.Unexpected)
	})
}

// probes tells of a check's. What is unexpected of one is known when all have
// run: the verdict of its case is about the browser, and not about the server.
func (p *progress) probes(s harness.Progress) {
	p.draw(s.Done == s.Total, func(now time.Time) string { return p.pace(s, "probes", now) })
}

func (p *progress) pace(s harness.Progress, what string, now time.Time) string {
	rate := float64(s.Done) / now.Sub(p.started).Seconds()
	line := fmt.Sprintf("%d/%d  %.0f %s/s", s.Done, s.Total, rate, what)
	if s.Done*20 > s.Total { // before that, the rate is the start's
		line += fmt.Sprintf("  %s left", time.Duration(float64(s.Total-s.Done)/rate*float64(time.Second)).Round(time.Second))
	}
	return line
}

// draw shows a line, if the last one stands long enough, or all is done now.
func (p *progress) draw(done bool, text func(now time.Time) string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	every := 5 * time.Second
	if p.terminal {
		every = 100 * time.Millisecond
	}
	now := time.Now()
	ended := done && !p.ended // which is not the last report: evidence is still gathered
	if !ended && now.Sub(p.last) < every || !p.terminal && p.last.IsZero() && now.Sub(p.started) < every {
		return
	}
	p.last, p.ended = now, done
	line := text(now)
	if p.terminal {
		fmt.Fprintf(p.w, "\r\x1b[K%s", line)
	} else {
		fmt.Fprintln(p.w, line)
	}
}

// line prints a line of its own.
func (p *progress) line(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.terminal {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
	fmt.Fprintln(p.w, text)
}

// clear takes the redrawn line away.
func (p *progress) clear() {
	if p.terminal {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}

func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	if !ok || os.Getenv("CI") != "" || os.Getenv("TERM") == "dumb" {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// textOptions says how a text may look on w: colours only on a terminal, and not
// where NO_COLOR is set.
func textOptions(w io.Writer) report.Options {
	return report.Options{Color: isTerminal(w) && os.Getenv("NO_COLOR") == "", Width: width(w)}
}

// width is how many columns w has: what COLUMNS says, what the terminal says, or
// 100.
func width(w io.Writer) int {
	var n int
	if _, err := fmt.Sscan(strings.TrimSpace(os.Getenv("COLUMNS")), &n); err == nil && n >= 40 {
		return n
	}
	if file, ok := w.(*os.File); ok {
		if n, _, err := term.GetSize(int(file.Fd())); err == nil {
			return max(n, 40)
		}
	}
	return 100
}
