// Package servers is where scenarios happen: one listener on loopback for each
// origin, over TLS or plain by the origin's scheme, and the ledger of every
// request that arrived.
//
// HTTP/1.1 is read and written here on the connection's own bytes, below
// net/http. A ledger entry is then what really arrived (order, case and
// whitespace of header lines), and an answer is what its author wrote and
// nothing else: no Date, no Server, no trimmed value, no cleaned path. Framing
// is the one thing that is added: a Content-Length where the author gives none.
//
// A request finds its case by its request-target (see [scenarios.Address]):
// a literal case is answered by its [Script]; the case of a set-up is passed
// through to a real server, byte by byte; /.corsproof/ holds the harness's own
// pages and the sentinels; all else is a 404 without CORS headers.
//
// A browser finds the listeners by [Fleet.Mappings], or where it cannot map
// names, by the forward proxy at [Fleet.Proxy].
package servers
