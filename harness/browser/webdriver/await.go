package webdriver

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// A script that is awaited says when it has begun, since until then it needs
// its window to be the session's current one. Then other windows can have their
// turn, and the answer may take its time.
const (
	begun = `
const driver = (self.corsproofDriver ||= { begun: {} });
const begun = (id) => (driver.begun[id] ||= Promise.withResolvers());
const [id, ...args] = arguments;
const answer = args.pop();
`
	awaiting = begun + `
begun(id).resolve();
(async () => {
%s
})().then(
	(value) => answer(JSON.stringify({ value: value === undefined ? null : value })),
	(error) => answer(JSON.stringify({ error: String((error && error.message) || error) })));
`
	waitForBegun = begun + `
begun(id).promise.then(() => { delete driver.begun[id]; answer(null); });
`
)

// await runs script in the page, the body of an async function of args, and
// decodes the JSON of what it returns into out (nil: ignored).
func (p *page) await(ctx context.Context, script string, args []any, out any) error {
	ctx, cancel := within(ctx, p.life)
	defer cancel()
	s := p.profile
	s.mu.Lock()
	s.calls++
	id := s.calls
	s.mu.Unlock()

	answered := make(chan error, 1)
	var answer string
	err := s.in(ctx, p.window, func() error {
		go func() {
			answered <- s.execute(ctx, fmt.Sprintf(awaiting, script), append([]any{id}, args...), &answer)
		}()
		beginning, end := context.WithCancel(ctx)
		defer end()
		started := make(chan error, 1)
		go func() { started <- s.execute(beginning, waitForBegun, []any{id}, nil) }()
		select {
		case err := <-started:
			return err
		case err := <-answered: // early, or not at all
			answered <- err
			return nil
		}
	})
	if err == nil {
		err = <-answered
	}
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case crashed(err):
		return errGone
	case err != nil:
		return err
	}
	var said struct {
		Value json.RawMessage
		Error *string
	}
	switch err := json.Unmarshal([]byte(answer), &said); {
	case err != nil:
		return fmt.Errorf("the page says %.100q: %w", answer, err)
	case said.Error != nil:
		return errors.New(*said.Error)
	case out == nil:
		return nil
	}
	return json.Unmarshal(said.Value, out)
}

// execute runs a script in the current window that answers by its last argument.
//
// https://w3c.github.io/webdriver/#execute-async-script
func (p *profile) execute(ctx context.Context, script string, args []any, out any) error {
	return p.call(ctx, http.MethodPost, "/execute/async", map[string]any{"script": script, "args": args}, out)
}

// crashed says whether WebKitWebDriver's answer is the one to a script whose page
// has crashed, while the browser goes on.
func crashed(err error) bool {
	refused, ok := errors.AsType[*commandError](err)
	return ok && refused.Message == "Could not parse script result"
}
