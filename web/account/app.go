package account

import (
	"net/http"
	"slices"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/oauth"
	"github.com/cognate-idp/cognate/web/page"
)

// showApps lists the apps that the person has let in.
func (d *Door) showApps(w http.ResponseWriter, v *visit) error { return d.drawApps(w, v, nil) }

// showDisconnect asks before an app is shut out.
func (d *Door) showDisconnect(w http.ResponseWriter, v *visit) error {
	apps, err := d.OAuth.Connections(v.Context(), v.live.User.ID)
	if err != nil {
		return err
	}
	id := v.URL.Query().Get("app")
	i := slices.IndexFunc(apps, func(c oauth.Connection) bool { return c.ClientID == id })
	if i < 0 {
		return d.drawApps(w, v, provider.ErrClientNotFound)
	}
	top, status, err := d.top(w, v, nil)
	if err != nil {
		return err
	}
	return d.Pages.Render(w, v.Request, status, page.AccountDisconnect{AccountPage: top, App: app(&apps[i])})
}

// disconnect shuts an app out.
func (d *Door) disconnect(w http.ResponseWriter, v *visit) error {
	if err := d.OAuth.Disconnect(v.Context(), v.live.User.ID, v.form.Get("app")); err != nil {
		return d.drawApps(w, v, err)
	}
	return d.done(w, v, home+"/apps", appDisconnected)
}

func (d *Door) drawApps(w http.ResponseWriter, v *visit, why error) error {
	top, status, err := d.top(w, v, why)
	if err != nil {
		return err
	}
	apps, err := d.OAuth.Connections(v.Context(), v.live.User.ID)
	if err != nil {
		return err
	}
	out := page.AccountApps{AccountPage: top}
	for i := range apps {
		out.Apps = append(out.Apps, app(&apps[i]))
	}
	return d.Pages.Render(w, v.Request, status, out)
}

func app(c *oauth.Connection) page.AccountApp {
	out := page.AccountApp{ID: c.ClientID, Name: c.Name, Since: page.Moment{At: c.Since}, Used: page.Moment{At: c.UsedAt}}
	for _, s := range c.Scopes {
		out.Scopes = append(out.Scopes, page.Scope{Name: s.Name, Description: s.Description})
	}
	return out
}
