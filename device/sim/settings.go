package sim

import "maps"

// setWiFi changes the entries of the Wi-Fi interface as when a network is joined or left.
func (d *Device) setWiFi(on bool) {
	for name, entry := range d.registry {
		if _, is := entry["IO80211Channel"]; !is {
			continue
		}
		entry = maps.Clone(entry)
		for _, key := range []string{"IO80211BSSID", "IO80211SSID", "IO80211RSSI"} {
			delete(entry, key)
		}
		entry["IO80211Channel"], entry["IO80211RSNDone"] = uint64(0), false
		if on {
			entry["IO80211BSSID"] = []byte{2, 0, 0, 0x5E, 0x10, 1}
			entry["IO80211SSID"] = "<redacted>"
			entry["IO80211RSSI"] = int64(-52)
			entry["IO80211Channel"], entry["IO80211RSNDone"] = uint64(44), true
		}
		d.ReplaceEntry(name, entry)
	}
}

// setAccount signs an Apple Account in or out: it changes every value that shows one. Signing out
// also switches iCloud Backup off.
func (d *Device) setAccount(on bool) {
	d.Set("com.apple.fmip", "IsAssociated", on)
	if memory, ok := d.values[""]["NonVolatileRAM"].(dict); ok {
		var account, lock any
		if on {
			account, lock = []byte("r\u2022\u2022\u2022@e\u2022\u2022\u2022.com"), []byte("YES")
		}
		d.Set("", "NonVolatileRAM", changed(changed(memory, "fm-account-masked", account), "fm-activation-locked", lock))
	}
	for class := range d.values["com.apple.mobile.data_sync"] {
		synced := dict{}
		if on {
			synced = dict{"AccountNames": []any{"iCloud"}, "Sources": []any{"iCloud"}}
		}
		d.Set("com.apple.mobile.data_sync", class, synced)
	}
	if !on {
		d.Set(backupDomain, "CloudBackupEnabled", nil)
	}
}
