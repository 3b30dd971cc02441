package harness_test

import (
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

func TestDocuments(t *testing.T) {
	for id, r := range runAll(t, harness.Options{Permutations: permutations(t, documents)}) {
		assert.Equal(t, record.Pass, r.Verdict, "%s: %v", id, r.Problems)
	}
}
