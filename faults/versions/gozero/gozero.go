// Package gozero has a server of go-zero with its CORS option. The module asks for
// a release whose option takes any host that ends like the one that is meant; the
// module below it asks for the release that mends this, and gets the same server.
package gozero

import (
	"context"
	"net"
	"net/http"
	"time"

	"github.com/zeromicro/go-zero/core/logx"
	"github.com/zeromicro/go-zero/rest"

	"github.com/corsproof/corsproof/check"
	"github.com/corsproof/corsproof/policy"
)

// states is the policy that the configuration states, and what the middleware
// says whatever it is.
var states = policy.Policy{
	Origins:        []string{"https://*.partner.example", "http://*.partner.example"},
	Methods:        []string{"PATCH", "PUT", "DELETE"},
	RequestHeaders: []string{"Content-Type", "X-CSRF-Token", "Authorization", "AccessToken", "Token", "Range"},
	ExposeHeaders:  []string{"Access-Control-Allow-Origin", "Access-Control-Allow-Headers"},
	Credentials:    true,
	Endpoints:      []policy.Endpoint{{Path: "/items", Methods: []string{"GET"}}},
}

// Findings are what a check finds, "class/cause"; none is silence.
func Findings(ctx context.Context) ([]string, error) {
	target, err := start(ctx)
	if err != nil {
		return nil, err
	}
	report, err := check.Offline(ctx, check.Options{Policy: &states, Target: target, Raw: true})
	if err != nil {
		return nil, err
	}
	var found []string
	for _, f := range report.Findings {
		found = append(found, string(f.Class)+"/"+f.Cause)
	}
	for _, u := range report.Unproven {
		found = append(found, "unproven: "+u.Meant+" "+u.Why)
	}
	return found, nil
}

// start starts the server, which knows no way to end but with its process.
func start(ctx context.Context) (*check.Target, error) {
	logx.Disable()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	addr := free.Addr().(*net.TCPAddr)
	if err := free.Close(); err != nil {
		return nil, err
	}
	server, err := rest.NewServer(rest.RestConf{Host: "127.0.0.1", Port: addr.Port, MaxBytes: 1 << 20}, rest.WithCors("partner.example"))
	if err != nil {
		return nil, err
	}
	server.AddRoute(rest.Route{Method: http.MethodGet, Path: "/items", Handler: func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		w.Write([]byte("[]"))
	}})
	go server.Start()
	for { // it tells nobody that it listens
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr.String())
		if err == nil {
			conn.Close()
			break
		}
		select {
		case <-time.After(5 * time.Millisecond):
		case <-ctx.Done():
			return nil, err
		}
	}
	return check.URL("http://" + addr.String() + "/items")
}
