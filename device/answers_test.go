package device

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var answeredAt = time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)

func TestReadAnswers(t *testing.T) {
	got, err := ReadAnswers(strings.NewReader(`# of the iPhone in the drawer
airplane-mode: no

low-data-mode: Yes
free-icloud-storage: 1,2 GB
message: Error: the last backup could not be completed.
airplane-mode: y
`), answeredAt)
	if err != nil {
		t.Fatal(err)
	}
	want := []Answer{
		{Question: "low-data-mode", Yes: Known(true), At: answeredAt},
		{Question: FreeICloudQuestion, Bytes: Known[uint64](1_200_000_000), At: answeredAt},
		{Question: MessageQuestion, Text: Known("Error: the last backup could not be completed."), At: answeredAt},
		{Question: "airplane-mode", Yes: Known(true), At: answeredAt},
	}
	if diff := cmp.Diff(want, got, factsByValue); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestReadAnswersSaysWhichLineIsWrong(t *testing.T) {
	tests := map[string]struct{ text, want string }{
		"no answer":     {"airplane-mode: yes\nlow-data-mode\n", `line 2 of the answers is not of the form "question: answer"`},
		"perhaps":       {"\nairplane-mode: perhaps", `line 2 of the answers: "perhaps" is neither yes nor no`},
		"no unit":       {"free-icloud-storage: 12", `line 1 of the answers: "12" is not a size like 1.2 GB`},
		"empty message": {"message:", "line 1 of the answers: a message has 1 to 4096 bytes"},
		"too long":      {strings.Repeat("#", MaxAnswersBytes+1), "the answers are longer than 64 KiB"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := ReadAnswers(strings.NewReader(test.text), answeredAt)
			if err == nil || err.Error() != test.want {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}

func TestAnsweredLeavesTheGivenListAlone(t *testing.T) {
	given := []Answer{{Question: "a", Yes: Known(true)}, {Question: "b", Yes: Known(true)}}
	got := Answered(given, Answer{Question: "a", Yes: Known(false)})
	if said, _ := given[0].Yes.Get(); !said || len(got) != 2 || got[1].Question != "a" {
		t.Errorf("given %+v, got %+v", given, got)
	}
}

func TestParseSize(t *testing.T) {
	for text, want := range map[string]uint64{
		"0 GB":        0,
		"512 MB":      512_000_000,
		"1.2GB":       1_200_000_000,
		"7,4 gb":      7_400_000_000,
		"1,2\u202fGo": 1_200_000_000,
		"2\u00a0TB":   2_000_000_000_000,
		"37 KB":       37_000,
		"12 bytes":    12,
		" 49.99 GB ":  49_990_000_000,
		"0.000001 GB": 1_000,
	} {
		got, err := ParseSize(text)
		if err != nil || got != want {
			t.Errorf("%q: got %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "GB", "12", "-1 GB", "1.2.3 GB", "1e9 GB", "1 GiB", "9999999999 PB", "1 GB free"} {
		if got, err := ParseSize(text); err == nil {
			t.Errorf("%q was taken for %d", text, got)
		}
	}
}

// FuzzReadAnswers checks that every answer read from a file has a value and survives a
// recording.
func FuzzReadAnswers(f *testing.F) {
	f.Add("airplane-mode: no\nfree-icloud-storage: 1.2 GB\nmessage: Backup failed\n")
	f.Add("message: \xff\x00")
	f.Fuzz(func(t *testing.T, text string) {
		answers, err := ReadAnswers(strings.NewReader(text), answeredAt)
		if err != nil {
			return
		}
		seen := map[string]bool{}
		for _, a := range answers {
			_, errYes := a.Yes.Get()
			_, errBytes := a.Bytes.Get()
			_, errText := a.Text.Get()
			if errYes != nil && errBytes != nil && errText != nil {
				t.Errorf("%q has no value", a.Question)
			}
			if seen[a.Question] {
				t.Errorf("%q has two answers", a.Question)
			}
			seen[a.Question] = true
		}
	})
}
