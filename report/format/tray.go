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

// A TrayRow is one device of a tray while that is examined.
type TrayRow struct {
	Slot  string         // its place on the bench; "" if it has none
	Name  string         // what its owner calls it, or its UDID until that is known
	State string         // Waiting, Reading, Verifying or Retrying; says nothing once Found is there
	Found *report.Device // what was found on it; nil until it is finished
	Turn  int            // of its latest news: that of newer news is larger
}

// A TrayView is what a terminal shows of a tray while it is examined.
type TrayView struct {
	Rows   []TrayRow // in the order in which they are shown
	Note   string    // what is being done besides; "" for nothing
	Height int       // lines that there are
	Beat   int       // counts up while time goes by, to turn the spinners
}

// The columns that the labels of a row may take; on a narrow page less, so that at least
// half of it is left to say what becomes of the device.
const (
	maxSlotWidth = 12
	maxTrayName  = 24
)

// leastTrayHeight is what the smallest view needs.
const leastTrayHeight = 4

// Tray draws a view, one line for each device and none longer than the page, without a
// newline at the end. Of a tray that is higher than the terminal it shows what is under way
// and what was finished last.
func Tray(v TrayView, o Options) string {
	p := newPage(o)
	if len(v.Rows) > 0 {
		p.print(p.trayTotals(v.Rows))
	}
	room := max(v.Height, leastTrayHeight) - 2 // for the totals, and the line that stays free below
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
		p.print(p.trayRow(row, slots, names, v.Beat))
	}
	if len(hidden) > 0 {
		p.print(p.paint(dim, cut(fmt.Sprintf("and %d more: %s", len(hidden), stagesOf(hidden)), p.Width, "")))
	}
	if v.Note != "" {
		p.print(p.paint(dim, cut(p.text(v.Note), p.Width, p.sign("…", "..."))))
	}
	return strings.Join(p.lines, "\n")
}

// trayTotals counts what is finished, and what became of it.
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

// stagesOf counts rows by how far they have come.
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

// liveliest parts the rows into as many as there is room for and the others: those under way
// come before those finished last, and these before those that wait. Both keep the order in
// which they stood.
func liveliest(rows []TrayRow, room int) (shown, hidden []TrayRow) {
	order := make([]int, len(rows))
	for i := range rows {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(liveliness(rows[b]), liveliness(rows[a])), cmp.Compare(rows[b].Turn, rows[a].Turn))
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

// liveliness is how far a device has come, in the order in which rows are worth showing: 0
// waits, 1 is finished, 2 is under way.
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

// trayRow is the line of one device.
func (p *page) trayRow(row TrayRow, slots, names, beat int) string {
	label := ""
	ellipsis := p.sign("…", "...")
	if slots > 0 {
		label = pad(cut(p.text(device.Label(row.Slot)), slots, ellipsis), slots) + "  "
	}
	label += pad(cut(p.text(device.Label(row.Name)), names, ellipsis), names) + "  "
	lead, text, s := p.spinner(beat), row.State, dim
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

// spinner turns while a device is being asked.
func (p *page) spinner(beat int) string {
	frames := []rune(p.sign("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏", `|/-\`))
	return string(frames[beat%len(frames)]) + " "
}

// Outcome is what became of a device, in as few words as there are: the verdict, and the
// causes by their short names.
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

// Line is one finished device on one line, of which count are finished out of total; with a
// total of 0 nobody knows how many there will be. It is never broken: it may be longer than
// the page.
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
