package backuplog

import (
	"regexp"
	"sync"
)

// pattern compiles a regular expression when it is first used: together they take as long as the
// start of the program, and most commands read no log.
func pattern(text string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })
}
