package judge

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/corsproof/corsproof/harness/observe"
	"github.com/corsproof/corsproof/scenarios"
)

// conversation reads requests such as "a b<1 c<1?": their paths, what each
// follows where that is not the one before, and whether it need come.
func conversation(text string) []observe.Request {
	var out []observe.Request
	for word := range strings.FieldsSeq(text) {
		r := observe.Request{Method: "GET", Maybe: strings.HasSuffix(word, "?")}
		path, after, found := strings.Cut(strings.TrimSuffix(word, "?"), "<")
		if found {
			r.After = int(after[0] - '0')
			if after == "-" {
				r.After = -1
			}
		}
		r.Path = path
		out = append(out, r)
	}
	return out
}

func TestWireInAnyOrder(t *testing.T) {
	for _, c := range []struct {
		due, came string
		problem   string // a part of the first; "" for none
	}{
		{"a b c", "a b c", ""},
		{"a b c", "a c b", "request 2 on the wire is GET c"},
		{"x a<1 b<1", "x b a", ""},
		{"x a<1 b<1", "a x b", "request 1 on the wire is GET a"},
		{"x a<1 b<1 c<2", "x a c b", ""},
		{"x a<1 b<1 c<2", "x b a c", ""},
		{"x a<1 b<1 c<2", "x b c a", "request 2"},
		{"x a<1 r b<1", "x b a r", ""},
		{"x a<1 r b<1", "x r a b", "request 2"},
		{"a<- b<-", "b a", ""},
		{"x a<1 b<1 c<3?", "x b a", ""},
		{"x a<1 b<1 c<3?", "x b c a", ""},
		{"x a<1 b<1 c<3?", "x c b a", "request 2"},
		{"x a<1 b<1 c<3? d?", "x a b c", ""},
		{"x a<1 b<1 c<3? d?", "x a b d", "GET d arrived, the standard sends no such request"},
		{"x a<1 b<1", "x b", "request 2"},
		{"x a<1 b<1", "x a", "GET b never arrived"},
		{"x a<1 a<1", "x a a", ""},
		{"x a<1 b<1", "x b a c", "request 2"},
	} {
		var d problems
		d.wire(conversation(c.due), conversation(c.came))
		if c.problem == "" {
			assert.Empty(t, d, "%s: %s", c.due, c.came)
		} else if assert.NotEmpty(t, d, "%s: %s", c.due, c.came) {
			assert.Contains(t, d[0], c.problem, "%s: %s", c.due, c.came)
		}
	}
}

// Requests that look alike are told apart by what they carry.
func TestSiblingsToTheSameURL(t *testing.T) {
	due, came := conversation("x a<1 a<1"), conversation("x a a")
	due[1].Origin, came[2].Origin = "https://app.site.test", "https://app.site.test"
	var d problems
	d.wire(due, came)
	assert.Empty(t, d)
	came[2].Origin = "null"
	d.wire(due, came)
	assert.NotEmpty(t, d)
}

func TestClaimsInAnyOrder(t *testing.T) {
	claim := func(paths string) scenarios.Expect {
		e := scenarios.Expect{ServerSaw: []string{}}
		for path := range strings.FieldsSeq(paths) {
			e.Wire = append(e.Wire, scenarios.WireClaim{Path: "/" + path})
			e.ServerSaw = append(e.ServerSaw, "GET")
		}
		return e
	}
	seen := observe.Seen{Wire: conversation("/x /a<1 /b<1 /c<3?"), Predicted: true}
	for paths, met := range map[string]bool{"x a b": true, "x b a": true, "x b c a": true, "x a b c": true, "a x b": false, "x a": false, "x c b a": false, "x a b d": false} {
		assert.Equal(t, met, len(Claim(claim(paths), seen, "the standard", nil)) == 0, paths)
	}
	browser := Votes{Standard: seen, Observed: observe.Seen{Wire: conversation("/x /b /a")}}.arranged()
	assert.Empty(t, Claim(claim("x a b"), browser, "the browser", nil))
	assert.Empty(t, Claim(claim("x b a"), browser, "the browser", nil))
	assert.NotEmpty(t, Claim(claim("x b a c"), browser, "the browser", nil))
}

func TestWithoutRepeats(t *testing.T) {
	for _, c := range [][3]string{
		{"a", "a a a", "a"},
		{"a b", "a a b b b", "a b"},
		{"a a b", "a a a b", "a a b"},
		{"a a a", "a a", "a a"},
		{"a", "a b a", "a b a"},
	} {
		assert.Equal(t, conversation(c[2]), withoutRepeats(conversation(c[1]), conversation(c[0])), c)
	}
}
