package scenarios

import (
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/oracle"
)

// Reserved is the path prefix under which every origin serves the harness's own
// pages; no case ever lives there.
const Reserved = "/.corsproof/"

// TokenParam is the query parameter that carries the token where the path is
// the server's own: at a set-up.
const TokenParam = "corsproof"

// Address is where one hop of a case lives. A literal case lives below a path
// of its own, so that nothing it leaves behind (cookie paths, cache entries)
// meets another case's, and relative URLs stay inside it:
//
//	https://api.other.test/~k3f9x2/items?page=2      hop 0
//	https://api.other.test/~k3f9x2/items;~1?page=2   hop 1, after one redirect
//
// A case of a set-up keeps the server's own path and carries the token in the
// query: https://api.other.test/with-cors?corsproof=k3f9x2
//
// Where the server refuses queries that it does not know, the address is bare:
// which case it is, somebody else has to know.
type Address struct {
	Token string
	Hop   int
	SetUp bool
	Bare  bool // of a set-up
}

// URL is the address at origin, with path (query and fragment allowed) and
// userinfo ("user:pass", or "").
func (a Address) URL(origin oracle.Origin, path, userinfo string) string {
	if userinfo != "" {
		userinfo += "@"
	}
	base := strings.Replace(origin.String(), "://", "://"+userinfo, 1)
	if a.Bare {
		return base + path
	}
	if a.SetUp {
		path, fragment, found := strings.Cut(path, "#")
		if found {
			fragment = "#" + fragment
		}
		separator := "?"
		if strings.Contains(path, "?") {
			separator = "&"
		}
		return base + path + separator + TokenParam + "=" + a.Token + fragment
	}
	return base + "/~" + a.Token + a.mark(path)
}

// mark puts the hop at the end of the path, where neither cookie paths nor
// relative references see it.
func (a Address) mark(path string) string {
	if a.Hop == 0 {
		return path
	}
	end := len(path)
	if i := strings.IndexAny(path, "?#"); i >= 0 {
		end = i
	}
	return path[:end] + hopMark + strconv.Itoa(a.Hop) + path[end:]
}

const hopMark = ";~"

// ParseTarget finds the case that a request-target (or the path and query of a
// URL) belongs to, and the path as its author wrote it. ok is false for
// requests that belong to none.
func ParseTarget(target string) (a Address, path string, ok bool) {
	if rest, found := strings.CutPrefix(target, "/~"); found {
		a.Token = rest
		if i := strings.IndexAny(rest, "/?#"); i >= 0 {
			a.Token, path = rest[:i], rest[i:]
		}
		a.Hop, path = cutHop(path)
		return a, path, a.Token != ""
	}
	path, query, found := strings.Cut(target, "?")
	if !found {
		return Address{}, "", false
	}
	kept := make([]string, 0, 4)
	for pair := range strings.SplitSeq(query, "&") {
		if value, found := strings.CutPrefix(pair, TokenParam+"="); found && a.Token == "" {
			a.Token, a.SetUp = value, true
			continue
		}
		kept = append(kept, pair)
	}
	if a.Token == "" {
		return Address{}, "", false
	}
	if len(kept) > 0 {
		path += "?" + strings.Join(kept, "&")
	}
	return a, path, true
}

// cutHop takes the hop out of a path.
func cutHop(path string) (hop int, rest string) {
	end := len(path)
	if i := strings.IndexAny(path, "?#"); i >= 0 {
		end = i
	}
	i := strings.LastIndex(path[:end], hopMark)
	if i < 0 {
		return 0, path
	}
	hop, err := strconv.Atoi(path[i+len(hopMark) : end])
	if err != nil || hop <= 0 {
		return 0, path
	}
	return hop, path[:i] + path[end:]
}

// StripToken gives a URL as its author would write it: without the token of the
// case it belongs to. Other URLs come back as they are.
func StripToken(raw string) string {
	scheme := hasScheme.FindString(raw)
	rest, found := strings.CutPrefix(raw[len(scheme):], "//")
	slash := strings.IndexAny(rest, "/?#")
	if scheme == "" || !found || slash <= 0 {
		return raw
	}
	i := len(scheme) + len("//")
	authority, target := raw[:i+slash], raw[i+slash:]
	_, path, ok := ParseTarget(target)
	if !ok {
		return raw
	}
	return authority + path
}
