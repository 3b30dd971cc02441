package webdriver

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// heartbeat is how often a server hears of a session that is in use: not every
// server counts an open socket as use, and one that hears nothing ends a session.
const heartbeat = 20 * time.Second

// endTime is how long a server may take to end a session's browser. A Grid waits
// for 20 seconds for a driver that does not end by itself.
const endTime = 40 * time.Second

// session is a browser at a WebDriver server.
type session struct {
	client       // of the session
	id           string
	capabilities map[string]any // that it has
}

// newSession asks a server for a session. A server that has no browser to give
// may keep the request waiting for as long as ctx; a session that comes too late
// is ended.
//
// https://w3c.github.io/webdriver/#new-session
func newSession(ctx context.Context, server client, wanted map[string]any) (session, error) {
	var made struct {
		SessionID    string
		Capabilities map[string]any
	}
	asking, giveUp := context.WithCancel(context.WithoutCancel(ctx))
	defer giveUp()
	answered := make(chan error, 1)
	go func() {
		answered <- server.call(asking, http.MethodPost, "/session", map[string]any{"capabilities": map[string]any{"alwaysMatch": wanted}}, &made)
	}()
	var err error
	select {
	case err = <-answered:
	case <-ctx.Done():
		stop := time.AfterFunc(closeTimeout, giveUp) // until then it may be on its way
		err = <-answered
		stop.Stop()
	}
	s := session{client: server, id: made.SessionID, capabilities: made.Capabilities}
	s.base += "/session/" + s.id
	switch {
	case ctx.Err() != nil && err == nil:
		return session{}, errors.Join(ctx.Err(), s.end())
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		asking, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
		defer cancel()
		return session{}, fmt.Errorf("it gave no session for %v: %w; %s", wanted["browserName"], ctx.Err(), server.offers(asking))
	case ctx.Err() != nil:
		return session{}, ctx.Err()
	case err != nil:
		return session{}, err
	case s.id == "":
		return session{}, errors.New("POST /session: the answer has no session")
	}
	return s, nil
}

// end ends the session. One that has gone already is no error.
func (s session) end() error {
	ctx, cancel := context.WithTimeout(context.Background(), endTime)
	defer cancel()
	defer s.http.CloseIdleConnections()
	err := s.call(ctx, http.MethodDelete, "", nil, nil)
	if refused, ok := errors.AsType[*commandError](err); ok && refused.Code == "invalid session id" {
		return nil
	}
	return err
}

// beat lets the server hear of the session until life ends, or the session has
// gone: the error says why.
func (s session) beat(life context.Context, every time.Duration) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-life.Done():
			return nil
		}
		if err := s.call(life, http.MethodGet, "/timeouts", nil, nil); err != nil && life.Err() == nil {
			return err
		}
	}
}

// version is the browser's.
func (s session) version() string {
	version, _ := s.capabilities["browserVersion"].(string)
	return version
}
