package backuplog

import (
	"regexp"
	"strings"

	"github.com/backupdoctor/backupdoctor/device"
)

// Flags that the iCloud Backup page logs as 0 or 1, or as NO or YES.
var (
	pagePolicy    = pageFlag(`policy prevents backup`)
	pageDemo      = pageFlag(`store demo mode enabled`)
	pageRestore   = pageFlag(`restoreState running`)
	pageButton    = pageFlag(`backup button enabled`)
	pageSuits     = pageFlag(`supports ?backup`)
	pageInterface = pattern(`(?i)\binterface ?type ?[:=]? ?(\d)\b`)
)

// pageFlag returns a pattern for a flag and its value.
func pageFlag(name string) func() *regexp.Regexp {
	return pattern(`(?i)` + name + ` ?[:=]? ?(0|1|yes|no)\b`)
}

// interfaces maps the interface types that Settings logs to kinds of network.
var interfaces = map[string]string{"1": "wifi", "2": "cellular", "3": "wired"}

// ofPage interprets a line of Settings. Lines about other pages do not match.
func (e *Event) ofPage() bool {
	p := &e.Page
	found := e.read(&p.PolicyForbids, pagePolicy)
	found = e.read(&p.DemoMode, pageDemo) || found
	found = e.read(&p.RestoreRunning, pageRestore) || found
	found = e.read(&p.ButtonEnabled, pageButton) || found
	found = e.read(&p.NetworkSuits, pageSuits) || found
	if match := pageInterface().FindStringSubmatch(e.Text); match != nil && interfaces[match[1]] != "" {
		p.Network, found = device.Known(interfaces[match[1]]), true
	}
	if strings.Contains(e.Text, "because policy prevents backup") {
		p.PolicyForbids, found = device.Known(true), true
	}
	if _, words, ok := strings.Cut(e.Text, "Setting error from backup state:"); ok {
		p.ErrorOnPage = codes(words)
		found = found || len(p.ErrorOnPage) > 0
	}
	e.Kind = Page
	return found
}

// read sets flag if the line has it.
func (e *Event) read(flag *device.Fact[bool], matches func() *regexp.Regexp) bool {
	match := matches().FindStringSubmatch(e.Text)
	if match == nil {
		return false
	}
	*flag = device.Known(match[1] == "1" || strings.EqualFold(match[1], "yes"))
	return true
}
