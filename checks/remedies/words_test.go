package remedies

import (
	"testing"

	"github.com/backupdoctor/backupdoctor/device"
)

// identity returns a device with a known model and version.
func identity(productType, version string) device.Identity {
	family, _, _, _ := device.ModelNumber(productType)
	return device.Identity{
		Class:          device.Known(family),
		ProductType:    device.Known(productType),
		ProductVersion: device.Known(version),
	}
}

func TestExpandSpeaksOfTheModel(t *testing.T) {
	tests := []struct {
		name, template string
		id             device.Identity
		want           string
	}{
		{"iPhone", "{device} {os}", identity("iPhone14,4", "18.7"), "iPhone iOS"},
		{"iPad before iPadOS", "{device} {os}", identity("iPad6,3", "12.5.7"), "iPad iOS"},
		{"iPad", "{device} {os}", identity("iPad6,3", "13.0"), "iPad iPadOS"},
		{"iPod", "{device} {os}", identity("iPod9,1", "15.8"), "iPod touch iOS"},
		{"class without a model", "{device}", device.Identity{Class: device.Known("iPad")}, "iPad"},
		{"model without a class", "{device}", device.Identity{ProductType: device.Known("iPod7,1")}, "iPod touch"},
		{"nothing read", "{device} {os} {account}", device.Identity{}, "iPhone/iPad iOS/iPadOS Apple Account"},
		{"watch", "{device} {os}", identity("Watch6,1", "11.0"), "device watchOS"},
		{"something else", "{device} {os}", identity("Toaster1,1", "11.0"), "iPhone/iPad iOS/iPadOS"},
		{"account before 18", "{account}", identity("iPhone14,4", "17.7.11"), "Apple ID"},
		{"account from 18", "{account}", identity("iPhone14,4", "18"), "Apple Account"},
		{"switch on an iPad", "{backup-switch}", identity("iPad13,1", "16.0"), "Back Up This iPad"},
		{"switch before 16", "{backup-switch}", identity("iPad13,1", "15.8"), "iCloud Backup"},
		{"version that is none", "{account}", identity("iPhone14,4", "eighteen"), "Apple Account"},
		{"owner's name", "[name]", identity("iPhone14,4", "18.0"), "[name]"},
		{"no token", "Wait.", device.Identity{}, "Wait."},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, ok := Expand(test.template, test.id)
			if got != test.want || !ok {
				t.Errorf("Expand(%q) = %q, %v; want %q", test.template, got, ok, test.want)
			}
		})
	}
}

// Each path in Settings, before and after every change. "" is a menu that the version does not
// have.
func TestExpandKnowsTheWay(t *testing.T) {
	const none = ""
	tests := []struct {
		token string
		ways  []struct{ version, want string }
	}{
		{"{P-ACCOUNT}", ways("27.0", "Settings > [name]", "10.3", "Settings > [name]", "10.2.1", "Settings > iCloud")},
		{"{P-BACKUP}", ways(
			"27.0", "Settings > [name] > iCloud > iCloud Backup",
			"10.3", "Settings > [name] > iCloud > iCloud Backup",
			"10.2.1", "Settings > iCloud > Backup")},
		{"{P-STORAGE}", ways(
			"26.6.1", "Settings > [name] > iCloud > Manage Account Storage (or Storage)",
			"18.0", "Settings > [name] > iCloud > Manage Account Storage (or Storage)",
			"17.7.11", "Settings > [name] > iCloud > Manage Account Storage",
			"16.0", "Settings > [name] > iCloud > Manage Account Storage",
			"15.8.8", "Settings > [name] > iCloud > Manage Storage",
			"11.0", "Settings > [name] > iCloud > Manage Storage",
			"10.3.4", "Settings > [name] > iCloud > iCloud Storage > Manage Storage",
			"10.2.1", "Settings > iCloud > Storage > Manage Storage",
			"8.0", "Settings > iCloud > Storage > Manage Storage",
			"7.1.2", "Settings > iCloud > Storage & Backup > Manage Storage")},
		{"{P-ALL-BACKUPS}", ways(
			"17.0", "Settings > [name] > iCloud > Manage Account Storage > Backups",
			"9.3.6", "Settings > iCloud > Storage > Manage Storage")},
		{"{P-BACKUPS}", ways(
			"17.0", "Settings > [name] > iCloud > Manage Account Storage > Backups > [this device]",
			"10.3", "Settings > [name] > iCloud > iCloud Storage > Manage Storage > Backups > [this device]",
			"9.3.6", "Settings > iCloud > Storage > Manage Storage > [this device]")},
		{"{P-CHOOSE}", ways(
			"15.8", "Settings > [name] > iCloud > Manage Storage > Backups > [this device] > Choose Data to Back Up (or Show All Apps)",
			"9.3.6", "Settings > iCloud > Storage > Manage Storage > [this device] > Backup Options")},
		{"{P-PLAN}", ways(
			"16.0", "Settings > [name] > iCloud > Manage Account Storage > Change Storage Plan (or Upgrade to iCloud+)",
			"15.8", "Settings > [name] > iCloud > Change Storage Plan",
			"10.3", "Settings > [name] > iCloud > Change Storage Plan",
			"10.2", "Settings > iCloud > Storage > Buy More Storage")},
		{"{P-PHOTOS}", ways("10.3", "Settings > [name] > iCloud > Photos", "10.2", "Settings > iCloud > Photos")},
		{"{P-PAYMENT}", ways("10.3", "Settings > [name] > Payment & Shipping", "10.2", none)},
		{"{P-SIGNIN}", ways("10.3", "Settings > Sign in to your iPhone", "10.2", "Settings > iCloud")},
		{"{P-SIGNOUT}", ways("10.3", "Settings > [name] > Sign Out", "10.2", "Settings > iCloud > Sign Out")},
		{"{P-FILES}", ways("11.0", "Files > Browse", "10.3.4", none)},
		{"{P-WIFI}", ways("27.0", "Settings > Wi-Fi", "5.1.1", "Settings > Wi-Fi")},
		{"{P-LOWDATA}", ways("13.0", "Settings > Wi-Fi > (i) > Low Data Mode", "12.5.8", none)},
		{"{P-CELL}", ways("15.0", "Settings > [name] > iCloud > iCloud Backup > Back Up Over Cellular", "14.8", none)},
		{"{P-CELLDATA}", ways("15.0", "Settings > Cellular > Cellular Data Options > Data Mode", "14.8", none)},
		{"{P-VPN}", ways(
			"15.0", "Settings > VPN, or Settings > General > VPN & Device Management > VPN",
			"14.8", "Settings > VPN")},
		{"{P-RESETALL}", ways(
			"15.0", "Settings > General > Transfer or Reset iPhone > Reset > Reset All Settings",
			"14.8", "Settings > General > Reset > Reset All Settings",
			"11.0", "Settings > General > Reset > Reset All Settings")},
		{"{P-NETRESET}", ways(
			"15.0", "Settings > General > Transfer or Reset iPhone > Reset > Reset Network Settings",
			"14.8", "Settings > General > Reset > Reset Network Settings")},
		{"{P-UPDATE}", ways("27.0", "Settings > General > Software Update", "5.1.1", "Settings > General > Software Update")},
		{"{P-BETA}", ways(
			"16.4", "Settings > General > Software Update > Beta Updates > Off",
			"16.3.1", "Settings > General > VPN & Device Management > [beta profile] > Remove Profile",
			"14.8", "Settings > General > Profiles (or Device Management) > [beta profile] > Remove Profile")},
		{"{P-DATE}", ways(
			"27.0", "Settings > General > Date & Time > Set Automatically",
			"5.1.1", "Settings > General > Date & Time > Set Automatically")},
		{"{P-SPACE}", ways("11.0", "Settings > General > iPhone Storage", "10.3.4", "Settings > General > Storage & iCloud Usage")},
		{"{P-MDM}", ways(
			"15.0", "Settings > General > VPN & Device Management",
			"14.8", "Settings > General > Profiles (or Device Management)")},
		{"{P-LPM}", ways(
			"26.0", "Settings > Battery > Power Mode",
			"18.7", "Settings > Battery > Low Power Mode",
			"17.7", "Settings > Battery",
			"9.0", "Settings > Battery",
			"8.4.1", none)},
		{"{P-AUTOLOCK}", ways("10.0", "Settings > Display & Brightness > Auto-Lock", "9.3.6", none)},
		{"{P-SCREENTIME}", ways(
			"12.0", "Settings > Screen Time > Content & Privacy Restrictions > Account Changes (or Accounts)",
			"11.4.1", "Settings > General > Restrictions > Accounts")},
		{"{P-SHUTDOWN}", ways("11.0", "Settings > General > Shut Down", "10.3.4", none)},
		{"{P-ERASE}", ways(
			"15.0", "Settings > General > Transfer or Reset iPhone > Erase All Content and Settings",
			"14.8", "Settings > General > Reset > Erase All Content and Settings")},
		{"{P-NEWDEVICE}", ways("15.0", "Settings > General > Transfer or Reset iPhone > Get Started", "14.8", none)},
	}
	if len(tests) != len(paths) {
		t.Errorf("%d ways are tested, %d are known", len(tests), len(paths))
	}
	for _, test := range tests {
		for _, way := range test.ways {
			got, ok := Expand(test.token, identity("iPhone14,4", way.version))
			if got != way.want || ok != (way.want != none) {
				t.Errorf("%s on %s = %q, %v; want %q", test.token, way.version, got, ok, way.want)
			}
		}
	}
}

// ways pairs versions with the wording each must have.
func ways(pairs ...string) (list []struct{ version, want string }) {
	for i := 0; i < len(pairs); i += 2 {
		list = append(list, struct{ version, want string }{pairs[i], pairs[i+1]})
	}
	return list
}

func TestExpandNamesIPadInLabels(t *testing.T) {
	got, ok := Expand("{P-SPACE}; {P-ERASE}", identity("iPad13,1", "26.0"))
	want := "Settings > General > iPad Storage; Settings > General > Transfer or Reset iPad > Erase All Content and Settings"
	if got != want || !ok {
		t.Errorf("got %q, %v; want %q", got, ok, want)
	}
}

func TestBackUpOverCellularNeeds5G(t *testing.T) {
	tests := []struct {
		name string
		id   device.Identity
		has  bool
	}{
		{"iPhone 12", identity("iPhone13,2", "18.0"), true},
		{"iPhone SE 3", identity("iPhone14,6", "18.0"), true},
		{"iPhone 11", identity("iPhone12,1", "18.0"), false},
		{"iPhone SE 2", identity("iPhone12,8", "18.0"), false},
		{"iPad", identity("iPad13,1", "18.0"), true},
		{"iPad without 5G", identity("iPad11,6", "18.0"), false},
		{"iPad of unknown model", device.Identity{Class: device.Known("iPad")}, true},
		{"iPhone of unknown model", device.Identity{Class: device.Known("iPhone")}, true},
		{"nothing read", device.Identity{}, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if _, has := Expand("{P-CELL}", test.id); has != test.has {
				t.Errorf("has Back Up Over Cellular: %v, want %v", has, test.has)
			}
		})
	}
}

func TestExpandRefusesWhatItDoesNotKnow(t *testing.T) {
	for _, template := range []string{"Go to {P-NOWHERE}.", "{}", "{Device}", "{P-WIFI} and {P-NOWHERE}"} {
		if text, ok := Expand(template, device.Identity{}); ok || text != "" {
			t.Errorf("Expand(%q) = %q, %v; want nothing", template, text, ok)
		}
	}
}

func FuzzExpand(f *testing.F) {
	f.Add("Go to {P-BACKUPS}.", "iPhone", "iPhone14,4", "18.7.2")
	f.Add("{force-restart} {restart}", "iPad", "iPad8,1", "")
	f.Add("{{device}}", "", "Watch6,1", "99999999999999999999")
	f.Fuzz(func(t *testing.T, template, class, productType, version string) {
		id := device.Identity{
			Class:          device.Known(class),
			ProductType:    device.Known(productType),
			ProductVersion: device.Known(version),
		}
		text, ok := Expand(template, id)
		if !ok && text != "" {
			t.Errorf("a step to be left out still says %q", text)
		}
		if _, _, _, has := cutToken(template); ok && !has && text != template {
			t.Errorf("a template without tokens became %q", text)
		}
	})
}
