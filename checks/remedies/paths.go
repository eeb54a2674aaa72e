package remedies

import "github.com/backupdoctor/backupdoctor/device"

// Versions that changed the wording of some path in Settings.
var (
	first  = device.Version{}
	iOS8   = device.Version{Major: 8}
	iOS9   = device.Version{Major: 9}
	iOS10  = device.Version{Major: 10}
	iOS103 = device.Version{Major: 10, Minor: 3}
	iOS11  = device.Version{Major: 11}
	iOS12  = device.Version{Major: 12}
	iOS13  = device.Version{Major: 13}
	iOS15  = device.Version{Major: 15}
	iOS16  = device.Version{Major: 16}
	iOS164 = device.Version{Major: 16, Minor: 4}
	iOS18  = device.Version{Major: 18}
	iOS26  = device.Version{Major: 26}
)

// paths holds the paths in Settings and Files, newest wording first. A version older than the
// last wording has no such menu. "[name]" is the owner's name at the top of Settings, "[this
// device]" the entry with the device's own name. iPadOS has the same menus as iOS.
//
// Not all labels could be checked on a device: if two are in use, both are given.
var paths = map[string][]wording{
	// The account and its iCloud pages.
	"P-ACCOUNT": {
		{iOS103, "Settings > [name]"},
		{first, "Settings > iCloud"},
	},
	"P-BACKUP": {
		{iOS103, "Settings > [name] > iCloud > iCloud Backup"},
		{first, "Settings > iCloud > Backup"},
	},
	"P-STORAGE": {
		{iOS18, "Settings > [name] > iCloud > Manage Account Storage (or Storage)"},
		{iOS16, "Settings > [name] > iCloud > Manage Account Storage"},
		{iOS11, "Settings > [name] > iCloud > Manage Storage"},
		{iOS103, "Settings > [name] > iCloud > iCloud Storage > Manage Storage"},
		{iOS8, "Settings > iCloud > Storage > Manage Storage"},
		{first, "Settings > iCloud > Storage & Backup > Manage Storage"},
	},
	"P-ALL-BACKUPS": {
		{iOS103, "{P-STORAGE} > Backups"},
		{first, "{P-STORAGE}"},
	},
	"P-BACKUPS": {
		{first, "{P-ALL-BACKUPS} > [this device]"},
	},
	"P-CHOOSE": {
		{iOS103, "{P-BACKUPS} > Choose Data to Back Up (or Show All Apps)"},
		{first, "{P-BACKUPS} > Backup Options"},
	},
	"P-PLAN": {
		{iOS16, "{P-STORAGE} > Change Storage Plan (or Upgrade to iCloud+)"},
		{iOS103, "Settings > [name] > iCloud > Change Storage Plan"},
		{first, "Settings > iCloud > Storage > Buy More Storage"},
	},
	"P-PHOTOS": {
		{iOS103, "Settings > [name] > iCloud > Photos"},
		{first, "Settings > iCloud > Photos"},
	},
	"P-PAYMENT": {
		{iOS103, "Settings > [name] > Payment & Shipping"},
	},
	"P-SIGNIN": {
		{iOS103, "Settings > Sign in to your {device}"},
		{first, "Settings > iCloud"},
	},
	"P-SIGNOUT": {
		{iOS103, "Settings > [name] > Sign Out"},
		{first, "Settings > iCloud > Sign Out"},
	},

	"P-FILES": {
		{iOS11, "Files > Browse"},
	},

	// Networks.
	"P-WIFI": {
		{first, "Settings > Wi-Fi"},
	},
	"P-LOWDATA": {
		{iOS13, "Settings > Wi-Fi > (i) > Low Data Mode"},
	},
	"P-CELL": { // only devices with 5G
		{iOS15, "{P-BACKUP} > Back Up Over Cellular"},
	},
	"P-CELLDATA": { // only devices with 5G
		{iOS15, "Settings > Cellular > Cellular Data Options > Data Mode"},
	},
	"P-VPN": {
		{iOS15, "Settings > VPN, or Settings > General > VPN & Device Management > VPN"},
		{first, "Settings > VPN"},
	},
	"P-RESETALL": {
		{iOS15, "Settings > General > Transfer or Reset {device} > Reset > Reset All Settings"},
		{iOS11, "Settings > General > Reset > Reset All Settings"},
	},
	"P-NETRESET": {
		{iOS15, "Settings > General > Transfer or Reset {device} > Reset > Reset Network Settings"},
		{first, "Settings > General > Reset > Reset Network Settings"},
	},

	// The device itself.
	"P-UPDATE": {
		{first, "Settings > General > Software Update"},
	},
	"P-BETA": {
		{iOS164, "Settings > General > Software Update > Beta Updates > Off"},
		{first, "{P-MDM} > [beta profile] > Remove Profile"},
	},
	"P-DATE": {
		{first, "Settings > General > Date & Time > Set Automatically"},
	},
	"P-SPACE": {
		{iOS11, "Settings > General > {device} Storage"},
		{first, "Settings > General > Storage & iCloud Usage"},
	},
	"P-MDM": {
		{iOS15, "Settings > General > VPN & Device Management"},
		{first, "Settings > General > Profiles (or Device Management)"},
	},
	"P-LPM": {
		{iOS26, "Settings > Battery > Power Mode"},
		{iOS18, "Settings > Battery > Low Power Mode"},
		{iOS9, "Settings > Battery"},
	},
	"P-AUTOLOCK": {
		{iOS10, "Settings > Display & Brightness > Auto-Lock"},
	},
	"P-SCREENTIME": {
		{iOS12, "Settings > Screen Time > Content & Privacy Restrictions > Account Changes (or Accounts)"},
		{first, "Settings > General > Restrictions > Accounts"},
	},
	"P-SHUTDOWN": {
		{iOS11, "Settings > General > Shut Down"},
	},
	"P-ERASE": {
		{iOS15, "Settings > General > Transfer or Reset {device} > Erase All Content and Settings"},
		{first, "Settings > General > Reset > Erase All Content and Settings"},
	},
	"P-NEWDEVICE": {
		{iOS15, "Settings > General > Transfer or Reset {device} > Get Started"},
	},
}

// path returns the path in Settings that a token names, in the wording of this version.
func (w words) path(token string) (template string, ok bool) {
	if (token == "P-CELL" || token == "P-CELLDATA") && !w.mayBackUpOverCellular() {
		return "", false
	}
	return since(w.version, paths[token]...)
}

// mayBackUpOverCellular reports whether the device may back up over cellular: an iPhone with
// 5G, which is iPhone 12 and later, or an iPad, whose model does not show whether it has
// cellular. An unknown model may be one.
func (w words) mayBackUpOverCellular() bool {
	if w.model == (model{}) {
		return w.family == "" || w.family == "iPhone" || w.family == "iPad"
	}
	return w.model.family == "iPad" && w.model.major >= 13 || w.model.family == "iPhone" && w.model.major >= 13
}
