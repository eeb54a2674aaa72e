// Package postgres connects to PostgreSQL for a ledger. It stands apart so that a program
// which keeps no ledger there has no driver of it.
package postgres

import (
	"database/sql"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// Connect makes the handle of the database at an address that begins with postgres:// or
// postgresql://. It connects when that is first used. Errors hold no password.
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
