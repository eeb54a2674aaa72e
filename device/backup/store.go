package backup

import (
	"bytes"
	"context"
	"crypto/sha1"
	"errors"
	"io"
	"io/fs"
	"os"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup/cbc"
	"github.com/backupdoctor/backupdoctor/device/backup/manifest"
)

// reasonFor converts the errors of a store to a reason.
func reasonFor(err error) error {
	switch {
	case errors.Is(err, errClosed):
		return device.NeedsPassword
	case errors.Is(err, errKeysLost):
		return device.Inconclusive
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, manifest.ErrNotFound):
		return device.Absent
	case errors.Is(err, fs.ErrPermission):
		return device.Refused
	case obstacle(err) != nil:
		return device.ReadFailed
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return device.Interrupted
	}
	if reason, ok := errors.AsType[device.Reason](err); ok {
		return reason
	}
	return device.Malformed
}

// file identifies a file on the device.
type file struct{ domain, path string }

// store reads single files from a backup, decrypting them if needed.
type store struct {
	root       *os.Root
	top        blobDirectory
	blobs      blobs
	status     status
	info       info
	properties properties
	options    Options
	manifest   manifest.Manifest // nil if the list of an unencrypted backup cannot be read: IDs are enough
	locked     bool              // the files are encrypted
	asSent     bool              // the files are stored as the device sent them, so that digests are of their bytes
}

func openStore(ctx context.Context, folder Folder, options Options) (*store, error) {
	root, err := os.OpenRoot(folder.Path)
	if err != nil {
		return nil, err
	}
	top, err := openDirectory(root, ".")
	if err != nil {
		root.Close()
		return nil, err
	}
	s := &store{root: root, top: top, status: readStatus(top), info: readInfo(top), properties: readProperties(top), options: options}
	s.blobs.root = root
	if _, err := top.lstat(dbName); err != nil {
		_, err := top.lstat(mbdbName)
		s.blobs.flat = err == nil
	}
	if err := s.openList(ctx, folder); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// openList opens the list of files and learns whether they are encrypted. The error says why
// encrypted files cannot be read.
func (s *store) openList(ctx context.Context, folder Folder) error {
	v := verification{folder: folder, options: s.options, root: s.root, top: s.top, properties: s.properties, faults: newFaults(Options{})}
	v.blobs.root, v.blobs.flat = s.root, s.blobs.flat
	defer v.blobs.close()
	m, err := v.openManifest(ctx)
	switch {
	case err == nil:
		s.manifest = m
	case s.properties.isEncrypted(), errors.Is(err, errClosed), errors.Is(err, errKeysLost):
		return err
	default:
		return nil
	}
	v.judgeKind(ctx, m)
	s.asSent = v.kind == plain || v.kind == locked
	switch v.kind {
	case locked:
		if s.locked = true; s.options.Keys == nil {
			return errClosed
		}
	case disputed:
		return errKeysLost
	case unknownKind: // Manifest.plist is lost
		if p := v.peek(ctx, m); p.encrypted > 0 && p.encrypted >= p.clear {
			return errKeysLost
		}
	}
	return nil
}

func (s *store) close() {
	if s.manifest != nil {
		s.manifest.Close()
	}
	s.blobs.close()
	s.top.close()
	s.root.Close()
}

// read returns the decrypted contents of a file.
func (s *store) read(ctx context.Context, f file) ([]byte, error) {
	opened, err := s.open(ctx, f)
	if err != nil {
		return nil, err
	}
	defer opened.Close()
	if opened.size > maxEvidence {
		return nil, device.Oversized
	}
	data := make([]byte, opened.size)
	_, err = io.ReadFull(opened.all(), data)
	return data, err
}

// plainFile is an open file that is decrypted as it is read.
type plainFile struct {
	io.ReaderAt
	io.Closer
	size int64
}

// all returns a reader for the whole file.
func (p plainFile) all() io.Reader { return io.NewSectionReader(p, 0, p.size) }

// open opens a file that the backup lists. Others may be left from an earlier backup, and say
// nothing about this one. The error is manifest.ErrNotFound only if the backup does not have the
// file: one that it lists and lacks is not known to be missing on the device.
func (s *store) open(ctx context.Context, f file) (plainFile, error) {
	if ctx.Err() != nil {
		return plainFile{}, context.Cause(ctx)
	}
	id := manifest.IDOf(f.domain, f.path)
	row, err := s.find(ctx, id)
	if err != nil {
		return plainFile{}, err
	}
	switch {
	case row.Err != nil:
		return plainFile{}, row.Err
	case s.manifest != nil && row.Kind != manifest.File:
		return plainFile{}, manifest.ErrRow
	}
	opened, info, err := s.blobs.open(id)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return plainFile{}, device.Inconclusive
	case err != nil:
		return plainFile{}, err
	case opened == nil && info.link:
		return plainFile{}, device.Inconclusive
	case opened == nil:
		return plainFile{}, device.Malformed
	case info.dataless, s.isAltered(row, opened, info.size):
		opened.Close()
		return plainFile{}, device.Inconclusive
	case !s.locked:
		return plainFile{opened, opened, int64(info.size)}, nil
	}
	plain, err := s.decrypt(row, opened, int64(info.size))
	if err != nil {
		opened.Close()
		return plainFile{}, err
	}
	return plainFile{plain, opened, plain.Size()}, nil
}

// isAltered reports whether a file that serves as evidence is not as the device sent it: its digest,
// if it has one, is of other bytes.
func (s *store) isAltered(row manifest.Row, stored io.ReaderAt, size uint64) bool {
	if !s.asSent || len(row.Digest) == 0 || size == 0 || size > maxEvidence {
		return false
	}
	sum := sha1.New()
	_, err := io.Copy(sum, io.NewSectionReader(stored, 0, int64(size)))
	return err == nil && !bytes.Equal(sum.Sum(nil), row.Digest)
}

// find looks a file up in the list, if that can be read.
func (s *store) find(ctx context.Context, id manifest.FileID) (manifest.Row, error) {
	if s.manifest == nil {
		return manifest.Row{}, nil
	}
	return s.manifest.Find(ctx, id)
}

// decrypt opens a file with the key in its row.
func (s *store) decrypt(row manifest.Row, stored io.ReaderAt, size int64) (*cbc.ReaderAt, error) {
	key, err := s.options.Keys.Unwrap(row.EncryptionKey)
	if err != nil {
		return nil, err
	}
	return cbc.NewReaderAt(stored, size, key)
}
