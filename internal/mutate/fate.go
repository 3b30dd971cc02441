package mutate

// By says who noticed a mutant.
type By string

const (
	Survived By = ""
	Lint     By = "lint"  // a claim, or the loader
	Run      By = "run"   // what a browser did
	Panic    By = "panic" // the package panics
	Hang     By = "hang"  // it does not come to an end
	Crash    By = "crash" // the process dies of it
	Begins   By = "..."   // nobody yet: a judge is at it
)

// Fate is what became of a mutant.
type Fate struct {
	N       int    `json:"n"`
	By      By     `json:"by"`
	Case    string `json:"case,omitempty"`    // the case that noticed
	Browser string `json:"browser,omitempty"` // in which, if its run did
	Reached int    `json:"reached"`           // how many cases could have
	Loading bool   `json:"loading,omitempty"`
}
