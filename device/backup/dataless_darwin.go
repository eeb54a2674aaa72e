package backup

import "golang.org/x/sys/unix"

// sfDataless is SF_DATALESS from sys/stat.h: the file's contents are in the cloud.
const sfDataless = 0x40000000

// isDataless reports whether reading the file would download its contents.
func isDataless(stat *unix.Stat_t) bool { return stat.Flags&sfDataless != 0 }
