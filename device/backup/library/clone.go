package library

import (
	"context"
	"errors"
	"io"
	"os"
	"path"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/backupdoctor/backupdoctor/device/host"
)

// Sharing is what a clone shares with its original.
type Sharing string

// The ways to clone a file, best first.
const (
	SharedBlocks Sharing = "blocks" // the same blocks until either is written to
	SharedFiles  Sharing = "files"  // hard links: one file under two names
	SharesNone   Sharing = "none"   // a full copy
)

// clone clones a copy into the cloning folder, without what is specific to that copy: its
// received records and its proof.
func (d *Device) clone(ctx context.Context, c Copy, progress func(files int)) (Sharing, error) {
	cl := cloning{source: d.root, target: d.root, from: path.Join(c.Name, d.UDID), to: path.Join(cloningName, d.UDID)}
	return cl.all(ctx, progress)
}

// all clones the backup.
func (c *cloning) all(ctx context.Context, progress func(files int)) (Sharing, error) {
	c.how.Store(SharedBlocks)
	if err := c.target.Mkdir(c.to, 0o700); err != nil {
		return "", err
	}
	top, err := c.source.Open(c.from)
	if err != nil {
		return "", err
	}
	entries, err := top.ReadDir(-1)
	if err := errors.Join(err, top.Close()); err != nil {
		return "", err
	}
	folders := make(chan string)
	var workers sync.WaitGroup
	var failed atomic.Pointer[error]
	for range 2 * runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for name := range folders {
				if err := c.folder(ctx, name, progress); err != nil {
					failed.CompareAndSwap(nil, &err)
				}
			}
		})
	}
	for _, e := range entries {
		if failed.Load() != nil {
			break
		}
		switch {
		case e.IsDir():
			folders <- e.Name()
		case e.Type().IsRegular():
			if err := c.file(e.Name()); err != nil {
				failed.CompareAndSwap(nil, &err)
			}
		default:
			c.leaveOut(e.Name())
		}
	}
	close(folders)
	workers.Wait()
	if err := failed.Load(); err != nil {
		return "", *err
	}
	return c.how.Load().(Sharing), nil
}

// A cloning is a clone in progress.
type cloning struct {
	source   *os.Root
	from     string // in source
	target   *os.Root
	to       string       // in target
	unlinked bool         // share no file that another program may write to
	how      atomic.Value // Sharing: the best method that has not failed so far
	files    atomic.Int64
	mu       sync.Mutex
	leftOut  LeftOut // guarded by mu
}

// LeftOut are the entries of a backup folder that were not cloned: links, pipes and devices. A backup
// has none.
type LeftOut struct {
	Count int
	First string // the first of their paths in the folder, in alphabetical order
}

func (c *cloning) leaveOut(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.leftOut.Count == 0 || name < c.leftOut.First {
		c.leftOut.First = name
	}
	c.leftOut.Count++
}

// folder clones a folder of files.
func (c *cloning) folder(ctx context.Context, name string, progress func(files int)) error {
	if err := c.target.Mkdir(path.Join(c.to, name), 0o700); err != nil {
		return err
	}
	folder, err := c.source.Open(path.Join(c.from, name))
	if err != nil {
		return err
	}
	defer folder.Close()
	for {
		const some = 1024
		entries, err := folder.ReadDir(some)
		for _, e := range entries {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			inner := path.Join(name, e.Name())
			switch {
			case e.IsDir():
				if err := c.folder(ctx, inner, progress); err != nil {
					return err
				}
			case e.Type().IsRegular():
				if err := c.file(inner); err != nil {
					return err
				}
				if n := c.files.Add(1); progress != nil && n%some == 0 {
					progress(int(n))
				}
			default:
				c.leaveOut(inner)
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// file clones one file by the best method that works.
func (c *cloning) file(name string) error {
	from, to := path.Join(c.from, name), path.Join(c.to, name)
	how := c.how.Load().(Sharing)
	if how == SharedBlocks {
		err := shareBlocks(c.source, from, c.target, to)
		if err == nil {
			return nil
		}
		if host.IsFull(err) {
			return err
		}
		_ = c.target.Remove(to) // remove a partial file, if any
		if how = SharedFiles; c.unlinked {
			how = SharesNone
		}
		c.how.CompareAndSwap(SharedBlocks, how)
	}
	if how == SharedFiles {
		err := c.source.Link(from, to)
		switch {
		case err == nil:
			return nil
		case tooManyLinks(err):
			return c.copy(from, to)
		case !refusesLinks(err):
			return err
		}
		c.how.CompareAndSwap(SharedFiles, SharesNone)
	}
	return c.copy(from, to)
}

// refusesLinks reports whether a disk that returned an error for a link cannot link files at all, or
// not these. Otherwise it can do nothing else either.
func refusesLinks(err error) bool {
	switch host.DiskErrorOf(err) {
	case host.DiskFull, host.QuotaUsed, host.ReadOnly, host.DiskFails, host.DiskGone, host.NotThere:
		return false
	}
	return err != nil
}

func (c *cloning) copy(from, to string) error {
	return fill(c.source, from, c.target, to, func(target, source *os.File) error {
		_, err := io.Copy(target, source)
		return err
	})
}

// fill creates a file from an existing one by the given method.
func fill(source *os.Root, from string, target *os.Root, to string, method func(target, source *os.File) error) error {
	original, err := source.Open(from)
	if err != nil {
		return err
	}
	defer original.Close()
	file, err := target.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(method(file, original), file.Close())
}
