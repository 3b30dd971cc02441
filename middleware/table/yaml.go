package table

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/corsproof/corsproof/policy"
)

// policyYAML is a policy as `corsproof check` reads it.
func policyYAML(p policy.Policy) string {
	var b strings.Builder
	list := func(key string, items []string) {
		if len(items) > 0 {
			fmt.Fprintf(&b, "%s: %s\n", key, flow(items))
		}
	}
	list("origins", p.Origins)
	list("methods", p.Methods)
	list("request-headers", p.RequestHeaders)
	list("expose-headers", p.ExposeHeaders)
	if p.Credentials {
		b.WriteString("credentials: true\n")
	}
	if p.MaxAge > 0 {
		fmt.Fprintf(&b, "max-age: %s\n", duration(p.MaxAge))
	}
	if p.NullOrigin {
		b.WriteString("null-origin: true\n")
	}
	if p.PublicURL != "" {
		fmt.Fprintf(&b, "public-url: %s\n", p.PublicURL)
	}
	if len(p.Endpoints) > 0 {
		b.WriteString("endpoints:\n")
	}
	for _, e := range p.Endpoints {
		fmt.Fprintf(&b, "  - {path: %s", e.Path)
		if len(e.Methods) > 0 {
			fmt.Fprintf(&b, ", methods: %s", flow(e.Methods))
		}
		if e.ExpectStatus != 0 {
			fmt.Fprintf(&b, ", expect-status: %d", e.ExpectStatus)
		}
		b.WriteString("}\n")
	}
	return b.String()
}

// flow is a list on one line, each item quoted: "*" would be an alias.
func flow(items []string) string {
	quoted := make([]string, len(items))
	for i, item := range items {
		text, err := json.Marshal(item) // JSON's strings are YAML's
		if err != nil {
			panic(err)
		}
		quoted[i] = string(text)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

func duration(d time.Duration) string {
	if d%time.Minute == 0 {
		return fmt.Sprintf("%dm", d/time.Minute)
	}
	return d.String()
}
