package backup

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
)

// How much older than a file, and than the backup itself, a list of files may be. The device
// writes the list last, but clocks differ and copying does not preserve the order.
const (
	listMayLag   = 10 * time.Minute
	listMayLagBy = 24 * time.Hour
)

// judgeCompleteness looks for evidence that a list of files is incomplete although it parsed to
// the end. A truncated Manifest.db is detected by its page count; its log cut between two changes,
// and an mbdb cut between two records, read like a whole one, so the surrounding files are the
// evidence.
func (v *verification) judgeCompleteness() {
	if v.listed.Load() == 0 {
		v.leaveOpen(device.StatementList, listIncomplete, "it lists no files")
	}
	if unlisted := v.unlisted.Load(); unlisted > 0 && (v.blobs.flat || v.hasLog) {
		v.leaveOpen(device.StatementList, listIncomplete, fmt.Sprintf("it does not list %s in the folder", counted(unlisted, "file of a backup that is", "files of a backup that are")))
	}
	if !v.blobs.flat {
		return
	}
	if absent := v.absentApps(); len(absent) > 0 {
		v.leaveOpen(device.StatementList, listIncomplete, counted(uint64(len(absent)), "of the installed apps is", "of the installed apps are")+" not in it")
		for _, app := range absent[:min(fewExamples, len(absent))] { // app names are private, which a detail is not
			v.faults.example(listIncomplete, device.BackupProblem{Domain: appDomain + app, Detail: "installed, and not in the list"})
		}
	}
	info, err := v.top.lstat(mbdbName)
	if err != nil {
		return
	}
	written := time.Unix(0, info.modified)
	if time.Unix(0, v.counts.newest).Sub(written) > listMayLag {
		v.leaveOpen(device.StatementList, listIncomplete, "it is older than files that it lists")
	}
	if made, err := v.status.date.Get(); err == nil && made.Sub(written) > listMayLagBy {
		v.leaveOpen(device.StatementList, listIncomplete, "it is older than the backup")
	}
}

// appDomain is the prefix of an app's domain.
const appDomain = "AppDomain-"

// absentApps returns the installed apps without a domain in the list.
func (v *verification) absentApps() []string {
	var absent []string
	for _, app := range slices.Concat(v.info.apps, v.properties.apps) {
		if v.domains[appDomain+app] == nil && len(v.domains) < maxDomains {
			absent = append(absent, app)
		}
	}
	slices.Sort(absent)
	return slices.Compact(absent)
}

// marks returns the marks of the top-level files, the backup folder and its subfolders. In the
// flat layout the backup folder's own mark changes when a file is added or removed, as it does
// for top-level names.
func (v *verification) marks() marks {
	names := [...]string{".", statusName, propertiesName, infoName, dbName, dbName + "-wal", mbdbName, snapshotName}
	all := make(marks, 0, 2*len(names))
	for _, name := range names {
		all = append(all, namedMark{name, markOf(v.top, name)})
	}
	if all.of(mbdbName).exists && !all.of(dbName).exists {
		return all
	}
	inTop, _ := v.names()
	for _, name := range inTop {
		if len(name) == 2 {
			all = append(all, namedMark{name, markOf(v.top, name)})
		}
	}
	return all
}

// judgeChange reports a folder that changed during verification: what was read first may not
// belong with what was read last.
func (v *verification) judgeChange(before marks) {
	after := v.marks() // of the same names, unless a list of files came or went
	for i, named := range before {
		var is mark
		if i < len(after) {
			is = after[i].mark
		}
		switch was := named.mark; {
		case was.err != nil || is.err != nil:
			v.leaveOpen(device.StatementUnchanged, cmp.Or(obstacle(cmp.Or(was.err, is.err)), noPermission), "")
		case was != is:
			v.leaveOpen(device.StatementUnchanged, changed, "")
		}
	}
	if touched := v.counts.touched; touched > 0 {
		v.leaveOpen(device.StatementUnchanged, changed, counted(touched, "file was", "files were")+" written to")
	}
	v.statements.show(device.StatementUnchanged)
}
