package terminal

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
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

// talk asks about a device, with typed as the input.
func talk(s *device.Snapshot, typed io.Reader) (asked string, more bool) {
	var out bytes.Buffer
	q := Questions{NewPrompt(typed), &out, checks.All(), func() time.Time { return s.TakenAt }}
	more = q.Ask(context.Background(), s)
	return out.String(), more
}

// Questions are wrapped at words to the width of the screen.
func TestQuestionsAreWrapped(t *testing.T) {
	var out bytes.Buffer
	screen := &Screen{out: &out, is: true, getenv: func(name string) string { return map[string]string{"COLUMNS": "40"}[name] }}
	q := Questions{NewPrompt(strings.NewReader("q\n")), screen, checks.All(), time.Now}
	question := checks.Question{ID: "terms-not-accepted", Text: "Does Settings > [name] on this iPhone ask to accept new terms and conditions of iCloud?"}
	if _, err := q.put(t.Context(), 1, 1, question); err != nil {
		t.Fatal(err)
	}
	const want = "\n1. Does Settings > [name] on this iPhone\nask to accept new terms and conditions\nof iCloud?\n[y/n] (1 open) "
	if out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
}

func TestQuestions(t *testing.T) {
	for _, test := range []struct {
		name  string
		typed string
		more  bool
		given []string // answered questions
		shown []string // parts of the output
	}{
		{"ended at once", "q\n", false, nil, []string{`"Ada's \x1b[31miPhone": Enter skips a question, q ends.`, "1. What does the iPhone/iPad say about the failed backup"}},
		{"end of input", "", false, nil, nil},
		{"one passed by, an answer, then no more", "\ny\nq\n", false, []string{"back-up-now-completes"}, []string{"2. Does a backup complete when Back Up Now is tapped", "\n3. "}},
		{"a message", "not enough iCloud storage\nq\n", false, []string{"message"}, []string{"understood as “Not enough iCloud storage”"}},
		{"a message that nobody knows", "xyzzy\nq\n", false, []string{"message"}, []string{"no known message has these words"}},
		{"one that is not understood", "\nperhaps\nno\nq\n", false, []string{"back-up-now-completes"}, []string{`"perhaps" is neither yes nor no`}},
		{"a size", "\n\n1.2\n1.2 GB\nq\n", false, []string{"free-icloud-storage"}, []string{`"1.2" is not a size like 1.2 GB`, "[size]"}},
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

func TestALineWithoutEndEndsTheQuestioning(t *testing.T) {
	s := stale()
	if _, more := talk(&s, io.LimitReader(endless{}, 10<<20)); more || len(s.Answers) > 0 {
		t.Errorf("%t %v", more, s.Answers)
	}
}

// endless repeats a key without end.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'y'
	}
	return len(p), nil
}

func TestAnInterruptedQuestioningEnds(t *testing.T) {
	s := stale()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	silent, typing := io.Pipe()
	defer typing.Close()
	q := Questions{NewPrompt(silent), io.Discard, checks.All(), time.Now}
	if q.Ask(ctx, &s) || len(s.Answers) > 0 {
		t.Errorf("it went on: %v", s.Answers)
	}
}

func TestABrokenTerminalEndsTheQuestioning(t *testing.T) {
	s := stale()
	if _, more := talk(&s, iotest.ErrReader(io.ErrUnexpectedEOF)); more {
		t.Error("it went on")
	}
}

func TestAgreed(t *testing.T) {
	for answer, want := range map[string]bool{
		"y\n": true, "Yes\n": true, " y \r\n": true, "n\n": false, "\n": false, "": false, "y": false, "yikes\n": false,
	} {
		if got := Agreed(strings.NewReader(answer)); got != want {
			t.Errorf("%q: %v", answer, got)
		}
	}
}
