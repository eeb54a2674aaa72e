package report_test

import (
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/format"
	"github.com/backupdoctor/backupdoctor/testdata/reporttest"
)

// A sysdiagnose archive that was not fully read is reported, and its device counts as not
// examined.
func TestArchiveThatEndsEarly(t *testing.T) {
	for reason, want := range map[device.Reason]struct {
		words string
		code  int
	}{
		device.Truncated:   {"Evidence may be missing: a sysdiagnose archive is truncated", report.ExitNotExamined},
		device.Hostile:     {"Evidence may be missing: a sysdiagnose archive is built to mislead", report.ExitNotExamined},
		device.Malformed:   {"Evidence may be missing: a sysdiagnose archive is damaged", report.ExitNotExamined},
		device.Interrupted: {"Evidence may be missing: the run was interrupted", report.ExitInterrupted},
	} {
		e := reporttest.Failing("x")
		e.Snapshot.Histories = []device.History{{Source: "sysdiagnose"}, {Source: "sysdiagnose", Ended: device.Gap{Reason: reason}}}
		r := report.New(reporttest.Run(e))
		var table strings.Builder
		if err := format.WriteTable(&table, r, format.Options{Width: 200}); err != nil {
			t.Fatal(err)
		}
		if r.ExitCode() != want.code || !r.Partial || len(r.Gaps) != 1 || !strings.Contains(table.String(), want.words) {
			t.Errorf("%s: exit code %d, partial %v, gaps %+v:\n%s", reason, r.ExitCode(), r.Partial, r.Gaps, table.String())
		}
	}
}
