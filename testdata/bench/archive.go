package main

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"
)

const rootFolder = "sysdiagnose_2026.09.13_13-52-59+0100_iPhone-OS_iPhone_23G90"

// notebook is a minimal com.apple.MobileBackup.plist.
const notebook = `<plist><dict><key>BackupStateInfo</key><dict><key>errors</key><array>
<dict><key>domain</key><string>MBErrorDomain</string><key>code</key><integer>303</integer></dict></array></dict></dict></plist>`

// An archive is a sysdiagnose archive of at least this size, for measurements.
type archive struct{ megabytes int64 }

func (a archive) id() string { return fmt.Sprintf("s%dm", a.megabytes) }

func (a archive) path(dir string) string { return filepath.Join(dir, a.id(), rootFolder+".tar.gz") }

// make fills the archive with the two kinds of files that make up most of a real one: the
// system log, which is already compressed, and text.
func (a archive) make(ctx context.Context, dir string) error {
	path := a.path(dir)
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	file, err := os.Create(path + ".part")
	if err != nil {
		return err
	}
	defer file.Close()
	counted := &countingWriter{w: bufio.NewWriterSize(file, 1<<20)}
	compressed := gzip.NewWriter(counted)
	list := tar.NewWriter(compressed)
	random := rand.New(rand.NewPCG(1, 2))
	trace, text := traceLike(random, 8<<20), textLike(random, 1<<20)
	for i := 0; counted.bytes < a.megabytes<<20; i++ {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		name, content := fmt.Sprintf("system_logs.logarchive/Persist/%016x.tracev3", i), trace
		switch i % 20 {
		default:
			name, content = fmt.Sprintf("logs/part%d.log", i), text
		case 0, 7, 14:
		}
		if err := add(list, name, content); err != nil {
			return err
		}
	}
	// Last, so that stopping early gains nothing.
	if err := add(list, "logs/MobileBackup/com.apple.MobileBackup.plist", []byte(notebook)); err != nil {
		return err
	}
	if err := errors.Join(list.Close(), compressed.Close(), counted.w.Flush()); err != nil {
		return err
	}
	return os.Rename(path+".part", path)
}

func add(list *tar.Writer, name string, content []byte) error {
	header := tar.Header{Name: rootFolder + "/" + name, Size: int64(len(content)), Mode: 0o644, Typeflag: tar.TypeReg, ModTime: time.Unix(0, 0)}
	if err := list.WriteHeader(&header); err != nil {
		return err
	}
	_, err := io.Copy(list, bytes.NewReader(content))
	return err
}

// traceLike returns data with the entropy of a system log: half of it is incompressible.
func traceLike(random *rand.Rand, size int) []byte {
	var data bytes.Buffer
	for data.Len() < size {
		for range 375 {
			data.Write(binary.LittleEndian.AppendUint64(nil, random.Uint64()))
		}
		data.Write(textLike(random, 3000))
	}
	return data.Bytes()
}

var words = []string{"backupd", "cloudd", "error", "wifi", "state", "changed", "com.apple.", "0x16f", "thread", "queue", "memory"}

// textLike returns lines of a log.
func textLike(random *rand.Rand, size int) []byte {
	var data bytes.Buffer
	for data.Len() < size {
		fmt.Fprintf(&data, "2026-09-13 %02d:%02d:%02d.%06d", random.IntN(24), random.IntN(60), random.IntN(60), random.IntN(1_000_000))
		for range 10 {
			data.WriteByte(' ')
			data.WriteString(words[random.IntN(len(words))])
		}
		data.WriteByte('\n')
	}
	return data.Bytes()
}

// A countingWriter counts the bytes written to the archive.
type countingWriter struct {
	w     *bufio.Writer
	bytes int64
}

func (c *countingWriter) Write(p []byte) (int, error) {
	c.bytes += int64(len(p))
	return c.w.Write(p)
}
