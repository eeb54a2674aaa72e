package output

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

const (
	openEvery = 50 * time.Millisecond // how often to try to open a FIFO without a reader
	grace     = 2 * time.Second       // how long a reader has after the run ends
)

// A special is an open FIFO, socket or device.
type special struct {
	out    buffered
	path   string
	ctx    context.Context
	cancel func() bool
}

// openSpecial opens a FIFO, a socket or a device. Opening a FIFO fails until it has a reader,
// so it is retried until the deadline or the first Ctrl-C.
func (f Files) openSpecial(ctx context.Context, path string, info fs.FileInfo) (Stream, error) {
	until := func() {}
	if !f.Until.IsZero() {
		ctx, until = context.WithDeadlineCause(ctx, f.Until, device.OutOfTime)
	}
	conn, err := open(ctx, path, info.Mode())
	if err != nil {
		until()
		return nil, ending(ctx, path, err)
	}
	// A stalled reader is not waited for any longer either. A file without deadline support
	// does not block its writer.
	stop := context.AfterFunc(ctx, func() { _ = conn.SetWriteDeadline(time.Now().Add(grace)) })
	return special{
		buffered{bufio.NewWriterSize(conn, 64<<10), conn}, path, ctx,
		func() bool { defer until(); return stop() },
	}, nil
}

// A connection is a file whose writes can have a deadline.
type connection interface {
	io.WriteCloser
	SetWriteDeadline(time.Time) error
}

// open tries at least once: a waiting reader gets the report even after Ctrl-C.
func open(ctx context.Context, path string, mode fs.FileMode) (connection, error) {
	if mode&fs.ModeSocket != 0 {
		return new(net.Dialer).DialContext(ctx, "unix", path)
	}
	for {
		file, err := os.OpenFile(path, os.O_WRONLY|nonBlocking, 0)
		if err == nil {
			return file, nil
		}
		if !nobodyReads(err) {
			return nil, err
		}
		select {
		case <-time.After(openEvery):
		case <-ctx.Done():
			return nil, errors.New("no process reads from it")
		}
	}
}

// Write writes to a file that may block.
func (s special) Write(p []byte) (int, error) {
	n, err := s.out.Write(p)
	return n, s.ending(err)
}

// Flush writes buffered data.
func (s special) Flush() error { return s.ending(s.out.Flush()) }

// Commit flushes and closes the file.
func (s special) Commit() error {
	err := s.Flush()
	s.cancel()
	return errors.Join(err, s.out.Discard())
}

// Discard closes the file, too.
func (s special) Discard() error {
	s.cancel()
	return s.out.Discard()
}

func (s special) ending(err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return ending(s.ctx, s.path, errors.New("its reader stopped reading"))
	}
	return err
}

// ending describes why a file could not be written.
func ending(ctx context.Context, path string, err error) error {
	switch cause := context.Cause(ctx); {
	case errors.Is(cause, device.OutOfTime):
		return command.Exit{Code: report.ExitUsage, Err: fmt.Errorf("%s: %w, and %w", path, device.OutOfTime, err)}
	case cause != nil:
		return command.Exit{Code: report.ExitInterrupted, Err: fmt.Errorf("interrupted: %s: %w", path, err)}
	}
	return err
}
