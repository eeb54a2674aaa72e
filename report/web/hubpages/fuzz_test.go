package hubpages

import (
	"errors"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/report/ledger"
)

// FuzzQuery requests devices with arbitrary queries.
func FuzzQuery(f *testing.F) {
	f.Add("site=x&days=3&sort=longest&after=e30")
	f.Add("days=-1&days=99999999999999999999&backup=\x00")
	s := &site{Config: Config{Now: func() time.Time { return now }}}
	f.Fuzz(func(t *testing.T, query string) {
		r := httptest.NewRequest("GET", "/devices", nil)
		r.URL.RawQuery = query
		filter, order, kept, err := s.filterOf(r)
		if err != nil && (!errors.Is(err, ledger.ErrFilter) || !filter.BackupBefore.IsZero()) {
			t.Errorf("the filter is %+v, %v", filter, err)
		}
		if order == "" {
			t.Error("there is no order")
		}
		if age := now.Sub(filter.BackupBefore); !filter.BackupBefore.IsZero() && (age < aDay || age > maxDays*aDay) {
			t.Errorf("%s is too long ago", age)
		}
		if _, err := url.ParseQuery(kept.Encode()); err != nil {
			t.Error(err)
		}
	})
}
