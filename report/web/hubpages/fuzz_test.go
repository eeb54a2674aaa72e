package hubpages

import (
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/report/ledger"
)

// FuzzQuery asks for devices in whatever words an address may have.
func FuzzQuery(f *testing.F) {
	f.Add("site=x&days=3&sort=longest&after=e30")
	f.Add("days=-1&days=99999999999999999999&backup=\x00")
	s := &site{Config: Config{Now: func() time.Time { return now }}}
	f.Fuzz(func(t *testing.T, query string) {
		r := httptest.NewRequest("GET", "/devices", nil)
		r.URL.RawQuery = query
		filter, order, kept := s.filterOf(r)
		if order != ledger.WorstFirst && order != ledger.NewestFirst && order != ledger.LongestFirst {
			t.Errorf("the order is %q", order)
		}
		if age := now.Sub(filter.BackupBefore); !filter.BackupBefore.IsZero() && (age < aDay || age > maxDays*aDay) {
			t.Errorf("%s is too long ago", age)
		}
		if _, err := url.ParseQuery(kept.Encode()); err != nil {
			t.Error(err)
		}
	})
}
