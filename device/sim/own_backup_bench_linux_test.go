package sim_test

import (
	"crypto/sha1"
	"crypto/sha256"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/backupdoctor/backupdoctor/device/sim/mobilebackup"
)

// BenchmarkBackupClients compares the program's own client with others, and with writing the same
// files without a device. BenchmarkBackup measures the device alone. Only the program's own
// client hashes and syncs.
func BenchmarkBackupClients(b *testing.B) {
	for name, files := range backupSizes() {
		b.Run(name+"/write", func(b *testing.B) {
			for b.Loop() {
				writeFiles(b, b.TempDir(), files)
			}
			perSecond(b, files)
		})
		b.Run(name+"/own", func(b *testing.B) {
			udid, socket := backsUp(b, mobilebackup.New(files...))
			for b.Loop() {
				ownBackup(b, socket, udid, b.TempDir(), true)
			}
			perSecond(b, files)
			b.ReportMetric(peakMegabytes(b), "MB-peak")
		})
		for _, client := range backupClients {
			b.Run(name+"/"+client.name, func(b *testing.B) {
				command := client.command(b)
				if _, err := exec.LookPath(command[0]); err != nil {
					b.Skip(command[0] + " is not installed")
				}
				_, socket := backsUp(b, mobilebackup.New(files...))
				for b.Loop() {
					client.run(b, socket, b.TempDir(), client.full...)
				}
				perSecond(b, files)
			})
		}
	}
}

// perSecond reports the throughput.
func perSecond(b *testing.B, files []mobilebackup.File) {
	var total int64
	for _, f := range files {
		total += f.Length()
	}
	b.SetBytes(total)
}

// peakMegabytes returns the peak memory use of this process, which runs both client and device.
func peakMegabytes(b *testing.B) float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		b.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		if value, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kilobytes, _ := strconv.ParseFloat(strings.Fields(value)[0], 64)
			return kilobytes / 1024
		}
	}
	return 0
}

// writeFiles writes files in backup layout, computes two digests of each, and syncs every 64 MiB,
// 1,024 files or two seconds.
func writeFiles(b *testing.B, path string, files []mobilebackup.File) {
	folder, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer folder.Close()
	var dirty int64
	synced, pending := time.Now(), 0
	buffer := make([]byte, 256<<10)
	for _, f := range files {
		id := f.ID()
		below := filepath.Join(path, id[:2])
		if err := os.MkdirAll(below, 0o700); err != nil {
			b.Fatal(err)
		}
		out, err := os.Create(filepath.Join(below, id))
		if err != nil {
			b.Fatal(err)
		}
		n, err := io.CopyBuffer(io.MultiWriter(struct{ io.Writer }{out}, sha1.New(), sha256.New()), f.Open(), buffer)
		if err != nil {
			b.Fatal(err)
		}
		if err := out.Close(); err != nil {
			b.Fatal(err)
		}
		dirty += n
		if pending++; dirty < 64<<20 && pending < 1024 && time.Since(synced) < 2*time.Second {
			continue
		}
		if err := unix.Syncfs(int(folder.Fd())); err != nil {
			b.Fatal(err)
		}
		dirty, pending, synced = 0, 0, time.Now()
	}
	if err := unix.Syncfs(int(folder.Fd())); err != nil {
		b.Fatal(err)
	}
}
