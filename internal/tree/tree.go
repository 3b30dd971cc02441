// Package tree reads the YAML files that people write for corsproof: strictly,
// with the place of every value, every problem at once, and scalars as they stand
// in the source. It writes such files, too, as people would.
package tree

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// Node is a value of a file: what the YAML means, without the types
// that YAML gives to scalars. A scalar is its source text.
type Node struct {
	Pos     Pos
	Kind    NodeKind
	Entries []Entry // of a mapping, in order
	Items   []*Node // of a list
	Text    string  // of a scalar
	Quoted  bool    // a scalar in quotes or a block
	Binary  bool    // a scalar tagged !!binary; text is isomorphic
}

type Entry struct {
	Pos   Pos
	Key   string
	Value *Node
}

type NodeKind int

const (
	Null NodeKind = iota // nothing, `~`, a bare null
	Scalar
	List
	Mapping
)

// Found describes a node for an error.
func (n *Node) Found() string {
	switch n.Kind {
	case Mapping:
		return "a mapping"
	case List:
		return "a list"
	case Scalar:
		return Quoted(n.Text)
	}
	if n.Text == "" {
		return "nothing"
	}
	return n.Text
}

// Get is the value of a key, nil when the mapping (or the node) lacks it.
func (n *Node) Get(key string) *Node {
	if n == nil {
		return nil
	}
	for _, e := range n.Entries {
		if e.Key == key {
			return e.Value
		}
	}
	return nil
}

// What a file may be at most. YAML's parser recurses, and its time
// grows with the square of a mapping: neither is a file's to exhaust.
const (
	MaxBytes  = 8 << 20
	maxTokens = 500_000
	maxDepth  = 64
	maxKeys   = 2_000 // of one mapping
)

// Form is what errors say of one kind of file.
type Form struct {
	Begins  string // what an empty file lacks
	Sharing string // what stands in for anchors and aliases
}

// Parse turns a file into its tree, nil when it has none. It never panics.
func Parse(p *Problems, data []byte, form Form) *Node {
	top := Pos{File: p.File, Line: 1, Column: 1}
	switch {
	case len(data) > MaxBytes:
		p.Add(Pos{File: p.File}, Unreadable, fmt.Sprintf("%d bytes", len(data)), fmt.Sprintf("at most %d: split the file", MaxBytes))
		return nil
	case !utf8.Valid(data):
		pos := top
		for line := range strings.Lines(string(data)) {
			if i := strings.IndexFunc(line, func(r rune) bool { return r == utf8.RuneError }); !utf8.ValidString(line) {
				pos.Column = utf8.RuneCountInString(line[:max(i, 0)]) + 1
				break
			}
			pos.Line++
		}
		p.Add(pos, Unreadable, "a byte that is not UTF-8", "a file in UTF-8 (write other bytes as \"\\xNN\" or as !!binary)")
		return nil
	}
	// A line break is one, however a file writes it.
	text := strings.Join(splitLines(strings.TrimPrefix(string(data), "\ufeff")), "\n")
	tokens, ok := tokenize(p, text, form)
	if !ok {
		return nil
	}
	file, err := parseTokens(tokens)
	if err != nil {
		p.syntax(err)
		return nil
	}
	var bodies []ast.Node
	for _, doc := range file.Docs {
		if doc.Body != nil && doc.Body.Type() != ast.CommentType {
			bodies = append(bodies, doc.Body)
		}
	}
	switch {
	case len(bodies) == 0:
		p.Add(top, Missing, "an empty file", form.Begins)
		return nil
	case len(bodies) > 1 || len(file.Docs) > 1:
		last := file.Docs[len(file.Docs)-1]
		pos := top
		if last.Start != nil {
			pos = p.at(last.Start)
		}
		p.Add(pos, Syntax, "a second document", "one document in a file")
		return nil
	}
	b := builder{Problems: p}
	return b.node(bodies[0])
}

// parseTokens keeps a parser's panic from becoming ours.
func parseTokens(tokens token.Tokens) (file *ast.File, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the YAML parser gave up: %v", r)
		}
	}()
	return parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
}

// tokenize looks at the tokens before the parser does: at what would exhaust
// it, and at the parts of YAML that our files do without.
func tokenize(p *Problems, text string, form Form) (tokens token.Tokens, ok bool) {
	defer func() {
		if r := recover(); r != nil {
			p.syntax(fmt.Errorf("the YAML parser gave up: %v", r))
			ok = false
		}
	}()
	tokens = lexer.Tokenize(text)
	if len(tokens) > maxTokens {
		p.Add(p.at(tokens[maxTokens]), Unreadable, "too many values", fmt.Sprintf("at most %d words and signs: split the file", maxTokens))
		return nil, false
	}
	before := len(p.list)
	depth := 0
	wide := keyCounts{}
	refuse := func(t *token.Token, found, expected string) {
		p.Add(p.at(t), Syntax, found, expected)
	}
	for i, t := range tokens {
		switch t.Type {
		case token.InvalidType:
			if strings.HasPrefix(strings.TrimLeft(t.Origin, " \n"), "\t") || strings.Contains(t.Error, "'\t'") {
				refuse(t, "a tab", "spaces")
				return nil, false
			}
			p.invalid(p.at(t), firstLine(t.Error))
			return nil, false
		case token.AnchorType:
			refuse(t, "an anchor (&)", "no anchors: "+form.Sharing+"; quote the value if it begins with &")
		case token.AliasType:
			refuse(t, "an alias (*)", "no aliases: "+form.Sharing+"; quote the value if it is \"*\"")
		case token.MergeKeyType:
			refuse(t, "a merge key (<<)", "no merge keys: "+form.Sharing)
		case token.MappingKeyType:
			refuse(t, "an explicit key (?)", "`key: value`")
		case token.DirectiveType:
			refuse(t, "a directive (%)", "none: quote the value if it begins with %")
		case token.TagType:
			if t.Value != "!!binary" {
				refuse(t, "the tag "+t.Value, "no tag but !!binary")
			} else if i+1 < len(tokens) && tokens[i+1].Type == token.TagType {
				refuse(tokens[i+1], "a second tag", "one")
			} else if i+1 == len(tokens) || tokens[i+1].Position.Line != t.Position.Line {
				refuse(t, "!!binary without a value", "base64 behind it, or | and base64 on the lines below")
			}
		case token.MappingStartType, token.SequenceStartType:
			depth++
			if depth > maxDepth {
				p.Add(p.at(t), Unreadable, "too many brackets in brackets", fmt.Sprintf("at most %d", maxDepth))
				return nil, false
			}
		case token.MappingEndType, token.SequenceEndType:
			delete(wide, -depth)
			depth = max(0, depth-1)
		case token.SequenceEntryType, token.MappingValueType:
			if !wide.add(t, depth) {
				p.Add(p.at(t), Unreadable, "too many keys in a mapping", fmt.Sprintf("at most %d", maxKeys))
				return nil, false
			}
			// Every block within a block stands further to the right.
			if depth == 0 && indent(t) > 4*maxDepth {
				p.Add(p.at(t), Unreadable, "too many blocks in blocks", fmt.Sprintf("at most %d", maxDepth))
				return nil, false
			}
		}
	}
	return tokens, len(p.list) == before
}

// keyCounts counts the keys of the mappings that are open: of a block by its
// column, of brackets by how deep they stand.
type keyCounts map[int]int

// add takes a list's dash or a mapping's colon. It is false at a key too many.
func (k keyCounts) add(t *token.Token, depth int) bool {
	place := -depth
	if depth == 0 {
		place = indent(t)
	}
	for other := range k { // a token ends the blocks to its right, and all brackets
		if depth == 0 && (other > place || other < 0) {
			delete(k, other)
		}
	}
	if t.Type == token.MappingValueType {
		k[place]++
	}
	return k[place] <= maxKeys
}

// indent is how deep a block token stands: the column of a list's dash, and of
// the key before a mapping's colon.
func indent(t *token.Token) int {
	if t.Type == token.MappingValueType && t.Prev != nil {
		return t.Prev.Position.Column
	}
	return t.Position.Column
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return s
}

// syntax notes an error of the YAML parser in our own form.
func (p *Problems) syntax(err error) {
	pos := Pos{File: p.File, Line: 1, Column: 1}
	message := firstLine(err.Error())
	var positioned yaml.Error
	if errors.As(err, &positioned) {
		message = positioned.GetMessage()
		if t := positioned.GetToken(); t != nil {
			pos = p.at(t)
		}
	}
	p.invalid(pos, message)
}

// invalid notes what the YAML parser says, and what it usually means.
func (p *Problems) invalid(pos Pos, message string) {
	expected := "valid YAML"
	switch {
	case strings.Contains(message, "mapping value is not allowed"):
		expected = "one indentation in a mapping, and quotes around a value that holds \": \""
	case strings.Contains(message, "reserved character"):
		expected = "quotes around a value that begins so"
	}
	p.Add(pos, Syntax, "invalid YAML ("+message+")", expected)
}

// at is a token's place in the file, on a line that the file has.
func (p *Problems) at(t *token.Token) Pos {
	pos := Pos{File: p.File, Line: 1, Column: 1}
	if t != nil && t.Position != nil {
		pos.Line = min(max(t.Position.Line, 1), len(p.Lines))
		pos.Column = max(t.Position.Column, 1)
	}
	return pos
}

// builder makes nodes of YAML's syntax tree.
type builder struct {
	*Problems
}

func (b *builder) node(n ast.Node) *Node {
	pos := b.at(n.GetToken())
	switch n := n.(type) {
	case *ast.MappingNode:
		out := &Node{Kind: Mapping, Pos: pos}
		if !n.IsFlowStyle && len(n.Values) > 0 {
			out.Pos = b.at(n.Values[0].Key.GetToken())
		}
		b.entries(out, n.Values)
		return out
	case *ast.MappingValueNode:
		out := &Node{Kind: Mapping, Pos: b.at(n.Key.GetToken())}
		b.entries(out, []*ast.MappingValueNode{n})
		return out
	case *ast.SequenceNode:
		out := &Node{Kind: List, Pos: pos}
		for _, v := range n.Values {
			out.Items = append(out.Items, b.node(v))
		}
		return out
	case *ast.TagNode:
		return b.binary(n, pos)
	case *ast.NullNode:
		out := &Node{Kind: Null, Pos: pos}
		if n.Token.Type == token.NullType {
			out.Text = n.Token.Value
		}
		return out
	case *ast.LiteralNode:
		return &Node{Kind: Scalar, Pos: pos, Text: n.Value.Value, Quoted: true}
	case *ast.StringNode:
		kind := n.Token.Type
		return &Node{Kind: Scalar, Pos: pos, Text: n.Token.Value,
			Quoted: kind == token.SingleQuoteType || kind == token.DoubleQuoteType}
	case ast.ScalarNode:
		// Numbers and truth values arrive as they were written.
		return &Node{Kind: Scalar, Pos: pos, Text: n.GetToken().Value}
	}
	b.Add(pos, Syntax, "a "+strings.ToLower(n.Type().String()), "a scalar, a list or a mapping")
	return &Node{Kind: Null, Pos: pos}
}

func (b *builder) entries(out *Node, values []*ast.MappingValueNode) {
	have := map[string]bool{}
	for _, v := range values {
		key := b.at(v.Key.GetToken())
		name := v.Key.GetToken().Value
		if _, scalar := v.Key.(ast.ScalarNode); !scalar {
			b.Add(key, Syntax, "a key that is no word", "`key: value`")
			continue
		}
		if have[name] {
			b.Add(key, RepeatedKey, "the key "+Quoted(name)+" again", "each key once in a mapping")
			continue
		}
		have[name] = true
		value := b.node(v.Value)
		if value.Kind == Null && value.Text == "" {
			value.Pos = key
		}
		out.Entries = append(out.Entries, Entry{Pos: key, Key: name, Value: value})
	}
}

func (b *builder) binary(n *ast.TagNode, pos Pos) *Node {
	out := &Node{Kind: Scalar, Pos: pos, Quoted: true, Binary: true}
	if n.Value == nil {
		b.Add(pos, WrongType, "!!binary without a value", "base64")
		return out
	}
	value := b.node(n.Value)
	if value.Kind != Scalar {
		b.Add(value.Pos, WrongType, value.Found(), "base64 after !!binary")
		return out
	}
	data, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(value.Text), ""))
	if err != nil {
		b.Add(value.Pos, BadValue, Quoted(value.Text), "base64 after !!binary")
	}
	out.Text = IsomorphicDecode(data)
	return out
}

// IsomorphicDecode gives each byte as the character of its number.
// https://infra.spec.whatwg.org/#isomorphic-decode
func IsomorphicDecode(data []byte) string {
	runes := make([]rune, len(data))
	for i, b := range data {
		runes[i] = rune(b)
	}
	return string(runes)
}

// IsomorphicEncode gives each character as the byte of its number. The loader
// has refused characters above U+00FF.
// https://infra.spec.whatwg.org/#isomorphic-encode
func IsomorphicEncode(s string) []byte {
	out := make([]byte, 0, len(s))
	for _, r := range s {
		out = append(out, byte(r))
	}
	return out
}
