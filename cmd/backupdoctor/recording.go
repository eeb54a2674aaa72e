package main

import (
	"fmt"
	"io"
	"os"

	"github.com/backupdoctor/backupdoctor/device"
)

// replay reads the recording that stands in for devices.
func (sc scan) replay() (device.Recording, error) {
	if sc.from == "-" {
		return device.ReadRecording(sc.stdin)
	}
	file, err := os.Open(sc.from)
	if err != nil {
		return device.Recording{}, err
	}
	defer file.Close()
	recording, err := device.ReadRecording(file)
	if err != nil {
		return device.Recording{}, fmt.Errorf("%s: %w", sc.from, err)
	}
	return recording, nil
}

// keep writes what was learned to the file of --record.
func (sc scan) keep(learned device.Recording) error {
	if sc.record == "" {
		return nil
	}
	return sc.files.write(sc.record, io.Discard, func(w io.Writer) error { return device.WriteRecording(w, learned) })
}
