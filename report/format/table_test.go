package format

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/testdata/reporttest"
)

func TestTableHoldsItsWidth(t *testing.T) {
	run := reporttest.Run(reporttest.Failing("Léa’s iPhone"), reporttest.Unexamined("李雷的手机 📱"), reporttest.Well(strings.Repeat("W", 300)))
	step := 1
	if testing.Short() {
		step = 7 // half a minute under the race detector for each width
	}
	for width := MinWidth; width <= 200; width += step {
		for _, o := range []Options{{UTF8: true}, {}, {UTF8: true, All: true, Color: true}, {All: true}} {
			o.Width = width
			holdsWidth(t, tableOf(run, o), width)
			holdsWidth(t, tableOf(reporttest.Run(reporttest.Failing("李雷的手机 📱")), o), width)
		}
	}
}

// An unusably small width is raised to the minimum.
func TestTableHasALeastWidth(t *testing.T) {
	run := reporttest.Run(reporttest.Failing("x"))
	if tableOf(run, Options{Width: -1}) != tableOf(run, Options{Width: MinWidth}) {
		t.Error("a width of -1 gives another page than the least width")
	}
}

func TestAddressesStandWholeOnLinesOfTheirOwn(t *testing.T) {
	const address = "https://support.example.com/en-us/guide/icloud/back-up-and-restore-a-very-long-address-of-a-page"
	for _, width := range []int{30, 60, 100, 140} {
		lines := strings.Split(tableOf(reporttest.Run(reporttest.Failing("x")), Options{Width: width, UTF8: true, Steps: true}), "\n")
		if !slices.ContainsFunc(lines, func(line string) bool { return strings.TrimSpace(line) == address }) {
			t.Errorf("at %d columns the address is not whole", width)
		}
	}
}

// Colour is applied last, so that it cannot change anything else.
func TestColourOnlyAddsStyles(t *testing.T) {
	run := reporttest.Run(reporttest.Failing("Léa’s iPhone"), reporttest.Unexamined("Sam’s iPhone"), reporttest.Well("x"))
	for _, width := range []int{40, 100} {
		plain := tableOf(run, Options{Width: width, UTF8: true, All: true})
		coloured := tableOf(run, Options{Width: width, UTF8: true, All: true, Color: true})
		if !strings.Contains(coloured, "\x1b[1;31m") {
			t.Error("a failing device is not red")
		}
		if sgr.ReplaceAllString(coloured, "") != plain {
			t.Errorf("at %d columns the page differs in more than its styles", width)
		}
	}
}

func TestASCIIPageIsASCII(t *testing.T) {
	page := tableOf(reporttest.Run(reporttest.Failing("Léa’s 📱")), Options{Width: 100, All: true})
	if i := strings.IndexFunc(page, func(r rune) bool { return r > '~' }); i >= 0 {
		t.Errorf("%q", page[i:min(len(page), i+20)])
	}
}

func TestDevicesOfOneNameAreToldApart(t *testing.T) {
	other := reporttest.Well("iPhone")
	other.Snapshot.Device.UDID = "00008130-00061D8A2E41401C"
	page := tableOf(reporttest.Run(reporttest.Well("iPhone"), other, reporttest.Well("iPad")), Options{Width: 100, UTF8: true})
	for _, want := range []string{"“iPhone (…5B6C)”, ", "“iPhone (…401C)”, ", "“iPad”"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in\n%s", want, page)
		}
	}
}

func TestADeviceWithoutANameIsCalledByWhatIsKnown(t *testing.T) {
	nameless := reporttest.Well("")
	nameless.Snapshot.Device = device.Identity{UDID: "00008130-00061D8A2E41401C"}
	page := tableOf(reporttest.Run(nameless), Options{Width: 100, UTF8: true})
	if first, _, _ := strings.Cut(page, "\n"); !strings.HasPrefix(first, "00008130-00061D8A2E41401C ") {
		t.Errorf("%q", first)
	}
}

func TestOnePlanForDevicesThatNeedTheSame(t *testing.T) {
	page := tableOf(reporttest.Run(reporttest.Failing("Léa’s"), reporttest.Failing("Noor’s"), reporttest.Unexamined("Sam’s")), Options{Width: 100, UTF8: true, Steps: true})
	if n := strings.Count(page, "What to do: "); n != 2 {
		t.Errorf("%d plans in\n%s", n, page)
	}
}

func TestQuestionsAreFoldedUnlessAll(t *testing.T) {
	folded := tableOf(reporttest.Run(reporttest.Failing("x")), Options{Width: 100})
	if !strings.Contains(folded, "1 question only a person can answer (--all shows, --ask asks") || strings.Contains(folded, "Is iCloud full?") {
		t.Errorf("not folded:\n%s", folded)
	}
	all := tableOf(reporttest.Run(reporttest.Failing("x")), Options{Width: 100, All: true})
	if !strings.Contains(all, "[-] Is iCloud full?\n    icloud-storage-full\n") || strings.Contains(all, "--all") {
		t.Errorf("not in full:\n%s", all)
	}
}

func TestHealthyFindingsAreShownWithAll(t *testing.T) {
	const healthy = "[+] The device trusts this computer.\n    not-trusted\n"
	if page := tableOf(reporttest.Run(reporttest.Failing("x")), Options{Width: 100}); strings.Contains(page, healthy) {
		t.Errorf("shown:\n%s", page)
	}
	if page := tableOf(reporttest.Run(reporttest.Failing("x")), Options{Width: 100, All: true}); !strings.Contains(page, healthy) {
		t.Errorf("not shown:\n%s", page)
	}
}

func TestWhatCouldNotBeReadIsGroupedByReason(t *testing.T) {
	examined := reporttest.Failing("x")
	unread := func(check *checks.Check, why device.Reason) {
		examined.Diagnosis.Unread = append(examined.Diagnosis.Unread, checks.Finding{Check: check, Status: checks.Unknown, Gap: device.Gap{Reason: why}})
	}
	examined.Diagnosis.Unread = nil
	unread(reporttest.OnWiFi, device.Absent)
	unread(reporttest.Room, device.Refused)
	unread(reporttest.Recent, device.Absent)
	page := tableOf(reporttest.Run(examined), Options{Width: 100, Steps: true})
	want := "What could not be read\n" +
		"[?] the device has no such value: wifi-missing, backup-stale\n" +
		"[?] the device refused to report it: icloud-storage-full\n"
	if !strings.Contains(page, want) {
		t.Errorf("no\n%s in\n%s", want, page)
	}
}

func TestChecksThatFellWithTheDeviceAreCounted(t *testing.T) {
	page := tableOf(reporttest.Run(reporttest.Unexamined("x")), Options{Width: 100, Steps: true})
	if want := "[?] the Trust dialog is waiting on the device: 2 checks\n"; !strings.Contains(page, want) {
		t.Errorf("no %q in\n%s", want, page)
	}
}

func TestADeviceThatFellSilentSaysSo(t *testing.T) {
	page := tableOf(reporttest.Run(reporttest.Ended(reporttest.Well("x"), device.Timeout)), Options{Width: 100})
	if !strings.Contains(page, "Not examined to the end: the device did not answer in time.\n") {
		t.Errorf("%s", page)
	}
}

func TestTableEndsWithCounts(t *testing.T) {
	run := reporttest.Run(reporttest.Failing("x"), reporttest.Failing("y"), reporttest.Unexamined("z"), reporttest.Well("w"))
	page := tableOf(run, Options{Width: 100})
	if want := "\n4 devices: 2 failing, 1 not examined, 1 backed up\nNext for 2 devices: backupdoctor explain backup-turned-off\nNext: backupdoctor scan --pair --udid 00008130-00061D8A2E41401C (asks the device to show the Trust\ndialog)\n"; !strings.Contains(page, want) {
		t.Errorf("no %q in\n%s", want, page)
	}
	var summary strings.Builder
	if err := WriteSummary(&summary, report.New(run), Options{Width: 100}); err != nil {
		t.Fatal(err)
	}
	if want := "Causes: 2: iCloud Backup off - 1: not trusted - 2: may be: not on Wi-Fi\n"; !strings.Contains(summary.String(), want) {
		t.Errorf("no %q in\n%s", want, summary.String())
	}
}

func TestSymptomsAreFoldedUnderTheirCause(t *testing.T) {
	folded := tableOf(reporttest.Run(reporttest.Failing("x")), Options{Width: 60, Steps: true})
	if !strings.Contains(folded, "\n    backup-turned-off\n    explains backup-stale\n") || strings.Contains(folded, "The last good backup is 23 days old.") {
		t.Errorf("not folded:\n%s", folded)
	}
	all := tableOf(reporttest.Run(reporttest.Failing("x")), Options{Width: 60, All: true})
	if !strings.Contains(all, "\n    explains backup-stale: The last good backup is 23 days\n    old.\n") {
		t.Errorf("not in full:\n%s", all)
	}
}

func TestACauseNamesItsSubject(t *testing.T) {
	examined := reporttest.Failing("x")
	examined.Diagnosis.Causes[0].Subject = "Ward \x1bVPN"
	if page := tableOf(reporttest.Run(examined), Options{Width: 60, Steps: true}); !strings.Contains(page, "\n    backup-turned-off (\"Ward VPN\")\n") {
		t.Errorf("%s", page)
	}
}

func TestWriteErrorsAreReported(t *testing.T) {
	r := report.New(reporttest.Run(reporttest.Failing("x")))
	for name, write := range map[string]func() error{
		"table":        func() error { return WriteTable(brokenPipe{}, r, Options{Width: 80}) },
		"json":         func() error { return WriteJSON(brokenPipe{}, r) },
		"csv":          func() error { return WriteCSV(brokenPipe{}, r) },
		"csv findings": func() error { return WriteCSVFindings(brokenPipe{}, r, Options{}) },
		"markdown":     func() error { return WriteMarkdown(brokenPipe{}, r) },
		"junit":        func() error { return WriteJUnit(brokenPipe{}, r) },
		"prometheus":   func() error { return WritePrometheus(brokenPipe{}, r) },
		"ndjson":       func() error { return WriteEvent(brokenPipe{}, report.Event{Report: &r}) },
		"explain":      func() error { return Explain(brokenPipe{}, reporttest.SwitchedOn, Options{Width: 80}) },
		"list":         func() error { return Checks(brokenPipe{}, checks.All(), Options{Width: 80}) },
		"devices":      func() error { return Devices(brokenPipe{}, report.Report{}, Options{Width: 80}) },
	} {
		if err := write(); !errors.Is(err, errBroken) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

var errBroken = errors.New("broken pipe")

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errBroken }

// FuzzTable puts untrusted text wherever text from a device can go.
func FuzzTable(f *testing.F) {
	f.Add("<script>alert(1)</script>", "\x1b[2J\u202e\u200b", 100, true)
	f.Add("李雷的 iPhone 📱", "https://example.com/"+strings.Repeat("a", 200), 20, false)
	f.Add("e\u0301\u0301\u0301\u0301\u0301\xff", "a\n\tb\u2028c", 72, true)
	f.Fuzz(func(t *testing.T, name, text string, width int, utf8 bool) {
		width = MinWidth + abs(width)%200
		examined := reporttest.Failing(name)
		examined.Diagnosis.Headline = text
		examined.Diagnosis.Plan[0].Lines = []string{text}
		examined.Diagnosis.Unread[0].Gap.Detail = text
		examined.Diagnosis.Questions[0].Summary = text
		cause := &examined.Diagnosis.Causes[0]
		cause.Summary = text
		cause.Evidence = []checks.Evidence{{Key: name, Value: text, Expected: name}}
		examined.Snapshot.Device.ProductType = device.Known(text)
		examined.Snapshot.Device.ModelName = device.Known(name)
		examined.Snapshot.Device.UDID = text
		run := reporttest.Run(examined, reporttest.Unexamined(name))

		page := tableOf(run, Options{Width: width, UTF8: utf8, All: true})
		for _, r := range page {
			if r != '\n' && (report.Hidden(r) || !utf8 && r > '~') {
				t.Fatalf("%U is on the page", r)
			}
		}
		holdsWidth(t, page, width)
		if document := jsonOf(t, report.New(run)); slices.ContainsFunc([]rune(string(document)), func(r rune) bool { return r != '\n' && report.Hidden(r) }) {
			t.Error("a hidden character stands in the JSON as it is")
		}
	})
}

func abs(n int) int {
	if n < 0 {
		return -(n + 1)
	}
	return n
}

var sgr = regexp.MustCompile("\x1b\\[[0-9;]*m")

// holdsWidth allows one exception: an address alone on its line.
func holdsWidth(t *testing.T, page string, width int) {
	t.Helper()
	for line := range strings.Lines(sgr.ReplaceAllString(page, "")) {
		line = strings.TrimSuffix(line, "\n")
		if columns(line) > width && !isAddress(line) {
			t.Fatalf("%d columns of %d: %q", columns(line), width, line)
		}
		if line != strings.TrimRight(line, " ") {
			t.Fatalf("space at the end of %q", line)
		}
	}
}

func ExampleWriteTable() {
	fmt.Print(tableOf(reporttest.Run(reporttest.Well("Noor's iPhone")), Options{Width: 80}))
	// Output:
	// Noor's iPhone - iPhone 13 mini - iOS 18.7.2                        [+] Backed up
	//   The last good iCloud backup is 7 hours old.
	//
	// 1 device: 1 backed up
}
