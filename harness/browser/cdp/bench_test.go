package cdp

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/harness/browser"
)

// BenchmarkRun measures a batch of fetch probes against the least that a page
// can do: the same fetches in a bare loop, as many in flight, in the same
// page. "ratio" is our requests a second over the loop's.
func BenchmarkRun(b *testing.B) {
	for _, binary := range binaries(b) {
		for name, preflighted := range map[string]bool{"simple": false, "preflighted": true} {
			b.Run(filepath.Base(binary)+"/"+name, func(b *testing.B) { benchmarkRun(b, binary, preflighted) })
		}
	}
}

func benchmarkRun(b *testing.B, binary string, preflighted bool) {
	const batch = 500
	w := newWorld(b)
	chromium := start(b, w.Options(binary))
	ourPage, barePage := open(b, chromium, pageURL), open(b, chromium, pageURL)
	probes := func() []browser.Probe {
		list := make([]browser.Probe, batch)
		for i := range list {
			list[i] = w.Probe("fetch", api, "allow=*&headers=x-a")
			if preflighted {
				list[i].Headers = [][2]string{{"X-A", "1"}}
			}
		}
		return list
	}
	bare := func() time.Duration {
		list, err := json.Marshal(probes())
		require.NoError(b, err)
		start := time.Now()
		var read int
		require.NoError(b, barePage.Eval(deadline(b), fmt.Sprintf(`(async (probes) => {
			let next = 0, read = 0;
			const loop = async () => {
				while (next < probes.length) {
					const {url, headers} = probes[next++];
					if (await (await fetch(url, {headers})).text()) read++;
				}
			};
			await Promise.all(Array.from({length: 64}, loop));
			return read;
		})(%s)`, list), &read))
		require.Equal(b, batch, read)
		return time.Since(start)
	}
	ours := func() time.Duration {
		list := probes()
		start := time.Now()
		read := 0
		require.NoError(b, ourPage.Run(deadline(b), list, func(o browser.Outcome) {
			if o.Read == "allowed" {
				read++
			}
		}))
		require.Equal(b, batch, read)
		return time.Since(start)
	}
	bare() // the first batches also open connections
	ours()
	var bareTime, ourTime time.Duration
	n := 0
	for b.Loop() {
		ourTime += ours()
		bareTime += bare()
		n++
	}
	requests := float64(n * batch)
	if preflighted {
		requests *= 2
	}
	b.ReportMetric(requests/ourTime.Seconds(), "requests/s")
	b.ReportMetric(requests/bareTime.Seconds(), "bare-requests/s")
	b.ReportMetric(bareTime.Seconds()/ourTime.Seconds(), "ratio")
}
