package format

import (
	"cmp"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

// A mark shows a verdict or status as a symbol and a word, so that colour is never the only
// clue.
type mark struct {
	symbol string
	ascii  string
	word   string
	style  style
}

// A Mark shows a verdict, status or proof on a page as a symbol and a word. Its tone is never the
// only clue.
type Mark struct {
	Tone string // bad, warn, good, unknown or note
	Sign string
	Word string
}

// VerdictMark returns the mark of a device's verdict.
func VerdictMark(verdict string) Mark { return newMark(markOfVerdict(report.Device{Verdict: verdict})) }

// StatusMark returns the mark of a finding's status.
func StatusMark(status string) Mark { return newMark(markOfStatus(status)) }

// BackupMark returns the mark of the verdict on a backup folder.
func BackupMark(verdict string) Mark { return newMark(markOfProof(verdict)) }

func newMark(m mark) Mark {
	tones := map[style]string{red: "bad", yellow: "warn", green: "good", cyan: "unknown"}
	return Mark{Tone: cmp.Or(tones[m.style], "note"), Sign: m.symbol, Word: report.Clean(m.word)}
}

// widestWord is the width of the longest mark in a device's title.
const widestWord = len("No cause found")

// lead returns the mark's symbol and a space, as the lead of a paragraph.
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
