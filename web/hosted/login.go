package hosted

import (
	"errors"
	"net/http"
	"slices"
	"strconv"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/oauth"
	"github.com/cognate-idp/cognate/provider/risk"
	"github.com/cognate-idp/cognate/provider/signin"
	"github.com/cognate-idp/cognate/web/page"
	"github.com/cognate-idp/cognate/web/respond"
)

// showLogin draws the step that an attempt stands at. Without an attempt it
// begins one for the authorization request that waits.
func (d *Door) showLogin(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	switch {
	case q.Has("flow"):
		pool := provider.TenantFrom(r.Context()).Pool
		a, err := d.Flow.Attempt(r.Context(), pool, q.Get("flow"), d.Browser.Cookies.Bound(r, pool.ID))
		if errors.Is(err, provider.ErrAttemptNotFound) {
			why := page.ExpiredReason("")
			if q.Has("moved") { // the tab where they began went on first
				why = page.ExpiredMoved
			}
			return d.goOn(w, r, func() error { return d.drawExpired(w, r, authorization(r), why) })
		}
		if err != nil {
			return err
		}
		return d.drawStep(w, r, http.StatusOK, a, nil)
	case q.Has("return"):
		return d.beginHere(w, r)
	case q.Has("another"): // whoever is signed in
		return d.begin(w, r)
	case q.Has("authorization"):
		return d.goOn(w, r, func() error { return d.begin(w, r) })
	case q.Has("client_id"):
		// With an authorization request's parameters the page means that request,
		// as it does at Cognito.
		return respond.Redirect(w, provider.TenantFrom(r.Context()).Path+"/oauth2/authorize?"+r.URL.RawQuery)
	}
	if q.Has("response_type") || q.Has("redirect_uri") { // an app's mistake, which its maker wants to see
		return provider.Invalid("client_id", "The parameter 'client_id' is missing.")
	}
	return respond.Redirect(w, signInURL(r, accountPage))
}

// goOn sends on whoever is signed in already as what waits wants it: they came back to
// a page that is behind them, or went on in another tab. For anybody else it does
// otherwise.
func (d *Door) goOn(w http.ResponseWriter, r *http.Request, otherwise func() error) error {
	id, local := authorization(r), ownPage(r.URL.Query().Get("return"))
	if id == "" && local == "" || r.Method == http.MethodHead { // which must not issue a code
		return otherwise()
	}
	who, err := d.Principal(r)
	if err != nil {
		return err
	}
	if who == nil {
		return otherwise()
	}
	if id == "" {
		return respond.Redirect(w, here(r, local, ""))
	}
	next, err := d.OAuth.Continue(r.Context(), id, *who)
	if err != nil && !errors.Is(err, provider.ErrAttemptNotFound) {
		return err
	}
	if next == nil {
		return otherwise()
	}
	return d.proceed(w, r, next)
}

// over answers for an attempt that is over: whoever is signed in by now goes on.
func (d *Door) over(w http.ResponseWriter, r *http.Request) error {
	return d.goOn(w, r, func() error { return d.expired(w, r, authorization(r)) })
}

// begin begins a sign-in for the authorization request that waits.
func (d *Door) begin(w http.ResponseWriter, r *http.Request) error {
	b, err := d.beginFor(w, r)
	if b == nil {
		return err
	}
	if r.URL.Query().Has("another") {
		b.waiting.Prompt = append(b.waiting.Prompt, "select_account") // an upstream must not give the same one again
	}
	if name, err := d.chosenUpstream(r, b.waiting); err != nil {
		return err
	} else if name != "" {
		return d.handOver(w, r, b.attempt, b.waiting, name)
	}
	live, err := d.chosen(r, b.waiting)
	if err != nil {
		return err
	}
	if live != nil {
		return d.goAs(w, r, b.attempt, b.waiting, live.Principal.Provider)
	}
	return d.draw(w, r, http.StatusOK, b.attempt, b.waiting, nil)
}

// beginFor begins an attempt for the authorization request that waits. When it answers
// nil, the response is written.
func (d *Door) beginFor(w http.ResponseWriter, r *http.Request) (*beside, error) {
	id := authorization(r)
	if id == "" {
		return nil, d.expired(w, r, "")
	}
	waiting, err := d.OAuth.Pending(r.Context(), id)
	if errors.Is(err, provider.ErrAttemptNotFound) {
		return nil, d.expired(w, r, "")
	}
	if err != nil {
		return nil, err
	}
	pool, hint := provider.TenantFrom(r.Context()).Pool, waiting.LoginHint
	live, err := d.chosen(r, waiting)
	if err != nil {
		return nil, err
	}
	if live != nil {
		hint = signInName(pool, &live.User)
	}
	a, err := d.attempt(w, r, waiting, hint)
	if err != nil {
		return nil, err
	}
	return &beside{d, pool, a, waiting}, nil
}

// attempt begins a sign-in for an app's request, with a name filled in.
func (d *Door) attempt(w http.ResponseWriter, r *http.Request, waiting *oauth.Interaction, hint string) (*signin.Attempt, error) {
	pool := provider.TenantFrom(r.Context()).Pool
	return d.Flow.Begin(r.Context(), pool, signin.Start{
		Binding: d.Browser.Cookies.Binding(w, r, pool.ID), Client: waiting.Client,
		AuthorizationID: waiting.ID, Hint: hint,
		Devices: d.Browser.Cookies.Devices(r, pool.ID),
	})
}

// answerLogin hands a form to the attempt's step, and goes on with what waits
// once somebody is known.
func (d *Door) answerLogin(w http.ResponseWriter, r *http.Request) error {
	ctx, pool := r.Context(), provider.TenantFrom(r.Context()).Pool
	f, err := form(r, "flow", "username", "password", "new_password", "confirm_password", "credential", "choose")
	if err != nil {
		return err
	}
	bound := d.Browser.Cookies.Bound(r, pool.ID)
	given := signin.Answer{
		Username: f.Get("username"), Password: f.Get("password"), NewPassword: f.Get("new_password"),
		Credential: f.Get("credential"), Choose: provider.Factor(f.Get("choose")),
	}
	if f.Has("confirm_password") && f.Get("confirm_password") != given.NewPassword {
		return d.refused(w, r, f.Get("flow"), bound, given.Username, errMismatch)
	}
	res, err := d.Flow.Answer(ctx, pool, f.Get("flow"), bound, d.Browser.SessionID(r, pool.ID), given)
	if errors.Is(err, signin.ErrChallengeFailed) {
		waiting, lost := d.waiting(ctx, res.Attempt)
		if errors.Is(lost, provider.ErrAttemptNotFound) {
			return d.expired(w, r, "")
		}
		if lost != nil {
			return lost
		}
		return d.drawChallenge(&beside{d, pool, res.Attempt, waiting}, w, r, f, err)
	}
	if questionsAway(err) {
		return err
	}
	if err != nil {
		return d.refused(w, r, f.Get("flow"), bound, given.Username, err)
	}
	if res.Principal == nil {
		return respond.Redirect(w, stepURL(r, "/login", res.Attempt))
	}
	return d.enter(w, r, res)
}

// enter begins the browser's session and goes on with what waits for somebody to
// sign in.
func (d *Door) enter(w http.ResponseWriter, r *http.Request, res *signin.Result) error {
	if err := d.hold(w, r, res); err != nil {
		return err
	}
	if local := res.Attempt.Return(); local != "" {
		return respond.Redirect(w, here(r, local, ""))
	}
	next, err := d.OAuth.Resume(r.Context(), res.Attempt.AuthorizationID, *res.Principal)
	if errors.Is(err, provider.ErrAttemptNotFound) {
		return d.expired(w, r, "")
	}
	if err != nil {
		return err
	}
	return d.proceed(w, r, next)
}

// hold gives the browser the session of who has signed in.
func (d *Door) hold(w http.ResponseWriter, r *http.Request, res *signin.Result) error {
	if err := d.Browser.SetSessionID(w, r, res.Principal.PoolID, res.SessionID); err != nil {
		return err
	}
	if k := res.Device; k != nil {
		d.Browser.Cookies.KeepDevice(w, r, res.Principal.PoolID, k.Was, k.Token, k.Life)
	}
	return d.remember(w, r, res)
}

var errMismatch = &provider.Error{Code: provider.CodeInvalid, Kind: "mismatch", Field: "confirm_password", Message: "The two passwords differ."}

// refused draws the same step again with what went wrong.
func (d *Door) refused(w http.ResponseWriter, r *http.Request, flow, bound, typed string, why error) error {
	if errors.Is(why, provider.ErrAttemptNotFound) {
		return d.over(w, r)
	}
	if errors.Is(why, provider.ErrUserNotFound) {
		// A client may want its own code to be told; a page is seen by strangers.
		why = provider.ErrWrongPassword
	}
	if respond.Explain(r, why).Status == http.StatusInternalServerError {
		return why
	}
	a, err := d.Flow.Attempt(r.Context(), provider.TenantFrom(r.Context()).Pool, flow, bound)
	if errors.Is(err, provider.ErrAttemptNotFound) {
		return d.over(w, r)
	}
	if err != nil {
		return err
	}
	if a.Step != signin.StepNewPassword && a.Step != signin.StepFirst && !a.Again() {
		a.Username = typed
	}
	failure := respond.Explain(r, why)
	if failure.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(failure.RetryAfter))
	}
	status := failure.Status
	if status == http.StatusUnauthorized {
		status = http.StatusUnprocessableEntity // 401 would have to name an HTTP scheme
	}
	return d.drawStep(w, r, status, a, why)
}

func (d *Door) drawStep(w http.ResponseWriter, r *http.Request, status int, a *signin.Attempt, why error) error {
	waiting, err := d.waiting(r.Context(), a)
	if errors.Is(err, provider.ErrAttemptNotFound) {
		return d.expired(w, r, "")
	}
	if err != nil {
		return err
	}
	return d.draw(w, r, status, a, waiting, why)
}

func (d *Door) draw(w http.ResponseWriter, r *http.Request, status int, a *signin.Attempt, waiting *oauth.Interaction, why error) error {
	pool := provider.TenantFrom(r.Context()).Pool
	if path := stepPath(a.Step); path != "/login" {
		return respond.Redirect(w, (&beside{d, pool, a, waiting}).to(r, path))
	}
	top, action := chrome(r, waiting.Client, waiting.UILocales), stepURL(r, "/login", a)
	if a.Step == signin.StepNewPassword {
		return d.Pages.Render(w, r, status, page.NewPassword{
			Chrome: top, Action: action, Flow: a.ID, Identifier: a.Username,
			Policy: page.PolicyOf(pool.Settings.PasswordPolicy), Reason: changeReason(a),
			Problem: newPasswordProblem(why), Fault: provider.PasswordFaultOf(why),
		})
	}
	v := page.SignIn{
		Chrome: top, Action: action, Flow: a.ID, Identifier: a.Username,
		IdentifierKind: identifierKind(pool), Problem: signInProblem(why), Notice: string(a.Notice()), Again: a.Again(),
	}
	v.Passkey = passkeyForm(a, action, r.PostForm.Get("credential"), why)
	aside := &beside{d, pool, a, waiting}
	if textsFirst(a) && slices.Contains(pool.Settings.First(), provider.FactorSMS) {
		work, err := d.work(r, aside)
		if err != nil {
			return err
		}
		v.Work = work
	}
	if d.Flow.OffersSignUp(pool, a) {
		v.SignUpURL = aside.to(r, "/signup")
	}
	if a.Again() {
		v.BackURL = here(r, accountPage, "")
	}
	if d.Flow.OffersRecovery(pool, a) {
		v.ForgotURL = aside.to(r, "/forgotPassword")
	}
	var known *provider.Error
	if errors.As(why, &known) {
		v.RetryAfter = known.RetryAfter
	}
	var err error
	if v.Providers, v.ProvidersOnly, err = d.buttons(r, a); err != nil {
		return err
	}
	switch a.Step {
	case signin.StepIdentifier:
		return d.Pages.Render(w, r, status, page.Identify{SignIn: v})
	case signin.StepFirst:
		v.Providers = nil // chosen against already
		return d.Pages.Render(w, r, status, page.ChooseWay{SignIn: v, Ways: a.Choices(), StartURL: action})
	}
	return d.Pages.Render(w, r, status, v)
}

// changeReason is why a password is changed, where the page has words of its own for it.
func changeReason(a *signin.Attempt) string {
	if a.ChangeReason() == signin.ChangeTemporary {
		return ""
	}
	return string(a.ChangeReason())
}

func signInProblem(err error) page.Problem {
	if p := passkeyProblem(err); p != "" {
		return p
	}
	switch {
	case err == nil:
		return ""
	case errors.Is(err, signin.ErrNameMissing):
		return page.SignInMissingIdentifier
	case errors.Is(err, signin.ErrPasswordMissing):
		return page.SignInMissingPassword
	case errors.Is(err, provider.ErrUserDisabled):
		return page.SignInDisabled
	case errors.Is(err, signin.ErrUnconfirmed):
		return page.SignInUnconfirmed
	case errors.Is(err, signin.ErrResetRequired):
		return page.SignInResetRequired
	case errors.Is(err, signin.ErrPasswordExpired):
		return page.SignInPasswordExpired
	}
	var e *provider.Error
	switch {
	case errors.Is(err, risk.ErrWorkNeeded):
		return page.SignInWork
	case errors.As(err, &e) && e.Field == "choose":
		return page.SignInChoose
	case errors.As(err, &e) && e.Code == provider.CodeThrottled && e.Kind == "mail":
		return page.SignInWait
	}
	switch provider.CodeOf(err) {
	case provider.CodeThrottled:
		return page.SignInThrottled
	case provider.CodeUnavailable:
		return page.SignInUnavailable
	}
	return page.SignInWrong
}

func newPasswordProblem(err error) page.Problem {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, signin.ErrPasswordMissing):
		return page.NewPasswordMissing
	case errors.Is(err, errMismatch):
		return page.NewPasswordMismatch
	case provider.CodeOf(err) == provider.CodeUnavailable:
		return page.NewPasswordUnavailable
	}
	return page.NewPasswordPolicy
}

// identifierKind is what a pool's users sign in by, when it is one thing.
func identifierKind(pool *provider.Pool) string {
	by := pool.Settings.UsernameAttrs
	switch {
	case len(by) == 1 && by[0] == "email":
		return "email"
	case len(by) == 0 && len(pool.Settings.AliasAttrs) == 0:
		return "username"
	}
	return ""
}
