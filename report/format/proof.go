package format

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

// A proofRow is one line of the proof behind a verdict on a backup.
type proofRow struct {
	Label, Text string
	Shown       device.Shown
}

// proofLabels are short names of the statements. Those in the second group are listed only if
// they were not shown, because they are obvious for a whole backup.
var (
	proofLabels = map[device.StatementID]string{
		device.StatementList: "list of files", device.StatementFiles: "files", device.StatementLengths: "lengths",
		device.StatementPadding: "padding", device.StatementDigests: "digests",
	}
	proofLabelsIfOpen = map[device.StatementID]string{
		device.StatementLayout: "layout", device.StatementKind: "encryption", device.StatementState: "last backup", device.StatementInfo: "Info.plist",
		device.StatementDevice: "device", device.StatementDatabases: "databases", device.StatementUnchanged: "unchanged",
	}
)

// proofRows returns the statements about a backup with their counts. takenAt is the time of the
// report.
func proofRows(b report.Backup, takenAt time.Time) []proofRow {
	var rows []proofRow
	var named []string // modes already named by a row
	for _, s := range b.Statements {
		id, shown := device.StatementID(s.ID), device.Shown(s.Shown)
		label, counted := proofLabels[id]
		if !counted && shown != device.ShownTrue && shown != device.NotLookedAt {
			label = proofLabelsIfOpen[id]
		}
		if shown == device.ShownNeither {
			more := slices.ContainsFunc(s.Faults, func(mode string) bool { return !slices.Contains(named, mode) })
			if !more && (id != device.StatementFiles || b.Unlisted == 0) {
				continue // left open by the same fault as another statement
			}
		}
		named = append(named, s.Faults...)
		if text := proofText(b, s); label != "" && text != "" {
			rows = append(rows, proofRow{label, text, shown})
		}
	}
	if b.Unlisted > 0 && b.Listed > 0 {
		rows = append(rows, proofRow{"unlisted", words.Number(b.Unlisted) + " more named like files of a backup", device.NotLookedAt})
	}
	if !b.ProvedAt.IsZero() {
		rows = append(rows, proofRow{"proved", fmt.Sprintf("%s (%s); its lists and folders have not changed since", words.Ago(b.ProvedAt, takenAt), words.Moment(b.ProvedAt)), device.ShownTrue})
	}
	return rows
}

// proofText returns what was shown of a statement, or why it was not.
func proofText(b report.Backup, s report.Statement) string {
	switch device.Shown(s.Shown) {
	case device.ShownTrue:
		return shownText(b, s)
	case device.NotLookedAt:
		return notLookedAtText(b, s)
	}
	why := strings.Join(convert(s.Faults, device.Token), ", ")
	verb := "cannot tell"
	if device.Shown(s.Shown) == device.ShownFalse {
		verb = "failed"
	}
	switch id := device.StatementID(s.ID); {
	case id == device.StatementFiles && s.Of == 0 && b.Unlisted > 0:
		verb = fmt.Sprintf("%s in the folder; which belong to the backup is unknown", words.Number(b.Unlisted))
	case id == device.StatementDigests && b.Depth == string(device.QuickLook):
	case (id == device.StatementFiles || id == device.StatementLengths || id == device.StatementPadding || id == device.StatementDigests) && s.Of > 0:
		verb = fmt.Sprintf("%s of %s right", words.Number(s.Count), words.Number(s.Of))
		if id == device.StatementFiles {
			verb = fmt.Sprintf("%s of %s there", words.Number(s.Count), words.Number(s.Of))
		}
	}
	if why == "" {
		return verb
	}
	return verb + ": " + why
}

// shownText returns the basis of a statement that was shown, with the number of items not
// compared.
func shownText(b report.Backup, s report.Statement) string {
	switch device.StatementID(s.ID) {
	case device.StatementList:
		return fmt.Sprintf("complete (%s)", number(s.Count, "entry", "entries"))
	case device.StatementFiles:
		return fmt.Sprintf("%s of %s there", words.Number(s.Count), words.Number(s.Of))
	case device.StatementLengths:
		return lengthsText(b, s)
	case device.StatementPadding:
		return words.Number(s.Count) + " right (password given)"
	case device.StatementDigests:
		text := number(s.Count, "digest is", "digests are") + " right, " + number(b.WithoutDigest, "file carries", "files carry") + " none"
		if b.DigestsLeft > 0 {
			text += fmt.Sprintf(", %s not compared", words.Number(b.DigestsLeft))
		}
		if b.ReceivedRight > 0 {
			text += fmt.Sprintf(", %s of %s as they arrived", words.Number(b.ReceivedRight), words.Number(b.Listed))
		}
		return text
	}
	return ""
}

func lengthsText(b report.Backup, s report.Statement) string {
	text := words.Number(s.Count) + " right"
	if b.LengthsByHeader > 0 {
		text += fmt.Sprintf(", %s of them by the SQLite header", words.Number(b.LengthsByHeader))
	}
	if b.LengthsUnknown > 0 {
		text += fmt.Sprintf(", %s not recorded", words.Number(b.LengthsUnknown))
	}
	if b.Longer > 0 {
		text += ", " + number(b.Longer, "file is", "files are") + " longer than recorded; one that grew during the backup looks the same"
	}
	return text
}

func notLookedAtText(b report.Backup, s report.Statement) string {
	switch id := device.StatementID(s.ID); {
	case id == device.StatementDigests && b.DigestsLeft+b.WithoutDigest == 0:
		return "not checked" // the list was not read, or no file was found: how many carry one is unknown
	case id == device.StatementDigests:
		return fmt.Sprintf("not checked; --deep compares %s, %s", words.Number(b.DigestsLeft), number(b.WithoutDigest, "file carries none", "files carry none"))
	case id == device.StatementPadding && s.Of > 0:
		return "not checked: " + device.Quoted(s.Detail)
	}
	return ""
}

// statementLine returns a statement about a backup, and whether it was shown.
func statementLine(s report.Statement) string {
	line := map[device.Shown]string{device.ShownTrue: "shown", device.ShownFalse: "not so", device.NotLookedAt: "not checked"}[device.Shown(s.Shown)]
	if line == "" {
		line = "cannot tell"
	}
	line += ": " + device.Token(s.ID)
	if s.Of > 0 {
		line += fmt.Sprintf(", %d of %d", s.Count, s.Of)
	}
	if len(s.Faults) > 0 {
		line += " (" + strings.Join(convert(s.Faults, device.Token), ", ") + ")"
	}
	return line
}

// number formats a number with the singular or plural of a word.
func number(n uint64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return words.Number(n) + " " + many
}
