package policy

import (
	"encoding/json"
	"fmt"
	"time"
)

// MarshalJSON writes the policy with the keys of its YAML form, so that [Load]
// reads what a report shows. It leaves out what the policy does not say, and
// blanks nothing.
func (p Policy) MarshalJSON() ([]byte, error) {
	out := struct {
		Origins        []string       `json:"origins"`
		Methods        []string       `json:"methods,omitempty"`
		RequestHeaders []string       `json:"request-headers,omitempty"`
		ExposeHeaders  []string       `json:"expose-headers,omitempty"`
		Credentials    bool           `json:"credentials"`
		MaxAge         string         `json:"max-age,omitempty"`
		NullOrigin     bool           `json:"null-origin,omitempty"`
		PublicURL      string         `json:"public-url,omitempty"`
		Endpoints      []jsonEndpoint `json:"endpoints,omitempty"`
		Accept         []jsonAccept   `json:"accept,omitempty"`
	}{
		Origins: p.Origins, Methods: p.Methods, RequestHeaders: p.RequestHeaders, ExposeHeaders: p.ExposeHeaders,
		Credentials: p.Credentials, NullOrigin: p.NullOrigin, PublicURL: p.PublicURL,
	}
	if out.Origins == nil {
		out.Origins = []string{}
	}
	if p.MaxAge != 0 {
		out.MaxAge = p.MaxAge.String()
	}
	for _, e := range p.Endpoints {
		out.Endpoints = append(out.Endpoints, jsonEndpoint(e))
	}
	for _, a := range p.Accept {
		day := ""
		if !a.Until.IsZero() {
			day = a.Until.UTC().Format(time.DateOnly)
		}
		out.Accept = append(out.Accept, jsonAccept{a.Class, a.Endpoint, a.Why, day})
	}
	data, err := json.Marshal(out)
	if err != nil {
		return nil, fmt.Errorf("policy: write json: %w", err)
	}
	return data, nil
}

type jsonEndpoint struct {
	Path         string            `json:"path"`
	Methods      []string          `json:"methods,omitempty"`
	Headers      map[string]string `json:"headers,omitempty"`
	ExpectStatus int               `json:"expect-status,omitempty"`
}

type jsonAccept struct {
	Class    Class  `json:"class"`
	Endpoint string `json:"endpoint,omitempty"`
	Why      string `json:"why"`
	Until    string `json:"until,omitempty"`
}
