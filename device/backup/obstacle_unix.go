//go:build unix

package backup

import "syscall"

// shortages are the errors of a computer that has run out of something.
var shortages = []error{syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM, syscall.ENOSPC, syscall.EDQUOT}

// driveErrors are the errors of a disk that fails or was pulled out, and of a network drive that
// does not answer.
var driveErrors = []error{
	syscall.EIO, syscall.ENODEV, syscall.ENXIO, syscall.ESTALE, syscall.ENOTCONN, syscall.ETIMEDOUT,
	syscall.EHOSTDOWN, syscall.EHOSTUNREACH, syscall.ENETDOWN, syscall.ENETUNREACH, syscall.ECONNABORTED, syscall.ECONNRESET,
}
