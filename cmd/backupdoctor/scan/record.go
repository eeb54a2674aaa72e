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

// Record keeps what was learned in a file.
func Record(path string, files output.Files) Sink {
	var run context.Context
	begin := func(ctx context.Context, _ *Run) error { run = ctx; return nil }
	return Sink{Snapshots: true, Begin: begin, Report: func(_ report.Report, learned device.Recording) error {
		return files.Write(run, path, output.Private, func(w io.Writer) error { return device.WriteRecording(w, learned) })
	}}
}

// Capture keeps a recording of each device in a folder, and lists their files.
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

// maxFileName bounds the part of a file's name that a stranger chooses, in letters.
const maxFileName = 60

// fileName is what the file of a device is called: its place or its name, and the end of
// its UDID. Only letters, digits, dots and hyphens of it are kept, so that no name leads out
// of the folder or means something to a system.
func fileName(s device.Snapshot) string {
	name, _ := s.Device.Name.Get() // "" if it is not known
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

// unique is a name that is not among those used, however a system compares them.
func unique(name string, used []string) string {
	taken := func(name string) bool {
		return slices.ContainsFunc(used, func(other string) bool { return strings.EqualFold(name, other) })
	}
	for n, first := 2, name; taken(name); n++ {
		name = fmt.Sprintf("%s-%d", first, n)
	}
	return name
}
