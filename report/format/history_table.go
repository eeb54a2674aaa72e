package format

import (
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/olekukonko/tablewriter/tw"
)

// WriteRuns writes a list of runs for a terminal.
func WriteRuns(w io.Writer, list report.RunList, o Options) error {
	p := newPage(o)
	header := []column{{"Run", 2}, {"Begun", 3}, {"Devices", 6}, {"End", 4}}
	ids := shortIDs(list.Runs)
	var rows [][]cell
	for i, run := range list.Runs {
		begun := cell{{text: p.toTheMinute(run.StartedAt)}}
		begun = append(begun, p.doubt(run.Doubtful)...)
		if run.Subject == report.OfBackups {
			begun = append(begun, paragraph{text: "over backups", style: dim})
		}
		rows = append(rows, []cell{{{text: p.text(ids[i])}}, begun, p.counted(run), p.end(run)})
	}
	if err := p.rows(header, slices.Values(rows), tw.On); err != nil {
		return err
	}
	if list.Total > len(list.Runs) {
		p.print("")
		p.print(p.hang("", plain, fmt.Sprintf("The newest %d of %d runs; --limit shows more.", len(list.Runs), list.Total))...)
	}
	return p.write(w)
}

// rows prints rows of cells: as a table if the page is wide enough, otherwise as cards. It reads
// them several times, and prints nothing if there are none.
func (p *page) rows(header []column, rows iter.Seq[[]cell], between tw.State) error {
	if p.Width < minTableWidth {
		p.cards(header, rows)
		return nil
	}
	if err := p.table(header, rows, between, maxDrawn); err != nil {
		return fmt.Errorf("drawing the table: %w", err)
	}
	return nil
}

// leastID is the minimum number of characters shown of an id.
const leastID = 8

// shortIDs returns prefixes of the run ids, long enough to be unique.
func shortIDs(runs []report.PastRun) []string {
	length := leastID
	for {
		seen := map[string]bool{}
		short := make([]string, len(runs))
		whole := true
		for i, run := range runs {
			short[i] = run.Run[:min(length, len(run.Run))]
			whole = whole && short[i] == run.Run
			seen[short[i]] = true
		}
		if len(seen) == len(runs) || whole {
			return short
		}
		length++
	}
}

// toTheMinute formats a time for a table.
func (p *page) toTheMinute(t time.Time) string {
	if t.IsZero() {
		return "unknown"
	}
	return words.Moment(p.in(t))
}

// doubt returns why a date is in doubt.
func (p *page) doubt(why string) cell {
	switch why {
	case report.DoubtFuture:
		return cell{{p.lead(unclear), unclear.style, "doubtful: in the future", plain}}
	case report.DoubtJumpedBack:
		return cell{{p.lead(unclear), unclear.style, "doubtful: earlier than the run before", plain}}
	default:
		return nil
	}
}

// counted returns the number of devices of a run by verdict, with the mark of the worst.
func (p *page) counted(run report.PastRun) cell {
	if run.Devices == 0 {
		return cell{{text: "no device"}}
	}
	var worst mark
	var parts []string
	for _, part := range []struct {
		n       int
		verdict checks.Verdict
	}{
		{run.Failing, checks.Failing}, {run.AtRisk, checks.AtRisk}, {run.NoCauseFound, checks.NoCauseFound},
		{run.NotExamined, checks.NotExamined}, {run.BackedUp, checks.BackedUp}, {run.Suppressed, checks.Suppressed},
	} {
		if part.n == 0 {
			continue
		}
		m := markOfVerdict(report.Device{Verdict: string(part.verdict)})
		if parts == nil {
			worst = m
		}
		parts = append(parts, fmt.Sprintf("%d %s", part.n, strings.ToLower(m.word)))
	}
	c := cell{{p.lead(worst), worst.style, fmt.Sprintf("%d: %s", run.Devices, strings.Join(parts, ", ")), plain}}
	if run.Retried > 0 {
		c = append(c, paragraph{text: fmt.Sprintf("%d needed a second try", run.Retried), style: dim})
	}
	return c
}

// end returns how a run ended.
func (p *page) end(run report.PastRun) cell {
	if run.FinishedAt.IsZero() {
		text := "interrupted"
		switch run.State {
		case report.RunRunning:
			text = "still running"
		case report.RunUnknown:
			text = "end unknown"
		}
		if run.Total != nil {
			text += fmt.Sprintf(", %d of %s done", run.Devices, words.Count(*run.Total, "device"))
		}
		return cell{{p.lead(unclear), unclear.style, text, plain}}
	}
	text := "after " + lasted(run.FinishedAt.Sub(run.StartedAt))
	if run.Exit != nil {
		text += fmt.Sprintf(", exit code %d", *run.Exit)
	}
	c := cell{{text: text}}
	if run.Partial {
		c = append(c, paragraph{p.lead(unclear), unclear.style, "devices may be missing", plain})
	}
	return c
}

// unclear marks something unusual that may be harmless.
var unclear = mark{"!", "[!]", "", yellow}

// lasted formats a duration, to the second below one hour.
func lasted(d time.Duration) string {
	if d >= time.Hour {
		return strings.TrimSuffix(d.Round(time.Minute).String(), "0s")
	}
	return d.Round(time.Second).String()
}
