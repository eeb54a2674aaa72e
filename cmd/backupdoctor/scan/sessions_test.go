package scan

import (
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/device/usb"
)

func TestSessions(t *testing.T) {
	phone, again := usb.Attached{UDID: "a", DeviceID: 1}, usb.Attached{UDID: "a", DeviceID: 2}
	noon := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	all := sessions{open: map[string]*session{}}

	s, first, examine := all.arrives(phone, noon)
	if !first || !examine || s.number != 0 {
		t.Fatalf("a new device: first %t, examine %t, number %d", first, examine, s.number)
	}
	if _, first, examine := all.arrives(again, noon); first || examine || s.attached.DeviceID != 2 {
		t.Errorf("one that is told anew while it is examined: first %t, examine %t", first, examine)
	}
	s.busy = false
	all.leaves("a", noon)
	if over := all.over(noon.Add(sameVisit)); len(over) > 0 {
		t.Error("a visit was over too soon")
	}
	if back, first, examine := all.arrives(phone, noon.Add(sameVisit)); back != s || first || !examine {
		t.Errorf("an interrupted one that is back: first %t, examine %t", first, examine)
	}
	s.busy, s.finished = false, true
	all.leaves("a", noon)
	if _, first, examine := all.arrives(phone, noon.Add(time.Second)); first || examine {
		t.Errorf("one that is finished and is back: first %t, examine %t", first, examine)
	}
	all.leaves("a", noon)
	if s, first, examine := all.arrives(phone, noon.Add(sameVisit+1)); !first || !examine || s.number != 1 {
		t.Errorf("one that comes again later: first %t, examine %t, number %d", first, examine, s.number)
	}
	all.open["a"].busy = false
	all.leaves("a", noon)
	if over := all.over(noon.Add(sameVisit + 1)); len(over) != 1 || len(all.open) > 0 {
		t.Errorf("%d visits were over, %d are left", len(over), len(all.open))
	}
}
