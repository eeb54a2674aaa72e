package faults

import (
	"testing"

	"github.com/backupdoctor/backupdoctor/device/backup"
	"github.com/google/go-cmp/cmp"
)

func TestEveryModeHasItsWords(t *testing.T) {
	var found, known []string
	for _, mode := range backup.Modes {
		found = append(found, mode.ID)
		fault, ok := Find(mode.ID)
		if !ok || fault.Title == "" || fault.Severity == "" || fault.Severity == Unknown {
			t.Errorf("%s: %+v", mode.ID, fault)
		}
		if fault.Remedy == "" && (mode.NextFails || fault.Severity != Note) {
			t.Errorf("%s does harm and has no remedy", mode.ID)
		}
	}
	for _, fault := range All() {
		known = append(known, fault.Mode)
	}
	if diff := cmp.Diff(found, known); diff != "" {
		t.Errorf("modes of device/backup and of the table (-want +got):\n%s", diff)
	}
}

func TestAnUnknownModeHasNoAdvice(t *testing.T) {
	fault, ok := Find("throw-it-away")
	if ok || fault.Severity != Unknown || fault.Remedy != "" {
		t.Errorf("%+v, %t", fault, ok)
	}
}
