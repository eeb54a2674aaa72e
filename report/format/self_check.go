package format

import (
	"fmt"
	"io"

	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/report"
)

// WriteSelfCheck writes a self-check for a terminal: each answer on a line, with its remedies
// below.
func WriteSelfCheck(w io.Writer, s report.SelfCheck, o Options) error {
	p := newPage(o)
	for _, answer := range s.Answers {
		m := markOfStatus(answer.Status)
		p.print(p.hang(p.lead(m), m.style, m.word+": "+answer.Summary)...)
		for _, remedy := range answer.Remedies {
			p.print(p.hang("    "+p.sign("→ ", "> "), plain, remedy)...)
		}
	}
	p.print("")
	p.print(p.hang("", plain, fmt.Sprintf("%s, %d unknown, %s looked at",
		words.Count(s.Problems, "problem"), s.Unknown, words.Count(len(s.Answers), "thing")))...)
	return p.write(w)
}
