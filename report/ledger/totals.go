package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/report"
)

// Totals are the devices of the fleet, or of one site, counted as they stand.
type Totals struct {
	Devices        int     `json:"devices"`
	Failing        int     `json:"failing"`
	AtRisk         int     `json:"atRisk"`
	NoCauseFound   int     `json:"noCauseFound"`
	BackedUp       int     `json:"backedUp"`
	Suppressed     int     `json:"suppressed"`
	NotExamined    int     `json:"notExamined"`
	UnknownVerdict int     `json:"unknownVerdict,omitempty"` // with a verdict that this version does not know
	Known          int     `json:"backupKnown"`              // the date of the last backup
	Never          int     `json:"backupNever"`              // that there is none
	Unknown        int     `json:"backupUnknown"`            // it could not be read
	Causes         []Cause `json:"causes"`                   // the most frequent first
}

// A Cause says on how many devices a check was last found to be a cause.
type Cause struct {
	Check    string `json:"check"`
	Problems int    `json:"problems"` // devices where it is a problem
	Warnings int    `json:"warnings"` // devices where it is a warning
}

// Devices are all that have the cause.
func (c Cause) Devices() int { return c.Problems + c.Warnings }

// Hint reports whether its warnings are hints: a person has to settle the check.
func (c Cause) Hint() bool { return report.IsHint(c.Check, string(checks.Warning)) }

// Totals counts the devices of a site, "" for the fleet.
func (s *Store) Totals(ctx context.Context, site string) (Totals, error) {
	var totals Totals
	causes := map[string]Cause{}
	err := s.read(ctx, func(tx transaction) error {
		return each(ctx, tx, totalsOfSite, []any{text(site, maxName)}, func(rows *sql.Rows) error {
			var kind, name string
			var devices int
			err := rows.Scan(&kind, &name, &devices)
			cause := causes[name]
			switch kind {
			case byVerdict:
				totals.add(checks.Verdict(name), devices)
			case byBackup:
				*totals.backups(Backup(name)) = devices
			case byProblem:
				causes[name] = Cause{name, devices, cause.Warnings}
			case byWarning:
				causes[name] = Cause{name, cause.Problems, devices}
			}
			return err
		})
	})
	if err != nil {
		return Totals{}, fmt.Errorf("counting devices: %w", err)
	}
	totals.Causes = []Cause{}
	for _, cause := range causes {
		totals.Causes = append(totals.Causes, cause)
	}
	slices.SortFunc(totals.Causes, func(a, b Cause) int {
		return cmp.Or(b.Devices()-a.Devices(), cmp.Compare(a.Check, b.Check))
	})
	return totals, nil
}

const totalsOfSite = "SELECT kind, name, devices FROM counts WHERE site = $1 AND kind IN ('verdict', 'backup', 'problem', 'warning') AND devices > 0"

func (t *Totals) add(verdict checks.Verdict, devices int) {
	t.Devices += devices
	switch verdict {
	case checks.Failing:
		t.Failing += devices
	case checks.AtRisk:
		t.AtRisk += devices
	case checks.NotExamined:
		t.NotExamined += devices
	case checks.NoCauseFound:
		t.NoCauseFound += devices
	case checks.BackedUp:
		t.BackedUp += devices
	case checks.Suppressed:
		t.Suppressed += devices
	default:
		t.UnknownVerdict += devices
	}
}

func (t *Totals) backups(b Backup) *int {
	switch b {
	case BackupKnown:
		return &t.Known
	case BackupNever:
		return &t.Never
	default:
		return &t.Unknown
	}
}

// Older counts the devices whose last backup is known to have ended before a time. Those that
// never had one are not among them.
func (s *Store) Older(ctx context.Context, before time.Time) (int, error) {
	var devices int
	err := s.read(ctx, func(tx transaction) error {
		return tx.QueryRowContext(ctx, olderDevices, neverBackedUp, seconds(before)).Scan(&devices)
	})
	if err != nil {
		return 0, fmt.Errorf("counting devices: %w", err)
	}
	return devices, nil
}

const olderDevices = "SELECT count(*) FROM devices WHERE backup > $1 AND backup < $2"

// A Site is a place that devices belong to.
type Site struct {
	Name    string `json:"site"` // "" for the devices of which it is not known
	Devices int    `json:"devices"`
}

// Sites lists the sites that have devices, by name.
func (s *Store) Sites(ctx context.Context, page Page) (List[Site], error) {
	var sites []Site
	var places []place
	err := s.read(ctx, func(tx transaction) error {
		from, err := page.place(place{})
		if err != nil {
			return err
		}
		first := truth[page.After == ""] // only there the site without a name is not yet told
		return each(ctx, tx, sitesPage, []any{from.Name, first, page.rows() + 1}, func(rows *sql.Rows) error {
			var site Site
			err := rows.Scan(&site.Name, &site.Devices)
			sites, places = append(sites, site), append(places, place{Name: site.Name})
			return err
		})
	})
	if err != nil {
		return List[Site]{}, fmt.Errorf("listing sites: %w", err)
	}
	return cut(page, sites, places), nil
}

const sitesPage = `
	SELECT name, devices FROM counts
	WHERE site = '' AND kind = 'site' AND name >= $1 AND (name > $1 OR $2 = 1) AND devices > 0 ORDER BY name LIMIT $3`
