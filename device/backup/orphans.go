package backup

import (
	"bytes"
	"context"
	"errors"
	"hash/maphash"
	"io"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup/cbc"
	"github.com/backupdoctor/backupdoctor/device/backup/manifest"
)

// fileSet summarizes a set of file IDs without storing them: their number and the sum of a hash
// of each. The hash is seeded per run, so no list can be crafted to match.
type fileSet struct{ count, sum uint64 }

var idSeed = maphash.MakeSeed()

func (s *fileSet) add(id manifest.FileID) {
	s.count++
	s.sum += maphash.Bytes(idSeed, id[:])
}

// findOrphans looks for files that the manifest does not list or lists twice. A folder whose
// files have the same summary as its rows has none. Only for other folders are the IDs of the
// rows collected, 20 bytes each, by reading the manifest again.
func (v *verification) findOrphans(ctx context.Context, m manifest.Manifest) {
	v.walk(ctx, anyFolder, func(in byte, id manifest.FileID) { v.here[in].add(id) })
	var unlike [256]bool
	var expected uint64
	for in, here := range v.here {
		if found := v.counts.ids[in]; here != found {
			unlike[in] = true
			expected += found.count
		}
	}
	if !slices.Contains(unlike[:], true) {
		return
	}
	listed := make([]manifest.FileID, 0, expected)
	var others []manifest.FileID // rows of kinds that are never stored; one that cannot be read was reported
	for row, err := range m.Rows(ctx) {
		if err != nil {
			return // compare has already reported it
		}
		switch {
		case !unlike[row.ID[0]]:
		case row.Err == nil && (row.Kind == manifest.Directory || row.Kind == manifest.Link):
			others = append(others, row.ID)
		default:
			listed = append(listed, row.ID)
		}
	}
	slices.SortFunc(listed, compareIDs)
	slices.SortFunc(others, compareIDs)
	v.judgeTwins(listed)
	v.walk(ctx, func(in byte) bool { return unlike[in] }, func(in byte, id manifest.FileID) {
		if _, found := slices.BinarySearchFunc(listed, id, compareIDs); !found || in != id[0] {
			if _, contradicts := slices.BinarySearchFunc(others, id, compareIDs); contradicts {
				v.refuteRow(v.blobs.path(in, id), id, "listed as a directory or a link, and stored as a file")
				return
			}
			v.unlisted.Add(1)
			v.faults.addFile(orphan, device.BackupProblem{Path: v.blobs.path(in, id), FileID: id.String()})
		}
	})
}

// judgeTwins reports which of some sorted IDs the manifest lists more than once. No device does
// that; a row that cannot be read may have no ID.
func (v *verification) judgeTwins(listed []manifest.FileID) {
	for i := 1; i < len(listed); i++ {
		id := listed[i]
		if id == listed[i-1] && id != (manifest.FileID{}) && (i == 1 || id != listed[i-2]) {
			v.refuteRow(v.blobs.path(id[0], id), id, "listed more than once")
		}
	}
}

// refuteRow records a row of the manifest that contradicts something else.
func (v *verification) refuteRow(path string, id manifest.FileID, detail string) {
	v.statements.mark(device.StatementList, device.ShownFalse, rowUnreadable)
	v.faults.addFile(rowUnreadable, device.BackupProblem{Path: path, FileID: id.String(), Detail: detail})
}

func anyFolder(byte) bool { return true }

func compareIDs(a, b manifest.FileID) int { return bytes.Compare(a[:], b[:]) }

// walk calls found for each file named with an ID in the wanted folders, selected by the byte
// they are named after or, in the flat layout, by the first byte of the ID. It calls found from
// several goroutines, but for any one folder from only one.
func (v *verification) walk(ctx context.Context, wanted func(in byte) bool, found func(in byte, id manifest.FileID)) {
	if v.blobs.flat {
		v.eachFile(ctx, 0, func(id manifest.FileID) {
			if wanted(id[0]) {
				found(id[0], id)
			}
		})
		return
	}
	present := v.prefixes()
	folders := 0
	for _, there := range present {
		if there {
			folders++
		}
	}
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(v.options.Workers, folders) {
		workers.Go(func() {
			for in := next.Add(1) - 1; in < 256; in = next.Add(1) - 1 {
				if !present[in] || !wanted(byte(in)) {
					continue
				}
				v.eachFile(ctx, byte(in), func(id manifest.FileID) { found(byte(in), id) })
			}
		})
	}
	workers.Wait()
}

// prefixes returns which of the 256 folders exist, by the byte they are named after: a small
// backup has few. If the top-level names cannot be listed, all may exist.
func (v *verification) prefixes() (present [256]bool) {
	names, err := v.names()
	if err != nil || len(names) >= maxFolders {
		for i := range present {
			present[i] = true
		}
		return present
	}
	for _, name := range names {
		// Accept upper and lower case: some file systems ignore case.
		if prefix, err := strconv.ParseUint(name, 16, 8); err == nil && len(name) == 2 {
			present[prefix] = true
		}
	}
	return present
}

// eachFile calls found for each file named with an ID in one folder. Other names, such as
// .DS_Store, are skipped, except placeholders of a cloud drive.
func (v *verification) eachFile(ctx context.Context, in byte, found func(id manifest.FileID)) {
	folder := "the folder " + v.blobs.name(in)
	directory, err := v.blobs.folder(in)
	if err == nil {
		_, err = directory.file.Seek(0, io.SeekStart)
	}
	switch {
	case errors.Is(err, fs.ErrPermission):
		v.leaveOpen(device.StatementFiles, noPermission, folder)
		return
	case obstacle(err) != nil:
		v.leaveOpen(device.StatementFiles, obstacle(err), folder)
		return
	case err != nil:
		return // a missing folder has no files, and neither has a pipe in its place
	}
	for ctx.Err() == nil {
		names, err := directory.file.Readdirnames(1024)
		for _, name := range names {
			switch id, ok := manifest.ParseID([]byte(name)); {
			case ok:
				found(id)
			case strings.HasPrefix(name, ".") && strings.HasSuffix(name, ".icloud"):
				v.leaveOpen(device.StatementFiles, cloudPlaceholder, "files named .….icloud")
			}
		}
		if mode := obstacle(err); mode != nil {
			v.leaveOpen(device.StatementFiles, mode, folder)
		}
		if err != nil {
			return // io.EOF at the end; an incomplete listing has too few files, never too many
		}
	}
}

// walkWithoutManifest counts the files of a backup whose manifest cannot be opened. All that
// can be checked from outside in an encrypted one is that files consist of whole blocks; an
// empty file may have been empty on the device.
func (v *verification) walkWithoutManifest(ctx context.Context, encrypted bool) {
	v.walk(ctx, anyFolder, func(in byte, id manifest.FileID) {
		path := v.blobs.path(in, id)
		info, err := v.root.Lstat(path)
		if err != nil || !info.Mode().IsRegular() {
			return
		}
		v.unlisted.Add(1)
		v.storedBytes.Add(uint64(info.Size()))
		if encrypted && info.Size()%cbc.BlockSize != 0 {
			v.statements.mark(device.StatementLengths, device.ShownFalse, blobAltered)
			v.faults.addFile(blobAltered, device.BackupProblem{
				Path: path, FileID: id.String(),
				Detail: counted(info.Size(), "byte is", "bytes are") + " not a multiple of 16, as every encrypted file is",
			})
		}
	})
}
