package directory_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/audit"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/message"
	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
	"github.com/cognate-idp/cognate/templates"
)

func open(t *testing.T, st *store.Store) *directory.Directory {
	t.Helper()
	sealer, err := secret.NewSealer(secret.MasterKey{Version: 1, Key: secret.Bytes(secret.KeySize)})
	if err != nil {
		t.Fatal(err)
	}
	hasher, err := secret.NewHasher(secret.Params{Memory: 64, Time: 1, Threads: 1}, runtime.GOMAXPROCS(0), 100)
	if err != nil {
		t.Fatal(err)
	}
	return directory.New(directory.Config{Store: st, Audit: &audit.Log{Store: st}, Sealer: sealer, Hasher: hasher, Region: "us-east-1"})
}

// post keeps what is sent in the mailbox.
func post(t *testing.T, d *directory.Directory) *message.Post {
	t.Helper()
	letters, err := message.OpenLetters(templates.FS)
	if err != nil {
		t.Fatal(err)
	}
	box := &message.Mailbox{Store: d.Store}
	return &message.Post{Letters: letters, Outbox: &message.Outbox{Store: d.Store, Sealer: d.Sealer,
		Senders: map[provider.Channel]message.Sender{provider.ByEmail: box, provider.BySMS: box}}}
}

func newPool(t *testing.T, d *directory.Directory, s provider.PoolSettings) string {
	t.Helper()
	p := &provider.Pool{Name: "demo", Settings: s}
	if err := d.CreatePool(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	return p.ID
}

func code(t *testing.T, err error, want provider.Code) {
	t.Helper()
	if got := provider.CodeOf(err); got != want {
		t.Errorf("%v is %q, want %q", err, got, want)
	}
}

func TestOneNameOneUser(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		d := open(t, st)
		pool := newPool(t, d, provider.PoolSettings{AliasAttrs: []string{"email"}})
		var wg sync.WaitGroup
		errs := make([]error, 8)
		for i := range errs {
			name := []string{"Straße", "STRASSE"}[i%2] // one name, folded
			wg.Go(func() {
				_, errs[i] = d.CreateUser(t.Context(), pool, directory.NewUser{Username: name, Password: "long enough"})
			})
		}
		wg.Wait()
		made := 0
		for _, err := range errs {
			switch {
			case err == nil:
				made++
			case !errors.Is(err, provider.ErrUserExists):
				t.Error(err)
			}
		}
		if made != 1 {
			t.Fatalf("%d users of one name", made)
		}
		u, err := d.FindUser(t.Context(), pool, "strasse")
		if err != nil {
			t.Fatal(err)
		}
		if same, err := d.FindUser(t.Context(), pool, u.ID); err != nil || same.ID != u.ID {
			t.Fatalf("by sub: %v %v", same, err)
		}
	})
}

func TestAliasFollowsVerification(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		ctx, d := t.Context(), open(t, st)
		pool := newPool(t, d, provider.PoolSettings{AliasAttrs: []string{"email"}})
		for _, name := range []string{"a", "b"} {
			_, err := d.CreateUser(ctx, pool, directory.NewUser{Username: name, Attributes: map[string]string{"email": "x@example.com"}})
			if err != nil {
				t.Fatal(err)
			}
		}
		_, err := d.FindUser(ctx, pool, "x@example.com")
		code(t, err, provider.CodeNotFound)
		if err := d.UpdateUser(ctx, pool, "a", map[string]string{"email_verified": "true"}); err != nil {
			t.Fatal(err)
		}
		if u, err := d.FindUser(ctx, pool, "X@example.com"); err != nil || u.Username != "a" {
			t.Fatalf("%v %v", u, err)
		}
		code(t, d.UpdateUser(ctx, pool, "b", map[string]string{"email_verified": "true"}), provider.CodeExists)
		// A new address is not the one that was verified.
		if err := d.UpdateUser(ctx, pool, "a", map[string]string{"email": "y@example.com"}); err != nil {
			t.Fatal(err)
		}
		_, err = d.FindUser(ctx, pool, "y@example.com")
		code(t, err, provider.CodeNotFound)
		_, err = d.CreateUser(ctx, pool, directory.NewUser{Username: "c", TakeAlias: true,
			Attributes: map[string]string{"email": "x@example.com", "email_verified": "true"}})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestUsernameIsAnAddress(t *testing.T) {
	t.Parallel()
	ctx, d := t.Context(), open(t, storetest.SQLite(t))
	pool := newPool(t, d, provider.PoolSettings{UsernameAttrs: []string{"email"}})
	_, err := d.CreateUser(ctx, pool, directory.NewUser{Username: "alice"})
	code(t, err, provider.CodeInvalid)
	u, err := d.CreateUser(ctx, pool, directory.NewUser{Username: "alice@example.com"})
	if err != nil {
		t.Fatal(err)
	}
	if u.Username != u.ID || u.Attributes["email"] != "alice@example.com" {
		t.Fatalf("%+v", u)
	}
	if _, err := d.FindUser(ctx, pool, "ALICE@example.com"); err != nil {
		t.Fatal(err)
	}
}

func TestAttributesKeepToTheSchema(t *testing.T) {
	t.Parallel()
	five, three := 5, "3"
	d := open(t, storetest.SQLite(t))
	pool := newPool(t, d, provider.PoolSettings{Schema: []provider.Attribute{
		{Name: "team", Custom: true, Type: "String", MaxLength: &five, Mutable: false},
		{Name: "level", Custom: true, Type: "Number", MaxValue: &three, Mutable: true},
		{Name: "given_name", Type: "String", Required: true, Mutable: true},
	}})
	base := func(name, value string) map[string]string {
		return map[string]string{"given_name": "A", name: value}
	}
	for _, c := range []struct {
		attributes map[string]string
		want       provider.Code
	}{
		{map[string]string{}, ""}, // given_name is required, and asked for at the first sign-in
		{base("custom:team", "blue"), ""},
		{base("custom:team", "purple"), provider.CodeInvalid},
		{base("custom:level", "3"), ""},
		{base("custom:level", "4"), provider.CodeInvalid},
		{base("custom:level", "many"), provider.CodeInvalid},
		{base("custom:other", "x"), provider.CodeInvalid},
		{base("sub", "x"), provider.CodeInvalid},
		{base("email", "nobody"), provider.CodeInvalid},
		{base("phone_number", "0123"), provider.CodeInvalid},
		{base("birthdate", "31.12.1999"), provider.CodeInvalid},
		{base("email_verified", "maybe"), provider.CodeInvalid},
	} {
		name := secret.ClientID()
		_, err := d.CreateUser(t.Context(), pool, directory.NewUser{Username: name, Attributes: c.attributes})
		if provider.CodeOf(err) != c.want {
			t.Errorf("%v: %v, want %q", c.attributes, err, c.want)
		}
		if err == nil && c.attributes["custom:team"] != "" {
			code(t, d.UpdateUser(t.Context(), pool, name, map[string]string{"custom:team": "red"}), provider.CodeInvalid)
		}
	}
}

func TestTheLastOwnerStays(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		ctx, d := t.Context(), open(t, st)
		p, err := d.OperatorsPool(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"ann", "bob"} {
			if _, err := d.CreateUser(ctx, p.ID, directory.NewUser{Username: name, Password: "correct horse battery", Permanent: true}); err != nil {
				t.Fatal(err)
			}
		}
		if err := d.Grant(ctx, "ann", provider.RoleOwner, directory.Everywhere); err != nil {
			t.Fatal(err)
		}
		code(t, d.Revoke(ctx, "ann", directory.Everywhere), provider.CodeForbidden)
		code(t, d.Grant(ctx, "ann", provider.RoleAdmin, directory.Everywhere), provider.CodeForbidden)
		code(t, d.DeleteUser(ctx, p.ID, "ann"), provider.CodeForbidden)
		code(t, d.SetEnabled(ctx, p.ID, "ann", false), provider.CodeForbidden)
		code(t, d.DeletePool(ctx, p.ID), provider.CodeForbidden)
		if err := d.Grant(ctx, "bob", provider.RoleOwner, directory.Everywhere); err != nil {
			t.Fatal(err)
		}
		errs := make([]error, 2)
		var wg sync.WaitGroup
		for i, name := range []string{"ann", "bob"} {
			wg.Go(func() { errs[i] = d.Revoke(ctx, name, directory.Everywhere) })
		}
		wg.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Fatalf("one of two owners must stay: %v", errs)
		}
	})
}

func TestAccessKeys(t *testing.T) {
	t.Parallel()
	ctx, d := t.Context(), open(t, storetest.SQLite(t))
	p, err := d.OperatorsPool(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.CreateUser(ctx, p.ID, directory.NewUser{Username: "ann", Password: "correct horse battery"}); err != nil {
		t.Fatal(err)
	}
	k, value, err := d.CreateAccessKey(ctx, "ann")
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = d.AccessKey(ctx, k.ID)
	code(t, err, provider.CodeForbidden) // no role yet
	if err := d.Grant(ctx, "ann", provider.RoleSupport, "us-east-1_demodemo1"); err != nil {
		t.Fatal(err)
	}
	got, o, err := d.AccessKey(ctx, k.ID)
	if err != nil || got != value || o.Username != "ann" {
		t.Fatalf("%q %v %v", got, o, err)
	}
	if o.May(directory.UsersSupport, directory.Everywhere) || !o.May(directory.UsersSupport, "us-east-1_demodemo1") || o.May(directory.UsersWrite, "us-east-1_demodemo1") {
		t.Error("a role for one pool reaches further or less far")
	}
	if _, _, err := d.CreateAccessKey(ctx, "ann"); err != nil {
		t.Fatal(err)
	}
	_, _, err = d.CreateAccessKey(ctx, "ann")
	code(t, err, provider.CodeLimit)
	if err := d.DeleteAccessKey(ctx, "ann", k.ID); err != nil {
		t.Fatal(err)
	}
	_, _, err = d.AccessKey(ctx, k.ID)
	code(t, err, provider.CodeNotFound)
}

func TestClients(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		ctx, d := t.Context(), open(t, st)
		pool := newPool(t, d, provider.PoolSettings{})
		rs := &provider.ResourceServer{Identifier: "https://api.example.com", Name: "api", Scopes: []provider.Scope{{Name: "read"}}}
		if err := d.CreateResourceServer(ctx, pool, rs); err != nil {
			t.Fatal(err)
		}
		code(t, d.CreateResourceServer(ctx, pool, rs), provider.CodeExists)
		web := func(uri string) *provider.Client {
			return &provider.Client{Name: "web", Settings: provider.ClientSettings{OAuthEnabled: true, GrantTypes: []string{"authorization_code"},
				RedirectURIs: []string{uri}, Scopes: []string{"openid", "https://api.example.com/read"}}}
		}
		for uri, want := range map[string]provider.Code{
			"https://app.example.com/cb": "", "http://localhost:3000/cb": "", "com.example.app:/cb": "",
			"http://app.example.com/cb": provider.CodeInvalid, "https://app.example.com/#x": provider.CodeInvalid, "javascript:alert(1)": provider.CodeInvalid,
			"/cb": provider.CodeInvalid, "https://*.example.com/": provider.CodeInvalid, "https://u@app.example.com/": provider.CodeInvalid,
		} {
			if _, err := d.CreateClient(ctx, pool, web(uri), false, ""); provider.CodeOf(err) != want {
				t.Errorf("%s: %v, want %q", uri, err, want)
			}
		}
		operators, err := d.OperatorsPool(ctx)
		if err != nil {
			t.Fatal(err)
		}
		robot := &provider.Client{Name: "job", Settings: provider.ClientSettings{OAuthEnabled: true, GrantTypes: []string{"client_credentials"}, Scopes: []string{directory.OperatorScope}}}
		if _, err := d.CreateClient(ctx, operators.ID, robot, true, ""); provider.CodeOf(err) != provider.CodeInvalid || !strings.Contains(err.Error(), "belongs to nobody") {
			t.Errorf("a robot that administers: %v", err)
		}
		person := web("https://app.example.com/cb")
		person.Settings.Scopes = []string{"openid", directory.OperatorScope}
		if _, err := d.CreateClient(ctx, operators.ID, person, false, ""); err != nil {
			t.Errorf("a client for operators: %v", err)
		}
		unknown := web("https://app.example.com/cb")
		unknown.Settings.Scopes = []string{"https://api.example.com/write"}
		_, err = d.CreateClient(ctx, pool, unknown, false, "")
		code(t, err, provider.CodeNotFound)
		foreign := web("https://app.example.com/cb")
		foreign.Settings.IdentityProviders = []string{directory.LocalProvider, "Nobody"}
		_, err = d.CreateClient(ctx, pool, foreign, false, "")
		code(t, err, provider.CodeInvalid)
		curious := web("https://app.example.com/cb")
		curious.Settings.ReadAttributes = []string{"email", "custom:none"}
		_, err = d.CreateClient(ctx, pool, curious, false, "")
		code(t, err, provider.CodeInvalid)
		machine := &provider.Client{Name: "job", Settings: provider.ClientSettings{OAuthEnabled: true, GrantTypes: []string{"client_credentials"}, Scopes: []string{"https://api.example.com/read"}}}
		_, err = d.CreateClient(ctx, pool, machine, false, "")
		code(t, err, provider.CodeInvalid) // no secret
		value, err := d.CreateClient(ctx, pool, machine, true, "")
		if err != nil {
			t.Fatal(err)
		}
		second, _, err := d.AddSecret(ctx, pool, machine.ID, "")
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = d.AddSecret(ctx, pool, machine.ID, "")
		code(t, err, provider.CodeLimit)
		c, err := d.Client(ctx, pool, machine.ID)
		if err != nil || len(c.Secrets) != 2 || !secret.EqualHash(c.Secrets[0].Hash, value) {
			t.Fatalf("%+v %v", c, err)
		}
		counts := storetest.Count(t, st, func() {
			if _, err := d.Client(ctx, pool, machine.ID); err != nil {
				t.Error(err)
			}
			if _, err := d.Pool(ctx, pool); err != nil {
				t.Error(err)
			}
		})
		if len(counts.Statements) > 1 { // the pool may be read once more, the client not
			t.Errorf("warm reads ask the database:%s", counts)
		}
		if err := d.DeleteSecret(ctx, pool, machine.ID, c.Secrets[0].ID); err != nil {
			t.Fatal(err)
		}
		code(t, d.DeleteSecret(ctx, pool, machine.ID, second.ID), provider.CodeInvalid)
		c, err = d.Client(ctx, pool, machine.ID)
		if err != nil || len(c.Secrets) != 1 {
			t.Fatalf("the cache shows %+v %v", c, err)
		}
	})
}

func TestPasswordsAndSessionsEnd(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		ctx, d := t.Context(), open(t, st)
		pool := newPool(t, d, provider.PoolSettings{PasswordPolicy: provider.PasswordPolicy{RequireNumbers: true}})
		u, err := d.CreateUser(ctx, pool, directory.NewUser{Username: "a"})
		if err != nil || u.Status != provider.UserForceChangePassword {
			t.Fatalf("%+v %v", u, err)
		}
		code(t, d.SetPassword(ctx, pool, "a", "no numbers here", true), provider.CodePasswordPolicy)
		if err := d.SetPassword(ctx, pool, "a", "12 numbers here", true); err != nil {
			t.Fatal(err)
		}
		u, err = d.FindUser(ctx, pool, "a")
		if err != nil || u.Status != provider.UserConfirmed || u.ValidAfter == 0 {
			t.Fatalf("%+v %v", u, err)
		}
		if err := d.SetEnabled(ctx, pool, "a", false); err != nil {
			t.Fatal(err)
		}
		events, err := st.Events(ctx, pool, "user/"+u.ID, "", 10)
		if err != nil || len(events) != 3 || events[0].Action != directory.UserDisable {
			t.Fatalf("%+v %v", events, err)
		}
		if err := d.DeleteUser(ctx, pool, "a"); err != nil {
			t.Fatal(err)
		}
		code(t, d.DeleteUser(ctx, pool, "a"), provider.CodeNotFound)
	})
}

// What a user's tokens were traded for ends with their sessions, in one
// transaction or not at all.
func TestCredentialsEndWithSessions(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		ctx, d := t.Context(), open(t, st)
		pool := newPool(t, d, provider.PoolSettings{})
		d.Post = post(t, d)
		u, err := d.CreateUser(ctx, pool, directory.NewUser{Username: "a", Attributes: map[string]string{"email": "a@example.com"}})
		if err != nil {
			t.Fatal(err)
		}
		var ended int
		var fault error
		d.EndCredentials = func(ctx context.Context, p, user string) error {
			if p != pool || user != u.ID || !st.InTx(ctx) {
				t.Errorf("asked for %s in %s, in a transaction: %v", user, p, st.InTx(ctx))
			}
			ended++
			return fault
		}
		for _, c := range []struct {
			name string
			call func() error
			ends int
		}{
			{"a new invitation", func() error { _, err := d.Reinvite(ctx, pool, "a", "", nil); return err }, 1},
			{"a password", func() error { return d.SetPassword(ctx, pool, "a", "12 numbers here", true) }, 1},
			{"signing out everywhere", func() error { return d.SignOut(ctx, pool, "a") }, 1},
			{"disabling", func() error { return d.SetEnabled(ctx, pool, "a", false) }, 1},
			{"enabling", func() error { return d.SetEnabled(ctx, pool, "a", true) }, 0},
			{"a new attribute", func() error { return d.UpdateUser(ctx, pool, "a", map[string]string{"name": "A"}) }, 0},
		} {
			if ended = 0; c.call() != nil || ended != c.ends {
				t.Errorf("%s ended credentials %d times", c.name, ended)
			}
		}
		fault = errors.New("undone")
		if err := d.SetEnabled(ctx, pool, "a", false); !errors.Is(err, fault) {
			t.Errorf("got %v", err)
		}
		if u, err := d.FindUser(ctx, pool, "a"); err != nil || !u.Enabled {
			t.Errorf("disabled while the credentials go on: %+v, %v", u, err)
		}
	})
}

func TestFilter(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]store.UserFilter{
		"":                                  {},
		`email = "a@example.com"`:           {Attribute: "email", Value: "a@example.com"},
		`email ^= "a"`:                      {Attribute: "email", Prefix: true, Value: "a"},
		`given_name="Ann \"A\" \\"`:         {Attribute: "given_name", Value: `Ann "A" \`},
		`status = "Enabled"`:                {Attribute: "enabled", Value: "true"},
		`status = "Disabled"`:               {Attribute: "enabled", Value: "false"},
		`cognito:user_status = "CONFIRMED"`: {Attribute: "status", Value: "CONFIRMED"},
		` "username"  =  "x" `:              {Attribute: "username", Value: "x"},
	} {
		if got, err := directory.ParseFilter(in); err != nil || got != want {
			t.Errorf("%s: %+v %v", in, got, err)
		}
	}
	for _, in := range []string{`email`, `email = a`, `email = "a`, `email = "a" x`, `email > "a"`, `address = "a"`, `custom:x = "a"`, `status ^= "E"`, `= "a"`, `email = "a\`} {
		if _, err := directory.ParseFilter(in); provider.CodeOf(err) != provider.CodeInvalid {
			t.Errorf("%s: %v", in, err)
		}
	}
}

func FuzzFilter(f *testing.F) {
	f.Add(`email = "a\"b"`)
	f.Fuzz(func(t *testing.T, in string) {
		if _, err := directory.ParseFilter(in); err != nil && provider.CodeOf(err) != provider.CodeInvalid {
			t.Error(err)
		}
	})
}
