package report_test

import (
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/testdata/reporttest"
)

// A copy says what is known of it, and no number that is not.
func TestCopyWords(t *testing.T) {
	at := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	proved := device.Known([]device.OtherCopy{{Date: at.Add(-24 * time.Hour), Verdict: device.CopyProved}})
	for name, c := range map[string]struct {
		copy          device.Copy
		summary, hint string // hint is the beginning of one
	}{
		"proved":          {device.Copy{Verdict: device.CopyProved, ProvedAt: at, Others: proved}, "whole, proved 2026-11-29 12:00 UTC; the copy of 2026-11-28 12:00 UTC was kept", ""},
		"proved in part":  {device.Copy{Verdict: device.CopyProved, ProvedAt: at, OldestAt: at.Add(-time.Hour)}, "whole, proved 2026-11-29 12:00 UTC; some files were last read 2026-11-29 11:00 UTC, and not sent since", ""},
		"broken":          {device.Copy{Verdict: device.CopyBroken, Others: proved}, "the copy is broken; the proved copy of 2026-11-28 12:00 UTC was kept", "backupdoctor backup --full --udid A sends"},
		"broken, no copy": {device.Copy{Verdict: device.CopyBroken, Others: device.Known([]device.OtherCopy{})}, "the copy is broken; there is no proved copy of this device", "backupdoctor backup --full"},
		"broken, unknown": {device.Copy{Verdict: device.CopyBroken, Others: device.Unknown[[]device.OtherCopy](device.ReadFailed)}, "the copy is broken; whether there is a proved copy of this device is not known", "backupdoctor backup --full"},
		"one that was removed": {
			device.Copy{Verdict: device.CopyBroken, Others: device.Known([]device.OtherCopy{{Date: at, Verdict: device.CopyProved, Removed: true}})},
			"the copy is broken; there is no proved copy of this device", "backupdoctor backup --full",
		},
		"no password": {
			device.Copy{Verdict: device.CopyNotProved, Reason: "password-needed", Others: device.Known([]device.OtherCopy{{Date: at, Verdict: device.CopyNotProved}})},
			"complete, but not proved: it is encrypted, and its password was not given; none of its 2 copies is proved, and the newest two that may be whole are kept until one is", "backupdoctor verify with its password",
		},
		"a record not read":         {device.Copy{Verdict: device.CopyNotProved, Reason: "not-sent-unread"}, "complete, but not proved: the record of the files that the device did not send could not be read", "backupdoctor backup --full"},
		"interrupted while proving": {device.Copy{Verdict: device.CopyNotProved, Reason: device.Interrupted}, "complete, but not proved: interrupted", "backupdoctor verify --deep"},
		"silent":                    {device.Copy{Verdict: device.CopyNotFinished, Reason: device.Timeout, Others: proved}, "the device sent nothing for half an hour; the proved copy of 2026-11-28 12:00 UTC was kept", "restart the device and run the same command again: what"},
		"silent before":             {device.Copy{Verdict: device.CopyNotStarted, Reason: device.Timeout}, "the device did not answer in time", "run the same command again"},
		"an error":                  {device.Copy{Verdict: device.CopyNotStarted, Reason: device.CopyFailed, Detail: "no such device"}, "this computer reported an error: “no such device”", "run the same command again"},
		"a full disk":               {device.Copy{Verdict: device.CopyNotStarted, Reason: "disk-full", Detail: "mkdirat .cloning: no space left on device", Library: "/copies", FreeBytes: device.Known[uint64](0), MostBytes: device.Known[uint64](80e9)}, "the disk of “/copies” is full: 0 bytes are free, and a copy needs at least 67 MB (80 GB are stored on the device); no backup was started, and no copy was changed", "remove what is not needed from that disk, or name another disk with --to; then run the same command again"},
		"a disk that filled":        {device.Copy{Verdict: device.CopyNotFinished, Reason: "disk-full", Library: "/copies"}, "the disk of “/copies” is full; what has arrived is kept, and no copy was changed", "remove what is not needed from that disk, or name another disk with --to; then run the same command again: what has arrived is kept, and not sent twice where the device agrees"},
		"a disk that is gone":       {device.Copy{Verdict: device.CopyNotFinished, Reason: "disk-gone", Library: "/copies"}, "“/copies” is gone: its disk was removed, or the folder was moved or removed", "connect the disk, or name another disk with --to; then run the same command again"},
		"a folder that is gone":     {device.Copy{Verdict: device.CopyNotFinished, Reason: "disk-not-there", Detail: "lstat", Library: "/copies"}, "something in “/copies” is missing (“lstat”)", "run the same command again"},
		"a full disk of locks":      {device.Copy{Verdict: device.CopyNotStarted, Reason: "disk-full", Library: "/copies", OtherDisk: "/locks", FreeBytes: device.Known[uint64](1e12)}, "the disk of “/locks” is full; no backup was started, and no copy was changed", "remove what is not needed from that disk; then run the same command again"},
		"a disk without locks":      {device.Copy{Verdict: device.CopyNotStarted, Reason: "disk-no-locks", Detail: "no locks available", Library: "/copies"}, "the disk of “/copies” cannot lock files, so a second run could not be kept out (“no locks available”); no backup was started, and no copy was changed", "name another disk with --to"},
		"a disk of the future":      {device.Copy{Verdict: device.CopyNotProved, Reason: "disk-other", Detail: "odd", Library: "/copies", Folder: "/copies/a"}, "complete, but not proved: “/copies” cannot be used (“odd”)", "backupdoctor verify --deep proves it later, or says what is wrong"},
		"forbidden":                 {device.Copy{Verdict: device.CopyRefused, Reason: device.CopyEnded, Code: 22, Message: "no"}, "the device ended the backup with error 22 (MBErrorDomain, unofficial): management forbids backups to a computer; it says “no”", "ask who"},
		"an unknown code":           {device.Copy{Verdict: device.CopyRefused, Reason: device.CopyEnded, Code: 999}, "the device ended the backup with error 999 (MBErrorDomain, unofficial)", "restart the device"},
		"too little room":           {device.Copy{Verdict: device.CopyRefused, Reason: device.CopyEnded, Code: 105, Required: device.Known[uint64](3e9), FreeBytes: device.Known[uint64](1e9)}, "the device asked for 3 GB, and 1 GB are free (error 105, unofficial); it counts files that share their contents in full", "free some room"},
		"how much is free unknown":  {device.Copy{Verdict: device.CopyRefused, Reason: device.CopyEnded, Code: 105, Required: device.Known[uint64](3e9)}, "the device asked for 3 GB, which is too much (error 105, unofficial); it counts files that share their contents in full", "free some room"},
		"all of it unknown":         {device.Copy{Verdict: device.CopyRefused, Reason: device.CopyEnded, Code: 105, FreeBytes: device.Known[uint64](1e9)}, "there is too little room for the copy (error 105, unofficial)", "free some room"},
		"measured": {
			device.Copy{Verdict: device.CopyMeasured, Required: device.Known[uint64](3e9), FullSeconds: device.Known(120.0), FreeBytes: device.Known[uint64](1e9)},
			"a full backup needs about 3 GB, as the device counts; clones of files are counted in full; at the speed of the last copy it takes 2 minutes; only 1 GB are free", "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := report.NewCopy("A", &c.copy)
			if got.Summary != c.summary || (got.Hint == "") != (c.hint == "") || !strings.HasPrefix(got.Hint, c.hint) {
				t.Errorf("summary %q\nwant    %q\nhint %q, want %q", got.Summary, c.summary, got.Hint, c.hint)
			}
		})
	}
}

// The exit code of a run that made copies depends on them, and on whether all devices were listed.
func TestExitCodeOfCopies(t *testing.T) {
	for name, c := range map[string]struct {
		verdicts []device.CopyVerdict
		gaps     []device.Gap
		want     int
	}{
		"proved":              {[]device.CopyVerdict{device.CopyProved, device.CopyProved}, nil, report.ExitNoProblem},
		"measured":            {[]device.CopyVerdict{device.CopyMeasured}, nil, report.ExitNoProblem},
		"broken":              {[]device.CopyVerdict{device.CopyProved, device.CopyBroken}, nil, report.ExitProblems},
		"not proved":          {[]device.CopyVerdict{device.CopyNotProved, device.CopyBroken}, nil, report.ExitNotExamined},
		"not finished":        {[]device.CopyVerdict{device.CopyBroken, device.CopyNotFinished}, nil, report.ExitNotExamined},
		"refused":             {[]device.CopyVerdict{device.CopyProved, device.CopyRefused}, nil, report.ExitNotExamined},
		"not started":         {[]device.CopyVerdict{device.CopyNotStarted}, nil, report.ExitNotExamined},
		"an unknown verdict":  {[]device.CopyVerdict{"splendid"}, nil, report.ExitNotExamined},
		"not listed":          {[]device.CopyVerdict{device.CopyProved}, []device.Gap{{Reason: device.BadEntry, Detail: "1"}}, report.ExitNotExamined},
		"interrupted":         {[]device.CopyVerdict{device.CopyProved}, []device.Gap{{Reason: device.Interrupted}}, report.ExitInterrupted},
		"one without a copy":  {[]device.CopyVerdict{"", device.CopyRefused}, nil, report.ExitProblems},
		"none with a copy":    {[]device.CopyVerdict{"", ""}, nil, report.ExitProblems},
		"a copy of a failing": {[]device.CopyVerdict{device.CopyProved}, nil, report.ExitNoProblem},
	} {
		t.Run(name, func(t *testing.T) {
			run := report.Run{Gaps: c.gaps}
			for _, verdict := range c.verdicts {
				e := reporttest.Run(reporttest.Failing("iPhone")).Examined[0]
				if verdict != "" {
					e.Snapshot.Copy = &device.Copy{Verdict: verdict}
				}
				run.Examined = append(run.Examined, e)
			}
			if got := report.New(run).ExitCode(); got != c.want {
				t.Errorf("exit code %d, want %d", got, c.want)
			}
		})
	}
}
