// Package postgres connects a ledger to PostgreSQL. It is a separate package so that programs that
// do not use PostgreSQL do not link its driver.
package postgres

import (
	"database/sql"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// Connect returns a handle for the database at an address that begins with postgres:// or
// postgresql://. It connects on first use. Errors never contain a password.
func Connect(address string, toRead bool) (*sql.DB, error) {
	config, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, errors.New("the address of the PostgreSQL database cannot be read")
	}
	config.RuntimeParams["application_name"] = "backupdoctor"
	if toRead {
		config.RuntimeParams["default_transaction_read_only"] = "on"
	}
	return stdlib.OpenDB(*config), nil
}
