package wholefile

import (
	"io/fs"
	"os"
)

// takeOver does nothing: on Windows files inherit the access control list of their folder.
func takeOver(*os.File, fs.FileInfo) error { return nil }
