package account

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/risk"
	"github.com/cognate-idp/cognate/provider/signin"
	"github.com/cognate-idp/cognate/web/page"
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
				notice = codeSent
			}
		}
	case "verify":
		notice, err = addressVerified, d.Account.Verify(ctx, v.pool, v.live, p.by, strings.Join(strings.Fields(v.form.Get("code")), ""))
	case "send":
		notice, err = codeSent, d.Account.SendCode(ctx, v.pool, v.live, p.by)
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
	if out.Waiting() {
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
