package report

import (
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/device"
)

// An archive that was not read to its end is said, and counts as not examined.
func TestArchiveThatEndsEarly(t *testing.T) {
	for reason, want := range map[device.Reason]struct {
		words string
		code  int
	}{
		device.Truncated:   {"Evidence may be missing: a sysdiagnose archive breaks off", ExitNotExamined},
		device.Hostile:     {"Evidence may be missing: a sysdiagnose archive is built to mislead", ExitNotExamined},
		device.Malformed:   {"Evidence may be missing: a sysdiagnose archive is damaged", ExitNotExamined},
		device.Interrupted: {"Evidence may be missing: the run was interrupted", ExitInterrupted},
	} {
		e := failing("x")
		e.Snapshot.Histories = []device.History{{Source: "sysdiagnose"}, {Source: "sysdiagnose", Ended: device.Gap{Reason: reason}}}
		r := New(sampleRun(e))
		var table strings.Builder
		if err := WriteTable(&table, r, Options{Width: 200}); err != nil {
			t.Fatal(err)
		}
		if r.ExitCode() != want.code || !r.Partial || len(r.Gaps) != 1 || !strings.Contains(table.String(), want.words) {
			t.Errorf("%s: exit code %d, partial %v, gaps %+v:\n%s", reason, r.ExitCode(), r.Partial, r.Gaps, table.String())
		}
	}
}
