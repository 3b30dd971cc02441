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

func (e *ListError) Error() string {
	return fmt.Sprintf("browser: %q: %s", WithoutSecrets(e.List), e.Problem)
}

// FindEach finds the browsers that a list names, as Find does each, or such as
// have a window: "chromium,firefox", in the list's order, or [Every]. Of Every,
// absent says which engines were left out, and why. Addresses of browsers
// somewhere else may stand between the names: meet finds those.
//
// The error is Find's, a *ListError, or what meet returned.
func FindEach(list string, headed bool, meet func(address string) (Found, error)) (found []Found, absent []error, err error) {
	return thisMachine().findEach(list, headed, meet)
}

func (m machine) findEach(list string, headed bool, meet func(string) (Found, error)) (found []Found, absent []error, err error) {
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
		find := func(name string) (Found, error) { return m.find(name, headed) }
		if IsAddress(name) {
			find = meet
		}
		one, err := find(name)
		switch {
		case all && errors.Is(err, ErrNotFound):
			absent = append(absent, err)
			continue
		case err != nil:
			return nil, nil, err
		case slices.ContainsFunc(found, func(f Found) bool { return f.Key == one.Key }):
			return nil, nil, &ListError{list, one.Key + " twice: a record names its browser by that word"}
		}
		found = append(found, one)
	}
	if len(found) == 0 {
		return nil, nil, absent[0]
	}
	return found, absent, nil
}
