package sim

import (
	"net"
	"slices"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/device/sim/mobilebackup"
	"github.com/backupdoctor/backupdoctor/testdata/backuphost"
)

// backupWith makes a backup, on the given host, of a device with faults.
func backupWith(t *testing.T, host *backuphost.Host, faults ...Fault) (backuphost.Response, *plugged, error) {
	near, far := net.Pipe()
	device := newPlugged(&Tray{now: time.Now}, &Device{
		Backup: mobilebackup.New(mobilebackup.Numbered("HomeDomain", "Library", 3, 1000)...),
		values: map[string]dict{"": {"UniqueDeviceID": "x"}},
	})
	s := &service{
		conn:   &conn{Conn: far, raw: far, closed: t.Context().Done(), faults: faults, detach: func() { far.Close() }},
		device: device,
		name:   backupService,
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer far.Close()
		s.backup()
	}()
	response, err := host.Backup(near, "x", false)
	near.Close()
	<-done
	return response, device, err
}

// Every fault that breaks a reply breaks the backup, in messages and within files, and pending
// requests of the host are ended.
func TestBackupFaults(t *testing.T) {
	kinds := map[Kind]bool{ // whether an affected message can still be read
		Truncated: false, Reset: false, Detach: false, Garbage: false, NoDict: false, WrongTypes: false, MissingKeys: false,
		BinaryPlist: true,
	}
	for _, place := range []string{backupService, backupService + " DLMessageUploadFiles", backupService + " block", backupService + " end"} {
		for kind, readable := range kinds {
			if stream := place == backupService+" block" || place == backupService+" end"; stream && slices.Contains([]Kind{Garbage, NoDict, WrongTypes, MissingKeys}, kind) {
				continue // streams contain no property lists
			}
			if kind == WrongTypes && place != backupService {
				continue // the host ignores the content of that message
			}
			fault := Fault{Kind: kind, At: place, After: 1}
			response, _, err := backupWith(t, &backuphost.Host{}, fault)
			if whole := err == nil && response.Code == 0; whole != readable {
				t.Errorf("%s at %s: code %d, %v", kind, place, response.Code, err)
			}
		}
	}
}

func TestAHostilePathTakesThePlaceOfOthers(t *testing.T) {
	const hostile = "../../etc/passwd"
	for _, name := range []string{"DLMessageCreateDirectory", "DLContentsOfDirectory", "DLMessageMoveItems", "DLMessageRemoveItems", "DLMessageDownloadFiles"} {
		seen := false
		host := &backuphost.Host{Before: func(got string, message []any) error {
			if got != name {
				return nil
			}
			switch paths := message[1].(type) {
			case string:
				seen = seen || paths == hostile
			case []any:
				seen = seen || slices.Contains(paths, any(hostile))
			case map[string]any:
				for _, to := range paths {
					seen = seen || to == hostile
				}
			}
			return net.ErrClosed
		}}
		if backupWith(t, host, Fault{Kind: HostilePath, At: backupService + " " + name, Error: hostile}); !seen {
			t.Errorf("%s: the path did not come", name)
		}
	}
	host := &backuphost.Host{}
	backupWith(t, host, Fault{Kind: HostilePath, At: backupService + " file", Error: "odd/file"})
	if _, ok := host.Files()["odd/file"]; !ok {
		t.Error("the path did not come with a file")
	}
}

func TestABackupEndsWithTheErrorOfAFault(t *testing.T) {
	fault := Fault{Kind: BackupError, At: backupService + " DLMessageMoveItems", Count: 100, Error: "Unexpected (MBErrorDomain/100)"}
	response, device, err := backupWith(t, &backuphost.Host{}, fault)
	if err != nil || response.Code != 100 || response.Text != fault.Error {
		t.Errorf("%d %q %v", response.Code, response.Text, err)
	}
	if !device.Backup.Finished().IsZero() {
		t.Error("the device counts it as finished")
	}
}
