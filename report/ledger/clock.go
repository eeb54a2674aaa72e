package ledger

import (
	"time"

	"github.com/backupdoctor/backupdoctor/report"
)

// clockSlack is how far dates may deviate from the order of writing: devices are read concurrently,
// and clock corrections take seconds.
const clockSlack = int64(10 * time.Minute / time.Second)

// A clock judges dates in their order of writing.
type clock struct {
	now    int64
	latest int64 // latest date so far, ignoring dates in the future
}

func clockAt(now time.Time) clock { return clock{now: now.Unix()} }

// judge returns why a date is in doubt, or "" if it is not.
func (c *clock) judge(at int64) string {
	switch {
	case c.isFuture(at):
		return report.DoubtFuture
	case at < c.latest-clockSlack:
		return report.DoubtJumpedBack
	}
	c.latest = max(c.latest, at)
	return ""
}

func (c *clock) isFuture(at int64) bool { return at > c.now+clockSlack }
