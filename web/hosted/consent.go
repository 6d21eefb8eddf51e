package hosted

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/oauth"
	"github.com/cognate-idp/cognate/provider/signin"
	"github.com/cognate-idp/cognate/web/page"
	"github.com/cognate-idp/cognate/web/respond"
)

// showConsent asks whoever is signed in whether the app may have what it wants.
func (d *Door) showConsent(w http.ResponseWriter, r *http.Request) error {
	return d.withConsent(w, r, authorization(r), func(live *signin.Live, waiting *oauth.Interaction) error {
		return d.drawConsent(w, r, http.StatusOK, live, waiting, "")
	})
}

// answerConsent takes the answer, if it is that of the person who was asked.
func (d *Door) answerConsent(w http.ResponseWriter, r *http.Request) error {
	f, err := form(r, "flow", "decision")
	if err != nil {
		return err
	}
	id, asked, _ := strings.Cut(f.Get("flow"), ".")
	return d.withConsent(w, r, id, func(live *signin.Live, waiting *oauth.Interaction) error {
		if asked != asking(live) {
			// Somebody else has signed in since the page was drawn.
			return d.drawConsent(w, r, http.StatusConflict, live, waiting, page.ConsentMissing)
		}
		var next *oauth.Decision
		switch f.Get("decision") {
		case "allow":
			next, err = d.OAuth.Consent(r.Context(), waiting.ID, live.Principal)
		case "deny":
			next, err = d.OAuth.Deny(r.Context(), waiting.ID)
		default:
			return d.drawConsent(w, r, http.StatusBadRequest, live, waiting, page.ConsentMissing)
		}
		if errors.Is(err, provider.ErrAttemptNotFound) {
			return d.expired(w, r, "")
		}
		if err != nil {
			return err
		}
		return d.proceed(w, r, next)
	})
}

func (d *Door) withConsent(w http.ResponseWriter, r *http.Request, id string, then func(*signin.Live, *oauth.Interaction) error) error {
	if len(id) != 43 {
		return d.expired(w, r, "")
	}
	waiting, err := d.OAuth.Pending(r.Context(), id)
	if errors.Is(err, provider.ErrAttemptNotFound) {
		return d.expired(w, r, "")
	}
	if err != nil {
		return err
	}
	live, err := d.session(r)
	if err != nil {
		return err
	}
	if live == nil {
		return respond.Redirect(w, here(r, "/login", id))
	}
	return then(live, waiting)
}

// asking names the session that a consent page was drawn for.
func asking(live *signin.Live) string { return live.Principal.SessionID[:16] }

func (d *Door) drawConsent(w http.ResponseWriter, r *http.Request, status int, live *signin.Live, waiting *oauth.Interaction, p page.Problem) error {
	s := waiting.Client.Settings
	v := page.Consent{
		Chrome: chrome(r, waiting.Client, waiting.UILocales), Action: here(r, "/consent", waiting.ID),
		Flow: waiting.ID + "." + asking(live), Account: live.User.KnownAs(), ChooseURL: here(r, "/select-account", waiting.ID),
		PolicyURL: webPage(s.PolicyURI), TermsURL: webPage(s.TOSURI), Problem: p,
	}
	if u, err := url.Parse(webPage(s.ClientURI)); err == nil {
		v.ClientHost = u.Hostname()
	}
	for _, scope := range waiting.Scopes {
		v.Scopes = append(v.Scopes, page.Scope{Name: scope.Name, Description: scope.Description})
	}
	return d.Pages.Render(w, r, status, v)
}

// webPage keeps a client's own address if a browser can open it as a page.
func webPage(address string) string {
	if u, err := url.Parse(address); err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http") {
		return address
	}
	return ""
}
