package checks

import (
	"fmt"
	"strings"

	"github.com/backupdoctor/backupdoctor/device"
)

// seenFromHere returns what this computer's view of Apple's hosts and status page says about a
// check; false if they were not tested. This computer's view of the network applies to the
// device only on the same network, so it is at most a hint.
func seenFromHere(s device.Snapshot, check *Check) (Finding, bool) {
	if s.Reach == nil {
		return Finding{}, false
	}
	switch check.ID {
	case "icloud-outage":
		return servicesSeen(s)
	case "captive-portal":
		return captiveSeen(s)
	case "vpn-proxy-firewall":
		return waySeen(s)
	default:
		return Finding{}, false
	}
}

// sameNetwork is the caveat for anything this computer sees, as the end of a sentence.
const sameNetwork = "; this holds for the device only if it uses the same network"

func servicesSeen(s device.Snapshot) (Finding, bool) {
	services, err := s.Reach.Services.Get()
	if err != nil {
		return unseen(s, "Apple's system status page", "Apple's system status page", err), true
	}
	if len(services) == 0 {
		return Finding{}, false
	}
	f := Finding{Status: OK, Summary: "Apple's status page shows no trouble with what iCloud Backup needs."}
	for _, service := range services {
		value := "no trouble"
		if service.Trouble != "" {
			value = strings.TrimSpace(device.Quoted(service.Trouble) + " " + device.Quoted(service.Users))
			if !service.Since.IsZero() {
				value += ", since " + moment(service.Since)
			}
			f.Status, f.Summary = Warning, fmt.Sprintf("Apple's status page shows trouble with %s: %s.", device.Quoted(service.Name), device.Quoted(service.Trouble))
			if service.Name == "iCloud Backup" && strings.EqualFold(service.Trouble, "outage") {
				f.Status = Problem
			}
		}
		f.Evidence = append(f.Evidence, read(s, device.Label(service.Name), value, "no trouble", "Apple's system status page"))
		if f.Status == Problem {
			break
		}
	}
	return f, true
}

func captiveSeen(s device.Snapshot) (Finding, bool) {
	captive, err := s.Reach.Captive.Get()
	if err != nil {
		return unseen(s, "captive.apple.com", "this computer's network", err), true
	}
	evidence := []Evidence{read(s, "captive.apple.com answers Success", yesNo(!captive), "yes", "this computer's network")}
	if captive {
		return Finding{Status: Warning, Summary: "This computer's network shows a sign-in page in place of what was asked for" + sameNetwork + ".", Evidence: evidence}, true
	}
	return Finding{Status: Ask, Summary: "This computer's network has no sign-in page" + sameNetwork + ".", Evidence: evidence}, true
}

// waySeen judges the connection to Apple by the hosts that were tried. If none answers, that
// does not indicate a filter: this computer may be offline.
func waySeen(s device.Snapshot) (Finding, bool) {
	var evidence []Evidence
	var inspected, silent []string
	answered := 0
	for _, h := range s.Reach.Hosts {
		issuer, err := h.Issuer.Get()
		var value string
		switch {
		case err != nil:
			value = device.GapOf(err).Error()
			silent = append(silent, device.Token(h.Host))
		case issuer == device.IssuedByOther:
			value = "certificate of " + issuerName(h) + ", whom this computer does not trust"
			inspected = append(inspected, device.Token(h.Host))
		case issuer == device.IssuedByPublic:
			value = "certificate of " + issuerName(h) + ", whom this computer trusts"
		default:
			value = "certificate of Apple"
		}
		if err == nil {
			answered++
		}
		evidence = append(evidence, read(s, "Connection to "+device.Token(h.Host), value, "certificate of Apple", "this computer's network"))
	}
	f := Finding{Evidence: evidence}
	switch {
	case len(silent) == 0 && answered == 0:
		return Finding{}, false
	case answered == 0:
		f.Status, f.Summary = Unknown, "This computer reached none of Apple's hosts, and may be offline."
	case len(inspected) > 0:
		f.Status, f.Summary = Warning, "Something between this computer and "+strings.Join(inspected, ", ")+" decrypts the traffic"+sameNetwork+"."
	case len(silent) > 0:
		f.Status, f.Summary = Warning, "This computer reaches other hosts of Apple, but not "+strings.Join(silent, ", ")+sameNetwork+"."
	default:
		f.Status, f.Summary = Ask, "This computer reaches Apple's hosts, and nothing in between decrypts the traffic"+sameNetwork+"."
	}
	return f, true
}

// unseen returns a gap for what this computer could not see, which does not count against the
// device.
func unseen(s device.Snapshot, what, source string, err error) Finding {
	words := device.GapOf(err).Error()
	return Finding{
		Status:   Unknown,
		Summary:  what + " was not seen: " + words + ".",
		Evidence: []Evidence{read(s, what, "not seen: "+words, "", source)},
	}
}

func issuerName(h device.HostReach) string {
	if name, err := h.Name.Get(); err == nil {
		return device.Quoted(name)
	}
	return "an unnamed issuer"
}
