package history

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// An AmbiguousError is a name that several devices have.
type AmbiguousError struct {
	Who     string
	Devices []report.KnownDevice // the one that was seen last comes first
}

func (e *AmbiguousError) Error() string {
	return fmt.Sprintf("%d devices are called %q", len(e.Devices), e.Who)
}

// Device tells the story of one device, and of its visits the newest, at most limit. who is
// its UDID, with hyphens or without, its serial number or a value of its row of the
// inventory; or else the slot that it was last seen in, or its name. No device is ErrUnknown,
// several are an [AmbiguousError].
func (s *Store) Device(ctx context.Context, who string, limit int) (report.Story, error) {
	if who == "" {
		return report.Story{}, ErrUnknown
	}
	story := report.Story{Header: report.NewHeader(report.KindStory)}
	err := s.do(ctx, reading, func(conn *sqlite.Conn) error {
		key, known, err := find(conn, who)
		if err != nil {
			return err
		}
		story.Device = known
		story.Visits, err = visits(conn, key, clockAt(s.now()))
		return err
	})
	if err != nil {
		return report.Story{}, err
	}
	story.Total = len(story.Visits)
	slices.Reverse(story.Visits)
	if story.Total > 0 {
		story.Device.Doubtful = story.Visits[0].Doubtful
	}
	story.Visits = story.Visits[:min(limit, len(story.Visits))]
	return story, nil
}

var newestOfAll = newestOf(allRows) + `
	SELECT ` + knownColumns + `, key FROM newest JOIN devices USING (device)`

// find is the one device that who means, by what it was last known as.
func find(conn *sqlite.Conn, who string) (key string, known report.KnownDevice, err error) {
	type candidate struct {
		key string
		report.KnownDevice
	}
	var certain, likely []candidate
	err = sqlitex.Execute(conn, newestOfAll, &sqlitex.ExecOptions{ResultFunc: func(row *sqlite.Stmt) error {
		c := candidate{row.GetText("key"), knownOf(row)}
		switch {
		case isOf(who, c.key, c.KnownDevice):
			certain = append(certain, c)
		case strings.EqualFold(who, c.Slot), strings.EqualFold(who, c.Name):
			likely = append(likely, c)
		}
		return nil
	}})
	if err != nil {
		return "", report.KnownDevice{}, err
	}
	found := certain
	if len(found) == 0 {
		found = likely
	}
	switch len(found) {
	case 0:
		return "", report.KnownDevice{}, ErrUnknown
	case 1:
		return found[0].key, found[0].KnownDevice, nil
	}
	several := &AmbiguousError{Who: who}
	for _, c := range found {
		several.Devices = append(several.Devices, c.KnownDevice)
	}
	slices.SortStableFunc(several.Devices, func(a, b report.KnownDevice) int { return b.TakenAt.Compare(a.TakenAt) })
	return "", report.KnownDevice{}, several
}

// isOf reports whether who is what a device is known by wherever it lies and whoever has it.
func isOf(who, key string, d report.KnownDevice) bool {
	return device.UDIDKey(who) == key || who == key || strings.EqualFold(who, d.Serial) ||
		slices.ContainsFunc(d.Asset, func(f report.Field) bool { return strings.EqualFold(who, f.Value) })
}

// visits are all visits of a device, in the order in which they were written.
func visits(conn *sqlite.Conn, key string, c clock) ([]report.Visit, error) {
	list := []report.Visit{}
	seen := report.CauseTracker{}
	err := sqlitex.Execute(conn, visitsOfDevice,
		&sqlitex.ExecOptions{Args: []any{key}, ResultFunc: func(row *sqlite.Stmt) error {
			v := report.Visit{
				Run:            row.GetText("id"),
				Subject:        row.GetText("subject"),
				TakenAt:        timeOf(row, "taken"),
				Doubtful:       c.judge(row.GetInt64("taken")),
				Slot:           row.GetText("slot"),
				Location:       row.GetText("location"),
				System:         row.GetText("system"),
				ProductVersion: row.GetText("version"),
				Verdict:        row.GetText("verdict"),
				Headline:       device.Quoted(row.GetText("headline")),
				Reason:         row.GetText("reason"),
				Retried:        row.GetText("retried"),
				Tool:           row.GetText("tool"),
				Findings:       []report.VisitFinding{},
			}
			v.Backup, v.LastBackup, v.NoLastBackup = backupOf(row)
			findings, err := findingsOf(conn, row.GetInt64("device"))
			v.Causes, v.Gone = seen.Compare(v.TakenAt, findings)
			for _, f := range findings {
				if f.Status != string(checks.OK) {
					v.Findings = append(v.Findings, f)
				}
			}
			list = append(list, v)
			return err
		}})
	return list, err
}

const visitsOfDevice = `
	SELECT device, id, runs.subject, tool, taken, slot, location, system, version, verdict, headline, reason, retried, backup, no_backup
	FROM devices JOIN runs USING (run) WHERE key = ? ORDER BY device`

// findingsOf are what was kept of the findings at one visit.
func findingsOf(conn *sqlite.Conn, row int64) ([]report.VisitFinding, error) {
	var findings []report.VisitFinding
	err := sqlitex.Execute(conn, findingsOfVisit, &sqlitex.ExecOptions{
		Args: []any{row},
		ResultFunc: func(row *sqlite.Stmt) error {
			findings = append(findings, report.VisitFinding{Check: row.ColumnText(0), Status: row.ColumnText(1), ExplainedBy: row.ColumnText(2)})
			return nil
		},
	})
	return findings, err
}

const findingsOfVisit = "SELECT check_id, status, explained_by FROM findings WHERE device = ? ORDER BY place"
