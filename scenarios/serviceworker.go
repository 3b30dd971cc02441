package scenarios

import (
	"regexp"
	"strings"
)

// responder is the word for what a service worker's own script answers with, ""
// for nothing. known is false for what is no word's.
func (w ServiceWorker) responder() (word string, known bool) {
	if w.Script == "" {
		return w.Responds, true
	}
	script := strings.ReplaceAll(whiteSpace.ReplaceAllString(w.Script, ""), `"`, "'")
	_, answer, answers := strings.Cut(script, "respondWith(")
	if !answers {
		return "", true
	}
	for _, a := range ownAnswers {
		if found := a.call.FindString(answer); found != "" {
			depends := choice.MatchString(strings.Replace(script, found, "", 1)) || strings.Contains(answer, "respondWith(")
			return a.word, !depends
		}
	}
	return "", false
}

var (
	whiteSpace = regexp.MustCompile(`\s+`)
	// choice is what makes an answer depend on something.
	choice = regexp.MustCompile(`\b(if|switch|case|while|for|return)\b|if\(|\?|&&|\|\|`)
)

// ownAnswers are the arguments of respondWith() that a word says, too.
var ownAnswers = []struct {
	call *regexp.Regexp
	word string
}{
	{regexp.MustCompile(`^fetch\((\w+\.)?request\)\)`), "pass"},
	{regexp.MustCompile(`^fetch\((\w+\.)?request\.url,\{mode:'cors'\}\)\)`), "cors"},
	{regexp.MustCompile(`^fetch\((\w+\.)?request\.url,\{mode:'no-cors'\}\)\)`), "opaque"},
	{regexp.MustCompile(`^Response\.error\(\)\)`), "error"},
}
