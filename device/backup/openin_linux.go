package backup

import (
	"cmp"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// openIn returns the programs that have files in a folder open, according to /proc: those of
// this user or, for root, of all users.
func openIn(ctx context.Context, folder string) []string {
	folder, err := filepath.EvalSymlinks(folder)
	if err != nil {
		return nil
	}
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	programs := []string{}
	for _, entry := range entries {
		id, err := strconv.Atoi(entry.Name())
		if err != nil || id == os.Getpid() || ctx.Err() != nil {
			continue
		}
		if has(id, folder) {
			name, _ := os.ReadFile(filepath.Join("/proc", entry.Name(), "comm"))
			programs = append(programs, cmp.Or(strings.TrimSpace(string(name)), "process "+entry.Name()))
		}
	}
	slices.Sort(programs)
	return slices.Compact(programs)
}

// has reports whether a process has a file in a folder open.
func has(id int, folder string) bool {
	open := filepath.Join("/proc", strconv.Itoa(id), "fd")
	entries, err := os.ReadDir(open)
	if err != nil {
		return false // another user's process, or it has ended
	}
	return slices.ContainsFunc(entries, func(entry os.DirEntry) bool {
		target, err := os.Readlink(filepath.Join(open, entry.Name()))
		return err == nil && strings.HasPrefix(target, folder+string(filepath.Separator))
	})
}
