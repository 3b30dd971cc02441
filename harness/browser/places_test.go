package browser

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// page answers corsproof.enter with what it has to say of each frame's URL, first
// to last; the last word stands.
type page struct {
	says  map[string][]entered
	asked [][]string // the URLs of each question
}

func (p *page) Eval(_ context.Context, expression string, out any) error {
	text := strings.TrimSuffix(strings.TrimPrefix(expression, "corsproof.enter("), ")")
	var ways [][]Frame
	if err := json.Unmarshal([]byte(text), &ways); err != nil {
		return err
	}
	var urls []string
	saw := []entered{}
	for _, way := range ways {
		url := way[0].URL
		urls = append(urls, url)
		said := p.says[url]
		if len(said) == 0 {
			continue // tells of fewer than it was asked for
		}
		saw = append(saw, said[0])
		if len(said) > 1 {
			p.says[url] = said[1:]
		}
	}
	p.asked = append(p.asked, urls)
	*out.(*[]entered) = saw
	return nil
}

func in(origin string, urls ...string) Probe {
	p := Probe{Origin: origin}
	for _, url := range urls {
		p.Frames = append(p.Frames, Frame{URL: url})
	}
	return p
}

func TestPlacesComeUpTogether(t *testing.T) {
	p := &page{says: map[string][]entered{
		"a": {{Origin: "https://a.test"}}, "b": {{Origin: "null"}}, "strict": {{}, {Origin: "https://strict.test"}},
		"refused": {{Error: "SecurityError"}},
	}}
	var heard [][][]Frame
	brought := 0
	places := Places{
		Bring: func(_ context.Context, way []Frame) error {
			brought++
			assert.Equal(t, "strict", way[0].URL)
			return nil
		},
		Hear: func(_ context.Context, ways [][]Frame) error { heard = append(heard, ways); return nil },
	}
	probes := []Probe{
		in("https://here.test"), in("https://a.test", "a"), in("null", "b"), in("https://a.test", "a"),
		in("https://refused.test", "refused"), in("https://strict.test", "strict"),
	}
	require.NoError(t, places.Enter(t.Context(), p, probes))
	assert.Equal(t, [][]string{{"a", "b", "refused", "strict"}, {"strict"}}, p.asked, "each once, and again what had to get a script")
	assert.Equal(t, 1, brought)
	require.Len(t, heard, 1)
	assert.Len(t, heard[0], 3, "all that are up, at once")

	p.asked = nil
	require.NoError(t, places.Enter(t.Context(), p, probes))
	assert.Equal(t, [][]string{{"refused"}}, p.asked, "what is up stays up")
	assert.Len(t, heard, 1)
}

func TestPlacesThatAreWrong(t *testing.T) {
	p := &page{says: map[string][]entered{"a": {{Origin: "https://b.test"}}}}
	places := Places{Hear: func(context.Context, [][]Frame) error { t.Error("heard"); return nil }}
	assert.ErrorContains(t, places.Enter(t.Context(), p, []Probe{in("https://a.test", "a")}), "has the origin https://b.test, not https://a.test")
	assert.ErrorContains(t, places.Enter(t.Context(), p, []Probe{in("", "a"), in("", "lost")}), "the page tells of 1, and was asked for 2")
	assert.NoError(t, places.Enter(t.Context(), p, []Probe{in("https://a.test")}))
}
