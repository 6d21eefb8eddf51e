package directory_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/store/storetest"
)

const number, another = "+12025550143", "+12025550144"

// byAddress is a pool whose users sign in by either address, and may have another at
// once.
func byAddress() provider.PoolSettings {
	both := []string{"email", "phone_number"}
	return provider.PoolSettings{UsernameAttrs: both, AutoVerified: both, Verification: provider.VerificationSettings{ReplaceAtOnce: both}}
}

// leads demands that of some names those lead to a user that are wanted, and no other.
func (d *codes) leads(u *provider.User, wanted map[string]bool) {
	d.t.Helper()
	for name, want := range wanted {
		found, err := d.FindUser(d.t.Context(), d.pool.ID, name)
		if err != nil && !errors.Is(err, provider.ErrUserNotFound) {
			d.t.Fatal(err)
		}
		if got := err == nil && found.ID == u.ID; got != want {
			d.t.Errorf("%s leads to them: %t, want %t", name, got, want)
		}
	}
}

// waitAddress is wait for whoever signs up with an address.
func (d *codes) waitAddress(address string) {
	d.t.Helper()
	sum := sha256.Sum256([]byte(address))
	d.wait("name:"+hex.EncodeToString(sum[:]), string(provider.CodeSignUp))
}

// signUp makes an account on a page and answers it with the code that it was sent.
func (d *codes) signUp(name string, attributes ...string) (*provider.User, string) {
	d.t.Helper()
	before := len(d.mailbox())
	u, err := d.SignUpQuietly(d.t.Context(), d.pool, directory.SignUp{Username: name, Password: password, Attributes: attr(attributes...)})
	if err != nil {
		d.t.Fatal(err)
	}
	sent := d.mailbox()
	if len(sent) != before+1 || sent[0].Code == "" {
		d.t.Fatalf("%s was sent %+v", name, sent[:len(sent)-before])
	}
	return u, sent[0].Code
}

// Nobody keeps a stranger's number from them by naming it as a second address: it leads
// to whoever proves it.
func TestASecondAddressIsNoNameUntilItIsProved(t *testing.T) {
	t.Parallel()
	eachCodes(t, byAddress(), func(t *testing.T, d *codes) {
		ctx := t.Context()
		mallory, sent := d.signUp("mallory@example.com")
		mallory, err := d.ConfirmSignUp(ctx, d.pool, mallory.ID, sent, false)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.UpdateOwnAttributes(ctx, d.pool, mallory, nil, attr("phone_number", number)); err != nil {
			t.Fatal(err)
		}
		late := d.mailbox()[0].Code
		if has := d.again(mallory).Attributes["phone_number"]; has != number {
			t.Errorf("mallory has %q", has)
		}
		d.leads(mallory, map[string]bool{"mallory@example.com": true, number: false})

		// Its owner signs up with it, and another has it as a second one beside them.
		owner, code := d.signUp(number)
		d.waitAddress(number)
		if _, err := d.SignUp(ctx, d.pool, directory.SignUp{Username: "eve@example.com", Password: password, Attributes: attr("phone_number", number)}); err != nil {
			t.Errorf("a number that somebody signs up with as a second address: %v", err)
		}
		d.leads(owner, map[string]bool{number: true})
		if _, err := d.ConfirmSignUp(ctx, d.pool, number, code, false); err != nil {
			t.Fatal(err)
		}
		// The proof decides: whoever comes later is told, and keeps what they had.
		if _, err := d.Verify(ctx, d.pool, d.again(mallory), provider.BySMS, late); !errors.Is(err, provider.ErrAliasExists) {
			t.Errorf("two have proved one number: %v", err)
		}
		d.leads(owner, map[string]bool{number: true})
		d.leads(mallory, map[string]bool{"mallory@example.com": true})
	})
}

// A new account is found by the address that it was made with, and by the other once
// that is proved, by whatever way.
func TestTheAddressThatAnAccountWasMadeWith(t *testing.T) {
	t.Parallel()
	s := byAddress()
	s.FirstFactors = []provider.Factor{provider.FactorPassword, provider.FactorSMS}
	eachCodes(t, s, func(t *testing.T, d *codes) {
		ctx := t.Context()
		ann, code := d.signUp("ann@example.com", "phone_number", number)
		d.leads(ann, map[string]bool{"ann@example.com": true, number: false})
		if _, err := d.ConfirmSignUp(ctx, d.pool, "ann@example.com", code, false); err != nil {
			t.Fatal(err)
		}
		d.leads(ann, map[string]bool{"ann@example.com": true, number: true})

		// An invitation says the address that leads to the account.
		_, err := d.CreateUser(ctx, d.pool.ID, directory.NewUser{Username: another, Attributes: attr("email", "ben@example.com"), Invite: true})
		if err != nil {
			t.Fatal(err)
		}
		if letter := d.mailbox()[0]; letter.To != "ben@example.com" || !strings.Contains(letter.Text, another) || strings.Contains(letter.Text, "ben@example.com") {
			t.Errorf("%+v", letter)
		}

		// A code that signs in proves a second address too, whoever signed up with it and
		// proved nothing.
		if _, err := d.SignUp(ctx, d.pool, directory.SignUp{Username: "+12025550145", Password: password}); err != nil {
			t.Fatal(err)
		}
		cara, err := d.CreateUser(ctx, d.pool.ID, directory.NewUser{Username: "cara@example.com", Attributes: attr("phone_number", "+12025550145")})
		if err != nil {
			t.Fatal(err)
		}
		if err := d.AskSignIn(ctx, d.pool, "cara@example.com", "attempt", provider.BySMS); err != nil {
			t.Fatal(err)
		}
		proof, try, err := d.ProveSignIn(ctx, d.pool, "cara@example.com", "attempt", provider.BySMS, d.mailbox()[0].Code)
		if err != nil {
			t.Fatal(err)
		}
		defer try.Release()
		if err := d.Store.Tx(ctx, proof.Spend); err != nil {
			t.Fatal(err)
		}
		d.leads(cara, map[string]bool{"cara@example.com": true, "+12025550145": true})
	})
}

// Whoever proves a second address at sign-up has it, unless somebody else has proved
// it. An account that was never confirmed is in nobody's way.
func TestASecondAddressProvedAtSignUp(t *testing.T) {
	t.Parallel()
	eachCodes(t, byAddress(), func(t *testing.T, d *codes) {
		ctx := t.Context()
		squatter, err := d.SignUp(ctx, d.pool, directory.SignUp{Username: number, Password: password})
		if err != nil {
			t.Fatal(err)
		}
		d.mailbox()
		signUp := func(name, phone string) (*provider.User, error) {
			d.waitAddress(phone)
			u, err := d.SignUp(ctx, d.pool, directory.SignUp{Username: name, Password: password, Attributes: attr("phone_number", phone)})
			if err != nil {
				t.Fatal(err)
			}
			return d.ConfirmSignUp(ctx, d.pool, u.ID, d.mailbox()[0].Code, false)
		}
		ann, err := signUp("ann@example.com", number)
		if err != nil {
			t.Fatal(err)
		}
		d.leads(ann, map[string]bool{"ann@example.com": true, number: true})
		if _, err := d.Store.Pool(d.pool.ID).User(ctx, squatter.ID); !errors.Is(err, provider.ErrUserNotFound) {
			t.Errorf("whoever signed up with the number and proved nothing: %v", err)
		}
		if _, err := signUp("ben@example.com", number); !errors.Is(err, provider.ErrAliasExists) {
			t.Errorf("two have the number: %v", err)
		}
		ben, err := d.FindUser(ctx, d.pool.ID, "ben@example.com")
		if err != nil || ben.Status != provider.UserUnconfirmed || ben.Attributes["phone_number_verified"] == "true" {
			t.Errorf("%+v %v", ben, err)
		}
		d.leads(ann, map[string]bool{number: true})
		// On a page, whoever has the number is told.
		d.waitAddress(number)
		before := len(d.mailbox())
		_, err = d.SignUpQuietly(ctx, d.pool, directory.SignUp{Username: "cara@example.com", Password: password, Attributes: attr("phone_number", number)})
		if err != nil {
			t.Fatal(err)
		}
		if sent := d.mailbox(); len(sent) != before+1 || sent[0].To != number || sent[0].Code != "" {
			t.Errorf("sent %+v", sent[0])
		}
		if _, err := d.FindUser(ctx, d.pool.ID, "cara@example.com"); !errors.Is(err, provider.ErrUserNotFound) {
			t.Errorf("an account that nobody could confirm: %v", err)
		}
	})
}

// An operator's change of an address counts like their making of an account where it is
// the last that leads to somebody. Any other address is a name once they say that it is
// proved.
func TestOperatorsChangeAddresses(t *testing.T) {
	t.Parallel()
	eachCodes(t, byAddress(), func(t *testing.T, d *codes) {
		ann := d.user("ann@example.com")
		for _, step := range []struct {
			set  map[string]string
			want map[string]bool
		}{
			{attr("phone_number", number), map[string]bool{"ann@example.com": true, number: false}},
			{attr("name", "Ann"), map[string]bool{"ann@example.com": true, number: false}},
			{attr("email", "an@example.com"), map[string]bool{"an@example.com": true, "ann@example.com": false, number: false}},
			{attr("email", "An@example.com", "email_verified", "false"), map[string]bool{"an@example.com": true, number: false}},
			{attr("phone_number_verified", "true"), map[string]bool{"an@example.com": true, number: true}},
			{attr("phone_number", another), map[string]bool{"an@example.com": true, number: false, another: false}},
			{attr("phone_number_verified", "true"), map[string]bool{"an@example.com": true, another: true}},
			{attr("phone_number_verified", "false"), map[string]bool{"an@example.com": true, another: false}},
			{attr("phone_number_verified", "true"), map[string]bool{"an@example.com": true, another: true}},
			// The number leads to them, so the new address can wait for its proof.
			{attr("email", "ann@example.com"), map[string]bool{"ann@example.com": false, "an@example.com": false, another: true}},
			{attr("phone_number_verified", "false"), map[string]bool{"ann@example.com": false, another: true}},
			{attr("phone_number", ""), map[string]bool{"ann@example.com": false, another: false}},
			{attr("email_verified", "true"), map[string]bool{"ann@example.com": true}},
		} {
			if err := d.UpdateUser(t.Context(), d.pool.ID, ann.ID, step.set); err != nil {
				t.Fatalf("%v: %v", step.set, err)
			}
			d.leads(ann, step.want)
		}
		d.user(number)
		code(t, d.UpdateUser(t.Context(), d.pool.ID, ann.ID, attr("phone_number", number, "phone_number_verified", "true")), provider.CodeExists)
		if err := d.UpdateUser(t.Context(), d.pool.ID, ann.ID, attr("phone_number", number)); err != nil {
			t.Errorf("a second address that is another's name: %v", err)
		}
	})
}

// An address that leads to somebody stays until another is proved, also where the pool
// replaces addresses at once; and nobody takes the last away.
func TestTheAddressSignedInByStaysUntilAnotherIsProved(t *testing.T) {
	t.Parallel()
	eachCodes(t, byAddress(), func(t *testing.T, d *codes) {
		ctx := t.Context()
		ann := d.user(number, "email", "ann@example.com")
		change := func(by provider.Channel, address string) error {
			t.Helper()
			_, err := d.ChangeAddress(ctx, d.pool, d.again(ann), by, address)
			return err
		}
		if err := change(provider.BySMS, another); err != nil {
			t.Fatal(err)
		}
		d.leads(ann, map[string]bool{number: true, another: false, "ann@example.com": false})
		waits := d.mailbox()[0]
		if err := change(provider.ByEmail, "other@example.com"); err != nil {
			t.Fatal(err)
		}
		waitsToo := d.mailbox()[0]
		if now := d.again(ann).Attributes; now["email"] != "other@example.com" || now["phone_number"] != number {
			t.Errorf("%v", now)
		}
		d.leads(ann, map[string]bool{number: true, "other@example.com": false})
		code(t, change(provider.BySMS, ""), provider.CodeInvalid)
		if _, err := d.Verify(ctx, d.pool, d.again(ann), provider.BySMS, waits.Code); err != nil {
			t.Fatal(err)
		}
		d.leads(ann, map[string]bool{number: false, another: true, "other@example.com": false})
		code(t, change(provider.BySMS, ""), provider.CodeInvalid)

		if _, err := d.Verify(ctx, d.pool, d.again(ann), provider.ByEmail, waitsToo.Code); err != nil {
			t.Fatal(err)
		}
		// Now either may go. What comes in its place is a second address.
		if err := change(provider.BySMS, ""); err != nil {
			t.Fatal(err)
		}
		if err := change(provider.BySMS, number); err != nil {
			t.Fatal(err)
		}
		d.leads(ann, map[string]bool{number: false, another: false, "other@example.com": true})
		code(t, change(provider.ByEmail, ""), provider.CodeInvalid)
	})
}

// Taking a change back gives the old address back as a name, and takes none for the
// other that was never proved.
func TestUndoGivesTheNameBack(t *testing.T) {
	t.Parallel()
	eachCodes(t, byAddress(), func(t *testing.T, d *codes) {
		ctx := t.Context()
		ann := d.user("ann@example.com", "email_verified", "true", "phone_number", number)
		if _, err := d.ChangeAddress(ctx, d.pool, ann, provider.ByEmail, "eve@example.com"); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Verify(ctx, d.pool, d.again(ann), provider.ByEmail, d.mailbox()[0].Code); err != nil {
			t.Fatal(err)
		}
		d.leads(ann, map[string]bool{"ann@example.com": false, "eve@example.com": true, number: false})
		_, token, found := strings.Cut(d.mailbox()[0].Link, "token=")
		if !found {
			t.Fatalf("%+v", d.mailbox()[0])
		}
		if err := d.Undo(ctx, d.pool, token); err != nil {
			t.Fatal(err)
		}
		d.leads(ann, map[string]bool{"ann@example.com": true, "eve@example.com": false, number: false})
	})
}

// Of those who prove one number at the same moment one has it as a name, whether it is
// their second address or the one that they signed up with.
func TestOneProvesASecondAddress(t *testing.T) {
	t.Parallel()
	eachCodes(t, byAddress(), func(t *testing.T, d *codes) {
		ctx := t.Context()
		var prove []func() error
		for _, name := range []string{"ann@example.com", "ben@example.com"} {
			u := d.user(name, "email_verified", "true", "phone_number", number)
			if _, err := d.RequestVerification(ctx, d.pool, u, provider.BySMS); err != nil {
				t.Fatal(err)
			}
			given := d.mailbox()[0].Code
			prove = append(prove, func() error {
				_, err := d.Verify(context.Background(), d.pool, u, provider.BySMS, given)
				return err
			})
		}
		owner, given := d.signUp(number)
		prove = append(prove, func() error {
			_, err := d.ConfirmSignUp(context.Background(), d.pool, owner.ID, given, false)
			return err
		})
		results := make([]error, len(prove))
		var all sync.WaitGroup
		for i, do := range prove {
			all.Go(func() { results[i] = do() })
		}
		all.Wait()
		wins := 0
		for i, err := range results {
			gaveWay := i == 2 && errors.Is(err, provider.ErrCodeMismatch) // with its account
			switch {
			case err == nil:
				wins++
			case !errors.Is(err, provider.ErrAliasExists) && !errors.Is(err, provider.ErrUserNotFound) && !gaveWay:
				t.Error(err)
			}
		}
		if holder, err := d.FindUser(ctx, d.pool.ID, number); wins != 1 || err != nil || holder.Attributes["phone_number_verified"] != "true" {
			t.Errorf("%d have the number: %v, %+v %v", wins, results, holder, err)
		}
	})
}

// Whoever asks by an address that somebody has not proved is answered like whoever asks
// by a name that nobody has.
func TestAnUnprovedSecondAddressLooksLikeNobodys(t *testing.T) {
	t.Parallel()
	s := byAddress()
	s.FirstFactors = []provider.Factor{provider.FactorPassword, provider.FactorSMS}
	eachCodes(t, s, func(t *testing.T, d *codes) {
		d.user("ann@example.com", "email_verified", "true", "phone_number", number)
		type look struct {
			reads, writes, commits int
			text                   string
		}
		seen := map[string][]look{}
		for _, name := range []string{number, another} {
			for _, do := range []func() error{
				func() error { return d.ForgotPassword(t.Context(), d.pool, name) },
				func() error {
					_, err := d.ConfirmForgotPassword(t.Context(), d.pool, name, "000000x", "Another-horse-8")
					return err
				},
				func() error { return d.AskSignIn(t.Context(), d.pool, name, "attempt", provider.BySMS) },
				func() error {
					_, try, err := d.ProveSignIn(t.Context(), d.pool, name, "attempt", provider.BySMS, "000000x")
					try.Release()
					return err
				},
				func() error {
					_, err := d.SignUpQuietly(t.Context(), d.pool, directory.SignUp{Username: name, Password: password})
					return err
				},
			} {
				var err error
				n := storetest.Count(t, d.Store, func() { err = do() })
				l := look{reads: n.Reads, writes: n.Writes, commits: n.Commits}
				if err != nil {
					l.text = err.Error()
				}
				seen[name] = append(seen[name], l)
			}
		}
		for i, l := range seen[number] {
			if l != seen[another][i] {
				t.Errorf("%d: %+v, for nobody's %+v", i, l, seen[another][i])
			}
		}
		// Both got what newcomers get, and nothing else: nobody was there before.
		for i, m := range d.mailbox() {
			if i > 1 || m.Code == "" || m.To != number && m.To != another {
				t.Errorf("sent %+v", m)
			}
		}
	})
}

// What led to somebody before goes on to, whatever else is changed: the names are the
// database's, and an earlier version took second addresses as names unproved.
func TestNamesFromBeforeStay(t *testing.T) {
	t.Parallel()
	eachCodes(t, byAddress(), func(t *testing.T, d *codes) {
		ctx := t.Context()
		ann := d.user("ann@example.com", "phone_number", number)
		err := d.Store.Pool(d.pool.ID).ChangeUser(ctx, ann.ID, func(u *provider.User) ([]provider.UserName, error) {
			return []provider.UserName{{Key: u.Username, Kind: "username"}, {Key: "ann@example.com", Kind: "email"}, {Key: number, Kind: "phone_number"}}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := d.UpdateUser(ctx, d.pool.ID, number, attr("name", "Ann")); err != nil {
			t.Fatal(err)
		}
		if err := d.SetOwn(ctx, d.pool, nil, ann.ID, attr("nickname", "A")); err != nil {
			t.Fatal(err)
		}
		d.leads(ann, map[string]bool{"ann@example.com": true, number: true})
		if err := d.UpdateUser(ctx, d.pool.ID, number, attr("phone_number", another)); err != nil {
			t.Fatal(err)
		}
		d.leads(ann, map[string]bool{"ann@example.com": true, number: false, another: false})
	})
}
