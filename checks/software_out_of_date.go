package checks

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

var softwareOutOfDate = &Check{
	ID:    "software-out-of-date",
	Short: "software out of date",
	Title: "The software is the newest for this model",
	Doc: `Faults in iCloud Backup are fixed in new releases, and Apple's own advice begins with updating.

Judged against a table of the newest release for each model; the report names its date, because what came out later is not in it, and its age once it is over 60 days. From then on it is unknown whether the newest version in the table is still the newest; *backupdoctor releases update* fetches a newer table. The same holds where a device of a newer major version than the table has for any model was seen on the same tray or in an earlier run. Three cases are distinguished: behind within the installed major version, one major version or several behind, and the newest that this model can run.
A beta is not compared. A model that the table does not know is newer than the table. Management can hide an update for up to 90 days.`,
	Effect:   MayBlock,
	Sources:  []remedies.Source{remedies.AppleBackupHelp, remedies.AppleHT203512, remedies.AppleDeviceManagement, remedies.FoundingArticle, remedies.DiscoverIOS27, remedies.CertidealIPadOS27},
	Remedies: []remedies.ID{remedies.UpdateSoftware, remedies.UpdateWithComputer},
	Judge:    asIdentified(judgeSoftware),
}

// tableAges is the age at which a table of releases is considered old: by then Apple has most
// likely released something newer, and the table no longer establishes what is newest.
const tableAges = 60 * 24 * time.Hour

// noteSoftware turns outdated software into a note while backups complete: it prevents none,
// and no action is needed.
func noteSoftware(s device.Snapshot, findings []Finding) []Finding {
	at := slices.IndexFunc(findings, func(f Finding) bool { return f.Check == softwareOutOfDate && f.Status == Warning })
	said, evidence, fresh := freshBackup(s)
	if at < 0 || !fresh || len(traces(s)) > 0 {
		return findings
	}
	findings = slices.Clone(findings)
	f := &findings[at]
	f.Status, f.Remedies = OK, nil
	f.Summary = clause(f.Summary) + "; " + strings.ToLower(said[:1]) + said[1:] + ", so this keeps no backup from completing."
	f.Evidence = append(slices.Clone(f.Evidence), evidence)
	return findings
}

func judgeSoftware(s device.Snapshot) []Finding {
	version, err := s.Device.Version()
	if err != nil {
		return unknown(s, "The installed version", err)
	}
	newest, err := newestVersion(s)
	if err != nil {
		return unknown(s, "The newest software for this model", err)
	}
	release, err := s.Newest.Get()
	if err != nil {
		return unknown(s, "The newest software for this model", err)
	}
	installed := osVersion(s, version)
	table := "the table of " + day(release.TableDate)
	age := s.TakenAt.Sub(release.TableDate)
	old := age > tableAges
	by := "the newest this model can run by " + table
	seen := s.Tray.NewestSeen
	if seen != "" {
		by = fmt.Sprintf("the newest that %s knows for this model", table)
	}
	if old {
		by = fmt.Sprintf("the newest that %s knows for this model, which is %s old", table, duration(age))
	}
	evidence := []Evidence{
		installedVersion(s, version),
		{Key: "Newest for this model", Value: newest.String(), Source: device.Token(release.TableSource) + " table of releases", AsOf: release.TableDate},
	}
	if seen != "" {
		where := "on a device of the same run"
		if s.Tray.NewestSeenWhere == seenBefore {
			where = "on a device of an earlier run"
		}
		evidence = append(evidence, read(s, "Seen "+where, device.Token(seen), "", "Product Version"))
		by += fmt.Sprintf(", and %s was seen %s", device.Token(seen), where)
	}
	if beta, err := preRelease(s); err == nil && beta {
		return ok(fmt.Sprintf("%s is a beta, and not compared with releases.", installed), evidence...)
	}
	own, err := device.ParseVersion(release.SameMajor)
	if err != nil {
		own = version // its release line has nothing newer
	} else {
		evidence = append(evidence, Evidence{Key: fmt.Sprintf("Newest of version %d for this model", version.Major), Value: own.String(), Source: device.Token(release.TableSource) + " table of releases", AsOf: release.TableDate})
	}
	switch c := version.Compare(newest); {
	case c > 0:
		return ok(fmt.Sprintf("%s is newer than %s knows.", installed, table), evidence...)
	case c == 0 && (old || seen != ""):
		return []Finding{{
			Status:   Unknown,
			Summary:  fmt.Sprintf("%s is %s: whether there is a newer one is unknown. %s", installed, by, howToUpdateTable(s)),
			Gap:      device.Gap{Reason: device.Inconclusive},
			Evidence: evidence,
		}}
	case c == 0:
		return ok(fmt.Sprintf("%s is %s.", installed, by), evidence...)
	case version.Major == newest.Major:
		return warning(fmt.Sprintf("%s is behind %s, %s.", installed, newest, by), evidence...)
	case version.Compare(own) < 0:
		return warning(fmt.Sprintf("%s is behind %s in its own major version, and %s behind %s, %s.", installed, own, majorsBehind(version, newest), newest, by), evidence...)
	default:
		return warning(fmt.Sprintf("%s is %s behind %s, %s.", installed, majorsBehind(version, newest), newest, by), evidence...)
	}
}

// howToUpdateTable suggests the internet only if this run was allowed to use it.
func howToUpdateTable(s device.Snapshot) string {
	if s.Reach != nil {
		return "Run backupdoctor releases update."
	}
	return "A newer table comes with backupdoctor releases update, which uses the internet, or offline with its flag --from and a copy of Apple's list."
}

// majorsBehind counts major versions in words. 18 was followed by 26.
func majorsBehind(installed, newest device.Version) string {
	const before, after = 18, 26
	behind := newest.Major - installed.Major
	if installed.Major <= before && newest.Major >= after {
		behind -= after - before - 1
	}
	if behind > 1 {
		return "several major versions"
	}
	return "a major version"
}
