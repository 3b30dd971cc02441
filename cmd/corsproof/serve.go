package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/corsproof/corsproof/harness"
)

func init() {
	commands = append(commands, command{"serve", "ID|FILE", "just the servers, with curl lines, for your own browser", serve})
}

func serve(ctx context.Context, s streams, args []string) error {
	f := newFlags("serve", "ID|FILE", s)
	args, err := parse(f, args)
	if err != nil {
		return err
	}
	if len(args) == 0 {
		return usageError("usage: corsproof serve ID|FILE; corsproof list shows the ids")
	}
	permutations, err := selected(args)
	if err != nil {
		return err
	}
	ctx, stop := untilSignal(ctx)
	defer stop()
	fleet, served, err := harness.Serve(permutations, func(string, ...any) {})
	if err != nil {
		return cannotRun(err)
	}
	defer fleet.Close()
	for _, c := range served {
		fmt.Fprintf(s.out, "%s\n%s\n\n  page    %s\n  script  %s\n\n", c.Permutation.ID, c.Permutation.Title, c.Page, c.Snippet)
		for _, line := range c.Curl {
			fmt.Fprintf(s.out, "  %s\n", line)
		}
		fmt.Fprintln(s.out)
	}
	var rules []string
	for _, m := range fleet.Mappings() {
		rules = append(rules, fmt.Sprintf("MAP %s:%d %s", m.Host, m.Port, m.Addr))
	}
	fmt.Fprintf(s.out, "A browser of your own, in a profile of its own:\n\n  chromium --user-data-dir=\"$(mktemp -d)\" --disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable \\\n    --ignore-certificate-errors-spki-list=%s \\\n    --host-resolver-rules='%s' \\\n    %s\n\nThe servers run until Ctrl-C.\n",
		fleet.SPKI(), strings.Join(rules, ", "), served[0].Page)
	<-ctx.Done()
	return nil
}
