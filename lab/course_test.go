package lab

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/internal/tree"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
)

func course(t *testing.T) *Course {
	t.Helper()
	c, err := Lessons()
	require.NoError(t, err)
	return c
}

// A file is called by its place in the course and its lesson's id.
func TestLessonsAreNamedByTheirPlace(t *testing.T) {
	files, err := fs.ReadDir(lessons, "lessons")
	require.NoError(t, err)
	c := course(t)
	require.Len(t, c.Lessons, len(files))
	for i, l := range c.Lessons {
		assert.Equal(t, fmt.Sprintf("%02d-%s.yaml", i+1, l.ID), files[i].Name())
	}
}

// byID is the catalogue.
func byID(t *testing.T) map[string]*scenarios.Permutation {
	t.Helper()
	all, err := catalogue()
	require.NoError(t, err)
	return newCases(all, placesAt(Port)).byID
}

// explained is what the oracle says of each step's case: the course of its last
// request, and whether the engine's profile leads elsewhere.
func explained(t *testing.T, engine string, visit func(Lesson, LessonStep, harness.ExplainedStep)) {
	t.Helper()
	cases := byID(t)
	for _, l := range course(t).Lessons {
		for _, s := range l.Steps {
			p := cases[s.Case]
			if !assert.NotNil(t, p, "%s/%s: the catalogue has no case %s", l.ID, s.ID, s.Case) {
				continue
			}
			e, err := harness.Explain(p, engine)
			require.NoError(t, err)
			visit(l, s, e.Steps[len(e.Steps)-1])
		}
	}
}

func preflighted(c harness.Course) bool {
	return slices.ContainsFunc(c.Wire, func(x harness.Exchange) bool { return x.Request.Method == "OPTIONS" })
}

// What a learner may answer is right somewhere, and nobody gets through a
// lesson with one answer. What the step then says is what has happened.
func TestLessonsHaveAnswers(t *testing.T) {
	reads := map[string]map[oracle.Read]int{} // by lesson
	all := map[oracle.Read]int{}
	preflights := map[bool]int{}
	explained(t, "", func(l Lesson, s LessonStep, e harness.ExplainedStep) {
		id, read := l.ID+"/"+s.ID, e.Standard.Read
		if reads[l.ID] == nil {
			reads[l.ID] = map[oracle.Read]int{}
		}
		reads[l.ID][read]++
		all[read]++
		first, _, _ := strings.Cut(s.After, " ")
		assert.Equal(t, string(read), strings.ToLower(strings.Trim(first, ".,:")), "%s: what to take away begins with the outcome", id)

		asked, had := slices.Contains(s.Ask, AskPreflight), preflighted(e.Standard)
		if asked {
			preflights[had]++
		}
		assert.False(t, had && !asked, "%s has a preflight and does not ask about it", id)
		assert.False(t, had && strings.Contains(s.After, "without a preflight"), id)
		assert.False(t, !had && strings.Contains(s.After, "after a preflight"), id)
	})
	for lesson, by := range reads {
		assert.Greater(t, len(by), 1, "one answer is always right in lesson %s", lesson)
	}
	for _, read := range []oracle.Read{oracle.Allowed, oracle.Opaque, oracle.Blocked} {
		assert.Positive(t, all[read], read)
	}
	assert.Len(t, all, 3)
	assert.Len(t, preflights, 2)
}

// The course shows what the engines have in common. What WebKit does otherwise,
// the step says or the lab shows.
func TestLessonsShowTheStandard(t *testing.T) {
	for _, engine := range []string{"chromium", "chrome-headless-shell", "firefox"} {
		explained(t, engine, func(l Lesson, s LessonStep, e harness.ExplainedStep) {
			assert.Nil(t, e.Profile, "%s/%s: %s differs", l.ID, s.ID, engine)
		})
	}
	var differ []string
	explained(t, "webkit", func(l Lesson, s LessonStep, e harness.ExplainedStep) {
		if e.Profile != nil && e.Profile.Read != e.Standard.Read {
			differ = append(differ, l.ID+"/"+s.ID)
		}
	})
	assert.Equal(t, []string{"caches/without-vary"}, differ) // it keeps nothing between two requests of a test
}

// What the page reads of a lesson has these names.
func TestCourseAsJSON(t *testing.T) {
	c := course(t)
	c.Lessons = c.Lessons[:1]
	c.Lessons[0].Steps = []LessonStep{{ID: "a", Title: "A", Text: "b", Case: "c/d/fetch", Ask: []Question{AskRead}, After: "e"}}
	got, err := json.Marshal(c)
	require.NoError(t, err)
	assert.JSONEq(t, `{"lessons": [{"id": "origin", "title": "What an origin is",
		"about": "Scheme, host and port, taken together, say who a page is to the browser.", "minutes": 6,
		"steps": [{"id": "a", "title": "A", "text": "b", "case": "c/d/fetch", "ask": ["read"], "after": "e"}]}]}`, string(got))
}

// A paragraph is one line, however it was broken; an empty line is between two.
func TestParagraphs(t *testing.T) {
	for text, want := range map[string]string{
		"one\ntwo\n":                    "one two",
		"one\n\ntwo  three\n\n\nfour\n": "one\n\ntwo three\n\nfour",
		"a star in code: `*`":           "a star in code: `*`",
	} {
		l := lessonReader{tree.NewProblems("x.yaml", text)}
		assert.Equal(t, want, l.paragraphs(&tree.Node{Kind: tree.Scalar, Text: text}, maxTextWords))
		assert.Zero(t, l.Len())
	}
}

// Only what has CORS and lets a page choose is ever preceded by a preflight.
func TestMayPreflight(t *testing.T) {
	var may []oracle.Via
	for _, w := range oracle.Ways() {
		if mayPreflight(w) {
			may = append(may, w.Via)
		}
	}
	assert.Equal(t, []oracle.Via{"fetch", "xhr", "worker-fetch", "beacon"}, may)
}

// Every file in testdata/bad is wrong, and its .golden is what its author is
// told. CORSPROOF_UPDATE=1 writes the goldens anew.
func TestBadLessons(t *testing.T) {
	paths, err := fs.Glob(os.DirFS("testdata/bad"), "*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	for _, name := range paths {
		t.Run(strings.TrimSuffix(name, ".yaml"), func(t *testing.T) {
			_, err := loadCourse(os.DirFS("testdata/bad"), name)
			golden(t, "testdata/bad/"+strings.TrimSuffix(name, ".yaml")+".golden", err)
		})
	}
}

// Ids are unique in the whole course, and problems of all files come at once.
func TestBadCourse(t *testing.T) {
	good, err := fs.ReadFile(lessons, "lessons/01-origin.yaml")
	require.NoError(t, err)
	_, err = loadCourse(fstest.MapFS{
		"01-origin.yaml": {Data: good},
		"02-again.yaml":  {Data: good},
		"03-empty.yaml":  {},
		"04-lesson.yaml": {Data: []byte("[]")},
	}, "*.yaml")
	golden(t, "testdata/bad-course.golden", err)
}

func golden(t *testing.T, file string, err error) {
	t.Helper()
	var all *tree.Errors
	require.ErrorAs(t, err, &all)
	got := err.Error() + "\n"
	if os.Getenv("CORSPROOF_UPDATE") != "" {
		require.NoError(t, os.WriteFile(file, []byte(got), 0o600))
		return
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err, path.Base(file))
	assert.Equal(t, string(want), got)
}
