package bidi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"

	"github.com/coder/websocket"
)

// client is one end of the protocol: commands with an answer each, and events.
//
// https://w3c.github.io/webdriver-bidi/
type client struct {
	socket *websocket.Conn
	// hear is called for each event, in order. It must not block.
	hear func(method string, params json.RawMessage)
	gone chan struct{} // closed when the socket has ended

	mu      sync.Mutex
	last    int
	waiting map[int]chan answer
}

// answer is what the browser says to a command.
type answer struct {
	ID      int
	Type    string // success, error, event
	Method  string // of an event
	Params  json.RawMessage
	Result  json.RawMessage
	Error   string // the protocol's word
	Message string
}

// CommandError is a command that the browser could not carry out.
type CommandError struct {
	Method string
	Code   string // the protocol's word: no such frame, invalid argument
	Text   string
}

func (e *CommandError) Error() string {
	return fmt.Sprintf("bidi: %s: %s: %s", e.Method, e.Code, e.Text)
}

var errGone = errors.New("bidi: the browser has gone")

// dial opens the protocol's socket. ctx limits the opening, not its life.
// header goes along with it.
func dial(ctx context.Context, address string, header http.Header, hear func(string, json.RawMessage)) (*client, error) {
	socket, _, err := websocket.Dial(ctx, address, &websocket.DialOptions{HTTPHeader: header})
	if err != nil {
		return nil, fmt.Errorf("bidi: dial: %w", err)
	}
	const noLimit = -1 // a screenshot is one message
	socket.SetReadLimit(noLimit)
	c := &client{socket: socket, hear: hear, gone: make(chan struct{}), waiting: map[int]chan answer{}}
	go c.read()
	return c, nil
}

func (c *client) read() {
	defer close(c.gone)
	defer c.socket.CloseNow()
	for {
		_, data, err := c.socket.Read(context.Background())
		if err != nil {
			return
		}
		var a answer
		if json.Unmarshal(data, &a) != nil {
			continue // not the protocol's
		}
		if a.Type == "event" {
			c.hear(a.Method, a.Params)
			continue
		}
		c.mu.Lock()
		wait := c.waiting[a.ID]
		delete(c.waiting, a.ID)
		c.mu.Unlock()
		if wait != nil {
			wait <- a
		}
	}
}

// call sends a command and decodes its result into out (nil: ignored).
func (c *client) call(ctx context.Context, method string, params, out any) error {
	wait := make(chan answer, 1)
	c.mu.Lock()
	c.last++
	id := c.last
	c.waiting[id] = wait
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.waiting, id)
	}()
	message, err := json.Marshal(map[string]any{"id": id, "method": method, "params": params})
	if err != nil {
		return fmt.Errorf("bidi: %s: %w", method, err)
	}
	// A write that its context ends would end the socket as well.
	if err := c.socket.Write(context.WithoutCancel(ctx), websocket.MessageText, message); err != nil {
		return fmt.Errorf("%w: %s: %w", errGone, method, err)
	}
	select {
	case a := <-wait:
		if a.Type == "error" {
			return &CommandError{Method: method, Code: a.Error, Text: a.Message}
		}
		if out == nil {
			return nil
		}
		if err := json.Unmarshal(a.Result, out); err != nil {
			return fmt.Errorf("bidi: %s: %w", method, err)
		}
		return nil
	case <-ctx.Done():
		return fmt.Errorf("bidi: %s: %w", method, ctx.Err())
	case <-c.gone:
		return errGone
	}
}

// noParams are those of a command that has none.
var noParams = struct{}{}
