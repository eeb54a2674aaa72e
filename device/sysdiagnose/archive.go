package sysdiagnose

import (
	"context"
	"errors"
	"io"
	"os"

	"github.com/backupdoctor/backupdoctor/device"
)

// ErrForeign means that a file or folder is not a sysdiagnose archive.
var ErrForeign = errors.New("this is not a sysdiagnose archive")

// An Archive is the evidence from one sysdiagnose archive.
type Archive struct {
	Device  device.Identity // the device, as far as the archive identifies it; UDID is "" if unknown
	History device.History  // the device's records when the archive was made
	Members uint64          // files and folders visited
}

// Progress is the state of reading an archive.
type Progress struct {
	Members    uint64
	Bytes      int64 // read of the file, compressed
	TotalBytes int64 // size of the file; 0 for a folder
}

// Options control how an archive is read. The zero Options are valid.
type Options struct {
	Open     func(path string) (io.ReadCloser, error) // opens a file; nil for os.Open
	Progress func(Progress)                           // called after each member; may be nil
}

// Read reads an archive: a .tar.gz or .tar file, or a folder with an unpacked archive. The
// error is [ErrForeign], or that of opening the file. If the archive cannot be read to its
// end, Read returns no error and sets History.Ended.
func Read(ctx context.Context, path string, options Options) (Archive, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Archive{}, err
	}
	reading := newReading(path)
	if info.IsDir() {
		root, err := os.OpenRoot(path)
		if err != nil {
			return Archive{}, err
		}
		defer root.Close()
		return reading.take(ctx, folderMembers(root.FS()), options)
	}
	open := options.Open
	if open == nil {
		open = func(path string) (io.ReadCloser, error) { return os.Open(path) }
	}
	file, err := open(path)
	if err != nil {
		return Archive{}, err
	}
	defer file.Close()
	compressed := &counter{r: file}
	told := options.Progress
	if told != nil {
		options.Progress = func(p Progress) {
			p.Bytes, p.TotalBytes = compressed.bytes.Load(), info.Size()
			told(p)
		}
	}
	return reading.take(ctx, tarMembers(compressed), options)
}

// A member is one file of an archive.
type member struct {
	name string // slash-separated, including the top-level folder
	size int64
	io.Reader
}

// take reads all members.
func (r *reading) take(ctx context.Context, members iterator, options Options) (Archive, error) {
	var total int64
	for m, err := range members {
		if err == nil && ctx.Err() != nil {
			err = device.Interrupted
		}
		if err == nil {
			err = r.admit(m, &total)
		}
		if err == nil {
			err = r.read(m)
		}
		if err != nil {
			r.archive.History.Ended = device.GapOf(err)
			break
		}
		if options.Progress != nil {
			options.Progress(Progress{Members: r.archive.Members})
		}
	}
	if !r.isSysdiagnose {
		return Archive{}, foreign(r.archive.History.Ended)
	}
	r.dateByFolder(r.archive.History.Origin)
	r.finish()
	return r.archive, nil
}

// foreign returns the error for an archive without any sign of a sysdiagnose. If reading
// was interrupted before the first sign, it is not known to be foreign.
func foreign(ended device.Gap) error {
	if ended.Reason == device.Interrupted {
		return ended
	}
	return ErrForeign
}

// admit rejects what no sysdiagnose contains: names that lead out of it, and excessive
// sizes or counts.
func (r *reading) admit(m member, total *int64) error {
	r.archive.Members++
	*total += m.size
	switch {
	case r.archive.Members > maxMembers, m.size < 0, m.size > maxBytes, *total > maxBytes:
		return device.Hostile
	case !isLocal(m.name):
		return device.Hostile
	}
	return nil
}
