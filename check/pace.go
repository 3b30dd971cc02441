package check

import (
	"context"
	"sync"
	"time"
)

// pace lets requests go one after the other, each some time after the one
// before. The zero pace lets all go at once.
type pace struct {
	every time.Duration
	mu    sync.Mutex
	next  time.Time
}

// every is the time from one turn to the next at a rate of so many a second.
func every(rate float64) time.Duration {
	return time.Duration(float64(time.Second) / rate)
}

// wait waits for the next turn.
func (p *pace) wait(ctx context.Context) error {
	if p.every == 0 {
		return ctx.Err()
	}
	p.mu.Lock()
	now := time.Now()
	turn := p.next
	if turn.Before(now) {
		turn = now
	}
	p.next = turn.Add(p.every)
	p.mu.Unlock()
	timer := time.NewTimer(turn.Sub(now))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
