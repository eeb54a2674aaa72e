// Package input opens the files that a command reads.
//
// A FIFO, a socket or a device can block its reader forever. It is read only if it was named on
// the command line, and only until the run ends. A blocked read that cannot be interrupted is
// abandoned.
package input

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
)

// A SpecialFileError reports a file that is not regular and was not named on the command line.
type SpecialFileError struct {
	Path string
	Kind string // such as FIFO, socket, device or directory
}

// Error names the file and says what it is.
func (e *SpecialFileError) Error() string {
	return fmt.Sprintf("%s is %s, not a regular file", e.Path, e.Kind)
}

// Check returns an error if path is not a regular file. For a missing file it is that of
// [os.Stat].
func Check(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return &SpecialFileError{Path: path, Kind: kind(info.Mode())}
	}
	return nil
}

func kind(mode fs.FileMode) string {
	switch {
	case mode.IsDir():
		return "a directory"
	case mode&fs.ModeNamedPipe != 0:
		return "a FIFO"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	default:
		return "a device"
	}
}

// Open opens a file in a default location, which must be regular.
func Open(path string) (*os.File, error) {
	if err := Check(path); err != nil {
		return nil, err
	}
	return os.Open(path)
}

// OpenNamed opens a file named on the command line. One that is not regular is read until ctx
// ends; the error is then the cause of ctx.
func OpenNamed(ctx context.Context, path string) (io.ReadCloser, error) {
	special, ok := errors.AsType[*SpecialFileError](Check(path))
	if !ok || special.Kind == "a directory" || special.Kind == "a socket" {
		return os.Open(path) // or return its error
	}
	type opened struct {
		file *os.File
		err  error
	}
	answer := make(chan opened, 1)
	go func() { // opening a FIFO blocks until it has a writer
		file, err := os.Open(path)
		answer <- opened{file, err}
	}()
	select {
	case o := <-answer:
		if o.err != nil {
			return nil, o.err
		}
		return NewReader(ctx, o.file), nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// A Reader reads from another reader until a context ends. Close also closes that reader, if it
// is an [io.Closer].
type Reader struct {
	ctx    context.Context
	from   io.Reader
	chunks chan chunk
	wanted chan int
	start  sync.Once
	rest   chunk
}

type chunk struct {
	data []byte
	err  error
}

// NewReader returns a Reader that ends with ctx.
func NewReader(ctx context.Context, from io.Reader) *Reader {
	return &Reader{ctx: ctx, from: from, chunks: make(chan chunk, 1), wanted: make(chan int)}
}

// Read returns the available bytes. It never reads ahead of the request.
func (r *Reader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if len(r.rest.data) == 0 && r.rest.err == nil {
		r.start.Do(func() { go r.pump() })
		select {
		case r.wanted <- len(p):
		case <-r.ctx.Done():
			return 0, context.Cause(r.ctx)
		}
		select {
		case r.rest = <-r.chunks:
		case <-r.ctx.Done():
			return 0, context.Cause(r.ctx)
		}
	}
	n := copy(p, r.rest.data)
	r.rest.data = r.rest.data[n:]
	if len(r.rest.data) > 0 {
		return n, nil
	}
	return n, r.rest.err
}

// pump performs the requested reads. It ends with the context, or after the read then in
// progress.
func (r *Reader) pump() {
	for {
		select {
		case most := <-r.wanted:
			data := make([]byte, min(most, 64<<10))
			n, err := r.from.Read(data)
			r.chunks <- chunk{data[:n], err}
			if err != nil {
				return
			}
		case <-r.ctx.Done():
			return
		}
	}
}

// Close closes the underlying reader. A read in progress may outlast it.
func (r *Reader) Close() error {
	if closer, ok := r.from.(io.Closer); ok {
		return closer.Close()
	}
	return nil
}
