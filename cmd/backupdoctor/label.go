package main

import "github.com/backupdoctor/backupdoctor/device"

// label adds what the bench and the inventory tell of a device.
func (sc scan) label(s *device.Snapshot) {}
