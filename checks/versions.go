package checks

import (
	"regexp"

	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

// osVersion returns a version as its owner knows it: iPadOS 18.3.
func osVersion(s device.Snapshot, v device.Version) string {
	name, _ := remedies.Expand("{os}", s.Device)
	return name + " " + v.String()
}

// installedVersion returns evidence for the installed version, with the build if known.
func installedVersion(s device.Snapshot, v device.Version) Evidence {
	value := v.String()
	if build, err := s.Device.BuildVersion.Get(); err == nil {
		value += " (" + device.Token(build) + ")"
	}
	return readIdentity(s, "Installed", value, "", "Product Version")
}

// newestVersion returns the highest version that the device's model can run.
func newestVersion(s device.Snapshot) (device.Version, error) {
	release, err := s.Newest.Get()
	if err != nil {
		return device.Version{}, err
	}
	return device.ParseVersion(release.Newest)
}

// build matches a build and captures its number and final letter: 24A5418b is 24, A, 5418, b.
var build = regexp.MustCompile(`^[0-9]{1,2}[A-Z]([0-9]{1,8})([a-z]?)$`)

// preRelease recognizes a beta by its build: a letter at the end, as in 24A5418b. The build of
// a Background Security Improvement also ends in a letter, 23D771330a, but has six or more
// digits before it; a release candidate has no letter and looks like a release.
func preRelease(s device.Snapshot) (bool, error) {
	if kind, err := live(s).ReleaseType.Get(); err == nil && kind == "Beta" {
		return true, nil
	}
	text, err := s.Device.BuildVersion.Get()
	if err != nil {
		return false, err
	}
	parts := build.FindStringSubmatch(text)
	if parts == nil {
		return false, device.Malformed
	}
	return parts[2] != "" && len(parts[1]) < 6, nil
}
