package main

import (
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/backupdoctor/backupdoctor/testdata/backuptest"
)

// A set is a backup to measure.
type set struct {
	name     string
	files    int
	bytes    int // average size of a file
	password string
	missing  bool // listed but not stored
}

var (
	small     = set{name: "b2k", files: 2_000, bytes: 20_000}
	middle    = set{name: "b50k", files: 50_000, bytes: 700}
	medium    = set{name: "b100k", files: 100_000, bytes: 20_000}
	large     = set{name: "b500k", files: 500_000, bytes: 700}
	few       = set{name: "large4g", files: 40, bytes: 107_000_000}
	encrypted = set{name: "e20k", files: 20_000, bytes: 20_000, password: "0000"}
	single    = set{name: "e1", files: 1, bytes: 100, password: "0000"}
	gone      = set{name: "m1m", files: 1_000_000, bytes: 0, missing: true}
)

const deviceRounds = 10_000_000

func (s set) id() string { return s.name }

func (s set) path(dir string) string { return filepath.Join(dir, s.name, backuptest.UDID) }

func (s set) make(_ context.Context, dir string) error {
	if _, err := os.Stat(filepath.Join(s.path(dir), "Info.plist")); err == nil {
		return nil
	}
	folder, err := backuptest.Write(filepath.Join(dir, s.name), backuptest.Backup{Files: s.list(), Password: s.password, Rounds: deviceRounds})
	if err != nil || !s.missing {
		return err
	}
	for prefix := range 256 {
		if err := os.RemoveAll(filepath.Join(folder.Path, fmt.Sprintf("%02x", prefix))); err != nil {
			return err
		}
	}
	return nil
}

// list returns files in 200 domains, every fifth of them in a folder of its own. Their lengths
// are uniformly distributed from zero to twice the average; a few large files have the same
// length.
func (s set) list() iter.Seq[backuptest.File] {
	return func(yield func(backuptest.File) bool) {
		random := rand.New(rand.NewPCG(1, 2))
		content := backuptest.Bytes(2*s.bytes+s.files, 1)
		for i := range s.files {
			domain := fmt.Sprintf("SystemDomain-%03d", i%200)
			if i%5 == 0 && !yield(backuptest.File{Domain: domain, Path: fmt.Sprintf("Library/Folder %d", i), Kind: backuptest.Directory}) {
				return
			}
			size := s.bytes
			if s.files > 1000 && s.bytes > 0 {
				size = 1 + random.IntN(2*s.bytes)
			}
			file := backuptest.File{Domain: domain, Path: fmt.Sprintf("Library/Folder %d/File number %d.data", i/5*5, i), Data: content[i : i+size]}
			if !yield(file) {
				return
			}
		}
	}
}
