package harness

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/corsproof/corsproof/fixtures"
	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/scenarios"
)

// showMost is how many cases a paused run opens in tabs of their own.
const showMost = 5

// show opens the first of the permutations in the browser, each in a page of
// its own that says what it is and can run it again, and calls pause.
func (s *session) show(ctx context.Context, permutations []*scenarios.Permutation, pause func()) error {
	profile, err := s.newProfile(ctx)
	if err != nil {
		return err
	}
	defer profile.close()
	for _, p := range permutations[:min(showMost, len(permutations))] {
		t, err := newTrial(p, s.tokens(), s.profile)
		if err != nil || t.notApplicable != "" {
			continue // the run has said so
		}
		if err := s.arm(t, 0); err != nil {
			return err
		}
		defer s.fleet.Disarm(t.bound.Token)
		step := t.bound.Steps[0]
		if err := profile.setCookies(ctx, t.cookies(0)); err != nil {
			return err
		}
		page, err := profile.open(ctx, t.document(0))
		if err != nil {
			return err
		}
		defer page.Close()
		shown, err := json.Marshal(struct {
			ID      string        `json:"id"`
			Title   string        `json:"title"`
			Why     string        `json:"why"`
			Snippet string        `json:"snippet"`
			Claim   string        `json:"claim"`
			Probe   browser.Probe `json:"probe"`
		}{p.ID, p.Title, p.Why, Snippet(step.Request), string(step.Step.Expect.Read), t.probe(0)})
		if err != nil {
			return err
		}
		if err := page.Eval(ctx, fmt.Sprintf("%s(%s)", fixtures.ShowJS, shown), nil); err != nil {
			return err
		}
	}
	pause()
	return nil
}
