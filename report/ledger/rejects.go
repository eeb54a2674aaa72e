package ledger

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"time"

	"github.com/backupdoctor/backupdoctor/report/relay/receipt"
)

// maxRejects is how many rejected messages are listed for one bench. Any more are only counted.
const maxRejects = 10_000

// A Reject is a message that can never be stored.
type Reject struct {
	Reject   int64 // number in this list
	Bench    string
	ID       string         // of the message, or a hash if it has none
	Number   receipt.Number // zero if it has none
	Reason   string         // too-long, undecodable, unknown-schema, forged, refused, bad-id …
	Why      string
	Received time.Time
	Bytes    int64
	Message  []byte // as received; nil if there was no room
	Kept     bool   // whether the message is kept in full
}

// SetAside stores messages that can never be stored as reports, each once, and marks their numbers
// as accounted for.
func (s *Store) SetAside(ctx context.Context, rejects ...Reject) error {
	err := s.write(ctx, func(tx transaction) error {
		if err := s.checkIdentity(ctx, tx); err != nil {
			return err
		}
		return s.setAside(ctx, tx, rejects)
	})
	return during("setting messages aside", err)
}

func (s *Store) setAside(ctx context.Context, tx transaction, rejects []Reject) error {
	var refused []Refusal
	var accounted []numbered
	for _, r := range rejects {
		r.Bench, r.ID = text(r.Bench, maxName), text(r.ID, maxName)
		if r.ID == "" {
			sum := sha256.Sum256(r.Message)
			r.ID = hex.EncodeToString(sum[:16])
		}
		if !r.Number.Valid() {
			r.Number = receipt.Number{}
		}
		isNew, err := s.addReject(ctx, tx, r)
		if err != nil {
			return err
		}
		if isNew {
			refused = append(refused, Refusal{r.ID, r.Bench, Reason(text(r.Reason, maxName))})
		}
		accounted = append(accounted, numbered{r.Bench, r.ID, r.Number, seconds(r.Received)})
	}
	if err := refuse(ctx, tx, refused); err != nil {
		return err
	}
	return take(ctx, tx, accounted)
}

// addReject adds a row, and reports whether the message is new.
func (s *Store) addReject(ctx context.Context, tx transaction, r Reject) (isNew bool, err error) {
	var known, of int
	err = tx.QueryRowContext(ctx, "SELECT count(*) FROM rejects WHERE bench = $1 AND id = $2", r.Bench, r.ID).Scan(&known)
	if err != nil || known > 0 {
		return false, err
	}
	if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM rejects WHERE bench = $1", r.Bench).Scan(&of); err != nil {
		return false, err
	}
	if of >= maxRejects {
		return true, nil
	}
	var all, own, last int64
	err = tx.QueryRowContext(ctx, `
		SELECT CAST(coalesce((SELECT sum(bytes) FROM rejects WHERE message IS NOT NULL), 0) AS BIGINT),
			CAST(coalesce((SELECT sum(bytes) FROM rejects WHERE message IS NOT NULL AND bench = $1), 0) AS BIGINT),
			coalesce((SELECT max(reject) FROM rejects), 0)`, r.Bench).Scan(&all, &own, &last)
	if err != nil {
		return false, err
	}
	var message any
	bytes := int64(len(r.Message))
	if all+bytes <= s.RejectBytes && own+bytes <= s.rejectBytesOfBench() {
		message = r.Message
	}
	return true, insert(ctx, tx, "rejects", "reject, bench, id, ledger, sequence, reason, why, received, bytes, message", [][]any{{
		last + 1, r.Bench, r.ID, r.Number.Ledger, r.Number.Sequence, text(r.Reason, maxName), text(r.Why, maxSentence), seconds(r.Received), bytes, message,
	}}, "")
}

const rejectColumns = "reject, bench, id, ledger, sequence, reason, why, received, bytes, CASE WHEN message IS NULL THEN 0 ELSE 1 END"

// Rejects lists the rejected messages after a number, in order, at most limit.
func (s *Store) Rejects(ctx context.Context, after int64, limit int) (list []Reject, err error) {
	list = []Reject{}
	err = s.each(ctx, "SELECT "+rejectColumns+" FROM rejects WHERE reject > $1 ORDER BY reject LIMIT $2", []any{after, limit}, func(rows *sql.Rows) error {
		r, err := scanReject(rows.Scan)
		list = append(list, r)
		return err
	})
	return list, during("listing messages that were set aside", err)
}

func scanReject(scan func(...any) error, more ...any) (r Reject, err error) {
	var received, kept int64
	err = scan(append([]any{&r.Reject, &r.Bench, &r.ID, &r.Number.Ledger, &r.Number.Sequence, &r.Reason, &r.Why, &received, &r.Bytes, &kept}, more...)...)
	r.Received, r.Kept = moment(received), kept == 1
	return r, err
}

// FindReject returns one rejected message, in full if it was kept. It returns ErrUnknown if the
// number does not exist.
func (s *Store) FindReject(ctx context.Context, reject int64) (r Reject, err error) {
	err = s.read(ctx, func(tx transaction) error {
		var message []byte
		r, err = scanReject(tx.QueryRowContext(ctx, "SELECT "+rejectColumns+", message FROM rejects WHERE reject = $1", reject).Scan, &message)
		r.Message = message
		return err
	})
	if errors.Is(err, sql.ErrNoRows) {
		return r, ErrUnknown
	}
	return r, err
}

// Discard deletes a rejected message. With lost, its number counts as lost; without, its report was
// stored after all.
func (s *Store) Discard(ctx context.Context, r Reject, lost bool) error {
	err := s.write(ctx, func(tx transaction) error {
		result, err := tx.ExecContext(ctx, "DELETE FROM rejects WHERE reject = $1 AND bench = $2 AND id = $3", r.Reject, r.Bench, r.ID)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 || !lost {
			return err
		}
		_, err = tx.ExecContext(ctx, "UPDATE ledgers SET lost = lost + 1 WHERE bench = $1 AND ledger = $2", r.Bench, r.Number.Ledger)
		return err
	})
	return during("discarding a message", err)
}

// SetAsideCounts counts the rejected messages, by reason.
func (s *Store) SetAsideCounts(ctx context.Context) (map[Reason]int, error) {
	return s.byReason(ctx, "SELECT reason, count(*) FROM rejects GROUP BY reason")
}
