package checks

import (
	"slices"
	"testing"

	"github.com/backupdoctor/backupdoctor/device"
)

var _ = enter(vpnProxyFirewall, vpnProxyFirewallJudgements)

var vpnProxyFirewallJudgements = []judgement{
	{"fresh backup", well(profiled("Acme VPN")), OK, "A backup completed 7 hours ago, so the way to Apple was free.", ""},
	{"named after a VPN", well(lastBackedUp(5*aDay), profiled("Acme VPN")), Warning, "By its name alone, a configuration profile may change the way to Apple.", ""},
	{"other profiles", well(lastBackedUp(5*aDay), profiled("Acme Mail")), Ask, "", ""},
	{"no profiles", well(lastBackedUp(5 * aDay)), Ask, "", ""},
	{"refused", well(lastBackedUp(5*aDay), withoutProfiles), Unknown, "The configuration profiles could not be read: the device refused to tell.", device.Refused},
	{"a connection that was not secure", well(lastBackedUp(9*aDay), recorded(aDay, failed(2*aDay, 300, behind("NSURLErrorDomain", -1200)))), Problem, "The newest attempt at an iCloud backup, on 2026-11-20, failed: No secure connection could be made: something on the way may be reading along, or the clock may be wrong (MBErrorDomain/300, NSURLErrorDomain/-1200), as of 2026-11-21, from a backup on this computer.", ""},
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
