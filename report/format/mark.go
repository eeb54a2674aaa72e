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
const widestWord = len("No cause found")

// lead is the mark's symbol and the space behind it, to hang a text on.
func (p *page) lead(m mark) string { return p.sign(m.symbol, m.ascii) + " " }

func markOfVerdict(d report.Device) mark {
	word := checks.Verdict(d.Verdict).Label()
	switch checks.Verdict(d.Verdict) {
	case checks.Failing:
		return mark{"✗", "[x]", word, red}
	case checks.AtRisk:
		return mark{"!", "[!]", word, yellow}
	case checks.NoCauseFound:
		return mark{"?", "[?]", word, cyan}
	case checks.BackedUp:
		return mark{"✓", "[+]", word, green}
	case checks.NotExamined:
		return mark{"–", "[-]", word, cyan}
	case checks.Suppressed:
		return mark{"·", "[.]", word, dim}
	default:
		return mark{"?", "[?]", report.Clean(word + " " + device.Quoted(d.Verdict)), cyan}
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
