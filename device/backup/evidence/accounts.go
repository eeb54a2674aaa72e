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
// is recorded about it. A device without such an account is not signed in.
func Accounts(h *device.History, conn *database.Conn) error {
	if err := tables(conn, "ZACCOUNT", "ZACCOUNTTYPE", "ZDATACLASS", "ZACCOUNTPROPERTY"); err != nil {
		return err
	}
	account, found, err := findAccount(conn)
	if err != nil {
		return err
	}
	h.Account.SignedIn = device.Known(found)
	if !found {
		return nil
	}
	h.Account.Authenticated = account.authenticated
	h.Account.RenewalRejected = account.rejected
	h.Account.BackupEnabled = device.FactOf(hasClass(conn, account.id, "ENABLED"))
	h.Account.BackupOffered = device.FactOf(hasClass(conn, account.id, "PROVISIONED"))

	properties, err := accountProperties(conn, account.id)
	if err != nil {
		return err
	}
	h.Account.QuotaBytes = device.FactOf(properties.Uint("lastKnownQuota"))
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

func tables(conn *database.Conn, names ...string) error {
	for _, name := range names {
		if _, err := conn.Columns(name); err != nil {
			return device.Malformed
		}
	}
	return nil
}

// account is the row of the Apple Account.
type account struct {
	id            int64
	authenticated device.Fact[bool]
	rejected      device.Fact[time.Time]
}

func findAccount(conn *database.Conn) (found account, ok bool, err error) {
	err = sqlitex.ExecuteTransient(conn.Conn, `
		SELECT a.Z_PK, a.ZAUTHENTICATED, a.ZLASTCREDENTIALRENEWALREJECTIONDATE
		FROM ZACCOUNT a JOIN ZACCOUNTTYPE t ON a.ZACCOUNTTYPE = t.Z_PK
		WHERE t.ZIDENTIFIER = ? ORDER BY a.ZACTIVE DESC LIMIT 1`, &sqlitex.ExecOptions{
		Args: []any{appleAccount},
		ResultFunc: func(row *sqlite.Stmt) error {
			ok = true
			found = account{id: row.ColumnInt64(0), authenticated: device.Known(row.ColumnBool(1)), rejected: device.Unknown[time.Time](device.Absent)}
			if seconds := row.ColumnFloat(2); !row.ColumnIsNull(2) && seconds > 0 && seconds < 4e9 {
				found.rejected = device.Known(cocoaEpoch.Add(time.Duration(seconds * float64(time.Second))))
			}
			return nil
		},
	})
	if err != nil {
		return found, false, device.Malformed
	}
	return found, ok, nil
}

// hasClass reports whether one of two tables lists the data class of iCloud Backup for an
// account. The tables and their columns are numbered, and the numbers differ by version:
// Z_2ENABLEDDATACLASSES with Z_2ENABLEDACCOUNTS and Z_7ENABLEDDATACLASSES.
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
	query := fmt.Sprintf(`SELECT d.ZNAME FROM %q j JOIN ZDATACLASS d ON j.%q = d.Z_PK WHERE j.%q = ? AND octet_length(d.ZNAME) <= ? LIMIT 1000`, table, classes, accounts)
	var has bool
	err = sqlitex.ExecuteTransient(conn.Conn, query, &sqlitex.ExecOptions{
		Args: []any{account, maxArchive},
		ResultFunc: func(row *sqlite.Stmt) error {
			has = has || name(row, 0) == backupClass
			return nil
		},
	})
	if err != nil {
		return false, device.Malformed
	}
	return has, nil
}

// numbered returns the name of the table Z_<number><suffix>.
func numbered(conn *database.Conn, suffix string) (string, error) {
	var found string
	err := sqlitex.ExecuteTransient(conn.Conn, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE 'Z\\_%' ESCAPE '\\' AND length(name) < 64 LIMIT 1000", &sqlitex.ExecOptions{
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
