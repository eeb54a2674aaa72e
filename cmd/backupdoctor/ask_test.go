package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/reach"
)

// stale is a device whose backup is old, for reasons that only a person knows.
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

// talk has a conversation about a device with a person who types all of this.
func talk(s *device.Snapshot, typed io.Reader) (asked string, more bool) {
	var out bytes.Buffer
	c := conversation{in: bufio.NewReader(typed), out: &out, list: checks.All(), now: func() time.Time { return s.TakenAt }}
	more = c.with(context.Background(), s)
	return out.String(), more
}

func TestConversation(t *testing.T) {
	for _, test := range []struct {
		name  string
		typed string
		more  bool
		given []string // questions that were answered
		shown []string // parts of what was asked
	}{
		{"ended at once", "q\n", false, nil, []string{`"Ada's \x1b[31miPhone": Enter passes a question by, q ends.`, "1. Does a backup complete when Back Up Now is tapped"}},
		{"end of input", "", false, nil, nil},
		{"an answer, then no more", "y\nq\n", false, []string{"back-up-now-completes"}, []string{"\n2. "}},
		{"one passed by", "\nnot enough iCloud storage\nq\n", false, []string{"message"}, []string{"2. What does the", "understood as “Not enough iCloud storage”"}},
		{"a message that nobody knows", "\nxyzzy\nq\n", false, []string{"message"}, []string{"no known message has these words"}},
		{"one that is not understood", "perhaps\nno\nq\n", false, []string{"back-up-now-completes"}, []string{`"perhaps" is neither yes nor no`}},
		{"sizes", "\n\n1.2\n1.2 GB\n7.4 GB\nq\n", false, []string{"free-icloud-storage", "next-backup-size"}, []string{`"1.2" is not a size like 1.2 GB`, "[size]"}},
		{"all passed by", strings.Repeat("\n", 100), true, nil, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := stale()
			shown, more := talk(&s, strings.NewReader(test.typed))
			var given []string
			for _, a := range s.Answers {
				given = append(given, a.Question)
			}
			if more != test.more || !slices.Equal(given, test.given) {
				t.Errorf("got %t %v, want %t %v", more, given, test.more, test.given)
			}
			for _, part := range test.shown {
				if !strings.Contains(shown, part) {
					t.Errorf("it lacks %q:\n%s", part, shown)
				}
			}
			if strings.Contains(shown, "\x1b") {
				t.Error("the device's name writes to the terminal as it pleases")
			}
		})
	}
}

// Offline, --net adds gaps to a report and takes nothing from it.
func TestOfflineTheReportIsTheSame(t *testing.T) {
	dead := reach.Prober{Dial: func(context.Context, string, string) (net.Conn, error) { return nil, &net.DNSError{} }}
	sc := scan{list: checks.All(), others: witnesses{network: &dead}}
	with, without := []device.Snapshot{stale()}, []device.Snapshot{stale()}
	sc.hear(t.Context(), with)
	if with[0].Reach == nil {
		t.Fatal("nobody looked")
	}
	got, want := sc.examine(with[0], with[0]).Diagnosis, sc.examine(without[0], without[0]).Diagnosis
	if got.Headline != want.Headline || len(got.Causes) != len(want.Causes) || len(got.Questions) != len(want.Questions) || len(got.Unread) != len(want.Unread) {
		t.Errorf("with --net: %s\nwithout:    %s", got.Headline, want.Headline)
	}
}

func TestALineWithoutEndEndsTheConversation(t *testing.T) {
	s := stale()
	if _, more := talk(&s, io.LimitReader(endless{}, 10<<20)); more || len(s.Answers) > 0 {
		t.Errorf("%t %v", more, s.Answers)
	}
}

// endless is somebody leaning on a key.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'y'
	}
	return len(p), nil
}

func TestAnInterruptedConversationEnds(t *testing.T) {
	s := stale()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	silent, typing := io.Pipe()
	defer typing.Close()
	c := conversation{in: bufio.NewReader(silent), out: io.Discard, list: checks.All(), now: time.Now}
	if c.with(ctx, &s) || len(s.Answers) > 0 {
		t.Errorf("it went on: %v", s.Answers)
	}
}

func TestABrokenTerminalEndsTheConversation(t *testing.T) {
	s := stale()
	if _, more := talk(&s, iotest.ErrReader(io.ErrUnexpectedEOF)); more {
		t.Error("it went on")
	}
}
