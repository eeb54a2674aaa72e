package mobilebackup

import (
	"fmt"
	"strings"
	"time"
)

// A Step is one message of a session, without file contents: enough to see what a device did, and
// to record what a simulator cannot show. The UDID is removed from paths; the names of stored
// files are digests of their paths on the device.
type Step struct {
	Seconds float64 `json:"seconds"` // since the start of the session
	Sent    bool    `json:"sent"`    // by this computer
	Name    string  `json:"name"`
	Detail  string  `json:"detail,omitempty"`
}

// maxDetail limits the text of a step.
const maxDetail = 200

func (r *run) trace(sent bool, name, detail string) {
	if r.Trace == nil {
		return
	}
	detail = strings.ReplaceAll(detail, r.UDID, "UDID")
	r.Trace(Step{
		Seconds: time.Since(r.began).Seconds(), Sent: sent,
		Name: printable(name, maxDetail), Detail: printable(detail, maxDetail),
	})
}

// printable makes untrusted text safe to print, limited to most bytes.
func printable(text string, most int) string {
	if len(text) > most {
		text = text[:most]
	}
	return strings.Map(func(c rune) rune {
		if c < ' ' || c > '~' {
			return '?'
		}
		return c
	}, text)
}

// summary describes a message.
func (r *run) summary(m message) string {
	switch m.name {
	case downloadFiles, removeFiles, removeItems:
		paths, _ := m.texts(1)
		if len(paths) == 0 {
			return ""
		}
		return fmt.Sprintf("%d: %s", len(paths), paths[0])
	case moveFiles, moveItems:
		return fmt.Sprint(len(m.dict(1)))
	case listFolder, createDirectory:
		return m.textOr(1)
	case uploadFiles:
		return fmt.Sprintf("%.0f bytes", m.number(3))
	case purgeDiskSpace:
		return fmt.Sprintf("%.0f bytes, urgency %.0f", m.number(1), m.number(2))
	}
	return ""
}
