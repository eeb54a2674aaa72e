package ledger

import (
	"time"

	"github.com/backupdoctor/backupdoctor/report"
)

// clockSlack is how far dates may be apart from the order in which they were written: devices
// are read at the same time, and a clock is set by seconds.
const clockSlack = int64(10 * time.Minute / time.Second)

// A clock judges dates in the order in which they were written.
type clock struct {
	now    int64
	latest int64 // of the dates so far, without those in the future
}

func clockAt(now time.Time) clock { return clock{now: now.Unix()} }

// judge says why a date is in doubt; "" if it is not.
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
