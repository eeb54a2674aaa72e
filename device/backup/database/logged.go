package database

import (
	"encoding/binary"
	"fmt"
	"io"
)

// logged is a database with its write-ahead log applied: pages in the log replace those in the
// file. Frames that SQLite would ignore, from an uncommitted transaction or an older log, are
// included.
type logged struct {
	file, log io.ReaderAt
	pageSize  int64
	frames    map[uint32]int64 // offset of the last frame of each page
}

// Sizes in a write-ahead log, and how many of its frames are read.
const (
	logHeader   = 32
	frameHeader = 24
	maxFrames   = 500_000
)

// newLogged reads which pages a log has. ok is false if it is not a log.
func newLogged(file, log io.ReaderAt) (l logged, ok bool, err error) {
	var header [logHeader]byte
	if _, err := log.ReadAt(header[:], 0); err != nil {
		return l, false, nil
	}
	pageSize, ok := logPageSize(header[:])
	if !ok {
		return l, false, nil
	}
	l = logged{file, log, pageSize, map[uint32]int64{}}
	at := int64(logHeader)
	for range maxFrames {
		var frame [frameHeader]byte
		if _, err := log.ReadAt(frame[:], at); err != nil {
			return l, true, nil
		}
		l.frames[binary.BigEndian.Uint32(frame[:])] = at + frameHeader
		at += frameHeader + l.pageSize
	}
	return l, true, fmt.Errorf("%w: its log has more than %d pages", ErrSchema, maxFrames)
}

// logPageSize returns the page size in the header of a log. ok is false if it is not one.
func logPageSize(header []byte) (size int64, ok bool) {
	size = int64(binary.BigEndian.Uint32(header[8:]))
	isLog := binary.BigEndian.Uint32(header)&^1 == 0x377f0682
	return size, isLog && size >= 512 && size <= 65536 && size&(size-1) == 0
}

// ReadAt reads within one page.
func (l logged) ReadAt(p []byte, off int64) (int, error) {
	if at, ok := l.frames[uint32(off/l.pageSize)+1]; ok {
		return l.log.ReadAt(p, at+off%l.pageSize)
	}
	return l.file.ReadAt(p, off)
}
