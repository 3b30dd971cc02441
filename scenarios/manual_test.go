package scenarios

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/oracle"
)

// The manual's examples load, and its tables are the loader's.
func TestManual(t *testing.T) {
	data, err := os.ReadFile("../docs/scenarios.md")
	require.NoError(t, err)
	manual := string(data)

	examples := regexp.MustCompile("(?s)```yaml\n(format: 1.*?)```").FindAllStringSubmatch(manual, -1)
	require.NotEmpty(t, examples)
	for _, example := range examples {
		_, err := Parse("docs/scenarios.md", []byte(example[1]))
		assert.NoError(t, err)
	}
	for _, n := range Named {
		assert.Contains(t, manual, fmt.Sprintf("| `%s` | %s | %s |\n", n.Name, n.Origin, n.Relation))
	}
	for _, info := range oracle.Reasons() {
		assert.Contains(t, manual, fmt.Sprintf("| `%s` | %s |\n", info.Reason, info.About))
	}
	for _, keys := range [][]string{
		names(fileFields), names(scenarioFields), names(stepFields), names(requestFields), names(bodyFields),
		names(replyFields), names(hopFields), names(resourceFields), names(serverFields), names(pageFields),
		names(cookieFields), names(expectFields), names(wireFields), text(vias), text(reads), types, aborts,
		timings, addressSpaces, responders, placeNames(), schemeTargets, permissionStates,
	} {
		for _, key := range keys {
			assert.Regexp(t, `\b`+regexp.QuoteMeta(strings.TrimSuffix(key, ":"))+`\b`, manual)
		}
	}
}
