package backup

import "encoding/binary"

// sqliteHeadSize is the length of a SQLite database's header.
const sqliteHeadSize = 100

// sqliteSize returns the size that a SQLite database states in its first bytes. ok is false if
// it is not a database, or was last written by a program that did not update the page count.
func sqliteSize(head []byte) (size uint64, ok bool) {
	if len(head) < sqliteHeadSize || string(head[:len(sqliteMagic)]) != sqliteMagic {
		return 0, false
	}
	page := uint64(binary.BigEndian.Uint16(head[16:]))
	if page == 1 {
		page = 65536
	}
	pages := uint64(binary.BigEndian.Uint32(head[28:]))
	changed, validFor := binary.BigEndian.Uint32(head[24:]), binary.BigEndian.Uint32(head[92:])
	return page * pages, page >= 512 && pages > 0 && changed == validFor
}
