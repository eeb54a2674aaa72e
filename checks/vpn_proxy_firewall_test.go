package checks

import (
	"slices"
	"testing"

	"github.com/backupdoctor/backupdoctor/device"
)

var _ = enter(vpnProxyFirewall, vpnProxyFirewallJudgements)

var vpnProxyFirewallJudgements = []judgement{
	{"fresh backup", well(profiled("Acme VPN")), OK, "A backup completed 7 hours ago, so nothing blocked the connection to Apple.", ""},
	{"named after a VPN", well(lastBackedUp(5*aDay), profiled("Acme VPN")), Warning, "Judging by its name alone, a configuration profile may affect the connection to Apple.", ""},
	{"other profiles", well(lastBackedUp(5*aDay), profiled("Acme Mail")), Ask, "", ""},
	{"no profiles", well(lastBackedUp(5 * aDay)), Ask, "", ""},
	{"refused", well(lastBackedUp(5*aDay), withoutProfiles), Unknown, "The configuration profiles could not be read: the device refused to report it.", device.Refused},
	{"a filter in a sysdiagnose", well(lastBackedUp(5*aDay), recorded(aDay, inArchive, extended(extension(device.ExtensionContentFilter, true), extension(device.ExtensionDNSProxy, true), extension(device.ExtensionVPN, false)))), Warning,
		"The device had a content filter and a DNS proxy switched on, which may affect the connection to Apple, as of 2026-11-21, from a sysdiagnose archive.", ""},
	{"three kinds in a sysdiagnose", well(detached, recorded(aDay, inArchive, extended(extension(device.ExtensionVPN, true), extension(device.ExtensionVPN, true), extension(device.ExtensionRelay, true), extension(device.ExtensionDNSSettings, true)))), Warning,
		"The device had a VPN, a network relay and a DNS resolver of its own switched on, which may affect the connection to Apple, as of 2026-11-21, from a sysdiagnose archive.", ""},
	{"a VPN that is off in a sysdiagnose", well(lastBackedUp(5*aDay), recorded(aDay, inArchive, extended(extension(device.ExtensionVPN, false)))), Ask,
		"The device had none of its VPNs, proxies, filters and resolvers switched on, as far as is recorded, as of 2026-11-21, from a sysdiagnose archive.", ""},
	{"a switch that was not read", well(detached, recorded(aDay, inArchive, extended(device.NetworkExtension{Kind: device.ExtensionVPN, Enabled: device.Unknown[bool](device.WrongType)}))), Ask,
		"The device had none of its VPNs, proxies, filters and resolvers switched on, as far as is recorded, as of 2026-11-21, from a sysdiagnose archive.", ""},
	{"nothing in a sysdiagnose", well(detached, recorded(aDay, inArchive, extended())), Ask,
		"The device had no VPN, proxy, filter or DNS resolver of its own set up, as of 2026-11-21, from a sysdiagnose archive.", ""},
	{"a kind that is not known", well(detached, recorded(aDay, inArchive, extended(extension("tunnel", true)))), Warning,
		"The device had a network extension of the kind tunnel switched on, which may affect the connection to Apple, as of 2026-11-21, from a sysdiagnose archive.", ""},
	{"a connection that was not secure", well(lastBackedUp(9*aDay), recorded(aDay, failed(2*aDay, 300, behind("NSURLErrorDomain", -1200)))), Problem, "The newest attempt at an iCloud backup, on 2026-11-20, failed: No secure connection could be made: something in between may be intercepting the traffic, or the clock may be wrong (MBErrorDomain/300, NSURLErrorDomain/-1200), as of 2026-11-21, from a backup on this computer.", ""},
}

func TestEachProfileInTheWayIsAFindingOfItsOwn(t *testing.T) {
	s := well(lastBackedUp(5*aDay), profiled("Acme VPN", "Acme Mail", "Family Content Filter"))
	var subjects []string
	for _, f := range Run(s, []*Check{vpnProxyFirewall}) {
		subjects = append(subjects, f.Subject)
	}
	if want := []string{"Acme VPN", "Family Content Filter"}; !slices.Equal(subjects, want) {
		t.Errorf("subjects %q, want %q", subjects, want)
	}
}

// extended sets up network extensions in a record.
func extended(list ...device.NetworkExtension) func(*device.History) {
	return func(h *device.History) { h.Network.Extensions = device.Known(list) }
}

func extension(kind device.ExtensionKind, on bool) device.NetworkExtension {
	return device.NetworkExtension{Kind: kind, Enabled: device.Known(on)}
}
