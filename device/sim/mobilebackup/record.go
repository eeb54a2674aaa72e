package mobilebackup

import (
	"encoding/binary"
	"errors"

	"howett.net/plist"
)

// A record is the manifest entry of a file in a backup.
type record struct {
	File
	id     string
	digest []byte // SHA-1 of the stored bytes; nil for files without one
	key    []byte // plaintext key of an encrypted file
	sealed []byte // the key in manifest form

	inSnapshot bool // in the current backup: the file is in the Snapshot folder
	failed     bool // the device could not read it
}

// stored returns the size of the file in the backup, in bytes.
func (r *record) stored() int64 {
	if r.key != nil {
		return storedLength(r.Length())
	}
	return r.Length()
}

// unchanged reports whether a file from an earlier backup need not be sent again. As on devices,
// size and modification time decide.
func (r *record) unchanged(before *record) bool {
	return before != nil && before.Kind == r.Kind && before.recorded() == r.recorded() && before.modified() == r.modified()
}

var modes = map[Kind]int64{Regular: 0o100644, Directory: 0o040755, Symlink: 0o120755}

// archive returns the record as an MBFile in NSKeyedArchiver format.
func (r *record) archive() []byte {
	class := int64(0)
	if r.Kind == Regular {
		class = fileClass
	}
	var p bplist
	file := []ref{
		p.text("$class"), p.uid(3), p.text("RelativePath"), p.uid(2),
		p.text("Size"), p.integer(r.recorded()), p.text("Mode"), p.integer(modes[r.Kind]), p.text("ProtectionClass"), p.integer(class),
		p.text("Birth"), p.integer(day.Unix()), p.text("LastModified"), p.integer(r.modified()), p.text("LastStatusChange"), p.integer(r.modified()),
		p.text("UserID"), p.integer(501), p.text("GroupID"), p.integer(501),
		p.text("InodeNumber"), p.integer(int64(binary.BigEndian.Uint16([]byte(r.id)))), p.text("Flags"), p.integer(0),
	}
	extra := []ref{p.text(r.Path), p.class("MBFile", "NSObject")}
	next := func() ref { return p.uid(byte(2 + len(extra))) } // the number of the next object to be added
	if r.digest != nil {
		file = append(file, p.text("Digest"), p.bytes(r.digest))
	}
	if r.Kind == Symlink {
		file = append(file, p.text("Target"), next())
		extra = append(extra, p.text(r.Target))
	}
	if r.sealed != nil {
		file = append(file, p.text("EncryptionKey"), next())
		holder := p.dict(p.text("NS.data"), p.bytes(r.sealed), p.text("$class"), p.uid(byte(3+len(extra))))
		extra = append(extra, holder, p.class("NSMutableData", "NSData", "NSObject"))
	}
	objects := append([]ref{p.text("$null"), p.dict(file...)}, extra...)
	return p.end(p.dict(
		p.text("$version"), p.integer(100000), p.text("$archiver"), p.text("NSKeyedArchiver"),
		p.text("$top"), p.dict(p.text("root"), p.uid(1)), p.text("$objects"), p.array(objects...),
	))
}

var errRecord = errors.New("not a record of this device")

// readArchive fills in a record from the output of archive.
func (r *record) readArchive(data []byte) error {
	var archive struct {
		Objects []any `plist:"$objects"`
	}
	if _, err := plist.Unmarshal(data, &archive); err != nil {
		return err
	}
	if len(archive.Objects) < 2 {
		return errRecord
	}
	file, ok := archive.Objects[1].(map[string]any)
	if !ok {
		return errRecord
	}
	size, isSize := file["Size"].(uint64)
	modified, isDate := file["LastModified"].(uint64)
	if !isSize || !isDate {
		return errRecord
	}
	r.Recorded, r.Modified = int64(size), unixTime(int64(modified))
	r.digest, _ = file["Digest"].([]byte)
	if at, ok := file["EncryptionKey"].(plist.UID); ok && uint64(at) < uint64(len(archive.Objects)) {
		holder, _ := archive.Objects[at].(map[string]any)
		r.sealed, _ = holder["NS.data"].([]byte)
	}
	return nil
}
