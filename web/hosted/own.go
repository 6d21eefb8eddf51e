package hosted

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"regexp"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/oauth"
	"github.com/cognate-idp/cognate/provider/signin"
	"github.com/cognate-idp/cognate/web/respond"
)

// ownPages are the pages of a pool that a sign-in may lead to by itself, without an
// app that waits: the account's. A pattern, so that no address leads anywhere else.
var ownPages = regexp.MustCompile(`^/account(/[a-z]+(-[a-z]+)*){0,2}$`)

// accountPage is where a sign-in leads that neither an app nor another page asked for.
const accountPage = "/account"

// ownPage is an address if it is one of those pages; else "".
func ownPage(address string) string {
	if len(address) > 64 || !ownPages.MatchString(address) {
		return ""
	}
	return address
}

// signInURL is the sign-in page that leads to a page of the pool's own.
func signInURL(r *http.Request, local string) string {
	return here(r, "/login", "") + "?" + url.Values{"return": {local}}.Encode()
}

// stepURL is the address of a page of an attempt.
func stepURL(r *http.Request, path string, a *signin.Attempt) string {
	q := url.Values{"flow": {a.ID}}
	if a.AuthorizationID != "" {
		q.Set("authorization", a.AuthorizationID)
	} else if a.Return() != "" {
		q.Set("return", a.Return())
	}
	return here(r, path, "") + "?" + q.Encode()
}

// start is where the attempt's sign-in begins anew.
func (b *beside) start(r *http.Request) string {
	if local := b.attempt.Return(); local != "" {
		return signInURL(r, local)
	}
	return here(r, "/login", b.waiting.ID)
}

// waiting is what waits for an attempt: an app's authorization request, or nobody's
// where a page of the pool's own does. Who must prove themselves again does so at an
// upstream too.
func (d *Door) waiting(ctx context.Context, a *signin.Attempt) (*oauth.Interaction, error) {
	switch {
	case a.Return() == "":
		return d.OAuth.Pending(ctx, a.AuthorizationID)
	case a.Again():
		return &oauth.Interaction{Prompt: []string{"login"}}, nil
	}
	return &oauth.Interaction{}, nil
}

// beginHere signs in to a page of the pool's own. Who is signed in goes there at once,
// unless the page wants a new proof (again) and theirs is too old: then it must be
// theirs.
func (d *Door) beginHere(w http.ResponseWriter, r *http.Request) error {
	q, pool := r.URL.Query(), provider.TenantFrom(r.Context()).Pool
	local := ownPage(q.Get("return"))
	if local == "" {
		return provider.Invalid("return", "The parameter 'return' names no page of this account.")
	}
	live, err := d.session(r)
	if err != nil {
		return err
	}
	start := signin.Start{
		Binding: d.Browser.Cookies.Binding(w, r, pool.ID), Devices: d.Browser.Cookies.Devices(r, pool.ID), Return: local,
	}
	if live != nil {
		if !q.Has("again") || !errors.Is(d.Sessions.Fresh(live), signin.ErrProofTooOld) {
			return respond.Redirect(w, here(r, local, ""))
		}
		start.Again = &live.User
	}
	a, err := d.Flow.Begin(r.Context(), pool, start)
	if err != nil {
		return err
	}
	waiting, err := d.waiting(r.Context(), a)
	if err != nil {
		return err
	}
	return d.draw(w, r, http.StatusOK, a, waiting, nil)
}
