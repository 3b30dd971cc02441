// Command cmd lets a check find the faults of the corpus, and prints how many it
// found and how often it cried wolf.
//
//	go run ./faults/cmd [-browser chromium] [-findings]
//
// Without a browser the oracle stands in for one. In one, all of them take a
// quarter of an hour. It ends with 1 when anything was missed, called by another name or made up.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime"
	"slices"
	"text/tabwriter"

	"golang.org/x/sync/errgroup"

	"github.com/corsproof/corsproof/faults"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/policy"
)

func main() {
	name := flag.String("browser", "", "check in this one; none named: through the oracle")
	findings := flag.Bool("findings", false, "print each server's findings, too: class, cause and title")
	flag.Parse()
	ok, err := run(context.Background(), *name, *findings)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(3)
	}
	if !ok {
		os.Exit(1)
	}
}

// run judges everything and prints the table; ok is false if anything was
// missed, called by another name, or made up.
func run(ctx context.Context, name string, findings bool) (ok bool, failed error) {
	var keeper harness.Keeper
	check, at := faults.Offline, runtime.NumCPU()
	if name != "" {
		found, _, err := harness.FindEach(ctx, name, false, "")
		if err != nil {
			return false, err
		}
		defer func() { failed = errors.Join(failed, keeper.Close()) }()
		// One at a time: of two, each would make the other's pages late.
		check, at = faults.In(found[0], &keeper), 1
	}
	all := faults.All()
	twins := faults.Correct()
	for _, f := range all {
		twins = append(twins, f.Twin())
	}
	found, silent := make([]faults.Verdict, len(all)), make([]faults.Verdict, len(twins))
	var group errgroup.Group
	group.SetLimit(at)
	for i, f := range all {
		group.Go(func() (err error) {
			found[i], err = f.Judge(ctx, check)
			return err
		})
	}
	for i, t := range twins {
		group.Go(func() (err error) {
			silent[i], err = t.Judge(ctx, check)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return false, err
	}
	if findings {
		for _, v := range slices.Concat(found, silent) {
			for _, f := range v.Findings {
				fmt.Printf("%s: %s/%s: %s\n", v.Name, f.Class, f.Cause, f.Title)
			}
		}
	}
	return print(found, silent), nil
}

// print prints what went wrong, and the table.
func print(found, silent []faults.Verdict) (ok bool) {
	type row struct{ faults, found, alone int }
	rows, total, alarms := map[policy.Class]*row{}, row{}, 0
	for _, class := range policy.Classes {
		rows[class] = &row{}
	}
	for _, v := range found {
		for _, r := range []*row{rows[v.Class], &total} {
			r.faults++
			if v.Found {
				r.found++
			}
			if len(v.Problems) == 0 {
				r.alone++
			}
		}
		tell(v)
	}
	for _, v := range silent {
		if len(v.Problems) > 0 {
			alarms++
		}
		tell(v)
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "class\tfaults\tfound\tby name, and nothing else\t")
	for _, class := range policy.Classes {
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t\n", class, rows[class].faults, rows[class].found, rows[class].alone)
	}
	fmt.Fprintf(w, "all\t%d\t%d\t%d\t\n", total.faults, total.found, total.alone)
	w.Flush()
	fmt.Printf("recall %.1f %%; false alarms %d of %d correct servers\n", 100*float64(total.found)/float64(total.faults), alarms, len(silent))
	return total.alone == total.faults && alarms == 0
}

// tell prints the problems of a server, if it has any.
func tell(v faults.Verdict) {
	for _, p := range v.Problems {
		fmt.Printf("%s: %s\n", v.Name, p)
	}
}
