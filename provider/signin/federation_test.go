package signin_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/cognate-idp/cognate/federation"
	"github.com/cognate-idp/cognate/federation/catalog"
	"github.com/cognate-idp/cognate/federation/oidc/oidctest"
	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/provider/signin"
)

const answerAt = "https://pool.example/oauth2/idpresponse"

// upstream is a world whose pool hands sign-in to a real provider.
type upstream struct {
	*world
	fed      *signin.Federation
	provider *oidctest.Provider
	dir      *directory.Directory
	client   *provider.Client
}

func withUpstream(w *world) *upstream {
	w.t.Helper()
	p := oidctest.Start(w.t, &oidctest.Provider{ClientID: "us", ClientSecret: "hush", Current: "u-1", Users: []oidctest.User{
		{Subject: "u-1", Claims: map[string]any{"email": "mika@example.com", "email_verified": true, "name": "Mika", "dept": "Ops"}},
	}})
	dir := directory.New(directory.Config{Store: w.st, Audit: w.flow.Audit, Sealer: w.flow.Sealer, Hasher: w.flow.Hasher, Region: "us-east-1"})
	u := &upstream{world: w, provider: p, dir: dir,
		fed: &signin.Federation{Flow: w.flow, Directory: dir, Open: (&catalog.Catalog{HTTP: http.DefaultClient}).Redirector}}
	err := dir.CreateIdP(w.t.Context(), w.pool.ID, &provider.IdentityProvider{Name: "Corp", Type: "OIDC",
		Details: map[string]string{"client_id": "us", "client_secret": "hush", "oidc_issuer": p.Issuer, "authorize_scopes": "openid email"},
		Mapping: map[string]string{"email": "email", "email_verified": "email_verified", "name": "name", "nickname": "dept"}})
	if err != nil {
		w.t.Fatal(err)
	}
	u.client = &provider.Client{Name: "app"}
	if _, err := dir.CreateClient(w.t.Context(), w.pool.ID, u.client, false, ""); err != nil {
		w.t.Fatal(err)
	}
	return u
}

// leaves sends a browser to the upstream and returns what it brings back.
func (u *upstream) leaves(b *browser) url.Values {
	u.t.Helper()
	there, err := u.begins(b, "Corp")
	if err != nil {
		u.t.Fatal(err)
	}
	c := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := c.Get(there)
	if err != nil {
		u.t.Fatal(err)
	}
	res.Body.Close()
	back, err := res.Location()
	if err != nil || !strings.HasPrefix(back.String(), answerAt) {
		u.t.Fatalf("sent to %v, %v", back, err)
	}
	return back.Query()
}

func (u *upstream) begins(b *browser, name string) (string, error) {
	a, err := u.flow.Attempt(u.t.Context(), u.pool, b.attempt, b.binding)
	if err != nil {
		return "", err
	}
	return u.fed.Begin(u.t.Context(), u.pool, a, signin.Handover{Provider: name, RedirectURI: answerAt})
}

func (u *upstream) returns(b *browser, v url.Values) (*signin.Result, error) {
	r, err := u.fed.Finish(u.t.Context(), u.pool, signin.Return{Binding: b.binding, Previous: b.session, RedirectURI: answerAt, Values: v})
	if err == nil {
		b.session = r.SessionID
	}
	return r, err
}

func TestFederatedSignIn(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		u := withUpstream(w)
		b := u.open(u.client)
		r, err := u.returns(b, u.leaves(b))
		if err != nil {
			t.Fatal(err)
		}
		p := r.Principal
		if p.Provider != "Corp" || len(p.AMR) != 1 || p.AMR[0] != "fed" || p.Username != "Corp_u-1" || p.UserID == u.user.ID {
			t.Errorf("principal %+v", p)
		}
		live, err := u.flow.Sessions.Read(t.Context(), u.pool, r.SessionID)
		if err != nil || live.Principal.Provider != "Corp" || live.User.Attributes["nickname"] != "Ops" {
			t.Errorf("session %+v, %v", live, err)
		}
		u.provider.Users[0].Claims["dept"] = "Sales"
		b2 := u.open(nil)
		again, err := u.returns(b2, u.leaves(b2))
		if err != nil || again.Principal.UserID != p.UserID {
			t.Fatalf("second sign-in: %+v, %v", again, err)
		}
		user, err := u.dir.FindUser(t.Context(), u.pool.ID, "Corp_u-1")
		if err != nil || user.Attributes["nickname"] != "Sales" {
			t.Errorf("not refreshed: %+v, %v", user, err)
		}
	})
}

func TestFederationEndsTheSessionBefore(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		u := withUpstream(w)
		b, _, err := u.try("Mika", rightPassword)
		if err != nil {
			t.Fatal(err)
		}
		planted := b.session
		b2 := u.open(u.client)
		b2.session = planted
		if _, err := u.returns(b2, u.leaves(b2)); err != nil {
			t.Fatal(err)
		}
		if _, err := u.flow.Sessions.Read(t.Context(), u.pool, planted); !errors.Is(err, provider.ErrSessionNotFound) {
			t.Errorf("the session before lives on: %v", err)
		}
	})
}

func TestFederationState(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		u := withUpstream(w)
		for name, spoil := range map[string]func(b *browser, v url.Values){
			"missing":             func(_ *browser, v url.Values) { v.Del("state") },
			"empty":               func(_ *browser, v url.Values) { v.Set("state", "") },
			"invented":            func(_ *browser, v url.Values) { v.Set("state", secret.Token()+"."+secret.Token()) },
			"attempt alone":       func(b *browser, v url.Values) { v.Set("state", b.attempt) },
			"own attempt, forged": func(b *browser, v url.Values) { v.Set("state", b.attempt+"."+secret.Token()) },
			"twice":               func(_ *browser, v url.Values) { v.Add("state", v.Get("state")) },
			"of another attempt": func(_ *browser, v url.Values) {
				other := u.open(u.client)
				v.Set("state", u.leaves(other).Get("state"))
			},
			"another browser": func(b *browser, _ url.Values) { b.binding = secret.Token() },
			"no cookie":       func(b *browser, _ url.Values) { b.binding = "" },
		} {
			b := u.open(u.client)
			v := u.leaves(b)
			spoil(b, v)
			if r, err := u.returns(b, v); !errors.Is(err, provider.ErrAttemptNotFound) || r != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestFederationAnswerCountsOnce(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		u := withUpstream(w)
		b := u.open(u.client)
		v := u.leaves(b)
		var wg sync.WaitGroup
		var mu sync.Mutex
		in := 0
		for range 6 {
			wg.Go(func() {
				_, err := u.fed.Finish(t.Context(), u.pool, signin.Return{Binding: b.binding, RedirectURI: answerAt, Values: v})
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					in++
				} else if !errors.Is(err, provider.ErrAttemptNotFound) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if in != 1 {
			t.Errorf("one answer signed in %d times", in)
		}
		if u.provider.Requests["/token"] != 1 {
			t.Errorf("the code was redeemed %d times", u.provider.Requests["/token"])
		}
	})
}

func TestFederationRefusals(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		u := withUpstream(w)
		b := u.open(u.client)
		if _, err := u.returns(b, u.leaves(b)); err != nil {
			t.Fatal(err)
		}
		p := u.provider
		for name, c := range map[string]struct {
			set  func()
			want error
		}{
			"denied":      {func() { p.Deny = true }, signin.ErrUpstreamDenied},
			"away":        {func() { p.Down = true }, signin.ErrUpstreamAway},
			"wrong nonce": {func() { p.EditIDToken = func(c map[string]any) { c["nonce"] = "x" } }, signin.ErrUpstreamInvalid},
			"mixed up":    {func() { p.EditCallback = func(v url.Values) { v.Set("iss", "https://other.example") } }, signin.ErrUpstreamInvalid},
			"our secret":  {func() { p.ClientSecret = "changed" }, signin.ErrUpstreamUnfit},
			"disabled": {func() {
				if err := u.dir.SetEnabled(t.Context(), u.pool.ID, "Corp_u-1", false); err != nil {
					t.Fatal(err)
				}
			}, provider.ErrUserDisabled},
		} {
			b := u.open(u.client)
			var v url.Values
			if name == "away" {
				v = u.leaves(b) // down only once the person is there
				c.set()
			} else {
				c.set()
				v = u.leaves(b)
			}
			r, err := u.returns(b, v)
			var got, want *provider.Error
			if !errors.As(err, &got) || !errors.As(c.want, &want) || got.Code != want.Code || got.Kind != want.Kind {
				t.Errorf("%s: got %v, want %v", name, err, c.want)
			}
			p.Deny, p.Down, p.EditIDToken, p.EditCallback, p.ClientSecret = false, false, nil, nil, "hush"
			if r == nil || r.Principal != nil || r.Attempt.Step != signin.StepPassword {
				t.Fatalf("%s: result %+v", name, r)
			}
			// The same attempt goes on with another way of signing in.
			if _, err := b.answer(signin.Answer{Username: "Mika", Password: rightPassword}); err != nil {
				t.Errorf("%s: password afterwards: %v", name, err)
			}
		}
	})
}

func TestFederationBeginRefusals(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		u := withUpstream(w)
		begin := func(b *browser, name string) error {
			_, err := u.begins(b, name)
			return err
		}
		if err := begin(u.open(u.client), "None"); !errors.Is(err, provider.ErrIdPNotFound) {
			t.Errorf("unknown provider: %v", err)
		}
		foreign := u.open(u.client)
		foreign.binding = secret.Token()
		if err := begin(foreign, "Corp"); !errors.Is(err, provider.ErrAttemptNotFound) {
			t.Errorf("another browser: %v", err)
		}
		u.provider.Down = true
		down := u.open(u.client)
		err := begin(down, "Corp")
		u.provider.Down = false
		if !errors.Is(err, signin.ErrUpstreamAway) || federation.KindOf(err) != federation.Unreachable {
			t.Errorf("down: %v", err)
		}
		if _, err := down.answer(signin.Answer{Username: "Mika", Password: rightPassword}); err != nil {
			t.Errorf("password afterwards: %v", err)
		}
	})
}

// TestClientOffers holds a client to the providers that it names.
func TestClientOffers(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		u := withUpstream(w)
		only := func(names ...string) {
			t.Helper()
			c, err := u.dir.ChangeClient(t.Context(), u.pool.ID, u.client.ID, func(c *provider.Client) error {
				c.Settings.IdentityProviders = names
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			u.client = c
		}
		for _, c := range []struct {
			names         []string
			corp, offered bool
		}{{nil, true, true}, {[]string{"COGNITO"}, false, true}, {[]string{"Corp"}, true, false}, {[]string{"Corp", "COGNITO"}, true, true}} {
			only(c.names...)
			list, local, err := u.fed.Offered(t.Context(), u.pool, u.client.ID)
			if err != nil || local != c.offered || (len(list) == 1) != c.corp {
				t.Errorf("%v: %d providers, local %v, %v", c.names, len(list), local, err)
			}
			b := u.open(u.client)
			_, err = u.begins(b, "Corp")
			if (err == nil) != c.corp {
				t.Errorf("%v: %v", c.names, err)
			}
			_, err = b.answer(signin.Answer{Username: "Mika", Password: rightPassword})
			if (err == nil) != c.offered {
				t.Errorf("%v: password: %v", c.names, err)
			}
		}
	})
}

// TestAnswerAfterAnotherStep: an attempt that went on by password takes no
// answer from an upstream any more.
func TestAnswerAfterAnotherStep(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		u := withUpstream(w)
		u.addUser("Noa", provider.UserForceChangePassword, provider.Password{Hash: u.hash(rightPassword), Temporary: true})
		b := u.open(u.client)
		v := u.leaves(b)
		r, err := b.answer(signin.Answer{Username: "Noa", Password: rightPassword})
		if err != nil || r.Attempt.Step != signin.StepNewPassword {
			t.Fatalf("%+v, %v", r, err)
		}
		if _, err := u.returns(b, v); !errors.Is(err, provider.ErrAttemptNotFound) {
			t.Errorf("took the answer: %v", err)
		}
		if _, err := u.begins(b, "Corp"); !errors.Is(err, provider.ErrAttemptNotFound) {
			t.Errorf("left again in the midst of another step: %v", err)
		}
	})
}

// TestBackFromUpstream: pressing Back and typing a password must work.
func TestBackFromUpstream(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		u := withUpstream(w)
		b := u.open(u.client)
		v := u.leaves(b)
		if _, err := b.answer(signin.Answer{Username: "Mika", Password: rightPassword}); err != nil {
			t.Fatal(err)
		}
		if _, err := u.returns(b, v); !errors.Is(err, provider.ErrAttemptNotFound) {
			t.Errorf("the ended attempt took an answer: %v", err)
		}
	})
}
