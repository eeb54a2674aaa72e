package mobilebackup_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"howett.net/plist"

	"github.com/backupdoctor/backupdoctor/device/sim/mobilebackup"
	"github.com/backupdoctor/backupdoctor/testdata/backuphost"
)

const udid = "00008030-000E11000A84802E"

// A link carries a session over a pipe, without faults.
type link struct {
	net.Conn
	out   *bufio.Writer
	mu    sync.Mutex
	posts []string
}

func (l *link) Send(_ string, message []any) error {
	body, err := plist.Marshal(message, plist.BinaryFormat)
	if err != nil {
		return err
	}
	l.out.Write(binary.BigEndian.AppendUint32(nil, uint32(len(body))))
	l.out.Write(body)
	return l.out.Flush()
}

func (l *link) Part(place string, data []byte) error {
	if _, err := l.out.Write(data); err != nil || place != "end" {
		return err
	}
	return l.out.Flush()
}

func (l *link) Path(path string) string { return path }

func (l *link) Post(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.posts = append(l.posts, name)
}

func (l *link) Wait(float64) error { return nil }

// session connects an agent to a host function.
func session(a *mobilebackup.Agent, host func(io.ReadWriter) (backuphost.Response, error)) (backuphost.Response, []string, error) {
	near, far := net.Pipe()
	l := &link{Conn: far, out: bufio.NewWriter(far)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer far.Close()
		a.Serve(l, mobilebackup.Identity{
			UDID:     udid,
			Lockdown: map[string]any{"UniqueDeviceID": udid, "ProductType": "iPhone17,3", "SerialNumber": "F2LLX0000001"},
			Now:      time.Date(2026, 3, 14, 15, 9, 26, 0, time.UTC),
		})
	}()
	response, err := host(near)
	near.Close()
	<-done
	return response, l.posts, err
}

// backup makes a backup on a host and checks the resulting code.
func backup(t *testing.T, a *mobilebackup.Agent, host *backuphost.Host, full bool, code int) backuphost.Response {
	t.Helper()
	response, _, err := session(a, func(conn io.ReadWriter) (backuphost.Response, error) { return host.Backup(conn, udid, full) })
	if err != nil || response.Code != code {
		t.Fatalf("backup ended with %d %q, %v; want %d", response.Code, response.Text, err, code)
	}
	return response
}

// someFiles returns files of every kind, more than one batch.
func someFiles() []mobilebackup.File {
	return slices.Concat(
		mobilebackup.Numbered("HomeDomain", "Library/Small", 130, 60),
		mobilebackup.Numbered("AppDomain-com.example.app", "Documents", 3, 270_000),
		[]mobilebackup.File{
			{Domain: "HomeDomain", Path: "Library", Kind: mobilebackup.Directory},
			{Domain: "HomeDomain", Path: "Library/Link", Kind: mobilebackup.Symlink, Target: "Small"},
			{Domain: "HomeDomain", Path: "Library/Empty", Data: []byte{}},
			{Domain: "HealthDomain", Path: "Health/health.bin", Size: 500, Seed: 3, OnlyEncrypted: true},
		},
	)
}

// kind returns the kind of the last session.
func kind(a *mobilebackup.Agent) string {
	sessions := a.Sessions()
	return sessions[len(sessions)-1].Kind
}

// holds fails the test unless the host has the device's files and can restore them.
func holds(t *testing.T, a *mobilebackup.Agent, host *backuphost.Host) {
	t.Helper()
	response, _, err := session(a, func(conn io.ReadWriter) (backuphost.Response, error) { return host.Restore(conn, udid, a.Password) })
	if err != nil || response.Code != 0 {
		t.Fatalf("restore: %d %q %v", response.Code, response.Text, err)
	}
	want := map[string]mobilebackup.Restored{}
	stored := 0
	for _, f := range a.Files() {
		if f.Kind == mobilebackup.Regular && !f.Unreadable && (a.Password != "" || !f.OnlyEncrypted) {
			want[f.Domain+"-"+f.Path] = mobilebackup.RestoredOf(f)
			stored++
		}
	}
	if diff := cmp.Diff(want, a.Restored()); diff != "" {
		t.Errorf("files (-device +restored)\n%s", diff)
	}
	if got := len(host.Files()) - len([]string{"Status.plist", "Manifest.plist", "Manifest.db"}); got != stored {
		t.Errorf("the host keeps %d files, want %d", got, stored)
	}
}

// state returns Status.plist of a host.
func state(t *testing.T, host *backuphost.Host) string {
	t.Helper()
	var status struct{ SnapshotState string }
	if _, err := plist.Unmarshal(host.Files()[udid+"/Status.plist"], &status); err != nil {
		t.Fatal(err)
	}
	return status.SnapshotState
}

func TestBackupsFollowTheHost(t *testing.T) {
	for name, password := range map[string]string{"plain": "", "encrypted": "secret"} {
		t.Run(name, func(t *testing.T) {
			a, host := mobilebackup.New(someFiles()...), &backuphost.Host{}
			a.Password = password
			full := backup(t, a, host, false, 0)
			holds(t, a, host)
			counts := map[string]int{}
			for _, message := range full.Messages {
				counts[message]++
			}
			want := map[string]int{
				"DLMessageVersionExchange": 1, "DLMessageDeviceReady": 1, "DLMessageProcessMessage": 2, "DLMessageGetFreeDiskSpace": 1,
				"DLMessageCreateDirectory": 514, "DLMessageUploadFiles": 4 + 2 + 2, "DLMessageMoveItems": 3, "DLMessageRemoveItems": 1,
				"DLMessageDownloadFiles": 4, "DLContentsOfDirectory": 2 * 257,
			}
			if diff := cmp.Diff(want, counts); diff != "" {
				t.Errorf("messages of a full backup (-want +got)\n%s", diff)
			}

			files := a.Files()
			files[0].Size++
			files[1].Modified = time.Date(2026, 3, 15, 0, 0, 0, 0, time.UTC)
			files[1].Seed = 77
			a.SetFiles(append(files[:5:5], files[6:]...))
			second := backup(t, a, host, false, 0)
			if kind(a) != "incremental" || second.Files != 2+2+4 {
				t.Errorf("%s backup of %d files, want an incremental one of 2, 2 lists and 4 states", kind(a), second.Files)
			}
			holds(t, a, host)
			if backup(t, a, host, true, 0); kind(a) != "full" {
				t.Errorf("%s backup, though a full one was demanded", kind(a))
			}
			holds(t, a, host)
		})
	}
}

// Size and time decide, as on real devices: a file that changes without changing either is not
// sent.
func TestAFileWithItsOldTimeIsNotSent(t *testing.T) {
	a, host := mobilebackup.New(someFiles()...), &backuphost.Host{}
	backup(t, a, host, false, 0)
	files := a.Files()
	files[0].Seed = 1000
	a.SetFiles(files)
	if again := backup(t, a, host, false, 0); again.Files != 2+4 {
		t.Errorf("%d files, want 2 lists and 4 states", again.Files)
	}
}

// backedUp is a device with a host that holds a backup of it.
type backedUp struct {
	device *mobilebackup.Agent
	host   *backuphost.Host
}

func newBackedUp(t *testing.T) backedUp {
	b := backedUp{mobilebackup.New(someFiles()...), &backuphost.Host{}}
	backup(t, b.device, b.host, false, 0)
	return b
}

func TestBackupsThatAreMadeFull(t *testing.T) {
	before := newBackedUp(t)
	for name, spoil := range map[string]func(*mobilebackup.Agent, *backuphost.Host){
		"a file is missing": func(_ *mobilebackup.Agent, h *backuphost.Host) {
			id := mobilebackup.File{Domain: "HomeDomain", Path: "Library/Empty"}.ID()
			h.Remove(udid + "/" + id[:2] + "/" + id)
		},
		"no status":              func(_ *mobilebackup.Agent, h *backuphost.Host) { h.Remove(udid + "/Status.plist") },
		"encrypted since":        func(a *mobilebackup.Agent, _ *backuphost.Host) { a.Password = "secret" },
		"a manifest of no bytes": func(_ *mobilebackup.Agent, h *backuphost.Host) { h.Put(udid+"/Manifest.plist", nil) },
		"a manifest of another version": func(_ *mobilebackup.Agent, h *backuphost.Host) {
			h.Put(udid+"/Manifest.plist", xml(`<key>Version</key><string>9.1</string>`))
		},
		"an old status": func(_ *mobilebackup.Agent, h *backuphost.Host) {
			h.Put(udid+"/Status.plist", xml(`<key>Version</key><string>2.4</string><key>SnapshotState</key><string>finished</string>`))
		},
	} {
		t.Run(name, func(t *testing.T) {
			a, host := before.device.Clone(), before.host.Clone()
			spoil(a, host)
			if backup(t, a, host, false, 0); kind(a) != "full" {
				t.Errorf("%s backup", kind(a))
			}
			holds(t, a, host)
		})
	}
}

func TestAPasswordThatChangedMakesAFullBackup(t *testing.T) {
	a, host := mobilebackup.New(someFiles()...), &backuphost.Host{}
	a.Password = "old"
	backup(t, a, host, false, 0)
	a.Password = "new"
	if backup(t, a, host, false, 0); kind(a) != "full" {
		t.Errorf("%s backup", kind(a))
	}
	holds(t, a, host)
}

func TestBackupsThatFail(t *testing.T) {
	const gib = 1 << 30
	before := newBackedUp(t)
	for name, test := range map[string]struct {
		spoil func(*mobilebackup.Agent, *backuphost.Host)
		code  int
	}{
		"no manifest":       {func(_ *mobilebackup.Agent, h *backuphost.Host) { h.Remove(udid + "/Manifest.plist") }, 205},
		"no database":       {func(_ *mobilebackup.Agent, h *backuphost.Host) { h.Remove(udid + "/Manifest.db") }, 205},
		"a broken database": {func(_ *mobilebackup.Agent, h *backuphost.Host) { h.Put(udid+"/Manifest.db", []byte("broken")) }, 205},
		"a broken status":   {func(_ *mobilebackup.Agent, h *backuphost.Host) { h.Put(udid+"/Status.plist", []byte("broken")) }, 205},
		"an unknown state": {func(_ *mobilebackup.Agent, h *backuphost.Host) {
			h.Put(udid+"/Status.plist", xml(`<key>Version</key><string>3.3</string>`))
		}, 205},
		"it may not be read": {func(_ *mobilebackup.Agent, h *backuphost.Host) { h.Fail, h.FailCode = "DLMessageDownloadFiles", -1 }, 103},
		"a full disk":        {func(_ *mobilebackup.Agent, h *backuphost.Host) { h.Fail, h.FailCode = "DLMessageUploadFiles", -15 }, 104},
		"an unknown answer":  {func(_ *mobilebackup.Agent, h *backuphost.Host) { h.Fail, h.FailCode = "DLMessageUploadFiles", -99 }, 100},
		"a folder is gone":   {func(_ *mobilebackup.Agent, h *backuphost.Host) { h.Fail, h.FailCode = "DLMessageMoveItems", -6 }, 205},
		"no room":            {func(_ *mobilebackup.Agent, h *backuphost.Host) { h.Free = 128 << 20 }, 105},
		"room is unknown":    {func(_ *mobilebackup.Agent, h *backuphost.Host) { h.Fail, h.FailCode = "DLMessageGetFreeDiskSpace", -1 }, 103},
		"clones are counted": {func(a *mobilebackup.Agent, h *backuphost.Host) {
			a.SpaceFactor, h.Free = 1e6, 100*gib
			a.SetFiles(a.Files()[:1])
			touch(a)
		}, 105},
		"encryption forced":  {func(a *mobilebackup.Agent, _ *backuphost.Host) { a.Required = true }, 207},
		"passcode declined":  {func(a *mobilebackup.Agent, _ *backuphost.Host) { a.Prompt = mobilebackup.Cancelled }, 208},
		"passcode not given": {func(a *mobilebackup.Agent, _ *backuphost.Host) { a.Prompt = mobilebackup.TimedOut }, 208},
		"not allowed": {func(a *mobilebackup.Agent, _ *backuphost.Host) {
			a.Refusal = &mobilebackup.Failure{Code: 22, Text: "Backup not allowed"}
		}, 22},
	} {
		t.Run(name, func(t *testing.T) {
			a, host := before.device.Clone(), before.host.Clone()
			test.spoil(a, host)
			response := backup(t, a, host, false, test.code)
			if !strings.Contains(response.Text, "(MBErrorDomain/") {
				t.Errorf("description %q", response.Text)
			}
		})
	}
}

// touch changes every file, so that all of them are sent.
func touch(a *mobilebackup.Agent) {
	files := a.Files()
	for i := range files {
		files[i].Modified = time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
		files[i].Size = 1 << 20
	}
	a.SetFiles(files)
}

func xml(values string) []byte {
	return []byte(`<?xml version="1.0"?><plist version="1.0"><dict>` + values + `</dict></plist>`)
}

// The missing space tells a host the size of a backup without receiving it.
func TestTheRoomAskedForTellsTheSize(t *testing.T) {
	a := mobilebackup.New(mobilebackup.Numbered("CameraRollDomain", "Media", 4, 1<<30)...)
	host := &backuphost.Host{Free: 1 << 20}
	var asked uint64
	host.Before = func(name string, message []any) error {
		if name == "DLMessagePurgeDiskSpace" {
			asked = message[1].(uint64)
		}
		return nil
	}
	backup(t, a, host, false, 105)
	if want := uint64(4<<30 + 128<<20); asked+host.Free-2<<30 != want {
		t.Errorf("asked to purge %d bytes, which is a size of %d; want %d", asked, asked+host.Free-2<<30, want)
	}
	if len(host.Files()) != 0 {
		t.Errorf("the host received %d files", len(host.Files()))
	}
}

func TestPasscodePromptIsAnnounced(t *testing.T) {
	host := &backuphost.Host{}
	_, posts, _ := session(mobilebackup.New(), func(conn io.ReadWriter) (backuphost.Response, error) { return host.Backup(conn, udid, false) })
	want := []string{"com.apple.LocalAuthentication.ui.presented", "com.apple.LocalAuthentication.ui.dismissed"}
	if diff := cmp.Diff(want, posts); diff != "" {
		t.Errorf("posted (-want +got)\n%s", diff)
	}
}

// A file that the device cannot read is omitted from the list, and the backup succeeds.
func TestAnUnreadableFileIsLeftOut(t *testing.T) {
	files := someFiles()
	files[2].Unreadable = true
	a, host := mobilebackup.New(files...), &backuphost.Host{}
	backup(t, a, host, false, 0)
	holds(t, a, host)
}

// A file that changes while it is being sent is sent again.
func TestAChangeWhileFilesAreSent(t *testing.T) {
	a, host := mobilebackup.New(someFiles()...), &backuphost.Host{}
	a.Sending = func(batch int) {
		if batch == 1 {
			files := a.Files()
			files[0].Size, files[0].Seed = 99, 99
			a.SetFiles(append(files[:1:1], files[2:]...))
		}
	}
	backup(t, a, host, false, 0)
	holds(t, a, host)
}

var errCut = errors.New("cut")

// A host that disconnects at any message and reconnects ends up with a complete backup, whether
// or not it had one before and whether or not the device still has its own copy.
func TestAHostThatLeavesAndComesAgain(t *testing.T) {
	for name, before := range map[string]bool{"first": false, "second": true} {
		for _, forgets := range []bool{false, true} {
			a := mobilebackup.New(someFiles()...)
			messages := cutAt(t, a, before, forgets, -1)
			at := rand.New(rand.NewPCG(1, 2)).Perm(messages)
			switch {
			case testing.Short():
				at = at[:1]
			case os.Getenv("BACKUPDOCTOR_LONG") == "":
				at = at[:4]
			}
			for _, k := range at {
				cutAt(t, a, before, forgets, k)
				if t.Failed() {
					t.Fatalf("%s backup, cut at message %d of %d, forgets: %v", name, k, messages, forgets)
				}
			}
		}
	}
}

// cutAt interrupts a backup at its k-th message and makes it again. It returns the number of
// messages.
func cutAt(t *testing.T, device *mobilebackup.Agent, before, forgets bool, k int) int {
	a, host := device.Clone(), &backuphost.Host{}
	if before {
		backup(t, a, host, false, 0)
		files := a.Files()
		files[0].Size, files[0].Seed = 99, 99
		a.SetFiles(append(files[:1:1], files[2:]...))
	}
	n := 0
	host.Before = func(string, []any) error {
		n++
		if n == k+1 {
			return errCut
		}
		return nil
	}
	_, _, err := session(a, func(conn io.ReadWriter) (backuphost.Response, error) { return host.Backup(conn, udid, false) })
	if k >= 0 && err != errCut {
		t.Errorf("ended with %v", err)
	}
	messages := n
	host.Before = nil
	if forgets {
		a.Forget()
	}
	backup(t, a, host, false, 0)
	if got := state(t, host); got != "finished" {
		t.Errorf("state %s", got)
	}
	holds(t, a, host)
	return messages
}

// Contents depend only on the seed, the size and the position, however they are read.
func TestContents(t *testing.T) {
	f := mobilebackup.File{Size: 200_001, Seed: 5}
	whole, err := io.ReadAll(f.Open())
	if err != nil || len(whole) != 200_001 {
		t.Fatalf("%d bytes, %v", len(whole), err)
	}
	var small bytes.Buffer
	if _, err := io.CopyBuffer(struct{ io.Writer }{&small}, struct{ io.Reader }{f.Open()}, make([]byte, 7)); err != nil || !bytes.Equal(whole, small.Bytes()) {
		t.Errorf("read in small pieces it differs: %v", err)
	}
	f.Seed = 6
	if other, _ := io.ReadAll(f.Open()); bytes.Equal(whole[:100], other[:100]) || bytes.Equal(whole[100_000:], other[100_000:]) {
		t.Error("another seed gives the same bytes")
	}
}
