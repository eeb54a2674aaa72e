package mobilebackup

import (
	"fmt"
	"strings"
	"time"
)

// A Step is one message of a session, without the contents of files: enough to see what a
// device did, and to write down what no simulated one can show. In paths the UDID is left out;
// the names of stored files are digests of what they hold the place of.
type Step struct {
	Seconds float64 `json:"seconds"` // since the session began
	Sent    bool    `json:"sent"`    // by this computer
	Name    string  `json:"name"`
	Detail  string  `json:"detail,omitempty"`
}

// maxDetail bounds the text of a step.
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

// printable is a stranger's text as it may be written down.
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

// summary is what a message is about.
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
