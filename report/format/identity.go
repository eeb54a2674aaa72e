package format

import (
	"cmp"
	"fmt"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

// identities returns a text for each device that is unique in the report: its UDID, which is
// stable across runs, or the name of its backup folder if there is nothing else.
func identities(devices []report.Device) []string {
	names := make([]string, len(devices))
	for i, d := range devices {
		names[i] = cmp.Or(report.Clean(device.Label(d.UDID)), report.Clean(device.Label(folderOf(d))), "unknown")
	}
	return distinct(names)
}

// distinct numbers repeated texts: a, b, a (2).
func distinct(texts []string) []string {
	told, taken, times := make([]string, len(texts)), map[string]bool{}, map[string]int{}
	for i, text := range texts {
		name := text
		for taken[name] {
			times[text]++
			name = fmt.Sprintf("%s (%d)", text, times[text]+1)
		}
		taken[name], told[i] = true, name
	}
	return told
}
