package device

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// An Answer is what a person said of the device, because no computer can read it. Which of
// its facts is known depends on the question.
type Answer struct {
	Question string       `json:"question" privacy:"public"`       // id of the check it belongs to, or one of the questions below
	Yes      Fact[bool]   `json:"yes,omitzero"`                    // for most questions
	Bytes    Fact[uint64] `json:"bytes,omitzero"`                  // for a size
	Text     Fact[string] `json:"text,omitzero" privacy:"private"` // for a message, as it was typed
	At       time.Time    `json:"at"`                              // when it was given; UTC
}

// Questions that belong to more than one check. Stored in recordings, so never renamed.
const (
	FreeICloudQuestion = "free-icloud-storage"   // how much of the iCloud storage is free; a size
	NextSizeQuestion   = "next-backup-size"      // what Settings shows for the next backup; a size
	MessageQuestion    = "message"               // what the screen says of a failed backup; a text
	BackUpNowQuestion  = "back-up-now-completes" // whether a backup completes after Back Up Now is tapped
)

// MaxAnswerText is how many bytes of a message are kept.
const MaxAnswerText = 4 << 10

// MaxAnswersBytes is the size above which ReadAnswers gives up.
const MaxAnswersBytes = 64 << 10

// ReadAnswers reads a file of answers: one on each line, as "question: answer". An answer is
// yes or no, a size like "1.2 GB", or a text, as its question wants. Empty lines, and those
// that begin with #, are passed over. at is when the answers hold.
func ReadAnswers(r io.Reader, at time.Time) ([]Answer, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxAnswersBytes+1))
	if err != nil {
		return nil, fmt.Errorf("reading the answers: %w", err)
	}
	if len(data) > MaxAnswersBytes {
		return nil, fmt.Errorf("the answers are longer than %d KiB", MaxAnswersBytes>>10)
	}
	var answers []Answer
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, MaxAnswersBytes+1)
	for number := 1; lines.Scan(); number++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		question, text, found := strings.Cut(line, ":")
		if !found {
			return nil, fmt.Errorf("line %d of the answers is not of the form \"question: answer\"", number)
		}
		answer, err := ParseAnswer(strings.TrimSpace(question), text, at)
		if err != nil {
			return nil, fmt.Errorf("line %d of the answers: %w", number, err)
		}
		answers = Answered(answers, answer)
	}
	return answers, nil
}

// ParseAnswer reads the answer to one question. Its errors say what was expected.
func ParseAnswer(question, text string, at time.Time) (Answer, error) {
	answer := Answer{Question: question, At: at.UTC()}
	text = strings.TrimSpace(text)
	switch question {
	case FreeICloudQuestion, NextSizeQuestion:
		bytes, err := ParseSize(text)
		if err != nil {
			return Answer{}, err
		}
		answer.Bytes = Known(bytes)
	case MessageQuestion:
		if text == "" || len(text) > MaxAnswerText {
			return Answer{}, fmt.Errorf("a message has 1 to %d bytes", MaxAnswerText)
		}
		answer.Text = Known(strings.ToValidUTF8(text, "\uFFFD"))
	default:
		switch strings.ToLower(text) {
		case "y", "yes":
			answer.Yes = Known(true)
		case "n", "no":
			answer.Yes = Known(false)
		default:
			return Answer{}, fmt.Errorf("%q is neither yes nor no", text)
		}
	}
	return answer, nil
}

// Answered adds an answer to a list, in the place of an earlier one to the same question.
// The list given is left as it was.
func Answered(answers []Answer, answer Answer) []Answer {
	var list []Answer
	for _, a := range answers {
		if a.Question != answer.Question {
			list = append(list, a)
		}
	}
	return append(list, answer)
}

// sizeText is a number with a unit, as Settings of many languages writes it.
var sizeText = regexp.MustCompile(`(?i)^(\d{1,15}(?:[.,]\d{1,6})?)\s*(bytes|octets|[kmgtp]?[bo])$`)

// ParseSize reads a size as Settings shows it, in powers of ten: "1.2 GB", "7,4 GB",
// "512 MB", "1,2 Go". A unit is needed: a bare number is too easily mistaken.
func ParseSize(text string) (uint64, error) {
	// Settings puts a space that does not break the line between a number and its unit.
	spaced := strings.NewReplacer("\u00A0", " ", "\u202F", " ").Replace(strings.TrimSpace(text))
	parts := sizeText.FindStringSubmatch(spaced)
	if parts == nil {
		return 0, fmt.Errorf("%q is not a size like 1.2 GB", text)
	}
	number, err := strconv.ParseFloat(strings.Replace(parts[1], ",", ".", 1), 64)
	if err != nil {
		return 0, fmt.Errorf("%q is not a size like 1.2 GB", text)
	}
	scale := map[byte]float64{'k': 1e3, 'm': 1e6, 'g': 1e9, 't': 1e12, 'p': 1e15}
	if factor, ok := scale[strings.ToLower(parts[2])[0]]; ok {
		number *= factor
	}
	if number >= 1<<60 {
		return 0, fmt.Errorf("%q is larger than any storage", text)
	}
	return uint64(math.Round(number)), nil
}
