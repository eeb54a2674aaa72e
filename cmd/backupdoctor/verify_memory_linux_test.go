package main

import (
	"bytes"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/testdata/backuptest"
	"howett.net/plist"
)

// Backups need little memory, whatever is in their folders: one that lost 4,000 files with long
// paths, beside eight whose property lists are built to exhaust their reader.
func TestVerifyNeedsLittleMemory(t *testing.T) {
	t.Parallel()
	if underRaceDetector() {
		t.Skip("the race detector uses memory of its own")
	}
	const missing = 4000
	dir := t.TempDir()
	lost, err := backuptest.Write(dir, backuptest.Backup{Files: longPaths(missing)})
	if err == nil {
		err = ruin(lost.Path)
	}
	if err != nil {
		t.Fatal(err)
	}
	lists := bombs(t)
	for n := range 8 {
		bombed, err := backuptest.Write(dir, backuptest.Backup{UDID: fmt.Sprintf("00008110-%016X", n), Files: slices.Values(backupFiles)})
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"Info.plist", "Manifest.plist", "Status.plist"} {
			if err := os.WriteFile(filepath.Join(bombed.Path, name), lists[n%len(lists)], 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}

	document := filepath.Join(t.TempDir(), "report.json")
	peak, messages := peakBeforeOutput(t, t.TempDir(), "verify", "--backups", dir, "-o", "json="+document, "-o", "table", "--all")
	if peak > mostMemory {
		t.Errorf("verify needs %d MB, want at most %d MB", peak>>20, mostMemory>>20)
	} else {
		t.Logf("%d MB", peak>>20)
	}
	text, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err, messages)
	}
	if n := bytes.Count(text, []byte(`"path": "Media/xxx`)); n < missing/2 {
		t.Errorf("the document names %d files, want most of %d", n, missing)
	}
	if n := bytes.Count(text, []byte(`"verdict": "whole"`)); n > 0 {
		t.Errorf("%d backups are whole, want none", n)
	}
}

// longPaths yields files with paths of 1,000 bytes, about as long as iOS allows.
func longPaths(n int) iter.Seq[backuptest.File] {
	return func(yield func(backuptest.File) bool) {
		for i := range n {
			path := fmt.Sprintf("Media/%s%04d", strings.Repeat("x", 990), i)
			if !yield(backuptest.File{Domain: "CameraRollDomain", Path: path, Data: []byte("photo")}) {
				return
			}
		}
	}
}

// bombs returns property lists that would need a gigabyte if decoded in full, or are as large as
// their reader accepts.
func bombs(t *testing.T) [][]byte {
	t.Helper()
	// One text, stored once and used many times.
	repeated := map[string]any{}
	for _, key := range []string{"Installed Applications", "Applications", "Lockdown", "SnapshotState"} {
		repeated[key] = slices.Repeat([]any{strings.Repeat("a", 64<<10)}, 4000)
	}
	// As many short texts as fit.
	many := map[string]any{"IsEncrypted": false}
	var apps []any
	for i := range 100_000 {
		apps = append(apps, fmt.Sprintf("com.example.%06d", i))
	}
	many["Installed Applications"] = apps
	// A long list without a wanted key, then a wanted value without an end.
	endless := "<plist><dict><key>Icon</key><data>" + strings.Repeat("QUJD", 6<<20) + "</data><key>Installed Applications</key><array>" +
		strings.Repeat("<string>a</string>", 200_000)
	nested := "<plist><dict><key>Lockdown</key>" + strings.Repeat("<array>", 1<<20)
	lists := [][]byte{[]byte(endless), []byte(nested)}
	for _, value := range []any{repeated, many} {
		list, err := plist.Marshal(value, plist.BinaryFormat)
		if err != nil {
			t.Fatal(err)
		}
		lists = append(lists, list)
	}
	return lists
}
