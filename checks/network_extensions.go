package checks

import (
	"slices"
	"strings"

	"github.com/backupdoctor/backupdoctor/device"
)

// extensionNames describes the kinds of network extensions.
var extensionNames = map[device.ExtensionKind]string{
	device.ExtensionVPN:           "a VPN",
	device.ExtensionAlwaysOnVPN:   "an always-on VPN",
	device.ExtensionAppVPN:        "a VPN for some apps",
	device.ExtensionContentFilter: "a content filter",
	device.ExtensionURLFilter:     "a URL filter",
	device.ExtensionDNSProxy:      "a DNS proxy",
	device.ExtensionDNSSettings:   "a DNS resolver of its own",
	device.ExtensionRelay:         "a network relay",
}

const extensionsSource = "sysdiagnose logs/Networking/com.apple.networkextension.plist"

// judgeExtensions judges the VPNs, proxies, filters and resolvers listed in the newest
// sysdiagnose: a warning if one is on, a question if none is, nil if no sysdiagnose lists them.
// The device's network may still filter.
func judgeExtensions(s device.Snapshot) []Finding {
	list, r, known := recall(s, func(h device.History) device.Fact[[]device.NetworkExtension] { return h.Network.Extensions })
	if !known {
		return nil
	}
	var on []string
	var evidence []Evidence
	for _, e := range list {
		name, known := extensionNames[e.Kind]
		if !known {
			name = "a network extension of the kind " + device.Token(string(e.Kind))
		}
		by := ", set up by an app or in Settings"
		if e.FromProfile {
			by = ", set up by a configuration profile"
		}
		value := "whether it is on is unknown"
		enabled, err := e.Enabled.Get()
		if err == nil {
			value = onOff(enabled)
		}
		if err == nil && enabled && !slices.Contains(on, name) {
			on = append(on, name)
		}
		if len(evidence) < maxExtensionsShown {
			evidence = append(evidence, r.read(strings.ToUpper(name[:1])+name[1:]+by, value, "", extensionsSource+" / Enabled"))
		}
	}
	switch {
	case len(on) > 0:
		return r.answer(warning("The device had "+enumerated(on)+" switched on, which may affect the connection to Apple.", evidence...), nil)
	case len(list) == 0:
		return r.dated(ask("The device had no VPN, proxy, filter or DNS resolver of its own set up.", r.read("VPNs, proxies, filters and resolvers", "none", "", extensionsSource)))
	default:
		return r.dated(ask("The device had none of its VPNs, proxies, filters and resolvers switched on, as far as is recorded.", evidence...))
	}
}

// maxExtensionsShown is how many extensions are shown as evidence.
const maxExtensionsShown = 10

// enumerated joins items as in a sentence: "a", "a and b", "a, b and c".
func enumerated(list []string) string {
	last := len(list) - 1
	if last < 1 {
		return strings.Join(list, "")
	}
	return strings.Join(list[:last], ", ") + " and " + list[last]
}
