package hub

import (
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/relay"
)

// The page of a bench says that the hub has all reports only if its receipts cover all of them;
// otherwise it says how many it lacks, and why.
func TestUploadWords(t *testing.T) {
	for _, test := range []struct {
		state relay.BenchState
		hub   bool
		want  string
	}{
		{relay.BenchState{}, false, "No hub. Reports are kept for one that is joined later."},
		{relay.BenchState{Waiting: 2}, false, "No hub. 2 reports are kept for one that is joined later."},
		{relay.BenchState{Linked: true}, true, "The hub has all reports."},
		{relay.BenchState{Linked: true, Waiting: 1}, true, "1 report is on the way to the hub."},
		{relay.BenchState{Linked: true, Full: true, Waiting: relay.Share + 1}, true, "1 report is kept here: the hub holds 64 reports of this bench that it has not stored yet, which is its limit."},
		{relay.BenchState{Linked: true, SetAside: 1}, true, "The hub has accounted for all reports. 1 report is set aside at the hub, which could not store them."},
		{relay.BenchState{Linked: true, Lost: 2}, true, "The hub has accounted for all reports. 2 reports are lost: neither this bench nor the hub has them."},
		{relay.BenchState{Refused: "its credentials were revoked", Waiting: 3}, true, "The bench is not connected: its credentials were revoked. 3 reports are kept here until it is."},
		{relay.BenchState{}, true, "The bench is not connected."},
	} {
		if got := uploadWords(test.state, test.hub); got != test.want {
			t.Errorf("of %+v\n%q, want\n%q", test.state, got, test.want)
		}
	}
}

// The hub's page and hub doctor say that a bench has used up its share of the stream.
func TestAFullShareIsSaid(t *testing.T) {
	for inStream, want := range map[int64]string{
		0:           "! connected, 80 reports on the way",
		relay.Share: "! connected, 80 reports on the way; its share of the stream, 64 reports, is full, and the others wait at the bench",
	} {
		s := env{}.stateOf(report.HubBench{Name: "oslo", State: "linked", Waiting: 80, InStream: inStream}, time.Time{})
		if s.String() != want {
			t.Errorf("with %d in the stream: %q, want %q", inStream, s, want)
		}
	}
}
