package backuptest

import (
	"bufio"
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"

	"howett.net/plist"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// manifest stores every file and writes the file list.
func (w *writer) manifest() error {
	if w.Layout == MBDB {
		return w.mbdb()
	}
	path := filepath.Join(w.Path, "Manifest.db")
	if err := w.database(path); err != nil || w.locks == nil || w.Layout != DB {
		return err
	}
	plain, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return os.WriteFile(path, encryptCBC(w.locks.manifestRaw, plain), 0o600)
}

// schema is that of a real Manifest.db.
const schema = `
CREATE TABLE Files (fileID TEXT PRIMARY KEY, domain TEXT, relativePath TEXT, flags INTEGER, file BLOB);
CREATE INDEX FilesDomainIdx ON Files(domain);
CREATE INDEX FilesRelativePathIdx ON Files(relativePath);
CREATE INDEX FilesFlagsIdx ON Files(flags);
CREATE TABLE Properties (key TEXT PRIMARY KEY, value BLOB);`

func (w *writer) database(path string) (err error) {
	conn, err := sqlite.OpenConn(path, sqlite.OpenReadWrite, sqlite.OpenCreate, sqlite.OpenWAL)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }() // closing the last connection merges the log
	if err := sqlitex.ExecuteScript(conn, schema, nil); err != nil {
		return err
	}
	seal := func(record []byte) any { return record }
	if w.locks != nil && w.Layout == DB100 {
		salt := w.locks.draw(16)
		if err := sqlitex.Execute(conn, "INSERT INTO Properties VALUES ('salt', ?)", &sqlitex.ExecOptions{Args: []any{salt}}); err != nil {
			return err
		}
		key := sha1.Sum(append([]byte(w.Password), salt...))
		seal = func(record []byte) any { return sealRecord(key[:16], record) }
	}
	defer sqlitex.Save(conn)(&err)
	insert, err := conn.Prepare("INSERT INTO Files VALUES (?, ?, ?, ?, ?)")
	if err != nil {
		return err
	}
	for file := range w.Files {
		r, err := w.store(file)
		if err != nil {
			return err
		}
		if r.Times == 0 {
			continue
		}
		insert.BindText(1, r.ID)
		insert.BindText(2, r.Domain)
		insert.BindText(3, r.Path)
		insert.BindInt64(4, r.Flags)
		switch record := seal(r.archive()).(type) {
		case string:
			insert.BindText(5, record)
		case []byte:
			insert.BindBytes(5, record)
		}
		if _, err := insert.Step(); err != nil {
			return err
		}
		if err := insert.Reset(); err != nil {
			return err
		}
	}
	return nil
}

// archive encodes an MBFile as NSKeyedArchiver does.
func (r Record) archive() []byte {
	class := map[string]any{"$classname": "MBFile", "$classes": []string{"MBFile", "NSObject"}}
	modified := Day.Unix()
	file := map[string]any{
		"$class": plist.UID(3), "RelativePath": plist.UID(2), "Size": r.Size, "Mode": int(r.Mode),
		"ProtectionClass": int(r.Class), "Birth": modified, "LastModified": modified, "LastStatusChange": modified,
		"UserID": 501, "GroupID": 501, "InodeNumber": 55569, "Flags": 0,
	}
	objects := []any{"$null", file, r.Path, class}
	if r.NoSize {
		delete(file, "Size")
	}
	if r.Digest != nil {
		file["Digest"] = r.Digest
	}
	if r.EncryptionKey != nil {
		file["EncryptionKey"] = plist.UID(4)
		objects = append(objects, map[string]any{"NS.data": r.EncryptionKey, "$class": plist.UID(5)},
			map[string]any{"$classname": "NSMutableData", "$classes": []string{"NSMutableData", "NSData", "NSObject"}})
	}
	return Plist(map[string]any{
		"$version": 100000, "$archiver": "NSKeyedArchiver", "$top": map[string]any{"root": plist.UID(1)}, "$objects": objects,
	})
}

// sealRecord encrypts a record as iOS 10.0 did.
func sealRecord(key, record []byte) string {
	pad := aes.BlockSize - len(record)%aes.BlockSize
	data := append(bytes.Clone(record), bytes.Repeat([]byte{byte(pad)}, pad)...)
	iv := []byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}
	cipher.NewCBCEncrypter(must(aes.NewCipher(key)), iv).CryptBlocks(data, data)
	return base64.StdEncoding.EncodeToString(data)
}

// mbdb writes a Manifest.mbdb.
func (w *writer) mbdb() error {
	file, err := os.Create(filepath.Join(w.Path, "Manifest.mbdb"))
	if err != nil {
		return err
	}
	out := bufio.NewWriter(file)
	out.WriteString("mbdb\x05\x00")
	for f := range w.Files {
		r, err := w.store(f)
		if err != nil {
			return errors.Join(err, file.Close())
		}
		for range r.Times {
			out.Write(r.bytes())
		}
	}
	return errors.Join(out.Flush(), file.Close())
}

// bytes encodes one mbdb entry.
func (r Record) bytes() []byte {
	var record []byte
	text := func(value []byte) {
		if value == nil {
			record = append(record, 0xff, 0xff)
			return
		}
		record = binary.BigEndian.AppendUint16(record, uint16(len(value)))
		record = append(record, value...)
	}
	text([]byte(r.Domain))
	text([]byte(r.Path))
	text(nil) // link target
	text(r.Digest)
	text(r.EncryptionKey)
	record = binary.BigEndian.AppendUint16(record, r.Mode)
	record = binary.BigEndian.AppendUint64(record, 55569) // inode
	record = binary.BigEndian.AppendUint32(record, 501)   // user
	record = binary.BigEndian.AppendUint32(record, 501)   // group
	for range 3 {                                         // modified, accessed, changed
		record = binary.BigEndian.AppendUint32(record, uint32(Day.Unix()))
	}
	record = binary.BigEndian.AppendUint64(record, uint64(r.Size))
	return append(record, r.Class, 0)
}
