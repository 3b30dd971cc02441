package scenarios

import (
	"strings"

	"github.com/corsproof/corsproof/oracle"
)

// The closed sets of the format. The JSON Schema has the same (tested).
var (
	vias = func() (list []oracle.Via) {
		for _, way := range oracle.Ways() {
			list = append(list, way.Via)
		}
		return list
	}()
	reasons = func() (list []oracle.Reason) {
		for _, info := range oracle.Reasons() {
			list = append(list, info.Reason)
		}
		return list
	}()
	modes            = words[string](`cors no-cors same-origin navigate`)
	credentialsModes = words[string](`omit same-origin include`)
	redirectModes    = words[string](`follow error manual`)
	cacheModes       = words[string](`default no-store reload no-cache force-cache only-if-cached`)
	referrerPolicies = words[string](`no-referrer no-referrer-when-downgrade same-origin origin strict-origin
		origin-when-cross-origin strict-origin-when-cross-origin unsafe-url`)
	responseTypes = words[string](`arraybuffer blob document json text`)
	preloadTypes  = words[string](`fetch font image json script style track`)
	aborts        = words[string](`before-headers in-body`)
	reads         = words[oracle.Read](`allowed opaque blocked unobservable`)
	types         = words[string](`basic cors opaque opaqueredirect error`)
	addressSpaces = words[string](`public local loopback`)
	responders    = words[string](`pass cors opaque synthetic error`)
	pages         = words[string](`same fresh`)
	timings       = words[string](`full restricted none`)
	sandboxTokens = words[string](`allow-downloads allow-forms allow-modals allow-orientation-lock allow-pointer-lock
		allow-popups allow-popups-to-escape-sandbox allow-presentation allow-same-origin allow-scripts
		allow-storage-access-by-user-activation allow-top-navigation allow-top-navigation-by-user-activation
		allow-top-navigation-to-custom-protocols`)
	permissionStates = words[string](`granted denied prompt`)
	cookieAttributes = words[string](`Path Domain SameSite Secure HttpOnly Max-Age Expires Partitioned`)
)

func words[S ~string](list string) []S {
	var out []S
	for _, w := range strings.Fields(list) {
		out = append(out, S(w))
	}
	return out
}
