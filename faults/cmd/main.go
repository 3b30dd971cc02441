// Command cmd lets a check find the faults of the corpus, through the oracle,
// and prints how many it found and how often it cried wolf.
package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"text/tabwriter"

	"golang.org/x/sync/errgroup"

	"github.com/corsproof/corsproof/faults"
	"github.com/corsproof/corsproof/policy"
)

func main() {
	ok, err := run(context.Background())
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
func run(ctx context.Context) (ok bool, err error) {
	all := faults.All()
	twins := faults.Correct()
	for _, f := range all {
		twins = append(twins, f.Twin())
	}
	found, silent := make([]faults.Verdict, len(all)), make([]faults.Verdict, len(twins))
	var group errgroup.Group
	group.SetLimit(runtime.NumCPU())
	for i, f := range all {
		group.Go(func() (err error) {
			found[i], err = f.Judge(ctx, faults.Offline)
			return err
		})
	}
	for i, t := range twins {
		group.Go(func() (err error) {
			silent[i], err = t.Judge(ctx, faults.Offline)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return false, err
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
