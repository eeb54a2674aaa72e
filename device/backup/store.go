package backup

import (
	"context"
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
	manifest   manifest.Manifest // nil if the backup is not encrypted: IDs are enough
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
	if !s.properties.isEncrypted() {
		return s, nil
	}
	v := verification{folder: folder, options: options, root: root, top: top, properties: s.properties, faults: newFaults(Options{})}
	v.blobs.root, v.blobs.flat = root, s.blobs.flat
	defer v.blobs.close()
	s.manifest, err = v.openManifest(ctx)
	if err != nil {
		s.close()
		return nil, err
	}
	v.judgeKind(ctx, s.manifest)
	switch {
	case v.kind != locked: // a program has decrypted the files
		s.manifest.Close()
		s.manifest = nil
	case options.Keys == nil:
		s.close()
		return nil, errClosed
	}
	return s, nil
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

func (s *store) open(ctx context.Context, f file) (plainFile, error) {
	if ctx.Err() != nil {
		return plainFile{}, context.Cause(ctx)
	}
	id := manifest.IDOf(f.domain, f.path)
	opened, info, err := s.blobs.open(id)
	switch {
	case err != nil:
		return plainFile{}, err
	case opened == nil:
		return plainFile{}, device.Malformed
	case info.dataless:
		opened.Close()
		return plainFile{}, device.Absent
	case s.manifest == nil:
		return plainFile{opened, opened, int64(info.size)}, nil
	}
	plain, err := s.decrypt(ctx, id, opened, int64(info.size))
	if err != nil {
		opened.Close()
		return plainFile{}, err
	}
	return plainFile{plain, opened, plain.Size()}, nil
}

// decrypt looks up a file's key in the manifest.
func (s *store) decrypt(ctx context.Context, id manifest.FileID, stored io.ReaderAt, size int64) (*cbc.ReaderAt, error) {
	row, err := s.manifest.Find(ctx, id)
	if err != nil {
		return nil, err
	}
	key, err := s.options.Keys.Unwrap(row.EncryptionKey)
	if err != nil {
		return nil, err
	}
	return cbc.NewReaderAt(stored, size, key)
}
