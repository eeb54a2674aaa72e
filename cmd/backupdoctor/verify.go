package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/backupdoctor/backupdoctor/checks/faults"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/urfave/cli/v2"
)

func verifyCommand(s surroundings) *cli.Command {
	return &cli.Command{
		Name:      "verify",
		Usage:     "prove backups on this computer whole, or name what is wrong with them",
		ArgsUsage: "[FOLDER|UDID]...",
		Description: "There are three verdicts. A whole backup has every file that it lists, each as long as\n" +
			"recorded; --deep reads them all and compares their digests too. A broken one comes with\n" +
			"the reasons, the files concerned and the remedy. Of an encrypted one without its\n" +
			"password, and of a folder that may not be read, nobody can tell.\n\n" +
			"The password is asked for on a terminal; --password-file, --password-command and\n" +
			passwordVariable + " serve scripts. It is never an argument, and never kept.\n\n" +
			examples(
				"backupdoctor verify                                  every backup in the usual folders",
				"backupdoctor verify --deep 00008110-001A2B3C4D5E6F70",
				"backupdoctor verify /mnt/disk/Backup --files missing.jsonl",
				"backupdoctor verify --password-command 'pass show phone' --json",
			),
		Flags: slices.Concat([]cli.Flag{
			option(backupFlags, "deep", "read every file and compare its digest"),
			&cli.StringFlag{Name: "files", Category: backupFlags, Usage: "write every file concerned to `FILE`, as lines of JSON"},
			option(backupFlags, "no-input", "never ask for a password"),
		}, placeFlags(), passwordFlags(), outputFlags()),
		Action: s.verify,
	}
}

func (s surroundings) verify(ctx *cli.Context) error {
	run, err := s.stocktakingOf(ctx)
	if err != nil {
		return err
	}
	sh, err := s.shelfOf(ctx)
	if err != nil {
		return err
	}
	if ctx.Bool("deep") {
		run.look.depth = device.DeepLook
	}
	if !ctx.Bool("no-input") {
		run.look.passwords.prompting(s)
	}
	if ctx.String("files") == "" {
		return run.take(ctx.Context, sh)
	}
	files, err := run.filesOf(ctx)
	if err != nil {
		return err
	}
	run.look.problem = files.write
	err = run.take(ctx.Context, sh)
	if failed := files.close(); failed != nil {
		return failed
	}
	return err
}

// shelfOf is the backups that the arguments name: folders, which are backups or hold some,
// and UDIDs, which are looked for in the places of the flags. Without arguments it is all.
func (s surroundings) shelfOf(ctx *cli.Context) (shelf, error) {
	places, err := s.placesOf(ctx)
	if err != nil {
		return shelf{}, err
	}
	var udids []string
	var named []backup.Place
	for _, argument := range ctx.Args().Slice() {
		if !isPath(argument) {
			udids = append(udids, argument)
			continue
		}
		place, err := namedPlace(argument)
		if err != nil {
			return shelf{}, err
		}
		named = append(named, place)
	}
	if len(udids) == 0 && len(named) > 0 {
		return shelfIn(named), nil
	}
	sh := shelfIn(places)
	if len(udids) > 0 {
		sh.keep(func(st stored) bool { return st.isOfOne(udids) })
		for _, udid := range udids {
			if !slices.ContainsFunc(sh.stored, func(st stored) bool { return st.isOfOne([]string{udid}) }) {
				return shelf{}, noBackupOf(udid, sh)
			}
		}
	}
	return sh.with(shelfIn(named)), nil
}

// with adds another shelf.
func (sh shelf) with(other shelf) shelf {
	known := func(st stored) bool {
		return slices.ContainsFunc(sh.stored, func(mine stored) bool { return mine.folder.Path == st.folder.Path })
	}
	sh.places = append(sh.places, other.places...)
	sh.closed = append(sh.closed, other.closed...)
	sh.stored = append(sh.stored, slices.DeleteFunc(other.stored, known)...)
	return sh
}

// isPath tells a folder from a UDID: what is there is a folder, and so is what looks like
// the way to one.
func isPath(argument string) bool {
	_, err := os.Stat(argument)
	return err == nil || strings.ContainsAny(argument, `/\`) || argument != filepath.Base(argument)
}

// noBackupOf ends a command that was given the UDID of a device without a backup. Where a
// folder stayed closed, that is not known.
func noBackupOf(udid string, sh shelf) error {
	if len(sh.closed) > 0 {
		return exit{
			code: report.ExitNotExamined,
			err:  fmt.Errorf("whether there is a backup of %q cannot be told: %q may not be read", udid, sh.closed[0].Path),
			hint: closedHint(sh.closed[0], runtime.GOOS),
		}
	}
	return exit{code: report.ExitNoDevice, err: fmt.Errorf("no backup of %q was found", udid), hint: elsewhere}
}

// elsewhere is the way out where no backup was found.
const elsewhere = "name the folder that holds the backups with --backups DIR"

// A fileList is where every file that a fault concerns goes as it is found, so that a
// backup in ruins needs no more memory than a whole one.
type fileList struct {
	file   *os.File
	out    *bufio.Writer
	failed error // the first error of writing
}

// filesOf opens the file of --files, which only its owner may read: paths tell a lot about
// people.
func (run stocktaking) filesOf(ctx *cli.Context) (*fileList, error) {
	path := ctx.String("files")
	if run.redact {
		return nil, usageError(helpHint(ctx), "--redact and --files contradict each other")
	}
	if err := run.scan.files.check(path); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	return &fileList{file: file, out: bufio.NewWriter(file)}, nil
}

// A fileLine is one line of the list.
type fileLine struct {
	Folder   string `json:"folder"`
	Mode     string `json:"mode"`
	Severity string `json:"severity"`
	device.BackupProblem
}

func (l *fileList) write(folder backup.Folder, p backup.Problem) {
	fault, _ := faults.Find(p.Mode.ID)
	line, err := json.Marshal(fileLine{folder.Path, p.Mode.ID, string(fault.Severity), p.BackupProblem})
	if err == nil {
		_, err = l.out.Write(append(line, '\n'))
	}
	if l.failed == nil {
		l.failed = err
	}
}

func (l *fileList) close() error {
	return errors.Join(l.failed, l.out.Flush(), l.file.Close())
}
