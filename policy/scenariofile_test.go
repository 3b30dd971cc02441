package policy_test

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/policy"
	"github.com/corsproof/corsproof/scenarios"
)

// A plan is what somebody could have written: as a scenario file it loads, and
// means the same.
func TestAPlanIsAScenarioFile(t *testing.T) {
	for name, p := range policies {
		t.Run(name, func(t *testing.T) {
			probes := plan(t, p, policy.Options{})
			var items []any
			groups := map[string]map[string]any{} // by id, which a file has once
			for _, probe := range probes {
				c := probe.Permutation
				id := strings.Split(c.ID, "/")[1]
				if groups[id] == nil {
					groups[id] = map[string]any{"id": id, "title": "A title.", "why": "A reason.", "request": map[string]any{"to": "api"}}
					items = append(items, groups[id])
				}
				each, _ := groups[id]["each"].([]any)
				groups[id]["each"] = append(each, written(c))
			}
			file, err := json.Marshal(map[string]any{
				"format": 1, "topic": "policy", "about": "What a policy declares.", "spec": "https://fetch.spec.whatwg.org/", "scenarios": items,
			})
			require.NoError(t, err)
			files, err := scenarios.LoadFS(fstest.MapFS{"plan.yaml": {Data: file}}, "plan.yaml")
			require.NoError(t, err)
			loaded := scenarios.Permutations(files)
			require.Len(t, loaded, len(probes))
			byID := map[string]*scenarios.Permutation{}
			for _, got := range loaded {
				byID[got.ID] = got
			}
			for _, probe := range probes {
				want := probe.Permutation
				got := byID[want.ID]
				require.NotNil(t, got, want.ID)
				assert.Equal(t, []string{want.Title, want.Why, want.Spec}, []string{got.Title, got.Why, got.Spec})
				assert.Equal(t, want.Timeout, got.Timeout)
				assert.Equal(t, written(want), written(got), want.ID)
			}
		})
	}
}

// written is a permutation as an override has it. JSON is YAML.
func written(p *scenarios.Permutation) map[string]any {
	steps := make([]any, len(p.Steps))
	for i, s := range p.Steps {
		steps[i] = writtenStep(s)
	}
	return map[string]any{
		"name": strings.Split(p.ID, "/")[2], "title": p.Title, "why": p.Why, "spec": p.Spec,
		"request": map[string]any{"via": string(p.Via)}, "steps": steps,
	}
}

func writtenStep(s scenarios.Step) map[string]any {
	r := s.Request
	request := map[string]any{"from": r.From, "to": r.To, "path": r.Path, "via": string(r.Via)}
	for key, value := range map[string]string{"method": r.Method, "mode": r.Mode, "credentials": r.Credentials, "cache": r.Cache} {
		if value != "" {
			request[key] = value
		}
	}
	if len(r.Headers) > 0 {
		var lines []any
		for _, h := range r.Headers {
			lines = append(lines, []string{h.Name, h.Value.String()})
		}
		request["headers"] = lines
	}
	if r.Body != nil {
		request["body"] = r.Body.Text.String()
	}
	expect := map[string]any{}
	for key, value := range map[string]string{"read": string(s.Expect.Read), "origin": s.Expect.Origin} {
		if value != "" {
			expect[key] = value
		}
	}
	if s.Expect.Status != nil {
		expect["status"] = *s.Expect.Status
	}
	if s.Expect.Preflights != nil {
		expect["preflights"] = *s.Expect.Preflights
	}
	step := map[string]any{"request": request, "server": map[string]any{"set-up": s.Server.SetUp.Name}}
	if len(expect) > 0 {
		step["expect"] = expect
	}
	if s.Wait > 0 {
		step["wait"] = s.Wait.String()
	}
	if s.Page != nil {
		step["page"] = map[string]any{"sandbox": s.Page.Sandbox}
	}
	return step
}
