package backup

import (
	"crypto/aes"
	"crypto/cipher"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup/keybag"
	"github.com/backupdoctor/backupdoctor/testdata/backuptest"
)

// expect checks proofs for a verdict and for the modes that must be named.
func expect(t *testing.T, what string, want device.ProofVerdict, named []string, proofs ...device.Proof) {
	t.Helper()
	for _, proof := range proofs {
		if got := checks.BackupVerdict(proof); got != want || !slices.Equal(modes(proof), named) {
			t.Errorf("%s, %s: %s %v, want %s %v; %+v %+v", what, proof.Depth, got, modes(proof), want, named, proof.Faults, proof.Statements)
		}
	}
}

// decrypt decrypts every stored file, as decrypting tools do.
func decrypt(t *testing.T, f backuptest.Folder) {
	t.Helper()
	for _, file := range healthy {
		if file.Kind == backuptest.Regular {
			must(t, os.WriteFile(f.Blob(file.Domain, file.Path), file.Data, 0o600))
		}
	}
}

// decryptList decrypts an encrypted Manifest.db.
func decryptList(t *testing.T, f backuptest.Folder, s shape) {
	t.Helper()
	folder := Folder{Path: f.Path}
	keys, err := Unlock(t.Context(), folder, s.password, nil)
	must(t, err)
	top, err := openTop(f.Path)
	must(t, err)
	defer top.close()
	key, err := keys.Unwrap(readProperties(top).manifestKey)
	must(t, err)
	data, err := os.ReadFile(filepath.Join(f.Path, dbName))
	must(t, err)
	block, err := aes.NewCipher(key)
	must(t, err)
	cipher.NewCBCDecrypter(block, make([]byte, aes.BlockSize)).CryptBlocks(data, data)
	must(t, os.WriteFile(filepath.Join(f.Path, dbName), data[:len(data)-int(data[len(data)-1])], 0o600))
}

// A copy that a program decrypted is readable, but its digests are of other bytes, so it is
// neither whole nor broken. Some programs correct IsEncrypted, and some remove the keys.
func TestDecryptedCopies(t *testing.T) {
	for name, edit := range map[string]func(map[string]any){
		"as it was":            func(map[string]any) {},
		"IsEncrypted is false": func(d map[string]any) { d["IsEncrypted"] = false },
		"IsEncrypted is gone":  func(d map[string]any) { delete(d, "IsEncrypted") },
		"the keys are gone as well": func(d map[string]any) {
			d["IsEncrypted"] = false
			delete(d, "ManifestKey")
			delete(d, "BackupKeyBag")
		},
	} {
		written := write(t, shapes[1])
		decryptList(t, written, shapes[1])
		decrypt(t, written)
		editPlist(propertiesName, edit)(t, written)
		expect(t, name, device.CannotTell, []string{"decrypted-copy"}, proofsOf(t, written, shape{})...)

		cutBlob(photoDomain, photoPath, 1)(t, written)
		proof := Quick(t.Context(), Folder{Path: written.Path, UDID: backuptest.UDID}, Options{})
		if checks.BackupVerdict(proof) != device.Broken || !slices.Contains(modes(proof), "blob-truncated") {
			t.Errorf("%s, a file cut: %s %v", name, checks.BackupVerdict(proof), modes(proof))
		}
	}
	written := write(t, shapes[3])
	decrypt(t, written)
	expect(t, "with a Manifest.mbdb", device.CannotTell, []string{"decrypted-copy"}, proofsOf(t, written, shape{})...)
}

// The device's records are read from a decrypted copy without a password.
func TestEvidenceOfADecryptedCopy(t *testing.T) {
	record := backuptest.Plist(map[string]any{"CloudBackupEnabled": true})
	files := append(slices.Clone(healthy), backuptest.File{Domain: lastBackups.domain, Path: lastBackups.path, Data: record})
	written, err := backuptest.Write(t.TempDir(), backuptest.Backup{Password: "0000", Files: slices.Values(files)})
	must(t, err)
	decryptList(t, written, shapes[1])
	decrypt(t, written)
	must(t, os.WriteFile(written.Blob(lastBackups.domain, lastBackups.path), record, 0o600))
	history := Evidence(t.Context(), Folder{Path: written.Path, UDID: backuptest.UDID}, Options{})
	if on, err := history.CloudBackup.Enabled.Get(); err != nil || !on {
		t.Errorf("iCloud Backup on: %v, %v", on, err)
	}
}

// Encrypted backups of iOS 10.0 have an unencrypted list with encrypted records; in those of
// 10.1 the records are unencrypted too.
func TestEncryptedWithAClearList(t *testing.T) {
	for name, layout := range map[string]backuptest.Layout{"10.0": backuptest.DB100, "10.1": backuptest.DB101} {
		s := shape{name, layout, "0000"}
		written := write(t, s)
		folder := Folder{Path: written.Path, UDID: backuptest.UDID}
		expect(t, name+" with the password", device.Whole, nil, proofsOf(t, written, s)...)
		want, named := device.CannotTell, []string{"password-needed"}
		if layout == backuptest.DB101 {
			want, named = device.Whole, nil // its lengths and digests need no password
		}
		expect(t, name+" without it", want, named, proofsIn(t, folder)...)
		if _, err := Unlock(t.Context(), folder, "another", nil); !errors.Is(err, keybag.ErrWrongPassword) {
			t.Errorf("%s, a wrong password: %v", name, err)
		}
		cutBlob(photoDomain, photoPath, 32)(t, written)
		if proof := proofsOf(t, written, s)[0]; checks.BackupVerdict(proof) != device.Broken {
			t.Errorf("%s, a file cut: %s, %+v", name, checks.BackupVerdict(proof), proof.Faults)
		}
	}
}

// Records of some versions have no Size; then nothing can be compared, and nothing is wrong.
func TestRecordsWithoutSize(t *testing.T) {
	files := slices.Clone(healthy)
	for i := range files {
		files[i].NoSize = files[i].Path == photoPath
	}
	for _, s := range shapes[:2] {
		written, err := backuptest.Write(t.TempDir(), backuptest.Backup{Password: s.password, Files: slices.Values(files)})
		must(t, err)
		for _, proof := range proofsOf(t, written, s) {
			expect(t, s.name, device.Whole, nil, proof)
			if proof.LengthsUnknown != 1 {
				t.Errorf("%s: %d lengths unknown, want 1", s.name, proof.LengthsUnknown)
			}
		}
	}
}

// A file recorded and stored with 0 bytes has lost nothing, even in an encrypted backup.
func TestStoredEmpty(t *testing.T) {
	for _, s := range shapes {
		written := write(t, s)
		must(t, os.Truncate(written.Blob("HomeDomain", "Library/empty"), 0))
		expect(t, s.name, device.Whole, nil, proofsOf(t, written, s)...)
		expect(t, s.name+" without the password", map[bool]device.ProofVerdict{true: device.CannotTell, false: device.Whole}[s.name == shapes[1].name],
			map[bool][]string{true: {"password-needed"}}[s.name == shapes[1].name], proofsOf(t, written, shape{})...)
	}
}

// A file of 0 bytes without a recorded size is compared by its digest, or has no padding to be right.
func TestStoredEmptyWithoutSize(t *testing.T) {
	for _, test := range []struct {
		domain, path  string
		locked, plain [2]device.ProofVerdict
	}{
		{digestDomain, digestPath, [2]device.ProofVerdict{neither, broken}, [2]device.ProofVerdict{whole, broken}},
		{photoDomain, photoPath, always(neither), always(whole)},
	} {
		files := slices.Clone(healthy)
		for i := range files {
			files[i].NoSize = files[i].Path == test.path
		}
		for _, s := range shapes[:2] {
			written, err := backuptest.Write(t.TempDir(), backuptest.Backup{Password: s.password, Files: slices.Values(files)})
			must(t, err)
			must(t, os.Truncate(written.Blob(test.domain, test.path), 0))
			want := test.plain
			if s.password != "" {
				want = test.locked
			}
			for i, proof := range proofsOf(t, written, s) {
				if got := checks.BackupVerdict(proof); got != want[i] {
					t.Errorf("%s, %s, %s: %s, want %s; %+v", s.name, test.path, proof.Depth, got, want[i], proof.Faults)
				}
				if padding := proof.Statement(device.StatementPadding); s.password != "" && padding.Count == padding.Of {
					t.Errorf("%s, %s, %s: %+v", s.name, test.path, proof.Depth, padding)
				}
				if digests := proof.Statement(device.StatementDigests); digests.Shown == device.ShownTrue && proof.DigestsLeft > 0 {
					t.Errorf("%s, %s, %s: every digest is right, and %d were not compared", s.name, test.path, proof.Depth, proof.DigestsLeft)
				}
			}
		}
	}
}

// The layout of iOS 2 and 3 is recognized by its names, and not read.
func TestOldLayout(t *testing.T) {
	written := write(t, shapes[2])
	must(t, os.Remove(filepath.Join(written.Path, mbdbName)))
	removeAll(t, written)
	addFile(strings.Repeat("0a", 20)+".mdinfo")(t, written)
	addFile(strings.Repeat("0a", 20)+".mddata")(t, written)
	proofs := proofsOf(t, written, shape{})
	expect(t, "mdinfo", device.CannotTell, []string{"layout-unread"}, proofs...)
	if proofs[0].NextFails {
		t.Error("the next backup is said to fail over a layout that is not read")
	}
	later := write(t, shapes[0])
	editPlist(propertiesName, func(d map[string]any) { d["Version"] = "11.0" })(t, later)
	expect(t, "a later version", device.CannotTell, []string{"layout-unread"}, proofsOf(t, later, shape{})...)
}

// IsEncrypted may be missing: then the keys in Manifest.plist or, in older layouts, the records
// show whether the backup is encrypted.
func TestIsEncryptedMissing(t *testing.T) {
	for _, s := range []shape{shapes[1], shapes[3]} {
		written := write(t, s)
		editPlist(propertiesName, func(d map[string]any) { delete(d, "IsEncrypted") })(t, written)
		folder := Folder{Path: written.Path, UDID: backuptest.UDID}
		if encrypted, err := Read(t.Context(), folder).Encrypted.Get(); err != nil || !encrypted {
			t.Errorf("%s: encrypted %v, %v", s.name, encrypted, err)
		}
		expect(t, s.name, device.Whole, nil, proofsOf(t, written, s)...)
	}
	written := write(t, shapes[2])
	editPlist(propertiesName, func(d map[string]any) {
		delete(d, "IsEncrypted")
		d["BackupKeyBag"] = []byte("VERS")
	})(t, written)
	if encrypted, err := Read(t.Context(), Folder{Path: written.Path}).Encrypted.Get(); err == nil && encrypted {
		t.Error("a keybag alone makes a backup encrypted")
	}
	// Manifest.db counts where there is a Manifest.mbdb, too, as in verification.
	written, other := write(t, shapes[0]), write(t, shapes[3])
	must(t, os.Rename(filepath.Join(other.Path, mbdbName), filepath.Join(written.Path, mbdbName)))
	editPlist(propertiesName, func(d map[string]any) { d["BackupKeyBag"] = []byte("VERS") })(t, written)
	if encrypted, err := Read(t.Context(), Folder{Path: written.Path}).Encrypted.Get(); err != nil || encrypted {
		t.Errorf("with two lists: encrypted %v, %v", encrypted, err)
	}
}

// The records overrule an IsEncrypted that is false: the backup counts as encrypted, and the password
// opens it.
func TestIsEncryptedFalse(t *testing.T) {
	for _, s := range []shape{shapes[1], shapes[3]} {
		for what, value := range map[string]any{"false": false, "of another type": "no"} {
			written := write(t, s)
			editPlist(propertiesName, func(d map[string]any) { d["IsEncrypted"] = value })(t, written)
			folder := Folder{Path: written.Path, UDID: backuptest.UDID}
			if encrypted, err := Read(t.Context(), folder).Encrypted.Get(); err != nil || !encrypted {
				t.Errorf("%s, %s: encrypted %v, %v", s.name, what, encrypted, err)
			}
			if keys, err := Unlock(t.Context(), folder, s.password, nil); err != nil || keys == nil {
				t.Errorf("%s, %s: the password does not open it: %v", s.name, what, err)
			}
		}
	}
}

// Nor is an IsEncrypted that is false believed where the records cannot be read without the password.
func TestIsEncryptedFalseBesideLockedRecords(t *testing.T) {
	written := write(t, shape{layout: backuptest.DB100, password: "0000"})
	editPlist(propertiesName, func(d map[string]any) { d["IsEncrypted"] = false })(t, written)
	proof := Quick(t.Context(), find(t, written), Options{})
	expect(t, "without the password", device.CannotTell, []string{"encryption-contradicted", "password-needed"}, proof)
	if kind := proof.Statement(device.StatementKind); kind.Shown != device.ShownNeither {
		t.Errorf("%+v", kind)
	}
}

// Where the keybag is lost or damaged, no password helps, and none is asked for.
func TestListLockedWithoutAKeybag(t *testing.T) {
	for what, edit := range map[string]func(d map[string]any){
		"lost": func(d map[string]any) { delete(d, "BackupKeyBag") },
		"cut":  func(d map[string]any) { d["BackupKeyBag"] = d["BackupKeyBag"].([]byte)[:40] },
	} {
		written := write(t, shapes[1])
		editPlist(propertiesName, edit)(t, written)
		folder := Folder{Path: written.Path, UDID: backuptest.UDID}
		_, err := Unlock(t.Context(), folder, shapes[1].password, nil)
		expect(t, what, device.Broken, []string{"keybag-inconsistent"}, Quick(t.Context(), folder, Options{}), Quick(t.Context(), folder, Options{Locked: err}))
	}
}

// A wrong password is also reported if the list of files is readable without it.
func TestWrongPasswordBesideAReadableList(t *testing.T) {
	written := write(t, shapes[3])
	folder := Folder{Path: written.Path, UDID: backuptest.UDID}
	_, err := Unlock(t.Context(), folder, "another", nil)
	expect(t, "wrong", device.CannotTell, []string{"password-wrong"}, Quick(t.Context(), folder, Options{Locked: err}))
	proof := Quick(t.Context(), folder, Options{})
	expect(t, "none", device.Whole, nil, proof)
	if s := proof.Statement(device.StatementPadding); s.Shown != device.NotLookedAt || s.Of == 0 {
		t.Errorf("padding without a password: %+v", s)
	}
}

// An encrypted file with an unexpected length is unknown without the password.
func TestLengthWithoutThePassword(t *testing.T) {
	written := write(t, shapes[3])
	must(t, os.Truncate(written.Blob(photoDomain, photoPath), 32))
	expect(t, "without", device.CannotTell, []string{"blob-length"}, proofsOf(t, written, shape{})[0])
	if proof := proofsOf(t, written, shapes[3])[0]; checks.BackupVerdict(proof) != device.Broken {
		t.Errorf("with the password: %s", checks.BackupVerdict(proof))
	}
}

// A matching digest settles any length, and so does the header of a database.
func TestLongerFiles(t *testing.T) {
	files := slices.Clone(healthy)
	for i := range files {
		if files[i].Path == digestPath {
			files[i].Recorded = 300 // the file grew while it was copied, and its digest covers all of it
		}
		if files[i].Path == basePath {
			files[i].Recorded = 4096
		}
	}
	for _, s := range shapes {
		written, err := backuptest.Write(t.TempDir(), backuptest.Backup{Layout: s.layout, Password: s.password, Files: slices.Values(files)})
		must(t, err)
		proofs := proofsOf(t, written, s)
		expect(t, s.name, device.CannotTell, []string{"blob-length"}, proofs[0])
		expect(t, s.name, device.Whole, nil, proofs[1])
		if proofs[1].LengthsByHeader != 1 || proofs[1].DigestsLeft != 0 {
			t.Errorf("%s: %+v", s.name, proofs[1])
		}
	}
}

// A damaged database without a digest may have been damaged here.
func TestSuspectDatabase(t *testing.T) {
	damaged := sqliteFile(3)
	copy(damaged[96:], "not a page of a database at all")
	for _, s := range shapes {
		files := append(slices.Clone(healthy), backuptest.File{Domain: cameraDomain, Path: "Media/PhotoData/Photos.sqlite", Data: damaged})
		written, err := backuptest.Write(t.TempDir(), backuptest.Backup{Layout: s.layout, Password: s.password, Files: slices.Values(files)})
		must(t, err)
		proofs := proofsOf(t, written, s)
		expect(t, s.name, device.Whole, nil, proofs[0])
		expect(t, s.name, device.CannotTell, []string{"inner-database-suspect"}, proofs[1])
	}
}

// A list that is older than its files, or lacks an installed app, may belong to another backup.
func TestDoubtfulMBDB(t *testing.T) {
	written := write(t, shapes[2])
	must(t, os.Chtimes(filepath.Join(written.Path, mbdbName), time.Time{}, time.Now().Add(-48*time.Hour)))
	expect(t, "older than its files", device.CannotTell, []string{"list-incomplete"}, proofsOf(t, written, shape{})...)

	written = write(t, shapes[2])
	setInfo("Installed Applications", []string{"com.example.one", "com.example.gone"})(t, written)
	proofs := proofsOf(t, written, shape{})
	expect(t, "without an installed app", device.CannotTell, []string{"list-incomplete"}, proofs...)
	if fault := faultOf(proofs[0], listIncomplete); len(fault.Examples) != 1 || fault.Examples[0].Domain != "AppDomain-com.example.gone" || strings.Contains(fault.Detail, "gone") {
		t.Errorf("the app that is not in the list: %+v", fault)
	}

	written = write(t, shapes[0])
	setInfo("Installed Applications", []string{"com.example.one", "com.example.gone"})(t, written)
	expect(t, "a Manifest.db vouches for its own end", device.Whole, nil, proofsOf(t, written, shape{})...)
}

// An empty list shows nothing.
func TestEmptyLists(t *testing.T) {
	for _, s := range shapes {
		written, err := backuptest.Write(t.TempDir(), backuptest.Backup{Layout: s.layout, Password: s.password})
		must(t, err)
		expect(t, s.name, device.CannotTell, []string{"list-incomplete"}, proofsOf(t, written, s)...)
	}
}

// A stored file that the list has as a directory contradicts it; a lost one would not be
// missed, but for its record.
func TestDirectoryThatIsAFile(t *testing.T) {
	for _, lost := range []bool{false, true} {
		testDirectoryThatIsAFile(t, lost)
	}
}

func testDirectoryThatIsAFile(t *testing.T, lost bool) {
	t.Helper()
	written := write(t, shapes[0])
	if lost {
		must(t, os.Remove(written.Blob("CameraRollDomain", "Media/DCIM/IMG_0001.HEIC")))
	}
	conn, err := sqlite.OpenConn(filepath.Join(written.Path, dbName), sqlite.OpenReadWrite)
	must(t, err)
	must(t, sqlitex.ExecuteScript(conn, "UPDATE Files SET flags = 2 WHERE relativePath LIKE '%IMG_0001%';", nil))
	must(t, conn.Close())
	for _, proof := range proofsOf(t, written, shape{}) {
		if got := checks.BackupVerdict(proof); got != device.Broken || !slices.Contains(modes(proof), "row-unreadable") {
			t.Errorf("lost %t, %s: %s, %+v", lost, proof.Depth, got, proof.Faults)
		}
		if n := faultOf(proof, rowUnreadable).Count; n != 1 || proof.Unlisted != 0 {
			t.Errorf("lost %t, %s: %d rows and %d unlisted files for one", lost, proof.Depth, n, proof.Unlisted)
		}
	}
}

// A cloud drive may remove a whole folder of files.
func TestFolderOfFilesInTheCloud(t *testing.T) {
	written := write(t, shapes[0])
	folder := filepath.Dir(written.Blob(photoDomain, photoPath))
	must(t, os.RemoveAll(folder))
	must(t, os.WriteFile(filepath.Join(written.Path, "."+filepath.Base(folder)+".icloud"), nil, 0o600))
	expect(t, "the folder", device.CannotTell, []string{"cloud-placeholder"}, proofsOf(t, written, shape{})...)
}

// A backup that changes during verification is not reported whole.
func TestChangedDuringTheLook(t *testing.T) {
	for name, change := range map[string]func(*testing.T, backuptest.Folder){
		"a file rewritten": func(t *testing.T, f backuptest.Folder) {
			must(t, os.WriteFile(f.Blob(photoDomain, photoPath), healthy[4].Data, 0o600))
		},
		"Status.plist touched": func(t *testing.T, f backuptest.Folder) {
			must(t, os.Chtimes(filepath.Join(f.Path, statusName), time.Time{}, time.Now()))
		},
		"Snapshot made": makeFolder(snapshotName),
	} {
		written := write(t, shapes[0])
		removeBlob(digestDomain, digestPath)(t, written) // the first file inspected
		var once atomic.Bool
		options := Options{Workers: 1, Problem: func(Problem) {
			if once.CompareAndSwap(false, true) {
				time.Sleep(20 * time.Millisecond) // longer than the resolution of the file system's clock
				change(t, written)
			}
		}}
		proof := Quick(t.Context(), Folder{Path: written.Path, UDID: backuptest.UDID}, options)
		if s := proof.Statement(device.StatementUnchanged); s.Shown != device.ShownNeither || !slices.Contains(modes(proof), "changed") {
			t.Errorf("%s: %+v", name, s)
		}
	}
}

// The UDID of newer devices is written with or without a hyphen.
func TestUDIDWithoutHyphen(t *testing.T) {
	written := write(t, shapes[0])
	bare := strings.ReplaceAll(backuptest.UDID, "-", "")
	setInfo("Target Identifier", bare)(t, written)
	renamed := filepath.Join(filepath.Dir(written.Path), bare)
	must(t, os.Rename(written.Path, renamed))
	folders, _ := Find(t.Context(), []Place{{Path: renamed}})
	if len(folders) != 1 || folders[0].UDID != backuptest.UDID {
		t.Fatalf("found %+v", folders)
	}
	expect(t, "bare", device.Whole, nil, Quick(t.Context(), folders[0], Options{}))
}

// One level too deep, several in one folder, and a folder that a cloud drive removed.
func TestFindsWhatLiesOddly(t *testing.T) {
	other := "00008120-001122334455667E"
	for name, test := range map[string]struct {
		build func(dir string)
		want  []string
	}{
		"UDID in UDID": {func(dir string) { putBackup(t, dir, backuptest.UDID, backuptest.UDID) }, []string{backuptest.UDID + "/" + backuptest.UDID}},
		"several in one": {func(dir string) {
			putBackup(t, dir, "phones", backuptest.UDID)
			putBackup(t, dir, "phones", other)
		}, []string{"phones/" + backuptest.UDID, "phones/" + other}},
		"unpacked into a folder": {func(dir string) { putBackup(t, dir, "zip", backuptest.UDID, backuptest.UDID) },
			[]string{"zip/" + backuptest.UDID + "/" + backuptest.UDID}},
		"named otherwise": {func(dir string) { putBackup(t, dir, "my phone") }, []string{"my phone"}},
		"in the cloud": {func(dir string) {
			must(t, os.WriteFile(filepath.Join(dir, "."+backuptest.UDID+".icloud"), []byte("bplist00"), 0o600))
		},
			[]string{"." + backuptest.UDID + ".icloud"}},
	} {
		dir := t.TempDir()
		test.build(dir)
		folders, closed := Find(t.Context(), []Place{{Path: dir}})
		var got []string
		for _, folder := range folders {
			path, err := filepath.Rel(dir, folder.Path)
			must(t, err)
			got = append(got, filepath.ToSlash(path))
		}
		if !slices.Equal(got, test.want) || len(closed) > 0 {
			t.Errorf("%s: found %v, want %v; closed %v", name, got, test.want, closed)
		}
	}
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "."+backuptest.UDID+".icloud"), nil, 0o600))
	folders, _ := Find(t.Context(), []Place{{Path: dir}})
	expect(t, "in the cloud", device.CannotTell, []string{"cloud-placeholder"}, proofsIn(t, folders[0])...)
}

func proofsIn(t *testing.T, folder Folder) []device.Proof {
	return []device.Proof{Quick(t.Context(), folder, Options{}), Deep(t.Context(), folder, Options{})}
}

// putBackup moves a whole backup to a path below dir.
func putBackup(t *testing.T, dir string, path ...string) {
	t.Helper()
	to := filepath.Join(append([]string{dir}, path...)...)
	must(t, os.MkdirAll(filepath.Dir(to), 0o700))
	must(t, os.Rename(write(t, shapes[0]).Path, to))
}
