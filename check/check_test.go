package check

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/harness/browser/browsertest"
	"github.com/corsproof/corsproof/policy"
)

func TestCheckedBothWays(t *testing.T) {
	p := &policy.Policy{
		Origins: []string{allowedOrigin}, Methods: []string{"PUT"}, RequestHeaders: []string{"X-Token"}, Credentials: true,
	}
	for name, run := range map[string]func(context.Context, Options) (Report, error){"browser": Run, "offline": Offline} {
		t.Run(name, func(t *testing.T) {
			o := Options{Policy: p, Target: Handler(cors(only, items)), Log: t.Logf}
			if name == "browser" {
				o.Browsers = []browser.Found{browsertest.Find(t, browser.Chromium)}
			}
			report, err := run(t.Context(), o)
			require.NoError(t, err)
			assert.Empty(t, report.Findings)
			assert.Empty(t, report.Unproven)
			assert.Equal(t, name == "offline", report.Offline)
			t.Log(report.Probes, report.NotApplicable, report.Seconds)
		})
	}
}
