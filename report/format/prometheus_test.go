package format

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/testdata/reporttest"
	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

func prometheusOf(r report.Report) string {
	var out strings.Builder
	if err := WritePrometheus(&out, r); err != nil {
		return err.Error()
	}
	return out.String()
}

// samplesOf parses a text like node_exporter does, and checks Prometheus' rules: no duplicate
// series, and no complaints from promlint. Each value is keyed by its name and label values,
// sorted by label name.
func samplesOf(t testing.TB, text string) map[string]float64 {
	t.Helper()
	problems, err := promlint.New(strings.NewReader(text)).Lint()
	if err != nil || len(problems) > 0 {
		t.Errorf("promlint: %v, %v", problems, err)
	}
	samples := map[string]float64{}
	for name, family := range familiesOf(t, text) {
		if family.GetType() != dto.MetricType_GAUGE || family.GetHelp() == "" {
			t.Errorf("%s is a %v with the help %q", name, family.GetType(), family.GetHelp())
		}
		for _, metric := range family.Metric {
			series := []string{strings.TrimPrefix(name, "backupdoctor_")}
			slices.SortFunc(metric.Label, func(a, b *dto.LabelPair) int { return strings.Compare(a.GetName(), b.GetName()) })
			for _, label := range metric.Label {
				series = append(series, label.GetValue())
			}
			key := strings.Join(series, " ")
			if _, twice := samples[key]; twice {
				t.Errorf("twice: %s", key)
			}
			if metric.TimestampMs != nil {
				t.Errorf("a timestamp, which the textfile collector refuses: %s", key)
			}
			samples[key] = metric.Gauge.GetValue()
		}
	}
	return samples
}

func familiesOf(t testing.TB, text string) map[string]*dto.MetricFamily {
	t.Helper()
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return families
}

func TestPrometheusTellsRunAndDevices(t *testing.T) {
	run := reporttest.Run(labelled(reporttest.Failing("Léa’s iPhone"), "7"), reporttest.Unexamined("Sam’s iPhone"))
	r := report.New(run)
	r.Devices[0].LastBackup = reporttest.SampleTime.AddDate(0, 0, -23)
	want := map[string]float64{
		"build_info 1.2.3":                                                      1,
		"run_timestamp_seconds":                                                 1795163400,
		"run_partial":                                                           0,
		"run_exit_code":                                                         3,
		"run_devices failing":                                                   1,
		"run_devices at-risk":                                                   0,
		"run_devices backed-up":                                                 0,
		"run_devices not-examined":                                              1,
		"run_devices_retried":                                                   1,
		"run_findings_suppressed":                                               1,
		"run_cause_devices backup-turned-off problem":                           1,
		"run_cause_devices not-trusted problem":                                 1,
		"run_cause_devices wifi-missing true warning":                           1,
		"run_devices no-cause-found":                                            0,
		"run_devices suppressed":                                                0,
		"run_devices_incomplete":                                                0,
		"run_devices_need_attention":                                            2,
		"run_devices_unknown_verdict":                                           0,
		"run_backups whole":                                                     0,
		"run_backups broken":                                                    0,
		"run_backups cannot-tell":                                               0,
		"device_verdict 00008110-000514AE0C22801E no-cause-found":               0,
		"device_verdict 00008110-000514AE0C22801E suppressed":                   0,
		"device_verdict 00008110-000514AE0C22801E failing":                      1,
		"device_verdict 00008110-000514AE0C22801E at-risk":                      0,
		"device_verdict 00008110-000514AE0C22801E backed-up":                    0,
		"device_verdict 00008110-000514AE0C22801E not-examined":                 0,
		"device_verdict 00008130-00061D8A2E41401C no-cause-found":               0,
		"device_verdict 00008130-00061D8A2E41401C suppressed":                   0,
		"device_verdict 00008130-00061D8A2E41401C failing":                      0,
		"device_verdict 00008130-00061D8A2E41401C at-risk":                      0,
		"device_verdict 00008130-00061D8A2E41401C backed-up":                    0,
		"device_verdict 00008130-00061D8A2E41401C not-examined":                 1,
		"device_last_icloud_backup_timestamp_seconds 00008110-000514AE0C22801E": 1793176200,
		"device_info 22H124 0x14120000 iPhone 13 mini Léa’s iPhone iPhone14,4 18.7.2 F2L7 7 iOS 00008110-000514AE0C22801E": 1,
		"device_info 22H124 iPhone 13 mini Sam’s iPhone iPhone14,4 18.7.2 iOS 00008130-00061D8A2E41401C":                   1,
		"check_status backup-turned-off problem 00008110-000514AE0C22801E":                                                 1,
		"check_status backup-stale backup-turned-off problem 00008110-000514AE0C22801E":                                    1,
		"check_status wifi-missing warning 00008110-000514AE0C22801E":                                                      1,
		"check_status not-trusted unknown 00008110-000514AE0C22801E":                                                       1,
		"check_status not-trusted ok 00008110-000514AE0C22801E":                                                            1,
		"check_status icloud-storage-full suppressed 00008110-000514AE0C22801E":                                            1,
		"check_status not-trusted problem 00008130-00061D8A2E41401C":                                                       1,
		"check_status backup-turned-off unknown 00008130-00061D8A2E41401C":                                                 1,
		"check_status wifi-missing unknown 00008130-00061D8A2E41401C":                                                      1,
	}
	if diff := cmp.Diff(want, samplesOf(t, prometheusOf(r))); diff != "" {
		t.Error(diff)
	}
}

// A run that found nothing has the metrics of the run, and no empty device family.
func TestPrometheusWithoutADevice(t *testing.T) {
	text := prometheusOf(report.New(report.Run{Tool: "test", Gaps: []device.Gap{{Reason: device.Unreachable}}}))
	samples := samplesOf(t, text)
	if samples["run_partial"] != 1 || samples["run_exit_code"] != report.ExitNoMux || strings.Contains(text, "device_") || strings.Contains(text, "run_timestamp") {
		t.Error(text)
	}
}

// A check with several subjects has one series per status.
func TestPrometheusTellsEveryStatusOnce(t *testing.T) {
	examined := reporttest.Failing("x")
	examined.Diagnosis.Causes = append(examined.Diagnosis.Causes, examined.Diagnosis.Causes...)
	if samples := samplesOf(t, prometheusOf(report.New(reporttest.Run(examined)))); samples["check_status wifi-missing warning 00008110-000514AE0C22801E"] != 1 {
		t.Error(samples)
	}
}

// Backups known only by folder have no UDID, and Prometheus rejects duplicate series.
func TestPrometheusTellsDevicesWithoutAUDIDApart(t *testing.T) {
	nameless := reporttest.Well("x")
	nameless.Snapshot.Device = device.Identity{}
	foldered := nameless
	foldered.Snapshot.Backups = []device.Backup{{Folder: `C:\Backup\old`}}
	samples := samplesOf(t, prometheusOf(report.New(reporttest.Run(nameless, foldered, nameless, nameless))))
	for _, id := range []string{"unknown", "old", "unknown (2)", "unknown (3)"} {
		if samples["device_verdict "+id+" backed-up"] != 1 {
			t.Errorf("no %s", id)
		}
	}
}

// The file for a thousand devices must be a small load for a Prometheus server.
func TestPrometheusKeepsItsCardinality(t *testing.T) {
	r := report.New(runOf(recordings(t)["tray-of-six"]))
	perDevice := 0
	for line := range strings.Lines(prometheusOf(r)) {
		if strings.Contains(line, `{udid="`) || strings.Contains(line, `,udid="`) {
			perDevice++
		}
	}
	if average := perDevice / len(r.Devices); average < 20 || average > 35 {
		t.Errorf("%d series for each device; the comment of WritePrometheus says 20 to 35", average)
	}
}

func FuzzPrometheus(f *testing.F) {
	f.Add("\"} 1\nbackupdoctor_run_partial 0\n", `\`)
	f.Add("\xff\ufffe\u2028{}=,#", "# HELP x\r\n")
	f.Fuzz(func(t *testing.T, name, text string) {
		examined := labelled(reporttest.Failing(name), text)
		examined.Snapshot.Device.UDID = text
		other := labelled(reporttest.Well(text), name)
		other.Snapshot.Device.UDID = name
		run := reporttest.Run(examined, other, reporttest.Unexamined(name))
		run.Tool = text
		r := report.New(run)
		families := familiesOf(t, prometheusOf(r))
		for i, metric := range families["backupdoctor_device_info"].Metric {
			for _, label := range metric.Label {
				if label.GetName() == "name" && label.GetValue() != report.Clean(r.Devices[i].Name) {
					t.Errorf("%q became %q", r.Devices[i].Name, label.GetValue())
				}
			}
		}
		if got := families["backupdoctor_run_exit_code"].Metric[0].Gauge.GetValue(); got != report.ExitNotExamined {
			t.Errorf("exit code %v", got)
		}
		series := map[string]bool{}
		for line := range strings.Lines(prometheusOf(r)) {
			name := line[:strings.LastIndexByte(line, ' ')]
			if series[name] {
				t.Errorf("twice: %s", line)
			}
			series[name] = true
		}
	})
}

func ExampleWritePrometheus() {
	for line := range strings.Lines(prometheusOf(report.New(reporttest.Run(reporttest.Well("Noor's iPhone"))))) {
		if strings.Contains(line, "check_status") {
			fmt.Print(line)
		}
	}
	// Output:
	// # HELP backupdoctor_check_status The status of a check on a device, always 1: ok, warning, problem, unknown or suppressed; with the cause that explains it.
	// # TYPE backupdoctor_check_status gauge
	// backupdoctor_check_status{udid="00008120-000A1C2E3F4A5B6C",check="backup-turned-off",status="ok"} 1
}
