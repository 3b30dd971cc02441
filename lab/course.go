package lab

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/internal/tree"
	"github.com/corsproof/corsproof/oracle"
)

// Course is the lessons in the order in which they are taught.
type Course struct {
	Lessons []Lesson `json:"lessons"`
}

// Lesson is some minutes about one thing.
type Lesson struct {
	ID      string       `json:"id"`
	Title   string       `json:"title"`
	About   string       `json:"about"` // one sentence
	Minutes int          `json:"minutes"`
	Steps   []LessonStep `json:"steps"`
}

// LessonStep is one case of the catalogue with the words around it. Text, After
// and Try are paragraphs of plain text with `code` and *emphasis*; an empty line
// is between paragraphs.
type LessonStep struct {
	ID    string `json:"id"` // within its lesson
	Title string `json:"title"`
	Text  string `json:"text"` // before the run
	Case  string `json:"case"` // the id of a permutation: topic/id[/name]/via
	// Ask is what the learner predicts. Of a case with several requests the
	// question is about the last.
	Ask   []Question `json:"ask"`
	After string     `json:"after"` // what to take away
	Try   string     `json:"try,omitempty"`
}

// Question is what a learner predicts before the run.
type Question string

// The questions of a step.
const (
	AskRead      Question = "read"      // allowed, opaque or blocked?
	AskPreflight Question = "preflight" // does the browser ask first?
)

// How many words are enough, and how many steps.
const (
	maxTextWords  = 60
	maxAfterWords = 50
	maxTryWords   = 50
	minSteps      = 4
	maxSteps      = 6
)

//go:embed lessons/*.yaml
var lessons embed.FS

// Lessons is the embedded course.
func Lessons() (*Course, error) {
	return loadCourse(lessons, "lessons/*.yaml")
}

// loadCourse reads the files of fsys that match the pattern as one course, in
// the order of their names. The error is a *[tree.Errors] with every problem of
// every file.
func loadCourse(fsys fs.FS, pattern string) (*Course, error) {
	paths, err := fs.Glob(fsys, pattern)
	if err != nil {
		return nil, fmt.Errorf("lab: %w", err)
	}
	c := &Course{}
	var all tree.Errors
	places := map[string]tree.Pos{}
	for _, name := range paths {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("lab: %w", err)
		}
		l := lessonReader{tree.NewProblems(name, string(data))}
		if root := tree.Parse(l.Problems, data, lessonForm); root != nil {
			c.Lessons = append(c.Lessons, l.lesson(root, places))
		}
		all.List = append(all.List, l.Sorted()...)
	}
	if len(all.List) > 0 {
		return nil, &all
	}
	return c, nil
}

var lessonForm = tree.Form{
	Begins:  "a lesson, a mapping of " + tree.OneOf(lessonKeys),
	Sharing: "write it out",
}

// The keys of a lesson and of a step. All but `try` must be there.
var (
	lessonKeys = []string{"id", "title", "about", "minutes", "steps"}
	stepKeys   = []string{"id", "title", "text", "case", "ask", "after", "try"}
	optional   = []string{"try"}
	questions  = []Question{AskRead, AskPreflight}
)

// lessonReader reads one lesson's file and notes what is wrong with it.
type lessonReader struct {
	*tree.Problems
}

// lesson reads a file. places is where the ids of the course stand.
func (l lessonReader) lesson(root *tree.Node, places map[string]tree.Pos) Lesson {
	var out Lesson
	l.mapping(root, lessonKeys, func(key string, n *tree.Node) {
		switch key {
		case "id":
			out.ID = l.id(n, places)
		case "title":
			out.Title = l.Prose(n, "what the lesson is called")
		case "about":
			out.About = l.Prose(n, "what the lesson is about, in one sentence")
		case "minutes":
			out.Minutes = l.Integer(n, "how many minutes it takes, 1 to 30", 1, 30)
		case "steps":
			out.Steps = l.steps(n)
		}
	})
	return out
}

func (l lessonReader) steps(n *tree.Node) []LessonStep {
	if n.Kind != tree.List {
		l.Wrong(n, "a list of steps")
		return nil
	}
	if count := len(n.Items); count < minSteps || count > maxSteps {
		l.Add(n.Pos, tree.BadValue, fmt.Sprintf("%d steps", count), fmt.Sprintf("%d to %d", minSteps, maxSteps))
	}
	places := map[string]tree.Pos{}
	out := make([]LessonStep, len(n.Items))
	for i, item := range n.Items {
		out[i] = l.step(item, places)
	}
	return out
}

func (l lessonReader) step(item *tree.Node, places map[string]tree.Pos) LessonStep {
	var out LessonStep
	l.mapping(item, stepKeys, func(key string, n *tree.Node) {
		switch key {
		case "id":
			out.ID = l.id(n, places)
		case "title":
			out.Title = l.Prose(n, "what the step is called")
		case "text":
			out.Text = l.paragraphs(n, maxTextWords)
		case "case":
			out.Case = l.caseID(n)
		case "ask":
			out.Ask = l.ask(n)
		case "after":
			out.After = l.paragraphs(n, maxAfterWords)
		case "try":
			out.Try = l.paragraphs(n, maxTryWords)
		}
	})
	l.predictable(item, out)
	return out
}

// mapping reads a mapping by its keys, and notes those that are missing.
func (l lessonReader) mapping(n *tree.Node, keys []string, read func(key string, n *tree.Node)) {
	if !l.Mapping(n, keys, read) {
		return
	}
	for _, key := range keys {
		if n.Get(key) == nil && !slices.Contains(optional, key) {
			l.Add(n.Pos, tree.Missing, "no `"+key+"`", "it here, beside the other keys")
		}
	}
}

// word is the form of an id: it stands in addresses.
var word = regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)

func (l lessonReader) id(n *tree.Node, places map[string]tree.Pos) string {
	const what = "an id, lower-case words joined by hyphens"
	id, ok := l.Scalar(n, what)
	if !ok {
		return ""
	}
	if !word.MatchString(id) {
		l.Bad(n, what)
		return ""
	}
	if first, taken := places[id]; taken {
		l.Add(n.Pos, tree.RepeatedID, "the id "+tree.Quoted(id)+" again", "an id of its own: "+first.String()+" has it")
		return ""
	}
	places[id] = n.Pos
	return id
}

// caseID reads the id of a permutation. Whether the catalogue has it, a test
// asks.
func (l lessonReader) caseID(n *tree.Node) string {
	const what = "the id of a case and its way to load, such as origins/same-origin/fetch"
	id, ok := l.Scalar(n, what)
	if !ok {
		return ""
	}
	if _, known := wayOf(id); !known || strings.Count(id, "/") < 2 {
		l.Bad(n, what)
		return ""
	}
	return id
}

// ask reads the questions: of the read always, of a preflight after it.
func (l lessonReader) ask(n *tree.Node) []Question {
	before := l.Len()
	var out []Question
	l.Items(n, "a list of "+tree.OneOf(questions), func(n *tree.Node) { out = append(out, tree.Word(l.Problems, n, questions)) })
	if l.Len() == before && !slices.Equal(out, questions[:1]) && !slices.Equal(out, questions) {
		l.Add(n.Pos, tree.BadValue, fmt.Sprintf("the questions %v", out), "[read] or [read, preflight]")
	}
	return out
}

// predictable notes a question that a step's way to load has no answer to.
func (l lessonReader) predictable(item *tree.Node, s LessonStep) {
	way, known := wayOf(s.Case)
	switch {
	case !known:
	case slices.Equal(way.Reads, []oracle.Read{oracle.Unobservable}):
		l.Add(item.Get("case").Pos, tree.Contradiction, "the way to load "+string(way.Via), "one whose outcome a page can see")
	case slices.Contains(s.Ask, AskPreflight) && !mayPreflight(way):
		l.Add(item.Get("ask").Pos, tree.Contradiction, "a question about a preflight", "[read]: no preflight comes before "+way.About)
	}
}

// wayOf is the way to load that a case's id ends in.
func wayOf(id string) (oracle.Way, bool) { return oracle.WayOf(oracle.Via(path.Base(id))) }

// mayPreflight says whether some request of a way to load is preflighted: one
// with CORS, of a method, headers or a body that the page chooses.
func mayPreflight(w oracle.Way) bool {
	return slices.ContainsFunc(w.Settings, func(s oracle.Setting) bool { return s.Mode == "cors" }) &&
		slices.ContainsFunc([]oracle.Knob{oracle.KnobMethod, oracle.KnobHeaders, oracle.KnobBody}, w.CanTake)
}

// paragraphs reads a text of at most so many words. Within a paragraph white
// space is folded.
func (l lessonReader) paragraphs(n *tree.Node, most int) string {
	const what = "a text for a learner"
	text, ok := l.Scalar(n, what)
	if !ok {
		return ""
	}
	var out []string
	for paragraph := range strings.SplitSeq(text, "\n\n") {
		if folded := strings.Join(strings.Fields(paragraph), " "); folded != "" {
			out = append(out, folded)
		}
	}
	switch words := len(strings.Fields(text)); {
	case words == 0:
		l.Bad(n, what)
	case words > most:
		l.Add(n.Pos, tree.BadValue, fmt.Sprintf("%d words", words), fmt.Sprintf("%d at most", most))
	}
	for _, paragraph := range out {
		if mark, word := unclosed(paragraph); mark != "" {
			l.Add(l.Within(n, word), tree.Syntax, "a "+mark+" without another", "marks in pairs within a paragraph, `code` and *emphasis*")
		}
	}
	return strings.Join(out, "\n\n")
}

// unclosed is the mark that a paragraph opens and does not close, and the word
// with it. Within code a star is a star.
func unclosed(paragraph string) (mark, word string) {
	code, emphasis := -1, -1
	toggle := func(open *int, i int) {
		if *open >= 0 {
			i = -1
		}
		*open = i
	}
	for i, r := range paragraph {
		switch {
		case r == '`':
			toggle(&code, i)
		case r == '*' && code < 0:
			toggle(&emphasis, i)
		}
	}
	at := max(code, emphasis)
	if at < 0 {
		return "", ""
	}
	from := strings.LastIndex(paragraph[:at], " ") + 1
	word, _, _ = strings.Cut(paragraph[from:], " ")
	return paragraph[at : at+1], word
}
