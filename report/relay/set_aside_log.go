package relay

import (
	"log/slog"
	"time"

	"github.com/backupdoctor/backupdoctor/report/relay/envelope"
)

// A setAsideLog logs which messages were set aside. A bench may send any number of them, so that each
// reason is logged once a minute for each bench, with how many there were since. The database counts
// all of them. Only the goroutine that takes messages uses it.
type setAsideLog map[setAsideKey]*setAsideCount

type setAsideKey struct {
	bench  string
	reason envelope.Reason
}

type setAsideCount struct {
	last   time.Time // when it was logged
	others int       // set aside since, and not logged
}

const asideEvery = time.Minute

func newSetAsideLog() setAsideLog { return setAsideLog{} }

func (l setAsideLog) tell(log *slog.Logger, bench string, reason envelope.Reason, why error) {
	of := setAsideKey{bench, reason}
	c := l[of]
	if c == nil {
		c = new(setAsideCount)
		l[of] = c
	}
	if time.Since(c.last) < asideEvery {
		c.others++
		return
	}
	log.Warn("a message was set aside", "bench", bench, "reason", string(reason), "why", why, "others", c.others)
	c.last, c.others = time.Now(), 0
}
