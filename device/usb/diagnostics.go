package usb

import (
	"bytes"
	"context"
	"errors"
	"strings"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/safeplist"
)

// diagnostics asks diagnostics_relay for two entries of the IORegistry: the power source
// and the Wi-Fi interface.
func diagnostics(live *device.Live, id device.Identity) service {
	return service{
		name: "com.apple.mobile.diagnostics_relay",
		read: func(ctx context.Context, l *link) {
			fillPower(&live.Power, registryEntry(ctx, l, powerSource))
			fillWiFi(&live.WiFi, findWiFi(ctx, l, id))
		},
		close: func(why error) {
			fillPower(&live.Power, reply{err: why})
			fillWiFi(&live.WiFi, wifiEntry{reply: reply{err: why}})
		},
	}
}

// registryQuery asks for one entry of the IORegistry, by its name or by its class.
type registryQuery struct {
	Request    string
	EntryName  string `plist:",omitempty"`
	EntryClass string `plist:",omitempty"`
}

var (
	powerSource = registryQuery{Request: "IORegistry", EntryClass: "IOPMPowerSource"}

	// The Wi-Fi interface has one name on models with a Broadcom chip since about
	// iOS 15, and answers to a class before. Neither is known of Apple's own chip.
	wifiName  = registryQuery{Request: "IORegistry", EntryName: "AppleBCMWLANSkywalkInterface"}
	wifiClass = registryQuery{Request: "IORegistry", EntryClass: "IO80211Interface"}
)

// registryEntry reads the properties of an entry; device.Absent if there is none.
func registryEntry(ctx context.Context, l *link, query registryQuery) reply {
	answer, err := l.ask(ctx, query)
	if err != nil {
		return reply{err: err}
	}
	switch status, err := answer.Text("Status"); {
	case err != nil:
		return reply{err: err}
	case status != "Success":
		return reply{err: device.Gap{Reason: device.DeviceError, Detail: detail(status)}}
	}
	return reply{Dict: answer}.inner("Diagnostics").inner("IORegistry")
}

func fillPower(power *device.Power, entry reply) {
	power.AdapterWatts = fact(entry.inner("AdapterDetails"), safeplist.Dict.Uint, "Watts")
	power.NotChargingCode = fact(entry.inner("ChargerData"), safeplist.Dict.Uint, "NotChargingReason")
}

// A wifiEntry is the properties of the Wi-Fi interface, and what it answered to.
type wifiEntry struct {
	reply
	by string
}

// findWiFi tries the ways to the interface, the likelier first.
func findWiFi(ctx context.Context, l *link, id device.Identity) wifiEntry {
	queries := []registryQuery{wifiName, wifiClass}
	if version, err := id.Version(); err == nil && version.Major < 15 {
		queries = []registryQuery{wifiClass, wifiName}
	}
	for _, query := range queries {
		entry := registryEntry(ctx, l, query)
		if entry.err == nil {
			return wifiEntry{entry, query.EntryName + query.EntryClass}
		}
		if !errors.Is(entry.err, device.Absent) {
			return wifiEntry{reply: entry}
		}
	}
	return wifiEntry{reply: reply{err: device.Unsupported}}
}

func fillWiFi(wifi *device.WiFi, entry wifiEntry) {
	if entry.err != nil {
		wifi.Associated = device.Unknown[bool](entry.err)
		wifi.Interface = device.Unknown[string](entry.err)
		return
	}
	wifi.Interface = device.Known(entry.by)
	wifi.Associated = device.FactOf(associated(entry.Dict))
}

// associated reports whether the interface has joined a network: it then has a BSSID,
// or a channel on which security is settled. What network it is, is not kept. An entry
// without any property of IEEE 802.11 is one that cannot be judged.
func associated(entry safeplist.Dict) (bool, error) {
	const bssid, channel, secured = "IO80211BSSID", "IO80211Channel", "IO80211RSNDone"
	_, hasBSSID := entry[bssid]
	_, hasChannel := entry[channel]
	done, err := flag(entry, secured)
	if err != nil && !errors.Is(err, device.Absent) {
		return false, err
	}
	if hasBSSID && !isEmpty(entry, bssid) || hasChannel && done {
		return true, nil
	}
	for key := range entry {
		if strings.HasPrefix(key, "IO80211") {
			return false, nil
		}
	}
	return false, device.Unsupported
}

// isEmpty reports whether a BSSID, raw or as text, is that of no station.
func isEmpty(entry safeplist.Dict, key string) bool {
	if raw, err := entry.Data(key); err == nil {
		return len(bytes.Trim(raw, "\x00")) == 0
	}
	text, err := entry.Text(key)
	return err != nil || text == "" || text == "00:00:00:00:00:00"
}
