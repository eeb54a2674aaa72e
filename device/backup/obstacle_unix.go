//go:build unix

package backup

import "syscall"

// shortages are the errors of a computer that has run out of something, besides room on a disk.
var shortages = []error{syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM}
