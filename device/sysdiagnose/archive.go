package sysdiagnose

import (
	"context"
	"errors"
	"io"
	"os"

	"github.com/backupdoctor/backupdoctor/device"
)

// ErrForeign is the error of a file or folder that is no sysdiagnose archive.
var ErrForeign = errors.New("this is no sysdiagnose archive")

// An Archive is what one sysdiagnose archive told.
type Archive struct {
	Device  device.Identity // whose it is, as far as it says; UDID is "" if it does not
	History device.History  // what the device had on record when it was made
	Members uint64          // files and folders that were gone through
}

// Progress is how far the reading of an archive has come.
type Progress struct {
	Members    uint64
	Bytes      int64 // read of the file, compressed
	TotalBytes int64 // of the file; 0 for a folder
}

// Options are how to read an archive. The zero Options are good.
type Options struct {
	Open     func(path string) (io.ReadCloser, error) // opens a file; nil for os.Open
	Progress func(Progress)                           // told after each member; may be nil
}

// Read reads an archive: a .tar.gz or .tar file, or a folder that one was unpacked into.
// The error is [ErrForeign], or that of opening the file. An archive that cannot be read
// to its end is no error: History.Ended says why.
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
	name string // slash-separated, with the folder that everything lies in
	size int64
	io.Reader
}

// take goes through all members.
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

// foreign is the error for what shows no sign of a sysdiagnose. A run that was stopped
// before the first sign cannot tell.
func foreign(ended device.Gap) error {
	if ended.Reason == device.Interrupted {
		return ended
	}
	return ErrForeign
}

// admit refuses what no sysdiagnose holds: names that lead out of it, and more of
// anything than there can be.
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
