package scan

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/input"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/terminal"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backuplog"
	"github.com/backupdoctor/backupdoctor/device/releases"
)

// Log judges a saved log. A log does not say which device wrote it.
type Log struct {
	Path   string // - is stdin
	Stdin  io.Reader
	Table  releases.Table
	Screen *terminal.Screen
}

// Learn implements [Source].
func (l Log) Learn(ctx context.Context, run *Run) (Learned, error) {
	in := io.Reader(input.NewReader(ctx, l.Stdin))
	written := time.Now()
	if l.Path != "-" {
		info, err := os.Stat(l.Path)
		if err != nil {
			return Learned{}, err
		}
		file, err := input.OpenNamed(ctx, l.Path)
		if ctx.Err() != nil {
			return Learned{}, interrupted()
		}
		if err != nil {
			return Learned{}, err
		}
		defer file.Close()
		in, written = file, info.ModTime()
	}
	log := backuplog.New("file", l.Path, time.Time{})
	known, err := backuplog.Read(in, backuplog.Calendar{Latest: written, Zone: time.Local}, log)
	if ctx.Err() != nil {
		return Learned{}, interrupted()
	}
	if err != nil {
		return Learned{}, err
	}
	if known == 0 {
		return Learned{}, command.Usage("save one with idevicesyslog, pymobiledevice3 syslog live, or log show",
			"%s is not a log in a known format", l.Path)
	}
	if attempts := log.Attempts(written); log.TimeMachine() > 0 && len(attempts) == 1 && attempts[0].Heard == 0 {
		return Learned{}, command.Usage("save the log of the iPhone or iPad: idevicesyslog, or pymobiledevice3 syslog live",
			"%s is the log of a Mac, whose backupd is Time Machine's and makes no iCloud backups", l.Path)
	}
	s := device.Snapshot{TakenAt: time.Now().UTC(), Device: device.Identity{UDID: "unknown"}, Attempts: log.Attempts(written)}
	identify(&s, l.Table)
	if s.Attempts[0].Outcome == device.AttemptUnseen {
		fmt.Fprintln(l.Screen, "no attempt at an iCloud backup was seen in the log: this does not mean that all is well")
	}
	run.Start(1)
	run.Done(0, s)
	return Learned{Recording: run.Recording()}, nil
}
