package lab

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/harness"
)

// TestEveryLessonIsWalkedThrough does in each engine what a learner does: goes to a
// step, predicts, runs, and looks at what happened, which has to be what the
// catalogue says of that engine.
func TestEveryLessonIsWalkedThrough(t *testing.T) {
	course, err := Lessons()
	require.NoError(t, err)
	all := byID(t)
	inEachEngine(t, func(t *testing.T, l *Lab, tab learnersTab) {
		for _, lesson := range course.Lessons {
			for _, step := range lesson.Steps {
				where := l.cases.of(all[step.Case]).in(tab.engine).where()
				engine := tab.engine
				if where == headless {
					engine = l.options.Headless.Key
				}
				explained, err := harness.Explain(all[step.Case], engine)
				require.NoError(t, err)
				last := explained.Steps[len(explained.Steps)-1]
				due := last.Standard
				if last.Profile != nil {
					due = *last.Profile
				}
				got := tab.step(lesson.ID, step, due)
				name := lesson.ID + "/" + step.ID
				assert.Equal(t, string(due.Read), got.Read, name)
				assert.Equal(t, where, got.Where, name)
				assert.True(t, got.Right, "%s: the prediction was right, and the page says that it was wrong", name)
				assert.Empty(t, got.Apart, "%s: the browser did what nobody expected", name)
				assert.Equal(t, len(due.Wire), got.Wire, "%s: each request is in the diagram", name)
			}
		}
		tab.screenshot("step")
		var done int
		tab.do(`(location.hash = '#/', 0)`, nil)
		tab.until(`document.querySelector('[data-lesson]') && !document.querySelector('[data-step]')`)
		tab.do(`document.querySelectorAll('[data-lesson]').length`, &done)
		assert.Equal(t, len(course.Lessons), done, "the course lists all lessons")
		tab.screenshot("course")
	})
}

// walked is what a learner sees of a step that has run.
type walked struct {
	Read, Where string
	Right       bool
	Apart       []string // where the browser did neither what the standard nor what its profile says
	Wire        int      // requests in the diagram of the last step
}

// step goes to a step of a lesson, predicts what is due, and runs it.
func (tab learnersTab) step(lesson string, step LessonStep, due harness.Course) (w walked) {
	tab.Helper()
	tab.do(`(location.hash = '#/lesson/' + %s + '/' + %s, 0)`, nil, lesson, step.ID)
	tab.until(`document.querySelector('[data-lesson="' + %s + '"][data-step="' + %s + '"] [data-run=""]')`, lesson, step.ID)
	answers := map[Question]string{"read": string(due.Read), "preflight": "no"}
	if slices.ContainsFunc(due.Wire, func(x harness.Exchange) bool { return x.Request.Preflight }) {
		answers["preflight"] = "yes"
	}
	for _, what := range step.Ask {
		tab.do(`document.querySelector('[data-ask="' + %s + '"] input[value="' + %s + '"]').click()`, nil, what, answers[what])
	}
	tab.do(`document.querySelector('[data-run=""]').click()`, nil)
	tab.until(`document.querySelector('[data-result]')`)
	tab.do(`(() => {
		const result = document.querySelector('[data-result]');
		return {
			read: result.dataset.read, where: result.dataset.where,
			right: !document.querySelector('.option.not'),
			apart: [...result.querySelectorAll('[data-agrees="false"] li')].map((e) => e.textContent),
			wire: Number([...result.querySelectorAll('[data-wire]')].at(-1).dataset.wire),
		};
	})()`, &w)
	return w
}

// TestTheDoorwayLeadsIn opens what `corsproof lab -open ID` prints: the lab's own
// pages ask for the case then.
func TestTheDoorwayLeadsIn(t *testing.T) {
	const id = "elsewhere/blocked/domain/fetch"
	inEachEngine(t, func(t *testing.T, l *Lab, tab learnersTab) {
		asked := tab.log.wait("GET " + l.Origin() + "/api/cases/" + id)
		// Nothing asks the tab while it goes on by itself, and it does not before its driver
		// has the answer to this: not every driver bears that.
		tab.do(`(fetch('/released').then(() => { location.href = %s; }), 0)`, nil, l.URL("case/"+id))
		close(tab.log.released)
		select {
		case <-asked:
		case <-tab.ctx.Done():
			t.Error("nobody came in")
		}
	})
}
