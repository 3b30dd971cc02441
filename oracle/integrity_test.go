package oracle

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestIntegrity(t *testing.T) {
	assert.Equal(t, "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", Integrity("sha256", nil))
	assert.Equal(t, "sha384-hvpbAqpj/Qm2e9mXb5Vl11SzR1Aw6Mi2wb6k62VI4SqjMMrPslMJpoUWxT09kZ2w", Integrity("sha384", []byte("tea")))
	for _, unknown := range []string{"", "sha1", "SHA256", "sha256 "} {
		assert.Empty(t, Integrity(unknown, nil), "%q", unknown)
	}
}

func TestMatches(t *testing.T) {
	const weak, strong = "sha256-qfdNHsNuvesto/blhoCQzSotILPcynti9gMEsdPZ70I=",
		"sha512-vvgBv4bN2scoFqMnDxx89RDR/nbQ6hbs9hmsxxahx5pC7/FFR8FRHteA3WQdV46/F/IABbRIkpaIHDwWM3KrUQ=="
	for metadata, want := range map[string]bool{
		"":                           true,
		"tea":                        true,
		"sha1-AAAA":                  true,
		"SHA256-AAAA":                true,
		"sha256":                     false,
		"sha256-":                    false,
		"sha256-AAAA":                false,
		weak:                         true,
		weak + "?x":                  true,
		weak + "-x":                  true,
		"?" + weak:                   true,
		weak[:len(weak)-1]:           false,
		"sha256-AAAA " + weak:        true,
		"sha256-AAAA\v" + weak:       false,
		"\n" + weak + "\tsha256-A\f": true,
		strong + " sha256-AAAA":      true,
		weak + " sha384-AAAA":        false,
		weak + " sha512-AAAA":        false,
	} {
		assert.Equal(t, want, matches([]byte("tea"), Profile(nil).parseIntegrity(metadata)), "%q", metadata)
	}
}

// A body that script may not read is not compared.
func TestIntegrityAsksForABody(t *testing.T) {
	own, opaque := Integrity("sha256", []byte("ok")), Request{Via: "fetch", Mode: "no-cors", URL: api}
	opaque.Integrity = own
	p := predict(t, opaque, answers(200, "ok"))
	assert.Equal(t, IntegrityMismatch, p.Reason)
	assert.Equal(t, Blocked, p.Read)

	open := Request{Via: "fetch", URL: api, Integrity: own}
	assert.Equal(t, Allowed, predict(t, open, answers(200, "ok", "Access-Control-Allow-Origin", "*")).Read)
	assert.Equal(t, IntegrityMismatch, predict(t, open, answers(200, "no", "Access-Control-Allow-Origin", "*")).Reason)
	assert.Equal(t, MissingAllowOrigin, predict(t, open, answers(200, "ok")).Reason, "CORS comes first")
	open.Method = "HEAD"
	assert.Equal(t, IntegrityMismatch, predict(t, open, answers(200, "", "Access-Control-Allow-Origin", "*")).Reason)
}
