package format

import (
	"bytes"
	"testing"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/testdata/reporttest"
)

func TestWriteDiff(t *testing.T) {
	for name, o := range map[string]Options{
		"table": {Width: 100, UTF8: true},
		"cards": {Width: 60, UTF8: true},
		"ascii": {Width: 80},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			if err := WriteDiff(&out, report.Compare(reporttest.OlderAndNewer()), o); err != nil {
				t.Fatal(err)
			}
			reporttest.Golden(t, "testdata/diff."+name+".txt", out.Bytes())
		})
	}
	var out bytes.Buffer
	if err := WriteDocument(&out, report.Compare(reporttest.OlderAndNewer())); err != nil {
		t.Fatal(err)
	}
	reporttest.Golden(t, "testdata/diff.json", out.Bytes())
	if err := reporttest.Validate(t, reporttest.Validator(t, report.SchemaID(report.KindDiff), report.JSONSchema(report.KindDiff)), out.Bytes()); err != nil {
		t.Error(err)
	}
	if err := reporttest.Validate(t, reporttest.Validator(t, report.SchemaID(report.KindDiff), report.JSONSchema(report.KindDiff)), bytes.Replace(out.Bytes(), []byte(`"state": "fixed"`), []byte(`"state": "mended"`), 1)); err == nil {
		t.Error("the schema accepts a state that there is not")
	}
}
