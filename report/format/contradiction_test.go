package format

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

// asked returns a device with a last backup of the given age and a person's answer.
func asked(t *testing.T, age time.Duration, question, text string, results ...device.PastAttempt) report.Examined {
	t.Helper()
	now := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	a, err := device.ParseAnswer(question, text, now)
	if err != nil {
		t.Fatal(err)
	}
	s := device.Snapshot{
		TakenAt: now, Answers: []device.Answer{a},
		Device: device.Identity{UDID: "u", Name: device.Known("Phone"), ProductType: device.Known("iPhone14,4"), ProductVersion: device.Known("26.1")},
		Live: &device.Live{
			Trusted: device.Known(true), Recognized: device.Known(true),
			CloudBackup: device.CloudBackup{Enabled: device.Known(true), Last: device.Known(now.Add(-age))},
		},
		Histories: []device.History{{Source: "sysdiagnose", AsOf: device.Known(now), CloudBackup: device.PastCloudBackup{Results: device.Known(results)}}},
	}
	return report.Examined{Snapshot: s, Diagnosis: checks.Diagnose(s, checks.Run(s, checks.All()))}
}

// An answer that contradicts what was read is shown in every format, whichever of them counts.
func TestAContradictionIsToldInEveryFormat(t *testing.T) {
	const day = 24 * time.Hour
	failed := device.PastAttempt{At: device.Known(time.Date(2026, 11, 21, 2, 0, 0, 0, time.UTC)), Domain: "MBErrorDomain", Code: 303}
	for name, e := range map[string]report.Examined{
		"the reading is healthy": asked(t, 7*time.Hour, "icloud-storage-full", "yes"),
		"the reading is a cause": asked(t, 20*day, "icloud-storage-full", "no", failed),
	} {
		r := report.New(report.Run{Tool: "test", Examined: []report.Examined{e}})
		for _, f := range formats {
			if f.Name == Streamed {
				continue // its lines contain the JSON of a device
			}
			var text bytes.Buffer
			if err := f.Write(&text, r, Options{Width: 300}); err != nil {
				t.Fatal(err)
			}
			want := "contradicts what was read"
			switch f.Name {
			case "json":
				want = `"contradicted": true`
			case "csv-findings":
				want = "gainst it"
			case "prometheus":
				want = `backupdoctor_check_contradicted{udid="u",check="icloud-storage-full"} 1`
			}
			if !strings.Contains(text.String(), want) {
				t.Errorf("%s: %s does not tell it:\n%s", name, f.Name, text.String())
			}
		}
	}
}
