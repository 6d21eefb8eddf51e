package account

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/factor"
	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/provider/signin"
	"github.com/cognate-idp/cognate/web/page"
	"github.com/cognate-idp/cognate/web/respond"
)

func (d *Door) showTwoStep(w http.ResponseWriter, v *visit) error { return d.drawTwoStep(w, v, nil) }

// changeTwoStep turns a second factor on or off, or puts it first.
func (d *Door) changeTwoStep(w http.ResponseWriter, v *visit) error {
	f, notice := provider.Factor(v.form.Get("factor")), ""
	var codes []string
	var err error
	switch v.form.Get("do") {
	case "add":
		notice = factorAdded
		codes, err = d.Account.AddFactor(v.Context(), v.pool, v.live, f)
	case "remove":
		notice, err = factorRemoved, d.Account.RemoveFactor(v.Context(), v.pool, v.live, f)
	case "prefer":
		notice, err = preferred, d.Account.Prefer(v.Context(), v.pool, v.live, f)
	default:
		err = provider.Invalid("do", "Say what to do.")
	}
	if err != nil {
		return d.drawTwoStep(w, v, err)
	}
	return d.added(w, v, home+"/two-step", notice, codes)
}

// added says that a second factor was added, on a page, or, with recovery codes, after
// the page that shows them.
func (d *Door) added(w http.ResponseWriter, v *visit, page, notice string, codes []string) error {
	if len(codes) == 0 {
		return d.done(w, v, page, notice)
	}
	if err := d.Browser.Flash(w, v.Request, v.pool.ID, notice); err != nil {
		return err
	}
	return d.drawCodes(w, v, codes)
}

func (d *Door) drawTwoStep(w http.ResponseWriter, v *visit, why error) error {
	top, status, err := d.top(w, v, why)
	if err != nil {
		return err
	}
	out, has := page.AccountTwoStep{AccountPage: top, HasFactor: len(v.live.User.MFA.Enabled) > 0}, v.live.User.MFA
	if out.HasPassword, _, err = d.Account.HasPassword(v.Context(), v.pool, v.live); err != nil {
		return err
	}
	reset := d.Account.PasswordResetBy(v.pool, v.live, "")
	if reset != "" {
		out.Reset = directory.Masked(v.live.User.Attributes[reset.Attribute()])
	} else if by := d.Account.ProvenToReset(v.pool, v.live); by != "" {
		out.Unproven = addressPath(by)
	}
	for _, f := range d.Account.Offers(v.pool) {
		by := directory.ChannelOf(f)
		one := page.AccountFactor{Factor: f, On: has.Has(f), Preferred: has.Preferred == f, CanPrefer: len(has.Enabled) > 1, Sent: by != ""}
		if by != "" && v.live.User.Attributes[by.Attribute()+"_verified"] == "true" {
			one.Destination = directory.Masked(v.live.User.Attributes[by.Attribute()])
		}
		if out.HasPassword && !one.On && one.Destination != "" && reset == by {
			one.Ends = "alone"
			if d.Account.PasswordResetBy(v.pool, v.live, f) != "" {
				one.Ends = "other"
			}
		}
		if !one.On && one.Destination != "" {
			if one.EndsFirst, err = d.Account.EndsSignInBy(v.Context(), v.pool, v.live, f); err != nil {
				return err
			}
		}
		out.Factors = append(out.Factors, one)
	}
	if out.Left, err = d.Account.RecoveryCodesLeft(v.Context(), v.pool, v.live); err != nil {
		return err
	}
	if out.Set, err = d.Account.RecoverySet(v.Context(), v.pool, v.live); err != nil {
		return err
	}
	return d.Pages.Render(w, v.Request, status, out)
}

// setUpApp shows a new secret, or takes the first code of the one that was shown.
func (d *Door) setUpApp(w http.ResponseWriter, v *visit) error {
	if !v.form.Has("flow") || v.form.Has("again") {
		app, err := d.Account.OfferApp(v.Context(), v.pool, v.live)
		if err != nil {
			return d.drawTwoStep(w, v, err)
		}
		return d.drawApp(w, v, app, nil)
	}
	app, ok := d.openApp(v, v.form.Get("flow"))
	if !ok {
		return d.drawApp(w, v, nil, factor.ErrEnrolmentOver)
	}
	code := strings.TrimSpace(v.form.Get("code"))
	if code == "" {
		return d.drawApp(w, v, app, provider.Invalid("code", "Enter the code."))
	}
	notice := appAdded
	if v.live.User.MFA.Has(provider.FactorTOTP) {
		notice = appReplaced
	}
	codes, err := d.Account.EnrolApp(v.Context(), v.pool, v.live, app, code)
	if err != nil {
		return d.drawApp(w, v, app, err)
	}
	return d.added(w, v, home+"/two-step", notice, codes)
}

func (d *Door) drawApp(w http.ResponseWriter, v *visit, app *factor.Enrolment, why error) error {
	top, status, err := d.top(w, v, why)
	if err != nil {
		return err
	}
	out := page.FactorSetUp{Chrome: top.Chrome, Action: v.at(home + "/two-step/app"), Method: provider.FactorTOTP,
		Problem: codeProblem(why), RetryAfter: top.RetryAfter, BackURL: v.at(home + "/two-step")}
	if app != nil && out.Problem != page.SecondOver {
		picture, err := app.QR()
		if err != nil {
			return err
		}
		out.URI, out.Secret, out.QR = app.URI(), app.Grouped(), base64.StdEncoding.EncodeToString(picture)
		if out.Flow, err = d.sealApp(v, app); err != nil {
			return err
		}
	}
	return d.Pages.Render(w, v.Request, status, out)
}

// The page that shows a secret carries it, sealed for the session, so that a code is
// checked against the secret that was seen, and the page needs no row.
func appRow(live *signin.Live) secret.Row {
	return secret.Row{Table: "page", Tenant: live.Principal.PoolID, ID: live.Principal.SessionID, Column: "totp"}
}

func (d *Door) sealApp(v *visit, app *factor.Enrolment) (string, error) {
	plain, err := json.Marshal(app)
	if err != nil {
		return "", fmt.Errorf("seal authenticator secret: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(d.Sealer.Seal(appRow(v.live), plain)), nil
}

func (d *Door) openApp(v *visit, flow string) (*factor.Enrolment, bool) {
	sealed, err := base64.RawURLEncoding.DecodeString(flow)
	if err != nil {
		return nil, false
	}
	plain, err := d.Sealer.Open(appRow(v.live), sealed)
	if err != nil {
		return nil, false
	}
	app := &factor.Enrolment{}
	return app, json.Unmarshal(plain, app) == nil
}

// renewCodes makes new recovery codes and shows them this once. Its page posts back
// to say that they are kept, which is nothing to do.
func (d *Door) renewCodes(w http.ResponseWriter, v *visit) error {
	if v.form.Has("flow") {
		return respond.Redirect(w, v.at(home+"/two-step"))
	}
	codes, err := d.Account.RenewRecoveryCodes(v.Context(), v.pool, v.live, v.form.Get("set"))
	if err != nil {
		return d.drawTwoStep(w, v, err)
	}
	return d.drawCodes(w, v, codes)
}

func (d *Door) drawCodes(w http.ResponseWriter, v *visit, codes []string) error {
	return d.Pages.Render(w, v.Request, http.StatusOK, page.RecoveryCodes{
		Chrome: page.Chrome{PoolName: v.pool.Title()}, Action: v.at(home + "/recovery-codes"), Codes: codes, Account: v.live.User.KnownAs(),
	})
}
