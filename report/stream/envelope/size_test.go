package envelope

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

func TestSizes(t *testing.T) {
	paths, _ := filepath.Glob("../../../testdata/recordings/*.json")
	for _, p := range paths {
		f, _ := os.Open(p)
		rec, err := device.ReadRecording(f)
		if err != nil {
			continue
		}
		for _, s := range rec.Snapshots {
			r := report.New(report.Run{Examined: []report.Examined{{Snapshot: s, Diagnosis: checks.Diagnose(s, checks.Run(s, checks.All()))}}})
			before, _ := json.Marshal(r)
			after, cut, _ := Pack(r)
			z := func(b []byte) int {
				var z bytes.Buffer
				w := gzip.NewWriter(&z)
				w.Write(b)
				w.Close()
				return z.Len()
			}
			t.Log(filepath.Base(p), "before", len(before), "gz", z(before), "after", len(after), "gz", z(after), cut)
			if filepath.Base(p) == "healthy.json" {
				os.WriteFile("/tmp/packed.json", after, 0o644)
			}
		}
	}
}
