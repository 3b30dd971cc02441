package webdriver

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
)

// client speaks to a WebDriver server: each command is an HTTP request.
//
// https://w3c.github.io/webdriver/#protocol
type client struct {
	base   string      // of the server, or of a session there
	header http.Header // that goes along with each command
	http   *http.Client
}

func newClient(base string) client {
	// No proxy of the environment stands between; a command may wait for as long
	// as its context does.
	return client{base: base, http: &http.Client{Transport: &http.Transport{Proxy: nil, MaxIdleConnsPerHost: 16}}}
}

// commandError is what the server says of a command that fails.
//
// https://w3c.github.io/webdriver/#errors
type commandError struct {
	Command string // "POST /url"
	Code    string // "javascript error"
	Message string
}

func (e *commandError) Error() string {
	if e.Message == "" {
		return fmt.Sprintf("%s: %s", e.Command, e.Code)
	}
	return fmt.Sprintf("%s: %s: %s", e.Command, e.Code, e.Message)
}

// call sends a command and decodes the value of its answer into out (nil:
// ignored). What the server refuses is a *commandError.
func (c client) call(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if method == http.MethodPost {
		if in == nil {
			in = struct{}{}
		}
		data, err := json.Marshal(in)
		if err != nil {
			return fmt.Errorf("%s %s: %w", method, path, err)
		}
		body = bytes.NewReader(data)
	}
	request, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	maps.Copy(request.Header, c.header)
	request.Header.Set("Content-Type", "application/json; charset=utf-8") // the Grid takes no other
	response, err := c.http.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	var answer struct{ Value json.RawMessage }
	if err := json.Unmarshal(data, &answer); err != nil {
		return fmt.Errorf("%s %s: the server says %s: %.200q: %w", method, path, response.Status, data, err)
	}
	if response.StatusCode != http.StatusOK {
		var said struct{ Error, Message string }
		if err := json.Unmarshal(answer.Value, &said); err != nil || said.Error == "" {
			return fmt.Errorf("%s %s: the server says %s: %.200q", method, path, response.Status, data)
		}
		// A Grid says behind that what it is made of.
		said.Message, _, _ = strings.Cut(said.Message, "\nHost info:")
		return &commandError{Command: method + " " + path, Code: said.Error, Message: said.Message}
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(answer.Value, out); err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	return nil
}
