package command

import "testing"

func TestClosestIsOnlyGivenWhereItIsNear(t *testing.T) {
	names := []string{"scan", "schema", "releases", "backup-stale"}
	for word, want := range map[string]string{
		"sacn":         "scan",
		"relases":      "releases",
		"backup-stael": "backup-stale",
		"nonsense":     "",
		"":             "",
	} {
		if got := Closest(word, names); got != want {
			t.Errorf("closest to %q is %q, want %q", word, got, want)
		}
	}
}
