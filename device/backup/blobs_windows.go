package backup

import (
	"io/fs"
	"os"
	"syscall"
)

// blobDirectory is an open folder.
type blobDirectory struct {
	root *os.Root
	file *os.File
}

func openDirectory(root *os.Root, name string) (blobDirectory, error) {
	folder, err := root.OpenRoot(name)
	if err != nil {
		return blobDirectory{}, err
	}
	file, err := folder.Open(".")
	if err != nil {
		folder.Close()
		return blobDirectory{}, err
	}
	return blobDirectory{folder, file}, nil
}

// openTop opens the folder of a backup.
func openTop(path string) (blobDirectory, error) {
	root, err := os.OpenRoot(path)
	if err != nil {
		return blobDirectory{}, err
	}
	defer root.Close()
	return openDirectory(root, ".")
}

// names returns up to most names in the folder. It may be called only once.
func (d blobDirectory) names(most int) ([]string, error) { return d.file.Readdirnames(most) }

func (d blobDirectory) close() {
	if d.root != nil {
		d.file.Close()
		d.root.Close()
	}
}

func (d blobDirectory) lstat(name string) (blobInfo, error) {
	info, err := d.root.Lstat(name)
	if err != nil {
		return blobInfo{}, err
	}
	return blobInfo{
		size: uint64(max(info.Size(), 0)), modified: info.ModTime().UnixNano(),
		regular: info.Mode().IsRegular(), link: info.Mode()&fs.ModeSymlink != 0, dataless: isDataless(info),
	}, nil
}

// open stats first: opening a file stored remotely would download it.
func (d blobDirectory) open(name string) (*blobFile, blobInfo, error) {
	info, err := d.lstat(name)
	if err != nil || !info.regular || info.dataless {
		return nil, info, err
	}
	file, err := d.root.Open(name)
	if err != nil {
		return nil, blobInfo{}, err
	}
	return &blobFile{file}, info, nil
}

// blobFile is an open file.
type blobFile struct{ *os.File }

// attributesDataless are the attributes of a file stored remotely: FILE_ATTRIBUTE_OFFLINE,
// FILE_ATTRIBUTE_RECALL_ON_OPEN and FILE_ATTRIBUTE_RECALL_ON_DATA_ACCESS.
const attributesDataless = 0x1000 | 0x40000 | 0x400000

// isDataless reports whether opening the file would download its contents.
func isDataless(info fs.FileInfo) bool {
	data, ok := info.Sys().(*syscall.Win32FileAttributeData)
	return ok && data.FileAttributes&attributesDataless != 0
}
