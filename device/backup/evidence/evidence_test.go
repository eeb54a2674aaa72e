package evidence

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"howett.net/plist"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup/database"
)

func marshal(t testing.TB, value any) []byte {
	t.Helper()
	data, err := plist.Marshal(value, plist.BinaryFormat)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// is fails unless a fact is known and has the value wanted.
func is[T comparable](t *testing.T, what string, fact device.Fact[T], want T) {
	t.Helper()
	if got, err := fact.Get(); err != nil || got != want {
		t.Errorf("%s: %v, %v; want %v", what, got, err, want)
	}
}

// lacks fails unless a fact is unknown for the reason wanted.
func lacks[T any](t *testing.T, what string, fact device.Fact[T], want device.Reason) {
	t.Helper()
	if got, err := fact.Get(); !errors.Is(err, want) {
		t.Errorf("%s: %v, %v; want %v", what, got, err, want)
	}
}

var day = time.Date(2026, 3, 14, 15, 9, 26, 0, time.UTC)

func TestMobileBackup(t *testing.T) {
	data := marshal(t, map[string]any{
		"AccountEnabledDate": day.AddDate(-1, 0, 0),
		"BackupStateInfo": map[string]any{
			"state": 4, "progress": 1.0, "isCloud": true, "backupAttemptCount": 3,
			"errors": []any{
				map[string]any{"domain": "MBErrorDomain", "code": 0, "localizedDescription": "Backup succeeded", "date": day.AddDate(0, 0, -9)},
				map[string]any{
					"domain": "MBErrorDomain", "code": 303, "localizedDescription": "Not enough", "date": day, "BuildVersion": "22F76",
					"underlyingErrors": []any{map[string]any{
						"domain": "CKErrorDomain", "code": 25, "underlyingError": map[string]any{"domain": "CKInternalErrorDomain", "code": 2035},
					}},
				},
				map[string]any{"domain": "no code"},
				"not even a dictionary",
			},
		},
		"LastOnConditionEvents": []any{seventeen, "garbage"},
		"PreflightSizing":       map[string]any{"_TotalSize": 31_198_674, "HomeDomain": 1000, "AppDomain-com.example": 9000},
		"FailureCount":          5,
		"RetryAfter":            day.AddDate(0, 0, 1),
		"RestoreInfo":           map[string]any{"RestoreDate": day.AddDate(0, -2, 0), "WasCloudRestore": true},

		"FetchMissingKeysAtNextUnlock": false, "NotifyDaemonNextTimeKeyBagIsUnlocked": true,
	})
	var h device.History
	if err := MobileBackup(&h, data); err != nil {
		t.Fatal(err)
	}
	results, err := h.CloudBackup.Results.Get()
	if err != nil || len(results) != 2 {
		t.Fatalf("results %+v, %v", results, err)
	}
	if newest := results[0]; newest.Code != 303 || newest.Domain != "MBErrorDomain" ||
		!cmp.Equal(newest.Underlying, []device.PastCause{{Domain: "CKErrorDomain", Code: 25}, {Domain: "CKInternalErrorDomain", Code: 2035}}) {
		t.Errorf("newest result %+v", newest)
	}
	if results[1].Code != 0 {
		t.Errorf("the older result, a success: %+v", results[1])
	}
	is(t, "attempts", h.CloudBackup.AttemptCount, 3)
	is(t, "failures", h.Schedule.FailureCount, 5)
	is(t, "keys missing", h.Schedule.KeysMissing, true)
	is(t, "total", h.Next.TotalBytes, 31_198_674)
	domains, err := h.Next.Domains.Get()
	if err != nil || !cmp.Equal(domains, []device.DomainSize{{Domain: "AppDomain-com.example", Bytes: 9000}, {Domain: "HomeDomain", Bytes: 1000}}) {
		t.Errorf("domains %+v, %v", domains, err)
	}
	is(t, "from iCloud", h.Restore.FromCloud, true)
	is(t, "restore pending", h.Restore.Pending, false)
	lacks(t, "retry on battery", h.Schedule.BatteryRetryAfter, device.Absent)
	if windows, err := h.Schedule.Windows.Get(); err != nil || len(windows) != 1 {
		t.Errorf("windows %+v, %v", windows, err)
	}
}

// Some versions store a switch as an integer.
func TestMissingKeysAsIntegerOrBoolean(t *testing.T) {
	for value, want := range map[any]device.Fact[bool]{
		true: device.Known(true), false: device.Known(false), 1: device.Known(true), 0: device.Known(false),
		"yes": device.Unknown[bool](device.WrongType),
	} {
		var h device.History
		if err := MobileBackup(&h, marshal(t, map[string]any{"FetchMissingKeysAtNextUnlock": value})); err != nil {
			t.Fatal(err)
		}
		if h.Schedule.KeysMissing != want {
			t.Errorf("%v: %+v, want %+v", value, h.Schedule.KeysMissing, want)
		}
	}
}

// What cannot be read is neither none nor no.
func TestMobileBackupThatCannotBeRead(t *testing.T) {
	failed := map[string]any{"code": 303, "date": day}
	for name, errors := range map[string][]any{
		"a code that is a text":      {map[string]any{"code": "303", "date": day}},
		"no dictionary":              {"303"},
		"a newer one that succeeded": {map[string]any{"code": 0, "date": day.Add(time.Hour)}, failed, "303"},
	} {
		var h device.History
		if err := MobileBackup(&h, marshal(t, map[string]any{"BackupStateInfo": map[string]any{"errors": errors}})); err != nil {
			t.Fatal(err)
		}
		lacks(t, name, h.CloudBackup.Results, device.Malformed)
	}
	var h device.History
	err := MobileBackup(&h, marshal(t, map[string]any{
		"LastOnConditionEvents": []any{"garbage", 5}, "RestoreStateInfo": false, "FetchMissingKeysAtNextUnlock": false, "NotifyDaemonNextTimeKeyBagIsUnlocked": "no",
	}))
	if err != nil {
		t.Fatal(err)
	}
	lacks(t, "windows", h.Schedule.Windows, device.Malformed)
	if h.Schedule.UnreadWindows != 2 {
		t.Errorf("%d windows unread, want 2", h.Schedule.UnreadWindows)
	}
	lacks(t, "restore pending", h.Restore.Pending, device.WrongType)
	lacks(t, "keys missing", h.Schedule.KeysMissing, device.WrongType)
}

// Entries that cannot be read are counted beside those that can.
func TestMobileBackupReadInPart(t *testing.T) {
	var h device.History
	err := MobileBackup(&h, marshal(t, map[string]any{
		"BackupStateInfo":       map[string]any{"errors": []any{"303", map[string]any{"code": 303, "date": day}}},
		"LastOnConditionEvents": []any{"garbage", "2023-05-19T21:38:16.693-04:00|37457.724|1|1|1|0|1|0|120|0|37299|0||0|2|0|0"},
	}))
	if err != nil {
		t.Fatal(err)
	}
	results, errResults := h.CloudBackup.Results.Get()
	windows, errWindows := h.Schedule.Windows.Get()
	if errResults != nil || errWindows != nil || len(results) != 1 || len(windows) != 1 || h.CloudBackup.UnreadResults != 1 || h.Schedule.UnreadWindows != 1 {
		t.Errorf("%+v, %+v", h.CloudBackup, h.Schedule)
	}
}

func TestRestorePending(t *testing.T) {
	var h device.History
	if err := MobileBackup(&h, marshal(t, map[string]any{"RestoreStateInfo": map[string]any{"state": 1}})); err != nil {
		t.Fatal(err)
	}
	is(t, "restore pending", h.Restore.Pending, true)
}

// A setting that cannot be read of one network is unknown, not off.
func TestKnownNetworks(t *testing.T) {
	network := func(at time.Time, low any) map[string]any {
		network := map[string]any{"LastAssociatedAt": at}
		if low != nil {
			network["LowDataMode"] = low
		}
		return network
	}
	unknown := func(why device.Reason) device.Fact[bool] { return device.Unknown[bool](why) }
	for name, test := range map[string]struct {
		a, b   any
		low    device.Fact[uint64]
		newest device.Fact[bool]
	}{
		"on for the newest":    {network(day, true), network(day.Add(-time.Hour), nil), device.Known[uint64](1), device.Known(true)},
		"on for the other":     {network(day, nil), network(day.Add(-time.Hour), 1), device.Known[uint64](1), device.Known(false)},
		"a text":               {network(day, "true"), network(day.Add(-time.Hour), nil), device.Unknown[uint64](device.WrongType), unknown(device.WrongType)},
		"a text for the other": {network(day, true), network(day.Add(-time.Hour), "true"), device.Unknown[uint64](device.WrongType), device.Known(true)},
		"no dictionary":        {[]any{1}, network(day, nil), device.Unknown[uint64](device.WrongType), unknown(device.WrongType)},
		"joined in the future": {network(day.AddDate(0, 10, 0), true), network(day, nil), device.Known[uint64](1), unknown(device.Implausible)},
		"joined together":      {network(day, true), network(day, nil), device.Known[uint64](1), unknown(device.Inconclusive)},
		"together, both on":    {network(day, true), network(day, true), device.Known[uint64](2), device.Known(true)},
		"a date that is text":  {network(day, true), map[string]any{"LastAssociatedAt": "today"}, device.Known[uint64](1), unknown(device.WrongType)},
		"never joined":         {network(day, true), map[string]any{}, device.Known[uint64](1), device.Known(true)},
	} {
		h := device.History{AsOf: device.Known(day)}
		if err := KnownNetworks(&h, marshal(t, map[string]any{"wifi.network.ssid.A": test.a, "wifi.network.ssid.B": test.b, "version": 3})); err != nil {
			t.Fatal(err)
		}
		is(t, name, h.Network.KnownNetworks, 2)
		if h.Network.LowDataMode != test.low || h.Network.NewestLowData != test.newest {
			t.Errorf("%s: on for %+v, for the newest %+v", name, h.Network.LowDataMode, h.Network.NewestLowData)
		}
	}
}

// iCloud Backup is off if it is off for every Apple Account and every class can be read.
func TestBackupClassOfAccounts(t *testing.T) {
	for name, test := range map[string]struct {
		change string
		want   device.Fact[bool]
	}{
		"on":               {"INSERT INTO Z_2ENABLEDDATACLASSES VALUES (1, 1)", device.Known(true)},
		"off":              {"", device.Known(false)},
		"on for a second":  {"INSERT INTO ZACCOUNT VALUES (2, 1, 1, 1, NULL); INSERT INTO Z_2ENABLEDDATACLASSES VALUES (2, 1)", device.Known(true)},
		"off for a second": {"INSERT INTO ZACCOUNT VALUES (2, 1, 1, 1, NULL); INSERT INTO Z_2ENABLEDDATACLASSES VALUES (2, 2)", device.Known(false)},
		"on for another account, of another kind": {"INSERT INTO ZACCOUNT VALUES (2, 2, 1, 1, NULL); INSERT INTO Z_2ENABLEDDATACLASSES VALUES (2, 1)", device.Known(false)},
		"names that cannot be read":               {"UPDATE ZDATACLASS SET ZNAME = NULL", device.Unknown[bool](device.Malformed)},
		"a name that is too long":                 {"UPDATE ZDATACLASS SET ZNAME = zeroblob(70000) WHERE Z_PK = 2", device.Unknown[bool](device.Malformed)},
		"a class without a row":                   {"INSERT INTO Z_2ENABLEDDATACLASSES VALUES (1, 99)", device.Unknown[bool](device.Malformed)},
		"a class that is not known":               {"DELETE FROM ZDATACLASS WHERE Z_PK = 1", device.Unknown[bool](device.Malformed)},
	} {
		t.Run(name, func(t *testing.T) {
			var h device.History
			if err := Accounts(&h, accountsDatabase(t, test.change)); err != nil {
				t.Fatal(err)
			}
			if h.Account.BackupEnabled != test.want {
				t.Errorf("%+v, want %+v", h.Account.BackupEnabled, test.want)
			}
		})
	}
}

// An account of a type that cannot be read may be an Apple Account. One of another type is not.
func TestSignedInIsUnknownForAnUnknownType(t *testing.T) {
	for name, test := range map[string]struct {
		change string
		want   device.Fact[bool]
	}{
		"an Apple Account":        {"", device.Known(true)},
		"of another type":         {"UPDATE ZACCOUNT SET ZACCOUNTTYPE = 2", device.Known(false)},
		"no account":              {"DELETE FROM ZACCOUNT", device.Known(false)},
		"a type without a row":    {"DELETE FROM ZACCOUNTTYPE", device.Unknown[bool](device.Malformed)},
		"no type":                 {"UPDATE ZACCOUNT SET ZACCOUNTTYPE = NULL", device.Unknown[bool](device.Malformed)},
		"a type without a name":   {"UPDATE ZACCOUNTTYPE SET ZIDENTIFIER = NULL", device.Unknown[bool](device.Malformed)},
		"a name that is no text":  {"UPDATE ZACCOUNTTYPE SET ZIDENTIFIER = x'62706c697374'", device.Unknown[bool](device.Malformed)},
		"and another, of no type": {"INSERT INTO ZACCOUNT VALUES (2, NULL, 1, 1, NULL)", device.Known(true)},
	} {
		var h device.History
		if err := Accounts(&h, accountsDatabase(t, test.change)); err != nil {
			AccountsUnknown(&h, err)
		}
		if h.Account.SignedIn != test.want {
			t.Errorf("%s: %+v, want %+v", name, h.Account.SignedIn, test.want)
		}
	}
}

// A value that is missing is not false, and a date that cannot be right is not one.
func TestAccountsWithoutValues(t *testing.T) {
	for name, test := range map[string]struct {
		authenticated, rejected string
		wantIn                  device.Fact[bool]
		wantRejected            error
	}{
		"all":           {"0", "700000000", device.Known(false), nil},
		"none":          {"NULL", "NULL", device.Unknown[bool](device.Absent), device.Absent},
		"in the future": {"1", "3900000000", device.Known(true), device.Implausible},
		"before iCloud": {"1", "300000000", device.Known(true), device.Implausible},
	} {
		h := device.History{AsOf: device.Known(day)}
		change := "UPDATE ZACCOUNT SET ZAUTHENTICATED = " + test.authenticated + ", ZLASTCREDENTIALRENEWALREJECTIONDATE = " + test.rejected
		if err := Accounts(&h, accountsDatabase(t, change)); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Account.RenewalRejected.Get(); h.Account.Authenticated != test.wantIn || !errors.Is(err, test.wantRejected) {
			t.Errorf("%s: authenticated %+v, rejected %+v", name, h.Account.Authenticated, h.Account.RenewalRejected)
		}
	}
}

// An attempt before there was an iCloud Backup has no date, so it may have been made since the last
// good one.
func TestAttemptBeforeICloudBackup(t *testing.T) {
	for at, want := range map[time.Time]error{day: nil, time.Unix(0, 0): device.Implausible} {
		var h device.History
		state := map[string]any{"errors": []any{map[string]any{"domain": "MBErrorDomain", "code": 303, "date": at}}}
		if err := MobileBackup(&h, marshal(t, map[string]any{"BackupStateInfo": state})); err != nil {
			t.Fatal(err)
		}
		results, err := h.CloudBackup.Results.Get()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := results[0].At.Get(); !errors.Is(err, want) {
			t.Errorf("%v: %v", at, err)
		}
	}
}

// A plan of no storage, a backup of no size and a whole smaller than a part are not sizes.
func TestSizesThatCannotBeRight(t *testing.T) {
	for quota, want := range map[uint64]device.Fact[uint64]{
		0: device.Unknown[uint64](device.Implausible), 1: device.Unknown[uint64](device.Implausible),
		5368709120: device.Known[uint64](5368709120), 1 << 60: device.Unknown[uint64](device.Implausible),
	} {
		archive := marshal(t, map[string]any{
			"$archiver": "NSKeyedArchiver", "$version": 100000, "$top": map[string]any{"root": plist.UID(1)}, "$objects": []any{"$null", quota},
		})
		var h device.History
		change := fmt.Sprintf("INSERT INTO ZACCOUNTPROPERTY VALUES (1, 1, 'lastKnownQuota', x'%x')", archive)
		if err := Accounts(&h, accountsDatabase(t, change)); err != nil {
			t.Fatal(err)
		}
		if h.Account.QuotaBytes != want {
			t.Errorf("%d: %+v", quota, h.Account.QuotaBytes)
		}
	}
	for name, test := range map[string]struct {
		sizes map[string]any
		want  device.Fact[uint64]
	}{
		"a sum":            {map[string]any{"_TotalSize": 700, "HomeDomain": 600, "AppDomain-a": 100}, device.Known[uint64](700)},
		"a whole alone":    {map[string]any{"_TotalSize": 700}, device.Known[uint64](700)},
		"nothing":          {map[string]any{"_TotalSize": 0}, device.Unknown[uint64](device.Implausible)},
		"less than a part": {map[string]any{"_TotalSize": 100, "HomeDomain": 600}, device.Unknown[uint64](device.Implausible)},
		"too much":         {map[string]any{"_TotalSize": uint64(1) << 62}, device.Unknown[uint64](device.Implausible)},
	} {
		var h device.History
		if err := MobileBackup(&h, marshal(t, map[string]any{"PreflightSizing": test.sizes})); err != nil {
			t.Fatal(err)
		}
		if h.Next.TotalBytes != test.want {
			t.Errorf("%s: %+v", name, h.Next.TotalBytes)
		}
	}
}

// accountsDatabase opens an accounts database with one Apple Account, changed by a script.
func accountsDatabase(t *testing.T, change string) *database.Conn {
	t.Helper()
	path := filepath.Join(t.TempDir(), "Accounts3.sqlite")
	file, err := sqlite.OpenConn(path, sqlite.OpenReadWrite, sqlite.OpenCreate)
	if err != nil {
		t.Fatal(err)
	}
	err = sqlitex.ExecuteScript(file, `
		CREATE TABLE ZACCOUNT (Z_PK INTEGER PRIMARY KEY, ZACCOUNTTYPE INTEGER, ZACTIVE INTEGER, ZAUTHENTICATED INTEGER, ZLASTCREDENTIALRENEWALREJECTIONDATE REAL);
		CREATE TABLE ZACCOUNTTYPE (Z_PK INTEGER PRIMARY KEY, ZIDENTIFIER TEXT);
		CREATE TABLE ZDATACLASS (Z_PK INTEGER PRIMARY KEY, ZNAME);
		CREATE TABLE ZACCOUNTPROPERTY (Z_PK INTEGER PRIMARY KEY, ZOWNER INTEGER, ZKEY TEXT, ZVALUE BLOB);
		CREATE TABLE Z_2ENABLEDDATACLASSES (Z_2ENABLEDACCOUNTS INTEGER, Z_7ENABLEDDATACLASSES INTEGER);
		CREATE TABLE Z_2PROVISIONEDDATACLASSES (Z_2PROVISIONEDACCOUNTS INTEGER, Z_7PROVISIONEDDATACLASSES INTEGER);
		INSERT INTO ZACCOUNTTYPE VALUES (1, 'com.apple.account.AppleAccount'), (2, 'com.apple.account.HolidayCalendar');
		INSERT INTO ZDATACLASS VALUES (1, 'com.apple.Dataclass.Backup'), (2, 'com.apple.Dataclass.Mail');
		INSERT INTO ZACCOUNT VALUES (1, 1, 1, 1, NULL);
		INSERT INTO Z_2ENABLEDDATACLASSES VALUES (1, 2);`+change, nil)
	if err := errors.Join(err, file.Close()); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := database.OpenWithLog(t.Context(), bytes.NewReader(data), strings.NewReader(""))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// If iCloud Backup was never used, the file is an empty dictionary.
func TestMobileBackupNeverUsed(t *testing.T) {
	var h device.History
	if err := MobileBackup(&h, marshal(t, map[string]any{})); err != nil {
		t.Fatal(err)
	}
	lacks(t, "results", h.CloudBackup.Results, device.Absent)
	lacks(t, "windows", h.Schedule.Windows, device.Absent)
	lacks(t, "size", h.Next.TotalBytes, device.Absent)
	is(t, "restore pending", h.Restore.Pending, false)
}

// One event of each form; the first and the second to last are real.
const (
	seventeen = "2023-05-19T21:38:16.693-04:00|37457.724|1|1|1|0|1|0|120|0|37299|0||0|2|0|0"
	eighteen  = "2023-02-22T10:24:49.051-08:00|158966.533|1|1|0|1|1|0|120|73683|15023|0|MBErrorDomain|209|2|0|0|1"
	nineteen  = "2023-02-22T10:24:49.051-08:00|158966.533|1|1|0|1|1|0|120|73683|15023|0|MBErrorDomain|209|2|0|0|0|0"
)

func TestParseWindow(t *testing.T) {
	night, err := ParseWindow(seventeen)
	if err != nil {
		t.Fatal(err)
	}
	if !night.Start.Equal(time.Date(2023, 5, 20, 1, 38, 16, 693e6, time.UTC)) || night.Seconds != 37457.724 {
		t.Errorf("start %v, %v s", night.Start, night.Seconds)
	}
	is(t, "power at its end", night.OnPower, true)
	is(t, "Wi-Fi at its end", night.OnWiFi, false)
	is(t, "locked at its end", night.Locked, true)
	is(t, "seconds since the last backup", night.SinceSeconds, 37299)
	lacks(t, "error", night.Error, device.Absent)
	lacks(t, "cellular allowed", night.CellularAllowed, device.NotAsked)

	for event, allowed := range map[string]bool{eighteen: true, nineteen: false} {
		window, err := ParseWindow(event)
		if err != nil {
			t.Fatal(err)
		}
		is(t, "locked", window.Locked, false)
		is(t, "error", window.Error, device.PastCause{Domain: "MBErrorDomain", Code: 209})
		is(t, "cellular allowed", window.CellularAllowed, allowed)
	}
}

func TestParseWindowRefuses(t *testing.T) {
	for name, event := range map[string]string{
		"empty":             "",
		"sixteen fields":    seventeen[:strings.LastIndex(seventeen, "|")],
		"no date":           strings.Replace(seventeen, "2023-05-19T", "yesterday ", 1),
		"endless":           strings.Replace(seventeen, "37457.724", "Inf", 1),
		"negative":          strings.Replace(seventeen, "37457.724", "-1", 1),
		"a hundred fields":  seventeen + strings.Repeat("|0", 100),
		"longer than lines": seventeen + "|" + strings.Repeat("0", maxEvent),
	} {
		if window, err := ParseWindow(event); !errors.Is(err, device.Malformed) {
			t.Errorf("%s: %+v, %v", name, window, err)
		}
	}
}

// Seconds since 1970 and since 2001 are distinguished as the device does.
func TestLastBackups(t *testing.T) {
	cocoa := day.Add(-24 * time.Hour).Sub(cocoaEpoch).Seconds()
	for name, test := range map[string]struct {
		value any
		want  time.Time
		why   device.Reason
	}{
		"since 2001":    {value: int(cocoa), want: day.Add(-24 * time.Hour)},
		"since 2001.5":  {value: cocoa, want: day.Add(-24 * time.Hour)},
		"since 1970":    {value: int(day.Unix()), want: day},
		"a date":        {value: day, want: day},
		"before iCloud": {value: time.Date(2009, 1, 1, 0, 0, 0, 0, time.UTC), why: device.Implausible},
		"in the future": {value: day.AddDate(1, 0, 0), why: device.Implausible},
		"negative":      {value: -5, why: device.Implausible},
		"beyond reason": {value: 1e300, why: device.Implausible},
		"a text":        {value: "yesterday", why: device.WrongType},
	} {
		var h device.History
		data := marshal(t, map[string]any{"CloudBackupEnabled": true, "LastCloudBackupDate": test.value, "RequiresEncryption": 1})
		if err := LastBackups(&h, data, day); err != nil {
			t.Fatal(err)
		}
		if test.why != "" {
			lacks(t, name, h.CloudBackup.Last, test.why)
		} else {
			is(t, name, h.CloudBackup.Last, test.want)
		}
		is(t, "requires encryption", h.CloudBackup.RequiresEncryption, true)
	}
}

// "preference" says how profiles are merged; only "value" is a restriction.
func TestEffectiveSettings(t *testing.T) {
	settings := func(entry map[string]any) []byte {
		return marshal(t, map[string]any{"restrictedBool": map[string]any{"allowCloudBackup": entry}})
	}
	for name, test := range map[string]struct {
		files [][]byte
		want  device.Fact[bool]
	}{
		"allowed":           {[][]byte{settings(map[string]any{"value": true})}, device.Known(true)},
		"forbidden":         {[][]byte{settings(map[string]any{"value": false})}, device.Known(false)},
		"preference only":   {[][]byte{settings(map[string]any{"preference": false})}, device.Unknown[bool](device.Absent)},
		"forbidden in one":  {[][]byte{settings(map[string]any{"value": false}), settings(map[string]any{"value": true})}, device.Known(false)},
		"forbidden in next": {[][]byte{settings(map[string]any{"value": true}), settings(map[string]any{"value": false})}, device.Known(false)},
		"known in one":      {[][]byte{settings(map[string]any{"value": true}), settings(nil)}, device.Known(true)},
	} {
		var h device.History
		for _, data := range test.files {
			if err := EffectiveSettings(&h, data); err != nil {
				t.Fatal(err)
			}
		}
		if got := h.Restrictions.CloudBackupAllowed; got != test.want {
			t.Errorf("%s: %+v, want %+v", name, got, test.want)
		}
	}
}

// A file that cannot be read may forbid what another allows, whichever is read first.
func TestEffectiveSettingsUnread(t *testing.T) {
	settings := func(value bool) []byte {
		return marshal(t, map[string]any{"restrictedBool": map[string]any{"allowCloudBackup": map[string]any{"value": value}}})
	}
	for _, allowed := range []bool{true, false} {
		want := device.Known(false)
		if allowed {
			want = device.Unknown[bool](device.Malformed)
		}
		var before, after device.History
		EffectiveUnread(&before, device.Malformed)
		if err := errors.Join(EffectiveSettings(&before, settings(allowed)), EffectiveSettings(&after, settings(allowed))); err != nil {
			t.Fatal(err)
		}
		EffectiveUnread(&after, device.Malformed)
		EffectiveUnread(&after, device.Absent)
		if before.Restrictions.CloudBackupAllowed != want || after.Restrictions.CloudBackupAllowed != want {
			t.Errorf("allowed %v: %+v, %+v, want %+v", allowed, before.Restrictions.CloudBackupAllowed, after.Restrictions.CloudBackupAllowed, want)
		}
	}
}

// Each restriction is read from its own entry.
func TestEffectiveSettingsOfAccountsAndEncryption(t *testing.T) {
	var h device.History
	err := EffectiveSettings(&h, marshal(t, map[string]any{"restrictedBool": map[string]any{
		"allowAccountModification": map[string]any{"value": false},
		"forceEncryptedBackup":     map[string]any{"value": true},
	}}))
	if err != nil {
		t.Fatal(err)
	}
	is(t, "account changes allowed", h.Restrictions.AccountChangesAllowed, false)
	is(t, "encryption forced", h.Restrictions.EncryptionForced, true)
	if _, err := h.Restrictions.CloudBackupAllowed.Get(); !errors.Is(err, device.Absent) {
		t.Errorf("iCloud Backup allowed, where nothing says so: %v", err)
	}
}

const samples = "../../../../shared/data/ios16-accounts/"

func sample(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(samples, name))
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("the sample data of a real iOS 16 device is not at hand")
	}
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestRealNetworks(t *testing.T) {
	var h device.History
	data := sample(t, "com.apple.wifi.known-networks.plist")
	if err := KnownNetworks(&h, data); err != nil {
		t.Fatal(err)
	}
	if err := WiFi(&h, sample(t, "com.apple.wifi.plist")); err != nil {
		t.Fatal(err)
	}
	is(t, "known networks", h.Network.KnownNetworks, 5)
	is(t, "in Low Data Mode", h.Network.LowDataMode, 0)
	is(t, "captive", h.Network.Captive, 2)
	is(t, "newest in Low Data Mode", h.Network.NewestLowData, false)
	is(t, "Wi-Fi on", h.Network.WiFiOn, false)
}

// A real accounts database, most of which is in its log.
func TestRealAccounts(t *testing.T) {
	main, log := sample(t, "Accounts3.sqlite"), sample(t, "Accounts3.sqlite-wal")
	conn, err := database.OpenWithLog(t.Context(), strings.NewReader(string(main)), strings.NewReader(string(log)))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	var h device.History
	if err := Accounts(&h, conn); err != nil {
		t.Fatal(err)
	}
	is(t, "signed in", h.Account.SignedIn, true)
	is(t, "authenticated", h.Account.Authenticated, true)
	is(t, "backup enabled", h.Account.BackupEnabled, true)
	is(t, "backup offered", h.Account.BackupOffered, true)
	is(t, "quota", h.Account.QuotaBytes, 5368709120)
	is(t, "subscriber", h.Account.Subscriber, false)
	is(t, "managed", h.Account.Managed, false)
	is(t, "terms pending", h.Account.TermsPending, false)
	lacks(t, "renewal rejected", h.Account.RenewalRejected, device.Absent)
}

func FuzzMobileBackup(f *testing.F) {
	f.Add(marshal(f, map[string]any{"BackupStateInfo": map[string]any{"errors": []any{map[string]any{"code": 1}}}, "LastOnConditionEvents": []any{seventeen}}))
	f.Fuzz(func(t *testing.T, data []byte) {
		var h device.History
		if MobileBackup(&h, data) != nil {
			return
		}
		if results, err := h.CloudBackup.Results.Get(); err == nil && len(results) > maxResults {
			t.Errorf("%d results", len(results))
		}
	})
}

func FuzzParseWindow(f *testing.F) {
	for _, event := range []string{seventeen, eighteen, nineteen} {
		f.Add(event)
	}
	f.Fuzz(func(t *testing.T, event string) {
		window, err := ParseWindow(event)
		if err == nil && (window.Seconds < 0 || window.Start.IsZero() && !strings.HasPrefix(event, "0001")) {
			t.Errorf("%q: %+v", event, window)
		}
	})
}
