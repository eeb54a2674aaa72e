package output

import "io/fs"

// Windows has neither FIFOs in folders nor file modes.
const (
	noFollow    = 0
	nonBlocking = 0
)

func nobodyReads(error) bool { return false }

func ownedByOthers(fs.FileInfo) bool { return false }

func keepsOwner(fs.FileInfo) bool { return true }
