package sim

import (
	"bytes"
	"testing"
)

func FuzzParseRequest(f *testing.F) {
	f.Add([]byte(`<?xml version="1.0"?><plist version="1.0"><dict><key>Request</key><string>QueryType</string></dict></plist>`))
	f.Add([]byte(`<plist><array/></plist>`))
	f.Add([]byte(`bplist00`))
	f.Add(plistBomb())
	f.Fuzz(func(t *testing.T, body []byte) {
		request, err := parseRequest[lockdownRequest](body)
		if err == nil && !bytes.HasPrefix(body, []byte("<")) {
			t.Errorf("%q was taken for %+v", body, request)
		}
	})
}

func FuzzReadMux(f *testing.F) {
	f.Add([]byte("\x20\x00\x00\x00\x01\x00\x00\x00\x08\x00\x00\x00\x07\x00\x00\x00<plist/>"))
	f.Add([]byte("\x00\x00\x00\x00\x01\x00\x00\x00\x08\x00\x00\x00\x07\x00\x00\x00"))
	f.Add(bytes.Repeat([]byte{0xFF}, 16))
	f.Fuzz(func(t *testing.T, message []byte) {
		if read, err := readMux(bytes.NewReader(message)); err == nil && len(message) < muxHeaderSize {
			t.Errorf("%d bytes were taken for %+v", len(message), read)
		}
	})
}
