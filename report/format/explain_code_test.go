package format

import (
	"bytes"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/checks/codes"
)

const chain = "=cloud-backup= Backup failed: MBErrorDomain(303) Underlying error: CKErrorDomain(25)"

func TestExplainMeaningsTellsWhatTheTableKnows(t *testing.T) {
	got := explainedMeanings(t, codes.LookUp(chain), Options{Width: 100, UTF8: true})
	for _, want := range []string{
		"MBErrorDomain/303\nIn iCloud Backup: iCloud has too little room for the backup.\n",
		"Settings shows a specific message: there is not enough iCloud storage.\n",
		"CKErrorDomain/25 (quotaExceeded)\n",
		"backupd makes MBErrorDomain/303 of it.\n",
		"One of these may not hold:\n- iCloud has room for the next backup (icloud-storage-full)\n",
		" 1. Compare the free iCloud storage with the size of the next backup\n",
		"- Apple: CKError.Code\n  https://developer.apple.com/documentation/cloudkit/ckerror/code\n",
		"How far to trust this\nApple publishes no list of MBErrorDomain.",
		"Next: backupdoctor explain icloud-storage-full\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("lacks %q:\n%s", want, got)
		}
	}
	if n := strings.Count(got, "Get more iCloud storage"); n != 1 {
		t.Errorf("a remedy of both codes stands there %d times, want once", n)
	}
}

// What affects only backups to a computer is not shown as a failure of iCloud Backup.
func TestExplainMeaningsKeepsComputerBackupsApart(t *testing.T) {
	got := explainedMeanings(t, codes.LookUp("MBErrorDomain/207"), Options{Width: 100, UTF8: true})
	if strings.Contains(got, "In iCloud Backup") || !strings.Contains(got, "In a backup to a computer: The password") {
		t.Errorf("got:\n%s", got)
	}
}

// An official number gets no warning about unofficial ones.
func TestExplainMeaningsWarnsOfUnofficialNumbersOnly(t *testing.T) {
	got := explainedMeanings(t, codes.LookUp("CKErrorDomain/25"), Options{Width: 100, UTF8: true})
	if strings.Contains(got, "unofficial") {
		t.Errorf("got:\n%s", got)
	}
}

func TestExplainMeaningsHoldsItsWidth(t *testing.T) {
	for _, o := range []Options{{Width: MinWidth, UTF8: true}, {Width: 40}, {Width: 72, UTF8: true}} {
		for line := range strings.Lines(explainedMeanings(t, codes.Meanings(), o)) {
			line = strings.TrimSuffix(line, "\n")
			if columns(line) > o.Width && !isAddress(line) {
				t.Errorf("wider than %d: %q", o.Width, line)
			}
			if !o.UTF8 && strings.ContainsFunc(line, func(r rune) bool { return r > 127 }) {
				t.Errorf("not ASCII: %q", line)
			}
		}
	}
}

func explainedMeanings(t *testing.T, meanings []codes.Meaning, o Options) string {
	t.Helper()
	var out bytes.Buffer
	if err := ExplainMeanings(&out, meanings, o); err != nil {
		t.Fatal(err)
	}
	return out.String()
}
