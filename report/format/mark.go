package format

import (
	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

// A mark is how a verdict or a status is shown: a symbol and a word, so that nothing hangs
// on the colour alone.
type mark struct {
	symbol string
	ascii  string
	word   string
	style  style
}

// widestWord is the width of the longest word of a mark that titles a device.
const widestWord = len("Nothing found")

// lead is the mark's symbol and the space behind it, to hang a text on.
func (p *page) lead(m mark) string { return p.sign(m.symbol, m.ascii) + " " }

func markOfVerdict(d report.Device) mark {
	switch checks.Verdict(d.Verdict) {
	case checks.Failing:
		return mark{"✗", "[x]", "Failing", red}
	case checks.AtRisk:
		return mark{"!", "[!]", "At risk", yellow}
	case checks.NoneFound:
		return mark{"✓", "[+]", "Nothing found", green}
	}
	switch device.Reason(d.Reason) {
	case device.NeverPaired, device.TrustPending, device.TrustDenied, device.TrustStale, device.TrustForbidden:
		return mark{"?", "[?]", "Not trusted", cyan}
	default:
		return mark{"?", "[?]", "Not examined", cyan}
	}
}

func markOfStatus(status string) mark {
	switch checks.Status(status) {
	case checks.Problem:
		return mark{"✗", "[x]", "problem", red}
	case checks.Warning:
		return mark{"!", "[!]", "warning", yellow}
	case checks.OK:
		return mark{"✓", "[+]", "ok", green}
	case checks.Ask:
		return mark{"•", "[-]", "ask", plain}
	default:
		return mark{"?", "[?]", "unknown", cyan}
	}
}
