package history

import (
	"context"
	"errors"
	"fmt"
	"os"

	"zombiezen.com/go/sqlite"
)

// Probe checks a history as [Open] does, and changes nothing: it neither sets a broken one
// aside nor upgrades an old one. The error is that of opening it.
func Probe(ctx context.Context, path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if info.IsDir() || info.Size() < leastSize {
		return fmt.Errorf("%w: it is no database", errBroken)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	conn, err := sqlite.OpenConn(path, sqlite.OpenReadOnly)
	if err != nil {
		return err
	}
	conn.SetInterrupt(ctx.Done())
	conn.Limit(sqlite.LimitLength, maxValue)
	err = transact(conn, reading, func(conn *sqlite.Conn) error {
		version, err := versionOf(conn)
		if err != nil {
			return err
		}
		return checkTables(conn, version)
	})
	return errors.Join(err, conn.Close())
}
