package main

import (
	"fmt"
	"net/http/httptest"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/web/benchpages"
)

// pictureOfTray shows the devices of a report in their slots, one of them still being read.
func pictureOfTray(r report.Report, scratch string) error {
	s, err := benchpages.New(benchpages.Config{Hosts: []string{"127.0.0.1"}})
	if err != nil {
		return err
	}
	server := httptest.NewServer(s)
	defer server.Close()
	defer s.Close()
	for i, d := range r.Devices {
		d.Slot = fmt.Sprintf("A%d", i+1)
		event := report.Event{At: d.TakenAt, UDID: d.UDID, Name: d.Name, Slot: d.Slot, Type: report.DeviceDone, Device: &d}
		if i == len(r.Devices)-1 {
			event.Type, event.State, event.Device = report.DeviceState, report.Reading, nil
		}
		s.Hear(event)
	}
	s.Say("The hub has all reports.")
	return picture(server.URL, scratch, "bench.png", 1280, 640)
}
