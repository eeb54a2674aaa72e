package backup

import (
	"context"
	"errors"
	"io/fs"
	"sync/atomic"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup/evidence"
	"github.com/backupdoctor/backupdoctor/device/backup/manifest"
)

// innerDatabases are those whose loss people notice first.
var innerDatabases = []file{
	{homeDomain, "Library/SMS/sms.db"},
	{homeDomain, "Library/AddressBook/AddressBook.sqlitedb"},
	{homeDomain, "Library/Calendar/Calendar.sqlitedb"},
	{homeDomain, "Library/CallHistoryDB/CallHistory.storedata"},
	{homeDomain, "Library/Accounts/Accounts3.sqlite"},
	{homeDomain, "Library/Safari/Bookmarks.db"},
	{cameraDomain, "Media/PhotoData/Photos.sqlite"},
	{"AppDomainGroup-group.com.apple.notes", "NoteStore.sqlite"},
}

// What an inspector found out about the file of an inner database.
const (
	innerUnknown = iota
	innerRight   // its digest matches
	innerFaulty  // it has a fault, so the database would look damaged too
)

// prepareInside makes the inspectors record what they find out about the inner databases.
func (v *verification) prepareInside() {
	v.inner = map[manifest.FileID]*atomic.Int32{}
	for _, f := range innerDatabases {
		v.inner[manifest.IDOf(f.domain, f.path)] = new(atomic.Int32)
		v.inner[manifest.IDOf(f.domain, f.path+"-wal")] = new(atomic.Int32)
	}
}

// lookInside examines the few files whose contents say something about the backup.
func (v *verification) lookInside(ctx context.Context) {
	if v.kind == disputed {
		v.statements.skip(device.StatementDatabases, "how the files are stored is not known")
		return
	}
	s, err := openStore(ctx, v.folder, v.options)
	switch {
	case errors.Is(err, errClosed):
		v.statements.skip(device.StatementDatabases, "without the password no database inside can be opened")
		return
	case err != nil:
		v.statements.skip(device.StatementDatabases, "no database inside can be opened")
		return
	}
	defer s.close()
	all := true // those in the backup were checked
	for _, f := range innerDatabases {
		found := v.inner[manifest.IDOf(f.domain, f.path)].Load()
		log := v.inner[manifest.IDOf(f.domain, f.path+"-wal")].Load()
		if found == innerFaulty || log == innerFaulty {
			all = false
			continue
		}
		v.lookIntoDatabase(ctx, s, f, found == innerRight)
	}
	if ctx.Err() == nil && all {
		v.statements.show(device.StatementDatabases)
	}
	var h device.History
	if data, err := s.read(ctx, lastBackups); err == nil && evidence.LastBackups(&h, data, v.options.Now) == nil {
		required, err := h.CloudBackup.RequiresEncryption.Get()
		if err == nil && required && !v.properties.isEncrypted() {
			v.faults.add(encryptionRequired, "")
		}
	}
}

// lookIntoDatabase runs SQLite's integrity check on a database with its log. Only a matching digest
// shows that it was already damaged on the device; otherwise it may have been damaged here.
func (v *verification) lookIntoDatabase(ctx context.Context, s *store, f file, asSent bool) {
	opened, err := s.open(ctx, f)
	if isAbsent(err) {
		return // not in this backup
	}
	if err == nil {
		defer opened.Close()
		err = v.checkInside(ctx, s, opened, f)
	}
	if err == nil || ctx.Err() != nil {
		return
	}
	if errors.Is(err, manifest.ErrRow) || errors.Is(err, manifest.ErrFileID) { // it was reported
		v.statements.mark(device.StatementDatabases, device.ShownNeither, rowUnreadable)
		return
	}
	mode := obstacle(err)
	switch {
	case mode != nil:
	case errors.Is(err, fs.ErrPermission):
		mode = noPermission
	case asSent:
		mode = innerDatabaseDamaged
	default:
		mode = innerDatabaseSuspect
	}
	if mode != innerDatabaseDamaged {
		v.statements.mark(device.StatementDatabases, device.ShownNeither, mode)
	}
	id := manifest.IDOf(f.domain, f.path)
	v.faults.addFile(mode, device.BackupProblem{Domain: f.domain, Path: f.path, FileID: id.String(), Detail: shortError(err)})
}

func (v *verification) checkInside(ctx context.Context, s *store, opened plainFile, f file) error {
	conn, err := s.openDatabase(ctx, opened, f)
	if err != nil {
		return err
	}
	defer conn.Close()
	return conn.QuickCheck()
}
