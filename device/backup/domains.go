package backup

import (
	"fmt"
	"strings"

	"github.com/backupdoctor/backupdoctor/device"
)

// leastApart is how many apps must be missing entirely before that is considered intentional.
const leastApart = 3

// judgeLength names the domain with the most files if the list is huge: it is often one app's
// cache.
func (v *verification) judgeLength() {
	info, err := v.top.lstat(dbName)
	if err != nil || info.size <= hugeManifest {
		return
	}
	v.faults.add(manifestHuge, fmt.Sprintf("%.1f GB", float64(info.size)/1e9))
	if most := v.fullestDomain(); most != nil {
		v.faults.example(manifestHuge, device.BackupProblem{
			Domain: most.name, Detail: fmt.Sprintf("%d of %d files", most.files, v.listed.Load()),
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
	if !v.faults.has(blobMissing) {
		return
	}
	var apart int
	for _, domain := range v.domains {
		missing := domain.missing.Load()
		switch {
		case missing == 0:
		case missing < domain.files || !strings.HasPrefix(domain.name, "AppDomain"):
			return
		default:
			apart++
		}
	}
	if apart >= leastApart {
		v.faults.rename(blobMissing, partialByDesign, fmt.Sprintf("%d app domains", apart))
		v.statements.replace(blobMissing, partialByDesign)
	}
}
