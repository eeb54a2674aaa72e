package host

import (
	"os"
	"path/filepath"
	"strings"
)

func processes() []process {
	paths, _ := filepath.Glob("/proc/[0-9]*") // the pattern is valid
	var list []process
	for _, path := range paths {
		name, err := os.ReadFile(filepath.Join(path, "comm"))
		if err != nil {
			continue // it exited, or is not visible to this user
		}
		p := process{name: strings.TrimSpace(string(name))}
		if strings.HasPrefix(p.name, "py") {
			arguments, _ := os.ReadFile(filepath.Join(path, "cmdline"))
			p.arguments = strings.ReplaceAll(string(arguments), "\x00", " ")
		}
		list = append(list, p)
	}
	return list
}
