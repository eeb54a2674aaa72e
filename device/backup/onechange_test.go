package backup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup/keybag"
	"github.com/backupdoctor/backupdoctor/device/backup/manifest"
	"github.com/backupdoctor/backupdoctor/testdata/backuptest"
)

// Short names for the table below.
const (
	whole   = device.Whole
	broken  = device.Broken
	neither = device.CannotTell
)

// A oneChange is one change to a whole backup, and the correct verdicts: for quick and deep
// verification, of encrypted backups with their password and of plain ones.
type oneChange struct {
	name        string
	change      func(*testing.T, backuptest.Folder)
	locked      [2]device.ProofVerdict
	plain       [2]device.ProofVerdict
	only        *backuptest.Layout // the layout it applies to; nil for both
	notDetected string             // why it is undetectable, if the verdict is whole
	counted     func(device.Proof) bool
}

// always returns the same verdict for both depths.
func always(v device.ProofVerdict) [2]device.ProofVerdict { return [2]device.ProofVerdict{v, v} }

var (
	withDigest    = func(f backuptest.Folder) string { return f.Blob(digestDomain, digestPath) }
	withoutDigest = func(f backuptest.Folder) string { return f.Blob(photoDomain, photoPath) }
	baseFile      = func(f backuptest.Folder) string { return f.Blob(baseDomain, basePath) }
)

func top(name string) func(backuptest.Folder) string {
	return func(f backuptest.Folder) string { return filepath.Join(f.Path, name) }
}

// listFile returns the list of files, in either format.
func listFile(f backuptest.Folder) string {
	if path := filepath.Join(f.Path, dbName); exists(path) {
		return path
	}
	return filepath.Join(f.Path, mbdbName)
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

func uncompared(p device.Proof) bool     { return p.WithoutDigest == 6 }
func digestsLeftOut(p device.Proof) bool { return p.DigestsLeft == 2 || p.Depth == device.DeepLook }

var oneChanges = []oneChange{
	// Info.plist: the computer wrote it, and no program accepts a backup without it.
	{"Info.plist cut", half(top(infoName)), always(broken), always(broken), nil, "", nil},
	{"Info.plist, a value changed", setInfo("Device Name", "Another name"), always(whole), always(whole), nil, "values of Info.plist", nil},
	{"Info.plist zeroed", zero(top(infoName)), always(broken), always(broken), nil, "", nil},
	{"Info.plist emptied", empty(top(infoName)), always(broken), always(broken), nil, "", nil},
	{"Info.plist missing", gone(top(infoName)), always(broken), always(broken), nil, "", nil},
	{"Info.plist of another device", setInfo("Target Identifier", "00008120-001122334455667E"), always(neither), always(neither), nil, "", nil},
	{"Info.plist is a link", toLink(top(infoName)), always(neither), always(neither), nil, "", nil},
	{"Info.plist of another model", setInfo("Product Type", "iPad14,1"), always(neither), always(neither), nil, "", nil},
	{"Info.plist with another serial number", otherSerial, always(neither), always(neither), nil, "", nil},
	{"Info.plist of another backup", setInfo("Last Backup Date", backuptest.Day.AddDate(0, -1, 0)), always(whole), always(whole), nil, "values of Info.plist", nil},
	{"Info.plist in the cloud", away(top(infoName)), always(neither), always(neither), nil, "", nil},

	// Status.plist.
	{"Status.plist cut", half(top(statusName)), always(broken), always(broken), nil, "", nil},
	{"Status.plist, the state flipped", flipText(top(statusName), "finished"), always(broken), always(broken), nil, "", nil},
	{"Status.plist, the UUID flipped", flipText(top(statusName), "D3CE5954"), always(whole), always(whole), nil, "values of Status.plist that nothing reads", nil},
	{"Status.plist zeroed", zero(top(statusName)), always(broken), always(broken), nil, "", nil},
	{"Status.plist emptied", empty(top(statusName)), always(broken), always(broken), nil, "", nil},
	{"Status.plist missing", gone(top(statusName)), always(broken), always(broken), nil, "", nil},
	{"Status.plist of an unfinished backup", state("uploading"), always(broken), always(broken), nil, "", nil},
	{"Status.plist of another backup", setStatus("Date", backuptest.Day.AddDate(0, -1, 0)), always(whole), always(whole), nil, "nothing ties Status.plist to the list of files, but that its date is remarked on",
		func(p device.Proof) bool { return faultOf(p, datesApart).Detail == "28 days" }},
	{"Status.plist a day later", setStatus("Date", backuptest.Day.AddDate(0, 0, 1)), always(whole), always(whole), nil, "a backup may take that long",
		func(p device.Proof) bool { return faultOf(p, datesApart).Mode == "" }},
	{"Status.plist says removing", state("removing"), always(whole), always(whole), nil, "nothing is wrong: every file is in place", nil},
	{"Status.plist is a link", toLink(top(statusName)), always(neither), always(neither), nil, "", nil},
	{"Status.plist in the cloud", away(top(statusName)), always(neither), always(neither), nil, "", nil},

	// Manifest.plist: it holds the keys.
	{"Manifest.plist cut", half(top(propertiesName)), always(neither), always(broken), nil, "", nil},
	{"Manifest.plist zeroed", zero(top(propertiesName)), always(neither), always(broken), nil, "", nil},
	{"Manifest.plist emptied", empty(top(propertiesName)), always(neither), always(broken), nil, "", nil},
	{"Manifest.plist missing", gone(top(propertiesName)), always(neither), always(broken), nil, "", nil},
	{"Manifest.plist is a link", toLink(top(propertiesName)), always(neither), always(neither), nil, "", nil},
	{"Manifest.plist in the cloud", away(top(propertiesName)), always(neither), always(neither), nil, "", nil},
	{"Manifest.plist, a value changed", editPlist(propertiesName, func(d map[string]any) { d["WasPasscodeSet"] = false }), always(whole), always(whole), nil, "values of Manifest.plist that nothing compares", nil},
	{"Manifest.plist, all keys gone", editPlist(propertiesName, func(d map[string]any) { clear(d) }), always(neither), always(broken), nil, "", nil},
	{"IsEncrypted turned over", editPlist(propertiesName, func(d map[string]any) { d["IsEncrypted"] = !d["IsEncrypted"].(bool) }), always(neither), always(neither), nil, "", nil},
	{"IsEncrypted missing", editPlist(propertiesName, func(d map[string]any) { delete(d, "IsEncrypted") }), always(whole), always(whole), nil, "the keys and the records say it as well", nil},
	{"IsEncrypted of another type", editPlist(propertiesName, func(d map[string]any) { d["IsEncrypted"] = "true" }), always(neither), always(neither), nil, "", nil},
	{"Manifest.plist, its date changed", editPlist(propertiesName, func(d map[string]any) { d["Date"] = backuptest.Day.AddDate(0, 0, 3) }), always(whole), always(whole), nil, "nothing ties Manifest.plist to Status.plist, but that its date is remarked on",
		func(p device.Proof) bool { return faultOf(p, datesApart).Detail == "3 days" }},
	{"Manifest.plist of another backup", otherProperties, always(broken), always(whole), nil, "of plain backups of one device they are the same", nil},

	// The list of files.
	{"the list cut by a byte", cutPart(listFile, 1), always(broken), always(broken), nil, "", nil},
	{"the list cut by half", half(listFile), always(broken), always(broken), nil, "", nil},
	{"the list zeroed", zero(listFile), always(broken), always(broken), nil, "", nil},
	{"the list emptied", empty(listFile), always(broken), always(broken), nil, "", nil},
	{"the list missing", gone(listFile), always(broken), always(broken), nil, "", nil},
	{"the list is a link", toLink(listFile), always(neither), always(neither), nil, "", nil},
	{"the list in the cloud", away(listFile), always(neither), always(neither), nil, "", nil},
	{"a rollback journal beside the list", addFile(dbName + "-journal"), always(neither), always(neither), &layoutDB, "", nil},
	{"zeros behind the list", longerBy(listFile, make([]byte, 200)), always(broken), always(broken), &layoutMBDB, "", nil},
	{"the list of another backup", otherList, always(broken), always(broken), nil, "", nil},
	{"the list cut between records", lastRecords(2), always(neither), always(neither), &layoutMBDB, "", nil},
	{"the list cut to its header", cutTo(listFile, 6), always(neither), always(neither), &layoutMBDB, "", nil},

	// A file with a digest.
	{"digest: cut by a byte", cutPart(withDigest, 1), always(broken), always(broken), nil, "", nil},
	{"digest: cut by a block", cutPart(withDigest, 16), always(broken), always(broken), nil, "", nil},
	{"digest: cut by half", half(withDigest), always(broken), always(broken), nil, "", nil},
	{"digest: a byte flipped", flipAt(withDigest, 100), [2]device.ProofVerdict{whole, broken}, [2]device.ProofVerdict{whole, broken}, nil, "a quick look compares no digests", digestsLeftOut},
	{"digest: zeroed", zero(withDigest), always(broken), [2]device.ProofVerdict{whole, broken}, nil, "a quick look compares no digests", digestsLeftOut},
	{"digest: emptied", empty(withDigest), always(broken), always(broken), nil, "", nil},
	{"digest: missing", gone(withDigest), always(broken), always(broken), nil, "", nil},
	{"digest: swapped with another file", swap(withDigest, withoutDigest), always(broken), always(broken), nil, "", nil},
	{"digest: longer", longer(withDigest), always(broken), [2]device.ProofVerdict{neither, broken}, nil, "", nil},
	{"digest: a link", toLink(withDigest), always(neither), always(neither), nil, "", nil},
	{"digest: its folder is a link", toLink(func(f backuptest.Folder) string { return filepath.Dir(withDigest(f)) }), always(neither), always(neither), &layoutDB, "", nil},
	{"digest: in the cloud", away(withDigest), always(neither), always(neither), nil, "", nil},

	// A file without a digest.
	{"no digest: cut by a byte", cutPart(withoutDigest, 1), always(broken), always(broken), nil, "", nil},
	{"no digest: cut by a block", cutPart(withoutDigest, 16), always(broken), always(broken), nil, "", nil},
	{"no digest: cut by half", half(withoutDigest), always(broken), always(broken), nil, "", nil},
	{"no digest: a byte flipped", flipAt(withoutDigest, 100), always(whole), always(whole), nil, "bytes of a file without a digest", uncompared},
	{"no digest: the last byte flipped", flipEnd(withoutDigest), always(broken), always(whole), nil, "bytes of a file without a digest", uncompared},
	{"no digest: zeroed", zero(withoutDigest), always(broken), always(whole), nil, "bytes of a file without a digest", uncompared},
	{"no digest: emptied", empty(withoutDigest), always(broken), always(broken), nil, "", nil},
	{"no digest: missing", gone(withoutDigest), always(broken), always(broken), nil, "", nil},
	{"no digest: longer", longer(withoutDigest), always(broken), always(whole), nil, "a file that grew during the backup looks the same",
		func(p device.Proof) bool { return p.Longer == 1 && uncompared(p) }},
	{"no digest: a link", toLink(withoutDigest), always(neither), always(neither), nil, "", nil},
	{"no digest: in the cloud", away(withoutDigest), always(neither), always(neither), nil, "", nil},
	{"database: cut by a page", cutPart(baseFile, 4096), always(broken), always(broken), nil, "", nil},
	{"database: swapped with a photo", swap(baseFile, withoutDigest), always(broken), always(whole), nil, "a database is as long as its header states, and a longer file may have grown",
		func(p device.Proof) bool { return p.LengthsByHeader == 1 && p.Longer == 1 && uncompared(p) }},

	// Other than the files.
	{"a file that is not listed", addFile(orphanName), always(whole), always(whole), &layoutDB, "unlisted files are counted",
		func(p device.Proof) bool { return p.Unlisted == 1 }},
	{"a file that is not listed, beside an mbdb", addFile(orphanName[3:]), always(neither), always(neither), &layoutMBDB, "", nil},
	{"a file of another program", addFile(".DS_Store"), always(whole), always(whole), nil, "it is not a file of the backup",
		func(p device.Proof) bool { return p.Unlisted == 0 }},
	{"Snapshot left behind", makeFolder(snapshotName), always(whole), always(whole), nil, "nothing is wrong with what is in place", nil},
}

func TestOneChange(t *testing.T) {
	for _, s := range shapes {
		for i, change := range oneChanges {
			if i%4 > 0 && testing.Short() {
				continue // every look uses the same goroutines
			}
			if change.only != nil && *change.only != s.layout {
				continue
			}
			t.Run(s.name+"/"+change.name, func(t *testing.T) {
				written := write(t, s)
				change.change(t, written)
				proofs := proofsOf(t, written, s)
				want := change.plain
				if s.password != "" {
					want = change.locked
				}
				for i, proof := range proofs {
					got := checks.BackupVerdict(proof)
					if got != want[i] {
						t.Errorf("%s: %s, want %s; %+v %+v", proof.Depth, got, want[i], proof.Faults, proof.Statements)
					}
					if got == device.Whole && change.notDetected == "" {
						t.Errorf("%s: whole, and the table does not say why nothing shows it", proof.Depth)
					}
					if got == device.Whole && change.counted != nil && !change.counted(proof) {
						t.Errorf("%s: what was not compared is not counted: %+v", proof.Depth, proof)
					}
				}
			})
		}
	}
}

// proofsOf verifies a backup at both depths, with its password if that unlocks it.
func proofsOf(t *testing.T, written backuptest.Folder, s shape) []device.Proof {
	t.Helper()
	folder := Folder{Path: written.Path, UDID: backuptest.UDID}
	var options Options
	if s.password != "" {
		options.Keys, options.Locked = Unlock(t.Context(), folder, s.password, nil)
	}
	return []device.Proof{Quick(t.Context(), folder, options), Deep(t.Context(), folder, options)}
}

// Flip single bytes of the list of files: if the backup is still whole, everything read from
// the list must be unchanged.
func TestFlippedList(t *testing.T) {
	for _, s := range shapes {
		written := write(t, s)
		path := listFile(written)
		data, err := os.ReadFile(path)
		must(t, err)
		folder := Folder{Path: written.Path, UDID: backuptest.UDID}
		options := unlocked(t, folder, s)
		before := map[bool]string{true: listText(t.Context(), folder, options, true), false: listText(t.Context(), folder, options, false)}
		step := max(1, len(data)/80)
		var unread int
		for at := 3; at < len(data); at += step {
			changed := bytes.Clone(data)
			changed[at] ^= 0x41
			must(t, os.WriteFile(path, changed, 0o600))
			proof := Deep(t.Context(), folder, options)
			if checks.BackupVerdict(proof) != device.Whole {
				continue
			}
			unread++
			sizes := proof.LengthsByHeader+proof.LengthsUnknown+proof.Longer == 0
			if want, got := before[sizes], listText(t.Context(), folder, options, sizes); got != want {
				t.Errorf("%s: byte %d of %d flipped: whole, and the list differs: %s; %+v", s.name, at, len(data), cmp.Diff(want, got), proof.Faults)
			}
		}
		t.Logf("%s: %d flips change nothing that is read", s.name, unread)
		must(t, os.WriteFile(path, data, 0o600))
	}
}

// listText returns everything that is read from a list of files, as text. A size is included if
// no digest settles the length, and if sizes is set.
func listText(ctx context.Context, folder Folder, options Options, sizes bool) string {
	root, err := os.OpenRoot(folder.Path)
	if err != nil {
		return err.Error()
	}
	defer root.Close()
	top, err := openTop(folder.Path)
	if err != nil {
		return err.Error()
	}
	defer top.close()
	v := verification{folder: folder, options: options, root: root, top: top, properties: readProperties(top), faults: newFaults(Options{})}
	m, err := v.openManifest(ctx)
	if err != nil {
		return err.Error()
	}
	defer m.Close()
	var lines []string
	for row, err := range m.Rows(ctx) {
		if err != nil {
			return err.Error()
		}
		if row.Kind == manifest.File {
			size := "any size"
			if sizes && row.Digest == nil {
				size = fmt.Sprint(row.Size, row.HasSize)
			}
			lines = append(lines, fmt.Sprintf("%s %s %s %s %x %x", row.ID, row.Domain, row.Path, size, row.Digest, row.EncryptionKey))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// Flip one byte of the keybag: a password that unlocks nothing is not reported as certainly
// wrong, and a backup that is still whole was verified with keys that unwrapped.
func TestFlippedKeybag(t *testing.T) {
	for _, s := range shapes {
		if s.password == "" {
			continue
		}
		for at := 0; at < 1300; at += 67 {
			written := write(t, s)
			var tag string
			editPlist(propertiesName, func(d map[string]any) {
				bag := d["BackupKeyBag"].([]byte)
				if at < len(bag) {
					bag[at] ^= 1
					tag = fmt.Sprintf("byte %d of %d", at, len(bag))
				}
			})(t, written)
			if tag == "" {
				break
			}
			folder := Folder{Path: written.Path, UDID: backuptest.UDID}
			keys, err := Unlock(t.Context(), folder, s.password, nil)
			proof := Deep(t.Context(), folder, Options{Keys: keys, Locked: err})
			got := checks.BackupVerdict(proof)
			if got == device.Whole && (err != nil || keys == nil) {
				t.Errorf("%s, %s: whole, and %v", s.name, tag, err)
			}
			if errors.Is(err, keybag.ErrDamaged) && got != device.Broken {
				t.Errorf("%s, %s: %s, and part of the keybag does not open", s.name, tag, got)
			}
		}
	}
}

func edit(part func(backuptest.Folder) string, change func([]byte) []byte) func(*testing.T, backuptest.Folder) {
	return func(t *testing.T, f backuptest.Folder) {
		t.Helper()
		data, err := os.ReadFile(part(f))
		must(t, err)
		must(t, os.WriteFile(part(f), change(data), 0o600))
	}
}

func cutPart(part func(backuptest.Folder) string, by int) func(*testing.T, backuptest.Folder) {
	return edit(part, func(data []byte) []byte { return data[:len(data)-by] })
}

func cutTo(part func(backuptest.Folder) string, n int) func(*testing.T, backuptest.Folder) {
	return edit(part, func(data []byte) []byte { return data[:n] })
}

func half(part func(backuptest.Folder) string) func(*testing.T, backuptest.Folder) {
	return edit(part, func(data []byte) []byte { return data[:len(data)/2] })
}

func zero(part func(backuptest.Folder) string) func(*testing.T, backuptest.Folder) {
	return edit(part, func(data []byte) []byte { return make([]byte, len(data)) })
}

func empty(part func(backuptest.Folder) string) func(*testing.T, backuptest.Folder) {
	return edit(part, func([]byte) []byte { return nil })
}

func longerBy(part func(backuptest.Folder) string, more []byte) func(*testing.T, backuptest.Folder) {
	return edit(part, func(data []byte) []byte { return append(data, more...) })
}

// toLink moves a file or folder out of the backup, and leaves a link.
func toLink(part func(backuptest.Folder) string) func(*testing.T, backuptest.Folder) {
	return func(t *testing.T, f backuptest.Folder) {
		elsewhere := filepath.Join(t.TempDir(), "elsewhere")
		must(t, os.Rename(part(f), elsewhere))
		must(t, os.Symlink(elsewhere, part(f)))
	}
}

// longer appends bytes that keep an encrypted file's length a multiple of 16.
func longer(part func(backuptest.Folder) string) func(*testing.T, backuptest.Folder) {
	return edit(part, func(data []byte) []byte { return append(data, backuptest.Bytes(1600, 99)...) })
}

func flipAt(part func(backuptest.Folder) string, at int) func(*testing.T, backuptest.Folder) {
	return edit(part, func(data []byte) []byte { data[at] ^= 1; return data })
}

// flipEnd flips a byte of the last block.
func flipEnd(part func(backuptest.Folder) string) func(*testing.T, backuptest.Folder) {
	return edit(part, func(data []byte) []byte { data[len(data)-1] ^= 0x55; return data })
}

func flipText(part func(backuptest.Folder) string, text string) func(*testing.T, backuptest.Folder) {
	return edit(part, func(data []byte) []byte { data[bytes.Index(data, []byte(text))] ^= 1; return data })
}

func gone(part func(backuptest.Folder) string) func(*testing.T, backuptest.Folder) {
	return func(t *testing.T, f backuptest.Folder) { must(t, os.Remove(part(f))) }
}

// away replaces a file with a cloud drive's placeholder.
func away(part func(backuptest.Folder) string) func(*testing.T, backuptest.Folder) {
	return func(t *testing.T, f backuptest.Folder) {
		path := part(f)
		must(t, os.Rename(path, filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".icloud")))
	}
}

func swap(one, other func(backuptest.Folder) string) func(*testing.T, backuptest.Folder) {
	return func(t *testing.T, f backuptest.Folder) {
		aside := filepath.Join(t.TempDir(), "aside")
		must(t, os.Rename(one(f), aside))
		must(t, os.Rename(other(f), one(f)))
		must(t, os.Rename(aside, other(f)))
	}
}

// otherBackup returns one of the same device, layout and password, with other files and keys.
func otherBackup(t *testing.T, f backuptest.Folder) backuptest.Folder {
	t.Helper()
	layout := backuptest.DB
	if exists(filepath.Join(f.Path, mbdbName)) {
		layout = backuptest.MBDB
	}
	var password string
	encrypted := false
	editPlist(propertiesName, func(d map[string]any) { encrypted = d["IsEncrypted"].(bool) })(t, f)
	if encrypted {
		password = "0000"
	}
	files := []backuptest.File{{Domain: "HomeDomain", Path: "Library/other", Data: backuptest.Bytes(777, 50)}}
	other, err := backuptest.Write(t.TempDir(), backuptest.Backup{Layout: layout, Password: password, Seed: 2, Files: slices.Values(files)})
	must(t, err)
	return other
}

func otherProperties(t *testing.T, f backuptest.Folder) {
	must(t, os.Rename(filepath.Join(otherBackup(t, f).Path, propertiesName), filepath.Join(f.Path, propertiesName)))
}

// otherSerial gives both lists a serial number, and not the same.
func otherSerial(t *testing.T, f backuptest.Folder) {
	setInfo("Serial Number", "F2LX00000001")(t, f)
	editPlist(propertiesName, func(d map[string]any) { d["Lockdown"].(map[string]any)["SerialNumber"] = "F2LX00000002" })(t, f)
}

func otherList(t *testing.T, f backuptest.Folder) {
	must(t, os.Rename(listFile(otherBackup(t, f)), listFile(f)))
}

// lastRecords cuts an mbdb between two records.
func lastRecords(n int) func(*testing.T, backuptest.Folder) {
	return func(t *testing.T, f backuptest.Folder) {
		path := filepath.Join(f.Path, mbdbName)
		data, err := os.ReadFile(path)
		must(t, err)
		last := healthy[len(healthy)-n]
		begin := append([]byte{0, byte(len(last.Domain))}, last.Domain...)
		begin = append(append(begin, 0, byte(len(last.Path))), last.Path...)
		at := bytes.Index(data, begin)
		if at < 0 {
			t.Fatal("the record was not found")
		}
		must(t, os.WriteFile(path, data[:at], 0o600))
	}
}
