//go:build fleet

package main

import "github.com/backupdoctor/backupdoctor/cmd/backupdoctor/hub"

// linked is the hub part of a program built with the tag fleet.
var linked = hubPart{hub.Commands, hub.LinkHelp, hub.LinkExamples, hub.LinkFlags, hub.Variables(), hub.Outgoing}
