package hubpages

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report/ledger"
)

// readInPart is the value of the filter for devices that were read only in part.
const readInPart = "in-part"

// maxDays is ten years.
const maxDays = 3650

// filterOf parses the device filter and sort order of a URL. The database validates all values
// except the number of days.
func (s *site) filterOf(r *http.Request) (ledger.Filter, ledger.Sort, url.Values, error) {
	f := ledger.Filter{
		Site: r.FormValue("site"), Bench: r.FormValue("bench"), Verdict: r.FormValue("verdict"), Cause: r.FormValue("cause"),
		Backup: ledger.Backup(r.FormValue("backup")),
	}
	n, err := days(r, "days", 0)
	switch read := r.FormValue("read"); read {
	case "":
	case readInPart:
		f.Incomplete = true
	default:
		err = errors.Join(err, fmt.Errorf("%w: read is %s, and must be %s", ledger.ErrFilter, device.Quoted(read), readInPart))
	}
	if n > 0 {
		f.BackupBefore = s.Now().Add(-time.Duration(n) * aDay)
	}
	order := cmp.Or(ledger.Sort(r.FormValue("sort")), ledger.WorstFirst)
	return f, order, kept(r, "site", "bench", "verdict", "cause", "backup", "read", "days", "sort"), err
}

// changesOf parses the change filter of a URL.
func (s *site) changesOf(r *http.Request) (ledger.ChangeFilter, url.Values, error) {
	n, err := days(r, "days", changedDays)
	f := ledger.ChangeFilter{
		Change: cmp.Or(ledger.Change(r.FormValue("change")), ledger.New), Check: r.FormValue("check"), Site: r.FormValue("site"),
		Since: s.Now().Add(-time.Duration(n) * aDay),
	}
	return f, kept(r, "change", "check", "site", "days"), err
}

func pageOf(r *http.Request) ledger.Page {
	return ledger.Page{After: r.FormValue("after"), Rows: rowsOfPage}
}

// days parses a number of days, or returns otherwise if there is none. If it is invalid, the
// error is [ledger.ErrFilter].
func days(r *http.Request, name string, otherwise int) (int, error) {
	text := r.FormValue(name)
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > maxDays {
		return otherwise, fmt.Errorf("%w: %s is %s, and must be 1 to %d", ledger.ErrFilter, name, device.Quoted(text), maxDays)
	}
	return n, nil
}

// kept returns the nonempty parameters of a URL.
func kept(r *http.Request, names ...string) url.Values {
	values := url.Values{}
	for _, name := range names {
		if value := r.FormValue(name); value != "" {
			values.Set(name, value)
		}
	}
	return values
}
