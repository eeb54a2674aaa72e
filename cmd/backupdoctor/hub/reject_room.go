package hub

import (
	"strings"

	"github.com/backupdoctor/backupdoctor/device/host"
	"github.com/backupdoctor/backupdoctor/report/ledger"
)

// limitRejects lets the database keep rejected messages in full up to a share of the disk. The disk
// of a server is unknown: there the default applies.
func (h *hub) limitRejects(store *ledger.Store) {
	path, isFile := strings.CutPrefix(h.sink, "sqlite:")
	if !isFile {
		return
	}
	free, err := host.FreeBytes(path)
	if err != nil {
		h.log.Warn("the room for rejected messages is the usual one: the free space of the disk is unknown", "error", err)
		return
	}
	store.RejectBytes = rejectRoom(free)
}

// rejectRoom returns how many bytes of rejected messages are kept in full: a twentieth of the free
// space, between 16 MB and 1 GB.
func rejectRoom(free uint64) int64 { return int64(min(max(free/20, 16<<20), 1<<30)) }
