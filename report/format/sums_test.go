package format

import (
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/report"
)

// sum adds up the first group of every match.
func sum(t *testing.T, text string, pattern *regexp.Regexp) int {
	t.Helper()
	total := 0
	for _, match := range pattern.FindAllStringSubmatch(text, -1) {
		n, err := strconv.Atoi(match[1])
		if err != nil {
			t.Fatal(err)
		}
		total += n
	}
	return total
}

var (
	countedInWords  = regexp.MustCompile(`(\d+) (?:failing|at risk|no cause found|not examined|backed up|suppressed|with a verdict that this version does not know)\b`)
	countedByMetric = regexp.MustCompile(`(?m)^backupdoctor_run_devices(?:\{verdict="[a-z-]+"\}|_unknown_verdict) (\d+)$`)
)

// Whatever the verdicts of a tray, the labels add up to its devices in every format that counts
// them, and an unknown verdict never counts as a known one.
func TestVerdictCountsAddUp(t *testing.T) {
	verdicts := []string{"", "healthy", "Backed up"}
	for _, v := range checks.Verdicts() {
		verdicts = append(verdicts, string(v))
	}
	random := rand.New(rand.NewPCG(1, 2))
	for tray := range 200 {
		var devices []report.Device
		well := 0
		for i := range random.IntN(12) + 2 {
			d := report.Device{
				UDID: fmt.Sprint("device-", i), Verdict: verdicts[random.IntN(len(verdicts))], Headline: "A tray.", Incomplete: random.IntN(5) == 0,
				Findings: []report.Finding{{Check: "wifi-missing", Status: []string{"problem", "warning", "ok"}[random.IntN(3)]}},
			}
			if d.Verdict == string(checks.BackedUp) {
				well++
			}
			devices = append(devices, d)
		}
		r := report.Assemble(report.Run{}, devices)
		s := r.Summary
		if n := s.Failing + s.AtRisk + s.NoCauseFound + s.NotExamined + s.BackedUp + s.Suppressed + s.Unknown; n != len(devices) || s.Devices != n || s.BackedUp != well {
			t.Errorf("tray %d: JSON counts %d of %d devices: %+v", tray, n, len(devices), s)
		}
		var summary, metrics bytes.Buffer
		if err := WriteSummary(&summary, r, Options{Width: 1000}); err != nil {
			t.Fatal(err)
		}
		if err := WritePrometheus(&metrics, r); err != nil {
			t.Fatal(err)
		}
		if n := sum(t, summary.String(), countedInWords); s.NeedAttention > 0 && n != len(devices) {
			t.Errorf("tray %d: the summary counts %d of %d devices:\n%s", tray, n, len(devices), summary.String())
		}
		if n := sum(t, metrics.String(), countedByMetric); n != len(devices) {
			t.Errorf("tray %d: the metrics count %d of %d devices", tray, n, len(devices))
		}
		var markdown, rows, suites bytes.Buffer
		for out, write := range map[*bytes.Buffer]func(io.Writer, report.Report) error{&markdown: WriteMarkdown, &rows: WriteCSV, &suites: WriteJUnit} {
			if err := write(out, r); err != nil {
				t.Fatal(err)
			}
		}
		head, _, _ := strings.Cut(markdown.String(), "\n## ")
		if n := sum(t, head, countedInWords); n != len(devices) || !strings.Contains(head, fmt.Sprintf("- Devices: %d (", n)) {
			t.Errorf("tray %d: Markdown counts %d of %d devices:\n%s", tray, n, len(devices), head)
		}
		words, ids := map[string]int{}, map[string]int{}
		for _, d := range r.Devices {
			words[markOfVerdict(d).word]++
			ids[d.Verdict]++
		}
		if got := labelsInMarkdown(markdown.String()); !maps.Equal(got, words) {
			t.Errorf("tray %d: the table in Markdown has %v, want %v", tray, got, words)
		}
		if got := labelsInCSV(t, rows.String()); !maps.Equal(got, ids) {
			t.Errorf("tray %d: the rows of CSV have %v, want %v", tray, got, ids)
		}
		delete(ids, "") // a property without a value is omitted
		if got := labelsInJUnit(t, suites.Bytes()); !maps.Equal(got, ids) {
			t.Errorf("tray %d: the suites of JUnit have %v, want %v", tray, got, ids)
		}
		tiles := 0
		for _, total := range totalsOf(s) {
			tiles += total.Count
		}
		if tiles != len(devices) {
			t.Errorf("tray %d: the tiles of the page count %d of %d devices", tray, tiles, len(devices))
		}
		for _, d := range r.Devices {
			if report.NeedsAttention(d) != (report.New(report.Run{}).CodeOf(d) != report.ExitNoProblem) {
				t.Errorf("tray %d: %s needs attention: %t, and its code is %d", tray, d.Verdict, report.NeedsAttention(d), r.CodeOf(d))
			}
		}
	}
}

// labelsInMarkdown counts the verdicts in the table of devices.
func labelsInMarkdown(text string) map[string]int {
	_, table, _ := strings.Cut(text, "\n## Devices\n")
	table, _, _ = strings.Cut(table, "\n## ")
	labels := map[string]int{}
	column := -1
	for line := range strings.Lines(table) {
		cells := strings.Split(line, " | ")
		switch at := slices.Index(cells, "Verdict"); {
		case at >= 0:
			column = at
		case column >= 0 && column < len(cells) && cells[column] != "---":
			_, word, _ := strings.Cut(cells[column], " ")
			labels[word]++
		}
	}
	return labels
}

// labelsInCSV counts the verdicts of the rows.
func labelsInCSV(t *testing.T, text string) map[string]int {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	labels := map[string]int{}
	column := slices.Index(rows[0], "verdict")
	for _, row := range rows[1:] {
		labels[row[column]]++
	}
	return labels
}

// labelsInJUnit counts the verdicts of the suites.
func labelsInJUnit(t *testing.T, text []byte) map[string]int {
	t.Helper()
	var document struct {
		Suites []junitSuite `xml:"testsuite"`
	}
	if err := xml.Unmarshal(text, &document); err != nil {
		t.Fatal(err)
	}
	labels := map[string]int{}
	for _, suite := range document.Suites {
		for _, p := range suite.Properties {
			if p.Name == "verdict" {
				labels[p.Value]++
			}
		}
	}
	return labels
}

// A hint is labelled as one wherever a cause is named in a few words.
func TestAHintIsLabelledEverywhere(t *testing.T) {
	hint := report.Device{UDID: "u", Name: "Phone", Verdict: "at-risk", Headline: "It may be.", Findings: []report.Finding{
		{Check: "vpn-proxy-firewall", Status: "warning", Summary: "By its name alone."},
	}}
	r := report.Assemble(report.Run{}, []report.Device{hint, {UDID: "v", Verdict: "backed-up", Headline: "Well."}})
	const short = "VPN, proxy or firewall in the way"
	texts := map[string]string{"progress line": Line(hint, 1, 1, Options{}), "outcome": Outcome(hint)}
	for _, f := range formats {
		if f.Name == Streamed || f.Name == "table" || f.Name == "json" || f.Name == "junit" || f.Name == "prometheus" {
			continue // shown as a whole sentence, or by id
		}
		var text bytes.Buffer
		if err := f.Write(&text, r, Options{Width: 1000, UTF8: true}); err != nil {
			t.Fatal(err)
		}
		texts[f.Name] = text.String()
	}
	for name, text := range texts {
		all := regexp.MustCompile(short).FindAllStringIndex(text, -1)
		labelled := regexp.MustCompile("may be: "+short).FindAllStringIndex(text, -1)
		if len(all) == 0 || len(all) != len(labelled) {
			t.Errorf("%s names the hint %d times, and labels it %d times:\n%s", name, len(all), len(labelled), text)
		}
	}
	var metrics bytes.Buffer
	if err := WritePrometheus(&metrics, r); err != nil {
		t.Fatal(err)
	}
	if want := `backupdoctor_run_cause_devices{check="vpn-proxy-firewall",status="warning",hint="true"} 1`; !bytes.Contains(metrics.Bytes(), []byte(want)) {
		t.Errorf("the metrics lack %s", want)
	}
}
