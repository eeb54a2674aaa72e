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

// An Answer is a person's answer to a question about the device that no computer can read
// from it. Which of its facts is known depends on the question.
type Answer struct {
	Question string       `json:"question" privacy:"public"`       // ID of the check it belongs to, or one of the questions below
	Yes      Fact[bool]   `json:"yes,omitzero"`                    // for most questions
	Bytes    Fact[uint64] `json:"bytes,omitzero"`                  // for a size
	Text     Fact[string] `json:"text,omitzero" privacy:"private"` // for a message, as typed
	At       time.Time    `json:"at"`                              // when the answer was given; UTC
}

// Questions shared by several checks. They are stored in recordings, so never rename them.
const (
	FreeICloudQuestion = "free-icloud-storage"   // free iCloud storage; a size
	NextSizeQuestion   = "next-backup-size"      // size of the next backup in Settings; a size
	MessageQuestion    = "message"               // the message on screen about a failed backup; a text
	BackUpNowQuestion  = "back-up-now-completes" // a backup completes after tapping Back Up Now; yes or no
)

// MaxAnswerText is the maximum length of a message in bytes.
const MaxAnswerText = 4 << 10

// MaxAnswersBytes is the maximum size of a file for ReadAnswers.
const MaxAnswersBytes = 64 << 10

// ReadAnswers reads a file with one answer per line, in the form "question: answer".
// Depending on the question, an answer is yes or no, a size like "1.2 GB", or a text. Empty
// lines and lines that start with # are skipped. at is the time of the answers.
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

// ParseAnswer parses the answer to one question. Its errors say what was expected.
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

// Answered returns the answers with answer added, replacing any earlier one to the same
// question. It does not modify the given slice.
func Answered(answers []Answer, answer Answer) []Answer {
	var list []Answer
	for _, a := range answers {
		if a.Question != answer.Question {
			list = append(list, a)
		}
	}
	return append(list, answer)
}

// sizeText matches a number with a unit, as Settings writes it in many languages.
var sizeText = regexp.MustCompile(`(?i)^(\d{1,15}(?:[.,]\d{1,6})?)\s*(bytes|octets|[kmgtp]?[bo])$`)

// ParseSize parses a size as Settings shows it, in powers of ten: "1.2 GB", "7,4 GB", "512
// MB", "1,2 Go". The unit is required, because a bare number is ambiguous.
func ParseSize(text string) (uint64, error) {
	// Settings puts a no-break space between a number and its unit.
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
