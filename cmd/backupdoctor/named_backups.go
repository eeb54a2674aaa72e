package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/scan"
	"github.com/backupdoctor/backupdoctor/device/backup"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/urfave/cli/v2"
)

// namedBackups returns the backups that the arguments name: folders that are or contain
// backups, and UDIDs, which are searched for in the places of the flags. Without arguments it
// returns all.
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
		set.Keep(func(st *scan.StoredBackup) bool { return st.IsOfOne(udids) })
		for _, udid := range udids {
			if !slices.ContainsFunc(set.Stored, func(st *scan.StoredBackup) bool { return st.IsOfOne([]string{udid}) }) {
				return scan.BackupSet{}, noBackupOf(udid, set)
			}
		}
	}
	return set.With(scan.FindBackups(ctx.Context, named)), nil
}

// isPath reports whether an argument is a folder and not a UDID: it exists, or looks like a
// path.
func isPath(argument string) bool {
	_, err := os.Stat(argument)
	return err == nil || strings.ContainsAny(argument, `/\`) || argument != filepath.Base(argument)
}

// noBackupOf returns the error for a UDID without a backup. If a folder could not be searched,
// the error says that it is unknown whether there is one.
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
