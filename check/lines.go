package check

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/corsproof/corsproof/oracle"
)

const (
	allowOrigin            = "Access-Control-Allow-Origin"
	allowCredentialsHeader = "Access-Control-Allow-Credentials"
	allowMethods           = "Access-Control-Allow-Methods"
	allowHeaders           = "Access-Control-Allow-Headers"
	exposeHeaders          = "Access-Control-Expose-Headers"
	maxAgeHeader           = "Access-Control-Max-Age"
)

// statusLine stands for the status among the names of header lines.
const statusLine = ":status"

func httpStatus(status int) string {
	return strings.TrimSpace(fmt.Sprintf("HTTP status %d %s", status, http.StatusText(status)))
}

// lines are the header lines that matter, as they were sent.
func (g cluster) lines(s showing) []string {
	lines := []string{}
	e := s.exchange()
	if e == nil {
		return lines
	}
	for _, name := range s.headers {
		if name == statusLine {
			lines = append(lines, httpStatus(e.Status))
			continue
		}
		found := false
		for _, h := range e.ReplyHeaders {
			if strings.EqualFold(h.Name, name) {
				lines, found = append(lines, h.Name+": "+h.Value), true
			}
		}
		if !found {
			lines = append(lines, "(no "+name+")")
		}
	}
	return lines
}

// decisive are the names of the header lines that a failure hangs on.
func decisive(f fault) []string {
	switch f.reason {
	case oracle.MethodNotAllowed, oracle.InvalidAllowMethods:
		return []string{allowMethods}
	case oracle.HeaderNotAllowed, oracle.InvalidAllowHeaders:
		return []string{allowHeaders}
	case oracle.InvalidAllowCredentials, oracle.PreflightInvalidAllowCredentials:
		return []string{allowCredentialsHeader}
	case oracle.WildcardWithCredentials, oracle.PreflightWildcardWithCredentials:
		return []string{allowOrigin}
	case oracle.PreflightRedirect:
		return []string{statusLine, "Location"}
	case oracle.PreflightNetworkError, oracle.NetworkError:
		return nil
	case oracle.PreflightInvalidStatus:
		return []string{statusLine}
	}
	return []string{allowOrigin}
}

// corsLines are the header lines by which a response could be read.
func corsLines(i item) []string {
	if i.credentialed() {
		return []string{allowOrigin, allowCredentialsHeader}
	}
	return []string{allowOrigin}
}
