package device

import "time"

// Managed is what an MDM system reports about one device. The report is hours or days old,
// and the device need not be attached.
type Managed struct {
	UDID       string     // "" if not in the export; Serial is then set
	Serial     string     // "" if not in the export
	Name       string     // "" if not in the export
	Enabled    Fact[bool] // MDM / IsCloudBackupEnabled
	LastBackup Fact[time.Time]
	AsOf       time.Time // when the device last reported to MDM, or else when the export was made; UTC
}
