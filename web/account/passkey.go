package account

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/factor"
	"github.com/cognate-idp/cognate/provider/signin"
	"github.com/cognate-idp/cognate/web/page"
	"github.com/cognate-idp/cognate/web/respond"
)

func (d *Door) showPasskeys(w http.ResponseWriter, v *visit) error { return d.drawPasskeys(w, v, nil) }

// changePasskey renames a passkey or removes it.
func (d *Door) changePasskey(w http.ResponseWriter, v *visit) error {
	id, notice := v.form.Get("id"), passkeyRenamed
	var err error
	if v.form.Has("remove") {
		notice, err = passkeyRemoved, d.Account.RemovePasskey(v.Context(), v.pool, v.live, id)
	} else {
		err = d.Account.RenamePasskey(v.Context(), v.pool, v.live, id, v.form.Get("name"))
	}
	if err != nil {
		return d.drawPasskeys(w, v, err)
	}
	return d.done(w, v, home+"/passkeys", notice)
}

func (d *Door) drawPasskeys(w http.ResponseWriter, v *visit, why error) error {
	if !d.Account.OffersPasskeys(v.pool) {
		return respond.Redirect(w, v.at(home))
	}
	top, status, err := d.top(w, v, why)
	if err != nil {
		return err
	}
	if wrongName(why) {
		top.Problem = page.AccountPasskeyName
	}
	keys, err := d.Account.Passkeys(v.Context(), v.pool, v.live)
	if err != nil {
		return err
	}
	out := page.AccountPasskeys{AccountPage: top, Full: len(keys) >= factor.MaxPasskeys, Step: signin.PasskeysSecond(v.pool), Second: becomesSecond(v)}
	signals, err := json.Marshal(d.Account.Flow.Factors.Signals(v.pool, &v.live.User, keys))
	if err != nil {
		return fmt.Errorf("passkey signals: %w", err)
	}
	out.Signals = string(signals)
	for _, k := range keys {
		out.Passkeys = append(out.Passkeys, page.AccountPasskey{
			ID: k.ID, Name: k.Name, Added: page.Moment{At: k.CreatedAt}, Used: page.Moment{At: k.LastUsedAt}, Suspect: k.Suspect,
		})
	}
	return d.Pages.Render(w, v.Request, status, out)
}

func (d *Door) showPasskeyAdd(w http.ResponseWriter, v *visit) error {
	return d.drawPasskeyAdd(w, v, nil)
}

// addPasskey takes the answer of the browser.
func (d *Door) addPasskey(w http.ResponseWriter, v *visit) error {
	codes, err := d.Account.AddPasskey(v.Context(), v.pool, v.live, v.form.Get("credential"), "")
	if err != nil {
		return d.drawPasskeyAdd(w, v, err)
	}
	return d.added(w, v, home+"/passkeys", passkeyAdded, codes)
}

func (d *Door) drawPasskeyAdd(w http.ResponseWriter, v *visit, why error) error {
	if !d.Account.OffersPasskeys(v.pool) {
		return respond.Redirect(w, v.at(home))
	}
	top, status, err := d.top(w, v, why)
	if err != nil {
		return err
	}
	top.Problem = ""
	return d.Pages.Render(w, v.Request, status, page.AccountPasskeyAdd{AccountPage: top, Refusal: page.PasskeyProblem(why), Second: becomesSecond(v), Passkey: page.PasskeyForm{
		Action: v.at(home + "/passkeys/add"), Begin: v.at(home + "/passkeys/begin"), Make: true, Label: "passkey.make",
	}})
}

// becomesSecond reports whether a passkey that is added now is asked for after the
// password from then on, as none is yet.
func becomesSecond(v *visit) bool {
	return signin.AsksTwice(v.pool) && !v.live.User.MFA.Has(provider.FactorPasskey)
}

// beginPasskey answers the page's script with the browser's question (WebAuthn Level
// 3 section 5.1.9).
func (d *Door) beginPasskey(w http.ResponseWriter, r *http.Request) error {
	v := &visit{Request: r, pool: provider.TenantFrom(r.Context()).Pool, back: home + "/passkeys/add"}
	var err error
	if v.live, err = d.session(r); err != nil {
		return err
	}
	if v.live == nil {
		return respond.JSON(w, http.StatusForbidden, signInFirst{"login_required", "You are signed out. Sign in, then go on.", v.signIn(false)})
	}
	options, err := d.Account.OfferPasskey(r.Context(), v.pool, v.live)
	if errors.Is(err, signin.ErrProofTooOld) {
		return respond.JSON(w, http.StatusForbidden, signInFirst{"insufficient_user_authentication", signin.ErrProofTooOld.Message, v.signIn(true)})
	}
	if err != nil {
		return err
	}
	return respond.JSON(w, http.StatusOK, json.RawMessage(options))
}

// signInFirst is the failure that a script can mend: it sends the person to SignIn, which
// leads back. The names are OpenID Connect's and RFC 9470's.
type signInFirst struct {
	Error       string `json:"error"`
	Description string `json:"error_description"`
	SignIn      string `json:"sign_in"` // a path on this origin
}
