package checks

import (
	"encoding/json"
	"testing"

	"github.com/backupdoctor/backupdoctor/device"
)

// otherwiseWell holds the facts that a check can be ok without.
var otherwiseWell = map[string]string{
	"wifi-missing without /live/wifi/associated": "a fresh backup had a network",
	"beta-software without /live/releaseType":    "the build by itself tells a release",

	"icloud-storage-full without /histories/*/asOf":                     "a fresh backup had room",
	"icloud-storage-full without /histories/*/cloudBackup/results":      "a fresh backup had room",
	"icloud-storage-full without /histories/*/cloudBackup/results/*/at": "a fresh backup had room",
	"wifi-slow-unstable without /histories/*/asOf":                      "a fresh backup had a network",
	"wifi-slow-unstable without /histories/*/cloudBackup/results":       "a fresh backup had a network",
	"wifi-slow-unstable without /histories/*/cloudBackup/results/*/at":  "a fresh backup had a network",
	"auto-not-charging without /histories/*/schedule/windows/*/running": "nine hours on power are enough for a backup",
}

// An unknown fact is never read as a healthy one: if any single fact of an unwell device is
// refused, the check that found something does not become ok.
func TestARefusalIsNeverHealth(t *testing.T) {
	for check, rows := range judgements {
		for i, row := range rows {
			if row.status != Problem && row.status != Warning {
				continue
			}
			if i%4 > 0 && testing.Short() {
				continue // the race detector finds no more in all of them
			}
			if Run(row.snapshot, []*Check{check})[0].Status == OK {
				continue // outdated software is only a note with a fresh backup
			}
			for path, s := range withOneRefused(t, row.snapshot) {
				question := check.ID + " without " + path
				if status := Run(s, []*Check{check})[0].Status; status == OK && otherwiseWell[question] == "" {
					t.Errorf("%s is ok, and was %s: %s", question, row.status, row.name)
				}
			}
		}
	}
}

// withOneRefused returns a snapshot for each fact, with that fact refused, by the fact's path
// in a recording.
func withOneRefused(t *testing.T, s device.Snapshot) map[string]device.Snapshot {
	var tree any
	if err := json.Unmarshal([]byte(asJSON(t, s)), &tree); err != nil {
		t.Fatal(err)
	}
	variants := map[string]device.Snapshot{}
	var walk func(node any, path string)
	walk = func(node any, path string) {
		switch node := node.(type) {
		case map[string]any:
			if value, known := node["value"]; known {
				walk(value, path)
				delete(node, "value")
				node["reason"] = device.Refused
				var variant device.Snapshot
				if err := json.Unmarshal([]byte(asJSON(t, tree)), &variant); err != nil {
					t.Fatal(err)
				}
				variants[path] = variant
				delete(node, "reason")
				node["value"] = value
				return
			}
			for key, child := range node {
				walk(child, path+"/"+key)
			}
		case []any:
			for _, child := range node {
				walk(child, path+"/*")
			}
		}
	}
	walk(tree, "")
	if len(variants) == 0 {
		t.Fatal("the snapshot has no facts")
	}
	return variants
}
