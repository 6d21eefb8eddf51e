package hosted

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/provider/signin"
	"github.com/cognate-idp/cognate/web/browser"
)

// maxKnown is how many accounts a browser remembers.
const maxKnown = 5

// knownAccount is an account that signed in in this browser. Only a whole sign-in is
// remembered: whoever types a name must not find it there.
type knownAccount struct {
	ID       string `json:"i"` // the user's
	Name     string `json:"n"` // that its owner knows it by
	SignIn   string `json:"s"` // that it signs in by; empty for Name
	Provider string `json:"p,omitempty"`
}

// hint is the name to begin a sign-in with.
func (k *knownAccount) hint() string {
	if k.SignIn != "" {
		return k.SignIn
	}
	return k.Name
}

func knownRow(pool string) secret.Row {
	return secret.Row{Table: "page", Tenant: pool, ID: "browser", Column: "accounts"}
}

// known lists the accounts that this browser remembers, the latest first. A cookie
// that somebody made up, or that an older master key sealed, holds none.
func (d *Door) known(r *http.Request) []knownAccount {
	pool := provider.TenantFrom(r.Context()).ID()
	sealed, err := base64.RawURLEncoding.DecodeString(d.Browser.Cookies.Accounts(r, pool))
	if err != nil || len(sealed) == 0 {
		return nil
	}
	plain, err := d.Sealer.Open(knownRow(pool), sealed)
	if err != nil {
		return nil
	}
	var out []knownAccount
	if json.Unmarshal(plain, &out) != nil {
		return nil
	}
	return out
}

// remember puts whoever has signed in first among the accounts of this browser.
func (d *Door) remember(w http.ResponseWriter, r *http.Request, res *signin.Result) error {
	pool, p := provider.TenantFrom(r.Context()).Pool, res.Principal
	k := knownAccount{ID: p.UserID, Name: res.Attempt.KnownAs(), Provider: p.Provider}
	if len(pool.Settings.UsernameAttrs) == 0 && p.Username != k.Name {
		k.SignIn = p.Username // an address need not be a name there
	}
	return d.keepKnown(w, r, append([]knownAccount{k}, d.without(r, k.ID)...))
}

// signInName is the name that a user signs in by.
func signInName(pool *provider.Pool, u *provider.User) string {
	if len(pool.Settings.UsernameAttrs) == 0 {
		return u.Username
	}
	return u.KnownAs()
}

// without is known but for one user.
func (d *Door) without(r *http.Request, user string) []knownAccount {
	return slices.DeleteFunc(d.known(r), func(k knownAccount) bool { return k.ID == user })
}

// keepKnown has the browser remember as many as there is room for.
func (d *Door) keepKnown(w http.ResponseWriter, r *http.Request, list []knownAccount) error {
	pool := provider.TenantFrom(r.Context()).ID()
	for n := min(len(list), maxKnown); n > 0; n-- {
		plain, err := json.Marshal(list[:n])
		if err != nil {
			return fmt.Errorf("write known accounts: %w", err)
		}
		sealed := base64.RawURLEncoding.EncodeToString(d.Sealer.Seal(knownRow(pool), plain))
		if len(sealed) <= browser.MaxAccounts {
			d.Browser.Cookies.KeepAccounts(w, pool, sealed)
			return nil
		}
	}
	d.Browser.Cookies.KeepAccounts(w, pool, "")
	return nil
}
