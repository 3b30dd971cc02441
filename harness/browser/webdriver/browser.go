// Package webdriver drives WebKit over classic WebDriver: a driver beside the
// browser, and HTTP between it and us.
//
// WebKitGTK's driver has one session at a time, and a session is a browser with a
// profile of its own: here a context is a driver's process, and many run side by
// side. What differs with Safari's driver is a row of the table in engine.go.
package webdriver

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/corsproof/corsproof/harness/browser"
)

var errClosed = errors.New("webdriver: the browser is closed")

// webKit is the browser: the display and the profiles on it.
type webKit struct {
	options browser.Options
	engine  engine
	info    browser.Info
	temp    string
	env     []string
	server  *client  // that gives sessions; nil where each has a driver of its own
	display *process // nil when there was one already

	life context.Context // ends with the browser, its cause says why
	end  context.CancelCauseFunc

	mu       sync.Mutex
	profiles map[*profile]bool
	first    *profile // that the start has made, until somebody takes it

	closing sync.Once
	closed  error // what Close gave
}

// Start starts the browser of the options. ctx limits the start, not the
// browser's life.
func Start(ctx context.Context, o browser.Options) (browser.Browser, error) {
	if o.Log == nil {
		o.Log = func(string, ...any) {}
	}
	b := newWebKit(o, engineOf(o.Driver))
	if err := b.start(ctx); err != nil {
		return nil, fmt.Errorf("webdriver: start %s: %w", o.Binary, errors.Join(err, b.Close()))
	}
	return b, nil
}

func newWebKit(o browser.Options, e engine) *webKit {
	b := &webKit{options: o, engine: e, profiles: map[*profile]bool{}}
	b.life, b.end = context.WithCancelCause(context.Background())
	return b
}

func (b *webKit) start(ctx context.Context) error {
	var err error
	if b.temp, err = os.MkdirTemp("", "corsproof-webkit-"); err != nil {
		return err
	}
	b.env = append(os.Environ(),
		"TMPDIR="+b.temp,
		"XDG_CACHE_HOME="+filepath.Join(b.temp, "cache"),
		"XDG_CONFIG_HOME="+filepath.Join(b.temp, "config"),
		"XDG_DATA_HOME="+filepath.Join(b.temp, "data"))
	if cache, err := os.UserCacheDir(); err == nil {
		// GStreamer's list of its plug-ins, which takes it seconds to make.
		b.env = append(b.env, "GST_REGISTRY_1_0="+filepath.Join(cache, "corsproof", "gstreamer.bin"))
	}
	if b.engine.display {
		if err := b.findDisplay(ctx); err != nil {
			return err
		}
	}
	if b.first, err = b.newProfile(ctx); err != nil {
		return err
	}
	// Without that list the first page that plays something would stand still.
	if err := b.first.executeNow(ctx, `document.createElement("audio").canPlayType("audio/wav")`, nil); err != nil {
		return err
	}
	b.info = browser.Info{Key: b.engine.key, Name: b.engine.name, Version: b.first.version(), Binary: b.options.Binary, Silent: true}
	return nil
}

// findDisplay shows a person's own display to a headed browser. Any other has one
// that nobody sees, on which no window hides another.
func (b *webKit) findDisplay(ctx context.Context) error {
	if b.options.Headed {
		if !hasDisplay() {
			return errors.New("a headed browser needs a display, and neither DISPLAY nor WAYLAND_DISPLAY is set: run without -headed, or under xvfb-run")
		}
		return nil
	}
	display, name, err := virtualDisplay(ctx)
	if err != nil {
		return err
	}
	b.display = display
	b.env = append(b.env, "DISPLAY="+name, "WAYLAND_DISPLAY=", "GDK_BACKEND=x11",
		// Asking for a session bus would start one that outlives the browser.
		"DBUS_SESSION_BUS_ADDRESS=disabled:")
	go func() {
		<-display.ended
		b.end(display.death())
	}()
	return nil
}

func (b *webKit) Info() browser.Info    { return b.info }
func (b *webKit) Done() <-chan struct{} { return b.life.Done() }

// Close ends the browser. When it returns, its processes and its files are gone.
func (b *webKit) Close() error {
	b.closing.Do(func() {
		b.end(errClosed)
		b.mu.Lock()
		profiles := b.profiles
		b.profiles = nil
		b.mu.Unlock()
		var all sync.WaitGroup
		for p := range profiles {
			all.Go(func() {
				if err := p.end(); err != nil {
					b.options.Log("webdriver: close %s: %v", b.engine.name, err)
				}
			})
		}
		all.Wait()
		var errs []error
		if b.display != nil {
			errs = append(errs, b.display.stop())
		}
		if b.temp != "" {
			errs = append(errs, os.RemoveAll(b.temp))
		}
		if err := errors.Join(errs...); err != nil {
			b.closed = fmt.Errorf("webdriver: close %s: %w", b.engine.name, err)
		}
	})
	return b.closed
}

func (b *webKit) NewContext(ctx context.Context) (browser.Context, error) {
	b.mu.Lock()
	first := b.first
	b.first = nil
	b.mu.Unlock()
	if first != nil {
		return first, nil
	}
	p, err := b.newProfile(ctx)
	if err != nil {
		return nil, fmt.Errorf("webdriver: new context: %w", err)
	}
	return p, nil
}
