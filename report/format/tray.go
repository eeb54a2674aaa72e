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
	Slot  string         // slot on the bench; "" if it has none
	Name  string         // owner's name for it, or its UDID until that is known
	State string         // Waiting, Reading, Verifying or Retrying; ignored once Found is set
	Found *report.Device // the result; nil until the device is finished
}

// A TrayView is the live view of a tray in a terminal.
type TrayView struct {
	Rows   []TrayRow // in order of attachment
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
// newline. Devices that need attention come first, worst first, then those in progress, those
// waiting, and the rest, each by slot. If the tray is higher than the terminal, devices that are
// backed up share a line, and the last rows that do not fit are counted.
func Tray(v TrayView, o Options) string {
	p := newPage(o)
	if len(v.Rows) > 0 {
		p.print(p.trayTotals(v.Rows))
	}
	room := max(v.Height, leastTrayHeight) - 2 // for the totals, and a free line below
	if v.Note != "" {
		room--
	}
	shown, well, hidden := fitting(byImportance(v.Rows), room)
	slots, names := 0, 0
	for _, row := range v.Rows {
		slots = max(slots, min(maxSlotWidth, p.Width/8, columns(p.text(row.Slot))))
		names = max(names, min(maxTrayName, p.Width/3, columns(p.text(row.Name))))
	}
	for _, row := range shown {
		p.print(p.trayRow(row, slots, names, v.Tick))
	}
	if len(well) > 0 {
		p.print(p.wellRow(well))
	}
	if len(hidden) > 0 {
		p.print(p.paint(dim, cut(fmt.Sprintf("and %d more: %s", len(hidden), strings.Join(stagesOf(hidden), ", ")), p.Width, "")))
	}
	if v.Note != "" {
		p.print(p.paint(dim, cut(p.text(v.Note), p.Width, p.sign("…", "..."))))
	}
	return strings.Join(p.lines, "\n")
}

// byImportance returns rows in display order.
func byImportance(rows []TrayRow) []TrayRow {
	ranks, order := make([]int, len(rows)), make([]int, len(rows))
	for i, row := range rows {
		ranks[i], order[i] = importance(row), i
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(ranks[a], ranks[b]), report.CompareSlots(rows[a].Slot, rows[b].Slot), cmp.Compare(a, b))
	})
	return convert(order, func(i int) TrayRow { return rows[i] })
}

// importance returns the sort rank of a row, lowest first.
func importance(row TrayRow) int {
	const inProgress, waiting, finished = 100, 101, 102 // after every rank of a verdict
	switch {
	case row.Found != nil && report.NeedsAttention(*row.Found):
		return report.Rank(*row.Found)
	case row.Found != nil:
		return finished + report.Rank(*row.Found)
	case row.waits():
		return waiting
	default:
		return inProgress
	}
}

// fitting divides rows into those that fit into the given number of lines, those that are well and
// share a line, and those that are only counted.
func fitting(rows []TrayRow, room int) (shown, well, hidden []TrayRow) {
	if len(rows) <= room {
		return rows, nil, nil
	}
	for _, row := range rows {
		if row.Found != nil && checks.Verdict(row.Found.Verdict) == checks.BackedUp && !report.NeedsAttention(*row.Found) {
			well = append(well, row)
		} else {
			shown = append(shown, row)
		}
	}
	if len(well) > 0 {
		room--
	}
	if len(shown) > room {
		fit := max(0, room-1)
		shown, hidden = shown[:fit], shown[fit:]
	}
	return shown, well, hidden
}

// trayTotals counts the finished devices by verdict.
func (p *page) trayTotals(rows []TrayRow) string {
	finished := slices.DeleteFunc(slices.Clone(rows), func(row TrayRow) bool { return row.Found == nil })
	parts := append([]string{fmt.Sprintf("%d of %s examined", len(finished), words.Count(len(rows), "device"))}, stagesOf(finished)...)
	return p.paint(bold, cut(strings.Join(parts, p.sign(" · ", ", ")), p.Width, ""))
}

// stagesOf counts finished rows by verdict, and the others by whether they are in progress.
func stagesOf(rows []TrayRow) []string {
	inProgress, waiting := 0, 0
	verdicts := map[checks.Verdict]int{}
	for _, row := range rows {
		switch {
		case row.Found != nil:
			verdicts[checks.Verdict(row.Found.Verdict)]++
		case row.waits():
			waiting++
		default:
			inProgress++
		}
	}
	var parts []string
	for _, v := range checks.Verdicts() {
		if n := verdicts[v]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, strings.ToLower(v.Label())))
		}
	}
	if inProgress > 0 {
		parts = append(parts, fmt.Sprintf("%d under way", inProgress))
	}
	if waiting > 0 {
		parts = append(parts, fmt.Sprintf("%d waiting", waiting))
	}
	return parts
}

// waits reports whether the examination of a device has not started.
func (row TrayRow) waits() bool {
	return row.Found == nil && (row.State == "" || row.State == report.Waiting)
}

// wellRow returns the line that healthy devices share. The age of the oldest backup comes before
// their slots, so that it is not cut off.
func (p *page) wellRow(rows []TrayRow) string {
	where, age := p.whereAndAge(convert(rows, func(row TrayRow) string { return p.cutLabel(row.Name) }), convert(rows, func(row TrayRow) report.Device { return *row.Found }))
	text := fmt.Sprintf("%d backed up", len(rows))
	if age != "" {
		text += "; " + age
	}
	m := markOfVerdict(*rows[0].Found)
	return p.paint(m.style, p.lead(m)) + cut(p.text(text+": "+where), p.Width-columns(p.lead(m)), p.sign("…", "..."))
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
		lead, text, s = p.lead(m), Outcome(report.DeviceInZone(*row.Found, p.Zone)), m.style
	case row.waits():
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

// Outcome summarizes the result for a device: the verdict, and why.
func Outcome(d report.Device) string {
	word, why := markOfVerdict(d).word, Why(d)
	if why == "" {
		return word
	}
	return word + ": " + why
}

// Why returns why a device has its verdict: the reason why it was not examined, the short names of
// the causes, or what was seen if no cause was found. It is "" if the verdict says it all.
func Why(d report.Device) string { return because(d, len(d.Findings)) }

// because is like Why, with at most the given number of causes.
func because(d report.Device, most int) string {
	verdict, causes := checks.Verdict(d.Verdict), report.CausesOf(d)
	switch {
	case verdict == checks.NotExamined && d.Reason != "":
		return reasonOf(d.Reason, d.Detail)
	case len(causes) > 0:
		names := shorts(causes)
		if more := len(names) - most; more > 0 {
			names = append(names[:most], fmt.Sprintf("%d more", more))
		}
		return strings.Join(names, ", ")
	case verdict == checks.NoCauseFound:
		// The mark says the first words of the headline.
		return strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(d.Headline, checks.NoCause), "; "), ".")
	default:
		return ""
	}
}

// Line formats a finished device on one line, numbered count of total; total is 0 if unknown.
// The line is never wrapped, and may be longer than the page.
func Line(d report.Device, count, total int, o Options) string {
	p := newPage(o)
	parts := []string{p.nameOf(d), Outcome(report.DeviceInZone(d, o.Zone))}
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
