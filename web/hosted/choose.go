package hosted

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/oauth"
	"github.com/cognate-idp/cognate/provider/signin"
	"github.com/cognate-idp/cognate/web/page"
	"github.com/cognate-idp/cognate/web/respond"
)

// chooses reports whether a waiting request is to ask which account it shall be, and
// there is anything to choose from. One that goes to an upstream asks there.
func (d *Door) chooses(r *http.Request, i *oauth.Interaction) bool {
	return slices.Contains(i.Prompt, "select_account") && i.Chosen == "" && (i.Upstream == "" || i.Upstream == directory.LocalProvider) &&
		(i.Again || len(d.known(r)) > 0)
}

// showChooser asks which account an app's request is for.
func (d *Door) showChooser(w http.ResponseWriter, r *http.Request) error {
	return d.withChooser(w, r, authorization(r), func(live *signin.Live, waiting *oauth.Interaction) error {
		return d.drawChooser(w, r, http.StatusOK, live, waiting, "")
	})
}

// answerChooser goes on as who is signed in, or to the sign-in page of another; or
// forgets one. The session stays until another sign-in has succeeded.
func (d *Door) answerChooser(w http.ResponseWriter, r *http.Request) error {
	f, err := form(r, "flow", "account", "forget")
	if err != nil {
		return err
	}
	id, asked, _ := strings.Cut(f.Get("flow"), ".")
	return d.withChooser(w, r, id, func(live *signin.Live, waiting *oauth.Interaction) error {
		if f.Has("forget") {
			if err := d.keepKnown(w, r, d.without(r, f.Get("forget"))); err != nil {
				return err
			}
			return respond.Redirect(w, here(r, "/select-account", waiting.ID))
		}
		if f.Get("account") == current {
			if live == nil || asked != asking(live) {
				// Somebody else has signed in since the page was drawn, or nobody is any more.
				return d.drawChooser(w, r, http.StatusConflict, live, waiting, page.ChooseAccountChanged)
			}
			next, err := d.OAuth.Choose(r.Context(), waiting.ID, live.Principal)
			if errors.Is(err, provider.ErrAttemptNotFound) {
				return d.expired(w, r, "")
			}
			if err != nil {
				return err
			}
			return d.proceed(w, r, next)
		}
		known := d.known(r)
		i := slices.IndexFunc(known, func(k knownAccount) bool { return k.ID == f.Get("account") })
		if i < 0 {
			return d.drawChooser(w, r, http.StatusBadRequest, live, waiting, page.ChooseAccountMissing)
		}
		a, err := d.attempt(w, r, waiting, known[i].hint())
		if err != nil {
			return err
		}
		return d.goAs(w, r, a, waiting, known[i].Provider)
	})
}

// current stands in the chooser's form for who is signed in. It is no user's id.
const current = "-"

func (d *Door) withChooser(w http.ResponseWriter, r *http.Request, id string, then func(*signin.Live, *oauth.Interaction) error) error {
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
	return then(live, waiting)
}

func (d *Door) drawChooser(w http.ResponseWriter, r *http.Request, status int, live *signin.Live, waiting *oauth.Interaction, p page.Problem) error {
	v := page.ChooseAccount{
		Chrome: chrome(r, waiting.Client, waiting.UILocales), Action: here(r, "/select-account", waiting.ID), Flow: waiting.ID + ".", Problem: p,
		OtherURL: here(r, "/login", waiting.ID) + "&another=1",
	}
	known := d.known(r)
	if live != nil {
		v.Current, v.Flow = live.User.KnownAs(), waiting.ID+"."+asking(live)
		known = slices.DeleteFunc(known, func(k knownAccount) bool { return k.ID == live.User.ID })
	}
	for _, k := range known {
		v.Known = append(v.Known, page.KnownAccount{ID: k.ID, Name: k.Name, Provider: k.Provider})
	}
	if v.Current == "" && len(v.Known) == 0 {
		return respond.Redirect(w, here(r, "/login", waiting.ID))
	}
	return d.Pages.Render(w, r, status, v)
}

// chosen is who was chosen for a waiting request and must show anew that it is them;
// nil for nobody.
func (d *Door) chosen(r *http.Request, waiting *oauth.Interaction) (*signin.Live, error) {
	if waiting.Chosen == "" || r.URL.Query().Has("another") {
		return nil, nil
	}
	live, err := d.session(r)
	if live == nil || live.Principal.SessionID != waiting.Chosen {
		return nil, err
	}
	return live, err
}

// goAs goes on with a sign-in for an account that was chosen, whose name is filled in:
// on its page, or at the upstream that the account comes from.
func (d *Door) goAs(w http.ResponseWriter, r *http.Request, a *signin.Attempt, waiting *oauth.Interaction, upstream string) error {
	if upstream != "" && d.Federation != nil {
		offered, _, err := d.Federation.For(r.Context(), provider.TenantFrom(r.Context()).Pool, a)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(offered, func(i provider.IdentityProvider) bool { return i.Name == upstream }) {
			return d.handOver(w, r, a, waiting, upstream)
		}
	}
	return respond.Redirect(w, stepURL(r, "/login", a))
}
