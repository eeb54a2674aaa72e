package evidence

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup/database"
	"github.com/backupdoctor/backupdoctor/device/safeplist"
)

const (
	appleAccount = "com.apple.account.AppleAccount"
	backupClass  = "com.apple.Dataclass.Backup"
)

// Accounts reads Accounts3.sqlite: whether an Apple Account uses iCloud on the device, and what
// is recorded about it. A device without such an account is not signed in. If there are several,
// it is the one with iCloud Backup on, or else an active one.
func Accounts(h *device.History, conn *database.Conn) error {
	if err := tables(conn, "ZACCOUNT", "ZACCOUNTTYPE", "ZDATACLASS", "ZACCOUNTPROPERTY"); err != nil {
		return err
	}
	asOf, _ := h.AsOf.Get()
	list, err := findAccounts(conn, asOf)
	if err != nil {
		return err
	}
	h.Account.SignedIn = device.Known(len(list) > 0)
	if len(list) == 0 {
		return nil
	}
	var account account
	account, h.Account.BackupEnabled = backupAccount(conn, list)
	h.Account.Authenticated = account.authenticated
	h.Account.RenewalRejected = account.rejected
	h.Account.BackupOffered = device.FactOf(hasClass(conn, account.id, "PROVISIONED"))

	properties, err := accountProperties(conn, account.id)
	if err != nil {
		return err
	}
	h.Account.QuotaBytes = sizeWithin(device.FactOf(properties.Uint("lastKnownQuota")), leastQuota)
	h.Account.Subscriber = truth(properties, "isCloudSubscriber")
	h.Account.Managed = truth(properties, "isManagedAppleID")
	h.Account.TermsPending = truth(properties, "needsToVerifyTerms")
	h.Account.RepairState = device.FactOf(properties.Uint("repairState"))
	return nil
}

// AccountsUnknown marks the facts of Accounts as unknown.
func AccountsUnknown(h *device.History, why error) {
	h.Account.SignedIn = device.Unknown[bool](why)
	h.Account.BackupEnabled = device.Unknown[bool](why)
	h.Account.QuotaBytes = device.Unknown[uint64](why)
	h.Account.TermsPending = device.Unknown[bool](why)
	h.Account.Managed = device.Unknown[bool](why)
}

// leastQuota is less than any storage plan has: the free one has 5 GB. The device may have 0 before it
// knows.
const leastQuota = 1 << 30

func tables(conn *database.Conn, names ...string) error {
	for _, name := range names {
		if _, err := conn.Columns(name); err != nil {
			return device.Malformed
		}
	}
	return nil
}

// account is the row of an Apple Account.
type account struct {
	id            int64
	authenticated device.Fact[bool]
	rejected      device.Fact[time.Time]
}

// maxAccounts is how many Apple Accounts are read; a device has one or two.
const maxAccounts = 20

// findAccounts returns the Apple Accounts, active ones first. If there is none, an account whose type
// cannot be read may be one.
func findAccounts(conn *database.Conn, asOf time.Time) (list []account, err error) {
	untyped := false
	err = sqlitex.ExecuteTransient(conn.Conn, `
		SELECT a.Z_PK, a.ZAUTHENTICATED, a.ZLASTCREDENTIALRENEWALREJECTIONDATE, t.ZIDENTIFIER IS ?1
		FROM ZACCOUNT a LEFT JOIN ZACCOUNTTYPE t ON a.ZACCOUNTTYPE = t.Z_PK
		WHERE t.ZIDENTIFIER = ?1 OR typeof(t.ZIDENTIFIER) <> 'text'
		ORDER BY t.ZIDENTIFIER IS ?1 DESC, a.ZACTIVE DESC LIMIT ?2`, &sqlitex.ExecOptions{
		Args: []any{appleAccount, maxAccounts},
		ResultFunc: func(row *sqlite.Stmt) error {
			if !row.ColumnBool(3) {
				untyped = true
				return nil
			}
			found := account{id: row.ColumnInt64(0), authenticated: device.Unknown[bool](device.Absent), rejected: device.Unknown[time.Time](device.Absent)}
			if !row.ColumnIsNull(1) {
				found.authenticated = device.Known(row.ColumnBool(1))
			}
			if seconds := row.ColumnFloat(2); !row.ColumnIsNull(2) && seconds > 0 && seconds < 4e9 {
				found.rejected = plausible(cocoaEpoch.Add(time.Duration(seconds*float64(time.Second))), asOf)
			}
			list = append(list, found)
			return nil
		},
	})
	if err != nil || len(list) == 0 && untyped {
		return nil, device.Malformed
	}
	return list, nil
}

// backupAccount returns the first account with iCloud Backup on. If there is none, it returns the
// first account, and whether iCloud Backup is off for all or not known.
func backupAccount(conn *database.Conn, list []account) (account, device.Fact[bool]) {
	var unread error
	for _, account := range list {
		on, err := hasClass(conn, account.id, "ENABLED")
		switch {
		case err != nil:
			unread = err
		case on:
			return account, device.Known(true)
		}
	}
	return list[0], device.FactOf(false, unread)
}

// hasClass reports whether one of two tables lists the data class of iCloud Backup for an
// account. The tables and their columns are numbered, and the numbers differ by version:
// Z_2ENABLEDDATACLASSES with Z_2ENABLEDACCOUNTS and Z_7ENABLEDDATACLASSES. Where a name cannot be
// read, or the database does not know the class, a class that is not listed may be.
func hasClass(conn *database.Conn, account int64, state string) (bool, error) {
	table, err := numbered(conn, state+"DATACLASSES")
	if err != nil {
		return false, err
	}
	columns, err := conn.Columns(table)
	if err != nil {
		return false, device.Malformed
	}
	accounts := endingIn(columns, state+"ACCOUNTS")
	classes := endingIn(columns, state+"DATACLASSES")
	if accounts == "" || classes == "" {
		return false, device.Malformed
	}
	enabled := fmt.Sprintf(`SELECT CASE WHEN octet_length(d.ZNAME) <= ?1 THEN d.ZNAME END FROM %q j LEFT JOIN ZDATACLASS d ON j.%q = d.Z_PK WHERE j.%q = ?2 LIMIT 1000`, table, classes, accounts)
	has, unread, err := namesBackup(conn, enabled, maxArchive, account)
	if err != nil || has {
		return has, err
	}
	known, _, err := namesBackup(conn, `SELECT CASE WHEN octet_length(ZNAME) <= ?1 THEN ZNAME END FROM ZDATACLASS LIMIT 1000`, maxArchive)
	if err == nil && (unread || !known) {
		err = device.Malformed
	}
	return false, err
}

// namesBackup reports whether a query returns the name of iCloud Backup's data class, and whether
// it returns names that cannot be read.
func namesBackup(conn *database.Conn, query string, args ...any) (has, unread bool, err error) {
	err = sqlitex.ExecuteTransient(conn.Conn, query, &sqlitex.ExecOptions{
		Args: args,
		ResultFunc: func(row *sqlite.Stmt) error {
			class := name(row, 0)
			has, unread = has || class == backupClass, unread || class == ""
			return nil
		},
	})
	if err != nil {
		return false, false, device.Malformed
	}
	return has, unread, nil
}

// numbered returns the name of the table Z_<number><suffix>.
func numbered(conn *database.Conn, suffix string) (string, error) {
	var found string
	err := sqlitex.ExecuteTransient(conn.Conn, "SELECT name FROM "+database.Schema+".sqlite_schema WHERE type = 'table' AND name LIKE 'Z\\_%' ESCAPE '\\' AND length(name) < 64 LIMIT 1000", &sqlitex.ExecOptions{
		ResultFunc: func(row *sqlite.Stmt) error {
			if isNumbered(row.ColumnText(0), suffix) {
				found = row.ColumnText(0)
			}
			return nil
		},
	})
	if err != nil || found == "" {
		return "", device.Absent
	}
	return found, nil
}

// isNumbered reports whether a name is exactly Z_, digits and the suffix, since it becomes part
// of a query.
func isNumbered(name, suffix string) bool {
	digits, ok := strings.CutPrefix(name, "Z_")
	if !ok {
		return false
	}
	digits, ok = strings.CutSuffix(digits, suffix)
	return ok && digits != "" && strings.Trim(digits, "0123456789") == ""
}

func endingIn(columns []string, suffix string) string {
	i := slices.IndexFunc(columns, func(column string) bool { return isNumbered(column, suffix) })
	if i < 0 {
		return ""
	}
	return columns[i]
}

// propertyKeys are the account properties that are read.
var propertyKeys = []string{"lastKnownQuota", "isCloudSubscriber", "isManagedAppleID", "needsToVerifyTerms", "repairState"}

// accountProperties returns those properties, unarchived.
func accountProperties(conn *database.Conn, account int64) (safeplist.Dict, error) {
	properties := safeplist.Dict{}
	err := sqlitex.ExecuteTransient(conn.Conn, `
		SELECT ZKEY, ZVALUE FROM ZACCOUNTPROPERTY
		WHERE ZOWNER = ? AND octet_length(ZKEY) <= ? AND octet_length(ZVALUE) <= ? LIMIT 1000`, &sqlitex.ExecOptions{
		Args: []any{account, maxText, maxArchive},
		ResultFunc: func(row *sqlite.Stmt) error {
			key := row.ColumnText(0)
			if !slices.Contains(propertyKeys, key) {
				return nil
			}
			if value, err := unarchive(blob(row, 1)); err == nil {
				properties[key] = value
			}
			return nil
		},
	})
	if err != nil {
		return nil, device.Malformed
	}
	return properties, nil
}

// name returns a text that some versions store plain and others archived.
func name(row *sqlite.Stmt, column int) string {
	if value, err := unarchive(blob(row, column)); err == nil {
		text, _ := value.(string)
		return text
	}
	return row.ColumnText(column)
}

func blob(row *sqlite.Stmt, column int) []byte {
	data := make([]byte, min(row.ColumnLen(column), maxArchive))
	row.ColumnBytes(column, data)
	return data
}

// maxArchive is the longest archived value that is read; real ones are under 1 KiB.
const maxArchive = 64 << 10

// unarchive decodes a number, text or boolean written by NSKeyedArchiver.
func unarchive(data []byte) (any, error) {
	archive, err := safeplist.Parse(data, safeplist.Limits{MaxBytes: maxArchive, MaxDepth: 16, MaxObjects: 1000})
	if err != nil {
		return nil, err
	}
	objects, err := archive.List("$objects")
	if err != nil {
		return nil, err
	}
	top, err := archive.Dict("$top")
	if err != nil {
		return nil, err
	}
	root, ok := top["root"].(safeplist.UID)
	if !ok || uint64(root) >= uint64(len(objects)) {
		return nil, device.Malformed
	}
	return objects[root], nil
}
