package usb

import (
	"bytes"
	"context"
	"errors"
	"strings"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/safeplist"
)

// diagnostics asks diagnostics_relay for two IORegistry entries: the power source and the Wi-Fi
// interface.
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

// registryQuery requests one IORegistry entry by name or class.
type registryQuery struct {
	Request    string
	EntryName  string `plist:",omitempty"`
	EntryClass string `plist:",omitempty"`
}

// powerKey is a property that all power sources have and no other entry has.
const powerKey = "ExternalConnected"

var (
	powerSource = registryQuery{Request: "IORegistry", EntryClass: "IOPMPowerSource"}

	// On models with a Broadcom chip, the Wi-Fi interface has had a single name since about iOS
	// 15; before that it is found by class. Neither is known for Apple's own chip.
	wifiName  = registryQuery{Request: "IORegistry", EntryName: "AppleBCMWLANSkywalkInterface"}
	wifiClass = registryQuery{Request: "IORegistry", EntryClass: "IO80211Interface"}
)

// registryEntry reads the properties of an entry. The error is device.Absent if there is none.
func registryEntry(ctx context.Context, l *link, query registryQuery) reply {
	answer, err := l.ask(ctx, query, func(answer safeplist.Dict, repeated bool) bool {
		// Responses do not repeat the request. Two empty ones may be identical, and two queries
		// for the Wi-Fi interface may return the same entry, but the power source is a different
		// entry.
		_, isPower := entryOf(answer).Dict[powerKey]
		return !repeated || query == powerSource || !isPower
	})
	if err != nil {
		return reply{err: err}
	}
	switch status, err := answer.Text("Status"); {
	case err != nil:
		return reply{err: err}
	case status != "Success":
		return reply{err: device.Gap{Reason: device.DeviceError, Detail: detail(status)}}
	}
	entry := entryOf(answer)
	if entry.err == nil && len(entry.Dict) == 0 {
		return reply{err: device.Absent} // some versions report a missing entry this way
	}
	return entry
}

func entryOf(answer safeplist.Dict) reply {
	return reply{Dict: answer}.inner("Diagnostics").inner("IORegistry")
}

func fillPower(power *device.Power, entry reply) {
	power.AdapterWatts = fact(entry.inner("AdapterDetails"), safeplist.Dict.Uint, "Watts")
	power.NotChargingCode = fact(entry.inner("ChargerData"), safeplist.Dict.Uint, "NotChargingReason")
}

// A wifiEntry holds the properties of the Wi-Fi interface and the query that found it.
type wifiEntry struct {
	reply
	by string
}

// findWiFi tries the queries for the interface, the likelier one first. If an entry says nothing
// about a network, it tries the next one.
func findWiFi(ctx context.Context, l *link, id device.Identity) wifiEntry {
	queries := []registryQuery{wifiName, wifiClass}
	if version, err := id.Version(); err == nil && version.Major < 15 {
		queries = []registryQuery{wifiClass, wifiName}
	}
	found := wifiEntry{reply: reply{err: device.Unsupported}}
	for _, query := range queries {
		entry := registryEntry(ctx, l, query)
		switch {
		case errors.Is(entry.err, device.Absent):
			continue
		case entry.err != nil:
			if found.err != nil {
				found.err = entry.err
			}
			return found
		}
		found = wifiEntry{entry, query.EntryName + query.EntryClass}
		if _, err := associated(entry.Dict); !errors.Is(err, device.Unsupported) {
			return found
		}
	}
	return found
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

// associated reports whether the interface has joined a network. A BSSID, a network name, or a
// channel with negotiated security means yes; an all-zero BSSID or channel 0 means no. The
// network's identity is not kept. The error is device.Implausible if these contradict each other
// and device.Unsupported if none is present.
func associated(entry safeplist.Dict) (bool, error) {
	station := addressIn(entry, "IO80211BSSID")
	channel, errChannel := entry.Uint("IO80211Channel")
	done, err := flag(entry, "IO80211RSNDone")
	if err != nil && !errors.Is(err, device.Absent) && station != present {
		return false, err
	}
	joined := station == present || named80211(entry) || done && errChannel == nil && channel != 0
	left := station == zero || errChannel == nil && channel == 0
	switch {
	case joined && left:
		return false, device.Implausible
	case joined || left:
		return joined, nil
	case errChannel != nil && !errors.Is(errChannel, device.Absent):
		return false, errChannel
	default:
		return false, device.Unsupported
	}
}

// named80211 reports whether the entry has a network name.
func named80211(entry safeplist.Dict) bool {
	for _, key := range []string{"IO80211SSID", "IO80211SSID_STR"} {
		if text, err := entry.Text(key); err == nil && text != "" {
			return true
		}
		if raw, err := entry.Data(key); err == nil && len(bytes.Trim(raw, "\x00")) > 0 {
			return true
		}
	}
	return false
}

// The kinds of address an entry can hold.
type address int

const (
	missing address = iota
	zero
	present
)

// addressIn reads a station address, as bytes or as text.
func addressIn(entry safeplist.Dict, key string) address {
	raw, err := entry.Data(key)
	if err != nil {
		text, errText := entry.Text(key)
		if errText != nil || text == "" {
			return missing
		}
		raw = []byte(strings.Trim(text, "0:"))
	} else if len(raw) == 0 {
		return missing
	}
	if len(bytes.Trim(raw, "\x00")) == 0 {
		return zero
	}
	return present
}
