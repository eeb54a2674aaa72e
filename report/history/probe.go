package history

import (
	"context"
	"errors"
)

// Probe opens a history as [OpenToRead] does, and closes it again.
func Probe(ctx context.Context, path string) error {
	s, err := OpenToRead(ctx, path)
	if err != nil {
		return err
	}
	return errors.Join(s.do(ctx, reading, checkEnds), s.Close())
}
