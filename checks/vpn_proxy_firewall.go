package checks

import (
	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

var vpnProxyFirewall = &Check{
	ID:    "vpn-proxy-firewall",
	Short: "VPN, proxy or firewall in the way",
	Title: "Nothing between the device and Apple reads or stops the traffic",
	Doc: `A VPN, a proxy, a content filter or a firewall can slow a backup down or stop it. Apple's services refuse connections that are decrypted on the way.

A recent backup shows that nothing blocked the connection. A sysdiagnose lists which VPNs, proxies, filters and resolvers are set up, and which of them are switched on; whether one was connected, and what it let through, is not recorded, so one that is switched on is a hint. Otherwise only the names, descriptions and organisations of configuration profiles can be read: one that mentions a VPN, a proxy, DNS, a filter, a shield or content in one of eight languages, or names a vendor of such products, may affect the connection to Apple. What it does cannot be read.
A DNS filter in the network is typical where other sites work, and names of Apple are not found (NSURLErrorDomain/-1003).
A VPN set up by an app, or a filter in the network, leaves no such trace. With --net, this computer tries the same connections: a hint, as far as both use the same network.`,
	Effect:   MayBlock,
	Sources:  []remedies.Source{remedies.AppleEnterpriseNetworks, remedies.DNSFilterReport, remedies.DNSBlocklistReport},
	Remedies: []remedies.ID{remedies.TurnOffVPN, remedies.TryAnotherNetwork, remedies.AllowAppleNames, remedies.AllowAppleHosts},
	Ask:      `Does the {device} use a VPN, a proxy, Private Relay or an ad blocker, or a network that an organisation filters? See {P-VPN}.`,
	Answers:  Answers{Yes: "Something is between the device and Apple: a VPN, a proxy, an ad blocker or a filter."},
	Judge:    judgeVPN,
}

func judgeVPN(s device.Snapshot) []Finding {
	if found := blamed(s, "vpn-proxy-firewall", "could not reach Apple over a secure connection"); found != nil {
		return found
	}
	if said, evidence, fresh := freshBackup(s); fresh {
		return ok(said+", so nothing blocked the connection to Apple.", evidence)
	}
	extensions := judgeExtensions(s)
	if len(extensions) > 0 && extensions[0].Status == Warning {
		return extensions
	}
	profiles, err := live(s).Management.Profiles.Get()
	if err != nil && len(extensions) > 0 {
		return extensions
	}
	if err != nil {
		return unknown(s, "The configuration profiles", err)
	}
	var findings []Finding
	for _, p := range networkProfiles(profiles) {
		evidence := []Evidence{read(s, "Configuration profile", device.Quoted(profileName(p)), "", "MCInstall GetProfileList / PayloadDisplayName")}
		if organization, err := p.Organization.Get(); err == nil && organization != "" {
			evidence = append(evidence, read(s, "Its organisation", device.Quoted(organization), "", "MCInstall GetProfileList / PayloadOrganization"))
		}
		f := warning("Judging by its name alone, a configuration profile may affect the connection to Apple.", evidence...)[0]
		f.Subject = profileName(p)
		findings = append(findings, f)
	}
	if len(findings) > 0 {
		return findings
	}
	open := ask("", read(s, "Configuration profiles", count(len(profiles), "profile")+", none that mentions a VPN, proxy, DNS or filter", "", "MCInstall GetProfileList"))
	if len(extensions) > 0 {
		return preface(extensions[0].Summary, extensions[0].Evidence, open)
	}
	return open
}
