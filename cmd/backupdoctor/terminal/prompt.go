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

// A Prompt reads what a person types, line by line.
type Prompt struct {
	in *bufio.Reader
}

// NewPrompt returns a Prompt that reads from in.
func NewPrompt(in io.Reader) Prompt { return Prompt{bufio.NewReader(in)} }

// errTooLong ends input that no person typed.
var errTooLong = errors.New("the line is too long")

// Line reads a line of at most [device.MaxAnswersBytes]. If ctx ends first, it returns and
// abandons the read, since reading from a terminal cannot be canceled.
func (p Prompt) Line(ctx context.Context) (string, error) {
	text, err := orDone(ctx, func() (string, error) { return boundedLine(p.in) })
	return strings.TrimSpace(text), err
}

// Password reads a line from a terminal without echo. If ctx ends first, or Ctrl-\ is pressed,
// the echo is restored.
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

// orDone waits for a read until ctx ends.
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

// Agreed reads the answer to a question; anything but yes means no.
func Agreed(r io.Reader) bool {
	line, err := bufio.NewReader(io.LimitReader(r, 100)).ReadString('\n')
	answer := strings.ToLower(strings.TrimSpace(line))
	return err == nil && (answer == "y" || answer == "yes")
}
