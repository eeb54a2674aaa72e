package scan

import (
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/labels"
	"github.com/backupdoctor/backupdoctor/report"
)

// managed returns the devices of an MDM export that were not examined, or nil without an
// export. A reading from the device itself overrides the export.
func (p Pipe) managed(results []Result) *report.MDM {
	if p.MDM == nil {
		return nil
	}
	examined := map[string]bool{}
	for _, result := range results {
		id := result.Snapshot.Device
		serial, _ := id.Serial.Get() // "" if unknown
		examined[device.UDIDKey(id.UDID)], examined[strings.ToLower(serial)] = true, true
	}
	mdm := NotExamined(p.MDM, examined, p.Inventory, p.Judge.MaxAge)
	if p.Judge.Redact {
		return mdm.Withheld()
	}
	return mdm
}

// NotExamined returns the devices of an MDM export that are not among those examined, which are
// named by [device.UDIDKey] and by serial number in lower case. maxAge is how old a backup may be;
// 0 for the usual limit.
func NotExamined(export []device.Managed, examined map[string]bool, inventory *labels.Inventory, maxAge time.Duration) *report.MDM {
	policy := device.Policy{MaxAgeSeconds: uint64(maxAge / time.Second)}
	now := time.Now().UTC()
	var others []report.Managed
	for _, m := range export {
		if m.UDID != "" && examined[device.UDIDKey(m.UDID)] || m.Serial != "" && examined[strings.ToLower(m.Serial)] {
			continue
		}
		expected, asset := policy, []report.Field(nil)
		if inventory != nil {
			expected = inventory.Expect(policy, m.UDID, m.Serial)
			for _, field := range inventory.For(m.UDID, m.Serial) {
				asset = append(asset, report.Field(field))
			}
		}
		others = append(others, report.NewManaged(m, expected, asset, now))
	}
	return report.NewMDM(len(export), others)
}
