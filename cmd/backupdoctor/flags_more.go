package main

import (
	"io"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/scan"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/terminal"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/reach"
	"github.com/urfave/cli/v2"
)

// moreFlags select what to add once devices have been read.
func moreFlags() []cli.Flag {
	return slices.Concat(
		[]cli.Flag{command.Option(moreHeading, "ask", "ask at this terminal what only a person can answer")},
		answerFlags(),
		[]cli.Flag{command.Option(moreHeading, "net", "check Apple's hosts and status page from this computer")},
	)
}

// answerFlags give answers without a question.
func answerFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "answers", Category: moreHeading, Usage: "take such answers from `FILE`, as lines \"question: answer\"; - is stdin"},
		&cli.StringFlag{Name: "message", Category: moreHeading, Usage: "`TEXT` of the device's message about the failed backup"},
	}
}

// moreOf reads moreFlags. list holds the checks whose questions may be asked.
func (e env) moreOf(ctx *cli.Context, list []*checks.Check) (more []scan.More, err error) {
	if err := command.Conflict(ctx, [2]string{"ask", "answers"}, [2]string{"ask", "no-input"}); err != nil {
		return nil, err
	}
	if ctx.String("answers") == "-" && ctx.String("from") == "-" {
		return nil, command.Usage("", "--answers and --from cannot both be stdin")
	}
	if ctx.Bool("net") {
		more = append(more, scan.Network(&reach.Prober{}), scan.TellOffline(e.screen))
	}
	answers, err := e.answersOf(ctx)
	if err != nil {
		return nil, err
	}
	if len(answers) > 0 {
		more = append(more, scan.Answers(answers))
	}
	if ctx.Bool("ask") {
		if _, ok := terminal.Of(e.Stdin); !ok {
			return nil, command.Usage("--answers FILE takes answers from a file", "stdin is not a terminal")
		}
		more = append(more, scan.Ask(e.screen, terminal.Questions{Prompt: terminal.NewPrompt(e.Stdin), Out: e.screen, Checks: list, Now: time.Now}))
	}
	return more, nil
}

// answersOf reads answerFlags.
func (e env) answersOf(ctx *cli.Context) (answers []device.Answer, err error) {
	if path := ctx.String("answers"); path != "" {
		err := e.readNamed(ctx, path, func(from io.Reader) (err error) {
			answers, err = answersIn(from, path, time.Now())
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	if ctx.IsSet("message") {
		answer, err := device.ParseAnswer(device.MessageQuestion, ctx.String("message"), time.Now())
		if err != nil {
			return nil, command.Usage("", "--message: %w", err)
		}
		answers = device.Answered(answers, answer)
	}
	return answers, nil
}

// answersIn reads a file of answers. Each must answer an existing question.
func answersIn(from io.Reader, path string, now time.Time) ([]device.Answer, error) {
	answers, err := device.ReadAnswers(from, now)
	if err != nil {
		return nil, command.Usage("an answer is yes or no, a size like 1.2 GB, or the words of a message", "%s: %w", path, err)
	}
	for _, a := range answers {
		if _, ok := checks.FindQuestion(a.Question, device.Identity{}); !ok {
			hint := "a question is named as in the JSON report: by its check's id"
			if near := command.Closest(a.Question, checks.QuestionIDs()); near != "" {
				hint = "did you mean " + near + "?"
			}
			return nil, command.Usage(hint, "%s: there is no question %q", path, a.Question)
		}
	}
	return answers, nil
}
