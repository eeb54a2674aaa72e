package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/backupdoctor/backupdoctor/checks/faults"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/scan"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/urfave/cli/v2"
)

func verifyCommand(e env) *cli.Command {
	return &cli.Command{
		Name:      "verify",
		Usage:     "prove backups on this computer whole, or name what is wrong with them",
		ArgsUsage: "[FOLDER|UDID]...",
		Description: "There are three verdicts, and each backup comes with the statements that its verdict rests\n" +
			"on. A whole backup had every needed one shown: the list of files is complete as far as\n" +
			"anything tells, every file is there, none is shorter than it must be, and the last backup\n" +
			"finished. With the password the end of every encrypted file is checked, with --deep every\n" +
			"recorded digest. A statement that was shown false makes the backup broken; a needed one\n" +
			"that could not be shown makes the verdict cannot tell. What was not compared is counted.\n\n" +
			"The password is asked for on a terminal; --password-file, --password-command and\n" +
			command.PasswordVariable + " serve scripts. It is never an argument, and never kept.\n\n" +
			command.Examples(
				"backupdoctor verify                                  every backup in the usual folders",
				"backupdoctor verify --deep 00008110-001A2B3C4D5E6F70",
				"backupdoctor verify /mnt/disk/Backup --files missing.jsonl",
				"backupdoctor verify --password-command 'pass show phone' --json",
			),
		Flags: slices.Concat([]cli.Flag{
			command.Option(backupFlags, "deep", "read every file and compare its digest"),
			&cli.StringFlag{Name: "files", Category: backupFlags, Usage: "write every file concerned to `FILE`, as lines of JSON"},
			command.Option(backupFlags, "no-input", "never ask for a password"),
		}, placeFlags(), passwordFlags(), outputFlags()),
		Action: e.verify,
	}
}

func (e env) verify(ctx *cli.Context) error {
	set, err := e.namedBackups(ctx)
	if err != nil {
		return err
	}
	run, err := e.backupRunOf(ctx, set)
	if err != nil {
		return err
	}
	if ctx.Bool("deep") {
		run.source.Inspection.Depth = device.DeepLook
	}
	if !ctx.Bool("no-input") {
		run.source.Inspection.Passwords.Ask = e.askPassword()
	}
	path := ctx.String("files")
	if path == "" {
		return run.pipe(e).Run(ctx.Context)
	}
	if run.judge.Redact {
		return command.Usage(command.HelpHint(ctx), "--redact and --files contradict each other")
	}
	if err := run.files.Check(path); err != nil {
		return err
	}
	files, err := newFileList(path)
	if err != nil {
		return err
	}
	run.source.Inspection.Problem = files.write
	err = run.pipe(e).Run(ctx.Context)
	return cmp.Or(files.close(), err)
}

// namedBackups are the backups that the arguments name: folders, which are backups or hold some,
// and UDIDs, which are looked for in the places of the flags. Without arguments it is all.
func (e env) namedBackups(ctx *cli.Context) (scan.BackupSet, error) {
	places, err := e.placesOf(ctx)
	if err != nil {
		return scan.BackupSet{}, err
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
			return scan.BackupSet{}, err
		}
		named = append(named, place)
	}
	if len(udids) == 0 && len(named) > 0 {
		return scan.FindBackups(ctx.Context, named), nil
	}
	set := scan.FindBackups(ctx.Context, places)
	if len(udids) > 0 {
		set.Keep(func(st scan.StoredBackup) bool { return st.IsOfOne(udids) })
		for _, udid := range udids {
			if !slices.ContainsFunc(set.Stored, func(st scan.StoredBackup) bool { return st.IsOfOne([]string{udid}) }) {
				return scan.BackupSet{}, noBackupOf(udid, set)
			}
		}
	}
	return set.With(scan.FindBackups(ctx.Context, named)), nil
}

// isPath reports whether an argument is a folder and not a UDID: it exists, or it looks like a
// path.
func isPath(argument string) bool {
	_, err := os.Stat(argument)
	return err == nil || strings.ContainsAny(argument, `/\`) || argument != filepath.Base(argument)
}

// noBackupOf ends a command that was given the UDID of a device without a backup. Where a
// folder stayed closed, that is not known.
func noBackupOf(udid string, set scan.BackupSet) error {
	if len(set.Closed) > 0 {
		return command.Exit{
			Code: report.ExitNotExamined,
			Err:  fmt.Errorf("whether there is a backup of %q is unknown: %q was not searched", udid, set.Closed[0].Path),
			Hint: scan.ClosedHint(set.Closed[0], runtime.GOOS),
		}
	}
	return command.Exit{Code: report.ExitNoDevice, Err: fmt.Errorf("no backup of %q was found", udid), Hint: scan.Elsewhere}
}

// A fileList is where every file that a fault concerns goes as it is found, so that a
// backup in ruins needs no more memory than a whole one.
type fileList struct {
	file   *os.File
	out    *bufio.Writer
	failed error // the first error of writing
}

// newFileList opens the file of --files, which only its owner may read: paths tell a lot about
// people.
func newFileList(path string) (*fileList, error) {
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
