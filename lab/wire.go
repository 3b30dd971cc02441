package lab

import (
	"regexp"
	"time"

	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/servers"
)

// entry is a request that arrived, and its answer, as the lab's pages show it.
type entry struct {
	Seq       int64       `json:"seq"`
	MS        float64     `json:"ms"` // since the first of its case
	Step      int         `json:"step"`
	At        string      `json:"at"`
	Method    string      `json:"method"`
	Path      string      `json:"path"`
	Headers   [][2]string `json:"headers"`
	Body      string      `json:"body,omitempty"`
	Preflight bool        `json:"preflight"`
	Pending   bool        `json:"pending"`
	Reply     *reply      `json:"reply"` // nil while there is none
}

type reply struct {
	Status     int         `json:"status"`
	StatusText string      `json:"statusText"`
	Headers    [][2]string `json:"headers"`
	Body       string      `json:"body,omitempty"`
	Abort      string      `json:"abort,omitempty"`
}

// entryOf is a request of the ledger; first is when the first of its case arrived.
func entryOf(e servers.Entry, first time.Duration) entry {
	out := entry{
		Seq: e.Seq, MS: float64((e.Time - first).Microseconds()) / 1000, Step: e.Step, At: e.At.String(), Method: e.Method, Path: e.Path,
		Headers: pairs(e.Headers), Body: record.Text(e.Body), Preflight: e.Preflight, Pending: e.Pending,
	}
	if !e.Pending {
		out.Reply = &reply{e.Reply.Status, e.Reply.StatusText, pairs(e.Reply.Headers), record.Text(e.Reply.Body), e.Reply.Abort}
	}
	return out
}

// entriesOf are those of a record, which has no more than was sent.
func entriesOf(wire []record.Exchange, step int) []entry {
	out := make([]entry, len(wire))
	for i, x := range wire {
		out[i] = entry{
			Seq: int64(i + 1), MS: x.MS, Step: step, At: x.At, Method: x.Method, Path: x.Path, Headers: pairs(x.Headers), Body: x.Body, Preflight: x.Preflight,
			Reply: &reply{Status: x.Status, Headers: pairs(x.ReplyHeaders), Body: x.ReplyBody},
		}
		switch {
		case x.Broken:
			out[i].Reply.Abort = "in-body"
		case x.Status == 0:
			out[i].Reply.Abort = "before-headers"
		}
	}
	return out
}

// inPath finds the token of a case in a URL: it says nothing to a learner.
var inPath = regexp.MustCompile(`/~[0-9a-z]{16,}([^\s"'?#;]*)(?:;~[0-9]+)?`)

func pairs(headers oracle.Headers) [][2]string {
	out := make([][2]string, len(headers))
	for i, h := range headers {
		out[i] = [2]string{h.Name, inPath.ReplaceAllString(h.Value, "$1")}
	}
	return out
}
