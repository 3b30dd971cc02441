package servers

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"fmt"
	"math/big"
	"sync"
	"time"
)

// certificate is what the servers of this process show, and the pin of its key:
// the base64 SHA-256 of the public key info.
type certificate struct {
	tls.Certificate
	pin string
}

// throwAwayCertificate makes a key and a self-signed certificate that live in
// memory only. They are the same for every fleet of the process: a browser that
// several share knows one pin.
//
// Browsers are told to accept the pinned key for any name. The certificate
// itself names no host of any scenario: HTTP/2 connections would otherwise be
// shared between hosts, and a case would arrive at another's listener.
var throwAwayCertificate = sync.OnceValues(func() (certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return certificate{}, fmt.Errorf("servers: key: %w", err)
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()),
		Subject:      pkix.Name{CommonName: "corsproof throw-away"},
		DNSNames:     []string{"corsproof.invalid"},
		NotBefore:    now.Add(-time.Hour),
		NotAfter:     now.Add(30 * 24 * time.Hour),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return certificate{}, fmt.Errorf("servers: certificate: %w", err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return certificate{}, fmt.Errorf("servers: certificate: %w", err)
	}
	sum := sha256.Sum256(leaf.RawSubjectPublicKeyInfo)
	return certificate{
		tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf},
		base64.StdEncoding.EncodeToString(sum[:]),
	}, nil
})
