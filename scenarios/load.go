package scenarios

import (
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/internal/tree"
)

// Load reads scenario files. The error is an *[Errors] with every problem of
// every file; the files are returned only when there is none.
func Load(paths ...string) ([]*File, error) {
	return load(paths, readBounded)
}

// readBounded reads a file, and of one that is too large or has no end just
// enough to say so.
func readBounded(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, tree.MaxBytes+1))
}

// LoadFS reads the files of fsys that match any of the patterns ([fs.Glob]), in
// the order of the patterns. The error is an *[Errors]; a pattern that matches
// nothing is a problem too.
func LoadFS(fsys fs.FS, patterns ...string) ([]*File, error) {
	var paths []string
	var failed Errors
	for _, pattern := range patterns {
		matches, err := fs.Glob(fsys, pattern)
		if err != nil || len(matches) == 0 {
			failed.List = append(failed.List, &Error{Pos: Pos{File: pattern}, Kind: Unreadable,
				Found: "no file of that name", Expected: "at least one"})
		}
		for _, m := range matches {
			if !slices.Contains(paths, m) {
				paths = append(paths, m)
			}
		}
	}
	files, err := load(paths, func(path string) ([]byte, error) { return fs.ReadFile(fsys, path) })
	if problems, ok := errors.AsType[*Errors](err); ok {
		failed.List = append(failed.List, problems.List...)
	}
	if len(failed.List) > 0 {
		return nil, &failed
	}
	return files, nil
}

//go:embed catalogue/*.yaml
var catalogue embed.FS

// Catalogue is the embedded catalogue, its topics in the order in which a
// course would take them: the order of the file names.
func Catalogue() ([]*File, error) {
	names, err := fs.Glob(catalogue, "catalogue/*.yaml")
	if err != nil {
		return nil, err
	}
	return load(names, func(path string) ([]byte, error) { return catalogue.ReadFile(path) })
}

// Parse reads one file's text. path is what errors call it.
func Parse(path string, data []byte) (*File, error) {
	files, err := load([]string{path}, func(string) ([]byte, error) { return data, nil })
	if err != nil {
		return nil, err
	}
	return files[0], nil
}

func load(paths []string, read func(string) ([]byte, error)) ([]*File, error) {
	var files []*File
	var all Errors
	ids := map[string]Pos{}
	for _, path := range paths {
		data, err := read(path)
		p := tree.NewProblems(path, strings.TrimPrefix(string(data[:min(len(data), tree.MaxBytes)]), "\ufeff"))
		if err != nil {
			p.Add(Pos{File: path}, Unreadable, unreadable(err), "a scenario file")
		} else if f := readFile(p, data); f != nil {
			for _, s := range f.Scenarios {
				id := s.Topic + "/" + s.ID
				if first, taken := ids[id]; taken {
					p.Add(s.Pos, RepeatedID, "the id "+tree.Quoted(id)+" again", "an id of its own: "+first.String()+" has it")
				} else if s.ID != "" {
					ids[id] = s.Pos
				}
			}
			files = append(files, f)
		}
		all.List = append(all.List, p.Sorted()...)
	}
	if len(all.List) > 0 {
		return nil, &all
	}
	return files, nil
}

// unreadable is why a file cannot be read, without the path, which stands
// before it.
func unreadable(err error) string {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		err = path.Err
	}
	return fmt.Sprintf("an unreadable file (%v)", err)
}
