package format

import (
	"bytes"
	"errors"
	"testing"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/testdata/reporttest"
	"github.com/backupdoctor/backupdoctor/testdata/schematest"
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
	if err := schematest.Check(report.KindDiff, out.Bytes()); err != nil {
		t.Error(err)
	}
	mended := bytes.Replace(out.Bytes(), []byte(`"state": "fixed"`), []byte(`"state": "mended"`), 1)
	if _, refused := errors.AsType[*schematest.Refusal](schematest.Check(report.KindDiff, mended)); !refused {
		t.Error("the schema accepts a state that there is not")
	}
}
