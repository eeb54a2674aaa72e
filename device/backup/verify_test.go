package backup

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"howett.net/plist"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup/manifest"
	"github.com/backupdoctor/backupdoctor/testdata/backuptest"
)

// healthy are the files of the backups that tests break: with and without a digest; grown makes
// a database that grew after it was recorded.
var healthy = []backuptest.File{
	{Domain: "HomeDomain", Path: "Library", Kind: backuptest.Directory},
	{Domain: "HomeDomain", Path: "Library/with-digest", Data: backuptest.Bytes(5000, 1)},
	{Domain: "HomeDomain", Path: "Library/empty", Data: nil},
	{Domain: "HomeDomain", Path: "Library/link", Kind: backuptest.Link},
	{Domain: "CameraRollDomain", Path: "Media/DCIM/IMG_0001.HEIC", Data: backuptest.Bytes(40_001, 2)},
	{Domain: "CameraRollDomain", Path: "Media/DCIM/IMG_0002.HEIC", Data: backuptest.Bytes(32_000, 3)},
	{Domain: "CameraRollDomain", Path: "Media/PhotoData/Other.sqlite", Data: sqliteFile(3)},
	{Domain: "AppDomain-com.example.one", Path: "Documents/ü", Data: backuptest.Bytes(100, 4)},
	{Domain: "AppDomain-com.example.two", Path: "Documents/a", Data: backuptest.Bytes(16, 5)},
	{Domain: "AppDomain-com.example.three", Path: "Documents/a", Data: backuptest.Bytes(17, 6)},
}

const healthyFiles = 8

// sqliteFile returns the header of a SQLite database, and as many pages as it states.
func sqliteFile(pages int) []byte {
	data := make([]byte, 4096*pages)
	copy(data, sqliteMagic)
	binary.BigEndian.PutUint16(data[16:], 4096)
	binary.BigEndian.PutUint32(data[24:], 7)
	binary.BigEndian.PutUint32(data[28:], uint32(pages))
	binary.BigEndian.PutUint32(data[92:], 7)
	return data
}

// shape is one form in which a backup can be written.
type shape struct {
	name     string
	layout   backuptest.Layout
	password string
}

var shapes = []shape{
	{"Manifest.db", backuptest.DB, ""},
	{"Manifest.db encrypted", backuptest.DB, "0000"},
	{"Manifest.mbdb", backuptest.MBDB, ""},
	{"Manifest.mbdb encrypted", backuptest.MBDB, "0000"},
}

// write makes a whole backup.
func write(t testing.TB, s shape) backuptest.Folder {
	t.Helper()
	folder, err := backuptest.Write(t.TempDir(), backuptest.Backup{Layout: s.layout, Password: s.password, Files: slices.Values(healthy)})
	if err != nil {
		t.Fatal(err)
	}
	return folder
}

// find finds the backup that was written.
func find(t testing.TB, f backuptest.Folder) Folder {
	t.Helper()
	folders, closed := Find(t.Context(), []Place{{Path: f.Path}})
	if len(folders) != 1 || len(closed) != 0 {
		t.Fatalf("found %+v, closed %+v", folders, closed)
	}
	return folders[0]
}

// unlocked returns the options for a shape.
func unlocked(t testing.TB, folder Folder, s shape) Options {
	t.Helper()
	if s.password == "" {
		return Options{}
	}
	keys, err := Unlock(t.Context(), folder, s.password, nil)
	if err != nil {
		t.Fatal(err)
	}
	return Options{Keys: keys}
}

func modes(proof device.Proof) []string {
	var ids []string
	for _, fault := range proof.Faults {
		if fault.Mode != encrypted.ID { // every encrypted backup has it
			ids = append(ids, fault.Mode)
		}
	}
	return ids
}

func faultOf(proof device.Proof, mode *Mode) device.BackupFault {
	for _, fault := range proof.Faults {
		if fault.Mode == mode.ID {
			return fault
		}
	}
	return device.BackupFault{}
}

func TestWhole(t *testing.T) {
	for _, s := range shapes {
		t.Run(s.name, func(t *testing.T) {
			folder := find(t, write(t, s))
			options := unlocked(t, folder, s)
			for _, look := range []func(context.Context, Folder, Options) device.Proof{Quick, Deep} {
				proof := look(t.Context(), folder, options)
				if checks.BackupVerdict(proof) != device.Whole || len(modes(proof)) != 0 || proof.NextFails {
					t.Errorf("%s: %s, %+v", proof.Depth, checks.BackupVerdict(proof), proof.Faults)
				}
				if proof.Listed != healthyFiles || proof.Found != healthyFiles || proof.WithoutDigest != 6 {
					t.Errorf("%s: listed %d, found %d, without digest %d", proof.Depth, proof.Listed, proof.Found, proof.WithoutDigest)
				}
				want := map[device.ProofDepth]uint64{device.QuickLook: 0, device.DeepLook: 2}[proof.Depth]
				if proof.DigestsRight != want {
					t.Errorf("%s: %d digests compared, want %d", proof.Depth, proof.DigestsRight, want)
				}
			}
		})
	}
}

// Location of the files of each trouble.
const (
	digestDomain, digestPath = "HomeDomain", "Library/with-digest"
	photoDomain, photoPath   = "CameraRollDomain", "Media/DCIM/IMG_0001.HEIC"
	baseDomain, basePath     = "CameraRollDomain", "Media/PhotoData/Other.sqlite"
)

// A trouble is one change to a whole backup, and what must then be found.
type trouble struct {
	name    string
	do      func(t *testing.T, f backuptest.Folder)
	quick   []string            // modes of quick verification
	deep    []string            // modes of deep verification; nil if the same
	locked  []string            // additional modes if the backup is encrypted
	verdict device.ProofVerdict // of deep verification
	next    bool                // the next backup fails
	only    *backuptest.Layout  // the layout it applies to; nil for both
}

var layoutDB = backuptest.DB
var layoutMBDB = backuptest.MBDB

var troubles = []trouble{
	{
		name: "blob deleted", do: removeBlob(photoDomain, photoPath),
		quick: []string{"blob-missing"}, verdict: device.Broken,
	},
	{
		name: "blob cut by 1", do: cutBlob(photoDomain, photoPath, 1),
		quick: []string{"blob-truncated"}, verdict: device.Broken,
	},
	{
		name: "blob cut by 16", do: cutBlob(photoDomain, photoPath, 16),
		quick: []string{"blob-truncated"}, locked: []string{"blob-padding"}, verdict: device.Broken,
	},
	{
		name: "database cut by a page", do: cutBlob(baseDomain, basePath, 4096),
		quick: []string{"blob-truncated"}, locked: []string{"blob-padding"}, verdict: device.Broken,
	},
	{
		name: "byte flipped, with a digest", do: flipByte(digestDomain, digestPath),
		quick: nil, deep: []string{"blob-altered"}, verdict: device.Broken,
	},
	{
		name: "byte flipped, without a digest", do: flipByte(photoDomain, photoPath),
		quick: nil, verdict: device.Whole, // nothing in the backup shows it
	},
	{
		name: "blob emptied", do: cutBlob(digestDomain, digestPath, 1<<20),
		quick: []string{"blob-empty"}, verdict: device.Broken,
	},
	{
		name: "blob replaced by a folder", do: folderForBlob(photoDomain, photoPath),
		quick: []string{"blob-altered"}, verdict: device.Broken,
	},
	{
		name: "three apps left out", do: removeApps, only: &layoutMBDB,
		quick: []string{"partial-by-design"}, verdict: device.Broken,
	},
	{
		name: "the only files of three folders gone", do: removeApps, only: &layoutDB,
		quick: []string{"blob-missing"}, verdict: device.Broken,
	},
	{
		name: "all files gone", do: removeAll,
		quick: []string{"blob-missing"}, verdict: device.Broken,
	},
	{
		name: "orphan", do: addFile(orphanName), only: &layoutDB,
		quick: []string{"orphan"}, verdict: device.Whole,
	},
	{
		name: "orphan in the flat layout", do: addFile(orphanName[3:]), only: &layoutMBDB,
		quick: []string{"list-incomplete", "orphan"}, verdict: device.CannotTell, // the list may have been cut between records
	},
	{
		name: "other programs' files", do: addFile(".DS_Store"),
		quick: nil, verdict: device.Whole,
	},
	{
		name: "cloud placeholder", do: addFile("." + orphanName[3:] + ".icloud"), only: &layoutMBDB,
		quick: []string{"cloud-placeholder"}, verdict: device.CannotTell,
	},
	{
		name: "Status.plist removed", do: remove(statusName),
		quick: []string{"status-missing"}, verdict: device.Broken,
	},
	{
		name: "Status.plist empty", do: overwrite(statusName, ""),
		quick: []string{"status-unreadable"}, verdict: device.Broken, next: true,
	},
	{
		name: "Status.plist is a word", do: overwrite(statusName, "garbage"),
		quick: []string{"status-unreadable"}, verdict: device.Broken, next: true,
	},
	{
		name: "uploading", do: state("uploading"),
		quick: []string{"interrupted-upload"}, verdict: device.Broken,
	},
	{
		name: "moving", do: state("moving"),
		quick: []string{"interrupted-move"}, verdict: device.Broken,
	},
	{
		name: "removing", do: state("removing"),
		quick: []string{"interrupted-cleanup"}, verdict: device.Whole,
	},
	{
		name: "a state that no device writes", do: state("running"),
		quick: []string{"status-unreadable"}, verdict: device.Broken, next: true,
	},
	{
		name: "a version that the device refuses", do: setStatus("Version", "5.0"),
		quick: []string{"status-unreadable"}, verdict: device.Broken, // and the next backup is a full one
	},
	{
		name: "Snapshot left behind", do: makeFolder(snapshotName),
		quick: []string{"snapshot-left"}, verdict: device.Whole,
	},
	{
		name: "crafted", do: craft,
		quick: []string{"crafted"}, verdict: device.Broken,
	},
	{
		name: "Info.plist removed", do: remove(infoName),
		quick: []string{"info-missing"}, verdict: device.Broken,
	},
	{
		name: "Info.plist of another device", do: setInfo("Target Identifier", "00008120-001122334455667E"),
		quick: []string{"identity-mismatch"}, verdict: device.CannotTell,
	},
	{
		name: "Manifest.db removed", do: remove(dbName), only: &layoutDB,
		quick: []string{"manifest-unreadable"}, verdict: device.Broken, next: true,
	},
	{
		name: "Manifest.db empty", do: overwrite(dbName, ""), only: &layoutDB,
		quick: []string{"manifest-unreadable"}, verdict: device.Broken, next: true,
	},
	{
		name: "Manifest.db cut in the middle of a page", do: cut(dbName, 5000), only: &layoutDB,
		quick: []string{"manifest-unreadable"}, verdict: device.Broken, next: true,
	},
	{
		name: "Manifest.db cut within its last page", do: cut(dbName, 112), only: &layoutDB,
		quick: []string{"manifest-unreadable"}, verdict: device.Broken, next: true,
	},
	{
		name: "Manifest.plist kept in the cloud", do: rename(propertiesName, "."+propertiesName+".icloud"),
		quick: []string{"cloud-placeholder"}, verdict: device.CannotTell,
	},
	{
		name: "Manifest.mbdb cut in the middle of a record", do: cut(mbdbName, 30), only: &layoutMBDB,
		quick: []string{"manifest-unreadable"}, verdict: device.Broken, next: true,
	},
	{
		name: "never ended for the first time", do: func(t *testing.T, f backuptest.Folder) { removeTop(t, f); removeFiles(t, f) },
		quick: []string{"interrupted-first"}, verdict: device.Broken,
	},
	{
		name: "uploading for the first time", do: func(t *testing.T, f backuptest.Folder) {
			state("uploading")(t, f)
			for _, name := range []string{propertiesName, dbName, mbdbName} {
				must(t, os.RemoveAll(filepath.Join(f.Path, name)))
			}
			removeFiles(t, f)
		},
		quick: []string{"interrupted-first"}, verdict: device.Broken,
	},
	{
		name: "all lists gone beside the files", do: removeTop,
		quick: []string{"status-missing", "properties-unreadable", "manifest-unreadable"}, verdict: device.Broken,
	},
}

// orphanName is an ID that none of the test files has.
const orphanName = "ab/ab000000000000000000000000000000000000ab"

func TestTroubles(t *testing.T) {
	for _, s := range shapes {
		for _, trouble := range troubles {
			if trouble.only != nil && *trouble.only != s.layout {
				continue
			}
			t.Run(s.name+"/"+trouble.name, func(t *testing.T) {
				written := write(t, s)
				folder := find(t, written)
				options := unlocked(t, folder, s)
				trouble.do(t, written)
				more := trouble.locked
				if s.password == "" {
					more = nil
				}
				want := slices.Concat(trouble.quick, more)
				if proof := Quick(t.Context(), folder, options); !slices.Equal(modes(proof), want) {
					t.Errorf("quick: %v, want %v; %+v", modes(proof), want, proof.Faults)
				}
				if trouble.deep != nil {
					want = slices.Concat(trouble.deep, more)
				}
				proof := Deep(t.Context(), folder, options)
				if got := modes(proof); !slices.Equal(got, want) {
					t.Errorf("deep: %v, want %v; %+v", got, want, proof.Faults)
				}
				if checks.BackupVerdict(proof) != trouble.verdict || proof.NextFails != trouble.next {
					t.Errorf("deep: %s, next fails %v; want %s, %v", checks.BackupVerdict(proof), proof.NextFails, trouble.verdict, trouble.next)
				}
			})
		}
	}
}

// An encrypted file that ends at a block boundary is followed by a block of padding. Without it
// no data is lost, but a restore still stops.
func TestPaddingCutOff(t *testing.T) {
	s := shapes[1]
	written := write(t, s)
	cutBlob(photoDomain, "Media/DCIM/IMG_0002.HEIC", 16)(t, written)
	folder := find(t, written)
	for _, look := range []func(context.Context, Folder, Options) device.Proof{Quick, Deep} {
		if proof := look(t.Context(), folder, unlocked(t, folder, s)); checks.BackupVerdict(proof) != device.Broken || !slices.Equal(modes(proof), []string{"blob-padding"}) {
			t.Errorf("%s: %s, %+v", proof.Depth, checks.BackupVerdict(proof), proof.Faults)
		}
	}
}

// Manifest.plist is the key to an encrypted backup, so its troubles are tested one by one.
func TestManifestPlistTroubles(t *testing.T) {
	for name, do := range map[string]func(*testing.T, backuptest.Folder){
		"removed": remove(propertiesName), "empty": overwrite(propertiesName, ""), "text": overwrite(propertiesName, "<plist>"),
	} {
		written := write(t, shapes[0])
		do(t, written)
		proof := Quick(t.Context(), find(t, written), Options{})
		if checks.BackupVerdict(proof) != device.Broken || !proof.NextFails || !slices.Equal(modes(proof), []string{"properties-unreadable"}) {
			t.Errorf("%s: %s, %+v", name, checks.BackupVerdict(proof), proof.Faults)
		}
	}
}

func TestKeybagTroubles(t *testing.T) {
	for name, do := range map[string]func(*testing.T, backuptest.Folder){
		"no keybag":          editPlist(propertiesName, func(d map[string]any) { delete(d, "BackupKeyBag") }),
		"no ManifestKey":     editPlist(propertiesName, func(d map[string]any) { delete(d, "ManifestKey") }),
		"keybag cut":         editPlist(propertiesName, func(d map[string]any) { d["BackupKeyBag"] = d["BackupKeyBag"].([]byte)[:100] }),
		"keybag of a device": editPlist(propertiesName, func(d map[string]any) { d["BackupKeyBag"].([]byte)[23] = 0 }),
	} {
		written := write(t, shapes[1])
		do(t, written)
		proof := Quick(t.Context(), find(t, written), Options{})
		if checks.BackupVerdict(proof) != device.Broken || faultOf(proof, keybagInconsistent).Mode == "" {
			t.Errorf("%s: %s, %+v", name, checks.BackupVerdict(proof), proof.Faults)
		}
	}
}

// A keybag that lost its first derivation does not make the right password wrong, and one class key
// of another length is one that does not open.
func TestKeybagParts(t *testing.T) {
	written := write(t, shapes[1])
	editPlist(propertiesName, func(d map[string]any) {
		d["BackupKeyBag"] = withoutTags(d["BackupKeyBag"].([]byte), "DPIC", "DPSL")
	})(t, written)
	expect(t, "no first derivation", device.Broken, []string{"keybag-inconsistent"}, proofsOf(t, written, shapes[1])...)

	written = write(t, shapes[1])
	editPlist(propertiesName, func(d map[string]any) {
		bag := d["BackupKeyBag"].([]byte)
		bag = bag[:len(bag)-8] // of the last WPKY
		bag[len(bag)-32-1] = 32
		d["BackupKeyBag"] = bag
	})(t, written)
	expect(t, "a key of 32 bytes", device.Broken, []string{"keybag-inconsistent"}, proofsOf(t, written, shapes[1])...)
}

// withoutTags removes values from the header of a keybag.
func withoutTags(bag []byte, tags ...string) (rest []byte) {
	for len(bag) > 0 {
		end := 8 + binary.BigEndian.Uint32(bag[4:])
		if !slices.Contains(tags, string(bag[:4])) {
			rest = append(rest, bag[:end]...)
		}
		bag = bag[end:]
	}
	return rest
}

// Without its password an encrypted backup is not whole, but that alone does not make it
// broken.
func TestEncryptedWithoutPassword(t *testing.T) {
	s := shapes[1]
	written := write(t, s)
	folder := find(t, written)
	if proof := Deep(t.Context(), folder, Options{}); checks.BackupVerdict(proof) != device.CannotTell || !slices.Equal(modes(proof), []string{"password-needed"}) {
		t.Errorf("as written: %s, %+v", checks.BackupVerdict(proof), proof.Faults)
	}
	cutBlob(photoDomain, photoPath, 1)(t, written)
	proof := Quick(t.Context(), folder, Options{})
	if checks.BackupVerdict(proof) != device.Broken || !slices.Equal(modes(proof), []string{"blob-altered", "password-needed"}) {
		t.Errorf("a file cut by 1: %s, %+v", checks.BackupVerdict(proof), proof.Faults)
	}
}

// A file longer or shorter than recorded is whole if it is a database with the length in its
// header: databases change while they are copied.
func TestDatabaseOfAnotherLength(t *testing.T) {
	for _, s := range shapes[:1] {
		for _, pages := range []int{1, 2, 5} {
			written := write(t, s)
			path := written.Blob(baseDomain, basePath)
			if err := os.WriteFile(path, sqliteFile(pages), 0o600); err != nil {
				t.Fatal(err)
			}
			if proof := Quick(t.Context(), find(t, written), Options{}); checks.BackupVerdict(proof) != device.Whole || len(proof.Faults) != 0 {
				t.Errorf("%s, %d pages: %s, %+v", s.name, pages, checks.BackupVerdict(proof), proof.Faults)
			}
		}
	}
}

// Problems are reported as they are found, and counted in the total.
func TestProblemsAreStreamed(t *testing.T) {
	written := write(t, shapes[0])
	removeAll(t, written)
	var told []string
	proof := Quick(t.Context(), find(t, written), Options{Problem: func(p Problem) { told = append(told, p.Domain+"/"+p.Path) }})
	if len(told) != healthyFiles {
		t.Errorf("told %d: %v", len(told), told)
	}
	fault := faultOf(proof, blobMissing)
	if fault.Count != healthyFiles || fault.Total != healthyFiles || len(fault.Examples) != healthyFiles {
		t.Errorf("%+v", fault)
	}
	if first := fault.Examples[0]; first.Domain != "AppDomain-com.example.one" || first.Path != "Documents/ü" || len(first.FileID) != 40 {
		t.Errorf("first example %+v", first)
	}
}

func TestVerificationStoppedByTheUser(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	proof := Deep(ctx, find(t, write(t, shapes[0])), Options{})
	if checks.BackupVerdict(proof) != device.CannotTell || !slices.Equal(modes(proof), []string{"stopped"}) {
		t.Errorf("%s, %+v", checks.BackupVerdict(proof), proof.Faults)
	}
	if layout := proof.Statement(device.StatementLayout); layout.Shown != device.ShownNeither {
		t.Errorf("the folder was opened: %+v", layout)
	}
}

func TestOldBackupInARenamedFolder(t *testing.T) {
	written := write(t, shapes[0])
	renamed := filepath.Join(filepath.Dir(written.Path), "my old phone")
	if err := os.Rename(written.Path, renamed); err != nil {
		t.Fatal(err)
	}
	folders, _ := Find(t.Context(), []Place{{Path: filepath.Dir(renamed)}})
	if len(folders) != 1 {
		t.Fatalf("found %+v", folders)
	}
	proof := Quick(t.Context(), folders[0], Options{Now: backuptest.Day.Add(200 * 24 * time.Hour)})
	if checks.BackupVerdict(proof) != device.Whole || !slices.Equal(modes(proof), []string{"folder-misnamed", "old"}) {
		t.Errorf("%s, %+v", checks.BackupVerdict(proof), proof.Faults)
	}
	if got := faultOf(proof, old).Detail; got != "200 days" {
		t.Errorf("age %q", got)
	}
}

// The age of a backup goes by the date that is shown for it. One in the future has none.
func TestAge(t *testing.T) {
	year := 365 * 24 * time.Hour
	for name, test := range map[string]struct {
		do   func(*testing.T, backuptest.Folder)
		now  time.Time
		want []string
	}{
		"a day ahead":   {setStatus("Date", backuptest.Day.Add(23*time.Hour)), backuptest.Day, nil},
		"a year ahead":  {setStatus("Date", backuptest.Day.Add(year)), backuptest.Day, []string{"dated-ahead", "dates-apart"}},
		"by Info.plist": {setStatus("Date", "none"), backuptest.Day.Add(year), []string{"old"}},
		"1970, without an identifier": {func(t *testing.T, f backuptest.Folder) {
			setStatus("Date", time.Unix(0, 0).UTC())(t, f)
			editPlist(statusName, func(d map[string]any) { delete(d, "UUID") })(t, f)
		}, backuptest.Day, []string{"old", "dates-apart"}},
	} {
		written := write(t, shapes[0])
		test.do(t, written)
		expect(t, name, device.Whole, test.want, Quick(t.Context(), find(t, written), Options{Now: test.now}))
	}
}

// A date of year 1 is not 292 years ago, which is the longest that a Duration holds.
func TestAgeOfYearOne(t *testing.T) {
	written := write(t, shapes[0])
	overwrite(statusName, `<plist version="1.0"><dict><key>SnapshotState</key><string>finished</string><key>Date</key><date>0001-01-01T00:00:00Z</date></dict></plist>`)(t, written)
	proof := Quick(t.Context(), find(t, written), Options{Now: backuptest.Day})
	if got := faultOf(proof, old).Detail; got != "739688 days" {
		t.Errorf("age %q", got)
	}
}

func TestProgressIsTold(t *testing.T) {
	var last atomic.Pointer[Progress]
	Deep(t.Context(), find(t, write(t, shapes[0])), Options{Progress: func(p Progress) { last.Store(&p) }})
	if p := last.Load(); p == nil || p.Rows != uint64(len(healthy)) || p.TotalRows != uint64(len(healthy)) || p.Bytes != 5000 {
		t.Errorf("progress %+v", p)
	}
}

// Verification writes nothing to the folder.
func TestVerifyChangesNothing(t *testing.T) {
	for _, s := range shapes {
		written := write(t, s)
		before := snapshotOf(t, written.Path)
		folder := find(t, written)
		Deep(t.Context(), folder, unlocked(t, folder, s))
		if after := snapshotOf(t, written.Path); !slices.Equal(before, after) {
			t.Errorf("%s: before\n%v\nafter\n%v", s.name, before, after)
		}
	}
}

func snapshotOf(t *testing.T, root string) (files []string) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		files = append(files, path+info.ModTime().String())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestModesAreListedOnce(t *testing.T) {
	seen := map[string]bool{}
	for _, mode := range Modes {
		if seen[mode.ID] || mode.ID == "" {
			t.Errorf("mode %+v", mode)
		}
		seen[mode.ID] = true
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func removeBlob(domain, path string) func(*testing.T, backuptest.Folder) {
	return func(t *testing.T, f backuptest.Folder) { must(t, os.Remove(f.Blob(domain, path))) }
}

func cutBlob(domain, path string, by int64) func(*testing.T, backuptest.Folder) {
	return func(t *testing.T, f backuptest.Folder) { cutFile(t, f.Blob(domain, path), by) }
}

func cut(name string, by int64) func(*testing.T, backuptest.Folder) {
	return func(t *testing.T, f backuptest.Folder) { cutFile(t, filepath.Join(f.Path, name), by) }
}

func cutFile(t *testing.T, path string, by int64) {
	t.Helper()
	info, err := os.Stat(path)
	must(t, err)
	must(t, os.Truncate(path, max(info.Size()-by, 0)))
}

func flipByte(domain, path string) func(*testing.T, backuptest.Folder) {
	return func(t *testing.T, f backuptest.Folder) {
		data, err := os.ReadFile(f.Blob(domain, path))
		must(t, err)
		data[3] ^= 1
		must(t, os.WriteFile(f.Blob(domain, path), data, 0o600))
	}
}

func folderForBlob(domain, path string) func(*testing.T, backuptest.Folder) {
	return func(t *testing.T, f backuptest.Folder) {
		must(t, os.Remove(f.Blob(domain, path)))
		must(t, os.Mkdir(f.Blob(domain, path), 0o700))
	}
}

func removeApps(t *testing.T, f backuptest.Folder) {
	must(t, os.Remove(f.Blob("AppDomain-com.example.one", "Documents/ü")))
	must(t, os.Remove(f.Blob("AppDomain-com.example.two", "Documents/a")))
	must(t, os.Remove(f.Blob("AppDomain-com.example.three", "Documents/a")))
}

func removeAll(t *testing.T, f backuptest.Folder) {
	for _, file := range healthy {
		if file.Kind == backuptest.Regular {
			must(t, os.Remove(f.Blob(file.Domain, file.Path)))
		}
	}
}

// removeFiles removes the stored files and the folders that held them.
func removeFiles(t *testing.T, f backuptest.Folder) {
	removeAll(t, f)
	for _, file := range healthy {
		if folder := filepath.Dir(f.Blob(file.Domain, file.Path)); folder != f.Path {
			must(t, os.RemoveAll(folder))
		}
	}
}

func removeTop(t *testing.T, f backuptest.Folder) {
	for _, name := range []string{statusName, propertiesName, dbName, mbdbName} {
		if err := os.Remove(filepath.Join(f.Path, name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
	}
}

func remove(name string) func(*testing.T, backuptest.Folder) {
	return func(t *testing.T, f backuptest.Folder) { must(t, os.Remove(filepath.Join(f.Path, name))) }
}

func rename(from, to string) func(*testing.T, backuptest.Folder) {
	return func(t *testing.T, f backuptest.Folder) {
		must(t, os.Rename(filepath.Join(f.Path, from), filepath.Join(f.Path, to)))
	}
}

func overwrite(name, content string) func(*testing.T, backuptest.Folder) {
	return func(t *testing.T, f backuptest.Folder) {
		must(t, os.WriteFile(filepath.Join(f.Path, name), []byte(content), 0o600))
	}
}

func addFile(name string) func(*testing.T, backuptest.Folder) {
	return func(t *testing.T, f backuptest.Folder) {
		path := filepath.Join(f.Path, name)
		must(t, os.MkdirAll(filepath.Dir(path), 0o700))
		must(t, os.WriteFile(path, bytes.Repeat([]byte("x"), 16), 0o600))
	}
}

func makeFolder(name string) func(*testing.T, backuptest.Folder) {
	return func(t *testing.T, f backuptest.Folder) { must(t, os.Mkdir(filepath.Join(f.Path, name), 0o700)) }
}

func state(value string) func(*testing.T, backuptest.Folder) {
	return setStatus("SnapshotState", value)
}

func setStatus(key string, value any) func(*testing.T, backuptest.Folder) {
	return editPlist(statusName, func(d map[string]any) { d[key] = value })
}

func setInfo(key string, value any) func(*testing.T, backuptest.Folder) {
	return editPlist(infoName, func(d map[string]any) { d[key] = value })
}

func craft(t *testing.T, f backuptest.Folder) {
	setStatus("Date", time.Unix(0, 0).UTC())(t, f)
	setStatus("UUID", "00000000-0000-0000-0000-000000000000")(t, f)
}

func editPlist(name string, edit func(map[string]any)) func(*testing.T, backuptest.Folder) {
	return func(t *testing.T, f backuptest.Folder) {
		path := filepath.Join(f.Path, name)
		data, err := os.ReadFile(path)
		must(t, err)
		dict := map[string]any{}
		_, err = plist.Unmarshal(data, &dict)
		must(t, err)
		edit(dict)
		must(t, os.WriteFile(path, backuptest.Plist(dict), 0o600))
	}
}

// A database damaged on the device is stored correctly: the backup is whole.
func TestInnerDatabaseDamaged(t *testing.T) {
	damaged := sqliteFile(3)
	copy(damaged[96:], "not a page of a database at all")
	for _, s := range shapes {
		files := append(slices.Clone(healthy), backuptest.File{Domain: "HomeDomain", Path: "Library/SMS/sms.db", Data: damaged})
		written, err := backuptest.Write(t.TempDir(), backuptest.Backup{Layout: s.layout, Password: s.password, Files: slices.Values(files)})
		must(t, err)
		folder := find(t, written)
		proof := Deep(t.Context(), folder, unlocked(t, folder, s))
		if checks.BackupVerdict(proof) != device.Whole || faultOf(proof, innerDatabaseDamaged).Count == 0 {
			t.Errorf("%s: %s, %+v", s.name, checks.BackupVerdict(proof), proof.Faults)
		}
		flipByte("HomeDomain", "Library/SMS/sms.db")(t, written)
		proof = Deep(t.Context(), folder, unlocked(t, folder, s))
		if checks.BackupVerdict(proof) != device.Broken || slices.ContainsFunc(faultOf(proof, innerDatabaseDamaged).Examples, func(p device.BackupProblem) bool { return p.Path == "Library/SMS/sms.db" }) {
			t.Errorf("%s, altered on this disk: %s, %+v", s.name, checks.BackupVerdict(proof), proof.Faults)
		}
	}
}

// A database is checked with its log: between them they may hold half of a checkpoint.
func TestInnerDatabaseWithItsLog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.sqlite")
	conn, err := sqlite.OpenConn(path, sqlite.OpenReadWrite|sqlite.OpenCreate|sqlite.OpenWAL)
	must(t, err)
	defer conn.Close()
	for _, statement := range []string{
		"CREATE TABLE a (b)", "PRAGMA wal_checkpoint(TRUNCATE)", "PRAGMA wal_autocheckpoint=0",
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n LIMIT 200) INSERT INTO a SELECT hex(randomblob(100)) FROM n",
	} {
		must(t, sqlitex.ExecuteTransient(conn, statement, nil))
	}
	data, err := os.ReadFile(path)
	must(t, err)
	log, err := os.ReadFile(path + "-wal")
	must(t, err)
	const frame = 24 + 4096
	for at := 32; at < len(log); at += frame { // the checkpoint wrote page 2 only
		if binary.BigEndian.Uint32(log[at:]) == 2 {
			copy(data[4096:], log[at+24:at+frame])
		}
	}
	for _, s := range shapes {
		files := slices.Clone(healthy)
		for _, database := range []file{{homeDomain, "Library/SMS/sms.db"}, {cameraDomain, "Media/PhotoData/Photos.sqlite"}} {
			files = append(files, backuptest.File{Domain: database.domain, Path: database.path, Data: data},
				backuptest.File{Domain: database.domain, Path: database.path + "-wal", Data: log})
		}
		written, err := backuptest.Write(t.TempDir(), backuptest.Backup{Layout: s.layout, Password: s.password, Files: slices.Values(files)})
		must(t, err)
		expect(t, s.name, device.Whole, nil, proofsOf(t, written, s)...)
	}
}

// Apps are left out on purpose only if all of their files are missing, and nothing else is.
func TestAppsLeftOut(t *testing.T) {
	apps := []string{"AppDomain-com.example.one", "AppDomain-com.example.two", "AppDomain-com.example.three"}
	plugins := []string{"AppDomainPlugin-com.example.one.a", "AppDomainPlugin-com.example.one.b", "AppDomainPlugin-com.example.one.c"}
	for name, test := range map[string]struct {
		missing []string
		want    string
	}{
		"apps":                      {apps, "partial-by-design"},
		"apps and their plug-ins":   {slices.Concat(apps, plugins), "partial-by-design"},
		"plug-ins of one app":       {plugins, "blob-missing"},
		"two apps and the plug-ins": {slices.Concat(apps[1:], plugins), "blob-missing"},
	} {
		files := slices.Clone(healthy)
		for _, plugin := range plugins {
			files = append(files, backuptest.File{Domain: plugin, Path: "Library/a", Data: backuptest.Bytes(10, 1)})
		}
		var folders [256]bool // that lose a file, and hold others
		for _, file := range files {
			folders[manifest.IDOf(file.Domain, file.Path)[0]] = true
		}
		for i := range 4000 {
			if path := fmt.Sprint("Media/", i); folders[manifest.IDOf(cameraDomain, path)[0]] {
				files = append(files, backuptest.File{Domain: cameraDomain, Path: path})
			}
		}
		written, err := backuptest.Write(t.TempDir(), backuptest.Backup{Files: slices.Values(files)})
		must(t, err)
		for _, file := range files {
			if file.Kind == backuptest.Regular && slices.Contains(test.missing, file.Domain) {
				must(t, os.Remove(written.Blob(file.Domain, file.Path)))
			}
		}
		expect(t, name, device.Broken, []string{test.want}, Quick(t.Context(), find(t, written), Options{}))
	}
}

// Management may require encryption after a plain backup was made.
func TestEncryptionRequired(t *testing.T) {
	files := append(slices.Clone(healthy), backuptest.File{
		Domain: lastBackups.domain, Path: lastBackups.path, Data: backuptest.Plist(map[string]any{"RequiresEncryption": 1}),
	})
	written, err := backuptest.Write(t.TempDir(), backuptest.Backup{Files: slices.Values(files)})
	must(t, err)
	proof := Deep(t.Context(), find(t, written), Options{})
	if checks.BackupVerdict(proof) != device.Whole || !proof.NextFails || faultOf(proof, encryptionRequired).Mode == "" {
		t.Errorf("%s, next fails %v, %+v", checks.BackupVerdict(proof), proof.NextFails, proof.Faults)
	}
}

// Files and folders deleted during verification are missing, and nothing else is wrong.
func TestFilesVanishUnderTheWalk(t *testing.T) {
	written := write(t, shapes[0])
	folder := find(t, written)
	var once atomic.Bool
	options := Options{Workers: 1, Problem: func(p Problem) {
		if once.CompareAndSwap(false, true) {
			removeRest(t, written)
		}
	}}
	removeBlob(digestDomain, digestPath)(t, written) // the first file inspected
	proof := Deep(t.Context(), folder, options)
	if checks.BackupVerdict(proof) != device.Broken || !slices.Equal(modes(proof), []string{"blob-missing", "changed"}) || faultOf(proof, blobMissing).Count != healthyFiles {
		t.Errorf("%s, %+v", checks.BackupVerdict(proof), proof.Faults)
	}
}

// A folder that goes away during verification, as on a disk that is pulled out, proves nothing.
func TestFolderGoesAwayDuringTheWalk(t *testing.T) {
	written := write(t, shapes[0])
	away := filepath.Join(t.TempDir(), "away")
	options := Options{Workers: 1, Problem: func(Problem) {
		if os.Rename(written.Path, away) == nil {
			must(t, os.MkdirAll(written.Path, 0o700)) // a mount point is left
			removeRest(t, backuptest.Folder{Path: away})
		}
	}}
	removeBlob(digestDomain, digestPath)(t, written) // the first file inspected
	proof := Deep(t.Context(), find(t, written), options)
	if checks.BackupVerdict(proof) != device.CannotTell || !slices.Equal(modes(proof), []string{"folder-gone"}) || proof.NextFails {
		t.Errorf("%s, %+v", checks.BackupVerdict(proof), proof.Faults)
	}
	for _, s := range proof.Statements {
		if s.Shown == device.ShownTrue || s.Shown == device.ShownFalse {
			t.Errorf("%s is shown %s of a folder that is gone", s.ID, s.Shown)
		}
	}
}

func removeRest(t *testing.T, f backuptest.Folder) {
	for _, file := range healthy {
		if err := os.RemoveAll(filepath.Dir(f.Blob(file.Domain, file.Path))); err != nil {
			t.Error(err)
		}
	}
}

// A run stopped partway says so, and keeps its findings.
func TestStoppedInTheMiddle(t *testing.T) {
	written := write(t, shapes[0])
	ctx, cancel := context.WithCancel(t.Context())
	removeBlob(digestDomain, digestPath)(t, written)
	proof := Deep(ctx, find(t, written), Options{Workers: 1, Problem: func(Problem) { cancel() }})
	if checks.BackupVerdict(proof) != device.Broken || !slices.Equal(modes(proof), []string{"blob-missing", "stopped"}) {
		t.Errorf("%s, %+v", checks.BackupVerdict(proof), proof.Faults)
	}
}

// A link is not followed, here to something that would block a reader forever, so nothing is known of
// what it stands for: neither that it is damaged, nor that the next backup fails.
func TestLinks(t *testing.T) {
	for _, s := range shapes {
		for what, part := range map[string]func(backuptest.Folder) string{
			infoName: top(infoName), statusName: top(statusName), propertiesName: top(propertiesName),
			"the list": listFile, "with a digest": withDigest, "without a digest": withoutDigest,
		} {
			written := write(t, s)
			folder := find(t, written)
			options := unlocked(t, folder, s)
			path := part(written)
			must(t, os.Remove(path))
			must(t, os.Symlink("/dev/zero", path))
			for _, proof := range []device.Proof{Quick(t.Context(), folder, options), Deep(t.Context(), folder, options)} {
				expect(t, s.name+", "+what, device.CannotTell, []string{"link-not-followed"}, proof)
				fault := faultOf(proof, linked)
				named := fault.Detail == filepath.Base(path) || len(fault.Examples) == 1 && fault.Examples[0].FileID == filepath.Base(path)
				if !named || proof.NextFails {
					t.Errorf("%s, %s: next fails %v, %+v", s.name, what, proof.NextFails, fault)
				}
				if fault.Count > 0 && proof.Found != proof.Listed-1 {
					t.Errorf("%s, %s: %d of %d files found", s.name, what, proof.Found, proof.Listed)
				}
			}
		}
	}
}

// A folder of files that is a link is not looked into, wherever it leads.
func TestLinkForAFolder(t *testing.T) {
	for _, s := range shapes {
		written := write(t, s)
		path := withDigest(written)
		if filepath.Dir(path) == written.Path {
			continue // files have no folders in this layout
		}
		must(t, os.Rename(filepath.Dir(path), filepath.Join(written.Path, "moved")))
		must(t, os.Symlink("moved", filepath.Dir(path)))
		expect(t, s.name, device.CannotTell, []string{"link-not-followed"}, proofsOf(t, written, s)...)
	}
}

// What a file says that is only a link is unknown.
func TestLinkForEvidence(t *testing.T) {
	written := write(t, shapes[0])
	path := written.Blob(lastBackups.domain, lastBackups.path)
	must(t, os.MkdirAll(filepath.Dir(path), 0o700))
	must(t, os.RemoveAll(path))
	must(t, os.Symlink("/dev/zero", path))
	must(t, os.Remove(filepath.Join(written.Path, dbName)))
	if _, err := Evidence(t.Context(), find(t, written), Options{}).CloudBackup.Enabled.Get(); !errors.Is(err, device.Inconclusive) {
		t.Error(err)
	}
}

// Neither a link nor a folder in place of a property list is called a damaged one.
func TestNoFileForAList(t *testing.T) {
	for name, mode := range map[string]*Mode{infoName: infoMissing, statusName: statusUnreadable, propertiesName: propertiesUnreadable} {
		written := write(t, shapes[0])
		must(t, os.Remove(filepath.Join(written.Path, name)))
		must(t, os.Mkdir(filepath.Join(written.Path, name), 0o700))
		if fault := faultOf(Quick(t.Context(), find(t, written), Options{}), mode); fault.Detail != "it is not a file" {
			t.Errorf("%s: %+v", name, fault)
		}
	}
}

func TestMissingBackupFolder(t *testing.T) {
	proof := Quick(t.Context(), Folder{Path: filepath.Join(t.TempDir(), "gone")}, Options{})
	if checks.BackupVerdict(proof) != device.CannotTell || !slices.Equal(modes(proof), []string{"folder-gone"}) {
		t.Errorf("%s, %+v", checks.BackupVerdict(proof), proof.Faults)
	}
}

// Changes never merged into the manifest count, and are read from a copy. Where some may be lost,
// the backup is not whole.
func TestManifestLog(t *testing.T) {
	for name, test := range map[string]struct {
		change func(data []byte, first int) []byte // of a log with two changes, the first of this length
		want   device.ProofVerdict
		modes  []string
	}{
		"as written":              {func(data []byte, _ int) []byte { return data }, device.Whole, []string{"manifest-log"}},
		"cut by half":             {func(data []byte, _ int) []byte { return data[:len(data)/2] }, device.CannotTell, []string{"list-incomplete", "orphan"}},
		"cut between the changes": {func(data []byte, first int) []byte { return data[:first] }, device.CannotTell, []string{"list-incomplete", "manifest-log", "orphan"}},
		"a byte flipped":          {func(data []byte, first int) []byte { data[first+100] ^= 255; return data }, device.CannotTell, []string{"list-incomplete", "orphan"}},
		"random bytes":            {func([]byte, int) []byte { return backuptest.Bytes(5000, 9) }, device.CannotTell, []string{"list-incomplete", "orphan"}},
	} {
		t.Run(name, func(t *testing.T) {
			written := write(t, shapes[0])
			path := filepath.Join(written.Path, dbName)
			first := rowsIntoLog(t, path)
			data, err := os.ReadFile(path + "-wal")
			must(t, err)
			must(t, os.WriteFile(path+"-wal", test.change(data, first), 0o600))
			before := snapshotOf(t, written.Path)
			t.Setenv("TMPDIR", t.TempDir())
			expect(t, name, test.want, test.modes, proofsOf(t, written, shapes[0])...)
			if after := snapshotOf(t, written.Path); !slices.Equal(before, after) {
				t.Errorf("before\n%v\nafter\n%v", before, after)
			}
			if left, err := os.ReadDir(os.TempDir()); err != nil || len(left) != 0 {
				t.Errorf("left behind: %v, %v", left, err)
			}
		})
	}
}

// rowsIntoLog moves all rows of a Manifest.db to its log, in two changes, and returns the length
// of the log after the first.
func rowsIntoLog(t *testing.T, path string) (first int) {
	t.Helper()
	conn, err := sqlite.OpenConn(path, sqlite.OpenReadWrite)
	must(t, err)
	t.Cleanup(func() { conn.Close() }) // closing it merges the log
	for _, statement := range []string{
		"CREATE TEMP TABLE moved AS SELECT * FROM Files", "DELETE FROM Files", "PRAGMA wal_checkpoint(TRUNCATE)",
		"INSERT INTO Files SELECT * FROM moved WHERE rowid <= 3", "INSERT INTO Files SELECT * FROM moved WHERE rowid > 3",
	} {
		info, err := os.Stat(path + "-wal")
		if err == nil {
			first = int(info.Size())
		}
		must(t, sqlitex.ExecuteTransient(conn, statement, nil))
	}
	return first
}

// A log of another database does not give the list an unknown layout.
func TestManifestLogOfAnotherDatabase(t *testing.T) {
	written := write(t, shapes[0])
	foreign := filepath.Join(t.TempDir(), "foreign.db")
	conn, err := sqlite.OpenConn(foreign)
	must(t, err)
	defer conn.Close()
	must(t, sqlitex.ExecuteTransient(conn, "CREATE TABLE other (one)", nil))
	data, err := os.ReadFile(foreign + "-wal")
	must(t, err)
	must(t, os.WriteFile(filepath.Join(written.Path, dbName+"-wal"), data, 0o600))
	expect(t, "foreign", device.CannotTell, []string{"list-incomplete"}, proofsOf(t, written, shapes[0])...)
}

// A rollback journal that SQLite keeps after a change begins with zeros, and changes nothing.
func TestManifestJournal(t *testing.T) {
	written := write(t, shapes[0])
	path := filepath.Join(written.Path, dbName+"-journal")
	must(t, os.WriteFile(path, make([]byte, 512), 0o600))
	expect(t, "spent", device.Whole, nil, proofsOf(t, written, shapes[0])...)
	must(t, os.WriteFile(path, []byte("\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"), 0o600))
	expect(t, "of an interrupted change", device.CannotTell, []string{"list-incomplete"}, proofsOf(t, written, shapes[0])...)
	must(t, os.Remove(path))
	must(t, os.Mkdir(path, 0o700))
	expect(t, "a folder", device.CannotTell, []string{"list-incomplete"}, proofsOf(t, written, shapes[0])...)
}

// What was in a page that belongs to no table is not known.
func TestManifestWithAnUnusedPage(t *testing.T) {
	written := write(t, shapes[0])
	path := filepath.Join(written.Path, dbName)
	content, err := os.ReadFile(path)
	must(t, err)
	pageSize := int(binary.BigEndian.Uint16(content[16:]))
	binary.BigEndian.PutUint32(content[28:], uint32(len(content)/pageSize+1))
	must(t, os.WriteFile(path, append(content, make([]byte, pageSize)...), 0o600))
	for _, proof := range proofsOf(t, written, shapes[0]) {
		expect(t, "an unused page", device.CannotTell, []string{"list-incomplete"}, proof)
		if proof.NextFails {
			t.Error("the next backup is said to fail")
		}
	}
}

// A log that was not read may hold changes.
func TestManifestLogNotRead(t *testing.T) {
	written := write(t, shapes[0])
	addFile("."+dbName+"-wal.icloud")(t, written)
	expect(t, "in the cloud", device.CannotTell, []string{"cloud-placeholder"}, proofsOf(t, written, shapes[0])...)
	written = write(t, shapes[1])
	addFile(dbName+"-wal")(t, written)
	expect(t, "encrypted", device.CannotTell, []string{"list-incomplete"}, proofsOf(t, written, shapes[1])...)
	for what, make := range map[string]func(path string) error{
		"list-incomplete":   func(path string) error { return os.Mkdir(path, 0o700) },
		"link-not-followed": func(path string) error { return os.Symlink("elsewhere", path) },
	} {
		written = write(t, shapes[0])
		if err := make(filepath.Join(written.Path, dbName+"-wal")); err != nil {
			t.Logf("%s: %v", what, err) // Windows lets few users make links
			continue
		}
		expect(t, what, device.CannotTell, []string{what}, proofsOf(t, written, shapes[0])...)
	}
	written = write(t, shapes[0])
	must(t, os.Symlink("elsewhere", filepath.Join(written.Path, dbName+"-journal")))
	expect(t, "a link for a journal", device.CannotTell, []string{"link-not-followed"}, proofsOf(t, written, shapes[0])...)
}

// Unreadable rows are reported one by one, and the others are still inspected.
func TestRowTroubles(t *testing.T) {
	for name, test := range map[string]struct {
		change string
		want   []string
	}{
		"record is garbage":  {"UPDATE Files SET file = x'00' WHERE relativePath LIKE '%IMG_0001%'", []string{"row-unreadable"}},
		"of a folder":        {"UPDATE Files SET file = x'00' WHERE flags = 2", []string{"row-unreadable"}},
		"of a link, cut":     {"UPDATE Files SET file = substr(file, 1, 200) WHERE flags = 4", []string{"row-unreadable"}},
		"record is missing":  {"UPDATE Files SET file = NULL WHERE relativePath LIKE '%IMG_0001%'", []string{"row-unreadable"}},
		"id climbs out":      {"UPDATE Files SET fileID = '../../../../../../../../../../etc/passwd00' WHERE relativePath LIKE '%IMG_0001%'", []string{"row-unreadable", "orphan"}},
		"id of another file": {"UPDATE Files SET relativePath = 'other' WHERE relativePath LIKE '%IMG_0001%'", []string{"row-unreadable"}},
	} {
		written := write(t, shapes[0])
		conn, err := sqlite.OpenConn(filepath.Join(written.Path, dbName), sqlite.OpenReadWrite)
		must(t, err)
		must(t, sqlitex.ExecuteScript(conn, test.change+";", nil))
		must(t, conn.Close())
		proof := Deep(t.Context(), find(t, written), Options{})
		if got := modes(proof); checks.BackupVerdict(proof) != device.Broken || !slices.Equal(got, test.want) {
			t.Errorf("%s: %s, %v, want %v; %+v", name, checks.BackupVerdict(proof), got, test.want, proof.Faults)
		}
	}
}

// A database with other tables is not a list known to this program, but not damaged either.
func TestUnknownTables(t *testing.T) {
	written := write(t, shapes[0])
	conn, err := sqlite.OpenConn(filepath.Join(written.Path, dbName), sqlite.OpenReadWrite)
	must(t, err)
	must(t, sqlitex.ExecuteScript(conn, "ALTER TABLE Files RENAME TO Other; CREATE VIEW Files AS SELECT * FROM Other;", nil))
	must(t, conn.Close())
	proof := Quick(t.Context(), find(t, written), Options{})
	if checks.BackupVerdict(proof) != device.CannotTell || proof.NextFails || !slices.Equal(modes(proof), []string{"layout-unread"}) {
		t.Errorf("%s, next fails %v, %+v", checks.BackupVerdict(proof), proof.NextFails, proof.Faults)
	}
}

// A file removed by a cloud drive leaves a placeholder: it is then unknown whether the copy is
// whole, and nothing is lost.
func TestFileKeptInTheCloud(t *testing.T) {
	for _, s := range shapes {
		written := write(t, s)
		folder := find(t, written)
		blob := written.Blob(photoDomain, photoPath)
		must(t, os.Rename(blob, filepath.Join(filepath.Dir(blob), "."+filepath.Base(blob)+".icloud")))
		proof := Quick(t.Context(), folder, unlocked(t, folder, s))
		if checks.BackupVerdict(proof) != device.CannotTell || !slices.Equal(modes(proof), []string{"cloud-placeholder"}) {
			t.Errorf("%s: %s, %+v", s.name, checks.BackupVerdict(proof), proof.Faults)
		}
	}
}

func TestFileInPlaceOfABlobFolder(t *testing.T) {
	written := write(t, shapes[0])
	folder := filepath.Dir(written.Blob(photoDomain, photoPath))
	must(t, os.RemoveAll(folder))
	must(t, os.WriteFile(folder, nil, 0o600))
	proof := Quick(t.Context(), find(t, written), Options{})
	if checks.BackupVerdict(proof) != device.Broken || faultOf(proof, blobUnreadable).Count == 0 {
		t.Errorf("%s, %+v", checks.BackupVerdict(proof), proof.Faults)
	}
}

func TestManifestHuge(t *testing.T) {
	written := write(t, shapes[0])
	must(t, os.Truncate(filepath.Join(written.Path, dbName), hugeManifest+4096)) // a sparse file
	fault := faultOf(Quick(t.Context(), find(t, written), Options{}), manifestHuge)
	if fault.Detail != "1.1 GB" || len(fault.Examples) != 1 {
		t.Errorf("%+v", fault)
	}
}

// How much the next backup needs is not known, so little space is remarked on, and no more.
func TestLittleSpace(t *testing.T) {
	for free, want := range map[uint64]bool{0: true, leastFree - 1: true, leastFree: false} {
		v := &verification{faults: newFaults(Options{})}
		v.judgeDisk(free, nil)
		if v.nextFails() || v.faults.has(littleSpace) != want {
			t.Errorf("%d bytes free: next fails %v, want %v; remarked on %v, want %v", free, v.nextFails(), false, v.faults.has(littleSpace), want)
		}
	}
}

// FuzzTop verifies a folder whose property lists are arbitrary bytes.
func FuzzTop(f *testing.F) {
	f.Add([]byte("garbage"), []byte("<plist><dict/></plist>"), []byte(nil))
	f.Add(backuptest.Plist(map[string]any{"SnapshotState": "finished"}), backuptest.Plist(map[string]any{"IsEncrypted": true, "BackupKeyBag": []byte("VERS")}), backuptest.Plist(map[string]any{}))
	folder := f.TempDir()
	f.Fuzz(func(t *testing.T, status, properties, info []byte) {
		must(t, os.WriteFile(filepath.Join(folder, statusName), status, 0o600))
		must(t, os.WriteFile(filepath.Join(folder, propertiesName), properties, 0o600))
		must(t, os.WriteFile(filepath.Join(folder, infoName), info, 0o600))
		Read(t.Context(), Folder{Path: folder})
		if proof := Quick(t.Context(), Folder{Path: folder}, Options{}); checks.BackupVerdict(proof) == device.Whole {
			t.Errorf("whole, without a manifest: %+v", proof)
		}
	})
}

// Verification stopped within one large file ends there, and keeps its earlier findings.
func TestALookStopsWithinAFile(t *testing.T) {
	const hole = 64 << 30 // sparse, but takes half a minute to read
	for _, s := range shapes {
		t.Run(s.name, func(t *testing.T) {
			written := write(t, s)
			large := written.Blob("HomeDomain", "Library/with-digest")
			must(t, os.Truncate(large, hole))
			folder := find(t, written)
			ctx, stop := context.WithCancel(t.Context())
			options := unlocked(t, folder, s)
			options.Progress = func(p Progress) {
				if p.Bytes > 64<<20 {
					stop()
				}
			}
			proof := Deep(ctx, folder, options)
			if proof.DigestedBytes >= hole {
				t.Errorf("%d bytes were read of a file that was to be left", proof.DigestedBytes)
			}
			if proof.Found == 0 || proof.Statement(device.StatementFiles).Shown == device.ShownTrue {
				t.Errorf("%d files were found, and all are there: %+v", proof.Found, proof.Statement(device.StatementFiles))
			}
			if digests := proof.Statement(device.StatementDigests); digests.Shown != device.ShownNeither || !slices.Contains(digests.Faults, stopped.ID) {
				t.Errorf("the digests are %+v", digests)
			}
		})
	}
}

// Two rows for one file must not make up for an unlisted file.
func TestARowListedTwiceHidesNothing(t *testing.T) {
	files := append(slices.Clone(healthy), healthy[1])
	written, err := backuptest.Write(t.TempDir(), backuptest.Backup{Layout: backuptest.MBDB, Files: slices.Values(files)})
	must(t, err)
	twice := filepath.Base(written.Blob(healthy[1].Domain, healthy[1].Path))
	must(t, os.WriteFile(filepath.Join(written.Path, twice[:2]+strings.Repeat("0", 38)), []byte("x"), 0o600))
	proof := Quick(t.Context(), find(t, written), Options{})
	if proof.Unlisted != 1 || checks.BackupVerdict(proof) != device.Broken {
		t.Errorf("%d unlisted, %s: %+v", proof.Unlisted, checks.BackupVerdict(proof), proof.Faults)
	}
	i := slices.IndexFunc(proof.Faults, func(f device.BackupFault) bool { return f.Mode == rowUnreadable.ID })
	if i < 0 || proof.Faults[i].Count != 1 || proof.Faults[i].Examples[0].FileID != twice {
		t.Errorf("not named: %+v", proof.Faults)
	}
}
