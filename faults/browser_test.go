package faults

import (
	"cmp"
	"errors"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/policy"
)

// TestInBrowser judges the first fault of each class, and its twin, in one
// browser: all of them take a quarter of an hour, by command cmd.
func TestInBrowser(t *testing.T) {
	found, _, err := harness.FindEach(t.Context(), cmp.Or(os.Getenv("CORSPROOF_BROWSERS"), browser.Chromium), false, os.Getenv("SELENIUM_REMOTE_CAPABILITIES"))
	if errors.Is(err, browser.ErrNotFound) && os.Getenv("CORSPROOF_REQUIRE_BROWSER") == "" && os.Getenv("CI") == "" {
		t.Skip(err)
	}
	require.NoError(t, err)
	var keeper harness.Keeper
	t.Cleanup(func() { assert.NoError(t, keeper.Close()) })
	inBrowser := In(found[0], &keeper)
	judged := map[policy.Class]bool{}
	for _, f := range All() {
		if judged[f.Class] {
			continue
		}
		judged[f.Class] = true
		t.Run(f.Name, func(t *testing.T) {
			v, err := f.Judge(t.Context(), inBrowser)
			require.NoError(t, err)
			assert.True(t, v.Found, "missed")
			assert.Empty(t, v.Problems)
			v, err = f.Twin().Judge(t.Context(), inBrowser)
			require.NoError(t, err)
			assert.Empty(t, v.Problems)
		})
	}
}
