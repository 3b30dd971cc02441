package browser

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Every is the list that stands for a browser of each engine that has one here.
const Every = "all"

// ListError says what is wrong with a list of browsers.
type ListError struct{ List, Problem string }

func (e *ListError) Error() string { return fmt.Sprintf("browser: %q: %s", e.List, e.Problem) }

// FindEach finds the browsers that a list names, as Find or FindHeaded does each:
// "chromium,firefox", in the list's order, or [Every]. Of Every, absent says
// which engines were left out, and why.
//
// The error is Find's, or a *ListError.
func FindEach(list string, headed bool) (found []Found, absent []error, err error) {
	return thisMachine().findEach(list, headed)
}

func (m machine) findEach(list string, headed bool) (found []Found, absent []error, err error) {
	names := strings.Split(list, ",")
	all := strings.TrimSpace(list) == Every
	if all {
		names = Engines()
	}
	for _, name := range names {
		name = strings.TrimSpace(name)
		if name == "" {
			return nil, nil, &ListError{list, "a name is missing; names are separated by one comma"}
		}
		if name == Every {
			return nil, nil, &ListError{list, Every + " stands alone"}
		}
		one, err := m.find(name, headed)
		switch {
		case all && errors.Is(err, ErrNotFound):
			absent = append(absent, err)
			continue
		case err != nil:
			return nil, nil, err
		case slices.ContainsFunc(found, func(f Found) bool { return f.Key == one.Key }):
			return nil, nil, &ListError{list, one.Key + " twice"}
		}
		found = append(found, one)
	}
	if len(found) == 0 {
		return nil, nil, absent[0]
	}
	return found, absent, nil
}
