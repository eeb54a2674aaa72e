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

var modes = map[Kind]int{Regular: 0o100644, Directory: 0o040755, Symlink: 0o120755}

// archive returns the record as an MBFile in NSKeyedArchiver format.
func (r *record) archive() []byte {
	class := 0
	if r.Kind == Regular {
		class = fileClass
	}
	file := map[string]any{
		"$class": plist.UID(3), "RelativePath": plist.UID(2), "Size": r.recorded(), "Mode": modes[r.Kind], "ProtectionClass": class,
		"Birth": day.Unix(), "LastModified": r.modified(), "LastStatusChange": r.modified(),
		"UserID": 501, "GroupID": 501, "InodeNumber": binary.BigEndian.Uint16([]byte(r.id)), "Flags": 0,
	}
	objects := []any{"$null", file, r.Path, map[string]any{"$classname": "MBFile", "$classes": []string{"MBFile", "NSObject"}}}
	if r.digest != nil {
		file["Digest"] = r.digest
	}
	if r.Kind == Symlink {
		file["Target"] = plist.UID(len(objects))
		objects = append(objects, r.Target)
	}
	if r.sealed != nil {
		file["EncryptionKey"] = plist.UID(len(objects))
		objects = append(objects, map[string]any{"NS.data": r.sealed, "$class": plist.UID(len(objects) + 1)},
			map[string]any{"$classname": "NSMutableData", "$classes": []string{"NSMutableData", "NSData", "NSObject"}})
	}
	return must(plist.Marshal(map[string]any{
		"$version": 100000, "$archiver": "NSKeyedArchiver", "$top": map[string]any{"root": plist.UID(1)}, "$objects": objects,
	}, plist.BinaryFormat))
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
