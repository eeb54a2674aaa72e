package scan

import "github.com/backupdoctor/backupdoctor/cmd/backupdoctor/workers"

// NewPool returns the options for a pool of jobs workers, or, if jobs is 0, of as many as the
// hubs sustain. The limit on open files bounds both. backupRuns reports whether a backup is
// running on this computer; it is called before the number rises above the default.
func NewPool(jobs int, backupRuns func() bool) workers.Options {
	return workers.Options{Jobs: jobs, Open: maxOpenVisits(), BackupRuns: backupRuns}
}

// filesPerVisit is the most connections that one examination has open: one to lockdownd, one to
// usbmuxd for the pair record, and one to each service.
const filesPerVisit = 6

// otherFiles is how many files the rest of the program may have open: reports, the history,
// backups under inspection.
const otherFiles = 48

// visitsWithin returns how many visits a limit of open files allows.
func visitsWithin(files uint64) int {
	if files <= otherFiles+filesPerVisit {
		return 1
	}
	return int(min((files-otherFiles)/filesPerVisit, mostVisits))
}

// mostVisits bounds concurrent visits where the system does not.
const mostVisits = 512
