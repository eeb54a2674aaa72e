package report_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/format"
	"github.com/google/go-cmp/cmp"
)

// Every format of a report is the same, byte for byte, whether or not its devices are packed.
func TestPackedDevicesAreWrittenTheSame(t *testing.T) {
	paths, err := filepath.Glob("../testdata/reports/*.json")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no reports: %v", err)
	}
	oslo := time.FixedZone("CET", 3600)
	var packer report.Packer
	for _, path := range paths {
		document, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var asWritten report.Report
		if err := json.Unmarshal(document, &asWritten); err != nil {
			t.Fatal(err)
		}
		reworded, err := report.Read(bytes.NewReader(document))
		if err != nil {
			t.Fatal(err)
		}
		for _, whole := range []report.Report{asWritten, reworded} {
			packed := whole
			packed.Devices = nil
			for i, d := range whole.Devices {
				packed.Devices = append(packed.Devices, packer.Pack(d))
				if d.Findings != nil && packed.Devices[i].Findings != nil {
					t.Fatalf("%s: device %d is not packed", path, i+1)
				}
				if diff := cmp.Diff(d, packed.Devices[i].Whole()); diff != "" {
					t.Errorf("%s, device %d (-before +after):\n%s", path, i+1, diff)
				}
			}
			for _, name := range format.Names() {
				f, _ := format.Find(name)
				if f.Write == nil {
					continue
				}
				for _, o := range []format.Options{{Width: 80, UTF8: true, Zone: oslo}, {Width: 60, All: true, ShowSuppressed: true}} {
					var want, got bytes.Buffer
					if err := f.Write(&want, whole, o); err != nil {
						t.Fatal(err)
					}
					if err := f.Write(&got, packed, o); err != nil {
						t.Fatal(err)
					}
					if diff := cmp.Diff(want.String(), got.String()); diff != "" {
						t.Errorf("%s as %s (-open +packed):\n%s", path, name, diff)
					}
				}
			}
		}
	}
}
