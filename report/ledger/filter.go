package ledger

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
)

// ErrFilter is returned for a filter with an unknown value. Ignoring the value would list
// everything.
var ErrFilter = errors.New("unknown value of a filter")

// oneOf returns an ErrFilter that lists the valid values, unless value is one of them.
func oneOf[S ~string](name string, value S, known ...S) error {
	if slices.Contains(known, value) {
		return nil
	}
	var names []string
	for _, k := range known {
		if k != "" {
			names = append(names, string(k))
		}
	}
	return fmt.Errorf("%w: %s is %s, and must be %s", ErrFilter, name, device.Quoted(text(string(value), maxName)), strings.Join(names, ", "))
}

// check rejects values that no device can have. Sites and benches are free-form names: one that no
// device has gives an empty list.
func (f Filter) check(order Sort) error {
	return errors.Join(
		oneOf("verdict", f.Verdict, append(checks.VerdictNames(), otherVerdict, "")...),
		oneOf("backup", f.Backup, BackupKnown, BackupNever, BackupUnknown, ""),
		oneOf("sort", order, WorstFirst, NewestFirst, LongestFirst),
	)
}

// unknownCheck returns the error for a filter by a check that neither this version nor the database
// knows.
func unknownCheck(id string) error {
	if _, known := checks.Find(id); known {
		return nil
	}
	return fmt.Errorf("%w: there is no check %s", ErrFilter, device.Quoted(text(id, maxName)))
}
