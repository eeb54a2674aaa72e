package usb

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/sim"
)

// The facts that each connection provides, by name.
var (
	fromRoot = []string{
		"device.serial", "device.name", "device.class", "device.productType", "device.productVersion", "device.buildVersion",
		"live.lockedNow", "live.activationState", "live.releaseType", "live.timeZone", "live.utcOffsetSeconds",
		"live.hasTelephony", "live.account.findMyAccount", "live.account.activationLock", "live.recognized", "live.sharedIPad",
	}
	fromBackup = []string{"live.cloudBackup", "live.computerBackup"}
	fromLater  = []string{
		"live.disk", "live.setup", "live.account.findMy", "live.power.batteryPercent", "live.power.charging",
		"live.power.external", "live.account.syncsICloud", "live.wifi.syncOn", "live.locale", "live.clockSkewSeconds",
	}
	fromDiagnostics = []string{"live.power.adapterWatts", "live.power.notChargingCode", "live.wifi.associated", "live.wifi.interface"}
	fromManagement  = []string{"live.management"}
	fromCrashes     = []string{"live.crashes", "live.hasBackupLogs"}
	fromApps        = []string{"live.apps"}

	// Readable by any computer, including untrusted ones.
	public = row{
		"device.name": "known", "device.class": "known", "device.productType": "known",
		"device.productVersion": "known", "device.buildVersion": "known", "live.hasTelephony": "known", "live.recognized": "known",
	}
)

// untrusted returns the row of a device that revealed what any computer may read.
func untrusted(reason device.Reason) row {
	return all(reason, "").and(public).and(row{"device.serial": string(reason)})
}

// Each fault affects only the facts that depend on it, each with its reason.
func TestFaults(t *testing.T) {
	const (
		backup   = domainBackup
		crashes  = "com.apple.crashreportcopymobile"
		relay    = "com.apple.mobile.diagnostics_relay"
		profiles = "com.apple.mobile.MCInstall"
		apps     = "com.apple.mobile.installation_proxy"
	)
	inBackup := func(reason device.Reason) row { return all(reason, fromBackup...) }
	afterRoot := func(reason device.Reason) row {
		return all(reason, "live").and(all("known", fromRoot...)).and(row{"live.trusted": "known", "live.releaseType": "absent", "live.sharedIPad": "absent"})
	}
	locked := all(device.Locked, fromDiagnostics...).and(all(device.Locked, fromManagement...)).
		and(all(device.Locked, fromCrashes...)).and(all(device.Locked, fromApps...))

	tests := map[string]struct {
		fault sim.Fault
		row   row
		ended device.Reason // "" if the examination was completed
	}{
		"no answer to Connect":   {sim.Fault{Kind: sim.Stall, At: "connect"}, all(device.Timeout, ""), device.Timeout},
		"Connect garbled":        {sim.Fault{Kind: sim.Garbage, At: "connect"}, all(device.Unreachable, ""), device.Unreachable},
		"Connect of 2^31 bytes":  {sim.Fault{Kind: sim.Oversized, At: "connect"}, all(device.Unreachable, ""), device.Unreachable},
		"Connect without result": {sim.Fault{Kind: sim.MissingKeys, At: "connect"}, all(device.Unreachable, ""), device.Unreachable},

		"unpaired":          {sim.Fault{Kind: sim.Unpaired}, untrusted(device.NeverPaired), ""},
		"trust pending":     {sim.Fault{Kind: sim.TrustPending, Count: 3}, untrusted(device.NeverPaired), ""},
		"denied":            {sim.Fault{Kind: sim.Denied}, untrusted(device.NeverPaired), ""},
		"pairing forbidden": {sim.Fault{Kind: sim.PairingForbidden}, untrusted(device.NeverPaired), ""},
		"stale host id":     {sim.Fault{Kind: sim.StaleHostID}, untrusted(device.TrustStale), ""},
		"stale TLS":         {sim.Fault{Kind: sim.StaleTLS}, untrusted(device.TrustStale), ""},
		"locked":            {sim.Fault{Kind: sim.Locked}, locked, ""},

		"session refused by an open dialog": {sim.Fault{Kind: sim.Refused, At: "StartSession", Error: "PairingDialogResponsePending"}, untrusted(device.TrustPending), ""},
		"session denied":                    {sim.Fault{Kind: sim.Refused, At: "StartSession", Error: "UserDeniedPairing"}, untrusted(device.TrustDenied), ""},
		"session forbidden by management":   {sim.Fault{Kind: sim.Refused, At: "StartSession", Error: "MCProtected"}, untrusted(device.TrustForbidden), ""},
		"session refused by a lock":         {sim.Fault{Kind: sim.Refused, At: "StartSession", Error: "PasswordProtected"}, untrusted(device.Locked), ""},
		"session refused for no known reason": {
			sim.Fault{Kind: sim.Refused, At: "StartSession", Error: "Gr\u00fcnspan!Error"}, untrusted(device.DeviceError), "",
		},
		"session stalled":      {sim.Fault{Kind: sim.Stall, At: "StartSession"}, untrusted(device.Timeout), device.Timeout},
		"session garbled":      {sim.Fault{Kind: sim.Garbage, At: "StartSession"}, untrusted(device.Malformed), device.Malformed},
		"session of any type":  {sim.Fault{Kind: sim.WrongTypes, At: "StartSession"}, untrusted(device.WrongType), device.WrongType},
		"session of no answer": {sim.Fault{Kind: sim.MissingKeys, At: "StartSession"}, untrusted(device.Malformed), device.Malformed},
		"TLS stalled":          {sim.Fault{Kind: sim.Stall, At: "tls"}, untrusted(device.Timeout), device.Timeout},
		"TLS cut off":          {sim.Fault{Kind: sim.Reset, At: "tls"}, untrusted(device.HandshakeFailed), device.HandshakeFailed},
		"unplugged in TLS":     {sim.Fault{Kind: sim.Detach, At: "tls"}, untrusted(device.Detached), device.Detached},

		"unplugged at once":      {sim.Fault{Kind: sim.Detach, At: "root"}, all(device.Detached, ""), device.Detached},
		"root values stalled":    {sim.Fault{Kind: sim.Stall, At: "root"}, all(device.Timeout, ""), device.Timeout},
		"root values garbled":    {sim.Fault{Kind: sim.Garbage, At: "root"}, all(device.Malformed, append(fromRoot, "live.clockSkewSeconds", "live.crashes")...), ""},
		"root values a bomb":     {sim.Fault{Kind: sim.PlistBomb, At: "root"}, all(device.Hostile, append(fromRoot, "live.clockSkewSeconds", "live.crashes")...), ""},
		"root values prohibited": {sim.Fault{Kind: sim.Refused, At: "root", Error: "GetProhibited"}, all(device.Refused, append(fromRoot, "live.clockSkewSeconds", "live.crashes")...), ""},
		"clock stalled":          {sim.Fault{Kind: sim.Stall, At: "root/TimeIntervalSince1970"}, all(device.Timeout, "live.clockSkewSeconds"), device.Timeout},
		"clock of another type":  {sim.Fault{Kind: sim.WrongTypes, At: "root/TimeIntervalSince1970"}, all(device.WrongType, "live.clockSkewSeconds"), ""},

		"domain prohibited":       {sim.Fault{Kind: sim.Refused, At: backup, Error: "GetProhibited"}, inBackup(device.Refused), ""},
		"domain missing":          {sim.Fault{Kind: sim.Refused, At: backup, Error: "MissingValue"}, inBackup(device.Absent), ""},
		"domain locked":           {sim.Fault{Kind: sim.Refused, At: backup, Error: "PasswordProtected"}, inBackup(device.Locked), ""},
		"domain of unknown error": {sim.Fault{Kind: sim.Refused, At: backup, Error: "WarpCoreBreach"}, inBackup(device.DeviceError), ""},
		"domain garbled":          {sim.Fault{Kind: sim.Garbage, At: backup}, inBackup(device.Malformed), ""},
		"domain empty":            {sim.Fault{Kind: sim.Empty, At: backup}, inBackup(device.Truncated), ""},
		"domain of wrong types":   {sim.Fault{Kind: sim.WrongTypes, At: backup}, inBackup(device.WrongType), ""},
		"domain without keys":     {sim.Fault{Kind: sim.MissingKeys, At: backup}, inBackup(device.Absent), ""},
		"domain a bomb":           {sim.Fault{Kind: sim.PlistBomb, At: backup}, inBackup(device.Hostile), ""},
		"domain of deep XML":      {sim.Fault{Kind: sim.DeepXML, At: backup}, afterRoot(device.Oversized), device.Oversized},
		"every reply twice":       {sim.Fault{Kind: sim.Twice}, nil, ""},
		"Connect twice":           {sim.Fault{Kind: sim.Twice, At: "connect"}, nil, ""},
		"session twice":           {sim.Fault{Kind: sim.Twice, At: "StartSession"}, nil, ""},
		"domain in binary":        {sim.Fault{Kind: sim.BinaryPlist, At: backup}, nil, ""},
		"domain late":             {sim.Fault{Kind: sim.Stall, At: backup, Seconds: 0.2}, nil, ""},
		"domain stalled":          {sim.Fault{Kind: sim.Stall, At: backup}, afterRoot(device.Timeout), device.Timeout},
		"domain stalled half-way": {sim.Fault{Kind: sim.HalfStall, At: backup}, afterRoot(device.Timeout), device.Timeout},
		"domain in a trickle":     {sim.Fault{Kind: sim.Trickle, At: backup}, afterRoot(device.Timeout), device.Timeout},
		"domain cut off":          {sim.Fault{Kind: sim.Truncated, At: backup}, afterRoot(device.Truncated), device.Truncated},
		"domain reset at once":    {sim.Fault{Kind: sim.Reset, At: backup}, afterRoot(device.Detached), device.Detached},
		"domain reset":            {sim.Fault{Kind: sim.Reset, At: backup, Count: 40}, afterRoot(device.Truncated), device.Truncated},
		"domain of 2^31 bytes":    {sim.Fault{Kind: sim.Oversized, At: backup}, afterRoot(device.Oversized), device.Oversized},
		"unplugged in mid-scan":   {sim.Fault{Kind: sim.Detach, At: backup}, afterRoot(device.Detached), device.Detached},
		"next domain stalled":     {sim.Fault{Kind: sim.Stall, At: domainDisk}, all(device.Timeout, fromLater...), device.Timeout},
		"last domain stalled": {
			sim.Fault{Kind: sim.Stall, At: domainInternational}, all(device.Timeout, "live.locale", "live.clockSkewSeconds"), device.Timeout,
		},

		"service unknown":       {sim.Fault{Kind: sim.Refused, At: "StartService " + crashes, Error: "InvalidService"}, all(device.NoService, fromCrashes...), ""},
		"service locked":        {sim.Fault{Kind: sim.Refused, At: "StartService " + relay, Error: "PasswordProtected"}, all(device.Locked, fromDiagnostics...), ""},
		"service without port":  {sim.Fault{Kind: sim.MissingKeys, At: "StartService " + profiles}, all(device.Absent, fromManagement...), ""},
		"service of wrong port": {sim.Fault{Kind: sim.WrongTypes, At: "StartService " + profiles}, all(device.WrongType, fromManagement...), ""},

		"crash list of 2^40 bytes": {sim.Fault{Kind: sim.Oversized, At: crashes}, all(device.Oversized, fromCrashes...), ""},
		"crash list stalled":       {sim.Fault{Kind: sim.Stall, At: crashes}, all(device.Timeout, fromCrashes...), ""},
		"crash list cut off":       {sim.Fault{Kind: sim.Truncated, At: crashes}, all(device.Truncated, fromCrashes...), ""},

		"diagnostics refused":      {sim.Fault{Kind: sim.Refused, At: relay, Error: "UnknownRequest"}, all(device.DeviceError, fromDiagnostics...), ""},
		"diagnostics a bomb":       {sim.Fault{Kind: sim.PlistBomb, At: relay}, all(device.Hostile, fromDiagnostics...), ""},
		"diagnostics of deep XML":  {sim.Fault{Kind: sim.DeepXML, At: relay}, all(device.Oversized, fromDiagnostics...), ""},
		"diagnostics stalled":      {sim.Fault{Kind: sim.Stall, At: relay}, all(device.Timeout, fromDiagnostics...), ""},
		"diagnostics without keys": {sim.Fault{Kind: sim.MissingKeys, At: relay}, all(device.Absent, fromDiagnostics...).and(all(device.Unsupported, "live.wifi.associated", "live.wifi.interface")), ""},
		"diagnostics wrong types":  {sim.Fault{Kind: sim.WrongTypes, At: relay}, all(device.WrongType, fromDiagnostics...), ""},
		"diagnostics in binary":    {sim.Fault{Kind: sim.BinaryPlist, At: relay}, nil, ""},

		"profiles refused":     {sim.Fault{Kind: sim.Refused, At: profiles, Error: "Error"}, all(device.DeviceError, fromManagement...), ""},
		"profiles reset":       {sim.Fault{Kind: sim.Reset, At: profiles, Count: 3}, all(device.Truncated, fromManagement...), ""},
		"profiles wrong types": {sim.Fault{Kind: sim.WrongTypes, At: profiles}, all(device.WrongType, fromManagement...), ""},
		"apps stalled":         {sim.Fault{Kind: sim.Stall, At: apps}, all(device.Timeout, fromApps...), device.Timeout},
		"apps wrong types":     {sim.Fault{Kind: sim.WrongTypes, At: apps}, all(device.WrongType, fromApps...), ""},
		"apps reset":           {sim.Fault{Kind: sim.Reset, At: apps, Count: 3}, all(device.Truncated, fromApps...), ""},
	}
	healthy := rowOf(t, readOne(t, patient(t, "healthy-iphone")))
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			snapshot := readOne(t, patient(t, "healthy-iphone", test.fault))
			if diff := cmp.Diff(healthy.but(test.row), rowOf(t, snapshot)); diff != "" {
				t.Errorf("row (-want +got):\n%s", diff)
			}
			if ended := snapshot.Live.Ended.Reason; ended != test.ended {
				t.Errorf("ended for %q, want %q", ended, test.ended)
			}
		})
	}
}

// A refused session is reported with lockdownd's error name, unless that is about trust or the
// lock.
func TestSessionErrors(t *testing.T) {
	own := func(name string) device.Gap { return device.Gap{Reason: device.DeviceError, Detail: name} }
	for name, want := range map[string]device.Gap{
		"InvalidHostID":                {Reason: device.TrustStale},
		"PasswordProtected":            {Reason: device.Locked},
		"DeviceLocked":                 {Reason: device.Locked},
		"EscrowLocked":                 {Reason: device.Locked},
		"PairingDialogResponsePending": {Reason: device.TrustPending},
		"UserDeniedPairing":            {Reason: device.TrustDenied},
		"MCProtected":                  {Reason: device.TrustForbidden},
		"MCChallengeRequired":          {Reason: device.TrustForbidden},
		"MissingValue":                 own("MissingValue"),
		"GetProhibited":                own("GetProhibited"),
		"ServiceProhibited":            own("ServiceProhibited"),
		"InvalidService":               own("InvalidService"),
		"MissingHostID":                own("MissingHostID"),
		"SessionActive":                own("SessionActive"),
		"InvalidConnection":            own("InvalidConnection"),
		"Error -3 \x1b[31m":            own("Error331m"),
		"":                             own(""),
	} {
		s := readOne(t, patient(t, "healthy-iphone", sim.Fault{Kind: sim.Refused, At: "StartSession", Error: name}))
		if _, err := s.Live.Trusted.Get(); device.GapOf(err) != want {
			t.Errorf("%q: %+v, want %+v", name, device.GapOf(err), want)
		}
		if _, err := s.Device.Serial.Get(); device.GapOf(err).Reason != want.Reason {
			t.Errorf("%q: serial number %v", name, err)
		}
	}
}

// readOne examines the only device in a tray and checks the time it takes. Only devices that fall
// silent get a short timeout, so that a busy computer fails no other test.
func readOne(t *testing.T, patient *sim.Device) device.Snapshot {
	t.Helper()
	client := serve(t, newTray(t, patient))
	client.Timeout, client.RequestTimeout = time.Minute, 20*time.Second
	if slices.ContainsFunc(patient.Faults, fallsSilent) {
		client.Timeout, client.RequestTimeout = 16*time.Second, 4*time.Second
	}
	found, err := client.Find(t.Context())
	if err != nil || len(found) != 1 {
		t.Fatalf("found %v, %v; want one device", found, err)
	}
	start := time.Now()
	snapshot := client.Read(t.Context(), found[0], Sizes)
	if took := time.Since(start); took > client.Timeout+2*time.Second {
		t.Errorf("took %v, its time is %v", took, client.Timeout)
	}
	return snapshot
}

func fallsSilent(fault sim.Fault) bool {
	return fault.Kind == sim.Stall && fault.Seconds == 0 || fault.Kind == sim.HalfStall || fault.Kind == sim.Trickle
}

// A device whose pair record usbmuxd cannot provide counts as untrusted.
func TestFaultsOfMux(t *testing.T) {
	tests := map[string]struct {
		fault sim.Fault
		row   row
	}{
		"no answer about pairing": {sim.Fault{Kind: sim.Stall, At: "ReadPairRecord"}, untrusted(device.MuxTrouble)},
		"pair record garbled":     {sim.Fault{Kind: sim.Garbage, At: "ReadPairRecord"}, untrusted(device.MuxTrouble)},
		"pair record a bomb":      {sim.Fault{Kind: sim.PlistBomb, At: "ReadPairRecord"}, untrusted(device.MuxTrouble)},
		"pair record of no type":  {sim.Fault{Kind: sim.WrongTypes, At: "ReadPairRecord"}, untrusted(device.MuxTrouble)},
		"answer without a record": {sim.Fault{Kind: sim.MissingKeys, At: "ReadPairRecord"}, untrusted(device.MuxTrouble)},
		"hung up":                 {sim.Fault{Kind: sim.Reset, At: "ReadPairRecord"}, untrusted(device.NeverPaired)},
		"result 0":                {sim.Fault{Kind: sim.Numbered, At: "ReadPairRecord"}, untrusted(device.MuxTrouble)},
		"result 1":                {sim.Fault{Kind: sim.Numbered, At: "ReadPairRecord", Count: 1}, untrusted(device.MuxTrouble)},
		"result 2":                {sim.Fault{Kind: sim.Numbered, At: "ReadPairRecord", Count: 2}, untrusted(device.NeverPaired)},
		"result 13":               {sim.Fault{Kind: sim.Numbered, At: "ReadPairRecord", Count: 13}, untrusted(device.MuxTrouble)},
		"result 22":               {sim.Fault{Kind: sim.Numbered, At: "ReadPairRecord", Count: 22}, untrusted(device.MuxTrouble)},
		"result -22":              {sim.Fault{Kind: sim.Numbered, At: "ReadPairRecord", Count: -22}, untrusted(device.MuxTrouble)},
		"result 182":              {sim.Fault{Kind: sim.Numbered, At: "ReadPairRecord", Count: 182}, untrusted(device.MuxTrouble)},
		"empty pair record":       {sim.Fault{Kind: sim.OddValue, At: "ReadPairRecord", Key: "PairRecordData", Error: "<data></data>"}, untrusted(device.RecordBroken)},
		"cut pair record":         {sim.Fault{Kind: sim.OddValue, At: "ReadPairRecord", Key: "PairRecordData", Error: "<data>PHBsaXN0PjxkaWN0Pg==</data>"}, untrusted(device.RecordBroken)},
		"pair record of zeros":    {sim.Fault{Kind: sim.OddValue, At: "ReadPairRecord", Key: "PairRecordData", Error: "<data>" + strings.Repeat("AAAA", 300) + "</data>"}, untrusted(device.RecordBroken)},
		"undecodable pair record": {sim.Fault{Kind: sim.OddValue, At: "ReadPairRecord", Key: "PairRecordData", Error: "<data>!</data>"}, untrusted(device.MuxTrouble)},
		"pair record sent twice":  {sim.Fault{Kind: sim.Twice, At: "ReadPairRecord"}, nil},
		"Connect hung up on":      {sim.Fault{Kind: sim.Reset, At: "Connect"}, all(device.Unreachable, "")},
		"Connect result 1":        {sim.Fault{Kind: sim.Numbered, At: "Connect", Count: 1}, all(device.Unreachable, "")},
		"Connect result 2":        {sim.Fault{Kind: sim.Numbered, At: "Connect", Count: 2}, all(device.Detached, "")},
		"Connect result 6":        {sim.Fault{Kind: sim.Numbered, At: "Connect", Count: 6}, all(device.Unreachable, "")},
		"Connect sent twice":      {sim.Fault{Kind: sim.Twice, At: "usbmux"}, nil},
	}
	healthy := rowOf(t, readOne(t, patient(t, "healthy-iphone")))
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tray := newTray(t, patient(t, "healthy-iphone"))
			tray.Faults = []sim.Fault{test.fault}
			client := serve(t, tray)
			if fallsSilent(test.fault) {
				client.RequestTimeout = 4 * time.Second
			}
			found, err := client.Find(t.Context())
			if err != nil || len(found) != 1 {
				t.Fatalf("found %v, %v; want one device", found, err)
			}
			snapshot := client.Read(t.Context(), found[0], Sizes)
			if diff := cmp.Diff(healthy.but(test.row), rowOf(t, snapshot)); diff != "" {
				t.Errorf("row (-want +got):\n%s", diff)
			}
		})
	}
}

// A device that is gone when it is its turn still has a row.
func TestUnplugged(t *testing.T) {
	tray := newTray(t, patient(t, "healthy-iphone"))
	client := serve(t, tray)
	found, err := client.Find(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	tray.Detach(found[0].UDID)
	snapshot := client.Read(t.Context(), found[0], 0)
	if _, err := snapshot.Live.Trusted.Get(); !errors.Is(err, device.Detached) || snapshot.Live.Ended.Reason != device.Detached {
		t.Errorf("trust unknown for %v, ended for %q; want %q", err, snapshot.Live.Ended.Reason, device.Detached)
	}
}

// An interrupted examination ends at once and keeps what was read.
func TestInterrupt(t *testing.T) {
	client := serve(t, newTray(t, patient(t, "healthy-iphone", sim.Fault{Kind: sim.Stall, At: domainDisk})))
	found, err := client.Find(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	time.AfterFunc(time.Second, func() { cancel(errors.New("interrupt signal received")) })
	start := time.Now()
	snapshot := client.Read(ctx, found[0], 0)
	if took := time.Since(start); took > 4*time.Second {
		t.Errorf("took %v, interrupted after a second", took)
	}
	if _, err := snapshot.Live.CloudBackup.Enabled.Get(); err != nil {
		t.Errorf("read before the interrupt, and lost: %v", err)
	}
	if snapshot.Live.Ended.Reason != device.Interrupted {
		t.Errorf("ended for %q, want %q", snapshot.Live.Ended.Reason, device.Interrupted)
	}
	if _, err := snapshot.Live.Disk.FreeBytes.Get(); err != (device.Gap{Reason: device.Interrupted}) {
		t.Errorf("not read for %v, want %q", err, device.Interrupted)
	}
}
