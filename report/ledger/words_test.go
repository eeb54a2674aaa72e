package ledger

import (
	"strings"
	"testing"
)

// A text with an ID known to this version is replaced, or removed if this version has no text for
// it; fields unknown to this version remain.
func TestInWords(t *testing.T) {
	const planted = "rm -rf ~/Backups"
	got := string(inWords([]byte(`{"kind": "report", "schema": 2, "devices": [{"udid": "U", "fromTomorrow": {"kept": 12345678901234567890},
		"findings": [{"check": "backup-stale", "status": "problem", "title": "` + planted + `", "sources": [{"title": "` + planted + `", "url": "` + planted + `", "newer": true}]}],
		"plan": [{"remedy": "restart", "title": "` + planted + `", "RISK": "` + planted + `", "risk": "` + planted + `", "Steps": ["` + planted + `"], "sources": [{"URL": "` + planted + `"}]}]}],
		"gaps": [{"about": "` + planted + `", "reason": "timeout", "summary": "` + planted + `"}]}`)))
	if strings.Contains(got, planted) {
		t.Errorf("words that came are in %s", got)
	}
	for _, want := range []string{`"fromTomorrow":{"kept":12345678901234567890}`, `"title":"Restart the device"`} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
	for _, none := range []string{`"not a report"`, `[`, `{"devices": 1}`} {
		if got := string(inWords([]byte(none))); got != none {
			t.Errorf("%s becomes %s", none, got)
		}
	}
}
