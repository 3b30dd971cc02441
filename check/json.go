package check

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/corsproof/corsproof/policy"
)

// JSON writes the report as one object, indented, with the policy in the words
// of its file.
func (r Report) JSON(w io.Writer) error {
	if r.Findings == nil {
		r.Findings = []Finding{}
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	if err := enc.Encode(jsonReport{policyOf(r.Policy), r}); err != nil {
		return fmt.Errorf("check: write json: %w", err)
	}
	return nil
}

type jsonReport struct {
	Policy jsonPolicy `json:"policy"`
	Report
}

type jsonPolicy struct {
	Origins        []string       `json:"origins"`
	Methods        []string       `json:"methods,omitempty"`
	RequestHeaders []string       `json:"request-headers,omitempty"`
	ExposeHeaders  []string       `json:"expose-headers,omitempty"`
	Credentials    bool           `json:"credentials"`
	MaxAge         string         `json:"max-age,omitempty"`
	NullOrigin     bool           `json:"null-origin"`
	PublicURL      string         `json:"public-url,omitempty"`
	Endpoints      []jsonEndpoint `json:"endpoints,omitempty"`
	Accept         []jsonAccept   `json:"accept,omitempty"`
}

type jsonEndpoint struct {
	Path         string            `json:"path"`
	Methods      []string          `json:"methods,omitempty"`
	Headers      map[string]string `json:"headers,omitempty"`
	ExpectStatus int               `json:"expect-status,omitempty"`
}

type jsonAccept struct {
	Class    policy.Class `json:"class"`
	Endpoint string       `json:"endpoint,omitempty"`
	Why      string       `json:"why"`
	Until    string       `json:"until,omitempty"`
}

func policyOf(p policy.Policy) jsonPolicy {
	out := jsonPolicy{
		Origins: p.Origins, Methods: p.Methods, RequestHeaders: p.RequestHeaders, ExposeHeaders: p.ExposeHeaders,
		Credentials: p.Credentials, NullOrigin: p.NullOrigin, PublicURL: p.PublicURL,
	}
	if p.MaxAge != 0 {
		out.MaxAge = p.MaxAge.String()
	}
	for _, e := range p.Endpoints {
		out.Endpoints = append(out.Endpoints, jsonEndpoint(e))
	}
	for _, a := range p.Accept {
		until := ""
		if !a.Until.IsZero() {
			until = a.Until.UTC().Format(time.DateOnly)
		}
		out.Accept = append(out.Accept, jsonAccept{a.Class, a.Endpoint, a.Why, until})
	}
	return out
}
