package terminal

import (
	"fmt"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/format"
)

// Lines prints each finished device on a line, for screens that cannot show the whole tray.
func Lines(screen *Screen) func(report.Event) {
	total, done := 0, 0
	places := map[string]int{} // index of each device's line, by UDID
	return func(e report.Event) {
		switch {
		case screen.IsTerminal():
		case e.Type == report.RunStart && e.Total != nil:
			total = *e.Total
		case e.Type == report.DeviceDone:
			place, again := places[e.UDID]
			if !again || e.UDID == "" {
				done++
				place = done
				places[e.UDID] = place
			}
			fmt.Fprintln(screen, format.Line(*e.Device, place, total, format.Options{UTF8: screen.UTF8(), Zone: time.Local}))
		}
	}
}
