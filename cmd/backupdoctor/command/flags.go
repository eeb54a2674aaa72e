package command

import (
	"strings"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/urfave/cli/v2"
)

// Option returns a boolean flag.
func Option(category, name, usage string) cli.Flag {
	return &cli.BoolFlag{Name: name, Category: category, Usage: usage, DisableDefaultText: true}
}

// List returns the values of a flag that may be repeated and may have comma-separated values.
func List(ctx *cli.Context, flag string) []string {
	var all []string
	for _, value := range ctx.StringSlice(flag) {
		for part := range strings.SplitSeq(value, ",") {
			if part = strings.TrimSpace(part); part != "" {
				all = append(all, part)
			}
		}
	}
	return all
}

// Conflict returns an error if both flags of a pair were given.
func Conflict(ctx *cli.Context, pairs ...[2]string) error {
	for _, pair := range pairs {
		if ctx.IsSet(pair[0]) && ctx.IsSet(pair[1]) {
			return Usage(HelpHint(ctx), "--%s and --%s cannot be used together", pair[0], pair[1])
		}
	}
	return nil
}

// Check finds a check by its ID, or by the label of its trouble in reports: "backup stale".
func Check(id string) (*checks.Check, error) {
	if check, known := checks.Find(id); known {
		return check, nil
	}
	label := strings.TrimPrefix(strings.ToLower(strings.TrimSpace(id)), "may be: ")
	for _, check := range checks.All() {
		if strings.EqualFold(check.Short, label) || check.ID == strings.ReplaceAll(label, " ", "-") {
			return check, nil
		}
	}
	return nil, Usage(CheckHint(id), "unknown check %.200q", id)
}

// CheckHint suggests what to do about an unknown check ID.
func CheckHint(id string) string {
	if near := Closest(id, CheckIDs()); near != "" {
		return "did you mean " + near + "?"
	}
	return "see backupdoctor checks"
}

// CheckIDs returns the IDs of all checks, in order.
func CheckIDs() []string {
	var ids []string
	for _, check := range checks.All() {
		ids = append(ids, check.ID)
	}
	return ids
}

// Examples formats example command lines with comments, for the description of a command.
func Examples(lines ...string) string {
	return "Examples:\n\n" + Indented(strings.Join(lines, "\n"))
}

// Indented indents every line as in help texts.
func Indented(text string) string {
	return "   " + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n   ")
}

// ExitCodes returns the section on exit codes for a program's description.
func ExitCodes() string { return "Exit codes:\n\n" + Indented(report.ExitTable()) }
