package signin_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/message"
	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/provider/signin"
	"github.com/cognate-idp/cognate/templates"
)

// machine is a browser over several sign-ins: it keeps device tokens.
type machine struct {
	w      *world
	tokens []string
	*browser
}

func (m *machine) start(name string) (*signin.Result, error) {
	m.w.t.Helper()
	m.browser = &browser{w: m.w, binding: secret.Token()}
	a, err := m.w.flow.Begin(m.w.t.Context(), m.w.pool, signin.Start{Binding: m.binding, Devices: m.tokens})
	if err != nil {
		m.w.t.Fatal(err)
	}
	m.attempt = a.ID
	return m.give(signin.Answer{Username: name, Password: rightPassword})
}

func (m *machine) give(a signin.Answer) (*signin.Result, error) {
	r, err := m.answer(a)
	if err == nil && r.Device != nil {
		m.tokens = slices.DeleteFunc(slices.Clone(m.tokens), func(t string) bool { return t == r.Device.Was })
		m.tokens = append([]string{r.Device.Token}, m.tokens...)
	}
	return r, err
}

// enter signs in by password and authenticator app.
func (m *machine) enter(phone *app) *signin.Result {
	m.w.t.Helper()
	r, err := m.start("Mika")
	m.w.wantStep(r, err, signin.StepSecond, provider.FactorTOTP)
	r, err = m.give(signin.Answer{Code: phone.later().code()})
	m.w.wantIn(r, err, "pwd", "otp", "mfa")
	return r
}

func (m *machine) wantSpared(spared bool) {
	m.w.t.Helper()
	before := slices.Clone(m.tokens)
	r, err := m.start("Mika")
	if !spared {
		m.w.wantStep(r, err, signin.StepSecond, provider.FactorTOTP)
		return
	}
	m.w.wantIn(r, err, "pwd")
	if slices.Equal(before, m.tokens) {
		m.w.t.Error("the token was not changed by its use")
	}
}

func (w *world) remembering(how string) *app {
	w.mfa("OPTIONAL", provider.FactorTOTP)
	w.pool.Settings.Devices = provider.DeviceSettings{Remember: how, Days: 10, SkipSecond: true}
	return w.enrol()
}

func (w *world) devices() []provider.Device {
	w.t.Helper()
	list, err := w.flow.Factors.Devices(w.t.Context(), w.pool.ID, w.user.ID, "", 10)
	if err != nil {
		w.t.Fatal(err)
	}
	return list
}

func TestARememberedBrowserSparesTheSecondFactor(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		phone := w.remembering("always")
		m := &machine{w: w}
		m.enter(phone)
		m.wantSpared(true)
		m.wantSpared(true)
		d := w.devices()
		if len(d) != 1 || !d[0].Remembered || !strings.HasPrefix(d[0].ID, "us-east-1_") || d[0].Address != "203.0.113.7" {
			t.Fatalf("%+v", d)
		}
		live, err := w.st.Pool(w.pool.ID).Session(t.Context(), secret.Hash(m.session))
		if err != nil || live.Device != d[0].ID {
			t.Errorf("the session names device %q, %v", live.Device, err)
		}
		events, err := w.st.Events(t.Context(), w.pool.ID, "user/"+w.user.ID, "", 1)
		if err != nil || events[0].Action != "signin.success" || events[0].Detail["spared_by"] != d[0].ID || events[0].Detail["amr"] != "pwd" {
			t.Errorf("the trail says %+v, %v", events, err)
		}
		// It counts from when the factor was given, however often the browser is used.
		w.clock.advance(9 * 24 * time.Hour)
		m.wantSpared(true)
		w.clock.advance(2 * 24 * time.Hour)
		m.enter(phone)
		m.wantSpared(true)
		w.pool.Settings.Devices.SkipSecond = false
		m.wantSpared(false)
	})
}

func TestADeviceTokenIsGoodOnceAndForOnePerson(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		phone := w.remembering("always")
		m := &machine{w: w}
		m.enter(phone)
		stolen := &machine{w: w, tokens: slices.Clone(m.tokens)}
		m.wantSpared(true)
		stolen.wantSpared(false) // used by its owner since
		forged := &machine{w: w, tokens: []string{secret.Token(), "", strings.Repeat("é", 43)}}
		forged.wantSpared(false)

		// Another user with a second factor of their own shows Mika's token.
		other := w.addUser("Noa", provider.UserConfirmed, provider.Password{Hash: w.hash(rightPassword)})
		mika := w.user
		w.user = other
		w.enrol()
		w.user = mika
		thief := &machine{w: w, tokens: slices.Clone(m.tokens)}
		r, err := thief.start("Noa")
		w.wantStep(r, err, signin.StepSecond, provider.FactorTOTP)
		m.wantSpared(true)
	})
}

// Two sign-ins show one token at once: it stands in for one of them.
func TestADeviceStandsInForOneOfTwo(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		phone := w.remembering("always")
		m := &machine{w: w}
		m.enter(phone)
		results := make(chan error, 4)
		for range 4 {
			n := &machine{w: w, tokens: slices.Clone(m.tokens)}
			go func() {
				n.browser = &browser{w: w, binding: secret.Token()}
				a, err := w.flow.Begin(t.Context(), w.pool, signin.Start{Binding: n.binding, Devices: n.tokens})
				if err == nil {
					n.attempt = a.ID
					var r *signin.Result
					if r, err = n.answer(signin.Answer{Username: "Mika", Password: rightPassword}); err == nil && r.Principal == nil {
						err = errors.New("asked")
					}
				}
				results <- err
			}()
		}
		in := 0
		for range 4 {
			if err := <-results; err == nil {
				in++
			}
		}
		if in != 1 {
			t.Errorf("%d of 4 were spared by one token", in)
		}
	})
}

// What ends a device's trust.
func TestADeviceIsTrustedNoMore(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		phone := w.remembering("always")
		rows, ctx := w.st.Pool(w.pool.ID), t.Context()
		m := &machine{w: w}
		id := func() string { return w.devices()[0].ID }
		for name, end := range map[string]func() error{
			"signed out everywhere": func() error { return rows.EndUserSessions(ctx, w.user.ID, "test") },
			"another password": func() error {
				return rows.SetPassword(ctx, &provider.Password{UserID: w.user.ID, Hash: w.hash(rightPassword)})
			},
			"factors changed": func() error {
				return rows.ChangeUser(ctx, w.user.ID, func(u *provider.User) ([]provider.UserName, error) {
					if u.MFA.Has(provider.FactorEmail) {
						u.MFA = u.MFA.Without(provider.FactorEmail)
					} else {
						u.MFA = u.MFA.With(provider.FactorEmail)
					}
					return nil, nil
				})
			},
			"not remembered": func() error { return w.flow.Factors.RememberDevice(ctx, w.pool.ID, w.user.ID, id(), false) },
			"forgotten":      func() error { return w.flow.Factors.ForgetDevice(ctx, w.pool.ID, w.user.ID, id()) },
		} {
			w.clock.advance(time.Second)
			m.enter(phone)
			m.wantSpared(true)
			session := m.session
			w.clock.advance(time.Second)
			if err := end(); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			r, err := m.start("Mika")
			if err != nil || r.Principal != nil || r.Attempt.Step != signin.StepSecond {
				t.Errorf("%s: the browser is still spared: %+v, %v", name, r, err)
			}
			if _, err := w.flow.Sessions.Read(ctx, w.pool, session); name == "forgotten" && !errors.Is(err, provider.ErrSessionNotFound) {
				t.Errorf("the forgotten device's session lives: %v", err)
			}
		}
		m.enter(phone)
		if err := w.flow.Factors.ForgetDevice(ctx, w.pool.ID, "id-somebody-else", id()); !errors.Is(err, provider.ErrDeviceNotFound) {
			t.Errorf("another user's device is forgotten: %v", err)
		}
	})
}

// A browser that was known before the user had a second factor is not spared it:
// whoever knew the password may have used it.
func TestNoTrustFromBeforeTheFactor(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.pool.Settings.Devices = provider.DeviceSettings{Remember: "always", SkipSecond: true}
		m := &machine{w: w}
		r, err := m.start("Mika")
		w.wantIn(r, err, "pwd")
		phone := w.remembering("always")
		m.wantSpared(false)
		m.enter(phone)
		m.wantSpared(true)
	})
}

func TestAskingWhetherToRemember(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		phone := w.remembering("ask")
		m := &machine{w: w}
		ask := func() {
			t.Helper()
			r, err := m.start("Mika")
			w.wantStep(r, err, signin.StepSecond, provider.FactorTOTP)
			r, err = m.give(signin.Answer{Code: phone.later().code()})
			w.wantStep(r, err, signin.StepRemember, "")
			if _, err = m.give(signin.Answer{}); provider.CodeOf(err) != provider.CodeInvalid {
				t.Errorf("neither yes nor no: %v", err)
			}
		}
		ask()
		r, err := m.give(signin.Answer{Skip: true})
		w.wantIn(r, err, "pwd", "otp", "mfa")
		if d := w.devices(); len(d) != 1 || d[0].Remembered {
			t.Errorf("%+v", d)
		}
		ask()
		r, err = m.give(signin.Answer{Remember: true})
		w.wantIn(r, err, "pwd", "otp", "mfa")
		m.wantSpared(true)
		w.clock.advance(11 * 24 * time.Hour)
		m.enter(phone) // the wish stands: it is not asked again
		m.wantSpared(true)
		w.pool.Settings.Devices = provider.DeviceSettings{}
		m.wantSpared(false)
	})
}

func TestANewDeviceIsTold(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		letters, err := message.OpenLetters(templates.FS)
		if err != nil {
			t.Fatal(err)
		}
		w.flow.Factors.Post = &message.Post{Letters: letters, Outbox: &message.Outbox{Store: w.st, Sealer: w.flow.Sealer,
			Senders: map[provider.Channel]message.Sender{provider.ByEmail: &message.Mailbox{Store: w.st}}}}
		w.change(func(u *provider.User) { u.Attributes = map[string]string{"email": "mika@example.com"} })
		w.pool.Settings.Devices.Remember = "always"
		mailed := func() int {
			t.Helper()
			jobs, err := w.st.All().LeaseJobs(t.Context(), "test", []string{message.JobKind}, 10, time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			return len(jobs)
		}
		m := &machine{w: w}
		for range 2 {
			if _, err := m.start("Mika"); err != nil {
				t.Fatal(err)
			}
		}
		if n := mailed(); n != 0 {
			t.Errorf("%d notices of the first browser", n)
		}
		if _, err := (&machine{w: w}).start("Mika"); err != nil {
			t.Fatal(err)
		}
		if n := mailed(); n != 1 {
			t.Errorf("%d notices of a second browser", n)
		}
	})
}
