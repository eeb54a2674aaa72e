package backup

import (
	"fmt"
	"strings"
)

// leastApart is how many apps must be missing as a whole before that passes for intended.
const leastApart = 3

// judgeMissing tells a backup that lost files from one that a tool was told to make
// without some apps: there, whole apps are missing and nothing else is. Either way the
// copy is not whole.
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
	}
}
