package terminal

import (
	"bufio"
	"context"
	"errors"
	"io"
	"strings"

	"github.com/backupdoctor/backupdoctor/device"
	"golang.org/x/term"
)

// A Prompt reads what a person types, a line at a time.
type Prompt struct {
	in *bufio.Reader
}

// NewPrompt is a prompt for a person at this stream.
func NewPrompt(in io.Reader) Prompt { return Prompt{bufio.NewReader(in)} }

// errTooLong ends the input of something that is no person.
var errTooLong = errors.New("the line is too long")

// Line reads a line of at most [device.MaxAnswersBytes]. If ctx ends before that, the read is
// left behind, since reading from a terminal cannot be stopped.
func (p Prompt) Line(ctx context.Context) (string, error) {
	text, err := orDone(ctx, func() (string, error) { return boundedLine(p.in) })
	return strings.TrimSpace(text), err
}

// Password reads a line from a terminal without showing it. If ctx ends before that, or Ctrl-\ is
// pressed, the terminal shows again what is typed.
func Password(ctx context.Context, fd int) (string, error) {
	before, err := term.GetState(fd)
	if err != nil {
		return "", err
	}
	quit, resume := untilQuit(ctx)
	defer resume()
	text, err := orDone(quit, func() (string, error) {
		text, err := term.ReadPassword(fd)
		return string(text), err
	})
	if quit.Err() != nil {
		return "", errors.Join(quit.Err(), term.Restore(fd, before))
	}
	return text, err
}

// orDone waits for a read, but no longer than ctx.
func orDone(ctx context.Context, read func() (string, error)) (string, error) {
	type typed struct {
		text string
		err  error
	}
	done := make(chan typed, 1)
	go func() {
		text, err := read()
		done <- typed{text, err}
	}()
	select {
	case t := <-done:
		return t.text, t.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

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

// Agreed reads an answer to a question; anything but yes is no.
func Agreed(r io.Reader) bool {
	line, err := bufio.NewReader(io.LimitReader(r, 100)).ReadString('\n')
	answer := strings.ToLower(strings.TrimSpace(line))
	return err == nil && (answer == "y" || answer == "yes")
}
