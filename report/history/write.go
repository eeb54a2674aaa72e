package history

import (
	"cmp"
	"context"
	"encoding/json"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/relay/receipt"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// A Run is what is known of a run when it begins.
type Run struct {
	ID      string    // a UUID
	Started time.Time // when it began
	Tool    string    // version of the program
	Host    string    // system of the computer that looks: linux, darwin, windows
	Subject string    // report.OfDevices or report.OfBackups; "" is OfDevices
	Total   *int      // devices that it sets out to examine; nil if that is not known
}

// Begin keeps a run that has begun, and holds it until it is finished or released, or the
// process ends. One that is there already goes on; one that another process holds is
// ErrRunning.
func (s *Store) Begin(ctx context.Context, run Run) error {
	if err := holds.take(ctx, s.path, run.ID); err != nil {
		return err
	}
	var total any
	if run.Total != nil {
		total = *run.Total
	}
	return s.do(ctx, writing, func(conn *sqlite.Conn) error {
		return sqlitex.Execute(conn, `
			INSERT INTO runs (id, started, tool, host, subject, total) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET total = coalesce(excluded.total, total)`, &sqlitex.ExecOptions{
			Args: []any{run.ID, run.Started.Unix(), run.Tool, run.Host, cmp.Or(run.Subject, report.OfDevices), total},
		})
	})
}

// Add keeps a device that is finished. The same device, taken at the same time in the same
// run, replaces itself; taken at another time it is another visit. A run that was not begun
// is ErrNoRun.
func (s *Store) Add(ctx context.Context, runID string, d report.Device) error {
	return s.add(ctx, writing, runID, d, func(*sqlite.Conn, int64) error { return nil })
}

// AddAndSend is Add, and numbers what leaves of the device for a hub: both happen, or neither
// does. When it returns, both are on the disk.
func (s *Store) AddAndSend(ctx context.Context, runID string, d report.Device, leaving receipt.Item) error {
	return s.add(ctx, forcing, runID, d, func(conn *sqlite.Conn, device int64) error { return number(conn, device, leaving) })
}

// add keeps a device, and does something else with its row in the same step.
func (s *Store) add(ctx context.Context, how txMode, runID string, d report.Device, also func(conn *sqlite.Conn, device int64) error) error {
	detail, err := pack(d)
	if err != nil {
		return err
	}
	asset, err := json.Marshal(d.Asset)
	if err != nil {
		return err
	}
	return s.do(ctx, how, func(conn *sqlite.Conn) error {
		row, err := addDevice(conn, runID, d, string(asset), detail)
		if err != nil {
			return err
		}
		return also(conn, row)
	})
}

// addDevice puts a device into the tables, and returns its row.
func addDevice(conn *sqlite.Conn, runID string, d report.Device, asset string, detail []byte) (row int64, err error) {
	run, subject, err := runRow(conn, runID)
	if err != nil {
		return 0, err
	}
	key, taken := keyOf(d), d.TakenAt.Unix()
	number, err := replaced(conn, run, key, taken)
	if err != nil {
		return 0, err
	}
	err = sqlitex.Execute(conn, `
		INSERT INTO devices (device, run, key, taken, seen, udid, serial, name, slot, location, asset, model, product, system, version,
			verdict, headline, reason, retried, backup, no_backup)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		&sqlitex.ExecOptions{Args: []any{
			number, run, key, taken, subject == report.OfDevices && d.Reason != string(device.NotAttached),
			d.UDID, d.Serial, d.Name, d.Slot, d.Location, asset, d.ModelName, d.ProductType, d.System, d.ProductVersion,
			d.Verdict, d.Headline, d.Reason, d.Retried, secondsOrNull(d.LastBackup), d.NoLastBackup,
		}})
	if err != nil {
		return 0, err
	}
	row = conn.LastInsertRowID()
	if err := addFindings(conn, row, d); err != nil {
		return 0, err
	}
	return row, sqlitex.Execute(conn, "INSERT INTO details (device, json) VALUES (?, ?)", &sqlitex.ExecOptions{Args: []any{row, detail}})
}

// replaced deletes the same visit if it is there, and returns its number, so that the order
// of the visits stays; NULL for the next.
func replaced(conn *sqlite.Conn, run int64, key string, taken int64) (number any, err error) {
	err = sqlitex.Execute(conn, "DELETE FROM devices WHERE run = ? AND key = ? AND taken = ? RETURNING device", &sqlitex.ExecOptions{
		Args:       []any{run, key, taken},
		ResultFunc: func(row *sqlite.Stmt) error { number = row.ColumnInt64(0); return nil },
	})
	return number, err
}

// addFindings keeps what was read, well or unwell, and what could not be read. That a cause
// is gone can only be said of what was read to be well, so that is kept too; a question that
// is open tells nothing.
func addFindings(conn *sqlite.Conn, row int64, d report.Device) error {
	place := 0
	add := func(check, status, subject, explainedBy string) error {
		place++
		return sqlitex.Execute(conn, "INSERT INTO findings (device, place, check_id, status, subject, explained_by) VALUES (?, ?, ?, ?, ?, ?)",
			&sqlitex.ExecOptions{Args: []any{row, place, check, status, subject, explainedBy}})
	}
	for _, f := range d.Findings {
		if f.Status == string(checks.Ask) {
			continue
		}
		if err := add(f.Check, f.Status, f.Subject, f.ExplainedBy); err != nil {
			return err
		}
	}
	for _, silence := range d.Suppressed {
		if err := add(silence.Check, report.StatusSuppressed, silence.Subject, ""); err != nil {
			return err
		}
	}
	return nil
}

// Finish ends a run, at a time and with its report, whose devices were added one by one. When
// it returns, the run with all its devices is on the disk: the one commit that is forced there
// takes those before it along.
func (s *Store) Finish(ctx context.Context, runID string, at time.Time, r report.Report) error {
	r.Devices = []report.Device{}
	document, err := pack(r)
	if err != nil {
		return err
	}
	err = s.do(ctx, forcing, func(conn *sqlite.Conn) error {
		run, _, err := runRow(conn, runID)
		if err != nil {
			return err
		}
		return sqlitex.Execute(conn, "UPDATE runs SET finished = ?, partial = ?, exit = ?, report = ? WHERE run = ?", &sqlitex.ExecOptions{
			Args: []any{at.Unix(), r.Partial, r.Exit.Code, document, run},
		})
	})
	if err != nil {
		return err
	}
	return holds.release(s.path, runID)
}

// runRow finds a run by its id.
func runRow(conn *sqlite.Conn, id string) (row int64, subject string, err error) {
	err = sqlitex.Execute(conn, "SELECT run, subject FROM runs WHERE id = ?", &sqlitex.ExecOptions{
		Args: []any{id},
		ResultFunc: func(stmt *sqlite.Stmt) error {
			row, subject = stmt.ColumnInt64(0), stmt.ColumnText(1)
			return nil
		},
	})
	if err == nil && row == 0 {
		err = ErrNoRun
	}
	return row, subject, err
}

// keyOf is what tells a device from others: its UDID, or else the folder that is all there is
// of it.
func keyOf(d report.Device) string {
	if d.UDID == "" && len(d.Backups) > 0 {
		return d.Backups[0].Folder
	}
	return device.UDIDKey(d.UDID)
}

// secondsOrNull is a time as it is stored, and nothing for the zero time.
func secondsOrNull(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.Unix()
}
