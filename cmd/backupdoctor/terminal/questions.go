package terminal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/checks/codes"
	"github.com/backupdoctor/backupdoctor/device"
)

// Questions asks a person the open questions about devices, one at a time.
type Questions struct {
	Prompt Prompt
	Out    io.Writer
	Checks []*checks.Check
	Now    func() time.Time
}

// Ask asks about one device until no question is open, and stores the answers. The device is
// judged again after each answer, since one may settle many questions. Ask returns false if the
// person quits.
func (q Questions) Ask(ctx context.Context, s *device.Snapshot) bool {
	var skipped []string // questions that the person cannot answer
	for number := 1; ; number++ {
		open := slices.DeleteFunc(checks.Questions(*s, checks.Run(*s, q.Checks)), func(question checks.Question) bool {
			return slices.Contains(skipped, question.ID)
		})
		if len(open) == 0 {
			return true
		}
		if number == 1 {
			fmt.Fprintf(q.Out, "\n%s: Enter skips a question, q ends.\n", quotedName(s.Device))
		}
		question := open[0]
		text, err := q.put(ctx, number, len(open), question)
		switch {
		case err != nil || text == "q":
			fmt.Fprintln(q.Out)
			if reason, ok := errors.AsType[device.Reason](context.Cause(ctx)); ok {
				fmt.Fprintln(q.Out, "no more questions:", reason)
			}
			return false
		case text == "":
			skipped = append(skipped, question.ID)
			continue
		}
		// put has checked that it can be parsed
		if answer, err := device.ParseAnswer(question.ID, text, q.Now()); err == nil {
			s.Answers = device.Answered(s.Answers, answer)
		}
		if question.Kind == checks.Words {
			q.recognise(text)
		}
	}
}

// recognise prints whether a typed message is a known one.
func (q Questions) recognise(text string) {
	meanings := codes.LookUp(text)
	if len(meanings) == 0 {
		fmt.Fprintln(q.Out, "no known message has these words")
	}
	for _, m := range meanings {
		fmt.Fprintln(q.Out, "understood as "+m.Title())
	}
}

// put repeats one question until the answer can be parsed or there is none.
func (q Questions) put(ctx context.Context, number, open int, question checks.Question) (string, error) {
	fmt.Fprintln(q.Out)
	fmt.Fprintf(q.Out, "%d. %s\n", number, question.Text)
	for {
		fmt.Fprintf(q.Out, "%s (%d open) ", answerForm(question.Kind), open)
		text, err := q.Prompt.Line(ctx)
		if err != nil || text == "" || text == "q" {
			return text, err
		}
		_, err = device.ParseAnswer(question.ID, text, q.Now())
		if err == nil {
			return text, nil
		}
		fmt.Fprintln(q.Out, err)
	}
}

// answerForm describes the form of an answer.
func answerForm(kind checks.QuestionKind) string {
	switch kind {
	case checks.Size:
		return "[size]"
	case checks.Words:
		return "[text]"
	default:
		return "[y/n]"
	}
}

// quotedName returns the name of a device for display. The name is untrusted, so it is quoted.
func quotedName(id device.Identity) string {
	if name, err := id.Name.Get(); err == nil {
		return fmt.Sprintf("%q", name)
	}
	return fmt.Sprintf("%q", id.UDID)
}
