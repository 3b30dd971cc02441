package scenarios

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// everyKey has what the catalogue has no use for.
const everyKey = "testdata/every-key.yaml"

func written(t testing.TB) []*Permutation {
	t.Helper()
	files, err := Catalogue()
	require.NoError(t, err)
	more, err := Load(everyKey)
	require.NoError(t, err)
	return Permutations(append(files, more...))
}

// What is written reads as the same steps, as a file and as an item.
func TestWrittenReadsBack(t *testing.T) {
	for _, p := range written(t) {
		same(t, p)
	}
}

// No key of the format is without its writer.
func TestEveryKeyIsWritten(t *testing.T) {
	var all strings.Builder
	for _, p := range written(t) {
		all.Write(Item(p))
	}
	for _, keys := range [][]string{
		names(itemFields), names(stepFields), names(requestFields), names(bodyFields), names(replyFields), names(hopFields), names(resourceFields),
		names(serverFields), names(setUpFields), names(pageFields), names(serviceWorkerFields), names(cookieFields), names(expectFields), names(wireFields),
	} {
		for _, key := range keys {
			assert.Contains(t, all.String(), `"`+key+`":`)
		}
	}
}

// What a learner types into a field is that field's value and nothing else.
func FuzzWritten(f *testing.F) {
	for _, s := range []string{
		"", " ", "a", "null", "~", "true", "0x10", "a: b", "a #b", "#", "- a", "? a", "'", "''", `"`, `\`, `'"\`, "{", "{{", "{request-origin}", "{ request-origin }", "{url:api}",
		"https://a.test:1", "a:b", "[a]", "{a: b}", "a, b", "*", "&a", "!a", "%a", "@a", "`a", "<<", "|", ">", "---", "...", "a\n", "a\nb", "a\n\nb\n", "a\n b", " a\nb", "a\n\n",
		"\t", "a\tb", "\x00", "\x7f", "\u0085", "\u00a0", "\u00e9", "\u00ff", "\u2028", "\ufeff", "\U0001f600", "\r", "\r\n", strings.Repeat("word ", 40) + "end", strings.Repeat("x", 300),
		"a\n---\nb", "a\n#b", "a\n...\n", "Expires=Thu, 01 Jan 1970 00:00:00 GMT",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		typed, err := json.Marshal(s)
		require.NoError(t, err)
		for _, form := range hostile {
			p, err := ReadItem([]byte(strings.ReplaceAll(form, "$", string(typed))))
			if err != nil {
				var all *Errors
				require.ErrorAs(t, err, &all)
				continue
			}
			same(t, p)
			if headers := p.Steps[0].Server.Response.Headers; len(headers) > 0 && utf8.ValidString(s) {
				assert.Equal(t, s, headers[0].Value.String())
			}
		}
	})
}

// hostile are places where a text of any kind may stand.
var hostile = []string{
	`{"title": $, "request": {"to": "api"}, "expect": {"read": "blocked"}}`,
	`{"request": {"to": "api", "path": $}, "expect": {"read": "blocked"}}`,
	`{"request": {"to": "data:", "path": $}, "expect": {"read": "blocked"}}`,
	`{"request": {"to": "api", "method": $}, "expect": {"read": "blocked"}}`,
	`{"request": {"to": "api", "method": "PUT", "headers": [[$, $]], "body": $}, "expect": {"read": "blocked"}}`,
	`{"request": {"to": "api", "method": "PUT", "headers": {$: [$, $]}, "body": {"type": $, "bytes": $}}, "expect": {"read": "blocked"}}`,
	`{"request": {"to": "api"}, "server": {"response": {"headers": [["X", $], ["Y", $], ["X", $]], "body": $}}, "expect": {"read": "blocked"}}`,
	`{"request": {"to": "api"}, "server": {"response": {"headers": {"X": $, "Y": $}}, "redirects": [{"location": $}]}, "expect": {"read": "blocked"}}`,
	`{"request": {"to": "api"}, "server": {"response": {"raw": $}, "preflight": {"body": {"bytes": $}}}, "expect": {"read": "blocked"}}`,
	`{"request": {"to": "api"}, "server": {"response": {"status-text": $}}, "expect": {"read": "blocked", "status-text": $}}`,
	`{"request": {"to": "api"}, "expect": {"body": $, "url": $, "error": $, "readable-headers": {"X": $}, "request-headers": {"X": $}, "wire": [{"body": $, "cookie": $}]}}`,
	`{"request": {"to": "api"}, "expect": {"read": "blocked"}, "cookies": [{"on": "api", "name": "a", "value": $}], "page": {"headers": [["X", $]], "service-worker": {"script": $}}}`,
}

func same(t testing.TB, p *Permutation) {
	t.Helper()
	want := bare(p)
	text := WriteFile(p)
	f, err := Parse("written.yaml", text)
	require.NoError(t, err, "%s\n%s", p.ID, text)
	again := Permutations([]*File{f})
	require.Len(t, again, 1, p.ID)
	require.Equal(t, want, bare(again[0]), "%s\n%s", p.ID, text)
	assert.Equal(t, text, WriteFile(again[0]), p.ID)

	item := Item(p)
	read, err := ReadItem(item)
	require.NoError(t, err, "%s\n%s", p.ID, item)
	require.Equal(t, want, bare(read), "%s\n%s", p.ID, item)
	require.JSONEq(t, string(item), string(Item(read)), p.ID)

	listed, err := Parse("written.json", []byte(`{"format":1,"topic":"t","about":"About.","scenarios":[`+string(item)+`]}`))
	require.NoError(t, err, "%s\n%s", p.ID, item)
	require.Equal(t, want, bare(Permutations([]*File{listed})[0]), p.ID)
}

// said is a permutation as far as it is written.
type said struct {
	Title, Why, Spec, Via, Timeout string
	Steps                          []Step
}

// bare is what a permutation says: without places, and with nil for every list
// that says nothing when it is empty.
func bare(p *Permutation) said {
	steps := make([]Step, len(p.Steps))
	for i, s := range p.Steps {
		s.requestPos = Pos{}
		steps[i] = plainCopy(reflect.ValueOf(s)).Interface().(Step)
	}
	return said{p.Title, p.Why, p.Spec, string(p.Via), p.Timeout.String(), steps}
}

// empties are the fields in which an empty list says something.
var empties = set("ServerSaw Wire Sandbox Bytes Raw")

func plainCopy(v reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			out.Set(plainCopy(v.Elem()).Addr())
		}
	case reflect.Struct:
		out.Set(v)
		if v.Type() == reflect.TypeFor[Template]() {
			return out
		}
		for i := range v.NumField() {
			f := v.Type().Field(i)
			switch {
			case !f.IsExported():
			case f.Type == reflect.TypeFor[Pos]():
				out.Field(i).SetZero()
			case f.Type.Kind() == reflect.Slice && v.Field(i).Len() == 0 && !empties[f.Name], f.Type.Kind() == reflect.Map && v.Field(i).Len() == 0:
				out.Field(i).SetZero()
			default:
				out.Field(i).Set(plainCopy(v.Field(i)))
			}
		}
	case reflect.Slice:
		if v.IsNil() {
			return out
		}
		out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		for i := range v.Len() {
			out.Index(i).Set(plainCopy(v.Index(i)))
		}
	case reflect.Map:
		out.Set(reflect.MakeMap(v.Type()))
		for _, key := range v.MapKeys() {
			out.SetMapIndex(key, plainCopy(v.MapIndex(key)))
		}
	default:
		out.Set(v)
	}
	return out
}
