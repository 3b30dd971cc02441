package servers_test

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
	"github.com/corsproof/corsproof/servers"
)

// BenchmarkRequests is what the servers and a client that costs next to nothing
// do together: 64 connections over TLS, a new case for every two requests, in
// the shape of a browser's.
func BenchmarkRequests(b *testing.B) {
	fleet, err := servers.Start(servers.Config{Origins: []servers.Listen{{Origin: secure}}})
	require.NoError(b, err)
	defer fleet.Close()
	answer := always(scenarios.Answer{
		Status: 200, Body: []byte(`{"corsproof":true}`),
		Headers: oracle.Headers{
			{Name: "Access-Control-Allow-Origin", Value: "https://app.site.test"},
			{Name: "Access-Control-Allow-Methods", Value: "PUT"},
			{Name: "Content-Type", Value: "application/json"},
		},
	})
	var next atomic.Int64
	var wg sync.WaitGroup
	for range 64 {
		conn := dial(b, fleet, secure)
		wg.Go(func() {
			in := bufio.NewReader(conn)
			for {
				n := next.Add(2)
				if n > int64(b.N)+1 {
					return
				}
				token := fmt.Sprintf("k%d", n)
				fleet.Arm(token, answer)
				for _, method := range []string{"OPTIONS", "PUT"} {
					fmt.Fprintf(conn, requestShape, method, token)
					reply, err := http.ReadResponse(in, nil)
					if err != nil {
						b.Error(err)
						return
					}
					io.Copy(io.Discard, reply.Body)
				}
				if len(fleet.Ledger().Case(token)) != 2 {
					b.Error("the ledger is not complete")
				}
				fleet.Disarm(token)
			}
		})
	}
	b.ReportAllocs()
	wg.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "req/s")
}

const requestShape = "%s /~%s/items HTTP/1.1\r\nHost: api.other.test\r\nConnection: keep-alive\r\n" +
	"sec-ch-ua-platform: \"Linux\"\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/156.0.0.0 Safari/537.36\r\n" +
	"sec-ch-ua: \"Chromium\";v=\"156\"\r\nsec-ch-ua-mobile: ?0\r\nAccept: */*\r\nOrigin: https://app.site.test\r\n" +
	"Access-Control-Request-Method: PUT\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: cors\r\nSec-Fetch-Dest: empty\r\n" +
	"Referer: https://app.site.test/\r\nAccept-Encoding: gzip, deflate, br, zstd\r\nAccept-Language: en-US,en;q=0.9\r\n\r\n"
