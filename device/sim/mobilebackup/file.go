package mobilebackup

import (
	"bytes"
	"cmp"
	"crypto/sha1"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"sync"
	"time"
)

// A File is one entry in a device's backup. Size and Seed are enough to define its content.
type File struct {
	Domain, Path string
	Kind         Kind
	Size         int64 // length of the content generated from Seed, in bytes
	Seed         uint64
	Data         []byte // the content, instead of Size and Seed
	Modified     time.Time
	Target       string // of a link

	Unreadable    bool  // simulates an I/O error on the device: none of the content is sent
	OnlyEncrypted bool  // omitted from a backup without a password, like Health and the keychain
	Recorded      int64 // the size in the manifest; 0 means that of the content
}

// Kind is the type of an entry.
type Kind int

const (
	Regular Kind = iota
	Directory
	Symlink
)

// day is the default modification time.
var day = time.Date(2026, 3, 14, 15, 9, 26, 0, time.UTC)

// ID returns the name of a file in a backup: the SHA-1 of its domain and path in hex.
func (f File) ID() string {
	sum := sha1.Sum([]byte(f.Domain + "-" + f.Path))
	return hex.EncodeToString(sum[:])
}

// Length returns the size of the content in bytes.
func (f File) Length() int64 {
	if f.Kind != Regular {
		return 0
	}
	if f.Data != nil {
		return int64(len(f.Data))
	}
	return f.Size
}

// modified returns the modification time in Unix seconds.
func (f File) modified() int64 {
	if f.Modified.IsZero() {
		return day.Unix()
	}
	return f.Modified.Unix()
}

// recorded returns the size in the manifest.
func (f File) recorded() int64 { return cmp.Or(f.Recorded, f.Length()) }

// hasDigest reports whether the manifest has a digest of the file: it does for system files, but
// not for those of apps and media.
func (f File) hasDigest() bool {
	for _, without := range []string{"AppDomain", "SysContainerDomain", "SysSharedContainerDomain", "CameraRollDomain", "MediaDomain", "TonesDomain"} {
		if strings.HasPrefix(f.Domain, without) {
			return false
		}
	}
	return true
}

// Open returns a reader for the content.
func (f File) Open() io.Reader {
	if f.Data != nil || f.Kind != Regular {
		return bytes.NewReader(f.Data)
	}
	return &content{seed: f.Seed, size: f.Size}
}

// Numbered returns count files of one size, each with its own content: folder/000000.bin and so
// on.
func Numbered(domain, folder string, count int, size int64) []File {
	files := make([]File, count)
	for i := range files {
		files[i] = File{Domain: domain, Path: fmt.Sprintf("%s/%06d.bin", folder, i), Size: size, Seed: uint64(i) + 1}
	}
	return files
}

// A content generates a file's bytes: the seed and the size, followed by pieces of the pool, each
// at an offset that depends on the seed and the piece.
type content struct {
	seed uint64
	size int64
	at   int64
}

const (
	piece    = 64 << 10
	poolSize = 1 << 20
)

// pool holds random bytes, the same in every process.
var pool = sync.OnceValue(func() []byte {
	data := make([]byte, poolSize+piece)
	random := rand.NewChaCha8([32]byte{'p', 'o', 'o', 'l'})
	random.Read(data) // never fails
	return data
})

func (c *content) Read(p []byte) (int, error) {
	if c.at >= c.size {
		return 0, io.EOF
	}
	n := 0
	for n < len(p) && c.at < c.size {
		within := c.at % piece
		from := pool()[offset(c.seed, c.at/piece):][within:piece]
		from = from[:min(int64(len(from)), c.size-c.at)]
		if c.at < 16 {
			var head [16]byte
			binary.BigEndian.PutUint64(head[:], c.seed)
			binary.BigEndian.PutUint64(head[8:], uint64(c.size))
			from = head[c.at:min(16, c.size)]
		}
		copied := copy(p[n:], from)
		n += copied
		c.at += int64(copied)
	}
	return n, nil
}

// offset returns where in the pool a piece starts.
func offset(seed uint64, piece int64) uint64 {
	x := (seed + 1) * 0x9E3779B97F4A7C15
	x ^= (uint64(piece) + 1) * 0xBF58476D1CE4E5B9
	x ^= x >> 29
	x *= 0x94D049BB133111EB
	return (x >> 32) % poolSize
}
