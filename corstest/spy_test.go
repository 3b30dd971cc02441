package corstest

import (
	"context"
	"fmt"
	"strings"
	"testing"
)

// spy is a test that does nothing but say what became of it.
type spy struct {
	testing.TB
	ctx             context.Context
	failed, skipped bool
	text            strings.Builder
}

// watch runs a check in a test of its own, which may fail.
func watch(t *testing.T, check func(testing.TB)) *spy {
	t.Helper()
	s := &spy{TB: t, ctx: t.Context()}
	ended := make(chan struct{})
	go func() { // FailNow and SkipNow end a goroutine
		defer close(ended)
		check(s)
	}()
	<-ended
	return s
}

func (s *spy) Helper()                  {}
func (s *spy) Context() context.Context { return s.ctx }
func (s *spy) Name() string             { return "TestSpied" }
func (s *spy) say(text string)          { s.text.WriteString(text + "\n") }

func (s *spy) Logf(format string, args ...any) { s.say(fmt.Sprintf(format, args...)) }
func (s *spy) Error(args ...any)               { s.failed = true; s.say(fmt.Sprint(args...)) }
func (s *spy) Fatal(args ...any)               { s.Error(args...); end() }
func (s *spy) Fatalf(format string, args ...any) {
	s.Error(fmt.Sprintf(format, args...))
	end()
}
func (s *spy) Skipf(format string, args ...any) {
	s.skipped = true
	s.Logf(format, args...)
	end()
}
