package format

import (
	"bytes"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/report"
)

// tableOf renders a run with WriteTable.
func tableOf(run report.Run, o Options) string {
	var out strings.Builder
	if err := WriteTable(&out, report.New(run), o); err != nil {
		return err.Error()
	}
	return out.String()
}

func jsonOf(t testing.TB, r report.Report) []byte {
	t.Helper()
	var document bytes.Buffer
	if err := WriteJSON(&document, r); err != nil {
		t.Fatal(err)
	}
	return document.Bytes()
}
