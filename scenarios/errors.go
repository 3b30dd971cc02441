package scenarios

import "github.com/corsproof/corsproof/internal/tree"

// What is wrong with a file is told in the same form for every kind of file
// that corsproof reads.
type (
	// Pos is a place in a file: File, Line and Column, which count from 1. Its
	// String is "file:line:column", or as much of it as is known.
	Pos = tree.Pos
	// Kind is what is wrong, in one word of a closed set. A Kind is an error, so
	// that errors.Is(err, scenarios.UnknownKey) asks for it.
	Kind = tree.Kind
	// Error is one problem of one file: its Pos and Kind, what was Found and
	// Expected, and an Excerpt of the file.
	Error = tree.Error
	// Errors is every problem of a set of files, in the order of the files and of
	// the lines in them: its List. errors.Is and errors.As look at each.
	Errors = tree.Errors
)

// The kinds of problems.
const (
	Unreadable     = tree.Unreadable     // the file cannot be read, is not UTF-8, or is too large or too deep
	Syntax         = tree.Syntax         // not YAML, or a part of YAML that our files do without
	UnknownKey     = tree.UnknownKey     // a key that the format does not have in this place
	RepeatedKey    = tree.RepeatedKey    // a key that its mapping has already
	WrongType      = tree.WrongType      // a mapping where a list is wanted, null where a value is wanted
	UnknownWord    = tree.UnknownWord    // a word outside a closed set
	BadValue       = tree.BadValue       // of the right type, but not of the right form
	BadOrigin      = tree.BadOrigin      // neither a named origin nor a literal one that a browser reaches
	BadPlaceholder = tree.BadPlaceholder // `{word}` that stands for nothing here
	Missing        = tree.Missing        // a key that must be there
	RepeatedID     = tree.RepeatedID     // an id or a name that is taken
	Contradiction  = tree.Contradiction  // keys that exclude each other
)

type (
	node     = tree.Node
	problems = tree.Problems
)
