package backup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
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

// fileSet sums up the ids of some files without keeping them: how many they are, and the sum
// of a hash of each. The hash has a seed of this run, so that no list can be made to fit.
type fileSet struct{ count, sum uint64 }

var idSeed = maphash.MakeSeed()

func (s *fileSet) add(id manifest.FileID) {
	s.count++
	s.sum += maphash.Bytes(idSeed, id[:])
}

// findOrphans looks for files that the manifest does not list, and for those that it lists
// twice: in a folder whose files sum up as those that were found there, there are none. Only
// where they do not are the ids of that folder's rows collected, in a second reading of the
// manifest, 20 bytes each.
func (v *verification) findOrphans(ctx context.Context, m manifest.Manifest) {
	var files [256]fileSet
	v.walk(ctx, anyFolder, func(in byte, id manifest.FileID) { files[in].add(id) })
	var unlike [256]bool
	var expected uint64
	for in, here := range files {
		if found := v.counts.ids[in]; here != found {
			unlike[in] = true
			expected += found.count
		}
	}
	if !slices.Contains(unlike[:], true) {
		return
	}
	listed := make([]manifest.FileID, 0, expected)
	var others []manifest.FileID // listed as what is never stored
	for row, err := range m.Rows(ctx) {
		if err != nil {
			return // compare has told already
		}
		switch {
		case !unlike[row.ID[0]]:
		case row.Kind == manifest.Directory, row.Kind == manifest.Link:
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
			}
			v.unlisted.Add(1)
			v.faults.addFile(orphan, device.BackupProblem{Path: v.blobs.path(in, id), FileID: id.String()})
		}
	})
}

// judgeTwins tells which of some sorted ids the manifest lists more than once. No device
// does that; a row that cannot be read may have the id of none.
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

// walk answers the files with an id for a name in the folders wanted: by the byte they are
// named after or, where all files lie in one folder, by the first byte of the id. It calls
// found from several goroutines, but for one folder from one only.
func (v *verification) walk(ctx context.Context, wanted func(in byte) bool, found func(in byte, id manifest.FileID)) {
	if v.blobs.flat {
		v.eachFile(ctx, ".", func(id manifest.FileID) {
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
				v.eachFile(ctx, prefixName(byte(in)), func(id manifest.FileID) { found(byte(in), id) })
			}
		})
	}
	workers.Wait()
}

// prefixes are the folders of files that are there, by the byte they are named after: a
// small backup has few of the 256. Where the names at the top cannot be listed, all may be.
func (v *verification) prefixes() (present [256]bool) {
	names, err := v.names()
	if err != nil || len(names) >= maxFolders {
		for i := range present {
			present[i] = true
		}
		return present
	}
	for _, name := range names {
		// In any case, since some disks do not tell one from the other.
		if prefix, err := strconv.ParseUint(name, 16, 8); err == nil && len(name) == 2 {
			present[prefix] = true
		}
	}
	return present
}

// eachFile answers the files of one folder that have an id for a name. Other names, such
// as .DS_Store, are passed over, except those that a cloud drive leaves in place of a file.
func (v *verification) eachFile(ctx context.Context, folder string, found func(id manifest.FileID)) {
	if info, err := v.root.Lstat(folder); err == nil && !info.IsDir() {
		return // opening a pipe would wait for its other end
	}
	directory, err := v.root.Open(folder)
	switch {
	case errors.Is(err, fs.ErrPermission):
		v.leaveOpen(device.StatementFiles, noPermission, "the folder "+folder)
		return
	case err != nil:
		return // a folder that is not there has no files
	}
	defer directory.Close()
	for ctx.Err() == nil {
		names, err := directory.Readdirnames(1024)
		for _, name := range names {
			switch id, ok := manifest.ParseID([]byte(name)); {
			case ok:
				found(id)
			case strings.HasPrefix(name, ".") && strings.HasSuffix(name, ".icloud"):
				v.leaveOpen(device.StatementFiles, cloudPlaceholder, "files named .….icloud")
			}
		}
		if err != nil {
			return // io.EOF at the end; a folder that breaks off has too few files, never too many
		}
	}
}

// walkWithoutManifest counts the files of a backup whose manifest stays closed. What can be
// told from outside of an encrypted one is that it is made of blocks; an empty one may have
// been empty on the device.
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
				Detail: fmt.Sprintf("%d bytes are not a multiple of 16, as every encrypted file is", info.Size()),
			})
		}
	})
}
