// Package setups has the real servers that a scenario can name in
// `server.set-up`: CORS as people write it, on the software they write it for.
//
// Another one is one more line of [All], and the type behind it.
package setups

import (
	"fmt"
	"strings"

	"github.com/corsproof/corsproof/servers"
	"github.com/corsproof/corsproof/servers/external"
)

// Info describes a set-up.
type Info struct {
	Name  string // the word in a scenario
	About string // one line for a list
	// New makes one that isn't started yet.
	New func() servers.SetUp
	// Missing is nil if the set-up can run on this machine; otherwise it says
	// what is missing and what to do, as one plain sentence. It starts nothing.
	Missing func() error
}

// All are the set-ups, in the order in which to present them.
func All() []Info {
	here := func() error { return nil }
	return []Info{
		{
			Name: "express-cors", About: "Express 5 with the cors package (Node.js)",
			New: func() servers.SetUp { return &Express{Major: 5} }, Missing: external.Express.Check,
		},
		{
			Name: "express4-cors", About: "Express 4 with the cors package (Node.js)",
			New: func() servers.SetUp { return &Express{Major: 4} }, Missing: external.Express.Check,
		},
		{
			Name: "gorilla-mux", About: "gorilla/mux with hand-written CORS (Go)",
			New: func() servers.SetUp { return &GorillaMux{} }, Missing: here,
		},
	}
}

// ByName returns a set-up's description. The error names those there are.
func ByName(name string) (Info, error) {
	var names []string
	for _, info := range All() {
		if info.Name == name {
			return info, nil
		}
		names = append(names, info.Name)
	}
	return Info{}, fmt.Errorf("setups: no set-up %q; there are %s", name, strings.Join(names, ", "))
}
