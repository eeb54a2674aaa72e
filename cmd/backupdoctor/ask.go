package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/checks/codes"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/reach"
	"github.com/urfave/cli/v2"
)

// witnesses are who and what can tell more than a device does, and how to hear them.
type witnesses struct {
	answers []device.Answer // of --answers, for every device of the run
	ask     bool            // ask questions on the terminal
	network *reach.Prober   // looks at Apple's hosts from this computer; nil if it need not
}

// any is true if there is somebody to hear.
func (w witnesses) any() bool { return w.ask || w.network != nil || len(w.answers) > 0 }

// witnessFlags say whom to ask beside the device.
func witnessFlags() []cli.Flag {
	return []cli.Flag{
		option(witnessHeading, "ask", "ask at this terminal what only a person can tell"),
		&cli.StringFlag{Name: "answers", Category: witnessHeading, Usage: "take such answers from `FILE`, as lines \"question: answer\"; - is stdin"},
		option(witnessHeading, "net", "look at Apple's hosts and at its status page from this computer"),
	}
}

const witnessHeading = "Beside the device"

// witnessesOf reads witnessFlags.
func (s surroundings) witnessesOf(ctx *cli.Context) (witnesses, error) {
	w := witnesses{ask: ctx.Bool("ask")}
	if ctx.Bool("net") {
		w.network = &reach.Prober{}
	}
	for _, pair := range [][2]string{{"ask", "answers"}, {"ask", "no-input"}} {
		if ctx.IsSet(pair[0]) && ctx.IsSet(pair[1]) {
			return witnesses{}, usageError(helpHint(ctx), "--%s and --%s contradict each other", pair[0], pair[1])
		}
	}
	if ctx.String("answers") == "-" && ctx.String("from") == "-" {
		return witnesses{}, usageError("", "--answers and --from cannot both be stdin")
	}
	if w.ask {
		if _, ok := terminalOf(s.stdin); !ok {
			return witnesses{}, usageError("--answers FILE takes answers from a file", "nobody is there to be asked")
		}
	}
	if path := ctx.String("answers"); path != "" {
		answers, err := s.answersIn(path, time.Now())
		if err != nil {
			return witnesses{}, err
		}
		w.answers = answers
	}
	return w, nil
}

// answersIn reads a file of answers, all of them to questions that there are.
func (s surroundings) answersIn(path string, now time.Time) ([]device.Answer, error) {
	from := s.stdin
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return nil, usageError("", "%w", err)
		}
		defer file.Close()
		from = file
	}
	answers, err := device.ReadAnswers(from, now)
	if err != nil {
		return nil, usageError("an answer is yes or no, a size like 1.2 GB, or the words of a message", "%s: %w", path, err)
	}
	for _, a := range answers {
		if _, ok := checks.FindQuestion(a.Question, device.Identity{}); !ok {
			hint := "questions are called as in the JSON report: the check's id"
			if near := closest(a.Question, checks.QuestionIDs()); near != "" {
				hint = "did you mean " + near + "?"
			}
			return nil, usageError(hint, "%s: there is no question %q", path, a.Question)
		}
	}
	return answers, nil
}

// hear adds to the devices what stands beside them: this computer's view of Apple's hosts,
// the answers that were given with the command, and those given at the terminal.
func (sc scan) hear(ctx context.Context, snapshots []device.Snapshot) {
	if sc.others.network != nil && len(snapshots) > 0 {
		seen := sc.others.network.Look(ctx)
		for i := range snapshots {
			snapshots[i].Reach = &seen
		}
	}
	for i := range snapshots {
		for _, a := range sc.others.answers {
			snapshots[i].Answers = device.Answered(snapshots[i].Answers, a)
		}
	}
	if !sc.others.ask {
		return
	}
	talk := conversation{in: bufio.NewReader(sc.stdin), out: sc.stderr, list: sc.list, now: time.Now}
	for i := range snapshots {
		if !talk.with(ctx, &snapshots[i]) {
			return
		}
	}
}

// A conversation puts the open questions of devices to a person, one at a time.
type conversation struct {
	in   *bufio.Reader
	out  io.Writer
	list []*checks.Check
	now  func() time.Time
}

// with asks about one device until nothing is open, and keeps the answers. After each answer
// the device is judged again, since one may settle many questions. It is false once the
// person has had enough.
func (c conversation) with(ctx context.Context, s *device.Snapshot) bool {
	var passed []string // questions that the person cannot answer
	for number := 1; ; number++ {
		questions := slices.DeleteFunc(checks.Questions(*s, checks.Run(*s, c.list)), func(q checks.Question) bool {
			return slices.Contains(passed, q.ID)
		})
		if len(questions) == 0 {
			return true
		}
		if number == 1 {
			fmt.Fprintf(c.out, "\n%s: Enter passes a question by, q ends.\n", spoken(s.Device))
		}
		q := questions[0]
		text, err := c.put(ctx, number, len(questions), q)
		switch {
		case err != nil || text == "q":
			fmt.Fprintln(c.out)
			return false
		case text == "":
			passed = append(passed, q.ID)
			continue
		}
		// put has made sure that it can be understood
		if answer, err := device.ParseAnswer(q.ID, text, c.now()); err == nil {
			s.Answers = device.Answered(s.Answers, answer)
		}
		if q.Kind == checks.Words {
			c.recognise(text)
		}
	}
}

// recognise tells the person whether a message that was typed in is a known one.
func (c conversation) recognise(text string) {
	meanings := codes.LookUp(text)
	if len(meanings) == 0 {
		fmt.Fprintln(c.out, "no known message has these words")
	}
	for _, m := range meanings {
		fmt.Fprintln(c.out, "understood as", m.Title())
	}
}

// put asks one question until the answer can be understood, or there is none.
func (c conversation) put(ctx context.Context, number, open int, q checks.Question) (string, error) {
	fmt.Fprintf(c.out, "\n%d. %s\n", number, q.Text)
	for {
		fmt.Fprintf(c.out, "%s (%d open) ", answerForm(q.Kind), open)
		text, err := c.line(ctx)
		if err != nil || text == "" || text == "q" {
			return text, err
		}
		_, err = device.ParseAnswer(q.ID, text, c.now())
		if err == nil {
			return text, nil
		}
		fmt.Fprintln(c.out, err)
	}
}

// answerForm shows what an answer looks like.
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

// errTooLong ends a conversation with something that is no person.
var errTooLong = errors.New("the line is too long")

// line reads what the person types, until Enter or until ctx ends: then the read is left
// behind, since a terminal cannot be told to stop reading.
func (c conversation) line(ctx context.Context) (string, error) {
	type typed struct {
		text string
		err  error
	}
	done := make(chan typed, 1)
	go func() {
		text, err := boundedLine(c.in)
		done <- typed{text, err}
	}()
	select {
	case t := <-done:
		return strings.TrimSpace(t.text), t.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// boundedLine reads a line of at most device.MaxAnswersBytes.
func boundedLine(r *bufio.Reader) (string, error) {
	var line []byte
	for {
		part, more, err := r.ReadLine()
		line = append(line, part...)
		switch {
		case err != nil:
			return "", err
		case len(line) > device.MaxAnswersBytes:
			return "", errTooLong
		case !more:
			return string(line), nil
		}
	}
}

// spoken names a device to a person. Its name is a stranger's text, so it is quoted.
func spoken(id device.Identity) string {
	if name, err := id.Name.Get(); err == nil {
		return fmt.Sprintf("%q", name)
	}
	return fmt.Sprintf("%q", id.UDID)
}
