package device

import "time"

// Managed is what a management system (MDM) says of one device. It is hours or days old, and
// about a device that need not be here.
type Managed struct {
	UDID       string     // "" if the export does not tell; then it has a serial number
	Serial     string     // "" if the export does not tell
	Name       string     // "" if the export does not tell
	Enabled    Fact[bool] // MDM / IsCloudBackupEnabled
	LastBackup Fact[time.Time]
	AsOf       time.Time // when the device last told this, UTC; else when the export was made
}
