package scan

import (
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
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
	delete(examined, "")
	policy := device.Policy{MaxAgeSeconds: uint64(p.Judge.MaxAge / time.Second)}
	now := time.Now().UTC()
	var others []report.Managed
	for _, m := range p.MDM {
		if examined[device.UDIDKey(m.UDID)] || examined[strings.ToLower(m.Serial)] {
			continue
		}
		expected, asset := policy, []report.Field(nil)
		if p.Inventory != nil {
			expected = p.Inventory.Expect(policy, m.UDID, m.Serial)
			for _, field := range p.Inventory.For(m.UDID, m.Serial) {
				asset = append(asset, report.Field(field))
			}
		}
		others = append(others, report.NewManaged(m, expected, asset, now))
	}
	mdm := report.NewMDM(len(p.MDM), others)
	if p.Judge.Redact {
		return mdm.Withheld()
	}
	return mdm
}
