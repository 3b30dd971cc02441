package webdriver

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/harness/browser/bidi"
	"github.com/corsproof/corsproof/harness/browser/cdp"
)

// Connect asks a WebDriver server somewhere else for a session and drives its
// browser by the best protocol that comes with it: the DevTools protocol, which
// tells reasons, WebDriver BiDi, or classic WebDriver. Close ends the session.
func Connect(ctx context.Context, o browser.Options) (browser.Browser, error) {
	b, err := connect(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("webdriver: connect to %s: %w", o.Remote, err)
	}
	return b, nil
}

func connect(ctx context.Context, o browser.Options) (browser.Browser, error) {
	if o.Log == nil {
		o.Log = func(string, ...any) {}
	}
	wanted, err := wantedOf(o)
	if err != nil {
		return nil, err
	}
	server := clientOf(o.Remote)
	s, err := newSession(ctx, server, wanted)
	if err != nil {
		return nil, err
	}
	if isChromium(s) && s.socket("se:cdp") == "" {
		// WebDriver BiDi is not asked for before it is needed: beside it the
		// DevTools protocol is slow, and a hidden tab never opens.
		if err := s.end(); err != nil {
			return nil, err
		}
		wanted["webSocketUrl"] = true
		if s, err = newSession(ctx, server, wanted); err != nil {
			return nil, err
		}
	}
	b, err := drive(ctx, o, server, wanted, s)
	if err != nil {
		return nil, errors.Join(err, s.end())
	}
	return b, nil
}

// drive finds the protocol for a session's browser.
func drive(ctx context.Context, o browser.Options, server client, wanted map[string]any, s session) (browser.Browser, error) {
	info, err := infoOf(o, s)
	if err != nil {
		return nil, err
	}
	if socket := s.socket("se:cdp"); socket != "" {
		b, err := cdp.Attach(ctx, o, socket, server.header)
		return keep(b, s, o), err
	}
	if socket := s.socket("webSocketUrl"); socket != "" {
		// Firefox's questions are declined, and its log is the one that the driver
		// reads.
		info.Asks, info.Silent = isChromium(s), isChromium(s)
		b, err := bidi.Attach(ctx, o, socket, server.header, info)
		return keep(b, s, o), err
	}
	b := newWebKit(o, engine{key: info.Key, name: info.Name, capabilities: func(browser.Options) map[string]any { return wanted }})
	info.Silent = true
	b.server, b.info = &server, info
	if b.first, err = b.newProfileIn(ctx, nil, s); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return b, nil
}

// isChromium says whether a session's browser is one that the DevTools protocol is
// for.
func isChromium(s session) bool {
	name, _ := s.capabilities["browserName"].(string)
	p, err := productOf(name)
	return err == nil && browser.Found{Key: p.key}.Engine() == browser.Chromium
}

// clientOf is a client of a server somewhere else.
func clientOf(r *browser.Remote) client {
	u := *r.URL
	u.User, u.RawQuery = nil, ""
	c := newClient(strings.TrimSuffix(u.String(), "/"))
	c.header = r.Header()
	return c
}

// socket is the address of a socket that a session's capability names, "" for
// none. A server often does not know by which host and port it is reached: what
// leads to the session leads there by our own way to the server.
func (s session) socket(capability string) string {
	address, _ := s.capabilities[capability].(string)
	u, err := url.Parse(address)
	if err != nil || !strings.HasPrefix(u.Path, "/session/"+s.id) {
		return address
	}
	way, err := url.Parse(s.base)
	if err != nil {
		return address
	}
	u.Scheme, u.Host = map[string]string{"http": "ws", "https": "wss"}[way.Scheme], way.Host
	return u.String()
}

// held is a browser whose session ends with it.
type held struct {
	browser.Browser
	session session
	once    sync.Once
	ended   error
	stop    context.CancelFunc // stops the session's heart
}

// keep keeps a session alive for as long as its browser is: what it hears by a
// socket is no command of the session's. When the session has gone, so has the
// browser.
func keep(b browser.Browser, s session, o browser.Options) browser.Browser {
	if b == nil {
		return nil
	}
	life, stop := context.WithCancel(context.Background())
	go func() {
		if err := s.beat(life, heartbeat); err != nil {
			o.Log("webdriver: the session has gone: %v", err)
			b.Close()
		}
	}()
	return &held{Browser: b, session: s, stop: stop}
}

func (h *held) Close() error {
	h.once.Do(func() {
		h.stop()
		// The session first: of one whose socket has closed chromedriver keeps who
		// ends it waiting.
		h.ended = errors.Join(h.session.end(), h.Browser.Close())
	})
	return h.ended
}

// infoOf is what a session says of its browser.
func infoOf(o browser.Options, s session) (browser.Info, error) {
	name, _ := s.capabilities["browserName"].(string)
	version, _ := s.capabilities["browserVersion"].(string)
	p, err := productOf(name)
	return browser.Info{Key: p.key, Name: p.name, Version: version, Binary: o.Remote.String()}, err
}

// offers says what a server has to offer, as far as it tells: a Selenium Grid
// lists its slots.
func (c client) offers(ctx context.Context) string {
	var status struct {
		Message string
		Nodes   []struct {
			Slots []struct {
				Stereotype struct{ BrowserName string }
				Session    any
			}
		}
	}
	if err := c.call(ctx, http.MethodGet, "/status", nil, &status); err != nil {
		return fmt.Sprintf("it does not say what it has: %v", err)
	}
	var names []string
	all, busy := map[string]int{}, map[string]int{}
	for _, node := range status.Nodes {
		for _, slot := range node.Slots {
			name := slot.Stereotype.BrowserName
			if all[name] == 0 {
				names = append(names, name)
			}
			if all[name]++; slot.Session != nil {
				busy[name]++
			}
		}
	}
	if names == nil {
		return "it says: " + status.Message
	}
	for i, name := range names {
		names[i] = fmt.Sprintf("%s (%d of %d in use)", name, busy[name], all[name])
	}
	return "it has " + strings.Join(names, ", ")
}
