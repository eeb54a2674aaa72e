package checks

import (
	"slices"
	"testing"

	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

// The question that could settle most comes first, and nothing is asked twice.
func TestQuestionsSettleMostFirst(t *testing.T) {
	s := well(lastBackedUp(23 * aDay))
	asked := 0
	for previous := len(All()) + 1; ; asked++ {
		questions := Questions(s, Run(s, All()))
		if len(questions) == 0 {
			break
		}
		if len(questions) >= previous {
			t.Fatalf("after %d answers there are %d questions, and there were %d before", asked, len(questions), previous)
		}
		previous = len(questions)
		if asked == 0 && questions[0].ID != device.BackUpNowQuestion {
			t.Errorf("the first question is %s", questions[0].ID)
		}
		if !slices.IsSortedFunc(questions, func(a, b Question) int { return b.Settles - a.Settles }) {
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

// Every check that asks says what an answer means, but for the false alarm: with an old
// backup, whether there is a notice changes nothing.
func TestEveryAskedCheckSaysWhatAnAnswerMeans(t *testing.T) {
	for _, check := range All() {
		if meant := check.Told.unwell() != ""; meant != (check.Ask != "" && check != falseAlarm) {
			t.Errorf("%s: %+v", check.ID, check.Told)
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
