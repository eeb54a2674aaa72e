package scan

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/output"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

// Record writes what was learned to a file.
func Record(path string, files output.Files) Sink {
	var run context.Context
	begin := func(ctx context.Context, _ *Run) error { run = ctx; return nil }
	return Sink{Snapshots: true, Begin: begin, Report: func(_ report.Report, learned device.Recording) error {
		return files.Write(run, path, output.Private, func(w io.Writer) error { return device.WriteRecording(w, learned) })
	}}
}

// Capture writes a recording of each device to a folder, and lists the files.
func Capture(folder string, files output.Files, list io.Writer) Sink {
	var run context.Context
	begin := func(ctx context.Context, _ *Run) error { run = ctx; return nil }
	return Sink{Snapshots: true, Begin: begin, Report: func(_ report.Report, learned device.Recording) error {
		var used []string
		for _, s := range learned.Snapshots {
			name := unique(fileName(s), used)
			used = append(used, name)
			one := learned
			one.Snapshots = []device.Snapshot{s}
			path := filepath.Join(folder, name+".json")
			if err := files.Write(run, path, output.Private, func(w io.Writer) error { return device.WriteRecording(w, one) }); err != nil {
				return err
			}
			if _, err := fmt.Fprintln(list, path); err != nil {
				return err
			}
		}
		return nil
	}}
}

// maxFileName bounds the untrusted part of a file name, in letters.
const maxFileName = 60

// fileName returns the file name for a device: its slot or name, and the end of its UDID. Only
// letters, digits, dots and hyphens are kept, so that a name cannot leave the folder or have a
// special meaning to the system.
func fileName(s device.Snapshot) string {
	name, _ := s.Device.Name.Get() // "" if unknown
	udid := []rune(s.Device.UDID)
	text := cmp.Or(s.Labels.Slot, name, "device") + "-" + string(udid[max(0, len(udid)-6):])
	kept := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r) || r == '.' || r == '-':
			return r
		case r == ' ' || r == '_':
			return '-'
		default:
			return -1
		}
	}, text)
	letters := []rune(strings.Trim(kept, ".-"))
	return cmp.Or(string(letters[max(0, len(letters)-maxFileName):]), "device")
}

// unique returns a name that differs from those used, also on case-insensitive file systems.
func unique(name string, used []string) string {
	taken := func(name string) bool {
		return slices.ContainsFunc(used, func(other string) bool { return strings.EqualFold(name, other) })
	}
	for n, first := 2, name; taken(name); n++ {
		name = fmt.Sprintf("%s-%d", first, n)
	}
	return name
}
