package check

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/policy"
)

// The clocks of these tests stand still while anything is on its way and jump to
// the next turn when all wait: what has arrived by then is counted, no time is
// measured.

func TestPace(t *testing.T) {
	for _, test := range []struct {
		rate  float64
		after time.Duration
		turns int32
	}{
		{0.5, 0, 1},
		{0.5, 1999 * time.Millisecond, 1},
		{0.5, 2 * time.Second, 2},
		{10, time.Second, 11},
		{10, 100 * time.Second, 50}, // all that there are
		{1000, 9 * time.Millisecond, 10},
	} {
		synctest.Test(t, func(t *testing.T) {
			p := pace{every: every(test.rate)}
			var turns atomic.Int32
			var all sync.WaitGroup
			for range 50 {
				all.Go(func() {
					assert.NoError(t, p.wait(t.Context()))
					turns.Add(1)
				})
			}
			time.Sleep(test.after)
			synctest.Wait()
			assert.Equal(t, test.turns, turns.Load(), "%v a second, after %v", test.rate, test.after)
			all.Wait()
		})
	}
}

// What was not asked for in time is not made up for later.
func TestPaceAfterAPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := pace{every: time.Second}
		require.NoError(t, p.wait(t.Context()))
		time.Sleep(time.Minute)
		began := time.Now()
		for range 3 {
			require.NoError(t, p.wait(t.Context()))
		}
		assert.Equal(t, 2*time.Second, time.Since(began))
	})
}

func TestPaceGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := pace{every: time.Hour}
		require.NoError(t, p.wait(t.Context()))
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		assert.ErrorIs(t, p.wait(ctx), context.DeadlineExceeded)
		var none pace
		assert.NoError(t, none.wait(t.Context()))
		assert.ErrorIs(t, none.wait(ctx), context.DeadlineExceeded)
	})
}

// counted is a server that allows one origin, and ends one connection in five
// without an answer: whoever has used it before asks once more.
func counted(t *testing.T, arrived *atomic.Int32) *Target {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n := arrived.Add(1); n%5 == 0 {
			panic(http.ErrAbortHandler)
		}
		cors(only, items).ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	target, err := URL(server.URL + "/items")
	require.NoError(t, err)
	return target
}

// TestRate has a whole check go on under such a clock, and counts what arrives at
// the server from second to second.
func TestRate(t *testing.T) {
	const rate = 20
	var arrived atomic.Int32
	target := counted(t, &arrived)
	p := &policy.Policy{Origins: []string{allowedOrigin}, Methods: []string{"PUT"}, Credentials: true}
	synctest.Test(t, func(t *testing.T) {
		ended := make(chan error, 1)
		go func() {
			_, err := Offline(t.Context(), Options{Policy: p, Target: target, Rate: rate, Raw: true})
			ended <- err
		}()
		for seconds := int32(0); ; seconds++ {
			time.Sleep(time.Second - time.Nanosecond)
			synctest.Wait()
			n := arrived.Load()
			require.LessOrEqual(t, n, rate*(seconds+1), "after %d s", seconds+1)
			select {
			case err := <-ended:
				assert.NoError(t, err)
				assert.Greater(t, n, rate*seconds/2, "it waits for longer than it must")
				assert.Greater(t, seconds, int32(5))
				return
			default:
			}
			time.Sleep(time.Nanosecond)
		}
	})
}

// In a browser a probe has the time that the others before it take.
func TestRateInABrowser(t *testing.T) {
	probes := probesOf(t, fewProbes)
	for _, p := range probes {
		p.Permutation.Timeout = time.Second
	}
	missed, unproven := unmet(outcomeOf(t, Options{Target: Handler(cors(only, items)), Rate: 5}, probes, false))
	assert.Empty(t, missed)
	assert.Empty(t, unproven)
}

// A turn is not spent on a server that does not listen yet.
func TestRateWhileACommandStarts(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	addr := listener.Addr().String()
	listener.Close()
	synctest.Test(t, func(t *testing.T) {
		r := &running{addr: addr, pace: pace{every: time.Hour}}
		for range 3 {
			assert.True(t, refused(r.answersOnce(t.Context(), "HEAD / HTTP/1.1\r\n\r\n")))
		}
		assert.True(t, r.pace.next.IsZero())
	})
}
