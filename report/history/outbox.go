package history

import (
	"context"

	"github.com/backupdoctor/backupdoctor/report/relay/outbox"
	"zombiezen.com/go/sqlite"
)

// NextToSend gives the oldest items of the outbox, at most limit of them. They stay there.
func (s *Store) NextToSend(ctx context.Context, limit int) (items []outbox.Item, err error) {
	err = s.do(ctx, reading, func(conn *sqlite.Conn) error {
		items, err = outbox.Next(conn, limit)
		return err
	})
	return items, err
}

// Sent removes items from the outbox, since somebody else has them for good.
func (s *Store) Sent(ctx context.Context, ids []string) error {
	return s.do(ctx, writing, func(conn *sqlite.Conn) error { return outbox.Done(conn, ids) })
}

// ToSend counts the items of the outbox.
func (s *Store) ToSend(ctx context.Context) (count int, err error) {
	err = s.do(ctx, reading, func(conn *sqlite.Conn) error {
		count, err = outbox.Waiting(conn)
		return err
	})
	return count, err
}
