package scan

import "github.com/backupdoctor/backupdoctor/cmd/backupdoctor/workers"

// NewPool says how many devices are examined at a time: jobs, or as many as the hubs bear if
// that is 0. The files that this process may have open bound both. backupRuns reports whether a
// backup is made on this computer: it is asked before more than the usual number are examined.
func NewPool(jobs int, backupRuns func() bool) workers.Options {
	return workers.Options{Jobs: jobs, Open: maxOpenVisits(), BackupRuns: backupRuns}
}

// filesPerVisit is how many connections the examination of one device has open at most: one
// to lockdownd, one to usbmuxd for the pair record, and one to each service.
const filesPerVisit = 6

// otherFiles is how many files the rest of the program may have open: reports, the history,
// backups that are looked at.
const otherFiles = 48

// visitsWithin is how many visits fit into a limit of open files.
func visitsWithin(files uint64) int {
	if files <= otherFiles+filesPerVisit {
		return 1
	}
	return int(min((files-otherFiles)/filesPerVisit, mostVisits))
}

// mostVisits bounds the visits under way where the system does not.
const mostVisits = 512
