package hub

import (
	"log/slog"
	"path/filepath"
	"testing"

	"github.com/backupdoctor/backupdoctor/device/host"
	"github.com/backupdoctor/backupdoctor/report/ledger"
)

func TestRejectRoom(t *testing.T) {
	for free, want := range map[uint64]int64{0: 16 << 20, 1 << 30: (1 << 30) / 20, 1 << 40: 1 << 30} {
		if got := rejectRoom(free); got != want {
			t.Errorf("with %d bytes free there is room for %d, want %d", free, got, want)
		}
	}
	h := hub{sink: "sqlite:" + filepath.Join(t.TempDir(), "fleet.db"), log: slog.New(slog.DiscardHandler)}
	store, err := ledger.Open(t.Context(), h.sink)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	free, err := host.FreeBytes(t.TempDir())
	if err != nil {
		t.Skip(err)
	}
	if h.limitRejects(store); store.RejectBytes > int64(free/10) && store.RejectBytes > 16<<20 || store.RejectBytes < 16<<20 {
		t.Errorf("with %d bytes free, %d are for rejected messages", free, store.RejectBytes)
	}
}

func TestDescriptorsAreShared(t *testing.T) {
	for files, want := range map[int][3]int{0: {0, 256, 64}, 256: {128, 64, 16}, 1024: {512, 256, 64}, 1 << 20: {1 << 19, 256, 64}, 1: {1, 4, 1}} {
		all, anonymous := pagePlaces(files)
		if got := [3]int{benchPlaces(files), all, anonymous}; got != want {
			t.Errorf("of %d files, benches, pages and pages without a sign-in get %v, want %v", files, got, want)
		}
	}
}
