package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

// replay reads the recording that stands in for devices, or a folder of them.
func (sc scan) replay() (device.Recording, error) {
	if sc.from == "-" {
		return device.ReadRecording(sc.stdin)
	}
	if info, err := os.Stat(sc.from); err == nil && info.IsDir() {
		return sc.replayAll()
	}
	return readRecording(sc.from)
}

// replayAll reads all recordings in a folder, in the order of their names. One that cannot
// be read is told, and leaves a gap; the others count.
func (sc scan) replayAll() (device.Recording, error) {
	paths, err := filepath.Glob(filepath.Join(escaped(sc.from), "*.json"))
	if err != nil {
		return device.Recording{}, err
	}
	slices.Sort(paths)
	all := device.Recording{Tool: version()}
	runs := map[string]bool{}
	read := 0
	for _, path := range paths {
		one, err := readRecording(path)
		if err != nil {
			fmt.Fprintln(sc.stderr, "backupdoctor:", err)
			all.Gaps = append(all.Gaps, device.Gap{Reason: device.Malformed})
			continue
		}
		read++
		runs[one.Run] = true
		all.Run, all.StartedAt = one.Run, one.StartedAt
		all.Redacted = all.Redacted || one.Redacted
		all.Snapshots = append(all.Snapshots, one.Snapshots...)
		for _, gap := range one.Gaps {
			if !slices.Contains(all.Gaps, gap) {
				all.Gaps = append(all.Gaps, gap)
			}
		}
	}
	if read == 0 {
		return all, exit{code: report.ExitUsage, err: fmt.Errorf("there is no recording in %q", sc.from), hint: "backupdoctor capture DIR writes one of each device"}
	}
	if len(runs) > 1 {
		all.Run, all.StartedAt = sc.herald.run, sc.herald.started
	}
	return all, nil
}

// escaped is a path that means itself in a pattern.
func escaped(path string) string {
	var plain []rune
	for _, r := range path {
		if slices.Contains([]rune("*?["), r) {
			plain = append(plain, '[', r, ']')
			continue
		}
		plain = append(plain, r)
	}
	return string(plain)
}

func readRecording(path string) (device.Recording, error) {
	file, err := os.Open(path)
	if err != nil {
		return device.Recording{}, err
	}
	defer file.Close()
	recording, err := device.ReadRecording(file)
	if err != nil {
		return device.Recording{}, fmt.Errorf("%s: %w", path, err)
	}
	return recording, nil
}

// keep writes what was learned to the file of --record, and to the folder of capture.
func (sc scan) keep(learned device.Recording) error {
	if err := sc.capture(learned); err != nil {
		return err
	}
	if sc.record == "" {
		return nil
	}
	return sc.files.write(sc.record, io.Discard, func(w io.Writer) error { return device.WriteRecording(w, learned) })
}
