package scan

import (
	"bytes"
	"context"
	"net"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/reach"
)

// stale returns a device with an old backup, for reasons that only a person knows.
func stale() device.Snapshot {
	at := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	return device.Snapshot{
		TakenAt: at,
		Device:  device.Identity{UDID: "00008110-000000000000001E", Name: device.Known("Ada's \x1b[31miPhone"), ProductVersion: device.Known("26.6.1")},
		Live: &device.Live{
			Trusted:     device.Known(true),
			CloudBackup: device.CloudBackup{Enabled: device.Known(true), Last: device.Known(at.AddDate(0, 0, -23))},
		},
	}
}

// Offline, --net adds gaps to a report and removes nothing.
func TestOfflineTheReportIsTheSame(t *testing.T) {
	dead := reach.Prober{Dial: func(context.Context, string, string) (net.Conn, error) { return nil, &net.DNSError{} }}
	judge := Judge{Checks: checks.All()}
	with, without := []device.Snapshot{stale()}, []device.Snapshot{stale()}
	Network(&dead)(t.Context(), with)
	if with[0].Reach == nil {
		t.Fatal("nobody looked")
	}
	var messages bytes.Buffer
	TellOffline(&messages)(t.Context(), with)
	if messages.String() != "this computer reached none of Apple's hosts, so --net shows nothing about the network\n" {
		t.Errorf("offline: %q", messages.String())
	}
	messages.Reset()
	TellOffline(&messages)(t.Context(), []device.Snapshot{{Reach: &device.Reach{Hosts: []device.HostReach{
		{Host: "a"}, {Host: "b", Issuer: device.Known(device.IssuedByApple)},
	}}}})
	if messages.Len() != 0 {
		t.Errorf("online: %q", messages.String())
	}
	got, want := judge.judge(0, with[0]).Device, judge.judge(0, without[0]).Device
	if got.Headline != want.Headline || len(got.Plan) != len(want.Plan) || len(got.Findings) != len(want.Findings) {
		t.Errorf("with --net: %s\nwithout:    %s", got.Headline, want.Headline)
	}
}

// The time limit of a run also limits questions about a recording.
func TestQuestionsAboutARecordingEndInTime(t *testing.T) {
	var ended error
	wait := func(ctx context.Context, _ []device.Snapshot) {
		<-ctx.Done() // like an unanswered prompt
		ended = context.Cause(ctx)
	}
	replay := Replay{From: "../../../testdata/recordings/healthy.json", Limit: 500 * time.Millisecond, More: []More{wait}}
	run, err := begin(t.Context(), Judge{Checks: checks.All()}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := replay.Learn(t.Context(), run); err != nil || ended != device.OutOfTime {
		t.Errorf("ended with %v, %v", ended, err)
	}
}
