package account

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/risk"
	"github.com/cognate-idp/cognate/provider/signin"
	"github.com/cognate-idp/cognate/web/page"
	"github.com/cognate-idp/cognate/web/respond"
)

func (d *Door) showProfile(w http.ResponseWriter, v *visit) error { return d.drawProfile(w, v, nil) }

// changeProfile writes what has changed. What the form does not hold stays.
func (d *Door) changeProfile(w http.ResponseWriter, v *visit) error {
	values := map[string]string{}
	change, _ := d.Account.Profile(v.pool, v.live)
	for _, a := range change {
		f := fieldOf(v, a)
		given := strings.TrimSpace(v.form.Get(f.Name))
		if v.form.Has(f.Name) && given != f.Value {
			values[f.Attribute] = given
		}
	}
	if len(values) > 0 {
		if err := d.Account.SetProfile(v.Context(), v.pool, v.live, values); err != nil {
			return d.drawProfile(w, v, err)
		}
	}
	return d.done(w, v, home, saved)
}

func (d *Door) drawProfile(w http.ResponseWriter, v *visit, why error) error {
	top, status, err := d.top(w, v, why)
	if err != nil {
		return err
	}
	out := page.AccountProfile{AccountPage: top}
	change, have := d.Account.Profile(v.pool, v.live)
	for _, a := range change {
		f := fieldOf(v, a)
		if v.form.Has(f.Name) {
			f.Value = v.form.Get(f.Name)
		}
		f.Problem = page.FieldProblemOf(why, f.Attribute)
		out.Fields = append(out.Fields, f)
	}
	for _, a := range have {
		out.Have = append(out.Have, fieldOf(v, a))
	}
	return d.Pages.Render(w, v.Request, status, out)
}

// fieldOf is how a form shows what the user has of an attribute.
func fieldOf(v *visit, a provider.Attribute) page.Field {
	f := page.FieldOf(v.pool, a)
	f.Value, f.Optional = v.live.User.Attributes[f.Attribute], !a.Required
	if f.Type == "datetime-local" {
		if at, err := time.Parse(time.RFC3339, f.Value); err == nil {
			f.Value = at.UTC().Format("2006-01-02T15:04:05")
		}
	}
	return f
}

// addressPath is where the page of an address lies, below the account's.
func addressPath(by provider.Channel) string {
	if by == provider.BySMS {
		return "/phone"
	}
	return "/email"
}

// addressPage is the page of an e-mail address or a phone number.
type addressPage struct {
	path string
	by   provider.Channel
}

// changeAddress gives another address, proves it by its code, sends the code, or takes
// the address away.
func (d *Door) changeAddress(w http.ResponseWriter, v *visit, p addressPage) error {
	ctx, notice := v.Context(), ""
	var err error
	switch v.form.Get("do") {
	case "change":
		given := strings.TrimSpace(v.form.Get("attr." + p.by.Attribute()))
		if given == "" {
			err = &provider.Error{Code: provider.CodeInvalid, Kind: "missing", Field: p.by.Attribute(), Message: "Enter the address."}
		} else {
			err = d.Account.ChangeAddress(ctx, v.pool, v.live, p.by, given)
		}
		if notice = addressChanged; err == nil {
			waits, fault := d.Account.Pending(ctx, v.pool, v.live, p.by)
			if fault != nil {
				return fault
			}
			if waits != "" {
				notice = d.sent(v, p)
			}
		}
	case "verify":
		of := v.form.Get("of")
		if d.settled(v, p, of) { // by the link, in another tab
			return d.done(w, v, home+p.path, addressVerified)
		}
		if v.form.Get("code") == "" && d.Account.MailsLink(v.pool, p.by) {
			return respond.Redirect(w, v.at(home+p.path)+"?of="+url.QueryEscape(of))
		}
		notice, err = addressVerified, d.Account.Verify(ctx, v.pool, v.live, p.by, strings.Join(strings.Fields(v.form.Get("code")), ""))
	case "send":
		notice, err = d.sent(v, p), d.Account.SendCode(ctx, v.pool, v.live, p.by)
	case "cancel":
		notice, err = changeDropped, d.Account.DropPending(ctx, v.pool, v.live, p.by)
	case "remove":
		if !v.form.Has("sure") {
			return d.fresh(func(w http.ResponseWriter, v *visit) error { return d.drawAddress(w, v, p, nil) })(w, v)
		}
		notice, err = addressRemoved, d.Account.ChangeAddress(ctx, v.pool, v.live, p.by, "")
	default:
		err = provider.Invalid("", "Say what to do.")
	}
	if err != nil {
		return d.drawAddress(w, v, p, err)
	}
	return d.done(w, v, home+p.path, notice)
}

// sent is the notice that a message went out.
func (d *Door) sent(v *visit, p addressPage) string {
	if d.Account.MailsLink(v.pool, p.by) {
		return linkSent
	}
	return codeSent
}

// mark names an address where it must not be told, as in the address of a page: to
// whoever does not know the session, it says nothing.
func (v *visit) mark(address string) string {
	sum := sha256.Sum256([]byte(v.live.Principal.SessionID + "\x00" + address))
	return hex.EncodeToString(sum[:8])
}

// settled reports whether the address that a mark names is the user's, and proved.
func (d *Door) settled(v *visit, p addressPage, mark string) bool {
	has := v.live.User.Attributes[p.by.Attribute()]
	return has != "" && mark == v.mark(has) && v.live.User.Attributes[p.by.Attribute()+"_verified"] == "true"
}

// addressWaiting tells the page of an e-mail address whether the address still waits: a
// link may have been pressed in another tab. It is no use of the session.
func (d *Door) addressWaiting(w http.ResponseWriter, r *http.Request) error {
	pool := provider.TenantFrom(r.Context()).Pool
	live, err := d.Account.Flow.Sessions.Peek(r.Context(), pool, d.Browser.SessionID(r, pool.ID))
	if errors.Is(err, provider.ErrSessionNotFound) {
		return respond.JSON(w, http.StatusOK, map[string]bool{"waiting": false}) // the page leads to sign in
	}
	if err != nil {
		return err
	}
	waits, err := d.Account.Pending(r.Context(), pool, live, provider.ByEmail)
	if err != nil {
		return err
	}
	has := live.User.Attributes
	return respond.JSON(w, http.StatusOK, map[string]bool{"waiting": waits != "" || has["email"] != "" && has["email_verified"] != "true"})
}

func (d *Door) drawAddress(w http.ResponseWriter, v *visit, p addressPage, why error) error {
	top, status, err := d.top(w, v, why)
	if err != nil {
		return err
	}
	attribute := p.by.Attribute()
	out := page.AccountAddress{AccountPage: top, Path: strings.TrimPrefix(p.path, "/"), Attribute: attribute, Value: v.live.User.Attributes[attribute],
		Proved: v.live.User.Attributes[attribute+"_verified"] == "true", CanSend: d.Account.CanSend(v.pool, p.by)}
	if out.Pending, err = d.Account.Pending(v.Context(), v.pool, v.live, p.by); err != nil {
		return err
	}
	for _, a := range directory.Schema(v.pool) {
		if directory.WireName(a) == attribute {
			out.Field, out.CanRemove = page.FieldOf(v.pool, a), out.Value != "" && !a.Required
		}
	}
	if of := v.URL.Query().Get("of"); of != "" && why == nil && top.Notice == "" {
		if d.settled(v, p, of) {
			out.Notice = addressVerified
		} else {
			out.Early = out.Waiting() && of == v.mark(out.Target())
		}
	}
	out.ByLink = d.Account.MailsLink(v.pool, p.by)
	if out.Waiting() {
		out.Mark = v.mark(out.Target())
		out.WaitingURL, out.NextURL = v.at(home+p.path+"/waiting"), v.at(home+p.path)+"?of="+out.Mark
		if out.Wait, err = d.Account.ResendWait(v.Context(), v.pool, v.live, p.by, out.Target()); err != nil {
			return err
		}
	}
	switch do := v.form.Get("do"); {
	case why == nil:
		out.Removing = do == "remove" && out.CanRemove
	case errors.Is(why, risk.ErrSeveral):
		out.Problem = page.AccountSeveral
	case errors.Is(why, directory.ErrCountryUnserved) && do == "send":
		out.Problem = page.AccountCountry
	case errors.Is(why, directory.ErrNumberUnserved) && do == "send":
		out.Problem = page.AccountUntexted
	case provider.CodeOf(why) == provider.CodeThrottled && do != "verify":
		out.Problem = page.AccountWait
	case do == "verify" && !out.Waiting():
		out.Problem = page.AccountUnawaited
	case do == "verify":
		out.Code = page.AccountCode{Problem: verifyProblem(why), RetryAfter: out.RetryAfter}
		out.Problem = ""
	case errors.Is(why, signin.ErrLastWay):
		out.Problem = page.AccountLastWay
	case do == "remove":
		out.Problem = page.AccountInUse
	case do == "change":
		out.Field.Value = v.form.Get("attr." + attribute)
		if out.Field.Problem = page.FieldProblemOf(why, attribute); out.Field.Problem != "" {
			out.Problem = ""
		} else if errors.Is(why, provider.ErrAliasExists) {
			out.Field.Problem, out.Problem = page.FieldTaken, ""
		}
	}
	return d.Pages.Render(w, v.Request, status, out)
}

// verifyProblem says what went wrong with a code that proves an address.
func verifyProblem(why error) page.Problem {
	switch {
	case errors.Is(why, provider.ErrCodeMismatch):
		return page.CodeWrong
	case errors.Is(why, provider.ErrCodeExpired):
		return page.CodeExpired
	case errors.Is(why, provider.ErrAliasExists):
		return page.CodeTaken
	case provider.CodeOf(why) == provider.CodeThrottled:
		return page.CodeThrottled
	}
	return page.CodeUnavailable
}
