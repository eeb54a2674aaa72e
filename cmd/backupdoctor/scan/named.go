package scan

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

// udidPattern matches both kinds of UDID, with and without the hyphen.
var udidPattern = regexp.MustCompile(`^([0-9A-Fa-f]{8}-?[0-9A-Fa-f]{16}|[0-9A-Fa-f]{40})$`)

// Resolve returns the UDIDs of devices given by UDID, name, serial number, slot or inventory
// value. A UDID is returned as it is; any other word is compared with the attached devices.
func (e Examination) Resolve(ctx context.Context, words []string) ([]string, error) {
	if !slices.ContainsFunc(words, func(word string) bool { return !udidPattern.MatchString(word) }) {
		return words, nil
	}
	greeted, err := e.Greet(ctx)
	if err != nil {
		return nil, err
	}
	var udids []string
	for _, word := range words {
		udid := word
		if !udidPattern.MatchString(word) {
			if udid, err = e.named(word, greeted.Snapshots); err != nil {
				return nil, err
			}
		}
		if !slices.Contains(udids, udid) {
			udids = append(udids, udid)
		}
	}
	return udids, nil
}

// named returns the UDID of the one attached device that a word names.
func (e Examination) named(word string, attached []device.Snapshot) (string, error) {
	var udids, names []string
	for _, s := range attached {
		own := namesOf(s)
		names = append(names, own...)
		if slices.ContainsFunc(own, func(name string) bool { return strings.EqualFold(name, word) }) {
			udids = append(udids, s.Device.UDID)
		}
	}
	switch {
	case len(udids) == 1:
		return udids[0], nil
	case len(udids) > 1:
		return "", command.Usage("use a UDID: "+strings.Join(udids, ", "), "%q names %d devices", word, len(udids))
	case e.Labels.Inventory != nil && e.Labels.Inventory.Names(word):
		return "", notHere(word)
	}
	hint := "backupdoctor devices lists the attached devices"
	if near := command.Closest(word, names); near != "" {
		hint = fmt.Sprintf("did you mean %s?", device.Quoted(near))
	}
	return "", command.Usage(hint, "no attached device is called %q", word)
}

// namesOf returns everything by which a person may name a device.
func namesOf(s device.Snapshot) []string {
	name, _ := s.Device.Name.Get()     // "" if unknown
	serial, _ := s.Device.Serial.Get() // "" if unknown
	names := []string{s.Device.UDID, name, serial, s.Labels.Slot}
	for _, f := range s.Labels.Asset {
		names = append(names, f.Value)
	}
	return slices.DeleteFunc(names, func(name string) bool { return name == "" })
}

// notHere returns the error for devices that are not attached.
func notHere(names ...string) error {
	var quoted []string
	for _, name := range names {
		quoted = append(quoted, device.Quoted(name))
	}
	what := "the device " + quoted[0] + " is"
	if len(quoted) > 1 {
		what = "the devices " + strings.Join(quoted, ", ") + " are"
	}
	return command.Exit{
		Code: report.ExitNoDevice, Err: fmt.Errorf("%s not attached", what),
		Hint: "backupdoctor devices lists those that are; scan --no-usb reads the backups of a device that is not here",
	}
}
