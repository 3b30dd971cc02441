package middleware

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/corsproof/corsproof/policy"
)

var apacheProxy = proxy{
	name: "apache", programs: []string{"apache2", "httpd"}, debian: "apache2", file: "httpd.conf",
	args: func(file, folder string) []string { return []string{"-d", folder, "-f", file, "-DFOREGROUND"} },
	whole: func(config, folder, program string) string {
		var b strings.Builder
		for _, module := range []string{"mpm_event", "authz_core", "headers", "setenvif", "rewrite", "proxy", "proxy_http", "unixd"} {
			// What is compiled in has no file.
			if file := apacheModule(program, module); file != "" {
				fmt.Fprintf(&b, "LoadModule %s_module %s\n", module, file)
			}
		}
		if os.Geteuid() == 0 { // it refuses to serve as root
			b.WriteString("User nobody\nGroup nogroup\n")
		}
		fmt.Fprintf(&b, "ServerName localhost\nDefaultRuntimeDir %s\nPidFile %s/pid\nErrorLog /dev/stderr\nLogLevel error\n", folder, folder)
		return b.String() + config
	},
}

// apacheModule is the file of a module, "" for one that isn't there.
func apacheModule(program, module string) string {
	for _, folder := range []string{"/usr/lib/apache2/modules", "/usr/lib64/httpd/modules", "/usr/lib/httpd/modules", filepath.Join(filepath.Dir(program), "../modules")} {
		if file := filepath.Join(folder, "mod_"+module+".so"); exists(file) {
			return file
		}
	}
	return ""
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

var apache = Adapter{
	Name: "apache", Title: "Apache httpd", Package: "apache2", On: "a reverse proxy",
	Docs:    "https://httpd.apache.org/docs/2.4/mod/mod_headers.html",
	Version: apacheProxy.version("Apache/", "-v"), Missing: apacheProxy.missing,
	configure: func(p policy.Policy) (SetUp, error) {
		if anyHeader(p) {
			return SetUp{}, &InexpressibleError{What: "any request header, without an expression that copies what a client sends into the answer"}
		}
		return apacheProxy.setUp("apache", apacheConfig(p)), nil
	},
}

func apacheConfig(p policy.Policy) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Listen %s\n", frontAddr)
	origin, allowed := "*", ""
	if !everyone(p) {
		fmt.Fprintf(&b, "SetEnvIf Origin \"%s\" CORS_ORIGIN=$0\nHeader always merge Vary Origin\n", expressionOf(origins(p)))
		origin, allowed = "%{CORS_ORIGIN}e", " env=CORS_ORIGIN"
	}
	fmt.Fprintf(&b, "Header always set Access-Control-Allow-Origin \"%s\"%s\n", origin, allowed)
	if p.Credentials {
		fmt.Fprintf(&b, "Header always set Access-Control-Allow-Credentials true%s\n", allowed)
	}
	if len(p.ExposeHeaders) > 0 {
		fmt.Fprintf(&b, "Header always set Access-Control-Expose-Headers %q\n", strings.Join(p.ExposeHeaders, ", "))
	}
	const preflight = ` "expr=%{REQUEST_METHOD} == 'OPTIONS'"`
	fmt.Fprintf(&b, "Header always set Access-Control-Allow-Methods %q%s\n", strings.Join(methods(p), ", "), preflight)
	if len(p.RequestHeaders) > 0 {
		fmt.Fprintf(&b, "Header always set Access-Control-Allow-Headers %q%s\n", strings.Join(p.RequestHeaders, ", "), preflight)
	}
	if p.MaxAge > 0 {
		fmt.Fprintf(&b, "Header always set Access-Control-Max-Age %d%s\n", seconds(p), preflight)
	}
	b.WriteString("RewriteEngine On\nRewriteCond %{REQUEST_METHOD} =OPTIONS\nRewriteCond %{HTTP:Access-Control-Request-Method} .\nRewriteRule ^ - [R=204,L]\n")
	b.WriteString("ProxyPass / http://" + appAddr + "/\n")
	return b.String()
}
