package manifest

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"errors"
	"testing"

	"github.com/backupdoctor/backupdoctor/device/backup/mbfile"
)

// sealRecord returns a record as iOS 10.0 wrote it.
func sealRecord(block cipher.Block, record []byte) []byte {
	pad := aes.BlockSize - len(record)%aes.BlockSize
	sealed := append(bytes.Clone(record), bytes.Repeat([]byte{byte(pad)}, pad)...)
	cipher.NewCBCEncrypter(block, recordIV).CryptBlocks(sealed, sealed)
	return base64.StdEncoding.AppendEncode(nil, sealed)
}

// An opened record equals the sealed one; any other bytes give a row error or a record to
// decode.
func FuzzOpenRecord(f *testing.F) {
	for _, seed := range []string{"", "bplist00", "AAAA", "AAAAAAAAAAAAAAAAAAAAAA==", "AAAA\nAAAA", "====", "!", "\x00\xff"} {
		f.Add([]byte(seed), []byte("password and salt"))
	}
	f.Fuzz(func(t *testing.T, record, password []byte) {
		block, err := aes.NewCipher(RecordKey(string(password), []byte("salt")))
		if err != nil {
			t.Fatal(err)
		}
		opened, err := openRecord(block, sealRecord(block, record))
		if err != nil || !bytes.Equal(opened, record) {
			t.Errorf("sealed and opened: %x, %v; want %x", opened, err, record)
		}
		foreign, err := openRecord(block, bytes.Clone(record))
		switch {
		case err != nil && !errors.Is(err, ErrRow):
			t.Errorf("%q: %v", record, err)
		case err == nil && len(foreign) > len(record):
			t.Errorf("%q became %d bytes", record, len(foreign))
		case err == nil:
			_, _ = mbfile.Decode(foreign) // must not panic
		}
	})
}
