package checks

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/backupdoctor/backupdoctor/device"
)

// Over USB a profile gives its name but not its function. These words are typical of profiles
// for VPNs, proxies, DNS resolvers, filters and inspection.
var (
	// networkWords are functional terms, in the languages in which messages are also known.
	// They also match within longer words.
	networkWords = []string{
		"vpn", "proxy", "proxi", "dns", "firewall", "adblock", "blocker", "tunnel",
		"filter", "filtre", "filtro", // German, Dutch; French; Spanish, Italian, Portuguese
		"shield", "schutz", "schild", "bouclier", "escudo", "scudo",
		"inhalt", "contenu", "contenido", "conteúdo", "inhoud", // content, with Italian contenuti
		"pare-feu", "cortafuegos", "werbeblock", "bloqueador", "bloqueur",
		"プロキシ", "フィルタ", "シールド", "コンテンツ", "ファイアウォール", "広告ブロック",
		"代理", "过滤", "筛选", "防护", "内容", "防火墙", "广告拦截", "虚拟专用",
	}

	// networkNames are vendors and products, and words too short to match within others. They
	// match as whole words only.
	networkNames = []string{
		"content", "inspection", "root ca", "ca root", "ssl", "tls",
		"1.1.1.1", "adguard", "adaway", "anyconnect", "barracuda", "blocksi", "blokada", "canopy", "check point",
		"circle", "cisco umbrella", "cleanbrowsing", "cloudflare", "contentkeeper", "control d", "controld",
		"covenant eyes", "family shield", "forcepoint", "forticlient", "fortinet", "globalprotect", "goguardian",
		"iboss", "jamf trust", "lightspeed", "linewize", "mobicip", "mullvad", "net nanny", "netskope",
		"nextdns", "nordlayer", "openvpn", "palo alto", "pi-hole", "pihole", "prisma access", "quad9", "qustodio",
		"securly", "smoothwall", "sophos", "surfshark", "tailscale", "twingate", "umbrella", "wandera", "warp",
		"windscribe", "wireguard", "zerotier", "zscaler",
	}
)

// networkProfiles returns the profiles whose name, description, organisation or identifier
// suggests that they change the connection to Apple.
func networkProfiles(profiles []device.Profile) []device.Profile {
	var named []device.Profile
	for _, p := range profiles {
		if slices.ContainsFunc(profileTexts(p), speaksOfNetwork) {
			named = append(named, p)
		}
	}
	return named
}

// profileTexts returns what a profile says about itself, as far as it was read.
func profileTexts(p device.Profile) []string {
	texts := []string{p.Identifier}
	for _, f := range []device.Fact[string]{p.Name, p.Description, p.Organization} {
		if text, err := f.Get(); err == nil {
			texts = append(texts, text)
		}
	}
	return texts
}

// speaksOfNetwork reports whether a text contains one of the words.
func speaksOfNetwork(text string) bool {
	text = strings.ToLower(text)
	if slices.ContainsFunc(networkWords, func(word string) bool { return strings.Contains(text, word) }) {
		return true
	}
	return slices.ContainsFunc(networkNames, func(name string) bool { return hasWord(text, name) })
}

// hasWord reports whether a text contains a word or phrase with no letter or digit next to it.
func hasWord(text, word string) bool {
	inside := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	for {
		before, after, found := strings.Cut(text, word)
		if !found {
			return false
		}
		left, _ := utf8.DecodeLastRuneInString(before)
		right, _ := utf8.DecodeRuneInString(after)
		if !inside(left) && !inside(right) {
			return true
		}
		text = after
	}
}
