package hosted_test

import (
	"context"
	"errors"
	"html"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/message"
	"github.com/cognate-idp/cognate/templates"
)

const newPassword = "Another-horse-8"

// people opens sign-up and recovery in the world's pool.
func (w *world) people() *directory.Directory {
	w.t.Helper()
	letters, err := message.OpenLetters(templates.FS)
	must(w.t, err)
	f := w.door.Flow
	f.Directory = directory.New(directory.Config{
		Store: w.st, Audit: f.Audit, Sealer: f.Sealer, Hasher: f.Hasher, Region: "us-east-1", Guard: f.Guard,
		Post: &message.Post{Letters: letters, Outbox: &message.Outbox{
			Store: w.st, Sealer: f.Sealer, Senders: map[provider.Channel]message.Sender{provider.ByEmail: &message.Mailbox{Store: w.st}}}},
	})
	must(w.t, f.Directory.ChangePool(w.t.Context(), poolID, func(p *provider.Pool) error {
		p.Settings.AutoVerified, p.Settings.AliasAttrs = []string{"email"}, []string{"email"}
		p.Settings.Schema = []provider.Attribute{{Name: "given_name", Type: "String", Mutable: true, Required: true}}
		*w.tenant.Pool = *p
		return nil
	}))
	return f.Directory
}

// mail delivers what was put off and answers the mailbox, newest first.
func (w *world) mail(d *directory.Directory) []provider.Message {
	w.t.Helper()
	w.run(directory.JobCode, d.SendCode)
	w.run(message.JobKind, d.Post.Outbox.Deliver)
	kept, err := w.st.All().KeptMessages(w.t.Context())
	must(w.t, err)
	return kept
}

func (w *world) run(kind string, do func(context.Context, provider.Job) error) {
	w.t.Helper()
	jobs, err := w.st.All().LeaseJobs(w.t.Context(), "test", []string{kind}, 100, time.Minute)
	must(w.t, err)
	for _, j := range jobs {
		must(w.t, do(w.t.Context(), j))
		must(w.t, w.st.All().FinishJob(w.t.Context(), "test", j.ID))
	}
}

// follow goes by the link with these words.
func (v *visitor) follow(words string) *visitor {
	v.w.t.Helper()
	m := regexp.MustCompile(`href="([^"]*)"[^>]*>` + words).FindStringSubmatch(v.body)
	if m == nil {
		v.w.t.Fatalf("no link %q on the page: %s", words, v.body)
	}
	return v.get(html.UnescapeString(m[1]))
}

func (v *visitor) signUp(username, email string) *visitor {
	v.w.t.Helper()
	v.get("/login?authorization="+v.w.authorization("app")).follow("Create an account").want(200, "Create your account")
	v.submit("username", username, "attr.email", email, "attr.given_name", "Ann", "password", newPassword)
	if v.status != 303 || !strings.Contains(v.to, "/confirm?") {
		v.w.t.Fatalf("signing up as %s: %d %s %s", username, v.status, v.to, v.body)
	}
	return v.get(v.to)
}

func TestSignUpGoesOnToTheApp(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		d := w.people()
		v := w.visit()
		v.get("/login?authorization=" + w.authorization("app")).follow("Create an account")
		v.submit("username", "ann", "attr.email", "ann@example.com", "password", newPassword).want(400, "Fill this in")
		v.submit("username", "", "attr.email", "", "attr.given_name", "Ann", "password", newPassword).want(400, "Some fields need another look")
		if n := strings.Count(v.body, "Fill this in"); n != 2 {
			t.Errorf("%d of two empty fields are marked:\n%s", n, v.body)
		}
		v.submit("username", "ann", "attr.email", "ann@example.com", "attr.given_name", "Ann", "password", "short").want(400, "This password is too short. Use at least 8 characters.")
		for _, odd := range []string{"A\x00n", "A\xffn"} { // no job may be left that can never be done
			v.submit("username", "ann", "attr.email", "ann@example.com", "attr.given_name", odd, "password", newPassword).want(400, "field-given_name")
		}
		v.submit("username", "a@b.example", "attr.email", "ann@example.com", "attr.given_name", "Ann", "password", newPassword).want(400, "not an email address")
		v.submit("username", "ann", "attr.email", "ann@example.com", "attr.given_name", "Ann", "password", newPassword).want(303, "/confirm?")
		// Whoever typed the address sees it whole: they look there for what went wrong.
		v.get(v.to).want(200, "ann@example.com").want(200, `data-wait="`)
		page := v.answer.Request.URL.RequestURI()
		sent := w.mail(d)
		if len(sent) != 1 || sent[0].To != "ann@example.com" || !regexp.MustCompile(`^\d{6}$`).MatchString(sent[0].Code) || strings.Contains(sent[0].Text, "http") {
			t.Fatalf("mailed: %+v", sent)
		}
		code := sent[0].Code
		v.get(page + "&code=" + code) // following an address consumes nothing
		v.submit("code", "000000x").want(422, "wrong, used or no longer valid").want(422, `data-wait="`)
		v.submit("code", code[:3]+" "+code[3:]).want(303, callback+"?code=")
		u, err := d.FindUser(t.Context(), poolID, "ann@example.com")
		if err != nil || u.Status != provider.UserConfirmed || u.Attributes["email_verified"] != "true" {
			t.Errorf("%+v %v", u, err)
		}
		v.get(page).want(410, "no longer valid")
		w.visit().get("/login?authorization="+w.authorization("app")).submit("username", "ann", "password", newPassword).want(303, callback)
	})
}

// Who signs up twice with one address is told how long to wait, and of no password that
// they had before: there was none.
func TestSignUpTwice(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.reach(func(s *provider.PoolSettings) { s.PasswordPolicy.HistorySize = 3 })
		if v := w.visit().get("/signup"); strings.Contains(v.body, "that you had before") {
			t.Error("a new account is told of its former passwords")
		}
		for i := range 2 {
			v := w.visit().get("/signup").submit("username", "ann", "attr.email", "ann@example.com", "password", newPassword)
			if i == 0 {
				v.want(303, "/confirm?")
				continue
			}
			if seconds := v.answer.Header.Get("Retry-After"); v.status != 429 || !strings.Contains(v.body, "had a message from us a short while ago, and gets no other at once. Wait "+seconds+" second") {
				t.Errorf("%d after %s seconds:\n%s", v.status, seconds, v.body)
			}
		}
	})
}

// A page that the settings close says so, and leads to the sign-in.
func TestClosedPagesLeadOn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.reach(func(s *provider.PoolSettings) { s.AdminCreateOnly, s.Recovery = true, []string{"admin_only"} })
		for path, words := range map[string]string{"/signup": "You cannot make an account here", "/forgotPassword": "You cannot reset your password here"} {
			w.visit().get(path).want(403, words).follow("Go back").want(200, "Sign in")
		}
	})
}

// Somebody who gave the right password is led to what is missing.
func TestUnconfirmedIsLedToTheCode(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		d := w.people()
		w.visit().signUp("ann", "ann@example.com")
		first := w.mail(d)[0].Code
		v := w.visit().get("/login?authorization="+w.authorization("app")).submit("username", "ann", "password", newPassword).want(303, "flow=")
		v.get(v.to).want(303, "/confirm?")
		// It was typed in another browser, which may be somebody else's.
		v.get(v.to).want(200, "Check your email").want(200, "a***@e***")
		v.submit("code", first).want(303, callback)
	})
}

// What somebody proved of one account counts for no other that they turn to in the same
// browser: neither lets in nor keeps out.
func TestTheProofOfOneAccountIsNoneOfAnother(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		d := w.people()
		w.visit().signUp("ann", "ann@example.com")
		w.mail(d)
		v := w.visit().get("/login?authorization="+w.authorization("app")).submit("username", "ann", "password", newPassword)
		v.get(v.to)
		v.get(v.to).want(200, "Check your email")
		if v.correct(); strings.Contains(v.body, "ann") {
			t.Errorf("what somebody else may have entered is shown:\n%s", v.body)
		}
		v.submit("username", "bea", "attr.email", "bea@example.com", "attr.given_name", "Bea", "password", newPassword).want(303, "/confirm?")
		v.get(v.to)
		sent := w.mail(d)
		if sent[0].To != "bea@example.com" {
			t.Fatalf("mailed: %+v", sent[0])
		}
		v.submit("code", sent[0].Code).want(303, callback+"?code=")
	})
}

// Page, status and where it goes on to are the same for a name that is taken; its
// owner is told by mail, and no code ever fits.
func TestTakenNamesAreNotBetrayed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		d := w.people()
		must(t, d.UpdateUser(t.Context(), poolID, "mika", map[string]string{"email_verified": "true", "given_name": "Mika"}))
		free := w.visit().signUp("fresh", "fresh@example.com")
		for name, c := range map[string]struct{ username, email, subject string }{
			"a taken address":  {"someone", "mika@example.com", "you have an account already"},
			"a taken username": {"mika", "else@example.com", "choose another username"},
		} {
			v := w.visit().signUp(c.username, c.email)
			if a, b := shape(free.body, free.flow()), shape(v.body, v.flow()); a != b {
				t.Errorf("%s shows:\n%s\nand not\n%s", name, b, a)
			}
			if got := w.mail(d); got[0].To != c.email || !strings.Contains(got[0].Subject, c.subject) || got[0].Code != "" {
				t.Errorf("%s mails %+v", name, got[0])
			}
			v.submit("code", "123456").want(422, "wrong, used or no longer valid")
			v.correct().want(200, `value="`+c.username+`"`).want(200, `value="`+c.email+`"`).want(200, `value="Ann"`)
		}
		free.correct().want(200, `value="fresh"`).want(200, `value="fresh@example.com"`).want(200, `value="Ann"`)
	})
}

// correct goes back from the code's page to the form of the new account.
func (v *visitor) correct() *visitor {
	v.w.t.Helper()
	return v.post("/confirm/correct?"+v.answer.Request.URL.RawQuery, url.Values{"flow": {v.flow()}}).go303().want(200, "Create your account")
}

// shape is a page without what differs for everybody.
func shape(body, flow string) string {
	body = strings.ReplaceAll(body, flow, "FLOW")
	return regexp.MustCompile(`authorization=[\w-]+|\w+@|data-wait="\d+"|in \d+ seconds?\.`).ReplaceAllString(body, "X")
}

func TestRecovery(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		d := w.people()
		must(t, d.UpdateUser(t.Context(), poolID, "mika", map[string]string{"email_verified": "true", "given_name": "Mika"}))
		signedIn := w.visit().signIn("app")
		if signedIn.cookie("_sid") == nil {
			t.Fatal("nobody signed in")
		}
		v := w.visit().get("/login?authorization=" + w.authorization("app")).follow("Forgot password")
		v.want(200, "Forgot your password?").submit("username", "").want(400, "Enter your email or username")
		v.submit("username", "mika").want(303, "/confirmforgotPassword?")
		v.get(v.to).want(200, "an account for <bdi")
		page := v.answer.Request.URL.RequestURI()
		unknown := w.visit().get("/login?authorization="+w.authorization("app")).follow("Forgot password").submit("username", "nobo")
		unknown.get(unknown.to)
		if a, b := shape(v.body, v.flow()), strings.ReplaceAll(shape(unknown.body, unknown.flow()), "nobo", "mika"); a != b {
			t.Errorf("an unknown name shows\n%s\nand not\n%s", b, a)
		}
		sent := w.mail(d)
		if len(sent) != 1 || sent[0].To != "mika@example.com" || sent[0].Code == "" {
			t.Fatalf("mailed: %+v", sent)
		}
		code := sent[0].Code
		unknown.submit("code", code, "new_password", newPassword, "confirm_password", newPassword).want(422, "wrong, used")
		v.get(page)
		v.submit("code", code, "new_password", newPassword, "confirm_password", "x").want(400, "two passwords differ").want(400, `value="`+code+`"`)
		v.submit("code", code, "new_password", "short", "confirm_password", "short").want(400, "This password is too short.").want(400, `value="`+code+`"`)
		v.submit("code", "123456x", "new_password", newPassword, "confirm_password", newPassword).want(422, "wrong, used").want(422, `name="code" value=""`)
		v.submit("code", code, "new_password", newPassword, "confirm_password", newPassword).want(303, "/login?")
		v.get(v.to).want(200, "Your new password is saved").want(200, `name="username" value="mika"`)
		v.submit("username", "mika", "password", newPassword).want(303, callback)
		if live, err := w.st.Pool(poolID).Sessions(t.Context(), "id-mika"); err != nil || len(live) != 2 || live[0].RevokedAt == 0 && live[1].RevokedAt == 0 {
			t.Errorf("the session from before lives on: %+v %v", live, err)
		}
		if got := w.mail(d); !strings.Contains(got[0].Subject, "password was reset") || got[0].To != "mika@example.com" {
			t.Errorf("no notice: %+v", got[0])
		}
	})
}

// An operator's reset sends whoever knows the old password to the code.
func TestResetRequired(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		d := w.people()
		must(t, d.UpdateUser(t.Context(), poolID, "mika", map[string]string{"email_verified": "true", "given_name": "Mika"}))
		must(t, d.ResetPassword(t.Context(), poolID, "mika"))
		v := w.visit().get("/login?authorization="+w.authorization("app")).submit("username", "mika", "password", rightPassword)
		v.get(v.to).want(303, "/confirmforgotPassword?")
		v.get(v.to).want(200, "The one that you entered is right")
		code := w.mail(d)[0].Code
		guess := w.visit().get("/login?authorization="+w.authorization("app")).follow("Forgot password").submit("username", "mika")
		if guess.want(429, "If there is an account for"); strings.Contains(guess.body, "is right") {
			t.Error("a stranger is told of the reset")
		}
		v.submit("code", code, "new_password", newPassword, "confirm_password", newPassword).want(303, "/login?")
		v.get(v.to).submit("username", "mika", "password", newPassword).want(303, callback)
	})
}

// No page lets an attempt skip what comes before it.
func TestStepsCannotBeSkipped(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		d := w.people()
		must(t, d.UpdateUser(t.Context(), poolID, "mika", map[string]string{"email_verified": "true", "given_name": "Mika"}))
		must(t, d.ForgotPassword(t.Context(), w.tenant.Pool, "mika"))
		code := w.mail(d)[0].Code
		authorization := w.authorization("app")
		v := w.visit().get("/login?authorization=" + authorization)
		form := url.Values{"flow": {v.flow()}, "code": {code}, "new_password": {newPassword}, "confirm_password": {newPassword}, "username": {"mika"}}
		for _, path := range []string{"/confirm", "/resendcode", "/confirmforgotPassword"} {
			v.post(path+"?authorization="+authorization, form).want(410, "no longer valid")
		}
		// Another browser's attempt is nobody's.
		w.visit().post("/forgotPassword?authorization="+authorization, form).want(410, "no longer valid")
	})
}

func TestOneCodeWorksOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		d := w.people()
		must(t, d.UpdateUser(t.Context(), poolID, "mika", map[string]string{"email_verified": "true", "given_name": "Mika"}))
		must(t, d.ForgotPassword(t.Context(), w.tenant.Pool, "mika"))
		code := w.mail(d)[0].Code
		var wins, losses int
		var mu sync.Mutex
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				_, err := d.ConfirmForgotPassword(context.Background(), w.tenant.Pool, "mika", code, newPassword)
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					wins++
				} else if errors.Is(err, provider.ErrCodeMismatch) {
					losses++
				} else {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if wins != 1 || losses != 3 {
			t.Errorf("one code was taken %d times, refused %d times", wins, losses)
		}
	})
}

func TestCodesAreLimited(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		d := w.people()
		must(t, d.UpdateUser(t.Context(), poolID, "mika", map[string]string{"email_verified": "true", "given_name": "Mika"}))
		must(t, d.ForgotPassword(t.Context(), w.tenant.Pool, "mika"))
		code := w.mail(d)[0].Code
		if err := d.ForgotPassword(t.Context(), w.tenant.Pool, "mika"); provider.CodeOf(err) != provider.CodeThrottled {
			t.Errorf("a second code at once: %v", err)
		}
		for range 5 {
			if _, err := d.ConfirmForgotPassword(t.Context(), w.tenant.Pool, "mika", "nope", newPassword); !errors.Is(err, provider.ErrCodeMismatch) {
				t.Fatal(err)
			}
		}
		must(t, w.st.Pool(poolID).ClearTries(t.Context(), "user:id-mika")) // as if the wait were over
		if _, err := d.ConfirmForgotPassword(t.Context(), w.tenant.Pool, "mika", code, newPassword); !errors.Is(err, provider.ErrCodeMismatch) {
			t.Errorf("after five wrong ones the right code gives %v", err)
		}
	})
}

// Where codes can be mailed, a right password may lead on to a code. A name that
// leads nowhere must not stumble there.
func TestUnknownNameWhereCodesAreMailed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.people()
		w.visit().get("/login?authorization="+w.authorization("app")).submit("username", "nobody", "password", rightPassword).want(422, "do not belong together")
	})
}
