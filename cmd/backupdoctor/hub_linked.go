//go:build fleet

package main

import "github.com/backupdoctor/backupdoctor/cmd/backupdoctor/hub"

// linked is what a program has that was built with the tag fleet.
var linked = hubPart{hub.Commands, hub.LinkHelp, hub.LinkExamples, hub.LinkFlags, hub.Outgoing}
