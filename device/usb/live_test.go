package usb

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/safeplist"
)

// The complete result for a healthy iPhone. UPDATE=1 go test ./device/usb rewrites it.
func TestHealthyIPhone(t *testing.T) {
	snapshot := readOne(t, patient(t, "healthy-iphone"))
	if skew, err := snapshot.Live.ClockSkewSeconds.Get(); err != nil || skew < -0.5 || skew > 0.5 {
		t.Errorf("the clock is ahead by %v s, %v; want none", skew, err)
	}
	// Dates are shifted, because the patient's dates keep their age.
	snapshot.Live.ClockSkewSeconds = device.Known(0.0)
	steady := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, date := range []*device.Fact[time.Time]{&snapshot.Live.CloudBackup.Last, &snapshot.Live.ComputerBackup.Last} {
		at, err := date.Get()
		if err != nil {
			t.Fatal(err)
		}
		*date = device.Known(steady.Add(at.Sub(snapshot.TakenAt).Round(time.Hour)))
	}
	snapshot.TakenAt = steady

	got, err := json.MarshalIndent(snapshot, "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	golden := filepath.Join("testdata", "healthy-iphone.json")
	if os.Getenv("UPDATE") == "1" {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", golden, diff)
	}
}

func TestBackupDates(t *testing.T) {
	now := time.Date(2026, 11, 22, 22, 0, 0, 0, time.UTC)
	since2001 := func(at time.Time) float64 { return at.Sub(appleEpoch).Seconds() }
	posted := time.Date(2025, 5, 15, 20, 37, 27, 0, time.UTC) // 769034247, read from a real iPhone
	tests := map[string]struct {
		value any
		skew  float64
		want  device.Fact[time.Time]
	}{
		"integer":                     {uint64(769034247), 0, device.Known(posted)},
		"signed integer":              {int64(769034247), 0, device.Known(posted)},
		"real":                        {769034247.5, 0, device.Known(posted.Add(500 * time.Millisecond))},
		"date":                        {posted, 0, device.Known(posted)},
		"text":                        {"769034247", 0, device.Unknown[time.Time](device.WrongType)},
		"zero":                        {uint64(0), 0, device.Unknown[time.Time](device.Implausible)},
		"negative":                    {int64(-1), 0, device.Unknown[time.Time](device.Implausible)},
		"before iCloud":               {since2001(firstCloudBackup) - 1, 0, device.Unknown[time.Time](device.Implausible)},
		"tomorrow, in another zone":   {since2001(now.AddDate(0, 0, 1)), 0, device.Known(now.AddDate(0, 0, 1))},
		"next week":                   {since2001(now.AddDate(0, 0, 7)), 0, device.Unknown[time.Time](device.Implausible)},
		"next week by a clock ahead":  {since2001(now.AddDate(0, 0, 7)), 6 * 24 * 60 * 60, device.Known(now.AddDate(0, 0, 7))},
		"next week by a clock behind": {since2001(now.AddDate(0, 0, 7)), -6 * 24 * 60 * 60, device.Unknown[time.Time](device.Implausible)},
		"beyond any calendar":         {uint64(1) << 63, 0, device.Unknown[time.Time](device.Implausible)},
		"beyond any calendar, clock":  {uint64(1) << 63, 1e300, device.Unknown[time.Time](device.Implausible)},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			live := device.Live{ClockSkewSeconds: device.Known(test.skew)}
			fillDomains(&live, map[string]reply{domainBackup: {Dict: safeplist.Dict{"LastCloudBackupDate": test.value}}}, now)
			if live.CloudBackup.Last != test.want {
				t.Errorf("%v, want %v", live.CloudBackup.Last, test.want)
			}
		})
	}
}

func TestClockSkew(t *testing.T) {
	sent := time.Unix(1_747_429_388, 0)
	received := sent.Add(400 * time.Millisecond)
	tests := map[string]struct {
		value any
		want  device.Fact[float64]
	}{
		"exact, by half the way": {float64(1_747_429_388.2), device.Known(0.0)},
		"a minute ahead":         {float64(1_747_429_448.2), device.Known(60.0)},
		"whole seconds":          {uint64(1_747_429_389), device.Known(0.8)},
		"text":                   {"now", device.Unknown[float64](device.WrongType)},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := skew(reply{Dict: safeplist.Dict{timeKey: test.value}}, sent, received).Get()
			want, wantErr := test.want.Get()
			if diff := got - want; diff < -1e-6 || diff > 1e-6 || err != wantErr {
				t.Errorf("%v, %v; want %v, %v", got, err, want, wantErr)
			}
		})
	}
}

func TestFlag(t *testing.T) {
	for name, test := range map[string]struct {
		value any
		want  bool
		err   error
	}{
		"true":     {true, true, nil},
		"one":      {uint64(1), true, nil},
		"zero":     {uint64(0), false, nil},
		"two":      {uint64(2), false, device.Implausible},
		"text":     {"YES", false, device.WrongType},
		"negative": {int64(-1), false, device.WrongType},
	} {
		if got, err := flag(safeplist.Dict{"key": test.value}, "key"); got != test.want || !errors.Is(err, test.err) {
			t.Errorf("%s: %v, %v; want %v, %v", name, got, err, test.want, test.err)
		}
	}
}

func TestAssociated(t *testing.T) {
	tests := map[string]struct {
		entry safeplist.Dict
		want  bool
		err   error
	}{
		"BSSID":                            {safeplist.Dict{"IO80211BSSID": []byte{2, 0, 0, 0x5E, 0x10, 1}}, true, nil},
		"BSSID as text":                    {safeplist.Dict{"IO80211BSSID": "02:00:00:5e:10:01"}, true, nil},
		"BSSID hidden":                     {safeplist.Dict{"IO80211BSSID": "<redacted>"}, true, nil},
		"BSSID, scanning other channels":   {safeplist.Dict{"IO80211BSSID": []byte{2, 0, 0, 0x5E, 0x10, 1}, "IO80211RSNDone": false}, true, nil},
		"BSSID of nobody":                  {safeplist.Dict{"IO80211BSSID": make([]byte, 6)}, false, nil},
		"BSSID of nobody as text":          {safeplist.Dict{"IO80211BSSID": "00:00:00:00:00:00"}, false, nil},
		"BSSID of nobody, short":           {safeplist.Dict{"IO80211BSSID": "0:0:0:0:0:0", "IO80211Channel": uint64(6)}, false, nil},
		"BSSID of nobody on an open one":   {safeplist.Dict{"IO80211BSSID": make([]byte, 6), "IO80211Channel": uint64(44), "IO80211RSNDone": false}, false, nil},
		"BSSID of nobody, and security":    {safeplist.Dict{"IO80211BSSID": make([]byte, 6), "IO80211Channel": uint64(44), "IO80211RSNDone": true}, false, device.Implausible},
		"BSSID on no channel":              {safeplist.Dict{"IO80211BSSID": []byte{2, 0, 0, 0x5E, 0x10, 1}, "IO80211Channel": uint64(0)}, false, device.Implausible},
		"empty BSSID":                      {safeplist.Dict{"IO80211BSSID": []byte{}}, false, device.Unsupported},
		"BSSID of no type":                 {safeplist.Dict{"IO80211BSSID": uint64(7)}, false, device.Unsupported},
		"channel and security":             {safeplist.Dict{"IO80211Channel": uint64(44), "IO80211RSNDone": true}, true, nil},
		"channel, security not settled":    {safeplist.Dict{"IO80211Channel": uint64(44), "IO80211RSNDone": false}, false, device.Unsupported},
		"channel alone":                    {safeplist.Dict{"IO80211Channel": uint64(44)}, false, device.Unsupported},
		"channel 0":                        {safeplist.Dict{"IO80211Channel": uint64(0)}, false, nil},
		"channel 0, security left behind":  {safeplist.Dict{"IO80211Channel": uint64(0), "IO80211RSNDone": true}, false, nil},
		"security without a channel":       {safeplist.Dict{"IO80211RSNDone": true}, false, device.Unsupported},
		"channel of no type":               {safeplist.Dict{"IO80211Channel": "x"}, false, device.WrongType},
		"name":                             {safeplist.Dict{"IO80211SSID": "Cart", "IO80211Channel": uint64(36)}, true, nil},
		"name as data":                     {safeplist.Dict{"IO80211SSID": []byte("Cart")}, true, nil},
		"name hidden":                      {safeplist.Dict{"IO80211SSID": "", "IO80211Channel": uint64(36)}, false, device.Unsupported},
		"only a country":                   {safeplist.Dict{"IO80211CountryCode": "FR"}, false, device.Unsupported},
		"another entry":                    {safeplist.Dict{"IOClass": "x"}, false, device.Unsupported},
		"nothing":                          {nil, false, device.Unsupported},
		"security of no type":              {safeplist.Dict{"IO80211RSNDone": "x"}, false, device.WrongType},
		"security of no type beside BSSID": {safeplist.Dict{"IO80211RSNDone": "x", "IO80211BSSID": []byte{1}}, true, nil},
	}
	for name, test := range tests {
		if got, err := associated(test.entry); got != test.want || !errors.Is(err, test.err) {
			t.Errorf("%s: %v, %v; want %v, %v", name, got, err, test.want, test.err)
		}
	}
}

// If an entry is empty or says nothing about a network, the next query for the interface is
// tried.
func TestWiFiTriesTheNextWay(t *testing.T) {
	const name, class = "AppleBCMWLANSkywalkInterface", "IO80211Interface"
	joined := map[string]any{"IO80211BSSID": []byte{2, 0, 0, 0x5E, 0x10, 1}}
	hollow := map[string]any{"IO80211CountryCode": "DE"}
	for title, test := range map[string]struct {
		version       string
		byName, byKin map[string]any
		joined        device.Fact[bool]
		answered      string
	}{
		"by name":                    {"26.1", joined, nil, device.Known(true), name},
		"name empty":                 {"26.1", map[string]any{}, joined, device.Known(true), class},
		"name missing":               {"26.1", nil, joined, device.Known(true), class},
		"name says nothing":          {"26.1", hollow, joined, device.Known(true), class},
		"class empty, of an old one": {"12.5.7", joined, map[string]any{}, device.Known(true), name},
		"both say nothing":           {"26.1", hollow, hollow, device.Unknown[bool](device.Unsupported), class},
		"both empty":                 {"26.1", map[string]any{}, map[string]any{}, device.Unknown[bool](device.Unsupported), ""},
	} {
		t.Run(title, func(t *testing.T) {
			phone := patient(t, "healthy-iphone")
			phone.Set("", "ProductVersion", test.version)
			phone.ReplaceEntry(name, test.byName)
			phone.ReplaceEntry(class, test.byKin)
			wifi := readOne(t, phone).Live.WiFi
			if answered, _ := wifi.Interface.Get(); wifi.Associated != test.joined || answered != test.answered {
				t.Errorf("%v by %q, want %v by %q", wifi.Associated, answered, test.joined, test.answered)
			}
		})
	}
}

// Setup Assistant uses either spelling of its domain.
func TestSetupHasTwoSpellings(t *testing.T) {
	const keys = "SetupDone SetupState RestoreState"
	for title, test := range map[string]struct {
		lower, upper map[string]any
		want         device.Setup
	}{
		"the old spelling": {map[string]any{"SetupDone": true}, nil, device.Setup{Done: device.Known(true)}},
		"the new spelling": {nil, map[string]any{"SetupDone": false, "RestoreState": "RestoringFromBackup"},
			device.Setup{Done: device.Known(false), RestoreState: device.Known("RestoringFromBackup")}},
		"each a part": {map[string]any{"SetupDone": true}, map[string]any{"SetupState": "SetupUsingAssistant"},
			device.Setup{Done: device.Known(true), SetupState: device.Known("SetupUsingAssistant")}},
		"neither": {nil, nil, device.Setup{}},
	} {
		t.Run(title, func(t *testing.T) {
			phone := patient(t, "healthy-iphone")
			for key := range strings.FieldsSeq(keys) {
				phone.Set(domainSetup, key, test.lower[key])
				phone.Set(domainSetupToo, key, test.upper[key])
			}
			absent := func(f *device.Fact[string]) {
				if f.IsZero() {
					*f = device.Unknown[string](device.Absent)
				}
			}
			want := test.want
			if want.Done.IsZero() {
				want.Done = device.Unknown[bool](device.Absent)
			}
			absent(&want.SetupState)
			absent(&want.RestoreState)
			if got := readOne(t, phone).Live.Setup; got != want {
				t.Errorf("%+v, want %+v", got, want)
			}
		})
	}
}

func TestDisk(t *testing.T) {
	number := func(n uint64) device.Fact[uint64] { return device.Known(n) }
	not := func(why device.Reason) device.Fact[uint64] { return device.Unknown[uint64](why) }
	for name, test := range map[string]struct {
		total, free, reclaimable any
		want                     device.Disk
	}{
		"whole":     {uint64(16e9), uint64(3e8), uint64(7e9), device.Disk{TotalBytes: number(16e9), FreeBytes: number(3e8), ReclaimableBytes: number(7e9)}},
		"reals":     {16e9, 3e8, 7e9 + 0.5, device.Disk{TotalBytes: number(16e9), FreeBytes: number(3e8), ReclaimableBytes: number(7e9)}},
		"none":      {uint64(16e9), uint64(0), uint64(0), device.Disk{TotalBytes: number(16e9), FreeBytes: number(0), ReclaimableBytes: number(0)}},
		"too much":  {uint64(16e9), uint64(1<<64 - 1), uint64(16e9), device.Disk{TotalBytes: number(16e9), FreeBytes: not(device.Implausible), ReclaimableBytes: number(16e9)}},
		"below":     {uint64(16e9), int64(-5), -5.0, device.Disk{TotalBytes: number(16e9), FreeBytes: not(device.Implausible), ReclaimableBytes: not(device.Implausible)}},
		"total 0":   {uint64(0), uint64(3e8), uint64(7e9), device.Disk{TotalBytes: not(device.Implausible), FreeBytes: number(3e8), ReclaimableBytes: number(7e9)}},
		"text":      {"16", "3", "7", device.Disk{TotalBytes: not(device.WrongType), FreeBytes: not(device.WrongType), ReclaimableBytes: not(device.WrongType)}},
		"not a sum": {math.NaN(), math.Inf(1), 1e300, device.Disk{TotalBytes: not(device.Implausible), FreeBytes: not(device.Implausible), ReclaimableBytes: not(device.Implausible)}},
	} {
		var got device.Disk
		fillDisk(&got, reply{Dict: safeplist.Dict{"TotalDiskCapacity": test.total, "AmountDataAvailable": test.free, "AmountRestoreAvailable": test.reclaimable}})
		if got != test.want {
			t.Errorf("%s: %+v, want %+v", name, got, test.want)
		}
	}
}

func TestFirmwareVariables(t *testing.T) {
	tests := map[string]struct {
		memory          any
		account, locked device.Fact[bool]
	}{
		"signed in":      {map[string]any{"fm-account-masked": []byte("r•••.com"), "fm-activation-locked": []byte("YES")}, device.Known(true), device.Known(true)},
		"signed out":     {map[string]any{"fm-activation-locked": []byte("NO")}, device.Known(false), device.Known(false)},
		"only boot-args": {map[string]any{"boot-args": ""}, device.Known(false), device.Unknown[bool](device.Absent)},
		"other types":    {map[string]any{"fm-account-masked": "x", "fm-activation-locked": []byte("?")}, device.Unknown[bool](device.WrongType), device.Unknown[bool](device.Malformed)},
		"none":           {nil, device.Unknown[bool](device.WrongType), device.Unknown[bool](device.WrongType)},
	}
	for name, test := range tests {
		var live device.Live
		fillRoot(&live, reply{Dict: safeplist.Dict{"NonVolatileRAM": test.memory}})
		if got := live.Account; got.FindMyAccount != test.account || got.ActivationLock != test.locked {
			t.Errorf("%s: %v, %v; want %v, %v", name, got.FindMyAccount, got.ActivationLock, test.account, test.locked)
		}
	}
}

func TestSyncsICloud(t *testing.T) {
	tests := map[string]struct {
		reply reply
		want  device.Fact[bool]
	}{
		"contacts":    {reply{Dict: safeplist.Dict{"Contacts": map[string]any{"Sources": []any{"iCloud"}}}}, device.Known(true)},
		"Exchange":    {reply{Dict: safeplist.Dict{"Contacts": map[string]any{"Sources": []any{"Exchange"}}}}, device.Known(false)},
		"empty class": {reply{Dict: safeplist.Dict{"Contacts": map[string]any{}}}, device.Known(false)},
		"odd class":   {reply{Dict: safeplist.Dict{"Version": "1.0"}}, device.Known(false)},
		"refused":     {reply{err: device.Refused}, device.Unknown[bool](device.Refused)},
	}
	for name, test := range tests {
		if got := syncsICloud(test.reply); got != test.want {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
}

func TestManagement(t *testing.T) {
	refused := reply{err: device.Gap{Reason: device.DeviceError, Detail: "Error"}}
	tests := map[string]struct {
		profiles, cloud reply
		want            device.Management
	}{
		"school": {
			reply{Dict: safeplist.Dict{
				"OrderedIdentifiers": []any{"com.example.mdm", "bare"},
				"ProfileMetadata": map[string]any{"com.example.mdm": map[string]any{
					"PayloadDisplayName": "Management", "PayloadOrganization": "School", "PayloadRemovalDisallowed": true,
				}},
				"ProfileManifest": map[string]any{"com.example.mdm": map[string]any{"Description": "What the school asks for"}},
			}},
			reply{Dict: safeplist.Dict{"CloudConfiguration": map[string]any{
				"IsSupervised": true, "IsMDMUnremovable": uint64(1), "OrganizationName": "School",
			}}},
			device.Management{
				Profiles: device.Known([]device.Profile{
					{Identifier: "com.example.mdm", Name: device.Known("Management"), Organization: device.Known("School"), Description: device.Known("What the school asks for"), Locked: device.Known(true)},
					{Identifier: "bare", Name: device.Unknown[string](device.Absent), Organization: device.Unknown[string](device.Absent), Description: device.Unknown[string](device.Absent), Locked: device.Unknown[bool](device.Absent)},
				}),
				Supervised: device.Known(true), Organization: device.Known("School"), MDMLocked: device.Known(true),
			},
		},
		"nobody": {
			reply{Dict: safeplist.Dict{"OrderedIdentifiers": []any{}}},
			reply{Dict: safeplist.Dict{}},
			device.Management{
				Profiles:   device.Known([]device.Profile{}),
				Supervised: device.Known(false), Organization: device.Unknown[string](device.Absent), MDMLocked: device.Unknown[bool](device.Absent),
			},
		},
		"refused": {
			refused, refused,
			device.Management{
				Profiles:   device.Unknown[[]device.Profile](refused.err),
				Supervised: device.Unknown[bool](refused.err), Organization: device.Unknown[string](refused.err), MDMLocked: device.Unknown[bool](refused.err),
			},
		},
		"odd identifier": {
			reply{Dict: safeplist.Dict{"OrderedIdentifiers": []any{uint64(1)}}},
			reply{Dict: safeplist.Dict{"CloudConfiguration": "x"}},
			device.Management{
				Profiles: device.Known([]device.Profile{{
					Name: device.Unknown[string](device.Undecodable), Organization: device.Unknown[string](device.Undecodable), Description: device.Unknown[string](device.Undecodable), Locked: device.Unknown[bool](device.Undecodable),
				}}),
				Supervised: device.Unknown[bool](device.WrongType), Organization: device.Unknown[string](device.WrongType), MDMLocked: device.Unknown[bool](device.WrongType),
			},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var got device.Management
			fillManagement(&got, test.profiles, test.cloud)
			if diff := cmp.Diff(asJSON(t, test.want), asJSON(t, got)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func asJSON(t *testing.T, value any) string {
	t.Helper()
	text, err := json.MarshalIndent(value, "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestCrashesNeedTheOffset(t *testing.T) {
	live := device.Live{UTCOffsetSeconds: device.Unknown[float64](device.Refused)}
	fillCrashes(&live, []string{"backupd-2026-11-20-031215.ips"}, nil)
	if _, err := live.Crashes.Get(); !errors.Is(err, device.Refused) {
		t.Errorf("dated without an offset: %v", err)
	}
	live.UTCOffsetSeconds = device.Known(7200.0)
	fillCrashes(&live, []string{"akd-2026-11-19-031215.ips", "backupd-2026-11-20-031215.ips", "backupd-2026-11-20-031215.ips"}, nil)
	want := []device.Crash{
		{Process: "backupd", At: time.Date(2026, 11, 20, 1, 12, 15, 0, time.UTC)},
		{Process: "akd", At: time.Date(2026, 11, 19, 1, 12, 15, 0, time.UTC)},
	}
	got, err := live.Crashes.Get()
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

func TestParseApps(t *testing.T) {
	app := func(id string, own, data any) map[string]any {
		return map[string]any{"CFBundleIdentifier": id, "StaticDiskUsage": own, "DynamicDiskUsage": data}
	}
	got, err := parseApps(safeplist.Dict{"CurrentList": []any{
		app("a", uint64(1), uint64(2)),
		map[string]any{"CFBundleIdentifier": "no-sizes"},
		app("negative", int64(-1), uint64(2)),
		"a text",
		nil,
		app("real", 3.0, 4.5),
	}})
	if diff := cmp.Diff([]device.App{{BundleID: "a", AppBytes: 1, DataBytes: 2}, {BundleID: "real", AppBytes: 3, DataBytes: 4}}, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

func TestReadAFC(t *testing.T) {
	packet := func(magic string, whole, this uint64, data string) []byte {
		var b bytes.Buffer
		binary.Write(&b, binary.LittleEndian, afcHeader{Magic: [8]byte([]byte(magic)), Whole: whole, This: this, Operation: afcData})
		b.WriteString(data)
		return b.Bytes()
	}
	tests := map[string]struct {
		packet []byte
		want   error
	}{
		"names":               {packet("CFA6LPAA", 43, 40, "a\x00b"), nil},
		"another protocol":    {packet("CFA6LPAB", 43, 40, "a\x00b"), device.Malformed},
		"shorter than itself": {packet("CFA6LPAA", 43, 39, "a\x00b"), device.Malformed},
		"parts beyond whole":  {packet("CFA6LPAA", 43, 44, "a\x00b"), device.Malformed},
		"2^40":                {packet("CFA6LPAA", 1<<40, 40, "a\x00b"), device.Oversized},
		"2^62":                {packet("CFA6LPAA", 1<<62, 40, "a\x00b"), device.Oversized},
		"just too long":       {packet("CFA6LPAA", 40+maxListing+1, 40, ""), device.Oversized},
	}
	for name, test := range tests {
		header, data, err := readAFC(bytes.NewReader(test.packet))
		if !errors.Is(err, test.want) || err == nil && (header.Operation != afcData || string(data) != "a\x00b") {
			t.Errorf("%s: %d, %q, %v; want %v", name, header.Operation, data, err, test.want)
		}
	}
}

func TestAFCErrors(t *testing.T) {
	for code, want := range map[uint64]device.Gap{
		0:  {Reason: device.Malformed},
		8:  {Reason: device.Absent},
		10: {Reason: device.Refused},
		20: {Reason: device.DeviceError, Detail: "afc20"},
	} {
		if got := device.GapOf(afcError(binary.LittleEndian.AppendUint64(nil, code))); got != want {
			t.Errorf("status %d: %v, want %v", code, got, want)
		}
	}
	if err := afcError(nil); !errors.Is(err, device.Truncated) {
		t.Errorf("no status: %v", err)
	}
}

func TestNamedErrors(t *testing.T) {
	for name, want := range map[string]device.Gap{
		"GetProhibited":            {Reason: device.Refused},
		"MissingValue":             {Reason: device.Absent},
		"WarpCoreBreach":           {Reason: device.DeviceError, Detail: "WarpCoreBreach"},
		"<script>\x1b[31m é 1.2":   {Reason: device.DeviceError, Detail: "script31m1.2"},
		string(make([]byte, 5000)): {Reason: device.DeviceError},
	} {
		if got := named(name); got != want {
			t.Errorf("%.20q: %v, want %v", name, got, want)
		}
	}
	long := string(bytes.Repeat([]byte("A"), 5000))
	if got := named(long); len(got.Detail) != 64 {
		t.Errorf("a long name keeps %d letters, want 64", len(got.Detail))
	}
}
