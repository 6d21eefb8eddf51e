package directory_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/factor"
	"github.com/cognate-idp/cognate/provider/message"
	"github.com/cognate-idp/cognate/provider/risk"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
)

const password = "Correct-horse-7"

// codes is a directory that sends to the mailbox, and a pool in it.
type codes struct {
	*directory.Directory
	t    *testing.T
	pool *provider.Pool
}

// eachCodes runs a test over every kind of database. The pool proves and recovers by
// both channels unless the test changes it.
func eachCodes(t *testing.T, settings provider.PoolSettings, test func(t *testing.T, d *codes)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		d := open(t, st)
		d.Guard, d.Post = &risk.Guard{Store: st}, post(t, d)
		d.PageURL = func(p *provider.Pool) string { return "https://id.example.com/" + p.ID }
		settings.SMS.Countries = []string{"US", "GB"}
		p, err := d.Pool(t.Context(), newPool(t, d, settings))
		if err != nil {
			t.Fatal(err)
		}
		test(t, &codes{d, t, p})
	})
}

// mailbox delivers what was put off and answers everything sent, newest first.
func (d *codes) mailbox() []provider.Message {
	d.t.Helper()
	d.run(directory.JobCode, d.SendCode)
	d.run(message.JobKind, d.Post.Outbox.Deliver)
	kept, err := d.Store.All().KeptMessages(d.t.Context())
	if err != nil {
		d.t.Fatal(err)
	}
	return kept
}

func (d *codes) run(kind string, do func(context.Context, provider.Job) error) {
	d.t.Helper()
	jobs, err := d.Store.All().LeaseJobs(d.t.Context(), "test", []string{kind}, 100, time.Minute)
	if err != nil {
		d.t.Fatal(err)
	}
	for _, j := range jobs {
		if err := do(d.t.Context(), j); err != nil {
			d.t.Fatal(err)
		}
		if err := d.Store.All().FinishJob(d.t.Context(), "test", j.ID); err != nil {
			d.t.Fatal(err)
		}
	}
}

// user adds a confirmed one. attributes are names and values.
func (d *codes) user(name string, attributes ...string) *provider.User {
	d.t.Helper()
	n := directory.NewUser{Username: name, Password: password, Permanent: true, Attributes: map[string]string{}}
	for i := 0; i < len(attributes); i += 2 {
		n.Attributes[attributes[i]] = attributes[i+1]
	}
	u, err := d.CreateUser(d.t.Context(), d.pool.ID, n)
	if err != nil {
		d.t.Fatal(err)
	}
	return u
}

func (d *codes) again(u *provider.User) *provider.User {
	d.t.Helper()
	now, err := d.Store.Pool(d.pool.ID).User(d.t.Context(), u.ID)
	if err != nil {
		d.t.Fatal(err)
	}
	return now
}

// wait forgets how often messages were asked for, as if the waits were over.
func (d *codes) wait(subject, purpose string) {
	d.t.Helper()
	if err := d.Store.Pool(d.pool.ID).ClearTries(d.t.Context(), "mail:"+purpose+":"+subject); err != nil {
		d.t.Fatal(err)
	}
}

// A forgotten password's code takes the first channel of the pool's order whose
// address was proved, and none that is the user's second factor.
func TestRecoveryFollowsThePoolsOrder(t *testing.T) {
	t.Parallel()
	both := []string{"email", "a@example.com", "email_verified", "true", "phone_number", "+12025550143", "phone_number_verified", "true"}
	for name, c := range map[string]struct {
		order []string
		mfa   string
		has   provider.Factor
		user  []string
		to    string
	}{
		"unset":                    {nil, "", "", both, "a@example.com"},
		"phone first":              {[]string{"verified_phone_number", "verified_email"}, "", "", both, "+12025550143"},
		"phone first, unproved":    {[]string{"verified_phone_number", "verified_email"}, "", "", both[:6], "a@example.com"},
		"phone alone, unproved":    {[]string{"verified_phone_number"}, "", "", both[:6], ""},
		"phone is the other proof": {[]string{"verified_phone_number", "verified_email"}, "OPTIONAL", provider.FactorSMS, both, "a@example.com"},
		"phone alone is both":      {[]string{"verified_phone_number"}, "OPTIONAL", provider.FactorSMS, both, ""},
		"phone is a proof no more": {[]string{"verified_phone_number"}, "OFF", provider.FactorSMS, both, "+12025550143"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachCodes(t, provider.PoolSettings{Recovery: c.order, MFA: c.mfa, AutoVerified: []string{"email", "phone_number"}}, func(t *testing.T, d *codes) {
				u := d.user("ann", c.user...)
				if c.has != "" {
					err := d.Store.Pool(d.pool.ID).ChangeUser(t.Context(), u.ID, func(u *provider.User) ([]provider.UserName, error) {
						u.MFA = u.MFA.With(c.has)
						return nil, nil
					})
					if err != nil {
						t.Fatal(err)
					}
				}
				if err := d.ForgotPassword(t.Context(), d.pool, "ann"); err != nil {
					t.Fatal(err)
				}
				sent := d.mailbox()
				if c.to == "" {
					if len(sent) != 0 {
						t.Fatalf("sent %+v", sent)
					}
					return
				}
				if len(sent) != 1 || sent[0].To != c.to || (sent[0].Channel == provider.BySMS) != strings.HasPrefix(c.to, "+") {
					t.Fatalf("sent %+v", sent)
				}
				to, known, err := d.CodeDestination(t.Context(), d.pool, "ann", provider.CodeResetPassword)
				if err != nil || !known || to.Channel != sent[0].Channel || to.Destination != directory.Masked(c.to) {
					t.Errorf("says %+v %v %v", to, known, err)
				}
				if _, err := d.ConfirmForgotPassword(t.Context(), d.pool, "ann", sent[0].Code, "Another-horse-8"); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// Names are not tried by the million through the API, which tells of taken ones; nor are
// pools filled whose newcomers are sent nothing.
func TestSignUpsAreCountedByTheNetwork(t *testing.T) {
	t.Parallel()
	for name, proves := range map[string][]string{"proves": {"email"}, "proves nothing": nil} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachCodes(t, provider.PoolSettings{AutoVerified: proves}, func(t *testing.T, d *codes) {
				d.user("ann")
				try := func(username, from string) error {
					ctx := provider.WithActor(t.Context(), provider.Actor{Kind: "client", Address: from})
					_, err := d.SignUp(ctx, d.pool, directory.SignUp{Username: username, Password: password})
					return err
				}
				for i := range 49 {
					if err := try("ann", "2001:db8::"+strconv.Itoa(i+1)); !errors.Is(err, provider.ErrUserExists) {
						t.Fatalf("try %d: %v", i, err)
					}
				}
				if err := try("new", "2001:db8::a"); err != nil {
					t.Fatal(err)
				}
				for _, username := range []string{"ann", "newer"} {
					if err := try(username, "2001:db8::b"); provider.CodeOf(err) != provider.CodeThrottled {
						t.Errorf("%s, once more: %v", username, err)
					}
				}
				if err := try("newer", "2001:db8:0:1::1"); err != nil {
					t.Errorf("from elsewhere: %v", err)
				}
			})
		})
	}
}

// Nobody finds out whom a pool knows by trying names as their own, however many of them
// are free.
func TestTakenNamesAreTriedSlowly(t *testing.T) {
	t.Parallel()
	eachCodes(t, provider.PoolSettings{AliasAttrs: []string{"preferred_username"}}, func(t *testing.T, d *codes) {
		for i := range 8 {
			d.user("user" + strconv.Itoa(i))
		}
		u := d.user("mallory")
		set := func(values map[string]string) error {
			_, err := d.UpdateOwnAttributes(t.Context(), d.pool, u, nil, values)
			return err
		}
		for i := range 5 {
			if err := set(map[string]string{"preferred_username": "USER" + strconv.Itoa(i)}); !errors.Is(err, provider.ErrAliasExists) {
				t.Fatalf("try %d: %v", i, err)
			}
			if i < 4 {
				if err := set(map[string]string{"preferred_username": "free" + strconv.Itoa(i)}); err != nil {
					t.Fatalf("a free name, after %d: %v", i, err)
				}
			}
		}
		if err := set(map[string]string{"preferred_username": "user6"}); provider.CodeOf(err) != provider.CodeThrottled {
			t.Errorf("one more: %v", err)
		}
		if err := set(map[string]string{"nickname": "mal", "preferred_username": ""}); err != nil {
			t.Errorf("what betrays nobody: %v", err)
		}
	})
}

// Where case tells names apart, one mailbox has many spellings, and is mailed no more
// often for it.
func TestSpellingsOfOneMailbox(t *testing.T) {
	t.Parallel()
	s := provider.PoolSettings{CaseSensitive: true, UsernameAttrs: []string{"email"}, AutoVerified: []string{"email"}}
	eachCodes(t, s, func(t *testing.T, d *codes) {
		sent := 0
		for _, address := range []string{"victim@example.com", "Victim@example.com", "vIctim@example.com", "VICTIM@EXAMPLE.COM"} {
			if _, err := d.SignUpQuietly(t.Context(), d.pool, directory.SignUp{Username: address, Password: password}); err == nil {
				sent++
			}
			if _, err := d.SignUp(t.Context(), d.pool, directory.SignUp{Username: address + ".au", Password: password}); err == nil {
				sent++
			}
		}
		if n := len(d.mailbox()); n != 2 || sent != 2 {
			t.Errorf("%d taken in, %d sent", sent, n)
		}
	})
}

// Where only administrators reset passwords, every name is told the same, and their
// reset still reaches the user.
func TestAdministratorsAloneReset(t *testing.T) {
	t.Parallel()
	eachCodes(t, provider.PoolSettings{Recovery: []string{"admin_only"}}, func(t *testing.T, d *codes) {
		d.user("ann", "email", "a@example.com", "email_verified", "true")
		for _, name := range []string{"ann", "nobody"} {
			if err := d.ForgotPassword(t.Context(), d.pool, name); !errors.Is(err, directory.ErrAskAdministrator) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if d.Recovers(d.pool) {
			t.Error("offers recovery")
		}
		if err := d.ResetPassword(t.Context(), d.pool.ID, "ann"); err != nil {
			t.Fatal(err)
		}
		sent := d.mailbox()
		if len(sent) != 1 {
			t.Fatalf("sent %+v", sent)
		}
		if _, err := d.ConfirmForgotPassword(t.Context(), d.pool, "ann", sent[0].Code, "Another-horse-8"); err != nil {
			t.Error(err)
		}
	})
}

// A wrong code costs the same reads and writes whether the name has a code, has none,
// or is nobody's.
func TestWrongCodesCostTheSame(t *testing.T) {
	t.Parallel()
	eachCodes(t, provider.PoolSettings{FirstFactors: []provider.Factor{provider.FactorEmail}}, func(t *testing.T, d *codes) {
		d.user("ann", "email", "a@example.com", "email_verified", "true")
		d.user("ben", "email", "b@example.com", "email_verified", "true")
		if err := d.ForgotPassword(t.Context(), d.pool, "ann"); err != nil {
			t.Fatal(err)
		}
		if err := d.AskSignIn(t.Context(), d.pool, "ann", "attempt", provider.ByEmail); err != nil {
			t.Fatal(err)
		}
		d.mailbox()
		seen := map[string]any{}
		for _, name := range []string{"ann", "ben", "nobody"} {
			counts := []any{}
			for _, do := range []func() error{
				func() error {
					_, err := d.ConfirmForgotPassword(t.Context(), d.pool, name, "000000x", "Another-horse-8")
					return err
				},
				func() error {
					_, try, err := d.ProveSignIn(t.Context(), d.pool, name, "attempt", provider.ByEmail, "000000x")
					try.Release()
					return err
				},
				func() error { return d.AskSignIn(t.Context(), d.pool, name+"x", "attempt", provider.ByEmail) },
			} {
				hashes := d.Hasher.Hashes()
				var err error
				n := storetest.Count(t, d.Store, func() { err = do() })
				text := ""
				if err != nil {
					text = err.Error()
				}
				counts = append(counts, n.Reads, n.Writes, n.Commits, d.Hasher.Hashes()-hashes, text)
			}
			seen[name] = [15]any(counts)
		}
		if seen["ann"] != seen["ben"] || seen["ann"] != seen["nobody"] {
			t.Errorf("%+v", seen)
		}
	})
}

// Signing up costs the same for a free name, a taken one and a taken address; of two who
// want one name at once, one has it, and the other is told by mail.
func TestSigningUpCostsTheSame(t *testing.T) {
	t.Parallel()
	eachCodes(t, provider.PoolSettings{AliasAttrs: []string{"email"}, AutoVerified: []string{"email"}}, func(t *testing.T, d *codes) {
		d.user("ann", "email", "a@example.com", "email_verified", "true")
		seen := map[[4]uint64]bool{}
		for _, who := range [][2]string{{"new", "new@example.com"}, {"ann", "other@example.com"}, {"ben", "a@example.com"}} {
			hashes := d.Hasher.Hashes()
			var err error
			n := storetest.Count(t, d.Store, func() {
				_, err = d.SignUpQuietly(t.Context(), d.pool, directory.SignUp{Username: who[0], Password: password, Attributes: map[string]string{"email": who[1]}})
			})
			if err != nil {
				t.Fatal(err)
			}
			seen[[4]uint64{uint64(n.Reads), uint64(n.Writes), uint64(n.Commits), d.Hasher.Hashes() - hashes}] = true
			if jobs := len(d.mailbox()); jobs == 0 {
				t.Error("nothing was sent")
			}
		}
		if len(seen) != 1 {
			t.Errorf("the work tells who has an account: %v", seen)
		}
		var all sync.WaitGroup
		for _, address := range []string{"one@example.com", "two@example.com"} {
			all.Go(func() {
				_, err := d.SignUpQuietly(context.Background(), d.pool, directory.SignUp{Username: "same", Password: password, Attributes: map[string]string{"email": address}})
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		jobs, err := d.Store.All().LeaseJobs(t.Context(), "test", []string{directory.JobCode}, 10, time.Minute)
		if err != nil || len(jobs) != 2 {
			t.Fatalf("%d jobs, %v", len(jobs), err)
		}
		for _, j := range jobs {
			all.Go(func() {
				for range 2 { // a job may run again after a crash
					if err := d.SendCode(context.Background(), j); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		codes, told := 0, 0
		for _, m := range d.mailbox() {
			if m.To != "one@example.com" && m.To != "two@example.com" {
				continue
			}
			if m.Code != "" {
				codes++
			} else {
				told++
			}
		}
		if codes != 1 || told < 1 {
			t.Errorf("%d have a code, %d notices", codes, told)
		}
	})
}

// A code signs in the attempt that asked for it, once, by the channel that it was
// asked for, and who restarts gets no more tries than five a code.
func TestSignInCodes(t *testing.T) {
	t.Parallel()
	eachCodes(t, provider.PoolSettings{FirstFactors: []provider.Factor{provider.FactorEmail, provider.FactorSMS}}, func(t *testing.T, d *codes) {
		ann := d.user("ann", "email", "a@example.com", "email_verified", "true", "phone_number", "+12025550143", "phone_number_verified", "true")
		ask := func(attempt string, by provider.Channel) string {
			d.wait("user:"+ann.ID, "sign_in")
			if err := d.Guard.Answered(t.Context(), d.pool.ID, risk.Subject{Name: "ann"}, "sign_in"); err != nil {
				t.Fatal(err)
			}
			if err := d.AskSignIn(t.Context(), d.pool, "ann", attempt, by); err != nil {
				t.Fatal(err)
			}
			return d.mailbox()[0].Code
		}
		try := func(attempt string, by provider.Channel, code string) (*directory.Proof, error) {
			proof, try, err := d.ProveSignIn(t.Context(), d.pool, "ann", attempt, by, code)
			if try != nil {
				defer try.Release()
				if err == nil {
					err = try.Passed(t.Context())
				}
			}
			return proof, err
		}
		one, two := ask("one", provider.ByEmail), ask("two", provider.ByEmail)
		if _, err := try("two", provider.ByEmail, one); !errors.Is(err, provider.ErrCodeMismatch) {
			t.Errorf("another attempt's code: %v", err)
		}
		if _, err := try("one", provider.BySMS, one); !errors.Is(err, provider.ErrCodeMismatch) {
			t.Errorf("as a text's: %v", err)
		}
		if _, err := d.ConfirmForgotPassword(t.Context(), d.pool, "ann", one, "Another-horse-8"); !errors.Is(err, provider.ErrCodeMismatch) {
			t.Errorf("a sign-in code resets: %v", err)
		}
		if _, err := try("two", provider.ByEmail, two); err != nil {
			t.Fatal(err)
		}
		// Two uses at once: one wins.
		proof, err := try("one", provider.ByEmail, one)
		if err != nil {
			t.Fatal(err)
		}
		var wins, losses int
		var mu sync.Mutex
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				err := d.Store.Tx(context.Background(), proof.Spend)
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
			t.Errorf("%d wins, %d losses", wins, losses)
		}
		if _, err := try("one", provider.ByEmail, one); !errors.Is(err, provider.ErrCodeMismatch) {
			t.Errorf("used again: %v", err)
		}
		// Five tries a code, however long they take.
		forgive := func() {
			if err := d.Store.Pool(d.pool.ID).ClearTries(t.Context(), "user:"+ann.ID); err != nil {
				t.Fatal(err)
			}
		}
		last := ask("three", provider.BySMS)
		for range 5 {
			forgive()
			if _, err := try("three", provider.BySMS, "000000x"); !errors.Is(err, provider.ErrCodeMismatch) {
				t.Fatal(err)
			}
		}
		forgive()
		if _, err := try("three", provider.BySMS, last); !errors.Is(err, provider.ErrCodeMismatch) {
			t.Errorf("a code outlives its tries: %v", err)
		}
		// And five failures of the user before a wait, however many attempts are begun.
		forgive()
		for _, attempt := range []string{"a", "b", "c", "d", "e"} {
			_, _ = try(attempt, provider.BySMS, "000000x")
		}
		fresh := ask("four", provider.BySMS)
		if _, err := try("four", provider.BySMS, fresh); provider.CodeOf(err) != provider.CodeThrottled {
			t.Errorf("a new attempt is free again: %v", err)
		}
	})
}

// Where a code is said to go does not tell who exists: a name that nobody has is answered
// as one that somebody could have, and always the same.
func TestMadeUpDestinations(t *testing.T) {
	t.Parallel()
	settings := provider.PoolSettings{AliasAttrs: []string{"email"}, AutoVerified: []string{"email", "phone_number"}}
	eachCodes(t, settings, func(t *testing.T, d *codes) {
		d.user("ann", "email", "Ann@example.com", "email_verified", "true")
		d.user("ben", "phone_number", "+12025550143", "phone_number_verified", "true")
		d.user("cem", "email", "cem@example.com") // proved nothing
		where := func(name string, purpose provider.CodePurpose) directory.Delivery {
			t.Helper()
			to, _, err := d.CodeDestination(t.Context(), d.pool, name, purpose)
			if err != nil {
				t.Fatal(err)
			}
			return to
		}
		shapes := map[string]bool{"x***@x***": true, "+*******0000": true, "+********0000": true} // US and GB
		for _, purpose := range []provider.CodePurpose{provider.CodeResetPassword, provider.CodeSignUp} {
			seen := map[provider.Channel]int{}
			said := map[string]bool{}
			for i := range 60 {
				name := fmt.Sprintf("nobody%d", i)
				to := where(name, purpose)
				if again := where(strings.ToUpper(name), purpose); again != to {
					t.Errorf("%s: %+v, then %+v", name, to, again)
				}
				shape := strings.Map(func(r rune) rune {
					switch {
					case 'a' <= r && r <= 'z':
						return 'x'
					case '0' <= r && r <= '9':
						return '0'
					}
					return r
				}, to.Destination)
				if !shapes[shape] {
					t.Errorf("%s: %+v", name, to)
				}
				seen[to.Channel]++
				said[to.Destination] = true
			}
			if seen[provider.ByEmail] < 10 || seen[provider.BySMS] < 10 || len(said) < 20 {
				t.Errorf("%s: a channel tells who exists: %v, %d destinations", purpose, seen, len(said))
			}
		}
		for name, want := range map[string]string{
			"ann": "a***@e***", "ANN@EXAMPLE.COM": "a***@e***", "zed@example.com": "z***@e***", "ZED@example.com": "z***@e***", "cem@example.com": "c***@e***",
		} {
			if to := where(name, provider.CodeResetPassword); to.Channel != provider.ByEmail || to.Destination != want {
				t.Errorf("%s: %+v", name, to)
			}
		}
	})
}

// Somebody is sent no more codes by being asked for under all of their names, the sub
// among them.
func TestCodesAreCountedByTheUser(t *testing.T) {
	t.Parallel()
	eachCodes(t, provider.PoolSettings{AliasAttrs: []string{"email"}}, func(t *testing.T, d *codes) {
		ann := d.user("ann", "email", "a@example.com", "email_verified", "true")
		ben := d.user("ben", "email", "b@example.com", "email_verified", "true")
		for _, name := range []string{"ann", ann.ID, "a@example.com", ben.ID, "ben", "b@example.com"} {
			if err := d.ForgotPassword(t.Context(), d.pool, name); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		to := map[string]int{}
		for _, m := range d.mailbox() {
			to[m.To]++
		}
		if to["a@example.com"] != 1 || to["b@example.com"] != 1 {
			t.Errorf("sent: %v", to)
		}
	})
}

// Who set up codes by mail to stand beside their password is not let in by such a code
// alone.
func TestTheOnlySecondFactorIsNoFirst(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		mfa   string
		first []provider.Factor
		has   []provider.Factor
		sent  int
	}{
		"its only second factor":     {"OPTIONAL", []provider.Factor{provider.FactorPassword, provider.FactorEmail}, []provider.Factor{provider.FactorEmail}, 0},
		"where everybody needs one":  {"ON", []provider.Factor{provider.FactorPassword, provider.FactorEmail}, []provider.Factor{provider.FactorEmail}, 0},
		"one of two":                 {"OPTIONAL", []provider.Factor{provider.FactorPassword, provider.FactorEmail}, []provider.Factor{provider.FactorEmail, provider.FactorTOTP}, 1},
		"none":                       {"OPTIONAL", []provider.Factor{provider.FactorPassword, provider.FactorEmail}, nil, 1},
		"second factors are off":     {"OFF", []provider.Factor{provider.FactorPassword, provider.FactorEmail}, []provider.Factor{provider.FactorEmail}, 1},
		"the pool takes no password": {"OPTIONAL", []provider.Factor{provider.FactorEmail}, []provider.Factor{provider.FactorEmail}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			settings := provider.PoolSettings{FirstFactors: c.first, MFA: c.mfa, SecondFactors: []provider.Factor{provider.FactorEmail, provider.FactorTOTP}}
			eachCodes(t, settings, func(t *testing.T, d *codes) {
				u := d.user("ann", "email", "a@example.com", "email_verified", "true")
				err := d.Store.Pool(d.pool.ID).ChangeUser(t.Context(), u.ID, func(u *provider.User) ([]provider.UserName, error) {
					for _, f := range c.has {
						u.MFA = u.MFA.With(f)
					}
					return nil, nil
				})
				if err != nil {
					t.Fatal(err)
				}
				if err := d.AskSignIn(t.Context(), d.pool, "ann", "attempt", provider.ByEmail); err != nil {
					t.Fatal(err)
				}
				if box := d.mailbox(); len(box) != c.sent {
					t.Errorf("%d codes, want %d", len(box), c.sent)
				}
			})
		})
	}
}

// The old address stays, and signs in, until the new one is proved; then it is told,
// and can take the change back.
func TestChangeOfAddress(t *testing.T) {
	t.Parallel()
	eachCodes(t, provider.PoolSettings{AliasAttrs: []string{"email"}}, func(t *testing.T, d *codes) {
		ctx := t.Context()
		ann := d.user("ann", "email", "old@example.com", "email_verified", "true")
		sent, err := d.ChangeAddress(ctx, d.pool, ann, provider.ByEmail, "new@example.com")
		if err != nil || sent == nil || sent.Destination != "n***@e***" {
			t.Fatalf("%+v %v", sent, err)
		}
		box := d.mailbox()
		if len(box) != 1 || box[0].To != "new@example.com" {
			t.Fatalf("sent %+v", box)
		}
		if now := d.again(ann); now.Attributes["email"] != "old@example.com" || now.Attributes["email_verified"] != "true" {
			t.Fatalf("before the proof: %+v", now.Attributes)
		}
		if waits, err := d.Pending(ctx, d.pool, ann, provider.ByEmail); err != nil || waits != "new@example.com" {
			t.Errorf("waits: %q %v", waits, err)
		}
		if _, err := d.FindUser(ctx, d.pool.ID, "new@example.com"); !errors.Is(err, provider.ErrUserNotFound) {
			t.Errorf("the unproved address leads somewhere: %v", err)
		}
		if _, err := d.Verify(ctx, d.pool, ann, provider.ByEmail, "000000x"); !errors.Is(err, provider.ErrCodeMismatch) {
			t.Errorf("a wrong code: %v", err)
		}
		now, err := d.Verify(ctx, d.pool, ann, provider.ByEmail, box[0].Code)
		if err != nil || now.Attributes["email"] != "new@example.com" || now.Attributes["email_verified"] != "true" {
			t.Fatalf("%+v %v", now, err)
		}
		if _, err := d.Verify(ctx, d.pool, ann, provider.ByEmail, box[0].Code); !errors.Is(err, provider.ErrCodeMismatch) {
			t.Errorf("replayed: %v", err)
		}
		if _, err := d.FindUser(ctx, d.pool.ID, "old@example.com"); !errors.Is(err, provider.ErrUserNotFound) {
			t.Errorf("the old address leads somewhere: %v", err)
		}
		notice := d.mailbox()[0]
		if notice.To != "old@example.com" || !strings.HasPrefix(notice.Link, "https://id.example.com/"+d.pool.ID+"/undo?token=") {
			t.Fatalf("told %+v", notice)
		}
		link, err := url.Parse(notice.Link)
		if err != nil {
			t.Fatal(err)
		}
		token := link.Query().Get("token")

		// Whoever took the account over changes it once more, and wants to change it again.
		d.wait("user:"+ann.ID, "verify_email")
		if _, err := d.ChangeAddress(ctx, d.pool, now, provider.ByEmail, "third@example.com"); err != nil {
			t.Fatal(err)
		}
		if now, err = d.Verify(ctx, d.pool, now, provider.ByEmail, d.mailbox()[0].Code); err != nil {
			t.Fatal(err)
		}
		if _, err := d.ChangeAddress(ctx, d.pool, now, provider.ByEmail, "fourth@example.com"); err != nil {
			t.Fatal(err)
		}
		pending := d.mailbox()[0].Code
		if what, err := d.Undoable(ctx, d.pool, token); err != nil || what.Destination != "o***@e***" {
			t.Fatalf("%+v %v", what, err)
		}
		if d.again(ann).Attributes["email"] != "third@example.com" {
			t.Error("looking took it back")
		}
		if err := d.Undo(ctx, d.pool, token); err != nil {
			t.Fatal(err)
		}
		back := d.again(ann)
		if back.Attributes["email"] != "old@example.com" || back.Attributes["email_verified"] != "true" || back.Status != provider.UserResetRequired || back.ValidAfter == 0 {
			t.Errorf("taken back: %+v", back)
		}
		if _, err := d.Verify(ctx, d.pool, back, provider.ByEmail, pending); !errors.Is(err, provider.ErrCodeMismatch) {
			t.Errorf("what waited goes on: %v", err)
		}
		if err := d.Undo(ctx, d.pool, token); !errors.Is(err, provider.ErrCodeMismatch) {
			t.Errorf("taken back twice: %v", err)
		}
		if found, err := d.FindUser(ctx, d.pool.ID, "old@example.com"); err != nil || found.ID != ann.ID {
			t.Errorf("the old address: %+v %v", found, err)
		}
		if told := d.mailbox()[0]; told.To != "old@example.com" || !strings.Contains(told.Subject, "was taken back") || !strings.Contains(told.Text, "This address counts again") {
			t.Errorf("told %q: %s %s", told.To, told.Subject, told.Text)
		}
	})
}

// A change that is taken back takes with it what came after: factors, passkeys, linked
// accounts and browsers of whoever made it, and the other address. What was there before stays.
func TestUndoTakesAwayWhatCameSince(t *testing.T) {
	t.Parallel()
	settings := provider.PoolSettings{MFA: "OPTIONAL", SecondFactors: []provider.Factor{provider.FactorTOTP, provider.FactorPasskey, provider.FactorSMS, provider.FactorEmail}}
	eachCodes(t, settings, func(t *testing.T, d *codes) {
		ctx, rows := t.Context(), d.Store.Pool(d.pool.ID)
		f := &factor.Factors{Store: d.Store, Sealer: d.Sealer, Audit: d.Audit}
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		setUp := func(u *provider.User, what string) {
			t.Helper()
			must(d.Store.Tx(ctx, func(ctx context.Context) error {
				must(f.AddPasskey(ctx, d.pool, &provider.Passkey{UserID: u.ID, ID: what + u.ID, PublicKey: []byte{1}, Name: what}))
				must(rows.AddDevice(ctx, &provider.Device{UserID: u.ID, ID: what, TokenHash: []byte(what), Remembered: true, CreatedAt: d.Store.Now(), ExpiresAt: 1 << 60}, 100))
				_, write, err := f.NewRecoveryCodes(d.pool, u.ID)
				must(err)
				must(write(ctx))
				must(rows.PutPendingTOTP(ctx, u.ID, []byte(what)))
				must(rows.ConfirmTOTP(ctx, &provider.TOTP{UserID: u.ID, SealedSecret: []byte(what)}, []byte(what)))
				must(f.Added(ctx, d.pool, u.ID, provider.FactorTOTP))
				must(f.Added(ctx, d.pool, u.ID, provider.FactorSMS))
				_, err = rows.AddFederatedLogin(ctx, &provider.FederatedLogin{Provider: "google", Issuer: "https://id.example", Subject: what + u.ID, UserID: u.ID})
				return err
			}))
		}
		taken := func(u *provider.User) string {
			t.Helper()
			old := u.Attributes["email"]
			if _, err := d.ChangeAddress(ctx, d.pool, u, provider.ByEmail, "mallory"+old); err != nil {
				t.Fatal(err)
			}
			_, err := d.Verify(ctx, d.pool, u, provider.ByEmail, d.mailbox()[0].Code)
			must(err)
			link, err := url.Parse(d.mailbox()[0].Link)
			must(err)
			return link.Query().Get("token")
		}
		moves := func(u *provider.User, number string) {
			t.Helper()
			if _, err := d.ChangeAddress(ctx, d.pool, d.again(u), provider.BySMS, number); err != nil {
				t.Fatal(err)
			}
			for _, m := range d.mailbox() {
				if m.To == number && m.Code != "" {
					_, err := d.Verify(ctx, d.pool, d.again(u), provider.BySMS, m.Code)
					must(err)
					return
				}
			}
			t.Fatal("nothing was sent")
		}
		has := func(u *provider.User) [5]int {
			t.Helper()
			keys, err := rows.Passkeys(ctx, u.ID)
			must(err)
			browsers, err := rows.Devices(ctx, u.ID, "", 10)
			must(err)
			codes, err := rows.CountRecoveryCodes(ctx, u.ID)
			must(err)
			linked, err := rows.FederatedLogins(ctx, u.ID)
			must(err)
			return [5]int{len(keys), len(browsers), codes, len(d.again(u).MFA.Enabled), len(linked)}
		}

		ann := d.user("ann", "email", "ann@example.com", "email_verified", "true", "phone_number", "+12025550143", "phone_number_verified", "true")
		token := taken(ann)
		setUp(ann, "since")
		moves(ann, "+12025550199")
		must(d.Undo(ctx, d.pool, token))
		now := d.again(ann)
		if has(ann) != [5]int{} || now.Attributes["phone_number"] != "" || now.Attributes["phone_number_verified"] != "" {
			t.Errorf("left: %v %v %+v", has(ann), now.MFA, now.Attributes)
		}
		if now.Attributes["email"] != "ann@example.com" || now.Status != provider.UserResetRequired {
			t.Errorf("%+v", now)
		}

		ben := d.user("ben", "email", "ben@example.com", "email_verified", "true", "phone_number", "+12025550144", "phone_number_verified", "true")
		setUp(ben, "before")
		token = taken(d.again(ben))
		must(f.AddPasskey(ctx, d.pool, &provider.Passkey{UserID: ben.ID, ID: "since", PublicKey: []byte{1}, Name: "since"}))
		must(d.Undo(ctx, d.pool, token))
		if now := d.again(ben); has(ben) != [5]int{1, 1, 10, 3, 1} || now.Attributes["phone_number_verified"] != "true" {
			t.Errorf("left: %v %v %+v", has(ben), now.MFA, now.Attributes)
		}
		if known, err := rows.Device(ctx, ben.ID, "before"); err != nil || known.Spares(d.Store.Now()) {
			t.Errorf("a browser is spared still: %+v %v", known, err)
		}

		// A number that was the second factor before and is another's by now proves nothing.
		cem := d.user("cem", "email", "cem@example.com", "email_verified", "true", "phone_number", "+12025550145", "phone_number_verified", "true")
		setUp(cem, "before2")
		token = taken(d.again(cem))
		moves(cem, "+12025550188")
		must(d.Undo(ctx, d.pool, token))
		if now := d.again(cem); now.MFA.Has(provider.FactorSMS) || now.Attributes["phone_number"] != "" || !now.MFA.Has(provider.FactorTOTP) {
			t.Errorf("left: %+v %+v", now.MFA, now.Attributes)
		}
	})
}

// Who goes back to their old address by themselves has taken the change back: the address
// of whoever made it gets no way to return.
func TestNoWayBackToAForeignAddress(t *testing.T) {
	t.Parallel()
	eachCodes(t, provider.PoolSettings{AliasAttrs: []string{"email"}}, func(t *testing.T, d *codes) {
		ann := d.user("ann", "email", "ann@example.com", "email_verified", "true")
		move := func(to string) {
			t.Helper()
			d.wait("user:"+ann.ID, "verify_email")
			if _, err := d.ChangeAddress(t.Context(), d.pool, d.again(ann), provider.ByEmail, to); err != nil {
				t.Fatal(err)
			}
			if _, err := d.Verify(t.Context(), d.pool, d.again(ann), provider.ByEmail, d.mailbox()[0].Code); err != nil {
				t.Fatal(err)
			}
		}
		newest := func(to string) provider.Message {
			t.Helper()
			for _, m := range d.mailbox() {
				if m.To == to && m.Code == "" {
					return m
				}
			}
			t.Fatalf("%s was told nothing", to)
			return provider.Message{}
		}
		move("mallory@example.com") // with a session that was left open
		if newest("ann@example.com").Link == "" {
			t.Fatal("no way back for ann")
		}
		move("mallory2@example.com")
		between, err := url.Parse(newest("mallory@example.com").Link)
		if err != nil {
			t.Fatal(err)
		}
		move("ann@example.com") // on her account's own pages
		if m := newest("mallory2@example.com"); m.Link != "" {
			t.Errorf("told %+v", m)
		}
		if err := d.Undo(t.Context(), d.pool, between.Query().Get("token")); !errors.Is(err, provider.ErrCodeMismatch) {
			t.Errorf("the address between: %v", err)
		}
		if now := d.again(ann).Attributes["email"]; now != "ann@example.com" {
			t.Errorf("ann's address is %s", now)
		}
	})
}

// Whoever has an address taken away is told, also when an operator does it, and gets no way
// back from that. One that was never proved is a stranger's, and is told nothing.
func TestTheOldAddressIsTold(t *testing.T) {
	t.Parallel()
	const old, other = "+12025550143", "+12025550144"
	eachCodes(t, provider.PoolSettings{Verification: provider.VerificationSettings{ReplaceAtOnce: []string{"email", "phone_number"}}}, func(t *testing.T, d *codes) {
		before := 0
		told := func(want ...string) {
			t.Helper()
			box := d.mailbox()
			var got []string
			for _, m := range box[:len(box)-before] {
				got = append(got, m.To)
				if m.Link != "" {
					t.Errorf("%s got a way back", m.To)
				}
			}
			before = len(box)
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("told %q, want %q", got, want)
			}
		}
		operator := func(u *provider.User, attributes ...string) {
			t.Helper()
			if err := d.UpdateUser(t.Context(), d.pool.ID, u.ID, attr(attributes...)); err != nil {
				t.Fatal(err)
			}
		}
		ann := d.user("ann", "email", "ann@example.com", "email_verified", "true", "phone_number", old, "phone_number_verified", "true")
		operator(ann, "name", "Ann", "email", "ann@example.com", "phone_number_verified", "true")
		told()
		operator(ann, "email", "an@example.com", "phone_number", other)
		told(old, "ann@example.com")
		operator(ann, "email", "a@example.com", "phone_number", "")
		told()

		ben := d.user("ben", "email", "ben@example.com", "phone_number", old)
		if _, err := d.ChangeAddress(t.Context(), d.pool, ben, provider.BySMS, other); err != nil {
			t.Fatal(err)
		}
		if _, err := d.ChangeAddress(t.Context(), d.pool, ben, provider.ByEmail, "b@example.com"); err != nil {
			t.Fatal(err)
		}
		told()
	})
}

// Codes that are a second factor go to an address that somebody vouches for: an operator
// who changes it does so, or turns the factor off first.
func TestASecondFactorsAddressStaysProved(t *testing.T) {
	t.Parallel()
	const old, other = "+12025550143", "+12025550144"
	eachCodes(t, provider.PoolSettings{MFA: "OPTIONAL", SecondFactors: []provider.Factor{provider.FactorSMS}}, func(t *testing.T, d *codes) {
		set := func(u *provider.User, attributes ...string) error {
			return d.UpdateUser(t.Context(), d.pool.ID, u.ID, attr(attributes...))
		}
		ann := d.user("ann", "email", "ann@example.com", "email_verified", "true", "phone_number", old, "phone_number_verified", "true")
		f := &factor.Factors{Store: d.Store, Sealer: d.Sealer, Audit: d.Audit}
		if err := f.Added(t.Context(), d.pool, ann.ID, provider.FactorSMS); err != nil {
			t.Fatal(err)
		}
		for _, bad := range [][]string{{"phone_number", other}, {"phone_number", other, "phone_number_verified", "false"}, {"phone_number", ""}, {"phone_number_verified", "false"}} {
			code(t, set(ann, bad...), provider.CodeInvalid)
		}
		if now := d.again(ann); now.Attributes["phone_number"] != old || now.Attributes["phone_number_verified"] != "true" {
			t.Errorf("%+v", now.Attributes)
		}
		if err := errors.Join(set(ann, "email", "an@example.com"), set(ann, "phone_number", other, "phone_number_verified", "true")); err != nil {
			t.Error(err)
		}
		off := false
		if err := f.SetPreferences(t.Context(), d.pool, ann.ID, []factor.Preference{{Factor: provider.FactorSMS, Enabled: &off}}); err != nil {
			t.Fatal(err)
		}
		if err := set(ann, "phone_number", old); err != nil {
			t.Error(err)
		}
	})
}

// Two who prove one address: it is the first one's. An account that was never
// confirmed is in nobody's way.
func TestOneAddressOneUser(t *testing.T) {
	t.Parallel()
	eachCodes(t, provider.PoolSettings{UsernameAttrs: []string{"email"}, AutoVerified: []string{"email"}}, func(t *testing.T, d *codes) {
		ctx := t.Context()
		if _, err := d.SignUp(ctx, d.pool, directory.SignUp{Username: "wanted@example.com", Password: password}); err != nil {
			t.Fatal(err)
		}
		d.mailbox()
		people := []*provider.User{d.user("ann@example.com", "email_verified", "true"), d.user("ben@example.com", "email_verified", "true")}
		var given []string
		for _, u := range people {
			if _, err := d.ChangeAddress(ctx, d.pool, u, provider.ByEmail, "wanted@example.com"); err != nil {
				t.Fatal(err)
			}
			given = append(given, d.mailbox()[0].Code)
		}
		results := make([]error, 2)
		var all sync.WaitGroup
		for i, u := range people {
			all.Go(func() {
				_, results[i] = d.Verify(context.Background(), d.pool, u, provider.ByEmail, given[i])
			})
		}
		all.Wait()
		wins := 0
		for _, err := range results {
			if err == nil {
				wins++
			} else if !errors.Is(err, provider.ErrAliasExists) {
				t.Error(err)
			}
		}
		if wins != 1 {
			t.Errorf("%d have the address: %v", wins, results)
		}
	})
}

// Where the pool says so, a new address counts at once. One that is a second factor
// never does.
func TestReplaceAtOnce(t *testing.T) {
	t.Parallel()
	eachCodes(t, provider.PoolSettings{Verification: provider.VerificationSettings{ReplaceAtOnce: []string{"email"}}}, func(t *testing.T, d *codes) {
		ann := d.user("ann", "email", "a@example.com", "email_verified", "true")
		if _, err := d.UpdateOwnAttributes(t.Context(), d.pool, ann, nil, map[string]string{"email_verified": "true"}); provider.CodeOf(err) != provider.CodeInvalid {
			t.Errorf("somebody vouches for themselves: %v", err)
		}
		if _, err := d.UpdateOwnAttributes(t.Context(), d.pool, ann, nil, map[string]string{"email": "b@example.com", "name": "Ann"}); err != nil {
			t.Fatal(err)
		}
		now := d.again(ann)
		if now.Attributes["email"] != "b@example.com" || now.Attributes["email_verified"] != "" || now.Attributes["name"] != "Ann" {
			t.Errorf("%+v", now.Attributes)
		}
		err := d.Store.Pool(d.pool.ID).ChangeUser(t.Context(), ann.ID, func(u *provider.User) ([]provider.UserName, error) {
			u.MFA = u.MFA.With(provider.FactorEmail)
			return nil, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.ChangeAddress(t.Context(), d.pool, d.again(ann), provider.ByEmail, "c@example.com"); err != nil {
			t.Fatal(err)
		}
		if now := d.again(ann); now.Attributes["email"] != "b@example.com" {
			t.Errorf("a second factor was replaced at once: %+v", now.Attributes)
		}
		if _, err := d.ChangeAddress(t.Context(), d.pool, d.again(ann), provider.ByEmail, ""); provider.CodeOf(err) != provider.CodeInvalid {
			t.Errorf("a second factor was removed: %v", err)
		}
	})
}

// An operator whose reset cannot be texted is told that the country is not listed, also
// where none is, and the user's password stays.
func TestResetsThatCannotBeTexted(t *testing.T) {
	t.Parallel()
	eachCodes(t, provider.PoolSettings{}, func(t *testing.T, d *codes) {
		held := &provider.Error{Code: provider.CodeLimit, Kind: "sms"}
		ann := d.user("ann", "phone_number", "+46701740605", "phone_number_verified", "true")
		ben := d.user("ben", "phone_number", "+46701740605", "email", "ben@example.com", "email_verified", "true")
		for _, countries := range [][]string{{"US"}, nil} {
			if err := d.ChangePool(t.Context(), d.pool.ID, func(p *provider.Pool) error { p.Settings.SMS.Countries = countries; return nil }); err != nil {
				t.Fatal(err)
			}
			err := d.ResetPassword(t.Context(), d.pool.ID, "ann")
			if !errors.Is(err, held) || !strings.Contains(err.Error(), "country") {
				t.Errorf("%q: %v", countries, err)
			}
			if now := d.again(ann); now.Status != provider.UserConfirmed {
				t.Errorf("%q: %s", countries, now.Status)
			}
		}
		if err := d.ResetPassword(t.Context(), d.pool.ID, ben.ID); err != nil {
			t.Errorf("by e-mail: %v", err)
		}
		code(t, d.ResetPassword(t.Context(), d.pool.ID, d.user("cem", "phone_number", "+46701740605").ID), provider.CodeInvalid)
	})
}

// A pool that proves both confirms a new account by text, as in Cognito.
func TestSignUpProvesThePhoneFirst(t *testing.T) {
	t.Parallel()
	eachCodes(t, provider.PoolSettings{AutoVerified: []string{"email", "phone_number"}}, func(t *testing.T, d *codes) {
		u, err := d.SignUpQuietly(t.Context(), d.pool, directory.SignUp{Username: "ann", Password: password,
			Attributes: map[string]string{"email": "a@example.com", "phone_number": "+12025550143"}})
		if err != nil {
			t.Fatal(err)
		}
		sent := d.mailbox()
		if len(sent) != 1 || sent[0].Channel != provider.BySMS || d.SignUpDelivery(d.pool, u).Destination != "+*******0143" {
			t.Fatalf("sent %+v", sent)
		}
		u, err = d.ConfirmSignUp(t.Context(), d.pool, u.ID, sent[0].Code, false)
		if err != nil || u.Attributes["phone_number_verified"] != "true" || u.Attributes["email_verified"] != "" {
			t.Errorf("%+v %v", u, err)
		}
	})
}

// An operator sends a newcomer another code, which works, or is told why none goes out.
func TestOperatorsResendCodes(t *testing.T) {
	t.Parallel()
	eachCodes(t, provider.PoolSettings{AutoVerified: []string{"phone_number"}}, func(t *testing.T, d *codes) {
		u, err := d.SignUp(t.Context(), d.pool, directory.SignUp{Username: "ann", Password: password, Attributes: attr("phone_number", "+12025550143")})
		if err != nil {
			t.Fatal(err)
		}
		first := d.mailbox()[0].Code
		to, err := d.ResendByOperator(t.Context(), d.pool.ID, "ann")
		if err != nil || to.Destination != "+*******0143" {
			t.Fatalf("%+v %v", to, err)
		}
		second := d.mailbox()[0].Code
		if _, err := d.ConfirmSignUp(t.Context(), d.pool, u.ID, first, false); !errors.Is(err, provider.ErrCodeMismatch) && first != second {
			t.Errorf("the older code: %v", err)
		}
		if _, err := d.ConfirmSignUp(t.Context(), d.pool, u.ID, second, false); err != nil {
			t.Errorf("the newer: %v", err)
		}
		_, err = d.ResendByOperator(t.Context(), d.pool.ID, "ann")
		code(t, err, provider.CodeForbidden)

		ben := directory.SignUp{Username: "ben", Password: password, Attributes: attr("phone_number", "+46701740605", "email", "ben@example.com")}
		if _, err := d.SignUp(t.Context(), d.pool, ben); err != nil {
			t.Fatal(err)
		}
		for _, countries := range [][]string{{"US"}, nil} {
			if err := d.ChangePool(t.Context(), d.pool.ID, func(p *provider.Pool) error { p.Settings.SMS.Countries = countries; return nil }); err != nil {
				t.Fatal(err)
			}
			if _, err = d.ResendByOperator(t.Context(), d.pool.ID, "ben"); !errors.Is(err, &provider.Error{Code: provider.CodeLimit, Kind: "sms"}) {
				t.Errorf("%q: %v", countries, err)
			}
		}
		if _, err := d.SignUp(t.Context(), d.pool, directory.SignUp{Username: "cem", Password: password}); err != nil {
			t.Fatal(err)
		}
		_, err = d.ResendByOperator(t.Context(), d.pool.ID, "cem")
		code(t, err, provider.CodeInvalid)
	})
}

func TestInvitationsByChannel(t *testing.T) {
	t.Parallel()
	eachCodes(t, provider.PoolSettings{}, func(t *testing.T, d *codes) {
		for i, c := range []struct {
			by   []provider.Channel
			want int
		}{{nil, 1}, {[]provider.Channel{provider.BySMS}, 1}, {[]provider.Channel{provider.BySMS, provider.ByEmail}, 2}} {
			name := string(rune('a' + i))
			before := len(d.mailbox())
			_, err := d.CreateUser(t.Context(), d.pool.ID, directory.NewUser{Username: name, Invite: true, InviteBy: c.by,
				Attributes: map[string]string{"email": name + "@example.com", "phone_number": "+1202555014" + string(rune('0'+i))}})
			if err != nil {
				t.Fatal(err)
			}
			sent := d.mailbox()
			if len(sent)-before != c.want || c.want == 1 && (sent[0].Channel == provider.BySMS) != (c.by != nil) || sent[0].Code == "" {
				t.Errorf("%v: sent %+v", c.by, sent)
			}
			for _, m := range sent {
				if says := map[provider.Channel]string{provider.BySMS: "for the next 7 days", provider.ByEmail: "The password works for 7 days."}[m.Channel]; !strings.Contains(m.Text, says) {
					t.Errorf("%s says not how long: %s", m.Channel, m.Text)
				}
			}
			u, err := d.FindUser(t.Context(), d.pool.ID, name)
			if err != nil {
				t.Fatal(err)
			}
			if until, err := d.PasswordUntil(t.Context(), u); err != nil || until <= u.CreatedAt.Add(6*24*time.Hour) || until > u.CreatedAt.Add(7*24*time.Hour) {
				t.Errorf("%s: until %v, %v", name, until, err)
			}
		}
	})
}

// Where a limit would hold the invitation back, there is no user whose password nobody
// knows, and one who is there keeps theirs.
func TestInvitationsThatCannotGoAreRefused(t *testing.T) {
	t.Parallel()
	eachCodes(t, provider.PoolSettings{}, func(t *testing.T, d *codes) {
		held := &provider.Error{Code: provider.CodeLimit, Kind: "sms"}
		for name, number := range map[string]string{"another country": "+33612345678", "a fixed line": "+4930901820"} {
			_, err := d.CreateUser(t.Context(), d.pool.ID, directory.NewUser{Username: "ann", Invite: true, InviteBy: []provider.Channel{provider.BySMS},
				Attributes: map[string]string{"phone_number": number}})
			if !errors.Is(err, held) {
				t.Errorf("%s: %v", name, err)
			}
			if _, err := d.FindUser(t.Context(), d.pool.ID, "ann"); provider.CodeOf(err) != provider.CodeNotFound {
				t.Errorf("%s: the user is there: %v", name, err)
			}
		}
		u, err := d.CreateUser(t.Context(), d.pool.ID, directory.NewUser{Username: "ben", Attributes: map[string]string{"phone_number": "+33612345678"}})
		if err != nil {
			t.Fatal(err)
		}
		hash := func() string {
			l, err := d.Store.Pool(d.pool.ID).LoginByID(t.Context(), u.ID)
			if err != nil {
				t.Fatal(err)
			}
			return l.Password.Hash
		}
		before := hash()
		if _, err := d.Reinvite(t.Context(), d.pool.ID, "ben", "", nil); !errors.Is(err, held) {
			t.Errorf("another invitation: %v", err)
		}
		if hash() != before {
			t.Error("the password changed")
		}
	})
}
