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

// powerKey is a property that every power source has, and nothing else.
const powerKey = "ExternalConnected"

var (
	powerSource = registryQuery{Request: "IORegistry", EntryClass: "IOPMPowerSource"}

	// The Wi-Fi interface has one name on models with a Broadcom chip since about
	// iOS 15, and answers to a class before. Neither is known of Apple's own chip.
	wifiName  = registryQuery{Request: "IORegistry", EntryName: "AppleBCMWLANSkywalkInterface"}
	wifiClass = registryQuery{Request: "IORegistry", EntryClass: "IO80211Interface"}
)

// registryEntry reads the properties of an entry; device.Absent if there is none.
func registryEntry(ctx context.Context, l *link, query registryQuery) reply {
	answer, err := l.ask(ctx, query, func(answer safeplist.Dict, repeated bool) bool {
		// No answer repeats its question. Two empty ones may be alike, and two ways to the
		// Wi-Fi interface may lead to the same entry; the power source is another one.
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
		return reply{err: device.Absent} // how some versions say that there is none
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

// A wifiEntry is the properties of the Wi-Fi interface, and what it answered to.
type wifiEntry struct {
	reply
	by string
}

// findWiFi tries the ways to the interface, the likelier first. An entry that says nothing of
// a network leads to the next way.
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

// associated reports whether the interface has joined a network. The BSSID of one, its name,
// or a channel on which security is settled show that it has; a BSSID of zeros or channel 0
// that it has not. What network it is, is not kept. Where these contradict each other the
// answer is device.Implausible, and where none of them is there, device.Unsupported.
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

// named80211 reports whether the interface has the name of a network.
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

// What an entry says of an address.
type address int

const (
	missing address = iota
	zero
	present
)

// addressIn reads the address of a station, raw or as text.
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
