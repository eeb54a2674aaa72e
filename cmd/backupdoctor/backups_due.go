package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/scan"
	"github.com/backupdoctor/backupdoctor/device/backup/library"
	"github.com/urfave/cli/v2"
)

// ageOf reads a flag with a number of days; zero if it is not set.
func ageOf(ctx *cli.Context, flag string) (time.Duration, error) {
	if ctx.String(flag) == "" {
		return 0, nil
	}
	days, err := command.Days(flag, ctx.String(flag))
	return time.Duration(days) * 24 * time.Hour, err
}

// keepDue keeps this program's copies without a proof younger than age, and returns how many copies
// of this program there are.
func keepDue(set *scan.BackupSet, age time.Duration, now time.Time) (copies int) {
	set.Keep(func(st *scan.StoredBackup) bool {
		if !library.Holds(st.Folder.Path) {
			return false
		}
		copies++
		proof := library.ReadProof(st.Folder.Path)
		return !proof.Counts() || now.Sub(proof.Since()) >= age
	})
	return copies
}

// expired returns the copies of this program that were made longer than age ago, oldest first.
func expired(set scan.BackupSet, age time.Duration, now time.Time) []library.Copy {
	var old []library.Copy
	for _, st := range set.Stored {
		if c, ok := library.CopyAt(st.Folder.Path); ok && now.Sub(c.Made) >= age {
			old = append(old, c)
		}
	}
	slices.SortStableFunc(old, func(a, b library.Copy) int { return a.Made.Compare(b.Made) })
	return old
}

// sayExpired lists expired copies, each with the command that removes it. It removes none itself.
func (e env) sayExpired(old []library.Copy, age time.Duration) {
	if len(old) == 0 {
		return
	}
	fmt.Fprintf(e.Stderr, "copies of this program older than %s: %d; nothing was removed\n", words.Duration(age), len(old))
	for _, c := range old {
		fmt.Fprintf(e.Stderr, "  %s  backupdoctor backups remove %s\n", words.Date(c.Made.Local()), strconv.Quote(filepath.ToSlash(c.Folder)))
	}
}
