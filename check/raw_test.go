package check

import (
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/policy"
	"github.com/corsproof/corsproof/servers"
)

// names are what a preflight asks for, as a handler reads it.
func askedNames(r *http.Request) []string {
	return strings.Split(strings.Join(r.Header["Access-Control-Request-Headers"], ","), ",")
}

// clock goes on by the work that a handler says it does, and by nothing else: what
// else the machine has to do makes no server slow.
type clock struct{ time atomic.Int64 }

func (c *clock) now() time.Time { return time.Unix(0, c.time.Load()) }

// work is that many steps, of 5 ns each: the most that a test asks for stays below
// the patience that it has.
func (c *clock) work(steps int) { c.time.Add(5 * int64(steps)) }

func TestRaw(t *testing.T) {
	var clock clock
	before := func(f func(w http.ResponseWriter, r *http.Request)) http.Handler {
		next := cors(only, items)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			f(w, r)
			next.ServeHTTP(w, r)
		})
	}
	for _, test := range []struct {
		name    string
		handler http.Handler
		cause   string // "": none
	}{
		{"sound", cors(only, items), ""},
		{"everything but its own is a 400", before(func(w http.ResponseWriter, r *http.Request) {
			if o := r.Header.Get("Origin"); o != "" && o != allowedOrigin {
				w.WriteHeader(400)
			}
		}), ""},
		{"everybody but its own is hung up on", before(func(w http.ResponseWriter, r *http.Request) {
			if o := r.Header.Get("Origin"); o != "" && o != allowedOrigin {
				panic(http.ErrAbortHandler)
			}
		}), ""},
		{"much is no reason to break off", before(func(w http.ResponseWriter, r *http.Request) {
			if len(r.Header.Get("Access-Control-Request-Headers")) > 2000 {
				panic(http.ErrAbortHandler)
			}
		}), rawPanic},
		{"linear", before(func(w http.ResponseWriter, r *http.Request) {
			clock.work(200 * len(r.Header.Get("Access-Control-Request-Headers")))
		}), ""},
		{"empty name", before(func(w http.ResponseWriter, r *http.Request) {
			if names := askedNames(r); r.Header["Access-Control-Request-Headers"] != nil {
				_ = strings.TrimSpace(names[len(names)-1])[0]
			}
		}), rawPanic},
		{"recovered", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header["Access-Control-Request-Headers"] != nil && slices.Contains(askedNames(r), "") {
				w.WriteHeader(500)
				return
			}
			cors(only, items).ServeHTTP(w, r)
		}), rawError},
		{"quadratic", before(func(w http.ResponseWriter, r *http.Request) {
			once := map[string]bool{}
			for _, name := range askedNames(r) {
				once[name] = true
				clock.work(len(once)) // each is compared with all that are found already
			}
		}), rawSlow},
		{"endless at any length", before(func(w http.ResponseWriter, r *http.Request) {
			if len(r.Header.Get("Access-Control-Request-Headers")) > 4000 {
				<-r.Context().Done()
			}
		}), rawSlow},
		{"hanging", before(func(w http.ResponseWriter, r *http.Request) {
			if strings.Contains(r.Header.Get("Origin"), ", ") {
				<-r.Context().Done()
			}
		}), rawHang},
		{"its own Vary beside the request's", before(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Add("Vary", r.Header.Get("Vary"))
		}), ""},
		{"not to be stored", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Cache-Control", "no-store")
			repeatsVary(w, r)
		}), ""},
		{"the request's Vary", http.HandlerFunc(repeatsVary), rawVary},
		{"deceived", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if slices.Contains(r.Header["Origin"], allowedOrigin) {
				w.Header().Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
			}
		}), rawDeceived},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := &policy.Policy{Origins: []string{allowedOrigin}, Methods: []string{"PUT"}, RequestHeaders: []string{"X-Token"}, Credentials: true}
			o := Options{Policy: p, Target: Handler(test.handler), Raw: true}
			public, err := o.Target.Origin(p)
			require.NoError(t, err)
			probes, err := p.Scenarios(policy.Options{Server: public, Path: "/"})
			require.NoError(t, err)
			r, err := o.Target.start(t.Context(), o)
			require.NoError(t, err)
			defer r.stop()
			a, err := o.raw(r)
			require.NoError(t, err)
			a.now = clock.now
			if test.cause == rawHang || test.cause == rawSlow {
				a.patience = 500 * time.Millisecond
			}
			harm, asked, err := a.attack(t.Context(), probes)
			require.NoError(t, err)
			assert.True(t, asked)
			var causes []string
			for _, f := range rawFindings(harm, newExcuses(p, time.Now())) {
				t.Log(f.Cause, f.Title, f.Happened, f.Curl, f.Also)
				causes = append(causes, f.Cause)
			}
			if test.cause == "" {
				assert.Empty(t, causes)
			} else {
				assert.Equal(t, []string{test.cause}, causes)
			}
		})
	}
}

// repeatsVary answers with the Vary of the request, if that has one.
func repeatsVary(w http.ResponseWriter, r *http.Request) {
	cors(only, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if said := r.Header.Get("Vary"); said != "" {
			w.Header().Set("Vary", said)
		}
		items.ServeHTTP(w, r)
	})).ServeHTTP(w, r)
}

func TestSplits(t *testing.T) {
	line := func(name, value string) servers.Heard {
		return servers.Heard{Reply: oracle.Reply{Headers: oracle.Headers{{Name: name, Value: value}}}}
	}
	for _, test := range []struct {
		name  string
		heard servers.Heard
		want  bool
	}{
		{"a line of its own", line(marker, "1"), true},
		{"in another case", line(strings.ToLower(marker), "1"), true},
		{"before the colon a space", line(marker+" ", "1"), true},
		{"behind a bare CR", line("Access-Control-Allow-Origin", "https://a.example\r"+marker+": 1"), true},
		{"after the response", servers.Heard{Surplus: []byte("HTTP/1.1 200 OK\r\n" + marker + ": 1\r\n")}, true},
		{"a folded line belongs to the one before", line("\t"+marker, "1"), false},
		{"encoded", line("Location", "/%0d%0a"+marker+":%201"), false},
	} {
		assert.Equal(t, test.want, splits(test.heard), test.name)
	}
}
