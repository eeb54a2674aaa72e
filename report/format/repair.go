package format

import (
	"io"
	"slices"
	"strings"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

// WriteRepairs writes the open repairs for a terminal, one device per paragraph.
func WriteRepairs(w io.Writer, list report.RepairList, o Options) error {
	p := newPage(o)
	devices := convert(list.Repairs, func(r report.DeviceRepair) report.Device { return deviceOf(r.Device) })
	labels := p.labels(devices)
	for i, one := range list.Repairs {
		who := slices.DeleteFunc([]string{labels[i], p.text(modelOf(labels[i], devices[i])), p.text(repairBegan(one.Repair, p))}, func(text string) bool { return text == "" })
		p.print(p.hang("", plain, strings.Join(who, p.sign(" · ", " - ")))...)
		for _, cause := range one.Repair.Causes {
			p.print(p.hang("  found  ", plain, p.text(cause.Short))...)
		}
		for _, deed := range one.Repair.Deeds() {
			p.print(p.hang("  done   ", plain, p.text(deedText(deed, p)))...)
		}
	}
	if len(list.Repairs) == 0 {
		p.print("No repair is open.")
	} else {
		p.print("", words.Count(len(list.Repairs), "open repair")+": the next visit of the device says whether it worked.")
	}
	return p.write(w)
}

// repairBegan says when a repair began and who did it.
func repairBegan(r report.Repair, p *page) string {
	text := "repair of " + words.Moment(p.in(r.StartedAt))
	if r.By != "" {
		text += " by " + device.Quoted(r.By)
	}
	return text
}

func deedText(deed report.Deed, p *page) string {
	return deed.Text + " (" + words.Moment(p.in(deed.At)) + ")"
}

// repairFound names the causes that a device had when its repair began, and its last backup.
func repairFound(r report.Repair) string {
	var causes []string
	for _, c := range r.Causes {
		causes = append(causes, c.Short)
	}
	if len(causes) == 0 {
		causes = []string{verdictLabel(r.Verdict)}
	}
	text := strings.Join(causes, "; ")
	if r.LastBackup.IsZero() {
		return text + "; the device showed no date of an iCloud backup"
	}
	return text + "; no iCloud backup since " + words.Moment(r.LastBackup)
}

func verdictLabel(verdict string) string { return checks.Verdict(verdict).Label() }

func repairEvidence(r report.Repair) []string {
	var texts []string
	for _, e := range r.Evidence {
		texts = append(texts, e.Text)
	}
	return texts
}

// repairProof says what shows whether a repair worked.
func repairProof(r report.Repair) string {
	text := "none yet: the device shows no new iCloud backup"
	if !r.EndedAt.IsZero() {
		text = "new iCloud backup of " + words.Moment(r.NewBackup())
	}
	for _, e := range r.Events {
		if e.Kind == string(device.RepairCopied) {
			text += "; copy on a computer proved whole, " + words.Moment(e.At)
		}
	}
	return text
}

// repairLine is a repair in one sentence, for formats that have a line for it.
func repairLine(r report.Repair) string {
	text := "Repair of " + words.Moment(r.StartedAt)
	if r.By != "" {
		text += " by " + device.Quoted(r.By)
	}
	if r.EndedAt.IsZero() {
		return text + " is open: no new iCloud backup yet"
	}
	return text + " worked: backed up " + words.Moment(r.NewBackup())
}

// repairDone lists what was done in a repair, with the times.
func repairDone(r report.Repair) string {
	return joined(r.Deeds(), func(d report.Deed) string { return d.Text + " (" + words.Moment(d.At) + ")" })
}
