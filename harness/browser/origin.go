package browser

import "fmt"

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
