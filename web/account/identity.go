package account

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/signin"
	"github.com/cognate-idp/cognate/web/page"
	"github.com/cognate-idp/cognate/web/respond"
)

// showIdentities lists the accounts elsewhere that the person can sign in by.
func (d *Door) showIdentities(w http.ResponseWriter, v *visit) error {
	return d.drawIdentities(w, v, nil)
}

// showUnlink asks before one is taken off.
func (d *Door) showUnlink(w http.ResponseWriter, v *visit) error {
	l, err := d.identity(v, v.URL.Query().Get("id"))
	if err != nil {
		return d.drawIdentities(w, v, err)
	}
	top, status, err := d.top(w, v, nil)
	if err != nil {
		return err
	}
	return d.Pages.Render(w, v.Request, status, page.AccountUnlink{AccountPage: top, Identity: identityOf(l)})
}

// unlink takes one off.
func (d *Door) unlink(w http.ResponseWriter, v *visit) error {
	l, err := d.identity(v, v.form.Get("id"))
	if err == nil {
		err = d.Account.Unlink(v.Context(), v.pool, v.live, *l)
	}
	if err != nil {
		return d.drawIdentities(w, v, err)
	}
	return d.done(w, v, home+"/identities", identityUnlinked)
}

// showLink says where a person is about to go.
func (d *Door) showLink(w http.ResponseWriter, v *visit) error {
	name := v.URL.Query().Get("provider")
	offered, err := d.linkable(v)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(offered, func(i provider.IdentityProvider) bool { return i.Name == name }) {
		return d.drawIdentities(w, v, provider.ErrIdPNotFound)
	}
	top, status, err := d.top(w, v, nil)
	if err != nil {
		return err
	}
	return d.Pages.Render(w, v.Request, status, page.AccountLink{AccountPage: top, Provider: name})
}

// link sends them there. They come back to package hosted's door, which every
// upstream answers to.
func (d *Door) link(w http.ResponseWriter, v *visit) error {
	if d.Federation == nil {
		return d.drawIdentities(w, v, provider.ErrIdPNotFound)
	}
	there, err := d.Federation.LinkTo(v.Context(), v.pool, v.live, home+"/identities", d.Browser.Cookies.Binding(w, v.Request, v.pool.ID), signin.Handover{
		Provider: v.form.Get("provider"), RedirectURI: provider.TenantFrom(v.Context()).URL + "/oauth2/idpresponse"})
	if err != nil {
		return d.drawIdentities(w, v, err)
	}
	return respond.Redirect(w, there)
}

func (d *Door) drawIdentities(w http.ResponseWriter, v *visit, why error) error {
	top, status, err := d.top(w, v, why)
	if err != nil {
		return err
	}
	out := page.AccountIdentities{AccountPage: top, Fixed: v.live.User.Status == provider.UserExternalProvider}
	logins, err := d.Account.Identities(v.Context(), v.pool, v.live)
	if err != nil {
		return err
	}
	for i := range logins {
		out.Identities = append(out.Identities, identityOf(&logins[i]))
	}
	offered, err := d.linkable(v)
	if err != nil {
		return err
	}
	for _, i := range offered {
		out.Providers = append(out.Providers, i.Name)
	}
	return d.Pages.Render(w, v.Request, status, out)
}

// linkable lists the providers that the person may link.
func (d *Door) linkable(v *visit) ([]provider.IdentityProvider, error) {
	if d.Federation == nil {
		return nil, nil
	}
	return d.Federation.Linkable(v.Context(), v.pool, v.live)
}

// identity finds one of the person's own by its id on the page.
func (d *Door) identity(v *visit, id string) (*provider.FederatedLogin, error) {
	logins, err := d.Account.Identities(v.Context(), v.pool, v.live)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(logins, func(l provider.FederatedLogin) bool { return identityID(&l) == id })
	if i < 0 {
		return nil, provider.ErrIdentityNotFound
	}
	if v.live.User.Status == provider.UserExternalProvider {
		return nil, directory.ErrNotLinkable
	}
	return &logins[i], nil
}

// identityID names one on a page: what it is made of may be long and hold anything.
func identityID(l *provider.FederatedLogin) string {
	sum := sha256.Sum256([]byte(l.Provider + "\x00" + l.Issuer + "\x00" + l.Subject))
	return hex.EncodeToString(sum[:16])
}

func identityOf(l *provider.FederatedLogin) page.AccountIdentity {
	return page.AccountIdentity{ID: identityID(l), Provider: l.Provider, Subject: l.Subject, Since: page.Moment{At: l.CreatedAt}, Used: page.Moment{At: l.LastUsedAt}}
}
