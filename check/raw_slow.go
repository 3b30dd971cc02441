package check

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/corsproof/corsproof/servers"
)

// An answer is slow when it takes long, and longer than the input is long: when
// four times as much input takes more than eight times as long, twice measured.
const (
	slowEnough = 20 * time.Millisecond
	slowGrowth = 8
	// mostAgain and longAgain bound how often, and for how long, a slow answer is
	// asked for again: on a busy machine many in a row are slow that need not be.
	mostAgain, longAgain = 30, 2 * time.Second
	// leastTime is what the smaller input counts for at least, as clocks and
	// schedulers are.
	leastTime = time.Millisecond
)

// rawSizes are the lengths of the larger input, and a fourth of it is the smaller:
// what the first server takes, the next may refuse.
var rawSizes = []int{60 << 10, 14 << 10}

// growing is input that can be of any length.
type growing struct {
	about  string
	header string // that it is the value of
	value  func(n int) string
	shell  string // makes it, of n = %d pieces
	piece  int    // the length of one piece, about
}

func (a *raw) growing() []growing {
	const asked, origin = "Access-Control-Request-Headers", "Origin"
	repeat := func(s string) func(int) string {
		return func(n int) string { return strings.Repeat(s, n/len(s)+1)[:n] }
	}
	host := strings.TrimPrefix(a.origin[strings.Index(a.origin, "://")+1:], "//")
	return []growing{
		{"Very many names are asked for", asked, manyNames, `$(seq -s, -f 'x%%.0f' 1 %d)`, 6},
		{"One name is asked for again and again", asked, repeat(a.header + ","), `$(printf '` + a.header + `,%%.0s' $(seq %d))`, len(a.header) + 1},
		{"A list of nothing but commas is asked for", asked, repeat(","), `$(printf ',%%.0s' $(seq %d))`, 1},
		{"Spaces stand between two names", asked, func(n int) string { return a.header + strings.Repeat(" ", n) + "," + a.header },
			a.header + `$(printf ' %%.0s' $(seq %d)),` + a.header, 1},
		{"A very long name is asked for", asked, func(n int) string { return strings.Repeat("x", n) }, `$(printf 'x%%.0s' $(seq %d))`, 1},
		{"A very long host asks", origin, func(n int) string { return "https://" + strings.Repeat("a", n) + "." + host }, `https://$(printf 'a%%.0s' $(seq %d)).` + host, 1},
		{"A host of very many labels asks", origin, func(n int) string { return "https://" + repeat("a.")(n) + host + "!" }, `https://$(printf 'a.%%.0s' $(seq %d))` + host + `!`, 2},
	}
}

// manyNames are different names, n bytes of them.
func manyNames(n int) string {
	var b strings.Builder
	for i := 1; b.Len() < n; i++ {
		if i > 1 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "x%d", i)
	}
	return b.String()[:n]
}

// slow looks for input whose length makes the target slow beyond its length.
func (a *raw) slow(ctx context.Context) ([]RawResult, error) {
	var harm []RawResult
	for _, g := range a.growing() {
		for _, size := range rawSizes {
			took, grew, refused := a.grows(ctx, g, size)
			if refused {
				continue
			}
			if grew {
				p := a.of(g, size)
				happened := fmt.Sprintf("%d bytes take the server %v, and a fourth of them less than an eighth of that.", size, took.Round(time.Millisecond))
				if took >= a.patience {
					happened = fmt.Sprintf("Of %d bytes the server gives no answer within %v.", size, a.patience)
				}
				harm = append(harm, a.result(p, rawSlow, happened))
			}
			if took >= a.patience { // it may be at it still
				return harm, ctx.Err()
			}
			break
		}
		if ctx.Err() != nil {
			return harm, ctx.Err()
		}
	}
	return harm, nil
}

func (a *raw) of(g growing, size int) rawProbe {
	method := "OPTIONS"
	p := a.with(method, g.about, g.header, g.value(size))
	for _, h := range p.headers {
		if h.Name == g.header {
			p.curl = append(p.curl, `"`+h.Name+": "+fmt.Sprintf(g.shell, size/g.piece)+`"`)
		} else {
			p.curl = append(p.curl, "'"+h.Name+": "+h.Value+"'")
		}
	}
	return p
}

// grows says whether the time for an input grows faster than its length.
func (a *raw) grows(ctx context.Context, g growing, size int) (took time.Duration, grew, refused bool) {
	for range 2 { // a suspicion and its confirmation
		large, ok := a.quickest(ctx, a.of(g, size), 2)
		if !ok {
			return 0, false, true
		}
		base, ok := a.quickest(ctx, a.usual("OPTIONS"), 2)
		if !ok || large-base < slowEnough {
			return large, false, false
		}
		if large >= a.patience { // however long less of it takes
			took = large
			continue
		}
		small, ok := a.quickest(ctx, a.of(g, size/4), 5)
		if !ok {
			return large, false, false
		}
		least := base + max(slowEnough, slowGrowth*max(small-base, leastTime))
		took = large
		began := a.now()
		for again := 0; took >= least && again < mostAgain && (again < 3 || a.now().Sub(began) < longAgain); again++ {
			more, ok := a.quickest(ctx, a.of(g, size), 1)
			if !ok {
				return large, false, false
			}
			took = min(took, more)
		}
		if took < least {
			return took, false, false
		}
	}
	return took, true, false
}

// quickest is the shortest of some answer times; a server that does not answer
// counts as if it had when patience ends. ok is false where it refuses the input.
func (a *raw) quickest(ctx context.Context, p rawProbe, times int) (quickest time.Duration, ok bool) {
	quickest = a.patience
	for range times {
		if a.pace.wait(ctx) != nil {
			return 0, false
		}
		began := a.now()
		heard, err := a.sendNow(ctx, p)
		took := a.now().Sub(began)
		if errors.Is(err, context.DeadlineExceeded) {
			return a.patience, true
		}
		if err != nil || refuses(heard) {
			return 0, false
		}
		quickest = min(quickest, took)
	}
	return quickest, true
}

// refuses is true for an answer that says that the request is too much or no HTTP.
func refuses(heard servers.Heard) bool {
	switch heard.Reply.Status {
	case 400, 413, 414, 431, 494:
		return true
	}
	return false
}
