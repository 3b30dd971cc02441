package browser

import (
	"context"
	"errors"
	"fmt"
	"net/url"
)

// Document is what a tab shows.
type Document struct {
	URL string
	// Origin is the serialised origin that it must have; "" is the URL's.
	Origin string
	// Worker is the script, relative to URL, of the service worker that must
	// control it before it is ready; "" for none.
	Worker string
	// Unattended is true when nobody is there to give a name and a password:
	// the browser must not ask, and takes a 401 for the answer.
	Unattended bool
	// Foreign is true for a document that is none of the harness's: it takes no
	// probes, and is ready when it has come.
	Foreign bool
}

// WantedOrigin is the serialised origin that the document must have. It is an
// error if its URL is none of http or https.
func (d Document) WantedOrigin() (string, error) {
	if d.Origin != "" {
		return d.Origin, nil
	}
	u, err := url.Parse(d.URL)
	if err != nil {
		return "", fmt.Errorf("open: %w", err)
	}
	if u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return "", fmt.Errorf("open %s: a page has an http or https URL", d.URL)
	}
	host := u.Host
	if u.Port() == map[string]string{"https": "443", "http": "80"}[u.Scheme] {
		host = u.Hostname()
	}
	return u.Scheme + "://" + host, nil
}

// OriginError says that a page that was opened has another origin than its URL
// asked for: an upgrade to https, a redirect, an error page. No verdict counts
// there.
type OriginError struct {
	URL  string // what was asked for
	Want string // its origin
	Got  string // the page's self.origin
}

func (e *OriginError) Error() string {
	return fmt.Sprintf("browser: the page %s has the origin %s, not %s", e.URL, e.Got, e.Want)
}

// evaluator is a page, or one that is on its way: what has [Page]'s Eval.
type evaluator interface {
	Eval(ctx context.Context, expression string, out any) error
}

// Ready makes a document that has loaded ready to take probes, and asserts what
// the verdicts rest on: it has the origin that is wanted, it is visible, probe.js
// has run in it. bring puts probe.js into a document whose policy keeps it out;
// nil if there is none to put.
func Ready(ctx context.Context, page evaluator, d Document, want string, bring func() error) error {
	var state struct {
		Origin, Visibility string
		Ours, Ready        bool
	}
	err := page.Eval(ctx, `({
		origin: self.origin,
		visibility: document.visibilityState,
		ours: !!document.querySelector('script[src$="probe.js"]'),
		ready: typeof corsproof === 'object',
	})`, &state)
	// In place of a document that did not come there may be an empty one of its
	// URL.
	if err == nil && state.Ours && !state.Ready && bring != nil {
		err = bring()
		state.Ready = err == nil
	}
	switch {
	case err != nil:
		return err
	case state.Origin != want:
		return &OriginError{URL: d.URL, Want: want, Got: state.Origin}
	case state.Visibility != "visible":
		return fmt.Errorf("the page is %s", state.Visibility)
	case !state.Ready && !d.Foreign:
		return errors.New("probe.js has not run in the page")
	case d.Worker != "":
		return page.Eval(ctx, fmt.Sprintf("corsproof.control(%q)", d.Worker), nil)
	}
	return nil
}
