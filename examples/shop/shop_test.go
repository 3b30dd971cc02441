package shop

import (
	"testing"
	"time"

	"github.com/corsproof/corsproof/corstest"
)

// policy is what the API's CORS set-up is meant to be.
var policy = corstest.Policy{
	Origins:        []string{"https://shop.example.com", "https://admin.example.com:8443", "https://partner.example.org"},
	Methods:        []string{"PUT", "DELETE"},
	RequestHeaders: []string{"Content-Type", "X-Token"},
	ExposeHeaders:  []string{"X-Total"},
	Credentials:    true,
	MaxAge:         10 * time.Minute,
	Endpoints: []corstest.Endpoint{
		{Path: "/items", Methods: []string{"GET"}},
		{Path: "/items/1", Methods: []string{"GET", "PUT", "DELETE"}},
		{Path: "/orders", Methods: []string{"GET"}, Headers: map[string]string{"X-Token": "a"}, ExpectStatus: 200},
		{Path: "/missing", Methods: []string{"GET"}},
	},
}

// TestCORS holds the API to the policy in a real browser.
func TestCORS(t *testing.T) {
	corstest.Check(t, New(), policy)
}

// TestCORSOffline does so without a browser, in milliseconds.
func TestCORSOffline(t *testing.T) {
	corstest.CheckOffline(t, New(), policy)
}
