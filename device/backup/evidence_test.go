package backup

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/testdata/backuptest"
)

// evidenceFiles are the files of a device whose iCloud is full.
var evidenceFiles = []backuptest.File{
	{Domain: "HomeDomain", Path: "Library/Preferences/com.apple.mobile.ldbackup.plist", Data: backuptest.Plist(map[string]any{
		"CloudBackupEnabled": true, "LastCloudBackupDate": int(backuptest.Day.AddDate(0, 0, -40).Unix()),
	})},
	{Domain: "HomeDomain", Path: "Library/Preferences/com.apple.MobileBackup.plist", Data: backuptest.Plist(map[string]any{})},
	{Domain: "RootDomain", Path: "Library/Preferences/com.apple.MobileBackup.plist", Data: backuptest.Plist(map[string]any{
		"BackupStateInfo": map[string]any{"errors": []any{map[string]any{"domain": "MBErrorDomain", "code": 303, "date": backuptest.Day}}},
		"FailureCount":    12,
	})},
	{Domain: "HomeDomain", Path: "Library/UserConfigurationProfiles/EffectiveUserSettings.plist", Data: backuptest.Plist(map[string]any{
		"restrictedBool": map[string]any{"allowCloudBackup": map[string]any{"value": true}},
	})},
	{Domain: "CameraRollDomain", Path: "Media/PhotoData/cpl_enabled_marker", Data: []byte("1")},
	{Domain: "SystemPreferencesDomain", Path: "SystemConfiguration/com.apple.wifi.plist", Data: []byte("not a property list")},
}

func TestEvidence(t *testing.T) {
	for _, s := range shapes {
		t.Run(s.name, func(t *testing.T) {
			written, err := backuptest.Write(t.TempDir(), backuptest.Backup{Layout: s.layout, Password: s.password, Files: slices.Values(evidenceFiles)})
			if err != nil {
				t.Fatal(err)
			}
			folder := find(t, written)
			h := Evidence(t.Context(), folder, unlocked(t, folder, s))
			if asOf, err := h.AsOf.Get(); err != nil || !asOf.Equal(backuptest.Day) {
				t.Errorf("as of %v, %v", asOf, err)
			}
			if last, err := h.CloudBackup.Last.Get(); err != nil || !last.Equal(backuptest.Day.AddDate(0, 0, -40)) {
				t.Errorf("last iCloud backup %v, %v", last, err)
			}
			if results, err := h.CloudBackup.Results.Get(); err != nil || len(results) != 1 || results[0].Code != 303 {
				t.Errorf("results %+v, %v", results, err)
			}
			if count, err := h.Schedule.FailureCount.Get(); err != nil || count != 12 {
				t.Errorf("failures %d, %v", count, err)
			}
			if allowed, err := h.Restrictions.CloudBackupAllowed.Get(); err != nil || !allowed {
				t.Errorf("allowed %v, %v", allowed, err)
			}
			if photos, err := h.CloudPhotos.Get(); err != nil || !photos {
				t.Errorf("iCloud Photos %v, %v", photos, err)
			}
			if _, err := h.Network.WiFiOn.Get(); !errors.Is(err, device.Malformed) {
				t.Errorf("Wi-Fi, from a damaged file: %v", err)
			}
			if _, err := h.Account.SignedIn.Get(); !errors.Is(err, device.Absent) {
				t.Errorf("account, without its database: %v", err)
			}
		})
	}
}

// A record that was altered on this disk, as its digest shows, is no evidence, even where it can be
// read.
func TestEvidenceAltered(t *testing.T) {
	list := func(on bool) []byte { return backuptest.Plist(map[string]any{"CloudBackupEnabled": on}) }
	for _, s := range shapes {
		files := []backuptest.File{{Domain: "HomeDomain", Path: lastBackups.path, Data: list(true)}}
		written, err := backuptest.Write(t.TempDir(), backuptest.Backup{Layout: s.layout, Password: s.password, Files: slices.Values(files)})
		must(t, err)
		folder := find(t, written)
		options := unlocked(t, folder, s)
		if on, err := Evidence(t.Context(), folder, options).CloudBackup.Enabled.Get(); err != nil || !on {
			t.Errorf("%s: enabled %v, %v", s.name, on, err)
		}
		path := written.Blob("HomeDomain", lastBackups.path)
		data, err := os.ReadFile(path)
		must(t, err)
		if s.password == "" {
			data = list(false)
		} else {
			data[len(data)-20] ^= 1
		}
		must(t, os.WriteFile(path, data, 0o600))
		if err := get(Evidence(t.Context(), folder, options).CloudBackup.Enabled); !errors.Is(err, device.Inconclusive) {
			t.Errorf("%s, altered: %v", s.name, err)
		}
	}
}

// After an update to iOS 27 the state from before remains in RootDomain, and is longer. One that
// cannot be read may be the newer one.
func TestEvidenceOfTwoStates(t *testing.T) {
	const path = "Library/Preferences/com.apple.MobileBackup.plist"
	state := func(domain string, code, days, attempts int) backuptest.File {
		var list []any
		for i := range attempts {
			list = append(list, map[string]any{"domain": "MBErrorDomain", "code": code, "date": backuptest.Day.AddDate(0, 0, days-i)})
		}
		return backuptest.File{Domain: domain, Path: path, Data: backuptest.Plist(map[string]any{"BackupStateInfo": map[string]any{"errors": list}})}
	}
	for name, test := range map[string]struct {
		home, root backuptest.File
		code       int // -1 for unknown
	}{
		"the newer one in HomeDomain":  {state("HomeDomain", 0, -1, 1), state("RootDomain", 303, -20, 9), 0},
		"the newer one in RootDomain":  {state("HomeDomain", 0, -20, 9), state("RootDomain", 303, -1, 1), 303},
		"a date to come in RootDomain": {state("HomeDomain", 0, -1, 1), state("RootDomain", 303, 3000, 9), 0},
		"unreadable in HomeDomain":     {backuptest.File{Domain: "HomeDomain", Path: path, Data: []byte("no property list")}, state("RootDomain", 303, -20, 9), -1},
		"unreadable in RootDomain":     {state("HomeDomain", 0, -1, 1), backuptest.File{Domain: "RootDomain", Path: path, Data: []byte("no property list")}, -1},
	} {
		written, err := backuptest.Write(t.TempDir(), backuptest.Backup{Files: slices.Values([]backuptest.File{test.home, test.root})})
		if err != nil {
			t.Fatal(err)
		}
		h := Evidence(t.Context(), find(t, written), Options{})
		results, err := h.CloudBackup.Results.Get()
		switch {
		case test.code < 0 && !errors.Is(err, device.Malformed), test.code >= 0 && (err != nil || results[0].Code != test.code):
			t.Errorf("%s: %d attempts, %v", name, len(results), err)
		}
	}
}

// Low Data Mode is read from where devices keep it. The other location counts only if that file
// is missing or unreadable.
func TestEvidenceOfKnownNetworks(t *testing.T) {
	const name = "com.apple.wifi.known-networks.plist"
	networks := func(path string, low bool) backuptest.File {
		return backuptest.File{Domain: "SystemPreferencesDomain", Path: path, Data: backuptest.Plist(map[string]any{
			"wifi.network.ssid.Home": map[string]any{"LowDataMode": low, "JoinedByUserAt": backuptest.Day},
		})}
	}
	root, fallback := networks(name, true), networks("SystemConfiguration/"+name, false)
	for name, test := range map[string]struct {
		files []backuptest.File
		want  device.Fact[bool]
	}{
		"root":                  {[]backuptest.File{root}, device.Known(true)},
		"fallback":              {[]backuptest.File{fallback}, device.Known(false)},
		"both":                  {[]backuptest.File{fallback, root}, device.Known(true)},
		"root cannot be read":   {[]backuptest.File{{Domain: root.Domain, Path: root.Path, Data: []byte("bplist00")}, fallback}, device.Known(false)},
		"neither":               {nil, device.Fact[bool]{}},
		"only one, and damaged": {[]backuptest.File{{Domain: root.Domain, Path: root.Path, Data: []byte("x")}}, device.Fact[bool]{}},
	} {
		written, err := backuptest.Write(t.TempDir(), backuptest.Backup{Files: slices.Values(test.files)})
		must(t, err)
		h := Evidence(t.Context(), find(t, written), Options{})
		if h.Network.NewestLowData != test.want {
			t.Errorf("%s: %+v, want %+v", name, h.Network.NewestLowData, test.want)
		}
		if _, err := h.Network.KnownNetworks.Get(); name == "neither" && !errors.Is(err, device.Absent) || len(test.files) == 1 && test.want == (device.Fact[bool]{}) && !errors.Is(err, device.Malformed) {
			t.Errorf("%s: known networks %v", name, err)
		}
	}
}

func TestEvidenceNeedsThePassword(t *testing.T) {
	written, err := backuptest.Write(t.TempDir(), backuptest.Backup{Password: "0000", Files: slices.Values(evidenceFiles)})
	if err != nil {
		t.Fatal(err)
	}
	h := Evidence(t.Context(), find(t, written), Options{})
	for name, err := range map[string]error{
		"enabled": get(h.CloudBackup.Enabled), "results": get(h.CloudBackup.Results), "account": get(h.Account.SignedIn), "allowed": get(h.Restrictions.CloudBackupAllowed),
	} {
		if !errors.Is(err, device.NeedsPassword) {
			t.Errorf("%s: %v, want NeedsPassword", name, err)
		}
	}
}

// A wrong password is distinguished from no password and from one that was not fully tried,
// whether or not the layout's list is encrypted.
func TestEvidenceTellsAWrongPassword(t *testing.T) {
	for _, layout := range []backuptest.Layout{backuptest.DB, backuptest.MBDB} {
		written, err := backuptest.Write(t.TempDir(), backuptest.Backup{Layout: layout, Password: "0000", Files: slices.Values(evidenceFiles)})
		must(t, err)
		folder := find(t, written)
		keys, err := Unlock(t.Context(), folder, "wrong", nil)
		for why, locked := range map[device.Reason]error{device.NeedsPassword: nil, device.WrongPassword: err, device.Interrupted: context.DeadlineExceeded} {
			h := Evidence(t.Context(), folder, Options{Keys: keys, Locked: locked})
			if _, err := h.CloudBackup.Enabled.Get(); !errors.Is(err, why) {
				t.Errorf("layout %d, %v: %v, want %v", layout, locked, err, why)
			}
		}
	}
}

func get[T any](fact device.Fact[T]) error {
	_, err := fact.Get()
	return err
}

// The evidence in a plain backup does not need the manifest: a damaged backup still has it.
func TestEvidenceOfADamagedBackup(t *testing.T) {
	written, err := backuptest.Write(t.TempDir(), backuptest.Backup{Files: slices.Values(evidenceFiles)})
	if err != nil {
		t.Fatal(err)
	}
	must(t, os.WriteFile(filepath.Join(written.Path, dbName), nil, 0o600))
	h := Evidence(t.Context(), find(t, written), Options{})
	if on, err := h.CloudBackup.Enabled.Get(); err != nil || !on {
		t.Errorf("enabled %v, %v", on, err)
	}
}

// A file that the list does not have may be left from an earlier backup.
func TestEvidenceIsListed(t *testing.T) {
	for _, s := range []shape{shapes[0], shapes[2]} {
		written := write(t, s)
		path := written.Blob(lastBackups.domain, lastBackups.path)
		must(t, os.MkdirAll(filepath.Dir(path), 0o700))
		must(t, os.WriteFile(path, backuptest.Plist(map[string]any{"CloudBackupEnabled": false, "RequiresEncryption": true}), 0o600))
		folder := find(t, written)
		h := Evidence(t.Context(), folder, Options{})
		if on, err := h.CloudBackup.Enabled.Get(); !errors.Is(err, device.Absent) {
			t.Errorf("%s: enabled %v, %v", s.name, on, err)
		}
		if proof := Deep(t.Context(), folder, Options{}); faultOf(proof, encryptionRequired).Mode != "" {
			t.Errorf("%s: %+v", s.name, proof.Faults)
		}
	}
}

// A file that the list has and the folder lacks is not missing on the device.
func TestEvidenceLost(t *testing.T) {
	for _, s := range shapes {
		written, err := backuptest.Write(t.TempDir(), backuptest.Backup{Layout: s.layout, Password: s.password, Files: slices.Values(evidenceFiles)})
		must(t, err)
		for _, f := range evidenceFiles {
			must(t, os.Remove(written.Blob(f.Domain, f.Path)))
		}
		folder := find(t, written)
		h := Evidence(t.Context(), folder, unlocked(t, folder, s))
		for what, err := range map[string]error{
			"enabled": get(h.CloudBackup.Enabled), "results": get(h.CloudBackup.Results), "allowed": get(h.Restrictions.CloudBackupAllowed),
		} {
			if !errors.Is(err, device.Inconclusive) {
				t.Errorf("%s, %s: %v", s.name, what, err)
			}
		}
		if err := get(h.Account.SignedIn); !errors.Is(err, device.Absent) {
			t.Errorf("%s: an account that the list does not have: %v", s.name, err)
		}
	}
}

// Files that are encrypted are never read as they are stored, whatever Manifest.plist says of them.
func TestEvidenceUnderAFalseFlag(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.sqlite")
	conn, err := sqlite.OpenConn(path, sqlite.OpenReadWrite|sqlite.OpenCreate)
	must(t, err)
	must(t, errors.Join(sqlitex.ExecuteTransient(conn, "CREATE TABLE a (b)", nil), conn.Close()))
	data, err := os.ReadFile(path)
	must(t, err)
	files := append(slices.Clone(evidenceFiles), backuptest.File{Domain: homeDomain, Path: "Library/SMS/sms.db", Data: data})
	for _, layout := range []backuptest.Layout{backuptest.DB, backuptest.DB100, backuptest.DB101, backuptest.MBDB} {
		written, err := backuptest.Write(t.TempDir(), backuptest.Backup{Layout: layout, Password: "0000", Files: slices.Values(files)})
		must(t, err)
		folder := find(t, written)
		editPlist(propertiesName, func(d map[string]any) { d["IsEncrypted"] = false })(t, written)
		open := unlocked(t, folder, shape{password: "0000"})
		for what, options := range map[string]Options{"locked": {}, "open": open} {
			for _, fault := range Deep(t.Context(), folder, options).Faults {
				if fault.Mode == innerDatabaseDamaged.ID || fault.Mode == innerDatabaseSuspect.ID {
					t.Errorf("layout %d, %s: %+v", layout, what, fault)
				}
			}
		}
		if err := get(Evidence(t.Context(), folder, Options{}).CloudBackup.Enabled); !errors.Is(err, device.NeedsPassword) {
			t.Errorf("layout %d, without the password: %v", layout, err)
		}
		if on, err := Evidence(t.Context(), folder, open).CloudBackup.Enabled.Get(); err != nil || !on {
			t.Errorf("layout %d: enabled %v, %v", layout, on, err)
		}
		must(t, os.Remove(filepath.Join(written.Path, propertiesName)))
		if err := get(Evidence(t.Context(), folder, Options{}).CloudBackup.Enabled); !errors.Is(err, device.Inconclusive) && layout != backuptest.DB100 {
			t.Errorf("layout %d, without Manifest.plist: %v", layout, err)
		}
	}
}

// The real database of an iOS 16 device, as files in a backup.
func TestEvidenceOfRealAccounts(t *testing.T) {
	const samples = "../../../shared/data/ios16-accounts/"
	var files []backuptest.File
	for _, suffix := range []string{"", "-wal"} {
		data, err := os.ReadFile(samples + "Accounts3.sqlite" + suffix)
		if errors.Is(err, os.ErrNotExist) {
			t.Skip("the sample data of a real iOS 16 device is not at hand")
		}
		must(t, err)
		files = append(files, backuptest.File{Domain: "HomeDomain", Path: "Library/Accounts/Accounts3.sqlite" + suffix, Data: data})
	}
	written, err := backuptest.Write(t.TempDir(), backuptest.Backup{Password: "x", Files: slices.Values(files)})
	must(t, err)
	folder := find(t, written)
	h := Evidence(t.Context(), folder, unlocked(t, folder, shape{password: "x"}))
	if quota, err := h.Account.QuotaBytes.Get(); err != nil || quota != 5<<30 {
		t.Errorf("quota %d, %v", quota, err)
	}
	if on, err := h.Account.BackupEnabled.Get(); err != nil || !on {
		t.Errorf("backup enabled %v, %v", on, err)
	}
}

func TestReadFacts(t *testing.T) {
	for _, s := range shapes {
		b := Read(t.Context(), find(t, write(t, s)))
		if name, err := b.Device.Name.Get(); err != nil || name != "Ann's iPhone" || b.Device.UDID != backuptest.UDID {
			t.Errorf("%s: device %+v", s.name, b.Device)
		}
		if on, err := b.Encrypted.Get(); err != nil || on != (s.password != "") {
			t.Errorf("%s: encrypted %v, %v", s.name, on, err)
		}
		if state, err := b.SnapshotState.Get(); err != nil || state != "finished" {
			t.Errorf("%s: state %q, %v", s.name, state, err)
		}
		if date, err := b.Date.Get(); err != nil || !date.Equal(backuptest.Day) {
			t.Errorf("%s: date %v, %v", s.name, date, err)
		}
		if free, err := b.FreeBytes.Get(); err != nil || free == 0 {
			t.Errorf("%s: free %d, %v", s.name, free, err)
		}
	}
}

// A folder that disappears between finding and reading.
func TestReadVanished(t *testing.T) {
	b := Read(t.Context(), Folder{Path: filepath.Join(t.TempDir(), "gone"), UDID: backuptest.UDID})
	if _, err := b.SnapshotState.Get(); !errors.Is(err, device.Absent) || b.Device.UDID != backuptest.UDID {
		t.Errorf("%+v", b)
	}
}
