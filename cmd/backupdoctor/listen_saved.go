package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backuplog"
)

// readSaved judges a saved log. Which device wrote it is not in it.
func (li listening) readSaved() error {
	var in io.Reader = li.stdin
	written := time.Now()
	if li.log != "-" {
		file, err := os.Open(li.log)
		if err != nil {
			return err
		}
		defer file.Close()
		info, err := file.Stat()
		if err != nil {
			return err
		}
		in, written = file, info.ModTime()
	}
	log := backuplog.New("file", li.log, time.Time{})
	known, err := backuplog.Read(in, backuplog.Calendar{Latest: written, Zone: time.Local}, log)
	if err != nil {
		return err
	}
	if known == 0 {
		return usageError("save one with idevicesyslog, pymobiledevice3 syslog live, or log show",
			"%s is no log in a form that is known", li.log)
	}
	s := device.Snapshot{TakenAt: time.Now().UTC(), Device: device.Identity{UDID: "unknown"}, Attempts: log.Attempts(written)}
	identify(&s, li.table)
	if s.Attempts[0].Outcome == device.AttemptUnseen {
		fmt.Fprintln(li.stderr, "no attempt at an iCloud backup was seen in the log: that is no data, and no sign that all is well")
	}
	return li.conclude(lesson{recording: li.recording([]device.Snapshot{s}, nil)})
}
