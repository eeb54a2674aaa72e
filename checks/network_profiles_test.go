package checks

import (
	"testing"

	"github.com/backupdoctor/backupdoctor/device"
)

func TestProfilesThatMayChangeTheWayToApple(t *testing.T) {
	for _, test := range []struct {
		name, organization, description string
		may                             bool
	}{
		{"AdGuard Default", "AdGuard", "", true},
		{"NextDNS (ab12cd)", "NextDNS", "", true},
		{"Control D", "Control D", "", true},
		{"1.1.1.1", "Cloudflare", "", true},
		{"Quad9", "Quad9", "", true},
		{"Mullvad Encrypted", "Mullvad", "", true},
		{"Zscaler Client", "Zscaler", "", true},
		{"Cisco Umbrella", "Cisco", "", true},
		{"Jamf Trust", "Jamf", "", true},
		{"Netskope Client", "Netskope", "", true},
		{"Tailscale", "Tailscale", "", true},
		{"WireGuard home", "me", "", true},
		{"Family Shield", "OpenDNS", "", true},
		{"Lightspeed Filter", "Lightspeed", "", true},
		{"GoGuardian", "GoGuardian", "", true},
		{"Securly", "Securly", "", true},
		{"Corporate Root CA", "Acme IT", "", true},
		{"Kinder-Filter", "x", "", true},

		// By organisation or description alone.
		{"Default", "Zscaler", "", true},
		{"Settings", "Acme", "Routes traffic through a proxy", true},

		// In the eight languages.
		{"Jugendschutzfilter", "Schule", "", true},
		{"Filtre de contenu", "École", "", true},
		{"Filtro de contenido", "Colegio", "", true},
		{"Filtro dei contenuti", "Scuola", "", true},
		{"Filtro de conteúdo", "Escola", "", true},
		{"Inhoudsfilter", "School", "", true},
		{"コンテンツフィルタ", "学校", "", true},
		{"内容过滤", "学校", "", true},
		{"Pare-feu", "Mairie", "", true},

		{"Acme Mail", "Acme", "", false},
		{"Wi-Fi of the library", "Town", "", false},
		{"Swarm planner", "Warpath Games", "", false}, // warp inside other words
		{"eduroam", "University", "Configures Wi-Fi", false},
		{"iOS Beta Software Profile", "Apple Inc.", "", false},
	} {
		p := device.Profile{
			Identifier: "org.example.profile", Name: device.Known(test.name),
			Organization: device.Known(test.organization), Description: device.Known(test.description),
		}
		if got := len(networkProfiles([]device.Profile{p})) == 1; got != test.may {
			t.Errorf("%q of %q (%q): %v, want %v", test.name, test.organization, test.description, got, test.may)
		}
	}
	if len(networkProfiles([]device.Profile{{Identifier: "com.acme.vpn"}, {Identifier: "com.acme.mail"}})) != 1 {
		t.Error("a profile of which only the identifier is known")
	}
}
