package format

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/olekukonko/tablewriter/tw"
)

// WriteSlotReport writes the slots for a terminal.
func WriteSlotReport(w io.Writer, slots report.SlotReport, o Options) error {
	p := newPage(o)
	header := []column{{"Slot or port", 3}, {"Visits", 2}, {"In trouble", 5}, {"Verdict", 4}}
	var rows [][]cell
	suspicious := 0
	for _, slot := range slots.Slots {
		m := healthMark(slot)
		if slot.Suspicious {
			suspicious++
		}
		rows = append(rows, []cell{p.slotCell(slot), p.visitors(slot), p.trouble(slot), {{p.lead(m), m.style, m.word, plain}}})
	}
	if err := p.rows(header, slices.Values(rows), tw.On); err != nil {
		return err
	}
	if len(rows) > 0 {
		p.print("")
	}
	p.print(p.hang("", plain, slotTotals(slots, suspicious))...)
	return p.write(w)
}

// fewVisits is the number of visits needed to judge a slot.
const fewVisits = 3

// healthMark returns the mark for the health of a slot. A slot without trouble is healthy only
// after enough visits.
func healthMark(slot report.SlotHealth) mark {
	switch {
	case slot.Suspicious:
		return mark{"✗", "[x]", "devices keep failing here", red}
	case slot.Trouble > 0:
		return mark{"?", "[?]", "too few problems to suspect it", cyan}
	case slot.Visits < fewVisits:
		return mark{"?", "[?]", "too few visits to tell", cyan}
	default:
		return mark{"✓", "[+]", "no trouble in " + words.Count(slot.Visits, "visit"), green}
	}
}

func (p *page) slotCell(slot report.SlotHealth) cell {
	c := cell{{text: p.text(benchPlace(slot.Slot, slot.Location))}}
	if slot.Slot != "" && slot.Location != "" {
		c = append(c, paragraph{text: p.text(slot.Location), style: dim})
	}
	return c
}

func (p *page) visitors(slot report.SlotHealth) cell {
	return cell{{text: words.Count(slot.Visits, "visit")}, {text: "of " + words.Count(slot.Devices, "device"), style: dim}}
}

// trouble returns how many visits were in trouble, and why.
func (p *page) trouble(slot report.SlotHealth) cell {
	if slot.Trouble == 0 {
		return cell{{text: "none"}}
	}
	c := cell{{text: fmt.Sprintf("%d, with %s; the last on %s", slot.Trouble, words.Count(slot.Troubled, "device"), words.Date(p.in(slot.LastTrouble)))}}
	for _, reason := range slot.Reasons {
		c = append(c, paragraph{text: p.text(fmt.Sprintf("%s (%d)", reasonOf(reason.Reason, ""), reason.Visits)), style: dim})
	}
	return c
}

func slotTotals(slots report.SlotReport, suspicious int) string {
	looked := "in " + words.Count(slots.Runs, "run") + "."
	if len(slots.Slots) == 0 {
		return "No device was seen at a known slot or port " + looked
	}
	if suspicious == 0 {
		return fmt.Sprintf("None of %s is suspicious %s", words.Count(len(slots.Slots), "place"), looked)
	}
	var names []string
	for _, slot := range slots.Slots[:suspicious] {
		names = append(names, benchPlace(slot.Slot, slot.Location))
	}
	return fmt.Sprintf("Suspicious: %s, %s Swap the cable or the port there, and see whether the problems follow.", strings.Join(names, ", "), looked)
}
