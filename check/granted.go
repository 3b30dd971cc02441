package check

import (
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/policy"
)

// leaks clusters the strangers that read.
func (s survey) leaks(found clusters) {
	read := func(i item) bool { return i.claims(oracle.Blocked) && i.read() }
	sent := func(i item) bool { return i.claims(oracle.Blocked) && !i.read() && i.preflighted() }
	in, through := entriesOf(s.items, read), entriesOf(s.items, sent)
	for _, i := range s.items {
		switch {
		case !i.stranger(), i.before:
		case read(i) && i.What == policy.Cached && len(i.Observed.Wire) == 0:
			found.at(policy.Cache, varyMissing).add(showing{item: i, at: -1})
		case read(i):
			g := found.at(policy.Leak, causeOfStranger(in.explains(i)))
			g.credentialed = g.credentialed || i.credentialed()
			g.add(showing{item: i, at: i.actual(), headers: corsLines(i)})
		case sent(i) && !in.gets(i.Who, i.Endpoint, i.credentialed()):
			g := found.at(policy.OverPermissive, preflightOf+string(through.explains(i)))
			g.credentialed = g.credentialed || i.credentialed()
			g.add(showing{item: i, at: i.preflight(), headers: []string{allowOrigin}})
		}
	}
}

// permissive clusters what declared origins can do beyond what is declared.
func (s survey) permissive(found clusters) {
	for _, i := range s.items {
		if i.stranger() || i.before || !i.claims(oracle.Blocked) || !i.read() && !i.preflighted() {
			continue
		}
		cause, headers, at := string(i.What), []string{allowOrigin}, i.actual()
		switch i.What {
		case policy.Method:
			cause, headers, at = undeclaredMethod, []string{allowMethods}, i.preflight()
		case policy.Header:
			cause, headers, at = undeclaredHeader, []string{allowHeaders}, i.preflight()
		case policy.Read, policy.Credentialed:
			if !i.read() {
				continue
			}
			cause, headers = undeclaredCredentials, []string{allowOrigin, allowCredentialsHeader}
		}
		g := found.at(policy.OverPermissive, cause)
		g.credentialed = g.credentialed || i.credentialed()
		g.add(showing{item: i, at: at, subject: i.Subject, headers: headers})
	}
}
