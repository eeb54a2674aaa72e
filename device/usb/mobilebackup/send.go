package mobilebackup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
)

// send sends files to the device. missed holds a status for each file that could not be read.
func (f *Folder) send(ctx context.Context, w streamWriter, paths []string) (missed map[string]any, err error) {
	missed = map[string]any{}
	buffer := make([]byte, frame)
	for _, asked := range paths {
		if err := w.begin(asked); err != nil {
			return nil, err
		}
		name, err := cleanPath(asked)
		if err != nil {
			return nil, err
		}
		readErr, err := f.sendOne(ctx, w, name, buffer)
		if err != nil {
			return nil, err
		}
		if readErr != nil {
			f.note(readErr)
			words := wordsOf(readErr)
			missed[asked] = map[string]any{"DLFileErrorString": words, "DLFileErrorCode": statusOf(readErr)}
			err = w.block(codeLocalError, []byte(words))
		} else {
			err = w.block(codeSuccess, nil)
		}
		if err != nil {
			return nil, err
		}
	}
	if err := w.end(); err != nil {
		return nil, err
	}
	return missed, w.Flush()
}

// sendOne sends the contents of one file. broken is the read error, if any.
func (f *Folder) sendOne(ctx context.Context, w streamWriter, name string, buffer []byte) (broken, err error) {
	file, broken := f.open(name)
	if broken != nil {
		return broken, nil
	}
	defer file.Close()
	for ctx.Err() == nil {
		n, broken := file.Read(buffer)
		if n > 0 {
			if err := w.block(codeData, buffer[:n]); err != nil {
				return nil, err
			}
		}
		switch {
		case broken == io.EOF:
			return nil, nil
		case broken != nil:
			return broken, nil
		}
	}
	return nil, context.Cause(ctx)
}

// wordsOf returns the text of an error without the path, which the device need not know.
func wordsOf(err error) string {
	if inner, ok := errors.AsType[*fs.PathError](err); ok {
		err = inner.Err
	}
	return fmt.Sprint(err)
}
