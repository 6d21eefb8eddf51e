// Package migrations holds the database schema as plain SQL, one folder a
// dialect, the same numbers in both. It imports nothing but embed; package store
// runs it.
package migrations

import "embed"

// FS holds sqlite/NNNN_name.sql and postgres/NNNN_name.sql.
//
//go:embed sqlite/*.sql postgres/*.sql
var FS embed.FS
