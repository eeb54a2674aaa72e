package manifest

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1"
	"encoding/base64"
	"fmt"

	"github.com/backupdoctor/backupdoctor/device/backup/cbc"
	"github.com/backupdoctor/backupdoctor/device/backup/database"
)

// Encrypted backups of iOS 10.0 leave Manifest.db unencrypted and encrypt each record in it:
// AES-128-CBC, stored as base64. The key is derived from the password and a salt in the
// Properties table. Later versions encrypt the whole database.

// recordIV is the initialization vector of every record.
var recordIV = []byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}

// maxSalt bounds the salt. iOS wrote 16 bytes.
const maxSalt = 1 << 10

// RecordSalt returns the salt of encrypted records; nil if records are not encrypted.
func RecordSalt(ctx context.Context, path string) ([]byte, error) {
	conn, err := database.Open(ctx, path)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	return recordSalt(conn)
}

func recordSalt(conn *database.Conn) ([]byte, error) {
	salt, err := conn.Bytes("SELECT value FROM Properties WHERE key = 'salt' AND length(value) <= ?", maxSalt)
	if err != nil || len(salt) == 0 {
		return nil, nil // no such table or row: another version
	}
	record, err := conn.Bytes("SELECT file FROM Files WHERE length(file) <= ? LIMIT 1", maxText)
	if err != nil {
		return nil, err
	}
	if len(record) == 0 || bytes.HasPrefix(record, []byte("bplist")) {
		return nil, nil
	}
	return salt, nil
}

// RecordKey derives the key of encrypted records.
func RecordKey(password string, salt []byte) []byte {
	sum := sha1.Sum(append([]byte(password), salt...))
	return sum[:16]
}

// unlockRecords makes a manifest decrypt its records. The error is ErrLocked if they are
// encrypted and there is no key.
func (d *db) unlockRecords(key []byte) error {
	salt, err := recordSalt(d.conn)
	switch {
	case err != nil:
		return fmt.Errorf("%w: %w", ErrMalformed, database.Plain(err))
	case salt == nil:
		return nil
	case key == nil:
		return ErrLocked
	}
	d.records, err = aes.NewCipher(key)
	return err
}

// openRecord decrypts one record in place.
func openRecord(block cipher.Block, record []byte) ([]byte, error) {
	n, err := base64.StdEncoding.Decode(record, record)
	if err != nil || n == 0 || n%aes.BlockSize != 0 {
		return nil, fmt.Errorf("%w: the record is not encrypted as iOS 10.0 does it", ErrRow)
	}
	record = record[:n]
	cipher.NewCBCDecrypter(block, recordIV).CryptBlocks(record, record)
	return record[:n-cbc.Padding(record)], nil
}
