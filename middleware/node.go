package middleware

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/policy"
	"github.com/corsproof/corsproof/servers/external"
)

// nodeAdapter is a product for Node.js; options says a policy in the options
// of its middleware.
func nodeAdapter(a Adapter, framework string, options func(policy.Policy) (source string, notes []string, err error)) Adapter {
	a.Version = func(context.Context) (string, error) {
		if v := external.Middleware.Version(a.Package); v != "" {
			return v, nil
		}
		return "", fmt.Errorf("%w of %s", errNoVersion, a.Package)
	}
	a.Missing = func() error {
		err := external.Middleware.Check()
		if missing := new(external.NotInstalledError); errors.As(err, &missing) {
			return errors.New(missing.Reason)
		}
		return err
	}
	a.configure = func(p policy.Policy) (SetUp, error) {
		source, notes, err := options(p)
		if err != nil {
			return SetUp{}, err
		}
		return SetUp{Language: "js", Config: source, Notes: notes, Start: func(ctx context.Context) (Server, error) {
			server, err := external.Middleware.StartNode(ctx, nil, "server.js", framework, source)
			if err != nil {
				return nil, err // a nil *Process is no nil Server
			}
			return server, nil
		}}, nil
	}
	return a
}

// jsOrigins are a policy's origins as a string or an array of strings and
// regular expressions.
func jsOrigins(p policy.Policy) string {
	list := origins(p)
	if everyone(p) {
		return jsString("*")
	}
	if len(list) == 1 && !hasPattern(list) {
		return jsString(list[0])
	}
	var items []string
	for _, o := range list {
		if strings.Contains(o, "*") {
			items = append(items, jsExpression(expression(o)))
		} else {
			items = append(items, jsString(o))
		}
	}
	return "[" + strings.Join(items, ", ") + "]"
}

// jsNumber is a number that is set, or "".
func jsNumber(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func jsTrue(b bool) string {
	if !b {
		return ""
	}
	return "true"
}

// jsListOrNothing leaves out a list that is empty.
func jsListOrNothing(items []string) string {
	if len(items) == 0 {
		return ""
	}
	return jsList(items)
}
