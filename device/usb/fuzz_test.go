package usb

import (
	"bytes"
	"io"
	"testing"
	"time"

	"howett.net/plist"

	"github.com/backupdoctor/backupdoctor/device"
)

// FuzzReply checks that no reply, to any request, makes the reader panic or leaves a fact unset,
// so that the checks can always be run on the snapshot.
func FuzzReply(f *testing.F) {
	for _, value := range []any{
		map[string]any{"LastCloudBackupDate": 769034247, "NonVolatileRAM": map[string]any{"fm-activation-locked": []byte("YES")}},
		map[string]any{"Contacts": map[string]any{"Sources": []any{"iCloud"}}, "TimeZoneOffsetFromUTC": 7200.0},
		map[string]any{"OrderedIdentifiers": []any{"a"}, "ProfileMetadata": map[string]any{"a": map[string]any{}}},
		map[string]any{"CurrentList": []any{map[string]any{"CFBundleIdentifier": "a", "StaticDiskUsage": 1, "DynamicDiskUsage": 2}}},
		map[string]any{"MessageType": "Attached", "DeviceID": 1, "Properties": map[string]any{"SerialNumber": "a", "ConnectionType": "USB"}},
	} {
		for _, format := range []int{plist.XMLFormat, plist.BinaryFormat} {
			data, err := plist.Marshal(value, format)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		values, err := parse(data)
		answer := reply{values, err}
		var live device.Live
		var id device.Identity
		identify(&id, answer, nil)
		fillRoot(&live, answer)
		live.ClockSkewSeconds = skew(answer, time.Unix(1, 0), time.Unix(2, 0))
		fillDomains(&live, map[string]reply{
			domainBackup: answer, domainDisk: answer, domainSetup: answer, domainFindMy: answer,
			domainBattery: answer, domainSync: answer, domainWireless: answer, domainInternational: answer,
		}, time.Unix(1_700_000_000, 0))
		fillPower(&live.Power, answer)
		fillWiFi(&live.WiFi, wifiEntry{reply: answer})
		fillManagement(&live.Management, answer, answer)
		fillCrashes(&live, []string{string(data)}, nil)
		live.Apps = device.FactOf(parseApps(values))
		if live.CloudBackup.Last.IsZero() || live.WiFi.Associated.IsZero() || live.Crashes.IsZero() || id.Name.IsZero() {
			t.Error("a fact was left unasked")
		}
		attachments{}.follow(values)
		parseList([]any{map[string]any(values)})
		result(values, "Connect")
	})
}

// FuzzReadAFC checks that no packet makes the reader panic or exceed its limit.
func FuzzReadAFC(f *testing.F) {
	f.Add([]byte("CFA6LPAA\x2b\x00\x00\x00\x00\x00\x00\x00\x28\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00a\x00b"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, names, err := readAFC(bytes.NewReader(data)); err == nil && len(names) > len(data) {
			t.Errorf("%d bytes out of %d", len(names), len(data))
		}
	})
}

// FuzzParsePairRecord checks that no pair record makes the parser panic or produces a credential
// that cannot start a session.
func FuzzParsePairRecord(f *testing.F) {
	f.Add([]byte("<plist><dict><key>HostID</key><string>x</string></dict></plist>"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if proof, err := parsePairRecord(data); err == nil && (proof.hostID == "" || proof.identity.PrivateKey == nil) {
			t.Error("a credential without a key")
		}
	})
}

// FuzzReadBody checks that a frame is read completely or not at all.
func FuzzReadBody(f *testing.F) {
	f.Add([]byte("abc"), uint32(3))
	f.Add([]byte("abc"), uint32(1<<31))
	f.Fuzz(func(t *testing.T, data []byte, length uint32) {
		body, err := readBody(bytes.NewReader(data), length, 1<<16)
		if err == nil && len(body) != int(length) {
			t.Errorf("%d bytes, promised %d", len(body), length)
		}
		if err == io.EOF {
			t.Error("the end of a frame that broke off looks like that of a conversation")
		}
	})
}

// FuzzParseAddress checks that every accepted address can be dialed.
func FuzzParseAddress(f *testing.F) {
	f.Add("UNIX:/tmp/mux")
	f.Add("tcp://host:1")
	f.Fuzz(func(t *testing.T, text string) {
		network, address, err := ParseAddress(text)
		if err == nil && (address == "" || network != "unix" && network != "tcp") {
			t.Errorf("%q gave %q %q", text, network, address)
		}
	})
}
