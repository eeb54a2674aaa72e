package main

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/heap"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/output"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/scan"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/urfave/cli/v2"
)

func verifyCommand(e env) *cli.Command {
	return &cli.Command{
		Name:      "verify",
		Usage:     "prove backups on this computer whole, or name what is wrong with them",
		ArgsUsage: "[FOLDER|UDID]...",
		Description: "There are three verdicts, and each comes with the statements that it rests on. For a whole\n" +
			"backup, every needed statement was shown: nothing shows that the list of files is\n" +
			"incomplete, every file is there, none is shorter than it must be, and the last backup\n" +
			"finished. With the password, the end of every encrypted file is checked; with --deep, every\n" +
			"recorded digest. A statement that was shown false makes the backup broken; a needed one that\n" +
			"could not be shown makes the verdict cannot tell. What was not compared is counted.\n" +
			"A copy by backup whose proof does not count is always read, as with --deep.\n\n" +
			"The password is asked for on a terminal; --password-file, --password-command and\n" +
			command.PasswordVariable + " serve scripts. It is never an argument, and never kept.\n\n" +
			command.Examples(
				"backupdoctor verify                                  every backup in the usual folders",
				"backupdoctor verify --deep 00008110-001A2B3C4D5E6F70",
				"backupdoctor verify --due 90d                        read copies again whose proof is old",
				"backupdoctor verify /mnt/disk/Backup --files missing.jsonl",
				"backupdoctor verify --password-command 'pass show phone' --json",
			),
		Flags: slices.Concat([]cli.Flag{
			command.Option(backupFlags, "deep", "open every file and compare every recorded digest"),
			&cli.StringFlag{Name: "due", Category: backupFlags, Usage: "read only copies of this program not proved for `AGE`: 90d"},
			&cli.StringFlag{Name: "files", Category: backupFlags, Usage: "write every file concerned to `FILE`, as lines of JSON"},
			command.Option(backupFlags, "no-input", "never ask for a password"),
		}, placeFlags(), passwordFlags(), limitFlags(), outputFlags()),
		Action: e.verify,
	}
}

func (e env) verify(ctx *cli.Context) error {
	timeout, stop, err := limitsOf(ctx)
	if err != nil {
		return err
	}
	defer stop()
	due, err := ageOf(ctx, "due")
	if err != nil {
		return err
	}
	heap.KeepSmall(e.Getenv)
	set, err := e.namedBackups(ctx)
	if err != nil {
		return err
	}
	if due > 0 {
		copies := keepDue(&set, due, time.Now())
		switch {
		case len(set.Stored)+len(set.Closed) > 0:
		case copies > 0:
			_, err := fmt.Fprintf(e.Stderr, "no copy of this program is due: each was proved in the last %s\n", words.Duration(due))
			return err
		default:
			fmt.Fprintln(e.Stderr, "there is no copy of this program")
		}
	}
	run, err := e.backupRunOf(ctx, set)
	if err != nil {
		return err
	}
	run.source.Inspection.Limit = timeout
	run.source.Inspection.Reverify = true
	if ctx.Bool("deep") || due > 0 {
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
		return command.Usage(command.HelpHint(ctx), "--redact and --files cannot be used together")
	}
	if err := run.addFile("--files", path); err != nil {
		return err
	}
	list, err := run.files.Create(ctx.Context, path, output.Private)
	if err != nil {
		return err
	}
	files := scan.NewProblemFile(list)
	run.source.Inspection.Problem = files.Write
	err = run.pipe(e).Run(ctx.Context)
	return cmp.Or(files.Close(), err)
}
