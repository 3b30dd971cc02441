package webdriver

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
)

// blank is what a tab shows that nobody uses.
const blank = "about:blank"

// profile is a session: a browser of its own, and here a driver of its own.
type profile struct {
	browser *webKit
	driver  *process // nil for a browser somewhere else
	session

	life context.Context // ends with the session, its cause says why
	stop context.CancelCauseFunc

	turn  chan struct{} // who holds it sends commands to the current window
	shown string        // the current window
	spare []string      // windows that show nothing

	mu    sync.Mutex
	calls int // that have been awaited

	ending sync.Once
	ended  error
}

// newProfile makes a session, after its driver where each has one.
func (b *webKit) newProfile(ctx context.Context) (*profile, error) {
	if b.life.Err() != nil {
		return nil, context.Cause(b.life)
	}
	if b.engine.single {
		b.mu.Lock()
		another := len(b.profiles) > 0
		b.mu.Unlock()
		if another {
			return nil, fmt.Errorf("%s has one session at a time, and so one profile", b.engine.name)
		}
	}
	var driver *process
	server := b.server
	if server == nil {
		started, its, err := b.startDriver(ctx)
		if err != nil {
			return nil, err
		}
		driver, server = started, &its
	}
	s, err := newSession(ctx, *server, b.engine.capabilities(b.options))
	if err != nil {
		if driver != nil {
			err = errors.Join(err, driver.kill())
		}
		return nil, err
	}
	return b.newProfileIn(ctx, driver, s)
}

// newProfileIn is the profile of a session.
func (b *webKit) newProfileIn(ctx context.Context, driver *process, s session) (*profile, error) {
	p := &profile{browser: b, driver: driver, session: s, turn: make(chan struct{}, 1)}
	p.life, p.stop = context.WithCancelCause(b.life)
	if err := p.begin(ctx); err != nil {
		return nil, errors.Join(err, p.end())
	}
	b.mu.Lock()
	closed := b.profiles == nil
	if !closed {
		b.profiles[p] = true
	}
	b.mu.Unlock()
	if closed {
		return nil, errors.Join(context.Cause(b.life), p.end())
	}
	go func() {
		if driver == nil {
			if err := p.beat(p.life, heartbeat); err != nil {
				p.lost(err)
			}
			return
		}
		<-driver.ended
		p.lost(driver.death())
	}()
	return p, nil
}

// begin gets a session ready.
func (p *profile) begin(ctx context.Context) error {
	// Each wait has a deadline on this side.
	if err := p.call(ctx, http.MethodPost, "/timeouts", map[string]any{"script": nil, "pageLoad": 300000}, nil); err != nil {
		return err
	}
	var window string
	if err := p.call(ctx, http.MethodGet, "/window", nil, &window); err != nil {
		return err
	}
	p.shown, p.spare = window, []string{window}
	return nil
}

// lost notes that the session can answer no more. Unless somebody has ended it,
// the browser has gone.
func (p *profile) lost(why error) {
	if p.life.Err() == nil {
		p.browser.end(fmt.Errorf("webdriver: the browser has gone: %w", why))
	}
	p.stop(why)
}

func (p *profile) Close() error {
	p.browser.mu.Lock()
	delete(p.browser.profiles, p)
	p.browser.mu.Unlock()
	if err := p.end(); err != nil {
		return fmt.Errorf("webdriver: close context: %w", err)
	}
	return nil
}

// end ends the session and its driver. The session is asked to, since not every
// driver's browser is in its group.
func (p *profile) end() error {
	p.ending.Do(func() {
		p.stop(errClosed)
		err := p.session.end()
		if p.driver == nil {
			p.ended = err
			return
		}
		p.ended = p.driver.kill() // and with it a session that did not end
	})
	return p.ended
}

// in runs commands in a window. The driver has one current window a session, and
// takes its commands there.
func (p *profile) in(ctx context.Context, window string, commands func() error) error {
	return p.inTurn(ctx, func() error {
		if p.shown != window {
			if err := p.show(ctx, window); err != nil {
				return err
			}
		}
		return commands()
	})
}

// inTurn runs commands while nobody else has any.
func (p *profile) inTurn(ctx context.Context, commands func() error) error {
	select {
	case p.turn <- struct{}{}:
		defer func() { <-p.turn }()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	return commands()
}

// show makes a window the current one.
func (p *profile) show(ctx context.Context, window string) error {
	p.shown = ""
	if err := p.call(ctx, http.MethodPost, "/window", map[string]string{"handle": window}, nil); err != nil {
		return err
	}
	p.shown = window
	return nil
}

// within is a context that ends with ctx and with the life of a session or a page.
func within(ctx, life context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(life, func() { cancel(context.Cause(life)) })
	return ctx, func() {
		stop()
		cancel(nil)
	}
}

// takeWindow gives a window that shows nothing. In a window of its own each page
// is visible: of the tabs of one window all but one would be hidden.
func (p *profile) takeWindow(ctx context.Context) (string, error) {
	var made struct{ Handle string }
	err := p.inTurn(ctx, func() error {
		if n := len(p.spare); n > 0 {
			made.Handle = p.spare[n-1]
			p.spare = p.spare[:n-1]
			return nil
		}
		return p.call(ctx, http.MethodPost, "/window/new", map[string]string{"type": "window"}, &made)
	})
	return made.Handle, err
}

func (p *profile) Open(ctx context.Context, d browser.Document) (browser.Page, error) {
	want, err := d.WantedOrigin()
	if err != nil {
		return nil, fmt.Errorf("webdriver: %w", err)
	}
	inside, cancel := within(ctx, p.life)
	defer cancel()
	window, err := p.takeWindow(inside)
	if err != nil {
		return nil, fmt.Errorf("webdriver: open %s: %w", d.URL, err)
	}
	opened := newPage(p, window)
	if err := opened.load(inside, d, want); err != nil {
		opened.Close()
		return nil, err
	}
	return opened, nil
}

// SetPermission fails: no WebKit has any of the permissions that a case can set.
func (p *profile) SetPermission(_ context.Context, _, _, name, _ string) error {
	return fmt.Errorf("webdriver: permission %s: %s has no such permission", name, p.browser.engine.name)
}

// SetCookies sets each cookie where it can be set, on a page of its origin.
//
// https://w3c.github.io/webdriver/#add-cookie
func (p *profile) SetCookies(ctx context.Context, cookies []oracle.Cookie) error {
	ctx, cancel := within(ctx, p.life)
	defer cancel()
	var order []oracle.Origin
	byOrigin := map[oracle.Origin][]cookie{}
	now := time.Now()
	for _, c := range cookies {
		if byOrigin[c.On] == nil {
			order = append(order, c.On)
		}
		byOrigin[c.On] = append(byOrigin[c.On], cookieOf(c, now))
	}
	window, err := p.takeWindow(ctx)
	if err != nil {
		return fmt.Errorf("webdriver: set cookies: %w", err)
	}
	err = p.in(ctx, window, func() error {
		for _, origin := range order {
			if err := p.navigate(ctx, origin.String()+scenarios.Reserved+"blank"); err != nil {
				return err
			}
			for _, c := range byOrigin[origin] {
				if err := p.call(ctx, http.MethodPost, "/cookie", map[string]any{"cookie": c}, nil); err != nil {
					return err
				}
			}
		}
		return p.empty(ctx, window)
	})
	if err != nil {
		return fmt.Errorf("webdriver: set cookies: %w", err)
	}
	return nil
}

// navigate shows a document in the current window.
func (p *profile) navigate(ctx context.Context, address string) error {
	return p.call(ctx, http.MethodPost, "/url", map[string]string{"url": address}, nil)
}

// closeWindow closes the current window, or empties it when it is the last: with
// that one the session would end. Another becomes the current one, without which
// the driver makes no new one.
func (p *profile) closeWindow(ctx context.Context, window string) error {
	var windows []string
	if err := p.call(ctx, http.MethodGet, "/window/handles", nil, &windows); err != nil {
		return err
	}
	others := slices.DeleteFunc(windows, func(other string) bool { return other == window })
	if len(others) == 0 {
		return p.empty(ctx, window)
	}
	if err := p.call(ctx, http.MethodDelete, "/window", nil, nil); err != nil {
		return err
	}
	return p.show(ctx, others[0])
}

// empty shows nothing in the current window, for another to take it.
func (p *profile) empty(ctx context.Context, window string) error {
	if err := p.navigate(ctx, blank); err != nil {
		return err
	}
	p.spare = append(p.spare, window)
	return nil
}
