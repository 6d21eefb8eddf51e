package signin_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/provider/signin"
	"github.com/cognate-idp/cognate/provider/store/storetest"
)

func TestPasswordSignsIn(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		b, r, err := w.try("MIKA", rightPassword)
		if err != nil {
			t.Fatal(err)
		}
		p := r.Principal
		if p.UserID != w.user.ID || p.Username != "Mika" || p.PoolID != w.pool.ID || p.AuthTime != w.st.Now() || len(p.AMR) != 1 || p.AMR[0] != "pwd" {
			t.Errorf("principal: %+v", p)
		}
		live, err := w.flow.Sessions.Read(t.Context(), w.pool, b.session)
		if err != nil || live.Principal.SessionID != p.SessionID || live.Principal.Username != "Mika" || live.User.ID != w.user.ID {
			t.Errorf("session: %+v, %v", live, err)
		}
		if _, err := b.answer(signin.Answer{Username: "mika", Password: rightPassword}); !errors.Is(err, provider.ErrAttemptNotFound) {
			t.Errorf("one attempt signs in twice: %v", err)
		}
		events, err := w.st.Events(t.Context(), w.pool.ID, "user/"+w.user.ID, "", 10)
		if err != nil || len(events) != 1 || events[0].Action != "signin.success" || events[0].Address != "203.0.113.7" || events[0].ActorID != w.user.ID {
			t.Errorf("trail: %+v, %v", events, err)
		}
	})
}

// Nobody learns from text, kind, work or number of statements whether a user exists.
func TestUnknownUserLooksLikeAWrongPassword(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.addUser("Passwordless", provider.UserConfirmed, provider.Password{})
		w.addUser("Federated", provider.UserExternalProvider, provider.Password{})
		type look struct {
			text                   string
			hashes                 uint64
			reads, writes, commits int
		}
		seen := map[string]look{}
		for _, name := range []string{"mika", "nobody", "passwordless", "federated"} {
			b, before := w.open(nil), w.flow.Hasher.Hashes()
			var err error
			n := storetest.Count(t, w.st, func() {
				_, err = b.answer(signin.Answer{Username: name, Password: "wrong password"})
			})
			if !errors.Is(err, provider.ErrWrongPassword) {
				t.Fatalf("%s: %v", name, err)
			}
			seen[name] = look{err.Error(), w.flow.Hasher.Hashes() - before, n.Reads, n.Writes, n.Commits}
		}
		for name, l := range seen {
			if l != seen["mika"] {
				t.Errorf("%s looks like %+v, not %+v", name, l, seen["mika"])
			}
		}
		if seen["mika"].hashes != 1 {
			t.Errorf("%d hashes", seen["mika"].hashes)
		}
		reveal := w.open(&provider.Client{ID: "c", Settings: provider.ClientSettings{RevealUnknownUsers: true}})
		if _, err := reveal.answer(signin.Answer{Username: "nobody", Password: "x"}); !errors.Is(err, provider.ErrUserNotFound) {
			t.Errorf("a client that wants to be told: %v", err)
		}
	})
}

// A password does not sign in by an address that its owner has not proved and did not
// sign up with, and nobody learns that somebody has it.
func TestAnUnprovedSecondAddressSignsNobodyIn(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		d, ctx := w.account().Flow.Directory, w.t.Context()
		by := []string{"email", "phone_number"}
		w.pool = &provider.Pool{Name: "by address", Settings: provider.PoolSettings{UsernameAttrs: by}}
		if err := d.CreatePool(ctx, w.pool); err != nil {
			w.t.Fatal(err)
		}
		const number = "+12025550143"
		u, err := d.CreateUser(ctx, w.pool.ID, directory.NewUser{Username: "ann@example.com", Password: rightPassword, Permanent: true,
			Attributes: map[string]string{"phone_number": number}})
		if err != nil {
			w.t.Fatal(err)
		}
		type look struct {
			text                   string
			hashes                 uint64
			reads, writes, commits int
		}
		seen := map[look]bool{}
		for _, name := range []string{number, "+12025550144"} {
			b, before := w.open(nil), w.flow.Hasher.Hashes()
			n := storetest.Count(w.t, w.st, func() {
				_, err = b.answer(signin.Answer{Username: name, Password: rightPassword})
			})
			if !errors.Is(err, provider.ErrWrongPassword) {
				w.t.Fatalf("%s: %v", name, err)
			}
			seen[look{err.Error(), w.flow.Hasher.Hashes() - before, n.Reads, n.Writes, n.Commits}] = true
		}
		if len(seen) != 1 {
			w.t.Errorf("it shows that somebody has the number: %+v", seen)
		}
		if err := d.UpdateUser(ctx, w.pool.ID, u.ID, map[string]string{"phone_number_verified": "true"}); err != nil {
			w.t.Fatal(err)
		}
		for _, name := range []string{number, "ann@example.com"} {
			if _, r, err := w.try(name, rightPassword); err != nil || r.Principal == nil {
				w.t.Errorf("%s: %+v %v", name, r, err)
			}
		}
	})
}

func TestFailuresMakeEverybodyWait(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		for _, name := range []string{"mika", "nobody"} {
			for i := range 5 {
				if _, _, err := w.try(name, "wrong"); !errors.Is(err, provider.ErrWrongPassword) {
					t.Fatalf("%s, failure %d: %v", name, i+1, err)
				}
			}
			before := w.flow.Hasher.Hashes()
			_, _, err := w.try(name, rightPassword)
			var pe *provider.Error
			if !errors.As(err, &pe) || pe.Code != provider.CodeThrottled || pe.RetryAfter != 1 {
				t.Errorf("%s, sixth try: %v", name, err)
			}
			if w.flow.Hasher.Hashes() != before {
				t.Errorf("%s: a throttled try was checked", name)
			}
		}
		w.clock.advance(time.Second)
		if _, _, err := w.try("mika", rightPassword); err != nil {
			t.Fatalf("after the wait: %v", err)
		}
		// Success forgets: five more are free.
		for i := range 5 {
			if _, _, err := w.try("mika", "wrong"); !errors.Is(err, provider.ErrWrongPassword) {
				t.Fatalf("after success, failure %d: %v", i+1, err)
			}
		}
	})
}

// The failure that begins a wait says so in the trail, and what is tried during it
// leaves nothing there.
func TestLockOutsStandInTheTrail(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		for range 7 {
			_, _, _ = w.try("mika", "wrong")
		}
		w.clock.advance(time.Second)
		_, _, _ = w.try("mika", "wrong")
		events, err := w.st.Events(w.t.Context(), w.pool.ID, "", "", 100)
		if err != nil {
			w.t.Fatal(err)
		}
		var locks []string
		for _, e := range events {
			if e.Action == "signin.failure" {
				locks = append(locks, e.Detail["reason"]+" "+e.Detail["locked"])
			}
		}
		free := "wrong_password "
		if want := []string{free + "2s", free + "1s", free, free, free, free}; !slices.Equal(locks, want) {
			t.Errorf("newest first: %q, want %q", locks, want)
		}
	})
}

func TestManyGuessesAtOnceAreNoBetter(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		before := w.flow.Hasher.Hashes()
		var wg sync.WaitGroup
		browsers := make([]*browser, 40)
		for i := range browsers {
			browsers[i] = w.open(nil)
		}
		for _, b := range browsers {
			wg.Go(func() {
				_, err := b.answer(signin.Answer{Username: "mika", Password: "guess"})
				if c := provider.CodeOf(err); c != provider.CodeUnauthorized && c != provider.CodeThrottled {
					t.Errorf("%v", err)
				}
			})
		}
		wg.Wait()
		if n := w.flow.Hasher.Hashes() - before; n != 5 {
			t.Errorf("%d of 40 guesses were checked, not 5", n)
		}
	})
}

func TestHonestCrowdIsNotHeldBack(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		var wg sync.WaitGroup
		var in atomic.Int64
		for range 32 {
			b := w.open(nil)
			wg.Go(func() {
				if _, err := b.answer(signin.Answer{Username: "mika", Password: rightPassword}); err != nil {
					t.Error(err)
					return
				}
				in.Add(1)
			})
		}
		wg.Wait()
		row, err := w.st.Pool(w.pool.ID).Tries(t.Context(), "address:203.0.113.7")
		if in.Load() != 32 || row.Failures != 0 || err != nil {
			t.Errorf("%d signed in, %d failures left on the address, %v", in.Load(), row.Failures, err)
		}
	})
}

func TestOneAddressTriesManyUsers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.SQLiteConfig(t))
	var err error
	for i := range 101 {
		if _, _, err = w.try("nobody"+string(rune('a'+i%26))+string(rune('a'+i/26)), "Spring-2030"); provider.CodeOf(err) == provider.CodeThrottled {
			if i != 100 {
				t.Fatalf("throttled at try %d", i+1)
			}
			break
		}
	}
	if provider.CodeOf(err) != provider.CodeThrottled {
		t.Errorf("a hundred users from one address: %v", err)
	}
	if row, _ := w.st.Pool(w.pool.ID).Tries(t.Context(), "user:"+w.user.ID); row.Failures != 0 {
		t.Error("a try that the address lost counts against the user")
	}
}

func TestUsersWhoMayNotComeIn(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		hash := w.hash(rightPassword)
		w.addUser("Waiting", provider.UserUnconfirmed, provider.Password{Hash: hash})
		w.addUser("Reset", provider.UserResetRequired, provider.Password{Hash: hash})
		w.addUser("Late", provider.UserForceChangePassword, provider.Password{Hash: hash, Temporary: true, ExpiresAt: w.st.Now()})
		w.change(func(u *provider.User) { u.Enabled = false })
		for name, want := range map[string]error{
			"mika": provider.ErrUserDisabled, "waiting": signin.ErrUnconfirmed,
			"reset": signin.ErrResetRequired, "late": signin.ErrPasswordExpired,
		} {
			if _, _, err := w.try(name, rightPassword); !errors.Is(err, want) {
				t.Errorf("%s with the right password: %v", name, err)
			}
			if _, _, err := w.try(name, "wrong"); !errors.Is(err, provider.ErrWrongPassword) {
				t.Errorf("%s with a wrong password: %v", name, err)
			}
		}
	})
}

func TestMalformedInputIsNamed(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		before := w.flow.Hasher.Hashes()
		for _, given := range []signin.Answer{
			{}, {Username: "mika"}, {Username: "  ", Password: "x"}, {Password: "x"},
			{Username: "mi\x00ka", Password: "x"}, {Username: "mika\xff", Password: "x"},
			{Username: strings.Repeat("m", 257), Password: "x"}, {Username: "mi\nka", Password: "x"},
			{Username: "mika", Password: "x\x00"}, {Username: "mika", Password: "\xff"},
			{Username: "mika", Password: strings.Repeat("x", 1025)},
		} {
			_, err := w.open(nil).answer(given)
			var pe *provider.Error
			if !errors.As(err, &pe) || pe.Code != provider.CodeInvalid || pe.Field == "" {
				t.Errorf("%.40q: %v", given.Username+given.Password, err)
			}
		}
		if w.flow.Hasher.Hashes() != before {
			t.Error("malformed input was hashed")
		}
	})
}

func TestStaleHashIsReplaced(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		old, err := secret.NewHasher(secret.Params{Memory: 32, Time: 1, Threads: 1}, 1, 1)
		if err != nil {
			t.Fatal(err)
		}
		hash, err := old.Hash(t.Context(), rightPassword)
		if err != nil {
			t.Fatal(err)
		}
		w.addUser("Old", provider.UserConfirmed, provider.Password{Hash: hash})
		if _, _, err := w.try("old", rightPassword); err != nil {
			t.Fatal(err)
		}
		login, err := w.st.Pool(w.pool.ID).LoginByName(t.Context(), "old")
		if err != nil || !strings.Contains(login.Password.Hash, "m=64,") {
			t.Errorf("%s, %v", login.Password.Hash, err)
		}
		if _, _, err := w.try("old", rightPassword); err != nil {
			t.Errorf("with the new hash: %v", err)
		}
	})
}

func TestWhoWentAwayLosesNoTry(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		b := w.open(nil)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		for range 10 {
			if _, err := w.flow.Answer(ctx, w.pool, b.attempt, b.binding, "", signin.Answer{Username: "mika", Password: "x"}); err == nil {
				t.Fatal("answered somebody who is gone")
			}
		}
		if row, err := w.st.Pool(w.pool.ID).Tries(t.Context(), "user:"+w.user.ID); row.Failures != 0 || err != nil {
			t.Errorf("%+v, %v", row, err)
		}
	})
}

func TestTrailHoldsNoSecret(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		const typedIntoTheWrongField = "Hunter2-in-the-name-field"
		for _, name := range []string{"mika", typedIntoTheWrongField} {
			if _, _, err := w.try(name, "a-wrong-secret"); err == nil {
				t.Fatal("signed in")
			}
		}
		if _, _, err := w.try("mika", rightPassword); err != nil {
			t.Fatal(err)
		}
		events, err := w.st.Events(t.Context(), w.pool.ID, "", "", 10)
		if err != nil || len(events) != 3 {
			t.Fatalf("%d events, %v", len(events), err)
		}
		written, err := json.Marshal(events)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range []string{"a-wrong-secret", rightPassword, typedIntoTheWrongField} {
			if strings.Contains(strings.ToLower(string(written)), strings.ToLower(s)) {
				t.Errorf("the trail holds %q", s)
			}
		}
	})
}

// A pool without passwords takes none, also where a sign-in was begun before, or no code
// can be sent.
func TestNoPasswordWhereThePoolTakesNone(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		b := w.open(nil)
		w.pool.Settings.FirstFactors = []provider.Factor{provider.FactorEmail}
		if r, err := b.answer(signin.Answer{Username: "mika", Password: rightPassword}); provider.CodeOf(err) != provider.CodeUnavailable {
			t.Errorf("begun before: %+v, %v", r, err)
		}
		if _, r, err := w.try("mika", rightPassword); provider.CodeOf(err) != provider.CodeUnavailable {
			t.Errorf("begun now: %+v, %v", r, err)
		}
	})
}
