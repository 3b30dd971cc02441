package lab

import (
	"bytes"
	"compress/flate"
	"encoding/base64"

	"github.com/corsproof/corsproof/scenarios"
)

// Link is the route of the playground with a permutation in it, all of it in the
// link: its JSON form, compressed (RFC 1951), in base64url.
func Link(p *scenarios.Permutation) string {
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.BestCompression)
	if err != nil {
		panic("lab: " + err.Error()) // the level is one that there is
	}
	w.Write(scenarios.Item(p))
	w.Close()
	return "play/s=" + base64.RawURLEncoding.EncodeToString(packed.Bytes())
}
