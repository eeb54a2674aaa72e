package scan

import (
	"bytes"
	"encoding/binary"
	"io"
	"os"
	"strings"
)

// endsWhole reports whether a file ends like a complete archive. A compressed one starts with
// the gzip magic and ends with the length of the tar file, a multiple of the block size; a
// plain one ends with two zero blocks after its members. A file that was preallocated, or
// truncated and padded, does not.
func endsWhole(path string) (bool, error) {
	file, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return false, err
	}
	const block = 512 // tar block size
	if strings.HasSuffix(strings.TrimSuffix(path, ".part"), ".tar") {
		end := make([]byte, 2*block)
		begin := make([]byte, block)
		if info.Size() < int64(len(begin)+len(end)) {
			return false, nil
		}
		if _, err := file.ReadAt(begin, 0); err != nil {
			return false, err
		}
		if _, err := file.ReadAt(end, info.Size()-int64(len(end))); err != nil {
			return false, err
		}
		return !bytes.Equal(begin, make([]byte, block)) && bytes.Equal(end, make([]byte, 2*block)), nil
	}
	var sign, length [4]byte
	if info.Size() < int64(len(sign)+len(length)) {
		return false, nil
	}
	if _, err := io.ReadFull(file, sign[:]); err != nil {
		return false, err
	}
	if _, err := file.ReadAt(length[:], info.Size()-int64(len(length))); err != nil {
		return false, err
	}
	unpacked := binary.LittleEndian.Uint32(length[:])
	return bytes.HasPrefix(sign[:], []byte{0x1f, 0x8b}) && unpacked > 0 && unpacked%block == 0, nil
}
