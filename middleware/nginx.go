package middleware

import (
	"fmt"
	"os"
	"strings"

	"github.com/corsproof/corsproof/policy"
)

var nginxProxy = proxy{
	name: "nginx", programs: []string{"nginx"}, debian: "nginx-light", file: "nginx.conf",
	args: func(file, folder string) []string { return []string{"-p", folder, "-c", file} },
	whole: func(config, folder, _ string) string {
		user := ""
		if os.Geteuid() == 0 { // else workers can't write to our folder
			user = "user root;\n"
		}
		return user + "daemon off;\nworker_processes 1;\npid " + folder + "/pid;\nerror_log stderr;\nevents {}\nhttp {\naccess_log off;\n" +
			"client_body_temp_path " + folder + "/body;\nproxy_temp_path " + folder + "/proxy;\n" +
			"fastcgi_temp_path " + folder + "/fastcgi;\nuwsgi_temp_path " + folder + "/uwsgi;\nscgi_temp_path " + folder + "/scgi;\n" +
			config + "}\n"
	},
}

var nginx = Adapter{
	Name: "nginx", Title: "nginx", Package: "nginx", On: "a reverse proxy",
	Docs:    "https://nginx.org/en/docs/http/ngx_http_headers_module.html#add_header",
	Version: nginxProxy.version("nginx/", "-v"), Missing: nginxProxy.missing,
	configure: func(p policy.Policy) (SetUp, error) {
		return nginxProxy.setUp("nginx", nginxConfig(p)), nil
	},
}

func nginxConfig(p policy.Policy) string {
	var maps, add strings.Builder
	header := func(name, value string) { fmt.Fprintf(&add, "        add_header %s %s always;\n", name, value) }
	// A header with an empty value is left out.
	onPreflight := func(name, variable, value string) {
		fmt.Fprintf(&maps, "map $cors_preflight %s {\n    1 %s;\n}\n", variable, value)
		header(name, variable)
	}
	maps.WriteString("map \"$request_method $http_access_control_request_method\" $cors_preflight {\n    default 0;\n    \"~^OPTIONS .\" 1;\n}\n")
	if everyone(p) {
		header("Access-Control-Allow-Origin", `"*"`)
	} else {
		maps.WriteString("map $http_origin $cors_origin {\n")
		for _, o := range origins(p) {
			if strings.Contains(o, "*") {
				o = "~" + expression(o)
			}
			fmt.Fprintf(&maps, "    \"%s\" $http_origin;\n", o)
		}
		maps.WriteString("}\n")
		header("Access-Control-Allow-Origin", "$cors_origin")
		header("Vary", "Origin")
	}
	if p.Credentials {
		header("Access-Control-Allow-Credentials", "true")
	}
	if len(p.ExposeHeaders) > 0 {
		header("Access-Control-Expose-Headers", `"`+strings.Join(p.ExposeHeaders, ", ")+`"`)
	}
	onPreflight("Access-Control-Allow-Methods", "$cors_methods", `"`+strings.Join(methods(p), ", ")+`"`)
	switch {
	case anyHeader(p):
		onPreflight("Access-Control-Allow-Headers", "$cors_headers", "$http_access_control_request_headers")
	case len(p.RequestHeaders) > 0:
		onPreflight("Access-Control-Allow-Headers", "$cors_headers", `"`+strings.Join(p.RequestHeaders, ", ")+`"`)
	}
	if p.MaxAge > 0 {
		onPreflight("Access-Control-Max-Age", "$cors_max_age", fmt.Sprint(seconds(p)))
	}
	return maps.String() + "server {\n    listen " + frontAddr + ";\n    location / {\n" + add.String() +
		"        if ($cors_preflight) {\n            return 204;\n        }\n        proxy_pass http://" + appAddr + ";\n    }\n}\n"
}
