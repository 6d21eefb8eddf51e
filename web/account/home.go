package account

import (
	"net/http"
	"slices"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/signin"
	"github.com/cognate-idp/cognate/web/page"
	"github.com/cognate-idp/cognate/web/respond"
)

func (d *Door) showHome(w http.ResponseWriter, v *visit) error {
	top, status, err := d.top(w, v, nil)
	if err != nil {
		return err
	}
	out := page.Account{AccountPage: top, Email: v.live.User.Attributes["email"], Phone: v.live.User.Attributes["phone_number"], TwoStep: len(d.Account.Offers(v.pool)) > 0, TwoStepOn: len(v.live.User.MFA.Enabled) > 0,
		CanPasskeys: d.Account.OffersPasskeys(v.pool), PasskeyStep: signin.PasskeysSecond(v.pool), CanDelete: d.Account.MayDelete(v.pool)}
	out.Username = d.Account.Username(v.pool, v.live)
	out.EmailBare = out.Email != "" && v.live.User.Attributes["email_verified"] != "true"
	out.PhoneBare = out.Phone != "" && v.live.User.Attributes["phone_number_verified"] != "true"
	out.CanPhone = out.Phone != "" || d.Account.CanSend(v.pool, provider.BySMS) || slices.Contains(v.pool.Settings.UsernameAttrs, "phone_number")
	if out.HasPassword, out.CanPassword, err = d.Account.HasPassword(v.Context(), v.pool, v.live); err != nil {
		return err
	}
	keys, err := d.Account.Passkeys(v.Context(), v.pool, v.live)
	if err != nil {
		return err
	}
	sessions, err := d.Account.SignedIn(v.Context(), v.pool, v.live)
	if err != nil {
		return err
	}
	logins, err := d.Account.Identities(v.Context(), v.pool, v.live)
	if err != nil {
		return err
	}
	offered, err := d.linkable(v)
	if err != nil {
		return err
	}
	out.Passkeys, out.Sessions, out.Identities, out.CanLink = len(keys), len(sessions), len(logins), len(logins)+len(offered) > 0
	if out.TwoStep && out.TwoStepOn {
		left, err := d.Account.RecoveryCodesLeft(v.Context(), v.pool, v.live)
		if err != nil {
			return err
		}
		out.NoCodes = left == 0
	}
	return d.Pages.Render(w, v.Request, status, out)
}

// signOut ends the session that looks at the page.
func (d *Door) signOut(w http.ResponseWriter, v *visit) error {
	if err := d.Account.EndSession(v.Context(), v.pool, v.live, v.live.Principal.SessionID); err != nil {
		return err
	}
	if err := d.Browser.SetSessionID(w, v.Request, v.pool.ID, ""); err != nil {
		return err
	}
	return respond.Redirect(w, v.at("/signed-out"))
}

func (d *Door) showPassword(w http.ResponseWriter, v *visit) error { return d.drawPassword(w, v, nil) }

// changePassword takes the present password and another.
func (d *Door) changePassword(w http.ResponseWriter, v *visit) error {
	var err error
	if v.form.Get("new_password") != v.form.Get("confirm_password") {
		err = errMismatch
	} else {
		err = d.Account.ChangePassword(v.Context(), v.pool, v.live, v.form.Get("old"), v.form.Get("new_password"))
	}
	if err != nil {
		return d.drawPassword(w, v, err)
	}
	return d.done(w, v, home, passwordChanged)
}

func (d *Door) drawPassword(w http.ResponseWriter, v *visit, why error) error {
	top, status, err := d.top(w, v, why)
	if err != nil {
		return err
	}
	has, can, err := d.Account.HasPassword(v.Context(), v.pool, v.live)
	if err != nil {
		return err
	}
	if !can {
		return respond.Redirect(w, v.at(home))
	}
	return d.Pages.Render(w, v.Request, status, page.AccountPassword{
		AccountPage: top, First: !has, Policy: page.PolicyOf(v.pool.Settings.PasswordPolicy), Fault: fault(why),
	})
}

func (d *Door) showDelete(w http.ResponseWriter, v *visit) error { return d.drawDelete(w, v, nil) }

// delete deletes the account, if its name was typed.
func (d *Door) delete(w http.ResponseWriter, v *visit) error {
	if err := d.Account.Delete(v.Context(), v.pool, v.live, v.form.Get("name")); err != nil {
		return d.drawDelete(w, v, err)
	}
	if err := d.Browser.SetSessionID(w, v.Request, v.pool.ID, ""); err != nil {
		return err
	}
	d.Browser.Cookies.KeepAccounts(w, v.pool.ID, "") // the name was among them
	return d.Pages.Render(w, v.Request, http.StatusOK, page.AccountGoodbye{Chrome: page.Chrome{PoolName: v.pool.Title()}})
}

func (d *Door) drawDelete(w http.ResponseWriter, v *visit, why error) error {
	if !d.Account.MayDelete(v.pool) {
		return respond.Redirect(w, v.at(home))
	}
	top, status, err := d.top(w, v, why)
	if err != nil {
		return err
	}
	if wrongName(why) {
		top.Problem = page.AccountName
	}
	return d.Pages.Render(w, v.Request, status, page.AccountDelete{AccountPage: top, Username: d.Account.Username(v.pool, v.live)})
}
