package wholefile

import (
	"io/fs"
	"os"
)

// takeOver does nothing: on Windows a file has the access control list of its folder.
func takeOver(*os.File, fs.FileInfo) error { return nil }
