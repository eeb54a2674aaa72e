package mobilebackup

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"time"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

func unixTime(seconds int64) time.Time { return time.Unix(seconds, 0).UTC() }

// schema is the schema of a device's Manifest.db.
const schema = `
CREATE TABLE Files (fileID TEXT PRIMARY KEY, domain TEXT, relativePath TEXT, flags INTEGER, file BLOB);
CREATE TABLE Properties (key TEXT PRIMARY KEY, value BLOB);
PRAGMA user_version = 2;`

const indexes = `
CREATE INDEX FilesDomainIdx ON Files(domain);
CREATE INDEX FilesRelativePathIdx ON Files(relativePath);
CREATE INDEX FilesFlagsIdx ON Files(flags);`

// The database header bytes for the journal mode: 1 is a rollback journal, 2 a write-ahead log,
// as on devices.
const (
	headerVersions = 18
	rollback, wal  = 1, 2
)

// database returns a Manifest.db with the records.
func database(records []*record) (data []byte, err error) {
	conn, err := sqlite.OpenConn(":memory:", sqlite.OpenReadWrite, sqlite.OpenCreate)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	if err := sqlitex.ExecuteScript(conn, schema, nil); err != nil {
		return nil, err
	}
	if err := insert(conn, records); err != nil {
		return nil, err
	}
	if err := sqlitex.ExecuteScript(conn, indexes, nil); err != nil {
		return nil, err
	}
	data, err = conn.Serialize("main")
	if err != nil {
		return nil, err
	}
	data[headerVersions], data[headerVersions+1] = wal, wal
	return data, nil
}

func insert(conn *sqlite.Conn, records []*record) (err error) {
	defer sqlitex.Save(conn)(&err)
	statement, err := conn.Prepare("INSERT INTO Files VALUES (?, ?, ?, ?, ?)")
	if err != nil {
		return err
	}
	for _, r := range records {
		statement.BindText(1, r.id)
		statement.BindText(2, r.Domain)
		statement.BindText(3, r.Path)
		statement.BindInt64(4, int64(1<<r.Kind))
		statement.BindBytes(5, r.archive())
		if _, err := statement.Step(); err != nil {
			return err
		}
		if err := statement.Reset(); err != nil {
			return err
		}
	}
	return nil
}

// readDatabase reads the records of an unencrypted Manifest.db.
func readDatabase(data []byte) (records []*record, err error) {
	if len(data) < 100 || !bytes.HasPrefix(data, []byte("SQLite format 3\x00")) {
		return nil, errors.New("file is not a database")
	}
	conn, err := sqlite.OpenConn(":memory:", sqlite.OpenReadWrite, sqlite.OpenCreate)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	data = bytes.Clone(data)
	data[headerVersions], data[headerVersions+1] = rollback, rollback
	if err := conn.Deserialize("main", data); err != nil {
		return nil, err
	}
	err = sqlitex.Execute(conn, "SELECT fileID, domain, relativePath, flags, file FROM Files", &sqlitex.ExecOptions{
		ResultFunc: func(row *sqlite.Stmt) error {
			r := &record{id: row.ColumnText(0), File: File{Domain: row.ColumnText(1), Path: row.ColumnText(2)}}
			switch row.ColumnInt64(3) {
			case 2:
				r.Kind = Directory
			case 4:
				r.Kind = Symlink
			}
			archive := make([]byte, row.ColumnLen(4))
			row.ColumnBytes(4, archive)
			records = append(records, r)
			return r.readArchive(archive)
		},
	})
	return records, err
}

// properties is the format of Manifest.plist.
type properties struct {
	Version              string
	SystemDomainsVersion string
	IsEncrypted          bool
	WasPasscodeSet       bool
	Date                 time.Time
	BackupKeyBag         []byte
	ManifestKey          []byte `plist:",omitempty"`
	Lockdown             map[string]any
	Applications         map[string]any
}

// lockdownKeys lists the lockdown values that a manifest repeats.
var lockdownKeys = []string{"BuildVersion", "DeviceName", "ProductType", "ProductVersion", "SerialNumber", "UniqueDeviceID"}

// properties returns the Manifest.plist of a snapshot.
func (s *snapshot) properties(date time.Time, lockdown map[string]any) properties {
	p := properties{
		Version: "10.0", SystemDomainsVersion: "24.0", IsEncrypted: s.encrypted, WasPasscodeSet: true, Date: date,
		BackupKeyBag: s.bag.bytes, Lockdown: map[string]any{}, Applications: map[string]any{},
	}
	for _, key := range lockdownKeys {
		if value, ok := lockdown[key]; ok {
			p.Lockdown[key] = value
		}
	}
	if s.encrypted {
		p.ManifestKey = s.bag.seal(manifestClass, s.manifestKey())
	}
	for _, r := range s.records {
		if app, ok := strings.CutPrefix(r.Domain, "AppDomain-"); ok && p.Applications[app] == nil {
			p.Applications[app] = map[string]any{"CFBundleIdentifier": app, "CFBundleVersion": "1", "ContainerContentClass": "Data/Application"}
		}
	}
	return p
}

// manifestKey returns the key that encrypts Manifest.db.
func (s *snapshot) manifestKey() []byte { return s.bag.derive(manifestClass, "Manifest.db") }

// database returns the Manifest.db of a snapshot as stored.
func (s *snapshot) database() ([]byte, error) {
	records := slices.Clone(s.records)
	data, err := database(records)
	if err == nil && s.encrypted {
		data = encrypt(s.manifestKey(), data)
	}
	return data, err
}
