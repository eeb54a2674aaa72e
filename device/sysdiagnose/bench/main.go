//go:build unix

// Command bench measures how long it takes to read a sysdiagnose archive, and how much
// memory, beside the least that any reader must do, gzip -dc | tar -t on the same file:
//
//	go run ./device/sysdiagnose/bench
//
// It writes an archive of its own into a temporary folder, of -megabytes (500, the size of
// a real one), and removes it at the end; making it takes longer than measuring. Every
// figure is the median of -runs runs, taken in turn, after one that warms the caches.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/sysdiagnose"
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

func run(ctx context.Context, out io.Writer, args []string) error {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	megabytes := flags.Int("megabytes", 500, "size of the archive")
	runs := flags.Int("runs", 5, "runs of each measurement")
	child := flags.String("child", "", "used by the command itself: the archive to read in this process")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *child != "" {
		return read(ctx, *child)
	}
	folder, err := os.MkdirTemp("", "backupdoctor-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, rootFolder+".tar.gz")
	if err := makeArchive(ctx, path, int64(*megabytes)<<20); err != nil {
		return err
	}
	return compare(ctx, out, path, *runs)
}

// read is one run of this program.
func read(ctx context.Context, path string) error {
	archive, err := sysdiagnose.Read(ctx, path, sysdiagnose.Options{})
	if err != nil {
		return err
	}
	if archive.History.Ended != (device.Gap{}) {
		return archive.History.Ended
	}
	_, err = archive.History.CloudBackup.Results.Get()
	return err
}

// compare runs this program and its peer in turn and prints a line with the medians.
func compare(ctx context.Context, out io.Writer, path string, runs int) error {
	own, err := os.Executable()
	if err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	var ours, theirs []time.Duration
	var memory int64
	for i := range runs + 1 {
		took, peak, err := timed(exec.CommandContext(ctx, own, "-child", path))
		if err != nil {
			return err
		}
		peer, _, err := timed(exec.CommandContext(ctx, "sh", "-c", `gzip -dc "$1" | tar -t >/dev/null`, "sh", path))
		if err != nil {
			return err
		}
		if i > 0 { // the first warms the caches
			ours, theirs = append(ours, took), append(theirs, peer)
			memory = max(memory, peak)
		}
	}
	_, err = fmt.Fprintf(out, "read %d MB: %.2f s, %d MB of memory; gzip -dc | tar -t: %.2f s; %.2f × (aim 1.10, at most 64 MB)\n",
		info.Size()>>20, median(ours).Seconds(), memory>>20, median(theirs).Seconds(),
		median(ours).Seconds()/median(theirs).Seconds())
	return err
}

// timed runs a command to its end: how long it took, and the most memory it had, in bytes.
func timed(command *exec.Cmd) (time.Duration, int64, error) {
	command.Stderr = os.Stderr
	start := time.Now()
	if err := command.Run(); err != nil {
		return 0, 0, err
	}
	took := time.Since(start)
	usage, _ := command.ProcessState.SysUsage().(*syscall.Rusage)
	return took, int64(usage.Maxrss) * maxrssUnit, nil
}

func median(runs []time.Duration) time.Duration {
	slices.Sort(runs)
	return runs[len(runs)/2]
}
