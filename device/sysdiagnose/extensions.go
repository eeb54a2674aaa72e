package sysdiagnose

import (
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/safeplist"
)

// extensionKeys are the keys of a configuration for payloads that can change the route to
// Apple.
var extensionKeys = []struct {
	key  string
	kind device.ExtensionKind
}{
	{"VPN", device.ExtensionVPN},
	{"AlwaysOnVPN", device.ExtensionAlwaysOnVPN},
	{"AppVPN", device.ExtensionAppVPN},
	{"ContentFilter", device.ExtensionContentFilter},
	{"URLFilter", device.ExtensionURLFilter},
	{"DNSProxy", device.ExtensionDNSProxy},
	{"DNSSettings", device.ExtensionDNSSettings},
	{"Relay", device.ExtensionRelay},
}

// networkExtensions reads which VPNs, proxies, filters and resolvers are configured. The
// file is a keyed archive: a list of objects that refer to each other by number. Each
// NEConfiguration object is one configuration; its keys refer to the payloads.
func (r *reading) networkExtensions(m member) error {
	data, err := m.whole()
	if err != nil {
		return err
	}
	list, err := safeplist.Parse(data, safeplist.Limits{MaxBytes: maxMember, MaxDepth: 16, MaxObjects: 200_000})
	if err != nil {
		return err
	}
	objects, err := list.List("$objects")
	if err != nil {
		return err
	}
	extensions := []device.NetworkExtension{}
	for _, object := range objects {
		configuration, ok := object.(map[string]any)
		if !ok || className(objects, configuration) != "NEConfiguration" {
			continue
		}
		_, fromProfile := referred(objects, configuration["ProfileInfo"])
		for _, k := range extensionKeys {
			payload, ok := referred(objects, configuration[k.key])
			if ok && len(extensions) < maxExtensions {
				extensions = append(extensions, device.NetworkExtension{
					Kind: k.kind, Enabled: device.FactOf(payload.Bool("Enabled")), FromProfile: fromProfile,
				})
			}
		}
	}
	r.archive.History.Network.Extensions = device.Known(extensions)
	return nil
}

// className returns the class of an object of a keyed archive, or "" if it has none.
func className(objects []any, object safeplist.Dict) string {
	class, _ := referred(objects, object["$class"])
	name, _ := class.Text("$classname")
	return name
}

// referred returns the dictionary that a reference points to. ok is false if it points to
// something else, such as the object $null. In XML a reference is a dictionary with the key
// CF$UID.
func referred(objects []any, reference any) (safeplist.Dict, bool) {
	var number uint64
	switch reference := reference.(type) {
	case safeplist.UID:
		number = uint64(reference)
	case map[string]any:
		n, err := safeplist.Dict(reference).Uint("CF$UID")
		if err != nil {
			return nil, false
		}
		number = n
	default:
		return nil, false
	}
	if number >= uint64(len(objects)) {
		return nil, false
	}
	dict, ok := objects[number].(map[string]any)
	return dict, ok
}
