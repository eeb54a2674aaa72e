package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/urfave/cli/v2"
)

func captureCommand(s surroundings) *cli.Command {
	return &cli.Command{
		Name:      "capture",
		Usage:     "write a recording of each attached device, and judge none",
		ArgsUsage: "DIR",
		Description: "DIR is made if it is not there. Each device has a file of its own, named after its place or\n" +
			"itself. scan --from DIR makes the report of all of them, anywhere and at any time.\n\n" +
			examples(
				"backupdoctor capture cart               before the devices go back to class",
				"backupdoctor capture --redact cases     something that can be shown to strangers",
				"backupdoctor scan --from cart",
			),
		Flags: slices.Concat([]cli.Flag{
			option(reportFlags, "redact", "put placeholders for names and identifiers"),
			option(reportFlags, "force", "overwrite files that exist"),
			option(reportFlags, "quiet", "say nothing on stderr of how far the run has come"),
		}, captureFlags()),
		Action: takes(1, func(ctx *cli.Context) error {
			sc, err := s.scanOf(ctx)
			if err != nil {
				return err
			}
			sc.captureTo = ctx.Args().First()
			sc.outputs = nil
			if err := os.MkdirAll(sc.captureTo, 0o700); err != nil {
				return usageError("", "%w", err)
			}
			err = sc.run(ctx.Context)
			if ended, ok := errors.AsType[exit](err); ok && ended.code == report.ExitProblems {
				return nil // which is not what was asked
			}
			return err
		}),
	}
}

// captureFlags are those of a scan that say what is learned.
func captureFlags() []cli.Flag {
	return slices.Concat(learnFlags(), doorFlags(), labelFlags(), placeFlags(), passwordFlags())
}

// capture writes a recording of each device into a folder.
func (sc scan) capture(learned device.Recording) error {
	if sc.captureTo == "" {
		return nil
	}
	var used []string
	for _, s := range learned.Snapshots {
		name := unique(fileNameOf(s), used)
		used = append(used, name)
		one := learned
		one.Snapshots = []device.Snapshot{s}
		path := filepath.Join(sc.captureTo, name+".json")
		if err := sc.files.write(path, io.Discard, func(w io.Writer) error { return device.WriteRecording(w, one) }); err != nil {
			return err
		}
		if _, err := fmt.Fprintln(sc.stdout, path); err != nil {
			return err
		}
	}
	return nil
}

// maxFileName bounds the part of a file's name that a stranger chooses, in letters.
const maxFileName = 60

// fileNameOf is what the file of a device is called: its place or its name, and the end of
// its UDID. Only letters, digits, dots and hyphens of it are kept, so that no name leads out
// of the folder or means something to a system.
func fileNameOf(s device.Snapshot) string {
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
