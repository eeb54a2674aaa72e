package backup

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/backupdoctor/backupdoctor/device"
)

// leastApart is how many apps must be missing entirely before that is considered intentional.
const leastApart = 3

// judgeLength names the domain with the most files if the list is huge: it is often one app's
// cache.
func (v *verification) judgeLength() {
	if v.dbSize <= hugeManifest {
		return
	}
	v.faults.add(manifestHuge, fmt.Sprintf("%.1f GB", float64(v.dbSize)/1e9))
	if most := v.fullestDomain(); most != nil {
		v.faults.example(manifestHuge, device.BackupProblem{
			Domain: most.name, Detail: fmt.Sprintf("%d of %s", most.files, counted(v.listed.Load(), "file", "files")),
		})
	}
}

func (v *verification) fullestDomain() *domainCount {
	var most *domainCount
	for _, domain := range v.domains {
		if most == nil || domain.files > most.files || domain.files == most.files && domain.name < most.name {
			most = domain
		}
	}
	return most
}

// judgeMissing distinguishes a backup that lost files from one made without some apps, in which
// whole apps are missing and nothing else is. Neither is a whole copy.
func (v *verification) judgeMissing() {
	if v.faults.has(blobMissing) && !v.hasLostFolder() {
		if apps := v.missingApps(); apps >= leastApart {
			v.faults.rename(blobMissing, partialByDesign, fmt.Sprintf("%d apps", apps))
			v.statements.replace(blobMissing, partialByDesign)
		}
	}
}

// hasLostFolder reports whether a folder of files holds none of those listed: the folder was lost,
// or emptied.
func (v *verification) hasLostFolder() bool {
	for in := range v.missingIn {
		if !v.blobs.flat && v.missingIn[in].Load() && v.counts.ids[in].count == 0 {
			return true
		}
	}
	return false
}

// missingApps returns how many apps are missing with all their files; 0 if anything else is
// missing, such as a plug-in of an app that is there.
func (v *verification) missingApps() int {
	apps := map[string]bool{}
	var plugins []string
	for _, domain := range v.domains {
		missing := domain.missing.Load()
		if missing == 0 {
			continue
		}
		app, isApp := strings.CutPrefix(domain.name, appDomain)
		plugin, isPlugin := strings.CutPrefix(domain.name, "AppDomainPlugin-")
		switch {
		case missing < domain.files:
			return 0
		case isApp:
			apps[app] = true
		case isPlugin:
			plugins = append(plugins, plugin)
		case !strings.HasPrefix(domain.name, "AppDomainGroup-"):
			return 0
		}
	}
	for _, plugin := range plugins {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(apps)), func(app string) bool { return strings.HasPrefix(plugin, app+".") }) {
			return 0
		}
	}
	return len(apps)
}
