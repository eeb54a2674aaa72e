package checks

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backupdoctor/backupdoctor/checks/codes"
	"github.com/backupdoctor/backupdoctor/device"
)

func TestTheCauseOfAFailure(t *testing.T) {
	for _, test := range []struct {
		name  string
		codes []codes.ID
		want  string
	}{
		{"one code", []codes.ID{{Domain: codes.MBErrorDomain, Number: 303}}, "icloud-storage-full"},
		{"a code and what it was made of", []codes.ID{{Domain: codes.MBErrorDomain, Number: 303}, {Domain: codes.CKErrorDomain, Number: 25}}, "icloud-storage-full"},
		{"a general code over one that tells", []codes.ID{{Domain: codes.MBErrorDomain, Number: 1}, {Domain: codes.CKErrorDomain, Number: 25}}, "icloud-storage-full"},
		{"the innermost tells most", []codes.ID{{Domain: codes.MBErrorDomain, Number: 300}, {Domain: codes.CKErrorDomain, Number: 4}, {Domain: codes.NSURLErrorDomain, Number: -1200}}, "vpn-proxy-firewall"},
		{"a general code inside changes nothing", []codes.ID{{Domain: codes.MBErrorDomain, Number: 104}, {Domain: codes.MBErrorDomain, Number: 1}}, "files-unavailable"},
		{"a domain that nobody knows changes nothing", []codes.ID{{Domain: codes.MBErrorDomain, Number: 209}, {Domain: "NSPOSIXErrorDomain", Number: 13}}, "needs-unlock-for-keys"},
		{"general codes only", []codes.ID{{Domain: codes.MBErrorDomain, Number: 2}, {Domain: codes.CKErrorDomain, Number: 2}}, "transient-glitch"},
		{"nothing that is known", []codes.ID{{Domain: codes.MBErrorDomain, Number: 99999}}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := (failure{codes: test.codes}).cause(); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestFailuresAreThoseSinceTheLastGoodBackup(t *testing.T) {
	undated := func(h *device.History) {
		results, _ := h.CloudBackup.Results.Get()
		h.CloudBackup.Results = device.Known(append(results, device.PastAttempt{Domain: "MBErrorDomain", Code: 303}))
	}
	ended := func(ago time.Duration, code int) func(*device.History) {
		return func(h *device.History) {
			window(ago, aDay, theLock)(h)
			windows, _ := h.Schedule.Windows.Get()
			windows[len(windows)-1].Error = device.Known(behind("MBErrorDomain", code))
		}
	}
	for _, test := range []struct {
		name string
		s    device.Snapshot
		want []string
	}{
		{"newest first", well(lastBackedUp(9*aDay), recorded(aDay, failed(4*aDay, 300), failed(2*aDay, 303))), []string{"MBErrorDomain/303", "MBErrorDomain/300"}},
		{"a later success ends them", well(lastBackedUp(9*aDay), recorded(aDay, failed(2*aDay, 303), succeeded(3*aDay), failed(4*aDay, 300))), []string{"MBErrorDomain/303"}},
		{"a later date on the device ends them", well(lastBackedUp(aDay), recorded(2*aDay, failed(3*aDay, 303))), nil},
		{"called off is not failed", well(lastBackedUp(9*aDay), recorded(aDay, failed(2*aDay, 202), failed(3*aDay, 223), failed(4*aDay, 300))), []string{"MBErrorDomain/300"}},
		{"without a date it may be older", well(lastBackedUp(9*aDay), recorded(aDay, undated)), nil},
		{"none that was still to come", well(lastBackedUp(9*aDay), recorded(4*aDay, failed(2*aDay, 303))), nil},
		{"by the newest record only", well(lastBackedUp(9*aDay), recorded(aDay, failed(2*aDay, 303)), recorded(3*aDay, failed(4*aDay, 300))), []string{"MBErrorDomain/303"}},
		{"the windows where no attempt is listed", well(lastBackedUp(9*aDay), recorded(aDay, ended(3*aDay, 209), window(5*aDay, aDay, theLock))), []string{"MBErrorDomain/209"}},
		{"the attempts where there are some", well(lastBackedUp(9*aDay), recorded(aDay, failed(3*aDay, 303), ended(3*aDay, 209))), []string{"MBErrorDomain/303"}},
		{"what lay behind", well(lastBackedUp(9*aDay), recorded(aDay, failed(2*aDay, 1, behind("CKErrorDomain", 25)))), []string{"MBErrorDomain/1, CKErrorDomain/25"}},
		{"none on record", well(recorded(aDay)), nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			list, _ := failures(test.s)
			var got []string
			for _, f := range list {
				got = append(got, f.String())
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
