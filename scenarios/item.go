package scenarios

import (
	"cmp"
	"strings"

	"github.com/corsproof/corsproof/internal/tree"
)

// What a draft is called until its author says more.
const (
	draftTopic = "lab"
	draftID    = "playground"
	draftTitle = "A case of the playground."
	draftWhy   = "Nobody has said why yet."
	draftSpec  = "https://fetch.spec.whatwg.org/#http-cors-protocol"
)

// ReadItem reads one scenario as it stands in a file's list, in JSON or YAML: one
// case, so one way to load and no `each`. It is strict as [Load] is, but lets
// be missing what makes a scenario one of a file: id, title, why, spec and
// claim. The error is an *[Errors] with every problem.
func ReadItem(data []byte) (*Permutation, error) {
	p := tree.NewProblems("scenario", strings.TrimPrefix(string(data[:min(len(data), tree.MaxBytes)]), "\ufeff"))
	permutation := readItem(p, data)
	if p.Len() > 0 {
		return nil, &Errors{List: p.Sorted()}
	}
	return permutation, nil
}

var (
	itemForm   = tree.Form{Begins: "a scenario, such as `{request: {to: api}}`", Sharing: "a scenario says everything once"}
	itemFields = join([]field[scenarioParts]{idField}, proseFields, sharedFields, []field[scenarioParts]{stepsField})
)

func readItem(p *problems, data []byte) *Permutation {
	root := tree.Parse(p, data, itemForm)
	if root == nil {
		return nil
	}
	r := &reader{decoder: decoder{Problems: p, draft: true}, file: &File{Topic: draftTopic, Spec: draftSpec}}
	var parts scenarioParts
	if !readMapping(&r.decoder, root, itemFields, &parts) {
		return nil
	}
	v := r.variant(without(root, "id"), root)
	if len(v.Via) > 1 {
		r.Add(root.Get("request").Get("via").Pos, Contradiction, "more than one way to load", "one: this is one case")
	}
	if p.Len() > 0 {
		return nil
	}
	s := &Scenario{
		Pos: root.Pos, Topic: draftTopic, ID: cmp.Or(parts.id, draftID), Spec: v.Spec,
		Title: cmp.Or(v.Title, draftTitle), Why: cmp.Or(v.Why, draftWhy),
		Steps: v.Steps, Via: v.Via, MultiStep: parts.steps != nil, Timeout: v.Timeout,
	}
	r.file.Scenarios = []*Scenario{s}
	return Permutations([]*File{r.file})[0]
}
