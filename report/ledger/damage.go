package ledger

import (
	"errors"
	"sync/atomic"
)

// ErrDamaged is returned once a part of a hub's database could not be read. Nothing more is written
// to it: what depends on the damaged part would be lost, or be taken for the fault of a report.
var ErrDamaged = errors.New("the database is damaged")

// A damageLatch remembers that a hub's database is damaged, until it is opened again.
type damageLatch struct{ seen atomic.Bool }

// note remembers an error that the file itself caused.
func (d *damageLatch) note(err error) {
	if isBroken(err) {
		d.seen.Store(true)
	}
}

// err returns ErrDamaged if damage was seen.
func (d *damageLatch) err() error {
	if d.seen.Load() {
		return ErrDamaged
	}
	return nil
}
