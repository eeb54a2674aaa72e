// Command bench measures how long it takes to prove a local backup whole, to list many, and to read a
// sysdiagnose archive, compared with other programs on the same files, in one run:
//
//	go run ./testdata/bench
//
// It writes its own data to a temporary folder, up to about 10 GB, and removes it at the end.
// -only selects measurements; -keep and -dir let a second run use the same data. Every figure is
// the median of -runs runs, alternating with the other program, after one warm-up run of each.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Stdout, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// settings are the flags.
type settings struct {
	dir   string
	keep  bool
	runs  int
	only  string
	child string
}

func run(ctx context.Context, out io.Writer, args []string) error {
	var s settings
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.StringVar(&s.dir, "dir", "", "folder for the data; a temporary one if empty")
	flags.BoolVar(&s.keep, "keep", false, "leave the data in place")
	flags.IntVar(&s.runs, "runs", 5, "runs of each measurement")
	flags.StringVar(&s.only, "only", "", "measurements to make, separated by commas; all if empty")
	flags.StringVar(&s.child, "child", "", "used by the command itself: what to measure in this process")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if s.child != "" {
		return child(ctx, s, flags.Arg(0))
	}
	if s.dir == "" {
		dir, err := os.MkdirTemp("", "backupdoctor-bench-")
		if err != nil {
			return err
		}
		s.dir = dir
	}
	if !s.keep {
		defer os.RemoveAll(s.dir)
	}
	for _, m := range measurements {
		if s.only != "" && !strings.Contains(","+s.only+",", ","+m.name+",") {
			continue
		}
		if err := m.measure(ctx, out, s); err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
	}
	return ctx.Err()
}
