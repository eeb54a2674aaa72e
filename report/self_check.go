package report

import (
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/checks/computer"
	"github.com/backupdoctor/backupdoctor/device"
)

// A SelfCheck says whether the computer is ready to read devices. Times are UTC, in RFC
// 3339. Lists are never null.
type SelfCheck struct {
	Header
	Tool     Tool           `json:"tool"`     // the program that wrote the report
	TakenAt  time.Time      `json:"takenAt"`  // when the computer was examined
	OS       string         `json:"os"`       // linux, darwin, windows
	Answers  []ComputerLine `json:"answers"`  // one for each thing that was examined
	Problems int            `json:"problems"` // answers with the status problem
	Unknown  int            `json:"unknown"`  // answers with the status unknown
	Exit     Exit           `json:"exit"`     // the exit code: 1 if there is a problem, otherwise 0
}

// A ComputerLine is the answer to one question about the computer.
type ComputerLine struct {
	Check    string   `json:"check"`    // id of the question: usbmuxd-reachable; several answers may have the same
	Title    string   `json:"title"`    // the good state, as a statement
	Status   string   `json:"status"`   // ok, warning, problem or unknown; ok only if that was seen
	Summary  string   `json:"summary"`  // what was found
	Source   string   `json:"source"`   // where it was read
	Remedies []string `json:"remedies"` // what to do, one step each
}

// NewSelfCheck judges what is known about a computer.
func NewSelfCheck(c device.Computer, tool string) SelfCheck {
	s := SelfCheck{
		Header:  NewHeader(KindSelfCheck),
		Tool:    Tool{Name: "backupdoctor", Version: tool, Effect: "read-only"},
		TakenAt: c.TakenAt.UTC(),
		OS:      c.OS,
		Answers: []ComputerLine{},
	}
	code := ExitNoProblem
	for _, l := range computer.Judge(c) {
		s.Answers = append(s.Answers, ComputerLine{
			Check: l.ID, Title: l.Title, Status: string(l.Status), Summary: l.Summary, Source: l.Source,
			Remedies: append([]string{}, l.Remedies...),
		})
		switch l.Status {
		case checks.Problem:
			s.Problems++
			code = ExitProblems
		case checks.Unknown:
			s.Unknown++
		}
	}
	for _, e := range Exits() {
		if e.Code == code {
			s.Exit = e
		}
	}
	return s
}
