package middleware

import (
	"fmt"
	"strings"

	"github.com/corsproof/corsproof/policy"
)

var caddyProxy = proxy{
	name: "caddy", programs: []string{"caddy"}, debian: "caddy", file: "Caddyfile",
	args: func(file, _ string) []string { return []string{"run", "--config", file, "--adapter", "caddyfile"} },
	whole: func(config, _, _ string) string {
		return "{\n\tadmin off\n\tauto_https off\n}\n" + config
	},
}

var caddy = Adapter{
	Name: "caddy", Title: "Caddy", Package: "caddy", On: "a reverse proxy",
	Docs:    "https://caddyserver.com/docs/caddyfile/directives/header",
	Version: caddyProxy.version("", "version"), Missing: caddyProxy.missing,
	configure: func(p policy.Policy) (SetUp, error) {
		return caddyProxy.setUp("caddyfile", caddyConfig(p)), nil
	},
}

func caddyConfig(p policy.Policy) string {
	var b strings.Builder
	b.WriteString("http://:8080 {\n\tbind 127.0.0.1\n")
	b.WriteString("\t@preflight {\n\t\tmethod OPTIONS\n\t\theader Access-Control-Request-Method *\n\t}\n")
	allowed, origin := "", "*"
	if !everyone(p) {
		fmt.Fprintf(&b, "\t@allowed header_regexp Origin `%s`\n\theader +Vary Origin\n", expressionOf(origins(p)))
		allowed, origin = " @allowed", "{header.Origin}"
	}
	fmt.Fprintf(&b, "\theader%s Access-Control-Allow-Origin %s\n", allowed, origin)
	if p.Credentials {
		fmt.Fprintf(&b, "\theader%s Access-Control-Allow-Credentials true\n", allowed)
	}
	if len(p.ExposeHeaders) > 0 {
		fmt.Fprintf(&b, "\theader Access-Control-Expose-Headers %q\n", strings.Join(p.ExposeHeaders, ", "))
	}
	fmt.Fprintf(&b, "\theader @preflight {\n\t\tAccess-Control-Allow-Methods %q\n", strings.Join(methods(p), ", "))
	switch {
	case anyHeader(p):
		b.WriteString("\t\tAccess-Control-Allow-Headers {header.Access-Control-Request-Headers}\n")
	case len(p.RequestHeaders) > 0:
		fmt.Fprintf(&b, "\t\tAccess-Control-Allow-Headers %q\n", strings.Join(p.RequestHeaders, ", "))
	}
	if p.MaxAge > 0 {
		fmt.Fprintf(&b, "\t\tAccess-Control-Max-Age %d\n", seconds(p))
	}
	b.WriteString("\t}\n\trespond @preflight 204\n\treverse_proxy " + appAddr + "\n}\n")
	return b.String()
}
