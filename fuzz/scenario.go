package fuzz

import (
	"slices"
	"strings"

	"github.com/corsproof/corsproof/fixtures"
	"github.com/corsproof/corsproof/oracle"
)

// viaWeights says how often a way to load is taken; one that is not here is
// taken as often as a weight of 4. fetch() and XHR can say the most.
var viaWeights = map[oracle.Via]int{"fetch": 150, "xhr": 60}

// vias are the ways to load that there is machinery for, in the oracle's order.
var vias = func() choices {
	ready := fixtures.Ways()
	var out choices
	for _, way := range oracle.Ways() {
		if _, ok := ready[way.Via]; !ok {
			continue
		}
		weight := 4
		if w, ok := viaWeights[way.Via]; ok {
			weight = w
		}
		out = append(out, choice{weight, string(way.Via)})
	}
	return out
}()

// scenarioKeys are a scenario's keys; what names it and what it claims is put
// around it.
var scenarioKeys = []key{
	{"request", 1000, nil, requestValue},
	{"page", 90, seen, pageValue},
	{"cookies", 150, nil, cookiesValue},
	{"server", 980, nil, func(g *gen) *node { return g.mapping(serverKeys) }},
	{"steps", 60, toServer, stepsValue},
}

func requestValue(g *gen) *node {
	g.from, g.to = g.pick(pages), g.pick(targets)
	if g.chance(25) {
		g.to = g.one("data:", "blob:")
	}
	via := oracle.Via(g.pick(vias))
	if strings.HasSuffix(g.from, "worker") { // where there is no document
		via = oracle.Via(g.one("fetch", "xhr"))
	}
	if via == "audioworklet" && g.from != "app" { // only a secure document has one
		via = "module"
	}
	g.way, _ = oracle.WayOf(via)
	g.mode, g.h2 = g.way.Settings[0].Mode, isH2(g.to)
	out := &node{kind: mapping}
	if g.from != "app" {
		out.with("from", text(g.from))
	}
	out.with("to", text(g.to)).with("via", text(string(via)))
	if rest := g.mapping(requestKeys); rest != nil {
		out.keys, out.values = append(out.keys, rest.keys...), append(out.values, rest.values...)
	}
	return out
}

// stepKeys are what a step says anew; the rest is the scenario's own.
var stepKeys = []key{
	{"request", 500, nil, func(g *gen) *node {
		changed := slices.DeleteFunc(slices.Clone(requestKeys), func(k key) bool { return !slices.Contains(stepRequest, k.name) })
		return g.mapping(changed)
	}},
	{"cookies", 60, nil, cookiesValue},
	{"server", 450, nil, stepServer},
	{"page", 120, nil, word(words("fresh same"))},
	// Longer than a Max-Age of 0 or 1, and much shorter than the 5 s of none.
	{"wait", 15, nil, word(words("1500ms"))},
}

// stepRequest are the keys of a request in which steps differ.
var stepRequest = []string{"credentials", "method", "headers", "cache", "redirect"}

// stepServer is another preflight or response; redirects are the scenario's.
func stepServer(g *gen) *node {
	return g.mapping([]key{{"preflight", 500, nil, preflightValue}, {"response", 500, nil, responseValue}})
}

func stepsValue(g *gen) *node {
	out := &node{kind: list}
	for i := range 2 + g.IntN(3) {
		step := &node{kind: mapping}
		if i > 0 {
			if own := g.mapping(stepKeys); own != nil {
				step = own
			}
		}
		out.values = append(out.values, step)
	}
	return out
}
