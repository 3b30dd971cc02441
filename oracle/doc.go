// Package oracle is an executable model of the CORS protocol as the Fetch
// Standard writes it: pure functions, no input or output, no clock.
//
// [Predict] takes what a page asks for and what a server would answer, and
// returns what a browser must do: whether script may read the response, the
// reason if not, every request that must appear on the wire, the filtered
// response, and the trace of the algorithm's steps.
//
// Functions carry the standard's own names ([CORSCheck], [NeedsPreflight],
// [IsSafelistedMethod], ...) and their comments give the rule and its anchor.
// The package imports nothing of corsproof, so the model and the servers
// cannot share a bug.
//
// Where an engine leaves the standard by a rule, the deviation is a named
// [Switch] with a link; a [Profile] is the set of switches that are on. The
// zero Profile is the standard.
package oracle
