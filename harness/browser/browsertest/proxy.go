package browsertest

import (
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strconv"
	"strings"
)

// serveProxy is a forward proxy for the world's names, and for the ports of
// loopback.
func (w *World) serveProxy(rw http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodConnect {
		addr := w.find(r.URL.Host, "80")
		if addr == "" {
			panic(http.ErrAbortHandler)
		}
		pass := &httputil.ReverseProxy{Rewrite: func(p *httputil.ProxyRequest) {
			p.SetURL(&url.URL{Scheme: "http", Host: addr})
			p.Out.Host = p.In.Host
		}}
		pass.ServeHTTP(rw, r)
		return
	}
	back, err := net.Dial("tcp", w.find(r.Host, "443"))
	if err != nil {
		http.NotFound(rw, r)
		return
	}
	defer back.Close()
	conn, _, err := rw.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	defer conn.Close()
	io.WriteString(conn, "HTTP/1.1 200 OK\r\n\r\n")
	go func() {
		io.Copy(back, conn)
		back.Close()
	}()
	io.Copy(conn, back)
}

// find is where a host and port are served; "" for nowhere.
func (w *World) find(host, port string) string {
	if name, given, err := net.SplitHostPort(host); err == nil {
		host, port = name, given
	}
	for _, m := range w.Mappings() {
		if m.Host == host && strconv.Itoa(m.Port) == port {
			return m.Addr
		}
	}
	if host == "127.0.0.1" || host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return "127.0.0.1:" + port
	}
	return ""
}
