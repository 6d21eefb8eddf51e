package browser

import "net/http"

// MaxAccounts bounds what a browser keeps of the accounts that it was used with.
// Browsers keep 4096 bytes of a cookie, with its name (RFC 6265 section 6.1).
const MaxAccounts = 2048

// Accounts is what a browser keeps of the accounts of a pool that it was used with, as
// KeepAccounts was given it: the door has sealed it.
func (c Cookies) Accounts(r *http.Request, pool string) string {
	return c.readUpTo(r, c.name(pool, "accounts"), MaxAccounts)
}

// KeepAccounts keeps sealed, of at most MaxAccounts bytes, until the browser is closed;
// empty forgets it. Others may use the same computer tomorrow.
func (c Cookies) KeepAccounts(w http.ResponseWriter, pool, sealed string) {
	c.set(w, c.name(pool, "accounts"), sealed)
}
