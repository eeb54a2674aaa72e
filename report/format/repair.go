package format

import (
	"io"
	"strings"

	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

// WriteRepairs writes the open repairs for a terminal, one device per paragraph.
func WriteRepairs(w io.Writer, list report.RepairList, o Options) error {
	p := newPage(o)
	for _, one := range list.Repairs {
		d := deviceOf(one.Device)
		who := []string{p.text(modelOf(p.labels([]report.Device{d})[0], d)), p.text(repairBegan(one.Repair, p))}
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
