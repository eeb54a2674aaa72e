package format

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

// A TrayRow is one device of a tray being examined.
type TrayRow struct {
	Slot    string         // slot on the bench; "" if it has none
	Name    string         // owner's name for it, or its UDID until that is known
	State   string         // Waiting, Reading, Verifying or Retrying; ignored once Found is set
	Found   *report.Device // the result; nil until the device is finished
	Updates int            // increases with each update; newer rows have larger values
}

// A TrayView is the live view of a tray in a terminal.
type TrayView struct {
	Rows   []TrayRow // in display order
	Note   string    // what else is going on; "" for nothing
	Height int       // number of lines available
	Tick   int       // counts up over time, to animate the spinners
}

// The maximum widths of a row's labels. On a narrow page they shrink so that at least half of
// it is left for the state of the device.
const (
	maxSlotWidth = 12
	maxTrayName  = 24
)

// leastTrayHeight is the height of the smallest view.
const leastTrayHeight = 4

// Tray draws a view, with one line per device, no line longer than the page, and no trailing
// newline. If the tray is higher than the terminal, it shows the devices in progress and those
// finished last.
func Tray(v TrayView, o Options) string {
	p := newPage(o)
	if len(v.Rows) > 0 {
		p.print(p.trayTotals(v.Rows))
	}
	room := max(v.Height, leastTrayHeight) - 2 // for the totals, and a free line below
	if v.Note != "" {
		room--
	}
	shown, hidden := v.Rows, []TrayRow(nil)
	if len(shown) > room {
		shown, hidden = liveliest(v.Rows, room-1)
	}
	slots, names := 0, 0
	for _, row := range v.Rows {
		slots = max(slots, min(maxSlotWidth, p.Width/8, columns(p.text(row.Slot))))
		names = max(names, min(maxTrayName, p.Width/3, columns(p.text(row.Name))))
	}
	for _, row := range shown {
		p.print(p.trayRow(row, slots, names, v.Tick))
	}
	if len(hidden) > 0 {
		p.print(p.paint(dim, cut(fmt.Sprintf("and %d more: %s", len(hidden), stagesOf(hidden)), p.Width, "")))
	}
	if v.Note != "" {
		p.print(p.paint(dim, cut(p.text(v.Note), p.Width, p.sign("…", "..."))))
	}
	return strings.Join(p.lines, "\n")
}

// trayTotals counts the finished devices by outcome.
func (p *page) trayTotals(rows []TrayRow) string {
	finished := 0
	verdicts := map[checks.Verdict]int{}
	for _, row := range rows {
		if row.Found != nil {
			finished++
			verdicts[checks.Verdict(row.Found.Verdict)]++
		}
	}
	parts := []string{fmt.Sprintf("%d of %s examined", finished, words.Count(len(rows), "device"))}
	for _, v := range checks.Verdicts() {
		if n := verdicts[v]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, strings.ToLower(v.Label())))
		}
	}
	return p.paint(bold, cut(strings.Join(parts, p.sign(" · ", ", ")), p.Width, ""))
}

// stagesOf counts rows by stage.
func stagesOf(rows []TrayRow) string {
	var count [3]int
	for _, row := range rows {
		count[liveliness(row)]++
	}
	var parts []string
	for stage, word := range []string{"waiting", "finished", "under way"} {
		if count[stage] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", count[stage], word))
		}
	}
	return strings.Join(parts, ", ")
}

// liveliest splits the rows into those that fit and the rest. Devices in progress take
// precedence over recently finished ones, and these over waiting ones. Both results keep the
// original order.
func liveliest(rows []TrayRow, room int) (shown, hidden []TrayRow) {
	order := make([]int, len(rows))
	for i := range rows {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(liveliness(rows[b]), liveliness(rows[a])), cmp.Compare(rows[b].Updates, rows[a].Updates))
	})
	chosen := order[:max(0, min(room, len(order)))]
	for i, row := range rows {
		if slices.Contains(chosen, i) {
			shown = append(shown, row)
		} else {
			hidden = append(hidden, row)
		}
	}
	return shown, hidden
}

// liveliness ranks a row by how much it is worth showing: 0 is waiting, 1 finished, 2 in
// progress.
func liveliness(row TrayRow) int {
	switch {
	case row.Found != nil:
		return 1
	case row.State == "" || row.State == report.Waiting:
		return 0
	default:
		return 2
	}
}

// trayRow returns the line of one device.
func (p *page) trayRow(row TrayRow, slots, names, tick int) string {
	label := ""
	ellipsis := p.sign("…", "...")
	if slots > 0 {
		label = pad(cut(p.text(device.Label(row.Slot)), slots, ellipsis), slots) + "  "
	}
	label += pad(cut(p.text(device.Label(row.Name)), names, ellipsis), names) + "  "
	lead, text, s := p.spinner(tick), row.State, dim
	switch {
	case row.Found != nil:
		m := markOfVerdict(*row.Found)
		lead, text, s = p.lead(m), Outcome(*row.Found), m.style
	case liveliness(row) == 0:
		lead = strings.Repeat(" ", columns(lead))
	}
	room := p.Width - columns(label) - columns(lead)
	if room < 1 {
		return cut(label, p.Width, "")
	}
	return label + p.paint(s, lead) + cut(p.text(text), room, ellipsis)
}

// spinner is animated while a device is being read.
func (p *page) spinner(tick int) string {
	frames := []rune(p.sign("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏", `|/-\`))
	return string(frames[tick%len(frames)]) + " "
}

// Outcome summarizes the result for a device: the verdict, and the short names of the causes.
func Outcome(d report.Device) string {
	word := markOfVerdict(d).word
	var why []string
	for _, f := range report.CausesOf(d) {
		why = append(why, report.ShortFor(f.Check, f.Status))
	}
	switch {
	case checks.Verdict(d.Verdict) == checks.NotExamined && d.Reason != "":
		return word + ": " + reasonOf(d.Reason, d.Detail)
	case len(why) > 0:
		return word + ": " + strings.Join(why, ", ")
	default:
		return word
	}
}

// Line formats a finished device on one line, numbered count of total; total is 0 if unknown.
// The line is never wrapped, and may be longer than the page.
func Line(d report.Device, count, total int, o Options) string {
	p := newPage(o)
	parts := []string{p.nameOf(d), Outcome(d)}
	if d.Slot != "" {
		parts = slices.Insert(parts, 0, "slot "+device.Label(d.Slot))
	}
	if d.Retried != "" {
		parts = append(parts, "at the second try")
	}
	counted := fmt.Sprint(count)
	if total > 0 {
		counted = fmt.Sprintf("%d/%d", count, total)
	}
	return counted + "  " + p.text(strings.Join(parts, " · "))
}
