package backuplog

import (
	"regexp"
	"sync"
)

// pattern compiles a regular expression on first use. Compiling all of them takes as long
// as starting the program, and most commands do not read logs.
func pattern(text string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })
}
