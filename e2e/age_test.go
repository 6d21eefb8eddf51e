package e2e

import (
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	_ "modernc.org/sqlite" // the driver named "sqlite"
)

// aged is how much older something becomes when a test makes it old: far more than a
// proof may be.
const aged = time.Hour

// ageProof makes the proofs of a user's sessions older, as time does.
func (k *tenant) ageProof(t *testing.T, username string) {
	t.Helper()
	who := fmt.Sprintf("(SELECT id FROM users WHERE pool = '%s' AND username = '%s')", k.pool, username)
	// A session from before the user's valid_after has ended, so both move.
	k.change(t, fmt.Sprintf("UPDATE users SET valid_after = valid_after - %d WHERE pool = '%s' AND id = %s", aged.Microseconds(), k.pool, who))
	k.change(t, fmt.Sprintf("UPDATE sessions SET auth_time = auth_time - %d WHERE pool = '%s' AND user_id = %s", aged.Microseconds(), k.pool, who))
}

// agePassword makes a user's password two days older.
func (k *tenant) agePassword(t *testing.T, username string) {
	t.Helper()
	k.change(t, fmt.Sprintf("UPDATE passwords SET updated_at = updated_at - %d WHERE pool = '%s' AND user_id = (SELECT id FROM users WHERE pool = '%s' AND username = '%s')",
		(48*time.Hour).Microseconds(), k.pool, k.pool, username))
}

// change writes to the database beside the running server: nothing else makes a row
// older. The server takes no order for it.
func (w *world) change(t *testing.T, statement string) {
	t.Helper()
	if w.dsn != "" {
		if err := execute(t.Context(), w.dsn, statement); err != nil {
			t.Fatal(err)
		}
		return
	}
	db, err := sql.Open("sqlite", filepath.Join(w.Folder, "cognate.db")+"?_pragma=busy_timeout(20000)&_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.ExecContext(t.Context(), statement)
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}
