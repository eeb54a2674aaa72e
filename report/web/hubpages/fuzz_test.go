package hubpages

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/report/fleet"
)

// FuzzLocal resolves what it lets pass as a browser would: it must stay on the host.
func FuzzLocal(f *testing.F) {
	for _, next := range []string{"/", "//x", "/\\x", "/a?b=//c", "http:x"} {
		f.Add(next)
	}
	base := &url.URL{Scheme: "https", Host: "hub.example.org", Path: "/signin"}
	f.Fuzz(func(t *testing.T, next string) {
		to, err := url.Parse(local(next))
		if err != nil {
			t.Fatal(err)
		}
		if got := base.ResolveReference(to); got.Host != base.Host || got.Scheme != "https" {
			t.Errorf("%q leads to %s", next, got)
		}
	})
}

func FuzzCookie(f *testing.F) {
	d := newDoor(Config{Token: token, Now: func() time.Time { return now }})
	good := d.sign(now.Add(time.Hour))
	f.Add(good)
	f.Add("1.")
	f.Fuzz(func(t *testing.T, value string) {
		if d.valid(value) != strings.EqualFold(value, good) { // hexadecimal has two cases
			t.Errorf("%q is taken for a cookie: %t", value, d.valid(value))
		}
	})
}

// FuzzQuery asks for devices in whatever words an address may have.
func FuzzQuery(f *testing.F) {
	f.Add("site=x&days=3&sort=longest&after=e30")
	f.Add("days=-1&days=99999999999999999999&backup=\x00")
	s := &site{Config: Config{Now: func() time.Time { return now }}}
	f.Fuzz(func(t *testing.T, query string) {
		r := httptest.NewRequest("GET", "/devices", nil)
		r.URL.RawQuery = query
		filter, order, kept := s.filterOf(r)
		if order != fleet.NewestFirst && order != fleet.LongestFirst {
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
