package harness_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/record"
)

// Each case shows by its Origin header, or by what is let through, that its
// script ran in the document that it asked for.
const documents = `
  - id: framed
    title: In a frame of another site.
    why: Only the document's own origin counts.
    page: {top: evil}
    request: {to: api, via: [fetch, xhr, img-cors]}
    server: {response: {headers: {Access-Control-Allow-Origin: "{origin:app}"}}}
    expect: {read: allowed, origin: app}
    each:
      - {name: another-site}
      - {name: a-sibling, page: {top: sub}}
      - {name: blocked, page: {top: third}, server: {response: {headers: {Access-Control-Allow-Origin: "{origin:third}"}}}, expect: {read: blocked, reason: allow-origin-mismatch}}
  - id: opaque
    title: In a document of an opaque origin.
    why: Its origin names nobody.
    request: {to: api, via: [fetch, xhr]}
    server: {response: {headers: {Access-Control-Allow-Origin: "null"}}}
    expect: {read: allowed, origin: "null"}
    each:
      - {name: sandboxed, page: {sandbox: [allow-forms]}}
      - {name: sandboxed-elsewhere, page: {sandbox: [], top: evil}}
      - {name: opaque-in-a-frame, page: {top: evil}, request: {from: opaque-sandbox}}
      - {name: data-in-a-sandbox, page: {sandbox: []}, request: {from: opaque-data}}
  - id: with-its-origin
    title: In a sandbox that leaves the origin.
    why: The token says so.
    page: {sandbox: [allow-same-origin]}
    request: {to: api}
    server: {response: {headers: {Access-Control-Allow-Origin: "{origin:app}"}}}
    expect: {read: allowed, origin: app}
  - id: no-script
    title: In a document whose policy lets no script in.
    why: The policy is not about what a script fetches.
    page: {headers: {Content-Security-Policy: "script-src 'none'"}}
    request: {to: api}
    server: {response: {headers: {Access-Control-Allow-Origin: "*"}}}
    expect: {read: allowed}
`

// A policy may keep out the place that a script was to run in. Then there is no
// case, whatever it claims.
const keptOut = `
  - id: refused
    title: In a worker or a frame that the document's policy keeps out.
    why: Nobody is there to ask for anything.
    request: {to: app, via: fetch}
    page: {headers: {Content-Security-Policy: "default-src 'none'; connect-src *"}}
    expect: {read: allowed}
    each:
      - {name: in-worker, request: {via: [worker-fetch, import-scripts]}}
      - {name: from-worker, request: {from: worker}}
      - {name: from-shared-worker, request: {from: shared-worker}}
      - {name: blob, request: {from: blob-worker}, page: {headers: {Content-Security-Policy: "worker-src 'self'"}}}
      - {name: data, request: {from: opaque-data-worker}, page: {headers: {Content-Security-Policy: "worker-src 'self'"}}}
      - {name: worker-of-a-frame, request: {from: opaque-sandbox, via: worker-fetch, to: api}, page: {headers: {Content-Security-Policy: "default-src 'self'"}}, expect: {read: blocked}}
      - {name: frame, request: {from: opaque-data, to: api}, page: {headers: {Content-Security-Policy: "frame-src 'self'"}}, expect: {read: blocked}}
      - {name: script-of-a-frame, request: {from: opaque-srcdoc, to: api}, page: {headers: {Content-Security-Policy: "script-src 'none'"}}, expect: {read: blocked}}
  - id: let-in
    title: In a worker that the document's policy lets in.
    why: What the worker asks for is another matter.
    request: {to: app, via: fetch}
    page: {headers: {Content-Security-Policy: "default-src 'self'"}}
    expect: {read: allowed}
    each:
      - {name: in-worker, request: {via: [worker-fetch, import-scripts]}}
      - {name: from-worker, request: {from: worker}}
      - {name: blob, request: {from: blob-worker}, page: {headers: {Content-Security-Policy: "worker-src blob:"}}}
`

func TestPlacesThatAPolicyKeepsOut(t *testing.T) {
	for id, r := range runAll(t, harness.Options{Permutations: permutations(t, keptOut)}) {
		want := record.NotApplicable
		if strings.Contains(id, "/let-in/") {
			want = record.Pass
		}
		assert.Equal(t, want, r.Verdict, "%s: %v", id, r.Problems)
	}
}

// A deadline bounds silence. A frame that has one answer to wait for is not
// silent while answers come to the page around it.
const patient = `
  - id: patient
    title: In a frame whose page goes on.
    why: The machine is slow, and nothing is lost.
    timeout: 3s
    request: {to: app}
    server: {response: {headers: {Access-Control-Allow-Origin: "*"}}}
    expect: {read: allowed}
    each:
      - {name: frame, request: {from: opaque-sandbox, to: api}, server: {response: {delay: 4s}}}
      - {name: first, server: {response: {delay: 1s}}}
      - {name: second, server: {response: {delay: 2s}}}
      - {name: third, server: {response: {delay: 2900ms}}}
`

func TestFramesArePatient(t *testing.T) {
	for id, r := range runAll(t, harness.Options{Permutations: permutations(t, patient)}) {
		assert.Equal(t, record.Pass, r.Verdict, "%s: %v", id, r.Problems)
	}
}

func TestDocuments(t *testing.T) {
	for id, r := range runAll(t, harness.Options{Permutations: permutations(t, documents)}) {
		assert.Equal(t, record.Pass, r.Verdict, "%s: %v", id, r.Problems)
	}
}
