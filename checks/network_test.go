package checks

import (
	"testing"

	"github.com/backupdoctor/backupdoctor/device"
)

// seen adds this computer's view of Apple's hosts.
func seen(reach device.Reach) func(*device.Snapshot) {
	return func(s *device.Snapshot) { s.Reach = &reach }
}

func host(name string, issuer device.Fact[device.CertIssuer], organisation string) device.HostReach {
	return device.HostReach{Host: name, Issuer: issuer, Name: device.Known(organisation)}
}

func TestSeenFromHere(t *testing.T) {
	stale := lastBackedUp(23 * aDay)
	apple := host("gateway.icloud.com", device.Known(device.IssuedByApple), "Apple Inc.")
	silent := host("gsa.apple.com", device.Unknown[device.CertIssuer](device.Timeout), "")
	services := func(list ...device.ServiceReport) device.Fact[[]device.ServiceReport] { return device.Known(list) }
	for _, test := range []struct {
		name    string
		reach   device.Reach
		check   *Check
		status  Status
		summary string
	}{
		{"no trouble", device.Reach{Services: services(device.ServiceReport{Name: "iCloud Backup"})}, icloudOutage, OK,
			"Apple's status page shows no trouble with what iCloud Backup needs."},
		{"an outage", device.Reach{Services: services(device.ServiceReport{Name: "iCloud Backup", Trouble: "Outage", Users: "Some users are affected"})}, icloudOutage, Problem,
			"Apple's status page shows trouble with “iCloud Backup”: “Outage”."},
		{"an outage of the sign-in", device.Reach{Services: services(device.ServiceReport{Name: "iCloud Backup"}, device.ServiceReport{Name: "iCloud Account & Sign In", Trouble: "Outage"})}, icloudOutage, Warning,
			"Apple's status page shows trouble with “iCloud Account & Sign In”: “Outage”."},
		{"offline", device.Reach{Services: device.Unknown[[]device.ServiceReport](device.Gap{Reason: device.Offline, Detail: "dns"})}, icloudOutage, Ask,
			"Apple's system status page was not seen: this computer could not reach it (dns). Does www.apple.com/support/systemstatus show trouble with iCloud Backup or iCloud Account & Sign In?"},

		{"a sign-in page", device.Reach{Captive: device.Known(true)}, captivePortal, Warning,
			"This computer's network shows a sign-in page in place of what was asked for; this holds for the device only if it uses the same network."},
		{"no sign-in page", device.Reach{Captive: device.Known(false)}, captivePortal, Ask,
			"This computer's network has no sign-in page; this holds for the device only if it uses the same network. Does the network in {P-WIFI} belong to a hotel, café or other place with a sign-in page? To see it, open captive.apple.com in Safari on the iPhone: without such a page it shows Success."},

		{"no answer about a sign-in page", device.Reach{Captive: device.Unknown[bool](device.Offline)}, captivePortal, Ask,
			"captive.apple.com was not seen: this computer could not reach it. Does the network in {P-WIFI} belong to a hotel, café or other place with a sign-in page? To see it, open captive.apple.com in Safari on the iPhone: without such a page it shows Success."},

		{"encryption opened", device.Reach{Hosts: []device.HostReach{apple, host("gsa.apple.com", device.Known(device.IssuedByOther), "Example Corp")}}, vpnProxyFirewall, Warning,
			"Something between this computer and gsa.apple.com decrypts the traffic; this holds for the device only if it uses the same network."},
		{"one host closed", device.Reach{Hosts: []device.HostReach{apple, silent}}, vpnProxyFirewall, Warning,
			"This computer reaches other hosts of Apple, but not gsa.apple.com; this holds for the device only if it uses the same network."},
		{"all closed is no filter", device.Reach{Hosts: []device.HostReach{silent}}, vpnProxyFirewall, Ask,
			"This computer reached none of Apple's hosts, and may be offline. Does the iPhone use a VPN, a proxy, Private Relay or an ad blocker, or a network that an organisation filters? See {P-VPN}."},
	} {
		t.Run(test.name, func(t *testing.T) {
			if f := firstFinding(t, well(stale, seen(test.reach)), test.check); f.Status != test.status || f.Summary != withPaths(test.summary) {
				t.Errorf("got  %s %q\nwant %s %q", f.Status, f.Summary, test.status, withPaths(test.summary))
			}
		})
	}
}
