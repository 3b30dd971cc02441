package lab

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/scenarios"
)

// TestThePlayground opens a case by a link that holds all of it, runs it, changes one
// header, and runs it again: the lab says what that changed.
func TestThePlayground(t *testing.T) {
	blocked, err := scenarios.ReadItem([]byte(`{"id": "mine", "title": "Mine.", "request": {"to": "api", "via": "fetch"}, "server": {"response": {"headers": [["X-Total", "3"]]}}}`))
	require.NoError(t, err)
	inEachEngine(t, func(t *testing.T, l *Lab, tab learnersTab) {
		tab.do(`(location.hash = '#/' + %s, 0)`, nil, Link(blocked))
		tab.until(`document.querySelector('.play [data-run=""]')`)
		assert.Equal(t, "blocked", tab.run())

		tab.do(`(() => {
			const field = document.querySelector('[data-field="server.response.headers"]');
			field.value = 'Access-Control-Allow-Origin: *\nX-Total: 3';
			field.dispatchEvent(new Event('input', {bubbles: true}));
		})()`, nil)
		assert.Equal(t, "allowed", tab.run())
		var changed []string
		tab.do(`[...document.querySelectorAll('[data-difference] [data-changed]')].map((e) => e.dataset.changed + ': ' + e.textContent)`, &changed)
		told := strings.Join(changed, "\n")
		require.NotEmpty(t, changed)
		assert.Contains(t, changed[0], "settings: You changed", "what the learner changed")
		assert.Contains(t, changed[0], "Access-Control-Allow-Origin")
		assert.Contains(t, told, "outcome: ", "and what that changed")
		assert.Contains(t, told, "trace: ")
		tab.screenshot("playground")

		tab.do(`document.querySelector('#copy-as').click()`, nil)
		tab.until(`document.querySelectorAll('[data-copy]').length >= 6`)
		var texts []string
		tab.do(`(async () => {
			const texts = [];
			for (let i = 0; i < document.querySelectorAll('[data-copy]').length; i++) {
				document.querySelectorAll('[data-copy]')[i].click();
				texts.push(document.querySelector('#copies pre').textContent);
			}
			return texts;
		})()`, &texts)
		for _, text := range texts {
			assert.NotEmpty(t, text)
		}
		assert.Contains(t, strings.Join(texts, "\n"), "res.set", "Express")

		// What a learner edits, nobody else's server answers.
		tab.do(`(() => {
			const field = document.querySelector('[data-field="server.response.headers"]');
			field.value = 'no header line at all';
			field.dispatchEvent(new Event('input', {bubbles: true}));
		})()`, nil)
		tab.until(`document.querySelector('.wrong-place, .trouble li, .problems')`)
	})
}

// run runs what the playground has, and gives the outcome.
func (tab learnersTab) run() (read string) {
	tab.Helper()
	tab.until(`!document.querySelector('[data-run=""]').disabled`)
	tab.do(`document.querySelectorAll('[data-result]').forEach((old) => old.remove())`, nil)
	tab.do(`document.querySelector('[data-run=""]').click()`, nil)
	tab.until(`document.querySelector('[data-result]')`)
	tab.do(`document.querySelector('[data-result]').dataset.read`, &read)
	return read
}
