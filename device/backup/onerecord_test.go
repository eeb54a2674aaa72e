package backup

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/testdata/backuptest"
)

// A recordChange changes the record of one file, and has the correct verdicts of quick and deep
// verification: of an encrypted backup with its password, of one without it whose list is in the
// clear, and of a plain one. An empty verdict is not checked.
type recordChange struct {
	name             string
	file             string // digestPath or photoPath
	digest           func([]byte) []byte
	key              func([]byte) []byte
	size             int // recorded; 0 for the right one
	locked, unopened [2]device.ProofVerdict
	plain            [2]device.ProofVerdict
	notDetected      string // why it is undetectable, if a verdict is whole
}

func without([]byte) []byte     { return nil }
func emptied([]byte) []byte     { return []byte{} }
func cutBy4(b []byte) []byte    { return b[:len(b)-4] }
func flipLast(b []byte) []byte  { b = bytes.Clone(b); b[len(b)-1] ^= 1; return b }
func flipFirst(b []byte) []byte { b = bytes.Clone(b); b[0] ^= 0x40; return b } // the class of a key

var (
	none        = [2]device.ProofVerdict{}
	deepBroken  = [2]device.ProofVerdict{whole, broken}
	quickBroken = [2]device.ProofVerdict{broken, whole}
)

var recordChanges = []recordChange{
	{"no key", digestPath, nil, without, 0, always(neither), always(neither), none, ""},
	{"no key", photoPath, nil, without, 0, always(neither), always(neither), none, ""},
	{"the key emptied", digestPath, nil, emptied, 0, always(neither), always(neither), none, ""},
	{"the key cut", digestPath, nil, cutBy4, 0, always(broken), always(broken), none, ""},
	{"the key cut", photoPath, nil, cutBy4, 0, always(broken), always(broken), none, ""},
	{"the key flipped", digestPath, nil, flipLast, 0, always(broken), always(whole), none, "only the password opens a key"},
	{"the key flipped", photoPath, nil, flipLast, 0, always(broken), always(whole), none, "only the password opens a key"},
	{"a class that the keybag lacks", digestPath, nil, flipFirst, 0, always(broken), always(broken), none, ""},
	{"a class that the keybag lacks", photoPath, nil, flipFirst, 0, always(broken), always(broken), none, ""},
	{"no digest", digestPath, without, nil, 0, always(whole), always(whole), always(whole), "a file without a digest, and counted as one"},
	{"the digest cut", digestPath, cutBy4, nil, 0, always(broken), always(broken), always(broken), ""},
	{"the digest flipped", digestPath, flipLast, nil, 0, deepBroken, deepBroken, deepBroken, "a quick look compares no digests"},
	{"a negative size", digestPath, nil, nil, -5, always(broken), always(broken), always(broken), ""},
	{"a negative size", photoPath, nil, nil, -5, always(broken), always(broken), always(broken), ""},
	{"a larger size", digestPath, nil, nil, 1 << 40, quickBroken, [2]device.ProofVerdict{neither, whole}, quickBroken, "a right digest settles any length"},
	{"a larger size", photoPath, nil, nil, 1 << 40, always(broken), always(neither), always(broken), ""},
	{"a smaller size", photoPath, nil, nil, 7, always(whole), always(neither), always(whole), "a file that grew during the backup looks the same"},
}

func TestOneChangedRecord(t *testing.T) {
	for _, s := range append(slices.Clone(shapes), shape{"iOS 10.1 encrypted", backuptest.DB101, "0000"}) {
		for i, change := range recordChanges {
			if i%2 > 0 && testing.Short() {
				continue
			}
			t.Run(s.name+"/"+change.name+" of "+filepath.Base(change.file), func(t *testing.T) {
				folder := writeRecord(t, s, change)
				if s.password == "" {
					change.check(t, change.plain, Options{}, folder)
					return
				}
				keys, err := Unlock(t.Context(), folder, s.password, nil)
				change.check(t, change.locked, Options{Keys: keys, Locked: err}, folder)
				if s.layout != backuptest.DB { // whose list is encrypted
					change.check(t, change.unopened, Options{}, folder)
				}
			})
		}
	}
}

// check verifies a folder at both depths.
func (c recordChange) check(t *testing.T, want [2]device.ProofVerdict, options Options, folder Folder) {
	t.Helper()
	for i, proof := range []device.Proof{Quick(t.Context(), folder, options), Deep(t.Context(), folder, options)} {
		got := checks.BackupVerdict(proof)
		if want[i] != "" && got != want[i] {
			t.Errorf("%s: %s, want %s; %+v %+v", proof.Depth, got, want[i], proof.Faults, proof.Statements)
		}
		if want[i] != "" && got == device.Whole && c.notDetected == "" {
			t.Errorf("%s: whole, and the table does not say why nothing shows it", proof.Depth)
		}
	}
}

// writeRecord writes a backup with a changed record.
func writeRecord(t *testing.T, s shape, change recordChange) Folder {
	t.Helper()
	files := slices.Clone(healthy)
	for i := range files {
		if files[i].Path == change.file {
			files[i].Recorded = change.size
		}
	}
	written, err := backuptest.Write(t.TempDir(), backuptest.Backup{
		Layout: s.layout, Password: s.password, Files: slices.Values(files),
		Change: func(r *backuptest.Record) {
			if r.Path == change.file && change.digest != nil {
				r.Digest = change.digest(r.Digest)
			}
			if r.Path == change.file && change.key != nil && r.EncryptionKey != nil {
				r.EncryptionKey = change.key(r.EncryptionKey)
			}
		},
	})
	must(t, err)
	return Folder{Path: written.Path, UDID: backuptest.UDID}
}

// A database stored encrypted whose key is lost is not damaged on the device.
func TestAllKeysLost(t *testing.T) {
	files := append(slices.Clone(healthy), backuptest.File{Domain: "HomeDomain", Path: "Library/SMS/sms.db", Data: sqliteFile(3)})
	for _, layout := range []backuptest.Layout{backuptest.DB, backuptest.MBDB, backuptest.DB101} {
		written, err := backuptest.Write(t.TempDir(), backuptest.Backup{
			Layout: layout, Password: "0000", Files: slices.Values(files),
			Change: func(r *backuptest.Record) { r.EncryptionKey = nil },
		})
		must(t, err)
		folder := find(t, written)
		keys, err := Unlock(t.Context(), folder, "0000", nil)
		must(t, err)
		expect(t, "all keys lost", device.CannotTell, []string{"encryption-contradicted"}, Deep(t.Context(), folder, Options{Keys: keys}))
	}
}

// The password is not what is missing if the keys are lost.
func TestDatabasesWithoutKeys(t *testing.T) {
	for _, layout := range []backuptest.Layout{backuptest.MBDB, backuptest.DB101} {
		for _, lost := range []bool{false, true} {
			written, err := backuptest.Write(t.TempDir(), backuptest.Backup{Layout: layout, Password: "0000", Files: slices.Values(healthy)})
			must(t, err)
			want := "without the password no database inside can be opened"
			if lost {
				must(t, os.Remove(filepath.Join(written.Path, propertiesName)))
				want = "no database inside can be opened"
			}
			if s := Deep(t.Context(), find(t, written), Options{}).Statement(device.StatementDatabases); s.Detail != want {
				t.Errorf("%v, lost %v: %+v", layout, lost, s)
			}
		}
	}
}

// withoutKeys writes an encrypted backup and removes every key from it. IsEncrypted is missing, or false.
func withoutKeys(t *testing.T, layout backuptest.Layout, denied bool) Folder {
	t.Helper()
	written, err := backuptest.Write(t.TempDir(), backuptest.Backup{
		Layout: layout, Password: "0000", Files: slices.Values(healthy),
		Change: func(r *backuptest.Record) { r.EncryptionKey = nil },
	})
	must(t, err)
	editPlist(propertiesName, func(d map[string]any) {
		delete(d, "IsEncrypted")
		if denied {
			d["IsEncrypted"] = false
		}
		delete(d, "ManifestKey")
		delete(d, "BackupKeyBag")
	})(t, written)
	return find(t, written)
}

// Nothing says any more that these files are encrypted, but for their lengths.
func TestAllKeysAndTheFlagLost(t *testing.T) {
	for _, layout := range []backuptest.Layout{backuptest.MBDB, backuptest.DB101} {
		expect(t, "keys and flag lost", device.CannotTell, []string{"encryption-contradicted"}, proofsIn(t, withoutKeys(t, layout, false))...)
	}
}

// The same with a flag that denies it: no file has its own length.
func TestAllKeysLostAndTheFlagFalse(t *testing.T) {
	for _, layout := range []backuptest.Layout{backuptest.MBDB, backuptest.DB101} {
		for _, proof := range proofsIn(t, withoutKeys(t, layout, true)) {
			if verdict := checks.BackupVerdict(proof); verdict != device.CannotTell || !slices.Contains(modes(proof), "encryption-contradicted") {
				t.Errorf("%v, %s: %s, %v", layout, proof.Depth, verdict, modes(proof))
			}
		}
	}
}

// A plain backup with the Manifest.plist of an encrypted one was never encrypted.
func TestPropertiesOfAnEncryptedBackup(t *testing.T) {
	for _, layout := range []backuptest.Layout{backuptest.DB, backuptest.MBDB} {
		written := write(t, shape{layout: layout})
		other := write(t, shape{layout: layout, password: "0000"})
		must(t, os.Rename(filepath.Join(other.Path, propertiesName), filepath.Join(written.Path, propertiesName)))
		expect(t, "of an encrypted backup", device.CannotTell, []string{"encryption-contradicted"}, proofsIn(t, find(t, written))...)
		if encrypted, err := Read(t.Context(), find(t, written)).Encrypted.Get(); !errors.Is(err, device.Inconclusive) {
			t.Errorf("layout %d: encrypted %v, %v; anyone can read its files", layout, encrypted, err)
		}
	}
}

// Nor does IsEncrypted alone make a backup encrypted. Records with keys do.
func TestReadEncryption(t *testing.T) {
	for _, s := range shapes {
		written := write(t, s)
		if encrypted, err := Read(t.Context(), find(t, written)).Encrypted.Get(); err != nil || encrypted != (s.password != "") {
			t.Errorf("%s: encrypted %v, %v", s.name, encrypted, err)
		}
		editPlist(propertiesName, func(d map[string]any) { d["IsEncrypted"] = true })(t, written)
		encrypted, err := Read(t.Context(), find(t, written)).Encrypted.Get()
		if s.password == "" && !errors.Is(err, device.Inconclusive) || s.password != "" && !encrypted {
			t.Errorf("%s, IsEncrypted true: encrypted %v, %v", s.name, encrypted, err)
		}
	}
}
