package scan

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/input"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/terminal"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

// Replay reads devices from the recording of an earlier run, or from all recordings in a
// folder.
type Replay struct {
	From   string // file or folder; - for stdin
	Stdin  io.Reader
	Limit  time.Duration // for reading; 0 for no limit
	Labels Labels
	More   []More // what else to add to the devices
	Screen *terminal.Screen
}

// Learn implements [Source].
func (p Replay) Learn(ctx context.Context, run *Run) (Learned, error) {
	reading, stop := limited(ctx, p.Limit)
	defer stop()
	recording, err := p.read(reading, run)
	switch {
	case err == nil:
	case ctx.Err() != nil:
		return Learned{}, interrupted()
	case reading.Err() != nil:
		return Learned{Recording: run.Recording(stopped(reading)...)}, nil
	}
	if err != nil {
		return Learned{}, err
	}
	run.ID = cmp.Or(recording.Run, run.ID)
	snapshots := recording.Snapshots
	recording.Snapshots = nil
	p.Labels.relabel(snapshots)
	more(reading, p.More, snapshots)
	run.Start(len(snapshots))
	for number, s := range snapshots {
		run.Done(number, s)
	}
	return Learned{Recording: recording}, nil
}

func (p Replay) read(ctx context.Context, run *Run) (device.Recording, error) {
	if p.From == "-" {
		return device.ReadRecording(input.NewReader(ctx, p.Stdin))
	}
	if info, err := os.Stat(p.From); err == nil && info.IsDir() {
		return p.readAll(run)
	}
	file, err := input.OpenNamed(ctx, p.From)
	if err != nil {
		return device.Recording{}, err
	}
	return readRecording(p.From, file)
}

// readAll reads all recordings in a folder, in the order of their names. An unreadable one is
// reported and leaves a gap.
func (p Replay) readAll(run *Run) (device.Recording, error) {
	paths, err := filepath.Glob(filepath.Join(escaped(p.From), "*.json"))
	if err != nil {
		return device.Recording{}, err
	}
	slices.Sort(paths)
	all := device.Recording{Tool: command.Version()}
	runs := map[string]bool{}
	for _, path := range paths {
		var one device.Recording
		file, err := input.Open(path)
		if err == nil {
			one, err = readRecording(path, file)
		}
		if err != nil {
			fmt.Fprintln(p.Screen, "backupdoctor:", err)
			all.Gaps = append(all.Gaps, device.Gap{Reason: device.Malformed})
			continue
		}
		runs[one.Run] = true
		run.apart = len(runs) > 1
		all.Run, all.StartedAt = one.Run, one.StartedAt
		all.Redacted = all.Redacted || one.Redacted
		all.Snapshots = append(all.Snapshots, one.Snapshots...)
		for _, gap := range one.Gaps {
			if !slices.Contains(all.Gaps, gap) {
				all.Gaps = append(all.Gaps, gap)
			}
		}
	}
	switch len(runs) {
	case 0:
		return all, command.Exit{Code: report.ExitUsage, Err: fmt.Errorf("there is no recording in %q", p.From), Hint: "backupdoctor capture DIR writes one of each device"}
	case 1:
	default:
		all.Run, all.StartedAt = run.ID, run.StartedAt
	}
	return all, nil
}

// escaped escapes the pattern characters of a path.
func escaped(path string) string {
	var plain []rune
	for _, r := range path {
		if slices.Contains([]rune("*?["), r) {
			plain = append(plain, '[', r, ']')
			continue
		}
		plain = append(plain, r)
	}
	return string(plain)
}

func readRecording(path string, file io.ReadCloser) (device.Recording, error) {
	defer file.Close()
	recording, err := device.ReadRecording(file)
	if err != nil {
		return device.Recording{}, fmt.Errorf("%s: %w", path, err)
	}
	return recording, nil
}
