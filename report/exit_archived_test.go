package report

import "testing"

// A broken archived copy does not fail a run if there is a backup in use, but does if it is the
// only one.
func TestArchivedCopiesAndTheExitCode(t *testing.T) {
	backup := func(verdict string, archived bool) Backup { return Backup{Verdict: verdict, Archived: archived} }
	for name, test := range map[string]struct {
		backups []Backup
		want    int
	}{
		"whole beside a broken copy":    {[]Backup{backup("whole", false), backup("broken", true)}, ExitNoProblem},
		"whole beside a closed copy":    {[]Backup{backup("whole", false), backup("cannot-tell", true)}, ExitNoProblem},
		"broken beside a whole copy":    {[]Backup{backup("broken", false), backup("whole", true)}, ExitProblems},
		"only a broken copy":            {[]Backup{backup("broken", true)}, ExitProblems},
		"only a closed copy":            {[]Backup{backup("cannot-tell", true)}, ExitNotExamined},
		"no backup at all":              {nil, ExitNoDevice},
		"cannot tell beside whole copy": {[]Backup{backup("cannot-tell", false), backup("whole", true)}, ExitNotExamined},
	} {
		r := Report{Subject: OfBackups, Devices: []Device{{Backups: test.backups}}}
		if got := backupsCode(r); got != test.want {
			t.Errorf("%s: %d, want %d", name, got, test.want)
		}
	}
}
