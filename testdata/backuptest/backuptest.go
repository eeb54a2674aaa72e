// Package backuptest writes complete local backups for tests and benchmarks, with a Manifest.db
// or a Manifest.mbdb, plain or encrypted. Each test then damages one thing.
//
// It shares no code with the reader except the name of a file, and it is only half of the
// proof: a writer and a reader can share a mistake, so the reader is also tested with real
// backups.
package backuptest

import (
	"bytes"
	"cmp"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"iter"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"howett.net/plist"
)

// UDID is the default device of a backup.
const UDID = "00008030-000E11000A84802E"

// Layout is the format of a backup's file list.
type Layout int

const (
	DB    Layout = iota // Manifest.db, files in 256 folders: iOS 10 and later
	MBDB                // Manifest.mbdb, files in the backup's own folder: until iOS 9
	DB100               // like DB, but encrypted backups encrypt only the records of Manifest.db: iOS 10.0
	DB101               // like DB, but Manifest.db is never encrypted: iOS 10.1
)

// A Backup describes a backup to write. The zero Backup is complete and has no files.
type Backup struct {
	UDID     string // "" means UDID
	Layout   Layout
	Password string         // "" means not encrypted
	Rounds   uint32         // of the first key derivation; 0 means 10. Devices use 10,000,000
	Date     time.Time      // zero means a fixed day
	Seed     byte           // for keys and salts
	Files    iter.Seq[File] // may be nil
	Change   func(*Record)  // changes records before they are written; may be nil
}

// A File is one entry of a backup.
type File struct {
	Domain string
	Path   string
	Data   []byte
	Kind   Kind

	Recorded int  // the size in the file list; 0 means that of Data
	NoSize   bool // the file list has no size
}

// A Record is what the file list says about an entry.
type Record struct {
	File                 // as stored
	ID            string // fileID; an mbdb has none
	Flags         int64  // an mbdb has none
	Mode          uint16
	Size          int
	Class         uint8
	Digest        []byte
	EncryptionKey []byte
	Times         int // how often it is written; twice is for an mbdb
}

// Kind is the type of an entry.
type Kind int

const (
	Regular Kind = iota
	Directory
	Link
)

// Day is the default date of a backup.
var Day = time.Date(2026, 3, 14, 15, 9, 26, 0, time.UTC)

// A Folder is a written backup.
type Folder struct {
	Path   string
	layout Layout
}

// Blob returns the path of a file's stored bytes.
func (f Folder) Blob(domain, path string) string {
	id := fileID(domain, path)
	if f.layout == MBDB {
		return filepath.Join(f.Path, id)
	}
	return filepath.Join(f.Path, id[:2], id)
}

func fileID(domain, path string) string {
	sum := sha1.Sum([]byte(domain + "-" + path))
	return hex.EncodeToString(sum[:])
}

// Write writes a backup to a folder below dir that is named after its UDID.
func Write(dir string, b Backup) (Folder, error) {
	if b.UDID == "" {
		b.UDID = UDID
	}
	if b.Date.IsZero() {
		b.Date = Day
	}
	if b.Rounds == 0 {
		b.Rounds = 10
	}
	if b.Files == nil {
		b.Files = slices.Values([]File(nil))
	}
	folder := Folder{Path: filepath.Join(dir, b.UDID), layout: b.Layout}
	if err := os.MkdirAll(folder.Path, 0o700); err != nil {
		return folder, err
	}
	w := &writer{Backup: b, Folder: folder, random: rand.NewChaCha8([32]byte{1, b.Seed}), made: map[string]bool{}, apps: map[string]bool{}}
	if b.Password != "" {
		w.lock()
	}
	return folder, w.write()
}

// writer writes one backup.
type writer struct {
	Backup
	Folder
	random *rand.ChaCha8 // deterministic
	locks  *locks        // nil if not encrypted
	made   map[string]bool
	apps   map[string]bool // installed apps: those with files
}

func (w *writer) write() error {
	if err := w.manifest(); err != nil {
		return err
	}
	for _, list := range []struct {
		name   string
		format int
		value  any
	}{
		{"Status.plist", plist.BinaryFormat, w.status()},
		{"Manifest.plist", plist.BinaryFormat, w.properties()},
		{"Info.plist", plist.XMLFormat, w.info()},
	} {
		data, err := plist.MarshalIndent(list.value, list.format, "\t")
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(w.Path, list.name), data, 0o600); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) status() any {
	return map[string]any{
		"Version": "3.3", "UUID": "D3CE5954-EE71-4086-AFE8-2650F6B1E901", "Date": w.Date,
		"BackupState": "new", "SnapshotState": "finished", "IsFullBackup": true,
	}
}

func (w *writer) info() any {
	return map[string]any{
		"Device Name": "Ann's iPhone", "Display Name": "Ann's iPhone", "Product Type": "iPhone12,3", "Product Version": "18.5",
		"Build Version": "22F76", "Target Identifier": w.UDID, "Unique Identifier": strings.ToUpper(w.UDID), "Target Type": "Device",
		"Last Backup Date": w.Date, "iTunes Version": "12.13.2.3", "Installed Applications": slices.Sorted(maps.Keys(w.apps)),
	}
}

func (w *writer) properties() any {
	properties := map[string]any{
		"Version": "10.0", "SystemDomainsVersion": "24.0", "IsEncrypted": w.locks != nil, "WasPasscodeSet": true, "Date": w.Date,
		"Lockdown": map[string]any{
			"UniqueDeviceID": w.UDID, "DeviceName": "Ann's iPhone", "ProductType": "iPhone12,3", "ProductVersion": "18.5", "BuildVersion": "22F76",
		},
	}
	if w.locks != nil {
		properties["BackupKeyBag"] = w.locks.bag
		if w.Layout == DB {
			properties["ManifestKey"] = w.locks.manifestKey
		}
	}
	return properties
}

// store writes the bytes of a file, and returns its record.
func (w *writer) store(f File) (Record, error) {
	r := Record{
		File: f, ID: fileID(f.Domain, f.Path), Flags: 1 << f.Kind, Mode: modes[f.Kind],
		Size: cmp.Or(f.Recorded, len(f.Data)), Times: 1,
	}
	if app, isApp := strings.CutPrefix(f.Domain, "AppDomain-"); isApp {
		w.apps[app] = true
	}
	var err error
	if f.Kind == Regular {
		err = w.bytes(&r)
	}
	if w.Change != nil {
		w.Change(&r)
	}
	return r, err
}

// bytes stores the bytes of a file, and completes its record.
func (w *writer) bytes(r *Record) error {
	data := r.Data
	r.Class = fileClass // directories have none
	if w.locks != nil {
		data, r.EncryptionKey = w.locks.encrypt(r.Data)
	}
	if carriesDigest(r.Domain) {
		sum := sha1.Sum(data)
		r.Digest = sum[:]
	}
	path := w.Blob(r.Domain, r.Path)
	if folder := filepath.Dir(path); !w.made[folder] {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return err
		}
		w.made[folder] = true
	}
	return os.WriteFile(path, data, 0o600)
}

// carriesDigest reports whether files of a domain have digests: those of apps and of the camera
// roll have none.
func carriesDigest(domain string) bool {
	for _, without := range []string{"AppDomain", "SysContainerDomain", "SysSharedContainerDomain", "CameraRollDomain", "MediaDomain", "TonesDomain"} {
		if strings.HasPrefix(domain, without) {
			return false
		}
	}
	return true
}

// modes are the st_modes of the kinds.
var modes = map[Kind]uint16{Regular: 0o100644, Directory: 0o040755, Link: 0o120755}

// Bytes returns n non-repeating bytes that depend on seed.
func Bytes(n int, seed uint64) []byte {
	data := make([]byte, n)
	random := rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8), byte(seed >> 16), byte(seed >> 24), 2})
	if _, err := random.Read(data); err != nil {
		panic(fmt.Sprintf("ChaCha8 never fails, and did: %v", err))
	}
	return data
}

// Plist encodes a value as a binary property list.
func Plist(value any) []byte {
	var buffer bytes.Buffer
	if err := plist.NewBinaryEncoder(&buffer).Encode(value); err != nil {
		panic(fmt.Sprintf("a test's own value is no property list: %v", err))
	}
	return buffer.Bytes()
}
