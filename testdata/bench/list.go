package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"

	"github.com/backupdoctor/backupdoctor/testdata/backuptest"
)

// A collection is many small backups of different devices, each of two folders and a file.
type collection struct{ backups int }

func (c collection) id() string { return fmt.Sprintf("n%d", c.backups) }

func (c collection) path(dir string) string { return filepath.Join(dir, c.id()) }

// make writes one backup and copies it under other UDIDs.
func (c collection) make(ctx context.Context, dir string) error {
	if _, err := os.Stat(c.path(dir)); err == nil {
		return nil
	}
	files := []backuptest.File{
		{Domain: "HomeDomain", Path: "Library", Kind: backuptest.Directory},
		{Domain: "HomeDomain", Path: "Library/Preferences", Kind: backuptest.Directory},
		{Domain: "HomeDomain", Path: "Library/Preferences/com.example.plist", Data: backuptest.Bytes(100, 1)},
	}
	first, err := backuptest.Write(filepath.Join(dir, c.id()+".first"), backuptest.Backup{Files: slices.Values(files)})
	if err != nil {
		return err
	}
	part := c.path(dir) + ".part"
	for i := range c.backups {
		udid := fmt.Sprintf("%s%016X", backuptest.UDID[:len("00008030-")], i)
		if err := copyFolder(ctx, first.Path, filepath.Join(part, udid), udid); err != nil {
			return err
		}
	}
	return os.Rename(part, c.path(dir))
}

// copyFolder copies a folder, with another UDID in its files.
func copyFolder(ctx context.Context, from, to, udid string) error {
	return fs.WalkDir(os.DirFS(from), ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case entry.IsDir():
			return os.MkdirAll(filepath.Join(to, name), 0o700)
		}
		data, err := os.ReadFile(filepath.Join(from, name))
		if err != nil {
			return err
		}
		data = bytes.ReplaceAll(data, []byte(backuptest.UDID), []byte(udid))
		return os.WriteFile(filepath.Join(to, name), data, 0o600)
	})
}

// listing returns the command that lists the backups in a folder, and builds it if needed.
func listing(ctx context.Context, dir string) (peer, error) {
	program := filepath.Join(dir, "backupdoctor")
	build := exec.CommandContext(ctx, "go", "build", "-o", program, "./cmd/backupdoctor")
	if told, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("go build: %w: %s", err, told)
	}
	return func(ctx context.Context, path string) *exec.Cmd {
		return exec.CommandContext(ctx, program, "backups", "--backups", path)
	}, nil
}

// measureList compares a list of many backups with reading all their files.
func measureList(ctx context.Context, out io.Writer, s settings) error {
	list, err := listing(ctx, s.dir)
	if err != nil {
		return err
	}
	reading := shell(`find "$1" -type f -size +0 -print0 | xargs -0 cat | wc -c`, "find", "xargs")
	return compareWith(ctx, out, s, many, "list", list, "find -type f -size +, xargs cat", reading, 2)
}
