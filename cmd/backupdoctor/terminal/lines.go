package terminal

import (
	"fmt"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/format"
)

// Lines prints each finished device on a line, where the screen is no terminal that could show
// the whole tray.
func Lines(screen *Screen) func(report.Event) {
	total, done := 0, 0
	return func(e report.Event) {
		switch {
		case screen.IsTerminal():
		case e.Type == report.RunStart && e.Total != nil:
			total = *e.Total
		case e.Type == report.DeviceDone:
			done++
			fmt.Fprintln(screen, format.Line(*e.Device, done, total, format.Options{UTF8: screen.UTF8()}))
		}
	}
}
