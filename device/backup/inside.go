package backup

import (
	"context"
	"sync/atomic"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup/database"
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

// prepareInside has the inspectors remember which inner databases are not as the device
// sent them: those would look damaged for another reason.
func (v *verification) prepareInside() {
	v.inner = map[manifest.FileID]*atomic.Bool{}
	for _, f := range innerDatabases {
		v.inner[manifest.IDOf(f.domain, f.path)] = new(atomic.Bool)
	}
}

// lookInside looks into the few files whose contents say something about the backup.
func (v *verification) lookInside(ctx context.Context) {
	s, err := openStore(ctx, v.folder, v.options)
	if err != nil {
		return // encrypted and no password, or a manifest that was judged already
	}
	defer s.close()
	for _, f := range innerDatabases {
		if !v.inner[manifest.IDOf(f.domain, f.path)].Load() {
			v.lookIntoDatabase(ctx, s, f)
		}
	}
	var h device.History
	if data, err := s.read(ctx, lastBackups); err == nil && evidence.LastBackups(&h, data, v.options.Now) == nil {
		required, err := h.CloudBackup.RequiresEncryption.Get()
		if err == nil && required && !v.properties.isEncrypted() {
			v.faults.add(encryptionRequired, "")
		}
	}
}

// lookIntoDatabase runs SQLite's own check over a database that is as the device sent it.
func (v *verification) lookIntoDatabase(ctx context.Context, s *store, f file) {
	opened, err := s.open(ctx, f)
	if err != nil {
		return // not in this backup
	}
	defer opened.Close()
	conn, err := database.OpenReaderAt(ctx, opened, opened.size)
	if err == nil {
		defer conn.Close()
		err = conn.QuickCheck()
	}
	if err != nil && ctx.Err() == nil {
		id := manifest.IDOf(f.domain, f.path)
		v.faults.addFile(innerDatabaseDamaged, device.BackupProblem{Domain: f.domain, Path: f.path, FileID: id.String(), Detail: shortError(err)})
	}
}
