package lab

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gorilla/mux"

	"github.com/corsproof/corsproof/lab/assets"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
)

// bodyMost is how many bytes a page may send to the lab in one request: outcomes
// hold what script could read, 4 KiB a step.
const bodyMost = 256 << 10

// handler serves the lab's own pages, to those who ask for one of its names.
func (l *Lab) handler() http.Handler {
	own := mux.NewRouter()
	own.Use(l.guard("'self'"))
	api := own.PathPrefix("/api/").Subrouter()
	for path, answer := range map[string]func(*http.Request) (any, error){
		"lab": l.about, "course": l.course, "catalogue": l.catalogue, "cases/{id:.+}": l.oneCase,
	} {
		api.HandleFunc("/"+path, answering(answer)).Methods(http.MethodGet)
	}
	for path, answer := range map[string]func(*http.Request) (any, error){
		"plan": l.plan, "policy": l.policy, "runs": l.startRun, "runs/{run}/step": l.startStep, "runs/{run}/end": l.endRun, "headless": l.headless,
	} {
		api.HandleFunc("/"+path, answering(answer)).Methods(http.MethodPost)
	}
	api.HandleFunc("/sessions/{session}/events", l.events).Methods(http.MethodGet)
	own.PathPrefix("/assets/").Handler(http.StripPrefix("/assets/", http.FileServerFS(assets.FS()))).Methods(http.MethodGet, http.MethodHead)
	own.HandleFunc("/", l.page("index.html")).Methods(http.MethodGet, http.MethodHead)
	own.HandleFunc(scenarios.Reserved+"blank", func(w http.ResponseWriter, r *http.Request) { // for the doorway, as at all other origins
		w.WriteHeader(http.StatusNoContent)
	}).Methods(http.MethodGet)

	door := mux.NewRouter()
	door.Use(l.guard(strings.Join(l.origins(), " "))) // it looks whether each can be reached
	door.PathPrefix("/assets/").Handler(http.StripPrefix("/assets/", http.FileServerFS(assets.FS()))).Methods(http.MethodGet, http.MethodHead)
	door.HandleFunc("/", l.page("doorway.html")).Methods(http.MethodGet, http.MethodHead)

	at := ":" + strconv.Itoa(l.places.ui.Port)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch strings.ToLower(r.Host) {
		case l.places.ui.Authority():
			own.ServeHTTP(w, r)
		case "localhost" + at, "127.0.0.1" + at:
			door.ServeHTTP(w, r)
		default:
			http.Error(w, "corsproof lab: no such host here", http.StatusMisdirectedRequest)
		}
	})
}

// guard says what the lab's pages may do, such as where they may connect to, and
// keeps others from giving orders.
func (l *Lab) guard(connect string) mux.MiddlewareFunc {
	var stages []string
	for _, at := range l.places.list {
		stages = append(stages, at.Origin)
	}
	ui := l.places.ui.String()
	policy := "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src " + connect +
		"; frame-src " + strings.Join(stages, " ") + "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			l.options.Log("lab: %s http://%s%s", r.Method, r.Host, r.URL.Path)
			h := w.Header()
			h.Set("Content-Security-Policy", policy)
			h.Set("X-Content-Type-Options", "nosniff")
			h.Set("Cache-Control", "no-store")
			if r.Method != http.MethodGet && r.Method != http.MethodHead && r.Header.Get("Origin") != ui {
				fail(w, http.StatusForbidden, errors.New("only the lab's own pages may ask for this"))
				return
			}
			if site := r.Header.Get("Sec-Fetch-Site"); strings.HasPrefix(r.URL.Path, "/api/") && site != "" && site != "same-origin" && site != "none" {
				fail(w, http.StatusForbidden, errors.New("only the lab's own pages may ask for this"))
				return
			}
			r.Body = http.MaxBytesReader(w, r.Body, bodyMost)
			next.ServeHTTP(w, r)
		})
	}
}

// page serves one of the lab's documents.
func (l *Lab) page(name string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		page, err := assets.Page(name, map[string]string{"ui": l.places.ui.String(), "origins": strings.Join(l.origins(), " ")})
		if err != nil {
			fail(w, http.StatusInternalServerError, err)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Write(page)
	}
}

// origins are those that a browser has to reach: the lab's own, and the lessons'.
func (l *Lab) origins() []string {
	out := []string{l.places.ui.String()}
	for _, at := range l.places.list {
		out = append(out, at.Origin)
	}
	return out
}

// apiError is an answer that is no success.
type apiError struct {
	status   int
	err      error
	problems []*scenarios.Error
}

func (e *apiError) Error() string { return e.err.Error() }
func (e *apiError) Unwrap() error { return e.err }

func wrong(format string, args ...any) error {
	return &apiError{status: http.StatusBadRequest, err: fmt.Errorf(format, args...)}
}

// answering makes a handler of a function: what it returns is sent as JSON.
func answering(answer func(*http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		result, err := answer(r)
		if err != nil {
			var known *apiError
			if !errors.As(err, &known) {
				known = &apiError{status: http.StatusInternalServerError, err: err}
			}
			fail(w, known.status, err)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(result)
	}
}

// fail tells what went wrong, and where.
func fail(w http.ResponseWriter, status int, err error) {
	type problem struct {
		Line    int    `json:"line"`
		Column  int    `json:"column"`
		Message string `json:"message"`
	}
	out := struct {
		Error    string    `json:"error"`
		Problems []problem `json:"problems,omitempty"`
	}{Error: err.Error()}
	var known *apiError
	if errors.As(err, &known) {
		for _, p := range known.problems {
			out.Problems = append(out.Problems, problem{p.Pos.Line, p.Pos.Column, "found " + p.Found + ", expected " + p.Expected})
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(out)
}

// read decodes what a page sends.
func read(r *http.Request, into any) error {
	if kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";"); !strings.EqualFold(strings.TrimSpace(kind), "application/json") {
		return &apiError{status: http.StatusUnsupportedMediaType, err: errors.New("found Content-Type " + strconv.Quote(kind) + ", expected application/json")}
	}
	data, err := io.ReadAll(r.Body)
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return &apiError{status: http.StatusRequestEntityTooLarge, err: fmt.Errorf("found more than %d bytes", bodyMost)}
	} else if err != nil {
		return wrong("%w", err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		return wrong("found no JSON that fits: %w", err)
	}
	return nil
}

// headlessInfo is what there is for cases that do not run here.
type headlessInfo struct {
	Available bool   `json:"available"`
	Name      string `json:"name"`
	Version   string `json:"version"`
	Install   string `json:"install"`
}

func (l *Lab) about(*http.Request) (any, error) {
	info := headlessInfo{Install: l.options.Install}
	if b := l.options.Headless; b != nil {
		info.Available, info.Name, info.Version = true, b.Name, b.Version
	}
	return struct {
		Version  string       `json:"version"`
		Origins  []place      `json:"origins"`
		Headless headlessInfo `json:"headless"`
		Ways     []wayInfo    `json:"ways"`
	}{l.options.Version, l.places.list, info, ways()}, nil
}

// wayInfo is a way to load, with the keys of a request that it can take.
type wayInfo struct {
	Via      oracle.Via    `json:"via"`
	About    string        `json:"about"`
	Takes    []oracle.Knob `json:"takes"`
	Settings []setting     `json:"settings"` // the first is its own
}

type setting struct {
	Mode        string   `json:"mode"`
	Credentials []string `json:"credentials"`
}

func ways() []wayInfo {
	var out []wayInfo
	for _, w := range oracle.Ways() {
		info := wayInfo{Via: w.Via, About: w.About, Takes: append([]oracle.Knob{}, w.Takes...)}
		for _, s := range w.Settings {
			info.Settings = append(info.Settings, setting{s.Mode, append([]string{}, s.Credentials...)})
		}
		out = append(out, info)
	}
	return out
}

func (l *Lab) course(*http.Request) (any, error) { return Lessons() }

func (l *Lab) catalogue(r *http.Request) (any, error) {
	topics, err := l.cases.list(r.Context())
	return struct {
		Topics []topic `json:"topics"`
	}{topics}, err
}

func (l *Lab) oneCase(r *http.Request) (any, error) {
	p, err := l.cases.find(mux.Vars(r)["id"])
	if err != nil {
		return nil, err
	}
	at := l.cases.of(p)
	claim := p.Steps[len(p.Steps)-1].Expect
	type claimed struct {
		Read   string `json:"read"`
		Reason string `json:"reason"`
	}
	return struct {
		ID       string          `json:"id"`
		Title    string          `json:"title"`
		Why      string          `json:"why"`
		Spec     string          `json:"spec"`
		Claim    claimed         `json:"claim"`
		Scenario json.RawMessage `json:"scenario"`
		Where    string          `json:"where"`
		NotHere  string          `json:"notHere"`
	}{p.ID, p.Title, p.Why, p.Spec, claimed{string(claim.Read), string(claim.Reason)}, scenarios.Item(p), at.where(), at.why}, nil
}

// events streams what arrives for a session (server-sent events).
func (l *Lab) events(w http.ResponseWriter, r *http.Request) {
	session := mux.Vars(r)["session"]
	if !validSession.MatchString(session) {
		fail(w, http.StatusBadRequest, errBadSession)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	out := http.NewResponseController(w)
	fmt.Fprint(w, ": what arrives\n\n")
	out.Flush()
	l.sessions.follow(r.Context(), session, func(e event) error {
		data, err := json.Marshal(e)
		if err != nil {
			return err
		}
		out.SetWriteDeadline(time.Now().Add(eventTime))
		if _, err := fmt.Fprintf(w, "event: request\ndata: %s\n\n", data); err != nil {
			return err
		}
		return out.Flush()
	})
}

// eventTime is how long a page may take to read an event.
const eventTime = 10 * time.Second

var errBadSession = &apiError{status: http.StatusBadRequest, err: errors.New("found no session: expected 16 to 64 letters, digits, - and _")}
