package mutate

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
)

// checked is a package that has been parsed and type-checked.
type checked struct {
	dir   string
	fset  *token.FileSet
	names []string // absolute, as files
	files []*ast.File
	text  [][]byte
	pkg   *types.Package
	info  *types.Info
}

// load reads the package in a folder, without its tests. What it imports comes
// compiled from the go command.
func load(dir string) (*checked, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	list := exec.Command("go", "list", "-deps", "-export", "-json=Dir,ImportPath,Export,GoFiles,DepOnly", ".")
	list.Dir, list.Stderr = dir, os.Stderr
	out, err := list.Output()
	if err != nil {
		return nil, fmt.Errorf("mutate: go list in %s: %w", dir, err)
	}
	exports := map[string]string{}
	var path string
	c := &checked{dir: dir, fset: token.NewFileSet()}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct {
			Dir, ImportPath, Export string
			GoFiles                 []string
			DepOnly                 bool
		}
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("mutate: go list in %s: %w", dir, err)
		}
		exports[p.ImportPath] = p.Export
		if !p.DepOnly {
			path = p.ImportPath
			for _, name := range p.GoFiles {
				c.names = append(c.names, filepath.Join(p.Dir, name))
			}
		}
	}
	for _, name := range c.names {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		file, err := parser.ParseFile(c.fset, name, text, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		c.files, c.text = append(c.files, file), append(c.text, text)
	}
	c.info = &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{}, Implicits: map[ast.Node]types.Object{},
	}
	config := types.Config{Importer: importer.ForCompiler(c.fset, "gc", func(path string) (io.ReadCloser, error) {
		return os.Open(exports[path])
	})}
	c.pkg, err = config.Check(path, c.fset, c.files, c.info)
	return c, err
}
