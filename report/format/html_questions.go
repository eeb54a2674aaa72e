package format

import (
	"fmt"
	"slices"
	"strings"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

// manyNames is the number of devices up to which a question names them rather than counting.
const manyNames = 5

// An inquiry holds the questions of a report. Most devices get the same questions in the same
// words, so each question appears on the page once and devices refer to it by number.
type inquiry struct {
	asked   []htmlQuestion
	numbers map[string]int // by check and wording
	devices [][]int        // question numbers of each device, in order
}

// htmlQuestion is one wording of a question.
type htmlQuestion struct {
	Number   int
	Text     string
	Of       string // devices that get the question; "" for all
	Remedies []string
	check    string
	title    string
	sources  []htmlLink
	devices  []int
}

// htmlInquiry is one check with the wordings of its question.
type htmlInquiry struct {
	Check, Title string
	Wordings     []htmlQuestion
	Sources      []htmlLink
}

// htmlAsked is a reference to a question.
type htmlAsked struct {
	Number int
	Check  string
}

func newInquiry(devices int) *inquiry {
	return &inquiry{numbers: map[string]int{}, devices: make([][]int, devices)}
}

// add adds the questions of one device.
func (q *inquiry) add(index int, d report.Device) {
	for _, f := range d.Findings {
		if checks.Status(f.Status) == checks.Ask {
			q.ask(index, f)
		}
	}
}

func (q *inquiry) ask(index int, f report.Finding) {
	words := []string{f.Check, f.Summary}
	for _, remedy := range f.Remedies {
		words = append(words, remedy.Title)
	}
	key := strings.Join(words, "\x00")
	number, known := q.numbers[key]
	if !known {
		number = len(q.asked)
		q.numbers[key] = number
		q.asked = append(q.asked, htmlQuestion{
			Number: number + 1, Text: report.Clean(f.Summary), Remedies: convert(words[2:], report.Clean),
			check: report.Clean(device.Token(f.Check)), title: report.Clean(f.Title), sources: linksOf(f.Sources),
		})
	}
	q.asked[number].devices = append(q.asked[number].devices, index)
	q.devices[index] = append(q.devices[index], number)
}

// of returns the questions of one device.
func (q *inquiry) of(index int) []htmlAsked {
	return convert(q.devices[index], func(number int) htmlAsked {
		return htmlAsked{q.asked[number].Number, q.asked[number].check}
	})
}

// list returns all questions, grouped by check.
func (q *inquiry) list(labels []string) []htmlInquiry {
	var list []htmlInquiry
	for _, question := range q.asked {
		if len(question.devices) < len(labels) {
			question.Of = checkNames(question.devices, labels)
		}
		i := slices.IndexFunc(list, func(known htmlInquiry) bool { return known.Check == question.check })
		if i < 0 {
			i = len(list)
			list = append(list, htmlInquiry{Check: question.check, Title: question.title, Sources: question.sources})
		}
		list[i].add(question)
	}
	return list
}

// add adds a wording. Consecutive wordings with the same remedies show them once, after the
// last.
func (i *htmlInquiry) add(question htmlQuestion) {
	if last := len(i.Wordings) - 1; last >= 0 && slices.Equal(i.Wordings[last].Remedies, question.Remedies) {
		i.Wordings[last].Remedies = nil
	}
	i.Wordings = append(i.Wordings, question)
}

// checkNames lists devices by name, or counts them if there are many.
func checkNames(devices []int, labels []string) string {
	if len(devices) > manyNames {
		return fmt.Sprintf("%d of %d devices", len(devices), len(labels))
	}
	return strings.Join(convert(devices, func(i int) string { return device.Quoted(labels[i]) }), ", ")
}
