package main

import (
	"runtime/debug"
	"slices"
	"testing"
)

// underRaceDetector reports whether this test program was built with -race.
func underRaceDetector() bool {
	build, ok := debug.ReadBuildInfo()
	return ok && slices.Contains(build.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}

// skipOneByOne skips a test that runs one command after the other, or a hub as TestHubIsKilled does,
// with -short under the race detector: it takes many times as long there, and other tests run the
// same goroutines.
func skipOneByOne(t *testing.T) {
	t.Helper()
	if testing.Short() && underRaceDetector() {
		t.Skip("it takes long under the race detector; go test without -race runs it")
	}
}
