package library

import (
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup/manifest"
	"github.com/backupdoctor/backupdoctor/device/host"
)

const udid = "00008110-001A2B3C4D5E6F70"

func open(t *testing.T) Library {
	t.Helper()
	l, err := Open(filepath.Join(t.TempDir(), "library"))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func change(t *testing.T, l Library) *Device {
	t.Helper()
	d, err := l.Change(udid)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// id returns an ID that begins with a byte.
func id(first byte, number uint32) (id manifest.FileID) {
	id[0] = first
	binary.BigEndian.PutUint32(id[16:], number)
	return id
}

// put writes a file as a device leaves it at the end of a run, or during one.
func put(t *testing.T, p *Partial, id manifest.FileID, text, below string) Received {
	t.Helper()
	name := id.String()
	folder := filepath.Join(p.Path, udid, below, name[:2])
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	fresh := filepath.Join(folder, "new")
	if err := errors.Join(os.WriteFile(fresh, []byte(text), 0o600), os.Rename(fresh, filepath.Join(folder, name))); err != nil {
		t.Fatal(err)
	}
	return Received{ID: id, Size: uint64(len(text)), SHA1: sha1.Sum([]byte(text)), SHA256: sha256.Sum256([]byte(text)), At: time.Unix(1_700_000_000, 0).UTC()}
}

func begin(t *testing.T, d *Device, full bool) *Partial {
	t.Helper()
	p, err := d.Begin(t.Context(), full, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

func finish(t *testing.T, p *Partial, at time.Time) Copy {
	t.Helper()
	c, err := p.Finish([]byte("<plist/>"), at)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var noon = time.Date(2025, 11, 29, 12, 0, 0, 0, time.UTC)

// A copy is unchanged while the next one is made from it by replacing, adding and removing
// files.
func TestCopies(t *testing.T) {
	l := open(t)
	d := change(t, l)
	p := begin(t, d, false)
	if p.Resumed || p.Base != "" {
		t.Errorf("%+v", p)
	}
	first, second, third := id(0x0a, 1), id(0x0a, 2), id(0xff, 3)
	if err := p.Keep([]Received{put(t, p, first, "one", ""), put(t, p, second, "two", "")}); err != nil {
		t.Fatal(err)
	}
	before := finish(t, p, noon)
	if d.HasPartial() || before.Name != "20251129T120000Z" {
		t.Errorf("%+v", before)
	}

	p = begin(t, d, false)
	if p.Base != before.Name || p.Shared == SharesNone {
		t.Errorf("%+v", p)
	}
	kept := []Received{put(t, p, first, "ONE!", ""), put(t, p, third, "three", "")}
	if err := errors.Join(p.Keep(kept), os.Remove(filepath.Join(p.Path, udid, "0a", second.String()))); err != nil {
		t.Fatal(err)
	}
	after := finish(t, p, noon) // the clock did not advance
	if !after.Made.After(before.Made) {
		t.Errorf("%v is not after %v", after.Made, before.Made)
	}
	for path, want := range map[string]string{
		filepath.Join(before.Folder, "0a", first.String()):  "one",
		filepath.Join(before.Folder, "0a", second.String()): "two",
		filepath.Join(after.Folder, "0a", first.String()):   "ONE!",
		filepath.Join(after.Folder, "ff", third.String()):   "three",
		filepath.Join(after.Folder, "Info.plist"):           "<plist/>",
	} {
		if text, err := os.ReadFile(path); err != nil || string(text) != want {
			t.Errorf("%s: %q, %v", path, text, err)
		}
	}
	index, err := IndexOf(after.Folder)
	if err != nil {
		t.Fatal(err)
	}
	defer index.Close()
	if r, ok := index.Find(first); !ok || r != kept[0] {
		t.Errorf("%+v, %v", r, ok)
	}
	if _, ok := index.Find(second); ok || index.count != 2 {
		t.Errorf("%d files, the removed one among them: %v", index.count, ok)
	}
}

func eachRecord(file io.Reader, do func(Received)) error {
	return records(file, func(r Received) error { do(r); return nil })
}

// A record of another copy counts only if that was proved and is unchanged: otherwise the file is to
// be read. A copy that changed since it was proved is not the base if there is another.
func TestInherited(t *testing.T) {
	d := change(t, open(t))
	make := func(at time.Time, proved bool) Copy {
		t.Helper()
		p := begin(t, d, false)
		if err := p.Keep([]Received{put(t, p, id(7, uint32(at.Hour())), "x", "")}); err != nil {
			t.Fatal(err)
		}
		c := finish(t, p, at)
		if proved {
			if err := SaveProof(c.Folder, Noted{ProvedAt: at, Whole: true}); err != nil {
				t.Fatal(err)
			}
		}
		return c
	}
	unseen := func(c Copy) (n int) {
		t.Helper()
		index, err := IndexOf(c.Folder)
		if err != nil {
			t.Fatal(err)
		}
		defer index.Close()
		err = eachRecord(index.file, func(r Received) {
			if r.At.IsZero() {
				n++
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	first := make(noon, true)
	second := make(noon.Add(time.Hour), false)
	if n := unseen(second); n != 0 {
		t.Errorf("%d files of a proved copy must be read", n)
	}
	third := make(noon.Add(2*time.Hour), true)
	if n := unseen(third); n != 2 {
		t.Errorf("%d files of an unproved copy must be read", n)
	}
	if err := Confirm(third.Folder, noon, false); err != nil || unseen(third) != 0 {
		t.Errorf("%d, %v", unseen(third), err)
	}
	if err := errors.Join(SaveProof(third.Folder, Noted{Whole: true}), d.Remove(second), os.Remove(filepath.Join(third.Folder, "07", id(7, 12).String()))); err != nil {
		t.Fatal(err)
	}
	p := begin(t, d, false)
	if p.Base != first.Name {
		t.Errorf("made from %q, which has changed", p.Base)
	}
	if err := errors.Join(p.Close(), d.Drop(), d.Remove(first)); err != nil {
		t.Fatal(err)
	}
	if last := make(noon.Add(3*time.Hour), false); unseen(last) != 2 {
		t.Errorf("%d files of a changed copy must be read", unseen(last))
	}
}

// Files not certain to be on the disk when a run was interrupted are removed from Snapshot, and
// the others are kept.
func TestResume(t *testing.T) {
	d := change(t, open(t))
	p := begin(t, d, false)
	whole, cut, unknown := id(1, 1), id(1, 2), id(2, 3)
	records := []Received{put(t, p, whole, "whole", "Snapshot"), put(t, p, cut, "as it was", "Snapshot")}
	put(t, p, cut, "cut", "Snapshot")
	put(t, p, unknown, "never noted", "Snapshot")
	list := filepath.Join(p.Path, udid, "Snapshot", "Manifest.db")
	if err := errors.Join(p.Keep(records), os.WriteFile(list, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	if _, err := p.log.Write([]byte("half a record")); err != nil {
		t.Fatal(err)
	}
	p.Close()

	again := begin(t, d, false)
	if !again.Resumed || again.Dropped != 2 {
		t.Errorf("%+v", again)
	}
	for id, want := range map[manifest.FileID]bool{whole: true, cut: false, unknown: false} {
		_, err := os.Stat(filepath.Join(again.Path, udid, "Snapshot", id.String()[:2], id.String()))
		if (err == nil) != want {
			t.Errorf("%v: %v", id, err)
		}
	}
	if _, err := os.Stat(list); err != nil {
		t.Error(err)
	}
	if info, err := again.log.Stat(); err != nil || info.Size() != 2*recordSize {
		t.Errorf("%v, %v", info.Size(), err)
	}
	if _, err := again.log.Seek(0, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	err := eachRecord(again.log, func(r Received) {
		if !r.At.IsZero() {
			t.Errorf("%v need not be read, though it lay there since an earlier run", r.ID)
		}
	})
	if err != nil {
		t.Error(err)
	}
	again.Close()
	if p := begin(t, d, true); p.Resumed {
		t.Error("a full run went on with it")
	}
}

// An interrupted clone does not count as a partial copy.
func TestSweep(t *testing.T) {
	l := open(t)
	d := change(t, l)
	for _, name := range []string{cloningName, removedStart + "20261129T120000Z"} {
		if err := os.MkdirAll(filepath.Join(d.Path, name, "x"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := l.Change(udid); !errors.Is(err, ErrInUse) {
		t.Errorf("it was opened twice: %v", err)
	}
	d.Close()
	d = change(t, l)
	entries, _ := os.ReadDir(d.Path)
	if len(entries) != 1 || entries[0].Name() != ".lock" {
		t.Errorf("%v", entries)
	}
	if _, err := l.Change("../outside"); err == nil {
		t.Error("any name is a UDID")
	}
	if _, err := l.Device("../outside"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v", err)
	}
}

// A proof is valid as long as the folder is unchanged.
func TestProof(t *testing.T) {
	d := change(t, open(t))
	p := begin(t, d, false)
	file := id(7, 1)
	if err := p.Keep([]Received{put(t, p, file, "one", "")}); err != nil {
		t.Fatal(err)
	}
	c := finish(t, p, noon)
	if proof := ReadProof(c.Folder); proof.Counts() || proof.Broken() || proof.Err != nil {
		t.Errorf("%+v", proof)
	}
	proof := device.Proof{Depth: device.DeepLook, Statements: []device.Statement{{ID: device.StatementFiles, Shown: device.ShownTrue}}}
	if err := SaveProof(c.Folder, Noted{ProvedAt: noon, Whole: true, Proof: proof}); err != nil {
		t.Fatal(err)
	}
	if read := ReadProof(c.Folder); !read.Counts() || !read.ProvedAt.Equal(noon) || read.OldestAt.Unix() != 1_700_000_000 || read.Proof.Depth != device.DeepLook {
		t.Errorf("%+v", read)
	}
	future := time.Now().Add(time.Hour)
	if err := SaveProof(c.Folder, Noted{ProvedAt: future, Whole: true}); err != nil || ReadProof(c.Folder).Counts() {
		t.Errorf("a proof from the future counts, %v", err)
	}
	if err := SaveProof(c.Folder, Noted{ProvedAt: noon, Whole: true}); err != nil || !ReadProof(c.Folder).Counts() {
		t.Errorf("%v", err)
	}
	if err := os.Truncate(filepath.Join(d.Path, c.Name, receivedName), 0); err != nil || ReadProof(c.Folder).Counts() {
		t.Errorf("the records are gone, and the proof counts; %v", err)
	}
	if err := os.Remove(filepath.Join(c.Folder, "07", file.String())); err != nil {
		t.Fatal(err)
	}
	if read := ReadProof(c.Folder); read.Counts() || !read.Stale {
		t.Errorf("%+v", read)
	}
	for _, text := range []string{"", "{", `{"schema":9}`} {
		if err := os.WriteFile(filepath.Join(d.Path, c.Name, proofName), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if read := ReadProof(c.Folder); read.Counts() || read.Err == nil {
			t.Errorf("%q: %+v", text, read)
		}
	}
	if !Holds(c.Folder) || Holds(filepath.Dir(c.Folder)) || Holds("/backups/"+udid) {
		t.Error("it is not known which backups lie in a library")
	}
}

func TestSurplus(t *testing.T) {
	names := func(copies []Copy) (names []string) {
		for _, c := range copies {
			names = append(names, c.Name)
		}
		return names
	}
	one := func(name string) Copy { // named after its kind: whole, changed, unproved, lacking or broken
		kind := name[0]
		return Copy{Name: name, Proof: Proof{Noted: Noted{Whole: kind == 'w' || kind == 'c', Broken: kind == 'b'}, Stale: kind == 'c'}, Lacking: kind == 'l'}
	}
	for _, test := range []struct {
		copies []string
		keep   int
		want   []string
	}{
		{nil, 1, nil},
		{[]string{"u1", "u2"}, 1, nil},
		{[]string{"w1"}, 1, nil},
		{[]string{"u1", "w2"}, 1, nil},
		{[]string{"u1", "u2", "w3", "w4", "u5"}, 1, []string{"u2", "w4", "u5"}},
		{[]string{"w1", "w2", "w3"}, 2, []string{"w3"}},
		{[]string{"u1", "u2", "u3", "u4"}, 1, []string{"u3", "u4"}},
		{[]string{"b1", "b2", "u3", "b4"}, 1, []string{"b2", "b4"}},
		{[]string{"b1", "u2", "w3"}, 1, nil},
		{[]string{"u1", "u2", "u3", "c4", "c5"}, 1, []string{"u3", "c5"}},
		{[]string{"l1", "l2", "u3", "u4", "w5"}, 1, []string{"l2", "u4"}},
		{[]string{"l1", "b2", "l3", "w4", "b5"}, 1, []string{"l3", "b5"}},
		{[]string{"w1", "u2", "w3"}, 0, []string{"u2", "w3"}},
	} {
		var copies []Copy
		for _, name := range test.copies {
			copies = append(copies, one(name))
		}
		if got := names(surplus(copies, test.keep)); !slices.Equal(got, test.want) {
			t.Errorf("of %v, keeping %d: %v, not %v", test.copies, test.keep, got, test.want)
		}
	}
}

// Any number of records is sorted, and each is found.
func TestIndex(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	log, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	const many = bucketRecords + 5000 // more than are sorted at once
	var text []byte
	for n := range uint32(many) {
		sum := sha1.Sum(binary.BigEndian.AppendUint32(nil, n))
		text = Received{ID: manifest.FileID(sum), Size: uint64(n)}.append(text)
	}
	text = Received{ID: manifest.FileID(sha1.Sum(binary.BigEndian.AppendUint32(nil, 5))), Size: 1 << 40}.append(text)
	text[10*recordSize] ^= 1 // one is damaged
	if _, err := log.Write(text); err != nil {
		t.Fatal(err)
	}
	out, err := os.Create(filepath.Join(t.TempDir(), "received"))
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	err = sorted(log, func() (*os.File, error) { return os.CreateTemp(folder, "") }, func(some []Received) error {
		for _, r := range some {
			if _, err := out.Write(r.append(nil)); err != nil {
				return err
			}
		}
		return nil
	})
	if err := errors.Join(err, out.Close()); err != nil {
		t.Fatal(err)
	}
	index, err := OpenIndex(out.Name())
	if err != nil {
		t.Fatal(err)
	}
	defer index.Close()
	if index.count != many-1 {
		t.Errorf("%d records", index.count)
	}
	for n := range uint32(many) {
		r, ok := index.Find(manifest.FileID(sha1.Sum(binary.BigEndian.AppendUint32(nil, n))))
		want := uint64(n)
		if n == 5 {
			want = 1 << 40
		}
		if ok != (n != 10) || ok && r.Size != want {
			t.Fatalf("%d: %+v, %v", n, r, ok)
		}
	}
	for _, id := range []manifest.FileID{{}, id(0xff, 1), {19: 1}} {
		if _, ok := index.Find(id); ok {
			t.Errorf("%v was found", id)
		}
	}
}

func FuzzRecord(f *testing.F) {
	f.Add(Received{ID: id(1, 2), Size: 3, At: noon}.append(nil))
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(t.TempDir(), "received")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		index, err := OpenIndex(path)
		if err != nil {
			return
		}
		defer index.Close()
		index.Find(manifest.FileID(sha1.Sum(data)))
		if len(data) >= recordSize {
			index.Find(manifest.FileID(data[:20]))
		}
		if _, err := index.Oldest(); err != nil {
			t.Error(err)
		}
	})
}

// A clone stops with its context, and leaves nothing that could be mistaken for a partial copy.
func TestCloneInterrupted(t *testing.T) {
	d := change(t, open(t))
	p := begin(t, d, false)
	put(t, p, id(1, 1), "x", "")
	finish(t, p, noon)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := d.Begin(ctx, false, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if d.HasPartial() {
		t.Error("there is the beginning of a copy")
	}
}

// Files that the device could not read are remembered with the copy until a later session sends them.
func TestNotSent(t *testing.T) {
	d := change(t, open(t))
	p := begin(t, d, false)
	sent, missing := id(1, 1), id(2, 2)
	if err := p.AddNotSent([]device.BackupProblem{{Path: "a", FileID: sent.String()}, {Path: "b", FileID: missing.String()}}); err != nil {
		t.Fatal(err)
	}
	p.Close()
	p = begin(t, d, false)
	put(t, p, sent, "here", "")
	if err := p.AddNotSent([]device.BackupProblem{{Path: "b", FileID: missing.String()}}); err != nil {
		t.Fatal(err)
	}
	c := finish(t, p, noon)
	if got, err := NotSent(c.Folder); err != nil || len(got) != 1 || got[0].Path != "b" {
		t.Errorf("%+v, %v", got, err)
	}
	if err := os.WriteFile(filepath.Join(d.Path, c.Name, notSentName), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := NotSent(c.Folder); err == nil || len(got) != 0 {
		t.Errorf("a damaged record: %+v, %v", got, err)
	}
	if copies, err := d.Copies(); err != nil || len(copies) != 1 || !copies[0].Lacking {
		t.Errorf("a damaged record: %+v, %v", copies, err)
	}
	p = begin(t, d, false)
	put(t, p, missing, "here", "")
	if got, err := NotSent(finish(t, p, noon).Folder); err != nil || len(got) != 0 {
		t.Errorf("%+v, %v", got, err)
	}
}

// A date without a backup in it is no copy, and its name is not given to another.
func TestDateWithoutABackup(t *testing.T) {
	d := change(t, open(t))
	empty := filepath.Join(d.Path, noon.Format(nameLayout), udid+"-20261130-100000")
	if err := os.MkdirAll(empty, 0o700); err != nil {
		t.Fatal(err)
	}
	p := begin(t, d, false)
	put(t, p, id(1, 1), "x", "")
	c := finish(t, p, noon)
	if copies, err := d.Copies(); err != nil || len(copies) != 1 || copies[0].Name != c.Name {
		t.Errorf("%+v, %v", copies, err)
	}
	if _, err := d.Prune(1); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(empty); err != nil {
		t.Error(err)
	}
}

// The backup of another program is not taken for a library.
func TestForeign(t *testing.T) {
	l := open(t)
	change(t, l)
	if got := l.Foreign(); got != "" {
		t.Error(got)
	}
	for _, folder := range []string{filepath.Join(l.Path, udid), l.Path} {
		if err := os.WriteFile(filepath.Join(folder, "Info.plist"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if got := l.Foreign(); got != folder {
			t.Errorf("%q, not %q", got, folder)
		}
	}
}

// That a disk links no files is said only if it refused that, not if it failed.
func TestRefusesLinks(t *testing.T) {
	for _, err := range []error{errors.ErrUnsupported, fs.ErrPermission, errors.New("other device"), host.Unsupported, host.NotPermitted} {
		if !refusesLinks(err) {
			t.Errorf("%v does not refuse links", err)
		}
	}
	for _, err := range []error{nil, host.DiskFull, host.QuotaUsed, host.ReadOnly, host.DiskFails, host.DiskGone, fs.ErrNotExist} {
		if refusesLinks(err) {
			t.Errorf("%v refuses links", err)
		}
	}
}
