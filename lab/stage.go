package lab

import (
	"io/fs"
	"net/http"
	"strconv"
	"strings"

	"github.com/gorilla/mux"

	"github.com/corsproof/corsproof/fixtures"
	"github.com/corsproof/corsproof/lab/assets"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
	"github.com/corsproof/corsproof/servers"
)

// stage is what the origins of the lessons serve below the reserved path: the
// page under test, its script, and what sets the cookies that a step begins with.
func (l *Lab) stage() (http.Handler, *servers.Documents, error) {
	page, err := assets.Page("stage.html", map[string]string{"ui": l.places.ui.String()})
	if err != nil {
		return nil, nil, err
	}
	script, err := fs.ReadFile(assets.FS(), "stage.js")
	if err != nil {
		return nil, nil, err
	}
	documents := &servers.Documents{}
	router := mux.NewRouter()
	router.HandleFunc(scenarios.Reserved+"stage.js", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		w.Write(script)
	}).Methods(http.MethodGet)
	router.HandleFunc(cookiesPath+"{token}/{step}", l.setCookies).Methods(http.MethodGet)
	router.PathPrefix("/").Handler(servers.Pages(servers.Assets{PageHTML: page, FrameHTML: fixtures.FrameHTML, ProbeJS: fixtures.ProbeJS()}, documents))
	return router, documents, nil
}

const cookiesPath = scenarios.Reserved + "cookies/"

// cookieURLs are what the page loads to have a step's cookies set, each by the
// origin that it is of.
func cookieURLs(r *run, step int) []string {
	urls := []string{} // an empty list in JSON, too
	asked := map[oracle.Origin]bool{}
	for _, c := range r.guest.Cookies(step) {
		if !asked[c.On] {
			asked[c.On] = true
			urls = append(urls, c.On.String()+cookiesPath+r.guest.Token()+"/"+strconv.Itoa(step))
		}
	}
	return urls
}

// setCookies sets those of a run's step that are of the origin that is asked.
func (l *Lab) setCookies(w http.ResponseWriter, request *http.Request) {
	vars := mux.Vars(request)
	step, err := strconv.Atoi(vars["step"])
	r := l.sessions.find(vars["token"])
	if err != nil || r == nil || step < 0 || step >= r.guest.Steps() {
		http.NotFound(w, request)
		return
	}
	for _, c := range r.guest.Cookies(step) {
		if strings.EqualFold(c.On.Authority(), request.Host) {
			w.Header().Add("Set-Cookie", cookieLine(c))
		}
	}
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusNoContent)
}

// cookieLine is the Set-Cookie of a cookie.
func cookieLine(c oracle.Cookie) string {
	line := c.Name + "=" + c.Value
	if c.Attributes != "" {
		line += "; " + c.Attributes
	}
	return line + "; Path=" + c.Path
}
