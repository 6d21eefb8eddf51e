package factor_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/descope/virtualwebauthn"
	"github.com/google/uuid"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/audit"
	"github.com/cognate-idp/cognate/provider/factor"
	"github.com/cognate-idp/cognate/provider/message"
	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
	"github.com/cognate-idp/cognate/templates"
)

// keys is a pool that takes passkeys, with two users.
type keys struct {
	t       *testing.T
	ctx     context.Context
	st      *store.Store
	factors *factor.Factors
	pool    *provider.Pool
	mika    *provider.User
	juno    *provider.User
	site    virtualwebauthn.RelyingParty
}

func eachKeys(t *testing.T, test func(k *keys)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		sealer, err := secret.NewSealer(secret.MasterKey{Version: 1, Key: secret.Bytes(secret.KeySize)})
		must(t, err)
		letters, err := message.OpenLetters(templates.FS)
		must(t, err)
		post := &message.Post{Letters: letters, Outbox: &message.Outbox{
			Store: st, Sealer: sealer, Senders: map[provider.Channel]message.Sender{provider.ByEmail: &message.Mailbox{Store: st}}}}
		k := &keys{
			t: t, ctx: t.Context(), st: st,
			factors: &factor.Factors{Store: st, Sealer: sealer, Audit: &audit.Log{Store: st}, Post: post, BaseURL: "https://id.example.com:8443"},
			pool: &provider.Pool{ID: "us-east-1_Passkeys0", Name: "Northwind", Kind: provider.PoolKindUsers, TokenProfile: provider.TokenProfileStandard,
				Settings: provider.PoolSettings{MFA: "OPTIONAL", FirstFactors: []provider.Factor{provider.FactorPassword, provider.FactorPasskey}}},
			site: virtualwebauthn.RelyingParty{ID: "id.example.com", Origin: "https://id.example.com:8443"},
		}
		must(t, st.All().CreatePool(k.ctx, k.pool))
		k.mika, k.juno = k.user("mika"), k.user("juno")
		test(k)
	})
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (k *keys) user(name string) *provider.User {
	k.t.Helper()
	u := &provider.User{ID: uuid.NewString(), Username: name, Status: provider.UserConfirmed, Enabled: true,
		Attributes: map[string]string{"email": name + "@example.com"}}
	must(k.t, k.st.Pool(k.pool.ID).CreateUser(k.ctx, u, []provider.UserName{{Key: name, Kind: "username"}}))
	return u
}

// reread is a user as the store has them now.
func (k *keys) reread(u *provider.User) *provider.User {
	k.t.Helper()
	now, err := k.st.Pool(k.pool.ID).User(k.ctx, u.ID)
	must(k.t, err)
	return now
}

// device is a software authenticator with one credential.
type device struct {
	virtualwebauthn.Authenticator
	key virtualwebauthn.Credential
}

func newDevice(u *provider.User) *device {
	key := virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)
	for len(key.Key.AttestationData()) != coseLength {
		key = virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)
	}
	return &device{virtualwebauthn.NewAuthenticatorWithOptions(virtualwebauthn.AuthenticatorOptions{UserHandle: []byte(u.ID)}), key}
}

// coseLength is that of an EC2 key in COSE (RFC 9053 section 7.1.1). The software
// authenticator drops a coordinate's leading zeroes, against the rule, so one key in
// 128 is shorter.
const coseLength = 77

// makes answers the options for a new passkey, on a site.
func (d *device) makes(t testing.TB, site virtualwebauthn.RelyingParty, options []byte) string {
	t.Helper()
	o, err := virtualwebauthn.ParseAttestationOptions(string(options))
	must(t, err)
	return virtualwebauthn.CreateAttestationResponse(site, d.Authenticator, d.key, *o)
}

// shows answers the options for a passkey, on a site.
func (d *device) shows(t testing.TB, site virtualwebauthn.RelyingParty, options []byte) string {
	t.Helper()
	o, err := virtualwebauthn.ParseAssertionOptions(string(options))
	must(t, err)
	return virtualwebauthn.CreateAssertionResponse(site, d.Authenticator, d.key, *o)
}

// adds gives a user a passkey on a new device.
func (k *keys) adds(u *provider.User) *device {
	k.t.Helper()
	d := newDevice(u)
	_, err := k.register(u, d, k.site)
	must(k.t, err)
	return d
}

func (k *keys) register(u *provider.User, d *device, site virtualwebauthn.RelyingParty) (*provider.Passkey, error) {
	k.t.Helper()
	options, err := k.factors.BeginPasskey(k.ctx, k.pool, u)
	must(k.t, err)
	return k.factors.FinishPasskey(k.ctx, k.pool, u, d.makes(k.t, site, options), "")
}

// prove asks a user, or nobody yet, for a passkey, and proves what the device shows.
func (k *keys) prove(asked, owner *provider.User, d *device, site virtualwebauthn.RelyingParty) (*factor.Used, error) {
	k.t.Helper()
	q, err := k.factors.AskPasskey(k.ctx, k.pool, asked)
	must(k.t, err)
	return k.answer(owner, q, d.shows(k.t, site, q.Options))
}

func (k *keys) answer(owner *provider.User, q *factor.Question, credential string) (*factor.Used, error) {
	k.t.Helper()
	shown, err := factor.ReadPasskey(credential)
	must(k.t, err)
	used, err := k.factors.ProvePasskey(k.ctx, k.pool, owner, q, shown)
	if err == nil {
		err = k.factors.UsePasskey(k.ctx, used)
	}
	return used, err
}

// trail lists the actions that the audit trail tells of a user.
func (k *keys) trail(u *provider.User) []string {
	k.t.Helper()
	events, err := k.st.Events(k.ctx, k.pool.ID, "", "", 100)
	must(k.t, err)
	var out []string
	for _, e := range events {
		if e.Target == "user/"+u.ID {
			out = append(out, e.Action)
		}
	}
	return out
}

// A user adds two passkeys, names one, uses both, and removes them.
func TestPasskeyLife(t *testing.T) {
	t.Parallel()
	eachKeys(t, func(k *keys) {
		t := k.t
		first, second := k.adds(k.mika), k.adds(k.mika)
		if !k.reread(k.mika).MFA.Has(provider.FactorPasskey) {
			t.Error("the first passkey is not a factor of the user's")
		}
		list, err := k.factors.ListPasskeys(k.ctx, k.pool, k.mika.ID)
		must(t, err)
		if len(list) != 2 || list[0].Name == list[1].Name || list[0].Name == "" {
			t.Fatalf("listed: %+v", list)
		}
		must(t, k.factors.RenamePasskey(k.ctx, k.pool, k.mika.ID, list[0].ID, "  Blue key "))
		for _, bad := range []string{"", "a\x00b", string(make([]byte, 300))} {
			if err := k.factors.RenamePasskey(k.ctx, k.pool, k.mika.ID, list[0].ID, bad); provider.CodeOf(err) != provider.CodeInvalid {
				t.Errorf("the name %q: %v", bad, err)
			}
		}
		if err := k.factors.RenamePasskey(k.ctx, k.pool, k.juno.ID, list[0].ID, "mine"); !errors.Is(err, provider.ErrPasskeyNotFound) {
			t.Errorf("another user renames it: %v", err)
		}
		if list, err = k.factors.ListPasskeys(k.ctx, k.pool, k.mika.ID); err != nil || list[0].Name != "Blue key" {
			t.Errorf("renamed: %v %+v", err, list)
		}

		for _, asked := range []*provider.User{k.mika, nil} {
			for _, d := range []*device{first, second} {
				used, err := k.prove(asked, k.mika, d, k.site)
				must(t, err)
				if !used.Verified || !slices.Equal(used.AMR(), []string{"hwk", "user"}) {
					t.Errorf("proved: %+v", used)
				}
			}
		}

		for i, u := range []*provider.User{k.juno, k.mika} {
			err := k.factors.RemovePasskey(k.ctx, k.pool, u.ID, list[0].ID)
			if i == 0 && !errors.Is(err, provider.ErrPasskeyNotFound) {
				t.Errorf("another user removes it: %v", err)
			}
			if i == 1 {
				must(t, err)
			}
		}
		if !k.reread(k.mika).MFA.Has(provider.FactorPasskey) {
			t.Error("the factor went with the first of two passkeys")
		}
		must(t, k.factors.RemovePasskey(k.ctx, k.pool, k.mika.ID, list[1].ID))
		if k.reread(k.mika).MFA.Has(provider.FactorPasskey) {
			t.Error("the factor stayed without a passkey")
		}
		if _, err := k.factors.AskPasskey(k.ctx, k.pool, k.mika); !errors.Is(err, provider.ErrPasskeyNotFound) {
			t.Errorf("asked for a passkey that is gone: %v", err)
		}
		if _, err := k.prove(nil, k.mika, first, k.site); !errors.Is(err, factor.ErrWrongPasskey) || !errors.Is(err, provider.ErrPasskeyNotFound) {
			t.Errorf("a passkey that is gone: %v", err)
		}
		for _, action := range []string{"user.passkey_added", "user.passkey_renamed", "user.passkey_removed"} {
			if !slices.Contains(k.trail(k.mika), action) {
				t.Errorf("the trail lacks %s: %v", action, k.trail(k.mika))
			}
		}
	})
}

// What was made on another site, for another domain, for another question or
// without the check that the pool wants, is refused.
func TestNewPasskeyRefused(t *testing.T) {
	t.Parallel()
	eachKeys(t, func(k *keys) {
		t := k.t
		fake, wrong := k.site, k.site
		fake.Origin, wrong.ID = "https://id.example.com.evil.example", "evil.example"
		port := k.site
		port.Origin = "https://id.example.com"
		for name, c := range map[string]struct {
			site virtualwebauthn.RelyingParty
			want error
		}{
			"another origin": {fake, factor.ErrPasskeyOrigin}, "another port": {port, factor.ErrPasskeyOrigin}, "another domain": {wrong, factor.ErrWrongPasskey},
		} {
			if _, err := k.register(k.mika, newDevice(k.mika), c.site); !errors.Is(err, c.want) {
				t.Errorf("%s: %v", name, err)
			}
		}

		options, err := k.factors.BeginPasskey(k.ctx, k.pool, k.mika)
		must(t, err)
		old := newDevice(k.mika).makes(t, k.site, options)
		if _, err := k.factors.FinishPasskey(k.ctx, k.pool, k.juno, old, ""); !errors.Is(err, factor.ErrPasskeyChallenge) {
			t.Errorf("another user's question: %v", err)
		}
		_, err = k.factors.BeginPasskey(k.ctx, k.pool, k.mika)
		must(t, err)
		for i, what := range []string{"an older question", "no question at all"} {
			if _, err := k.factors.FinishPasskey(k.ctx, k.pool, k.mika, old, ""); !errors.Is(err, factor.ErrPasskeyChallenge) {
				t.Errorf("%s (%d): %v", what, i, err)
			}
		}
		options, err = k.factors.BeginPasskey(k.ctx, k.pool, k.mika)
		must(t, err)
		d := newDevice(k.mika)
		good := d.makes(t, k.site, options)
		_, err = k.factors.FinishPasskey(k.ctx, k.pool, k.mika, good, "")
		must(t, err)
		if _, err := k.factors.FinishPasskey(k.ctx, k.pool, k.mika, good, ""); !errors.Is(err, factor.ErrPasskeyChallenge) {
			t.Errorf("the same answer again: %v", err)
		}
		if _, err := k.register(k.juno, d, k.site); !errors.Is(err, provider.ErrPasskeyExists) {
			t.Errorf("another user's credential: %v", err)
		}
		if k.reread(k.juno).MFA.Has(provider.FactorPasskey) {
			t.Error("a refused passkey became a factor")
		}

		k.pool.Settings.Passkeys.Verification = "required"
		unchecked := newDevice(k.mika)
		unchecked.Options.UserNotVerified = true
		if _, err := k.register(k.mika, unchecked, k.site); !errors.Is(err, factor.ErrWrongPasskey) {
			t.Errorf("unverified: %v", err)
		}
		k.pool.Settings.Passkeys = provider.PasskeySettings{AAGUIDs: []string{"EE882879-721C-4913-9775-3DFCCE97072A"}}
		if _, err := k.register(k.mika, newDevice(k.mika), k.site); !errors.Is(err, factor.ErrAuthenticator) {
			t.Errorf("an authenticator that is not listed: %v", err)
		}
		silent := newDevice(k.mika)
		silent.Aaguid = [16]byte{}
		if _, err := k.register(k.mika, silent, k.site); !errors.Is(err, factor.ErrAuthenticator) {
			t.Errorf("an authenticator that does not tell: %v", err)
		}
		listed := newDevice(k.mika)
		listed.Aaguid = uuid.MustParse("ee882879-721c-4913-9775-3dfcce97072a")
		added, err := k.register(k.mika, listed, k.site)
		if err != nil || added.Name != "YubiKey" {
			t.Errorf("a listed authenticator: %v %+v", err, added)
		}
		k.pool.Settings.FirstFactors, k.pool.Settings.MFA = nil, "OFF"
		if _, err := k.factors.BeginPasskey(k.ctx, k.pool, k.mika); !errors.Is(err, factor.ErrNoPasskeys) {
			t.Errorf("a pool that takes none: %v", err)
		}
	})
}

// The same holds when a passkey is used.
func TestPasskeyRefused(t *testing.T) {
	t.Parallel()
	eachKeys(t, func(k *keys) {
		t := k.t
		d, other := k.adds(k.mika), k.adds(k.juno)
		fake, wrong := k.site, k.site
		fake.Origin, wrong.ID = "https://evil.example", "evil.example"
		for _, asked := range []*provider.User{k.mika, nil} {
			if _, err := k.prove(asked, k.mika, d, fake); !errors.Is(err, factor.ErrPasskeyOrigin) {
				t.Errorf("another origin: %v", err)
			}
			if _, err := k.prove(asked, k.mika, d, wrong); !errors.Is(err, factor.ErrWrongPasskey) {
				t.Errorf("another domain: %v", err)
			}
			if _, err := k.prove(asked, k.mika, other, k.site); !errors.Is(err, factor.ErrWrongPasskey) {
				t.Errorf("another user's passkey: %v", err)
			}
			q, err := k.factors.AskPasskey(k.ctx, k.pool, asked)
			must(t, err)
			old := d.shows(t, k.site, q.Options)
			next, err := k.factors.AskPasskey(k.ctx, k.pool, asked)
			must(t, err)
			if _, err := k.answer(k.mika, next, old); !errors.Is(err, factor.ErrPasskeyChallenge) {
				t.Errorf("the answer to another question: %v", err)
			}
			forged := newDevice(k.mika)
			forged.key.ID = d.key.ID
			if _, err := k.prove(asked, k.mika, forged, k.site); !errors.Is(err, factor.ErrWrongPasskey) {
				t.Errorf("the right id with another key: %v", err)
			}
		}
		claims := &device{d.Authenticator, d.key}
		claims.Options.UserHandle = []byte(k.juno.ID)
		if _, err := k.prove(nil, k.mika, claims, k.site); !errors.Is(err, factor.ErrWrongPasskey) {
			t.Errorf("a passkey that names another user: %v", err)
		}
		k.pool.Settings.Passkeys.Verification = "required"
		unchecked := &device{d.Authenticator, d.key}
		unchecked.Options.UserNotVerified = true
		if _, err := k.prove(k.mika, k.mika, unchecked, k.site); !errors.Is(err, factor.ErrWrongPasskey) {
			t.Errorf("unverified: %v", err)
		}
	})
}

// A counter that goes backwards means a copy: neither it nor the original is taken
// from then on, and the user is told once.
func TestPasskeyCopied(t *testing.T) {
	t.Parallel()
	eachKeys(t, func(k *keys) {
		t := k.t
		d := newDevice(k.mika)
		d.key.Counter = 5
		_, err := k.register(k.mika, d, k.site)
		must(t, err)
		for _, c := range []struct {
			count uint32
			want  error
		}{{6, nil}, {9, nil}, {9, factor.ErrPasskeyCopied}, {7, factor.ErrPasskeyCopied}, {20, factor.ErrPasskeyCopied}} {
			q, err := k.factors.AskPasskey(k.ctx, k.pool, nil)
			must(t, err)
			d.key.Counter = c.count
			if _, err := k.answer(k.mika, q, d.shows(t, k.site, q.Options)); !errors.Is(err, c.want) {
				t.Errorf("count %d: %v", c.count, err)
			}
		}
		list, err := k.factors.ListPasskeys(k.ctx, k.pool, k.mika.ID)
		must(t, err)
		if !list[0].Suspect || list[0].SignCount != 9 {
			t.Errorf("kept: %+v", list[0])
		}
		told := slices.DeleteFunc(k.trail(k.mika), func(a string) bool { return a != "user.passkey_suspect" })
		if len(told) != 1 {
			t.Errorf("told %d times", len(told))
		}
		if _, err := k.factors.AskPasskey(k.ctx, k.pool, k.mika); !errors.Is(err, provider.ErrPasskeyNotFound) {
			t.Errorf("asked for a suspect passkey: %v", err)
		}
	})
}

// Of two who register one credential at once, one gets it; nobody gets more than
// the limit; and one use of a counter counts.
func TestPasskeyRaces(t *testing.T) {
	t.Parallel()
	eachKeys(t, func(k *keys) {
		t := k.t
		at := func(n int, f func(i int) error) (passed int) {
			var wg sync.WaitGroup
			errs := make([]error, n)
			for i := range n {
				wg.Go(func() { errs[i] = f(i) })
			}
			wg.Wait()
			for _, err := range errs {
				if err == nil {
					passed++
				}
			}
			return passed
		}
		users := []*provider.User{k.mika, k.juno}
		d := newDevice(k.mika)
		var answers [2]string
		for i, u := range users {
			options, err := k.factors.BeginPasskey(k.ctx, k.pool, u)
			must(t, err)
			answers[i] = d.makes(t, k.site, options)
		}
		won := at(2, func(i int) error {
			_, err := k.factors.FinishPasskey(k.ctx, k.pool, users[i], answers[i], "")
			return err
		})
		if won != 1 || k.reread(k.mika).MFA.Has(provider.FactorPasskey) == k.reread(k.juno).MFA.Has(provider.FactorPasskey) {
			t.Errorf("%d registered the credential", won)
		}

		full := k.user("full")
		added := at(factor.MaxPasskeys+4, func(i int) error {
			return k.factors.AddPasskey(k.ctx, k.pool, &provider.Passkey{ID: fmt.Sprint("id", i), UserID: full.ID, Name: "Key", PublicKey: []byte{1}})
		})
		if added != factor.MaxPasskeys {
			t.Errorf("%d passkeys", added)
		}
		if _, err := k.factors.BeginPasskey(k.ctx, k.pool, full); !errors.Is(err, factor.ErrPasskeyLimit) {
			t.Errorf("one more: %v", err)
		}

		counted := newDevice(k.mika)
		counted.key.Counter = 1
		_, err := k.register(k.mika, counted, k.site)
		must(t, err)
		counted.key.Counter = 2
		var used [2]*factor.Used
		for i := range used {
			q, err := k.factors.AskPasskey(k.ctx, k.pool, k.mika)
			must(t, err)
			shown, err := factor.ReadPasskey(counted.shows(t, k.site, q.Options))
			must(t, err)
			used[i], err = k.factors.ProvePasskey(k.ctx, k.pool, k.mika, q, shown)
			must(t, err)
		}
		if n := at(2, func(i int) error { return k.factors.UsePasskey(k.ctx, used[i]) }); n != 1 {
			t.Errorf("one count was taken %d times", n)
		}
	})
}

// Where a second factor is required, the last one stays until there is another; an
// operator may take it all the same.
func TestLastFactorStays(t *testing.T) {
	t.Parallel()
	eachKeys(t, func(k *keys) {
		t := k.t
		k.pool.Settings.MFA = "ON"
		k.adds(k.mika)
		list, err := k.factors.ListPasskeys(k.ctx, k.pool, k.mika.ID)
		must(t, err)
		if err := k.factors.RemovePasskey(k.ctx, k.pool, k.mika.ID, list[0].ID); !errors.Is(err, factor.ErrLastFactor) {
			t.Errorf("the last factor: %v", err)
		}
		if !k.reread(k.mika).MFA.Has(provider.FactorPasskey) {
			t.Error("a refused removal took the factor")
		}
		must(t, k.st.Pool(k.pool.ID).ChangeUser(k.ctx, k.mika.ID, func(u *provider.User) ([]provider.UserName, error) {
			u.MFA = u.MFA.With(provider.FactorTOTP)
			return nil, nil
		}))
		must(t, k.factors.RemovePasskey(k.ctx, k.pool, k.mika.ID, list[0].ID))

		k.adds(k.juno)
		list, err = k.factors.ListPasskeys(k.ctx, k.pool, k.juno.ID)
		must(t, err)
		must(t, k.factors.TakePasskey(k.ctx, k.pool, k.juno.ID, list[0].ID))
		if k.reread(k.juno).MFA.Has(provider.FactorPasskey) {
			t.Error("the factor stayed")
		}
	})
}

func FuzzReadPasskey(f *testing.F) {
	u := &provider.User{ID: "u"}
	site := virtualwebauthn.RelyingParty{ID: "id.example.com", Origin: "https://id.example.com"}
	d := newDevice(u)
	f.Add(virtualwebauthn.CreateAssertionResponse(site, d.Authenticator, d.key, virtualwebauthn.AssertionOptions{Challenge: []byte("c")}))
	made := virtualwebauthn.CreateAttestationResponse(site, d.Authenticator, d.key, virtualwebauthn.AttestationOptions{Challenge: []byte("c")})
	f.Add(made)
	f.Add(`{"id":"","type":"public-key"}`)
	factors := &factor.Factors{BaseURL: "https://id.example.com"}
	pool := &provider.Pool{ID: "p", Name: "n"}
	f.Fuzz(func(t *testing.T, credential string) {
		if shown, err := factor.ReadPasskey(credential); err == nil && shown.ID == "" {
			t.Error("a passkey without an id was read")
		} else if err != nil && provider.CodeOf(err) != provider.CodeInvalid {
			t.Errorf("not the sender's fault: %v", err)
		}
		k, err := factors.ProveNewPasskey(t.Context(), pool, u, &factor.Question{}, credential, "")
		if err == nil {
			t.Errorf("a passkey that nobody asked for: %+v", k)
		}
	})
}
