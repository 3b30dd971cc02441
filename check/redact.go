package check

import (
	"cmp"
	"encoding/base64"
	"net/url"
	"reflect"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/policy"
)

// blank stands where a secret was.
const blank = "(secret)"

// telling is how long a value of a header is that is looked for elsewhere: a
// cookie of one digit would blank the digit in every number.
const telling = 6

// redact blanks the secrets of a report, wherever they stand: those that the
// policy was given from the environment, and whatever an Authorization or a
// Cookie header holds, of the policy or on the wire. A server may have echoed
// them anywhere.
func redact(r Report, secrets []string) Report {
	secrets = slices.Clone(secrets)
	seen := func(name, value string) {
		for _, s := range secretsIn(name, value) {
			if len(s) >= telling {
				secrets = append(secrets, s)
			}
		}
	}
	for _, e := range r.Policy.Endpoints {
		for name, value := range e.Headers {
			if isSecretHeader(name) {
				seen(name, value)
			}
		}
	}
	for _, f := range r.Findings {
		for _, e := range f.Wire {
			for _, h := range slices.Concat(e.Headers, e.ReplyHeaders) {
				if isSecretHeader(h.Name) || strings.EqualFold(h.Name, "Set-Cookie") {
					seen(h.Name, h.Value)
				}
			}
		}
	}
	replacer := blanks(secrets)
	blanked := mapped(reflect.ValueOf(r), replacer.Replace).Interface().(Report)
	for f := range blanked.Findings {
		for e := range blanked.Findings[f].Wire {
			blankHeaders(&blanked.Findings[f].Wire[e])
		}
	}
	return blanked
}

// secretsIn are a header's value and the parts of it that are secret by
// themselves: what stands behind a scheme, and the values of cookies.
func secretsIn(name, value string) []string {
	found := []string{value}
	switch {
	case strings.HasSuffix(strings.ToLower(name), "authorization"):
		if _, rest, ok := strings.Cut(value, " "); ok {
			found = append(found, strings.TrimSpace(rest))
		}
	case strings.EqualFold(name, "Cookie"):
		for pair := range strings.SplitSeq(value, ";") {
			if _, v, ok := strings.Cut(pair, "="); ok {
				found = append(found, strings.TrimSpace(v))
			}
		}
	case strings.EqualFold(name, "Set-Cookie"):
		pair, _, _ := strings.Cut(value, ";")
		if _, v, ok := strings.Cut(pair, "="); ok {
			found = []string{strings.TrimSpace(v)}
		}
	}
	return found
}

// blanks replaces each secret, and the forms in which URLs and Basic
// authentication carry it; longer ones first, so that no part of one stays.
func blanks(secrets []string) *strings.Replacer {
	var all []string
	for _, s := range secrets {
		if s == "" || s == blank {
			continue
		}
		all = append(all, s, url.QueryEscape(s), url.PathEscape(s), base64.StdEncoding.EncodeToString([]byte(s)))
	}
	slices.SortFunc(all, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b)) })
	var pairs []string
	for _, s := range slices.Compact(all) {
		pairs = append(pairs, s, blank)
	}
	return strings.NewReplacer(pairs...)
}

func blankHeaders(e *record.Exchange) {
	for _, headers := range []oracle.Headers{e.Headers, e.ReplyHeaders} {
		for i := range headers {
			if isSecretHeader(headers[i].Name) || strings.EqualFold(headers[i].Name, "Set-Cookie") {
				headers[i].Value = blank
			}
		}
	}
}

// mapped is a deep copy of a value with every string in it changed, except
// those of the closed sets.
func mapped(v reflect.Value, change func(string) string) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	switch v.Kind() {
	case reflect.String:
		switch v.Interface().(type) {
		case policy.Class, Severity:
			return v
		}
		out.SetString(change(v.String()))
	case reflect.Struct:
		out.Set(v)
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				out.Field(i).Set(mapped(v.Field(i), change))
			}
		}
	case reflect.Slice:
		if v.IsNil() {
			return v
		}
		out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		for i := range v.Len() {
			out.Index(i).Set(mapped(v.Index(i), change))
		}
	case reflect.Map:
		if v.IsNil() {
			return v
		}
		out.Set(reflect.MakeMap(v.Type()))
		for _, key := range v.MapKeys() {
			out.SetMapIndex(key, mapped(v.MapIndex(key), change))
		}
	default:
		return v
	}
	return out
}
