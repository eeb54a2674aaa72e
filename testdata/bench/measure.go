package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup"
	"github.com/backupdoctor/backupdoctor/device/sysdiagnose"
)

// data is the input of a measurement.
type data interface {
	id() string
	path(dir string) string
	make(ctx context.Context, dir string) error // does nothing if an earlier run made it
}

// allData lists all inputs, so that a child process finds its own by ID.
var allData = []data{small, middle, medium, large, few, encrypted, single, gone, usual, many}

// usual is a sysdiagnose archive of typical size.
var usual = archive{megabytes: 500}

// many is a collection that thousands of devices have left.
var many = collection{backups: 8_000}

// A measurement compares this program with another on one input.
type measurement struct {
	name    string
	measure func(context.Context, io.Writer, settings) error
}

var measurements = []measurement{
	{"quick", func(ctx context.Context, out io.Writer, s settings) error {
		for _, set := range []set{small, middle, medium, large} {
			peer := shell(`find "$1" -type f -size +0 | wc -l; sqlite3 -readonly "$1/Manifest.db" 'SELECT fileID, domain, relativePath, flags, file FROM Files' | wc -c`, "find", "sqlite3")
			if err := compare(ctx, out, s, set, "quick", "find -type f -size + sqlite3 select", peer, 0.65); err != nil {
				return err
			}
		}
		return nil
	}},
	{"deep", func(ctx context.Context, out io.Writer, s settings) error {
		peer := shell(fmt.Sprintf(`find "$1" -type f -path '*/??/*' -print0 | xargs -0 -P%d -n 500 openssl dgst -sha1 | wc -l`, runtime.NumCPU()), "xargs", "openssl")
		for _, set := range []set{medium, large} {
			if err := compare(ctx, out, s, set, "deep", "xargs -P openssl dgst -sha1", peer, 0.75); err != nil {
				return err
			}
		}
		peer = shell(fmt.Sprintf(`find "$1" -type f -path '*/??/*' -print0 | xargs -0 -P%d -n 1 openssl dgst -sha1 | wc -l`, runtime.NumCPU()), "xargs", "openssl")
		return compare(ctx, out, s, few, "deep", "xargs -P openssl dgst -sha1", peer, 0.85)
	}},
	{"unlock", func(ctx context.Context, out io.Writer, s settings) error {
		peer := shell(`openssl kdf -keylen 32 -kdfopt digest:SHA256 -kdfopt pass:0000 -kdfopt hexsalt:000102030405060708090a0b0c0d0e0f10111213 -kdfopt iter:10000000 PBKDF2`, "openssl")
		return compare(ctx, out, s, single, "unlock", "openssl kdf, 10,000,000 rounds", peer, 0.8)
	}},
	{"encrypted", func(ctx context.Context, out io.Writer, s settings) error {
		return compare(ctx, out, s, encrypted, "quick", "", nil, 0)
	}},
	{"memory", func(ctx context.Context, out io.Writer, s settings) error {
		return compare(ctx, out, s, gone, "quick", "", nil, 0)
	}},
	{"evidence", func(ctx context.Context, out io.Writer, s settings) error {
		return compare(ctx, out, s, large, "evidence", "", nil, 0)
	}},
	{"list", measureList},
	{"archive", func(ctx context.Context, out io.Writer, s settings) error {
		peer := shell(`gzip -dc "$1" | tar -t >/dev/null`, "gzip", "tar")
		return compare(ctx, out, s, usual, "archive", "gzip -dc | tar -t", peer, 1.1)
	}},
}

// A peer returns the command to compare with, or nil if there is none.
type peer func(ctx context.Context, path string) *exec.Cmd

// shell returns a peer that runs a shell script, or no peer if one of the needed programs is
// missing.
func shell(script string, needs ...string) peer {
	for _, program := range needs {
		if _, err := exec.LookPath(program); err != nil {
			return nil
		}
	}
	return func(ctx context.Context, path string) *exec.Cmd {
		return exec.CommandContext(ctx, "sh", "-c", script, "sh", path)
	}
}

// compare runs this program and the peer alternately, and prints a line with the medians.
func compare(ctx context.Context, out io.Writer, s settings, d data, what, against string, peer peer, aim float64) error {
	own, err := os.Executable()
	if err != nil {
		return err
	}
	child := func(ctx context.Context, path string) *exec.Cmd {
		return exec.CommandContext(ctx, own, "-child", what, path)
	}
	return compareWith(ctx, out, s, d, what, child, against, peer, aim)
}

// compareWith is like compare, with another command to measure.
func compareWith(ctx context.Context, out io.Writer, s settings, d data, what string, measured peer, against string, peer peer, aim float64) error {
	own, err := os.Executable()
	if err != nil {
		return err
	}
	// In a process of its own: a child inherits its parent's peak memory.
	if _, _, err := timed(exec.CommandContext(ctx, own, "-child", "make", "-dir", s.dir, d.id())); err != nil {
		return err
	}
	path := d.path(s.dir)
	var ours, theirs []time.Duration
	var memory int64
	for i := range s.runs + 1 {
		took, peak, err := timed(measured(ctx, path))
		if err != nil {
			return err
		}
		ours, memory = append(ours, took), max(memory, peak)
		if peer != nil {
			if took, _, err = timed(peer(ctx, path)); err != nil {
				return err
			}
			theirs = append(theirs, took)
		}
		if i == 0 {
			ours, theirs = nil, nil // warm-up run
		}
	}
	line := fmt.Sprintf("%-9s %-8s %8.0f ms  %4d MB", what, d.id(), milliseconds(median(ours)), memory>>20)
	switch {
	case peer != nil:
		ratio := float64(median(ours)) / float64(median(theirs))
		line += fmt.Sprintf("  %8.0f ms %s: %.2f × (aim %.2f)", milliseconds(median(theirs)), against, ratio, aim)
	case against != "":
		line += "  nothing to compare with: " + against + " is not installed"
	}
	_, err = fmt.Fprintln(out, line)
	return err
}

// timed runs a command, and returns how long it took and its peak memory in bytes.
func timed(command *exec.Cmd) (time.Duration, int64, error) {
	command.Stderr = os.Stderr
	start := time.Now()
	if err := command.Run(); err != nil {
		return 0, 0, err
	}
	return time.Since(start), peakMemory(command.ProcessState), nil
}

func median(runs []time.Duration) time.Duration {
	slices.Sort(runs)
	return runs[len(runs)/2]
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// child is one run of this program in a process of its own. The argument is a path, or the ID
// of the data to make.
func child(ctx context.Context, s settings, argument string) error {
	switch s.child {
	case "make":
		i := slices.IndexFunc(allData, func(d data) bool { return d.id() == argument })
		if i < 0 {
			return fmt.Errorf("there is no data %q", argument)
		}
		return allData[i].make(ctx, s.dir)
	case "archive":
		return readArchive(ctx, argument)
	default:
		return readBackup(ctx, s.child, argument)
	}
}

func readArchive(ctx context.Context, path string) error {
	read, err := sysdiagnose.Read(ctx, path, sysdiagnose.Options{})
	if err != nil {
		return err
	}
	if read.History.Ended != (device.Gap{}) {
		return read.History.Ended
	}
	_, err = read.History.CloudBackup.Results.Get()
	return err
}

func readBackup(ctx context.Context, what, path string) error {
	folders, _ := backup.Find(ctx, []backup.Place{{Path: path}})
	if len(folders) != 1 {
		return errors.New("there is no backup")
	}
	var options backup.Options
	if isEncrypted, err := backup.Read(ctx, folders[0]).Encrypted.Get(); err == nil && isEncrypted {
		keys, err := backup.Unlock(ctx, folders[0], encrypted.password, nil)
		if err != nil {
			return err
		}
		options.Keys = keys
	}
	switch what {
	case "quick":
		return expect(backup.Quick(ctx, folders[0], options))
	case "deep":
		return expect(backup.Deep(ctx, folders[0], options))
	case "evidence":
		backup.Evidence(ctx, folders[0], options)
	}
	return nil
}

// expect returns an error if the file list or the files were not shown complete.
func expect(proof device.Proof) error {
	list, files := proof.Statement(device.StatementList), proof.Statement(device.StatementFiles)
	if list.Shown != device.ShownTrue || files.Shown != device.ShownTrue && proof.Found > 0 {
		return fmt.Errorf("the list is shown %s and the files %s: %+v", list.Shown, files.Shown, proof.Faults)
	}
	return nil
}
