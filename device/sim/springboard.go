package sim

import "bytes"

// icon is a PNG with one transparent pixel.
var icon = []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89" +
	"\x00\x00\x00\rIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00\x00IEND\xaeB`\x82")

// springboard serves springboardservices: every app has the same icon.
func (s *service) springboard() {
	type request struct {
		Command  string `plist:"command"`
		BundleID string `plist:"bundleId"`
	}
	for {
		r, err := readRequest[request](s)
		if err != nil {
			return
		}
		s.note("springboardservices", r.Command)
		answer := dict{}
		if r.Command == "getIconPNGData" {
			answer["pngData"] = bytes.Clone(icon)
		}
		if s.say(answer, r.Command) != nil {
			return
		}
	}
}
