package hosted

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/oauth"
	"github.com/cognate-idp/cognate/provider/risk"
	"github.com/cognate-idp/cognate/provider/signin"
	"github.com/cognate-idp/cognate/web/page"
	"github.com/cognate-idp/cognate/web/respond"
)

// beside draws a page beside the sign-in page, for the attempt that the address
// names and the authorization that waits.
type beside struct {
	door    *Door
	pool    *provider.Pool
	attempt *signin.Attempt
	waiting *oauth.Interaction
}

// beside finds the attempt that flow names. When it answers nil, the response is
// written.
func (d *Door) beside(w http.ResponseWriter, r *http.Request, flow string) (*beside, error) {
	pool := provider.TenantFrom(r.Context()).Pool
	a, err := d.Flow.Attempt(r.Context(), pool, flow, d.Browser.Cookies.Bound(r, pool.ID))
	if err == nil {
		var waiting *oauth.Interaction
		if waiting, err = d.waiting(r.Context(), a); err == nil {
			return &beside{d, pool, a, waiting}, nil
		}
	}
	if errors.Is(err, provider.ErrAttemptNotFound) {
		return nil, d.over(w, r)
	}
	return nil, err
}

// to is the address of a page of the same attempt.
func (b *beside) to(r *http.Request, path string) string {
	return stepURL(r, path, b.attempt)
}

func (b *beside) chrome(r *http.Request) page.Chrome {
	return chrome(r, b.waiting.Client, b.waiting.UILocales)
}

// show draws what a step looks like, or goes to where the attempt stands.
func (d *Door) show(step signin.Step, draw func(*beside, http.ResponseWriter, *http.Request) error) respond.Handler {
	return d.showWhere(func(a *signin.Attempt) bool { return a.Step == step }, draw)
}

// showAside draws a page that people go to from the first steps, or open by itself.
func (d *Door) showAside(path string, draw func(*beside, http.ResponseWriter, *http.Request) error) respond.Handler {
	show := d.showWhere((*signin.Attempt).AtDoor, draw)
	return func(w http.ResponseWriter, r *http.Request) error {
		if r.URL.Query().Has("flow") {
			return show(w, r)
		}
		b, err := d.beginAside(w, r, path)
		if b == nil {
			return err
		}
		return draw(b, w, r)
	}
}

// beginAside begins an attempt at a page beside the sign-in page. With an authorization
// request's parameters the page means that request, as it does at Cognito; by itself it
// leads to the account. When it answers nil, the response is written.
func (d *Door) beginAside(w http.ResponseWriter, r *http.Request, path string) (*beside, error) {
	q, pool := r.URL.Query(), provider.TenantFrom(r.Context()).Pool
	switch {
	case q.Has("authorization"):
		return d.beginFor(w, r)
	case q.Has("client_id"):
		// Who is signed in already is not asked for: they want another account here.
		next, err := d.OAuth.Authorize(r.Context(), q, nil)
		var refusal *oauth.Error
		switch {
		case errors.As(err, &refusal):
			return nil, d.Refuse(w, r, refusal)
		case err != nil:
			return nil, err
		case next.SignIn != nil:
			return nil, respond.Redirect(w, here(r, path, next.SignIn.ID))
		}
		return nil, d.proceed(w, r, next)
	}
	local := ownPage(q.Get("return"))
	if local == "" {
		local = accountPage
	}
	a, err := d.Flow.Begin(r.Context(), pool, signin.Start{
		Binding: d.Browser.Cookies.Binding(w, r, pool.ID), Devices: d.Browser.Cookies.Devices(r, pool.ID), Return: local,
	})
	if err != nil {
		return nil, err
	}
	return &beside{d, pool, a, &oauth.Interaction{}}, nil
}

func (d *Door) showWhere(here func(*signin.Attempt) bool, draw func(*beside, http.ResponseWriter, *http.Request) error) respond.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if !r.URL.Query().Has("flow") && r.URL.Query().Has("client_id") {
			return d.showLogin(w, r)
		}
		b, err := d.beside(w, r, r.URL.Query().Get("flow"))
		if b == nil {
			return err
		}
		if !here(b.attempt) {
			return respond.Redirect(w, b.to(r, stepPath(b.attempt.Step)))
		}
		return draw(b, w, r)
	}
}

func (d *Door) showSignUp(b *beside, w http.ResponseWriter, r *http.Request) error {
	return d.drawSignUp(w, r, b, entered(b.attempt), nil)
}

// entered is the form of a sign-up as it was filled in before, for whoever came back to
// put something right; nil for nobody.
func entered(a *signin.Attempt) url.Values {
	e := a.Entered()
	if e == nil {
		return nil
	}
	f := url.Values{"username": {e.Username}}
	for name, value := range e.Attributes {
		f.Set("attr."+name, value)
	}
	return f
}

// answerSignUp makes the account, or says what is wrong with the form. Whether a
// name is taken is not said: the next page is the same.
func (d *Door) answerSignUp(w http.ResponseWriter, r *http.Request) error {
	once := []string{"flow", "username", "password", "terms"}
	for _, f := range d.signUpFields(provider.TenantFrom(r.Context()).Pool, nil) {
		once = append(once, f.Name)
	}
	f, err := form(r, once...)
	if err != nil {
		return err
	}
	b, err := d.beside(w, r, f.Get("flow"))
	if b == nil {
		return err
	}
	missing := directory.AttributeErrors{}
	n := directory.SignUp{Username: strings.TrimSpace(f.Get("username")), Password: f.Get("password"), Attributes: map[string]string{}}
	for _, field := range d.signUpFields(b.pool, b.waiting.Client) {
		if strings.TrimSpace(f.Get(field.Name)) == "" {
			missing[field.Attribute] = &provider.Error{Code: provider.CodeInvalid, Kind: "missing", Field: field.Name}
		}
		if name, ok := strings.CutPrefix(field.Name, "attr."); ok {
			n.Attributes[name] = strings.TrimSpace(f.Get(field.Name))
		}
	}
	if len(missing) > 0 {
		return d.drawSignUp(w, r, b, f, missing)
	}
	if b.pool.Settings.TermsURL != "" {
		if f.Get("terms") != "yes" {
			return d.drawSignUp(w, r, b, f, &provider.Error{Code: provider.CodeInvalid, Kind: "missing", Field: "terms"})
		}
		n.Terms = b.pool.Settings.TermsURL
	}
	a, err := d.Flow.SignUp(r.Context(), b.pool, b.attempt.ID, d.Browser.Cookies.Bound(r, b.pool.ID), n)
	if errors.Is(err, provider.ErrAttemptNotFound) {
		return d.expired(w, r, b.waiting.ID)
	}
	if err != nil {
		return d.drawSignUp(w, r, b, f, err)
	}
	b.attempt = a
	return respond.Redirect(w, b.to(r, "/confirm"))
}

func (d *Door) drawSignUp(w http.ResponseWriter, r *http.Request, b *beside, f url.Values, why error) error {
	if !d.Flow.OffersSignUp(b.pool, b.attempt) {
		return d.closed(w, r, b, page.ErrorNoSignUp)
	}
	status, err := refusal(w, r, why)
	if err != nil {
		return err
	}
	v := page.SignUp{
		Chrome: b.chrome(r), Action: b.to(r, "/signup"), Flow: b.attempt.ID, Fields: d.signUpFields(b.pool, b.waiting.Client),
		Policy: page.PolicyOf(b.pool.Settings.PasswordPolicy), SignInURL: b.to(r, "/login"),
		TermsURL: b.pool.Settings.TermsURL, PrivacyURL: b.pool.Settings.PrivacyURL, Agreed: f.Get("terms") == "yes", Passwordless: !directory.TakesPasswords(b.pool),
		RetryAfter: retryAfter(why),
	}
	v.Policy.Former = false // there is none before the first
	if slices.Contains(d.Flow.Directory.Proves(b.pool), provider.BySMS) {
		if v.Work, err = d.work(r, b); err != nil {
			return err
		}
	}
	for i := range v.Fields {
		v.Fields[i].Value = f.Get(v.Fields[i].Name)
	}
	v.Problem, v.Invalid = signUpProblem(why, v.Fields)
	v.Fault = provider.PasswordFaultOf(why)
	var several directory.AttributeErrors
	for i := range v.Fields {
		if errors.As(why, &several) {
			v.Fields[i].Problem = page.FieldProblemOf(why, v.Fields[i].Attribute)
			continue
		}
		if v.Fields[i].Name == v.Invalid && v.Problem != "" {
			v.Fields[i].Problem = v.Problem
			if v.Problem == page.SignUpInvalid {
				v.Fields[i].Problem = page.FieldFault(why)
			}
		}
	}
	return d.Pages.Render(w, r, status, v)
}

// signUpFields is what a pool's sign-up page asks for: the name to sign in by, an
// address that can be proved, and what the schema requires and the client may write.
func (d *Door) signUpFields(p *provider.Pool, c *provider.Client) []page.Field {
	if d.Flow.Directory == nil {
		return nil
	}
	names := p.Settings.UsernameAttrs
	first := page.Field{Name: "username", Attribute: "username", Type: "text", Fill: "username", Max: 128}
	switch {
	case len(names) == 1 && names[0] == "email":
		first.Attribute, first.Type = "email", "email"
	case len(names) == 1:
		first.Attribute, first.Type, first.Hint = "phone_number", "tel", "phone"
	case len(names) > 1:
		first.Attribute = "email_or_phone"
	}
	out := []page.Field{first}
	missing := directory.Missing(p, c, &provider.User{})
	asked := slices.Clone(names) // addresses, one of which will be proved
	for _, a := range missing {
		asked = append(asked, directory.WireName(a))
	}
	proves := d.Flow.Directory.Proves(p)
	if len(proves) > 0 && !slices.ContainsFunc(proves, func(by provider.Channel) bool { return slices.Contains(asked, by.Attribute()) }) {
		// E-mail where it can be: it costs nothing.
		missing = slices.Insert(missing, 0, provider.Attribute{Name: proves[len(proves)-1].Attribute(), Type: "String", Required: true})
	}
	for _, a := range missing {
		if len(names) != 1 || names[0] != directory.WireName(a) {
			out = append(out, page.FieldOf(p, a))
		}
	}
	return out
}

func signUpProblem(why error, fields []page.Field) (page.Problem, string) {
	var several directory.AttributeErrors
	if errors.As(why, &several) {
		return page.SignUpInvalid, ""
	}
	var e *provider.Error
	if why == nil || !errors.As(why, &e) {
		return "", ""
	}
	switch {
	case e.Code == provider.CodePasswordPolicy, errors.Is(e, signin.ErrPasswordMissing), e.Field == "password":
		return page.SignUpPolicy, "password"
	case e.Kind == "missing":
		return page.SignUpMissing, e.Field
	case errors.Is(e, risk.ErrWorkNeeded):
		return page.SignUpWork, ""
	case e.Code == provider.CodeThrottled && e.Kind == "mail" && !errors.Is(e, risk.ErrFromHere):
		return page.SignUpMailed, ""
	case e.Code == provider.CodeThrottled:
		return page.SignUpThrottled, ""
	case e.Code == provider.CodeInvalid:
		for _, f := range fields {
			if f.Name == "attr."+e.Field || f.Name == "username" && f.Attribute == e.Field {
				return page.SignUpInvalid, f.Name
			}
		}
		if strings.EqualFold(e.Field, "username") {
			if fields[0].Attribute != "username" {
				return page.SignUpInvalid, "username"
			}
			return page.SignUpUsername, "username"
		}
	}
	return page.SignUpUnavailable, ""
}

func (d *Door) showConfirm(b *beside, w http.ResponseWriter, r *http.Request) error {
	return d.drawConfirm(w, r, b, r.URL.Query().Has("sent"), nil)
}

// answerConfirm takes the mailed code. Only this form consumes it: following an
// address never does.
func (d *Door) answerConfirm(w http.ResponseWriter, r *http.Request) error {
	f, err := form(r, "flow", "code")
	if err != nil {
		return err
	}
	b, err := d.beside(w, r, f.Get("flow"))
	if b == nil {
		return err
	}
	return d.confirm(w, r, b, code(f))
}

// confirm confirms the attempt's new account by a code, and goes on.
func (d *Door) confirm(w http.ResponseWriter, r *http.Request, b *beside, code string) error {
	bound := d.Browser.Cookies.Bound(r, b.pool.ID)
	res, err := d.Flow.Confirm(r.Context(), b.pool, b.attempt.ID, bound, d.Browser.SessionID(r, b.pool.ID), code)
	switch {
	case err != nil:
		return d.unconfirmed(w, r, b, err)
	case res.Principal != nil:
		return d.enter(w, r, res)
	}
	return respond.Redirect(w, b.to(r, "/login"))
}

// unconfirmed says why a code or a link has not led on.
func (d *Door) unconfirmed(w http.ResponseWriter, r *http.Request, b *beside, why error) error {
	switch {
	case errors.Is(why, provider.ErrAttemptNotFound):
		return d.expired(w, r, b.waiting.ID)
	case errors.Is(why, signin.ErrChallengeFailed): // the account is confirmed
		return d.drawChallenge(b, w, r, nil, why)
	case questionsAway(why):
		return why
	}
	return d.drawConfirm(w, r, b, false, why)
}

// code is a code as it was typed or pasted, without the spaces that mail programs
// put between digits.
func code(f url.Values) string { return strings.Join(strings.Fields(f.Get("code")), "") }

func (d *Door) answerResend(w http.ResponseWriter, r *http.Request) error {
	f, err := form(r, "flow")
	if err != nil {
		return err
	}
	b, err := d.beside(w, r, f.Get("flow"))
	if b == nil {
		return err
	}
	_, err = d.Flow.Resend(r.Context(), b.pool, b.attempt.ID, d.Browser.Cookies.Bound(r, b.pool.ID))
	switch {
	case errors.Is(err, provider.ErrAttemptNotFound):
		return d.expired(w, r, b.waiting.ID)
	case err != nil:
		return d.drawConfirm(w, r, b, false, err)
	}
	return respond.Redirect(w, b.to(r, "/confirm")+"&sent=1")
}

func (d *Door) drawConfirm(w http.ResponseWriter, r *http.Request, b *beside, sent bool, why error) error {
	status, err := refusal(w, r, why)
	if err != nil {
		return err
	}
	wait, err := d.Flow.ResendWait(r.Context(), b.pool, b.attempt)
	if err != nil {
		return err
	}
	v := page.Confirm{
		Chrome: b.chrome(r), Action: b.to(r, "/confirm"), ResendAction: b.to(r, "/resendcode"), CorrectAction: b.to(r, "/confirm/correct"), Flow: b.attempt.ID,
		Destination: b.attempt.Destination(), Sent: sent, Wait: wait, Problem: codeProblem(why), RetryAfter: retryAfter(why), SignInURL: b.start(r),
	}
	if b.pool.Settings.Verification.ByLink && !v.ByText() {
		v.WaitingURL, v.OnURL = b.to(r, "/confirm/waiting"), b.to(r, "/confirm")
		v.ByLinkURL, v.Early = v.OnURL+"&by_link=1", r.URL.Query().Has("by_link")
	}
	return d.Pages.Render(w, r, status, v)
}

// confirmWaiting tells a page that waits for a code whether the attempt still does: a
// link that is opened in another tab moves it on.
func (d *Door) confirmWaiting(w http.ResponseWriter, r *http.Request) error {
	pool := provider.TenantFrom(r.Context()).Pool
	a, err := d.Flow.Attempt(r.Context(), pool, r.URL.Query().Get("flow"), d.Browser.Cookies.Bound(r, pool.ID))
	if err != nil && !errors.Is(err, provider.ErrAttemptNotFound) {
		return err
	}
	return respond.JSON(w, http.StatusOK, map[string]bool{"waiting": err == nil && a.Step == signin.StepConfirm})
}

func codeProblem(err error) page.Problem {
	var e *provider.Error
	switch {
	case err == nil:
		return ""
	case errors.Is(err, provider.ErrCodeExpired):
		return page.CodeExpired
	case errors.Is(err, provider.ErrAliasExists):
		return page.CodeTaken
	case errors.As(err, &e) && e.Code == provider.CodeThrottled && e.Kind == "mail":
		return page.CodeWait
	case provider.CodeOf(err) == provider.CodeThrottled:
		return page.CodeThrottled
	case provider.CodeOf(err) == provider.CodeUnavailable, errors.Is(err, risk.ErrWorkNeeded):
		return page.CodeUnavailable
	}
	return page.CodeWrong
}

// refusal is the status of a page that says what went wrong. A fault of ours is
// answered as an error, not as a page.
func refusal(w http.ResponseWriter, r *http.Request, why error) (int, error) {
	if why == nil {
		return http.StatusOK, nil
	}
	failure := respond.Explain(r, why)
	if failure.Status == http.StatusInternalServerError {
		return 0, why
	}
	if failure.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(failure.RetryAfter))
	}
	if failure.Status == http.StatusUnauthorized {
		return http.StatusUnprocessableEntity, nil // 401 would have to name an HTTP scheme
	}
	return failure.Status, nil
}
