package checks

import (
	"cmp"
	"math"
	"slices"
	"testing"

	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

// The first five questions for a device known only to have an old backup. Each gets its healthy
// answer.
func TestTheFirstFiveQuestions(t *testing.T) {
	s := well(lastBackedUp(23 * aDay))
	var asked []string
	for range 5 {
		questions := Questions(s, Run(s, All()))
		q := questions[0]
		asked = append(asked, q.ID)
		text := map[QuestionKind]string{Size: "20 GB", Words: "The last backup could not be completed."}[q.Kind]
		if text == "" {
			text = "no"
			if check, ok := Find(q.ID); ok && check.Answers.Yes == "" {
				text = "yes"
			}
		}
		answer(q.ID, text)(&s)
	}
	want := []string{device.MessageQuestion, device.BackUpNowQuestion, device.FreeICloudQuestion, "wifi-missing", "transient-glitch"}
	if !slices.Equal(asked, want) {
		t.Errorf("asked %q, want %q", asked, want)
	}
}

// A question divides well if its answers halve what is open, by the weight of each cause.
func TestDividing(t *testing.T) {
	open := func(ids ...string) (list []*Check) {
		for _, id := range ids {
			list = append(list, &Check{ID: id})
		}
		return list
	}
	for name, test := range map[string]struct {
		open    []*Check
		settles []string
		each    bool
		want    float64
	}{
		"one of one":          {open("a"), []string{"a"}, false, 0},
		"one of two":          {open("a", "b"), []string{"a"}, false, 1},
		"two of four":         {open("a", "b", "c", "d"), []string{"a", "b"}, false, 1},
		"all":                 {open("a", "b", "c", "d"), []string{"a", "b", "c", "d"}, false, 0},
		"each of four":        {open("a", "b", "c", "d"), []string{"a", "b", "c", "d"}, true, 2},
		"none":                {open("a", "b"), []string{"c"}, false, 0},
		"one of four":         {open("a", "b", "c", "d"), []string{"a"}, false, 0.8112781244591328},
		"each of two in four": {open("a", "b", "c", "d"), []string{"a", "b"}, true, 1.5},
	} {
		if got := dividing(test.open, test.settles, test.each); math.Abs(got-test.want) > 1e-9 {
			t.Errorf("%s: %v bits, want %v", name, got, test.want)
		}
	}
	if l := likelihood("icloud-storage-full"); l <= likelihood("china-region") || likelihood("no such check") != 1 {
		t.Errorf("full storage weighs %v", l)
	}
}

// The question that divides best comes first, and nothing is asked twice.
func TestQuestionsDivideBestFirst(t *testing.T) {
	s := well(lastBackedUp(23 * aDay))
	asked := 0
	for previous := len(All()) + 1; ; asked++ { // the size of the next backup is asked once the free storage is known
		questions := Questions(s, Run(s, All()))
		if len(questions) == 0 {
			break
		}
		if len(questions) > previous {
			t.Fatalf("after %d answers there are %d questions, and there were %d before", asked, len(questions), previous)
		}
		previous = len(questions)
		if !slices.IsSortedFunc(questions, func(a, b Question) int { return cmp.Compare(b.Divides, a.Divides) }) {
			t.Errorf("the questions are not in order: %+v", questions)
		}
		healthy := map[QuestionKind]string{YesNo: "no", Size: "2 GB", Words: "nothing"}[questions[0].Kind]
		answer(questions[0].ID, healthy)(&s)
	}
	if asked == 0 {
		t.Error("nothing was asked")
	}
}

// An answer that rules out many causes saves many questions.
func TestOneAnswerSavesManyQuestions(t *testing.T) {
	s := well(lastBackedUp(23 * aDay))
	before := len(Questions(s, Run(s, All())))
	answer(device.BackUpNowQuestion, "yes")(&s)
	after := len(Questions(s, Run(s, All())))
	if saved := before - after; saved < 15 {
		t.Errorf("%d questions before, and %d after", before, after)
	}
}

func TestNothingIsAskedOfAHealthyDeviceThatIsSettled(t *testing.T) {
	s := well()
	for _, q := range Questions(s, Run(s, All())) {
		if q.ID == "icloud-storage-full" || q.ID == "wifi-missing" {
			t.Errorf("%s is asked, and a fresh backup has settled it", q.ID)
		}
	}
}

func TestEveryQuestionCanBeFoundAndAnswered(t *testing.T) {
	s := well(lastBackedUp(23 * aDay))
	for _, id := range QuestionIDs() {
		q, ok := FindQuestion(id, s.Device)
		if !ok || q.Text == "" || q.Settles < 1 {
			t.Errorf("%s: %+v, %t", id, q, ok)
		}
		text := map[QuestionKind]string{YesNo: "yes", Size: "2 GB", Words: "backup failed"}[q.Kind]
		if _, err := device.ParseAnswer(id, text, takenAt); err != nil {
			t.Errorf("%s: %v", id, err)
		}
	}
	if _, ok := FindQuestion("no-such-question", s.Device); ok {
		t.Error("a question that is not there was found")
	}
}

// Every check with a question says what an answer means, except the false alarm: with an old
// backup, a notice changes nothing.
func TestEveryAskedCheckSaysWhatAnAnswerMeans(t *testing.T) {
	for _, check := range All() {
		if meant := check.Answers.unwell() != ""; meant != (check.Ask != "" && check != falseAlarm) {
			t.Errorf("%s: %+v", check.ID, check.Answers)
		}
	}
}

func TestSharedQuestionsNameChecks(t *testing.T) {
	for _, q := range sharedQuestions {
		for _, id := range q.settles {
			if !slices.ContainsFunc(All(), func(c *Check) bool { return c.ID == id }) {
				t.Errorf("%s settles %s, which is no check", q.id, id)
			}
		}
		if _, ok := remedies.Expand(q.text, device.Identity{}); !ok {
			t.Errorf("%s: its text uses an unknown token", q.id)
		}
	}
}
