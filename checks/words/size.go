package words

import (
	"fmt"
	"strings"
)

// Size formats bytes as Settings does, in powers of ten: 4.8 MB, 312 MB, 1.2 GB, 128 GB, 1 TB.
// It is used for files, backups and device storage.
func Size(bytes uint64) string { return inUnits(bytes, 1000) }

// PlanSize formats the size of an iCloud storage plan as Apple sells it, in powers of two:
// 5,368,709,120 bytes are 5 GB, 2,199,023,255,552 are 2 TB.
func PlanSize(bytes uint64) string { return inUnits(bytes, 1024) }

// inUnits formats bytes in the largest unit that fits. Amounts below 10, and all amounts from
// gigabytes on, have one decimal unless it is zero.
func inUnits(bytes, step uint64) string {
	if bytes < step {
		return Count(int(bytes), "byte")
	}
	units := []string{"kB", "MB", "GB", "TB"}
	amount, unit := float64(bytes)/float64(step), 0
	for amount >= float64(step) && unit < len(units)-1 {
		amount, unit = amount/float64(step), unit+1
	}
	if amount >= 10 && unit < 2 {
		return fmt.Sprintf("%d %s", int(amount), units[unit])
	}
	return strings.TrimSuffix(fmt.Sprintf("%.1f", amount), ".0") + " " + units[unit]
}
