package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"maps"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/report"
)

// Totals are the current device counts of the fleet or of one site.
type Totals struct {
	Devices    int
	Verdicts   map[checks.Verdict]int // devices by verdict; "" is one unknown to this version
	Incomplete int                    // of all devices, those read only in part
	Known      int                    // date of the last backup known
	Never      int                    // never backed up
	Unknown    int                    // could not be read
	Causes     []Cause                // most frequent first
}

// A Cause is a check with the number of devices on which it was last found to be a cause.
type Cause struct {
	Check    string `json:"check"`
	Problems int    `json:"problems"` // devices where it is a problem
	Warnings int    `json:"warnings"` // devices where it is a warning
}

// Devices returns how many devices have the cause.
func (c Cause) Devices() int { return c.Problems + c.Warnings }

// Hint reports whether its warnings are hints, which a person has to resolve.
func (c Cause) Hint() bool { return report.IsHint(c.Check, string(checks.Warning)) }

// Totals counts the devices of a site, "" for the fleet.
func (s *Store) Totals(ctx context.Context, site string) (Totals, error) {
	totals := Totals{Verdicts: map[checks.Verdict]int{}}
	causes := map[string]Cause{}
	err := s.each(ctx, totalsOfSite, []any{text(site, maxName)}, func(rows *sql.Rows) error {
		var kind, name string
		var devices int
		err := rows.Scan(&kind, &name, &devices)
		cause := causes[name]
		switch kind {
		case byVerdict:
			verdict := checks.Verdict(name)
			if !slices.Contains(checks.Verdicts(), verdict) {
				verdict = ""
			}
			totals.Devices, totals.Verdicts[verdict] = totals.Devices+devices, totals.Verdicts[verdict]+devices
		case byReading:
			totals.Incomplete = devices
		case byBackup:
			*totals.backups(Backup(name)) = devices
		case byProblem:
			causes[name] = Cause{name, devices, cause.Warnings}
		case byWarning:
			causes[name] = Cause{name, cause.Problems, devices}
		}
		return err
	})
	totals.Causes = slices.AppendSeq([]Cause{}, maps.Values(causes))
	slices.SortFunc(totals.Causes, func(a, b Cause) int {
		return cmp.Or(b.Devices()-a.Devices(), cmp.Compare(a.Check, b.Check))
	})
	return totals, during("counting devices", err)
}

const totalsOfSite = "SELECT kind, name, devices FROM counts WHERE site = $1 AND kind IN ('verdict', 'reading', 'backup', 'problem', 'warning') AND devices > 0"

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

// Older counts the devices whose last backup ended before a time. It omits devices that were never
// backed up.
func (s *Store) Older(ctx context.Context, before time.Time) (int, error) {
	var devices int
	err := s.read(ctx, func(tx transaction) error {
		return tx.QueryRowContext(ctx, olderDevices, neverBackedUp, seconds(before)).Scan(&devices)
	})
	return devices, during("counting devices", err)
}

const olderDevices = "SELECT count(*) FROM devices WHERE backup > $1 AND backup < $2"

// A Site is a location that devices belong to.
type Site struct {
	Name    string `json:"site"` // "" for devices whose site is unknown
	Devices int    `json:"deviceCount"`
}

// Sites lists the sites that have devices, by name.
func (s *Store) Sites(ctx context.Context, page Page) (List[Site], error) {
	list, err := pageByName(ctx, s, sitesPage, page, func(rows *sql.Rows) (site Site, name string, err error) {
		err = rows.Scan(&site.Name, &site.Devices)
		return site, site.Name, err
	})
	return list, during("listing sites", err)
}

const sitesPage = `
	SELECT name, devices FROM counts
	WHERE site = '' AND kind = 'site' AND name >= $1 AND (name > $1 OR $2 = 1) AND devices > 0 ORDER BY name LIMIT $3`
