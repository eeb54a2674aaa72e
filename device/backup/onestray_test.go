package backup

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/testdata/backuptest"
)

// One record with a key does not make a plain backup an encrypted one, or a decrypted copy of one.
func TestStrayKey(t *testing.T) {
	for _, s := range []shape{shapes[0], shapes[2]} {
		for name, change := range map[string]func(map[string]any){
			"IsEncrypted is false":           func(map[string]any) {},
			"IsEncrypted is missing":         func(d map[string]any) { delete(d, "IsEncrypted") },
			"IsEncrypted is of another type": func(d map[string]any) { d["IsEncrypted"] = []byte{1} },
		} {
			written, err := backuptest.Write(t.TempDir(), backuptest.Backup{Layout: s.layout, Files: slices.Values(healthy), Change: func(r *backuptest.Record) {
				if r.Path == photoPath {
					r.EncryptionKey = backuptest.Bytes(44, 9)
				}
			}})
			must(t, err)
			editPlist(propertiesName, change)(t, written)
			expect(t, s.name+", "+name, device.CannotTell, []string{"encryption-contradicted"}, proofsOf(t, written, shape{})...)
		}
	}
}

// In a decrypted copy, one file as long as its ciphertext does not make all of them encrypted.
func TestDecryptedCopyWithALongerFile(t *testing.T) {
	written := writeDecrypted(t)
	edit(withoutDigest, func(data []byte) []byte { return append(data, make([]byte, 16-len(data)%16)...) })(t, written)
	expect(t, "longer", device.CannotTell, []string{"decrypted-copy", "blob-longer"}, proofsOf(t, written, shape{})...)
}

// writeDecrypted writes a backup as a program leaves it that decrypts the list and the files, and
// nothing else.
func writeDecrypted(t *testing.T) backuptest.Folder {
	t.Helper()
	records := map[string]backuptest.Record{}
	encrypted, err := backuptest.Write(t.TempDir(), backuptest.Backup{Password: "0000", Files: slices.Values(healthy), Change: func(r *backuptest.Record) { records[r.ID] = *r }})
	must(t, err)
	written, err := backuptest.Write(t.TempDir(), backuptest.Backup{Files: slices.Values(healthy), Change: func(r *backuptest.Record) {
		r.Digest, r.EncryptionKey = records[r.ID].Digest, records[r.ID].EncryptionKey
	}})
	must(t, err)
	must(t, os.Rename(filepath.Join(encrypted.Path, propertiesName), filepath.Join(written.Path, propertiesName)))
	return written
}

// Before iOS 10.2 the list was in the clear, so no lost key explains one that cannot be read.
func TestClearListZeroed(t *testing.T) {
	for _, layout := range []backuptest.Layout{backuptest.DB100, backuptest.DB101} {
		for _, password := range []string{"", "0000"} {
			written := write(t, shape{layout: layout, password: "0000"})
			zero(listFile)(t, written)
			expect(t, password, device.Broken, []string{"manifest-unreadable"}, proofsOf(t, written, shape{password: password})...)
		}
	}
}

// A database whose record cannot be read, or is of a directory, is not called damaged.
func TestDatabaseWithoutItsRecord(t *testing.T) {
	files := append(slices.Clone(healthy), backuptest.File{Domain: homeDomain, Path: "Library/SMS/sms.db", Data: sqliteFile(1)})
	for name, change := range map[string]func(*backuptest.Record){
		"digest":    func(r *backuptest.Record) { r.Digest = r.Digest[1:] },
		"directory": func(r *backuptest.Record) { r.Flags = 2 },
	} {
		for _, s := range shapes[:2] {
			written, err := backuptest.Write(t.TempDir(), backuptest.Backup{Layout: s.layout, Password: s.password, Files: slices.Values(files), Change: func(r *backuptest.Record) {
				if r.Path == "Library/SMS/sms.db" {
					change(r)
				}
			}})
			must(t, err)
			proofs := proofsOf(t, written, s)
			expect(t, s.name+", "+name, device.Broken, []string{"row-unreadable"}, proofs...)
			if shown := proofs[1].Statement(device.StatementDatabases).Shown; shown != device.ShownNeither {
				t.Errorf("%s, %s: databases %s", s.name, name, shown)
			}
		}
	}
}

// What was not compared is not shown: a folder in place of a file, and a file whose record cannot
// be read.
func TestNothingComparedIsNotShown(t *testing.T) {
	for _, s := range shapes {
		for name, change := range map[string]struct {
			record func(*backuptest.Record)
			folder func(*testing.T, backuptest.Folder)
		}{
			"folder": {func(*backuptest.Record) {}, func(t *testing.T, f backuptest.Folder) {
				must(t, os.Remove(withDigest(f)))
				must(t, os.Mkdir(withDigest(f), 0o700))
			}},
			"record": {func(r *backuptest.Record) { r.Digest = r.Digest[1:] }, func(*testing.T, backuptest.Folder) {}},
		} {
			written, err := backuptest.Write(t.TempDir(), backuptest.Backup{Layout: s.layout, Password: s.password, Files: slices.Values(healthy), Change: func(r *backuptest.Record) {
				if r.Path == digestPath {
					change.record(r)
				}
			}})
			must(t, err)
			change.folder(t, written)
			deep := proofsOf(t, written, s)[1]
			for _, id := range []device.StatementID{device.StatementLengths, device.StatementDigests} {
				if shown := deep.Statement(id).Shown; shown != device.ShownNeither {
					t.Errorf("%s, %s: %s is %s", s.name, name, id, shown)
				}
			}
		}
	}
}
