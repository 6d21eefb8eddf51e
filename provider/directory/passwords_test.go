package directory_test

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/risk"
	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
)

func TestWhyAPasswordIsNotTaken(t *testing.T) {
	t.Parallel()
	strict := provider.PasswordPolicy{MinimumLength: 10, RequireUppercase: true, RequireLowercase: true, RequireNumbers: true, RequireSymbols: true}
	u := &provider.User{Username: "lindqvist", Attributes: map[string]string{
		"email": "mika.l@northwind.example", "name": "Mika Ann Lindqvist", "phone_number": "+46701234567",
	}}
	for _, c := range []struct {
		policy   provider.PasswordPolicy
		password string
		want     provider.PasswordFault
	}{
		{provider.PasswordPolicy{}, "seven77", provider.PasswordTooShort},
		{provider.PasswordPolicy{}, "eight 88", ""},
		{provider.PasswordPolicy{}, "åäöåäöå", provider.PasswordTooShort}, // characters, not bytes
		{provider.PasswordPolicy{}, strings.Repeat("long ", 51) + "l", ""},
		{provider.PasswordPolicy{}, strings.Repeat("long ", 51) + "lo", provider.PasswordTooLong},
		{strict, "nothing-5-grand", provider.PasswordNoUppercase},
		{strict, "NOTHING-5-GRAND", provider.PasswordNoLowercase},
		{strict, "Nothing-grand", provider.PasswordNoNumber},
		{strict, "Nothing5grand", provider.PasswordNoSymbol},
		{strict, "Nothing-5-grand", ""},
		{provider.PasswordPolicy{}, "sunshine1!", provider.PasswordCommon},
		{provider.PasswordPolicy{AllowCommon: true}, "sunshine1!", ""},
		{provider.PasswordPolicy{}, "my-LINDQVIST-pass", provider.PasswordPersonal},
		{provider.PasswordPolicy{}, "northwind.example", ""},
		{provider.PasswordPolicy{}, "so Mika.L it is", provider.PasswordPersonal},
		{provider.PasswordPolicy{}, "mikado-sticks", provider.PasswordPersonal},
		{provider.PasswordPolicy{}, "call 46701234567", provider.PasswordPersonal},
		{provider.PasswordPolicy{}, "ann is too short a name", ""},
	} {
		err := directory.Fits(&provider.Pool{Settings: provider.PoolSettings{PasswordPolicy: c.policy}}, u, c.password)
		if got := provider.PasswordFaultOf(err); got != c.want || (err == nil) != (c.want == "") {
			t.Errorf("%q: %v, want %q", c.password, err, c.want)
		}
		if err != nil && (provider.CodeOf(err) != provider.CodePasswordPolicy || !strings.Contains(err.Error(), "Password did not conform with policy: ")) {
			t.Errorf("%q: %v", c.password, err)
		}
	}
}

func TestFormerPasswordsDoNotComeBack(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		ctx, d := t.Context(), open(t, st)
		pool := newPool(t, d, provider.PoolSettings{PasswordPolicy: provider.PasswordPolicy{HistorySize: 2}})
		u, err := d.CreateUser(ctx, pool, directory.NewUser{Username: "a", Password: "quite long 0", Permanent: true})
		if err != nil {
			t.Fatal(err)
		}
		set := func(n int) error { return d.SetPassword(ctx, pool, "a", fmt.Sprintf("quite long %d", n), true) }
		for n := 1; n <= 4; n++ {
			if err := set(n); err != nil {
				t.Fatal(err)
			}
		}
		// 4 is the one in use; 3 and 2 are remembered.
		for n, want := range map[int]provider.PasswordFault{4: provider.PasswordReused, 3: provider.PasswordReused, 2: provider.PasswordReused} {
			if err := set(n); provider.PasswordFaultOf(err) != want {
				t.Errorf("password %d: %v", n, err)
			}
		}
		kept, err := st.Pool(pool).FormerPasswords(ctx, u.ID, 100)
		if err != nil || len(kept) != 2 {
			t.Fatalf("%d former passwords are kept, %v", len(kept), err)
		}
		if err := set(1); err != nil {
			t.Errorf("one before those: %v", err)
		}
		// A pool that no longer cares forgets.
		if err := d.ChangePool(ctx, pool, func(p *provider.Pool) error { p.Settings.PasswordPolicy.HistorySize = 0; return nil }); err != nil {
			t.Fatal(err)
		}
		if err := set(4); err != nil {
			t.Error(err)
		}
		if kept, err = st.Pool(pool).FormerPasswords(ctx, u.ID, 100); err != nil || len(kept) != 0 {
			t.Errorf("%d former passwords are kept, %v", len(kept), err)
		}
	})
}

func TestSetPasswordHash(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		ctx, d := t.Context(), open(t, st)
		pool := newPool(t, d, provider.PoolSettings{})
		u, err := d.CreateUser(ctx, pool, directory.NewUser{Username: "a"})
		if err != nil {
			t.Fatal(err)
		}
		for _, bad := range []string{"", "secret", "$argon2d$v=19$m=512,t=2,p=2$c2Vhc2FsdA$qJBau+chR6hwXY7EWtW1TsHMdWL6uRdEVa29sXTjpo4", "$2b$31$HIRGkuMDDQixSD/AF/fpU.P2ngdwEse78HE38/9WM8lLtSAXsAaWW"} {
			code(t, d.SetPasswordHash(ctx, pool, "a", bad), provider.CodeInvalid)
		}
		const hash = "pbkdf2_sha256$1500$seasalt$BopiErN1ZDiIokm1RZuKNiRf1E54E+i7w88ewyxgpgw="
		if err := d.SetPasswordHash(ctx, pool, "a", hash); err != nil {
			t.Fatal(err)
		}
		login, err := st.Pool(pool).LoginByID(ctx, u.ID)
		if err != nil || login.Password.Hash != hash || login.Password.Temporary || login.User.Status != provider.UserConfirmed {
			t.Fatalf("%+v, %v", login, err)
		}
		events, err := st.Events(ctx, pool, "user/"+u.ID, "", 1)
		if err != nil || events[0].Action != directory.UserSetPassword || events[0].Detail["hash"] != "pbkdf2" {
			t.Errorf("%+v, %v", events, err)
		}
	})
}

func TestChangePassword(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		ctx, d := t.Context(), open(t, st)
		d.Guard = &risk.Guard{Store: st}
		pool := newPool(t, d, provider.PoolSettings{})
		const old, own = "the first of mine", "the second of mine"
		u, err := d.CreateUser(ctx, pool, directory.NewUser{Username: "a", Password: old, Permanent: true})
		if err != nil {
			t.Fatal(err)
		}
		p, err := d.Pool(ctx, pool)
		if err != nil {
			t.Fatal(err)
		}
		rows := st.Pool(pool)
		until := st.Now() + 1e12
		for i, hash := range [][]byte{[]byte("session one"), []byte("session two")} {
			if err := rows.AddSession(ctx, &provider.Session{IDHash: hash, UserID: u.ID, AuthTime: 1, CreatedAt: 1, IdleUntil: until, ExpiresAt: until}); err != nil {
				t.Fatal(err)
			}
			if err := rows.CreateGrant(ctx, &provider.Grant{ID: fmt.Sprintf("grant-%d", i+1), UserID: u.ID, ClientID: "c", SessionHash: hash, CreatedAt: 1, ExpiresAt: until}); err != nil {
				t.Fatal(err)
			}
		}
		if err := rows.CreateGrant(ctx, &provider.Grant{ID: "grant-3", UserID: u.ID, ClientID: "c", CreatedAt: 1, ExpiresAt: until}); err != nil {
			t.Fatal(err)
		}
		for range 3 { // choosing badly is no failed try
			for password, want := range map[string]provider.PasswordFault{"short": provider.PasswordTooShort, old: provider.PasswordReused} {
				if err := d.ChangePassword(ctx, p, u.ID, old, password, ""); provider.PasswordFaultOf(err) != want {
					t.Errorf("%q: %v", password, err)
				}
			}
		}
		if err := d.ChangePassword(ctx, p, u.ID, "", own, ""); !errors.Is(err, provider.ErrWrongPassword) {
			t.Errorf("without the old one: %v", err)
		}
		if err := d.ChangePassword(ctx, p, u.ID, old, own, hex.EncodeToString([]byte("session one"))); err != nil {
			t.Fatal(err)
		}
		for hash, ended := range map[string]bool{"session one": false, "session two": true} {
			s, err := rows.Session(ctx, []byte(hash))
			if err != nil || (s.RevokedAt != 0) != ended {
				t.Errorf("%s ended at %d, %v", hash, s.RevokedAt, err)
			}
		}
		for id, ended := range map[string]bool{"grant-1": false, "grant-2": true, "grant-3": true} {
			g, err := rows.Grant(ctx, id, "")
			if err != nil || (g.Grant.RevokedAt != 0) != ended {
				t.Errorf("%s: %+v, %v", id, g, err)
			}
		}
		// Guessing the old one is throttled like guessing at sign-in.
		var last error
		for range 6 {
			last = d.ChangePassword(ctx, p, u.ID, "a wrong one", "the third of mine", "")
		}
		code(t, last, provider.CodeThrottled)
		events, err := st.Events(ctx, pool, "user/"+u.ID, "", 20)
		if err != nil {
			t.Fatal(err)
		}
		count := map[string]int{}
		for _, e := range events {
			if e.Action == directory.UserChangePassword {
				count[e.Outcome]++
			}
		}
		if count["success"] != 1 || count["failure"] != 6 {
			t.Errorf("the trail holds %v", count)
		}
	})
}

func TestChangePasswordKeepsOneGrant(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		ctx, d := t.Context(), open(t, st)
		pool := newPool(t, d, provider.PoolSettings{})
		// Nobody's password is asked of who has none.
		u, err := d.CreateUser(ctx, pool, directory.NewUser{Username: "a", NoPassword: true, Status: provider.UserConfirmed})
		if err != nil {
			t.Fatal(err)
		}
		p, err := d.Pool(ctx, pool)
		if err != nil {
			t.Fatal(err)
		}
		rows := st.Pool(pool)
		for _, id := range []string{"grant-1", "grant-2"} {
			if err := rows.CreateGrant(ctx, &provider.Grant{ID: id, UserID: u.ID, ClientID: "c", CreatedAt: 1, ExpiresAt: st.Now() + 1e12}); err != nil {
				t.Fatal(err)
			}
		}
		if err := d.ChangePassword(ctx, p, u.ID, "", "the first of mine", "grant-2"); err != nil {
			t.Fatal(err)
		}
		for id, ended := range map[string]bool{"grant-1": true, "grant-2": false} {
			if g, err := rows.Grant(ctx, id, ""); err != nil || (g.Grant.RevokedAt != 0) != ended {
				t.Errorf("%s: %+v, %v", id, g, err)
			}
		}
		login, err := rows.LoginByID(ctx, u.ID)
		if err != nil {
			t.Fatal(err)
		}
		if kind, err := secret.HashKind(login.Password.Hash); kind != "argon2id" {
			t.Errorf("%q, %v", kind, err)
		}
	})
}
